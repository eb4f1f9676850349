"""How a call that takes the place of an expression is laid out: over the lines of what it replaces, or where one gets too long."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from fixbot.codemod import Place
from fixbot.project.module import Module
from fixbot.project.spelling import indent_unit, indentation

_OPENING = re.compile(r"(\w?)\((?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*$")
_CLOSING = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*\)(\w?)")
"""A parenthesis, what may stand between it and the code in it, and a letter that touches it from outside."""


@dataclass(frozen=True)
class Room:
    """The lines that an expression stands on, and how long they may get."""

    text: str
    """The expression."""
    first_line: str
    statement: str
    """The white space before its statement, which LibCST does not count."""
    indent: str
    """What the first line of the expression is indented by, beyond that."""
    unit: str
    line_length: int
    leads: bool
    """Whether it is what its statement begins with, or assigns or returns: elsewhere, a formatter breaks further out."""
    loses_parentheses: bool
    """Whether its own parentheses can go: no word touches them."""

    @classmethod
    def around(cls, node: ast.expr, at: Place) -> Room | None:
        """None in an f-string, whose lines cannot be broken."""
        module, function = at.module, at.function(node)
        line = module.source.lines[node.lineno - 1].rstrip("\r\n")
        own = line[: len(line) - len(line.lstrip(" \t"))]
        statement = indentation(module.statement(node), module)
        if function is None or not own.startswith(statement):
            return None
        if any(isinstance(parent, ast.JoinedStr) for parent in module.ancestors(node)):
            return None
        return cls(
            text=module.segment(node).replace("\r\n", "\n"),
            first_line=line,
            statement=statement,
            indent=own.removeprefix(statement),
            unit=indent_unit(function),
            line_length=at.line_length,
            leads=_leads(node, module),
            loses_parentheses=_stands_alone(node, module),
        )

    @property
    def inner(self) -> str:
        return self.indent + self.unit

    def holds(self, code: str, indent: str) -> bool:
        """Whether code fits on a line that is indented so."""
        return "\n" not in code and _width(self.statement + indent + code) <= self.line_length

    def gets_too_long(self, new: str) -> bool:
        """Whether the first line, with `new` in it, is too long and can be broken well. Next to a comment nothing is moved."""
        old = self.text.partition("\n")[0]
        width = _width(self.first_line)
        if not self.leads or (self.text == old and "#" in self.first_line.rpartition(old)[2]):
            return False
        return width + _width(new.partition("\n")[0]) - _width(old) > self.line_length


def laid_out(call: cst.Call, old: cst.BaseExpression, room: Room | None, *, parentheses: bool) -> cst.Await:
    """`await call` in place of `old`, of whose parts it is made; in parentheses where what stands around needs them."""
    plain = cst.Await(call, lpar=list(old.lpar), rpar=list(old.rpar))
    if parentheses and not old.lpar:
        plain = _in_parentheses(plain)
    if room is None or len(old.lpar) > 1 or any(map(_holds_comment, _spaces(call))):
        return plain
    if isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace) and not _line_breaks(old):
        return plain.with_changes(expression=_fitting(call, call.whitespace_before_args, room))
    if not _line_breaks(old) and not room.gets_too_long(_code(cst.Await(call) if old.lpar else plain)):
        return plain
    if old.lpar and not room.loses_parentheses:
        return plain
    awaited = cst.Await(call)
    if parentheses and not old.lpar and room.holds(_code(awaited), room.inner):
        return _in_parentheses(awaited, room)
    lines = _in_lines(call, old, room)
    if lines is None:
        return plain
    return _in_parentheses(cst.Await(lines)) if parentheses else cst.Await(lines)


# --- the arguments on lines of their own ----------------------------------------------------------------


def _in_lines(call: cst.Call, old: cst.BaseExpression, room: Room) -> cst.Call | None:
    """The arguments below the name, in the call's parentheses instead of those of `old`; None where a comment would move."""
    opening, closing = _lines_around(old, room)
    if any(line.comment for line in opening.empty_lines):
        return None
    inner = opening.last_line.value
    breaks = _line_breaks(old)
    if not breaks and "\n" not in room.text and room.holds(_inside(call), inner):
        last = call.args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=closing)
        return call.with_changes(args=[*call.args[:-1], last], whitespace_before_args=opening)
    first = rest = _depth(breaks[-1], room) if breaks else room.indent
    if isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace):
        rest = call.whitespace_before_args.last_line.value
    depths = [first, *[rest] * (len(call.args) - 1)]
    moved = [arg.visit(Moved(depth, inner)) for arg, depth in zip(call.args, depths, strict=True)]
    return _one_a_line(call.with_changes(args=moved), opening, closing)


def _fitting(call: cst.Call, opening: cst.ParenthesizedWhitespace, room: Room) -> cst.Call:
    """One argument a line where the line that they all stand on has become too long."""
    closing = call.args[-1].whitespace_after_arg
    on_one_line = not any(isinstance(space, cst.ParenthesizedWhitespace) for space in _commas(call))
    if on_one_line and isinstance(closing, cst.ParenthesizedWhitespace):
        if not room.holds(_inside(call), opening.last_line.value):
            return _one_a_line(call, opening, closing)
    return call


