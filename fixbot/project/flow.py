"""May one place of a function run after another? By structure alone: branches, loops, early exits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache

from fixbot.project.module import Module

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_TRIES = (ast.Try, ast.TryStar)


def may_follow(earlier: ast.AST, later: ast.AST, module: Module) -> bool:
    """Whether `later` can be evaluated after `earlier` in one call of the function both stand in.

    Errs on the side of yes. An argument is evaluated before its call, an assignment's target after
    its value; what shares a loop follows each other in both directions, and what stands in a lambda
    or a generator expression is evaluated at any time.
    """
    known = _known_orders(module)
    key = (earlier, later)
    if key not in known:
        known[key] = _may_follow(earlier, later, module)
    return known[key]


@lru_cache(maxsize=256)
def _known_orders(module: Module) -> dict[tuple[ast.AST, ast.AST], bool]:
    """What has been asked of a module's places already: the same few are asked about again and again."""
    return {}


def _may_follow(earlier: ast.AST, later: ast.AST, module: Module) -> bool:
    if earlier is later:
        return next(enclosing_loops(earlier, module), None) is not None
    first, second = _path(earlier, module), _path(later, module)
    shared = set(first) & set(second)
    common = next((n for n in first if n in shared), None)
    if common is None:
        return True
    ways = (first[: first.index(common) + 1], second[: second.index(common) + 1])
    if any(isinstance(n, ast.GeneratorExp) for way in ways for n in way[1:]):
        return True
    if any(
        isinstance(n, _LOOPS) and _repeats(n, first) and _repeats(n, second) for n in first if n in shared
    ):
        return True
    if common is earlier or common is later:  # what an expression is made of comes before it
        return common is later
    if _exclusive(common, first, second) or _leaves(common, first, second, module):
        return False
    return _in_order(common, _child(common, first), _child(common, second))


def surely_between(
    earlier: ast.AST, later: ast.AST, passes: Callable[[ast.stmt], bool], module: Module
) -> bool:
    """Whether every way from `earlier` to `later` runs to the end of a statement that `passes`.

    Errs on the side of no: it looks at the blocks around `later`, and at those around `earlier` that
    only `if` and `match` open. The statements that hold the two places themselves do not count.
    """
    outer = {id(block): index for block, index in _blocks(earlier, module)}
    for block, index in _blocks(later, module):
        start = outer.get(id(block))
        if any(map(passes, block[(start + 1 if start is not None else 0) : index])):
            return True
        if start is not None:
            return _passes_on_the_way_out(earlier, block, passes, module)
    return False


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
        if isinstance(parent, _LOOPS) and _repeats(parent, path):
            yield parent
        elif isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            if not in_first_iterable(parent, path):
                yield parent


def in_first_iterable(
    comprehension: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, path: list[ast.AST]
) -> bool:
    """Whether a path upwards comes out of the one part of a comprehension that is evaluated once, before it begins."""
    first = comprehension.generators[0]
    return first in path and first.iter in path


def unconditional(node: ast.AST, module: Module) -> bool:
    """Whether evaluating the statement around `node` to its end surely evaluates `node` too."""
    below = node
    for parent in module.ancestors(node):
        match parent:
            case ast.IfExp(test=test) if below is not test:
                return False
            case ast.BoolOp(values=[first, *_]) if below is not first:
                return False
            case ast.Compare() if below is not parent.left and below is not parent.comparators[0]:
                return False
            case (
                ast.Lambda()
                | ast.comprehension()
                | ast.ListComp()
                | ast.SetComp()
                | ast.DictComp()
                | ast.GeneratorExp()
            ):
                return False
            case ast.Assert(msg=message) if below is message:
                return False
            case ast.stmt():
                return not isinstance(parent, ast.While) or below is parent.test
        below = parent
    return True


# --- how the two places lie to each other ----------------------------------------------------------


def _path(node: ast.AST, module: Module) -> list[ast.AST]:
    """`node` and its ancestors up to and including the function around it."""
    path = [node]
    for parent in module.ancestors(node):
        path.append(parent)
        if isinstance(parent, _FUNCTIONS):
            break
    return path


def _child(parent: ast.AST, path: list[ast.AST]) -> ast.AST:
    return path[path.index(parent) - 1]


