"""May one instance of a class serve every request? Small named predicates, each with its sentence.

One instance instead of one per request is right only when an instance carries nothing of a request
and may be used by all threads and tasks at once. Each predicate looks for one reason why not.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from fixbot.catalogue import Entry
from fixbot.model import Safety
from fixbot.project.classes import (
    HARMLESS_BASES,
    Classes,
    Construction,
    ProjectClass,
    Step,
    is_container,
    is_property,
    keeps_its_result,
    self_name,
)
from fixbot.project.module import Function, Module, own_nodes
from fixbot.project.origin import origin
from fixbot.project.project import Project
from fixbot.project.services import Factory, returned_call
from fixbot.safety import Doubt, report, review

_PER_REQUEST = (
    "uuid.uuid", "random.", "secrets.", "time.time", "time.monotonic", "time.perf_counter", "time.localtime",
    "time.gmtime", "time.strftime", "contextvars.ContextVar.get", "_contextvars.ContextVar.get",
    "contextvars.copy_context", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "os.urandom", "threading.get_ident", "threading.current_thread", "asyncio.current_task",
    "flask.request", "flask.g.", "flask.session", "quart.request", "quart.g.", "starlette_context.",
)  # fmt: skip
_SESSION = re.compile(
    r"session(?:local|maker)?\Z|cursor\Z|transaction\Z|connection\Z|connect\Z|unitofwork\Z|batch\Z|bulkwriter\Z",
    re.I,
)
_OF_CLIENTS = ("", "auth")
_CLOSERS = ("close", "aclose", "shutdown", "disconnect", "dispose", "cleanup", "stop", "terminate")
_CONTEXT = ("__enter__", "__aenter__", "__del__")
_TEXT_METHODS = frozenset(
    "strip rstrip lstrip split rsplit lower upper title format join items keys values get copy replace startswith "
    "endswith encode decode removeprefix removesuffix".split()
)
"""What is only ever a method of text and of plain containers, whatever the type checker knows of the receiver."""
_ITERATORS = ("iter", "zip", "map", "filter", "enumerate", "reversed")
_MAX_FACTORIES = 4
_LOG_METHODS = ("debug", "info", "warning", "error", "exception", "critical")
_VALUE_BASES = (
    "pydantic.",
    "pydantic_settings.",
    "enum.",
    "typing.NamedTuple",
    "typing.TypedDict",
    "sqlmodel.",
)
_VALUE_DECORATORS = ("dataclass", "define", "frozen", "attrs", "attr.s", "s", "total_ordering")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A class that one instance could stand for, and what building that instance does."""

    made: ProjectClass
    construction: Construction
    makers: set[str]
    """Names of the functions that return one."""
    project: Project
    classes: Classes
    factory: Factory | None = None
    """The one that makes it, where it passes arguments."""

    @cached_property
    def collaborators(self) -> list[ProjectClass]:
        """The class itself and the project's classes it builds and keeps."""
        return [self.made, *(c for c in self.construction.classes if c is not self.made)]

    @property
    def builds_clients(self) -> bool:
        """Whether an instance takes hold of clients, or makes other services: then one is as good as many.

        Of clients that the library itself keeps too, as firebase_admin does; it looks for them each time.
        """
        others = [made for made in self.construction.classes if made is not self.made]
        entries = [t.entry for step in self.construction.steps for t in step.targets if t.entry]
        return bool(
            self.construction.kept
            or self.makes_clients
            or any(entry.reads == "auth" and not entry.blocks for entry in entries)
            or any(is_service(made) for made in others)
            or any(_makes_unknown(step) for step in self.construction.steps)
        )

    @property
    def makes_clients(self) -> bool:
        """Whether it makes library clients that are meant to be made once."""
        return any("shared" in made.flags for _, made in self.library_classes)

    @cached_property
    def library_classes(self) -> list[tuple[Step, Entry]]:
        """Library classes whose instances it makes, as far as the catalogue knows them."""
        return [
            (step, made)
            for step in self.construction.steps
            for target in step.targets
            if target.entry and (made := _made_class(target.entry, self.project))
        ]

    def names_used(self) -> tuple[set[str], set[str]]:
        """Dotted names that building an instance looks up, as written in each module and as they resolve.

        Those of the classes it builds come second: what tests replace in a class does not stay in an instance.
        """
        classes = {
            f"{module.name}.{module.qualname(node)}"
            for made in self.collaborators
            for module, node in made.lineage
        }
        names, of_classes = set[str](), set(classes)
        for function in (*self.construction.functions, *self.construction.kept):
            module = function.module
            names.add(f"{module.name}.{function.qualname}")
            for node in function.nodes:
                if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                    if dotted := module.dotted(node):
                        group = of_classes if dotted in classes else names
                        group.update((dotted, f"{module.name}.{ast.unparse(node)}"))
        return names, of_classes


