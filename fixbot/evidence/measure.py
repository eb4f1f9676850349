"""Measures a fix: the endpoints that run what it changes, on its base and on its branch, as `fixbot compare` does.

Both are checked out apart and run in the environment that `setup` has made (else the project's own), with no token
in their environment, a home of their own and a time limit. That it cannot be measured fails nothing: it is said.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fixbot.errors import FixbotError
from fixbot.evidence.touched import touched
from fixbot.process import environment
from fixbot.profiling import checkout, compare, server
from fixbot.profiling.comparison import Change, Comparison, EndpointComparison, Times
from fixbot.profiling.profiler import Options, Tried
from fixbot.profiling.settings import Settings, read_settings
from fixbot.project.project import Project
from fixbot.pulls.forges.choose import TOKENS
from fixbot.pulls.measured import LONGEST_NAME, MOST_ENDPOINTS, first
from fixbot.pulls.model import (
    CallKind,
    Calls,
    Clock,
    Measured,
    MeasuredEndpoint,
    Measurement,
    PlannedFix,
    Shift,
    Timing,
)
from fixbot.pulls.workspace import Workspace

_KINDS = {str(kind): kind for kind in CallKind}
_CLOCKS = {compare.LATENCY: Clock.LATENCY, compare.CPU: Clock.PROCESSOR}
_SHIFTS = {Change.NONE: Shift.NONE, Change.FASTER: Shift.FASTER, Change.SLOWER: Shift.SLOWER}
ENOUGH = compare.Plan(rounds=3, pairs=20)
"""60 pairs: enough for a sign test, and half the time of `fixbot compare`, for there may be many fixes."""
FOR_MIDDLEWARE = 3
"""Endpoints that are measured where a fix changes what runs in every request."""
_LEAST_RATIO = 0.001
"""Smaller ones would be shown as nothing."""


class _OutOfTime(FixbotError):
    """Measuring one fix took too long."""


@dataclass
class Meter:
    """What all measurements of one run share."""

    work: Workspace
    base: str
    """The commit that is checked out for both sides, before each gets its tree."""
    root: Path
    """The project where the user has it: files that git does not know, and its environment."""
    prefix: str
    project: Project
    """What is committed at `base`."""
    table: Mapping[str, Any]
    """`[tool.fixbot.profile]`, as it is committed."""
    patches: Mapping[str, bytes]
    python: Path | None
    seconds: int
    progress: Callable[[str], None]
    plan: compare.Plan = ENOUGH
    notes: list[str] = field(default_factory=list)
    """What a person should see of what went wrong."""

    def measure(self, fix: PlannedFix, before: str, after: str, made: Path) -> Measurement:
        """Two trees beside each other. `made` is the project's folder in which `setup` has run."""
        if not self.table.get("target"):
            return self._none(fix, Measured.NO_TARGET, "[tool.fixbot.profile] sets no `target`")
        try:
            return self._measured(fix, before, after, made)
        except _OutOfTime:
            return self._none(fix, Measured.TIMED_OUT, f"it took longer than {self.seconds} s")
        except server.ServiceFailed as exc:
            return self._none(fix, Measured.NOT_STARTED, str(exc))
        except FixbotError as exc:
            return self._none(fix, Measured.FAILED, str(exc))

    def _none(self, fix: PlannedFix, outcome: Measured, why: str) -> Measurement:
        self.notes.append(f"{fix.branch} was not measured: {why}")
        return Measurement(outcome)

    def _measured(self, fix: PlannedFix, before: str, after: str, made: Path) -> Measurement:
        settings = _settings(self.table)
        chosen = _Chosen(touched(fix, self.patches[fix.patch], self.project))
        with self.work.checked_out(self.base) as one, self.work.checked_out(self.base) as other:
            launches = []
            for folder, tree in ((one, before), (other, after)):
                self.work.switch(folder, tree)
                launches.append(self._launch(settings, (folder / self.prefix).resolve(), made))
            compared = compare.compare(
                (launches[0], launches[1]),
                ("the base", "the branch"),
                settings,
                Options(),
                self.plan,
                _until(time.monotonic() + self.seconds, self.progress),
                chosen,
            )
        if compared.endpoints:
            return measurement(chosen.named(compared))
        if chosen.unknown:
            why = "the service does not tell which code answers"
            return self._none(fix, Measured.UNKNOWN, why)
        why = "no endpoint that may be asked for is known to run what it changes"
        return self._none(fix, Measured.NO_ENDPOINT, why)

    def _launch(self, settings: Settings, folder: Path, made: Path) -> server.Launch:
        for name in settings.copy:
            checkout.copy_in(made if (made / name).exists() else self.root, name, folder)
        python = server.default_python(made, None)
        if not python.is_relative_to(made):
            python = server.default_python(self.root, self.python)
        return server.Launch(
            settings.target,
            folder,
            python,
            server.app_folder(folder, settings.target, settings.app_dir),
            settings.environment,
            settings.ready,
            tuple(settings.targets.functions),
            inherited=environment(self.work.folder / "home"),
        )


