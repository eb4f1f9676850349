"""Doubts about reading before a loop what is read in each turn of it.

The loop stays as it is and looks up what was read before it, so a wrong guess at a key costs a read
and nothing else. What can go wrong is listed here: things that change in between, code that runs
twice or earlier than before, and reads that would not have happened.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator

from fixbot.batching.read import LoopRead
from fixbot.project.effects import Effects, Event, Kind, Resource
from fixbot.project.flow import may_follow
from fixbot.project.loops import Derived, Loop, changed_in, touches
from fixbot.project.module import Function
from fixbot.project.origin import origin
from fixbot.project.repeatable import Again, does_more, is_harmless
from fixbot.project.spelling import comments_in
from fixbot.project.state import State
from fixbot.project.turns import has_line_of_its_own, leads, stops_early
from fixbot.safety import Doubt, report, review

_EXHAUSTIVE = frozenset("list tuple set frozenset dict sorted sum min max".split())
_CHANGES, _USES = (Kind.SET, Kind.UPDATE), (Kind.GET, Kind.LOOK)
_STARTERS = frozenset("to_thread gather create_task ensure_future shield timeout".split())
"""Of asyncio: they wait for what they are given, if for anything; that is looked at by itself."""


# --- reads that would not have happened -----------------------------------------------------------------


def ends_early(read: LoopRead) -> Doubt | None:
    way = stops_early(read.loop)
    if way == "yield":
        return report(
            "the loop hands out items one by one (`yield`); its caller may stop early, or change things in between"
        )
    if way in ("break", "return"):
        return report(
            f"the loop can end early (`{way}`); reading everything first would read, and pay for, more"
        )
    if way == "raise":
        return review(
            "the loop stops at the first error it raises; the batch reads the remaining items as well"
        )
    return None


def read_by_chance(read: LoopRead) -> Doubt | None:
    """Items that the loop skips must not be read either: only tests that can be asked before the loop may decide."""
    obstacle = read.conditions.obstacle
    if obstacle is not None:
        return report(f"whether, or when, it is read depends on {_described(obstacle)}")
    for test, _ in read.tests:
        for part in _asked(test.expression):
            changing = _changing(Derived(part, test.values), read.loop)
            if changing and not _asks_whether_seen(part):
                return report(f"whether it is read depends on `{changing}`, which changes inside the loop")
        culprit = does_more(test.parts, read.function, read.at.project)
        if culprit is not None:
            return report(
                f"whether it is read is decided by `{_short(culprit)}`, which may do more than that"
            )
    return None


def _asked(test: ast.expr) -> Iterator[ast.expr]:
    """The questions that a test puts together by `and`, `or` and `not`."""
    match test:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _asked(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _asked(operand)
        case _:
            yield test


def _asks_whether_seen(test: ast.expr) -> bool:
    """`key in seen`, `key not in found`: asked beforehand, it lets the same keys through, and each is read once."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.In | ast.NotIn)
        and isinstance(test.left, ast.Name)
    )


def read_in_part(read: LoopRead) -> Doubt | None:
    """A generator expression reads as far as its consumer goes, and when it does."""
    whole = read.loop.whole
    if isinstance(whole, ast.GeneratorExp) and not is_read_whole(whole, read.at.module.parents[whole]):
        return report("a generator expression reads when, and as far as, something goes through it")
    return None


def is_read_whole(generator: ast.GeneratorExp, consumer: ast.AST) -> bool:
    """Whether what a generator expression is given to goes through all of it, at once."""
    match consumer:
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if first is generator:
            return name in _EXHAUSTIVE
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join")):
            return True
    return False


# --- code that runs twice, or earlier ---------------------------------------------------------------------


def key_changes(read: LoopRead) -> Doubt | None:
    """The key must be known before the loop: made of the item alone."""
    changing = _changing(read.key, read.loop)
    return report(f"the key depends on `{changing}`, which changes inside the loop") if changing else None


