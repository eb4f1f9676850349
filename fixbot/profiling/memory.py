"""Memory over many requests: sampled all along, judged at quiet moments, and traced only where it seems to grow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from fixbot.profiling.model import Growth, Memory, MemoryPoint, Trend
from fixbot.profiling.probe_link import Link
from fixbot.profiling.quantiles import rising, slope
from fixbot.profiling.server import resident

ENOUGH = 1000
"""Requests that a slope takes."""
POINTS = 10
"""Quiet moments, at least."""
_WARM = 0.3
"""The share of points at the start that is left out: caches fill, allocators take what they will keep."""
_STEADY = 0.85
"""The share of pairs of points that must rise before memory is said to grow."""
_LEAST = 512 * 1024
"""Bytes by which memory must have grown in all: below it is how allocators take pages."""
_EVERY = 0.1


class Sampler:
    """Reads the resident memory of the service and its children ten times a second, until the block ends."""

    def __init__(self, pid: int) -> None:
        self.samples: list[tuple[float, int]] = []
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="fixbot-memory")

    def __enter__(self) -> Sampler:
        self._start = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            if found := resident(self._pid):
                self.samples.append((time.perf_counter() - self._start, found))
            self._stop.wait(_EVERY)


def trend(points: Sequence[MemoryPoint], limit: float) -> tuple[Trend, float | None]:
    """What memory does, and its slope in bytes a request; `limit` is the slope that is still flat."""
    if not points or points[-1].requests < ENOUGH or len(points) < POINTS:
        return Trend.UNKNOWN, None
    settled = points[int(len(points) * _WARM) :]
    found = slope([(point.requests, point.resident) for point in settled])
    values = [point.resident for point in settled]
    grows = found > limit and rising(values) >= _STEADY and values[-1] - values[0] > _LEAST
    return (Trend.GROWS if grows else Trend.FLAT), found


def confirmed(
    points: Sequence[MemoryPoint],
    limit: float,
    link: Link,
    more: Callable[[int], Sequence[MemoryPoint]],
) -> tuple[Trend, float | None, str, tuple[Growth, ...]]:
    """The trend, looked at again where memory seems to grow: `more` sends so many requests and returns its points.

    A second run that traces allocations tells a leak from a service that was still settling, and says where.
    """
    found, first = trend(points, limit)
    if found is not Trend.GROWS:
        enough = f"a slope takes {ENOUGH:,} requests" if found is Trend.UNKNOWN else ""
        return found, first, enough, ()
    more(ENOUGH // 10)
    link.trace()
    again = more(ENOUGH)
    traced, places = link.growth()
    per_request = traced / ENOUGH
    if per_request > limit / 2:
        return Trend.GROWS, max(per_request, slope([(p.requests, p.resident) for p in again])), "", places
    second, later = trend(again, limit)
    if second is Trend.GROWS:
        return Trend.GROWS, later, "outside what Python allocates: a native library, or fragments", places
    return (
        Trend.FLAT,
        max(per_request, 0.0),
        "resident memory rose; what is allocated did not grow with it",
        (),
    )


def idle(pid: int, seconds: float = 0.5) -> int:
    """Resident bytes when nothing is asked of the service, after it had time to settle."""
    time.sleep(seconds)
    return resident(pid)


def summary(idle: int, sampler: Sampler, points: Sequence[MemoryPoint]) -> Memory:
    """What is known so far, without a trend."""
    peak = max((size for _, size in sampler.samples), default=idle)
    return Memory(idle, max(peak, idle), tuple(points), tuple(sampler.samples))
