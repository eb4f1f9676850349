"""Check and apply: the story of a run, from a folder to findings and new texts.

`check` looks at the project as it is. `apply` runs the codemods in their order, each in rounds until
nothing changes, on texts in memory; only then are files written.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias
from weakref import WeakKeyDictionary

from fixbot.codemod import Codemod
from fixbot.errors import FixbotError
from fixbot.model import FileError, Finding, Safety
from fixbot.project.project import Project
from fixbot.rewrite.rewriter import paths_of, rewrite
from fixbot.suppressions import Suppressions

MAX_ROUNDS = 10
"""A codemod that still changes its own output after so many rounds is broken; its changes are dropped."""

Progress = Callable[[str], None]
Where: TypeAlias = tuple[str, str]
"""A file and the name of a function in it."""
_Code: TypeAlias = tuple[str, str, str, str]
"""Codemod, path, enclosing definition and matched code: all of a fingerprint but the number among equals."""


@dataclass(frozen=True)
class Checked:
    """What a check found, in the order of the report: path, line, column, codemod."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    unused_suppressions: tuple[FileError, ...]
    errors: tuple[FileError, ...]
    scanned: int
    parsed: int


@dataclass(frozen=True)
class Applied:
    """What an apply changed, in memory: the project after it, the new texts by path, the findings fixed.

    `refused` are findings whose edits did not pass a gate, or wait for a person to decide on those of
    another codemod, with the reason; their places are untouched.
    """

    project: Project
    texts: dict[str, str]
    fixed: tuple[Finding, ...]
    refused: tuple[tuple[Finding, str], ...]


def check(
    project: Project,
    codemods: Sequence[Codemod],
    *,
    line_length: int = 88,
    progress: Progress = lambda _: None,
) -> Checked:
    """Every finding of these codemods on the project as it is."""
    found: list[Finding] = []
    with _few_collections():
        for codemod in codemods:
            progress(f"Looking for {codemod.id}")
            found += find(project, codemod, line_length=line_length)
    suppressions = Suppressions.of(project)
    kept = [f for f in found if not suppressions.covers(f)]
    return Checked(
        findings=tuple(sorted(kept, key=_by_place)),
        suppressed=tuple(sorted((f for f in found if suppressions.covers(f)), key=_by_place)),
        unused_suppressions=tuple(suppressions.unused(found, {c.id for c in codemods})),
        errors=tuple(sorted(project.errors, key=lambda e: (e.path, e.line))),
        scanned=len(project.sources),
        parsed=project.parsed_count,
    )


def find(project: Project, codemod: Codemod, *, line_length: int = 88) -> list[Finding]:
    """All findings of one codemod, sorted by place, equals numbered. A file that it fails at becomes an error.

    A project never changes, so what was found on it once is not looked for again.
    """
    known = _FOUND.setdefault(project, {})
    key = (id(codemod), line_length)
    if key not in known:
        known[key] = (codemod, _find(project, codemod, line_length))
    return known[key][1]


_FOUND: WeakKeyDictionary[Project, dict[tuple[int, int], tuple[Codemod, list[Finding]]]] = WeakKeyDictionary()


def _find(project: Project, codemod: Codemod, line_length: int) -> list[Finding]:
    triggers = codemod.triggers_for(project.catalogue)
    triggered = [source for source in project.sources.values() if any(t in source.text for t in triggers)]
    found: list[Finding] = []
    for source in [*triggered, *project.other_files(codemod.triggers)] if codemod.text_visitors else ():
        found += _found_in(project, codemod, source.path, codemod.find_in_text(source, project, line_length))
    modules = [m for s in triggered if (m := project.module(s.path))] if codemod.visitors else []
    if codemod.needs_effects and any(codemod.tests or not module.is_test for module in modules):
        project.effects.prepare()
    for module in modules:
        found += _found_in(project, codemod, module.path, codemod.find(module, project, line_length))
    return _numbered(sorted(found, key=_by_place))


def _found_in(project: Project, codemod: Codemod, path: str, findings: Iterator[Finding]) -> list[Finding]:
    """The findings in one file; where the codemod fails, an error."""
    found: list[Finding] = []
    try:
        found.extend(findings)
    except FixbotError:
        raise
    except RecursionError:
        _note(project, FileError(path, 1, f"nested too deeply for {codemod.id}"))
    except Exception as exc:
        if "FIXBOT_DEBUG" in os.environ:
            raise
        words = f"{codemod.id} fails at this file ({type(exc).__name__}: {exc}); please report it"
        _note(project, FileError(path, 1, words))
    return found


