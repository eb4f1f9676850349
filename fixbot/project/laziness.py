"""How a lazy iterator is used, and whether reading all of it at once would be the same.

`query.stream()` and its like return at once; the waiting happens in whoever iterates. Such a call
can only be moved to a thread together with its reading: `list(query.stream())`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from fixbot.catalogue import Entry
from fixbot.project.flow import may_follow
from fixbot.project.module import Function
from fixbot.project.origin import chain
from fixbot.project.project import Project
from fixbot.project.state import MUTATORS

_READ_ALL = frozenset("list tuple set frozenset dict sorted sum max min len".split())
_PASS_ON = frozenset("enumerate zip map filter reversed iter".split())
_PEEK = frozenset("next any all".split())


class Hazard(Enum):
    """What would be different if everything were read first."""

    EARLY_EXIT = "may stop before the end; reading everything first would read, and pay for, more"
    READ_TWICE = (
        "is looped over more than once, and the second loop finds nothing today; make it a list on purpose"
    )
    HANDED_ON = "is handed on before it is read; read it to a list where it is made"
    IN_MEMORY = "would hold all results in memory at once, where they were read one by one"
    EFFECTS = (
        "handles each item before the next is read; reading all first changes that order when something fails"
    )


@dataclass(frozen=True)
class Use:
    """Where a lazy iterator is consumed: `node` is what to read in the thread, `hazards` what speaks against it.

    `whole` is a surrounding `list(...)` call, which can move to the thread as it is.
    """

    node: ast.expr
    hazards: tuple[Hazard, ...] = ()
    whole: ast.Call | None = None


def use_of(call: ast.Call, function: Function, project: Project) -> Use | None:
    """How `function` consumes what `call` returns; None when it does not read it itself (it returns it)."""
    module = function.module
    parent = module.parents[call]
    match parent:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return _use_of_name(name, call, function, project)
        case ast.Return() | ast.Yield() | ast.YieldFrom():
            return None
    hazards = _hazards(call, call, function, project)
    if hazards is None:
        return None
    return Use(call, hazards, _whole(call, function))


def _use_of_name(name: str, call: ast.Call, function: Function, project: Project) -> Use | None:
    module = function.module
    reads = [
        node
        for node in function.nodes
        if isinstance(node, ast.Name)
        and node.id == name
        and isinstance(node.ctx, ast.Load)
        and may_follow(call, node, module)
    ]
    if any(_captured(name, function)):
        return Use(call, (Hazard.HANDED_ON,))
    if not reads or all(isinstance(module.parents[n], ast.Return | ast.Yield) for n in reads):
        return None
    hazards: list[Hazard] = []
    for node in reads:
        found = _hazards(node, call, function, project)
        hazards += found if found is not None else (Hazard.HANDED_ON,)
    if any(a is not b and may_follow(a, b, module) for a in reads for b in reads) or any(
        may_follow(n, n, module) and not _same_loop(call, n, function) for n in reads
    ):
        hazards.append(Hazard.READ_TWICE)
    same_try = all(_tries(node, function) == _tries(call, function) for node in reads)
    return Use(call if same_try else reads[0], tuple(dict.fromkeys(hazards)))


def _hazards(
    node: ast.expr, call: ast.Call, function: Function, project: Project
) -> tuple[Hazard, ...] | None:
    """What the reader of `node` does with the items; None when `node` is not read here."""
    module = function.module
    parent = module.parents[node]
    match parent:
        case ast.For(iter=iterable) if iterable is node:
            return tuple(_loop_hazards(parent, call, function, project))
        case ast.comprehension(iter=iterable) if iterable is node:
            whole = module.parents[parent]
            return tuple(_comprehension_hazards(whole, parent, call, function, project))
        case ast.Call(func=ast.Name(id=name), args=args) if node in args and name not in function.local_names:
            if name in _READ_ALL:
                return ()
            if name in _PEEK:
                return (Hazard.EARLY_EXIT,)
            if name in _PASS_ON:
                return _hazards(parent, call, function, project)
        case ast.Starred() | ast.Compare():
            return ()
    return None


def _loop_hazards(loop: ast.For, call: ast.Call, function: Function, project: Project) -> Iterator[Hazard]:
    if _stops_early(loop):
        yield Hazard.EARLY_EXIT
    body = [n for statement in loop.body for n in ast.walk(statement)]
    if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in body) or not (
        _collects(body) or is_limited(call, function, project)
    ):
        yield Hazard.IN_MEMORY
    if any(entry.writes for n in body if isinstance(n, ast.Call) for entry in _entries(n, function, project)):
        yield Hazard.EFFECTS


def _comprehension_hazards(
    whole: ast.AST, generator: ast.comprehension, call: ast.Call, function: Function, project: Project
) -> Iterator[Hazard]:
    if not isinstance(whole, ast.GeneratorExp):
        return
    reader = function.module.parents[whole]
    match reader:
        case ast.Call(func=ast.Name(id=name)) if name in _READ_ALL:
            if name in ("sum", "max", "min") and not is_limited(call, function, project):
                yield Hazard.IN_MEMORY
        case ast.Call(func=ast.Name(id=name)) if name in _PEEK:
            yield Hazard.EARLY_EXIT
        case _:
            yield Hazard.HANDED_ON


def is_limited(call: ast.Call, function: Function, project: Project) -> bool:
    """Whether the query says how much it may return at most."""
    for expression, _ in chain(call, function.module, project):
        match expression:
            case ast.Call(func=ast.Attribute(attr="limit" | "limit_to_last" | "find_nearest")):
                return True
            case ast.Call(keywords=keywords) if any(
                k.arg in ("max_results", "limit", "page_size") for k in keywords
            ):
                return True
    return False


def _entries(call: ast.Call, function: Function, project: Project) -> Iterator[Entry]:
    yield from project.effects.of_call(call, function.module).entries


def _collects(body: list[ast.AST]) -> bool:
    """Whether a loop keeps something of each item anyway."""
    for node in body:
        match node:
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in MUTATORS:
                return True
            case ast.Subscript(ctx=ast.Store()):
                return True
    return False


def _stops_early(loop: ast.For) -> bool:
    pending: list[tuple[ast.AST, bool]] = [(s, True) for s in loop.body]
    while pending:
        node, breaks = pending.pop()
        if isinstance(node, ast.Return) or (isinstance(node, ast.Break) and breaks):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        inner = breaks and not isinstance(node, ast.For | ast.AsyncFor | ast.While)
        pending += [(child, inner) for child in ast.iter_child_nodes(node)]
    return False


def _whole(call: ast.Call, function: Function) -> ast.Call | None:
    """`list(query.stream())`, when that is what stands around the call."""
    match function.module.parents[call]:
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set"), args=[only], keywords=[]) as whole if (
            only is call
        ):
            return whole
    return None


def _captured(name: str, function: Function) -> Iterator[bool]:
    """Whether nested functions read the name too."""
    for inner in function.module.functions.values():
        if function.node in function.module.ancestors(inner.node) and name not in inner.local_names:
            yield any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(inner.node))


def _tries(node: ast.AST, function: Function) -> list[ast.AST]:
    """The `try` blocks of the function that would catch what `node` raises."""
    found: list[ast.AST] = []
    below = node
    for parent in function.module.ancestors(node):
        if parent is function.node:
            break
        if isinstance(parent, ast.Try) and below in parent.body:
            found.append(parent)
        below = parent
    return found


def _same_loop(first: ast.AST, second: ast.AST, function: Function) -> bool:
    """Whether each turn of the loops around `second` makes a new iterator by `first`."""
    loops = (ast.For, ast.AsyncFor, ast.While)
    around = [p for p in function.module.ancestors(second) if isinstance(p, loops)]
    own = {p for p in function.module.ancestors(first) if isinstance(p, loops)}
    return all(p in own or second in ast.walk(p.iter) for p in around if not isinstance(p, ast.While))