def _changing(derived: Derived, loop: Loop) -> str:
    """Something that it is made of and that is not the same before the loop; "" if there is nothing."""
    changed = changed_in(loop) - loop.names - derived.replaced
    return next(filter(None, (touches(part, changed) for part in derived.parts)), derived.rebound(loop))


def key_does_more(read: LoopRead) -> Doubt | None:
    culprit = does_more(read.key.parts, read.function, read.at.project)
    if culprit is not None:
        return report(f"the key is worked out by `{_short(culprit)}`, which may do more than that")
    return None


def receiver_changes(others: Iterable[ast.expr], read: LoopRead, what: str) -> Doubt | None:
    """What the read is made on must be the same in every turn, and written without doing anything."""
    for other in others:
        names = {n.id for n in ast.walk(other) if isinstance(n, ast.Name)}
        changing = "".join(sorted(names & read.loop.names)[:1]) or touches(
            other, changed_in(read.loop) - read.loop.names
        )
        if changing:
            return report(f"{what} is run on `{ast.unparse(other)}`, which changes from turn to turn")
        if does_more([other], read.function, read.at.project) is not None:
            return report(f"{what} is run on `{ast.unparse(other)}`, and that may do more than to name it")
    return None


def state_changes(read: LoopRead, function: Function, opening: Container[ast.AST]) -> Doubt | None:
    """What is read from must not hang on shared state that a turn changes: a global connection, or the name of its file.

    `opening` are the nodes of `function` that get at it.
    """
    effects, turn = read.at.effects, set(read.loop.nodes()) - {read.call}
    changes = [e for e in spread(read.function, effects) if e.node in turn and e.kind in _CHANGES]
    for use in spread(function, effects) if changes else ():
        for change in changes if use.node in opening and use.kind in _USES else ():
            assert isinstance(use.what, State) and isinstance(change.what, State)
            if effects.states.overlap(use.what, change.what, whole=use.kind is Kind.GET):
                return report(f"the loop changes `{change.what}`, which decides where it is read from")
    return None


def items_change(read: LoopRead) -> Doubt | None:
    changing = touches(read.loop.iterable, changed_in(read.loop) - read.loop.names)
    if changing:
        return report(f"the loop changes `{changing}` while it goes through it")
    return None


def items_come_once(read: LoopRead) -> Doubt | None:
    if read.again is Again.COLLECTED:
        return review(
            "the items are first collected into a list, since they may come one by one and only once"
        )
    return None


def no_room_before(read: LoopRead) -> Doubt | None:
    """The batch needs a statement of its own right before the loop."""
    loop, module = read.loop, read.at.module
    room = has_line_of_its_own(module.statement(loop.whole), module)
    if isinstance(loop.whole, ast.expr):
        first: ast.expr = unless_empty(read) or loop.whole
        room = room and not loop.is_async and loop.is_only
        room = room and leads(first, module, lambda call: is_harmless(call, read.function, read.at.project))
    return None if room else report("there is no place right before this loop where the batch could be read")


def unless_empty(read: LoopRead) -> ast.IfExp | None:
    """`[... for x in xs] if xs else []` around a comprehension: asking first changes nothing."""
    parent = read.at.module.parents[read.loop.whole]
    match parent:
        case ast.IfExp(test=test, body=body) if body is read.loop.whole and ast.dump(test) == ast.dump(
            read.loop.iterable
        ):
            return parent
    return None


def suspends_earlier(read: LoopRead) -> Doubt | None:
    """With the batch, other tasks run before the first turn, where they ran after its beginning."""
    if not read.awaited:
        return None
    inside = set(read.loop.nodes())
    start = (read.call.lineno, read.call.col_offset)
    events = [e for e in spread(read.function, read.at.effects) if e.kind in (Kind.GET, Kind.SET)]
    beginning = [e for e in events if e.node in inside and (e.node.lineno, e.node.col_offset) < start]  # type: ignore[attr-defined]
    for event in events:
        if event.node not in inside and may_follow(event.node, read.loop.iterable, read.at.module):
            for other in beginning:
                if event.what == other.what and Kind.SET in (event.kind, other.kind):
                    return review(
                        f"other tasks may now run before the loop first touches `{event.what}`, and not only after"
                    )
    return None


