"""What a new `await` would tear apart: what the code does before it and after it, with nothing in between until now.

Between two awaits a coroutine has the event loop for itself. A place that becomes an await ends
that, for its own function and for every function that awaits this one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from fixbot.project.calls import Use, simple_name
from fixbot.project.effects import Effects, Event, Kind, Resource, Summary, What
from fixbot.project.flow import may_follow, surely_between, unconditional
from fixbot.project.locks import is_async_lock
from fixbot.project.module import Function, Module
from fixbot.project.state import State, derived_names, uses

_GETS = (Kind.GET, Kind.LOOK)
_SETS = (Kind.SET, Kind.UPDATE)
_INLINE = frozenset({"wait_for"})
"""Functions of asyncio that may await a coroutine without making a task of it."""


class Torn(Enum):
    """What comes apart."""

    STATE = "reads state before and changes it after"
    RESOURCE = "reads a resource before and writes one that may be the same after"
    READ_BACK = "writes a resource before and reads it back after; another task may write to it in between"
    STALE = "keeps in state what it read outside before; another task may have put something newer there"
    OVERWRITTEN = "sets state before and uses it after; another task may have set it to something else"
    HALF_DONE = "changes state before and more of it after; other tasks see the half"
    CHECKED = "tests state before and uses it after; other code may have changed it"
    FILLED = "looks something up before and keeps it after; nothing else changes it"
    LOOP = "loops over state that others change"
    STARTED = "starts a task before and sets state after that the task may use"


@dataclass(frozen=True)
class Tear:
    """One thing that a new await would tear apart, in `function`."""

    kind: Torn
    function: Function
    first: What
    second: What
    perhaps: bool = False
    """Something in between may give other tasks a turn already."""

    @property
    def is_sure(self) -> bool:
        """Whether it is shared for certain, and nothing gives other tasks a turn today."""
        certain = all(what.certain for what in (self.first, self.second) if isinstance(what, State))
        return certain and not self.perhaps


@dataclass(frozen=True, eq=False)
class Place:
    """Where a new turn is given: a call that becomes an await, or the await of a function that did not suspend before.

    `does` is what happens at `node` before the turn, and `then` what happens there after it; None stands
    for the same. `loose`: turns are given at any time after `node` (`async with`). `call` is the call
    inside `node` that gives the turn: `f()` of `wait_for(f(), 5)`.
    """

    node: ast.AST
    function: Function
    does: Summary
    loose: bool = False
    then: Summary | None = None
    call: ast.AST | None = None

    @property
    def module(self) -> Module:
        return self.function.module

    @property
    def key(self) -> _Key:
        """What an answer depends on."""
        return (self.node, self.does, self.then, self.loose)

    def joined(self, other: Place) -> Place:
        """The same place, with what happens there when its callee gives turns at two places."""
        if self.key == other.key:
            return self
        does = Summary.joined([self.does, other.does])
        return replace(
            self, does=does, then=Summary.joined([self.then or self.does, other.then or other.does])
        )


_Key: TypeAlias = tuple[ast.AST, Summary, Summary | None, bool]


@dataclass
class Atomicity:
    """Answers for one project; everything is computed once, on demand."""

    effects: Effects
    _steps: dict[Function, list[Event]] = field(default_factory=dict)
    _waiting: dict[Function, list[Use]] = field(default_factory=dict)
    _above: dict[_Key, list[Place]] = field(default_factory=dict)
    _tears: dict[_Key, list[Tear]] = field(default_factory=dict)
    _separated: dict[tuple[ast.AST, ast.AST, ast.AST], int] = field(default_factory=dict)

    def places(self, node: ast.AST, function: Function, does: Summary) -> Iterator[Place]:
        """The place itself, then every await of its function, and so on up."""
        first = Place(node, function, does)
        yield first
        found: dict[ast.AST, Place] = {}
        pending = [first]
        while pending:
            for place in self._places_above(pending.pop(0)):
                known = found.get(place.node)
                place = known.joined(place) if known else place
                if known is None or place.key != known.key:
                    found[place.node] = place
                    pending.append(place)
        yield from (place for place in found.values() if place.function.is_async)

    def tears(self, place: Place) -> list[Tear]:
        """What a new await at one place tears apart in the function around it; of each kind the surest."""
        if place.key not in self._tears:
            around = _Around(self._beside(place), place, self)
            self._tears[place.key] = [tear for find in _FINDERS if (tear := _surest(find(around)))]
        return self._tears[place.key]

    def reads_then_writes(self, function: Function) -> tuple[Resource, Resource] | None:
        """A resource that the function reads before it writes one that may be the same, at two places."""
        events = self._expanded(function)
        for read in (e for e in events if e.kind is Kind.READ):
            for write in (e for e in events if e.kind is Kind.WRITE and e.node is not read.node):
                assert isinstance(read.what, Resource) and isinstance(write.what, Resource)
                if read.what.may_be(write.what) and may_follow(read.node, write.node, function.module):
                    return read.what, write.what
        return None

    # --- what happens around a place -------------------------------------------------------------------

    def _beside(self, place: Place) -> list[Event]:
        """What the function does, apart from what happens at the place itself."""
        guard = self.effects.once(place.function).get(place.node)
        own = {place.node, place.call, *_deferred_in(place.node)}
        return [e for e in self._expanded(place.function) if e.node not in own and e.once in (None, guard)]

    def _expanded(self, function: Function) -> list[Event]:
        """The function's own events, with what each call in it does as a whole."""
        if function not in self._steps:
            found: list[Event] = []
            for event in self.effects.events(function):
                if event.kind is not Kind.CALL:
                    found.append(event)
                elif isinstance(event.what, Function):
                    does = self.effects.summary_of_event(event, function)
                    found += (replace(event, kind=e.kind, what=e.what) for e in _at(event.node, does))
            self._steps[function] = found
        return self._steps[function]

    # --- who awaits ------------------------------------------------------------------------------------

    def _places_above(self, inner: Place) -> list[Place]:
        """Where other functions wait for the one around a place, unless it always gave other tasks a turn."""
        if inner.key not in self._above:
            self._above[inner.key] = []
            if self.effects.suspending.of_function(inner.function) < 2:
                does, then = self._before_and_after(inner)
                self._above[inner.key] = [
                    _above(use, *(self.effects.without_given(s, inner.function, use) for s in (does, then)))
                    for use in self._awaited(inner.function)
                ]
        return self._above[inner.key]

    def _awaited(self, function: Function) -> list[Use]:
        """Uses of a function where the one around waits for it."""
        if function not in self._waiting:
            uses = [*self.effects.users(function), *self._wrappers(function)]
            self._waiting[function] = [use for use in uses if self._waits(use)]
        return self._waiting[function]

    def _before_and_after(self, place: Place) -> tuple[Summary, Summary]:
        """What the function around a place does until the turn, and what it does from then on."""
        function = place.function
        if function.is_generator:  # what goes through it has its turns in between
            whole = self.effects.summary(function)
            return whole, whole
        around = _Around(self._beside(place), place, self)
        outside = set(function.node.decorator_list)

        def counts(event: Event) -> bool:
            return not isinstance(event.what, State) or event.once is None

        before = [e for e in around.earlier() if e.node in outside or around.comes_before(e)]
        after = [e for e in around.later() if e.node in outside or around.comes_after(e)]
        gathered = self.effects.gathered
        return gathered(filter(counts, before)), gathered(filter(counts, after))

    def _waits(self, use: Use) -> bool:
        """Whether the function around goes on when the called one is done, and not before."""
        module = use.function.module
        if not use.function.is_async:
            return any(
                isinstance(p, ast.Return) for p in module.ancestors(use.call)
            )  # it hands the coroutine on
        for parent in module.ancestors(use.call):
            match parent:
                case ast.Call(func=func) if self._starts_a_task(func, module):
                    return False
                case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                    return True
                case ast.comprehension(is_async=1):
                    return True
                case ast.stmt():
                    return isinstance(parent, ast.Assign | ast.AnnAssign | ast.Return)  # awaited later
        return False

    def _starts_a_task(self, func: ast.expr, module: Module) -> bool:
        targets = self.effects.project.targets(func, module)
        return bool(targets) and all(
            t.stdlib and t.module.startswith("asyncio") and simple_name(func) not in _INLINE for t in targets
        )

    def _wrappers(self, function: Function) -> Iterator[Use]:
        """Calls of the function in what the project's decorators put around it."""
        for decorator in function.node.decorator_list:
            plain = decorator.func if isinstance(decorator, ast.Call) else decorator
            for factory in self.effects.of_name(plain, function.module).functions:
                for inner in factory.module.functions.values():
                    if factory.node in factory.module.ancestors(inner.node):
                        parameters = {a.arg for f in (factory, inner) for a in f.arguments}
                        for call in inner.calls:
                            if isinstance(call.func, ast.Name) and call.func.id in parameters:
                                yield Use(inner, call, call.func)

    def under_one_lock(self, place: Place, first: ast.AST, second: ast.AST) -> bool:
        """Whether an `async with lock:` holds all three, so that other tasks wait for the whole."""
        module = place.module
        for parent in module.ancestors(place.node):
            if isinstance(parent, ast.AsyncWith) and any(
                is_async_lock(i.context_expr, place.function, self.effects.project) for i in parent.items
            ):
                if parent in set(module.ancestors(first)) and parent in set(module.ancestors(second)):
                    return True
        return False

    def separated(self, first: ast.AST, second: ast.AST, place: Place) -> int:
        """Whether other tasks get a turn between two nodes today, the place itself apart: 2 always, 1 perhaps, 0 no."""
        key = (first, second, place.node)
        if key not in self._separated:
            self._separated[key] = self._turn_between(first, second, place)
        return self._separated[key]

    def _turn_between(self, first: ast.AST, second: ast.AST, place: Place) -> int:
        suspending, module = self.effects.suspending, place.module
        own = {place.node, *module.ancestors(place.node)}
        awaits = [node for node in _awaits_beside(first, second, module) if node not in own]
        for least in (2, 1):

            def passes(statement: ast.stmt, least: int = least) -> bool:
                return statement not in own and suspending.of_statement(statement, module) >= least

            if any(suspending.of_await(node, module) >= least for node in awaits):
                return least
            if surely_between(first, second, passes, module):
                return least
        return 0


