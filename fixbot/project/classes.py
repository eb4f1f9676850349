"""Classes of the project: what their bases are, what making an instance does, and who changes it afterwards."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from fixbot.project.module import Function, FunctionNode, Module, own_nodes
from fixbot.project.overlay import is_cached
from fixbot.project.project import Project, Target
from fixbot.project.references import References
from fixbot.project.state import MUTATORS

HARMLESS_BASES = frozenset(
    {"object", "abc.ABC", "typing.Protocol", "typing.Generic", "typing_extensions.Protocol"}
)
"""Bases that bring neither state nor behaviour."""
_CONTAINERS = frozenset(
    "list dict set bytearray collections.deque collections.defaultdict collections.Counter "
    "collections.OrderedDict weakref.WeakKeyDictionary weakref.WeakValueDictionary".split()
)
_CHANGING = MUTATORS | {"get_nowait", "write", "writelines", "set", "send", "popitem", "intersection_update"}
_CLIENT_SETTINGS = frozenset({"headers", "cookies", "params"})
"""What a client of any library keeps as a dict and sends with every request."""
_SETTERS = frozenset({"setattr", "delattr", "object.__setattr__", "object.__delattr__"})


@dataclass(frozen=True, eq=False)
class ProjectClass:
    """A class, with its project-own bases. `lineage` begins with the class itself; nearer bases come first."""

    module: Module
    node: ast.ClassDef
    lineage: tuple[tuple[Module, ast.ClassDef], ...]
    foreign_bases: tuple[str, ...]
    """Bases (and a metaclass) that are not the project's, by dotted name or as they are written."""

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def dotted(self) -> str:
        return f"{self.module.name}.{self.module.qualname(self.node)}"

    @cached_property
    def methods(self) -> dict[str, Function]:
        """By name; the nearest definition wins."""
        found: dict[str, Function] = {}
        for module, node in self.lineage:
            for member in node.body:
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                    found.setdefault(member.name, module.functions[member])
        return found

    @cached_property
    def attributes(self) -> dict[str, list[ast.expr]]:
        """Names that instances have, with the values that plain assignments give them."""
        found: dict[str, list[ast.expr]] = {}
        for _, node in self.lineage:
            for member in node.body:
                match member:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        found.setdefault(name, []).append(value)
                    case ast.AnnAssign(target=ast.Name(id=name), value=value):
                        found.setdefault(name, []).extend([value] if value else [])
            for inner in ast.walk(node):
                for target, value in _bindings_of(inner):
                    match target:
                        case ast.Attribute(value=ast.Name(id="self"), attr=name):
                            found.setdefault(name, []).append(value)
        return found

    def covers(self, path: str, line: int) -> bool:
        """Whether a line lies inside the class or one of its bases."""
        return any(
            module.path == path and node.lineno <= line <= (node.end_lineno or 0)
            for module, node in self.lineage
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A call made while an instance is built, and what it stands for; `dotted` is read off the imports."""

    module: Module
    call: ast.Call
    targets: tuple[Target, ...]
    dotted: str

    @property
    def label(self) -> str:
        return ast.unparse(self.call.func)


@dataclass(frozen=True)
class Construction:
    """All that runs, of the project's own code, when one instance is made."""

    steps: list[Step] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    classes: list[ProjectClass] = field(default_factory=list)
    """Project classes built on the way, each instance of which then belongs to the new one."""
    kept: list[Function] = field(default_factory=list)
    """Functions called that hand out something the process keeps anyway (cached, or a module's global)."""


@dataclass(frozen=True, slots=True)
class Change:
    """A place that changes an instance: `attribute` of it, in `where` (a method, or code elsewhere)."""

    module: Module
    node: ast.AST
    attribute: str
    where: str


class Classes:
    """Answers about the classes of one project."""

    def __init__(self, project: Project, references: References) -> None:
        self._project = project
        self._references = references
        self._known: dict[ast.ClassDef, ProjectClass] = {}

    def of(self, module: Module, node: ast.ClassDef) -> ProjectClass:
        """The class with its bases."""
        if node not in self._known:
            lineage, foreign = [(module, node)], list[str]()
            self._collect_bases(module, node, lineage, foreign)
            self._known[node] = ProjectClass(module, node, tuple(lineage), tuple(foreign))
        return self._known[node]

    def _collect_bases(
        self,
        module: Module,
        node: ast.ClassDef,
        lineage: list[tuple[Module, ast.ClassDef]],
        foreign: list[str],
    ) -> None:
        for base in node.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            targets = self._project.targets(plain, module)
            if len(targets) == 1 and (owner := targets[0].owner):
                if owner not in lineage:
                    lineage.append(owner)
                    self._collect_bases(*owner, lineage, foreign)
            else:
                foreign.append(module.dotted(plain) or ast.unparse(plain))
        metaclasses = (k.value for k in node.keywords if k.arg == "metaclass")
        foreign += [ast.unparse(value) for value in metaclasses if module.dotted(value) != "abc.ABCMeta"]

    # --- making one ------------------------------------------------------------------------------

    def construction(self, start: Function | ProjectClass) -> Construction:
        """What runs when a factory is called, or when a class is called without arguments."""
        done = Construction()
        pending: list[Function] = []
        if isinstance(start, Function):
            pending.append(start)
        else:
            self._build(start, done, pending)
        while pending:
            function = pending.pop(0)
            if function in done.functions:
                continue
            done.functions.append(function)
            module, nodes = function.module, list(own_nodes(function.node, lambdas=False))
            calls = [n for n in nodes if isinstance(n, ast.Call)]
            answers = self._project.resolve([(module, call.func) for call in calls])
            for call, targets in zip(calls, answers, strict=True):
                done.steps.append(Step(module, call, targets, module.dotted(call.func)))
                for target in targets:
                    self._follow(target, done, pending)
            pending += self._properties_read(module, nodes)
        return done

    def _properties_read(self, module: Module, nodes: list[ast.AST]) -> Iterator[Function]:
        """Properties of project classes that the nodes read, which is to call them."""
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        reads = [
            (module, node)
            for node in nodes
            if isinstance(node, ast.Attribute) and node not in called and node.attr in self._property_names
        ]
        for targets in self._project.resolve(reads):
            yield from (t.function for t in targets if t.function and is_property(t.function))

    @cached_property
    def _property_names(self) -> set[str]:
        return {
            function.name
            for module in self._references.modules
            if "property" in module.source.text
            for function in module.functions.values()
            if is_property(function)
        }

    def _follow(self, target: Target, done: Construction, pending: list[Function]) -> None:
        if target.owner:
            self._build(self.of(*target.owner), done, pending)
        elif target.function and keeps_its_result(target.function):
            done.kept.append(target.function)
        elif target.function:
            pending.append(target.function)

    def _build(self, made: ProjectClass, done: Construction, pending: list[Function]) -> None:
        if made not in done.classes:
            done.classes.append(made)
            pending += [
                made.methods[name]
                for name in ("__new__", "__init__", "__post_init__")
                if name in made.methods
            ]
            pending += [m for m in made.methods.values() if is_property(m, cached=True)]  # once per instance

    # --- changing it -----------------------------------------------------------------------------

    def changes_in_methods(self, made: ProjectClass, construction: Construction) -> Iterator[Change]:
        """Where methods that run after construction change the instance, unless they hold a lock."""
        members = {member for _, node in made.lineage for member in node.body}
        for function in dict.fromkeys(f for f in self._all_methods(made) if f.node in members):
            if not self._only_builds(function, construction):
                yield from _changes(function, made)
                yield from self._changes_in_helpers(function, made)

    def _changes_in_helpers(self, method: Function, made: ProjectClass) -> Iterator[Change]:
        """Where a project function that is given a list or dict of the instance changes it."""
        owner, module = self_name(method), method.module
        for call in method.calls:
            for key, value in [*enumerate(call.args), *((k.arg, k.value) for k in call.keywords)]:
                match value:
                    case ast.Attribute(value=ast.Name(id=name), attr=attr) if name == owner:
                        if any(is_container(v, module) for v in made.attributes.get(attr, ())):
                            for target in self._project.targets(call.func, module):
                                if target.function and (parameter := _parameter_name(target.function, key)):
                                    yield from _changes_of(target.function, {parameter: attr}, made)

    def _all_methods(self, made: ProjectClass) -> Iterator[Function]:
        """Overridden ones too: `super()` calls them."""
        for module, node in made.lineage:
            for member in node.body:
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield module.functions[member]

    def _only_builds(self, function: Function, construction: Construction) -> bool:
        """Whether a method runs while the instance is made and nobody could call it later."""
        if function.name in ("__init__", "__new__", "__post_init__", "__init_subclass__"):
            return True
        if function not in construction.functions:
            return False
        builders = {f.node for f in construction.functions}
        return all(
            (around := module.function(node)) is not None
            and around.node in builders
            and self._only_builds(around, construction)
            for module, node in self._references.named(function.name)
        )

    def changes_elsewhere(self, made: ProjectClass, makers: Iterable[str]) -> Iterator[Change]:
        """Where other code of the project, tests aside, changes instances of this class.

        `makers` are names of functions that return one.
        """
        names = {made.name, *makers}
        for module, attribute, is_store in self._references.touched_attributes:
            if is_own_attribute(attribute, module):
                continue
            is_known = attribute.attr in made.attributes
            if (is_known and self._declared_in(attribute, module, made)) or (
                (is_known or is_store) and self._stands_for(attribute.value, module, names)
            ):
                around = module.qualname(attribute)
                yield Change(module, attribute, attribute.attr, around or f"the top of {module.path}")

        for module, call in self._calls_with("setattr", made, names):
            yield Change(module, call, "", module.qualname(call) or f"the top of {module.path}")

    def _calls_with(
        self, function: str, made: ProjectClass, names: set[str]
    ) -> Iterator[tuple[Module, ast.Call]]:
        """Calls of a function of this name whose first argument is an instance."""
        for module, node in self._references.named(function):
            match module.parents.get(node):
                case ast.Call(func=func, args=[first, *_]) as call if func is node:
                    inside = made.covers(module.path, call.lineno)
                    if not inside and self._stands_for(first, module, names):
                        yield module, call

    def users_of_method(
        self, made: ProjectClass, name: str, makers: Iterable[str]
    ) -> Iterator[tuple[Module, ast.AST]]:
        """Where code outside the class, tests aside, calls this method of its instances."""
        names = {made.name, *makers}
        for module, node in self._references.named(name):
            if not isinstance(node, ast.Attribute) or made.covers(module.path, node.lineno):
                continue
            targets = self._project.targets(node, module)
            meant = any(t.function and t.function is made.methods.get(name) for t in targets)
            if meant or (not targets and self._stands_for(node.value, module, names)):
                yield module, node
        if name in ("close", "aclose"):
            yield from self._calls_with("closing" if name == "close" else "aclosing", made, names)

    def attributes_of_results(self, name: str) -> Iterator[tuple[Module, ast.Attribute]]:
        """Attributes, read or set, of what seems to come from a function of this name; tests aside."""
        for module in self._references.modules:
            if name in module.source.text:
                for attribute in module.of_type(ast.Attribute):
                    if self._stands_for(attribute.value, module, {name}):
                        yield module, attribute

    def _declared_in(self, attribute: ast.Attribute, module: Module, made: ProjectClass) -> bool:
        return any(made.covers(path, line) for path, line in self._project.declared_at(attribute, module))

    def _stands_for(self, receiver: ast.expr, module: Module, names: set[str]) -> bool:
        """Whether what binds a name or `self.x` mentions the class, a factory of it, or an alias of these."""
        aliases = names | {
            name
            for name, binders in module.global_names.items()
            for binder in binders
            if isinstance(parent := module.parents.get(binder), ast.Assign) and _mentions(parent.value, names)
        }
        return any(_mentions(value, aliases) for value in _binders(receiver, module))


def is_property(function: Function, *, cached: bool = False) -> bool:
    """Whether reading an attribute calls it; with `cached`, only the first time."""
    kinds = ("cached_property",) if cached else ("property", "cached_property")
    return any(ast.unparse(d).rpartition(".")[2] in kinds for d in function.node.decorator_list)


def keeps_its_result(function: Function) -> bool:
    """Whether every call gives the same object: the function is cached or returns a global of its module."""
    if is_cached(function.module, function.node):
        return True
    returned = [n.value for n in own_nodes(function.node) if isinstance(n, ast.Return)]
    return bool(returned) and all(
        isinstance(value, ast.Name)
        and value.id not in function.local_names
        and value.id in function.module.global_names
        for value in returned
    )


def is_container(value: ast.expr, module: Module) -> bool:
    """Whether an expression makes a list, dict or set of its own."""
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.Call(func=func):
            return module.dotted(func) in _CONTAINERS
        case ast.BoolOp(values=values):
            return any(is_container(v, module) for v in values)
        case ast.IfExp(body=body, orelse=orelse):
            return is_container(body, module) or is_container(orelse, module)
    return False


def is_plain_data(value: ast.expr, module: Module) -> bool:
    """Whether a value is data of the instance itself, not an object with a life of its own."""
    match value:
        case ast.Call(func=func):
            top = module.dotted(func).partition(".")[0]
            return top in sys.stdlib_module_names or hasattr(builtins, top)
        case ast.BoolOp(values=values):
            return any(is_plain_data(v, module) for v in values)
        case ast.IfExp(body=body, orelse=orelse):
            return is_plain_data(body, module) or is_plain_data(orelse, module)
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Await():
            return False
    return True


# --- how a method changes its instance ---------------------------------------------------------------


def _changes(function: Function, made: ProjectClass) -> Iterator[Change]:
    owner = self_name(function)
    if owner is not None:
        yield from _changes_of(function, {owner: ""}, made)


def _parameter_name(function: Function, key: int | str | None) -> str | None:
    """The parameter that an argument goes to: one by position, or by name."""
    if not isinstance(key, int):
        return key
    names = [a.arg for a in (*function.node.args.posonlyargs, *function.node.args.args)]
    key += 1 if function.owner else 0
    return names[key] if key < len(names) else None


def _changes_of(function: Function, known: dict[str, str], made: ProjectClass) -> Iterator[Change]:
    """Where a function changes the instance, given the names that stand for it or for its attributes."""
    module = function.module
    aliases = _aliases(function.node, known, made, module)
    for node in ast.walk(function.node):
        attribute = _changed(node, aliases, made, module)
        if attribute is not None and not _under_lock(node, function):
            yield Change(module, node, attribute, function.label)


def self_name(function: Function) -> str | None:
    """The name a method gives its instance; None for a static or class method."""
    for decorator in function.node.decorator_list:
        if isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod"):
            return None
    arguments = [*function.node.args.posonlyargs, *function.node.args.args]
    return arguments[0].arg if arguments and function.owner else None


def _changed(node: ast.AST, aliases: dict[str, str], made: ProjectClass, module: Module) -> str | None:
    """The attribute of the instance that this node changes, if it does ("" for one not named in the code)."""
    match node:
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            return _rooted(node, aliases, made, module)
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _CHANGING:
            attribute = _rooted(value, aliases, made, module)
            settings = isinstance(value, ast.Attribute) and value.attr in _CLIENT_SETTINGS
            return attribute if attribute and (settings or _is_data(attribute, made, module)) else None
        case ast.Call(func=func, args=[ast.Name(id=name), *_]) if name in aliases:
            if module.dotted(func) in _SETTERS or module.dotted(func) == "vars":
                return aliases[name]
            if isinstance(func, ast.Name) and func.id == "next":
                return aliases[name]
        case ast.Call(func=ast.Name(id="next"), args=[argument, *_]):
            return _rooted(argument, aliases, made, module)
        case ast.Attribute(value=ast.Name(id=name), attr="__dict__") if aliases.get(name) == "":
            return ""
    return None


def _rooted(node: ast.expr, aliases: dict[str, str], made: ProjectClass, module: Module) -> str | None:
    """The attribute that a chain from the instance goes through first; None for any other expression.

    Calls are part of a chain only where they give parts of plain data: `self.items.get(key)["n"] = 1`.
    """
    attributes: list[str] = []
    called = False
    while True:
        match node:
            case ast.Attribute(value=value, attr=attr):
                attributes.append(attr)
                node = value
            case ast.Subscript(value=value):
                node = value
            case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id=name))) if (
                aliases.get(name) == "" and method in made.methods
            ):
                return _returned_attribute(made.methods[method])
            case ast.Call(func=ast.Attribute() as func):
                called = True
                node = func
            case ast.Name(id=name) if name in aliases:
                first = aliases[name] or (attributes[-1] if attributes else "")
                return None if called and not (first and _is_data(first, made, module)) else first
            case _:
                return None


