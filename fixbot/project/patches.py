"""What the tests of a project replace while they run, and which of its modules they load."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from fixbot.project.module import Module
from fixbot.project.project import Project

ENVIRONMENT = "os.environ"
_OF_MONKEYPATCH = frozenset("setattr delattr setitem delitem".split())
_OF_ENVIRONMENT = frozenset("setenv delenv".split())


@dataclass(frozen=True, slots=True)
class Patch:
    """`dotted` is replaced by a test in `path`: `app.services.library.storage.Client`, or `os.environ`."""

    path: str
    dotted: str


class Patches:
    """The patches of one project's tests."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def tests(self) -> list[Module]:
        return [module for module in self._project.modules.values() if module.is_test]

    @cached_property
    def all(self) -> list[Patch]:
        return [
            Patch(module.path, self.whole(dotted)) for module in self.tests for dotted in _patched(module)
        ]

    def whole(self, dotted: str) -> str:
        """A dotted name with its module's own name in front: `src.app.main.x` where that is `app.main.x`."""
        name = dotted
        while name:
            for module in self._project.modules_named(name):
                return module.name + dotted.removeprefix(name)
            name = name.rpartition(".")[0]
        return dotted

    @cached_property
    def has_pytest(self) -> bool:
        """Whether pytest runs them, so that a fixture in a `conftest.py` has an effect."""
        return any(
            module.path.endswith("conftest.py")
            or "pytest" in module.any_imports
            or any(
                isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name.startswith("test")
                for n in module.tree.body
            )
            for module in self.tests
        )

    def spelled(self, module: Module) -> str:
        """The dotted name under which tests, or else the project, import a module: `src.app.main` or `app.main`."""
        for importer in (*self.tests, *self._project.modules.values()):
            for node in importer.of_type(ast.ImportFrom):
                if not node.level and node.module:
                    for dotted in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                        if module in self._project.modules_named(dotted):
                            return dotted
        return module.name

    def of(self, names: Iterable[str], classes: Iterable[str]) -> list[Patch]:
        """Patches of these dotted names or of something they stand below; of `names`, also of something below them."""
        wanted, exactly = ({self.whole(name) for name in group} for group in (names, classes))
        return [
            p
            for p in self.all
            if any(_overlap(p.dotted, name) for name in wanted)
            or any(name == p.dotted or name.startswith(f"{p.dotted}.") for name in exactly)
        ]

    def may_lose(self, module: Module, name: str) -> bool:
        """Whether nobody but the module itself misses the import of `name`."""
        return name in module.imports and not self.protects(module, name)

    def protects(self, module: Module, name: str) -> bool:
        """Whether a test patches or imports `name` through this module, or other code imports it from there."""
        dotted = f"{module.name}.{name}"
        if any(p.dotted == dotted or p.dotted.startswith(f"{dotted}.") for p in self.all):
            return True
        return any(
            self._takes(other, module, name)
            for other in self._project.modules.values()
            if other is not module and name in other.source.text
        )

    def _takes(self, other: Module, module: Module, name: str) -> bool:
        """Whether a file imports `name` from `module`, or reads it as an attribute of `module`."""
        for node in (*other.of_type(ast.ImportFrom), *other.of_type(ast.Attribute)):
            match node:
                case ast.ImportFrom(names=names) if any(alias.name in (name, "*") for alias in names):
                    if self.whole(other.absolute(node)) == module.name:
                        return True
                case ast.Attribute(attr=attr, value=value) if attr == name:
                    if self.whole(other.dotted(value)) == module.name:
                        return True
        return False

    def load(self, module: Module) -> bool:
        """Whether some test loads this module, by importing it, directly or not, or by patching inside it."""
        return module.path in self._loaded

    @cached_property
    def _loaded(self) -> set[str]:
        pending = [m for test in self.tests for m in self.imports(test)]
        pending += [m for patch in self.all for m in self._named(patch.dotted)]
        loaded: set[str] = set()
        while pending:
            module = pending.pop()
            if module.path not in loaded:
                loaded.add(module.path)
                pending += self.imports(module)
        return loaded

    def imports(self, module: Module) -> Iterator[Module]:
        """The modules of the project that a module imports itself, with the packages above them."""
        for node in (*module.of_type(ast.Import), *module.of_type(ast.ImportFrom)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._named(alias.name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield from self._named(f"{module.absolute(node)}.{alias.name}")

    def _named(self, dotted: str) -> Iterator[Module]:
        """The module that a dotted name begins with, and the packages above it, which Python loads first."""
        while dotted:
            yield from self._project.modules_named(dotted)
            dotted = dotted.rpartition(".")[0]


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _patched(module: Module) -> Iterator[str]:
    for node in (*module.of_type(ast.Call), *module.of_type(ast.Attribute)):
        match node:
            case ast.Call(func=func, args=[first, *rest]):
                kind = _kind(func)
                if kind == "environment":
                    yield ENVIRONMENT
                elif kind:
                    yield from _target(module, first, rest, kind)
            case ast.Attribute(ctx=ast.Store() | ast.Del(), value=value, attr=attr):
                if dotted := module.dotted(value):
                    yield f"{dotted}.{attr}"


def _kind(func: ast.expr) -> str:
    """How a call patches: "string" (`patch("a.b")`), "object" (`patch.object(a, "b")`), "environment" or ""."""
    match func:
        case ast.Name(id="patch") | ast.Attribute(attr="patch", value=ast.Name()):
            return "string"
        case ast.Attribute(
            attr="object" | "multiple" | "dict", value=ast.Name(id="patch") | ast.Attribute(attr="patch")
        ):
            return "object"
        case ast.Attribute(attr=method, value=ast.Name()) if method in _OF_MONKEYPATCH:
            return "object"
        case ast.Attribute(attr=method, value=ast.Name()) if method in _OF_ENVIRONMENT:
            return "environment"
    return ""


def _target(module: Module, first: ast.expr, rest: list[ast.expr], kind: str) -> Iterator[str]:
    match first, rest:
        case ast.Constant(value=str(dotted)), _:
            yield dotted
        case ast.expr(), [ast.Constant(value=str(attribute)), *_] if kind == "object":
            if dotted := module.dotted(first):
                yield f"{dotted}.{attribute}"
        case ast.expr(), _ if kind == "object":
            if dotted := module.dotted(first):
                yield dotted
