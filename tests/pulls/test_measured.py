"""Measured numbers in a pull request: what is believed, what is said, and that they stay while the patch does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from fixbot.pulls import body, hidden, measured
from fixbot.pulls.known import Known
from fixbot.pulls.model import (
    CallKind,
    Calls,
    Check,
    Clock,
    Evidence,
    Marker,
    Measured,
    MeasuredEndpoint,
    Measurement,
    Plan,
    PullRequest,
    PullState,
    Shift,
    State,
    Timing,
    Verdict,
)
from tests.pulls.markdown import acting
from tests.pulls.planned import BASE, URL, fix, marker
from tests.pulls.test_neutral import hostile

FASTER = Timing(Clock.LATENCY, 0.21, 0.2, 0.23, Shift.FASTER)
GAMES = MeasuredEndpoint("GET /games", (Calls(CallKind.SQL, 51, 2),), 100, 0, 9_000_000, 2_000_000, (FASTER,))
SAME = MeasuredEndpoint("GET /x", (Calls(CallKind.HTTP, 1, 1),), 5, 0, 500_000, 560_000)
DONE = Measurement(Measured.DONE, (GAMES, SAME), rounds=3, pairs=40)
FIX = fix("batch-reads")


def about(measurement: Measurement) -> body.About:
    return body.About(URL, BASE, measured=measurement)


def test_counts_come_first_and_times_are_ratios() -> None:
    text = measured.section(DONE)
    assert "| `GET /games` | SQL statements | 51 | 2 |" in text
    assert "| `GET /games` | blocks the event loop | 100 % | 0 % |" in text
    assert "| `GET /games` | MB of memory needed | 9.0 | 2.0 |" in text
    assert "no difference shown at `GET /x`" in text
    assert "| `GET /games` | latency | 0.21 | 0.20 to 0.23 | faster |" in text
    assert text.index("SQL statements") < text.index("latency")


def test_a_body_says_what_was_not_measured_and_why() -> None:
    for outcome in Measured:
        measurement = DONE if outcome is Measured.DONE else Measurement(outcome)
        text = body.visible(FIX, about(measurement))
        assert ("### Measured" in text) is (outcome is Measured.DONE)
        assert measured.missing(measurement, still=False) in text
    assert "nothing was timed" not in body.visible(FIX, about(DONE))


def test_why_there_are_no_numbers_is_no_reason_to_edit() -> None:
    failed, timed_out = (about(Measurement(o)) for o in (Measured.FAILED, Measured.TIMED_OUT))
    assert body.digest(FIX, failed) == body.digest(FIX, timed_out) == body.digest(FIX, about(Measurement()))
    assert body.digest(FIX, failed) != body.digest(FIX, about(DONE))


@given(name=hostile)
def test_a_name_of_an_endpoint_does_nothing(name: str) -> None:
    text = measured.section(replace(DONE, endpoints=(replace(GAMES, name=name or "x"),)))
    assert acting(text) == acting(measured.section(replace(DONE, endpoints=(GAMES,))))
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert {line.count("|") for line in rows if "SQL" in line} == {5}


# --- how long they stay ------------------------------------------------------------------------------

OTHER = replace(DONE, endpoints=(replace(GAMES, timings=(replace(FASTER, ratio=0.5),)),))


def known(remembered: Measurement, now: Measurement, **changes: Any) -> Measurement:
    own: Marker = replace(marker(FIX), measured=remembered, **changes)
    pull = PullRequest(1, "", FIX.branch, "main", FIX.title, PullState.OPEN, False, "bot", "", marker=own)
    state = State("o/n", "main", BASE, "bot", (pull,))
    evidence = Evidence("", BASE, (Check(FIX.branch, Verdict.PASSED, measured=now),))
    return Known(Plan(BASE, "main", (FIX,)), state, evidence).measured(FIX)


def test_numbers_stay_while_the_patch_does() -> None:
    assert known(DONE, OTHER) == DONE
    assert known(DONE, Measurement()) == DONE
    assert known(Measurement(), OTHER) == OTHER
    assert known(DONE, OTHER, patch_id="another") == OTHER
    assert known(DONE, Measurement(Measured.FAILED), patch_id="another") == Measurement(Measured.FAILED)


def test_the_marker_remembers_numbers_and_not_why_there_are_none() -> None:
    text = body.render(FIX, about(DONE), replace(marker(FIX), measured=measured.kept(DONE)))
    found = body.parse(text)
    assert found and found.measured == DONE
    assert measured.kept(Measurement(Measured.FAILED)) == Measurement()
    older = hidden.hide(body.TOPIC, {"branch": "b", "base": "m", "codemod": "c", "safety": "safe", "sha": "", "patch_id": "", "fingerprints": []})  # fmt: skip
    parsed = body.parse(older)
    assert parsed and parsed.measured == Measurement()


# --- what is believed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoints": ()},
        {"endpoints": (GAMES, GAMES)},
        {"endpoints": tuple(replace(GAMES, name=str(n)) for n in range(21))},
        {"outcome": Measured.FAILED},
        {"more": -1},
        {"rounds": 10**13},
        *(
            {"endpoints": (replace(GAMES, **change),)}
            for change in (
                {"name": ""},
                {"name": "x" * 201},
                {"calls": (Calls(CallKind.SQL, 1, -1),)},
                {"calls": (Calls(CallKind.SQL, 1, 1), Calls(CallKind.SQL, 1, 1))},
                {"stalls_after": 101},
                {"memory_before": -1},
                {"timings": (FASTER, FASTER)},
                {"timings": (replace(FASTER, low=0.0),)},
                {"timings": (replace(FASTER, high=float("inf")),)},
                {"timings": (replace(FASTER, ratio=float("nan")),)},
            )
        ),
    ],
)
def test_what_cannot_be_is_not_believed(changes: dict[str, Any]) -> None:
    assert measured.problem(DONE) == measured.problem(Measurement()) == ""
    assert measured.problem(replace(DONE, **changes))
