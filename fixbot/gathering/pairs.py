"""Awaits in consecutive statements, `a = await f()` and `b = await g()`, where neither needs the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

import libcst as cst

from fixbot.codemod import Place
from fixbot.gathering.doubts import used_after_error
from fixbot.gathering.onebyone import free_name, may_wait, names_and_places
from fixbot.gathering.sharing import is_known_read, shared_connection, stated_intent, words
from fixbot.model import Edit, Import
from fixbot.project.calls import simple_name
from fixbot.project.flow import block_of
from fixbot.project.loops import place
from fixbot.project.module import Function
from fixbot.project.repeatable import does_more
from fixbot.project.spelling import broken, indent_unit, indentation, spelled
from fixbot.project.turns import has_line_of_its_own

MOST = 6
"""So many results type checkers can tell apart."""
_GOES_FIRST = frozenset(
    "verify check require ensure validate auth authenticate authorize authorise assert permission permissions current "
    "login connect init setup start open acquire lock begin or raise 404 guard allowed token refresh wait".split()
)
"""Parts of names of what has to be done, or to succeed, before anything else."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two or more statements, each of which assigns what one call gives that is awaited."""

    statements: tuple[ast.Assign, ...]
    function: Function
    at: Place

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [_call(s) for s in self.statements]


def pairs(function: ast.AsyncFunctionDef, at: Place) -> Iterator[Pair]:
    """The longest runs of such statements in a function."""
    own = at.module.functions[function]
    seen: set[ast.stmt] = set()
    for node in own.nodes:
        if not isinstance(node, ast.Assign) or node in seen or not _assigns_an_await(node, own, at):
            continue
        run = _run(node, own, at)
        seen.update(run)
        while len(run) > 1:  # only now is asked what the calls do
            kept = list(takewhile(lambda statement: _only_reads(statement, own, at), run))
            if len(kept) > 1 and not _is_set_apart(kept, own):
                yield Pair(tuple(kept), own, at)
            run = run[len(kept) + 1 :]


def _run(first: ast.Assign, function: Function, at: Place) -> list[ast.Assign]:
    """The statement and those right behind it that are alike and need none of those before them."""
    block = block_of(first, at.module) or [first]
    run = [first]
    for statement in block[block.index(first) + 1 :]:
        if not (isinstance(statement, ast.Assign) and _assigns_an_await(statement, function, at)):
            break
        if len(run) == MOST or not _is_independent(statement, run):
            break
        run.append(statement)
    return run


def _call(statement: ast.Assign) -> ast.Call:
    assert isinstance(statement.value, ast.Await) and isinstance(statement.value.value, ast.Call)
    return statement.value.value


def _assigns_an_await(statement: ast.Assign, function: Function, at: Place) -> bool:
    """Whether it assigns one awaited call of something known by name, before which nothing else has to be done."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Await(value=ast.Call() as call)):
            called = simple_name(call.func)
        case _:
            return False
    if name in function.outer_names or not has_line_of_its_own(statement, at.module):
        return False
    known = at.effects.defines(called) or called in at.effects.waiting_names or _is_library(call, at)
    return known and not words(called) & _GOES_FIRST


def _is_library(call: ast.Call, at: Place) -> bool:
    return any(entry.is_async for entry in at.effects.of_call(call, at.module).entries)


def _only_reads(statement: ast.Assign, function: Function, at: Place) -> bool:
    """Whether what is awaited is known to read and nothing more, by something that serves several tasks at a time."""
    call = _call(statement)
    given = [*call.args, *(k.value for k in call.keywords)]
    if does_more(given, function, at.project) is not None:
        return False
    assert isinstance(statement.value, ast.Await)
    if not may_wait(statement.value, at.module, at.effects):
        return False
    does = at.effects.summary_of(call, function)
    return is_known_read(call, does, function, at.effects) and not shared_connection(
        ast.walk(statement.value), function, does, at.effects
    )


def _is_independent(statement: ast.Assign, run: Sequence[ast.Assign]) -> bool:
    """Whether it needs nothing that the statements before it assign, and they nothing that it does."""
    target, given = place(statement.targets[0]), {place(s.targets[0]) for s in run}
    if target in given or given & {p.partition(".")[0] for p in names_and_places(statement.value)}:
        return False
    return not any(target in names_and_places(s.value) for s in run)


def _is_set_apart(run: Sequence[ast.Assign], function: Function) -> bool:
    """Whether comments or blank lines stand between the statements, or what the first gave is used when another fails."""
    lines = function.module.source.lines[run[0].lineno - 1 : run[-1].end_lineno]
    if any("#" in line or not line.strip() for line in lines) or stated_intent(run[0], function):
        return True
    given = frozenset(place(s.targets[0]) for s in run)
    return bool(used_after_error(run[0], given, function))


def edits_for_pair(pair: Pair, gather: str, imports: tuple[Import, ...], *, in_order: bool) -> list[Edit]:
    """`a, b = await asyncio.gather(f(), g())` in place of the first; the others go."""
    at, first = pair.at, pair.statements[0]
    names = ", ".join(ast.unparse(s.targets[0]) for s in pair.statements)
    calls = ", ".join(spelled(call, at.module) for call in pair.calls)
    indent, unit = indentation(first, at.module), indent_unit(pair.function)
    lines = [f"{names} = await {gather}({calls})"]
    if in_order:
        results, result = (
            free_name(name, pair.function) for name in (["results", "gathered"], ["result", "value"])
        )
        lines = [
            f"{results} = await {gather}({calls}, return_exceptions=True)",
            f"for {result} in {results}:\n{unit}if isinstance({result}, BaseException):\n{unit}{unit}raise {result}\n",
            f"{names} = {results}",
        ]

    def change(node: Any) -> Any:
        new = [cst.parse_statement(broken(line, indent, unit, at.line_length)) for line in lines]
        return cst.FlattenSentinel([new[0].with_changes(leading_lines=node.leading_lines), *new[1:]])

    edits = [at.edit(first, cst.SimpleStatementLine, change, imports=imports)]
    drop = cst.RemoveFromParent()
    return edits + [at.edit(s, cst.SimpleStatementLine, lambda _: drop) for s in pair.statements[1:]]