def _repeats(loop: ast.For | ast.AsyncFor | ast.While, path: list[ast.AST]) -> bool:
    """Whether a path enters a loop by what is repeated: the body, the target, or the test of a `while`."""
    index = path.index(loop)
    if index == 0:
        return False
    child = path[index - 1]
    return child in loop.body or child is (loop.test if isinstance(loop, ast.While) else loop.target)


def _exclusive(common: ast.AST, first: list[ast.AST], second: list[ast.AST]) -> bool:
    """Whether the two stand in different arms of `if`, `match`, `try` or a conditional expression."""
    a, b = _child(common, first), _child(common, second)
    match common:
        case ast.If(body=body, orelse=orelse):
            return (a in body and b in orelse) or (a in orelse and b in body)
        case ast.IfExp(body=body, orelse=orelse):
            return {a, b} == {body, orelse}
        case ast.Match(cases=cases):
            guard = a.guard if isinstance(a, ast.match_case) else None
            return a in cases and b in cases and guard not in first
        case ast.Try(handlers=handlers, orelse=orelse):
            return (a in handlers and b in handlers) or (a in handlers and b in orelse)
    return False


def _leaves(common: ast.AST, first: list[ast.AST], second: list[ast.AST], module: Module) -> bool:
    """Whether a block on the way up to `common` ends in `return` or `raise`, so that nothing beyond it follows."""
    below = first[: first.index(common)]
    if any(isinstance(n, _TRIES) for n in below):
        return False  # a handler or `finally` may still run
    if isinstance(common, _TRIES) and _child(common, second) not in common.body:
        return False
    suppresses = any(isinstance(n, ast.With | ast.AsyncWith) for n in below)
    kinds = (ast.Return,) if suppresses else (ast.Return, ast.Raise)
    for node in below:
        if isinstance(node, ast.stmt) and module.parents[node] is not common:
            block = block_of(node, module)
            if block and isinstance(block[-1], kinds) and _leaving_loops(module).isdisjoint(block):
                return True
    return False


@lru_cache(maxsize=256)
def _leaving_loops(module: Module) -> frozenset[ast.AST]:
    """Statements that hold a `break` or `continue` of a loop around them."""
    found: set[ast.AST] = set()
    for node in module.parents:
        if isinstance(node, ast.Break | ast.Continue):
            found.add(node)
            for parent in module.ancestors(node):
                if isinstance(parent, _LOOPS):
                    break
                found.add(parent)
    return frozenset(found)


def _in_order(common: ast.AST, first: ast.AST, second: ast.AST) -> bool:
    """Whether one part of `common` is evaluated before another of its parts."""
    match common:
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.NamedExpr(value=value):
            return second is not value
        case ast.AugAssign():
            return True  # the target is read first and written last
        case ast.For(target=target, iter=iterable) | ast.AsyncFor(target=target, iter=iterable):
            if first is target or second is target:
                return second is not iterable and (first is target or first is iterable)
        case ast.IfExp(test=test) if first is test or second is test:
            return first is test
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return True
    return _start(first) <= _start(second)


def _start(node: ast.AST) -> tuple[int, int]:
    if isinstance(node, ast.stmt | ast.expr | ast.excepthandler | ast.keyword | ast.arg | ast.pattern):
        return node.lineno, node.col_offset
    return min(map(_start, ast.iter_child_nodes(node)), default=(0, 0))


def _blocks(node: ast.AST, module: Module) -> Iterator[tuple[list[ast.stmt], int]]:
    """The blocks of the function around `node`, from the inside out, each with the index of the statement that holds it."""
    for part in _path(node, module):
        if isinstance(part, ast.stmt) and not isinstance(part, _FUNCTIONS):
            block = block_of(part, module)
            if block:
                yield block, block.index(part)


def _passes_on_the_way_out(
    node: ast.AST, outermost: list[ast.stmt], passes: Callable[[ast.stmt], bool], module: Module
) -> bool:
    """Whether a statement that `passes` follows `node` in an arm of `if` or `match` that it must run to its end."""
    for block, index in _blocks(node, module):
        if block is outermost:
            return False
        if not _leaving_loops(module).isdisjoint(block) or not isinstance(
            module.parents[block[0]], ast.If | ast.match_case
        ):
            return False
        if any(map(passes, block[index + 1 :])):
            return True
    return False
