"""Build a service once instead of for every request.

## What it does

Finds services that are built anew for every request: by a factory that FastAPI's `Depends` or
request code calls, inside a function that handles requests, or as the default of another service's
`__init__`. So it does with clients of libraries that a factory makes. It keeps one instance with `functools.lru_cache`, in a single provider that all of them call.

A factory that is the only builder is cached where it stands. Otherwise the provider goes beside the
class; routers import it from there under the name they used, so `dependency_overrides` keeps its key.

## Why is this bad

A service's `__init__` makes clients: it loads credentials and opens connections. Once per request
that costs time and memory, and no connection is ever used twice.

## Example

```python
from fastapi import APIRouter, Depends
from google.cloud import storage

router = APIRouter()


class Library:
    def __init__(self) -> None:
        self.bucket = storage.Client().bucket("assets")

    def url(self, name: str) -> str:
        return self.bucket.blob(name).public_url


def get_library() -> Library:
    return Library()


@router.get("/assets/{name}")
def asset(name: str, library: Library = Depends(get_library)) -> str:
    return library.url(name)
```

## Use instead

```python
from functools import lru_cache

from fastapi import APIRouter, Depends
from google.cloud import storage

router = APIRouter()


class Library:
    def __init__(self) -> None:
        self.bucket = storage.Client().bucket("assets")

    def url(self, name: str) -> str:
        return self.bucket.blob(name).public_url


@lru_cache(maxsize=1)
def get_library() -> Library:
    return Library()


@router.get("/assets/{name}")
def asset(name: str, library: Library = Depends(get_library)) -> str:
    return library.url(name)
```

## Fix safety

Safe where the class, its bases and everything it builds were read and carry nothing of a request:
no attribute changes after `__init__`, nothing kept belongs to one event loop, thread or database
session, and nobody closes it. Otherwise it is only reported, with the reason.

A factory of a client is cached where the client keeps nothing of a request (those of Google Cloud), what it
is made with stays the same, and nobody closes or changes it.

It is for review where tests patch what the service is built with. A cached service would keep such a
patch for the next test, so the fix adds a fixture to `conftest.py` that clears the cache around each test.

The instance is kept per process: `--workers 4` makes four. `lru_cache` does not wait for a call that is
still running, so a first burst of requests may build a few, of which one stays.

## References

- [functools.lru_cache](https://docs.python.org/3/library/functools.html#functools.lru_cache)
- [FastAPI: settings in a cached dependency](https://fastapi.tiangolo.com/advanced/settings/#creating-the-settings-only-once-with-lru_cache)
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Edit, Finding, Import, Severity
from fixbot.project.module import FunctionNode
from fixbot.project.overlay import is_cached
from fixbot.project.services import Factory
from fixbot.singletons.clients import ClientFactories
from fixbot.singletons.plan import Singleton, Singletons
from fixbot.singletons.providers import (
    Builder,
    caching_imports,
    import_name,
    is_alone,
    local_import,
    reference_of,
)

codemod = Codemod(
    __name__, triggers=[b"class ", b"Client("], severity=Severity.MEDIUM, category="Inefficient"
)

_singletons = lru_cache(maxsize=1)(Singletons)
_clients = lru_cache(maxsize=1)(ClientFactories)
_KINDS: dict[type[ast.AST], type[cst.CSTNode]] = {
    ast.FunctionDef: cst.FunctionDef,
    ast.AsyncFunctionDef: cst.FunctionDef,
    ast.Name: cst.Name,
    ast.Attribute: cst.Attribute,
}


@codemod.visit(ast.ClassDef)
def built_per_request(node: ast.ClassDef, at: Place) -> Iterator[Finding]:
    """Every place that builds this class for a request, in whatever file it stands."""
    for singleton in _singletons(at.project).of(node):
        for builder in singleton.builders:
            yield at.finding(
                builder.function.node if isinstance(builder, Factory) else builder.call,
                _message(builder),
                edits=_edits(builder, singleton, at),
                doubts=[*singleton.refused.get(builder, ()), *singleton.doubts],
                module=builder.module,
            )


@codemod.visit(ast.FunctionDef, ast.AsyncFunctionDef)
def client_per_request(node: FunctionNode, at: Place) -> Iterator[Finding]:
    """A function that makes a client of a library each time, and is called for requests."""
    function, clients = at.module.functions[node], _clients(at.project)
    if call := clients.client(function):
        message = f"`{node.name}` makes a new `{ast.unparse(call.func)}` for every request"
        cache, imports = caching_imports(at.module)
        edit = at.edit(node, cst.FunctionDef, cached_by(cache), imports=imports)
        yield at.finding(node, message, edits=[edit], doubts=clients.doubts(function, call))


def _message(builder: Builder) -> str:
    name = builder.made.name
    if isinstance(builder, Factory):
        if is_cached(builder.module, builder.function.node):
            return f"`{builder.name}` keeps a `{name}` of its own, while others build more of them"
        return f"`{builder.name}` builds a new `{name}` for every request"
    if builder.in_init:
        return f"`{builder.function.label}` builds another `{name}` for every request"
    return f"`{builder.function.label}` builds a new `{name}` each time it runs"


# --- edits -------------------------------------------------------------------------------------------


def _edits(builder: Builder, singleton: Singleton, at: Place) -> list[Edit]:
    """The factory cached, or an import in its stead, or the provider's name where the class was named."""
    provider, module, function = singleton.provider, builder.module, builder.function.node
    reference = reference_of(builder)
    home = import_name(builder, reference, provider.module)
    imports: Sequence[Import] = [Import(home, provider.name)]
    change: Callable[..., cst.CSTNode | cst.RemovalSentinel]
    place: ast.AST = function
    edits = []
    if builder is provider.factory:
        cache, imports = caching_imports(module)
        change = cached_by(cache)
    elif function in provider.replaces:
        change = removed
    else:
        place, change = reference, named(provider.name)
        if isinstance(reference, ast.Attribute) and module.dotted(reference.value) == home:
            change, imports = member(provider.name), ()
        elif isinstance(reference, ast.Name) and (inner := local_import(builder.function, reference.id)):
            gone = reference.id if is_alone(reference, builder.function) else ""
            edits.append(at.edit(inner, cst.ImportFrom, importing(provider.name, gone), module=module))
            imports = ()
        elif module is provider.module or provider.replaces & module.functions.keys():
            imports = ()
    definitions = [d for d in (provider.definition, singleton.fixture) if d]
    if provider.factory and builder is not provider.factory:
        definitions = []  # they come with the finding that caches it
    kind = _KINDS[type(place)]
    edit = at.edit(place, kind, change, imports=imports, definitions=definitions, module=module)
    return [*edits, replace(edit, drops=singleton.drops.get(builder, ()))]


