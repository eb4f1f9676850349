"""Statements that stand where the loop stood: the semaphore, the coroutine for one item, the `gather`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from fixbot.codemod import Place
from fixbot.gathering.forms import Form
from fixbot.gathering.onebyone import OneByOne, free_name, one_by_one
from fixbot.model import Import
from fixbot.project.calls import simple_name
from fixbot.project.flow import block_of
from fixbot.project.spelling import broken, indent_unit, indentation, spelled, target_of

AT_ONCE = 8
"""How many items of a list of unknown length are awaited at once."""


@dataclass(frozen=True)
class Words:
    """How things are called at this place."""

    gather: str
    semaphore: str
    imports: tuple[Import, ...]
    one: str
    """The coroutine."""
    limit: str
    results: str
    result: str


def words_for(form: Form, at: Place) -> Words | None:
    """None where `asyncio` means something else here."""
    one = form.one
    gather, semaphore = (at.name(f"asyncio.{name}", one.statement) for name in ("gather", "Semaphore"))
    if (
        gather is None
        or semaphore is None
        or (gather[0].startswith("asyncio.") and _is_bound("asyncio", one))
    ):
        return None
    earlier = sum(coroutine_name(other) == coroutine_name(one) for other in _others_before(one))
    wanted = coroutine_name(one) + (f"_{earlier + 1}" if earlier else "")
    made, limit, results, result = (
        free_name(names, one.function)
        for names in ([wanted], ["limit", "slots"], ["results", "gathered"], ["result", "value"])
    )
    return Words(gather[0], semaphore[0], gather[1] or semaphore[1], made, limit, results, result)


def coroutine_name(one: OneByOne) -> str:
    """`resolve_one` for what awaits `resolve_asset()`."""
    parts = re.split(r"_|(?<=[a-z0-9])(?=[A-Z])", simple_name(one.calls[0].func).lower())
    verb = next((part for part in parts if part not in ("", "async", "aio", "a")), "do")
    return f"{verb}_one"


def _others_before(one: OneByOne) -> Iterator[OneByOne]:
    """Further loops of the same function that may be written at the same time."""
    for node in one.function.nodes:
        if node is one.loop.whole:
            return
        if isinstance(node, ast.For | ast.ListComp | ast.SetComp | ast.DictComp):
            other = one_by_one(node, one.at)
            if other and not one.nodes <= other.nodes:
                yield other


def _is_bound(name: str, one: OneByOne) -> bool:
    return name in one.function.local_names and name not in one.function.imports


@dataclass(frozen=True)
class Writer:
    """Makes statements that stand where the loop stands."""

    one: OneByOne
    words: Words
    line_length: int
    in_order: bool
    goes: ast.stmt | None = None
    """The statement before it, where that goes."""

    @property
    def indent(self) -> str:
        return indentation(self.one.statement, self.one.module)

    @property
    def unit(self) -> str:
        return indent_unit(self.one.function)

    @property
    def follows(self) -> bool:
        """Whether another statement of the same block stands before it, and stays."""
        block = block_of(self.one.statement, self.one.module) or [self.one.statement]
        return block[0] not in (self.one.statement, self.goes)

    def statement(self, code: str) -> Any:
        return cst.parse_statement(broken(code, self.indent, self.unit, self.line_length))

    def gathered(self, coroutines: str) -> str:
        errors = ", return_exceptions=True" if self.in_order else ""
        return f"await {self.words.gather}({coroutines}{errors})"

    def first_error(self, results: str) -> list[Any]:
        """Raise the error of the first item in order that failed, as the loop did."""
        if not self.in_order:
            return []
        result, unit = self.words.result, self.unit
        code = f"for {result} in {results}:\n{unit}if isinstance({result}, BaseException):\n{unit}{unit}raise {result}\n"
        return [cst.parse_statement(code)]

    def items(self, tests: Sequence[ast.expr] = ()) -> str:
        loop = self.one.loop
        ifs = "".join(f" if {operand(spelled(test, self.one.module))}" for test in tests)
        return f"for {target_of(loop.target)} in {self.iterable}{ifs}"

    @property
    def iterable(self) -> str:
        return code_of(self.one.loop.iterable, self.one)

    def call_one(self) -> str:
        return f"{self.words.one}({', '.join(names_of(self.one.loop.target))})"

    def limit(self) -> Any:
        return self.statement(f"{self.words.limit} = {self.words.semaphore}({AT_ONCE})")

    def coroutine(
        self,
        body: Sequence[Any],
        *,
        bounded: bool,
        parameters: Sequence[str] | None = None,
        header: Any = None,
        footer: Sequence[Any] = (),
    ) -> Any:
        """`async def one(item):` with this body, which holds the semaphore while it runs."""
        head = ", ".join(names_of(self.one.loop.target) if parameters is None else parameters)
        block = cst.IndentedBlock(list(body), footer=list(footer))
        if bounded:
            manager = cst.WithItem(cst.Name(self.words.limit))
            block = cst.IndentedBlock([cst.With([manager], block, asynchronous=cst.Asynchronous())])
        made = cst.parse_statement(f"async def {self.words.one}({head}):\n{self.unit}pass\n")
        assert isinstance(made, cst.FunctionDef)
        if header is not None:
            block = block.with_changes(header=header)
        return made.with_changes(body=block, leading_lines=[blank()] if bounded else [])


def names_of(target: ast.expr) -> list[str]:
    """The variables of a loop target, from left to right."""
    return list(dict.fromkeys(n.id for n in ast.walk(target) if isinstance(n, ast.Name)))


def code_of(value: ast.expr, one: OneByOne) -> str:
    """What is gone through, as it stands there, on one line."""
    text = one.module.segment(value)
    code = spelled(value, one.module) if "\n" in text else text
    return f"({code})" if isinstance(value, ast.IfExp | ast.Lambda) else code


def operand(code: str) -> str:
    """A test as it stands after `if` in a comprehension."""
    return f"({code})" if isinstance(ast.parse(code, mode="eval").body, ast.IfExp | ast.Lambda) else code


def blank() -> cst.EmptyLine:
    return cst.EmptyLine(indent=False)


def _comments(statement: Any) -> list[cst.EmptyLine]:
    return [line for line in statement.leading_lines if line.comment]


def put(
    statements: Sequence[Any],
    last: Sequence[Any],
    above: Sequence[Any],
    *,
    gap: bool = True,
    after_another: bool = False,
) -> cst.FlattenSentinel[Any]:
    """Statements before others, below the blank lines and comments `above`; a blank line sets the coroutine apart."""
    if not statements:
        first, *rest = last
        lines = [*above, *_comments(first)]
        return cst.FlattenSentinel([first.with_changes(leading_lines=lines), *rest])
    first, *middle = statements
    final, *rest = last
    if isinstance(first, cst.FunctionDef) and not above and after_another:
        above = [blank()]
    return cst.FlattenSentinel(
        [
            first.with_changes(leading_lines=list(above)),
            *middle,
            final.with_changes(leading_lines=[*([blank()] if gap else []), *_comments(final)]),
            *rest,
        ]
    )


def lines_above(statement: ast.stmt, one: OneByOne) -> list[cst.EmptyLine]:
    """The comments and blank lines right above a statement."""
    lines = one.module.source.lines
    indent = indentation(statement, one.module)
    found: list[cst.EmptyLine] = []
    at = statement.lineno - 2
    while at >= 0 and (
        not lines[at].strip() or (lines[at].lstrip().startswith("#") and _indent(lines[at]) == indent)
    ):
        text = lines[at].strip()
        found.append(cst.EmptyLine(comment=cst.Comment(text)) if text else blank())
        at -= 1
    found.reverse()
    return found


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def stripped(footer: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The comments at the end of a block, without blank lines behind them."""
    lines = list(footer)
    while lines and not lines[-1].comment:
        lines.pop()
    return lines
