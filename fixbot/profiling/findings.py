"""What the measurements say is wrong: calls repeated in a request, calls in every request, blocked loops, growth."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from fixbot.profiling.model import EndpointResult, Kind, Observation, Problem, Profile, Stall, Trend
from fixbot.profiling.quantiles import quantile
from fixbot.profiling.targets import FUNCTION_PATTERNS, FUNCTIONS, KB, MS, P95, Targets

SEEN = 2
"""A place blocks the loop when it was seen to so often, or once for `LONG`: once and shortly may be the machine."""
LONG = 1.0
ENDPOINTS = 2
"""A call is one of every request when at least so many endpoints make it, and all that were measured do."""
_READS = re.compile(r"(?i)\s*(?:select|with|explain|show)\b")
_HOUSEKEEPING = re.compile(
    r"(?i)\s*(?:(?:begin|start transaction|commit|rollback|pragma|savepoint|release|set)\b|select pg_advisory_unlock_all\()"
)
"""Transactions and settings, and what asyncpg's pool sends when a connection comes back: their number says nothing."""


def find(profile: Profile, targets: Targets) -> tuple[Observation, ...]:
    """All findings, the costly kinds first."""
    return (
        *stalls(profile),
        *repeated_calls(profile.endpoints, int(targets["repeated-calls"])),
        *calls_of_every_request(profile.endpoints),
        *growth(profile),
        *slow_functions(profile, targets),
        *slow_imports(profile, targets["import"] * MS),
        *slow_lines(profile),
    )


def repeated_calls(endpoints: Sequence[EndpointResult], limit: int) -> Iterator[Observation]:
    """N+1: one request makes the same call, with other values, `limit` times or more."""
    for result in endpoints:
        for call in result.calls:
            keeping = call.kind == "sql" and _HOUSEKEEPING.match(call.text)
            if call.count >= limit and call.kind != "function" and not keeping:
                same = " with the same values" if call.distinct == 1 else ""
                yield Observation(
                    Problem.N_PLUS_ONE,
                    result.endpoint.name,
                    f"{call.count} times the same {call.kind} call in one request{same}",
                    call.text,
                )


def calls_of_every_request(endpoints: Sequence[EndpointResult]) -> Iterator[Observation]:
    """The same call with the same arguments in every request of every endpoint (health checks may go without).

    One that reads a table is often a session's; it is named, and misses no target unless it blocks the event loop.
    """
    served = [result for result in endpoints if result.served]
    measured = [result for result in served if result.endpoint.kind is not Kind.HEALTH]
    if len(measured) < ENDPOINTS:
        return
    common: set[tuple[str, str, int]] | None = None
    for result in measured:
        for request in result.served[1:]:
            made = {(call.kind, call.text, call.identity) for call in request.calls}
            common = made if common is None else common & made
    for kind, text, _ in sorted(common or ()):
        blocking = any(c.blocking for r in measured for c in r.calls if (c.kind, c.text) == (kind, text))
        reads = kind == "sql" and bool(_READS.match(text))
        if kind == "sql" and _HOUSEKEEPING.match(text):
            continue
        how = ", which blocks the event loop" if blocking and kind != "sql" else ""
        message = f"an identical {kind} call in every request{how}"
        yield Observation(
            Problem.EVERY_REQUEST, f"{len(measured)} endpoints", message, text, counts=not reads
        )


def stalls(profile: Profile) -> Iterator[Observation]:
    """The places that block the event loop, those that take most of the time first."""
    by_place: dict[tuple[str, str], list[Stall]] = defaultdict(list)
    for stall in profile.stalls:
        by_place[stall.file, stall.function].append(stall)
    for found in sorted(by_place.values(), key=lambda found: -sum(s.seconds for s in found)):
        longest = max(found, key=lambda stall: stall.seconds)
        if len(found) < SEEN and longest.seconds < LONG:
            continue
        share = 100 * sum(s.seconds for s in found) / profile.watched if profile.watched else 0
        times = f"{len(found)} times" if len(found) > 1 else "once"
        message = f"blocked the event loop {times}, longest {longest.seconds * 1000:.0f} ms, {share:.0f} % of the time"
        subject = f"{longest.place} ({longest.function})"
        detail = longest.source + _asked(found, profile)
        yield Observation(Problem.STALL, subject, message, detail)


def _asked(found: Sequence[Stall], profile: Profile) -> str:
    """For which endpoints the loop was blocked: the first of them, and how many more; or that it is middleware's work."""
    names = list(dict.fromkeys(name for s in found if (name := profile.numbers.get(s.request or 0))))
    if not names:
        return ""
    if len(names) == len(profile.endpoints) > 1:
        return "    [for every endpoint: middleware, or what all of them call]"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"    [for {names[0]}{more}]"


def growth(profile: Profile) -> Iterator[Observation]:
    """Memory that grows with every request, and where."""
    memory = profile.memory
    if memory is None or memory.trend is not Trend.GROWS or memory.slope is None:
        return
    message = f"memory grows by {memory.slope / KB:.1f} KB with every request"
    where = [
        f"{g.file}:{g.line}: +{g.bytes / KB:.0f} KB in {g.blocks} blocks: {g.source}"
        for g in memory.growth[:3]
    ]
    subject = f"{memory.growth[0].file}:{memory.growth[0].line}" if memory.growth else "service"
    yield Observation(Problem.LEAK, subject, message, "\n".join(where))


def slow_functions(profile: Profile, targets: Targets) -> Iterator[Observation]:
    """Named functions that take longer than their target."""
    for name, seconds in sorted(profile.functions.items()):
        limit = function_limit(name, targets)
        measured = quantile(seconds, P95)
        if limit is not None and measured is not None and measured > limit:
            message = f"takes {measured * 1000:.0f} ms at p95, the target is {limit * 1000:g} ms"
            yield Observation(Problem.SLOW_FUNCTION, name, message)


def function_limit(name: str, targets: Targets) -> float | None:
    """The target of a function in seconds: set by name, or known, or by a pattern."""
    limit = {**FUNCTIONS, **targets.functions}.get(name)
    if limit is None:
        last = name.rpartition(".")[2]
        limit = next((ms for pattern, ms in FUNCTION_PATTERNS.items() if re.search(pattern, last)), None)
    return None if limit is None else limit * MS


def slow_imports(profile: Profile, limit: float) -> Iterator[Observation]:
    """Modules whose own import takes long."""
    for each in profile.start.imports if profile.start else ():
        if each.own > limit:
            message = f"its import takes {each.own:.2f} s of the cold start, without what it imports itself"
            yield Observation(Problem.SLOW_IMPORT, each.module, message)


def slow_lines(profile: Profile) -> Iterator[Observation]:
    """`[SLOW REQUEST]` lines that the service wrote."""
    if profile.slow_lines:
        message = f"the service logged {len(profile.slow_lines)} slow requests"
        yield Observation(Problem.SLOW_LOG, "log", message, "\n".join(profile.slow_lines[:3]))
