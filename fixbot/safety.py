"""Doubts: why a rewrite is not simply safe. Small named predicates that codemods share.

Each predicate looks at one place and returns None or a `Doubt`. The list in a codemod is its safety
argument; each predicate in it has a test where it alone stops the rewrite.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.model import Safety
from fixbot.project.effects import CallEffect, Event, Kind, Resource, Summary, simple_name
from fixbot.project.flow import may_follow, surely_between
from fixbot.project.loops import names_in
from fixbot.project.module import Function, Module
from fixbot.project.project import Project
from fixbot.project.state import State

_LOCK_WORDS = ("lock", "mutex", "semaphore", "condition")
_HARMLESS_CONTEXTS = frozenset(
    "contextlib.suppress contextlib.nullcontext tempfile.TemporaryDirectory tempfile.NamedTemporaryFile "
    "tempfile.TemporaryFile tempfile.SpooledTemporaryFile warnings.catch_warnings".split()
)
_CANCELLING = frozenset(
    {"asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout", "anyio.fail_after"}
)
_MAX_CALLERS = 6
"""How far up the chain of awaiting callers atomicity is followed."""


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


# --- a new await comes between things that were one step ------------------------------------------


def breaks_atomicity(node: ast.AST, function: Function, project: Project, does: Summary) -> Doubt | None:
    """A new await at `node` lets other tasks run between a read of shared state and a write after it.

    Followed up through the callers that await this function: for them, too, it was one step.
    `does` is what the code at `node` does itself.
    """
    reached: list[Doubt] = []
    for place, around, own in _steps_up(node, function, project, does):
        events = _events_around(place, around, project)
        reached += [
            d
            for d in (_torn_state(place, around, events, own), _torn_resource(place, around, events, own))
            if d
        ]
        if any(d.safety is Safety.REPORT for d in reached):
            break
    return max(reached, key=lambda d: list(Safety).index(d.safety), default=None)


def _steps_up(
    node: ast.AST, function: Function, project: Project, does: Summary
) -> Iterator[tuple[ast.AST, Function, Summary]]:
    """The place itself, then every awaited call of the function around it, and so on up."""
    pending: list[tuple[ast.AST, Function, Summary, int]] = [(node, function, does, 0)]
    seen: set[Function] = set()
    while pending:
        place, around, own, depth = pending.pop(0)
        yield place, around, own
        if around in seen or depth >= _MAX_CALLERS:
            continue
        seen.add(around)
        for caller, call in project.effects.callers(around):
            if caller.is_async and isinstance(caller.module.parents[call], ast.Await):
                pending.append((call, caller, project.effects.summary(around), depth + 1))


def _events_around(place: ast.AST, function: Function, project: Project) -> list[Event]:
    """What else the function does: its own events, and what each call in it does as a whole."""
    events: list[Event] = []
    inside = {n for n in ast.walk(place) if n is not place}
    for event in project.effects.events(function):
        if event.node is place:
            continue
        if event.kind is not Kind.CALL:
            events.append(event)
        elif isinstance(event.what, Function) and event.node not in inside:
            does = project.effects.summary(event.what)
            events += (Event(event.node, Kind.READ, r) for r in does.reads)
            events += (Event(event.node, Kind.WRITE, r) for r in does.writes)
            events += (Event(event.node, Kind.GET, s) for s in does.gets)
            events += (Event(event.node, Kind.SET, s) for s in does.sets)
    return events


def _torn_state(place: ast.AST, function: Function, events: list[Event], own: Summary) -> Doubt | None:
    module = function.module
    gets = [(e.node, e.what) for e in events if e.kind is Kind.GET] + [(place, s) for s in own.gets]
    sets = [(e.node, e.what) for e in events if e.kind is Kind.SET] + [(place, s) for s in own.sets]
    for read, state in gets:
        for write, other in sets:
            if state == other and _comes_between(place, read, write, events, module):
                assert isinstance(state, State)
                if not state.certain:
                    return review(
                        f"`{state}` comes from the caller, is read before and changed after this; "
                        "another task that shares it may run in between"
                    )
                return report(
                    f"reads `{state}` before and writes it after this call; an await here would let another "
                    "task change it in between"
                )
    return None


def _torn_resource(place: ast.AST, function: Function, events: list[Event], own: Summary) -> Doubt | None:
    module = function.module
    reads = [(e.node, e.what) for e in events if e.kind is Kind.READ] + [(place, r) for r in own.reads]
    writes = [(e.node, e.what) for e in events if e.kind is Kind.WRITE] + [(place, r) for r in own.writes]
    for read, resource in reads:
        for write, other in writes:
            assert isinstance(resource, Resource) and isinstance(other, Resource)
            if resource.may_be(other) and _comes_between(place, read, write, events, module):
                return review(
                    f"{_where(function)} reads and then writes {_described(resource, other)}; with an await in between, "
                    "another task can change it in the meantime (lost update)"
                )
    return None


def _comes_between(
    place: ast.AST, read: ast.AST, write: ast.AST, events: list[Event], module: Module
) -> bool:
    """Whether a new await at `place` separates `read` from `write`, which nothing separated before."""
    if read is place and write is place and not may_follow(place, place, module):
        return False
    if not (read is place or may_follow(read, place, module)):
        return False
    if not (write is place or may_follow(place, write, module)):
        return False
    if _same_async_lock(place, read, write, module):
        return False
    return not any(e.kind is Kind.SUSPEND and surely_between(read, e.node, write, module) for e in events)


def torn_in_threads(does: Summary, project: Project) -> Doubt | None:
    """A helper that reads and then writes was one step on the event loop; in threads two of them interleave."""
    for function in does.functions:
        events = _events_around(function.node, function, project)
        for read in (e for e in events if e.kind is Kind.READ):
            for write in (e for e in events if e.kind is Kind.WRITE):
                assert isinstance(read.what, Resource) and isinstance(write.what, Resource)
                if (
                    read.node is not write.node
                    and read.what.may_be(write.what)
                    and may_follow(read.node, write.node, function.module)
                ):
                    return review(
                        f"{_where(function)} reads and then writes {_described(read.what, write.what)}; in threads, two "
                        "requests can do so at the same time (lost update)"
                    )
    return None


def _same_async_lock(place: ast.AST, read: ast.AST, write: ast.AST, module: Module) -> bool:
    """Whether an `async with lock:` holds all three, so that other tasks wait for the whole."""
    locks = [
        p
        for p in module.ancestors(place)
        if isinstance(p, ast.AsyncWith) and any(_sounds_like_lock(i.context_expr) for i in p.items)
    ]
    return any(lock in set(module.ancestors(read)) and lock in set(module.ancestors(write)) for lock in locks)


def _where(function: Function) -> str:
    return f"`{function.label}`"


def _described(first: Resource, second: Resource) -> str:
    names = {"firestore": "Firestore documents", "gcs": "an object in storage", "file": "files", "sql": "rows",
             "http": "over HTTP", "process": "what other processes see", "auth": "accounts"}  # fmt: skip
    what = names.get(first.service, first.service)
    if first.name and first.name == second.name:
        return f"{what} in `{first.name}`"
    return f"{what} that may be the same"


# --- what surrounds the place ------------------------------------------------------------------------


def sync_lock_held(node: ast.AST, module: Module) -> Doubt | None:
    """A new await while a thread lock is held stops the whole loop as soon as a second task wants the lock."""
    for manager in _open_contexts(node, module):
        if _sounds_like_lock(manager):
            return report(
                f"holds `{ast.unparse(manager)[:40]}`, a lock for threads; waiting with it held can stop the whole "
                "event loop"
            )
    return None


def inside_context(node: ast.AST, module: Module, project: Project) -> Doubt | None:
    """Inside a `with` whose exit undoes, commits or closes something that the thread may still be using."""
    used = names_in(node)
    for parent in _withs(node, module):
        for item in parent.items:
            manager = item.context_expr
            name = ast.unparse(manager)[:40]
            bound = names_in(item.optional_vars) if item.optional_vars else frozenset()
            if bound & used:
                return report(
                    f"works on what `with {name}` opened and will close; move the whole block to a function "
                    "and call that in a thread"
                )
            callee = manager.func if isinstance(manager, ast.Call) else manager
            if _sounds_like_lock(manager) or module.dotted(callee) in _HARMLESS_CONTEXTS:
                continue
            targets = project.targets(callee, module)
            if targets and all(
                t.module in ("builtins", "io", "tempfile", "contextlib", "time") for t in targets
            ):
                continue
            return review(
                f"stands inside `with {name}`, and fixbot does not know whether that may stay open across an await"
            )
    return None


def opens_context(node: ast.AST, module: Module) -> Doubt | None:
    """`with open(path) as f:` opens, uses and closes: these belong into one thread, together."""
    parent = module.parents[node]
    if isinstance(parent, ast.withitem) and isinstance(module.parents[parent], ast.With):
        return report(
            "opening, using and closing belong together; move the whole `with` block to a function and call that "
            "in a thread"
        )
    return None


def may_be_cancelled(node: ast.AST, module: Module, does: Summary) -> Doubt | None:
    """A thread cannot be cancelled: inside a timeout the write would still happen."""
    for parent in module.ancestors(node):
        if isinstance(parent, ast.AsyncWith) and does.writes:
            for item in parent.items:
                callee = (
                    item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
                )
                if module.dotted(callee) in _CANCELLING:
                    return review(
                        "writes inside a timeout; a thread goes on after the timeout, so the write may still happen"
                    )
    return None


def foreign_event_loop(module: Module) -> Doubt | None:
    """trio, or anyio that may run on trio: asyncio's functions do not work there."""
    roots = {target.partition(".")[0] for target in module.any_imports.values()}
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


