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
    return (await asyncio.to_thread(db.collection("users").document(user_id).get)).to_dict()
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

## References

- https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code
- https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Finding, Severity
from fixbot.project.effects import CallEffect, Summary, simple_name
from fixbot.project.laziness import Hazard, Use, use_of
from fixbot.project.module import Function
from fixbot.safety import (
    Doubt,
    bound_to_thread,
    breaks_atomicity,
    foreign_event_loop,
    inside_context,
    may_be_cancelled,
    needs_own_thread,
    opens_context,
    report,
    review,
    shares_state_below,
    sync_lock_held,
    torn_in_threads,
    unknown_below,
    used_by_two_threads,
)

codemod = Codemod(
    __name__,
    triggers=[b"async def"],
    severity=Severity.HIGH,
    category="Anti-pattern",
    needs_effects=True,
    emits=(3, 9),
)

_STARTUP_HOOKS = ("on_event", "on_startup", "lifespan", "before_serving")


@codemod.visit(ast.Call)
def blocking_call(call: ast.Call, at: Place) -> Iterator[Finding]:
    function = at.function(call)
    if function is None or not function.is_async or _deferred(call, at):
        return
    effect = at.effects.of_call(call, at.module) if _may_wait(call, at) else CallEffect()
    if effect.is_async or isinstance(at.module.parents[call], ast.Await) or _runs_at_startup(function, at):
        return
    does = _summary(call, effect, at)
    if not does.blocks or _leads_to_another(call, at):
        return
    steps = list(_steps_before(call, at))
    does = _joined([does, *(_summary(c, e, at) for c, e in steps)])
    use = Use(call)
    if lazy := at.effects.is_lazy(effect):
        found = use_of(call, function, at.project)
        if found is None:
            return  # it is read elsewhere
        use = found
    doubts = [
        *_where_it_stands(use.node, function, at, does),
        *_what_would_move(call, effect, at, does),
    ]
    rewrite = Rewrite("asyncio.to_thread", use.whole or use.node, _list_in_thread if lazy else _to_thread)
    if use.whole:
        rewrite = replace(rewrite, change=_to_thread)
    elif steps:
        rewrite = replace(rewrite, change=_lambda_in_thread)
    elif effect.entry and effect.entry.drop_in:
        rewrite = Rewrite(effect.entry.async_twin, call, _replace_function)
    yield _finding(call, at, does, rewrite, [*doubts, *map(_hazard, use.hazards)])


def _where_it_stands(call: ast.expr, function: Function, at: Place, does: Summary) -> Iterator[Doubt | None]:
    """Doubts about a new await at this place."""
    yield _no_await_here(call, at)
    yield foreign_event_loop(at.module)
    yield sync_lock_held(call, at.module)
    yield breaks_atomicity(call, function, at.project, does)
    yield opens_context(call, at.module)
    yield inside_context(call, at.module, at.project)
    yield may_be_cancelled(call, at.module, does)


def _what_would_move(call: ast.Call, effect: CallEffect, at: Place, does: Summary) -> Iterator[Doubt | None]:
    """Doubts about running this in another thread."""
    if effect.entry and effect.entry.drop_in:
        return
    yield bound_to_thread(does)
    yield needs_own_thread(does, effect, at.project)
    yield shares_state_below(does, at.project)
    yield torn_in_threads(does, at.project)
    yield unknown_below(
        replace(does, unknown=does.unknown | {*at.effects.unknown_callbacks(call, effect, at.module)})
    )
    yield used_by_two_threads(call, effect, at.module, at.project)
    if not effect.known:
        yield review("one of the things this call may be is unknown to fixbot")


# --- what is found -------------------------------------------------------------------------------


def _may_wait(call: ast.Call, at: Place) -> bool:
    return simple_name(call.func) in at.effects.waiting_names


