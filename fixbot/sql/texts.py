"""SQL in Python code: literals, joined literals, and f-strings whose parts are known or stand for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.project.module import Module

MARK = "?"
"""What a part that is not known becomes: right where it stands for a value, no SQL at all where it does not."""

_QUERY = re.compile(r"\s*(?:--[^\n]*\n\s*)*\(?\s*(?:SELECT|WITH|UPDATE|DELETE\s+FROM|INSERT|REPLACE)\s", re.I)
_RUNS = frozenset(
    "execute executemany executescript exec_driver_sql execute_fetchall execute_insert text fetch fetchrow fetchval "
    "fetch_all fetch_one fetch_val iterate raw read_sql read_sql_query".split()
)
_TAKES_PARTS = frozenset("join replace format_map".split())
_PERCENT = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[sdrifx]")
_BRACES = re.compile(r"\{[^{}]*\}")
_PIECES = re.compile(r"\b(?:SELECT|FROM|WHERE|AND|OR|JOIN|ORDER|GROUP|LIMIT|OFFSET|UNION|IN|EXISTS)\b")
_DEPTH = 5
"""How many names are followed to what they stand for."""


@dataclass(frozen=True)
class Text:
    """A string of the code and what it says."""

    node: ast.expr
    sql: str
    whole: bool
    """Whether every part of it is known."""


def texts(module: Module) -> Iterator[Text]:
    """Every string that is not a part of another one, nor a docstring, in no order."""
    for kind in (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call):
        for node in module.of_type(kind):
            parent = module.parents.get(node)
            if _is_string(node) and not _is_part(node, parent):
                sql, whole = _spelled_out(node, module, _DEPTH)
                yield Text(node, sql, whole)


def unfinished(module: Module) -> set[ast.expr]:
    """Strings with a name that other text is added to, or that is put into other SQL."""
    uses: list[ast.expr] = [node.target for node in module.of_type(ast.AugAssign)]
    for added in module.of_type(ast.BinOp):
        uses += [added.left, added.right] if isinstance(added.op, ast.Add) else []
    for joined in module.of_type(ast.JoinedStr):
        if _PIECES.search(_spelled_out(joined, module, 0)[0]):
            uses += [part.value for part in joined.values if isinstance(part, ast.FormattedValue)]
    for call in module.of_type(ast.Call):
        match call.func:
            case ast.Attribute(attr="join"):
                uses += call.args
            case ast.Attribute(value=owner, attr="append" | "extend"):
                uses.append(owner)
    names = {_scoped(use, module) for use in uses}
    return {
        node
        for target, value in _assignments(module)
        if _scoped(target, module) in names
        for node in (value, *(value.elts if isinstance(value, ast.List | ast.Tuple) else ()))
    }


def _assignments(module: Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    for assign in module.of_type(ast.Assign):
        yield from ((target, assign.value) for target in assign.targets)
    for annotated in module.of_type(ast.AnnAssign):
        if annotated.value is not None:
            yield annotated.target, annotated.value


def _scoped(node: ast.expr, module: Module) -> tuple[object, str]:
    """A variable and the function that it is local to; the last name of anything with a dot."""
    match node:
        case ast.Name(id=name):
            function = module.function(node)
            return function if function and name in function.local_names else None, name
        case ast.Attribute(attr=name):
            return None, f".{name}"
    return node, ""


def spelled_out(node: ast.expr, module: Module) -> str | None:
    """What a string expression says, if all of it is known."""
    sql, whole = _spelled_out(node, module, _DEPTH)
    return sql if whole and _is_string_or_name(node) else None


def partly_spelled_out(node: ast.expr, module: Module) -> tuple[str, bool]:
    """What a string expression or a part of one says, with `MARK` for what is not known, and whether all of it is."""
    return _spelled_out(node, module, _DEPTH)


def is_query(text: Text) -> bool:
    """Whether it begins as a query does; sentences may, too."""
    return bool(_QUERY.match(text.sql))


def is_run(text: Text, module: Module) -> bool:
    """Whether it is surely meant as SQL: given to something that runs it."""
    match module.parents.get(text.node):
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]):
            return first is text.node and name in _RUNS
    return False


def _is_string(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _is_string(left) or _is_string(right)
        case ast.BinOp(op=ast.Mod(), left=template):
            return _is_string(template)
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            return _is_string(template)
    return False


def _is_string_or_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or _is_string(node)


def _is_part(node: ast.expr, parent: ast.AST | None) -> bool:
    match parent:
        case ast.Expr() | ast.JoinedStr() | ast.FormattedValue():
            return True
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Attribute(attr=name):
            return name in _TAKES_PARTS or name == "format"
    return False


def _spelled_out(node: ast.expr, module: Module, depth: int) -> tuple[str, bool]:
    """The text of a string expression, with `MARK` for what is not known."""
    match node:
        case ast.Constant(value=str(text)):
            return text, True
        case ast.Constant(value=int(number)):
            return str(number), True
        case ast.JoinedStr(values=parts):
            pairs = [_spelled_out(part, module, depth) for part in parts]
            return "".join(text for text, _ in pairs), all(whole for _, whole in pairs)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return _spelled_out(value, module, depth)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            (before, one), (after, two) = (_spelled_out(part, module, depth) for part in (left, right))
            return before + after, one and two
        case ast.BinOp(op=ast.Mod(), left=template):
            return _PERCENT.sub(MARK, _spelled_out(template, module, depth)[0]), False
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            return _BRACES.sub(MARK, _spelled_out(template, module, depth)[0]), False
        case ast.Name(id=name) if depth:
            function = module.function(node)
            local = function is not None and name in function.local_names
            meant = (function.values if function and local else module.values).get(name)
            if isinstance(meant, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Name):
                return _spelled_out(meant, module, depth - 1)
    return MARK, False
