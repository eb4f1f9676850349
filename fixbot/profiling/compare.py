"""`fixbot compare`: two revisions of a service side by side, on the same machine at the same time.

Both run at once, and requests go to them in turn (A B, B A, ...), so that whatever else the machine does meets both
alike: each pair of requests gives one ratio. Each round starts both anew, because a process can be a little faster
or slower for all its life. Counts come first: they are the same on every machine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from statistics import median

from fixbot.profiling import load, memory, profiler, requests, server
from fixbot.profiling.comparison import Change, Comparison, Counts, EndpointComparison, Times
from fixbot.profiling.model import Sample, Served, Skipped, Stall
from fixbot.profiling.profiler import Options, Progress, Tried
from fixbot.profiling.quantiles import paired_ratio
from fixbot.profiling.settings import Settings

ALPHA = 0.01
"""How often a difference may be shown where there is none, over all endpoints together (Bonferroni)."""
SMALLEST = 0.1
"""The least relative change that is called one."""
LEAST = 0.0005
"""The least change in seconds that is called one: a process can be that much slower for all its life."""
LATENCY, CPU = "latency", "processor"
_WARM = 5
_LONGEST, _LEAST_PAIRS = 60.0, 10
"""Seconds that an endpoint takes in a round, where it is not so slow that a few pairs take longer."""

Rounds = list[list[tuple[float, float]]]
"""(before, after) in seconds, of each pair in each round."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: pairs of requests of each endpoint in a round, fewer of one that is slow."""

    rounds: int = 3
    pairs: int = 40

    def pairs_of(self, gap: float) -> int:
        """Pairs of an endpoint whose requests stand so many seconds apart."""
        return min(self.pairs, max(_LEAST_PAIRS, int(_LONGEST / (2 * gap)) - _WARM))


@dataclass
class _Side:
    """One revision in one round."""

    service: server.Service
    tried: dict[str, Tried]
    skipped: list[Skipped]
    idle: int


def compare(
    launches: tuple[server.Launch, server.Launch],
    names: tuple[str, str],
    settings: Settings,
    options: Options,
    plan: Plan,
    progress: Progress,
    only: Callable[[Tried], bool] | None = None,
) -> Comparison:
    """Measure both and say what differs. Raises `FixbotError`.

    `only` chooses the endpoints, as they are on the first side; where it wants none, that is all.
    """
    load.library()
    # The order of sets and dicts of strings is the same on both sides, so that it is no difference.
    launches = tuple(  # type: ignore[assignment]
        replace(each, environment={"PYTHONHASHSEED": "0", **each.environment}) for each in launches
    )
    collected, wanted = _Collected(), set[str]()
    for number in range(plan.rounds):
        progress(f"Round {number + 1} of {plan.rounds}: starting both")
        with ExitStack() as stack:
            sides = []
            for launch, name in zip(launches, names, strict=True):
                try:
                    service = stack.enter_context(server.running(launch))
                except server.ServiceFailed as exc:
                    raise server.ServiceFailed(f"{name}: {exc}") from exc
                sides.append(_opened(service, settings, options, progress, wanted))
                if only and not wanted:
                    wanted = {name for name, each in sides[0].tried.items() if only(each)}
                    if not wanted:
                        return collected.comparison(names, plan)
            _round(sides, wanted, options, plan, collected, progress, f"Round {number + 1} of {plan.rounds}")
    return collected.comparison(names, plan)


def _opened(
    service: server.Service, settings: Settings, options: Options, progress: Progress, wanted: set[str]
) -> _Side:
    """A side whose endpoints were tried: those wanted, all where none is named."""
    idle = memory.idle(service.process.pid)
    told = service.link.ready.get("openapi", "")
    found, skipped = requests.find_endpoints(service.base, settings, told=told, timeout=options.timeout)
    if wanted:
        found = tuple(each for each in found if each.name in wanted)
    tried, failed = profiler.try_endpoints(service.base, found, options, progress, service.link)
    return _Side(service, {each.endpoint.name: each for each in tried}, [*skipped, *failed], idle)


def _round(
    sides: Sequence[_Side],
    wanted: set[str],
    options: Options,
    plan: Plan,
    collected: _Collected,
    progress: Progress,
    where: str,
) -> None:
    before, after = sides
    names = [n for n in before.tried if n in after.tried and (not wanted or n in wanted)]
    collected.opened(before, after)
    bases = [side.service.base for side in sides]
    begun = [len(side.service.link.stalls_until_now(options.timeout)) for side in sides]
    sent: list[Sample] = []
    gaps = {name: 1 / profiler.rate_for(max(side.tried[name].seconds for side in sides)) for name in names}
    pairs = {name: plan.pairs_of(gap) for name, gap in gaps.items()}
    collected.asked |= pairs
    times = {name: 2 * gap * (_WARM + pairs[name]) for name, gap in gaps.items()}
    for name, gap in gaps.items():
        both = (before.tried[name], after.tried[name])
        schedule = [
            load.Planned((2 * pair + place) * gap, both[side].endpoint, side)
            for pair in range(_WARM + pairs[name])
            for place, side in enumerate((0, 1) if pair % 2 else (1, 0))
        ]
        left = sum(times[later] for later in names[names.index(name) :])

        def told(
            done: int, name: str = name, of: int = len(schedule), left: float = left, gap: float = gap
        ) -> None:
            progress(
                f"{where}, {name}: {done} of {of} requests; {profiler.about(max(left - done * gap, 0))} in this round"
            )

        samples = load.send(
            bases, schedule, concurrency=options.concurrency, timeout=options.timeout, told=told
        )
        sent += samples
        for side in sides:
            side.service.check_alive()
        for number, side in enumerate(sides):
            side.service.link.wait_for(
                [s.number for s in samples if s.ok and s.side == number], options.timeout
            )
        collected.pairs(name, samples, [side.service.link.served for side in sides])
    for number, side in enumerate(sides):
        stalls = side.service.link.stalls_until_now(options.timeout)[begun[number] :]
        collected.stalled(number, stalls, sent)


