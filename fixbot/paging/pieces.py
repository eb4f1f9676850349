"""Changes of signatures and statements, as LibCST makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeGuard, cast

import libcst as cst
import libcst.matchers as m

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


def named(
    name: str, is_list: Callable[[cst.BaseExpression], bool], code: str
) -> Callable[[Any], cst.FlattenSentinel[cst.BaseStatement]]:
    """Give the list in the dict that is returned a name, on a line of its own, and put code behind that."""

    def change(statement: Any) -> cst.FlattenSentinel[cst.BaseStatement]:
        [returned] = statement.body
        answer = cst.ensure_type(returned.value, cst.Dict)
        made = next(e.value for e in answer.elements if is_list(e.value))
        margin = answer.lbrace.whitespace_after
        moved = _outdented(made, margin.last_line.value) if _is_broken(margin) else made
        line = cst.SimpleStatementLine(
            [cst.Assign([cst.AssignTarget(cst.Name(name))], moved)],
            leading_lines=statement.leading_lines,
        )
        value = answer.deep_replace(made, cst.Name(name))
        last = statement.with_changes(body=[returned.with_changes(value=value)], leading_lines=[])
        return cst.FlattenSentinel([line, *statements(code), last])

    return change


def is_comprehension(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.ListComp)


def is_paged_call(value: cst.BaseExpression) -> bool:
    """Whether it is the call that has been given `**paging`."""
    call = value.expression if isinstance(value, cst.Await) else value
    last = call.args[-1] if isinstance(call, cst.Call) and call.args else None
    return last is not None and m.matches(last, m.Arg(m.Name("paging"), star="**"))


def _is_broken(space: cst.BaseParenthesizableWhitespace) -> TypeGuard[cst.ParenthesizedWhitespace]:
    return isinstance(space, cst.ParenthesizedWhitespace)


def _outdented(expression: cst.BaseExpression, indent: str) -> cst.BaseExpression:
    """The expression with this indentation taken off the lines that it goes on in."""

    def change(space: cst.CSTNode, _: object) -> cst.CSTNode:
        value = cst.ensure_type(space, cst.ParenthesizedWhitespace).last_line.value
        return space.with_changes(last_line=cst.SimpleWhitespace(value.removeprefix(indent)))

    return cast(cst.BaseExpression, m.replace(expression, m.ParenthesizedWhitespace(), change))


def with_more(answer: cst.Dict) -> cst.Dict:
    """Put `**more` at the end of a dict, on a line of its own where the others have theirs."""
    more = cst.StarredDictElement(cst.Name("more"))
    margin, end = answer.lbrace.whitespace_after, answer.rbrace.whitespace_before
    if not answer.elements or not _is_broken(margin) or not _is_broken(end):
        return answer.with_changes(elements=[*answer.elements, more])
    *others, last = answer.elements
    line = margin.with_changes(first_line=end.first_line, empty_lines=end.empty_lines)  # with their comments
    last = last.with_changes(comma=cst.Comma(whitespace_after=line))
    end = end.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    return answer.with_changes(
        elements=[*others, last, more.with_changes(comma=cst.Comma())],
        rbrace=answer.rbrace.with_changes(whitespace_before=end),
    )


def with_paging(call: cst.Call) -> cst.Call:
    """Put `**paging` at the end of the arguments, on a line of its own where the others have theirs."""
    paging = cst.Arg(cst.Name("paging"), star="**")
    margin = call.whitespace_before_args
    if not call.args or not _is_broken(margin):
        return call.with_changes(args=[*call.args, paging])
    *others, last = call.args
    trailing = isinstance(last.comma, cst.Comma)
    end = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    if not _is_broken(end):
        return call.with_changes(args=[*call.args, paging])
    line = margin.with_changes(first_line=end.first_line, empty_lines=end.empty_lines)  # with their comments
    end = end.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    last = last.with_changes(
        comma=cst.Comma(whitespace_after=line), whitespace_after_arg=cst.SimpleWhitespace("")
    )
    close = {"comma": cst.Comma(whitespace_after=end)} if trailing else {"whitespace_after_arg": end}
    return call.with_changes(args=[*others, last, paging.with_changes(**close)])
