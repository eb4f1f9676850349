"""How often GitHub is asked, and how long it is left alone after it refused: GitHub's documented rules for clients.

Reads wait for nothing. Between two writes lies a second, and an hour holds at most `WRITES_PER_HOUR` of them
(GitHub's secondary limits: about 80 contents a minute and 500 an hour). After a refusal: what `Retry-After` says,
else the reset that `x-ratelimit-reset` names, else a minute, doubled each time; then the run gives up in words.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fixbot.errors import ForgeError

WRITES_PER_HOUR = 400
SECONDS_BETWEEN_WRITES = 1.0
LONGEST_WAIT = 900.0
"""Seconds. Whoever is told to wait longer gives up: the next run goes on from there."""
_HOUR = 3600.0
_LIMITED = 4
"""Times that one request is made at the most while GitHub says that there are too many of them."""
_FAILING = 4
"""The same while GitHub fails, or does not know yet what it has just made."""
_NOT_YET = "could not resolve to a node"
_LIMIT_WORDS = ("rate limit", "abuse detection", "too many requests")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: nothing did, and whether the request was carried out is unknown."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """By names in lower case."""
    message: str = ""

    @property
    def limited(self) -> bool:
        """Whether it says: too many requests. A 403 without a word of limits is a lack of permission."""
        words = self.message.lower()
        return self.status == 429 or (
            self.status == 403
            and (
                "retry-after" in self.headers
                or _is_used_up(self.headers)
                or any(w in words for w in _LIMIT_WORDS)
            )
        )

    @property
    def unsure(self) -> bool:
        """Whether a write may have been carried out although it failed."""
        return self.status == 0 or self.status >= 500

    @property
    def too_early(self) -> bool:
        """Whether GitHub has not yet heard everywhere of what it made a moment ago."""
        return self.status == 422 and _NOT_YET in self.message.lower()


def pause(answer: Answer, attempt: int, now: float) -> float | None:
    """Seconds to wait before asking again; None: asking again is of no use.

    `attempt` counts from 1, `now` is in seconds since 1970.
    """
    if answer.limited:
        wait = _told(answer.headers, now)
        if wait is None:
            wait = 60.0 * 2 ** (attempt - 1)
        return wait if attempt < _LIMITED and wait <= LONGEST_WAIT else None
    if answer.unsure or answer.too_early:
        wait = _told(answer.headers, now) or 2.0**attempt
        return wait if attempt < _FAILING and wait <= LONGEST_WAIT else None
    return None


def _told(headers: Mapping[str, str], now: float) -> float | None:
    """How long the forge itself says to wait; None where it does not."""
    if "retry-after" in headers:
        return _after(headers["retry-after"], now)
    if _is_used_up(headers):
        try:
            return max(0.0, float(headers["x-ratelimit-reset"]) - now) + 1.0
        except (KeyError, ValueError):
            return None
    return None


def _after(text: str, now: float) -> float | None:
    """`Retry-After` is a number of seconds or a date."""
    text = text.strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)


def _is_used_up(headers: Mapping[str, str]) -> bool:
    return headers.get("x-ratelimit-remaining") == "0"


@dataclass
class Budget:
    """The writes of the last hour. `clock` gives seconds since 1970, `sleep` waits."""

    writes_per_hour: int = WRITES_PER_HOUR
    between: float = SECONDS_BETWEEN_WRITES
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    _writes: deque[float] = field(default_factory=deque)

    def before_write(self) -> None:
        """Wait until a write is due. Raises `ForgeError` when the hour's are used up."""
        now = self.clock()
        while self._writes and self._writes[0] <= now - _HOUR:
            self._writes.popleft()
        if len(self._writes) >= self.writes_per_hour:
            when = datetime.fromtimestamp(self._writes[0] + _HOUR, UTC)
            raise ForgeError(
                f"{self.writes_per_hour} writes within an hour are as many as fixbot asks of GitHub; "
                f"run it again after {when:%H:%M} UTC, and it goes on where it stopped"
            )
        if self._writes and (wait := self._writes[-1] + self.between - now) > 0:
            self.sleep(wait)
        self._writes.append(self.clock())

    def wait(self, answer: Answer, attempt: int) -> bool:
        """Wait as `pause` says; False where it says that there is no use."""
        wait = pause(answer, attempt, self.clock())
        if wait is None:
            return False
        self.sleep(wait)
        return True