def is_service(made: ProjectClass) -> bool:
    """Whether a class is one that does things for others: no value, no exception, no thread, no own `__new__`."""
    if made.node.decorator_list or "__new__" in made.methods:
        return False
    tops = [base.partition(".")[0] for base in made.foreign_bases if base not in HARMLESS_BASES]
    return not is_value(made) and not any(
        top in sys.stdlib_module_names or hasattr(builtins, top) for top in tops
    )


def is_value(made: ProjectClass) -> bool:
    """Whether instances are data: pydantic models, dataclasses, enums, exceptions."""
    decorators = {_last_name(d) for _, node in made.lineage for d in node.decorator_list}
    return bool(decorators.intersection(_VALUE_DECORATORS)) or any(
        base.startswith(_VALUE_BASES) or base.endswith(("Error", "Exception", "Warning"))
        for base in made.foreign_bases
    )


# --- the predicates ------------------------------------------------------------------------------


def unknown_base(c: Candidate) -> Doubt | None:
    """It inherits from a library class that fixbot has not read."""
    for made in c.collaborators:
        if not is_value(made):
            for base in made.foreign_bases:
                if base not in HARMLESS_BASES:
                    return report(
                        f"`{made.name}` inherits from `{base}`, which may keep something of a request"
                    )
    return None


def per_request_data(c: Candidate) -> Doubt | None:
    """It takes in something that differs from one request to the next."""
    for function in c.construction.functions:
        for node in own_nodes(function.node, lambdas=False):
            if isinstance(node, ast.Attribute | ast.Name) and function.module.dotted(node).startswith(
                _PER_REQUEST
            ):
                return _per_request(c, ast.unparse(node))
    for step in c.construction.steps:
        for target in step.targets:
            if f"{target.module}.{target.qualname}".startswith(_PER_REQUEST):
                return _per_request(c, step.label)
    return None


def _per_request(c: Candidate, what: str) -> Doubt:
    return report(f"building `{c.made.name}` takes in `{what}`, which differs from one request to the next")


def changes_itself(c: Candidate) -> Doubt | None:
    """A method changes the instance, so that one request would see what another left."""
    for made in c.collaborators:
        for change in c.classes.changes_in_methods(made, c.construction):
            what = f"`self.{change.attribute}`" if change.attribute else "attributes of `self`"
            return report(f"`{change.where}` changes {what}, which one request would then leave to the next")
    return None


def changed_elsewhere(c: Candidate) -> Doubt | None:
    """Code outside the class changes its instances."""
    for made in c.collaborators:
        for change in c.classes.changes_elsewhere(made, c.makers if made is c.made else ()):
            what = f"`.{change.attribute}`" if change.attribute else "attributes"
            return report(
                f"`{change.where}` changes {what} of a `{made.name}`, which every request would then share"
            )
    return None


def caches_answers(c: Candidate) -> Doubt | None:
    """A method caches what it answered for this instance, which now lives on."""
    for made in c.collaborators:
        for name, function in made.methods.items():
            for decorator in function.node.decorator_list:
                if "cache" in _last_name(decorator).lower() and not is_property(function):
                    return report(
                        f"`{made.name}.{name}` caches its answers for each instance; one instance keeps them for good"
                    )
    return None


def keeps_an_iterator(c: Candidate) -> Doubt | None:
    """It keeps an iterator, which the first request would use up."""
    for made in c.collaborators:
        for attribute, values in made.attributes.items():
            for value in values:
                if isinstance(value, ast.GeneratorExp) or (
                    isinstance(value, ast.Call) and _last_name(value.func) in _ITERATORS
                ):
                    return report(
                        f"`{made.name}` keeps an iterator, `{attribute}`, which the first request would use up"
                    )
    return None


def event_loop_bound(c: Candidate) -> Doubt | None:
    """It keeps something that belongs to one event loop."""
    for step, made in c.library_classes:
        if "loop_bound" in made.flags:
            return report(
                f"`{c.made.name}` keeps `{step.label}()`, which belongs to the event loop it was first used in"
            )
    for step in c.construction.steps:
        if any(t.entry and "event_loop" in t.entry.flags for t in step.targets):
            return report(f"`{c.made.name}` is tied to the event loop by `{step.label}()` when it is built")
    return None


def thread_bound(c: Candidate) -> Doubt | None:
    """It keeps something that belongs to one thread."""
    for step, made in c.library_classes:
        if "thread_affine" in made.flags:
            return report(
                f"`{c.made.name}` keeps `{step.label}()`, which only the thread that made it may use"
            )
    for step in c.construction.steps:
        if step.dotted == "threading.local" or any(
            t.entry and "thread_local" in t.entry.flags for t in step.targets
        ):
            return report(f"`{c.made.name}` keeps something of the current thread: `{step.label}()`")
    return None


