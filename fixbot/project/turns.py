"""One turn of a loop: what decides whether it gets to some place in it, and whether it is the last turn."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from fixbot.project.flow import block_of
from fixbot.project.loops import SCOPES, Loop
from fixbot.project.module import Module

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
Test = tuple[ast.expr, bool]
"""A test, and the outcome of it that leads on."""


def stops_early(loop: Loop) -> str:
    """How the loop can end before the last item: "yield", "return", "break" or "raise", in this order; "" if it cannot.

    At a `yield` the caller may stop. A `raise` that is caught in the loop, or stands in an `except`, does not count.
    """
    found: set[str] = set()
    pending: list[tuple[ast.AST, bool, bool]] = [(part, True, True) for part in loop.body]
    while pending:
        node, own, uncaught = pending.pop()
        match node:
            case ast.Yield() | ast.YieldFrom():
                found.add("yield")
            case ast.Return():
                found.add("return")
            case ast.Break() if own:
                found.add("break")
            case ast.Raise() if uncaught:
                found.add("raise")
            case ast.For(body=body) | ast.AsyncFor(body=body) | ast.While(body=body):
                pending += [(part, False, uncaught) for part in body]
                pending += [(part, own, uncaught) for part in node.orelse]
                continue
            case ast.Try(body=body, handlers=handlers) if any(map(_catches_all, handlers)):
                pending += [(part, own, False) for part in body]
                pending += [(part, own, uncaught) for part in (*handlers, *node.orelse, *node.finalbody)]
                continue
        if not isinstance(node, SCOPES):
            uncaught = uncaught and not isinstance(node, ast.ExceptHandler)
            pending += [(child, own, uncaught) for child in ast.iter_child_nodes(node)]
    return next((way for way in ("yield", "return", "break", "raise") if way in found), "")


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")


# --- what decides ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conditions:
    """What decides whether a turn gets to a place: tests, and what is no test (`while`, `with`, `match`, a loop ...)."""

    tests: tuple[Test, ...] = ()
    obstacle: ast.AST | None = None


def conditions(node: ast.AST, loop: Loop, module: Module) -> Conditions:
    """What decides, in a turn of `loop`, whether `node` is evaluated."""
    tests: list[Test] = []
    guards: list[Test] = []
    below = node
    for parent in module.ancestors(node):
        if isinstance(below, ast.stmt):
            for earlier in _earlier(below, module):
                passing = _passing(earlier)
                if passing is None:
                    return Conditions(obstacle=earlier)
                guards += passing
            tests, guards = [*guards, *tests], []
        if parent is loop.whole:
            break
        if not isinstance(parent, ast.comprehension) or parent.target is not loop.target:
            found = _decides(parent, below)
            if found is None:
                return Conditions(obstacle=parent)
            tests = [*found, *tests]
            below = parent
    return Conditions((*_filters(below, loop), *tests))


def _decides(parent: ast.AST, below: ast.AST) -> list[Test] | None:
    """The tests after which `parent` evaluates its part `below`; None where it is not tests that decide."""
    match parent:
        case ast.If(test=test, body=then):
            return [] if below is test else [(test, below in then)]
        case ast.IfExp(test=test, body=then):
            return [] if below is test else [(test, below is then)]
        case ast.BoolOp(op=op, values=values):
            return [(value, isinstance(op, ast.And)) for value in values[: values.index(below)]]  # type: ignore[arg-type]
        case ast.With(items=[ast.withitem(context_expr=ast.Call(func=manager))]) if _suppresses(manager):
            return []
        case ast.Compare(left=left, comparators=[first, *_]):
            always = below in (left, first)
        case (
            ast.For(iter=first)
            | ast.AsyncFor(iter=first)
            | ast.comprehension(iter=first)
            | ast.Assert(test=first)
        ):
            always = below is first
        case ast.ListComp(generators=parts) | ast.SetComp(generators=parts) | ast.DictComp(generators=parts):
            always = below is parts[0]
        case ast.Try(body=body) | ast.TryStar(body=body):
            always = below in body
        case _:
            always = not isinstance(parent, (*SCOPES, *_LOOPS, *_UNCERTAIN))
    return [] if always else None


_UNCERTAIN = (ast.While, ast.Match, ast.With, ast.AsyncWith, ast.GeneratorExp, ast.ExceptHandler)


def _suppresses(manager: ast.expr) -> bool:
    return ast.unparse(manager) in ("suppress", "contextlib.suppress")


def _filters(below: ast.AST, loop: Loop) -> list[Test]:
    """The `if`s of a comprehension that come before its part `below`."""
    if isinstance(loop.whole, ast.stmt):
        return []
    filters = next(clause.ifs for clause in loop.whole.generators if clause.target is loop.target)
    return [(test, True) for test in (filters[: filters.index(below)] if below in filters else filters)]


def _earlier(statement: ast.stmt, module: Module) -> list[ast.stmt]:
    """The statements before this one in its block."""
    block = block_of(statement, module) or [statement]
    return block[: block.index(statement)]


def _passing(statement: ast.stmt) -> list[Test] | None:
    """The outcomes of its tests that get an item past a statement; None if that hangs on something inside it."""
    if not isinstance(statement, ast.If):
        return [] if _continues([statement]) is False else None
    match statement.orelse:
        case [ast.If() as chained] if _continues(statement.body):
            rest = _passing(chained)
            return None if rest is None else [(statement.test, False), *rest]
    then, otherwise = _continues(statement.body), _continues(statement.orelse)
    if then is None or otherwise is None:
        return None
    return [(statement.test, not then)] if then != otherwise else []


def _continues(block: list[ast.stmt]) -> bool | None:
    """Whether a block ends its turn of the loop: always, never, or (None) sometimes. Errors do not count."""
    if block and isinstance(block[-1], ast.Continue):
        return True
    pending: list[ast.AST] = list(block)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Continue):
            return None
        if not isinstance(node, (*_LOOPS, *SCOPES, ast.ExceptHandler)):
            pending += ast.iter_child_nodes(node)
    return False


# --- a place before -------------------------------------------------------------------------------------


def head_of(statement: ast.stmt) -> ast.expr | None:
    """The expression that a statement evaluates first, and once; None when it has none."""
    match statement:
        case ast.If(test=head) | ast.For(iter=head) | ast.AsyncFor(iter=head) | ast.Assert(test=head):
            return head
        case ast.Assign(value=head) | ast.Expr(value=head) | ast.AugAssign(target=ast.Name(), value=head):
            return head
        case ast.AnnAssign(value=ast.expr() as head) | ast.Return(value=ast.expr() as head):
            return head
    return None


def leads(node: ast.expr, module: Module, harmless: Callable[[ast.Call], bool]) -> bool:
    """Whether its statement evaluates `node` for certain, and does nothing before it but `harmless` calls."""
    statement = module.statement(node)
    head = head_of(statement)
    below: ast.AST = node
    while below is not head:
        parent = module.parents[below]
        if head is None or isinstance(parent, ast.stmt) or _decides(parent, below) != []:
            return False
        below = parent
    path, inside = {node, *module.ancestors(node)}, set(ast.walk(node))
    return not any(
        isinstance(other, ast.Call | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr)
        and other not in path | inside
        and (other.lineno, other.col_offset) < (node.lineno, node.col_offset)
        and not (isinstance(other, ast.Call) and harmless(other))
        for other in ast.walk(head)
    )


def has_line_of_its_own(statement: ast.stmt, module: Module) -> bool:
    """Whether another statement can be put before it: it is no `elif`, and no `;` or `if x:` stands before it on its line."""
    line = module.source.lines[statement.lineno - 1].encode()
    return not line[: statement.col_offset].strip() and not line[statement.col_offset :].startswith(b"elif")