# --- what comes apart ------------------------------------------------------------------------------------


def _above(use: Use, does: Summary, then: Summary) -> Place:
    """Where a function is awaited that does this before and that after its turn."""
    node, loose = _outermost(use), _opens(use)
    if loose or may_follow(
        node, node, use.function.module
    ):  # the next time round, both come before and after
        does = then = Summary.joined([does, then])
    return Place(node, use.function, does, loose, then, use.call)


def _outermost(use: Use) -> ast.Call:
    """The call that is awaited: `wait_for(f(), 5)` of `f()` in it."""
    call = use.call
    for parent in use.function.module.ancestors(use.call):
        if isinstance(parent, ast.Call):
            call = parent
        elif not isinstance(parent, ast.keyword | ast.Starred):
            break
    return call


@dataclass
class _Around:
    """The events around a place, and which of them come before and after it."""

    events: list[Event]
    place: Place
    atomicity: Atomicity
    _before: dict[ast.AST, bool] = field(default_factory=dict)
    _after: dict[ast.AST, bool] = field(default_factory=dict)

    def earlier(self, *kinds: Kind, certain: bool = False) -> list[Event]:
        """Events that may come before the turn, of these kinds (or of all); those on shared state for certain first."""
        return _of([*self.events, *_at(self.place.node, self.place.does)], kinds, certain)

    def later(self, *kinds: Kind, certain: bool = False) -> list[Event]:
        """Events that may come after the turn."""
        return _of([*self.events, *_at(self.place.node, self.place.then or self.place.does)], kinds, certain)

    def pairs(
        self, first: list[Event], second: list[Event], fits: Callable[[Event, Event], bool]
    ) -> Iterator[tuple[Event, Event, bool]]:
        """An event before and one after the place that belong together, and whether something may separate them already."""
        place, module = self.place, self.place.module
        for after in second if first else ():
            for before in first if self.comes_after(after) else ():
                if (
                    before.node is after.node is place.node
                    or not fits(before, after)
                    or not self.comes_before(before)
                ):
                    continue
                if place.loose and not may_follow(before.node, after.node, module):
                    continue
                if self.atomicity.under_one_lock(place, before.node, after.node):
                    continue
                turn = self.atomicity.separated(before.node, after.node, place)
                if turn < 2:
                    yield before, after, turn == 1

    def lost(self) -> Iterator[tuple[Event, Event, bool]]:
        """Reads of shared state before, with the changes after that may undo what others did in between."""
        return self.pairs(self.earlier(*_GETS), self.later(*_SETS), self.may_lose)

    def is_filled(self, write: Event) -> bool:
        """Whether nothing but filling in what is missing ever changes the state."""
        assert isinstance(write.what, State)
        return self.atomicity.effects.is_filled(write.what)

    def comes_before(self, event: Event) -> bool:
        node, place = event.node, self.place
        if node not in self._before:
            self._before[node] = (
                place.loose or node is place.node or may_follow(node, place.node, place.module)
            )
        return self._before[node]

    def comes_after(self, event: Event) -> bool:
        node, place = event.node, self.place
        if node not in self._after:
            self._after[node] = (
                node is place.node or may_follow(place.node, node, place.module) or self._goes_on(node)
            )
        return self._after[node]

    def _goes_on(self, node: ast.AST) -> bool:
        """Whether it makes a generator of the project, whose body runs whenever the next item is wanted."""
        parents, effects = self.place.module.parents, self.atomicity.effects
        return (
            isinstance(node, ast.Call)
            and isinstance(parents[node], ast.For | ast.AsyncFor | ast.comprehension | ast.Assign)
            and any(f.is_generator for f in effects.of_call(node, self.place.module).functions)
        )

    def tear(self, kind: Torn, first: Event, second: Event, perhaps: bool = False) -> Tear:
        return Tear(kind, self.place.function, first.what, second.what, perhaps)

    def changed_by_others(self, event: Event) -> bool:
        """Whether functions other than the one around the place change the same state."""
        assert isinstance(event.what, State)
        return self.atomicity.effects.changed_by_others(event.what, self.place.function)

    def disturbed(self, event: Event) -> bool:
        """Whether functions other than the one around the place change what is in the state, in place."""
        assert isinstance(event.what, State)
        return self.atomicity.effects.disturbed_by_others(event.what, self.place.function)

    def touches(self, read: Event, write: Event) -> bool:
        """Whether a write may change what a read gives."""
        assert isinstance(read.what, State) and isinstance(write.what, State)
        return self.atomicity.effects.states.overlap(read.what, write.what, whole=read.kind is not Kind.LOOK)

    def may_lose(self, read: Event, write: Event) -> bool:
        """Whether a write may undo what others changed since the read.

        What an unknown method does is its own affair, unless what was read before decides on it.
        """
        assert isinstance(write.what, State)
        return self.touches(read, write) and (
            not write.what.is_guess or _decides(read.node, write.node, self.place.function)
        )


