"""How a turn of a loop ends: by appending to a list as the last thing it does, or without."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def appended_to(node: ast.AST) -> str:
    """`out` of the statement `out.append(x)`; "" for anything else."""
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value], keywords=[]
            )
        ) if not isinstance(value, ast.Starred):
            return name
    return ""


def ways_of(body: list[ast.stmt], name: str) -> set[str] | None:
    """How a turn can end: with an "append" as the last thing it does, or with a "skip". None for any other way."""
    ends = _ends(body, name)
    return None if ends is None else {"skip" if end == "falls" else end for end in ends} - {"raise"}


def _ends(body: list[ast.stmt], name: str) -> set[str] | None:
    """What a block can come to: "append", "skip" (`continue`), "raise", or "falls" to what stands after it."""
    found: set[str] = set()
    for number, statement in enumerate(body):
        rest = body[number + 1 :]
        ends = _ends_of(statement, name)
        if ends is None:
            return None
        followed = bool(rest) and not (len(rest) == 1 and isinstance(rest[0], ast.Continue))
        if "append" in ends and followed and not _append_is_final(statement, name):
            return None
        found |= ends - {"falls"}
        if "falls" not in ends:
            return found
    return found | {"falls"}


def _append_is_final(statement: ast.stmt, name: str) -> bool:
    """Whether each append in a statement is followed by `continue`, so that nothing after the statement runs."""

    def final(block: list[ast.stmt]) -> bool:
        for number, inner in enumerate(block):
            if any(appended_to(n) for n in ast.walk(inner)):
                if appended_to(inner):
                    if not (number + 1 < len(block) and isinstance(block[number + 1], ast.Continue)):
                        return False
                elif not all(map(final, _blocks(inner))):
                    return False
        return True

    return not appended_to(statement) and all(map(final, _blocks(statement)))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    match statement:
        case ast.If(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Try(body=body, handlers=handlers, orelse=orelse):
            yield from (body, *(h.body for h in handlers), orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            yield body


def _ends_of(statement: ast.stmt, name: str) -> set[str] | None:
    match statement:
        case _ if appended_to(statement) == name:
            return {"append"}
        case ast.Continue():
            return {"skip"}
        case ast.Raise():
            return {"raise"}
        case ast.If(body=body, orelse=orelse):
            return _joined(_ends(body, name), _ends(orelse, name))
        case ast.Try():
            return _ends_of_try(statement, name)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            ends = _ends(body, name)
            if ends is not None and any(_may_suppress(i.context_expr) for i in items):
                return ends | {"falls"}
            return ends
    if any(appended_to(n) for n in ast.walk(statement)) or _continues_outside(statement):
        return None
    return {"falls"}


def _ends_of_try(statement: ast.Try, name: str) -> set[str] | None:
    if any(appended_to(n) or isinstance(n, ast.Continue) for s in statement.finalbody for n in ast.walk(s)):
        return None
    tried = _ends(statement.body, name)
    if tried is not None and statement.orelse:
        after = _ends(statement.orelse, name)
        if "append" in tried or after is None:
            return None
        tried = (tried - {"falls"}) | after
    return _joined(tried, *(_ends(h.body, name) for h in statement.handlers))


def _joined(*parts: set[str] | None) -> set[str] | None:
    found: set[str] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return found


def _may_suppress(manager: ast.expr) -> bool:
    name = ast.unparse(manager.func if isinstance(manager, ast.Call) else manager).rpartition(".")[2]
    return "suppress" in name or "ignore" in name or name in ("ExitStack", "AsyncExitStack", "raises")


def _continues_outside(statement: ast.stmt) -> bool:
    """Whether a statement that is not looked into holds a `continue` of the loop around it."""
    return isinstance(statement, ast.Match | ast.TryStar) and any(
        isinstance(n, ast.Continue) for n in ast.walk(statement)
    )
