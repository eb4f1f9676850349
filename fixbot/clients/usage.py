"""How a block uses the client that it opened: whether that is requests only, and how many of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.clients.libraries import Library
from fixbot.clients.options import MISSES_COOKIES_OF_REDIRECTS, is_false
from fixbot.project.module import Function, Module
from fixbot.safety import Doubt, report

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MANY = 2


@dataclass(frozen=True, eq=False)
class Block:
    """`async with <call> as <name>:` and the function around it."""

    call: ast.Call
    name: str
    node: ast.AsyncWith
    function: Function

    @property
    def module(self) -> Module:
        return self.function.module


def block_of(call: ast.Call, module: Module) -> Block | None:
    """The block whose client this call makes."""
    item = module.parents[call]
    function = module.function(call)
    match item:
        case ast.withitem(optional_vars=ast.Name(id=name)):
            node = module.parents[item]
            if isinstance(node, ast.AsyncWith) and function is not None:
                return Block(call, name, node, function)
    return None


def usage_doubts(block: Block, library: Library) -> Iterator[Doubt]:
    """Why what the block does with its client needs one of its own."""
    requests: set[ast.AST] = set()
    for node in ast.walk(block.function.node):
        if isinstance(node, ast.Name) and node.id == block.name and _bound_by(node, block) is block.node:
            if _is_binding(node, block):
                continue
            request = _request(node, library, block.module)
            if request is None or block.module.function(node) is not block.function:
                yield report(_other_use(node, block, library))
            else:
                requests.add(request)
                if library.shares_cookies and _follows_redirects(request):
                    yield report(MISSES_COOKIES_OF_REDIRECTS)
    if _is_used_outside(block):
        yield report(f"`{block.name}` is used outside of the block that opens it")
    if library.shares_cookies and _most(block.node.body, requests) + _in_items(block, requests) > 1:
        yield report(
            "may make several requests, where one answer may set a cookie that the next request sends; a shared "
            "client keeps none"
        )


def _bound_by(name: ast.Name, block: Block) -> ast.AST | None:
    """The innermost block around a name that opens a client under it."""
    return next(
        (
            parent
            for parent in block.module.ancestors(name)
            if isinstance(parent, ast.AsyncWith | ast.With) and _opens(parent, name.id)
        ),
        None,
    )


def _opens(node: ast.AsyncWith | ast.With, name: str) -> bool:
    return any(isinstance(i.optional_vars, ast.Name) and i.optional_vars.id == name for i in node.items)


def _is_binding(name: ast.Name, block: Block) -> bool:
    parent = block.module.parents[name]
    return isinstance(parent, ast.withitem) and parent.optional_vars is name


def _is_used_outside(block: Block) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == block.name and _bound_by(node, block) is None
        for node in ast.walk(block.function.node)
    )


def _request(name: ast.Name, library: Library, module: Module) -> ast.Call | None:
    """The request that a use of the client makes, when that is all it does."""
    method = module.parents[name]
    call = module.parents[method]
    if not (isinstance(method, ast.Attribute) and isinstance(call, ast.Call) and call.func is method):
        return None
    around = module.parents[call]
    if method.attr in library.awaited and isinstance(around, ast.Await):
        return call
    opened = isinstance(around, ast.withitem) and isinstance(module.parents[around], ast.AsyncWith)
    return call if method.attr in library.streams and opened else None


def _other_use(name: ast.Name, block: Block, library: Library) -> str:
    """What a use does beside a request, in words."""
    module = block.module
    if module.function(name) is not block.function or any(
        isinstance(p, ast.Lambda) for p in module.ancestors(name)
    ):
        return f"a function inside uses `{block.name}`, and fixbot does not know when"
    statement = module.statement(name)
    match module.parents[name]:
        case ast.Attribute(attr=attr) if attr in library.awaited | library.streams:
            how = "`async with`" if attr in library.streams else "`await`"
            return f"`{block.name}.{attr}()` is not used directly with {how}, so its answer may outlive the block"
        case ast.Attribute(attr=attr):
            return f"uses `{block.name}.{attr}`, which a client of all requests would share"
    if isinstance(statement, ast.Return) or isinstance(module.parents[name], ast.Yield):
        return f"hands `{block.name}` out to code that may close it or keep it"
    return f"passes `{block.name}` on, and fixbot does not follow what becomes of it"


def _follows_redirects(request: ast.AST) -> bool:
    assert isinstance(request, ast.Call)
    return any(k.arg in ("follow_redirects", None) and not is_false(k.value) for k in request.keywords)


# --- how many requests -----------------------------------------------------------------------------------


def _in_items(block: Block, requests: set[ast.AST]) -> int:
    return sum(_count(item.context_expr, requests) for item in block.node.items)


def _most(body: list[ast.stmt], requests: set[ast.AST]) -> int:
    """The most requests that one run of these statements makes."""
    return max(_paths(body, requests))


def _paths(body: list[ast.stmt], requests: set[ast.AST]) -> tuple[int, int]:
    """The most requests of a run that goes on after these statements, and of one that leaves; -1 where there is none."""
    on, left = 0, -1
    for statement in body:
        here, leaving = _step(statement, requests)
        left = max(left, on + leaving if leaving >= 0 else -1)
        if here < 0:
            return -1, left
        on += here
    return on, left


def _step(statement: ast.stmt, requests: set[ast.AST]) -> tuple[int, int]:
    match statement:
        case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
            return -1, _count(statement, requests)
        case ast.If(test=test, body=body, orelse=orelse):
            branches, first = [_paths(body, requests), _paths(orelse, requests)], _count(test, requests)
            on, left = max(b[0] for b in branches), max(b[1] for b in branches)
            return (on + first if on >= 0 else -1), (left + first if left >= 0 else -1)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            first = sum(_count(i.context_expr, requests) for i in items)
            on, left = _paths(body, requests)
            return (on + first if on >= 0 else -1), (left + first if left >= 0 else -1)
        case ast.Try():
            handled = [_most(h.body, requests) for h in statement.handlers]
            rest = max(handled, default=0) + max(0, _most(statement.orelse, requests))
            rest += max(0, _most(statement.finalbody, requests))
            on, left = _paths(statement.body, requests)
            total = max(on, left, 0) + rest
            return total, total
    count = _count(statement, requests)
    return count, -1


def _count(node: ast.AST, requests: set[ast.AST]) -> int:
    """The requests below a node; one in a loop counts as many."""
    return sum(
        _MANY if isinstance(inner, _LOOPS) else 1
        for inner in ast.walk(node)
        if inner in requests or (isinstance(inner, _LOOPS) and any(n in requests for n in ast.walk(inner)))
    )
