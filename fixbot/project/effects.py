"""What calling something does: the effects of library calls, and of the project's own functions, however deep.

A function's own `Event`s are read off its body; its `Summary` adds those of everything it calls.
Rewrites are decided on both: the summary says whether a helper may move to a thread, the events in
their order say whether a new `await` would come between a read and a write (see `atomicity`).
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from fixbot.catalogue import Entry
from fixbot.project import resources
from fixbot.project.calls import CallEffect, Calls, Use, runs_as, simple_name
from fixbot.project.locks import Guards
from fixbot.project.module import Function, Module, is_test_source
from fixbot.project.newness import STARTS_TASKS, Newness
from fixbot.project.once import Once
from fixbot.project.origin import origin
from fixbot.project.plain import DATA_METHODS, is_data_method
from fixbot.project.resources import Resource
from fixbot.project.state import CALLED, CONSTRUCTORS, MUTATORS, Access, State, States, self_name

if TYPE_CHECKING:
    from fixbot.project.affinity import Affinity
    from fixbot.project.atomicity import Atomicity
    from fixbot.project.suspending import Suspending

__all__ = ["CallEffect", "Effects", "Event", "Kind", "Resource", "State", "Summary", "simple_name"]

_NEUTRAL_DECORATORS = frozenset(
    "staticmethod classmethod property functools.cached_property functools.wraps functools.lru_cache functools.cache "
    "abc.abstractmethod typing.override typing.overload typing.final typing_extensions.override "
    "contextlib.contextmanager contextlib.asynccontextmanager functools.singledispatch dataclasses.dataclass".split()
)
_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_FLAGS = frozenset("thread_local context_write event_loop interactive thread_affine not_thread_safe".split())
"""What a stub says of a library that a rewrite must know."""

DEFAULT_APP = "the default Firebase app"
"""Made a second time, it raises an error."""
_PROCESS_WIDE = {
    "os.chdir": "the working directory",
    "os.umask": "the umask",
    "contextlib.chdir": "the working directory",
    "contextlib.redirect_stdout": "sys.stdout",
    "contextlib.redirect_stderr": "sys.stderr",
    "warnings.catch_warnings": "the warning filters",
    "warnings.simplefilter": "the warning filters",
    "warnings.filterwarnings": "the warning filters",
    "socket.setdefaulttimeout": "the default timeout of sockets",
    "random.seed": "the random generator",
    "sys.setrecursionlimit": "the recursion limit",
    "firebase_admin.initialize_app": DEFAULT_APP,
}
"""Calls that change what the whole process uses."""
_FRAME_OF_CALLER = frozenset({"inspect.stack", "inspect.currentframe", "sys._getframe", "inspect.trace"})
_CURRENT_EXCEPTION = frozenset(
    {"sys.exc_info", "sys.exception", "traceback.print_exc", "traceback.format_exc", "logging.exception"}
)
_REQUEST_LOCALS = frozenset({"flask.g", "flask.request", "flask.session", "flask.current_app", "quart.g"})
_OUTSIDE = frozenset(
    "create generate complete invoke send publish log debug info warning error exception critical".split()
)
"""Methods that by their names make or send something new, and change nothing that anybody has read."""
_BACKGROUND = frozenset(
    {"fastapi.BackgroundTasks", "fastapi.background.BackgroundTasks", "starlette.background.BackgroundTasks"}
)
_THREAD_LOCALS = re.compile(r"\bthreading\b[^#\n]*\blocal\b")


class Kind(Enum):
    """What an event is; see `Event`."""

    READ = auto()
    WRITE = auto()
    GET = auto()
    LOOK = auto()
    SET = auto()
    UPDATE = auto()
    CALL = auto()
    SPAWN = auto()
    FLAG = auto()
    UNKNOWN = auto()


What: TypeAlias = Resource | State | Function | str
Receiver: TypeAlias = Literal["", "self", "new"]


@dataclass(frozen=True, eq=False, slots=True)
class Event:
    """One thing a function's own body does, at `node`.

    READ and WRITE carry a `Resource`; GET, LOOK, SET and UPDATE (of shared state, see `state.Access`)
    a `State`; CALL a project `Function`; SPAWN (a task is started) the code's text; FLAG a catalogue
    flag ("thread_local", "event_loop", ...); UNKNOWN the code's text. `once` is the statement or
    function that does this a single time in the life of the process. `receiver` says on which object
    a method is called: the caller's own `self`, or one that it has just made.
    """

    node: ast.AST
    kind: Kind
    what: What
    once: ast.AST | None = None
    receiver: Receiver = ""


@dataclass(frozen=True)
class Summary:
    """Everything that running a function does, its callees included."""

    blocks: tuple[str, ...] = ()
    """The chain of names down to the blocking library call; () if it does not block."""
    reads: frozenset[Resource] = frozenset()
    writes: frozenset[Resource] = frozenset()
    gets: frozenset[State] = frozenset()
    looks: frozenset[State] = frozenset()
    sets: frozenset[State] = frozenset()
    fills: frozenset[State] = frozenset()
    """What of `sets` is only ever filled in where it is missing; known of a call (see `Effects.summary_of`)."""
    guarded: frozenset[State] = frozenset()
    """What is only ever used with one lock for threads held; known of a call, too."""
    flags: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    builds: frozenset[str] = frozenset()
    """What it makes at its first use, kept for the process, apart from clients that may be made twice."""
    functions: frozenset[Function] = frozenset()

    @classmethod
    def joined(cls, parts: Iterable[Summary]) -> Summary:
        """What all of them do together."""
        parts = list(parts)
        if len(parts) == 1:
            return parts[0]
        return cls(
            blocks=next((p.blocks for p in parts if p.blocks), ()),
            reads=frozenset().union(*(p.reads for p in parts)),
            writes=frozenset().union(*(p.writes for p in parts)),
            gets=frozenset().union(*(p.gets for p in parts)),
            looks=frozenset().union(*(p.looks for p in parts)),
            sets=frozenset().union(*(p.sets for p in parts)),
            fills=frozenset().union(*(p.fills for p in parts)),
            guarded=frozenset().union(*(p.guarded for p in parts)),
            flags=frozenset().union(*(p.flags for p in parts)),
            unknown=frozenset().union(*(p.unknown for p in parts)),
            builds=frozenset().union(*(p.builds for p in parts)),
            functions=frozenset().union(*(p.functions for p in parts)),
        )


@dataclass
class Effects(Calls):
    """The effects of one project's code; everything is computed once, on demand."""

    _events: dict[Function, list[Event]] = field(default_factory=dict)
    _summaries: dict[_Call, Summary] = field(default_factory=dict)
    _changed: dict[State, list[tuple[Function, Access]]] = field(default_factory=dict)
    _roots: dict[Function, dict[ast.AST, str]] = field(default_factory=dict)
    _constructing: dict[Function, bool] = field(default_factory=dict)
    _waits: dict[Function, tuple[str, ...]] = field(default_factory=dict)
    _prepared: bool = False

    @cached_property
    def newness(self) -> Newness:
        return Newness(self)

    @cached_property
    def states(self) -> States:
        return States(self.project, self.newness.is_new, self.newness.is_handed_out)

    @cached_property
    def suspending(self) -> Suspending:
        from fixbot.project.suspending import Suspending  # it needs this module

        return Suspending(self)

    @cached_property
    def atomicity(self) -> Atomicity:
        from fixbot.project.atomicity import Atomicity  # it needs this module

        return Atomicity(self)

    @cached_property
    def affinity(self) -> Affinity:
        from fixbot.project.affinity import Affinity  # it needs this module

        return Affinity(self)

    # --- which calls wait ----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Find the sync functions below async code that wait, however deep: a few large questions, not many small ones."""
        if not self._prepared:
            self._prepared = True
            modules = [
                module
                for path, source in self.project.sources.items()
                if "async def" in source.text and (module := self.project.module(path)) and not module.is_test
            ]
            self._find_waiting([f for module in modules for f in module.functions.values() if f.is_async])

    def _find_waiting(self, roots: list[Function]) -> None:
        reached, frontier = dict.fromkeys(roots), roots
        callers: dict[Function, list[Function]] = {}
        while frontier:
            asked = [(f.module, name) for f in frontier for name in self._worth_asking(f)]
            self.project.resolve(asked)
            below: list[Function] = []
            for function in frontier:
                for name in self._worth_asking(function):
                    for callee in self.of_name(name, function.module).functions:
                        callers.setdefault(callee, []).append(function)
                        if callee not in reached and not callee.is_async:
                            reached[callee] = None
                            below.append(callee)
            frontier = below
        pending = deque[Function]()
        for function in reached:
            if not function.is_async and (entry := next(self._waiting_entries(function), None)):
                self._waits[function] = (function.label, entry.name)
                pending.append(function)
        while pending:
            callee = pending.popleft()
            for caller in callers.get(callee, ()):
                if caller not in self._waits and not caller.is_async and self._calls_again(caller, callee):
                    self._waits[caller] = (caller.label, *self._waits[callee])
                    pending.append(caller)

    def _worth_asking(self, function: Function) -> Iterator[ast.expr]:
        """Names that may lead to something that waits: those of the catalogue and those that the project defines."""
        names = self.waiting_names
        for call in function.calls:
            name = simple_name(call.func)
            if (name in names or self.defines(name)) and not isinstance(
                function.module.parents[call], ast.Await
            ):
                yield call.func
        if self.properties:
            for node in function.nodes:
                if isinstance(node, ast.Attribute) and node.attr in self.properties:
                    yield node

    def _waiting_entries(self, function: Function) -> Iterator[Entry]:
        """Library calls of its own body that wait each time it runs."""
        if self.is_amortised(function):
            return
        once = self.once(function)
        for call in function.calls:
            if simple_name(call.func) in self.waiting_names and call not in once:
                for entry in self.of_call(call, function.module).entries:
                    if _waits(entry):
                        yield entry

    def _calls_again(self, caller: Function, callee: Function) -> bool:
        """Whether a function calls another each time it runs, and not only the first time."""
        if self.is_amortised(caller):
            return False
        once = self.once(caller)
        return any(
            name not in once and callee in self.of_name(name, caller.module).functions
            for name in self._worth_asking(caller)
        )

    @cached_property
    def waiting_names(self) -> frozenset[str]:
        """Simple names of library calls that wait."""
        entries = self.project.catalogue.entries.values()
        return self.project.catalogue.waiting_names | {e.simple_name for e in entries if _waits(e)}

    def may_wait(self, call: ast.Call) -> bool:
        """Whether the name of what is called can lead to something that waits."""
        name = simple_name(call.func)
        return name in self.waiting_names or self.defines(name)

    def waits(self, effect: CallEffect) -> bool:
        """Whether such a call may hold up its thread (a lazy iterator: when it is read)."""
        return any(map(_waits, effect.entries)) or any(self._chain(f) for f in effect.functions)

    def _chain(self, function: Function) -> tuple[str, ...]:
        """The names down to what a sync function waits for; () if it waits for nothing."""
        if function.is_async:
            return ()
        if not self._prepared:
            self.prepare()
        return self._waits.get(function, ())

    # --- what a function does ------------------------------------------------------------------------

    def events(self, function: Function) -> list[Event]:
        """What the body of `function` itself does, in no particular order (see `flow.may_follow`)."""
        if function not in self._events:
            self.resolve([function])
            self._events[function] = list(self._read_events(function))
        return self._events[function]

    @cached_property
    def _once(self) -> Once:
        return Once(self)

    def once(self, function: Function) -> dict[ast.AST, ast.AST]:
        """Nodes of a function that are evaluated once in the life of the process, with the statement that sees to it."""
        return self._once.guards(function)

    def is_filled(self, state: State) -> bool:
        """Whether all that ever changes it is to fill in what is missing, with something new."""
        return self._once.is_filled(state)

    def is_amortised(self, function: Function) -> bool:
        """Whether it works at most once in the life of the process: a factory that functools caches."""
        return self._once.is_amortised(function)

    def _read_events(self, function: Function) -> Iterator[Event]:
        once = self.once(function)
        whole = function.node if self.is_amortised(function) else None
        for event in self._plain_events(function):
            guard = once.get(event.node, whole)
            yield replace(event, once=guard) if guard is not None else event

    def _plain_events(self, function: Function) -> Iterator[Event]:
        module = function.module
        for call in function.calls:
            yield from self._call_events(call, function)
        for access in self.states.accesses(function):
            yield from self._access_events(access, function)
        for node in function.nodes:
            match node:
                case ast.Attribute():
                    for getter in self.property_of(node, module):
                        yield Event(node, Kind.CALL, getter, receiver=self._receiver(node, function))
                    if self._has_thread_locals and self._is_thread_local(node.value, module):
                        yield Event(node, Kind.FLAG, "thread_local")
                case ast.Name(id=name) if module.any_imports.get(name) in _REQUEST_LOCALS:
                    yield Event(node, Kind.FLAG, "thread_local")
                case ast.Raise(exc=None) if not _handles_an_exception(node, module):
                    yield Event(node, Kind.FLAG, "current_exception")
        for decorator in function.node.decorator_list:
            yield from self._decorator_events(decorator, module)

    def _call_events(self, call: ast.Call, function: Function) -> Iterator[Event]:
        module = function.module
        effect = self.of_call(call, module)
        for entry in effect.entries:
            reads, writes = resources.accesses(entry, call, module, self.project)
            yield from (Event(call, Kind.READ, resource) for resource in reads)
            yield from (Event(call, Kind.WRITE, resource) for resource in writes)
            yield from (Event(call, Kind.FLAG, flag) for flag in sorted(self.flags(entry)))
        receiver = self._receiver(call.func, function)
        for callee in effect.functions:
            if not callee.is_async or self._is_awaited(call, module):
                yield Event(
                    call, Kind.CALL, callee, receiver="new" if callee.name in CONSTRUCTORS else receiver
                )
        for name in self.unknown_callbacks(call, effect, module):
            yield Event(call, Kind.UNKNOWN, name)
        if (
            not effect.known
            and not calls_parameter(call, function)
            and not is_data_method(call, function, self.project)
            and not isinstance(module.parents[call], ast.Raise)  # making an exception harms nobody
        ):
            yield Event(call, Kind.UNKNOWN, ast.unparse(call.func)[:60])
        yield from self._handed_over(call, module)
        yield from _special_events(call, module)

    def flags(self, entry: Entry) -> frozenset[str]:
        """What the catalogue warns of, for a definition or the class that it belongs to."""
        owner = self.project.catalogue.owner(entry)
        bound = {"thread_affine"} if self.affinity.is_bound(entry) else frozenset[str]()
        return (entry.flags | (owner.flags if owner else frozenset()) | bound) & _FLAGS

    def _access_events(self, access: Access, function: Function) -> Iterator[Event]:
        """What an access does; of a method called on an object, what its class lets one expect."""
        state, node = access.state, access.node
        match access.kind:
            case "get":
                yield Event(node, Kind.GET, state)
            case "look":
                yield Event(node, Kind.LOOK, state)
            case "set":
                yield Event(node, Kind.SET, state)
            case "update":
                yield Event(node, Kind.UPDATE, state)
            case "call" if isinstance(node, ast.Call):
                effect = self.of_call(node, function.module)
                used = not isinstance(function.module.parents[node], ast.Expr | ast.Await)
                if effect.entries or effect.functions or isinstance(function.module.parents[node], ast.Await):
                    yield Event(node, Kind.LOOK, state)
                elif access.method in MUTATORS:
                    yield Event(node, Kind.SET, replace(state, path=(*state.path, "[]")))
                    if used:
                        yield Event(node, Kind.GET, state)
                elif effect.known or access.method in DATA_METHODS or self._is_outside(access.method):
                    yield Event(node, Kind.GET, state)
                else:
                    yield Event(node, Kind.SET, replace(state, path=(*state.path, CALLED), certain=False))
                    if used:
                        yield Event(node, Kind.GET, replace(state, certain=False))

    def _is_outside(self, method: str) -> bool:
        """Whether a method that is not known is a library's, and works on what is outside the process."""
        return method in _OUTSIDE and not self.defines(method)

    def _receiver(self, func: ast.expr, function: Function) -> Receiver:
        """On which object a method is called, as far as that matters to its state."""
        match func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                return "self"
            case ast.Attribute(value=ast.Name(id=name)) if name == self_name(function):
                return "self"
            case ast.Attribute(value=value) if self.newness.is_new(value, function):
                return "new"
        return ""

    def _is_awaited(self, call: ast.Call, module: Module) -> bool:
        """Whether a coroutine runs as part of this function, and not as a task of its own."""
        below: ast.AST = call
        for parent in module.ancestors(call):
            match parent:
                case ast.Await() | ast.withitem() | ast.AsyncFor():
                    return True
                case ast.comprehension(is_async=1, iter=iterable) if iterable is below:
                    return True
                case ast.Call(func=func) if simple_name(func) in STARTS_TASKS:
                    return False
                case ast.Assign() | ast.AnnAssign() | ast.Return():
                    return True  # it may be awaited later
                case ast.stmt():
                    return False
            below = parent
        return False

    def _handed_over(self, call: ast.Call, module: Module) -> Iterator[Event]:
        """Functions passed as arguments may be called: `to_thread(ref.get)`, `map(load, ids)`, `partial(save)`."""
        if simple_name(call.func) in STARTS_TASKS | {"add_done_callback", "call_soon"}:
            yield Event(call, Kind.SPAWN, ast.unparse(call)[:60])
        if self._runs_after_the_response(call, module):
            return
        for argument in (*call.args, *(k.value for k in call.keywords)):
            if not isinstance(argument, ast.Name | ast.Attribute):
                continue
            name = simple_name(argument)
            if name not in self.waiting_names and not self.defines(name):
                continue
            effect = self.of_name(argument, module)
            if effect.makes:
                continue
            for entry in effect.entries:
                reads, writes = resources.accesses(entry, argument, module, self.project)
                yield from (Event(call, Kind.READ, resource) for resource in reads)
                yield from (Event(call, Kind.WRITE, resource) for resource in writes)
            for function in effect.functions:
                if not runs_as(function, getter=True):
                    yield Event(call, Kind.CALL, function)

    def _runs_after_the_response(self, call: ast.Call, module: Module) -> bool:
        """Whether a call hands its arguments to FastAPI's `BackgroundTasks`, for when the handler is done."""
        match call.func:
            case ast.Attribute(value=ast.Name() as tasks, attr="add_task"):
                function = module.function(call)
                declared = [a.annotation for a in function.arguments if a.arg == tasks.id] if function else []
                made, home = origin(tasks, module, self.project)
                if isinstance(made, ast.Call):
                    return home.dotted(made.func) in _BACKGROUND
                return bool(declared) and all(a and module.dotted(a) in _BACKGROUND for a in declared)
        return False

    def unknown_callbacks(self, call: ast.Call, effect: CallEffect, module: Module) -> Iterator[str]:
        """Functions handed to a callee that calls them, where it cannot be told what they do.

        What a callee calls through its parameters is decided where it is called, not in itself.
        """
        for callee in effect.functions:
            wanted = {
                name
                for inner in with_nested(callee)
                for c in inner.calls
                if (name := calls_parameter(c, inner))
            }
            for name, argument in _arguments(call, callee):
                if name not in wanted or isinstance(argument, ast.Lambda):
                    continue  # the calls in a lambda count as those of the function it stands in
                if (
                    not isinstance(argument, ast.Name | ast.Attribute)
                    or not self.of_name(argument, module).known
                ):
                    yield ast.unparse(argument)[:60]

    def _decorator_events(self, decorator: ast.expr, module: Module) -> Iterator[Event]:
        """A project decorator runs its wrapper; an unknown one may do anything."""
        plain = decorator.func if isinstance(decorator, ast.Call) else decorator
        if module.dotted(plain) in _NEUTRAL_DECORATORS:
            return
        if isinstance(plain, ast.Attribute) and plain.attr in ("setter", "deleter", "getter"):
            return
        effect = self.of_name(plain, module)
        for function in effect.functions:
            for inner in with_nested(function):
                yield Event(decorator, Kind.CALL, inner)
        if not effect.known:
            yield Event(decorator, Kind.UNKNOWN, f"@{ast.unparse(plain)}"[:60])

    @cached_property
    def _has_locks(self) -> bool:
        return any("Lock(" in source.text for source in self.project.sources.values())

    @cached_property
    def _guards(self) -> Guards:
        return Guards(self)

    @cached_property
    def _has_thread_locals(self) -> bool:
        return any(_THREAD_LOCALS.search(source.text) for source in self.project.sources.values())

    def _is_thread_local(self, value: ast.expr, module: Module) -> bool:
        """Whether an object is a `threading.local()`, or of a class derived from it."""
        if not isinstance(value, ast.Name | ast.Attribute):
            return False
        made, home = origin(value, module, self.project)
        if not isinstance(made, ast.Call):
            return False
        if home.dotted(made.func) == "threading.local":
            return True
        owners = [t.owner for t in self.project.targets(made.func, home) if t.owner]
        return any(owner.dotted(base) == "threading.local" for owner, cls in owners for base in cls.bases)

    def changed_by_others(self, state: State, function: Function) -> bool:
        """Whether other functions of the project change it, and more than once in the life of the process."""
        return any(other is not function for other, _ in self._changes(state))

    def disturbed_by_others(self, state: State, function: Function) -> bool:
        """Whether other functions change what is in it, in place, which a loop over it does not survive."""
        return any(
            other is not function
            and (access.kind in ("call", "update") or len(access.state.path) > len(state.path))
            for other, access in self._changes(state)
        )

    def changed_inside(self, state: State) -> bool:
        """Whether any function changes what is in it, in place."""
        return any(
            len(access.state.path) > len(state.path) or access.kind == "call"
            for _, access in self._changes(state)
            if access.state.owner
        )

    def _changes(self, state: State) -> list[tuple[Function, Access]]:
        """Where it is changed, and more than once in the life of the process."""
        if state not in self._changed:
            self._changed[state] = [
                (function, access)
                for function, access in self.states.changes(state)
                if access.node not in self.once(function) and not self._only_constructs(function)
            ]
        return self._changed[state]

    def all_uses(self, function: Function) -> list[Use]:
        """Every place that uses a function, by its name; [] where the name stands in more places than those."""
        uses = self.uses(function.name)
        mentioned = rf"\b{re.escape(function.name)}\b"
        texts = (source.text for source in self.project.sources.values() if not is_test_source(source))
        mentions = sum(len(re.findall(mentioned, text)) for text in texts if function.name in text)
        return uses if mentions == len(uses) + 1 else []

    def _only_constructs(self, function: Function) -> bool:
        """Whether it is a method that only the constructor of its class calls, on the object that it makes."""
        if function not in self._constructing:
            uses = self.all_uses(function) if function.owner else []
            self._constructing[function] = bool(uses) and all(
                use.is_call
                and use.function.name in CONSTRUCTORS
                and use.function.owner is function.owner
                and self._receiver(use.name, use.function) == "self"
                for use in uses
            )
        return self._constructing[function]

    # --- the closure -----------------------------------------------------------------------------------

    def summary(
        self, function: Function, *, own: bool = False, given: frozenset[str] = frozenset()
    ) -> Summary:
        """Everything that running `function` does. Recursion and cycles end: each function counts once.

        `own`: it is called on an object that nobody else has, so that what it does to that is no
        shared state. `given`: parameters that it gets such objects for.
        """
        start = _Call(function, own, given=given)
        if start not in self._summaries:
            self._summaries[start] = self._summarise(start)
        return self._summaries[start]

    def summary_of_event(self, event: Event, function: Function) -> Summary:
        """What a function does that `function` calls, as one of its events says."""
        called = self._called(_Call(function), event)
        return self.summary(called.function, own=event.receiver == "new", given=called.given)

    def _called(self, within: _Call, event: Event) -> _Call:
        """The call that an event is, made from another call."""
        assert isinstance(event.what, Function)
        callee, function = event.what, within.function
        inherits = event.receiver == "self" and (within.own or function.name in CONSTRUCTORS)
        return _Call(
            callee,
            event.receiver == "new" or inherits,
            within.once or event.once is not None,
            self._given(event.node, callee, function, within.given),
        )

    def _given(
        self, node: ast.AST, callee: Function, function: Function, own: frozenset[str]
    ) -> frozenset[str]:
        """Parameters whose state counts in a function, and for which a call hands in what nobody else has."""
        wanted = self._own_roots(callee).values()
        if not wanted or not isinstance(node, ast.Call):
            return frozenset()
        if callee not in self.of_call(node, function.module).functions:
            return frozenset()  # it is handed on, and called with something else
        return self.newness.given_new(node, callee, function, own) & set(wanted)

    def without_given(self, does: Summary, callee: Function, use: Use) -> Summary:
        """What a function does, apart from what it does to objects that this use of it hands in, and nobody else has."""
        given = self._given(use.call, callee, use.function, frozenset()) if use.is_call else frozenset[str]()

        def kept(states: frozenset[State]) -> frozenset[State]:
            return frozenset(
                s for s in states if s.owner != callee.qualname or s.path[0] not in given or len(s.path) > 2
            )

        if not given:
            return does
        return replace(does, gets=kept(does.gets), looks=kept(does.looks), sets=kept(does.sets))

    def _own_roots(self, function: Function) -> dict[ast.AST, str]:
        """Where a function works on what it was handed in itself, with the parameter."""
        if function not in self._roots:
            parameters = {a.arg for a in function.arguments if self._stays_given(a.arg, function)}
            self._roots[function] = {
                access.node: access.state.path[0]
                for access in self.states.accesses(function)
                if access.state.owner == function.qualname
                and access.state.path[0] in parameters
                and len(access.state.path) <= 2
            }
        return self._roots[function]

    def _stays_given(self, name: str, function: Function) -> bool:
        """Whether a parameter is what the caller handed in, or something new: `seen = seen or set()`."""

        def stays(value: ast.expr | None) -> bool:
            match value:
                case None:
                    return True
                case ast.Name(id=found) if found == name:
                    return True
                case ast.BoolOp(values=values):
                    return all(map(stays, values))
            return self.newness.is_new(value, function)

        return all(map(stays, self.states.sources(function)[name]))

    def _summarise(self, start: _Call) -> Summary:
        reached, frontier = {start}, [start]
        facts: dict[Kind, set[object]] = {kind: set() for kind in Kind}
        builds: set[str] = set()
        while frontier:
            self.resolve([c.function for c in frontier if c.function not in self._events])
            below: list[_Call] = []
            for current in frontier:
                builds.update(self._once.builds(current.function))
                for event in self.events(current.function):
                    if event.kind is Kind.CALL:
                        callee = self._called(current, event)
                        if callee not in reached:
                            reached.add(callee)
                            below.append(callee)
                    elif event.once is event.node:
                        builds.add(str(event.what))
                    elif not self._does_not_count(event, current):
                        facts[event.kind].add(event.what)
            frontier = below
        return replace(
            _summary(facts),
            blocks=self._chain(start.function),
            builds=frozenset(builds),
            functions=frozenset(c.function for c in reached),
        )

    def _does_not_count(self, event: Event, within: _Call) -> bool:
        """Whether an event is no business of the callers: state of an object nobody else has, or set once for good."""
        once = within.once or event.once is not None
        match event.what:
            case State() as state:
                if event.once is not None or self._is_given(event, within):
                    return True
                owner = within.function.owner
                mine = within.own and owner is not None and state.attribute and bool(state.owner)
                return mine and self.states.related(state.owner, owner.name)  # type: ignore[union-attr]
        return once and event.kind is Kind.UNKNOWN  # what is built says it all

    def _is_given(self, event: Event, within: _Call) -> bool:
        """Whether it is about an object that the caller has handed in, and that nobody else has."""
        state, root = event.what, self._own_roots(within.function).get(event.node)
        assert isinstance(state, State)
        return root in within.given and not state.certain and len(state.path) <= 2

    def summary_of(self, call: ast.Call, function: Function) -> Summary:
        """What a call does: of a library call what the catalogue says, of project functions all of it.

        What it is given to call or to go through, a function, a lambda, a generator, it does as well.
        """
        effect = self.of_call(call, function.module)
        own = self._receiver(call.func, function) == "new"
        nothing: frozenset[str] = frozenset()
        parts = [
            self.summary(callee, own=own, given=self._given(call, callee, function, nothing))
            for callee in effect.functions
        ]
        for entry in effect.entries:
            reads, writes = resources.accesses(entry, call, function.module, self.project)
            parts.append(
                Summary(
                    blocks=(entry.name,) if _waits(entry) else (),
                    reads=frozenset(reads),
                    writes=frozenset(writes),
                    flags=self.flags(entry),
                )
            )
        unknown = frozenset(self.unknown_callbacks(call, effect, function.module))
        does = Summary.joined(
            [*parts, Summary(unknown=unknown), *self._summaries_of_arguments(call, function)]
        )
        changed = does.sets | {s for s in does.gets | does.looks if s.certain and self._changes(s)}
        return replace(
            does,
            fills=frozenset(s for s in does.sets if s.certain and self.is_filled(s)),
            guarded=frozenset(
                s for s in changed if s.certain and self._has_locks and self._guards.is_guarded(s)
            ),
        )

    def _summaries_of_arguments(self, call: ast.Call, function: Function) -> Iterator[Summary]:
        for argument in (*call.args, *(k.value for k in call.keywords)):
            given = function.values.get(argument.id, argument) if isinstance(argument, ast.Name) else argument
            match given:
                case ast.Lambda() | ast.GeneratorExp():
                    inside = set(ast.walk(given))
                    yield self._summary_of_events([e for e in self.events(function) if e.node in inside])
                case ast.Call():
                    callees = self.of_call(given, function.module).functions
                    yield from (self.summary(f) for f in callees if f.is_generator and not is_manager(f))
                case ast.Name() | ast.Attribute() if self.defines(simple_name(given)):
                    effect = self.of_name(given, function.module)
                    yield from (
                        self.summary(f) for f in effect.functions if not effect.makes and not runs_as(f, True)
                    )

    def gathered(self, events: Iterable[Event]) -> Summary:
        """What these events do; what they call is left out."""
        facts: dict[Kind, set[object]] = {kind: set() for kind in Kind}
        for event in events:
            facts[event.kind].add(event.what)
        return _summary(facts)

    def _summary_of_events(self, events: list[Event]) -> Summary:
        """What these events do, and what they call."""
        called = (
            self.summary(e.what, own=e.receiver == "new") for e in events if isinstance(e.what, Function)
        )
        return Summary.joined([self.gathered(events), *called])

    # --- lazy iterators ---------------------------------------------------------------------------------

    def is_lazy(self, effect: CallEffect) -> bool:
        """Whether such a call returns at once, and reading what it returns is what waits."""
        parts = [entry.lazy and not entry.blocks for entry in effect.entries if entry.blocks or entry.lazy]
        parts += [self._is_lazy(function) for function in effect.functions]
        return bool(parts) and all(parts)

    def _is_lazy(self, function: Function) -> bool:
        if function.is_generator:
            return not is_manager(function)
        return self._returns_lazy(function)

    def _returns_lazy(self, function: Function) -> bool:
        """Whether a helper makes a lazy iterator and hands it out unread: `return self.query().stream()`."""
        waiting = [
            call
            for call in function.calls
            if any(e.blocks or e.lazy for e in self.of_call(call, function.module).entries)
        ]
        returned = [
            origin(node.value, function.module, self.project)[0]
            for node in function.nodes
            if isinstance(node, ast.Return) and node.value is not None
        ]
        return bool(waiting) and all(
            call in returned and self._only_lazy(call, function.module) for call in waiting
        )

    def _only_lazy(self, call: ast.Call, module: Module) -> bool:
        return all(e.lazy and not e.blocks for e in self.of_call(call, module).entries)

    # --- resources, as others ask for them ----------------------------------------------------------------

    def resource(self, service: str, call: ast.expr, module: Module) -> Resource:
        """Which part of a service a call works on."""
        return resources.resource(service, call, module, self.project)


