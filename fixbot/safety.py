"""Doubts: why a rewrite is not simply safe. Small named predicates that codemods share.

Each predicate looks at one place and returns None or a `Doubt`. The list in a codemod is its safety
argument; each predicate in it has a test where it alone stops the rewrite.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fixbot.model import Safety
from fixbot.project.affinity import Affinity
from fixbot.project.atomicity import Atomicity, Place, Tear, Torn
from fixbot.project.calls import CallEffect, simple_name
from fixbot.project.effects import DEFAULT_APP, Effects, Kind, Resource, State, Summary
from fixbot.project.flow import in_first_iterable, may_follow, surely_between
from fixbot.project.locks import may_be_thread_lock
from fixbot.project.loops import names_in
from fixbot.project.module import Function, Module
from fixbot.project.project import Project

_HARMLESS_CONTEXTS = frozenset(
    "contextlib.suppress contextlib.nullcontext contextlib.closing tempfile.TemporaryDirectory "
    "tempfile.NamedTemporaryFile tempfile.TemporaryFile tempfile.SpooledTemporaryFile".split()
)
_CANCELLING = frozenset(
    "asyncio.timeout asyncio.timeout_at asyncio.wait_for async_timeout.timeout anyio.fail_after anyio.move_on_after".split()
)
_CATCHES_CANCELLING = frozenset({"BaseException", "CancelledError", "GeneratorExit", ""})


@dataclass(frozen=True, slots=True)
class Doubt:
    """`safety` is the most that is left (`review` or `report`); `reason` is one sentence for the maintainer."""

    safety: Safety
    reason: str


def report(reason: str) -> Doubt:
    """No edit, because of this."""
    return Doubt(Safety.REPORT, reason)


def review(reason: str) -> Doubt:
    """An edit that a person must accept, because of this."""
    return Doubt(Safety.REVIEW, reason)


def strongest(doubts: Iterator[Doubt | None]) -> Doubt | None:
    """The first of those that leave least; nothing more is asked once an edit is ruled out."""
    found: Doubt | None = None
    for doubt in doubts:
        if doubt and doubt.safety is Safety.REPORT:
            return doubt
        found = found or doubt
    return found


# --- a new await comes between things that were one step ------------------------------------------


def breaks_atomicity(place: Place, atomicity: Atomicity) -> Doubt | None:
    """A new await lets other tasks run between what was one step, here and in whatever awaits this function."""
    return strongest(
        _torn(tear)
        for at in atomicity.places(place.node, place.function, place.does)
        for tear in atomicity.tears(at)
    )


def _torn(tear: Tear) -> Doubt:
    first, second = f"`{tear.first}`", f"`{tear.second}`"
    if isinstance(tear.first, Resource) and isinstance(tear.second, Resource):
        first = described(tear.first, tear.second)
    sure = _SURELY_TORN.get(tear.kind) if tear.is_sure or tear.kind is Torn.LOOP else None
    sentence = sure or _TORN[tear.kind]
    if tear.kind is Torn.RESOURCE and _adds_to_many(tear.first, tear.second):
        sentence = _DUPLICATE
    said = sentence.format(where=f"`{tear.function.label}`", first=first, second=second)
    return report(said) if sure else review(said)


def _adds_to_many(first: object, second: object) -> bool:
    """Whether a query comes first and a new document after it."""
    return isinstance(first, Resource) and isinstance(second, Resource) and first.many and second.fresh


_SURELY_TORN = {
    Torn.STATE: "{where} reads {first} before and changes it after; an await lets other tasks change it in between",
    Torn.LOOP: "{where} loops over {first} itself, and other code changes it; loop over a copy first",
}
"""What makes it wrong, not only doubtful."""

_DUPLICATE = (
    "{where} looks through {first} and then adds one; with an await in between, another task can add the same in the "
    "meantime (duplicate)"
)
_TORN = {
    Torn.STATE: (
        "{where} reads {first} before and changes it after; another task that shares it may now come in between"
    ),
    Torn.FILLED: (
        "{where} looks {first} up before and fills it in after; with an await in between, two tasks may make it twice"
    ),
    Torn.RESOURCE: (
        "{where} reads and then writes {first}; with an await in between, another task can change it in the meantime "
        "(lost update)"
    ),
    Torn.READ_BACK: (
        "{where} writes and then reads back {first}; with an await in between, another task can write to it in the meantime"
    ),
    Torn.STALE: (
        "{where} reads something outside and keeps it in {second}; with an await in between, another task may have put "
        "something newer there"
    ),
    Torn.OVERWRITTEN: "{where} sets {first} before and uses it after; another task may now set it in between",
    Torn.HALF_DONE: (
        "{where} changes {first} before and {second} after; other tasks would now see one without the other"
    ),
    Torn.CHECKED: "{where} tests {first} before and uses it after; other code may now change it in between",
    Torn.STARTED: "a task that {first} starts would now run before {second} is set",
}


def torn_in_threads(does: Summary, atomicity: Atomicity) -> Doubt | None:
    """A helper that reads and then writes was one step on the event loop; in threads two of them interleave."""
    for function in sorted(does.functions, key=lambda f: f.qualname):
        if found := atomicity.reads_then_writes(function):
            if _adds_to_many(*found):
                return review(
                    f"`{function.label}` looks through {described(*found)} and then adds one; in threads, two requests can "
                    "do so at the same time (duplicate)"
                )
            return review(
                f"`{function.label}` reads and then writes {described(*found)}; in threads, two requests can do so at "
                "the same time (lost update)"
            )
    return None


def described(first: Resource, second: Resource) -> str:
    """What both may be, for a sentence."""
    names = {"firestore": "Firestore documents", "gcs": "an object in storage", "file": "files", "sql": "rows",
             "http": "over HTTP", "process": "what other processes see", "auth": "accounts"}  # fmt: skip
    what = names.get(first.service, first.service)
    if first.service == "http":
        return f"`{first.name}` {what}" if first.name == second.name != "" else f"something {what}"
    return f"{what} in `{first.name}`" if first.name == second.name != "" else f"{what} that may be the same"


# --- what surrounds the place ------------------------------------------------------------------------


def no_await_here(node: ast.AST, module: Module) -> Doubt | None:
    """`await` is not possible in a class body or an annotation, and would make a generator expression asynchronous."""
    path, comprehensions = [node], 0
    for parent in module.ancestors(node):
        below = path[-1]
        match parent:
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                if not in_first_iterable(parent, path):
                    comprehensions += 1
                    if isinstance(parent, ast.GeneratorExp):
                        return report(
                            "inside a generator expression an `await` would make it asynchronous; use a list comprehension"
                        )
            case ast.ClassDef(body=body) if below in body:
                return report("an `await` is not possible in the body of a class")
            case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation) if annotation is below:
                return report("an `await` is not possible in an annotation")
            case ast.FunctionDef(returns=annotation) | ast.AsyncFunctionDef(returns=annotation) if (
                annotation is below
            ):
                return report("an `await` is not possible in an annotation")
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) if below in body:
                break
        path.append(parent)
    if comprehensions > 1:
        return review("an `await` in a comprehension inside another one needs Python 3.11")
    return None


def sync_lock_held(place: Place, atomicity: Atomicity) -> Doubt | None:
    """A new await while a thread lock is held stops the whole loop as soon as a second task wants the lock."""
    for at in atomicity.places(place.node, place.function, place.does):
        for lock in _thread_locks(at, atomicity):
            return report(
                f"`{at.function.label}` holds `{ast.unparse(lock)[:40]}`, a lock for threads; waiting with it held can "
                "stop the whole event loop"
            )
    return None


def _thread_locks(at: Place, atomicity: Atomicity) -> Iterator[ast.expr]:
    """Locks held at a place: by `with`, by `acquire()`, or entered into an exit stack before it."""
    module, project = at.module, atomicity.effects.project
    for parent in _withs(at.node, module):
        for item in parent.items:
            if may_be_thread_lock(item.context_expr, module, project) or _locks_inside(
                item.context_expr, at, atomicity
            ):
                yield item.context_expr
    for call in at.function.calls:
        match call:
            case ast.Call(func=ast.Attribute(value=lock, attr="acquire" | "__enter__")):
                pass
            case ast.Call(func=ast.Attribute(attr="enter_context"), args=[lock]):
                pass
            case _:
                continue
        if isinstance(module.parents[call], ast.Await) or not may_be_thread_lock(lock, module, project):
            continue
        if may_follow(call, at.node, module) and not surely_between(call, at.node, _gives_back(lock), module):
            yield lock


def _locks_inside(manager: ast.expr, at: Place, atomicity: Atomicity) -> bool:
    """Whether a context manager that the project wrote holds a lock itself."""
    callee = manager.func if isinstance(manager, ast.Call) else manager
    effects = atomicity.effects
    return any(
        isinstance(node, ast.withitem)
        and may_be_thread_lock(node.context_expr, inner.module, effects.project)
        for function in effects.of_name(callee, at.module).functions
        if not function.is_async
        for inner in effects.summary(function).functions
        for node in inner.nodes
    )


def _gives_back(lock: ast.expr) -> Callable[[ast.stmt], bool]:
    released = f"{ast.unparse(lock)}.release()"
    return lambda statement: isinstance(statement, ast.Expr) and ast.unparse(statement) == released


def inside_context(place: Place, atomicity: Atomicity) -> Doubt | None:
    """Inside a `with` whose exit undoes, commits or closes something that the thread may still be using."""
    used = _names_behind(place.node, place.function)
    for parent in _withs(place.node, place.module):
        for item in parent.items:
            name = ast.unparse(item.context_expr)[:40]
            if item.optional_vars and names_in(item.optional_vars) & used:
                return report(
                    f"works on what `with {name}` opened and will close; move the whole block to a function "
                    "and call that in a thread"
                )
            if not _may_stay_open(item.context_expr, place, atomicity):
                return review(
                    f"stands inside `with {name}`, and fixbot does not know whether that may stay open across an await"
                )
    return None


def _names_behind(node: ast.AST, function: Function) -> set[str]:
    """The names that an expression reads, and those that what they hold was made of."""
    found: set[str] = set()
    pending = [node]
    while pending:
        new = names_in(pending.pop()) - found
        found |= new
        pending += [function.values[name] for name in new if name in function.values]
    return found


def _may_stay_open(manager: ast.expr, at: Place, atomicity: Atomicity) -> bool:
    effects, module = atomicity.effects, at.module
    if may_be_thread_lock(manager, module, effects.project):
        return True  # for another doubt
    callee = manager.func if isinstance(manager, ast.Call) else manager
    if module.dotted(callee) in _HARMLESS_CONTEXTS:
        return True
    effect = effects.of_name(callee, module)
    if effect.functions and not effect.entries and effect.known:
        does = Summary.joined(effects.summary(f) for f in effect.functions)
        return not (does.unknown or does.sets or does.flags or does.writes or effect.makes)
    targets = effects.project.targets(callee, module)
    return bool(targets) and all(t.module in ("builtins", "io", "_io", "tempfile") for t in targets)


def opens_context(node: ast.AST, module: Module) -> Doubt | None:
    """`with open(path) as f:` opens, uses and closes: these belong into one thread, together."""
    parent = module.parents[node]
    if isinstance(parent, ast.withitem) and isinstance(module.parents[parent], ast.With):
        return report(
            "opening, using and closing belong together; move the whole `with` block to a function and call that "
            "in a thread"
        )
    return None


def may_be_cancelled(place: Place, atomicity: Atomicity) -> Doubt | None:
    """A thread cannot be cancelled: inside a timeout the write would still happen."""
    if not place.does.writes:
        return None
    for at in atomicity.places(place.node, place.function, place.does):
        for parent in (at.node, *at.module.ancestors(at.node)):
            timeouts = (
                [i.context_expr for i in parent.items]
                if isinstance(parent, ast.AsyncWith | ast.With)
                else [parent]
            )
            for timeout in timeouts:
                if isinstance(timeout, ast.Call) and at.module.dotted(timeout.func) in _CANCELLING:
                    return review(
                        "writes inside a timeout; a thread goes on after the timeout, so the write may still happen"
                    )
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
                break
    return None


def cleans_up(node: ast.AST, module: Module) -> Doubt | None:
    """Clean-up runs when a task is cancelled, too; an await in it can be cancelled in its turn."""
    below = node
    for parent in module.ancestors(node):
        match parent:
            case ast.Try(finalbody=body) if below in body:
                return review(
                    "is part of the clean-up; where the task is cancelled, a new await here may be cancelled, too"
                )
            case ast.ExceptHandler(type=caught) if below in parent.body:
                names = (
                    {simple_name(n) for n in ast.walk(caught) if isinstance(n, ast.expr)} if caught else {""}
                )
                if names & _CATCHES_CANCELLING:
                    return review(
                        "runs when the task is cancelled, too; there, a new await may be cancelled in its turn"
                    )
            case ast.AsyncFunctionDef(name="__aexit__"):
                return review(
                    "is part of the clean-up; where the task is cancelled, a new await here may be cancelled, too"
                )
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return None
        below = parent
    return None


def foreign_event_loop(module: Module, project: Project) -> Doubt | None:
    """trio, or anyio that may run on trio: asyncio's functions do not work there."""
    roots = {target.partition(".")[0] for target in module.any_imports.values()}
    if project.mentions_trio and "asyncio" not in roots:
        return report("this project also runs on trio, where asyncio's functions do not work")
    if "trio" in roots:
        return report("this module uses trio, where asyncio's functions do not work")
    if "anyio" in roots and "asyncio" not in roots:
        return report("this module uses anyio and may run on trio; use `anyio.to_thread.run_sync` here")
    return None


