"""The measured numbers in a pull request: what is believed of them, what is said of them, and how long they stay.

Counts come first: they are the same on every machine. Times are ratios with their spread, because seconds would say
more of the machine than of the change. The numbers come from a step that runs the target's code, so names of
endpoints are neutralised like all text of the target, and the rest are numbers and words of ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from fixbot.pulls.model import CallKind, Measured, MeasuredEndpoint, Measurement, Shift, Timing
from fixbot.pulls.neutral import code

MOST_ENDPOINTS = 20
LONGEST_NAME = 200
_LARGEST = 10**12
_STALLS_DIFFER = 20
"""Per cent of the requests; a single one may be the machine."""
_MEMORY_DIFFERS, _LEAST_MEMORY = 0.2, 500_000
_CALLS = {
    CallKind.SQL: "SQL statements",
    CallKind.FIRESTORE: "Firestore calls",
    CallKind.STORAGE: "object storage calls",
    CallKind.HTTP: "HTTP requests",
    CallKind.GRPC: "gRPC calls",
    CallKind.REDIS: "Redis commands",
    CallKind.OTHER: "other calls",
}
_NOT_ASKED = "Speed: nothing was timed. Where numbers stand above, they are counted from the code."
_MISSING = {
    Measured.NOT_ASKED: _NOT_ASKED,
    Measured.DONE: "Speed and costs of other endpoints than those measured below.",
    Measured.NO_TARGET: "Speed: it could not be measured, because `[tool.fixbot.profile]` sets no `target`.",
    Measured.NO_ENDPOINT: (
        "Speed: no endpoint that fixbot may ask for is known to run what this changes. `[[tool.fixbot.profile.requests]]` "
        "can name one."
    ),
    Measured.UNKNOWN: "Speed: which endpoints run what this changes is not known, so nothing was timed.",
    Measured.NOT_STARTED: "Speed: it could not be measured, because the service did not start.",
    Measured.TIMED_OUT: "Speed: measuring took longer than `verify-timeout` and was stopped.",
    Measured.FAILED: "Speed: it could not be measured; the output of `fixbot verify` says why.",
}


def kept(measurement: Measurement) -> Measurement:
    """What the next run is to remember: numbers, not why there are none."""
    return measurement if measurement.outcome is Measured.DONE else Measurement()


def problem(measurement: Measurement) -> str:
    """Why a measurement cannot be one, "" if it can."""
    endpoints = measurement.endpoints
    if len(endpoints) > MOST_ENDPOINTS or len({each.name for each in endpoints}) < len(endpoints):
        return "holds more endpoints than are read, or one of them twice"
    if bool(endpoints) is not (measurement.outcome is Measured.DONE):
        return "says that it measured and shows nothing, or the other way round"
    for each in endpoints:
        if not each.name or len(each.name) > LONGEST_NAME:
            return "holds an endpoint without a name, or with a longer one than is read"
        if len({calls.kind for calls in each.calls}) < len(each.calls) or len(
            {t.clock for t in each.timings}
        ) < len(each.timings):
            return "counts or times something twice"
    whole = [measurement.more, measurement.rounds, measurement.pairs, *_whole(endpoints)]
    if any(number < 0 or number > _LARGEST for number in whole):
        return "holds a number that cannot be"
    if any(each.stalls_before > 100 or each.stalls_after > 100 for each in endpoints):
        return "holds a number that cannot be"
    ratios = [number for each in endpoints for t in each.timings for number in (t.low, t.ratio, t.high)]
    if any(not math.isfinite(ratio) or not 0 < ratio < _LARGEST for ratio in ratios):
        return "holds a ratio that cannot be"
    return ""


def _whole(endpoints: tuple[MeasuredEndpoint, ...]) -> Iterator[int]:
    for each in endpoints:
        yield from (each.stalls_before, each.stalls_after, each.memory_before, each.memory_after)
        for calls in each.calls:
            yield from (calls.before, calls.after)


# --- what is said ------------------------------------------------------------------------------------


def missing(measurement: Measurement, *, still: bool) -> str:
    """What was not measured, and why. `still`: the same for every reason that another run may not have."""
    if still and measurement.outcome is not Measured.DONE:
        return _NOT_ASKED
    return _MISSING[measurement.outcome]


def section(measurement: Measurement) -> str:
    """The part of a body that shows the numbers; "" where there are none."""
    if measurement.outcome is not Measured.DONE:
        return ""
    counts = [row for each in measurement.endpoints for row in count_rows(each)]
    same = [each.name for each in measurement.endpoints if not list(count_rows(each))]
    parts = [
        "### Measured",
        "The endpoints that run what this changes, on its base and with it, side by side on one machine. Counts are those "
        "of one request, and do not depend on the machine.",
    ]
    if counts:
        parts.append(_table("| endpoint | of one request | before | after |", "|---|---|--:|--:|", counts))
    if same:
        names = ", ".join(_name(name) for name in same)
        parts.append(f"Counts: no difference shown at {names}.")
    if times := [row for each in measurement.endpoints for row in _time_rows(each)]:
        parts.append(
            f"Times after, divided by times before: the median of pairs of requests, at most {measurement.pairs:,} in each of "
            f"{measurement.rounds:,} rounds, and its interval (95 %)."
        )
        head = "| endpoint | time | after / before | interval | |"
        parts.append(_table(head, "|---|---|--:|--:|---|", times))
    if measurement.more:
        parts.append(f"{measurement.more:,} more endpoints were measured, and are left out here.")
    return "\n\n".join(parts)


def count_rows(each: MeasuredEndpoint) -> Iterator[tuple[str, str, str, str]]:
    """Counts that differ: endpoint, what, before, after."""
    name = _name(each.name)
    for calls in each.calls:
        if calls.before != calls.after:
            yield name, _CALLS[calls.kind], f"{calls.before:,}", f"{calls.after:,}"
    if abs(each.stalls_after - each.stalls_before) >= _STALLS_DIFFER:
        yield name, "blocks the event loop", f"{each.stalls_before} %", f"{each.stalls_after} %"
    apart = max(_LEAST_MEMORY, _MEMORY_DIFFERS * each.memory_before)
    if each.memory_before and each.memory_after and abs(each.memory_after - each.memory_before) >= apart:
        before, after = (f"{size / 1e6:,.1f}" for size in (each.memory_before, each.memory_after))
        yield name, "MB of memory needed", before, after


def _time_rows(each: MeasuredEndpoint) -> Iterator[tuple[str, ...]]:
    for t in each.timings:
        interval = f"{t.low:.2f} to {t.high:.2f}"
        yield _name(each.name), str(t.clock), f"{t.ratio:.2f}", interval, str(t.shift)


def _table(head: str, line: str, rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join([head, line, *(f"| {' | '.join(row)} |" for row in rows)])


def _name(name: str) -> str:
    """As in `neutral.cell`: a pipe would split the row, whatever stands around it."""
    return code(name.replace("|", "¦"), 80)


def summary(measurement: Measurement) -> str:
    """One line for a terminal."""
    if measurement.outcome is not Measured.DONE:
        return _SHORT[measurement.outcome]
    endpoints = measurement.endpoints
    fewer = sum(any(calls.after < calls.before for calls in each.calls) for each in endpoints)
    shifts = [shift for shift in (Shift.FASTER, Shift.SLOWER) if any(_shift(e) is shift for e in endpoints)]
    parts = [f"{sum(_shift(e) is shift for e in endpoints)} {shift}" for shift in shifts]
    if fewer:
        parts.append(f"{fewer} with fewer calls")
    count = len(endpoints) + measurement.more
    return f"measured {count} endpoint{'s' * (count > 1)}: {', '.join(parts) or Shift.NONE}"


_SHORT = {
    Measured.NOT_ASKED: "",
    Measured.NO_TARGET: "not measured: [tool.fixbot.profile] sets no target",
    Measured.NO_ENDPOINT: "not measured: no endpoint that may be asked for is known to run what it changes",
    Measured.UNKNOWN: "not measured: which endpoints run what it changes is not known",
    Measured.NOT_STARTED: "not measured: the service did not start",
    Measured.TIMED_OUT: "not measured: it took too long",
    Measured.FAILED: "not measured",
}


def _shift(each: MeasuredEndpoint) -> Shift:
    return next((t.shift for t in each.timings if t.shift is not Shift.NONE), Shift.NONE)


def first(endpoints: list[MeasuredEndpoint]) -> list[MeasuredEndpoint]:
    """Those with the largest differences first: counts before times."""
    return sorted(
        endpoints, key=lambda each: (-len(list(count_rows(each))), _slowest(each.timings), each.name)
    )


def _slowest(timings: tuple[Timing, ...]) -> float:
    return min((t.ratio for t in timings), default=1.0)