def _open_contexts(node: ast.AST, module: Module) -> Iterator[ast.expr]:
    for parent in _withs(node, module):
        yield from (item.context_expr for item in parent.items)


def _sounds_like_lock(manager: ast.expr) -> bool:
    callee = manager.func if isinstance(manager, ast.Call) else manager
    return any(word in simple_name(callee).lower() for word in _LOCK_WORDS)


# --- what would run in another thread -------------------------------------------------------------------


def bound_to_thread(does: Summary) -> Doubt | None:
    """Thread-locals, context variables and the running loop are not the same in another thread."""
    if "thread_local" in does.flags:
        return report("uses state of the current thread (a thread-local), which another thread would not see")
    if "context_write" in does.flags:
        return report("sets a context variable; what another thread sets does not come back")
    if "event_loop" in does.flags:
        return report("needs the running event loop, which another thread does not have")
    if "interactive" in does.flags:
        return report("waits for a person at the terminal; a service should not")
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


def shares_state_below(does: Summary, project: Project) -> Doubt | None:
    """The helper changes shared state: in a thread it would do so at the same time as the loop and other threads."""
    if not does.sets:
        return None
    names = sorted({str(s) for s in does.sets if s.certain})
    if names and all(project.effects.is_amortised(f) or not _sets(f, project) for f in does.functions):
        return review(f"builds `{names[0]}` on first use; two first requests at once may build it twice")
    if names:
        return report(
            f"changes `{names[0]}`, which other requests use at the same time; in a thread that is a data race"
        )
    given = sorted({str(s) for s in does.sets})
    return review(
        f"changes `{given[0]}`, which its caller handed in; check that no other task uses it meanwhile"
    )