def _withs(node: ast.AST, module: Module) -> Iterator[ast.With]:
    """Sync `with` blocks of the same function whose body holds `node`."""
    below = node
    for parent in module.ancestors(node):
        if isinstance(parent, ast.With) and below in parent.body:
            yield parent
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        below = parent


def more_than_calls(
    call: ast.Call, steps: Sequence[ast.Call], function: Function, effects: Effects
) -> Doubt | None:
    """Several waits (`steps`) move to the thread as one expression, and with them whatever else it evaluates."""
    chain = {call, *steps}
    for node in ast.walk(call) if steps else ():
        match node:
            case ast.Await() | ast.Yield() | ast.NamedExpr() | ast.Call(func=ast.Name(id="super")):
                return report(
                    "waits several times in one expression that cannot move to a thread as it is; take it apart"
                )
            case ast.Call() if node not in chain:
                does, effect = effects.summary_of(node, function), effects.of_call(node, function.module)
                if not effect.known or does != Summary(functions=does.functions):
                    return report(
                        f"waits several times in one expression, with `{ast.unparse(node.func)[:40]}()` in between; take it apart"
                    )
    return None


# --- what would run in another thread -------------------------------------------------------------------


def bound_to_thread(does: Summary, node: ast.AST, module: Module) -> Doubt | None:
    """Thread-locals, context variables, the running loop and the current exception are not the same in another thread."""
    sentences = {
        "thread_local": "uses state of the current thread (a thread-local), which another thread would not see",
        "context_write": "sets a context variable; what another thread sets does not come back",
        "event_loop": "needs the running event loop, which another thread does not have",
        "interactive": "waits for a person at the terminal; a service should not",
        "stop_iteration": "may raise StopIteration, which cannot come out of a thread: the await would never end",
        "caller_frame": "looks at the frames of its callers, which in a thread are others",
    }
    for flag, sentence in sentences.items():
        if flag in does.flags:
            return report(sentence)
    if "current_exception" in does.flags and any(
        isinstance(p, ast.ExceptHandler | ast.Try) for p in module.ancestors(node)
    ):
        return review("uses the exception that is being handled here, which another thread does not know")
    return None


