"""Which function is to hand out the one instance of a service, and what each place that builds one becomes.

One provider for a class: a factory that is its only builder stays where it is; otherwise the provider
stands beside the class, whose module every builder imports anyway, so that no import cycle can arise.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from fixbot.model import Definition, Import
from fixbot.project.classes import ProjectClass
from fixbot.project.module import Function, FunctionNode, Module
from fixbot.project.patches import Patches
from fixbot.project.services import Factory, Service, Site
from fixbot.safety import Doubt, report

Builder: TypeAlias = Factory | Site


@dataclass(frozen=True, eq=False)
class Provider:
    """A function of `module` that gives the one instance; `code` is what is to be written, "" if it is there."""

    made: ProjectClass
    module: Module
    name: str
    factory: Factory | None = None
    """The factory that becomes it by being cached in place."""
    code: str = ""
    keeper: Function | None = None
    """The function that gives the one instance already."""
    replaces: frozenset[FunctionNode] = frozenset()
    """Factories of the same name in other modules, which make way for an import of it."""

    @property
    def definition(self) -> Definition | None:
        if not self.code:
            return None
        imports = caching_imports(self.module)[1]
        return Definition(self.module.path, self.name, self.code, after=self.made.name, imports=imports)


def caching_imports(module: Module) -> tuple[str, tuple[Import, ...]]:
    """How `functools.lru_cache` is written in a module, and the import which that needs."""
    for local, target in module.imports.items():
        if target == "functools.lru_cache":
            return local, ()
    if module.imports.get("functools") == "functools":
        return "functools.lru_cache", ()
    if "lru_cache" in module.global_names:
        return "functools.lru_cache", (Import("functools"),)
    return "lru_cache", (Import("functools", "lru_cache"),)


def provider_for(service: Service, patches: Patches) -> Provider:
    """The provider for everything that builds this class without arguments."""
    made, home = service.made, service.made.module
    factories = [f for f in service.factories if f.passes_nothing]
    cached = [f for f in service.cached if f.passes_nothing]
    movable = [f for f in (*factories, *cached) if can_move(f, home)]
    for keeper in (*service.keepers, *(f.function for f in cached)):
        if keeper.module is home:
            return Provider(made, home, keeper.name, keeper=keeper, replaces=_replaced(movable, keeper.name))
    for factory in factories:
        if factory.module is home:
            return Provider(
                made, home, factory.name, factory=factory, replaces=_replaced(movable, factory.name)
            )
    only = factories[0] if factories and len(factories) + len(cached) == 1 else None
    for factory in factories:
        if patched_lookups(factory, patches) or (factory is only and _all_in(service.sites, factory.module)):
            return Provider(made, factory.module, factory.name, factory=factory)
    for one in cached:
        if patched_lookups(one, patches) or (
            len(cached) == 1 and not factories and _all_in(service.sites, one.module)
        ):
            return Provider(made, one.module, one.name, keeper=one.function)
    return _new_provider(made, home, movable, {f.name for f in (*factories, *cached) if f not in movable})


def _all_in(sites: list[Site], module: Module) -> bool:
    return all(site.module is module for site in sites)


def _replaced(movable: list[Factory], name: str) -> frozenset[FunctionNode]:
    return frozenset(f.function.node for f in movable if f.name == name)


def _new_provider(made: ProjectClass, home: Module, movable: list[Factory], taken: set[str]) -> Provider:
    stem = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", made.name).lower().strip("_")
    named = next((f for f in movable if f.name not in home.global_names), None)
    if named:
        code = _moved_code(named, home)
        return Provider(made, home, named.name, code=code, replaces=_replaced(movable, named.name))
    wanted = (f"get_{stem}", f"get_shared_{stem}")
    name = next((n for n in wanted if n not in home.global_names and n not in taken), f"get_the_{stem}")
    lines = [
        f"@{caching_imports(home)[0]}(maxsize=1)",
        f"def {name}() -> {made.name}:",
        f"    return {made.name}()",
    ]
    return Provider(made, home, name, code="\n".join(lines))


def can_move(factory: Factory, home: Module) -> bool:
    """Whether a factory may go beside the class and be imported from there: its own module uses it, as it is."""
    module = factory.module
    used = any(isinstance(n, ast.Name) and n.id == factory.name for n in ast.walk(module.tree))
    return (
        used
        and factory.is_plain
        and isinstance(factory.call.func, ast.Name)
        and factory.call.func.id == factory.made.name
        and len(module.global_names[factory.name]) == 1
        and home is not module
    )


def _moved_code(factory: Factory, home: Module) -> str:
    """The factory as it stands, comments above included, as a cached one that names nothing but the class."""
    node, lines = factory.function.node, factory.module.source.lines
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    text = "".join(lines[first : node.end_lineno]).replace(factory.module.source.newline, "\n").expandtabs(4)
    head = re.search(r"^def \w+\(\s*\)[^:]*:", text, re.M)
    assert head is not None
    comments, body = (
        "".join(line for line in text[: head.start()].splitlines(True) if line[0] == "#"),
        text[head.end() :],
    )
    return (
        f"{comments}@{caching_imports(home)[0]}(maxsize=1)\n"
        f"def {factory.name}() -> {factory.made.name}:{body}"
    ).rstrip("\n")


# --- calling the provider instead of building --------------------------------------------------------


def import_name(builder: Builder, reference: ast.expr, home: Module) -> str:
    """The dotted name under which the builder's module imports the class's module."""
    base = builder.module.dotted(reference).rpartition(".")[0]
    same = base == home.name or home.name.endswith(f".{base}") or base.endswith(f".{home.name}")
    return base if base and same else home.name


def local_import(function: Function, name: str) -> ast.ImportFrom | None:
    """The import inside a function that binds `name`."""
    for node in function.nodes:
        if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == name for a in node.names):
            return node
    return None


def is_alone(reference: ast.Name, function: Function) -> bool:
    """Whether nothing else in the function reads this name."""
    return not any(
        isinstance(node, ast.Name) and node.id == reference.id and node is not reference
        for node in ast.walk(function.node)
    )


def reference_of(builder: Builder) -> ast.Name | ast.Attribute:
    """The class as the builder writes it."""
    if isinstance(builder, Site):
        return builder.reference
    assert isinstance(builder.call.func, ast.Name | ast.Attribute)
    return builder.call.func


def replaced_call_doubts(builder: Builder, provider: Provider, patches: Patches) -> Iterator[Doubt]:
    """Why this place cannot call the provider."""
    reference = reference_of(builder)
    module, function = builder.module, builder.function
    if provider.module is not provider.made.module and provider.module is not module:
        yield report(
            f"tests patch `{provider.made.name}` in `{provider.module.name}`, so its provider has to stay there, "
            "and importing it from there could make an import cycle"
        )
    if patched := patched_lookups(builder, patches):
        yield report(f"tests replace `{patched}`, which would have no effect any more")
    if isinstance(reference, ast.Attribute):
        return
    if not _is_free(provider, module, function):
        yield report(f"`{provider.name}`, the provider's name, means something else in `{module.name}`")
    local = local_import(function, reference.id)
    if local is not None and module.absolute(local) != import_name(builder, reference, provider.module):
        yield report(f"`{reference.id}` is imported inside the function from another module than its own")
    elif local is None and module is not provider.module and reference.id not in module.imports:
        yield report(f"`{reference.id}` is not imported at the top of `{module.name}` in the ordinary way")


def _is_free(provider: Provider, module: Module, function: Function) -> bool:
    name = provider.name
    target = f"{provider.module.name}.{name}"
    scopes: list[Function] = [function]
    while (outer := module.function(scopes[-1].node)) is not None:
        scopes.append(outer)
    for scope in scopes:
        if name in scope.local_names and scope.imports.get(name) != target:
            return False
    if module is provider.module or name not in module.global_names:
        return True
    if module.imports.get(name) == target:
        return True
    return any(binder in provider.replaces for binder in module.global_names[name])


def patched_lookups(builder: Builder, patches: Patches) -> str:
    """The name through which tests replace the class where this place looks it up, or ""."""
    reference = reference_of(builder)
    if builder.module is builder.made.module:
        return ""
    dotted = f"{builder.module.name}.{ast.unparse(reference)}"
    return dotted if any(p.dotted == dotted for p in patches.all) else ""
