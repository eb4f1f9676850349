"""Check and apply: the story of a run, from a folder to findings and new texts.

`check` looks at the project as it is. `apply` runs the codemods in their order, each in rounds until
nothing changes, on texts in memory; only then are files written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from fixbot.codemod import Codemod
from fixbot.model import FileError, Finding, Safety
from fixbot.project.project import Project
from fixbot.rewrite.rewriter import rewrite
from fixbot.suppressions import Suppressions

MAX_ROUNDS = 10
"""A codemod that still changes its own output after so many rounds is broken; its changes are dropped."""

Progress = Callable[[str], None]


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

    `refused` are findings whose edits did not pass a gate, with the reason; their places are untouched.
    """

    project: Project
    texts: dict[str, str]
    fixed: tuple[Finding, ...]
    refused: tuple[tuple[Finding, str], ...]


def check(project: Project, codemods: Sequence[Codemod], *, progress: Progress = lambda _: None) -> Checked:
    """Every finding of these codemods on the project as it is."""
    found: list[Finding] = []
    for codemod in codemods:
        progress(f"Looking for {codemod.id}")
        found += find(project, codemod)
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
    """All findings of one codemod, sorted by place, equals numbered."""
    triggers = [trigger.decode() for trigger in codemod.triggers]
    triggered = [
        path
        for path, source in project.sources.items()
        if any(trigger in source.text for trigger in triggers)
    ]
    modules = [module for path in triggered if (module := project.module(path))]
    if codemod.needs_effects and modules:
        project.effects.prepare()
    found: list[Finding] = []
    for module in modules:
        try:
            found += codemod.find(module, project, line_length)
        except RecursionError:
            project.errors.append(FileError(module.path, 1, f"nested too deeply for {codemod.id}"))
    return _numbered(sorted(found, key=_by_place))


def apply(
    project: Project,
    codemods: Sequence[Codemod],
    allowed: Iterable[Safety] = (Safety.SAFE,),
    *,
    line_length: int = 88,
    progress: Progress = lambda _: None,
) -> Applied:
    """Fix what is `allowed`, codemod by codemod, until a whole pass changes nothing. Writes nothing."""
    start, wanted = project, frozenset(allowed)
    fixed: list[Finding] = []
    refused: dict[str, tuple[Finding, str]] = {}
    for _ in range(MAX_ROUNDS):
        before = len(fixed)
        for codemod in codemods:
            progress(f"Fixing {codemod.id}")
            project = _apply_one(project, codemod, wanted, line_length, fixed, refused)
        if len(fixed) == before:
            break
    texts = {
        path: source.text
        for path, source in project.sources.items()
        if path not in start.sources or start.sources[path].text != source.text
    }
    return Applied(project, texts, tuple(fixed), tuple(refused.values()))


def _apply_one(
    project: Project,
    codemod: Codemod,
    allowed: frozenset[Safety],
    line_length: int,
    fixed: list[Finding],
    refused: dict[str, tuple[Finding, str]],
) -> Project:
    """One codemod in rounds, until it finds nothing more that it may fix."""
    start, done = project, list[Finding]()
    for _ in range(MAX_ROUNDS):
        suppressions = Suppressions.of(project)
        findings = [
            f
            for f in find(project, codemod, line_length=line_length)
            if f.edits and f.safety in allowed and f.fingerprint not in refused and not suppressions.covers(f)
        ]
        result = rewrite(project, findings, line_length=line_length)
        refused.update((finding.fingerprint, (finding, reason)) for finding, reason in result.refused)
        if not result.texts:
            fixed += done
            return project
        project = project.updated(result.texts)
        done += result.applied
    reason = f"{codemod.id} does not come to rest here; its changes were dropped"
    refused.update((finding.fingerprint, (finding, reason)) for finding in done)
    return start


def _numbered(findings: list[Finding]) -> list[Finding]:
    """Give findings that are equal in all else an ordinal, so that their fingerprints differ."""
    seen: dict[tuple[str, ...], int] = {}
    numbered = []
    for finding in findings:
        key = (finding.codemod, finding.path, finding.context, finding.matched)
        numbered.append(replace(finding, ordinal=seen.get(key, 0)))
        seen[key] = seen.get(key, 0) + 1
    return numbered


def _by_place(finding: Finding) -> tuple[object, ...]:
    return finding.path, finding.span, finding.codemod, finding.message
