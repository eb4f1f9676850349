"""What a service should hold, and whether it did. Each limit can be set in `[tool.fixbot.profile.targets]`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from fixbot.config import FILE
from fixbot.errors import ConfigError
from fixbot.profiling.model import (
    Endpoint,
    EndpointResult,
    Kind,
    Observation,
    Problem,
    Profile,
    Trend,
    Verdict,
)
from fixbot.profiling.quantiles import needed, quantile

MS, KB, MB = 1e-3, 1000, 1_000_000
P95 = 0.95

_LIMITS: Mapping[str, float] = {
    # p95 of an endpoint, in milliseconds
    "health": 50,
    "list": 200,
    "single": 100,
    "write": 300,
    # megabytes
    "idle-memory": 256,
    "request-memory": 10,
    "peak-memory": 512,
    # kilobytes a request, over at least 1,000 of them
    "memory-growth": 1,
    # seconds
    "cold-start": 3,
    # milliseconds of one module, without what it imports itself
    "import": 500,
    # how often one request may make the same call before it is an N+1
    "repeated-calls": 5,
    # share of requests, in percent, that may fail
    "errors": 0,
}

FUNCTION_PATTERNS: Mapping[str, float] = {
    r"(?i)pre_?sign|sign(ed)?_url": 100,
    r"(?i)sync_.*(db|database)|(^|_)(db|database).*_sync": 500,
}
"""Functions of the project that have a target by their name: signing a URL, synchronising a database (ms at p95)."""

FUNCTIONS: Mapping[str, float] = {
    "google.cloud.storage.blob.Blob.generate_signed_url": 100,
    "botocore.signers.RequestSigner.generate_presigned_url": 100,
}


@dataclass(frozen=True)
class Targets:
    """The limits: general ones by name, of endpoints by `GET /path` (a glob), of functions by dotted name."""

    limits: Mapping[str, float] = field(default_factory=lambda: dict(_LIMITS))
    endpoints: Mapping[str, float] = field(default_factory=dict)
    functions: Mapping[str, float] = field(default_factory=dict)

    def changed(self, values: Mapping[str, float], functions: Mapping[str, float]) -> Targets:
        """These targets with some set otherwise. Raises `ConfigError` for a name that is neither."""
        endpoints = {name: value for name, value in values.items() if " " in name}
        limits = {name: value for name, value in values.items() if " " not in name}
        for name in limits:
            if name not in self.limits:
                near = difflib.get_close_matches(name, self.limits, n=1)
                meant = f"; did you mean `{near[0]}`?" if near else "."
                known = ", ".join(f"`{each}`" for each in self.limits)
                raise ConfigError(
                    f"{FILE}: [tool.fixbot.profile] targets: there is no target `{name}`{meant} "
                    f"The targets are {known}, and endpoints like 'GET /games'"
                )
        return replace(
            self,
            limits={**self.limits, **limits},
            endpoints={**self.endpoints, **endpoints},
            functions={**self.functions, **functions},
        )

    def latency(self, endpoint: Endpoint) -> float:
        """Seconds within which 95 of 100 requests should be answered."""
        for pattern, limit in self.endpoints.items():
            if pattern == endpoint.name or fnmatchcase(endpoint.name, pattern):
                return limit * MS
        return self.limits[endpoint.kind] * MS

    def __getitem__(self, name: str) -> float:
        return self.limits[name]


DEFAULT_TARGETS = Targets()


def judge(profile: Profile, targets: Targets) -> tuple[Verdict, ...]:
    """Every target that applies to what was measured."""
    return (
        *(_latency(result, targets.latency(result.endpoint)) for result in profile.endpoints),
        *_errors(profile, targets["errors"]),
        *_memory(profile, targets),
        *_cold_start(profile, targets["cold-start"]),
        *_problems(profile),
    )


def kind_of(method: str, path: str) -> Kind:
    """What an endpoint is, by its method and its path as the API describes it."""
    last = path.rstrip("/").rpartition("/")[2]
    if method not in ("GET", "HEAD", "OPTIONS"):
        return Kind.WRITE
    if last.lower() in (
        "health",
        "healthz",
        "healthcheck",
        "ping",
        "ready",
        "readyz",
        "live",
        "livez",
        "status",
    ):
        return Kind.HEALTH
    return Kind.SINGLE if last.startswith("{") else Kind.LIST


def _latency(result: EndpointResult, limit: float) -> Verdict:
    measured = quantile(result.latencies, P95)
    name = result.endpoint.name
    if measured is None:
        note = f"p95 takes {needed(P95)} answers, there were {len(result.latencies)}"
        half = quantile(result.latencies, 0.5)
        if half is not None and half > limit:
            shown = f"over {half * 1000:.1f} ms"
            return Verdict("p95", name, f"{limit * 1000:g} ms", shown, False, f"p50 is that; {note}")
        return Verdict("p95", name, f"{limit * 1000:g} ms", "", None, note)
    return Verdict("p95", name, f"{limit * 1000:g} ms", f"{measured * 1000:.1f} ms", measured <= limit)


def _errors(profile: Profile, limit: float) -> Iterator[Verdict]:
    sent = sum(result.requests for result in profile.endpoints)
    failed = sum(sum(result.errors.values()) for result in profile.endpoints)
    if sent:
        share = 100 * failed / sent
        yield Verdict("errors", "all requests", f"{limit:g} %", f"{share:.1f} %", share <= limit)


def _memory(profile: Profile, targets: Targets) -> Iterator[Verdict]:
    memory = profile.memory
    if memory is None:
        return
    for name, measured in (("idle-memory", memory.idle), ("peak-memory", memory.peak)):
        limit = targets[name]
        yield Verdict(name, "service", f"{limit:g} MB", f"{measured / MB:.0f} MB", measured <= limit * MB)
    needs = [(r.allocated, r.endpoint.name) for r in profile.endpoints if r.allocated is not None]
    if needs:
        most, name = max(needs)
        limit = targets["request-memory"]
        yield Verdict("request-memory", name, f"{limit:g} MB", f"{most / MB:.1f} MB", most <= limit * MB)
    limit = targets["memory-growth"]
    held = {Trend.FLAT: True, Trend.GROWS: False, Trend.UNKNOWN: None}[memory.trend]
    shown = "" if memory.slope is None else f"{memory.slope / KB:.2f} KB/request"
    yield Verdict("memory-growth", "service", f"{limit:g} KB/request", shown, held, memory.note)


def _cold_start(profile: Profile, limit: float) -> Iterator[Verdict]:
    if profile.start is not None:
        seconds = profile.start.seconds
        yield Verdict("cold-start", profile.start.first, f"{limit:g} s", f"{seconds:.2f} s", seconds <= limit)


def _problems(profile: Profile) -> Iterator[Verdict]:
    """One verdict for each kind of finding that is looked for, memory growth apart: it has a number."""
    looked_for = [Problem.SLOW_LOG] if profile.start else []
    if any(result.served for result in profile.endpoints):
        looked_for += [Problem.N_PLUS_ONE, Problem.EVERY_REQUEST, Problem.STALL, Problem.SLOW_IMPORT]
        looked_for += [Problem.SLOW_FUNCTION] if profile.functions else []
        looked_for += [Problem.LEFTOVERS]
    for problem in looked_for:
        found: list[Observation] = [f for f in profile.findings if f.problem is problem and f.counts]
        subject = found[0].subject if found else "service"
        note = f"and {len(found) - 1} more" if len(found) > 1 else ""
        yield Verdict(f"no {problem}", subject, "none", str(len(found)), not found, note)
