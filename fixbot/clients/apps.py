"""The application that closes shared clients when it stops, and the edit that makes it do so.

An application without a lifespan gets one, one with a lifespan gets a line after its `yield`, and one
that registers its events with `on_event` gets one more. Where it is not certain which application it
is, or how it ends, nothing is edited: the event loop closes the clients when it ends.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from fixbot.model import Definition, Edit, Import
from fixbot.project.module import Function, Module
from fixbot.project.origin import functions_around
from fixbot.project.project import Project

_APPLICATIONS = frozenset(
    "fastapi.FastAPI fastapi.applications.FastAPI starlette.applications.Starlette".split()
)
_NAMES = sorted({dotted.rpartition(".")[2] for dotted in _APPLICATIONS})
_NEEDED = {
    "asynccontextmanager": Import("contextlib", "asynccontextmanager"),
    "AsyncIterator": Import("collections.abc", "AsyncIterator"),
}
_EVENTS = ("on_startup", "on_shutdown")
LIFESPAN = "lifespan"


@dataclass(frozen=True, eq=False)
class App:
    """`app = FastAPI(...)`."""

    module: Module
    call: ast.Call


class Apps:
    """The applications of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def _all(self) -> list[tuple[App, set[str]]]:
        """Each application with the paths of the modules that it loads."""
        found = []
        for module in self._project.modules.values():
            if not module.is_test and any(f"{name}(" in module.source.text for name in _NAMES):
                calls = [c for c in module.of_type(ast.Call) if module.dotted(c.func) in _APPLICATIONS]
                found += [(App(module, call), self._loaded_by(module)) for call in calls]
        return found

    def _loaded_by(self, module: Module) -> set[str]:
        pending, loaded = [module], set[str]()
        while pending:
            current = pending.pop()
            if current.path not in loaded:
                loaded.add(current.path)
                pending += self._project.patches.imports(current)
        return loaded

    def serving(self, module: Module) -> App | None:
        """The one application that loads a module; None where there are several, or none."""
        found = [app for app, loaded in self._all if module.path in loaded]
        return found[0] if len(found) == 1 else None

    def closing(self, app: App, home: str, close: str) -> Edit | None:
        """The edit that makes an application call `close` of the module `home` when it stops."""
        if close in app.module.source.text:
            return None
        keywords = {k.arg: k.value for k in app.call.keywords}
        if lifespan := keywords.get(LIFESPAN):
            return self._after_yield(lifespan, app.module, Import(home, close))
        if None in keywords or any(k in keywords for k in _EVENTS) or not _is_free(close, app.module):
            return None
        statement = app.module.statement(app.call)
        if self._has_events:
            return _one_more_event(app, statement, Import(home, close))
        if self._is_replaced or not _is_free(LIFESPAN, app.module):
            return None
        return _new_lifespan(app, Import(home, close))

    @cached_property
    def _has_events(self) -> bool:
        """Whether anything is registered for start or stop: with a lifespan, it would not be called any more."""
        return self._says(".on_event(", "add_event_handler(", *(f"{event}=" for event in _EVENTS))

    @cached_property
    def _is_replaced(self) -> bool:
        """Whether something else gives the application its lifespan later."""
        return self._says("lifespan_context")

    def _says(self, *texts: str) -> bool:
        return any(text in s.text for s in self._project.sources.values() for text in texts)

    def _after_yield(self, lifespan: ast.expr, module: Module, closes: Import) -> Edit | None:
        function = self._function(lifespan, module)
        if function is None or closes.name in function.module.source.text:
            return None
        if not _is_free(closes.name, function.module) or len(function.yields) != 1:
            return None
        [given] = function.yields
        statement = function.module.parents[given]
        around = list(functions_around(given, function.module))
        if not isinstance(statement, ast.Expr) or around[0] is not function:
            return None
        change = followed_by(f"await {closes.name}()")
        span = function.module.span(statement)
        return Edit(function.module.path, span, cst.SimpleStatementLine, change, (closes,))

    def _function(self, name: ast.expr, module: Module) -> Function | None:
        """The project's own asynchronous function of this name."""
        home, _, last = module.dotted(name).rpartition(".")
        found = [
            other.functions[node]
            for other in self._project.modules_named(home)
            for node in other.global_names.get(last, ())
            if isinstance(node, ast.AsyncFunctionDef)
        ]
        return found[0] if len(found) == 1 else None