def _returned_attribute(method: Function) -> str | None:
    """`items` of a method that returns `self.items`."""
    for node in method.nodes:
        match node:
            case ast.Return(value=ast.Attribute(value=ast.Name(id=name), attr=attr)) if name == self_name(
                method
            ):
                return attr
    return None


def _is_data(attribute: str, made: ProjectClass, module: Module) -> bool:
    method = made.methods.get(attribute)
    if method and not is_property(method):
        return False
    values = made.attributes.get(attribute, [])
    return not values or any(is_plain_data(value, module) for value in values)


def _aliases(
    method: FunctionNode, known: dict[str, str], made: ProjectClass, module: Module
) -> dict[str, str]:
    """Names that stand for the instance (value "") or for something inside one of its attributes."""
    found = dict(known)
    while True:
        before = len(found)
        for node in ast.walk(method):
            for target, value in _bindings_of(node):
                attribute = _rooted(value, found, made, module)
                if attribute is not None:
                    for name in _target_names(target):
                        found.setdefault(name, attribute)
        if len(found) == before:
            return found


def _bindings_of(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            yield target, value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield target, value
        case ast.comprehension(target=target, iter=value):
            yield target, value
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield target, value


def _target_names(target: ast.expr) -> Iterator[str]:
    return (n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _under_lock(node: ast.AST, function: Function) -> bool:
    """Whether a `with` around the node, in the same function, holds a lock."""
    for parent in function.module.ancestors(node):
        if isinstance(parent, ast.With | ast.AsyncWith):
            if any("lock" in ast.unparse(item.context_expr).lower() for item in parent.items):
                return True
        if parent is function.node:
            break
    return False


# --- whose attribute other code changes --------------------------------------------------------------


def is_own_attribute(attribute: ast.Attribute, module: Module) -> bool:
    """Whether this is `self.x` in a method, or `cls.x` in a class method."""
    function = module.function(attribute)
    while function and function.owner is None:
        function = module.function(function.node)
    if function is None or not isinstance(attribute.value, ast.Name):
        return False
    first = next((a.arg for a in (*function.node.args.posonlyargs, *function.node.args.args)), "")
    is_static = any(ast.unparse(d) == "staticmethod" for d in function.node.decorator_list)
    return attribute.value.id == first and not is_static


def _binders(receiver: ast.expr, module: Module) -> Iterator[ast.expr]:
    """Expressions that say what a name or `self.x` is: annotations, defaults, assigned values."""
    match receiver:
        case ast.Name(id=name):
            scope = module.function(receiver)
            while scope and name not in scope.local_names:
                scope = module.function(scope.node)
            if scope is None:
                yield from _assigned(module.tree, name)
                return
            yield from _parameter(scope, name)
            yield from _assigned(scope.node, name)
        case ast.Attribute(value=ast.Name(id="self"), attr=attr):
            owner = module.owner(receiver)
            for node in ast.walk(owner) if owner else ():
                match node:
                    case ast.Assign(
                        targets=[ast.Attribute(value=ast.Name(id="self"), attr=found)], value=value
                    ) if found == attr:
                        yield value
                        if isinstance(value, ast.Name):
                            yield from _binders(value, module)
        case ast.Call():
            yield receiver


def _parameter(scope: Function, name: str) -> Iterator[ast.expr]:
    arguments = scope.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip((a.arg for a in reversed(positional)), reversed(arguments.defaults), strict=False))
    defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d}
    for argument in scope.arguments:
        if argument.arg == name:
            yield from (e for e in (argument.annotation, defaults.get(name)) if e)


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in own_nodes(scope):
        for target, value in _bindings_of(node):
            if name in _target_names(target):
                yield value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            yield node.annotation


def _mentions(expression: ast.expr, names: set[str]) -> bool:
    """Whether one of the names occurs, also inside a quoted annotation."""
    for node in ast.walk(expression):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in names:
                return True
            case ast.Constant(value=str(text)) if text in names:
                return True
    return False