def _note(project: Project, error: FileError) -> None:
    """Keep an error, once: each round meets it again."""
    if error not in project.errors:
        project.errors.append(error)


def apply(
    project: Project,
    codemods: Sequence[Codemod],
    allowed: Iterable[Safety] = (Safety.SAFE,),
    *,
    line_length: int = 88,
    progress: Progress = lambda _: None,
) -> Applied:
    """Fix what is `allowed`, codemod by codemod, until a whole pass changes nothing. Writes nothing."""
    order = _Order(frozenset(allowed), line_length, progress)
    with _few_collections():
        done, refused = order.carry_out(project, codemods)
    return Applied(done.project, _changed(project, done.project), done.fixed, (*refused, *done.refused))


def apply_alone(
    project: Project,
    codemod: Codemod,
    safety: Safety,
    *,
    earlier: Sequence[Codemod] = (),
    ignored: Collection[Finding] = (),
    within: Collection[str] | None = None,
    line_length: int = 88,
) -> Applied:
    """Fix what one codemod finds of one safety, and nothing of any other: what becomes one pull request.

    The safe fixes leave what an `earlier` codemod wants reviewed, as `apply` does. `ignored` findings
    (of `project`, of any codemod) are left alone and hold nothing back; `within` are the only files whose findings
    are fixed (None: all). Writes nothing.
    """
    order = _Order(
        frozenset({safety}),
        line_length,
        ignored=frozenset(finding.fingerprint for finding in ignored),
        ignored_code=frozenset(_code(finding) for finding in ignored),
        within=None if within is None else frozenset(within),
    )
    with _few_collections():
        done = order.rounds(project, codemod, earlier if safety is Safety.SAFE else ())
    return Applied(done.project, _changed(project, done.project), done.fixed, done.refused)


def _changed(before: Project, after: Project) -> dict[str, str]:
    return {
        path: source.text
        for path, source in after.sources.items()
        if path not in before.sources or before.sources[path].text != source.text
    }


@dataclass(frozen=True)
class _Done:
    """What came of running codemods."""

    project: Project
    fixed: tuple[Finding, ...] = ()
    refused: tuple[tuple[Finding, str], ...] = ()
    waiting: bool = False
    """Whether there are edits that nobody has allowed yet."""


