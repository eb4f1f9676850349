"""Changes of signatures and statements, as LibCST makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from fixbot.project.module import Function
from fixbot.project.spelling import indent_unit, indentation


def with_parameters(
    added: Sequence[str], where: Function, line_length: int, returns: str = ""
) -> Callable[[cst.FunctionDef], cst.FunctionDef]:
    """Add parameters at the end, and another return type; one on each line where they do not fit into one."""
    signature = cst.ensure_type(cst.parse_statement(f"def f({', '.join(added)}): ..."), cst.FunctionDef)
    room = line_length - len(indentation(where.node, where.module).expandtabs(4))
    inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent_unit(where)))

    def change(function: cst.FunctionDef) -> cst.FunctionDef:
        if returns and function.returns:
            annotation = function.returns.with_changes(annotation=cst.parse_expression(returns))
            function = function.with_changes(returns=annotation)
        old = function.params
        kind = "kwonly_params" if old.kwonly_params or isinstance(old.star_arg, cst.ParamStar) else "params"
        everything = [*getattr(old, kind), *signature.params.params]
        short = function.with_changes(
            params=old.with_changes(**{kind: _joined(everything, cst.SimpleWhitespace(" "))})
        )
        head = short.with_changes(
            body=cst.SimpleStatementSuite([cst.Pass()]), decorators=[], leading_lines=[]
        )
        if "\n" not in (code := cst.Module([head]).code.strip()) and len(code) - len(" pass") <= room:
            return short
        lines = {name: _joined(getattr(old, name), inner) for name in ("posonly_params", "params")}
        lines |= {kind: _joined(everything, inner, cst.ParenthesizedWhitespace(indent=True))}
        return function.with_changes(params=old.with_changes(**lines), whitespace_before_params=inner)

    return change


def _joined(
    parameters: Sequence[cst.Param],
    between: cst.BaseParenthesizableWhitespace,
    last: cst.BaseParenthesizableWhitespace | None = None,
) -> list[cst.Param]:
    """Parameters with the same space after each comma, and `last` after one that closes the list."""
    commas: list[cst.Comma | cst.MaybeSentinel] = [cst.Comma(whitespace_after=between) for _ in parameters]
    if commas:
        commas[-1] = cst.Comma(whitespace_after=last) if last else cst.MaybeSentinel.DEFAULT
    space = cst.SimpleWhitespace("")
    return [
        p.with_changes(comma=comma, whitespace_after_param=space)
        for p, comma in zip(parameters, commas, strict=True)
    ]


def statements(code: str) -> list[Any]:
    return list(cst.parse_module(code).body)


def preceded(code: str) -> Callable[[cst.BaseStatement], cst.FlattenSentinel[cst.BaseStatement]]:
    """Put code before a statement, and below its comments."""

    def change(statement: Any) -> cst.FlattenSentinel[cst.BaseStatement]:
        first, *others = statements(code)
        first = first.with_changes(leading_lines=statement.leading_lines)
        return cst.FlattenSentinel([first, *others, statement.with_changes(leading_lines=[])])

    return change


def followed(code: str) -> Callable[[cst.BaseStatement], cst.FlattenSentinel[cst.BaseStatement]]:
    """Put code after a statement."""

    def change(statement: cst.BaseStatement) -> cst.FlattenSentinel[cst.BaseStatement]:
        return cst.FlattenSentinel([statement, *statements(code)])

    return change
