"""Code that is the same as other code: equal trees, repeated runs, imports made twice, definitions replaced."""

from __future__ import annotations

import ast
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from fixbot.duplicates.purity import is_quiet, names_read, written
from fixbot.duplicates.unreachable import Exit, Suite, block
from fixbot.project.module import bound_names, own_nodes

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
ImportNode = ast.Import | ast.ImportFrom


def same(one: object, other: object) -> bool:
    """Whether two pieces of code are equal but for layout and comments. Stops at the first difference."""
    pending = [(one, other)]
    while pending:
        one, other = pending.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, ast.AST):
            pending += [(getattr(one, field, None), getattr(other, field, None)) for field in one._fields]
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pending += zip(one, other, strict=True)
        elif one != other:
            return False
    return True


# --- statements ------------------------------------------------------------------------------------------

LONGEST = 20
"""How many statements a repeated run may have; a bound keeps the search linear."""


def copied(suite: Suite, start: int) -> Suite:
    """The statements before `start` that all of the rest repeats, once or several times; none if it does not."""
    rest = suite[start:]
    length = next((n for n, s in enumerate(rest, 1) if isinstance(s, Exit)), len(rest))
    original = suite[max(start - length, 0) : start]
    repeats = len(original) == length and all(same(s, original[n % length]) for n, s in enumerate(rest))
    return original if repeats and len(rest) % length == 0 else ()


def runs(suite: Suite) -> Iterator[tuple[int, int, int]]:
    """(start, length, end): `suite[start:start + length]` stands again, once or more often, up to `end`."""
    keys = [_rough_key(number, statement) for number, statement in enumerate(suite)]
    counts = Counter(keys)
    start = 0 if len(counts) < len(keys) else len(keys)
    while start < len(suite):
        lengths = range(1, LONGEST + 1) if counts[keys[start]] > 1 else ()
        length = next((n for n in lengths if _stands_again(suite, keys, start, n)), 0)
        end = start + length
        while length and _stands_again(suite, keys, end - length, length):
            end += length
        if length:
            yield start, length, end
        start = max(start + 1, end)


def _stands_again(suite: Suite, keys: Sequence[object], start: int, length: int) -> bool:
    middle, end = start + length, start + 2 * length
    if end > len(suite) or keys[start] != keys[middle] or keys[start:middle] != keys[middle:end]:
        return False
    return same(suite[start:middle], suite[middle:end])


def _rough_key(number: int, statement: ast.stmt) -> object:
    """Equal for equal statements that may be part of a run; one of its own for any other."""
    match statement:
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return written(target)
        case ast.Import(names=[alias, *_]) | ast.ImportFrom(names=[alias, *_]):
            return alias.name
        case ast.If(body=[first, *_]):
            return type(first)
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.Global() | ast.Nonlocal():
            return type(statement)
    return number


# --- imports ---------------------------------------------------------------------------------------------

_UNDOES_IMPORTS = frozenset(
    "modules reload patch patch_all monkey_patch monkeypatch setattr exec eval".split()
)


class _Imported(NamedTuple):
    """A name that an import binds; `module` is where `from` takes it from."""

    module: tuple[int, str | None] | None
    name: str
    alias: str | None

    @property
    def local(self) -> str:
        return self.alias or self.name.partition(".")[0]

    @property
    def is_plain(self) -> bool:
        """`import a.b` binds the same `a` as `import a` and `import a.c`."""
        return not self.module and not self.alias


_Made = dict[str, dict[_Imported, ImportNode]]
"""The imports that hold, by the name they bind."""


def imported_again(suite: Suite, *, calls_undo: bool) -> Iterator[tuple[int, dict[int, ImportNode]]]:
    """Imports of what the suite has imported before, with nothing in between that could undo it.

    For each its index, and which of its names were imported where. With `calls_undo` any call may undo an import.
    """
    imported = [
        name for statement in suite if isinstance(statement, ImportNode) for name in _imported(statement)
    ]
    if len(set(imported)) == len(imported):
        return
    made: _Made = {}
    called: dict[str, set[str]] = {}
    for name in imported:
        called.setdefault(name.name, set()).add(name.local)
    for number, statement in enumerate(suite):
        if isinstance(statement, ImportNode):
            again: dict[int, ImportNode] = {}
            for place, name in enumerate(_imported(statement)):
                bound = made.setdefault(name.local, {})
                if name in bound and name.name != "*" and name.module != (0, "__future__"):
                    again[place] = bound[name]
                if not (name.is_plain and all(other.is_plain for other in bound)):
                    made[name.local] = bound = {name: bound[name]} if name in bound else {}
                bound.setdefault(name, statement)
            if again:
                yield number, again
        else:
            _forget(made, statement, called, calls_undo=calls_undo)


def _imported(node: ImportNode) -> list[_Imported]:
    module = (node.level, node.module) if isinstance(node, ast.ImportFrom) else None
    return [_Imported(module, alias.name, alias.asname) for alias in node.names]


def _forget(
    made: _Made, statement: ast.stmt, called: Mapping[str, Collection[str]], *, calls_undo: bool
) -> None:
    """Drop what this statement may have bound anew, replaced in its module (names and how they are `called`), or unloaded."""
    for name in bound_names(own_nodes(block([statement]))):
        made.pop(name, None)
    for node in own_nodes(block([statement]), classes=True):
        undoes = getattr(node, "id", getattr(node, "attr", "")) in _UNDOES_IMPORTS
        if undoes or (calls_undo and isinstance(node, ast.Call)):
            made.clear()
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            for local in called.get(node.attr, ()):
                made.pop(local, None)


# --- definitions -----------------------------------------------------------------------------------------

_REFLECTION = ("globals", "locals", "vars", "exec", "eval")


class Replaced(NamedTuple):
    """Two definitions of one name, at these indices of their suite."""

    first: int
    second: int
    loud: int | None
    """A statement between them that runs code, which could use the first one."""


def replaced_definitions(suite: Suite, *, in_class: bool) -> Iterator[Replaced]:
    """Definitions that a later one in the same suite replaces before anything can be seen to use them."""
    latest: dict[str, int] = {}
    pairs: list[tuple[str, int, int]] = []
    for number, statement in enumerate(suite):
        if isinstance(statement, Definition):
            if statement.name in latest:
                pairs.append((statement.name, latest[statement.name], number))
            latest[statement.name] = number
    if not pairs:
        return
    uses: dict[str, list[int]] = {}
    for number, statement in enumerate(suite):
        for name in names_read(statement):
            uses.setdefault(name, []).append(number)
    # the methods of a class are not called before the class is there
    loud = [number for number, statement in enumerate(suite) if not in_class and not is_quiet(statement)]
    for name, first, second in pairs:
        if name != "_" and not any(
            _between(uses.get(n, []), first, second + 1) for n in (name, *_REFLECTION)
        ):
            yield Replaced(first, second, _between(loud, first, second))


def _between(numbers: Sequence[int], low: int, high: int) -> int | None:
    """The first of the sorted `numbers` that lies between, both ends left out."""
    place = bisect(numbers, low)
    return numbers[place] if place < len(numbers) and numbers[place] < high else None
