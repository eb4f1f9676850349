"""What calling something does: the effects of library calls, and of the project's own functions, however deep.

A function's own `Event`s are read off its body; its `Summary` adds those of everything it calls.
Rewrites are decided on both: the summary says whether a helper may move to a thread, the events in
their order say whether a new `await` would come between a read and a write.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from fixbot.catalogue import Entry
from fixbot.project.module import Function, Module
from fixbot.project.origin import chain, origin
from fixbot.project.overlay import is_cached
from fixbot.project.plain import is_data_method
from fixbot.project.project import Project, Target
from fixbot.project.state import State, state_accesses

_NEUTRAL_DECORATORS = frozenset(
    "staticmethod classmethod property functools.cached_property functools.wraps functools.lru_cache functools.cache "
    "abc.abstractmethod typing.override typing.overload typing.final typing_extensions.override "
    "contextlib.contextmanager contextlib.asynccontextmanager functools.singledispatch dataclasses.dataclass".split()
)

_MADE_UP = frozenset({"uuid.uuid4", "uuid.uuid1", "uuid.uuid7", "secrets.token_hex", "secrets.token_urlsafe"})


@dataclass(frozen=True, slots=True)
class Resource:
    """Something outside the process: a service and, where the code tells, which part of it ("" if not).

    `fresh`: its key was made up here (a UUID, an automatic id), so nobody can have read it before.
    """

    service: str
    name: str = ""
    fresh: bool = False

    def may_be(self, other: Resource) -> bool:
        """Whether both may be the same thing. A name may lack its beginning, where the code does not tell it."""
        if self.fresh or other.fresh or self.service != other.service:
            return False
        mine, its = f"/{self.name}", f"/{other.name}"
        return mine.endswith(its) or its.endswith(mine) or not self.name or not other.name


class Kind(Enum):
    """What an event is; see `Event` for what each carries."""

    READ = auto()
    WRITE = auto()
    GET = auto()
    SET = auto()
    CALL = auto()
    SUSPEND = auto()
    FLAG = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, eq=False, slots=True)
class Event:
    """One thing a function's own body does, at `node`.

    READ and WRITE carry a `Resource`, GET and SET (shared state) a `State`, CALL a project
    `Function`, FLAG a catalogue flag ("thread_local", "event_loop", ...), UNKNOWN the code's text.
    """

    node: ast.AST
    kind: Kind
    what: Resource | State | Function | str


@dataclass(frozen=True, eq=False)
class CallEffect:
    """What one call does, as far as it is known.

    `entries` are library definitions, `functions` the project's own (constructors, overriding
    methods included). `known` is False when any part of it could not be resolved.
    """

    entries: tuple[Entry, ...] = ()
    functions: tuple[Function, ...] = ()
    known: bool = False

    @property
    def is_async(self) -> bool:
        return any(e.is_async for e in self.entries) or any(f.is_async for f in self.functions)

    @property
    def entry(self) -> Entry | None:
        """The library definition, when that is all this call can be."""
        return self.entries[0] if len(self.entries) == 1 and not self.functions else None


@dataclass(frozen=True)
class Summary:
    """Everything that running a function does, its callees included."""

    blocks: tuple[str, ...] = ()
    """The chain of names down to the blocking library call; () if it does not block."""
    reads: frozenset[Resource] = frozenset()
    writes: frozenset[Resource] = frozenset()
    gets: frozenset[State] = frozenset()
    sets: frozenset[State] = frozenset()
    flags: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    functions: frozenset[Function] = frozenset()


@dataclass
class Effects:
    """The effects of one project's code; everything is computed once, on demand."""

    project: Project
    _calls: dict[ast.Call, CallEffect] = field(default_factory=dict)
    _events: dict[Function, list[Event]] = field(default_factory=dict)
    _summaries: dict[Function, Summary] = field(default_factory=dict)
    _names: frozenset[str] | None = None
    _by_name: dict[str, list[Function]] | None = None
    _callers: dict[str, list[tuple[Function, ast.Call]]] | None = None

    # --- which calls are worth asking about ------------------------------------------------------

    def prepare(self) -> None:
        """Resolve, in one go, every call in async code that may wait for something."""
        names = self.waiting_names
        asked = [
            (function.module, call.func)
            for function in self.functions()
            if function.is_async
            for call in function.calls
            if simple_name(call.func) in names
        ]
        self.project.resolve(asked)

    @property
    def waiting_names(self) -> frozenset[str]:
        """The name graph: names of blocking library calls, closed upwards over sync functions that use them."""
        if self._names is None:
            names = set(self.project.catalogue.waiting_names)
            users: dict[str, set[str]] = {}
            for function in self.functions():
                if not function.is_async:
                    for call in function.calls:
                        users.setdefault(simple_name(call.func), set()).add(_called_as(function))
            pending = list(names)
            while pending:
                for user in users.get(pending.pop(), ()):
                    if user not in names:
                        names.add(user)
                        pending.append(user)
            self._names = frozenset(names)
        return self._names

    def functions(self) -> Iterator[Function]:
        for module in self.project.modules.values():
            yield from module.functions.values()

    def functions_named(self, name: str) -> list[Function]:
        if self._by_name is None:
            self._by_name = {}
            for function in self.functions():
                self._by_name.setdefault(function.name, []).append(function)
        return self._by_name.get(name, [])

    def callers(self, function: Function) -> Iterator[tuple[Function, ast.Call]]:
        """Project functions that call this one, with the call.

        A call that cannot be resolved counts when no other function of the project has this name.
        """
        if self._callers is None:
            self._callers = {}
            for caller in self.functions():
                for call in caller.calls:
                    self._callers.setdefault(simple_name(call.func), []).append((caller, call))
        candidates = self._callers.get(_called_as(function), [])
        self.project.resolve([(caller.module, call.func) for caller, call in candidates])
        only_one = len(self.functions_named(function.name)) == 1
        for caller, call in candidates:
            if caller.module.is_test:
                continue
            effect = self.of_call(call, caller.module)
            if function in effect.functions or (not effect.known and only_one):
                yield caller, call

    # --- what a call does ------------------------------------------------------------------------

    def of_call(self, call: ast.Call, module: Module) -> CallEffect:
        if call not in self._calls:
            self._calls[call] = self._effect(self.project.targets(call.func, module))
        return self._calls[call]

    def of_name(self, name: ast.expr, module: Module) -> CallEffect:
        """What calling the function that `name` stands for would do."""
        return self._effect(self.project.targets(name, module))

    def _effect(self, targets: tuple[Target, ...]) -> CallEffect:
        entries: list[Entry] = []
        functions: list[Function] = []
        known = bool(targets)
        for target in targets:
            if target.function:
                implementations = self._implementations(target.function)
                functions += implementations
                known = known and bool(implementations)
            elif target.owner:
                functions += self._constructors(*target.owner)
            elif target.entry:
                constructor = self.project.catalogue.get(target.module, f"{target.qualname}.__init__")
                entry = constructor if target.entry.is_class and constructor else target.entry
                entries.append(entry)
                known = known and (entry.known or entry.is_class)
            else:
                known = known and target.stdlib
        return CallEffect(tuple(dict.fromkeys(entries)), tuple(dict.fromkeys(functions)), known)

    def _implementations(self, function: Function) -> list[Function]:
        """The function itself and the methods that override it in subclasses; abstract ones left out."""
        found = [function]
        if function.owner is not None:
            found += [
                other
                for other in self.functions_named(function.name)
                if other.owner is not None
                and other is not function
                and self._derives(other.owner, function.owner.name)
            ]
        return [f for f in found if not _is_abstract(f)]

    def _derives(self, cls: ast.ClassDef, base: str, depth: int = 0) -> bool:
        """Whether a class names `base` among its bases, directly or through project classes."""
        names = {simple_name(b) for b in cls.bases}
        return base in names or (
            depth < 8
            and any(self._derives(c, base, depth + 1) for n in names for c in self._classes_named(n))
        )

    def _classes_named(self, name: str) -> list[ast.ClassDef]:
        return [
            node
            for module in self.project.modules.values()
            for node in module.global_names.get(name, ())
            if isinstance(node, ast.ClassDef)
        ]

    def _constructors(self, module: Module, cls: ast.ClassDef, depth: int = 0) -> list[Function]:
        """What runs when the class is called: its own `__init__`, or else that of its project bases."""
        own = [
            module.functions[node]
            for node in cls.body
            if isinstance(node, ast.FunctionDef) and node.name in ("__init__", "__new__", "__post_init__")
        ]
        if own or depth > 8:
            return own
        bases = [
            target.owner
            for base in cls.bases
            for target in self.project.targets(base, module)
            if target.owner
        ]
        return [f for base in bases for f in self._constructors(*base, depth + 1)]

    def resource(self, service: str, call: ast.expr, module: Module) -> Resource:
        """Which part of a service a call works on: for Firestore the collections on the way to it."""
        names: list[str] = []
        for expression, home in chain(call, module, self.project):
            match expression:
                case ast.Call(func=ast.Attribute(attr="document" | "blob"), args=args):
                    if self._is_fresh(args, home):
                        return Resource(service, fresh=True)
                    if service == "firestore" and _is_path(args):
                        return Resource(service)
                case ast.Call(func=ast.Attribute(attr="collection"), args=[ast.Constant(value=str(name))]):
                    names.append("/".join(name.split("/")[::2]))  # without the documents of a path
                case ast.Call(func=ast.Attribute(attr="collection" | "collection_group" | "get_all")):
                    return Resource(service)
        return Resource(service, "/".join(reversed(names)))

    def _is_fresh(self, key: list[ast.expr], module: Module) -> bool:
        """Whether a document id or object name was made up on the spot: none given, or a random UUID in it."""
        if not key:
            return True
        value, home = origin(key[0], module, self.project)
        return any(
            isinstance(node, ast.Call) and home.dotted(node.func) in _MADE_UP
            for part in _parts(value)
            for node in ast.walk(origin(part, home, self.project)[0])
        )

    # --- what a function does --------------------------------------------------------------------

    def events(self, function: Function) -> list[Event]:
        """What the body of `function` itself does, in no particular order (see `flow.may_follow`)."""
        if function not in self._events:
            self.project.resolve([(function.module, call.func) for call in function.calls])
            self._events[function] = list(self._read_events(function))
        return self._events[function]

    def _read_events(self, function: Function) -> Iterator[Event]:
        module = function.module
        library_calls: set[ast.AST] = set()
        for call in function.calls:
            effect = self.of_call(call, module)
            yield from self._call_events(call, effect, function)
            if effect.entries:
                library_calls.add(call.func)
        for access in state_accesses(function, self.project):
            if access.node in library_calls and access.is_write:
                continue  # `self.ref.update(...)` changes a document, not the attribute
            if access.is_read:
                yield Event(access.node, Kind.GET, access.state)
            if access.is_write:
                yield Event(access.node, Kind.SET, access.state)
        for node in function.nodes:
            match node:
                case ast.Attribute(value=ast.Name() as name, ctx=ast.Load() | ast.Store()) if (
                    self._is_thread_local(name, module)
                ):
                    yield Event(node, Kind.FLAG, "thread_local")
        for decorator in function.node.decorator_list:
            yield from self._decorator_events(decorator, module)

    def _call_events(self, call: ast.Call, effect: CallEffect, function: Function) -> Iterator[Event]:
        module = function.module
        awaited = isinstance(module.parents[call], ast.Await)
        for entry in effect.entries:
            reads, writes = self.accesses(entry, call, module)
            yield from (Event(call, Kind.READ, resource) for resource in reads)
            yield from (Event(call, Kind.WRITE, resource) for resource in writes)
            for flag in entry.flags:
                yield Event(call, Kind.FLAG, flag)
            owner = self.project.catalogue.owner(entry)
            for flag in owner.flags if owner else ():
                yield Event(call, Kind.FLAG, flag)
        for callee in effect.functions:
            yield Event(call, Kind.CALL, callee)
        for name in self.unknown_callbacks(call, effect, module):
            yield Event(call, Kind.UNKNOWN, name)
        if (
            not effect.known
            and not _calls_parameter(call, function)
            and not is_data_method(call, function, self.project)
        ):
            yield Event(call, Kind.UNKNOWN, ast.unparse(call.func)[:60])
        if awaited and self.suspends(call, effect, module):
            yield Event(call, Kind.SUSPEND, "")
        yield from self._handed_over(call, module)

    def suspends(self, call: ast.Call, effect: CallEffect, module: Module) -> bool:
        """Whether awaiting this call is known to give other tasks a turn (asyncio's own and async libraries)."""
        targets = self.project.targets(call.func, module)
        return bool(targets) and all(
            (t.entry is not None and t.entry.is_async) or (t.stdlib and t.module.startswith("asyncio"))
            for t in targets
        )

    def _handed_over(self, call: ast.Call, module: Module) -> Iterator[Event]:
        """Functions passed as arguments may be called: `to_thread(ref.get)`, `map(load, ids)`, `partial(save)`."""
        for argument in (*call.args, *(k.value for k in call.keywords)):
            if not isinstance(argument, ast.Name | ast.Attribute):
                continue
            name = simple_name(argument)
            if name not in self.waiting_names and not self.functions_named(name):
                continue
            effect = self.of_name(argument, module)
            for entry in effect.entries:
                if entry.is_class:
                    continue
                reads, writes = self.accesses(entry, argument, module)
                yield from (Event(call, Kind.READ, resource) for resource in reads)
                yield from (Event(call, Kind.WRITE, resource) for resource in writes)
            for function in effect.functions:
                yield Event(call, Kind.CALL, function)

    def unknown_callbacks(self, call: ast.Call, effect: CallEffect, module: Module) -> Iterator[str]:
        """Functions handed to a callee that calls them, where it cannot be told what they do.

        What a callee calls through its parameters is decided where it is called, not in itself.
        """
        for callee in effect.functions:
            wanted = {name for c in callee.calls if (name := _calls_parameter(c, callee))}
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
            for node, inner in function.module.functions.items():
                if inner is function or function.node in function.module.ancestors(node):
                    yield Event(decorator, Kind.CALL, inner)
        if not effect.known:
            yield Event(decorator, Kind.UNKNOWN, f"@{ast.unparse(plain)}"[:60])

    def _is_thread_local(self, name: ast.Name, module: Module) -> bool:
        """Whether a module-level name holds a `threading.local()`."""
        value, home = next(iter(chain(name, module, self.project)))
        return isinstance(value, ast.Call) and home.dotted(value.func) == "threading.local"

    # --- the closure -----------------------------------------------------------------------------

    def summary(self, function: Function) -> Summary:
        """Everything that running `function` does. Recursion and cycles end: each function counts once."""
        if function not in self._summaries:
            self._summaries[function] = self._summarise(function)
        return self._summaries[function]

    def _summarise(self, function: Function) -> Summary:
        reached: dict[Function, tuple[str, ...]] = {function: (function.label,)}
        pending = [function]
        facts: dict[Kind, set[object]] = {kind: set() for kind in Kind}
        blocks: tuple[str, ...] = ()
        while pending:
            current = pending.pop(0)
            for event in self.events(current):
                if event.kind is Kind.CALL:
                    callee = event.what
                    assert isinstance(callee, Function)
                    if callee not in reached:
                        reached[callee] = (*reached[current], callee.label)
                        pending.append(callee)
                else:
                    facts[event.kind].add(event.what)
            if not blocks and not current.is_async and not self.is_amortised(current):
                waiting = next(self._waiting_entries(current), None)
                blocks = (*reached[current], waiting.name) if waiting else ()
        return Summary(
            blocks=blocks,
            reads=frozenset(facts[Kind.READ]),  # type: ignore[arg-type]
            writes=frozenset(facts[Kind.WRITE]),  # type: ignore[arg-type]
            gets=frozenset(facts[Kind.GET]),  # type: ignore[arg-type]
            sets=frozenset(facts[Kind.SET]),  # type: ignore[arg-type]
            flags=frozenset(facts[Kind.FLAG]),  # type: ignore[arg-type]
            unknown=frozenset(facts[Kind.UNKNOWN]),  # type: ignore[arg-type]
            functions=frozenset(reached),
        )

    def _waiting_entries(self, function: Function) -> Iterator[Entry]:
        for call in function.calls:
            for entry in self.of_call(call, function.module).entries:
                if entry.blocks or entry.lazy:
                    yield entry

    def is_lazy(self, effect: CallEffect) -> bool:
        """Whether such a call returns at once, and reading what it returns is what waits."""
        parts = [entry.lazy and not entry.blocks for entry in effect.entries if entry.blocks or entry.lazy]
        parts += [function.is_generator or self._returns_lazy(function) for function in effect.functions]
        return bool(parts) and all(parts)

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

    def accesses(self, entry: Entry, call: ast.expr, module: Module) -> tuple[list[Resource], list[Resource]]:
        """What a call to a library function reads and what it writes."""
        mode = _constant_mode(entry, call)
        reads = [entry.reads] if entry.reads and (mode is None or not set(mode) & set("wax")) else []
        writes = [entry.writes] if entry.writes and (mode is None or set(mode) & set("wax+")) else []
        return [self.resource(s, call, module) for s in reads], [
            self.resource(s, call, module) for s in writes
        ]

    def is_amortised(self, function: Function) -> bool:
        """Whether it waits at most once in the life of the process: a cached factory, a lazy singleton."""
        if is_cached(function.module, function.node):
            return not function.arguments
        return _is_lazy_singleton(function)