def one_thread_at_a_time(c: Candidate) -> Doubt | None:
    """It keeps something that two threads must not use at once."""
    for step, made in c.library_classes:
        if "not_thread_safe" in made.flags:
            return report(
                f"`{c.made.name}` keeps `{step.label}()`, which two requests must not use at the same time"
            )
    return None


def holds_session(c: Candidate) -> Doubt | None:
    """It keeps a database session, transaction, cursor or the like: a unit of one request's work."""
    for step, made in c.library_classes:
        if _SESSION.search(made.qualname):
            return _session(c, step)
    for step in c.construction.steps:
        if any(t.owner or t.function or t.stdlib for t in step.targets):
            continue
        source, home = origin(step.call.func, step.module, c.project)
        name = home.dotted(source.func) if isinstance(source, ast.Call) else step.dotted or step.label
        if _SESSION.search(name.rpartition(".")[2].replace("_", "")) or _SESSION.search(
            _last_name(step.call.func)
        ):
            return _session(c, step)
    return None


def _session(c: Candidate, step: Step) -> Doubt:
    return report(f"`{c.made.name}` keeps `{step.label}()`: a session belongs to one request")


def closed_by_callers(c: Candidate) -> Doubt | None:
    """Someone closes it after use; the next request would find it closed."""
    for name in _CONTEXT:
        if name in c.made.methods:
            return report(f"`{c.made.name}` is made to be closed after use (`{name}`)")
    for name in _CLOSERS:
        if name in c.made.methods:
            for module, node in c.classes.users_of_method(c.made, name, c.makers):
                where = module.qualname(node) or module.path
                return report(
                    f"`{where}` calls `{name}()` on a `{c.made.name}`; the next request would find it closed"
                )
    return None


def unknown_construction(c: Candidate) -> Doubt | None:
    """Building it calls something fixbot knows nothing about."""
    for step in c.construction.steps:
        if not _is_known(step) and not _is_harmless_on_argument(step, c):
            return report(
                f"fixbot does not know `{step.label}()`, which building `{c.made.name}` calls, "
                "and so not whether all requests may share the result"
            )
    return None


def works_when_built(c: Candidate) -> Doubt | None:
    """Building it reads or changes something outside, which would then happen once instead of each time."""
    doubts = []
    for step in c.construction.steps:
        for entry in (target.entry for target in step.targets if target.entry):
            made = _made_class(entry, c.project)
            if made and "shared" in made.flags:
                continue  # credentials, read once for a client, are what is to be saved
            reads, writes = entry.reads not in _OF_CLIENTS, entry.writes not in _OF_CLIENTS
            if reads or writes:
                judge = report if writes and entry.writes != "file" else review
                doubts.append(
                    judge(f"`{step.label}()`, part of building `{c.made.name}`, would run once in a process")
                )
    return max(doubts, key=lambda doubt: list(Safety).index(doubt.safety), default=None)


def keeps_what_is_replaced(c: Candidate) -> Doubt | None:
    """It takes in a global that some function replaces later; the one instance would go on with the old."""
    for function in (*c.construction.functions, *c.construction.kept):
        module = function.module
        for node in function.nodes:
            if (
                isinstance(node, ast.Name)
                and node.id in module.global_names
                and node.id not in function.local_names
            ):
                for other in module.functions.values():
                    if node.id in other.outer_names and other is not function and not keeps_its_result(other):
                        return review(
                            f"`{c.made.name}` takes in `{node.id}` of `{module.name}`, which `{other.name}` replaces; "
                            "the one instance would go on with the old one"
                        )
        if changed := item_that_changes(function):
            return review(
                f"`{c.made.name}` takes in `{changed}` of `{module.name}`, which changes while the program runs; "
                "the one instance would go on with the old one"
            )
        if is_property(function) and _may_change(function):
            return review(
                f"`{c.made.name}` takes in `{function.label}`, which may not be there yet at first; "
                "the one instance would go on without it"
            )
    return None


def item_that_changes(function: Function) -> str:
    """`current["user"]` read from a dict of the module whose items a function of it sets."""
    module = function.module
    for node in function.nodes:
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Load()):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get")):
                pass
            case _:
                continue
        if name in module.global_names and name not in function.local_names:
            for subscript in module.of_type(ast.Subscript):
                match subscript:
                    case ast.Subscript(value=ast.Name(id=found), ctx=ast.Store()) if found == name:
                        if module.function(subscript) not in (None, function):
                            return name
    return ""


def _may_change(function: Function) -> bool:
    """Whether a property sets an attribute that it returns, but sometimes returns something else."""
    owner = self_name(function)
    stored, returned = set[str](), set[str]()
    for node in function.nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store()) if name == owner:
                stored.add(attr)
            case ast.Return(value=ast.Attribute(value=ast.Name(id=name), attr=attr)) if name == owner:
                returned.add(attr)
            case ast.Return():
                returned.add("")
    return bool(stored & returned) and len(returned) > 1


