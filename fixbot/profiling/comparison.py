"""The nouns of comparing two revisions of a service, `before` and `after`, and what is to be said of each endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fixbot.profiling.model import Skipped
from fixbot.profiling.quantiles import Ratio


class Change(StrEnum):
    """What may be said of a change."""

    NONE = "no difference shown"
    FASTER = "faster"
    SLOWER = "slower"


@dataclass(frozen=True, slots=True)
class Counts:
    """What one request costs on any machine: calls by kind, bytes that are needed, share of requests that stall the loop."""

    calls: Mapping[str, int] = field(default_factory=dict)
    allocated: int | None = None
    stalls: float = 0.0


@dataclass(frozen=True, slots=True)
class Times:
    """One measure of time (latency or processor time) on both sides, in seconds."""

    what: str
    before: tuple[float, ...] = field(repr=False)
    after: tuple[float, ...] = field(repr=False)
    ratio: Ratio
    change: Change


@dataclass(frozen=True, slots=True)
class EndpointComparison:
    """One endpoint on both sides; the latency is the first of its times."""

    name: str
    before: Counts
    after: Counts
    times: tuple[Times, ...]

    @property
    def change(self) -> Change:
        """What is to be said: the latency's change, and that of processor time where the latency shows none."""
        return next((each.change for each in self.times if each.change is not Change.NONE), Change.NONE)

    @property
    def count_changes(self) -> tuple[tuple[str, str, str, bool], ...]:
        """Counts that differ: (what, before, after, whether it is worse)."""
        kinds = sorted(self.before.calls.keys() | self.after.calls.keys())
        pairs = [(f"{k} calls", self.before.calls.get(k, 0), self.after.calls.get(k, 0)) for k in kinds]
        changes = [(what, str(a), str(b), b > a) for what, a, b in pairs if a != b]
        if self.before.allocated and self.after.allocated:
            changes += _memory_change(self.before.allocated, self.after.allocated)
        if abs(self.before.stalls - self.after.stalls) >= STALLS_DIFFER:
            a, b = (f"{100 * side.stalls:.0f} %" for side in (self.before, self.after))
            changes.append(("requests that block the loop", a, b, self.after.stalls > self.before.stalls))
        return tuple(changes)


STALLS_DIFFER = 0.2
"""Shares of requests that stalled the loop differ by at least so much before it is said: single ones may be the machine."""
_MEMORY_DIFFERS = 0.2
_LEAST_MEMORY = 100_000


def _memory_change(before: int, after: int) -> list[tuple[str, str, str, bool]]:
    """Memory of a request that differs by a fifth and 100 kB: what the interpreter itself does varies a little."""
    if abs(after - before) < max(_LEAST_MEMORY, _MEMORY_DIFFERS * before):
        return []
    return [("MB needed", f"{before / 1e6:.2f}", f"{after / 1e6:.2f}", after > before)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two revisions beside each other. Cold starts and idle memory are of each round."""

    before: str
    after: str
    endpoints: tuple[EndpointComparison, ...]
    skipped: tuple[Skipped, ...]
    cold_starts: tuple[tuple[float, float], ...]
    idle: tuple[tuple[int, int], ...]
    rounds: int
    pairs: int
    notes: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether something got slower or costs more."""
        return any(
            each.change is Change.SLOWER or any(worse for *_, worse in each.count_changes)
            for each in self.endpoints
        )

    @property
    def differs(self) -> bool:
        return any(each.change is not Change.NONE or each.count_changes for each in self.endpoints)
