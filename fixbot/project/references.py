"""Who uses a name of the project, and which of its functions run again for every request.

Test files do not count: what only they use is not used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cached_property

from fixbot.project.module import DefinitionNode, Function, FunctionNode, Module
from fixbot.project.overlay import DEPENDS, is_cached
from fixbot.project.project import Project, Target
from fixbot.project.state import MUTATORS

_VERBS = frozenset("get post put delete patch head options".split())
_ROUTES = frozenset("api_route route websocket websocket_route middleware exception_handler".split())
_REGISTRATIONS = _ROUTES | frozenset(
    "add_api_route add_route add_get add_post add_put add_delete add_patch add_view add_websocket_route "
    "add_api_websocket_route add_exception_handler add_middleware Route APIRoute WebSocketRoute".split()
)
_BASES_OF_HANDLERS = frozenset(
    {"BaseHTTPMiddleware", "HTTPEndpoint", "WebSocketEndpoint", "View", "HTTPMethodView"}
)
_MENTION_OF_REQUESTS = re.compile(
    r"\bDepends\(|^\s*@[\w.]+\.(?:get|post|put|delete|patch|route|websocket|api_route)\(|\bRoute\(|\.add_(?:\w+_)?route\("
    r"|\.add_(?:get|post|put|delete|patch|view)\(|\bweb\.(?:get|post|put|delete|patch)\(|\bclass \w+\((?:\w+\.)?HTTPEndpoint\b",
    re.M,
)

_TOUCHING = (ast.Attribute, ast.Subscript, ast.Call)

Use = tuple[Module, ast.Name | ast.Attribute]
"""A name as the code reads it: `get_x`, or the last part of `services.get_x`."""


class References:
    """Uses of names in one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._indexed: dict[Module, dict[str, list[ast.Name | ast.Attribute]]] = {}
        self._called: dict[FunctionNode, list[tuple[Module, ast.expr | FunctionNode]]] = {}

    @cached_property
    def has_requests(self) -> bool:
        """Whether any file looks as if it served requests; tells without parsing."""
        return any(_MENTION_OF_REQUESTS.search(source.text) for source in self.project.sources.values())

    @cached_property
    def modules(self) -> list[Module]:
        return [module for module in self.project.modules.values() if not module.is_test]

    def named(self, name: str) -> list[Use]:
        """Every place that reads a name or attribute of this name, whatever it stands for."""
        return [
            (module, node)
            for module in self.modules
            if name in module.source.text
            for node in self._index(module).get(name, ())
        ]

    def _index(self, module: Module) -> dict[str, list[ast.Name | ast.Attribute]]:
        if module not in self._indexed:
            found: dict[str, list[ast.Name | ast.Attribute]] = {}
            for node in (*module.of_type(ast.Name), *module.of_type(ast.Attribute)):
                match node:
                    case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                        found.setdefault(name, []).append(node)
            self._indexed[module] = found
        return self._indexed[module]

    @cached_property
    def touched_attributes(self) -> list[tuple[Module, ast.Attribute, bool]]:
        """Attributes that are assigned or deleted (True), or whose content is changed in place (False)."""
        found: list[tuple[Module, ast.Attribute, bool]] = []
        for module in self.modules:
            for node in (n for kind in _TOUCHING for n in module.of_type(kind)):
                match node:
                    case ast.Attribute(ctx=ast.Store() | ast.Del()):
                        found.append((module, node, True))
                    case ast.Subscript(value=ast.Attribute() as attribute, ctx=ast.Store() | ast.Del()):
                        found.append((module, attribute, False))
                    case ast.Call(func=ast.Attribute(value=ast.Attribute() as attribute, attr=method)) if (
                        method in MUTATORS
                    ):
                        found.append((module, attribute, False))
        return found

    def uses_of(self, home: Module, definition: DefinitionNode) -> list[Use]:
        """Where a name stands for this function or class: by its types or, where they are silent, its import."""
        uses = self.named(definition.name)
        dotted = f"{home.name}.{home.qualname(definition)}"
        answers = self.project.resolve(uses)
        return [
            (module, node)
            for (module, node), targets in zip(uses, answers, strict=True)
            if any(_definition(t) is definition for t in targets)
            or (not targets and module.dotted(node) == dotted)
        ]

    # --- requests --------------------------------------------------------------------------------

    def is_dependency(self, function: Function) -> bool:
        """Whether FastAPI calls it for each request: it stands in a `Depends(...)`."""
        return any(_in_depends(module, node) for module, node in self.uses_of(function.module, function.node))

    def is_always_new(self, function: Function) -> bool:
        """Whether some `Depends(..., use_cache=False)` asks for a result of its own."""
        for module, node in self.uses_of(function.module, function.node):
            match module.parents.get(node):
                case ast.Call(keywords=keywords) if _in_depends(module, node):
                    if any(k.arg == "use_cache" and ast.unparse(k.value) == "False" for k in keywords):
                        return True
        return False

    def runs_per_request(self, function: Function) -> bool:
        """Whether it handles requests, or something that does so calls it, however far up."""
        pending, seen = [function], set[FunctionNode]()
        while pending:
            current = pending.pop()
            if current.node in seen or is_cached(current.module, current.node) or is_lifespan(current):
                continue
            seen.add(current.node)
            if _is_handler(current):
                return True
            for module, node in self._callers(current):
                if _in_depends(module, node) or _in_registration(module, node):
                    return True
                if around := module.function(node):
                    pending.append(around)
        return False

    def reaching(self, functions: Iterable[Function]) -> set[Function]:
        """These functions and all that are known to run them: callers, and what names them in a default or a decorator."""
        pending, seen = list(functions), set[Function]()
        while pending:
            current = pending.pop()
            if current in seen or current.module.is_test:
                continue
            seen.add(current)
            for module, node in self._callers(current):
                around = next(
                    (module.functions[a] for a in module.ancestors(node) if a in module.functions), None
                )
                if around:
                    pending.append(around)
        return seen

    def _callers(self, function: Function) -> list[tuple[Module, ast.expr | FunctionNode]]:
        """Where a function is called or handed on; for a nested one, where its outer function is defined."""
        if function.node not in self._called:
            outer = function.module.function(function.node)
            if outer is not None and function.owner is None:
                self._called[function.node] = [(function.module, function.node)]
            elif function.owner is not None and function.name in ("__init__", "__new__", "__post_init__"):
                self._called[function.node] = [*self.uses_of(function.module, function.owner)]
            else:
                uses = self.named(function.name)
                answers = self.project.resolve(uses)
                self._called[function.node] = [
                    (module, node)
                    for (module, node), targets in zip(uses, answers, strict=True)
                    if self._may_mean(module, node, targets, function)
                ]
        return self._called[function.node]

    def _may_mean(
        self, module: Module, node: ast.expr, targets: tuple[Target, ...], function: Function
    ) -> bool:
        """Whether a name may stand for the function: the types say so, or cannot say and the shape fits."""
        if targets:
            return any(t.function is not None and _same(t.function, function) for t in targets)
        dotted = module.dotted(node)
        if isinstance(node, ast.Name):
            return dotted == f"{function.module.name}.{function.qualname}"
        if dotted and not self.project.is_own_name(dotted.partition(".")[0]):
            return False
        return function.owner is not None and isinstance(module.parents.get(node), ast.Call)


