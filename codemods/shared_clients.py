"""Share HTTP clients instead of opening one for every call.

## What it does

Finds `async with httpx.AsyncClient()` and `async with aiohttp.ClientSession()` in functions of a service, and
puts a helper in the place of the class that lends a client which stays open. The helper stands in a new
module, keeps one client for each event loop and set of options, and the application closes them when it stops.

## Why is this bad

A new client loads all certificates, which takes some 30 ms in which the event loop stands still, and opens new
connections: a TCP and a TLS handshake for every call.

## Example

```python
import httpx
from fastapi import FastAPI

app = FastAPI(title="Weather")


@app.get("/weather/{city}")
async def weather(city: str) -> dict[str, object]:
    async with httpx.AsyncClient(timeout=10.0) as client:
        response = await client.get(f"https://weather.example/{city}")
    return response.json()
```

## Use instead

```python
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.http_client import close_http_clients, shared_http_client


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await close_http_clients()


app = FastAPI(title="Weather", lifespan=lifespan)


@app.get("/weather/{city}")
async def weather(city: str) -> dict[str, object]:
    async with shared_http_client(timeout=10.0) as client:
        response = await client.get(f"https://weather.example/{city}")
    return response.json()
```

## Fix safety

Always for review: a connection that is used again may be one that the server is just closing, where a request
that is not sent twice by itself fails. A new client never met that.

All else stays: timeouts and limits are those of each place, an unlimited number of requests runs at once, no
cookie goes from one user to another, each event loop has clients of its own, and tests that patch
`<module>.httpx.AsyncClient` get what they put there. An existing lifespan, or `on_event`, is added to. Where
no application is found that loads the module, the clients are closed when the event loop ends.

Reported only, with the reason, where a client is for one request: it is made with what differs, with
credentials, cookies, hooks or a transport; its answers may set cookies for a next request or redirect; or it is
handed out, kept, changed, or used by a function inside. So are places whose tests replace what would not be
used any more, and programs that serve no requests.

## References

- [httpx: why use a client](https://www.python-httpx.org/advanced/clients/#why-use-a-client)
- [aiohttp: do not create a session per request](https://docs.aiohttp.org/en/stable/client_quickstart.html#make-a-request)
- [FastAPI: lifespan events](https://fastapi.tiangolo.com/advanced/events/)
"""

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache

import libcst as cst

from fixbot.clients.apps import Apps
from fixbot.clients.libraries import LIBRARIES, Library
from fixbot.clients.options import option_doubts
from fixbot.clients.surroundings import Home, home_of, patch_doubts, place_doubts, root_of, runs_once
from fixbot.clients.usage import block_of, usage_doubts
from fixbot.codemod import Codemod, Place
from fixbot.model import Edit, Finding, Import, Severity
from fixbot.project.module import Function, Module
from fixbot.project.references import References
from fixbot.safety import Doubt, report, review

codemod = Codemod(
    __name__,
    triggers=[b"AsyncClient", b"ClientSession"],
    severity=Severity.MEDIUM,
    category="Inefficient",
    emits=(3, 9),
)

_apps = lru_cache(maxsize=1)(Apps)
_references = lru_cache(maxsize=1)(References)


@codemod.visit(ast.Call)
def client_per_call(call: ast.Call, at: Place) -> Iterator[Finding]:
    """A client that a function opens for itself each time it runs."""
    library, function = LIBRARIES.get(at.module.dotted(call.func)), at.function(call)
    if library is None or function is None or at.project.is_own_name(library.top):
        return
    if not function.is_async or runs_once(function, at.effects):
        return
    block = block_of(call, at.module)
    message = (
        f"`{function.label}` opens a new `{library.class_name}`, with new connections, each time it runs"
    )
    if block is not None:
        home = home_of(at.module, library, _apps(at.project), at.project)
        doubts = [
            *place_doubts(call, library, home, at.module, _references(at.project)),
            *option_doubts(call, library, at.module, at.project),
            *usage_doubts(block, library),
            *patch_doubts(call, library, at.module, at.project.patches),
        ]
        edits = _edits(call, library, home, at) if home and not doubts else []
        yield at.finding(call, message, edits=edits, doubts=doubts or [_difference(call, library)])
    elif _is_for_itself(call, function):
        doubt = report("it is not opened with `async with`, so fixbot does not know where its use ends")
        yield at.finding(call, message, doubts=[doubt])


def _is_for_itself(call: ast.Call, function: Function) -> bool:
    """Whether a client is made and used by this function alone: `client = AsyncClient()`, `AsyncClient().get(...)`."""
    module = function.module
    match module.parents[call]:
        case ast.Attribute():
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            uses = [n for n in ast.walk(function.node) if isinstance(n, ast.Name) and n.id == name]
            reads = [n for n in uses if isinstance(n.ctx, ast.Load)]
            return name not in function.outer_names and all(_is_called(n, module) for n in reads)
    return False


def _is_called(name: ast.Name, module: Module) -> bool:
    attribute = module.parents[name]
    return isinstance(attribute, ast.Attribute) and isinstance(module.parents[attribute], ast.Call)


def _difference(call: ast.Call, library: Library) -> Doubt:
    shared_limits = "; the `limits` hold for all requests together" if _passes_limits(call) else ""
    return review(f"{library.difference}{shared_limits}")


def _passes_limits(call: ast.Call) -> bool:
    return any(k.arg == "limits" for k in call.keywords)


# --- edits -------------------------------------------------------------------------------------------


def _edits(call: ast.Call, library: Library, home: Home, at: Place) -> list[Edit]:
    """The helper in place of the class, and the application that closes what is kept."""
    kind = cst.Name if isinstance(call.func, ast.Name) else cst.Attribute
    root = root_of(call.func)
    edit = at.edit(
        call.func,
        kind,
        named(library.helper),
        imports=[Import(home.name, library.helper)],
        definitions=[library.definition(home.path)],
        drops=[root] if at.project.patches.may_lose(at.module, root) else [],
    )
    closing = _apps(at.project).closing(home.app, home.name, library.close) if home.app else None
    return [edit, closing] if closing else [edit]


def named(name: str) -> Callable[[cst.BaseExpression], cst.Name]:
    """Name the helper where the class was named."""
    return lambda reference: cst.Name(name, lpar=reference.lpar, rpar=reference.rpar)
