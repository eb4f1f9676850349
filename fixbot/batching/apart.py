"""A query that one statement runs and whose rows another fetches: both are left for the keys that the batch has not."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

import libcst as cst

from fixbot.batching.queries import QueryRead
from fixbot.batching.read import LoopRead
from fixbot.model import Edit
from fixbot.project.loops import loops_around, names_in
from fixbot.project.spelling import comments_in
from fixbot.project.turns import has_line_of_its_own
from fixbot.safety import Doubt, report

_RUNS = frozenset({"execute", "executemany", "executescript", "close"})
"""What may be called of a cursor after the loop, whatever it was last asked for."""


def in_two_statements(found: QueryRead) -> Doubt | None:
    if not found.fetch.apart or found.helper:
        return None
    read, module = found.read, found.fetch.module
    if not read.statements:
        return report(
            "running the query and fetching its rows are two statements; make one expression of them"
        )
    first, last = read.statements[0], read.statements[-1]
    lines = module.source.lines[first.lineno - 1 : last.end_lineno]
    if len(read.statements) > 1 and comments_in("".join(lines)):
        return report("there are comments at the statements that run the query and fetch its rows")
    if not all(has_line_of_its_own(statement, module) for statement in read.statements):
        return report("the statements that run the query and fetch its rows share a line")
    fetches = module.statement(read.call)
    assert isinstance(fetches, ast.Assign)
    row = ast.unparse(fetches.targets[0])
    if row in names_in(found.fetch.ran):
        return report(f"`{row}` is what the query is run with, and then its row")
    return _cursor_used(found)


def _cursor_used(found: QueryRead) -> Doubt | None:
    """With the batch, the cursor is mostly not asked for anything: nobody else may look at what it has."""
    read, module = found.read, found.fetch.module
    assert isinstance(found.fetch.call.func, ast.Attribute)
    cursor = found.fetch.call.func.value
    own = {node for statement in read.statements for node in ast.walk(statement)}
    names = [n for n in read.function.nodes if isinstance(n, ast.Name) and ast.dump(n) == ast.dump(cursor)]
    others = [name for name in names if name not in own]
    *_, outermost = loops_around(read.call, module)
    inside = set(ast.walk(outermost.whole))
    made_here = isinstance(found.fetch.receiver, ast.Name) and ast.dump(found.fetch.receiver) == ast.dump(
        cursor
    )
    for name in others:
        used = module.parents[name]
        runs = isinstance(used, ast.Attribute) and used.attr in _RUNS
        handed_over = isinstance(name.ctx, ast.Load) and not isinstance(used, ast.Attribute)
        before = name.lineno < outermost.whole.lineno and not handed_over
        if not made_here or name in inside or not (runs or before):
            return report(f"`{name.id}` is used elsewhere as well, and would not have run this query")
    return None


def guarded(read: LoopRead, looked_up: str, *, many: bool) -> Iterator[Edit]:
    """Look the rows up, and leave the statements to the keys that are not among those read."""
    module, (first, *rest) = read.at.module, read.statements
    fetches = module.statement(read.call)
    assert isinstance(fetches, ast.Assign)
    name = ast.unparse(fetches.targets[0])
    test = f"not {name}" if many else f"{name} is None"
    after = [module.segment(statement) for statement in rest]
    kind = (
        cst.BaseCompoundStatement if isinstance(first, ast.With | ast.AsyncWith) else cst.SimpleStatementLine
    )
    yield read.at.edit(first, kind, _guard(f"{name} = {looked_up}", test, after))
    for statement in rest:
        yield read.at.edit(statement, cst.SimpleStatementLine, lambda _: cst.RemoveFromParent())


def _guard(assignment: str, test: str, after: list[str]) -> Callable[[Any], Any]:
    def change(node: Any) -> Any:
        assigned: Any = cst.parse_statement(assignment)
        guard: Any = cst.parse_statement(f"if {test}:\n    pass")
        body = [node.with_changes(leading_lines=[]), *map(cst.parse_statement, after)]
        return cst.FlattenSentinel(
            [
                assigned.with_changes(leading_lines=node.leading_lines),
                guard.with_changes(body=cst.IndentedBlock(body=body)),
            ]
        )

    return change
