"""The nouns of measuring: what was asked, what was seen, and what is thought of it. Times in seconds, sizes in bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What an endpoint is, as the targets know it."""

    HEALTH = "health"
    LIST = "list"
    SINGLE = "single"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One request that is repeated: `name` is `GET /games/{id}`, `url` the path and query that are asked for."""

    name: str
    method: str
    url: str
    kind: Kind
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One request as the client saw it. `latency` runs from when it was due, not from when it could be sent."""

    endpoint: str
    side: int
    due: float
    latency: float
    status: int
    """0 when there was no answer; `error` then says why."""
    error: str = ""
    number: int = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 400


@dataclass(frozen=True, slots=True)
class Call:
    """A call that left the process, as often as it was made during one request."""

    kind: str
    text: str
    count: int
    distinct: int
    """How many of them had different arguments."""
    identity: int
    """Stands for the arguments; the same in two requests when they were the same."""
    blocking: int
    """How many of them ran in the thread of the event loop, synchronously."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Served:
    """One request as the service saw it."""

    number: int | None
    status: int
    size: int
    seconds: float
    route: str
    calls: tuple[Call, ...]
    allocated: int | None = None
    """Most bytes that Python had allocated more than before the request; only where requests came one at a time."""
    resident: int | None = None
    cpu: float | None = None
    """Seconds of processor time, of all threads; only where no other request was in flight."""


def allocated(served: Sequence[Served]) -> int | None:
    """Bytes that a request needs, of those made one at a time. The first is left out: it fills caches."""
    found = [max(s.allocated, s.resident or 0) for s in served[1:] if s.allocated is not None]
    return sorted(found)[len(found) // 2] if found else None


@dataclass(frozen=True, slots=True)
class Stall:
    """The event loop was blocked: for how long, where the code was, and which request it was for, if any."""

    seconds: float
    file: str
    line: int
    function: str
    source: str
    request: int | None = None

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Import:
    """A module's import: its own time, and with all that it imported."""

    module: str
    own: float
    total: float


@dataclass(frozen=True, slots=True)
class Start:
    """How the service came up. `first` is the request that was answered first, `status` with what."""

    seconds: float
    first: str
    status: int
    imports: tuple[Import, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointResult:
    """What was measured of one endpoint. Latencies are of the requests that were answered in time."""

    endpoint: Endpoint
    requests: int
    errors: Mapping[str, int]
    latencies: tuple[float, ...]
    throughput: float
    """Answers a second."""
    rate: float
    """Requests asked for, a second."""
    served: tuple[Served, ...] = ()
    """Requests made one at a time, with their calls and allocations; empty where there is no probe."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of a typical request: the last of those made one at a time."""
        return self.served[-1].calls if self.served else ()

    @property
    def allocated(self) -> int | None:
        return allocated(self.served)


@dataclass(frozen=True, slots=True)
class MemoryPoint:
    """Resident memory of the service after so many requests, garbage collected; `seconds` since the first."""

    requests: int
    seconds: float
    resident: int


@dataclass(frozen=True, slots=True)
class Growth:
    """A place whose allocations grew: bytes and blocks more than before."""

    file: str
    line: int
    source: str
    bytes: int
    blocks: int


class Trend(StrEnum):
    """What memory does over many requests."""

    FLAT = "flat"
    GROWS = "grows"
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of the service and all its child processes."""

    idle: int
    peak: int
    points: tuple[MemoryPoint, ...] = ()
    samples: tuple[tuple[float, int], ...] = ()
    """(seconds, resident bytes) all along."""
    trend: Trend = Trend.UNKNOWN
    slope: float | None = None
    """Bytes a request."""
    note: str = ""
    growth: tuple[Growth, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """An endpoint that was not measured, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and whether it held; `held` is None where it could not be measured, and `note` says why."""

    target: str
    subject: str
    limit: str
    measured: str
    held: bool | None
    note: str = ""


class Problem(StrEnum):
    """The kinds of findings."""

    N_PLUS_ONE = "n+1"
    EVERY_REQUEST = "every-request"
    STALL = "loop-stall"
    LEAK = "memory-growth"
    SLOW_IMPORT = "slow-import"
    SLOW_FUNCTION = "slow-function"
    SLOW_LOG = "slow-request-log"
    LEFTOVERS = "leftover-processes"


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that costs, and where. One that does not `count` is worth knowing, and misses no target."""

    problem: Problem
    subject: str
    message: str
    detail: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """All that was measured of one service."""

    target: str
    endpoints: tuple[EndpointResult, ...]
    skipped: tuple[Skipped, ...]
    start: Start | None
    memory: Memory | None
    stalls: tuple[Stall, ...]
    watched: float
    """Seconds during which the loop was watched under load."""
    functions: Mapping[str, tuple[float, ...]]
    """Seconds of each call of the named functions."""
    slow_lines: tuple[str, ...]
    numbers: Mapping[int, str] = field(default_factory=dict, repr=False)
    """Which endpoint a request's number was for."""
    findings: tuple[Observation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        return all(verdict.held is not False for verdict in self.verdicts)
