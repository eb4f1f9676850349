"""What counts as repeated, and what is only how connections are kept."""

from __future__ import annotations

import pytest

from fixbot.profiling import findings
from fixbot.profiling.model import Call, Endpoint, EndpointResult, Kind, Profile, Served, Stall


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


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        ([1, 1], "[for GET /a]"),
        ([1, 2], "[for GET /a and 1 more]"),
        ([1, 2, 3], "[for every endpoint: middleware, or what all of them call]"),
        ([None, None], ""),
    ],
)
def test_a_place_that_blocks_is_said_to_be_for_whom_it_was(requests: list[int | None], said: str) -> None:
    stalls = tuple(Stall(0.3, "main.py", 7, "f", "nap()", number) for number in requests)
    numbers = {1: "GET /a", 2: "GET /b", 3: "GET /c"}
    endpoints = tuple(result(name) for name in numbers.values())
    profile = Profile("main:app", endpoints, (), None, None, stalls, 9.0, {}, (), numbers)
    [found] = findings.stalls(profile)
    assert found.detail == f"nap()    {said}".rstrip()
