'''Log the requests that are slow.

## What it does

Finds applications in which nothing times the requests, and adds a middleware that logs each one that
takes longer than `SLOW_REQUEST_SECONDS` (0.2 where the environment does not say):

    [SLOW REQUEST] GET /games/{game_id} - 200 - 0.35s

## Why is this bad

What nobody measures gets slow unseen. Timing in a function middleware (`@app.middleware("http")`)
stops when an answer begins, not when its last byte is out, and misses requests that raise.

## Example

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/games")
async def games() -> list[str]:
    return []
```

## Use instead

```python
import logging
import os
import time

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SlowRequestMiddleware:
    """Log requests that take longer than SLOW_REQUEST_SECONDS, up to the last byte of the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.seconds = float(os.environ.get("SLOW_REQUEST_SECONDS", "0.2"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        end = None
        status = 500  # what is sent for a request that raises

        async def watched(message: Message) -> None:
            nonlocal end, status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                end = time.perf_counter()  # background tasks come later

        try:
            await self.app(scope, receive, watched)
        finally:
            taken = (time.perf_counter() if end is None else end) - start
            if taken > self.seconds:
                path = getattr(scope.get("route"), "path", None)
                path = scope["path"] if path is None else scope.get("root_path", "") + path
                logging.getLogger(__name__).warning(
                    "[SLOW REQUEST] %s %s - %s - %.2fs", scope["method"], path, status, taken
                )


app = FastAPI()
app.add_middleware(SlowRequestMiddleware)


@app.get("/games")
async def games() -> list[str]:
    return []
```

## Fix safety

*Review*: the log gets new lines, and every request one more layer. The middleware is added last, so that
it is the outermost one and times the others too. It cannot see how long a request waits before the event
loop turns to it. Left alone is a project that times its requests already, by a middleware of its own or a
library that does; one that does so only until the answer begins is *reported*.

## References

- https://asgi.readthedocs.io/en/latest/specs/www.html
- https://starlette.dev/middleware/#pure-asgi-middleware
'''

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from weakref import WeakKeyDictionary

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Definition, Finding, Import, Replacement, Severity
from fixbot.project.flow import block_of
from fixbot.project.module import Module
from fixbot.project.project import Project
from fixbot.safety import Doubt, report, review

codemod = Codemod(
    __name__,
    opens=False,
    triggers=[b"FastAPI(", b"Starlette(", b"call_next"],
    severity=Severity.LOW,
    category="Observability",
    emits=(3, 8),
)

NAME = "SlowRequestMiddleware"
APPLICATIONS = frozenset(
    {"fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette"}
)

_TIMERS = re.compile(
    r"\[SLOW REQUEST\]|^\s*(?:from|import)\s+(?:opentelemetry\.instrumentation|ddtrace|elasticapm|newrelic|sentry_sdk|"
    r"logfire|scout_apm|prometheus_fastapi_instrumentator|starlette_exporter|starlette_prometheus|aioprometheus|"
    r"timing_asgi|fastapi_utils\.timing|asgi_prometheus|appsignal|pyinstrument)\b",
    re.M,
)
"""What times requests, or does so when it is installed as it says."""
_CLOCKS = re.compile(r"\b(?:perf_counter(?:_ns)?|monotonic(?:_ns)?|default_timer|time\.time(?:_ns)?)\(")

_CODE = '''class SlowRequestMiddleware:
    """Log requests that take longer than SLOW_REQUEST_SECONDS, up to the last byte of the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.seconds = float(os.environ.get("SLOW_REQUEST_SECONDS", "0.2"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        end = None
        status = 500  # what is sent for a request that raises

        async def watched(message: Message) -> None:
            nonlocal end, status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                end = time.perf_counter()  # background tasks come later

        try:
            await self.app(scope, receive, watched)
        finally:
            taken = (time.perf_counter() if end is None else end) - start
            if taken > self.seconds:
                path = getattr(scope.get("route"), "path", None)
                path = scope["path"] if path is None else scope.get("root_path", "") + path
                logging.getLogger(__name__).warning(
                    "[SLOW REQUEST] %s %s - %s - %.2fs", scope["method"], path, status, taken
                )
'''
_IMPORTS = (
    Import("logging"),
    Import("os"),
    Import("time"),
    *(Import("starlette.types", name) for name in ("ASGIApp", "Message", "Receive", "Scope", "Send")),
)


@codemod.visit(ast.Call)
def untimed_application(call: ast.Call, at: Place) -> Iterator[Finding]:
    if at.module.dotted(call.func) not in APPLICATIONS or _times_requests(at.project):
        return
    match at.module.parents.get(call):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) as statement:
            if _is_mounted(name, at.project):
                return
            last = _last_middleware(name, statement, at.module)
            function = at.function(call)
            if function is not None and "." in function.qualname:
                return  # made in a method or an inner function: not the application that is served, as a rule
            home = function.name if function else name
            definition = Definition(at.module.path, NAME, _CODE, imports=_IMPORTS, before=home)
            change = _behind(f"{name}.add_middleware({NAME})", blank=1 if function else 2)
            edit = at.edit(
                last, _KINDS.get(type(last), cst.SimpleStatementLine), change, definitions=[definition]
            )
            lines = review(
                "the log gets a line for every slow request, and each request passes one more layer"
            )
            doubts = [lines, _names_taken(at), _shares_line(last, at.module)]
            yield at.finding(call, "nothing tells which requests are slow", edits=[edit], doubts=doubts)


