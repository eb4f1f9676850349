"""What a query compares and orders by, table by table, read off its syntax tree by sqlglot.

sqlglot is an optional dependency (the extra `sql`): only the codemod that advises on indexes needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fixbot.sql.texts import MARK

if TYPE_CHECKING:
    from sqlglot import exp

Columns = Mapping[str, Sequence[str]]
"""The columns of each table; all names in lower case."""


def is_available() -> bool:
    """Whether sqlglot is installed."""
    from importlib.util import find_spec

    return find_spec("sqlglot") is not None


@dataclass(frozen=True)
class Wanted:
    """How one table of a query is looked through. All names in lower case."""

    table: str
    alias: str
    """The name that the query knows it by."""
    equal: tuple[str, ...] = ()
    """Columns that must equal a value which is known before: a constant, a parameter."""
    joined: tuple[str, ...] = ()
    """Columns that must equal something of another table."""
    ranges: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    """What the rows are ordered by, where an index can do so: columns of this table in one direction."""
    limited: bool = False
    read: bool = True
    """Whether the rows are read, not changed or deleted."""


def wanted(sql: str, columns: Columns) -> list[Wanted] | None:
    """Each table of each part of a query; None when it is no SQL that sqlglot understands."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        tree = parse_one(sql, read="sqlite")
    except (SqlglotError, RecursionError):
        return None
    if not isinstance(tree, exp.Query | exp.Update | exp.Delete | exp.Insert):
        return None
    defined = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    parts = tree.find_all(exp.Select, exp.Update, exp.Delete)
    return [found for part in parts for found in _of_part(part, columns, defined)]


def tables(sql: str) -> set[str]:
    """The tables that a query names, without those that it defines itself; empty for what is no SQL."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        tree = parse_one(sql, read="sqlite")
    except (SqlglotError, RecursionError):
        return set()
    defined = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    named = (t for t in tree.find_all(exp.Table) if isinstance(t.this, exp.Identifier) and not t.db)
    return {t.name.lower() for t in named} - defined


def _of_part(part: exp.Expr, columns: Columns, defined: set[str]) -> Iterator[Wanted]:
    from sqlglot import exp

    sources = {t.alias_or_name.lower(): t.name.lower() for t in _sources(part)}
    known = {a: t for a, t in sources.items() if t in columns and t not in defined}
    tests = [test for clause in _conditions(part) for test in _flattened(clause)]
    order, limited = part.args.get("order"), part.args.get("limit") is not None
    for alias, table in known.items():
        scope = _Scope(alias, sources, columns)
        kinds = [(kind, name) for test in tests for kind, name in scope.compared(test)]
        extreme = scope.extreme(part)
        ordered = extreme or (scope.order(order.expressions) if order else ())
        yield Wanted(
            table=table,
            alias=alias,
            equal=_of_kind("equal", kinds),
            joined=_of_kind("joined", kinds),
            ranges=_of_kind("range", kinds),
            order=ordered if not part.args.get("group") else (),
            limited=limited or bool(extreme),
            read=isinstance(part, exp.Select),
        )


def _of_kind(kind: str, found: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for k, name in found if k == kind))


def _sources(part: exp.Expr) -> Iterator[exp.Table]:
    from sqlglot import exp

    if isinstance(part, exp.Update | exp.Delete) and isinstance(part.this, exp.Table):
        yield part.this
    start = part.args.get("from_") or part.args.get("from")
    if start is not None and isinstance(start.this, exp.Table):
        yield start.this
    for join in part.args.get("joins") or ():
        if isinstance(join.this, exp.Table):
            yield join.this


def _conditions(part: exp.Expr) -> Iterator[exp.Expr]:
    where = part.args.get("where")
    if where is not None:
        yield where.this
    for join in part.args.get("joins") or ():
        if join.args.get("on") is not None:
            yield join.args["on"]


def _flattened(clause: exp.Expr) -> Iterator[exp.Expr]:
    """The tests that must all hold."""
    from sqlglot import exp

    clause = clause.unnest()
    if isinstance(clause, exp.And):
        yield from _flattened(clause.left)
        yield from _flattened(clause.right)
    else:
        yield clause


@dataclass(frozen=True)
class _Scope:
    """One table among those of a part of a query."""

    alias: str
    sources: Mapping[str, str]
    columns: Columns

    def compared(self, test: exp.Expr) -> Iterator[tuple[str, str]]:
        """The columns of this table that a test compares with something else, and how."""
        from sqlglot import exp

        match test:
            case exp.EQ():
                for one, other in ((test.left, test.right), (test.right, test.left)):
                    name = self.own(one)
                    if name and not self._names_own(other) and not _is_written_out(other):
                        yield ("joined" if list(other.find_all(exp.Column)) else "equal"), name
            case exp.In(this=one) if (name := self.own(one)) and not self._names_own_in(test):
                if test.expressions and all(map(_is_written_out, test.expressions)):
                    return
                yield "equal", name
            case exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
                for one, other in ((test.left, test.right), (test.right, test.left)):
                    if (name := self.own(one)) and not (
                        list(other.find_all(exp.Column)) or _is_written_out(other)
                    ):
                        yield "range", name
            case exp.Between(this=one) if name := self.own(one):
                yield "range", name

    def own(self, node: exp.Expr) -> str:
        """The name of a bare column of this table, or ""."""
        from sqlglot import exp

        node = node.unnest()
        if not isinstance(node, exp.Column):
            return ""
        name, owner = node.name.lower(), node.table.lower()
        owners = [owner] if owner else [a for a, t in self.sources.items() if name in self.columns.get(t, ())]
        known = owners == [self.alias] and name in self.columns[self.sources[self.alias]]
        return name if known else ""

    def order(self, by: list[exp.Expr]) -> tuple[str, ...]:
        from sqlglot import exp

        names = [self.own(e.this) for e in by if isinstance(e, exp.Ordered)]
        directions = {bool(e.args.get("desc")) for e in by}
        return tuple(names) if names and all(names) and len(directions) == 1 else ()

    def extreme(self, part: exp.Expr) -> tuple[str, ...]:
        """The column of `SELECT MAX(column)`, which is the last one in its order."""
        from sqlglot import exp

        match part.args.get("expressions"):
            case [only] if isinstance(only.unalias(), exp.Max | exp.Min):
                name = self.own(only.unalias().this)
                return (name,) if name else ()
        return ()

    def _names_own(self, node: exp.Expr) -> bool:
        from sqlglot import exp

        return any(self.own(column) for column in node.find_all(exp.Column))

    def _names_own_in(self, test: exp.In) -> bool:
        return any(self._names_own(e) for e in test.expressions)


def _is_written_out(value: exp.Expr) -> bool:
    """A literal: of a state or a flag, which has few values, each of many rows."""
    from sqlglot import exp

    value = value.unnest()
    if isinstance(value, exp.Literal) and value.this == MARK:
        return False  # a value that the code puts between the quotes
    return isinstance(value, exp.Boolean | exp.Literal | exp.Null) or (
        isinstance(value, exp.Neg) and _is_written_out(value.this)
    )