@dataclass(frozen=True, slots=True)
class _Call:
    """A function as it is called: on an object that nobody else has (`own`), with such objects (`given`), a single time (`once`)."""

    function: Function
    own: bool = False
    once: bool = False
    given: frozenset[str] = frozenset()


def _waits(entry: Entry) -> bool:
    """Whether a library call holds up its thread, or what it returns does when it is read."""
    return entry.blocks or entry.lazy or "interactive" in entry.flags


def _summary(facts: dict[Kind, set[object]]) -> Summary:
    return Summary(
        reads=frozenset(facts[Kind.READ]),  # type: ignore[arg-type]
        writes=frozenset(facts[Kind.WRITE]),  # type: ignore[arg-type]
        gets=frozenset(facts[Kind.GET]),  # type: ignore[arg-type]
        looks=frozenset(facts[Kind.LOOK]),  # type: ignore[arg-type]
        sets=frozenset(facts[Kind.SET] | facts[Kind.UPDATE]),  # type: ignore[arg-type]
        flags=frozenset(facts[Kind.FLAG]),  # type: ignore[arg-type]
        unknown=frozenset(facts[Kind.UNKNOWN]),  # type: ignore[arg-type]
    )


def _special_events(call: ast.Call, module: Module) -> Iterator[Event]:
    """What some functions of the standard library do beyond their own business."""
    name = simple_name(call.func)
    if name == "next" and len(call.args) == 1 and not _catches_stop(call, module):
        yield Event(call, Kind.FLAG, "stop_iteration")
    if any(k.arg == "exc_info" for k in call.keywords) and not _handles_an_exception(call, module):
        yield Event(call, Kind.FLAG, "current_exception")
    if name in _SPECIAL_NAMES:
        dotted = module.dotted(call.func)
        if dotted in _PROCESS_WIDE:
            once = call if dotted.startswith("firebase_admin.") else None
            yield Event(call, Kind.SET, State("", (_PROCESS_WIDE[dotted],), attribute=False), once)
        if dotted in _FRAME_OF_CALLER:
            yield Event(call, Kind.FLAG, "caller_frame")
        is_logger = name == "exception" and isinstance(call.func, ast.Attribute) and not dotted
        if (dotted in _CURRENT_EXCEPTION or is_logger) and not _handles_an_exception(call, module):
            yield Event(call, Kind.FLAG, "current_exception")


