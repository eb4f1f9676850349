"""What is found: one thing read in each turn of a loop."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property

from fixbot.catalogue import Batch, Entry
from fixbot.codemod import Place
from fixbot.project.flow import block_of
from fixbot.project.loops import Derived, Loop, depends_on_item, derived, loops_around, names_in
from fixbot.project.module import Function, Module
from fixbot.project.repeatable import Again, again
from fixbot.project.turns import Conditions, conditions

_THREADS = frozenset(
    "asyncio.to_thread anyio.to_thread.run_sync fastapi.concurrency.run_in_threadpool "
    "starlette.concurrency.run_in_threadpool".split()
)


@dataclass(frozen=True, eq=False)
class LoopRead:
    """A call that reads one thing in each turn of a loop, by a key that changes with the loop."""

    call: ast.Call
    """What is evaluated in each turn: the read, or handing it to a thread."""
    method: ast.Attribute
    """The read without its brackets."""
    entry: Entry
    batch: Batch
    key: Derived
    """What names the thing, in terms of the loop variables and of what does not change in the loop."""
    loop: Loop
    function: Function
    at: Place
    made_of: frozenset[ast.AST] = frozenset()
    """Calls that are a part of the read, like the `execute` of a `fetchone`."""
    statements: tuple[ast.stmt, ...] = ()
    """What the read is made of where that is more than an expression: to run a query, and to fetch what it found."""

    @cached_property
    def whole(self) -> ast.Call | ast.Await:
        """The read with its `await`."""
        parent = self.at.module.parents[self.call]
        return parent if isinstance(parent, ast.Await) else self.call

    @property
    def awaited(self) -> bool:
        """Whether other tasks run while it waits."""
        return self.whole is not self.call

    @cached_property
    def items(self) -> ast.expr:
        """What is gone through: `users` of `enumerate(users)`."""
        match self.loop.iterable:
            case ast.Call(func=ast.Name(id="enumerate") as walk, args=[items, *_]):
                if self.at.module.dotted(walk) == "enumerate":
                    return items
        return self.loop.iterable

    @cached_property
    def again(self) -> Again:
        """What it takes to go through the items before the loop does."""
        return Again.COLLECTED if self.loop.is_async else again(self.items, self.function, self.at.project)

    @cached_property
    def conditions(self) -> Conditions:
        return conditions(self.statements[0] if self.statements else self.call, self.loop, self.at.module)

    @cached_property
    def tests(self) -> list[tuple[Derived, bool]]:
        """The tests that let an item through to the read, put like the key, with their outcome."""
        return [
            (derived(test, self.loop, self.at.module), outcome) for test, outcome in self.conditions.tests
        ]


def loop_read(call: ast.Call, at: Place) -> LoopRead | None:
    """A read by a key that changes with a loop, one after the other; None for anything else."""
    method, function, module = _method(call, at.module), at.function(call), at.module
    if method is None or function is None or method.attr not in at.project.catalogue.batched_names:
        return None
    loop = next((loop for loop in loops_around(call, module) if depends_on_item(method.value, loop)), None)
    if loop is None:
        return None  # the same thing each time, or one that the one before it names
    entry = at.effects.of_name(method, module).entry
    if entry is None or entry.batch is None or _is_fallback(call, method.value, entry.batch, module):
        return None
    read = LoopRead(call, method, entry, entry.batch, derived(method.value, loop, module), loop, function, at)
    handed_over = method is not call.func
    if read.awaited != (entry.is_async or handed_over) or (entry.is_async and handed_over):
        return None  # a coroutine for `gather`, or a task
    return read


def _method(call: ast.Call, module: Module) -> ast.Attribute | None:
    """`document.get` of `document.get()` and of `asyncio.to_thread(document.get)`."""
    match call:
        case ast.Call(func=func, args=[ast.Attribute() as method, *_]) if module.dotted(func) in _THREADS:
            return method
        case ast.Call(func=ast.Attribute(attr="run_in_executor"), args=[_, ast.Attribute() as method, *_]):
            return method
        case ast.Call(func=ast.Attribute() as method):
            return method
    return None


def _is_fallback(read: ast.Call, reference: ast.expr, batch: Batch, module: Module) -> bool:
    """Whether it is the single read beside a look-up of the same, or what is left when a batch has failed."""
    below: ast.AST = read
    for parent in module.ancestors(read):
        match parent:
            case ast.BoolOp(op=ast.Or(), values=[first, *_]) if below is not first:
                if _looks_up(first, reference, batch.match.rpartition(".")[2]):
                    return True
            case ast.Try(body=body, handlers=handlers) if below in handlers:
                method = batch.batch.rpartition(".")[2]
                return any(
                    isinstance(n, ast.Attribute) and n.attr == method for part in body for n in ast.walk(part)
                )
        below = parent
    return False


def _looks_up(expression: ast.expr, reference: ast.expr, name: str) -> bool:
    """Whether it asks for `reference.path` (for the name "path"), or names the reference on the way."""
    return any(
        isinstance(n, ast.Attribute)
        and n.attr == name
        and (isinstance(n.value, ast.NamedExpr) or ast.dump(n.value) == ast.dump(reference))
        for n in ast.walk(expression)
    )


def is_looked_up(call: ast.Call, key: ast.expr, module: Module) -> bool:
    """Whether it is the read that is left beside a look-up of the same key: `prefetched(key) or …`."""
    below: ast.AST = call
    for parent in module.ancestors(call):
        if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and parent.values[0] is not below:
            for node in ast.walk(parent.values[0]):
                match node:
                    case ast.Call(args=[asked, *_]):
                        if ast.dump(asked) == ast.dump(key):
                            return True
        if isinstance(parent, ast.If):
            return _is_guarded(parent, key, module)
        if isinstance(parent, ast.For | ast.AsyncFor | ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        below = parent
    return False


def _is_guarded(guard: ast.If, key: ast.expr, module: Module) -> bool:
    """Whether it is the `if row is None` below a `row = prefetched(key)`."""
    before = statement_before(guard, module)
    match before:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            asked = [n.args[0] for n in ast.walk(value) if isinstance(n, ast.Call) and n.args]
            return name in names_in(guard.test) and any(ast.dump(a) == ast.dump(key) for a in asked)
    return False


def statement_before(statement: ast.stmt, module: Module) -> ast.stmt | None:
    """The one right before it in its block."""
    block = block_of(statement, module) or [statement]
    place = block.index(statement)
    return block[place - 1] if place else None
