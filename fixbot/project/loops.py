"""Loops that do the same thing for every item: what repeats, what it is made of, what it changes.

By structure alone; what calls do is not asked here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fixbot.project.module import Comprehension, Module, bound_names
from fixbot.project.state import MUTATORS

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
"""What has a body of its own, which does not run with the code around it."""


@dataclass(frozen=True, eq=False)
class Loop:
    """A `for` statement, or one `for` clause of a comprehension (`whole` is then the comprehension)."""

    target: ast.expr
    iterable: ast.expr
    body: tuple[ast.AST, ...]
    """What is evaluated for each item, in order."""
    whole: ast.For | ast.AsyncFor | Comprehension
    is_async: bool = False
    is_only: bool = True
    """False for a clause of a comprehension that has several."""

    @property
    def names(self) -> frozenset[str]:
        """The loop variables."""
        return frozenset(n.id for n in ast.walk(self.target) if isinstance(n, ast.Name))

    @property
    def is_statement(self) -> bool:
        return isinstance(self.whole, ast.stmt)

    def nodes(self) -> Iterator[ast.AST]:
        for part in self.body:
            yield from ast.walk(part)


def loops_around(node: ast.AST, module: Module) -> Iterator[Loop]:
    """Every `for` (statement or comprehension) of the same function that evaluates `node` for each item, innermost first."""
    below = node
    for parent in module.ancestors(node):
        match parent:
            case ast.For(body=body) | ast.AsyncFor(body=body) if below in body:
                is_async = isinstance(parent, ast.AsyncFor)
                yield Loop(parent.target, parent.iter, tuple(body), parent, is_async)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                yield from _clauses(parent, node, module)
        if isinstance(parent, SCOPES):
            return
        below = parent


def _clauses(comprehension: Comprehension, node: ast.AST, module: Module) -> Iterator[Loop]:
    """The clauses that evaluate `node` again and again: those before the one it stands in, and that one for its tests."""
    inside = {node, *module.ancestors(node)}
    results = (
        [comprehension.key, comprehension.value]
        if isinstance(comprehension, ast.DictComp)
        else [comprehension.elt]
    )
    clauses = comprehension.generators
    own = next((n for n, clause in enumerate(clauses) if clause in inside), len(clauses))
    if own < len(clauses) and clauses[own].iter not in inside:
        own += 1
    for number in reversed(range(own)):
        clause = clauses[number]
        body = (*clause.ifs, *clauses[number + 1 :], *results)
        yield Loop(clause.target, clause.iter, body, comprehension, bool(clause.is_async), len(clauses) == 1)


# --- what an expression of the body is made of ------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Derived:
    """An expression of a loop body, with the values of the names that the body assigned before it in every turn."""

    expression: ast.expr
    values: Mapping[ast.Name, ast.expr] = field(default_factory=dict)

    @property
    def parts(self) -> list[ast.expr]:
        """The expression and those values: all that is evaluated to get at it."""
        return list(dict.fromkeys([self.expression, *self.values.values()]))

    @property
    def replaced(self) -> frozenset[str]:
        """Names that the body assigns, but whose value is put in wherever they are used here."""
        return frozenset(n.id for n in self.values) - {n.id for n in self.free}

    def changing(self, loop: Loop) -> frozenset[str]:
        """Names in it that are not the same in every turn."""
        return loop.names | {n.id for n in self.values}

    def rebound(self, loop: Loop) -> str:
        """A loop variable in it that the body may have given another value by then; "" if there is none."""
        stores = [n for n in loop.nodes() if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
        for name in ast.walk(self.expression):
            if isinstance(name, ast.Name) and name.id in loop.names and name not in self.values:
                if any(store.id == name.id and _start(store) < _start(name) for store in stores):
                    return name.id
        return ""

    @property
    def free(self) -> list[ast.Name]:
        """The names that are left when the values have been put in."""
        return [
            n
            for part in self.parts
            for n in ast.walk(part)
            if isinstance(n, ast.Name) and n not in self.values
        ]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(n.id for n in self.free)


def derived(expression: ast.expr, loop: Loop, module: Module) -> Derived:
    """Put in what the body assigns, where each turn assigns it once, for certain, and before it is used."""
    assigned = _assigned_once(loop)
    values: dict[ast.Name, ast.expr] = {}
    pending = [expression]
    while pending:
        for node in ast.walk(pending.pop()):
            if isinstance(node, ast.Name) and node.id in assigned and node not in values:
                statement, value = assigned[node.id]
                if _end(statement) <= _start(node) and _surely_before(statement, node, loop, module):
                    values[node] = value
                    pending.append(value)
    return Derived(expression, values)


def depends_on_item(expression: ast.expr, loop: Loop) -> bool:
    """Whether it may be made of a loop variable, by whatever assignments of the body."""
    assigned: dict[str, set[str]] = {}
    for node in loop.nodes():
        match node:
            case ast.Assign(targets=targets, value=value):
                for name in {n for target in targets for n in names_in(target)}:
                    assigned.setdefault(name, set()).update(names_in(value))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                assigned.setdefault(name, set()).update(names_in(value))
    reached, pending = set[str](), set(names_in(expression))
    while pending:
        reached |= pending
        pending = {n for name in pending for n in assigned.get(name, ())} - reached
    return bool(reached & loop.names)


def _assigned_once(loop: Loop) -> dict[str, tuple[ast.stmt, ast.expr]]:
    stores = list(bound_names(loop.nodes()))
    found: dict[str, tuple[ast.stmt, ast.expr]] = {}
    for node in loop.nodes():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = (node, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = (node, value)
    return {name: pair for name, pair in found.items() if stores.count(name) == 1}


def _surely_before(statement: ast.stmt, node: ast.AST, loop: Loop, module: Module) -> bool:
    """Whether whatever gets to `node` in a turn has passed `statement`: its block is around both, up to the loop."""
    block = module.parents[statement]
    return block is loop.whole or (
        isinstance(block, ast.If | ast.Try | ast.With) and block in module.ancestors(node)
    )


def names_in(expression: ast.AST) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(expression) if isinstance(n, ast.Name))


def _start(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


# --- what the body changes -----------------------------------------------------------------------------------


def changed_in(loop: Loop) -> frozenset[str]:
    """What the body rebinds or changes in place, as dotted places: `total`, `seen` of `seen.add(x)`, `self.cache`."""
    found = set(bound_names(loop.nodes()))
    for node in loop.nodes():
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                found.add(place(node))
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                found.add(place(value))
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in MUTATORS:
                found.add(place(value))
    return frozenset(found - {""})


def touches(expression: ast.AST, places: frozenset[str]) -> str:
    """The first of these places that the expression reads, a part of or the whole of; "" if it reads none."""
    chains = [n for n in ast.walk(expression) if isinstance(n, ast.Name | ast.Attribute)]
    inner = {n.value for n in chains if isinstance(n, ast.Attribute)}
    used = {place(n) for n in chains if n not in inner} - {""}
    return next((p for p in sorted(places) if any(_within(p, u) or _within(u, p) for u in used)), "")


def place(expression: ast.AST) -> str:
    """`self.cache` for `self.cache[key].items`: attributes from the root up to the first subscript; "" for other roots."""
    match expression:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            base = place(value)
            return f"{base}.{attr}" if base and not _subscripted(value) else base
        case ast.Subscript(value=value):
            return place(value)
    return ""


def _subscripted(expression: ast.expr) -> bool:
    return any(isinstance(n, ast.Subscript) for n in ast.walk(expression))


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}.")