@dataclass
class _Chosen:
    """Chooses the endpoints whose handlers are among these functions; for middleware, a few stand for all."""

    functions: frozenset[str]
    unknown: Counter[str] = field(default_factory=Counter)
    """Endpoints of which nobody tells which code answers."""
    around: list[str] = field(default_factory=list)
    """Those that were chosen because of middleware."""

    def __call__(self, tried: Tried) -> bool:
        handler = tried.served[-1].handler if tried.served else ""
        if handler in self.functions:
            return True
        if tried.around & self.functions:
            self.around.append(tried.endpoint.name)
            return len(self.around) <= FOR_MIDDLEWARE
        if not handler:
            self.unknown[tried.endpoint.name] += 1
        return False

    def named(self, compared: Comparison) -> Comparison:
        """With a name for the endpoints that stand for all: what they show is the middleware's."""
        endpoints = (
            replace(each, name=f"{each.name}, for middleware of every request")
            if each.name in self.around
            else each
            for each in compared.endpoints
        )
        return replace(compared, endpoints=tuple(endpoints))


def measurement(compared: Comparison) -> Measurement:
    """What a comparison says, in the words that a pull request may say."""
    endpoints = first([_endpoint(each) for each in compared.endpoints])
    named = list({each.name: each for each in endpoints}.values())
    left_out = len(compared.endpoints) - len(named[:MOST_ENDPOINTS])
    return Measurement(
        Measured.DONE, tuple(named[:MOST_ENDPOINTS]), left_out, compared.rounds, compared.pairs
    )


def _endpoint(each: EndpointComparison) -> MeasuredEndpoint:
    before, after = (_calls(side.calls) for side in (each.before, each.after))
    return MeasuredEndpoint(
        each.name[:LONGEST_NAME],
        tuple(Calls(kind, before[kind], after[kind]) for kind in CallKind if before[kind] or after[kind]),
        round(100 * each.before.stalls),
        round(100 * each.after.stalls),
        each.before.allocated or 0,
        each.after.allocated or 0,
        tuple(_timing(times) for times in each.times if times.ratio.low >= _LEAST_RATIO),
    )


def _timing(times: Times) -> Timing:
    ratio = times.ratio
    low, middle, high = (round(number, 3) for number in (ratio.low, ratio.ratio, ratio.high))
    return Timing(_CLOCKS[times.what], middle, low, high, _SHIFTS[times.change])


def _calls(calls: Mapping[str, int]) -> Counter[CallKind]:
    """By the kinds that there are words for; a library's own kind is another."""
    found: Counter[CallKind] = Counter()
    for kind, count in calls.items():
        found[_KINDS.get(kind, CallKind.OTHER)] += count
    return found


def _settings(table: Mapping[str, Any]) -> Settings:
    """Raises `FixbotError`, also where the service would be given a token of fixbot's."""
    if sys.platform == "win32":
        raise FixbotError("starting a service to measure it works on Linux and macOS only")
    if name := next((name for name in TOKENS if f"${{{name}}}" in repr(table)), ""):
        raise FixbotError(f"[tool.fixbot.profile] asks for {name}, which no code of the project may see")
    settings = read_settings(table)
    if "://" in settings.target:
        raise FixbotError(
            "`target` is a URL; two revisions are compared by starting both: give an import string"
        )
    return settings


def _until(end: float, progress: Callable[[str], None]) -> Callable[[str], None]:
    """Progress that stops the work, which reports every request, once its time is over."""

    def told(text: str) -> None:
        if time.monotonic() > end:
            raise _OutOfTime
        progress(text)

    return told
