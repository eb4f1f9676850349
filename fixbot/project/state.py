"""Which state a piece of code shares with other requests: attributes of `self`, module globals, closures.

State is named by who owns it and the way to it from there: `self.cache[key].hits` in a method of
`Store` is `("cache", "[]", "hits")` of `Store`. What a function made itself is nobody else's and
does not count. What it got from a caller or from code that fixbot does not know may be shared: such
state is not `certain`, and of an object whose class is not known only the attribute counts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal
from weakref import WeakKeyDictionary

from fixbot.project.keys import is_made_up
from fixbot.project.module import Function, Module, own_nodes
from fixbot.project.project import Project

MUTATORS = frozenset(
    "add append appendleft clear discard extend insert move_to_end pop popitem popleft put put_nowait remove "
    "reverse rotate setdefault sort subtract symmetric_difference_update update".split()
)
"""Methods of the standard containers that change them."""

CONSTRUCTORS = frozenset(
    {"__init__", "__new__", "__post_init__", "model_post_init", "__set_name__", "__setstate__"}
)

_ROUTES = frozenset(
    "get post put patch delete head options api_route route websocket websocket_route".split()
)
_ANY = "*"
CALLED = "()"
"""The last part of the way where a method was called that nobody knows."""
_NEW = "[new]"
_APP = "app.state"
_CLASS_HEAD = re.compile(r"^[ \t]*class[ \t]+(\w+)[ \t]*\(([^)]*)\)", re.M)

Kind = Literal["get", "look", "set", "update", "call"]


@dataclass(frozen=True, slots=True)
class State:
    """One shared place: whose it is (a class, a module, a function, "" for an object of any class), and the way to it.

    `attribute`: the way begins with an attribute of an object, not with a variable. Parts of the way
    are attribute names, `['key']`, `[]` for any item, `*` for anything, `()` for whatever an unknown
    method does. `certain` is False for what may or may not be shared. `source` is how the code spells
    what no owner can name.
    """

    owner: str
    path: tuple[str, ...]
    attribute: bool = True
    certain: bool = True
    source: ast.expr | None = field(default=None, compare=False, repr=False)

    @property
    def is_guess(self) -> bool:
        """Whether an unknown method was called, which may or may not change something."""
        return CALLED in self.path

    def __str__(self) -> str:
        if self.source is not None:
            return ast.unparse(self.source)[:60]
        text = self.path[0] if self.path else ""
        for part in self.path[1:]:
            text += "" if part in (_ANY, CALLED) else part if part.startswith("[") else f".{part}"
        return f"{self.owner}.{text}" if self.attribute and self.owner else text


@dataclass(frozen=True, slots=True)
class Access:
    """What `node` does with a state.

    "get" uses all that is there, "look" only which object it is; "set" puts something there,
    "update" adds to it in one step (`x += 1`); "call" calls the method `method` of it.
    """

    state: State
    node: ast.AST
    kind: Kind
    method: str = ""


@dataclass(frozen=True, slots=True)
class _Root:
    """What the first name of a chain stands for, and the part of the way that it already goes."""

    owner: str
    path: tuple[str, ...] = ()
    attribute: bool = False
    certain: bool = True
    library: bool = False


@dataclass
class States:
    """The state that one project's functions share; everything is computed once, on demand.

    `is_new` tells whether an expression gives an object that its function made itself, `is_handed_out`
    whether a function puts the object of a variable where others find it.
    """

    project: Project
    is_new: Callable[[ast.expr, Function], bool]
    is_handed_out: Callable[[str, Function], bool]
    _sources: dict[Function, dict[str, list[ast.expr | None]]] = field(default_factory=dict)
    _accesses: dict[Function, list[Access]] = field(default_factory=dict)
    _changes: dict[Module, list[tuple[Function, Access]]] = field(default_factory=dict)
    _shallow: dict[Module, list[tuple[Function, Access]]] = field(default_factory=dict)
    _inside: dict[tuple[Function, str], bool] = field(default_factory=dict)
    _families: dict[str, frozenset[str]] | None = None

    def sources(self, function: Function) -> dict[str, list[ast.expr | None]]:
        """Local names with what they are given (see `sources`)."""
        if function not in self._sources:
            self._sources[function] = sources(function)
        return self._sources[function]

    def stays_inside(self, name: str, outer: Function) -> bool:
        """Whether a variable of `outer` that nested functions use belongs to one call of it, and to nobody else.

        So it is when those functions only run where they are called, and what it is given is new.
        """
        key = (outer, name)
        if key not in self._inside:
            self._inside[key] = False  # while it is being asked
            users = [
                f
                for f in outer.module.functions.values()
                if f is not outer and outer in _functions_around(f) and _mentions(f, name)
            ]
            self._inside[key] = all(_is_run_in_place(f, outer) for f in users) and all(
                self._gives_new(name, f) and not self.is_handed_out(name, f) for f in (outer, *users)
            )
        return self._inside[key]

    def _gives_new(self, name: str, function: Function) -> bool:
        """Whether all that a function assigns to a name is new, or what the caller handed in cannot change."""
        values = (
            self.sources(function).get(name, [])
            if name in function.local_names
            else self._assigned(name, function)
        )
        if None in values:
            return self.is_new(ast.Name(name, ast.Load()), function)
        return all(value is not None and self.is_new(value, function) for value in values)

    def _assigned(self, name: str, function: Function) -> list[ast.expr | None]:
        """What a function assigns to a name that it declares `nonlocal`."""
        return [
            value
            for node in function.nodes
            for targets, value in [_given(node)]
            for target in targets
            if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(target))
        ]

    def accesses(self, function: Function) -> list[Access]:
        """What the body of `function` itself does with shared state."""
        if function not in self._accesses:
            self._accesses[function] = list(_Reader(function, self).accesses())
        return self._accesses[function]

    def changes(self, state: State) -> Iterator[tuple[Function, Access]]:
        """Where functions change this state in objects that others may have; what runs at start-up does not count."""
        for path, source in self.project.sources.items():
            name = next((p for p in reversed(state.path) if not p.startswith(("[", "(", _ANY))), "")
            if name in source.text and (module := self.project.module(path)) and not module.is_test:
                for function, access in self._changes_in(module):
                    if self.overlap(state, access.state, whole=True):
                        yield function, access

    def _changes_in(self, module: Module) -> list[tuple[Function, Access]]:
        if module not in self._changes:
            self._changes[module] = [
                (function, access)
                for function, access in self._all_in(module)
                if access.kind in ("set", "update") or access.method in MUTATORS
            ]
        return self._changes[module]

    def everywhere(self, state: State) -> Iterator[tuple[Function, Access]]:
        """Where functions do anything with this state, or what may be it; what runs at start-up does not count."""
        name = next((p for p in state.path if p.isidentifier()), "")
        for path, source in self.project.sources.items():
            if name in source.text and (module := self.project.module(path)) and not module.is_test:
                for function, access in self._all_in(module):
                    if self.overlap(state, access.state, whole=True):
                        yield function, access

    def _all_in(self, module: Module) -> list[tuple[Function, Access]]:
        if module not in self._shallow:
            self._shallow[module] = [
                (function, access)
                for function in module.functions.values()
                if not runs_at_startup(function)
                for access in _Reader(function, self, shallow=True).accesses()
            ]
        return self._shallow[module]

    def overlap(self, read: State, written: State, *, whole: bool) -> bool:
        """Whether writing one may change what reading the other gives; `whole`: it uses all that is there."""
        if read.attribute != written.attribute or not self._may_share(read, written):
            return False
        if not all(_same_part(a, b) for a, b in zip(read.path, written.path, strict=False)):
            return False
        return len(written.path) <= len(read.path) or whole

    def _may_share(self, one: State, other: State) -> bool:
        if not one.attribute:
            return one.owner == other.owner
        return not one.owner or not other.owner or self.related(one.owner, other.owner)

    def related(self, one: str, other: str) -> bool:
        """Whether an object may belong to both classes: one derives from the other, or something from both."""
        if one == other:
            return True
        if self._families is None:
            self._families = _descendants(self.project)
        lone: frozenset[str] = frozenset()
        return not (self._families.get(one, lone) | {one}).isdisjoint(
            self._families.get(other, lone) | {other}
        )


class _Reader:
    """Reads the accesses off one function. `shallow`: without asking what local variables stand for."""

    def __init__(self, function: Function, states: States, *, shallow: bool = False) -> None:
        self.function, self.module, self.states, self.shallow = function, function.module, states, shallow
        self.method = _method_around(function)
        self.local = states.sources(function)

    def accesses(self) -> Iterator[Access]:
        for node in self.function.nodes:
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
                parent = self.module.parents[node]
                if not (isinstance(parent, ast.Attribute | ast.Subscript) and parent.value is node):
                    yield from self._of_chain(node, parent)
            elif isinstance(node, ast.Call):
                yield from self._of_builtin(node)

    def _of_chain(self, top: ast.Name | ast.Attribute | ast.Subscript, parent: ast.AST) -> Iterator[Access]:
        node: ast.AST = top
        method, chain = "", top.value if isinstance(top, ast.Attribute) else top
        match parent:
            case ast.Call(func=func) if func is top:
                if not isinstance(top, ast.Attribute):
                    return
                kind: Kind = "call"
                node, method = parent, top.attr
            case ast.AugAssign(target=target) if target is top:
                kind, node, chain = "update", parent, top
            case ast.AnnAssign(target=target, value=None) if target is top:
                return
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
                kind, chain = "look", top
            case ast.Call() | ast.keyword() if isinstance(top, ast.Name) and self._may_be_own(top):
                kind, chain = "look", top  # handed on: what is done with it there counts
            case _:
                kind, chain = ("get" if isinstance(top.ctx, ast.Load) else "set"), top
        yield from self._on(chain, node, kind, method)

    def _may_be_own(self, name: ast.Name) -> bool:
        root = self._root(name)
        return root is not None and not root.certain

    def _of_builtin(self, call: ast.Call) -> Iterator[Access]:
        match call:
            case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[value, name, *_]):
                yield from self._on(value, call, "set", more=_attribute(name))
            case ast.Call(func=ast.Attribute(attr="__setattr__" | "__delattr__"), args=[value, name, *_]):
                yield from self._on(value, call, "set", more=_attribute(name))
            case ast.Call(func=ast.Name(id="getattr"), args=[value, name, *_]):
                yield from self._on(value, call, "get", more=_attribute(name))
            case ast.Call(func=ast.Name(id="hasattr"), args=[value, name]):
                yield from self._on(value, call, "look", more=_attribute(name))

    def _on(
        self, chain: ast.expr, node: ast.AST, kind: Kind, method: str = "", more: tuple[str, ...] = ()
    ) -> Iterator[Access]:
        """The accesses of a chain: by the way from its root, and by its last attribute on an object of any class."""
        start, steps = self._split(chain)
        steps = (*steps, *more)
        root = _of_the_app(start, steps) or self._root(start)
        if root is None or (root.library and (kind == "call" or not steps)):
            return  # functions of libraries are taken not to share state with one another
        if self._is_packed(start) and (not steps or (kind == "set" and len(steps) == 1)):
            return
        path = (*root.path, *(steps if root.owner != _APP else ()))
        local = isinstance(chain, ast.Name) and chain.id not in self.function.outer_names and not more
        if path and not (local and kind in ("set", "update")):
            if root.owner:
                yield Access(State(root.owner, path, root.attribute, root.certain), node, kind, method)
            inner = [i for i, step in enumerate(path) if not step.startswith("[") and (i or not root.owner)]
            if inner:
                yield Access(State("", path[inner[-1] :], certain=False, source=chain), node, kind, method)

    def _is_packed(self, start: ast.expr) -> bool:
        """Whether it is the `*args` or `**kwargs` of the function: made for this call; what it holds was handed in."""
        a = self.function.node.args
        packed = {p.arg for p in (a.vararg, a.kwarg) if p}
        return isinstance(start, ast.Name) and start.id in packed and self.local[start.id] == [None]

    def _split(self, chain: ast.expr) -> tuple[ast.expr, tuple[str, ...]]:
        """`self.cache[key].hits` -> `self`, ("cache", "[]", "hits"). What stands for the same is written the same."""
        steps: list[str] = []
        while True:
            match chain:
                case ast.Subscript(value=ast.Call(func=ast.Name(id="vars"), args=[value]), slice=key):
                    steps += _attribute(key)
                    chain = value
                case ast.Subscript(value=ast.Attribute(value=value, attr="__dict__"), slice=key):
                    steps += _attribute(key)
                    chain = value
                case ast.Subscript(value=ast.Call(func=ast.Name(id="globals")) as value, slice=key):
                    return value, (*_attribute(key), *reversed(steps))
                case ast.Attribute(value=value, attr="__class__"):
                    chain = value
                case ast.Attribute(value=value, attr=attr):
                    steps.append(attr)
                    chain = value
                case ast.Subscript(value=value, slice=key):
                    steps.append(self._key(key))
                    chain = value
                case ast.Call(func=ast.Name(id="type"), args=[value]) | ast.Await(value=ast.Name() as value):
                    chain = value
                case _:
                    return chain, tuple(reversed(steps))

    def _key(self, key: ast.expr) -> str:
        if isinstance(key, ast.Constant):
            return f"[{key.value!r}]"
        return _NEW if not self.shallow and is_made_up(key, self.module, self.states.project) else "[]"

    # --- what the first name stands for -------------------------------------------------------------

    def _root(self, start: ast.expr) -> _Root | None:
        """None for what is the function's own, or no state at all (a function, a class, a literal)."""
        match start:
            case ast.Name():
                return self._named(start)
            case ast.Call(func=ast.Name(id="super")):
                return self._self()
            case ast.Call(func=ast.Name(id="globals")):
                return _Root(self.module.name)
        return (
            None
            if not self.shallow and self.states.is_new(start, self.function)
            else _Root("", certain=False)
        )

    def _named(self, name: ast.Name) -> _Root | None:
        module, function, identifier = self.module, self.function, name.id
        if self.method and identifier == self_name(function):
            if function is self.method or identifier not in function.local_names:
                return self._self()
        if identifier in function.outer_names and not self._is_comprehended(name):
            outer = _home(identifier, function)
            if outer and not self.shallow and self.states.stays_inside(identifier, outer):
                return None
            return _Root(outer.qualname if outer else module.name, (identifier,))
        if identifier in self.local:
            return self._of_local(name)
        for outer in _functions_around(function):
            if identifier in outer.local_names:
                if callable_name(identifier, outer.node) or identifier in outer.imports:
                    return None
                if not self.shallow and self.states.stays_inside(identifier, outer):
                    return None
                return _Root(outer.qualname, (identifier,))
        if identifier in module.imports:
            return self._imported(module.imports[identifier])
        return _global(identifier, module)

    def _is_comprehended(self, name: ast.Name) -> bool:
        """Whether a comprehension around it binds the name for itself."""
        for parent in self.module.ancestors(name):
            if isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                if any(
                    isinstance(n, ast.Name) and n.id == name.id
                    for g in parent.generators
                    for n in ast.walk(g.target)
                ):
                    return True
            if isinstance(parent, ast.stmt):
                break
        return False

    def _self(self) -> _Root | None:
        """The object that the methods of a class share; while it is being made, nobody else has it."""
        if self.method is None or self.method.owner is None or self.method.name in CONSTRUCTORS:
            return None
        return _Root(self.method.owner.name, attribute=True)

    def _imported(self, target: str) -> _Root | None:
        """What an imported name stands for: a module, or what the module of the project calls so."""
        project = self.states.project
        if project.modules_named(target):
            return _Root(target)
        home, _, name = target.rpartition(".")
        for module in project.modules_named(home):
            if name in module.imports:
                return self._imported(module.imports[name]) if module.imports[name] != target else None
            return _global(name, module)
        top, *rest = target.split(".")
        return _Root(top, tuple(rest), library=True)

    def _of_local(self, name: ast.Name) -> _Root | None:
        """A local variable is the function's own unless it stands for shared state or may have come from elsewhere."""
        if name.id in self.function.imports:
            return self._imported(self.function.imports[name.id])
        value = self.function.values.get(name.id)
        if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) and self.local[name.id] == [value]:
            start, steps = self._split(value)
            root = self._root(start)
            return replace(root, path=(*root.path, *steps)) if root else None
        if self.shallow:
            return _Root("", certain=False)
        if self.states.is_new(name, self.function):
            return None
        return _Root(self.function.qualname, (name.id,), certain=False)