def _in_order(what: Iterable[Resource | State]) -> list[Resource | State]:
    return sorted(what, key=repr)


def _at(node: ast.AST, does: Summary) -> Iterator[Event]:
    """All that happens at one place, in an order that is the same in every run: reasons name the first that fits."""
    facts: dict[Kind, frozenset[Resource] | frozenset[State]] = {
        Kind.READ: does.reads, Kind.WRITE: does.writes, Kind.GET: does.gets,
        Kind.LOOK: does.looks, Kind.SET: does.sets,
    }  # fmt: skip
    return (Event(node, kind, what) for kind, all_ in facts.items() for what in _in_order(all_))


def _of(events: list[Event], kinds: tuple[Kind, ...], certain: bool) -> list[Event]:
    found = [e for e in events if not kinds or e.kind in kinds]
    sure = [e for e in found if not isinstance(e.what, State) or e.what.certain]
    return sure if certain else sorted(found, key=lambda e: isinstance(e.what, State) and not e.what.certain)


def _surest(tears: Iterator[Tear]) -> Tear | None:
    found: Tear | None = None
    for tear in tears:
        if tear.is_sure:
            return tear
        found = found or tear
    return found


def _torn_state(around: _Around) -> Iterator[Tear]:
    """Read or tested before, changed after: a lost update, or something built twice."""
    place = around.place
    for event in around.earlier(Kind.UPDATE):
        if isinstance(event.node, ast.AugAssign) and place.node in set(ast.walk(event.node.value)):
            if not around.atomicity.under_one_lock(place, event.node, event.node):
                yield around.tear(Torn.STATE, event, event)
    for read, write, perhaps in around.lost():
        if not around.is_filled(write):
            yield around.tear(Torn.STATE, read, write, perhaps)


