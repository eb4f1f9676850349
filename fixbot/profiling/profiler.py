"""`fixbot profile`: the story of a measurement, from the start of the service to what is thought of it.

One endpoint after the other, so that none is blamed for another: first a few requests one at a time, whose calls
and allocations are counted; then many at a constant rate, which are timed; last all endpoints in turn, long enough
to see whether memory stays flat.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from fixbot.errors import FixbotError
from fixbot.profiling import findings, load, memory, requests, server
from fixbot.profiling.model import (
    Endpoint,
    EndpointResult,
    MemoryPoint,
    Observation,
    Problem,
    Profile,
    Sample,
    Served,
    Skipped,
    allocated,
)
from fixbot.profiling.probe_link import Link
from fixbot.profiling.quantiles import needed
from fixbot.profiling.settings import Settings
from fixbot.profiling.targets import KB, judge

Progress = Callable[[str], None]
COUNTED = 4
"""Requests of each endpoint whose calls and allocations are counted; the first fills caches."""
_CALIBRATED = 3
_UTILISATION = 0.5
_SOAK_UTILISATION = 0.9
_HIGHEST_RATE = 200.0
REQUESTS = 100
"""Requests of each endpoint that are timed where nobody asks for a number, or as many as fit in these times (s)."""
_LONGEST, _LONGEST_ALL = 60.0, 600.0
_LONGEST_SOAK = 300.0
_SETTLED, _SETTLED_SECONDS = 3.0, 0.05


@dataclass(frozen=True, slots=True)
class Options:
    """How much is asked of the service. `rate` None: half of what it can answer one after the other.

    `requests` of each endpoint; None: 100, or for a slow one what fits in a minute.
    """

    requests: int | None = None
    concurrency: int = 10
    rate: float | None = None
    soak: int = memory.ENOUGH
    duration: float | None = None
    timeout: float = 10.0


@dataclass
class Tried:
    """An endpoint that works: what was counted, and the seconds that it takes when it is alone."""

    endpoint: Endpoint
    served: tuple[Served, ...]
    seconds: float
    around: frozenset[str] = frozenset()
    """The functions of middleware, which run in every request, named as handlers are."""

    @property
    def allocated(self) -> int | None:
        return allocated(self.served)

    def rate(self, options: Options) -> float:
        return options.rate or rate_for(self.seconds)

    def requests(self, options: Options, among: int) -> int:
        """How many to time, where so many endpoints are timed: the median of a slow one at least."""
        if options.requests:
            return options.requests
        seconds = min(_LONGEST, _LONGEST_ALL / among)
        return max(needed(0.5), min(REQUESTS, int(seconds * self.rate(options))))


def rate_for(seconds: float, utilisation: float = _UTILISATION) -> float:
    """Requests a second that keep a service that busy, when one takes so long."""
    return min(_HIGHEST_RATE, utilisation / max(seconds, 1e-4))


def profile_service(
    launch: server.Launch, settings: Settings, options: Options, progress: Progress
) -> Profile:
    """Start the service and measure it. Raises `FixbotError`."""
    load.library()
    progress(f"Starting {launch.target}")
    with server.running(launch) as service:
        measured = _Measured(service, settings, options, progress)
        profile = measured.all(launch.target)
    unknown = [
        f"there is no function {name}" for name in service.link.unknown_functions if name in launch.functions
    ]
    profile = replace(profile, slow_lines=tuple(service.slow_lines), notes=(*profile.notes, *unknown))
    return _judged(profile, settings, _leftovers(service.leftovers))


def profile_url(url: str, settings: Settings, options: Options, progress: Progress) -> Profile:
    """Measure a service that runs already, from outside: latencies only. Raises `FixbotError`."""
    load.library()
    base = url.rstrip("/")
    endpoints, skipped = requests.find_endpoints(base, settings, timeout=options.timeout)
    tried, failed = try_endpoints(base, endpoints, options, progress)
    results = tuple(samples[0] for samples in timed(base, tried, options, progress))
    note = "a service that fixbot did not start shows its latencies only: no memory, calls or stalls"
    notes = (note, *fewer(results, options))
    profile = Profile(url, results, (*skipped, *failed), None, None, (), 0.0, {}, (), notes=notes)
    return _judged(profile, settings, ())


def _judged(profile: Profile, settings: Settings, more: Iterable[Observation]) -> Profile:
    profile = replace(profile, findings=(*findings.find(profile, settings.targets), *more))
    return replace(profile, verdicts=judge(profile, settings.targets))


def _leftovers(commands: Sequence[str]) -> Iterator[Observation]:
    if commands:
        one = "a process" if len(commands) == 1 else f"{len(commands)} processes"
        message = f"left {one} running when it stopped; fixbot ended what was left"
        yield Observation(Problem.LEFTOVERS, "service", message, "\n".join(commands))


def try_endpoints(
    base: str,
    endpoints: Sequence[Endpoint],
    options: Options,
    progress: Progress,
    link: Link | None = None,
) -> tuple[list[Tried], list[Skipped]]:
    """Ask for each endpoint a few times, one request at a time: those that work, and why the others do not.

    Raises `FixbotError` when none works.
    """
    tried, failed = [], []
    if link:
        link.count(True)
    counted: dict[str, tuple[Served, ...]] = {}
    for endpoint in endpoints:
        progress(f"Counting the calls of {endpoint.name}")
        samples = [_one(base, endpoint, options)]
        if reason := _why_not(samples[0]):
            failed.append(Skipped(endpoint.name, reason))
            continue
        if link:
            samples += [_one(base, endpoint, options) for _ in range(COUNTED - 1)]
            numbers = [sample.number for sample in samples]
            link.wait_for(numbers, options.timeout)
            counted[endpoint.name] = tuple(link.served[n] for n in numbers if n in link.served)
    if link:
        link.count(False)
    for endpoint in endpoints:
        if not any(each.name == endpoint.name for each in failed):
            seconds = mean(_one(base, endpoint, options).latency for _ in range(_CALIBRATED))
            around = link.middleware if link else frozenset()
            tried.append(Tried(endpoint, counted.get(endpoint.name, ()), seconds, around))
    if not tried:
        raise FixbotError(_none_works(failed))
    return tried, failed


def _one(base: str, endpoint: Endpoint, options: Options) -> Sample:
    [sample] = load.send([base], [load.Planned(0, endpoint)], concurrency=1, timeout=options.timeout)
    return sample


def _why_not(sample: Sample) -> str:
    """Why an endpoint cannot be measured, from its first answer; "" when it can."""
    if sample.status in (401, 403):
        return (
            f"it needs sign-in (it answered {sample.status}); set headers in [tool.fixbot.profile.headers], like "
            "Authorization = 'Bearer ${TOKEN}'"
        )
    if sample.status == 0:
        return f"{sample.error}; a stream, or it hangs" if "no answer" in sample.error else sample.error
    return "" if sample.ok else f"it answered {sample.status}"


def _none_works(failed: Sequence[Skipped]) -> str:
    reasons = Counter(each.reason for each in failed)
    if len(reasons) == 1:
        names = ", ".join(each.name for each in failed[:3]) + (", ..." if len(failed) > 3 else "")
        return f"No endpoint can be measured ({names}): {failed[0].reason}"
    return "No endpoint can be measured:\n" + "\n".join(
        f"    {each.name}: {each.reason}" for each in failed[:10]
    )


def settle(base: str, tried: Tried, options: Options) -> Iterator[Sample]:
    """Requests until an endpoint is as quick as it was alone: what an earlier one left in the queue is none of its own."""
    until = time.perf_counter() + 2 * options.timeout
    while time.perf_counter() < until:
        sample = _one(base, tried.endpoint, options)
        yield sample
        if sample.latency < max(_SETTLED * tried.seconds, _SETTLED_SECONDS):
            return


def timed(
    base: str, tried: Sequence[Tried], options: Options, progress: Progress
) -> Iterator[tuple[EndpointResult, Sequence[Sample]]]:
    """Each endpoint by itself, many requests at a constant rate: what they say, and all that were sent."""
    counts = [each.requests(options, len(tried)) for each in tried]
    left = [count / each.rate(options) for count, each in zip(counts, tried, strict=True)]
    for number, (each, count) in enumerate(zip(tried, counts, strict=True)):
        where = f"{each.endpoint.name} ({number + 1} of {len(tried)})"
        yield time_endpoint(base, each, count, sum(left[number:]), where, options, progress)


def time_endpoint(
    base: str, tried: Tried, count: int, left: float, where: str, options: Options, progress: Progress
) -> tuple[EndpointResult, Sequence[Sample]]:
    """One endpoint, with those requests that were sent before the clock ran. `left`: seconds until all are timed."""
    rate = tried.rate(options)
    before = list(settle(base, tried, options))
    plan = load.constant_rate([tried.endpoint], count, rate)

    def told(done: int) -> None:
        seconds = max(left - done / rate, 0)
        progress(
            f"{where}: {done} of {count} requests at {_shown(rate)} a second; {about(seconds)} for all endpoints"
        )

    samples = load.send([base], plan, concurrency=options.concurrency, timeout=options.timeout, told=told)
    return result_of(tried, samples, rate), [*before, *samples]


def _shown(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.2g}"


def about(seconds: float) -> str:
    """How long something still takes, for progress."""
    return f"about {seconds / 60:.0f} min left" if seconds >= 90 else f"about {seconds:.0f} s left"


def fewer(results: Sequence[EndpointResult], options: Options) -> Iterator[str]:
    """Which endpoints were asked for less often than usual, because they are slow."""
    slow = [each for each in results if each.requests < REQUESTS]
    if slow and not options.requests:
        names = ", ".join(f"{each.endpoint.name} ({each.requests})" for each in slow[:5])
        names += f" and {len(slow) - 5} more" if len(slow) > 5 else ""
        yield f"fewer than {REQUESTS} requests to slow endpoints: {names}; --requests {REQUESTS} asks for all"


def result_of(tried: Tried, samples: Sequence[Sample], rate: float) -> EndpointResult:
    """What these samples of one endpoint say."""
    answered = [sample for sample in samples if sample.ok]
    errors = Counter(sample.error or str(sample.status) for sample in samples if not sample.ok)
    took = max(s.due + s.latency for s in samples) - min(s.due for s in samples)
    latencies = tuple(sample.latency for sample in answered)
    throughput = len(answered) / took if took else 0.0
    return EndpointResult(
        tried.endpoint, len(samples), dict(errors), latencies, throughput, rate, tried.served
    )


class _Measured:
    """One run against a service that fixbot started."""

    def __init__(
        self, service: server.Service, settings: Settings, options: Options, progress: Progress
    ) -> None:
        self.service, self.settings, self.options, self.progress = service, settings, options, progress
        self.numbers: dict[int, str] = {}
        self.watched = 0.0

    def all(self, target: str) -> Profile:
        service, link = self.service, self.service.link
        idle = memory.idle(service.process.pid)
        told = link.ready.get("openapi", "")
        endpoints, skipped = requests.find_endpoints(
            service.base, self.settings, told=told, timeout=self.options.timeout
        )
        with memory.Sampler(service.process.pid) as sampler:
            tried, failed = try_endpoints(service.base, endpoints, self.options, self.progress, link)
            earlier = len(link.stalls_until_now(self.options.timeout))
            begun = time.perf_counter()
            results = [self._timed(*each) for each in timed(service.base, tried, self.options, self.progress)]
            points, note = self._soak(tried)
            self.watched += time.perf_counter() - begun
            stalls = link.stalls_until_now(self.options.timeout)[earlier:]
            limit = self.settings.targets["memory-growth"] * KB
            trend, slope, why, growth = memory.confirmed(
                points, limit, link, lambda count: self._requests(tried, count)
            )
        service.check_alive()
        seen = memory.summary(idle, sampler, points)
        seen = replace(seen, trend=trend, slope=slope, note=note or why, growth=growth)
        return Profile(
            target,
            tuple(results),
            (*skipped, *failed),
            service.start,
            seen,
            stalls,
            self.watched,
            _functions(link.served.values()),
            (),
            self.numbers,
            notes=tuple(fewer(results, self.options)),
        )

    def _timed(self, result: EndpointResult, samples: Sequence[Sample]) -> EndpointResult:
        self.numbers.update((sample.number, sample.endpoint) for sample in samples)
        self.service.check_alive()
        return result

    def _soak(self, tried: Sequence[Tried]) -> tuple[list[MemoryPoint], str]:
        """Requests to all endpoints in turn: memory at quiet moments, and why there is none."""
        rate = self._rate(tried)
        count = int(self.options.duration * rate) if self.options.duration else self.options.soak
        if not self.options.duration and count / rate > _LONGEST_SOAK:
            return [], f"{count:,} requests would take {count / rate / 60:.0f} minutes; give --duration"
        return list(self._requests(tried, count)), ""

    def _rate(self, tried: Sequence[Tried]) -> float:
        return self.options.rate or rate_for(mean(each.seconds for each in tried), _SOAK_UTILISATION)

    def _requests(self, tried: Sequence[Tried], count: int) -> Sequence[MemoryPoint]:
        rate, points, sent = self._rate(tried), list[MemoryPoint](), 0
        endpoints = [each.endpoint for each in tried]
        begun = time.perf_counter()
        for part in _parts(count, max(memory.POINTS, int(count / rate / 60))):

            def told(done: int, before: int = sent) -> None:
                left = about((count - before - done) / rate)
                self.progress(f"Memory: {before + done:,} of {count:,} requests; {left}")

            samples = load.send(
                [self.service.base],
                load.constant_rate(endpoints, part, rate),
                concurrency=self.options.concurrency,
                timeout=self.options.timeout,
                told=told,
            )
            self.numbers.update((sample.number, sample.endpoint) for sample in samples)
            self.service.check_alive()
            sent += part
            points.append(MemoryPoint(sent, time.perf_counter() - begun, self.service.link.resident()))
        return points


def _parts(count: int, pieces: int) -> list[int]:
    """A number cut into that many nearly equal ones: (10, 3) -> [4, 3, 3]."""
    pieces = max(1, min(pieces, count))
    return [count // pieces + (n < count % pieces) for n in range(pieces)] if count else []


def _functions(served: Iterable[Served]) -> Mapping[str, tuple[float, ...]]:
    """Seconds of each named function, a call."""
    found: dict[str, list[float]] = defaultdict(list)
    for each in served:
        for call in each.calls:
            if call.kind == "function":
                found[call.text].append(call.seconds / call.count)
    return {name: tuple(seconds) for name, seconds in found.items()}
