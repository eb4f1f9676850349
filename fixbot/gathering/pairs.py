"""Awaits in consecutive statements, `a = await f()` and `b = await g()`, where neither needs the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import libcst as cst

from fixbot.codemod import Place
from fixbot.gathering.onebyone import free_name, may_wait, names_and_places
from fixbot.gathering.sharing import is_known_read, shared_connection, stated_intent, words
from fixbot.model import Edit, Import
from fixbot.project.calls import simple_name
from fixbot.project.effects import Summary
from fixbot.project.flow import block_of
from fixbot.project.loops import place
from fixbot.project.module import Function
from fixbot.project.repeatable import does_more
from fixbot.project.spelling import broken, comments_in, indent_unit, indentation, spelled
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

    @cached_property
    def does(self) -> list[Summary]:
        return [self.at.effects.summary_of(call, self.function) for call in self.calls]


def pairs(function: ast.AsyncFunctionDef, at: Place) -> Iterator[Pair]:
    """The longest runs of such statements in a function."""
    own = at.module.functions[function]
    seen: set[ast.stmt] = set()
    for node in own.nodes:
        if isinstance(node, ast.Assign) and node not in seen and _is_candidate(node, own, at):
            block = block_of(node, at.module) or [node]
            run = [node]
            for statement in block[block.index(node) + 1 :]:
                if not (isinstance(statement, ast.Assign) and _is_candidate(statement, own, at)):
                    break
                if len(run) == MOST or not _is_independent(statement, run, own, at):
                    break
                run.append(statement)
            seen.update(run)
            if len(run) > 1 and not _has_comments(run, at) and not stated_intent(run[0], own):
                yield Pair(tuple(run), own, at)


def _call(statement: ast.Assign) -> ast.Call:
    assert isinstance(statement.value, ast.Await) and isinstance(statement.value.value, ast.Call)
    return statement.value.value


def _is_candidate(statement: ast.Assign, function: Function, at: Place) -> bool:
    """Whether it assigns one awaited call that only reads, and that nothing else has to wait for."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Await(value=ast.Call() as call) as awaited):
            pass
        case _:
            return False
    if name in function.outer_names or not has_line_of_its_own(statement, at.module):
        return False
    if words(simple_name(call.func)) & _GOES_FIRST or not may_wait(awaited, at.module, at.effects):
        return False
    parts = [*call.args, *(k.value for k in call.keywords), call.func]
    if does_more([p for p in parts if p is not call.func], function, at.project) is not None:
        return False
    does = at.effects.summary_of(call, function)
    return is_known_read(call, does, function, at.effects) and not shared_connection(
        ast.walk(statement.value), function, does, at.effects
    )


def _is_independent(statement: ast.Assign, run: Sequence[ast.Assign], function: Function, at: Place) -> bool:
    """Whether it needs nothing that the statements before it assign."""
    given = {place(s.targets[0]) for s in run}
    if (
        given & {p.partition(".")[0] for p in names_and_places(statement.value)}
        or place(statement.targets[0]) in given
    ):
        return False
    return not any(place(statement.targets[0]) in names_and_places(s.value) for s in run)


def _has_comments(run: Sequence[ast.Assign], at: Place) -> bool:
    """Whether comments stand between the statements, after or inside them."""
    lines = at.module.source.lines[run[0].lineno - 1 : run[-1].end_lineno]
    return bool(comments_in("\n".join(line.strip() for line in lines if "#" in line) or "0")) or any(
        not line.strip() for line in lines
    )


def edits_for_pair(pair: Pair, gather: str, imports: tuple[Import, ...], *, in_order: bool) -> list[Edit]:
    """`a, b = await asyncio.gather(f(), g())` in place of the first; the others go."""
    at, first = pair.at, pair.statements[0]
    names = ", ".join(ast.unparse(s.targets[0]) for s in pair.statements)
    calls = ", ".join(spelled(call, at.module) for call in pair.calls)
    indent, unit = indentation(first, at.module), indent_unit(pair.function)
    lines = [f"{names} = await {gather}({calls})"]
    if in_order:
        results, result = (free_name(name, pair.function) for name in ("results", "result"))
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
