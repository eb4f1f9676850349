"""A keyword that the dropped side of a conflict added to a call, given to the same call of the side that is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fixbot.conflicts.markers import Lines
from fixbot.project.source import Source


@dataclass(frozen=True)
class Graft:
    """Lines [line, end_line] (from 1) of a file, and what takes their place so that `call` has `keyword` too."""

    line: int
    end_line: int
    new: Lines
    call: str
    keyword: str


def added_keywords(statement: str, before: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """The callee and the keywords without which a statement is one that stood there `before`; None for any other change."""
    known = set(before)
    try:
        tree = ast.parse(statement)
    except SyntaxError:  # the first line of an `if`, a `for`, a `def`
        return None
    for number, call in enumerate(_calls(tree)):
        for start in range(len(call.keywords)):
            for end in range(start + 1, len(call.keywords) + 1):
                shorter = ast.parse(statement)
                copy = list(_calls(shorter))[number]
                removed = copy.keywords[start:end]
                del copy.keywords[start:end]
                if ast.unparse(shorter) in known and all(keyword.arg for keyword in removed):
                    return ast.unparse(call.func), tuple(map(ast.unparse, removed))
    return None


def graft(text: str, callee: str, keywords: Sequence[str], line_length: int) -> Graft | None:
    """The keywords in the one call of `callee` in this file that lacks them; None where there is not exactly one."""
    names = {keyword.partition("=")[0] for keyword in keywords}
    calls = [call for call in _calls(ast.parse(text)) if ast.unparse(call.func) == callee]
    lacking = [call for call in calls if names.isdisjoint(keyword.arg or "" for keyword in call.keywords)]
    if len(lacking) != 1 or any(keyword.arg is None for keyword in lacking[0].keywords):
        return None
    [call] = lacking
    source = Source("", text)
    first, last = call.lineno, call.end_lineno or call.lineno
    lines = [line.rstrip("\r\n") for line in source.lines[first - 1 : last]]
    opening, closing = (
        source.column(first, call.col_offset) - 1,
        source.column(last, call.end_col_offset or 0) - 1,
    )
    new = _with(lines, opening, closing, call, keywords, source, line_length)
    return Graft(first, last, tuple(new), callee, ", ".join(keywords)) if new else None


def _with(
    lines: list[str],
    start: int,
    end: int,
    call: ast.Call,
    keywords: Sequence[str],
    source: Source,
    line_length: int,
) -> list[str] | None:
    added = ", ".join(keywords)
    if len(lines) == 1:
        line = lines[0]
        inside = line[: end - 1].rstrip()
        comma = "" if inside.endswith(("(", ",")) else ","
        short = f"{inside}{comma}{'' if inside.endswith('(') else ' '}{added}{line[end - 1 :]}"
        if len(short) <= line_length:
            return [short]
        return _broken(line, end, call, keywords, source)
    if lines[-1][: end - 1].strip():
        return None  # the bracket does not stand on a line of its own
    body = lines[-2].rstrip()
    if "#" in body:
        return None
    indent = body[: len(body) - len(body.lstrip())]
    comma = "" if body.endswith((",", "(")) else ","
    return [*lines[:-2], body + comma, *(f"{indent}{keyword}," for keyword in keywords), lines[-1]]


def _broken(line: str, end: int, call: ast.Call, keywords: Sequence[str], source: Source) -> list[str]:
    """A call in one line, with each argument in a line of its own."""
    indent = line[: len(line) - len(line.lstrip())]
    opening = line.index("(", source.column(call.lineno, call.func.end_col_offset or 0) - 1)
    arguments = [ast.get_source_segment(source.text, node) or "" for node in [*call.args, *call.keywords]]
    return [
        line[: opening + 1],
        *(f"{indent}    {argument}," for argument in [*arguments, *keywords]),
        indent + line[end - 1 :],
    ]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))