def spread(function: Function, effects: Effects) -> Iterator[Event]:
    """What a function does, with what each of its calls does to shared state as a whole in the call's place."""
    for event in effects.events(function):
        yield event
        if event.kind is Kind.CALL and isinstance(event.what, Function):
            does = effects.summary(event.what)
            for kind, states in ((Kind.GET, does.gets), (Kind.LOOK, does.looks), (Kind.SET, does.sets)):
                yield from (Event(event.node, kind, state) for state in sorted(states, key=repr))


# --- things that change in between ---------------------------------------------------------------------------


def changes_in_between(read: LoopRead) -> Doubt | None:
    """A write in the loop to what a later turn reads would be missed."""
    target = read.at.effects.resource(read.entry.reads, read.method, read.at.module)
    doubt: Doubt | None = None
    for what in _done_in(read):
        if isinstance(what, str):
            return report(f"{what}, which fixbot does not know; it might change what is read")
        if what.may_be(target):
            return report("the loop writes what a later turn may read")
        if what.service != "file":
            doubt = review(
                "the loop writes elsewhere; everything is now read before the first of those writes"
            )
    return doubt


def waits_in_between(read: LoopRead) -> Doubt | None:
    """Who waits between two reads may wait for what is read to change."""
    for node in read.loop.nodes():
        own = node is read.call or node in read.made_of
        if isinstance(node, ast.Call) and not own and _only_waits(node, read):
            return review(
                f"the loop waits (`{_short(node.func)}()`) between reads; now everything is read before"
            )
    return None


def _only_waits(call: ast.Call, read: LoopRead) -> bool:
    entries = read.at.effects.of_call(call, read.at.module).entries
    if any(e.blocks and not (e.reads or e.writes) for e in entries):
        return True
    targets = read.at.project.targets(call.func, read.at.module)
    awaited = isinstance(read.at.module.parents[call], ast.Await)
    return awaited and any(t.module.startswith("asyncio") and t.qualname not in _STARTERS for t in targets)


def _done_in(read: LoopRead) -> Iterator[Resource | str]:
    """What the loop writes, and, in words, what it does that might be anything."""
    inside = set(read.loop.nodes())
    for event in read.at.effects.events(read.function):
        if event.node in inside and event.node is not read.call and event.node not in read.made_of:
            if not _is_such_a_read(event, read) and not _is_our_look_up(event.node, read):
                yield from _changes(event, read)
        if (
            event.node in _makers_of_items(read)
            and isinstance(event.what, Function)
            and event.what.is_generator
        ):
            yield from _changes(event, read)  # which runs between the turns
    parameters = {a.arg for a in read.function.arguments}
    for node in inside:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in parameters or name in ("exec", "eval"):
                yield f"the loop calls `{name}()`"
            case ast.withitem(context_expr=manager) if manager not in read.made_of:
                yield from _done_on_leaving(manager, read)


def _is_such_a_read(event: Event, read: LoopRead) -> bool:
    """Whether it is another object that an ORM reads by its key: that writes nothing but what is known already."""
    if read.entry.objects is None or not isinstance(event.node, ast.Call):
        return False
    entries = read.at.effects.of_call(event.node, read.at.module).entries
    return bool(entries) and all(entry.objects for entry in entries)


def _is_our_look_up(node: ast.AST, read: LoopRead) -> bool:
    """Whether it is the `prefetched(key)` of `prefetched(key) or session.get(User, key)`, written by an earlier round."""
    module = read.at.module
    match node, module.parents.get(node):
        case ast.Call(func=ast.Name(id=name)), ast.BoolOp(op=ast.Or(), values=[first, other]) if (
            first is node
        ):
            single = other.value if isinstance(other, ast.Await) else other
            if name.startswith("prefetched") and isinstance(single, ast.Call):
                entries = read.at.effects.of_call(single, module).entries
                return bool(entries) and all(entry.objects or entry.rows for entry in entries)
    return False


