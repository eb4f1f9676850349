"""The body of a loop as that of a coroutine: `return x` for `out.append(x)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from fixbot.gathering.forms import Collected
from fixbot.wrapping import Moved


def without_tests(block: Any, count: int) -> Any:
    """The body without the tests that it begins with."""
    body = list(block.body)
    while count:
        head = body[0]
        assert isinstance(head, cst.If)
        match head.body.body:
            case [cst.SimpleStatementLine(body=[cst.Continue()])] if len(body) > 1:
                body = [body[1].with_changes(leading_lines=[]), *body[2:]]
            case inner:
                body = list(inner)
        count -= 1
    return block.with_changes(body=body)


def returning(body: list[Any], form: Collected) -> list[Any]:
    """The body with `return x` for `out.append(x)`, and for `continue` a return of nothing."""
    changed = [statement.visit(_Returns(form.name)) for statement in body]
    block = _shortened(_returns_once([s for s in changed if s is not cst.RemovalSentinel.REMOVE]))
    if form.skips and not _always_returns(block):
        block = [*block, cst.parse_statement("return None")]
    return block


class _Returns(cst.CSTTransformer):
    """Turns appends and `continue` into returns; what belongs to inner loops and functions stays."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def visit_For(self, node: cst.For) -> bool:  # noqa: N802
        return False

    def visit_While(self, node: cst.While) -> bool:  # noqa: N802
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        return False

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        match updated_node.body:
            case [
                cst.Expr(
                    value=cst.Call(
                        func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="append"))
                    ) as call
                )
            ]:
                if name == self.name:
                    return updated_node.with_changes(body=[cst.Return(_value_of(call))])
            case [cst.Continue()]:
                return updated_node.with_changes(body=[cst.Return(cst.Name("None"))])
        return updated_node

    def leave_IndentedBlock(  # noqa: N802
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(body=_shortened(_returns_once(list(updated_node.body))))


def _value_of(append: cst.Call) -> cst.BaseExpression:
    """What is appended, as far to the left as the call stood."""
    value, opening = append.args[0].value, append.whitespace_before_args
    try:
        cst.parse_expression(cst.Module([]).code_for_node(value))
    except cst.ParserSyntaxError:  # only the brackets of the call kept its lines together
        left = cst.LeftParen(whitespace_after=opening)
        right = cst.RightParen(whitespace_before=append.args[0].whitespace_after_arg)
        return value.with_changes(lpar=[left, *value.lpar], rpar=[*value.rpar, right])
    if isinstance(opening, cst.ParenthesizedWhitespace) and opening.indent:
        moved = value.visit(Moved(opening.last_line.value, ""))
        assert isinstance(moved, cst.BaseExpression)
        return moved
    return value


def _returns_once(body: list[Any]) -> list[Any]:
    """Without the `return None` that a `continue` right behind an append has become."""
    for number, statement in enumerate(body):
        if _returned(statement) is not None and number + 1 < len(body):
            return body[: number + 1]
    return body


def _returned(statement: Any) -> cst.BaseExpression | None:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Return(value=value)]):
            return value
    return None


def _shortened(body: list[Any]) -> list[Any]:
    """`return f()` for `x = f(); return x`, and no `else` behind a return."""
    match body:
        case [*before, cst.SimpleStatementLine() as assign, cst.SimpleStatementLine() as last]:
            match assign.body, _returned(last):
                case [
                    cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)
                ], cst.Name(value=returned) if name == returned and not (
                    last.leading_lines or _has_comment(assign) or _has_comment(last)
                ):
                    line = assign.with_changes(body=[cst.Return(value)])
                    return [*before, line]
        case [*before, cst.If(orelse=cst.Else() as otherwise) as tested] if _ends_in_return(tested.body):
            comments = [
                *otherwise.leading_lines,
                *(otherwise.body.footer if isinstance(otherwise.body, cst.IndentedBlock) else ()),
            ]
            if isinstance(otherwise.body, cst.IndentedBlock) and not any(line.comment for line in comments):
                if otherwise.body.header.comment is None:
                    return [*before, tested.with_changes(orelse=None), *otherwise.body.body]
    return body


def _has_comment(line: cst.SimpleStatementLine) -> bool:
    return line.trailing_whitespace.comment is not None


def _ends_in_return(block: Any) -> bool:
    return isinstance(block, cst.IndentedBlock) and bool(block.body) and _returned(block.body[-1]) is not None


def _always_returns(body: Sequence[Any]) -> bool:
    """Whether a block cannot come to its end."""
    if not body:
        return False
    match body[-1]:
        case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Raise()]):
            return True
        case cst.If(
            body=cst.IndentedBlock(body=then), orelse=cst.Else(body=cst.IndentedBlock(body=otherwise))
        ):
            return _always_returns(then) and _always_returns(otherwise)
        case cst.If(body=cst.IndentedBlock(body=then), orelse=cst.If() as chained):
            return _always_returns(then) and _always_returns([chained])
        case cst.Try(body=cst.IndentedBlock(body=tried), handlers=handlers, orelse=orelse):
            first = _always_returns(tried) or (orelse is not None and _always_returns(orelse.body.body))
            return first and all(_always_returns(h.body.body) for h in handlers)
        case cst.With(items=items, body=cst.IndentedBlock(body=inner)):
            code = cst.Module([]).code_for_node
            return _always_returns(inner) and not any("suppress" in code(item) for item in items)
    return False