def _definition(target: Target) -> DefinitionNode | None:
    if target.function:
        return target.function.node
    return target.owner[1] if target.owner else None


def _same(found: Function, wanted: Function) -> bool:
    """The same function, or the method of a base class that the wanted one may stand in for."""
    if found.node is wanted.node:
        return True
    return bool(
        found.owner
        and wanted.owner
        and found.name == wanted.name
        and any(
            ast.unparse(base).rpartition(".")[2].partition("[")[0] == found.owner.name
            for base in wanted.owner.bases
        )
    )


def _is_handler(function: Function) -> bool:
    """Whether a decorator or base class makes it one."""
    for decorator in function.node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(value=str()), *_]) if (
                attr in _VERBS
            ):
                return True
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in _ROUTES:
                return True
    bases = function.owner.bases if function.owner else []
    return any(ast.unparse(base).rpartition(".")[2] in _BASES_OF_HANDLERS for base in bases)


def is_lifespan(function: Function) -> bool:
    """Whether it runs once, when the application starts or stops."""
    return function.name == "lifespan" or any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "on_event"
        for decorator in function.node.decorator_list
    )


def _in_depends(module: Module, node: ast.AST) -> bool:
    parent = module.parents.get(node)
    return isinstance(parent, ast.Call) and node in parent.args and module.dotted(parent.func) in DEPENDS


def _in_registration(module: Module, node: ast.AST) -> bool:
    """`app.add_route("/", handler)`, `Route("/", handler)`, `web.get("/", handler)`."""
    parent = module.parents.get(node)
    if isinstance(parent, ast.keyword):
        parent = module.parents.get(parent)
    match parent:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if parent.func is not node:
            return name in _REGISTRATIONS or (
                name in _VERBS and module.dotted(parent.func).startswith("aiohttp.web.")
            )
    return False