def _is_free(name: str, module: Module) -> bool:
    return name not in module.global_names and name not in module.any_imports


def _is_same(name: str, wanted: Import, module: Module) -> bool:
    return module.any_imports.get(name, f"{wanted.module}.{wanted.name}") == f"{wanted.module}.{wanted.name}"


def _one_more_event(app: App, statement: ast.stmt, closes: Import) -> Edit | None:
    """`app.on_event("shutdown")(close)`, where the module does the like with the same application."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is app.call:
            if f"@{name}.on_event(" in app.module.source.text:
                change = followed_by(f'{name}.on_event("shutdown")({closes.name})')
                span = app.module.span(statement)
                return Edit(app.module.path, span, cst.SimpleStatementLine, change, (closes,))
    return None


def _new_lifespan(app: App, closes: Import) -> Edit | None:
    module = app.module
    if not all(_is_same(name, wanted, module) for name, wanted in _NEEDED.items()):
        return None
    if any(LIFESPAN in function.local_names for function in functions_around(app.call, module)):
        return None
    code = "\n".join(
        [
            "@asynccontextmanager",
            f"async def {LIFESPAN}(app: {ast.unparse(app.call.func)}) -> AsyncIterator[None]:",
            "    yield",
            f"    await {closes.name}()",
        ]
    )
    imports = (*_NEEDED.values(), closes)
    definition = Definition(module.path, LIFESPAN, code, imports=imports)
    return Edit(
        module.path, module.span(app.call), cst.Call, with_lifespan, imports, definitions=(definition,)
    )


def followed_by(code: str) -> Callable[[cst.SimpleStatementLine], cst.FlattenSentinel[cst.BaseStatement]]:
    """Put one more statement after this one."""
    return lambda statement: cst.FlattenSentinel([statement, cst.parse_statement(code)])


def with_lifespan(call: cst.Call) -> cst.Call:
    """Add `lifespan=lifespan`, laid out as the arguments before it; comments stay with theirs."""
    plain = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    new = cst.Arg(cst.Name(LIFESPAN), keyword=cst.Name(LIFESPAN), equal=plain)
    if not call.args:
        return call.with_changes(args=[new])
    *before, last = call.args
    has_comma = isinstance(last.comma, cst.Comma)
    end = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    comma = cst.Comma(whitespace_after=_between(call, end))
    last = last.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace(""))
    if has_comma:
        new = new.with_changes(comma=cst.Comma(whitespace_after=_without_comment(end)))
    else:
        new = new.with_changes(whitespace_after_arg=_without_comment(end))
    return call.with_changes(args=[*before, last, new])


def _between(call: cst.Call, end: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    """What stands before one more argument: what stands between others, and the comment of the last one."""
    first, start = call.args[0], call.whitespace_before_args
    usual: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(" ")
    if len(call.args) > 1 and isinstance(first.comma, cst.Comma):
        usual = _without_comment(first.comma.whitespace_after)
    elif isinstance(start, cst.ParenthesizedWhitespace) and isinstance(end, cst.ParenthesizedWhitespace):
        usual = _without_comment(start)
    if isinstance(end, cst.ParenthesizedWhitespace) and end.first_line.comment:
        lines = usual if isinstance(usual, cst.ParenthesizedWhitespace) else start
        if isinstance(lines, cst.ParenthesizedWhitespace):
            return end.with_changes(indent=lines.indent, last_line=lines.last_line, empty_lines=[])
    return usual


def _without_comment(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    if isinstance(space, cst.ParenthesizedWhitespace):
        first_line = cst.TrailingWhitespace(newline=space.first_line.newline)
        return space.with_changes(first_line=first_line, empty_lines=[])
    return space
