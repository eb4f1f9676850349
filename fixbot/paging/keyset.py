"""A SELECT of all rows, taken apart where a page is put into it: `WHERE (day, id) < (?, ?) ... ORDER BY day DESC, id DESC LIMIT ?`.

A page starts after the values that the last row of the one before has in the columns of the ORDER BY. They have to
tell every row from every other, so the last of them must be unique, by the schema; where it is not, pages are ordered
by the primary key as well. Columns before the last may be NULL, which SQLite puts before all other values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fixbot.sql.keys import Column as Declared
from fixbot.sql.schema import Schema

if TYPE_CHECKING:
    from sqlglot import exp

_KEY = r"(?:\w+\.)?\w+(?:\s+(?:ASC|DESC))?"
_TAIL = re.compile(
    rf"(?P<order>\s+(?P<words>ORDER\s+BY)\s+(?P<keys>{_KEY}(?:\s*,\s*{_KEY})*)\s*)?(?P<end>;\s*)?\Z", re.I
)
_COMBINES = ("joins", "group", "distinct", "having", "with_", "with", "windows", "laterals", "qualify")
_MOST = 3
"""Columns that a page starts after; more make a condition that nobody reads."""


@dataclass(frozen=True)
class Column:
    """A column that rows are ordered by."""

    name: str
    """As rows name it."""
    written: str
    """As the ORDER BY names it."""
    descends: bool
    declared: Declared
    place: int | None = None
    """Which of the columns of a row it is; None where that is not known."""
    is_starred: bool = False
    """Whether the query asks for `*`, and the place is that in the table."""


@dataclass(frozen=True)
class Keyset:
    """What the query ends with, and what stands before that and behind it for a page."""

    order: str
    """The text from the ORDER BY on, or ""."""
    end: str
    """A semicolon and what comes after it, which SQLite does not need; or ""."""
    after: str
    limit: str
    """What ends a page: the LIMIT, and before it what the order lacks to tell all rows apart."""
    added: str
    """That column, or ""."""
    columns: tuple[Column, ...]
    """What a page starts after; no two rows are the same in all of them."""
    values: tuple[int, ...]
    """For each `?` of `after`, which of these columns it stands for."""
    marks: int
    """How many values the query takes without a page."""

    @property
    def is_text(self) -> bool:
        """Whether it is one column, of text."""
        return len(self.columns) == 1 and self.columns[0].declared.affinity == "TEXT"


def select_of(sql: str) -> exp.Select | None:
    """The one SELECT that a string is, if it can give many rows and nothing limits them. Needs sqlglot."""
    select = _parsed(sql)
    if select is None or any(select.args.get(part) for part in ("limit", "offset", "fetch")):
        return None
    return None if _is_one_row(select) else select


def tables_in(select: exp.Select) -> list[exp.Table]:
    """All tables that a query reads, in its subqueries too."""
    from sqlglot import exp

    return list(select.find_all(exp.Table))


def _parsed(sql: str) -> exp.Select | None:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        match [part for part in parse(sql, read="sqlite") if not isinstance(part, exp.Semicolon)]:
            case [exp.Select() as select]:
                return select
    except (SqlglotError, RecursionError):
        pass
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
    marks = list(select.find_all(exp.Placeholder))
    if any(mark.this for mark in marks) or list(select.find_all(exp.Parameter)):
        return "its parameters have names or numbers: write them as `?`, and a page can be put between them"
    found = _TAIL.search(sql)
    assert found is not None
    columns = _columns(found["keys"] or "", select, source.name, schema)
    if isinstance(columns, str):
        return columns
    where = select.args.get("where")
    if where is not None and isinstance(where.this, exp.Or):
        return "its WHERE is an OR: put brackets around it, so that a page can be put behind it"
    word = str.lower if re.match(r"\s*select\b", sql) else str
    after, values = _after(columns, word)
    after = f"{word('WHERE' if where is None else 'AND')} {after}"
    added, order = _added(columns, select, word)
    for space in (" ", "\n"):  # a line of its own where a comment ends the one before
        keyset = Keyset(
            found["order"] or "",
            found["end"] or "",
            space + after,
            f"{order} {word('LIMIT')} ?",
            added,
            columns,
            values,
            len(marks),
        )
        if _means_a_page(sql[: found.start()], keyset, select):
            return keyset
    return "comments stand in the way of a page: a plain ORDER BY has to be the end of the query"


def _added(columns: tuple[Column, ...], select: exp.Select, word: Callable[[str], str]) -> tuple[str, str]:
    """The column that a page is ordered by and the list is not, and what is written for it; both "" if there is none."""
    order = select.args.get("order")
    if order is not None and len(order.expressions) >= len(columns):
        return "", ""
    last = columns[-1]
    key = f"{last.written} {word('DESC')}" if last.descends else last.written
    return last.name, f" {word('ORDER BY')} {key}" if order is None else f", {key}"


# --- the columns that it is ordered by -----------------------------------------------------------------


def _columns(keys: str, select: exp.Select, table: str, schema: Schema | None) -> tuple[Column, ...] | str:
    """Those that a page starts after, the last of which is unique; or why it cannot."""
    known = schema.columns_of(table) if schema else []
    order = select.args.get("order")
    if order is not None and not keys:
        return "its ORDER BY is more than the names of columns: a page cannot start after that by rule"
    columns = _until_unique(order, keys, known) if order is not None and known else []
    if isinstance(columns, str):
        return f"`{columns}` in its ORDER BY is no column of `{table}`"
    if not columns or not columns[-1].declared.unique:
        key = next((column for column in known if column.is_key and column.unique), None)
        if not known:
            seen = "certain" if schema and table.lower() in schema.ambiguous else "seen"
            return (
                f"how `{table}` is made is not {seen} here, and so not what a page could start after: "
                "name its database in the setting `database`"
            )
        if key is None:
            return f"no column of `{table}` is known that tells each row from all others, which a page could start after"
        columns.append(Column(key.name, key.name, bool(columns and columns[-1].descends), key))
    last = columns[-1].declared
    if last.nullable:
        return (
            f"`{last.name}` of `{table}` may be NULL, which SQLite lets even a primary key be: declare it NOT NULL, "
            "so that a page can start after it"
        )
    if len(columns) > _MOST:
        return f"a page would have to start after the values of {len(columns)} columns"
    if len(columns) == 1 and not last.is_row_number and last.affinity != "TEXT":
        return f"`{last.name}` is neither the number of the row nor text"
    return _selected(columns, select, [column.name for column in known])


def _until_unique(order: exp.Order, keys: str, known: list[Declared]) -> list[Column] | str:
    """The columns of an ORDER BY up to the first that tells all rows apart; what is written instead of a column."""
    from sqlglot import exp

    columns: list[Column] = []
    for part, written in zip(order.expressions, keys.split(","), strict=True):
        name = part.this.name.lower() if isinstance(part.this, exp.Column) else ""
        declared = next((column for column in known if column.name.lower() == name), None)
        if declared is None:
            return written.strip()
        columns.append(Column(declared.name, written.split()[0], bool(part.args.get("desc")), declared))
        if declared.unique and not declared.nullable:
            break
    return columns


def _selected(columns: list[Column], select: exp.Select, names: list[str]) -> tuple[Column, ...] | str:
    """The same columns with their places in a row, or why an item cannot tell what they are."""
    for at, column in enumerate(columns):
        place = _place(select, column.name)
        if isinstance(place, str):
            return place
        if column.declared.affinity == "BLOB":
            return f"`{column.name}` can be bytes, which the address of the next page cannot hold"
        starred = len(select.expressions) == 1 and place is None
        columns[at] = replace(
            column, place=names.index(column.name) if starred else place, is_starred=starred
        )
    return tuple(columns)


def _place(select: exp.Select, name: str) -> int | str | None:
    """Where a column stands among those selected, under its own name and once; None after a `*`."""
    selected = [_is_column(part, name) for part in select.expressions]
    named = [part for part in select.expressions if part.alias_or_name.lower() == name.lower()]
    if selected.count(True) + selected.count(None) != 1 or len(named) != selected.count(True):
        return f"`{name}` is not among its columns, or more than once: a page starts after it"
    return selected.index(True) if None not in selected else None


def _is_column(part: exp.Expr, name: str) -> bool | None:
    """Whether a selected column is this one under its own name; None for `*`."""
    from sqlglot import exp

    if isinstance(part, exp.Star) or (isinstance(part, exp.Column) and isinstance(part.this, exp.Star)):
        return None
    return isinstance(part, exp.Column) and part.name == name


# --- the test that starts a page -----------------------------------------------------------------------


def _after(columns: tuple[Column, ...], word: Callable[[str], str]) -> tuple[str, tuple[int, ...]]:
    """The test for rows behind given values, and which of the columns each of its `?` stands for."""
    agree = len({column.descends for column in columns}) == 1
    if len(columns) > 1 and agree and not any(column.declared.nullable for column in columns):
        names = ", ".join(column.written for column in columns)
        marks = ", ".join("?" for _ in columns)
        return f"({names}) {_sign(columns[0])} ({marks})", tuple(range(len(columns)))
    return _expanded(columns, 0, word)


def _expanded(
    columns: tuple[Column, ...], at: int, word: Callable[[str], str]
) -> tuple[str, tuple[int, ...]]:
    """`a <= ? AND (a < ? OR b > ?)`: the first half lets an index on `a` find the place."""
    column = columns[at]
    name, sign = column.written, _sign(column)
    beyond = f"{name} {sign} ?"
    if at == len(columns) - 1:
        return beyond, (at,)
    rest, values = _expanded(columns, at + 1, word)
    and_, or_ = word("AND"), word("OR")
    if column.declared.nullable:  # NULL comes before everything, and so last where the order descends
        one, other = ("IS NULL", "IS NOT NULL") if column.descends else ("IS NOT NULL", "IS NULL")
        null = f"({name} {word(one)} {and_} ? {word(other)})"
        return f"({beyond} {or_} {null} {or_} ({name} {word('IS')} ? {and_} {rest}))", (at, at, at, *values)
    rest = f"({rest})" if at + 2 < len(columns) and not rest.startswith("(") else rest
    return f"{name} {sign}= ? {and_} ({beyond} {or_} {rest})", (at, at, *values)


def _sign(column: Column) -> str:
    return "<" if column.descends else ">"


def _means_a_page(head: str, keyset: Keyset, before: exp.Select) -> bool:
    """Whether the parts with those of a page between them are the query of before, with the test and a limit more.

    And with the order of a page, which begins as the query's own does.
    """
    from sqlglot import exp

    select = _parsed(head + keyset.after + keyset.order + keyset.limit)
    test = _parsed(f"SELECT 1 WHERE {keyset.after.strip().partition(' ')[2]}")
    if select is None or test is None or _parsed(head + keyset.order) != before:
        return False
    limit = select.args.get("limit")
    if limit is None or not isinstance(limit.expression, exp.Placeholder):
        return False
    if _tests(select) != [*_tests(before), *_tests(test)]:
        return False
    old, new = (part.args["order"].expressions if part.args.get("order") else [] for part in (before, select))
    if new[: len(old)] != old or len(new) != len(old) + bool(keyset.added):
        return False
    select.set("limit", None)
    for part in ("where", "order"):
        kept = before.args.get(part)
        select.set(part, kept.copy() if kept is not None else None)
    return select == before


def _tests(select: exp.Select) -> list[exp.Expr]:
    """What must all hold, of a WHERE."""
    from sqlglot import exp

    where = select.args.get("where")
    pending, found = [where.this] if where is not None else [], list[exp.Expr]()
    while pending:
        test = pending.pop()
        if isinstance(test, exp.And):
            pending += [test.right, test.left]
        else:
            found.append(test)
    return found