def _filled(around: _Around) -> Iterator[Tear]:
    """Looked up before, filled in after: it may be made twice."""
    for read, write, perhaps in around.lost():
        if around.is_filled(write):
            yield around.tear(Torn.FILLED, read, write, perhaps)


def _torn_resources(around: _Around) -> Iterator[Tear]:
    """Read before, written after, outside the process: a lost update."""

    def fits(read: Event, write: Event) -> bool:
        return (
            isinstance(read.what, Resource)
            and isinstance(write.what, Resource)
            and read.what.may_be(write.what)
        )

    for read, write, perhaps in around.pairs(around.earlier(Kind.READ), around.later(Kind.WRITE), fits):
        yield around.tear(Torn.RESOURCE, read, write, perhaps)


def _read_back(around: _Around) -> Iterator[Tear]:
    """Written before, read back after, outside the process: what it reads may be another task's."""

    def fits(write: Event, read: Event) -> bool:
        one, other = write.what, read.what
        if not isinstance(one, Resource) or not isinstance(other, Resource) or one.fresh or other.many:
            return False
        same = (one.service, one.name) == (other.service, other.name)
        return same and (one.name != "" or _receiver(write.node) == _receiver(read.node) != "")

    for write, read, perhaps in around.pairs(around.earlier(Kind.WRITE), around.later(Kind.READ), fits):
        yield around.tear(Torn.READ_BACK, write, read, perhaps)