def _lines_around(
    old: cst.BaseExpression, room: Room
) -> tuple[cst.ParenthesizedWhitespace, cst.ParenthesizedWhitespace]:
    """What stands before the first argument and after the last: as in the parentheses of `old`, where it has some."""
    opening = old.lpar[0].whitespace_after if old.lpar else None
    closing = old.rpar[0].whitespace_before if old.rpar else None
    outer = room.indent
    if isinstance(opening, cst.ParenthesizedWhitespace):
        outer = opening.last_line.value.removesuffix(room.unit)
    else:
        opening = _line(room.inner)
    return opening, closing if isinstance(closing, cst.ParenthesizedWhitespace) else _line(outer)


def _one_a_line(
    call: cst.Call, opening: cst.ParenthesizedWhitespace, closing: cst.ParenthesizedWhitespace
) -> cst.Call:
    spaces = [*[_line(opening.last_line.value)] * (len(call.args) - 1), closing]
    args = [
        arg.with_changes(
            comma=cst.Comma(whitespace_after=space), whitespace_after_arg=cst.SimpleWhitespace("")
        )
        for arg, space in zip(call.args, spaces, strict=True)
    ]
    return call.with_changes(args=args, whitespace_before_args=opening)


def _in_parentheses(awaited: cst.Await, room: Room | None = None) -> cst.Await:
    """In parentheses, on a line of its own where there is `room` for it."""
    left, right = cst.LeftParen(), cst.RightParen()
    if room is not None:
        left, right = cst.LeftParen(_line(room.inner)), cst.RightParen(_line(room.indent))
    return awaited.with_changes(lpar=[left], rpar=[right])


class Moved(cst.CSTTransformer):
    """Moves the lines of an expression from one depth to another, and breaks them without backslashes."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self.old, self.new = old, new

    def leave_ParenthesizedWhitespace(  # noqa: N802
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        return updated_node.with_changes(last_line=self._moved(updated_node.last_line))

    def leave_EmptyLine(self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine) -> cst.EmptyLine:  # noqa: N802
        return updated_node.with_changes(whitespace=self._moved(updated_node.whitespace))

    def leave_Dot(self, original_node: cst.Dot, updated_node: cst.Dot) -> cst.Dot:  # noqa: N802
        space = updated_node.whitespace_before
        return (
            updated_node.with_changes(whitespace_before=_line(self.new))
            if _is_backslash(space)
            else updated_node
        )

    def _moved(self, space: cst.SimpleWhitespace) -> cst.SimpleWhitespace:
        value = space.value
        return (
            cst.SimpleWhitespace(self.new + value[len(self.old) :]) if value.startswith(self.old) else space
        )


# --- what is there -------------------------------------------------------------------------------------


def _leads(node: ast.expr, module: Module) -> bool:
    """Whether a statement's value is this, or begins with it: `x = node.ok`, `return node(1)[0]`, `for y in node:`."""
    below: ast.AST = node
    for parent in module.ancestors(node):
        match parent:
            case ast.Attribute() | ast.Await():
                pass
            case ast.Subscript(value=inner) | ast.Call(func=inner) if inner is below:
                pass
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Return() | ast.Expr():
                return getattr(parent, "value", None) is below
            case ast.For(iter=inner):
                return inner is below
            case _:
                return False
        below = parent
    return False


def _stands_alone(node: ast.expr, module: Module) -> bool:
    """Whether it is in parentheses that no word touches, so that they can go."""
    span, lines = module.span(node), module.source.lines
    before = [*lines[: span.line - 1], lines[span.line - 1][: span.column - 1]]
    after = [lines[span.end_line - 1][span.end_column - 1 :], *lines[span.end_line :]]
    opening, closing = _OPENING.search("".join(before[-9:])), _CLOSING.match("".join(after[:9]))
    return bool(opening and closing and not opening[1] and not closing[1])


def _line_breaks(old: cst.BaseExpression) -> list[cst.BaseParenthesizableWhitespace]:
    """Where a chain is broken into lines, from the last to the first."""
    found: list[cst.BaseParenthesizableWhitespace] = []
    node = old
    while True:
        match node:
            case cst.Call(func=inner) | cst.Subscript(value=inner):
                node = inner
            case cst.Attribute(value=inner, dot=cst.Dot(whitespace_before=space)):
                if isinstance(space, cst.ParenthesizedWhitespace) or _is_backslash(space):
                    found.append(space)
                node = inner
            case _:
                return found


def _depth(space: cst.BaseParenthesizableWhitespace, room: Room) -> str:
    """What a line is indented by beyond its statement."""
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.last_line.value
    assert isinstance(space, cst.SimpleWhitespace)
    return space.value.rpartition("\n")[2].removeprefix(room.statement)


def _is_backslash(space: cst.BaseParenthesizableWhitespace) -> bool:
    return isinstance(space, cst.SimpleWhitespace) and "\\" in space.value


def _spaces(call: cst.Call) -> Iterator[cst.BaseParenthesizableWhitespace]:
    """What stands between the arguments, and around them."""
    yield call.whitespace_before_args
    yield from _commas(call)
    yield from (arg.whitespace_after_arg for arg in call.args)


def _commas(call: cst.Call) -> Iterator[cst.BaseParenthesizableWhitespace]:
    for arg in call.args:
        if isinstance(arg.comma, cst.Comma):
            yield arg.comma.whitespace_before
            yield arg.comma.whitespace_after


def _holds_comment(space: cst.BaseParenthesizableWhitespace) -> bool:
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return False
    return bool(space.first_line.comment) or any(line.comment for line in space.empty_lines)


def _line(indent: str) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent))


def _inside(call: cst.Call) -> str:
    return ", ".join(_code(a.with_changes(comma=cst.MaybeSentinel.DEFAULT)).strip() for a in call.args)


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _width(code: str) -> int:
    return len(code.expandtabs(4))
