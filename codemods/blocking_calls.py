"""Move blocking calls in async code to a thread.

## What it does

Finds synchronous calls inside `async def` that wait for the network, the disk, another process or
time itself, directly or anywhere below a helper of the project, and awaits them in a worker thread.

## Why is this bad

While such a call waits, the event loop stands still: no other request makes progress, however many
are open. One slow Firestore read is a slow moment for everybody.

## Example

```python
import time

from google.cloud import firestore

db = firestore.Client()


async def load(user_id: str) -> dict:
    time.sleep(0.1)
    return db.collection("users").document(user_id).get().to_dict()
```

## Use instead

```python
import asyncio

from google.cloud import firestore

db = firestore.Client()


async def load(user_id: str) -> dict:
    await asyncio.sleep(0.1)
    return (
        await asyncio.to_thread(db.collection("users").document(user_id).get)
    ).to_dict()
```

Where the library has an async client (`firestore.AsyncClient`, `httpx.AsyncClient`,
`client.aio` of google-genai), that is better still for code that makes many calls: no threads, and
cancelling works. It changes types, mocks and set-up, so it is a person's decision, not a codemod's.

## Fix safety

Receiver and arguments are still evaluated on the event loop, in the same order; only the call itself
runs in a thread, with a copy of the context. Lazy iterators (`query.stream()`) are read to their end
in the thread, because that is where they wait. It is *safe* only when the new `await` comes between
nothing that belongs together. It needs *review* when the function, or one that awaits it, reads and
then writes the same resource, when the helper does something that fixbot does not know, or when all
results are held in memory that were not before. It is only *reported* when shared state is read
before and written after, when a thread lock is held, when objects belong to one thread (sqlite3),
when thread-locals, context variables or the running loop are used, and where `await` is not possible.
A look at the local disk (`exists`, `stat`, `mkdir`) is only reported, too, with low severity: it takes
microseconds, less than a thread hop. Nothing is found in start-up hooks, nor in scripts, where
`asyncio.run(main())` has the event loop for itself and nothing starts tasks: there is nobody to block.

## References

- https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code
- https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import libcst as cst

from fixbot import safety
from fixbot.catalogue import Entry
from fixbot.codemod import Codemod, Place
from fixbot.model import Finding, Severity
from fixbot.project import atomicity
from fixbot.project.effects import Effects
from fixbot.project.flow import enclosing_loops
from fixbot.project.laziness import Hazard, Use, is_builtin, use_of
from fixbot.project.module import Function
from fixbot.project.oneshot import runs_alone
from fixbot.project.state import runs_at_startup
from fixbot.project.waiting import Wait, waiting_properties, waits
from fixbot.safety import Doubt, report, review
from fixbot.wrapping import Room, laid_out

codemod = Codemod(
    __name__,
    triggers=[b"async def"],
    severity=Severity.HIGH,
    category="Anti-pattern",
    needs_effects=True,
    emits=(3, 9),
)

_QUICK = frozenset(
    "exists is_dir is_file is_symlink lexists isdir isfile islink stat lstat getsize getmtime resolve realpath mkdir "
    "makedirs which touch samefile".split()
)
"""Looks at a local file system take microseconds, unless the disk is busy or far away."""
_TOO_QUICK = (
    "takes microseconds on a local disk, less than a thread hop; if the disk is slow or remote, "
    "move it to a thread together with the reading or writing beside it"
)


@codemod.visit(ast.AsyncFunctionDef)
def blocking_calls(node: ast.AsyncFunctionDef, at: Place) -> Iterator[Finding]:
    function = at.module.functions[node]
    if not runs_at_startup(function):
        found = list(_blocking_calls(function, at))
        if found and not runs_alone(function, at.effects):
            yield from found


def _blocking_calls(function: Function, at: Place) -> Iterator[Finding]:
    for wait in waits(function, at.effects):
        use = use_of(wait.call, function, at.effects) if wait.lazy or wait.goes_on else None
        if use or not wait.lazy:
            yield _found(wait, use or Use(wait.call, is_read=False), at)
    for attribute, does in waiting_properties(function, at.effects):
        hint = f"`{attribute.attr}` is a property; make it a method, which can be called in a thread"
        yield at.finding(attribute, _message(attribute, does.blocks), doubts=[report(hint)])


def _found(wait: Wait, use: Use, at: Place) -> Finding:
    rewrite = _rewrite(wait, use)
    spelled, imports = at.name(rewrite.function, wait.call) or ("", ())
    parentheses, room = _needs_parentheses(rewrite.node, at), Room.around(rewrite.node, at)

    def awaited(node: cst.BaseExpression) -> cst.BaseExpression:
        call = rewrite.change(node, cst.parse_expression(spelled))
        return laid_out(call, node, room, parentheses=parentheses)

    kind = cst.Call if isinstance(rewrite.node, ast.Call) else cst.Name
    return at.finding(
        wait.call,
        _message(wait.call, wait.does.blocks),
        severity=_severity(wait, at.effects),
        edits=[at.edit(rewrite.node, kind, awaited, imports=imports, drops=_unused_after(wait, at))],
        doubts=[safety.strongest(_doubts(wait, use, rewrite, at))],
    )


def _unused_after(wait: Wait, at: Place) -> Iterator[str]:
    """The import that a replaced function may have been the last to use: `time` of `time.sleep`."""
    root: ast.expr = wait.call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    replaced = wait.effect.entry and wait.effect.entry.drop_in
    if replaced and isinstance(root, ast.Name) and at.project.patches.may_lose(at.module, root.id):
        yield root.id


def _doubts(wait: Wait, use: Use, rewrite: Rewrite, at: Place) -> Iterator[Doubt | None]:
    """Doubts about a new await at this place, and then about running this in another thread."""
    if _is_quick(wait, at.effects):
        yield report(_TOO_QUICK)
        return
    effects, function, does = at.effects, wait.function, wait.does
    place = atomicity.Place(rewrite.node, function, does)
    if not at.name(rewrite.function, wait.call):
        yield _name_taken(rewrite.function.partition(".")[0], wait.call, at)
    if rewrite.change in (_list_in_thread, _list_lambda_in_thread) and not is_builtin("list", function):
        yield _name_taken("list", wait.call, at)
    yield from map(_hazard, use.hazards)
    yield safety.no_await_here(place.node, at.module)
    yield safety.foreign_event_loop(at.module, at.project)
    yield safety.opens_context(wait.call, at.module)
    yield safety.sync_lock_held(place, effects.atomicity)
    yield safety.breaks_atomicity(place, effects.atomicity)
    yield safety.inside_context(place, effects.atomicity)
    yield safety.may_be_cancelled(place, effects.atomicity)
    yield safety.cleans_up(place.node, at.module)
    if wait.effect.entry and wait.effect.entry.drop_in:
        yield safety.tests_patch(f"{wait.effect.entry.module}.{wait.effect.entry.qualname}", at.project)
        return
    yield safety.bound_to_thread(does, place.node, at.module)
    yield safety.needs_own_thread(wait.effect, effects.affinity)
    yield safety.changes_state_below(does)
    moved = (*wait.steps, wait.call) if rewrite.moves_arguments else ()
    yield safety.more_than_calls(wait.call, moved, function, effects)
    yield safety.torn_in_threads(does, effects.atomicity)
    yield safety.unknown_below(does)
    yield safety.builds_below(does)
    yield safety.uses_state_below(does, function, effects)
    yield safety.shares_an_argument(wait.call, function, effects)
    yield safety.used_by_two_threads(wait.call, wait.effect, function, effects)
    if not wait.effect.known:
        yield review("one of the things this call may be is unknown to fixbot")


def _name_taken(name: str, call: ast.Call, at: Place) -> Doubt:
    if at.is_imported_later(name, call):
        return report(f"`{name}` is imported further down in this function; move that import up")
    return report(f"the name `{name}` means something else here")


def _hazard(hazard: Hazard) -> Doubt:
    """Reading more than before, or memory, is for a person to weigh; the rest changes results."""
    weigh = review if hazard in (Hazard.IN_MEMORY, Hazard.EFFECTS, Hazard.LIMITED_EXIT) else report
    return weigh(f"this {hazard.value}")


# --- what is said and written ----------------------------------------------------------------------


def _severity(wait: Wait, effects: Effects) -> Severity:
    if _is_quick(wait, effects):
        return Severity.LOW
    services = {r.service for r in wait.does.reads | wait.does.writes}
    return Severity.MEDIUM if services == {"file"} else Severity.HIGH


def _is_quick(wait: Wait, effects: Effects) -> bool:
    """Whether it looks at the local disk and no more, itself or in a helper that does so once."""
    calls = [(call, wait.function) for call in (wait.call, *wait.steps)]
    below = [(call, function) for function in wait.does.functions for call in function.calls]
    looped = (next(enclosing_loops(call, f.module), None) for call, f in below if _waits(call, f, effects))
    if wait.does.unknown or any(looped):
        return False
    entries = [entry for call, f in (*calls, *below) for entry in effects.of_call(call, f.module).entries]
    waiting = [entry for entry in entries if entry.blocks or entry.lazy or entry.flags & {"interactive"}]
    return bool(waiting) and all(_looks_at_disk(entry) for entry in waiting)


def _waits(call: ast.Call, function: Function, effects: Effects) -> bool:
    return effects.may_wait(call) and effects.waits(effects.of_call(call, function.module))


def _looks_at_disk(entry: Entry) -> bool:
    return entry.simple_name in _QUICK and {entry.reads, entry.writes} - {""} == {"file"}


def _message(node: ast.Call | ast.Attribute, blocks: tuple[str, ...]) -> str:
    code = f"{ast.unparse(node.func)}()" if isinstance(node, ast.Call) else ast.unparse(node)
    shown = code if len(code) <= 60 else f"…{code[-59:]}"
    via = " → ".join(blocks).replace("genericpath.", "os.path.").replace("posixpath.", "os.path.")
    return f"`{shown}` blocks the event loop ({via})"


Change: TypeAlias = Callable[[cst.BaseExpression, cst.BaseExpression], cst.Call]


@dataclass(frozen=True)
class Rewrite:
    """`change` gets the node and the spelling of `function`, and gives the call to await."""

    function: str
    node: ast.expr
    change: Change

    @property
    def moves_arguments(self) -> bool:
        """Whether arguments, too, are evaluated in the thread."""
        return self.change in (_lambda_in_thread, _list_lambda_in_thread)


def _rewrite(wait: Wait, use: Use) -> Rewrite:
    several = bool(wait.steps) or wait.goes_on
    if use.whole:
        return Rewrite("asyncio.to_thread", use.whole, _lambda_in_thread if several else _to_thread)
    if use.reader and not several:
        return Rewrite("asyncio.to_thread", use.reader, _to_thread)
    if use.is_read:
        by_name = isinstance(use.node, ast.Name) or not several
        return Rewrite("asyncio.to_thread", use.node, _list_in_thread if by_name else _list_lambda_in_thread)
    if wait.steps:
        return Rewrite("asyncio.to_thread", wait.call, _lambda_in_thread)
    if wait.effect.entry and wait.effect.entry.drop_in:
        return Rewrite(wait.effect.entry.async_twin, wait.call, _replace_function)
    return Rewrite("asyncio.to_thread", wait.call, _to_thread)


def _to_thread(call: cst.BaseExpression, to_thread: cst.BaseExpression) -> cst.Call:
    """`f(x)` -> `asyncio.to_thread(f, x)`; a call of several lines keeps one argument a line, or all on one."""
    assert isinstance(call, cst.Call)
    args = [a.with_changes(value=_in_parentheses(a.value)) for a in call.args]
    after: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(" ")
    if isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace) and not _on_one_line(args):
        opening = call.whitespace_before_args
        after = opening.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    func = cst.Arg(call.func, comma=cst.Comma(whitespace_after=after) if args else cst.MaybeSentinel.DEFAULT)
    return call.with_changes(func=to_thread, args=[func, *args], lpar=[], rpar=[])


def _on_one_line(args: Sequence[cst.Arg]) -> bool:
    """Whether arguments stand beside each other, without a comma that asks for a line for each."""
    code = cst.Module([]).code_for_node(
        cst.Call(cst.Name("f"), [a.with_changes(whitespace_after_arg=cst.SimpleWhitespace("")) for a in args])
    )
    return "\n" not in code and not code.endswith(",)")


def _in_parentheses(value: cst.BaseExpression) -> cst.BaseExpression:
    """A generator expression that was the only argument needs parentheses beside another."""
    if isinstance(value, cst.GeneratorExp) and not value.lpar:
        return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return value


def _lambda_in_thread(call: cst.BaseExpression, to_thread: cst.BaseExpression) -> cst.Call:
    """`open(path).read()` -> `asyncio.to_thread(lambda: open(path).read())`: several waits, one thread."""
    body = call.with_changes(lpar=[], rpar=[])
    return cst.Call(func=to_thread, args=[cst.Arg(cst.Lambda(cst.Parameters(), body))])


def _list_in_thread(iterator: cst.BaseExpression, to_thread: cst.BaseExpression) -> cst.Call:
    """`query.stream()` -> `asyncio.to_thread(list, query.stream())`."""
    bare = iterator.with_changes(lpar=[], rpar=[])
    return cst.Call(func=to_thread, args=[cst.Arg(cst.Name("list")), cst.Arg(bare)])


def _list_lambda_in_thread(iterator: cst.BaseExpression, to_thread: cst.BaseExpression) -> cst.Call:
    """`path.iterdir()` -> `asyncio.to_thread(lambda: list(path.iterdir()))`: making and reading it, in one thread."""
    bare = iterator.with_changes(lpar=[], rpar=[])
    return _lambda_in_thread(cst.Call(cst.Name("list"), [cst.Arg(bare)]), to_thread)


def _replace_function(call: cst.BaseExpression, function: cst.BaseExpression) -> cst.Call:
    """`time.sleep(x)` -> `asyncio.sleep(x)`."""
    assert isinstance(call, cst.Call)
    return call.with_changes(func=function, lpar=[], rpar=[])


def _needs_parentheses(node: ast.expr, at: Place) -> bool:
    """Whether what stands around binds tighter than `await`."""
    line, end = at.module.source.lines[node.lineno - 1], at.module.source.lines[(node.end_lineno or 0) - 1]
    span = at.module.span(node)
    if line[: span.column - 1][-1:].isalnum() or end[span.end_column - 1 :][:1].isalnum():
        return True  # `x.get()if y`
    match at.module.parents[node]:
        case ast.Attribute() | ast.Await():
            return True
        case ast.Subscript(value=value) | ast.Call(func=value) | ast.BinOp(op=ast.Pow(), left=value):
            return value is node
    return False
