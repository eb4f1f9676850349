"""Where the project builds its services: factories, and the functions that build one for themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from fixbot.project.classes import Classes, ProjectClass, keeps_its_result
from fixbot.project.module import Function, FunctionNode, Module, own_nodes
from fixbot.project.overlay import is_cached
from fixbot.project.project import Project
from fixbot.project.references import References

_CACHING = frozenset({"functools.lru_cache", "functools.cache"})
_CHANGEABLE = (
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
    ast.Lambda,
    ast.Await,
)


@dataclass(frozen=True, eq=False)
class Factory:
    """`def get_x(): return X(...)`: a module's function without parameters that builds a new one each time."""

    function: Function
    call: ast.Call
    made: ProjectClass

    @property
    def name(self) -> str:
        return self.function.name

    @property
    def module(self) -> Module:
        return self.function.module

    @property
    def passes_nothing(self) -> bool:
        """Whether it calls the class without arguments, as others do."""
        return not (self.call.args or self.call.keywords)

    @property
    def is_plain(self) -> bool:
        """Whether it says no more than `return X()`."""
        return self.passes_nothing and len(_without_docstring(self.function.node)) == 1


@dataclass(frozen=True, eq=False)
class Site:
    """A function that builds one for itself: `X()`, or `asyncio.to_thread(X)`. `reference` is the class there."""

    function: Function
    call: ast.Call
    reference: ast.Name | ast.Attribute
    made: ProjectClass

    @property
    def module(self) -> Module:
        return self.function.module

    @property
    def in_init(self) -> bool:
        return self.function.name == "__init__" and self.function.owner is not None


@dataclass(eq=False)
class Service:
    """A class and all that builds it, tests aside."""

    made: ProjectClass
    factories: list[Factory] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    cached: list[Factory] = field(default_factory=list)
    """Factories that `functools` caches already."""
    keepers: list[Function] = field(default_factory=list)
    """Functions that hand out a module's global, made at the first call."""


class Services:
    """The services of one project."""

    def __init__(self, project: Project, references: References, classes: Classes) -> None:
        self._project = project
        self._references = references
        self._classes = classes

    def all(self) -> list[Service]:
        """Every class of the project that a factory or a function builds without arguments, or a factory with."""
        names = {
            node.name
            for module in self._references.modules
            for node in module.tree.body
            if isinstance(node, ast.ClassDef)
        }
        asked: list[tuple[Function, ast.Call, ast.expr]] = []
        for module in self._references.modules:
            for function in module.functions.values():
                for call in function.calls:
                    reference = _class_reference(call, module)
                    if _last_name(reference) in names and (
                        is_factory(function) or _builds_for_itself(call, reference)
                    ):
                        asked.append((function, call, reference))
        answers = self._project.resolve([(function.module, reference) for function, _, reference in asked])
        found: dict[ast.ClassDef, Service] = {}
        for (function, call, reference), targets in zip(asked, answers, strict=True):
            if (
                len(targets) == 1
                and (owner := targets[0].owner)
                and owner[0].parents[owner[1]] is owner[0].tree
            ):
                service = found.setdefault(owner[1], Service(self._classes.of(*owner)))
                _sort_in(service, function, call, reference)
        return list(found.values())


def _sort_in(service: Service, function: Function, call: ast.Call, reference: ast.expr) -> None:
    assert isinstance(reference, ast.Name | ast.Attribute)
    if is_factory(function) and returned_call(function.node) is call:
        factories = service.cached if is_cached(function.module, function.node) else service.factories
        factories.append(Factory(function, call, service.made))
    elif keeps_its_result(function):
        if (
            not function.arguments
            and function.node in function.module.tree.body
            and _hands_out(function, call)
        ):
            service.keepers.append(function)
    elif _builds_for_itself(call, reference) and not (
        is_kept(call, function) or _is_handed_out(call, function)
    ):
        service.sites.append(Site(function, call, reference, service.made))


