"""What a module says, as a set of small facts: so two versions can be compared whatever has moved between them."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

Fact: TypeAlias = tuple[str, ...]
"""Its kind, and what it says in words a person can read."""

_INSIDE = ("body", "orelse", "finalbody", "handlers", "cases", "decorator_list")
_JUMPS = ast.Return | ast.Raise | ast.Continue | ast.Break
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def facts(nodes: Sequence[ast.AST]) -> frozenset[Fact]:
    """Names, constants, keywords, tests, entries, parameters, imports, decorators."""
    return frozenset(fact for node in nodes for fact in _facts(node))


def statements(nodes: Sequence[ast.AST]) -> Counter[str]:
    """Every simple statement, and the first line of every other one, with how often each stands there."""
    kinds = (ast.stmt, ast.ExceptHandler, ast.match_case)
    return Counter(_head(node) for node in nodes if isinstance(node, kinds))


def _head(statement: ast.AST) -> str:
    """A statement as it is written, without the statements inside it."""
    head = copy.copy(statement)
    for name in _INSIDE:
        if hasattr(head, name):
            setattr(head, name, [])
    return ast.unparse(head)


def lost(base: Collection[Fact], side: Collection[Fact], result: Collection[Fact]) -> list[Fact]:
    """What `side` says that neither the base nor the result does."""
    return sorted(fact for fact in side if fact not in base and fact not in result)


def flaws(nodes: Sequence[ast.AST]) -> Counter[Fact]:
    """Code that never runs, code that stands twice in one block or display, and imports that nothing uses."""
    found = Counter(flaw for node in nodes for flaw in _flaws(node))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [name.asname or name.name.partition(".")[0] for name in node.names]
            found.update(("never used", name) for name in names if name not in used)
    return found


def _facts(node: ast.AST) -> Iterator[Fact]:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            yield "name", name
        case ast.Name(id=name):
            yield "variable", name
        case ast.Attribute(attr=name):
            yield "attribute", name
        case ast.Constant(value=value):
            yield "constant", repr(value)
        case ast.Call(func=function, keywords=keywords):
            yield "call", _shallow(function)
            for keyword in keywords:
                yield "keyword", _shallow(function), keyword.arg or "**", _shallow(keyword.value)
        case ast.If() | ast.While() | ast.IfExp():
            yield "test", _shallow(node.test)
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            yield from (("entry", _shallow(k) if k else "**", _shallow(v)) for k, v in pairs)
        case ast.operator() | ast.cmpop() | ast.boolop() | ast.unaryop():
            yield "operator", type(node).__name__
        case ast.stmt():
            yield from _statement_facts(node)


def _statement_facts(node: ast.stmt) -> Iterator[Fact]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield type(node).__name__, node.name
            arguments = (a for a in ast.walk(node.args) if isinstance(a, ast.arg))
            yield from (("parameter", node.name, argument.arg) for argument in arguments)
        case ast.ClassDef():
            yield "class", node.name, *map(_shallow, node.bases)
        case ast.Import():
            yield from (("import", n.name, n.asname or "") for n in node.names)
        case ast.ImportFrom():
            origin = "." * node.level + (node.module or "")
            yield from (("import", origin, n.name, n.asname or "") for n in node.names)
    if isinstance(node, _DEFINITIONS):
        yield from (("decorator", node.name, _shallow(decorator)) for decorator in node.decorator_list)


def _shallow(node: ast.expr) -> str:
    """A short expression as it is written; of a longer one only what kind it is."""
    text = ast.unparse(node)
    return text if isinstance(node, ast.Name | ast.Attribute | ast.Constant) else type(node).__name__


def _flaws(node: ast.AST) -> Iterator[Fact]:
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if isinstance(suite, list):
            yield from _suite_flaws(suite)
    if isinstance(node, ast.Dict):
        keys = Counter(ast.dump(key) for key in node.keys if key)
        yield from (("key twice", key) for key, count in keys.items() if count > 1)


def _suite_flaws(suite: list[ast.stmt]) -> Iterator[Fact]:
    defined: set[str] = set()
    seen: set[str] = set()
    ended = False
    for statement in suite:
        dump = ast.dump(statement)
        if ended:
            yield "never runs", dump
        if isinstance(statement, _DEFINITIONS) and not statement.decorator_list:
            if statement.name in defined:
                yield "defined twice", statement.name
            defined.add(statement.name)
        if dump in seen and not isinstance(statement, ast.Pass):
            yield "stands twice", dump
        seen.add(dump)
        ended = ended or isinstance(statement, _JUMPS)