def unknown_below(does: Summary) -> Doubt | None:
    """Something in the helper could not be resolved, so nobody can say whether a thread is right for it."""
    if does.unknown:
        names = sorted(does.unknown)
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        listed = ", ".join(f"`{n}`" for n in names[:2])
        return review(
            f"the helper calls {listed}{more}, which fixbot does not know; check that a thread is right for it"
        )
    return None


def changes_state_below(does: Summary) -> Doubt | None:
    """The helper changes shared state: in a thread it would do so at the same time as the loop and other threads."""
    names = sorted({str(s) for s in does.sets - does.fills - does.guarded if s.certain})
    if names:
        return report(
            f"changes `{names[0]}`, which other requests use at the same time; in a thread that is a data race"
        )
    if does.fills:
        return review(
            f"fills in `{min(map(str, does.fills))}` where it is missing; two requests at once may make it twice"
        )
    if does.guarded:
        return review(
            f"holds the lock that guards `{min(map(str, does.guarded))}`; where the event loop takes it itself, it "
            "waits for the thread"
        )
    given = sorted({str(s) for s in does.sets if not s.is_guess})
    if given:
        return review(
            f"changes `{given[0]}`, which its caller handed in; check that no other task uses it meanwhile"
        )
    return None


def builds_below(does: Summary) -> Doubt | None:
    """The helper builds something at its first use: two first requests at once may build it twice."""
    if DEFAULT_APP in does.builds:
        return review(
            f"makes {DEFAULT_APP} on first use, where the second of two first requests at once may fail; make it at "
            "start-up"
        )
    if does.builds:
        return review(
            f"builds `{min(does.builds)}` on first use; two first requests at once may build it twice"
        )
    return None


