"""Queries that are put together from parts, of which some are not known: no page is put into them, and it is said why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fixbot.project.module import Function, Module
from fixbot.sql.texts import partly_spelled_out

_LIST = re.compile(r"\s*SELECT\s+(?!(?:COUNT|SUM|MIN|MAX|AVG|EXISTS)\s*\()", re.I)
_LIMITS = re.compile(r"\b(?:LIMIT|FETCH\s+(?:FIRST|NEXT))\b", re.I)
_LIMITED = re.compile(r"limit|offset|page|paging|cursor_id|per_page|page_size", re.I)
"""Names of parameters and parts that may well be a limit."""
_OTHER_MARKS = re.compile(r"'(?:[^']|'')*'|%\(\w+\)s|%s|\$\d+")
_BY_HAND = "a test like `id > ?` joined to the others by AND, and `LIMIT ?` at its end, each with its value"


def with_question_marks(sql: str) -> str:
    """A query with `?` for the values of every driver, for what only reads its structure."""
    return _OTHER_MARKS.sub(lambda m: m[0] if m[0].startswith("'") else "?", sql)


def unknown_parts(query: ast.expr, function: Function, module: Module) -> str:
    """Why no page is put into a SELECT that is not known as a whole, and what to do; "" for anything else.

    Nothing is said where something in the function may be a limit already.
    """
    texts = [n.value for n in function.nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    names = [argument.arg for argument in function.arguments]
    if any(_LIMITS.search(text) for text in texts) or any(map(_LIMITED.search, names)):
        return ""
    steps = _steps(query, function)
    start = steps[0] if steps else query
    if not _LIST.match(partly_spelled_out(start, module)[0]):
        return ""
    if len(steps) > 1:
        return f"its SQL is put together in {len(steps)} steps, from line {start.lineno} on: give it one more for {_BY_HAND}"
    parts = list(dict.fromkeys(ast.unparse(part) for part in _parts(start, module)))
    if not parts or any(map(_LIMITED.search, parts)):
        return ""
    named = " and ".join(f"`{part}`" for part in parts)
    verb = "is" if len(parts) == 1 else "are"
    return f"{named} in its SQL {verb} put together elsewhere, and not known here: give the query {_BY_HAND}"


def _steps(query: ast.expr, function: Function) -> list[ast.expr]:
    """What a variable that holds the query is given, and what is added to it, in the order of lines."""
    if not isinstance(query, ast.Name):
        return []
    found = []
    for node in function.nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value)
            ) if name == query.id:
                found.append(value)
    return sorted(found, key=lambda value: value.lineno)


def _parts(query: ast.expr, module: Module) -> Iterator[ast.expr]:
    """The parts of a string that are not known."""
    match query:
        case ast.JoinedStr(values=values):
            for value in values:
                yield from _parts(value, module)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from _parts(left, module)
            yield from _parts(right, module)
        case _ if not partly_spelled_out(query, module)[1]:
            yield query.value if isinstance(query, ast.FormattedValue) else query
