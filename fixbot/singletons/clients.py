"""Functions that make a library's client anew for each request: `def get_db(): return firestore.Client()`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.catalogue import Entry
from fixbot.project.classes import Classes, is_property, keeps_its_result
from fixbot.project.module import Function
from fixbot.project.overlay import is_cached
from fixbot.project.patches import ENVIRONMENT
from fixbot.project.project import Project
from fixbot.project.references import References
from fixbot.project.services import is_factory, is_kept, returned_call
from fixbot.safety import Doubt, report, review
from fixbot.singletons.plan import ASYNC_FACTORY, passes_what_changes
from fixbot.singletons.sharing import item_that_changes

_STATELESS = ("google.cloud.",)
"""Libraries whose clients keep nothing of what is done with them; those of HTTP keep cookies and headers."""
_OF_CLIENTS = ("google.cloud.", "google.auth", "google.oauth2.", "google.api_core.")
"""Libraries whose functions are called to make a client: for its credentials and options."""
_CLOSERS = ("close", "aclose", "__enter__", "__exit__")
_SAME_EACH_TIME = ("os.getenv", "os.environ.get", "os.path.", "pathlib.Path", "str", "int", "bool", "dict")


class ClientFactories:
    """The functions of a project that make a client of a library for each request."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._references = References(project)
        self._classes = Classes(project, self._references)

    def client(self, function: Function) -> ast.Call | None:
        """The call that makes the client which a function hands out; None where it is not made for each request."""
        if not (self._references.has_requests and is_factory(function)):
            return None
        call = returned_call(function.node)
        if call is None or is_cached(function.module, function.node) or self._made(call, function) is None:
            return None
        return call if self._is_served(function) else None

    def _made(self, call: ast.Call, function: Function) -> Entry | None:
        """The library's class, where its instances are meant to be made once and used by all threads."""
        targets = self._project.targets(call.func, function.module)
        entry = targets[0].entry if len(targets) == 1 else None
        is_shared = entry and "shared" in entry.flags and "not_thread_safe" not in entry.flags
        return entry if is_shared else None

    def _is_served(self, function: Function) -> bool:
        """Whether FastAPI calls it, or code of a request that does not keep what it gets."""
        if self._references.is_dependency(function):
            return True
        for module, node in self._references.uses_of(function.module, function.node):
            call, around = module.parents.get(node), module.function(node)
            if isinstance(call, ast.Call) and call.func is node and around is not None:
                kept = is_kept(call, around) or keeps_its_result(around)
                if not kept and self._references.runs_per_request(around):
                    return True
        return False

    def doubts(self, function: Function, call: ast.Call) -> Iterator[Doubt]:
        """Why the function should not hand out one client to all requests, or not without a look."""
        name, made = function.name, self._made(call, function)
        assert made is not None
        if function.is_async:
            yield ASYNC_FACTORY
        if "loop_bound" in made.flags:
            yield report(f"a `{made.name}` belongs to the event loop it was first used in")
        elif not made.module.startswith(_STATELESS):
            yield report(
                f"a `{made.name}` keeps cookies and headers, which one request would then leave to the next"
            )
        if self._references.is_always_new(function):
            yield report(f"`Depends({name}, use_cache=False)` asks for a new one each time")
        yield from passes_what_changes(function, self._references)
        yield from self._steps(function, call)
        yield from self._uses(function)
        yield from self._patches(function)

    def _steps(self, function: Function, made: ast.Call) -> Iterator[Doubt]:
        """What else it calls or reads to make one."""
        module = function.module
        if item := item_that_changes(function):
            yield report(f"`{function.name}` passes `{item}[...]`, which changes while the program runs")
        for read in self._classes.construction(function).functions:
            if is_property(read):
                yield report(f"fixbot does not know whether `{read.label}` is the same each time")
        for call in function.calls:
            targets = self._project.targets(call.func, module)
            entries = [t.entry for t in targets if t.entry and _is_of_clients(t.entry)]
            label = ast.unparse(call.func)
            if call is made or module.dotted(call.func).startswith(_SAME_EACH_TIME):
                continue
            if not targets or len(entries) < len(targets):
                if not (targets and all(t.function and keeps_its_result(t.function) for t in targets)):
                    yield report(f"fixbot does not know whether `{label}()` gives the same each time")
            elif any(e.writes not in ("", "auth") for e in entries):
                yield report(f"`{label}()` would run once in a process")
            elif any(e.reads not in ("", "auth") for e in entries):
                yield review(f"`{label}()` would run once in a process")

    def _uses(self, function: Function) -> Iterator[Doubt]:
        """Code that closes the client after use, or changes it."""
        name = function.name
        for module, node in self._references.uses_of(function.module, function.node):
            call = module.parents.get(node)
            if isinstance(module.parents.get(call) if call else None, ast.withitem):
                yield report(f"`{module.qualname(node) or module.path}` closes what `{name}` gives after use")
        for module, attribute in self._classes.attributes_of_results(name):
            where = module.qualname(attribute) or module.path
            if attribute.attr in _CLOSERS:
                yield report(f"`{where}` closes what `{name}` gives; the next request would find it closed")
            elif not isinstance(attribute.ctx, ast.Load):
                yield report(f"`{where}` changes what `{name}` gives, which every request would then share")

    def _patches(self, function: Function) -> Iterator[Doubt]:
        """What tests replace, and the one client would keep for the tests after them."""
        module, patches = function.module, self._project.patches
        if not patches.load(module):
            return
        names = {ENVIRONMENT}
        for node in function.nodes:
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                if dotted := module.dotted(node):
                    names |= {dotted, f"{module.name}.{ast.unparse(node)}"}
        if found := patches.of(names, ()):
            yield report(
                f"tests patch `{found[0].dotted}`, and a cached client would keep that for the next test"
            )


def _is_of_clients(entry: Entry) -> bool:
    return entry.module.startswith(_OF_CLIENTS) and (entry.known or entry.is_class)