def simple_name(expression: ast.expr) -> str:
    """The last name of `a.b.c`, or of what is subscripted or called; "" for anything else."""
    match expression:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return simple_name(value)
    return ""


def _constant_mode(entry: Entry, call: ast.expr) -> str | None:
    """The constant mode of `open(path, "w")`; "r" when none is given, None when it is not known."""
    if entry.mode_argument is None or not isinstance(call, ast.Call):
        return None
    position, keyword = entry.mode_argument
    given = [k.value for k in call.keywords if k.arg == keyword] + call.args[position : position + 1]
    if not given and not any(isinstance(a, ast.Starred) for a in call.args):
        return "r"
    match given:
        case [ast.Constant(value=str(mode))]:
            return mode
    return None


def _is_path(arguments: list[ast.expr]) -> bool:
    """Whether a document is named by a path over several collections."""
    return any(
        isinstance(a, ast.JoinedStr) or (isinstance(a, ast.Constant) and "/" in str(a.value))
        for a in arguments
    )


def _parts(value: ast.expr) -> list[ast.expr]:
    """An expression, or what an f-string is put together from."""
    if isinstance(value, ast.JoinedStr):
        return [part.value for part in value.values if isinstance(part, ast.FormattedValue)]
    return [value]


def _calls_parameter(call: ast.Call, function: Function) -> str:
    """The parameter that `function` calls here; "" when it calls something else."""
    match call.func:
        case ast.Name(id=name) if any(a.arg == name for a in function.arguments):
            return name
    return ""


