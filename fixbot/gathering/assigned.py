"""Has a turn of a loop surely given a name a value by the time it reads it? Errs on the side of no."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.project.flow import block_of
from fixbot.project.loops import Loop, names_in
from fixbot.project.module import Module

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_set_before(name: str, node: ast.Name, loop: Loop, module: Module) -> bool:
    """Whether this very turn has surely given `name` a value when `node` is evaluated."""
    path: list[ast.AST] = [node]
    for parent in module.ancestors(node):
        if _gives(parent, name, path[-1]) or name in _comprehended(parent):
            return True
        if isinstance(path[-1], ast.stmt) and any(
            surely_binds(earlier, name) for earlier in _before(path[-1], module)
        ):
            return True
        if parent is loop.whole:
            return False
        path.append(parent)
    return False


def _before(statement: ast.stmt, module: Module) -> Iterator[ast.stmt]:
    """Statements that have run to their end before this one begins: those of its block, and of the `try` that it is the `else` of."""
    block = block_of(statement, module) or [statement]
    yield from block[: block.index(statement)]
    owner = module.parents[statement]
    if isinstance(owner, ast.Try) and statement in owner.orelse:
        yield from owner.body


def _gives(parent: ast.AST, name: str, below: ast.AST) -> bool:
    """Whether the head of a statement gives the name to what stands in its body, or its test does by `:=`."""
    match parent:
        case ast.With(body=body) | ast.AsyncWith(body=body) | ast.For(body=body) | ast.AsyncFor(body=body):
            return below in body and name in head_names(parent)
        case ast.ExceptHandler(body=body):
            return below in body and parent.name == name
        case ast.If(test=test):
            return below is not test and any(
                isinstance(n, ast.NamedExpr) and n.target.id == name for n in ast.walk(test)
            )
    return False


def _comprehended(parent: ast.AST) -> frozenset[str]:
    """The variables of a comprehension."""
    if isinstance(parent, _COMPREHENSIONS):
        return frozenset[str]().union(*(names_in(g.target) for g in parent.generators))
    return frozenset()


def head_names(statement: ast.AST) -> frozenset[str]:
    """The names that the head of a statement gives to its body."""
    match statement:
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return frozenset[str]().union(*(names_in(i.optional_vars) for i in items if i.optional_vars))
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return names_in(target)
    return frozenset()


def surely_binds(statement: ast.stmt, name: str) -> bool:
    """Whether running a statement to its end gives `name` a value, or the turn is over."""

    def block(body: list[ast.stmt]) -> bool:
        return any(surely_binds(s, name) for s in body)

    match statement:
        case ast.Assign(targets=targets):
            return any(name in _stored(t) for t in targets)
        case ast.AnnAssign(target=ast.Name(id=found), value=value):
            return found == name and value is not None
        case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found) | ast.ClassDef(name=found):
            return found == name
        case ast.Continue() | ast.Raise():
            return True
        case ast.If(body=body, orelse=orelse):
            return block(body) and block(orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return name in head_names(statement) or block(body)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            return block(finalbody) or (
                (block(body) or block(orelse)) and all(block(h.body) for h in handlers)
            )
    return False


def _stored(target: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