def _makers_of_items(read: LoopRead) -> set[ast.AST]:
    """What makes the items of a loop, when they may come one by one."""
    if read.again is not Again.COLLECTED:
        return set()
    value, _ = origin(read.items, read.at.module, read.at.project)
    return {*ast.walk(read.items), *ast.walk(value)}


def _changes(event: Event, read: LoopRead) -> Iterator[Resource | str]:
    match event:
        case Event(kind=Kind.UNKNOWN, what=str(name)):
            yield f"the loop calls `{name}()`"
        case Event(kind=Kind.WRITE, what=Resource() as resource):
            yield resource
        case Event(kind=Kind.CALL, what=Function() as function):
            does = read.at.effects.summary(function)
            yield from does.writes
            if does.unknown:
                yield f"the loop calls `{function.label}()`, and that `{min(does.unknown)}()`"


def _done_on_leaving(manager: ast.expr, read: LoopRead) -> Iterator[Resource | str]:
    """What the end of a `with` does: a batch commits, a transaction writes."""
    value, home = origin(manager, read.at.module, read.at.project)
    catalogue, unknown = read.at.project.catalogue, f"the loop leaves `with {_short(manager)}`"
    targets = read.at.project.targets(value.func if isinstance(value, ast.Call) else value, home)
    for target in targets:
        if target.stdlib or (target.function and not target.function.owner):
            continue
        made = target.entry and (target.entry if target.entry.is_class else catalogue.made_by(target.entry))
        leaving = made and catalogue.get(made.module, f"{made.qualname}.__exit__")
        if not leaving or not leaving.known:
            yield unknown
        elif leaving.writes:
            yield Resource(leaving.writes)
    if not targets:
        yield unknown


# --- what cannot be written --------------------------------------------------------------------------------------


def passes_arguments(read: LoopRead) -> Doubt | None:
    given = read.call.args
    if read.method in given:
        given = given[given.index(read.method) + 1 :]
    if given or read.call.keywords:
        return report(
            "the read passes arguments (a transaction, field paths) that the batch would have to share"
        )
    return None


def comments_inside(read: LoopRead) -> Doubt | None:
    if any(comments_in(read.at.module.segment(part)) for part in (read.whole, read.loop.iterable)):
        return report("there are comments inside the expressions that would change")
    return None


def no_room_inside(read: LoopRead, *, gives_name: bool = True) -> Doubt | None:
    """Where a name cannot be given: in the text of an f-string, in what an inner comprehension goes through.

    Without a name, only the quotes of an f-string are in the way.
    """
    for parent in read.at.module.ancestors(read.call):
        if isinstance(parent, ast.JoinedStr):
            return report("the read stands inside an f-string")
        if (
            gives_name
            and isinstance(parent, ast.comprehension)
            and parent.target is not read.loop.target
            and not read.loop.is_statement
        ):
            return report("the read stands in what another comprehension goes through")
        if isinstance(parent, ast.stmt):
            break
    return None


# --- words ------------------------------------------------------------------------------------------------------


def _described(obstacle: ast.AST) -> str:
    match obstacle:
        case ast.With(items=[item, *_]) | ast.AsyncWith(items=[item, *_]):
            return f"`with {_short(item.context_expr)}`"
        case ast.For() | ast.AsyncFor() | ast.While():
            return "a loop inside the loop"
        case ast.comprehension() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return "a loop inside the loop"
        case ast.ExceptHandler() | ast.Try():
            return "an error before it"
        case ast.Match():
            return "a `match`"
        case ast.If(test=test):
            return f"`{_short(test)}` and what follows from it"
    return "what happens in the loop"


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 50 else f"{text[:49]}…"
