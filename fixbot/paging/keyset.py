"""A SELECT of all rows, taken apart where a page is put into it: `WHERE id > ? ... ORDER BY id LIMIT ?`.

Only an order by the number of the row (INTEGER PRIMARY KEY) is taken apart: no two rows are equal in it,
none has NULL there, and it compares in SQLite as Python's integers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fixbot.sql.schema import Schema

if TYPE_CHECKING:
    from sqlglot import exp

_TAIL = re.compile(
    r"(?P<tail>\s+ORDER\s+BY\s+(?P<key>(?:\w+\.)?\w+)(?:\s+(?:ASC|(?P<down>DESC)))?\s*)\Z", re.I
)
_COMBINES = ("joins", "group", "distinct", "having", "with_", "with", "windows", "laterals", "qualify")


@dataclass(frozen=True)
class Keyset:
    """The text before and from the ORDER BY, and what stands between and behind them for a page."""

    head: str
    after: str
    tail: str
    limit: str
    key: str
    """The column as rows name it."""
    place: int | None
    """Which of the columns it is; None after a `*`."""
    marks: int
    """How many values it takes without a page."""


def select_of(sql: str) -> exp.Select | None:
    """The one SELECT that a string is, if it can give many rows and nothing limits them. Needs sqlglot."""
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        parsed = parse(sql, read="sqlite")
    except (SqlglotError, RecursionError):
        return None
    match parsed:
        case [exp.Select() as select] if not {"limit", "offset", "fetch"} & {
            k for k, v in select.args.items() if v
        }:
            return None if _is_one_row(select) else select
    return None


def _is_one_row(select: exp.Select) -> bool:
    from sqlglot import exp

    aggregates = [part for part in select.expressions if isinstance(part.unalias(), exp.AggFunc)]
    return not (select.args.get("from_") or select.args.get("from")) or (
        bool(aggregates) and not select.args.get("group")
    )


def keyset_of(sql: str, select: exp.Select, schema: Schema | None) -> Keyset | str:
    """The query taken apart, or why that cannot be done by rule and what to do."""
    from sqlglot import exp

    start = select.args.get("from_") or select.args.get("from")
    source = start.this if start is not None else None
    if any(select.args.get(part) for part in _COMBINES) or not isinstance(source, exp.Table) or source.db:
        return (
            "its rows are not those of one table; order them by something that no two have in common, "
            "and start a page after that"
        )
    key = schema.row_number(source.name) if schema else ""
    if not key:
        return f"no INTEGER PRIMARY KEY of `{source.name}` is known, which the next page would start after"
    order = select.args.get("order")
    if order is None:
        return f"it has no order, and so no pages: add `ORDER BY {key}`"
    last = order.expressions[-1].this
    if not isinstance(last, exp.Column) or last.name.lower() != key.lower():
        return f"rows can be equal in its order: add `{key}` to the end of the ORDER BY, and start a page after all of it"
    found = _TAIL.search(sql)
    if len(order.expressions) > 1 or found is None:
        return f"it is ordered by more than `{key}`: a page has to start after all that it is ordered by"
    columns = [_column(part, key) for part in select.expressions]
    named = [part for part in select.expressions if part.alias_or_name.lower() == key.lower()]
    if columns.count(True) + columns.count(None) != 1 or len(named) != columns.count(True):
        return f"`{key}` is not among its columns, or more than once"
    compared = f"{found['key']} {'<' if found['down'] else '>'} ?"
    joint = "AND" if select.args.get("where") else "WHERE"
    keyset = Keyset(
        sql[: found.start()],
        f" {joint} {compared}",
        found["tail"],
        " LIMIT ?",
        key,
        columns.index(True) if None not in columns else None,
        sum(1 for mark in select.find_all(exp.Placeholder) if not mark.this),
    )
    if any(mark.this for mark in select.find_all(exp.Placeholder)) or list(select.find_all(exp.Parameter)):
        return "its parameters have names or numbers: a page cannot be put into it by rule"
    if not _means_a_page(keyset, select):
        return "its WHERE is an OR, or it holds comments: a page cannot be put into it by rule"
    return keyset


def _column(part: exp.Expr, key: str) -> bool | None:
    """Whether a selected column is the key under its own name; None for `*`."""
    from sqlglot import exp

    if isinstance(part, exp.Star) or (isinstance(part, exp.Column) and isinstance(part.this, exp.Star)):
        return None
    return isinstance(part, exp.Column) and part.name == key


def _means_a_page(keyset: Keyset, before: exp.Select) -> bool:
    """Whether the parts with those of a page between them are the query of before, with one test and a limit more."""
    from sqlglot import exp

    whole = select_of(keyset.head + keyset.tail)
    select = _parsed(keyset.head + keyset.after + keyset.tail + keyset.limit)
    if select is None or whole != before:
        return False
    limit, where = select.args.get("limit"), select.args.get("where")
    if limit is None or not isinstance(limit.expression, exp.Placeholder) or where is None:
        return False
    old = before.args.get("where")
    added = where.this
    if old is not None:
        if not isinstance(where.this, exp.And) or where.this.left != old.this:
            return False
        added = where.this.right
    one, other = added.args.get("this"), added.args.get("expression")
    compares = isinstance(added, exp.GT | exp.LT) and isinstance(one, exp.Column)
    select.set("limit", None)
    select.set("where", old.copy() if old is not None else None)
    return compares and isinstance(other, exp.Placeholder) and select == before


def _parsed(sql: str) -> exp.Select | None:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        match parse(sql, read="sqlite"):
            case [exp.Select() as select]:
                return select
    except (SqlglotError, RecursionError):
        pass
    return None