def _hands_out(function: Function, call: ast.Call) -> bool:
    """Whether the global that a function returns is the result of this call."""
    statement = function.module.statement(call)
    returned = {
        n.value.id
        for n in own_nodes(function.node)
        if isinstance(n, ast.Return) and isinstance(n.value, ast.Name)
    }
    return (
        isinstance(statement, ast.Assign)
        and statement.value is call
        and bool(returned & set(_assigned_names(call, function.module)))
    )


def _class_reference(call: ast.Call, module: Module) -> ast.expr:
    """`X` of `X(...)` and of `asyncio.to_thread(X)`."""
    match call:
        case ast.Call(args=[ast.Name() | ast.Attribute() as first], keywords=[]):
            if _last_name(call.func) == "to_thread" and module.dotted(call.func) == "asyncio.to_thread":
                return first
    return call.func


def _last_name(reference: ast.expr) -> str:
    match reference:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _builds_for_itself(call: ast.Call, reference: ast.expr) -> bool:
    return reference is not call.func or not (call.args or call.keywords)


def is_factory(function: Function) -> bool:
    """Whether the shape is right: a module's own function, nothing passed in, a few plain steps, one result."""
    node = function.node
    return (
        node in function.module.tree.body
        and not function.arguments
        and not function.is_generator
        and all(_caches(function.module, d) for d in node.decorator_list)
        and returned_call(node) is not None
    )


def _caches(module: Module, decorator: ast.expr) -> bool:
    return module.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator) in _CACHING


def returned_call(node: FunctionNode) -> ast.Call | None:
    """The call whose result a function returns, if all before it are imports and plain local names."""
    *steps, last = _without_docstring(node)
    assigned: dict[str, ast.expr] = {}
    for step in steps:
        match step:
            case ast.Import() | ast.ImportFrom():
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                assigned[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                assigned[name] = value
            case _:
                return None
    values = [*assigned.values()]
    match last:
        case ast.Return(value=ast.Call() as call):
            values.append(call)
        case ast.Return(value=ast.Name(id=name)) if isinstance(assigned.get(name), ast.Call):
            call = assigned[name]  # type: ignore[assignment]
        case _:
            return None
    if any(isinstance(inner, _CHANGEABLE) for value in values for inner in ast.walk(value)):
        return None
    return call


def _without_docstring(node: FunctionNode) -> list[ast.stmt]:
    match node.body:
        case [ast.Expr(value=ast.Constant(value=str())), first, *rest]:
            return [first, *rest]
    return node.body


def _is_handed_out(call: ast.Call, function: Function) -> bool:
    """Whether the new one is what the function returns or yields: it is a factory, of a kind that is left alone."""
    parent = function.module.parents[call]
    if isinstance(parent, ast.Await):
        parent = function.module.parents[parent]
    return isinstance(parent, ast.Return | ast.Yield)


def is_kept(call: ast.Call, function: Function) -> bool:
    """Whether the new one outlives the call: an attribute (not set by `__init__`), a global, an item of something.

    That is a singleton of the project's own making, or a part of a longer-lived object.
    """
    module = function.module
    if function.name == "__init__" and function.owner:
        return False
    if is_cached(module, function.node) or function.outer_names & set(_assigned_names(call, module)):
        return True
    match module.statement(call):
        case ast.Assign(targets=targets):
            return not all(isinstance(t, ast.Name) for t in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return not isinstance(target, ast.Name)
    return False


def _assigned_names(call: ast.Call, module: Module) -> Iterator[str]:
    for node in ast.walk(module.statement(call)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def global_reads(function: Function) -> Iterator[ast.Name | ast.Attribute]:
    """Module-level names, and attributes of them, whose values a factory passes on; what it calls aside."""
    module = function.module
    called = {call.func for call in function.calls}
    for node in own_nodes(function.node):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if node not in called and name not in function.local_names:
                parent = module.parents[node]
                yield parent if isinstance(parent, ast.Attribute) and parent not in called else node
