"""SQL: functions that read every row of a SELECT and return one item for each, and what a page of them takes.

Queries are read by sqlglot, which is in the extra `sql`: without it no such list is found, and
sql-indexes says so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from fixbot.codemod import Place
from fixbot.paging.cursor import Cursor
from fixbot.paging.keyset import Column, Keyset, keyset_of, select_of, tables_in
from fixbot.paging.unknown import unknown_parts, with_question_marks
from fixbot.project.keys import opened_as
from fixbot.project.module import Function
from fixbot.sql import predicates
from fixbot.sql.schema import tables_of
from fixbot.sql.texts import spelled_out

_ROWID = "ge=-(2**63), lt=2**63"
"""What SQLite's integers hold: another value would be an error of the driver, and no answer."""


@dataclass(frozen=True)
class Items:
    """What the rows of a query become: one item for each, in a list."""

    node: ast.ListComp | ast.For | ast.AsyncFor
    name: str
    """The variable that holds the list, "" when it has none."""
    keys: tuple[str, ...]
    """Under which each item holds what a page starts after; empty when that is not certain."""
    is_whole: bool
    """Whether there is one item for each row."""
    reads: frozenset[ast.AST]
    """The nodes that name the rows on the way."""


@dataclass(frozen=True, eq=False)
class Listing:
    """`rows = db.execute("SELECT …").fetchall()` and `items = [dict(row) for row in rows]`."""

    function: Function
    ran: ast.Call
    query: ast.expr
    """The string of the query, as far as that is known."""
    name: str
    """The variable that holds it, and that nothing else reads; "" when it stands in the call."""
    items: Items
    keyset: Keyset | None
    why_not: str
    """Why the query is not taken apart; "" with a keyset."""

    @property
    def cursor(self) -> Cursor:
        assert self.keyset is not None
        if len(self.items.keys) == 1 and not self.keyset.is_text:
            return Cursor(self.items.keys, "int", _ROWID)
        return Cursor(self.items.keys, "str")


def are_whole(listing: Listing, at: Place) -> bool:
    """Whether the rows have all columns of their tables: `SELECT *`."""
    sql = spelled_out(listing.query, at.module)
    return sql is not None and bool(re.match(r"\s*SELECT\s+(?:DISTINCT\s+)?(?:\w+\.)?\*", sql, re.IGNORECASE))


def listing_of(call: ast.Call, function: Function, at: Place) -> Listing | None:
    """What a call runs and its function makes a list of, if that is a SELECT without a limit."""
    if not isinstance(call.func, ast.Attribute) or not call.args or not predicates.is_available():
        return None
    keyset = _keyset(call, function, at)
    if keyset is None:
        return None
    known = keyset if isinstance(keyset, Keyset) else None
    items = next(_items(call, function, known), None)
    if items is None:
        return None
    query, name = _written(call.args[0], function)
    return Listing(function, call, query, name, items, known, keyset if isinstance(keyset, str) else "")


def _keyset(call: ast.Call, function: Function, at: Place) -> Keyset | str | None:
    """The query taken apart, why it is not, or None where it is no SELECT without a limit."""
    sql = spelled_out(call.args[0], at.module)
    unknown = unknown_parts(call.args[0], function, at.module) if sql is None else ""
    select = select_of(with_question_marks(sql)) if sql is not None else None
    if select is None and not unknown:
        return None
    entry = at.effects.of_name(call.func, at.module).entry
    if entry is None or entry.query is None:
        return None
    if sql is None or select is None:
        return unknown
    if entry.query.mark != "?":
        return (
            "pages are made by rule for SQLite only; by hand, start a page after what the last row has in the columns of "
            f"an ORDER BY that ends with a unique one, as `(day, id) > ({entry.query.mark}, …)`, and limit it"
        )
    schema = tables_of(at.project)
    if schema and {table.name.lower() for table in tables_in(select)} <= schema.tiny:
        return None  # a list that does not grow
    keyset = keyset_of(sql, select, schema)
    if isinstance(keyset, Keyset) and len(keyset.columns) > 1:
        if any("detect_types" in source.text for source in at.project.sources.values()):
            return "`detect_types` makes other values of its columns than a page can be asked for with"
    return keyset


def _written(query: ast.expr, function: Function) -> tuple[ast.expr, str]:
    """The string that a call is given, and the variable that holds it and is read there alone."""
    if isinstance(query, ast.Name) and query.id in function.values:
        reads = [n for n in ast.walk(function.node) if isinstance(n, ast.Name) and n.id == query.id]
        if len(reads) == 2:  # once set, once read
            return function.values[query.id], query.id
    return query, ""


# --- what becomes of the rows --------------------------------------------------------------------------


def _items(call: ast.Call, function: Function, keyset: Keyset | None) -> Iterator[Items]:
    for node in function.nodes:
        match node:
            case ast.ListComp(generators=[ast.comprehension(target=target, iter=rows, ifs=tests)]):
                reads = frozenset(_rows(rows, call, function))
                if call in reads:
                    name = _name_of(node, function)
                    yield Items(node, name, _keys_in(node.elt, target, keyset), not tests, reads)
            case ast.For(target=target, iter=rows) | ast.AsyncFor(target=target, iter=rows):
                reads = frozenset(_rows(rows, call, function))
                if call in reads:
                    yield from _filled(node, target, function, keyset, reads)


