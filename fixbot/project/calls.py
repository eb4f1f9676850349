"""Which code a call runs: library definitions, functions of the project with what overrides them, and who calls whom."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fixbot.catalogue import Entry
from fixbot.project.keys import opened_as
from fixbot.project.module import Function, Module, is_test_source
from fixbot.project.origin import origin
from fixbot.project.project import Project, Target
from fixbot.project.state import CONSTRUCTORS

_DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.M)
_PROPERTY = re.compile(
    r"^[ \t]*@(?:\w+\.)?(?:cached_)?property\b.*\n(?:[ \t]*@.*\n)*[ \t]*def[ \t]+(\w+)", re.M
)


@dataclass(frozen=True, eq=False)
class CallEffect:
    """What one call does, as far as it is known.

    `entries` are library definitions, `functions` the project's own (constructors, overriding
    methods included). `known` is False when any part of it could not be resolved.
    """

    entries: tuple[Entry, ...] = ()
    functions: tuple[Function, ...] = ()
    known: bool = False
    makes: bool = False
    """Whether it makes an object of a class, and nothing else."""

    @property
    def is_async(self) -> bool:
        return any(e.is_async for e in self.entries) or any(f.is_async for f in self.functions)

    @property
    def entry(self) -> Entry | None:
        """The library definition, when that is all this call can be."""
        return self.entries[0] if len(self.entries) == 1 and not self.functions else None


@dataclass(frozen=True, eq=False)
class Use:
    """A place where a name is called (`call` is that call), or handed to a call as an argument."""

    function: Function
    call: ast.Call
    name: ast.expr

    @property
    def is_call(self) -> bool:
        return self.name is self.call.func


@dataclass
class Calls:
    """What the calls of one project run; everything is computed once, on demand."""

    project: Project
    _calls: dict[ast.expr, CallEffect] = field(default_factory=dict)
    _overrides: dict[Function, list[Function]] = field(default_factory=dict)
    _uses: dict[Module, dict[str, list[Use]]] = field(default_factory=dict)
    _defined: dict[str, list[str]] | None = None
    _properties: frozenset[str] | None = None

    # --- what a call runs --------------------------------------------------------------------------

    def of_call(self, call: ast.Call, module: Module) -> CallEffect:
        return self.of_name(call.func, module)

    def of_name(self, name: ast.expr, module: Module) -> CallEffect:
        """What calling the function that `name` stands for would run."""
        if name not in self._calls:
            effect = self._effect(self.project.targets(name, module))
            plain = not effect.entries and not effect.functions and not effect.makes
            self._calls[name] = (self._of_file(name, module) if plain else None) or effect
        return self._calls[name]

    def _of_file(self, name: ast.expr, module: Module) -> CallEffect | None:
        """A method of what `open` gives; the type checker cannot say which kind of file, where it does not know the path."""
        if isinstance(name, ast.Attribute) and (
            entry := self.project.catalogue.get("typing", f"IO.{name.attr}")
        ):
            made, home = origin(opened_as(name.value, module) or name.value, module, self.project)
            targets = self.project.targets(made.func, home) if isinstance(made, ast.Call) else ()
            if targets and all(t.stdlib and t.qualname in ("open", "Path.open", "fdopen") for t in targets):
                return CallEffect((entry,), known=True)
        return None

    def resolve(self, functions: Iterable[Function]) -> None:
        """Ask for everything that these functions call, in one go."""
        self.project.resolve([(f.module, call.func) for f in functions for call in f.calls])

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
        makes = bool(targets) and all(t.owner or (t.entry and t.entry.is_class) for t in targets)
        return CallEffect(tuple(dict.fromkeys(entries)), tuple(dict.fromkeys(functions)), known, makes)

    def _implementations(self, function: Function) -> list[Function]:
        """The function itself and the methods that override it in subclasses; abstract ones left out."""
        if function not in self._overrides:
            found = [function]
            if function.owner is not None:
                found += [
                    other
                    for other in self.functions_named(function.name)
                    if other.owner
                    and other is not function
                    and self._derives(other.owner, function.owner.name)
                ]
            self._overrides[function] = [f for f in found if not _is_abstract(f)]
        return self._overrides[function]

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
            for module in self._modules_defining(name)
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

    # --- names ---------------------------------------------------------------------------------------

    def functions_named(self, name: str) -> list[Function]:
        """Functions of this name; those of tests (fakes, mocks) do not count."""
        return [
            f for module in self._modules_defining(name) for f in module.functions.values() if f.name == name
        ]

    def defines(self, name: str) -> bool:
        """Whether the project defines a function or class of this name."""
        return name in self._paths_defining

    def _modules_defining(self, name: str) -> Iterator[Module]:
        for path in self._paths_defining.get(name, ()):
            if module := self.project.module(path):
                yield module

    @property
    def _paths_defining(self) -> dict[str, list[str]]:
        if self._defined is None:
            self._defined = {}
            for path, source in self.project.sources.items():
                if not is_test_source(source):
                    for name in dict.fromkeys(_DEFINED.findall(source.text)):
                        self._defined.setdefault(name, []).append(path)
        return self._defined

    @property
    def properties(self) -> frozenset[str]:
        """Names of the project's properties."""
        if self._properties is None:
            texts = (s.text for s in self.project.sources.values() if not is_test_source(s))
            self._properties = frozenset(name for text in texts for name in _PROPERTY.findall(text))
        return self._properties

    def property_of(self, node: ast.Attribute, module: Module) -> tuple[Function, ...]:
        """The getters or setters that run where a property is read or assigned; () for any other attribute."""
        if node.attr not in self.properties:
            return ()
        return tuple(
            f for f in self.of_name(node, module).functions if runs_as(f, isinstance(node.ctx, ast.Load))
        )

    # --- who calls -----------------------------------------------------------------------------------

    def uses(self, name: str) -> list[Use]:
        """Where functions that are no tests call something of this name, or hand it on."""
        found: list[Use] = []
        for path, source in self.project.sources.items():
            if name in source.text and not is_test_source(source) and (module := self.project.module(path)):
                found += self._uses_in(module).get(name, ())
        return found

    def _uses_in(self, module: Module) -> dict[str, list[Use]]:
        if module not in self._uses:
            found: dict[str, list[Use]] = {}
            for function in module.functions.values():
                for call in function.calls:
                    for part in (call.func, *call.args, *(k.value for k in call.keywords)):
                        if isinstance(part, ast.Name | ast.Attribute):
                            found.setdefault(simple_name(part), []).append(Use(function, call, part))
            self._uses[module] = found
        return self._uses[module]

    def users(self, function: Function) -> Iterator[Use]:
        """Calls of this function, and calls that it is handed to.

        A name that cannot be resolved counts when no other function of the project has it.
        """
        candidates = self.uses(called_as(function))
        self.project.resolve([(use.function.module, use.name) for use in candidates])
        only_one = len(self.functions_named(function.name)) == 1
        for use in candidates:
            effect = self.of_name(use.name, use.function.module)
            if function in effect.functions or (not effect.known and only_one and use.is_call):
                yield use


def simple_name(expression: ast.expr) -> str:
    """The last name of `a.b.c`, or of what is subscripted; "" for anything else."""
    match expression:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return simple_name(value)
    return ""


def called_as(function: Function) -> str:
    """The name that calls to it use: the class's for a constructor."""
    if function.name in CONSTRUCTORS and function.owner is not None:
        return function.owner.name
    return function.name


def runs_as(function: Function, getter: bool) -> bool:
    """Whether a decorator makes this the getter (or the setter) of a property."""
    for decorator in function.node.decorator_list:
        name = simple_name(decorator)
        if name in ("property", "cached_property"):
            return getter
        if name in ("setter", "getter"):
            return getter == (name == "getter")
    return False


def _is_abstract(function: Function) -> bool:
    """Whether there is nothing in it to run: an interface method."""
    for statement in function.node.body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.Raise():
                continue
            case _:
                return False
    return True
