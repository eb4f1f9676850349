"""Which index a query lacks: the scans that matter, and what SQLite makes of the query with an index more."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fixbot.sql.plans import NoPlan, Step, explain
from fixbot.sql.predicates import Wanted, wanted
from fixbot.sql.schema import Schema

MAX_COLUMNS = 3
"""More in an index cost more with each write than they save."""

_PLAIN = re.compile(r"[A-Za-z_]\w*")
_TERM = re.compile(r"[=<>]\?")
_SORTS = "USE TEMP B-TREE FOR ORDER BY"


@dataclass(frozen=True)
class Advice:
    """An index with which SQLite no longer reads, or sorts, all of a table for this query.

    Table and columns are spelled as in the schema.
    """

    table: str
    columns: tuple[str, ...]
    name: str
    before: str
    after: str
    """The plans, one step beside the other."""
    sorts: bool
    """Whether it is the order that reads everything: the query wants the first few of all rows."""

    @property
    def statement(self) -> str:
        return f"CREATE INDEX {self.name} ON {self.table} ({', '.join(self.columns)})"


def advice(sql: str, schema: Schema) -> Iterator[Advice]:
    """An index for each table of a query that is scanned and need not be. Raises `NoPlan`."""
    before = explain(schema.db, sql)
    sorts = any(step.text == _SORTS for step in before)
    scanned = {step.scanned: step for step in before if step.scanned}
    for look in wanted(sql, schema.columns) or () if scanned else ():
        step = scanned.get(look.alias)
        if step is None or look.table in schema.tiny | schema.unsure:
            continue
        equal = tuple(name for name in look.equal if not schema.is_flag(look.table, name))
        tried = [
            found
            for columns in candidates(replace(look, equal=equal), step, sorts=sorts)
            if (found := _tried(sql, schema, look, before, columns))
        ]
        if tried:
            yield min(tried, key=lambda t: (*t[0], len(t[1].columns)))[1]


def candidates(look: Wanted, step: Step, *, sorts: bool) -> list[tuple[str, ...]]:
    """Columns that an index may help with, for one table that is scanned at this step.

    What a join compares counts only inside of another loop: the outermost table of a join is read as
    a whole by right, if nothing else narrows it. So is one that is cleared of old rows now and then.
    """
    equal = tuple(dict.fromkeys((*look.equal, *(() if step.first else look.joined))))[:MAX_COLUMNS]
    if equal:
        longer = [look.order if look.limited else (), look.ranges[:1]]
        return [equal, *(tuple(dict.fromkeys(equal + more))[:MAX_COLUMNS] for more in longer if more)]
    if look.ranges and look.read and (look.order or not look.limited):
        return [look.ranges[:1]]
    if sorts and look.order and look.limited and not look.ranges:
        return [look.order[:MAX_COLUMNS]]
    return []


def _tried(
    sql: str, schema: Schema, look: Wanted, before: list[Step], columns: tuple[str, ...]
) -> tuple[tuple[int, int], Advice] | None:
    """The advice to make this index, behind what it leaves to be done: sorting, and comparing row by row.

    None when the table is still read whole.
    """
    if not all(_PLAIN.fullmatch(name) for name in (look.table, *columns)):
        return None
    name = free_name(look.table, columns, schema)
    try:
        schema.db.execute(f"CREATE INDEX {name} ON {look.table} ({', '.join(columns)})")
    except sqlite3.Error:
        return None  # a keyword for a name
    try:
        after = explain(schema.db, sql)
    except NoPlan:
        return None
    finally:
        schema.db.execute(f"DROP INDEX IF EXISTS {name}")
    uses = [step for step in after if name in step.text and "AUTOMATIC" not in step.text]
    sorts = columns == look.order[: len(columns)] and not (look.equal or look.joined or look.ranges)
    if not uses or (not sorts and _scans(after) >= _scans(before)):
        return None
    sorted_still = sum(step.text == _SORTS for step in after)
    if sorts and sorted_still:
        return None
    narrowed = sum(len(_TERM.findall(step.text)) for step in uses)
    table = schema.spelled.get((look.table, ""), look.table)
    spelled = tuple(schema.spelled.get((look.table, column), column) for column in columns)
    return (sorted_still, -narrowed), Advice(table, spelled, name, _joined(before), _joined(after), sorts)


def _scans(plan: list[Step]) -> int:
    return sum(bool(step.scanned) for step in plan)


def _joined(plan: list[Step]) -> str:
    return "; ".join(step.text for step in plan)


def free_name(table: str, columns: tuple[str, ...], schema: Schema) -> str:
    """A name for the index, in the way of those that there are."""
    taken = {name.lower() for name in (*schema.indexes(), *schema.columns)}
    origin = schema.origins.get(table)
    ways = ["ix"] if origin and (origin.model or origin.by_alembic) else ["idx", "ix", "index"]
    prefix = next((p for p in ways if any(n.startswith(f"{p}_") for n in taken)), ways[0])
    base = "_".join((prefix, table, *columns))
    return next(name for n in range(1, 100) if (name := base if n == 1 else f"{base}_{n}") not in taken)