def uses_state_below(does: Summary, function: Function, effects: Effects) -> Doubt | None:
    """The helper uses state that other code changes: in a thread both can happen at the same time."""
    for state in sorted(does.gets | does.looks, key=str):
        if state.certain and state not in does.guarded and effects.changed_by_others(state, function):
            return review(
                f"uses `{state}`, which other code changes; in a thread both can happen at the same time"
            )
    return None


def shares_an_argument(call: ast.Call, function: Function, effects: Effects) -> Doubt | None:
    """A list or dict that other code changes in place is handed to the thread, which reads it meanwhile."""
    inside = {n for part in (*call.args, *(k.value for k in call.keywords)) for n in _parts(part)}
    for event in effects.events(function):
        if (
            event.kind is Kind.GET
            and event.node in inside
            and isinstance(event.what, State)
            and event.what.certain
        ):
            if effects.changed_inside(event.what):
                return review(
                    f"hands `{event.what}` to the thread, while other code may change what is in it; hand over a copy"
                )
    return None


def _parts(value: ast.expr) -> Iterator[ast.AST]:
    """An argument, or what a display in its place is made of."""
    match value:
        case ast.Dict(values=values) | ast.List(elts=values) | ast.Tuple(elts=values) | ast.Set(elts=values):
            for inner in values:
                yield from _parts(inner)
        case ast.Starred(value=inner):
            yield from _parts(inner)
        case _:
            yield value


