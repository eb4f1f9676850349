"""A conflict between imports only: what both sides import, in one list."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fixbot.conflicts.markers import Lines


@dataclass(frozen=True, slots=True)
class _Imported:
    """One name that an import binds: `module` is "" for `import name`."""

    module: str
    name: str
    alias: str

    @property
    def local(self) -> str:
        return self.alias or (self.name if self.module else self.name.partition(".")[0])

    @property
    def package(self) -> str:
        return (self.module or self.name).partition(".")[0]

    @property
    def target(self) -> str:
        return f"{self.module}:{self.name}" if self.module else (self.name if self.alias else self.local)


def joined_imports(base: Lines | None, ours: Lines, theirs: Lines) -> Lines | None:
    """What both sides import, ours first; None unless all lines are whole imports that get along.

    With a base, what one side has taken out of it stays out.
    """
    sides = [_statements(lines) for lines in (ours, theirs, base or ())]
    if None in sides:
        return None
    mine, yours, before = ([name for _, names in side or () for name in names] for side in sides)
    if not mine or not yours or _moved(before, mine, yours) or _moved(before, yours, mine):
        return None
    if base is None:
        wanted = [*mine, *yours]
    else:
        gone = {n for n in before if n not in mine or n not in yours}
        wanted = [n for n in [*mine, *yours] if n not in gone]
    targets: dict[str, str] = {}
    for name in wanted:
        if name.name == "*" or targets.setdefault(name.local, name.target) != name.target:
            return None
    return tuple(_lines(sides[0] or [], sides[1] or [], set(wanted)))


def is_imports(lines: Lines) -> bool:
    """Whether these lines import, and do nothing else."""
    return any(names for _, names in _statements(lines) or ())


def _moved(before: Sequence[_Imported], one: Sequence[_Imported], other: Sequence[_Imported]) -> bool:
    """Whether one side imports less from a package of which the other one imports more: it may have moved."""
    left = {name.package for name in before if name not in one}
    return any(
        name.package in left or name.module.startswith(".") for name in other if name not in before and left
    )


def _lines(
    ours: Sequence[tuple[Lines, list[_Imported]]],
    theirs: Sequence[tuple[Lines, list[_Imported]]],
    wanted: set[_Imported],
) -> Iterator[str]:
    """Our statements, then those of theirs that bring something new; one that brings too much is cut."""
    done: set[_Imported] = set()
    modules = {name.module for _, names in ours for name in names if name.module}
    late: dict[str, list[_Imported]] = {}
    for _, names in theirs:
        for name in names:
            known = any(name in mine for _, mine in ours)
            if name in wanted and name.module in modules and not known:
                late.setdefault(name.module, []).append(name)
    for lines, names in [*ours, *theirs]:
        kept = [n for n in names if n in wanted and n not in done]
        module = names[0].module if names else ""
        more = [n for n in late.pop(module, ()) if n not in kept] if module and names else []
        if not names or (kept == names and not more):
            yield from lines
        elif kept or more:
            yield _statement([*kept, *more], lines[0])
        done.update(kept, more)


def _statement(names: Sequence[_Imported], like: str) -> str:
    indent = like[: len(like) - len(like.lstrip())]
    listed = ", ".join(f"{n.name} as {n.alias}" if n.alias else n.name for n in names)
    return (
        f"{indent}from {names[0].module} import {listed}" if names[0].module else f"{indent}import {listed}"
    )


def _statements(lines: Lines) -> list[tuple[Lines, list[_Imported]]] | None:
    """The imports in these lines, each with its lines; None if there is anything else. Blank lines go along."""
    with suppress(SyntaxError, ValueError):
        text = textwrap.dedent("\n".join(lines))
        body = ast.parse(text).body
        if not all(isinstance(s, ast.Import | ast.ImportFrom) for s in body) or "#" in text:
            return None
        found: list[tuple[Lines, list[_Imported]]] = []
        at = 0
        for statement in body:
            last = statement.end_lineno or statement.lineno
            if blank := lines[at : statement.lineno - 1]:
                found.append((blank, []))
            found.append((lines[statement.lineno - 1 : last], list(_names(statement))))
            at = last
        return [*found, (lines[at:], [])] if lines[at:] else found
    return None


def _names(statement: ast.stmt) -> Iterator[_Imported]:
    match statement:
        case ast.Import(names=names):
            yield from (_Imported("", n.name, n.asname or "") for n in names)
        case ast.ImportFrom(names=names):
            origin = "." * statement.level + (statement.module or "")
            yield from (_Imported(origin, n.name, n.asname or "") for n in names)