def _steps_before(call: ast.Call, at: Place) -> Iterator[tuple[ast.Call, CallEffect]]:
    """Blocking calls that make the object this one is called on: `open(path)` of `open(path).read()`."""
    inner = call.func
    while isinstance(inner, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(inner, ast.Call) and _may_wait(inner, at):
            effect = at.effects.of_call(inner, at.module)
            if _summary(inner, effect, at).blocks and not at.effects.is_lazy(effect) and not effect.is_async:
                yield inner, effect
        inner = inner.func if isinstance(inner, ast.Call) else inner.value


def _leads_to_another(call: ast.Call, at: Place) -> bool:
    """Whether this is such a step; then the whole chain moves to the thread at once."""
    outer: ast.AST = at.module.parents[call]
    while isinstance(outer, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(outer, ast.Call):
            if call not in ast.walk(outer.func) or isinstance(at.module.parents[outer], ast.Await):
                return False
            if any(step is call for step, _ in _steps_before(outer, at)) and _may_wait(outer, at):
                effect = at.effects.of_call(outer, at.module)
                return bool(_summary(outer, effect, at).blocks) and not effect.is_async
        outer = at.module.parents[outer]
    return False


def _deferred(call: ast.Call, at: Place) -> bool:
    """Whether a lambda around it runs it elsewhere."""
    for parent in at.module.ancestors(call):
        if isinstance(parent, ast.Lambda):
            return True
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
    return False


def _runs_at_startup(function: Function, at: Place) -> bool:
    """Start-up and shutdown code runs while there are no requests to hold up."""
    for decorator in function.node.decorator_list:
        plain = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(plain, ast.Attribute) and plain.attr in _STARTUP_HOOKS:
            return True
        if at.module.dotted(plain) == "contextlib.asynccontextmanager" and "lifespan" in function.name:
            return True
    return False


def _summary(call: ast.Call, effect: CallEffect, at: Place) -> Summary:
    """What the call does: of a library call what the catalogue says, of project functions all of it."""
    parts = [at.effects.summary(function) for function in effect.functions]
    for entry in effect.entries:
        owner = at.project.catalogue.owner(entry)
        reads, writes = at.effects.accesses(entry, call, at.module)
        parts.append(
            Summary(
                blocks=(entry.name,) if entry.blocks or entry.lazy else (),
                reads=frozenset(reads),
                writes=frozenset(writes),
                flags=entry.flags | (owner.flags if owner else frozenset()),
            )
        )
    return _joined(parts)


def _joined(parts: list[Summary]) -> Summary:
    return Summary(
        blocks=next((p.blocks for p in parts if p.blocks), ()),
        reads=frozenset().union(*(p.reads for p in parts)),
        writes=frozenset().union(*(p.writes for p in parts)),
        gets=frozenset().union(*(p.gets for p in parts)),
        sets=frozenset().union(*(p.sets for p in parts)),
        flags=frozenset().union(*(p.flags for p in parts)),
        unknown=frozenset().union(*(p.unknown for p in parts)),
        functions=frozenset().union(*(p.functions for p in parts)),
    )


def _no_await_here(call: ast.expr, at: Place) -> Doubt | None:
    """A generator expression that awaits becomes an asynchronous one, which `any()` or `sum()` cannot read."""
    below: ast.AST = call
    for parent in at.module.ancestors(call):
        if isinstance(parent, ast.GeneratorExp) and below is not parent.generators[0]:
            return report(
                "inside a generator expression an `await` would make it asynchronous; use a list comprehension"
            )
        if isinstance(parent, ast.comprehension) and below is not parent.iter:
            below = parent.ifs  # type: ignore[assignment]
            continue
        if isinstance(parent, ast.stmt):
            break
        below = parent
    return None


# --- findings and rewrites -------------------------------------------------------------------------


@dataclass(frozen=True)
class Rewrite:
    """`change` gets the node and the spelling of `function`, and gives the expression to await."""

    function: str
    node: ast.expr
    change: Callable[[cst.BaseExpression, cst.BaseExpression], cst.BaseExpression]


def _finding(
    call: ast.Call, at: Place, does: Summary, rewrite: Rewrite, doubts: list[Doubt | None]
) -> Finding:
    name = at.name(rewrite.function, call)
    if name is None:
        top = rewrite.function.partition(".")[0]
        doubts = [*doubts, report(f"the name `{top}` means something else here")]
        return at.finding(call, _message(call, does), doubts=doubts)
    spelled, imports = name
    wrap = _needs_parentheses(rewrite.node, at)

    def awaited(node: cst.BaseExpression) -> cst.BaseExpression:
        return _awaited(rewrite.change(node, cst.parse_expression(spelled)), node, parentheses=wrap)

    kind = cst.Call if isinstance(rewrite.node, ast.Call) else cst.Name
    return at.finding(
        call,
        _message(call, does),
        edits=[at.edit(rewrite.node, kind, awaited, imports=imports)],
        doubts=doubts,
    )


def _hazard(hazard: Hazard) -> Doubt:
    """Reading more than before, or memory, is for a person to weigh; the rest changes results."""
    weigh = review if hazard in (Hazard.IN_MEMORY, Hazard.EFFECTS) else report
    return weigh(f"this {hazard.value}")


def _message(call: ast.Call, does: Summary) -> str:
    code = ast.unparse(call.func)
    shown = code if len(code) <= 60 else f"…{code[-59:]}"
    via = " → ".join(does.blocks)
    return f"`{shown}()` blocks the event loop ({via})"


def _to_thread(call: Any, to_thread: cst.BaseExpression) -> cst.BaseExpression:
    """`f(x)` -> `asyncio.to_thread(f, x)`."""
    func = cst.Arg(call.func, comma=cst.MaybeSentinel.DEFAULT)
    changed: cst.Call = call.with_changes(func=to_thread, args=_first(func, call), lpar=[], rpar=[])
    return changed


def _lambda_in_thread(call: Any, to_thread: cst.BaseExpression) -> cst.Call:
    """`open(path).read()` -> `asyncio.to_thread(lambda: open(path).read())`: several waits, one thread."""
    return cst.Call(
        func=to_thread, args=[cst.Arg(cst.Lambda(cst.Parameters(), call.with_changes(lpar=[], rpar=[])))]
    )


def _list_in_thread(iterator: Any, to_thread: cst.BaseExpression) -> cst.Call:
    """`query.stream()` -> `asyncio.to_thread(list, query.stream())`."""
    return cst.Call(
        func=to_thread, args=[cst.Arg(cst.Name("list")), cst.Arg(iterator.with_changes(lpar=[], rpar=[]))]
    )


def _replace_function(call: Any, function: cst.BaseExpression) -> cst.BaseExpression:
    """`time.sleep(x)` -> `asyncio.sleep(x)`."""
    changed: cst.Call = call.with_changes(func=function, lpar=[], rpar=[])
    return changed


def _first(argument: cst.Arg, call: cst.Call) -> list[cst.Arg]:
    """`argument` before the call's own; a multi-line call keeps one argument a line."""
    if not call.args:
        return [argument]
    opening = call.whitespace_before_args
    if isinstance(opening, cst.ParenthesizedWhitespace):
        return [argument.with_changes(comma=cst.Comma(whitespace_after=opening)), *call.args]
    return [argument.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))), *call.args]


def _awaited(
    expression: cst.BaseExpression, old: cst.BaseExpression, *, parentheses: bool
) -> cst.BaseExpression:
    lpar, rpar = list(old.lpar), list(old.rpar)
    if parentheses and not lpar:
        lpar, rpar = [cst.LeftParen()], [cst.RightParen()]
    return cst.Await(expression, lpar=lpar, rpar=rpar)


def _needs_parentheses(node: ast.expr, at: Place) -> bool:
    """Whether what stands around binds tighter than `await`."""
    parent = at.module.parents[node]
    match parent:
        case ast.Attribute() | ast.Await():
            return True
        case ast.Subscript(value=value) | ast.Call(func=value):
            return value is node
        case ast.BinOp(op=ast.Pow(), left=left):
            return left is node
    return False