def _arguments(call: ast.Call, callee: Function) -> Iterator[tuple[str, ast.expr]]:
    """Parameters of `callee` with what this call passes for them (methods without their `self`)."""
    names = [a.arg for a in (*callee.node.args.posonlyargs, *callee.node.args.args)]
    if callee.owner is not None and isinstance(call.func, ast.Attribute) and names:
        names = names[1:]
    yield from zip(names, call.args, strict=False)
    yield from ((k.arg, k.value) for k in call.keywords if k.arg)


def _called_as(function: Function) -> str:
    """The name that calls to it use: the class's for a constructor."""
    if function.name in ("__init__", "__new__", "__post_init__") and function.owner is not None:
        return function.owner.name
    return function.name


def _is_abstract(function: Function) -> bool:
    """Whether there is nothing in it to run: an interface method."""
    for statement in function.node.body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.Raise():
                continue
            case _:
                return False
    return True


def _is_lazy_singleton(function: Function) -> bool:
    """`if _client is None: _client = …` around all its calls, then `return _client`."""
    guards = [s for s in function.node.body if isinstance(s, ast.If) and _tests_for_none(s.test)]
    if not guards or not isinstance(function.node.body[-1], ast.Return):
        return False
    inside = {n for guard in guards for s in guard.body for n in ast.walk(s)}
    returned = ast.unparse(function.node.body[-1].value) if function.node.body[-1].value else ""
    return all(call in inside for call in function.calls) and any(
        ast.unparse(g.test).startswith((returned, f"not {returned}")) for g in guards
    )


def _tests_for_none(test: ast.expr) -> bool:
    match test:
        case ast.Compare(ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Attribute()):
            return True
    return False