@codemod.visit(ast.AsyncFunctionDef)
def times_the_start_only(function: ast.AsyncFunctionDef, at: Place) -> Iterator[Finding]:
    """A timing middleware around `call_next`: it returns when the answer begins."""
    waits = [
        n
        for n in ast.walk(function)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "call_next"
    ]
    if len(waits) == 1 and _CLOCKS.search(at.module.segment(function)):
        guarded = any(isinstance(p, ast.Try) and p.finalbody for p in at.module.ancestors(waits[0]))
        missed = "" if guarded else ", and requests that raise are not seen"
        reason = f"`call_next` returns when the answer begins: the time of a streamed body is not counted{missed}; `fixbot explain timing-middleware` shows one that does"
        yield at.finding(waits[0], "times requests only until the answer begins", doubts=[report(reason)])


# --- what is there already --------------------------------------------------------------------------------

_TIMED: WeakKeyDictionary[Project, bool] = WeakKeyDictionary()


def _times_requests(project: Project) -> bool:
    """Whether something of the project, tests aside, times its requests."""
    if project not in _TIMED:
        texts = {path: source.text for path, source in project.sources.items()}
        suspects = [p for p, t in texts.items() if _TIMERS.search(t) or _CLOCKS.search(t)]
        modules = [m for p in suspects if (m := project.module(p)) and not m.is_test]
        _TIMED[project] = any(_TIMERS.search(m.source.text) or _has_timing_middleware(m) for m in modules)
    return _TIMED[project]


def _has_timing_middleware(module: Module) -> bool:
    """Whether a function that gets a request, and passes it on, looks at a clock."""
    for function in module.functions.values():
        names = {argument.arg for argument in function.arguments}
        passes_on = "call_next" in names or {"scope", "receive", "send"} <= names
        if passes_on and _CLOCKS.search(module.segment(function.node)):
            return True
    return False


def _is_mounted(name: str, project: Project) -> bool:
    """Whether an application is a part of another one, which times it."""
    pattern = re.compile(rf"(?:\.mount|\bMount)\([^)]*\b{re.escape(name)}\b")
    return any(pattern.search(source.text) for source in project.sources.values())


# --- where it goes ----------------------------------------------------------------------------------------


def _last_middleware(name: str, statement: ast.stmt, module: Module) -> ast.stmt:
    """The last statement beside the assignment that adds a middleware, or the assignment; the last added is outermost."""
    block = block_of(statement, module) or [statement]
    later = block[block.index(statement) :]
    return [s for s in later if s is statement or _adds_middleware(name, s)][-1]


def _adds_middleware(name: str, statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in ("add_middleware", "middleware")
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        for node in ast.walk(statement)
    )


_KINDS: Mapping[type[ast.stmt], type[cst.CSTNode]] = {
    ast.FunctionDef: cst.FunctionDef,
    ast.AsyncFunctionDef: cst.FunctionDef,
    ast.If: cst.If,
    ast.For: cst.For,
    ast.Try: cst.Try,
    ast.With: cst.With,
}


def _behind(line: str, blank: int) -> Callable[[cst.BaseStatement], Replacement]:
    """The statement, and behind it a line; with so many blank ones between where it is a definition."""

    def change(statement: cst.BaseStatement) -> Replacement:
        new = cst.ensure_type(cst.parse_statement(line), cst.SimpleStatementLine)
        if isinstance(statement, cst.FunctionDef):
            new = new.with_changes(leading_lines=[cst.EmptyLine(indent=False)] * blank)
        return cst.FlattenSentinel([statement, new])

    return change


def _names_taken(at: Place) -> Doubt | None:
    """The definition stands in the application's module, and brings its imports."""
    for name in (NAME, *(i.name or i.module for i in _IMPORTS)):
        wanted = next(
            (f"{i.module}.{i.name}" if i.name else i.module for i in _IMPORTS if name in (i.name, i.module)),
            "",
        )
        if name in at.module.global_names and at.module.imports.get(name) != wanted:
            return report(f"`{name}` means something else in this module")
    return None


def _shares_line(statement: ast.stmt, module: Module) -> Doubt | None:
    line = module.source.lines[statement.lineno - 1]
    before = line.encode()[: statement.col_offset].decode()
    if not before.strip():
        after = module.source.lines[(statement.end_lineno or 0) - 1].encode()[statement.end_col_offset :]
        if not after.strip().startswith(b";"):
            return None
    return report("other code stands on the same line")
