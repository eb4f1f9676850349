"""Edits that put a batch read before a loop and a look-up into it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst

from fixbot.batching.read import LoopRead
from fixbot.model import Definition, Edit, Import
from fixbot.project.module import Module
from fixbot.project.repeatable import is_harmless
from fixbot.project.spelling import broken, indent_unit, indentation, spelled
from fixbot.project.turns import has_line_of_its_own, leads

_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Assert)
_OPEN = (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr, ast.keyword, ast.NamedExpr)
_LISTS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp, ast.List, ast.Tuple, ast.Dict)

_COMPREHENSIONS: dict[type[ast.AST], type[cst.CSTNode]] = {
    ast.ListComp: cst.ListComp,
    ast.SetComp: cst.SetComp,
    ast.DictComp: cst.DictComp,
}


def before_loop(
    read: LoopRead,
    code: Iterable[str],
    items: str,
    definitions: Iterable[Definition],
    imports: Iterable[Import],
) -> Iterator[Edit]:
    """Put statements before the loop, between its comments and the blank lines above; let it go through `items`."""
    whole = read.at.module.statement(read.loop.whole)
    change = _insert(read, code, whole, below_comments=False)
    if read.loop.is_async:
        yield read.at.edit(
            whole,
            cst.For,
            lambda n: change(n.with_changes(asynchronous=None)),
            definitions=definitions,
            imports=imports,
        )
    else:
        yield read.at.edit(whole, _kind(whole), change, definitions=definitions, imports=imports)
    if items:
        yield read.at.edit(read.items, cst.BaseExpression, lambda _: cst.Name(items))  # type: ignore[type-abstract]


def in_place(read: LoopRead, name: str, look_up: Callable[[str, str], str]) -> Iterator[Edit]:
    """Let a look-up take the place of the read.

    `look_up` makes it of the code for what is read (which gives it a `name`, where it has none yet
    and a statement before is impossible) and of its name.
    """
    statement, reference = read.at.module.statement(read.call), read.method.value
    if isinstance(reference, ast.Name):
        code = look_up(reference.id, reference.id)
    elif read.loop.is_statement and has_line_of_its_own(statement, read.at.module) and _leads(read):
        bind = f"{name} = {spelled(reference, read.at.module)}"
        yield read.at.edit(statement, _kind(statement), _insert(read, [bind], statement, below_comments=True))
        code = look_up(name, name)
    else:
        code = look_up(f"({name} := {spelled(reference, read.at.module)})", name)
    kind = cst.Await if read.awaited else cst.Call
    yield read.at.edit(read.whole, kind, replaced(code, bare=stands_alone(read.whole, read.at.module)))
    yield from spread(read, len(code))


def spread(read: LoopRead, length: int) -> Iterator[Edit]:
    """Put the clauses of a comprehension on lines of their own where it would get too long for one.

    `length` is how long what takes the place of the read will be.
    """
    kind = _COMPREHENSIONS.get(type(read.loop.whole))
    span, whole = read.at.module.span(read.loop.whole), read.at.module.span(read.whole)
    line = read.at.module.source.lines[span.line - 1].rstrip()
    grown = len(line.expandtabs(4)) + length - (whole.end_column - whole.column)
    if kind is None or span.line != span.end_line or grown <= read.at.line_length:
        return
    inner, outer = (
        cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(unit))
        for unit in (indent_unit(read.function), "")
    )

    def change(node: Any) -> Any:
        left, right = ("lbracket", "rbracket") if kind is cst.ListComp else ("lbrace", "rbrace")
        clause = node.for_in
        return node.with_changes(
            for_in=clause.with_changes(
                whitespace_before=inner,
                ifs=[test.with_changes(whitespace_before=inner) for test in clause.ifs],
            ),
            **{
                left: getattr(node, left).with_changes(whitespace_after=inner),
                right: getattr(node, right).with_changes(whitespace_before=outer),
            },
        )

    yield read.at.edit(read.loop.whole, kind, change)


def _leads(read: LoopRead) -> bool:
    """Whether nothing that does something comes before the read in its statement."""
    return leads(read.whole, read.at.module, lambda call: is_harmless(call, read.function, read.at.project))


def _kind(statement: ast.stmt) -> type[cst.CSTNode]:
    return cst.SimpleStatementLine if isinstance(statement, _SIMPLE) else cst.BaseCompoundStatement


def _insert(
    read: LoopRead, code: Iterable[str], statement: ast.stmt, *, below_comments: bool
) -> Callable[[Any], Any]:
    """A change that puts new statements before `statement`."""
    indent, unit = indentation(statement, read.at.module), indent_unit(read.function)
    lines = [broken(line, indent, unit, read.at.line_length) for line in code]

    def insert(node: Any) -> Any:
        above = list(node.leading_lines)
        blank = next((n for n, line in enumerate(above) if line.comment), len(above))
        split = len(above) if below_comments else blank
        first, *rest = [cst.parse_statement(line) for line in lines]
        last = node.with_changes(leading_lines=above[split:])
        return cst.FlattenSentinel([first.with_changes(leading_lines=above[:split]), *rest, last])

    return insert


def replaced(code: str, *, bare: bool) -> Callable[[Any], Any]:
    """A change that puts other code in the place of an expression, with parentheses unless it may stand `bare`."""

    def replace(_: Any) -> Any:
        expression = cst.parse_expression(code)
        return (
            expression if bare else expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        )

    return replace


def stands_alone(node: ast.expr, module: Module) -> bool:
    """Whether `a or b` can stand here without parentheses."""
    parent = module.parents[node]
    return isinstance(parent, _OPEN + _LISTS) or (isinstance(parent, ast.Call) and node in parent.args)
