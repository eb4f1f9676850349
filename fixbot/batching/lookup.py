"""What is written for everything that is read by a function of its own: that function, which gives a look-up, and its use.

The look-up takes any key, also one that no dictionary can hold, and gives nothing for what was not
read; the read that stood there before comes after it (`prefetched(key) or db.execute(...)`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from fixbot.batching.edits import replaced, spread, stands_alone
from fixbot.batching.names import imported, logger
from fixbot.batching.read import LoopRead
from fixbot.codemod import Place
from fixbot.model import Edit, Import
from fixbot.project.module import Module
from fixbot.project.spelling import broken, indent_unit, indentation, spelled

HELPER = '''
{head}
    """Read {what}, many at a time; the caller reads what the look-up has not."""
    {store}: dict[{any}, {result}] = {{}}

    def look_up(key: {any}) -> {any}:
        try:
            {looking}
        except {unfit}

    try:
        pending = list(dict.fromkeys(keys))
        for start in range(0, len(pending), {chunk}):
            chunk = pending[start : start + {chunk}]
            {reading}
    except Exception as error:
        {failing}
    return look_up
'''
NO_KEY = """TypeError:
            return {}  # it cannot be a key of a dictionary"""
_BUILTINS = frozenset(
    "str dict list set len range type any isinstance getattr Exception KeyError TypeError".split()
)


@dataclass(frozen=True, slots=True)
class Names:
    """How the function writes what it uses of the standard library, in the module it stands in, and what that imports."""

    any: str
    callable: str
    iterable: str
    log: str
    imports: tuple[Import, ...]

    @property
    def used(self) -> frozenset[str]:
        """The names that it uses, of Python as well."""
        spelled = (self.any, self.callable, self.iterable, self.log)
        return _BUILTINS | {name.partition("(")[0].partition(".")[0] for name in spelled}

    def head(self, name: str, parameters: list[str], *, is_async: bool, line_length: int) -> str:
        """The first line of the function, or as many as it needs."""
        start, end = (
            f"{'async ' if is_async else ''}def {name}(",
            f") -> {self.callable}[[{self.any}], {self.any}]:",
        )
        together = ", ".join(parameters)
        if len(start) + len(together) + len(end) <= line_length:
            return f"{start}{together}{end}"
        if len(together) + 4 <= line_length:
            return f"{start}\n    {together}\n{end}"
        return "\n".join([start, *(f"    {parameter}," for parameter in parameters), end])

    def warning(self, line_length: int) -> str:
        """The call that logs the error of a batch, as a line of the function's `except`."""
        text = f'{self.log}.warning("Batch read failed, reading one by one: %s", error)'
        return broken(text, " " * 8, "    ", line_length).replace("\n", "\n        ")


def names_for(home: Place) -> Names | None:
    """None where a name that the function needs means something else."""
    needed = [
        imported(home, "typing.Any"),
        imported(home, "collections.abc.Callable", "typing.Callable"),
        imported(home, "collections.abc.Iterable", "typing.Iterable"),
        logger(home),
    ]
    if None in needed or _BUILTINS & home.module.global_names.keys():
        return None
    found = [n for n in needed if n]
    (any_, _), (callable_, _), (iterable, _), (log, _) = found
    return Names(any_, callable_, iterable, log, tuple(new for n in found for new in n[1]))


def free_or_there(base: str, code: Callable[[str], str], module: Module) -> tuple[str, bool] | None:
    """What the function is called, and whether the module has it already; None where all such names are taken."""
    for name in (base, *(f"{base}_{number}" for number in range(2, 9))):
        there = module.global_names.get(name)
        if there is None:
            return name, False
        if [ast.dump(n) for n in there] == [ast.dump(n) for n in ast.parse(code(name)).body]:
            return name, True
    return None


def instead(read: LoopRead, first: str) -> Iterator[Edit]:
    """The look-up `first`, or else the read alone, as before; on two lines where one would get too long."""
    module = read.at.module
    single = module.segment(read.whole)
    if "\n" in single:
        single = spelled(read.whole, module)
    together = f"{first} or {single}"
    spreading = list(spread(read, len(together)))
    span, bare = module.span(read.whole), stands_alone(read.whole, module)
    width = len(module.source.lines[span.line - 1].rstrip().expandtabs(4))
    if spreading:  # what is worked out for each item gets a line of its own
        width = _width_of_result(read)
    fits = width + len(first) + len(" or ") + (0 if bare else len("()")) <= read.at.line_length
    kind = cst.Await if read.awaited else cst.Call
    unit, parent = indent_unit(read.function), module.parents[read.whole]
    apart = f"(\n{unit}{first}\n{unit}or {single}\n)"
    if not fits and isinstance(parent, ast.Call) and parent.args == [read.whole] and not parent.keywords:
        yield read.at.edit(parent, cst.Call, _only_argument(f"call{apart}"))
    else:
        yield read.at.edit(read.whole, kind, replaced(together if fits else apart, bare=bare or not fits))
    yield from spreading


def in_its_place(read: LoopRead, looked_up: str) -> Iterator[Edit]:
    """The look-up, which reads alone what it has not."""
    kind = cst.Await if read.awaited else cst.Call
    bare = stands_alone(read.whole, read.at.module) or not read.awaited
    yield read.at.edit(read.whole, kind, replaced(looked_up, bare=bare))
    yield from spread(read, len(looked_up))


def _only_argument(call: str) -> Callable[[Any], Any]:
    """A change that gives a call the argument of another one, laid out as there."""

    def change(node: Any) -> Any:
        other: Any = cst.parse_expression(call)
        return node.with_changes(args=other.args, whitespace_before_args=other.whitespace_before_args)

    return change


def _width_of_result(read: LoopRead) -> int:
    """Of the line that holds the result of a comprehension alone."""
    module, whole = read.at.module, read.loop.whole
    parts = [whole.key, whole.value] if isinstance(whole, ast.DictComp) else [whole.elt]  # type: ignore[union-attr]
    indent = len(indentation(module.statement(read.whole), module) + indent_unit(read.function))
    return indent + module.span(parts[-1]).end_column - module.span(parts[0]).column