_SPECIAL_NAMES = frozenset(
    dotted.rpartition(".")[2]
    for table in (_PROCESS_WIDE, _FRAME_OF_CALLER, _CURRENT_EXCEPTION)
    for dotted in table
)


def _handles_an_exception(node: ast.AST, module: Module) -> bool:
    """Whether an `except` of the same function is around it, whose exception is then the current one."""
    for parent in module.ancestors(node):
        if isinstance(parent, ast.ExceptHandler):
            return True
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
    return False


def _catches_stop(node: ast.AST, module: Module) -> bool:
    """Whether the function itself catches a StopIteration raised here."""
    below = node
    for parent in module.ancestors(node):
        if isinstance(parent, ast.Try) and below in parent.body:
            caught = [n for h in parent.handlers for n in ast.walk(h.type or ast.Name("Exception"))]
            if any(
                simple_name(n) in ("StopIteration", "Exception", "BaseException")
                for n in caught
                if isinstance(n, ast.expr)
            ):
                return True
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return module.functions[parent].is_generator  # there it becomes a RuntimeError
        below = parent
    return False


def is_manager(function: Function) -> bool:
    """Whether a decorator of contextlib makes a context manager of this generator."""
    return any(function.module.dotted(d) in _MANAGERS for d in function.node.decorator_list)


