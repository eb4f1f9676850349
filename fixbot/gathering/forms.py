"""How a loop that awaits one by one can be written with `gather`: as a coroutine for one item, or as results to go through."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeAlias

from fixbot.gathering.onebyone import OneByOne, bound_names
from fixbot.gathering.ways import appended_to, ways_of
from fixbot.project.flow import block_of
from fixbot.project.loops import names_in, touches
from fixbot.project.module import Function
from fixbot.project.repeatable import Again, again, does_more
from fixbot.project.spelling import negated
from fixbot.project.turns import head_of


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
            case ast.Tuple(elts=[ast.Name(id=number), item]), ast.Call(
                func=ast.Name(id="enumerate"), args=[value, *_]
            ):
                if number not in names_in(self.awaited):
                    return item, value
        return loop.target, loop.iterable


@dataclass(frozen=True, eq=False)
class Comprehended:
    """A comprehension."""

    one: OneByOne

    @property
    def is_alone(self) -> bool:
        """Whether a statement does nothing but assign or return it."""
        parent = self.one.module.parents[self.one.loop.whole]
        return isinstance(parent, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Expr)


@dataclass(frozen=True, eq=False)
class Run:
    """The body becomes a coroutine that gives nothing."""

    one: OneByOne


Form: TypeAlias = Collected | Unrolled | Comprehended | Run


def form_of(one: OneByOne) -> Form | None:
    """None where the loop does too much with what it awaits."""
    if not isinstance(one.loop.whole, ast.For):
        return Comprehended(one) if not one.carried else None
    return _collected(one) or unrolled(one) or _run(one)


# --- a list of results -----------------------------------------------------------------------------------


def _collected(one: OneByOne) -> Collected | None:
    loop = one.loop
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
    ways = ways_of(body, name)
    if ways is None:
        return None
    first = _made_before(name, loop.whole, one)
    if first is None and not _is_own_list(name, one.function):
        return None
    return Collected(one, name, first, "skip" in ways, tests, tuple(body))


def _guards(one: OneByOne) -> tuple[tuple[ast.expr, ...], list[ast.stmt]]:
    """Tests that the turn begins with and that keep items out, if they can be asked beforehand; and the rest of it."""
    whole = one.loop.whole
    assert isinstance(whole, ast.For)
    body, tests = list(whole.body), list[ast.expr]()
    while True:
        match body:
            case [ast.If(test=test, body=[ast.Continue()], orelse=[]), _, *_] if _is_plain(test, one):
                kept, rest = negated(test), body[1:]
            case [ast.If(test=test, body=rest, orelse=[])] if _is_plain(test, one):
                kept = test
            case _:
                return tuple(tests), body
        if comments_in_head(body[0], one) or (body[0] is not whole.body[0] and _comments_above(body[0], one)):
            return (), whole.body
        tests.append(kept)
        body = rest


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
        case (
            ast.Assign(targets=[ast.Name(id=found)], value=value)
            | ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value)
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
    return bool(values) and all(
        isinstance(v, ast.List | ast.ListComp) or ast.unparse(v) == "list()" for v in values
    )


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


def unrolled(one: OneByOne) -> Unrolled | None:
    match one.loop.body[0], one.awaits:
        case ast.stmt() as first, (ast.Await() as awaited,):
            pass
        case _:
            return None
    head = head_of(first)
    if (
        head is None
        or (isinstance(first, ast.Expr) and first.value is awaited)
        or not _leads(awaited, head, one)
        or one.loop.names & _stored_names(one)
    ):
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