def _rows(expression: ast.expr, call: ast.Call, function: Function) -> Iterator[ast.AST]:
    """The nodes from an expression of rows back to the call that runs their query; without it if it is another one's."""
    yield expression
    if expression is call:
        return
    match expression:
        case ast.Await(value=value):
            yield from _rows(value, call, function)
        case ast.Call(func=ast.Name(id="list" | "tuple"), args=[only], keywords=[]):
            yield from _rows(only, call, function)
        case ast.Call(func=ast.Attribute(value=value, attr="fetchall"), args=[], keywords=[]):
            if isinstance(value, ast.Name) and _runs_before(call, value.id, expression, function):
                yield call
            else:
                yield from _rows(value, call, function)
        case ast.Name(id=name):
            opened = opened_as(expression, function.module)
            given = opened if opened is not None else function.values.get(name)
            if given is not None:
                yield from _rows(given, call, function)


def _runs_before(call: ast.Call, cursor: str, fetch: ast.Call, function: Function) -> bool:
    """Whether `cursor.execute(...)` stands before what fetches from the same cursor, with no use of it between them."""
    module = function.module
    ran, fetched = module.statement(call), module.statement(fetch)
    match call.func, ran:
        case ast.Attribute(value=ast.Name(id=name)), ast.Expr() if name == cursor:
            for block in _blocks(module.parents[ran]):
                if ran in block and fetched in block:
                    between = block[block.index(ran) + 1 : block.index(fetched)]
                    nodes = [n for statement in between for n in ast.walk(statement)]
                    uses = any(isinstance(n, ast.Name) and n.id == cursor for n in nodes)
                    return block.index(ran) < block.index(fetched) and not uses
    return False


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if isinstance(block := getattr(node, name, None), list):
            yield block


def _name_of(comprehension: ast.ListComp, function: Function) -> str:
    match function.module.parents[comprehension]:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _filled(
    loop: ast.For | ast.AsyncFor,
    target: ast.expr,
    function: Function,
    keyset: Keyset | None,
    reads: frozenset[ast.AST],
) -> Iterator[Items]:
    """The list that a loop over the rows appends to."""
    appended = [
        (node, func.value.id, call.args[0])
        for node in ast.walk(loop)
        if isinstance(node, ast.Expr) and isinstance(call := node.value, ast.Call) and len(call.args) == 1
        if isinstance(func := call.func, ast.Attribute) and func.attr == "append"
        if isinstance(func.value, ast.Name)
    ]
    if len(appended) != 1 or any(isinstance(n, ast.Break | ast.Return) for n in ast.walk(loop)):
        return
    [(statement, name, item)] = appended
    match function.values.get(name):
        case ast.List(elts=[]):
            skips = any(isinstance(n, ast.Continue) for n in ast.walk(loop)) or loop.orelse
            keys = _keys_of_item(item, target, loop, keyset)
            yield Items(loop, name, keys, statement in loop.body and not skips, reads)


def _keys_of_item(
    item: ast.expr, target: ast.expr, loop: ast.For | ast.AsyncFor, keyset: Keyset | None
) -> tuple[str, ...]:
    """The keys of what a loop appends: of the expression itself, or of a name that is only given other keys."""
    if not isinstance(item, ast.Name):
        return _keys_in(item, target, keyset)
    made = [
        n.value
        for n in loop.body
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and n.targets[0].id == item.id
    ]
    keys = _keys_in(made[0], target, keyset) if len(made) == 1 else ()
    return keys if keys and keeps(item.id, keys, loop, allowed={item}) else ()


def keeps(name: str, keys: Collection[str], where: ast.AST, allowed: set[ast.expr]) -> bool:
    """Whether a dict stays what it is under some keys: its name is only used to read or set others."""
    parents = {child: node for node in ast.walk(where) for child in ast.iter_child_nodes(node)}
    stores = 0
    for node in ast.walk(where):
        if not isinstance(node, ast.Name) or node.id != name or node in allowed:
            continue
        stores += isinstance(node.ctx, ast.Store)
        match parents[node]:
            case ast.Subscript(slice=ast.Constant(value=other), ctx=ctx) if (
                isinstance(ctx, ast.Load) or other not in keys
            ):
                continue
        if not isinstance(node.ctx, ast.Store):
            return False
    return stores <= 1


def _keys_in(item: ast.expr, target: ast.expr, keyset: Keyset | None) -> tuple[str, ...]:
    """The keys under which an item holds all that a page starts after; empty where it does not."""
    found = [_key_in(item, target, column) for column in (keyset.columns if keyset else ())]
    return tuple(found) if all(found) else ()


def _key_in(item: ast.expr, target: ast.expr, column: Column) -> str:
    """The key under which an item holds a column of its row: `dict(row)`, `{"id": row["id"]}`, `{"id": id}`."""
    match item, target:
        case ast.Call(func=ast.Name(id="dict"), args=[ast.Name(id=row)], keywords=[]), ast.Name(id=name):
            return column.name if row == name else ""
        case ast.Dict(keys=keys, values=values), _:
            names = [key.value if isinstance(key, ast.Constant) else None for key in keys]
            for held, value in zip(names, values, strict=True):
                if isinstance(held, str) and names.count(held) == 1 and None not in names:
                    if _is_column(value, target, column, held):
                        return held
    return ""


def _is_column(value: ast.expr, target: ast.expr, column: Column, held: str) -> bool:
    """Whether a value is that of a column in the row; after a `*`, its place counts where it is held by its own name."""
    if column.is_starred and held != column.name:
        column = replace(column, place=None)
    match value, target:
        case ast.Subscript(value=ast.Name(id=row), slice=ast.Constant(value=index)), ast.Name(id=name):
            return row == name and (index == column.name or (index == column.place and index is not False))
        case ast.Name(id=one), ast.Tuple(elts=names) if column.place is not None:
            parts = [part.id if isinstance(part, ast.Name) else "" for part in names]
            return parts.count(one) == 1 and parts.index(one) == column.place
    return False
