"""May one place of a function run after another? By structure alone: branches, loops, early exits."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.project.module import Module

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def may_follow(earlier: ast.AST, later: ast.AST, module: Module) -> bool:
    """Whether `later` can be evaluated after `earlier` in one call of the function both stand in.

    Errs on the side of yes. An argument is evaluated before its call, an assignment's target after
    its value; what shares a loop follows each other in both directions.
    """
    if earlier is later:
        return _loop(earlier, module) is not None
    first, second = _path(earlier, module), _path(later, module)
    common = next((n for n in first if n in set(second)), None)
    if common is None:
        return True
    if any(
        isinstance(n, _LOOPS) and _in_body(n, first) and _in_body(n, second)
        for n in first
        if n in set(second)
    ):
        return True
    if common is earlier or common is later:  # arguments come before their call
        return common is later
    if _exclusive(common, first, second) or _leaves(common, first, second, module):
        return False
    return _in_order(common, _child(common, first), _child(common, second))


def surely_between(earlier: ast.AST, middle: ast.AST, later: ast.AST, module: Module) -> bool:
    """Whether `middle` is evaluated on every way from `earlier` to `later`: a plain statement of a block around both."""
    statement = module.statement(middle)
    block = block_of(statement, module)
    if block is None or not isinstance(
        statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return | ast.AugAssign
    ):
        return False
    if any(
        isinstance(n, ast.IfExp | ast.BoolOp | ast.Lambda | ast.comprehension)
        for n in _until(middle, statement, module)
    ):
        return False
    own = [_statement_in(block, node, module) for node in (earlier, later)]
    if own[0] is None or own[1] is None:
        return False
    start, at, end = block.index(own[0]), block.index(statement), block.index(own[1])
    return (start < at or earlier in set(ast.walk(middle))) and (
        at < end or (at == end and may_follow(middle, later, module))
    )


def block_of(statement: ast.stmt, module: Module) -> list[ast.stmt] | None:
    """The list of statements that a statement stands in."""
    parent = module.parents.get(statement)
    for _, value in ast.iter_fields(parent) if parent else ():
        if isinstance(value, list) and statement in value:
            return value
    return None


def enclosing_loops(node: ast.AST, module: Module) -> Iterator[ast.AST]:
    """Loops of the same function that evaluate `node` again and again, from the inside out; comprehensions too."""
    path = _path(node, module)
    for parent in path[1:]:
        if isinstance(parent, _LOOPS) and _in_body(parent, path):
            yield parent
        elif isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            if not _in_first_iterable(parent, path):
                yield parent


def _loop(node: ast.AST, module: Module) -> ast.AST | None:
    return next(enclosing_loops(node, module), None)


def _path(node: ast.AST, module: Module) -> list[ast.AST]:
    """`node` and its ancestors up to and including the function around it."""
    path = [node]
    for parent in module.ancestors(node):
        path.append(parent)
        if isinstance(parent, _FUNCTIONS):
            break
    return path


def _until(node: ast.AST, top: ast.AST, module: Module) -> Iterator[ast.AST]:
    while node is not top:
        yield node
        node = module.parents[node]


def _child(parent: ast.AST, path: list[ast.AST]) -> ast.AST:
    return path[path.index(parent) - 1]


def _in_body(loop: ast.AST, path: list[ast.AST]) -> bool:
    """Whether a path enters a loop by what is repeated: the body, or the test of a `while`."""
    index = path.index(loop)
    if index == 0:
        return False
    child = path[index - 1]
    return child in loop.body or (isinstance(loop, ast.While) and child is loop.test)  # type: ignore[attr-defined]


def _in_first_iterable(comprehension: ast.AST, path: list[ast.AST]) -> bool:
    first = comprehension.generators[0]  # type: ignore[attr-defined]
    return first in path and first.iter in path


def _exclusive(common: ast.AST, first: list[ast.AST], second: list[ast.AST]) -> bool:
    """Whether the two stand in different arms of `if`, `match` or a conditional expression."""
    a, b = _child(common, first), _child(common, second)
    match common:
        case ast.If(body=body, orelse=orelse):
            return (a in body and b in orelse) or (a in orelse and b in body)
        case ast.IfExp(body=body, orelse=orelse):
            return {a, b} == {body, orelse}
        case ast.Match(cases=cases):
            return a in cases and b in cases and a is not b
        case ast.Try(handlers=handlers, orelse=orelse):
            return (a in handlers and b in handlers and a is not b) or (a in handlers and b in orelse)
    return False


def _leaves(common: ast.AST, first: list[ast.AST], second: list[ast.AST], module: Module) -> bool:
    """Whether a block on the way up to `common` ends in `return` or `raise`, so that nothing beyond it follows."""
    below = first[: first.index(common)]
    if any(isinstance(n, ast.Try) for n in below):
        return False  # a handler or `finally` may still run
    if isinstance(common, ast.Try) and _child(common, second) not in common.body:
        return False
    blocks = (
        block_of(n, module) for n in below if isinstance(n, ast.stmt) and module.parents[n] is not common
    )
    return any(block and isinstance(block[-1], ast.Return | ast.Raise) for block in blocks)


def _in_order(common: ast.AST, first: ast.AST, second: ast.AST) -> bool:
    """Whether one part of `common` is evaluated before another of its parts."""
    match common:
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.NamedExpr(value=value):
            return second is not value
        case ast.AugAssign():
            return True  # the target is read first and written last
        case ast.For(target=target, iter=iterable) | ast.AsyncFor(target=target, iter=iterable):
            return (
                second is not iterable
                if first is target or second is target
                else _start(first) <= _start(second)
            )
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return True
    return _start(first) <= _start(second)


def _statement_in(block: list[ast.stmt], node: ast.AST, module: Module) -> ast.stmt | None:
    around = (node, *module.ancestors(node))
    return next((n for n in around if isinstance(n, ast.stmt) and n in block), None)


def _start(node: ast.AST) -> tuple[int, int]:
    if hasattr(node, "lineno"):
        return node.lineno, node.col_offset  # type: ignore[attr-defined]
    inner = [_start(child) for child in ast.iter_child_nodes(node)]
    return min(inner, default=(0, 0))