def _sets(function: Function, project: Project) -> bool:
    return any(
        e.kind is Kind.SET and isinstance(e.what, State) and e.what.certain
        for e in project.effects.events(function)
    )


def needs_own_thread(does: Summary, effect: CallEffect, project: Project) -> Doubt | None:
    """Objects such as sqlite3 connections may only be used in the thread that made them."""
    for entry in effect.entries:
        owner = project.catalogue.owner(entry)
        made = project.catalogue.made_by(entry)
        if "thread_affine" in entry.flags or any(c and "thread_affine" in c.flags for c in (owner, made)):
            return report(
                "its objects may only be used in the thread that made them; move opening, using and closing "
                "into one function and call that in a thread"
            )
    if effect.functions and "thread_affine" in does.flags:
        for function in effect.functions:
            if _hands_out_affine(function, project) or _takes_affine(function, project):
                return report(
                    f"`{function.label}` passes on an object that may only be used in the thread that made it"
                )
    return None


def _hands_out_affine(function: Function, project: Project) -> bool:
    """Whether a helper returns (or yields) what came straight from a thread-affine call."""
    affine = {call for call in function.calls if _is_affine_call(call, function, project)}
    names = {
        target.id
        for node in ast.walk(function.node)
        if isinstance(node, ast.Assign) and any(n in affine for n in ast.walk(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function.node):
        if isinstance(node, ast.Return) and node.value is not None:
            if node.value in affine or (isinstance(node.value, ast.Name) and node.value.id in names):
                return True
    return function.is_generator


def _takes_affine(function: Function, project: Project) -> bool:
    """Whether a helper, or one below it, uses a thread-affine object that it did not make itself."""
    for inner in project.effects.summary(function).functions:
        for call in inner.calls:
            if not _is_affine_call(call, inner, project) or not isinstance(call.func, ast.Attribute):
                continue
            root = call.func.value
            while isinstance(root, ast.Attribute | ast.Call | ast.Subscript):
                root = root.func if isinstance(root, ast.Call) else root.value
            if isinstance(root, ast.Name) and root.id in inner.module.any_imports:
                continue
            if not isinstance(root, ast.Name) or root.id not in inner.local_names:
                return True
            if any(a.arg == root.id for a in inner.arguments) and inner is function:
                return True
    return False


def _is_affine_call(call: ast.Call, function: Function, project: Project) -> bool:
    for entry in project.effects.of_call(call, function.module).entries:
        owner = project.catalogue.owner(entry)
        made = project.catalogue.made_by(entry)
        if "thread_affine" in entry.flags or any(c and "thread_affine" in c.flags for c in (owner, made)):
            return True
    return False


def used_by_two_threads(call: ast.Call, effect: CallEffect, module: Module, project: Project) -> Doubt | None:
    """A shared object that two threads may not use at once, such as one `requests.Session` for all requests."""
    for entry in effect.entries:
        owner = project.catalogue.owner(entry)
        if owner and "not_thread_safe" in owner.flags and not entry.qualname.endswith("__init__"):
            return review(
                f"`{owner.qualname}` is not documented to be safe in two threads at once; make one per thread or request"
            )
    return None
