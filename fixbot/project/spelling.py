"""Code as text: on one line, with the file's quotes, broken where it gets too long."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from typing import Any

from fixbot.project.module import Function, Module

_SIMPLE_STRING = re.compile(r"""([a-zA-Z]{0,2})'([^'"\\]*)'""")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def spelled(expression: ast.expr, module: Module, values: Mapping[Any, ast.expr] | None = None) -> str:
    """An expression on one line, with some of its parts (names, as a rule) replaced by others."""
    text = ast.unparse(_replaced(expression, values or {}))
    return text if _prefers_single_quotes(module) else _in_double_quotes(text)


def _replaced(expression: ast.expr, values: Mapping[Any, ast.expr]) -> ast.expr:
    """A copy with the values put in."""

    def copy(node: object) -> object:
        match node:
            case ast.expr() if node in values:
                return copy(values[node])
            case ast.AST():
                return type(node)(**{name: copy(value) for name, value in ast.iter_fields(node)})
            case list():
                return [copy(item) for item in node]
        return node

    result = copy(expression)
    assert isinstance(result, ast.expr)
    return result


def _prefers_single_quotes(module: Module) -> bool:
    text = module.source.text
    return text.count("'") > text.count('"')


def _in_double_quotes(line: str) -> str:
    """What `ast.unparse` writes in single quotes in double ones, where that needs no escapes."""
    pieces, at = [], 0
    for start, end in _strings(line):
        if found := _SIMPLE_STRING.fullmatch(line[start:end]):
            pieces += [line[at:start], f'{found[1]}"{found[2]}"']
            at = end
    return "".join(pieces) + line[at:]


def _strings(line: str) -> Iterator[tuple[int, int]]:
    """Where the string literals of a line stand; an f-string counts as a whole."""
    depth = start = 0
    for token in tokenize.generate_tokens(io.StringIO(line).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":  # of Python 3.12 and newer
            start = start if depth else token.start[1]
            depth += 1
        elif name == "FSTRING_END":
            depth -= 1
            if not depth:
                yield start, token.end[1]
        elif name == "STRING" and not depth:
            yield token.start[1], token.end[1]


def target_of(expression: ast.expr) -> str:
    """A loop target as it stands after `for`: `a, b` without the brackets around it."""
    text = ast.unparse(expression)
    return text[1:-1] if isinstance(expression, ast.Tuple) and text.startswith("(") else text


def negated(test: ast.expr) -> ast.expr:
    """`not test`, put as a person would."""
    opposite: dict[type[ast.cmpop], type[ast.cmpop]] = {
        ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    }  # fmt: skip
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.BoolOp(op=op, values=values):
            return ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), [negated(v) for v in values])
        case ast.Compare(left=left, ops=[only], comparators=comparators) if type(only) in opposite:
            return ast.Compare(left, [opposite[type(only)]()], comparators)
    return ast.UnaryOp(ast.Not(), test)


def broken(line: str, indent: str, unit: str, line_length: int) -> str:
    """The line, or where it is too long its last brackets opened, as formatters do."""
    width = len(indent.expandtabs(4))
    if width + len(line) <= line_length or line[-1] not in _PAIRS.values():
        return line
    start = _opening(line)
    head, inside, end = line[: start + 1], line[start + 1 : -1], line[-1]
    if not inside:
        return line
    if width + len(unit.expandtabs(4)) + len(inside) <= line_length:
        return f"{head}\n{unit}{inside}\n{end}"
    room = line_length - width - len(unit.expandtabs(4)) - 1
    parts = (part if len(part) <= room else _clauses(part, unit) for part in _parts(inside))
    return "\n".join([head, *(f"{unit}{part}," for part in parts), end])


def _opening(line: str) -> int:
    """Where the brackets begin that the last character of a line closes."""
    stack: list[int] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(line).readline):
        if token.type == tokenize.OP and token.string in _PAIRS:
            stack.append(token.start[1])
        elif token.type == tokenize.OP and token.string in _PAIRS.values():
            last = stack.pop()
    return last


def _clauses(part: str, unit: str) -> str:
    """A generator expression, also behind a `*`, with each of its clauses on a line; anything else as it is."""
    if part.startswith("*"):
        return f"*{_clauses(part[1:], unit)}"
    node = ast.parse(part, mode="eval").body
    if not isinstance(node, ast.GeneratorExp):
        return part
    clauses = [part[node.elt.col_offset : node.elt.end_col_offset]]
    for clause in node.generators:
        clauses.append(
            f"for {target_of(clause.target)} in {part[clause.iter.col_offset : clause.iter.end_col_offset]}"
        )
        clauses += [f"if {part[test.col_offset : test.end_col_offset]}" for test in clause.ifs]
    inner = f"\n{unit}{unit}"
    return f"({inner}{inner.join(clauses)}\n{unit})"


def comments_in(text: str) -> list[str]:
    """The comments inside an expression."""
    tokens = tokenize.generate_tokens(io.StringIO(f"({text}\n)").readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def indentation(statement: ast.stmt, module: Module) -> str:
    """The white space that the line of a statement begins with."""
    line = module.source.lines[statement.lineno - 1]
    return line[: len(line) - len(line.lstrip(" \t"))]


def indent_unit(function: Function) -> str:
    """By how much the body of a function is indented."""
    head, body = (indentation(n, function.module) for n in (function.node, function.node.body[0]))
    return body[len(head) :] or "    "


def _parts(inside: str) -> list[str]:
    """The arguments of a call, as text."""
    call = ast.parse(f"f({inside})", mode="eval").body
    assert isinstance(call, ast.Call)
    return [ast.get_source_segment(f"f({inside})", part) or "" for part in (*call.args, *call.keywords)]