@dataclass(frozen=True)
class _Order:
    """What is to be fixed, and how."""

    allowed: frozenset[Safety]
    line_length: int
    progress: Progress = lambda _: None
    ignored: frozenset[str] = frozenset()
    """Fingerprints, in the project that a run starts with, of findings that nobody wants fixed."""
    ignored_code: frozenset[_Code] = frozenset()
    """What stands there. Fixing one of several equal places gives the others new numbers, and so new
    fingerprints: after the first round all places with such code are left alone."""
    within: frozenset[str] | None = None
    """The files whose findings may be fixed; None: all."""

    def carry_out(
        self, start: Project, codemods: Sequence[Codemod]
    ) -> tuple[_Done, list[tuple[Finding, str]]]:
        """All codemods, in passes until one changes nothing; and the findings of those that do not let it come to that.

        A codemod runs again only when another one has changed something since.
        """
        dropped: list[tuple[Finding, str]] = []
        while True:
            last: dict[str, _Done] = {}
            fixed: list[Finding] = []
            project = start
            for _ in range(MAX_ROUNDS):
                before = project
                for number, codemod in enumerate(codemods):
                    if codemod.id not in last or last[codemod.id].project is not project:
                        self.progress(f"Fixing {codemod.id}")
                        earlier = [c for c in codemods[:number] if last[c.id].waiting]
                        last[codemod.id] = done = self.rounds(project, codemod, earlier)
                        project = done.project
                        fixed += done.fixed
                if project is before:
                    refused = [entry for c in codemods for entry in last[c.id].refused]
                    return _Done(project, tuple(fixed), tuple(refused)), dropped
            restless = [c for c in codemods if last[c.id].fixed][-1]
            reason = f"{restless.id} and another codemod keep changing each other's result; its changes were dropped"
            wanted = self._allowed(self._with_edits(start, restless)) or last[restless.id].fixed
            dropped += [(finding, reason) for finding in wanted]
            codemods = [c for c in codemods if c is not restless]

    def rounds(
        self,
        start: Project,
        codemod: Codemod,
        earlier: Sequence[Codemod] = (),
        restless: frozenset[str] = frozenset(),
    ) -> _Done:
        """One codemod in rounds, until it finds nothing more that it may fix; files where it never does are left.

        What overlaps a fix of an `earlier` codemod that is not allowed, or would take it away, waits for
        it: whoever accepts that fix later must still find its place as it was.
        """
        project, fixed = start, list[Finding]()
        spoilt: dict[Where, str] = {}
        reason = f"{codemod.id} does not come to rest here; its changes were dropped"
        for _ in range(MAX_ROUNDS):
            found = self._with_edits(project, codemod, first=project is start)
            waiting = self._waiting(project, earlier, first=project is start) if found else []
            held = _held_back(self._allowed(found), waiting, spoilt)
            wanted = [finding for finding in self._allowed(found) if finding not in held]
            left = [finding for finding in wanted if paths_of(finding) & restless]
            free = [finding for finding in wanted if not paths_of(finding) & restless]
            result = rewrite(project, free, line_length=self.line_length)
            if not result.texts:
                unchanged = {finding.fingerprint for finding in result.applied}
                refused = [*result.refused, *((finding, reason) for finding in left), *held.items()]
                refused += [(finding, "its edit changes nothing") for finding in result.applied]
                kept = tuple(f for f in fixed if f.fingerprint not in unchanged)
                return _Done(project, kept, tuple(refused), len(self._allowed(found)) < len(found))
            changed = project.updated(result.texts)
            lost = _lost(waiting, self._waiting(changed, earlier, first=False))
            if lost.keys() - spoilt.keys():
                spoilt |= lost
                continue
            project = changed
            fixed += result.applied
        return self.rounds(start, codemod, earlier, restless | result.texts.keys())

    def _with_edits(self, project: Project, codemod: Codemod, *, first: bool = True) -> list[Finding]:
        suppressions = Suppressions.of(project)
        found = find(project, codemod, line_length=self.line_length)
        return [
            f
            for f in found
            if f.edits and not suppressions.covers(f) and not self._is_ignored(f, first=first)
        ]

    def _is_ignored(self, finding: Finding, *, first: bool) -> bool:
        return finding.fingerprint in self.ignored if first else _code(finding) in self.ignored_code

    def _allowed(self, findings: Iterable[Finding]) -> list[Finding]:
        chosen = (f for f in findings if f.safety in self.allowed)
        return [f for f in chosen if self.within is None or f.path in self.within]

    def _waiting(self, project: Project, codemods: Iterable[Codemod], *, first: bool) -> list[Finding]:
        """Findings with a fix that is not allowed."""
        found = (
            finding for codemod in codemods for finding in self._with_edits(project, codemod, first=first)
        )
        return [finding for finding in found if finding.safety not in self.allowed]


def _held_back(
    findings: Iterable[Finding], waiting: Sequence[Finding], spoilt: Mapping[Where, str]
) -> dict[Finding, str]:
    """Findings that overlap a fix that waits, or stand where the others have spoilt one, with the reason."""
    held: dict[Finding, str] = {}
    for finding in findings:
        first = next((other.codemod for other in waiting if _overlap(finding, other)), "")
        if codemod := first or spoilt.get((finding.path, finding.context), ""):
            held[finding] = f"waits for {codemod}, which needs review here"
    return held


def _lost(before: Iterable[Finding], after: Iterable[Finding]) -> dict[Where, str]:
    """The functions in which a finding is gone, with its codemod."""
    left = {finding.fingerprint for finding in after}
    return {(f.path, f.context): f.codemod for f in before if f.fingerprint not in left}


def _overlap(one: Finding, other: Finding) -> bool:
    return any(a.path == b.path and a.span.overlaps(b.span) for a in one.edits for b in other.edits)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Syntax trees are millions of objects in no cycles: looking for cycles again and again takes longer than parsing."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _numbered(findings: list[Finding]) -> list[Finding]:
    """Give findings that are equal in all else an ordinal, so that their fingerprints differ."""
    seen: dict[_Code, int] = {}
    numbered = []
    for finding in findings:
        key = _code(finding)
        numbered.append(replace(finding, ordinal=seen.get(key, 0)))
        seen[key] = seen.get(key, 0) + 1
    return numbered


def _code(finding: Finding) -> _Code:
    return finding.codemod, finding.path, finding.context, finding.matched


def _by_place(finding: Finding) -> tuple[object, ...]:
    return finding.path, finding.span, finding.codemod, finding.message
