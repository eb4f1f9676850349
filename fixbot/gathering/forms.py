"""How a loop that awaits one by one can be written with `gather`: as a coroutine for one item, or as results to go through."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from fixbot.gathering.onebyone import OneByOne, bound_names
from fixbot.project.flow import block_of
from fixbot.project.loops import names_in, touches
from fixbot.project.module import Function
from fixbot.project.repeatable import Again, again, does_more
from fixbot.project.spelling import negated
from fixbot.project.turns import head_of

SHORT = 20
"""So many may be awaited at once; longer lists, and those of unknown length, a few at a time."""


@dataclass(frozen=True, eq=False)
class Collected:
    """The body becomes a coroutine that returns what it appended to one list.

    `first` is the statement that makes the empty list right before the loop, if it stands there:
    what is gathered then takes its place. `skips`: not every item gives a result. `tests` are those
    at the beginning that let an item through, and `body` what comes after them.
    """

    one: OneByOne
    name: str
    first: ast.Assign | ast.AnnAssign | None
    skips: bool
    tests: tuple[ast.expr, ...]
    body: tuple[ast.stmt, ...]

    @property
    def value(self) -> ast.expr | None:
        """The one expression that a turn works out, where it is nothing but `out.append(...)`, perhaps of a name."""
        return _only_value(self.body, self.name)


@dataclass(frozen=True, eq=False)
class Unrolled:
    """The loop stays, and goes through the results of the one await that each turn began with."""

    one: OneByOne
    awaited: ast.Await
    first: ast.stmt
    """The statement that it stands in."""

    @property
    def name(self) -> str:
        """The variable that the statement does nothing but assign the result to; "" if it does more."""
        match self.first:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is self.awaited:
                return name
        return ""


    @property
    def items(self) -> tuple[ast.expr, ast.expr]:
        """What is awaited for, and what it is taken out of: `user in users` of `number, user in enumerate(users)`."""
        loop = self.one.loop
        match loop.target, loop.iterable:
            case ast.Tuple(elts=[ast.Name(id=number), item]), ast.Call(func=ast.Name(id="enumerate"), args=[value, *_]):
                if number not in names_in(self.awaited):
                    return item, value
        return loop.target, loop.iterable


@dataclass(frozen=True, eq=False)
class Comprehended:
    """A comprehension."""

    one: OneByOne


@dataclass(frozen=True, eq=False)
class Run:
    """The body becomes a coroutine that gives nothing."""

    one: OneByOne


Form: TypeAlias = Collected | Unrolled | Comprehended | Run


def form_of(one: OneByOne) -> Form | None:
    """None where the loop does too much with what it awaits."""
    if not isinstance(one.loop.whole, ast.For):
        return Comprehended(one) if not one.carried else None
    return _collected(one) or _unrolled(one) or _run(one)


# --- a list of results -----------------------------------------------------------------------------------


def _collected(one: OneByOne) -> Collected | None:
    loop, module = one.loop, one.module
    assert isinstance(loop.whole, ast.For)
    lists = {name for node in one.own() if (name := appended_to(node))}
    if len(lists) != 1:
        return None
    (name,) = lists
    mentions = [n for n in ast.walk(loop.whole) if isinstance(n, ast.Name) and n.id == name]
    appends = [n for n in one.own() if appended_to(n)]
    if len(mentions) != len(appends) or one.carried != {name}:
        return None
    if name not in one.function.local_names or any(a.arg == name for a in one.function.arguments):
        return None
    tests, body = _guards(one)
    ways = _ways(body, name)
    if ways is None:
        return None
    first = _made_before(name, loop.whole, one)
    if first is None and not _is_own_list(name, one.function):
        return None
    return Collected(one, name, first, "skip" in ways, tests, tuple(body))


def appended_to(node: ast.AST) -> str:
    """`out` of the statement `out.append(x)`; "" for anything else."""
    match node:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value], keywords=[])
        ) if not isinstance(value, ast.Starred):
            return name
    return ""


def _guards(one: OneByOne) -> tuple[tuple[ast.expr, ...], list[ast.stmt]]:
    """Tests that the turn begins with and that keep items out, if they can be asked beforehand; and the rest of it."""
    body, tests = list(one.loop.body), []
    while body:
        match body:
            case [ast.If(test=test, body=[ast.Continue()], orelse=[]), *rest] if _is_plain(test, one) and rest:
                tests.append(negated(test))
            case [ast.If(test=test, body=rest, orelse=[])] if _is_plain(test, one):
                tests.append(test)
            case _:
                break
        head = body[0]
        if comments_in_head(head, one) or (head is not one.loop.body[0] and _comments_above(head, one)):
            return (), [s for s in one.loop.body if isinstance(s, ast.stmt)]
        body = list(rest)
    return tuple(tests), [s for s in body if isinstance(s, ast.stmt)]


def _is_plain(test: ast.expr, one: OneByOne) -> bool:
    """Whether a test only asks about the item, so that it does not matter when it is asked."""
    return (
        does_more([test], one.function, one.at.project) is None
        and not names_in(test) & bound_names(one)
        and not touches(test, one.carried)
    )


def comments_in_head(statement: ast.stmt, one: OneByOne) -> bool:
    """Whether a comment stands on the lines of a test, or before what follows it."""
    assert isinstance(statement, ast.If)
    lines = one.module.source.lines[statement.lineno - 1 : statement.body[0].lineno - 1]
    continues = one.module.source.lines[statement.body[0].lineno - 1 : statement.body[0].end_lineno]
    if isinstance(statement.body[0], ast.Continue):
        lines = [*lines, *continues]
    return any("#" in line for line in lines)


def _comments_above(statement: ast.stmt, one: OneByOne) -> bool:
    return one.module.source.lines[statement.lineno - 2].lstrip().startswith("#")


def _ways(body: list[ast.stmt], name: str) -> set[str] | None:
    """How a turn can end: with an "append" as the last thing it does, or with a "skip". None for any other way."""
    ends = _ends(body, name)
    return None if ends is None else {"skip" if end == "falls" else end for end in ends} - {"raise"}


def _ends(body: list[ast.stmt], name: str) -> set[str] | None:
    """What a block can come to: "append", "skip" (`continue`), "raise", or "falls" to what stands after it."""
    found: set[str] = set()
    for number, statement in enumerate(body):
        rest = body[number + 1 :]
        ends = _ends_of(statement, name)
        if ends is None:
            return None
        followed = bool(rest) and not (len(rest) == 1 and isinstance(rest[0], ast.Continue))
        if "append" in ends and followed and not _append_is_final(statement, name):
            return None
        found |= ends - {"falls"}
        if "falls" not in ends:
            return found
    return found | {"falls"}


def _append_is_final(statement: ast.stmt, name: str) -> bool:
    """Whether each append in a statement is followed by `continue`, so that nothing after the statement runs."""

    def final(block: list[ast.stmt]) -> bool:
        for number, inner in enumerate(block):
            if any(appended_to(n) for n in ast.walk(inner)):
                if appended_to(inner):
                    if not (number + 1 < len(block) and isinstance(block[number + 1], ast.Continue)):
                        return False
                elif not all(map(final, _blocks(inner))):
                    return False
        return True

    return not appended_to(statement) and all(map(final, _blocks(statement)))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    match statement:
        case ast.If(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Try(body=body, handlers=handlers, orelse=orelse):
            yield from (body, *(h.body for h in handlers), orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            yield body


def _ends_of(statement: ast.stmt, name: str) -> set[str] | None:
    match statement:
        case _ if appended_to(statement) == name:
            return {"append"}
        case ast.Continue():
            return {"skip"}
        case ast.Raise():
            return {"raise"}
        case ast.If(body=body, orelse=orelse):
            return _joined(_ends(body, name), _ends(orelse, name))
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            if any(appended_to(n) or isinstance(n, ast.Continue) for s in finalbody for n in ast.walk(s)):
                return None
            tried = _ends(body, name)
            if tried is not None and orelse:
                after = _ends(orelse, name)
                if "append" in tried or after is None:
                    return None
                tried = (tried - {"falls"}) | after
            return _joined(tried, *(_ends(h.body, name) for h in handlers))
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            ends = _ends(body, name)
            if ends is not None and any(_may_suppress(i.context_expr) for i in items):
                return ends | {"falls"}
            return ends
        case ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
            if any(appended_to(n) for n in ast.walk(statement)) or _continues_outside(statement):
                return None
    return {"falls"}


def _joined(*parts: set[str] | None) -> set[str] | None:
    found: set[str] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return found


def _may_suppress(manager: ast.expr) -> bool:
    name = ast.unparse(manager.func if isinstance(manager, ast.Call) else manager).rpartition(".")[2]
    return "suppress" in name or "ignore" in name or name in ("ExitStack", "AsyncExitStack", "raises")


def _continues_outside(statement: ast.stmt) -> bool:
    """Whether a `match` holds a `continue` of the loop around it."""
    return isinstance(statement, ast.Match) and any(isinstance(n, ast.Continue) for n in ast.walk(statement))


def _made_before(name: str, loop: ast.For, one: OneByOne) -> ast.Assign | ast.AnnAssign | None:
    """`out = []` right before the loop."""
    block = block_of(loop, one.module) or [loop]
    index = block.index(loop)
    if index == 0:
        return None
    before = block[index - 1]
    if is_empty_list(before, name) and before.end_lineno == before.lineno < loop.lineno:
        if "#" not in one.module.source.lines[before.lineno - 1]:
            assert isinstance(before, ast.Assign | ast.AnnAssign)
            return before
    return None


def is_empty_list(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=found)], value=value) | ast.AnnAssign(
            target=ast.Name(id=found), value=ast.expr() as value
        ):
            return found == name and ast.unparse(value) in ("[]", "list()")
    return False


def _is_own_list(name: str, function: Function) -> bool:
    """Whether a variable only ever holds lists that this function made, and that nobody else has yet."""
    values = []
    for node in function.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                values.append(value)
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                values.append(value)
            case ast.Name(id=found, ctx=ast.Store()) if found == name:
                if not isinstance(function.module.parents[node], ast.Assign | ast.AnnAssign):
                    return False
    return bool(values) and all(isinstance(v, ast.List | ast.ListComp) or ast.unparse(v) == "list()" for v in values)


def _only_value(body: tuple[ast.stmt, ...], name: str) -> ast.expr | None:
    match body:
        case (ast.Expr(value=ast.Call(args=[value])) as last,) if appended_to(last) == name:
            return value
        case (
            ast.Assign(targets=[ast.Name(id=found)], value=value),
            ast.Expr(value=ast.Call(args=[ast.Name(id=used)])) as last,
        ) if found == used and appended_to(last) == name:
            return value
    return None


# --- a loop over the results -----------------------------------------------------------------------------


def _unrolled(one: OneByOne) -> Unrolled | None:
    match one.loop.body[0], one.awaits:
        case ast.stmt() as first, (ast.Await() as awaited,):
            pass
        case _:
            return None
    head = head_of(first)
    if head is None or not _leads(awaited, head, one) or one.loop.names & _stored_names(one):
        return None
    call = awaited.value
    assert isinstance(call, ast.Call)
    if names_in(call) & bound_names(one) or touches(call, one.carried):
        return None
    if len(one.loop.body) == 1 and isinstance(first, ast.Assign | ast.Expr) and not one.carried:
        return None  # nothing is done with the result
    form = Unrolled(one, awaited, first)
    return None if again(form.items[1], one.function, one.at.project) is Again.COLLECTED else form


def _stored_names(one: OneByOne) -> set[str]:
    return {n.id for n in one.own() if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _leads(awaited: ast.Await, head: ast.expr, one: OneByOne) -> bool:
    """Whether the await is the first thing that a turn does, and does for certain."""
    node: ast.expr = awaited
    while node is not head:
        parent = one.module.parents[node]
        match parent:
            case ast.Attribute() | ast.UnaryOp():
                pass
            case ast.Subscript(value=first) | ast.Call(func=first) | ast.Compare(left=first) if first is node:
                pass
            case ast.Call(func=ast.Name(), args=[first, *_]) if first is node:
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name()), args=[first, *_]) if first is node:
                pass
            case _:
                return False
        assert isinstance(parent, ast.expr)
        node = parent
    return True


# --- nothing to keep ----------------------------------------------------------------------------------------


def _run(one: OneByOne) -> Run | None:
    if one.carried or any(isinstance(n, ast.Continue) for n in one.own()):
        return None
    return Run(one)


# --- how many ------------------------------------------------------------------------------------------------


def is_short(iterable: ast.expr, one: OneByOne, steps: int = 4) -> bool:
    """Whether this surely has no more than `SHORT` items."""

    def short(other: ast.expr) -> bool:
        return steps > 0 and is_short(other, one, steps - 1)

    match iterable:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return len(parts) <= SHORT and not any(isinstance(p, ast.Starred) for p in parts)
        case ast.Dict(keys=keys):
            return len(keys) <= SHORT and None not in keys
        case ast.Subscript(slice=ast.Slice(lower=None, upper=ast.Constant(value=int(upper)), step=None)):
            return 0 <= upper <= SHORT
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(stop))]):
            return stop <= SHORT
        case ast.Call(func=ast.Name(id="zip"), args=[*arguments]):
            return any(map(short, arguments))
        case ast.Call(func=ast.Name(id="enumerate" | "reversed" | "sorted" | "list" | "tuple" | "set"), args=[first, *_]):
            return short(first)
        case ast.Call(func=ast.Attribute(value=value, attr="items" | "keys" | "values"), args=[], keywords=[]):
            return short(value)
        case ast.Name(id=name):
            value = one.function.values.get(name)
            if name not in one.function.local_names:
                value = one.module.values.get(name)
                return isinstance(value, ast.Tuple) and short(value)
            if isinstance(value, ast.Tuple) or (value is not None and _never_grows(name, one.function)):
                return short(value)
    return False


def _never_grows(name: str, function: Function) -> bool:
    """Whether a variable is only ever read and gone through."""
    for node in function.nodes:
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            parent = function.module.parents[node]
            match parent:
                case ast.For(iter=it) | ast.comprehension(iter=it) if it is node:
                    continue
                case ast.Call(func=ast.Name(id="len" | "zip" | "enumerate" | "sorted" | "list" | "tuple")):
                    continue
                case _:
                    return False
    return name not in {n for f in function.module.functions.values() if f is not function for n in f.outer_names}