def _times(what: str, rounds: Rounds, alpha: float) -> Times:
    ratio = paired_ratio(rounds)
    before, after = zip(*(pair for pairs in rounds for pair in pairs), strict=True)
    change = Change.NONE
    worth_naming = abs(median(after) - median(before)) >= LEAST
    if worth_naming and ratio.shows_difference(alpha, SMALLEST):
        change = Change.SLOWER if ratio.ratio > 1 else Change.FASTER
    return Times(what, before, after, ratio, change)


class _Collected:
    """What the rounds gave so far."""

    def __init__(self) -> None:
        self.latencies: dict[str, Rounds] = defaultdict(list)
        self.cpu: dict[str, Rounds] = defaultdict(list)
        self.counts: tuple[dict[str, list[Tried]], dict[str, list[Tried]]] = (
            defaultdict(list),
            defaultdict(list),
        )
        self.stalls = (Counter[str](), Counter[str]())
        self.sent = (Counter[str](), Counter[str]())
        self.errors: dict[str, str] = {}
        self.asked: dict[str, int] = {}
        self.skipped: dict[tuple[str, str], Skipped] = {}
        self.starts: list[tuple[float, float]] = []
        self.idle: list[tuple[int, int]] = []

    def opened(self, before: _Side, after: _Side) -> None:
        self.starts.append((before.service.start.seconds, after.service.start.seconds))
        self.idle.append((before.idle, after.idle))
        for side, counts, here in ((before, self.counts[0], "before"), (after, self.counts[1], "after")):
            for name, tried in side.tried.items():
                counts[name].append(tried)
            for each in side.skipped:
                self.skipped[each.name, here] = each
        for name in before.tried.keys() ^ after.tried.keys():
            here, there = ("before", "after") if name in before.tried else ("after", "before")
            reason = self.skipped.get((name, there), Skipped(name, "it is not there")).reason
            self.skipped[name, here] = Skipped(name, f"it works {here} only; {there}: {reason}")
            self.skipped.pop((name, there), None)

    def pairs(self, name: str, samples: Sequence[Sample], served: Sequence[Mapping[int, Served]]) -> None:
        """The pairs of one endpoint in one round, without those that warm up."""
        sides = [[s for s in samples if s.side == side] for side in (0, 1)]
        latencies, cpu = [], []
        for a, b in list(zip(*sides, strict=True))[_WARM:]:
            if not (a.ok and b.ok):
                failed = next(s for s in (a, b) if not s.ok)
                self.errors[name] = failed.error or f"answered {failed.status}"
                continue
            latencies.append((a.latency, b.latency))
            seen = [served[s.side].get(s.number) for s in (a, b)]
            worked = [each.cpu for each in seen if each and each.cpu]
            if len(worked) == 2:
                cpu.append((worked[0], worked[1]))
        if latencies:
            self.latencies[name].append(latencies)
        if len(cpu) > len(latencies) / 2:
            self.cpu[name].append(cpu)

    def stalled(self, side: int, stalls: Sequence[Stall], sent: Sequence[Sample]) -> None:
        numbers = {sample.number: sample.endpoint for sample in sent if sample.side == side}
        self.sent[side].update(numbers.values())
        self.stalls[side].update(numbers[s.request] for s in stalls if s.request in numbers)

    def comparison(self, names: tuple[str, str], plan: Plan) -> Comparison:
        alpha = ALPHA / max(2 * len(self.latencies), 1)
        endpoints = tuple(self._endpoint(name, alpha) for name in self.latencies)
        notes = tuple(f"{name}: some requests failed ({error})" for name, error in self.errors.items())
        if slow := [name for name, pairs in self.asked.items() if pairs < plan.pairs]:
            fewer = ", ".join(f"{name} ({self.asked[name]})" for name in slow)
            notes += (f"fewer than {plan.pairs} pairs in a round of slow endpoints: {fewer}",)
        skipped = {each.name: each for each in self.skipped.values()}
        return Comparison(
            *names,
            endpoints,
            tuple(skipped.values()),
            tuple(self.starts),
            tuple(self.idle),
            plan.rounds,
            plan.pairs,
            notes,
        )

    def _endpoint(self, name: str, alpha: float) -> EndpointComparison:
        measures = ((LATENCY, self.latencies[name]), (CPU, self.cpu.get(name, [])))
        times = tuple(_times(what, rounds, alpha) for what, rounds in measures if rounds)
        return EndpointComparison(name, self._counts(0, name), self._counts(1, name), times)

    def _counts(self, side: int, name: str) -> Counts:
        tried = self.counts[side][name]
        calls: Counter[str] = Counter()
        for call in tried[-1].served[-1].calls if tried and tried[-1].served else ():
            if call.kind != "function":
                calls[call.kind] += call.count
        allocated = [size for each in tried if (size := each.allocated) is not None]
        stalls = self.stalls[side][name] / self.sent[side][name] if self.sent[side][name] else 0.0
        return Counts(dict(calls), int(median(allocated)) if allocated else None, stalls)