def _receiver(node: ast.AST) -> str:
    """The code of what a method is called on; "" for anything else."""
    return (
        ast.unparse(node.func.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        else ""
    )


def _stale(around: _Around) -> Iterator[Tear]:
    """Read outside before, kept in shared state after, where other code puts newer things."""

    place = around.place
    if place.then is not None:
        return  # further up, what was read is not told from what else the call gives

    def fits(read: Event, write: Event) -> bool:
        kept = place.module.statement(write.node)
        return around.changed_by_others(write) and _decides(read.node, kept, place.function)

    reads, writes = around.earlier(Kind.READ), around.later(Kind.SET, certain=True)
    for read, write, perhaps in around.pairs(reads, writes, fits):
        yield around.tear(Torn.STALE, read, write, perhaps)


def _overwritten(around: _Around) -> Iterator[Tear]:
    """Set before, used after: a second task may set it in between."""
    writes, reads = around.earlier(*_SETS, certain=True), around.later(*_GETS, certain=True)
    for write, read, perhaps in around.pairs(writes, reads, lambda w, r: around.touches(r, w)):
        if not _sets_a_constant(write, around.place.module) or around.changed_by_others(write):
            yield around.tear(Torn.OVERWRITTEN, write, read, perhaps)


def _half_done(around: _Around) -> Iterator[Tear]:
    """Two changes that other tasks never saw apart. Counters do not count: they are meant to be seen."""
    firsts, seconds = around.earlier(Kind.SET, certain=True), around.later(Kind.SET, certain=True)
    for first, second, perhaps in around.pairs(firsts, seconds, lambda *_: True):
        yield around.tear(Torn.HALF_DONE, first, second, perhaps)


def _checked(around: _Around) -> Iterator[Tear]:
    """Tested before, used after, and other code may change it."""
    tests = [
        e
        for e in around.earlier(*_GETS, certain=True)
        if _is_tested(e.node, around.place.module) and around.changed_by_others(e)
    ]
    for test, read, perhaps in around.pairs(
        tests, around.later(*_GETS, certain=True), lambda t, r: around.touches(r, t) or around.touches(t, r)
    ):
        yield around.tear(Torn.CHECKED, test, read, perhaps)


def _loops(around: _Around) -> Iterator[Tear]:
    """A loop over the state itself, with the place in its body: a change in between breaks it off with an error."""
    own = set(around.atomicity.effects.events(around.place.function))
    for event in around.earlier(Kind.GET, certain=True):
        if event in own and _is_iterated_around(event.node, around.place) and around.disturbed(event):
            yield around.tear(Torn.LOOP, event, event)


def _started(around: _Around) -> Iterator[Tear]:
    """A task that was to begin at the next await now begins here, before what follows is set."""
    for start, write, perhaps in around.pairs(
        around.earlier(Kind.SPAWN), around.later(*_SETS, certain=True), lambda *_: True
    ):
        yield around.tear(Torn.STARTED, start, write, perhaps)


_FINDERS: tuple[Callable[[_Around], Iterator[Tear]], ...] = (
    _torn_state, _filled, _torn_resources, _read_back, _stale, _overwritten, _half_done, _checked, _loops, _started
)  # fmt: skip


def _decides(first: ast.AST, second: ast.AST, function: Function) -> bool:
    """Whether what `first` gives is handed to `second`, or tested on the way there."""
    starts = {first}
    names = derived_names(function, starts)
    if uses(second, starts, names):
        return True
    around = set(function.module.ancestors(second))
    for node in function.nodes:
        match node:
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Match(subject=test):
                if uses(test, starts, names) and (node in around or _may_leave(node)):
                    return True
            case ast.Assert(test=test) if uses(test, starts, names):
                return True
            case ast.For(iter=test) if node in around and uses(test, starts, names):
                return True
    return False


def _may_leave(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Return | ast.Raise | ast.Break | ast.Continue) for n in ast.walk(node))


