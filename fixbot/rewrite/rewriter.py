"""From findings to new texts: choose edits that do not meet, apply them, put every file through the gates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fixbot.model import Definition, Edit, Finding, Import, TextEdit
from fixbot.project.files import stays_inside
from fixbot.project.module import Module
from fixbot.project.project import Project
from fixbot.project.source import Source
from fixbot.rewrite.definitions import add_definition, joined
from fixbot.rewrite.gates import refuse_text
from fixbot.rewrite.imports import add_imports
from fixbot.rewrite.splice import CannotRewrite, apply_edits
from fixbot.rewrite.text import replaced


@dataclass(frozen=True)
class Rewrite:
    """The result of one round: new texts by path, and what was applied, postponed and refused."""

    texts: dict[str, str] = field(default_factory=dict)
    applied: tuple[Finding, ...] = ()
    postponed: tuple[Finding, ...] = ()
    refused: tuple[tuple[Finding, str], ...] = ()


@dataclass
class _Needs:
    """All that is to change in one file."""

    edits: list[Edit] = field(default_factory=list)
    texts: list[TextEdit] = field(default_factory=list)
    imports: set[Import] = field(default_factory=set)
    definitions: dict[str, Definition] = field(default_factory=dict)


def rewrite(project: Project, findings: Iterable[Finding], *, line_length: int = 88) -> Rewrite:
    """Apply the edits of as many findings as do not overlap; each finding as a whole or not at all.

    A finding whose edits overlap an earlier one's waits for the next round. One that cannot be
    applied is refused with the reason, and takes nothing else with it.
    """
    chosen, postponed = _without_overlaps(findings)
    refused: list[tuple[Finding, str]] = []
    while True:
        try:
            return Rewrite(
                _texts(project, chosen, line_length), tuple(chosen), tuple(postponed), tuple(refused)
            )
        except CannotRewrite as exc:
            broken = _blame(project, [f for f in chosen if exc.path in paths_of(f)], line_length)
            refused += broken
            names = {id(finding) for finding, _ in broken}
            chosen = [f for f in chosen if id(f) not in names]


def paths_of(finding: Finding) -> set[str]:
    """The files that a finding's edits change."""
    homes = {new.path for edit in finding.edits if isinstance(edit, Edit) for new in edit.definitions}
    return {edit.path for edit in finding.edits} | homes


def _without_overlaps(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    chosen: list[Finding] = []
    postponed: list[Finding] = []
    taken: dict[str, list[Edit | TextEdit]] = {}
    for finding in findings:
        if any(
            edit.span.overlaps(other.span) for edit in finding.edits for other in taken.get(edit.path, ())
        ):
            postponed.append(finding)
            continue
        chosen.append(finding)
        for edit in finding.edits:
            taken.setdefault(edit.path, []).append(edit)
    return chosen, postponed


def _blame(project: Project, findings: Sequence[Finding], line_length: int) -> list[tuple[Finding, str]]:
    """The findings that cannot be applied even alone, or, if each can, the last one of those that clash."""

    def reason(*together: Finding) -> str:
        try:
            _texts(project, together, line_length)
        except CannotRewrite as exc:
            return str(exc)
        return ""

    broken = [(finding, why) for finding in findings if (why := reason(finding))]
    clashes = (
        (findings[n], why)
        for n in range(1, len(findings))
        if not broken and (why := reason(*findings[: n + 1]))
    )
    return broken or [next(clashes)]


def _texts(project: Project, findings: Iterable[Finding], line_length: int) -> dict[str, str]:
    """The new text of every file these findings change. Raises `CannotRewrite`."""
    texts: dict[str, str] = {}
    for path, needs in _needs(findings).items():
        try:
            old, new = _old_text(project, path, needs), _new_text(project, path, needs, line_length)
            undefined = frozenset(name for edit in needs.texts for name in edit.undefined)
            if reason := refuse_text(path, old, new, python=project.python, undefined=undefined):
                raise CannotRewrite(reason)
        except CannotRewrite as exc:
            exc.path = path
            raise
        if new != old:
            texts[path] = new
    return texts


def _needs(findings: Iterable[Finding]) -> dict[str, _Needs]:
    needs: dict[str, _Needs] = {}
    for edit in (edit for finding in findings for edit in finding.edits):
        here = needs.setdefault(edit.path, _Needs())
        if isinstance(edit, TextEdit):
            here.texts.append(edit)
            continue
        here.edits.append(edit)
        here.imports |= {*edit.imports}
        for new in edit.definitions:
            home = needs.setdefault(new.path, _Needs())
            known = home.definitions.get(new.name)
            home.definitions[new.name] = joined(known, new) if known else new
            home.imports |= {*new.imports}
    return needs


def _old_text(project: Project, path: str, needs: _Needs) -> str | None:
    """What the file holds; None where there is none yet. Raises `CannotRewrite`."""
    if needs.texts and path in project.sources:
        return project.sources[path].text
    module = project.module(path)
    if module is None and project.has_file(path):
        raise CannotRewrite(f"{path} is there already, but cannot be read")
    if not stays_inside(path):
        raise CannotRewrite(f"{path} is outside of the project")
    return module.source.text if module else None


def _new_text(project: Project, path: str, needs: _Needs, line_length: int) -> str:
    module = project.module(path)
    if needs.texts and needs.edits:
        raise CannotRewrite(f"{path} is to be repaired as text before its code can be rewritten")
    if needs.texts:
        text = replaced(project.sources[path], needs.texts)
    elif needs.edits and module:
        text = apply_edits(module, needs.edits)
    else:
        text = module.source.text if module else ""
    for new in needs.definitions.values():
        text = add_definition(_parse(project, path, text), new)
    text = add_imports(
        _parse(project, path, text),
        needs.imports,
        unwanted={name for edit in needs.edits for name in edit.drops},
        is_local=project.is_own_name,
        line_length=line_length,
    )
    source = _source(project, path, text)
    if not source.can_hold(text):
        raise CannotRewrite(f"{path} is in {source.encoding}, which lacks a character of the new text")
    return text


def _source(project: Project, path: str, text: str) -> Source:
    return project.sources[path].with_text(text) if path in project.sources else Source(path, text)


def _parse(project: Project, path: str, text: str) -> Module:
    try:
        return Module.parse(_source(project, path, text), project.module_name(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        raise CannotRewrite(f"the rewritten {path} would not parse: {exc}") from exc
