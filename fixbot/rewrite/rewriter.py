"""From findings to new texts: choose edits that do not meet, apply them, put every file through the gates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fixbot.model import Definition, Edit, Finding, Import
from fixbot.project.module import Module
from fixbot.project.project import Project
from fixbot.project.source import Source
from fixbot.rewrite.definitions import add_definition, joined
from fixbot.rewrite.gates import refuse_text
from fixbot.rewrite.imports import add_imports
from fixbot.rewrite.splice import CannotRewrite, apply_edits


@dataclass(frozen=True)
class Rewrite:
    """The result of one round: new texts by path, and what was applied, postponed and refused."""

    texts: dict[str, str] = field(default_factory=dict)
    applied: tuple[Finding, ...] = ()
    postponed: tuple[Finding, ...] = ()
    refused: tuple[tuple[Finding, str], ...] = ()


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
        except CannotRewrite:
            broken = _blame(project, chosen, line_length)
            refused += broken
            names = {id(finding) for finding, _ in broken}
            chosen = [f for f in chosen if id(f) not in names]


def _without_overlaps(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    chosen: list[Finding] = []
    postponed: list[Finding] = []
    taken: dict[str, list[Edit]] = {}
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
    broken = []
    for finding in findings:
        try:
            _texts(project, [finding], line_length)
        except CannotRewrite as exc:
            broken.append((finding, str(exc)))
    if broken:
        return broken
    for count in range(2, len(findings) + 1):
        try:
            _texts(project, findings[:count], line_length)
        except CannotRewrite as exc:
            return [(findings[count - 1], str(exc))]
    raise AssertionError("edits that failed together do not fail one by one")


def _texts(project: Project, findings: Sequence[Finding], line_length: int) -> dict[str, str]:
    """The new text of every file these findings touch. Raises `CannotRewrite`."""
    edits: dict[str, list[Edit]] = {}
    imports: dict[str, set[Import]] = {}
    definitions: dict[tuple[str, str], Definition] = {}
    for finding in findings:
        for edit in finding.edits:
            edits.setdefault(edit.path, []).append(edit)
            imports.setdefault(edit.path, set()).update(edit.imports)
            for new in edit.definitions:
                known = definitions.get((new.path, new.name))
                definitions[new.path, new.name] = joined(known, new) if known else new
                imports.setdefault(new.path, set()).update(new.imports)
    texts: dict[str, str] = {}
    for path, wanted in imports.items():
        module = project.module(path)
        if module is None and project.has_file(path):
            raise CannotRewrite(f"{path} is there already, but cannot be read")
        old = module.source.text if module else None
        text = apply_edits(module, edits[path]) if module and path in edits else old or ""
        for (home, _), new in definitions.items():
            if home == path:
                text = add_definition(_parse(project, path, text), new)
        drops = {name for edit in edits.get(path, ()) for name in edit.drops}
        text = add_imports(
            _parse(project, path, text),
            wanted,
            unwanted=drops,
            is_local=project.is_own_name,
            line_length=line_length,
        )
        if reason := refuse_text(path, old, text):
            raise CannotRewrite(reason)
        if text != old:
            texts[path] = text
    return texts


def _parse(project: Project, path: str, text: str) -> Module:
    source = project.sources[path].with_text(text) if path in project.sources else Source(path, text)
    try:
        return Module.parse(source, project.module_name(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        raise CannotRewrite(f"the rewritten {path} would not parse: {exc}") from exc