def cached_by(decorator: str) -> Callable[[cst.FunctionDef], cst.FunctionDef]:
    """Put `@lru_cache(maxsize=1)` on a factory."""
    cache = cst.Decorator(cst.parse_expression(f"{decorator}(maxsize=1)"))
    return lambda factory: factory.with_changes(decorators=[cache, *factory.decorators])


def removed(_: cst.FunctionDef) -> cst.RemovalSentinel:
    """Take a factory away; an import of the provider has its name."""
    return cst.RemoveFromParent()


def named(name: str) -> Callable[[cst.BaseExpression], cst.Name]:
    """Name the provider where the class was named."""
    return lambda reference: cst.Name(name, lpar=reference.lpar, rpar=reference.rpar)


def member(name: str) -> Callable[[cst.Attribute], cst.Attribute]:
    """Name the provider as a member of the module where the class was one."""
    return lambda reference: reference.with_changes(attr=cst.Name(name))


def importing(name: str, gone: str) -> Callable[[cst.ImportFrom], cst.ImportFrom]:
    """Import the provider inside a function, and the class no more (unless `gone` is "")."""

    def change(statement: cst.ImportFrom) -> cst.ImportFrom:
        assert not isinstance(statement.names, cst.ImportStar)
        known = {
            alias.evaluated_alias or alias.evaluated_name: alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)
            for alias in statement.names
        }
        wanted = {**known, name: known.get(name) or cst.ImportAlias(cst.Name(name))}
        return statement.with_changes(names=[alias for local, alias in wanted.items() if local != gone])

    return change
