"""Where async code waits: the calls that hold up the event loop, each with all that has to move to a thread with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.project.calls import CallEffect
from fixbot.project.effects import Effects, Summary
from fixbot.project.module import Function


@dataclass(frozen=True)
class Wait:
    """A blocking call of an async function.

    `steps` are the blocking calls that make the object it is called on: `open(path)` of
    `open(path).read()`. `does` is what all of them do together.
    """

    call: ast.Call
    function: Function
    effect: CallEffect
    does: Summary
    steps: tuple[ast.Call, ...] = ()
    lazy: bool = False
    """It returns at once, and reading what it returns is what waits."""
    goes_on: bool = False
    """It waits, and so does reading what it returns: `path.iterdir()`, which of the two depends on the version."""


def waits(function: Function, effects: Effects) -> Iterator[Wait]:
    """The blocking calls that the body of an async function makes itself, chains of them as one."""
    found = {call: effects.of_call(call, function.module) for call in _candidates(function, effects)}
    found = {call: effect for call, effect in found.items() if effects.waits(effect) and not effect.is_async}
    lazy = {call for call, effect in found.items() if effects.is_lazy(effect)}
    for call, effect in found.items():
        if call in lazy or not any(outer in found for outer in _made_from(call, function)):
            steps = tuple(c for c in _made_of(call) if c in found and c not in lazy)
            does = Summary.joined([effects.summary_of(c, function) for c in (call, *steps)])
            goes_on = any(entry.blocks and entry.lazy for entry in effect.entries)
            yield Wait(call, function, effect, does, steps, call in lazy, goes_on)


def waiting_properties(function: Function, effects: Effects) -> Iterator[tuple[ast.Attribute, Summary]]:
    """Attributes whose getter, a property of the project, waits."""
    if effects.properties:
        for node in function.nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                getters = effects.property_of(node, function.module)
                does = Summary.joined(effects.summary(getter) for getter in getters)
                if does.blocks and not _is_deferred(node, function):
                    yield node, does


def _candidates(function: Function, effects: Effects) -> Iterator[ast.Call]:
    for call in function.calls:
        if effects.may_wait(call) and not isinstance(function.module.parents[call], ast.Await):
            if not _is_deferred(call, function):
                yield call


def _is_deferred(node: ast.AST, function: Function) -> bool:
    """Whether a lambda around it runs it elsewhere."""
    for parent in function.module.ancestors(node):
        if isinstance(parent, ast.Lambda):
            return True
        if parent is function.node:
            break
    return False


def _made_of(call: ast.Call) -> Iterator[ast.Call]:
    """Calls in the chain that a method is called on: `a()` and `a().b()` of `a().b().c()`."""
    inner: ast.expr = call.func
    while isinstance(inner, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(inner, ast.Call):
            yield inner
        inner = inner.func if isinstance(inner, ast.Call) else inner.value


def _made_from(call: ast.Call, function: Function) -> Iterator[ast.Call]:
    """Calls of the chain that goes on from this one: `a().b()` of `a()`."""
    below: ast.AST = call
    for outer in function.module.ancestors(call):
        match outer:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner) if (
                inner is below
            ):
                if isinstance(outer, ast.Call):
                    yield outer
            case _:
                return
        below = outer