# --- names ---------------------------------------------------------------------------------------


def sources(function: Function) -> dict[str, list[ast.expr | None]]:
    """Local names with what they are given: the value, or what it is taken out of (loops, unpacking, `with`).

    None stands for what the caller passed in.
    """
    found: dict[str, list[ast.expr | None]] = {name: [] for name in function.local_names}
    for argument in function.arguments:
        found[argument.arg].append(None)
    for node in function.nodes:
        targets, value = _given(node)
        for target in targets:
            for inner in ast.walk(target):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    found.setdefault(inner.id, []).append(value)
        if isinstance(node, ast.Lambda):
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                found.setdefault(argument.arg, []).append(None)
    return found


def _given(node: ast.AST) -> tuple[Sequence[ast.expr], ast.expr | None]:
    """The targets that a node stores to, and what it stores there."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return targets, value
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            return [target], value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            return [target], value
        case ast.comprehension(target=target, iter=value):
            return [target], value
        case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
            return [target], value
    return [], None


_DERIVED: WeakKeyDictionary[Function, dict[frozenset[ast.AST], frozenset[str]]] = WeakKeyDictionary()
"""Kept, since every pair of events in a function asks for it."""


def derived_names(function: Function, starts: Collection[ast.AST]) -> frozenset[str]:
    """Local names whose values may come from what `starts` give, through any number of assignments."""
    known = _DERIVED.setdefault(function, {})
    asked = frozenset(starts)
    if asked not in known:
        known[asked] = frozenset(_derived(function, asked))
    return known[asked]


def _derived(function: Function, starts: Collection[ast.AST]) -> set[str]:
    given = list(_flows(function))
    found: set[str] = set()
    grown = True
    while grown:
        grown = False
        for names, value in given:
            if not names <= found and uses(value, starts, found):
                found |= names
                grown = True
    return found


def uses(value: ast.AST, starts: Collection[ast.AST], names: Collection[str]) -> bool:
    """Whether one of `starts`, or of these names, is part of an expression."""
    return any(n in starts or (isinstance(n, ast.Name) and n.id in names) for n in ast.walk(value))


def _flows(function: Function) -> Iterator[tuple[set[str], ast.expr]]:
    """Names with what they, or what they hold, are given."""
    for node in function.nodes:
        targets, value = _given(node)
        match node:
            case ast.AugAssign(target=target, value=added):
                targets, value = [target], added
            case ast.Call(func=ast.Attribute(value=container, attr=attr)) if attr in MUTATORS:
                targets, value = [container], node
        names = {name for target in targets for name in _holders(target)} & function.local_names
        if names and value is not None:
            yield names, value


def _holders(target: ast.expr) -> Iterator[str]:
    """The names that are given something, or hold what is: `x` of `x`, `x.y` and `x[key]`."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
            yield from _holders(value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _holders(element)


def is_route(function: Function) -> bool:
    """Whether a decorator makes this a route handler, whose parameters belong to one request."""
    for decorator in function.node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in _ROUTES:
                return True
    return False


def runs_at_startup(function: Function) -> bool:
    """Whether it runs while there are no requests: a start-up or shutdown hook, or a lifespan."""
    for decorator in function.node.decorator_list:
        plain = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(plain, ast.Attribute) and plain.attr in (
            "on_event",
            "on_startup",
            "lifespan",
            "before_serving",
        ):
            return True
        if function.module.dotted(plain) == "contextlib.asynccontextmanager" and "lifespan" in function.name:
            return True
    return False


def callable_name(name: str, scope: ast.AST) -> bool:
    """Whether `name` is a function or class defined in this scope."""
    return any(
        isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and n.name == name
        for n in own_nodes(scope)
    )


def _of_the_app(start: ast.expr, steps: tuple[str, ...]) -> _Root | None:
    """`request.app.state.x`: one object for all requests."""
    if isinstance(start, ast.Name):
        steps = (start.id, *steps)
    for index, pair in enumerate(pairwise(steps)):
        if pair == ("app", "state") and len(steps) > index + 2:
            return _Root(_APP, steps[index + 2 :], attribute=True)
    return None


def _global(name: str, module: Module) -> _Root | None:
    binders = module.global_names.get(name, [])
    if not binders:
        return None
    if any(isinstance(b, ast.FunctionDef | ast.AsyncFunctionDef) for b in binders):
        return _Root(module.name, (name,), library=True)
    if any(isinstance(b, ast.ClassDef) for b in binders):
        return _Root(name, attribute=True)
    return _Root(module.name, (name,))


def _attribute(name: ast.expr) -> tuple[str, ...]:
    return (name.value,) if isinstance(name, ast.Constant) and isinstance(name.value, str) else (_ANY,)


def _same_part(read: str, written: str) -> bool:
    if _NEW in (read, written):
        return False
    if not {_ANY, CALLED}.isdisjoint((read, written)):
        return True
    return read == written or (read[0] == written[0] == "[" and "[]" in (read, written))


def _descendants(project: Project) -> dict[str, frozenset[str]]:
    """Names of classes with those of all classes below them, by the heads of the class definitions."""
    children: dict[str, set[str]] = {}
    for source in project.sources.values():
        for name, bases in _CLASS_HEAD.findall(source.text):
            for base in re.findall(r"\w+(?=\s*(?:,|\[|$))", re.sub(r"\[[^\]]*\]", "", bases)):
                children.setdefault(base, set()).add(name)
    found: dict[str, frozenset[str]] = {}
    for name in children:
        below, pending = set[str](), [name]
        while pending:
            for child in children.get(pending.pop(), ()):
                if child not in below:
                    below.add(child)
                    pending.append(child)
        found[name] = frozenset(below)
    return found


def _functions_around(function: Function) -> Iterator[Function]:
    for parent in function.module.ancestors(function.node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            yield function.module.functions[parent]


def _method_around(function: Function) -> Function | None:
    """The method whose `self` this code sees."""
    return next((f for f in (function, *_functions_around(function)) if f.owner), None)


def self_name(function: Function) -> str | None:
    """What the method that this code belongs to calls its object (or class)."""
    method = _method_around(function)
    if method is None or any(
        isinstance(d, ast.Name) and d.id == "staticmethod" for d in method.node.decorator_list
    ):
        return None
    arguments = [*method.node.args.posonlyargs, *method.node.args.args]
    return arguments[0].arg if arguments else None


def _home(name: str, function: Function) -> Function | None:
    """Which function around it a `nonlocal` name belongs to; None for a `global` one."""
    return next((f for f in _functions_around(function) if name in f.local_names), None)


def _mentions(function: Function, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(function.node))


def _is_run_in_place(inner: Function, outer: Function) -> bool:
    """Whether a nested function only runs where `outer`, or another that it nests, calls it and waits for it."""
    module = inner.module
    if (
        inner.owner
        or inner.is_generator
        or not all(map(_calls_it, map(module.dotted, inner.node.decorator_list)))
    ):
        return False
    for node in ast.walk(outer.node):
        if isinstance(node, ast.Name) and node.id == inner.name and isinstance(node.ctx, ast.Load):
            call = module.parents[node]
            if not (isinstance(call, ast.Call) and call.func is node):
                return False
            if inner.is_async and not isinstance(module.parents[call], ast.Await):
                return False
            for parent in module.ancestors(call):
                if isinstance(parent, ast.Lambda | ast.GeneratorExp | ast.ClassDef):
                    return False
                if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
                    user = module.functions[parent]
                    if user is not outer and user is not inner and not _is_run_in_place(user, outer):
                        return False
                    break
    return True


def _calls_it(decorator: str) -> bool:
    """Whether a decorator gives a function that calls the decorated one, there and then."""
    return decorator == "functools.wraps" or decorator.rpartition(".")[2] in (
        "transactional",
        "async_transactional",
    )
