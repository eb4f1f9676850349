"""The code of a batch read before a loop, as text."""

from __future__ import annotations

import ast

from fixbot.batching.doubts import unless_empty
from fixbot.batching.read import LoopRead
from fixbot.project.loops import names_in
from fixbot.project.repeatable import Again
from fixbot.project.spelling import negated, spelled, target_of


def called(read: LoopRead, name: str, arguments: str = "") -> str:
    """A call in the way that the read is made: simply, with `await`, or in a thread."""
    if read.call.func is read.method:
        return f"{'await ' if read.awaited else ''}{name}({arguments})"
    first = [ast.unparse(a) for a in read.call.args[: read.call.args.index(read.method)]]
    return f"await {ast.unparse(read.call.func)}({', '.join([*first, name, *filter(None, [arguments])])})"


def key_and_maker(read: LoopRead) -> tuple[str, str] | None:
    """What names an item, and a function from that to what is read: `user_id` and `users.document`.

    None when what is read is made of several loop variables in another way.
    """
    module, key = read.at.module, read.key
    variables = sorted(key.names & read.loop.names)
    expression = key.expression
    while isinstance(expression, ast.Name) and expression in key.values:
        expression = key.values[expression]
    match expression:
        case ast.Call(func=ast.Attribute() as maker, args=[argument], keywords=[]):
            name = spelled(argument, module, key.values)
            if not names_in(maker) & key.changing(read.loop) and (len(variables) > 1 or [name] == variables):
                return name, spelled(maker, module)
    if len(variables) != 1:
        return None
    return variables[0], f"lambda {variables[0]}: {spelled(expression, module, key.values)}"


def key_of(read: LoopRead) -> str:
    """The key in terms of an item, with what the body assigns put in."""
    return spelled(read.key.expression, read.at.module, read.key.values)


def keys_of(read: LoopRead, key: str, items: str) -> str:
    """The keys of the items that the loop does not skip; `items` is a name that they were given, or ""."""
    module, loop = read.at.module, read.loop
    tests = [
        spelled(t.expression if outcome else negated(t.expression), module, t.values)
        for t, outcome in read.tests
    ]
    used = frozenset[str]().union(read.key.names, *(test.names for test, _ in read.tests)) & loop.names
    target, iterable = _without_the_rest(read, used, items)
    if not tests and key == ast.unparse(target):
        return f"{iterable} or ()" if unless_empty(read) else iterable
    return f"({key} for {target_of(target)} in {iterable}{''.join(f' if {test}' for test in tests)})"


def _without_the_rest(read: LoopRead, used: frozenset[str], items: str) -> tuple[ast.expr, str]:
    """`ids` for `enumerate(ids)`, `users` for `users.items()`, where only that part of an item is used."""
    loop, module = read.loop, read.at.module
    match loop.target, loop.iterable:
        case ast.Tuple(elts=[_, item]), ast.Call() if read.items is not loop.iterable and used <= names_in(
            item
        ):
            return item, items or spelled(read.items, module)
        case ast.Tuple(elts=[key, value]), ast.Call(func=ast.Attribute(value=inner, attr="items")) if (
            not items
        ):
            if used <= names_in(key):
                return key, spelled(inner, module)
            if used <= names_in(value):
                return value, f"{spelled(inner, module)}.values()"
    if items and read.items is loop.iterable:
        return loop.target, items
    return loop.target, spelled(loop.iterable, module, {read.items: ast.Name(items)} if items else None)


def collected(read: LoopRead) -> str:
    """The items, so that they can be gone through twice."""
    iterable = spelled(read.items, read.at.module)
    if read.loop.is_async:
        target = target_of(read.loop.target)
        return f"[{target} async for {target} in {iterable}]"
    if read.again is Again.NAMED:
        return iterable
    return f"[*{iterable}]" if read.at.is_local("list", read.call) else f"list({iterable})"


def free_name(wanted: str, read: LoopRead) -> str:
    """`wanted`, or with a number behind it, so that it means nothing else in the function."""
    nodes = list(ast.walk(read.function.node))
    taken = {n.id for n in nodes if isinstance(n, ast.Name)} | {
        n.arg for n in nodes if isinstance(n, ast.arg)
    }
    taken |= read.function.local_names | read.at.module.global_names.keys()
    names = (wanted, *(f"{wanted}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
