"""What counts as repeated, and what is only how connections are kept."""

from __future__ import annotations

import pytest

from fixbot.profiling import findings
from fixbot.profiling.model import Call, Endpoint, EndpointResult, Kind, Served


def result(name: str, *calls: tuple[str, str, int]) -> EndpointResult:
    """An endpoint whose every request makes these calls: (kind, text, how often)."""
    made = tuple(Call(kind, text, count, count, 7, 0, 0.0) for kind, text, count in calls)
    served = Served(1, 200, 0, 0.0, "", "", made)
    return EndpointResult(Endpoint(name, "GET", "/", Kind.LIST), 4, {}, (), 0.0, 0.0, (served,) * 4)


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN;",
        "START TRANSACTION",
        "commit",
        "ROLLBACK;",
        "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;",
    ],
)
def test_how_connections_are_kept_is_no_finding(sql: str) -> None:
    endpoints = [result("a", ("sql", sql, 9)), result("b", ("sql", sql, 9))]
    assert list(findings.repeated_calls(endpoints, 5)) == []
    assert list(findings.calls_of_every_request(endpoints)) == []


@pytest.mark.parametrize("call", [("sql", "SELECT beginning FROM t WHERE id = ?"), ("redis", "SET")])
def test_what_looks_like_it_is_one(call: tuple[str, str]) -> None:
    endpoints = [result("a", (*call, 9)), result("b", (*call, 9))]
    assert len(list(findings.repeated_calls(endpoints, 5))) == 2
    assert len(list(findings.calls_of_every_request(endpoints))) == 1
