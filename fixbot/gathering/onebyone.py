"""What is found: a loop or comprehension that awaits something for one item, and only then begins with the next."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fixbot.codemod import Place
from fixbot.gathering.assigned import is_set_before
from fixbot.project.calls import simple_name
from fixbot.project.effects import Effects, Event, Kind, Summary
from fixbot.project.loops import SCOPES, Loop, names_in, place
from fixbot.project.module import Function, Module
from fixbot.project.newness import STARTS_TASKS
from fixbot.project.state import MUTATORS
from fixbot.project.turns import stops_early

_WRAPPERS = frozenset({"asyncio.wait_for", "asyncio.shield"})
"""They await the coroutine that they are given."""
THREADS = frozenset(
    "asyncio.to_thread anyio.to_thread.run_sync fastapi.concurrency.run_in_threadpool "
    "starlette.concurrency.run_in_threadpool asgiref.sync.sync_to_async".split()
)
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)
_UNPACKED = frozenset({"enumerate", "zip"})


@dataclass(frozen=True, eq=False)
class OneByOne:
    """A loop whose turns could wait at the same time, as far as structure tells."""

    loop: Loop
    awaits: tuple[ast.Await | ast.AsyncWith | ast.AsyncFor, ...]
    """Where a turn waits, in the order of the text."""
    calls: tuple[ast.Call, ...]
    """The calls that are awaited, without those that only wrap another one."""
    function: Function
    at: Place

    @property
    def module(self) -> Module:
        return self.at.module

    @property
    def statement(self) -> ast.stmt:
        """The loop, or the statement that holds the comprehension."""
        return self.module.statement(self.loop.whole)

    @cached_property
    def nodes(self) -> frozenset[ast.AST]:
        """All that a turn evaluates."""
        return frozenset(self.loop.nodes())

    @cached_property
    def carried(self) -> frozenset[str]:
        """Places that a turn leaves changed for the next one, or for what comes after the loop."""
        return frozenset(_carried(self)) - {""}

    @cached_property
    def events(self) -> list[Event]:
        """What a turn does itself."""
        return [e for e in self.at.effects.events(self.function) if e.node in self.nodes]

    @cached_property
    def does(self) -> Summary:
        """All that a turn does, its callees included."""
        return does(self.events, self)

    def own(self) -> Iterator[ast.AST]:
        """What a turn evaluates in the function itself, and not in a function that it defines."""
        return own_nodes(self.loop.body)


def does(events: list[Event], one: OneByOne) -> Summary:
    """All that happens with these events."""
    effects = one.at.effects
    called = (effects.summary_of_event(e, one.function) for e in events if e.kind is Kind.CALL)
    return Summary.joined([effects.gathered(events), *called])


def one_by_one(whole: ast.For | ast.ListComp | ast.SetComp | ast.DictComp, at: Place) -> OneByOne | None:
    """None where there is nothing that could wait at once: each turn needs the one before, or the loop may end early."""
    function, loop = at.function(whole), _loop(whole)
    if function is None or not function.is_async or loop is None:
        return None
    awaits = tuple(n for n in own_nodes(loop.body) if isinstance(n, ast.Await | ast.AsyncWith | ast.AsyncFor))
    calls = [call for node in awaits for call in _awaited(node, at)]
    if not awaits or None in calls or stops_early(loop) in ("yield", "return", "break"):
        return None
    if all(at.module.dotted(c.func) == "asyncio.sleep" for c in calls if c) or _starts_tasks(loop):
        return None
    found = OneByOne(loop, awaits, tuple(c for c in calls if c), function, at)
    return None if needs_the_one_before(found) else found


def _starts_tasks(loop: Loop) -> bool:
    """Whether it makes tasks, and so works on several items at once already."""
    parts = (loop.iterable, *loop.body)
    started = STARTS_TASKS | {"as_completed"}
    return any(isinstance(n, ast.Call) and simple_name(n.func) in started for n in own_nodes(parts))


def _loop(whole: ast.AST) -> Loop | None:
    match whole:
        case ast.For(orelse=[]):
            return Loop(whole.target, whole.iter, tuple(whole.body), whole)
        case ast.DictComp(generators=[ast.comprehension(is_async=0) as only]):
            return Loop(only.target, only.iter, (*only.ifs, whole.key, whole.value), whole)
        case (
            ast.ListComp(generators=[ast.comprehension(is_async=0) as only])
            | ast.SetComp(generators=[ast.comprehension(is_async=0) as only])
        ):
            assert isinstance(whole, ast.ListComp | ast.SetComp)
            return Loop(only.target, only.iter, (*only.ifs, whole.elt), whole)
    return None


def own_nodes(parts: tuple[ast.AST, ...]) -> Iterator[ast.AST]:
    """What these evaluate themselves, in the order of the text; functions and classes in them are left out."""
    for part in parts:
        yield part
        if not isinstance(part, SCOPES):
            yield from own_nodes(tuple(ast.iter_child_nodes(part)))


def _awaited(node: ast.Await | ast.AsyncWith | ast.AsyncFor, at: Place) -> Iterator[ast.Call | None]:
    """The calls that this waits for; None for what was started elsewhere: a task, a future, a queue."""
    match node:
        case ast.Await(value=value):
            yield inner_call(value, at)
        case ast.AsyncWith(items=items):
            yield from (i.context_expr for i in items if isinstance(i.context_expr, ast.Call))
        case ast.AsyncFor(iter=ast.Call() as call):
            yield call


def inner_call(value: ast.expr, at: Place) -> ast.Call | None:
    """The call whose coroutine is awaited, `f()` of `wait_for(f(), 5)`; None for what else asyncio offers to wait for."""
    match value:
        case ast.Call(func=func, args=[first, *_]) if at.module.dotted(func) in _WRAPPERS:
            return inner_call(first, at)
        case ast.Call(func=func):
            if at.module.dotted(func) in THREADS | {"asyncio.sleep"}:
                return value
            targets = at.project.targets(func, at.module)
            return None if any(t.stdlib and t.module.startswith("asyncio") for t in targets) else value
    return None


def may_wait(node: ast.Await | ast.AsyncWith | ast.AsyncFor, module: Module, effects: Effects) -> bool:
    """Whether something below this may give other tasks a turn: it awaits more than coroutines that never do."""
    return _may_wait(node, module, effects, set())


def _may_wait(node: ast.AST, module: Module, effects: Effects, seen: set[Function]) -> bool:
    if not (isinstance(node, ast.Await) and isinstance(node.value, ast.Call)):
        return True
    effect = effects.of_call(node.value, module)
    if effect.entries or not effect.functions or not effect.known:
        return True
    for function in effect.functions:
        if function not in seen:
            seen.add(function)
            if any(
                isinstance(inner, ast.Await | ast.AsyncWith | ast.AsyncFor)
                and _may_wait(inner, function.module, effects, seen)
                for inner in function.nodes
            ):
                return True
    return False


# --- what one turn leaves for the next ---------------------------------------------------------------


def needs_the_one_before(one: OneByOne) -> bool:
    """Whether what is awaited, or whether it is, depends on something that an earlier turn has left."""
    items = one.loop.names
    carried = {
        c for c in one.carried if c.partition(".")[0] not in items
    }  # items are taken to be different ones
    pending, seen = [*one.calls, *_deciding(one)], {"self", "cls"}  # what methods share, `doubts` asks
    while pending:
        used = names_and_places(pending.pop()) - seen
        if any(_within(c, u) or _within(u, c) for c in carried for u in used):
            return True
        seen |= used
        pending += [value for name, value in _assigned(one) if name in used]
    return _calls_closure(one)


def _deciding(one: OneByOne) -> Iterator[ast.expr]:
    """Tests that decide in a turn whether, and what, it waits for."""
    inside = {n for node in one.awaits for n in one.module.ancestors(node)} & one.nodes
    last = max((node.lineno, node.col_offset) for node in one.awaits)
    for node in one.own():
        match node:
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                if node in inside or ((node.lineno, node.col_offset) < last and _continues(node)):
                    yield test
            case ast.BoolOp() if node in inside:
                yield node


def _continues(node: ast.AST) -> bool:
    """Whether a statement may end the turn; a `continue` of an inner loop does not."""
    if isinstance(node, ast.Continue):
        return True
    inner = ast.For | ast.AsyncFor | ast.While
    return not isinstance(node, inner) and any(map(_continues, ast.iter_child_nodes(node)))


def _assigned(one: OneByOne) -> Iterator[tuple[str, ast.expr]]:
    for node in one.own():
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((name, value) for target in targets for name in names_in(target))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _calls_closure(one: OneByOne) -> bool:
    """Whether a function nested beside the loop is called that sees what the loop changes."""
    for call in one.calls:
        for callee in one.at.effects.of_call(call, one.module).functions:
            if callee.module is one.module and one.function.node in one.module.ancestors(callee.node):
                if names_in(callee.node) & {c.partition(".")[0] for c in one.carried}:
                    return True
    return False


def names_and_places(node: ast.AST) -> set[str]:
    return {place(n) for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)} - {""}


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}.")


def _carried(one: OneByOne) -> Iterator[str]:
    bound = _bound_names(one)
    for node in one.own():
        match node:
            case ast.AugAssign(target=target):
                yield place(target)
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                if not _is_turns_own(node, one, bound):
                    yield place(node)
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                if not _is_turns_own(value, one, bound):
                    yield place(value)
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in MUTATORS:
                if not _is_turns_own(value, one, bound):
                    yield from [place(value)] if place(value) else names_in(value) - bound - one.loop.names
            case ast.Name(id=name, ctx=ast.Load()) if name in bound and not is_set_before(
                name, node, one.loop, one.module
            ):
                yield name
            case ast.Name(id=name, ctx=ast.Del()):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
    yield from bound & one.function.outer_names


def _bound_names(one: OneByOne) -> frozenset[str]:
    """Names that a turn assigns, apart from those of comprehensions."""
    found: set[str] = set()
    for node in one.own():
        match node:
            case ast.Name(id=name, ctx=ast.Store()) if not _is_comprehended(node, one):
                found.add(name)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
    return frozenset(found) - one.loop.names


def bound_names(one: OneByOne) -> frozenset[str]:
    """Names that a turn assigns, and that are no loop variables."""
    return _bound_names(one)


def _is_comprehended(node: ast.AST, one: OneByOne) -> bool:
    for parent in one.module.ancestors(node):
        if isinstance(parent, ast.comprehension):
            return parent in one.nodes
        if isinstance(parent, ast.stmt):
            return False
    return False


def _is_turns_own(value: ast.expr, one: OneByOne, bound: frozenset[str]) -> bool:
    """Whether an object that is changed was made in this turn: `row = {}; row["id"] = 1`."""
    root = place(value).partition(".")[0]
    if root not in bound or place(value) != root:
        return False
    values = [v for name, v in _assigned(one) if name == root]
    return bool(values) and all(one.at.effects.newness.is_new(v, one.function) for v in values)


def free_name(wanted: Sequence[str], function: Function) -> str:
    """The first of these names, or the last with a number behind it, that means nothing in the function or its module."""
    taken = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name)} | function.local_names
    taken |= function.module.global_names.keys() | {
        a.arg for a in ast.walk(function.node) if isinstance(a, ast.arg)
    }
    names = (*wanted, *(f"{wanted[-1]}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