def _deferred_in(call: ast.AST) -> Iterator[ast.AST]:
    """What a call evaluates itself of what it is given: lambdas, generator expressions."""
    arguments = [*call.args, *(k.value for k in call.keywords)] if isinstance(call, ast.Call) else []
    for argument in arguments:
        if isinstance(argument, ast.Lambda | ast.GeneratorExp):
            yield from ast.walk(argument)


def _sets_a_constant(event: Event, module: Module) -> bool:
    """Whether it is an assignment that gives the same to whoever runs it."""
    match module.parents.get(event.node):
        case ast.Assign(value=ast.Constant()) | ast.AnnAssign(value=ast.Constant()):
            return isinstance(event.node, ast.Name | ast.Attribute)
    return False


def _is_tested(node: ast.AST, module: Module) -> bool:
    """Whether what happens next depends on it: it stands in the test of an `if`, `while`, `assert` or `x if y else z`."""
    below = node
    for parent in module.ancestors(node):
        match parent:
            case ast.If(test=test) | ast.While(test=test) | ast.Assert(test=test) | ast.IfExp(test=test):
                return test is below
            case ast.stmt():
                return False
        below = parent
    return False


def _is_iterated_around(node: ast.AST, place: Place) -> bool:
    """Whether a loop around the place goes through what `node` gives, and not through a copy of it."""
    below = place.node
    for parent in place.module.ancestors(place.node):
        match parent:
            case ast.For(iter=iterable, body=body) if below in body and _is_source(node, iterable):
                return True
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                if any(_is_source(node, g.iter) and below is not g for g in parent.generators):
                    return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return False
        below = parent
    return False


def _is_source(node: ast.AST, iterable: ast.expr) -> bool:
    match iterable:
        case ast.Call(
            func=ast.Name(id="enumerate" | "zip" | "reversed" | "iter" | "map" | "filter"), args=args
        ):
            return any(_is_source(node, argument) for argument in args)
    return node is iterable


def _awaits_beside(first: ast.AST, second: ast.AST, module: Module) -> Iterator[ast.Await]:
    """Awaits that share a plain statement with one of two places, and surely come between them."""
    for statement in {module.statement(first), module.statement(second)}:
        if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return):
            for node in ast.walk(statement):
                if (
                    isinstance(node, ast.Await)
                    and unconditional(node, module)
                    and may_follow(node, second, module)
                ):
                    if first in set(ast.walk(node)) or may_follow(first, node, module):
                        yield node


def _opens(use: Use) -> bool:
    """Whether the function is entered by `async with` or `async for`, and gives turns until that ends."""
    for parent in use.function.module.ancestors(use.call):
        if isinstance(parent, ast.AsyncWith | ast.AsyncFor):
            return True
        if isinstance(parent, ast.stmt):
            break
    return False