def hands_out_its_state(c: Candidate) -> Doubt | None:
    """A method returns a list or dict of the instance; a caller that changes it changes it for all requests."""
    for made in c.collaborators:
        for name, function in made.methods.items():
            owner = self_name(function)
            for node in own_nodes(function.node):
                match node:
                    case ast.Return(value=ast.Attribute(value=ast.Name(id=receiver), attr=attr)) if (
                        receiver == owner
                    ):
                        if any(is_container(v, function.module) for v in made.attributes.get(attr, ())):
                            return review(
                                f"`{made.name}.{name}` returns its own `{attr}`; a caller that changes it "
                                "changes it for every request"
                            )
    return None


PREDICATES: tuple[Callable[[Candidate], Doubt | None], ...] = (
    unknown_base,
    per_request_data,
    changes_itself,
    caches_answers,
    keeps_an_iterator,
    event_loop_bound,
    thread_bound,
    one_thread_at_a_time,
    holds_session,
    closed_by_callers,
    works_when_built,
    keeps_what_is_replaced,
    hands_out_its_state,
    unknown_construction,
    changed_elsewhere,
)


def sharing_doubts(c: Candidate) -> list[Doubt]:
    """Reasons why one instance should not serve all requests, or not without a look; the first that forbids it ends."""
    doubts: list[Doubt] = []
    for predicate in PREDICATES:
        if doubt := predicate(c):
            doubts.append(doubt)
            if doubt.safety is Safety.REPORT:
                break
    return doubts


# --- what library calls make ---------------------------------------------------------------------


def _made_class(entry: Entry, project: Project) -> Entry | None:
    """The catalogued class that calling `entry` gives an instance of."""
    if entry.is_class:
        return entry
    return project.catalogue.made_by(entry) if entry.returns else None


def _makes_unknown(step: Step) -> bool:
    """Whether a step makes an instance of a library class that nothing is known of."""
    return not _is_known(step) and step.dotted.rpartition(".")[2][:1].isupper()


def _is_harmless_on_argument(step: Step, c: Candidate) -> bool:
    """`self.db.collection("users")` in `__init__`, where the factory passes a client whose `collection` is pure."""
    func = step.call.func
    made_by = _passed(func.value, step.module, c) if isinstance(func, ast.Attribute) else None
    if made_by is None or not isinstance(func, ast.Attribute):
        return False
    name = made_by.simple_name if made_by.is_class else made_by.returns
    methods = [e for (_, q), e in c.project.catalogue.entries.items() if q == f"{name}.{func.attr}"]
    return bool(methods) and all("pure" in method.flags for method in methods)


def _passed(value: ast.expr, module: Module, c: Candidate) -> Entry | None:
    """The library's function or class that makes what a factory passes for a parameter of `__init__`."""
    constructor = c.made.methods.get("__init__")
    source, home = origin(value, module, c.project)
    if c.factory is None or constructor is None or not isinstance(source, ast.Name):
        return None
    if home.function(source) is not constructor or source.id in constructor.binders:
        return None
    names = [a.arg for a in (*constructor.node.args.posonlyargs, *constructor.node.args.args)][1:]
    arguments: dict[str | None, ast.expr] = dict(zip(names, c.factory.call.args, strict=False))
    arguments |= {keyword.arg: keyword.value for keyword in c.factory.call.keywords}
    argument = arguments.get(source.id)
    home = c.factory.module
    for _ in range(_MAX_FACTORIES):
        if argument is None or any(isinstance(a, ast.Starred) for a in c.factory.call.args):
            return None
        argument, home = origin(argument, home, c.project)
        targets = c.project.targets(argument.func, home) if isinstance(argument, ast.Call) else ()
        if len(targets) != 1:
            return None
        function = targets[0].function
        if function is None:
            return targets[0].entry
        argument, home = (None if function.is_async else returned_call(function.node)), function.module
    return None


def _is_known(step: Step) -> bool:
    if step.targets:
        return all(
            t.function or t.owner or t.stdlib or (t.entry and (t.entry.is_class or t.entry.known))
            for t in step.targets
        )
    func = step.call.func
    if isinstance(func, ast.Attribute) and (func.attr in _TEXT_METHODS or _is_logging(func)):
        return True
    match func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
    return step.dotted.partition(".")[0] in sys.stdlib_module_names and step.dotted not in (
        "",
        "threading.local",
    )


def _is_logging(func: ast.Attribute) -> bool:
    """`logger.info(...)`, whatever library the logger is of."""
    return func.attr in _LOG_METHODS and _last_name(func.value).lstrip("_") in (
        "logger",
        "log",
        "logging",
        "LOGGER",
        "LOG",
    )


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Call(func=func):
            return _last_name(func)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