def calls_parameter(call: ast.Call, function: Function) -> str:
    """The parameter, of `function` or one around it, that it calls here; "" when it calls something else."""
    if isinstance(call.func, ast.Name):
        for scope in with_outer(function):
            if call.func.id in scope.local_names:
                return call.func.id if any(a.arg == call.func.id for a in scope.arguments) else ""
    return ""


def with_outer(function: Function) -> Iterator[Function]:
    """The function, and those that it is nested in."""
    yield function
    for parent in function.module.ancestors(function.node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            yield function.module.functions[parent]


def with_nested(function: Function) -> Iterator[Function]:
    """The function, and those that are nested in it."""
    yield function
    if any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in function.nodes):
        for inner in function.module.functions.values():
            if inner is not function and function in with_outer(inner):
                yield inner


def _arguments(call: ast.Call, callee: Function) -> Iterator[tuple[str, ast.expr]]:
    """Parameters of `callee` with what this call passes for them (methods without their `self`)."""
    names = [a.arg for a in (*callee.node.args.posonlyargs, *callee.node.args.args)]
    if callee.owner is not None and isinstance(call.func, ast.Attribute) and names:
        names = names[1:]
    yield from zip(names, call.args, strict=False)
    yield from ((k.arg, k.value) for k in call.keywords if k.arg)