def needs_own_thread(effect: CallEffect, affinity: Affinity) -> Doubt | None:
    """Objects such as sqlite3 connections may only be used in the thread that made them."""
    if any(map(affinity.is_bound, effect.entries)):
        return report(
            "its objects may only be used in the thread that made them; move opening, using and closing "
            "into one function and call that in a thread"
        )
    for function in effect.functions:
        if leaking := affinity.leak(function):
            return report(
                f"`{leaking.label}` passes on an object that may only be used in the thread that made it"
            )
    return None


def used_by_two_threads(
    call: ast.Call, effect: CallEffect, function: Function, effects: Effects
) -> Doubt | None:
    """A shared object that two threads may not use at once, such as one `requests.Session` for all requests."""
    if isinstance(call.func, ast.Attribute) and effects.newness.is_new(call.func.value, function):
        return None
    for entry in effect.entries:
        owner = effects.project.catalogue.owner(entry)
        if owner and "not_thread_safe" in owner.flags and not entry.qualname.endswith("__init__"):
            return review(
                f"`{owner.qualname}` is not documented to be safe in two threads at once; make one per thread or request"
            )
    return None


def tests_patch(dotted: str, project: Project) -> Doubt | None:
    """Tests replace this function by a mock, and would no longer see it called."""
    module, _, name = dotted.rpartition(".")
    patched = re.compile(
        rf"""["'](?:[\w.]+\.)?{re.escape(dotted)}["']|\b{re.escape(module)}\s*,\s*["']{re.escape(name)}["']"""
    )
    for path, source in sorted(project.sources.items()):
        if "test" in path and patched.search(source.text):
            return review(f"`{path}` patches `{dotted}`, which would no longer be called")
    return None
