"""How long GitHub is left alone: by its own words, else by its documented rules; no test sleeps."""

from __future__ import annotations

import pytest

from fixbot.errors import ForgeError
from fixbot.pulls.forges.budget import Answer, Budget, pause
from tests.pulls.worlds import Clock

NOW = 1_790_000_000.0
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "Mon, 21 Sep 2026 14:13:30 GMT"}, 10.0),
        ({"retry-after": "Mon, 21 Sep 2026 13:00:00 GMT"}, 0.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 120)}, 121.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) - 5)}, 1.0),
        ({"x-ratelimit-remaining": "0", "retry-after": "3"}, 3.0),
        ({"x-ratelimit-remaining": "0"}, 60.0),
        ({"retry-after": "soon"}, 60.0),
        ({"x-ratelimit-remaining": "4000"}, 60.0),
        ({}, 60.0),
    ],
)
def test_a_limit_is_waited_for_as_long_as_github_says(
    status: int, headers: dict[str, str], seconds: float
) -> None:
    assert pause(Answer(status, headers, SECONDARY), 1, NOW) == seconds


def test_without_a_word_the_wait_doubles_and_ends() -> None:
    assert [pause(Answer(403, {}, SECONDARY), attempt, NOW) for attempt in (1, 2, 3, 4)] == [
        60,
        120,
        240,
        None,
    ]


@pytest.mark.parametrize(
    "headers",
    [{"retry-after": "3600"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 3000)}],
)
def test_nobody_waits_for_an_hour(headers: dict[str, str]) -> None:
    assert pause(Answer(429, headers, SECONDARY), 1, NOW) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_what_is_refused_for_good_is_not_asked_again(status: int) -> None:
    answer = Answer(status, {"x-ratelimit-remaining": "4999"}, "Resource not accessible by integration")
    assert pause(answer, 1, NOW) is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(0),
        Answer(500),
        Answer(502),
        Answer(504),
        Answer(422, {}, "Could not resolve to a node with the id"),
    ],
)
def test_failures_are_asked_again_after_a_while_and_not_for_ever(answer: Answer) -> None:
    assert [pause(answer, attempt, NOW) for attempt in (1, 2, 3, 4)] == [2, 4, 8, None]


def test_a_server_that_says_when_it_is_back_is_believed() -> None:
    assert pause(Answer(503, {"retry-after": "30"}), 1, NOW) == 30


def budget(clock: Clock, writes: int = 400) -> Budget:
    return Budget(writes_per_hour=writes, clock=clock.now, sleep=clock.sleep)


def test_a_second_lies_between_two_writes() -> None:
    clock = Clock()
    mine = budget(clock)
    mine.before_write()
    clock.time += 0.25
    mine.before_write()
    clock.time += 5
    mine.before_write()
    assert clock.slept == [0.75]


def test_the_hour_has_so_many_writes_and_then_says_when_to_go_on() -> None:
    clock = Clock()
    mine = budget(clock, 3)
    for _ in range(3):
        mine.before_write()
    with pytest.raises(ForgeError, match=r"3 writes within an hour .* after \d\d:\d\d UTC"):
        mine.before_write()
    clock.time += 3600
    mine.before_write()
