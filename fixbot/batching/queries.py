"""SQL queries that a loop runs by one key in each turn, by themselves or behind a function that it calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.batching.doubts import is_read_whole
from fixbot.batching.read import LoopRead, is_looked_up, statement_before
from fixbot.catalogue import Batch, Entry, Query
from fixbot.codemod import Place
from fixbot.project.keys import opened_as
from fixbot.project.loops import depends_on_item, derived, loops_around
from fixbot.project.module import Function, Module
from fixbot.project.references import References
from fixbot.sql.texts import spelled_out

_COLUMNS = r"\*|[\w.]+(?:\s*,\s*[\w.]+)*"
_BY_KEY = re.compile(
    rf"\s*SELECT\s+(?P<columns>{_COLUMNS})\s+FROM\s+(?P<table>\w+)\s+WHERE\s+(?P<column>\w+)\s*=\s*(?P<mark>\?|%s|\$1)"
    r"(?:\s+ORDER\s+BY\s+(?P<order>[\w.]+(?:\s+(?:ASC|DESC))?(?:\s*,\s*[\w.]+(?:\s+(?:ASC|DESC))?)*))?"
    r"(?P<first>\s+LIMIT\s+1)?\s*;?\s*",
    re.I,
)
"""One table, whole columns, one key: each row belongs to one key, whichever others are read with it."""


@dataclass(frozen=True, eq=False)
class Fetch:
    """`db.execute("SELECT …", (key,)).fetchone()`: a query, and its rows."""

    call: ast.Call
    """The whole, without its `await`."""
    ran: ast.Call
    """What the SQL is given to; the same where rows come from it at once."""
    module: Module
    entry: Entry
    query: Query
    sql: str
    parameters: tuple[ast.expr, ...]
    rows: str
    """"one" or "all"."""
    apart: bool = False
    """Whether running it and fetching its rows are two statements."""

    @property
    def is_async(self) -> bool:
        return self.entry.is_async or self.query.awaited

    @property
    def receiver(self) -> ast.expr:
        assert isinstance(self.ran.func, ast.Attribute)
        return self.ran.func.value

    def by_key(self) -> re.Match[str] | None:
        """The parts of a query that asks for a key and nothing else: the groups `columns`, `table`, `column`."""
        found = _BY_KEY.fullmatch(self.sql)
        if found is None or len(self.parameters) != 1 or found["mark"] != self.query.mark:
            return None
        return None if found["order" if self.rows == "one" else "first"] else found

    @property
    def columns(self) -> list[str]:
        """What each row has, as the query spells it; `["*"]` for all columns."""
        found = self.by_key()
        return [name.strip() for name in found["columns"].split(",")] if found else []

    @property
    def key_position(self) -> int | None:
        """Where in a row its key stands; -1 where only the database can tell, None when the key is not in the row."""
        found = self.by_key()
        if found is None:
            return None
        if self.columns == ["*"]:
            return -1
        names = [name.rpartition(".")[2].lower() for name in self.columns]
        return names.index(found["column"].lower()) if found["column"].lower() in names else None


@dataclass(frozen=True, eq=False)
class QueryRead:
    """A fetch in each turn of a loop. With `helper`, it is a function that fetches and that the loop calls."""

    fetch: Fetch
    read: LoopRead
    helper: Function | None = None


def fetch_of(call: ast.Call, at: Place) -> Fetch | None:
    """A fetch of rows; None for anything else, and for SQL or parameters that are not written there."""
    module, catalogue = at.module, at.project.catalogue
    if not isinstance(call.func, ast.Attribute):
        return None
    if call.func.attr not in catalogue.row_names:
        sql = _selected(call, module) if call.func.attr in catalogue.query_names else None
        runs = at.effects.of_name(call.func, module).entry if sql and _is_gone_through(call, at) else None
        if runs is None or runs.query is None or not runs.lazy:
            return None
        return _fetch(call, call, module, runs, runs.query, sql or "", "all")
    for ran, apart in _runs(call, at):
        if not isinstance(ran, ast.Call) or (sql := _selected(ran, module)) is None:
            continue
        entry, runs = at.effects.of_name(call.func, module).entry, at.effects.of_name(ran.func, module).entry
        if entry is None or runs is None or not entry.rows or runs.query is None:
            return None
        return _fetch(call, ran, module, entry, runs.query, sql, entry.rows, apart=apart)
    return None


def _selected(ran: ast.Call, module: Module) -> str | None:
    """The query that a call runs, where it is written out."""
    if not isinstance(ran.func, ast.Attribute) or not ran.args or ran.keywords:
        return None
    sql = spelled_out(ran.args[0], module)
    return sql if sql is not None and re.match(r"\s*SELECT\b", sql, re.I) else None


def _is_gone_through(node: ast.expr, at: Place) -> bool:
    """Whether all that becomes of it is that a loop goes through it, at once and once."""
    parents = at.module.parents
    match parents[node]:
        case ast.For(iter=iterable):
            return iterable is node
        case ast.comprehension(iter=iterable, is_async=0) as clause:
            whole = parents[clause]
            later = isinstance(whole, ast.GeneratorExp) and not is_read_whole(whole, parents[whole])
            return iterable is node and not later
        case ast.Assign(targets=[ast.Name(id=name)]) if function := at.function(node):
            loads = [n for n in function.nodes if isinstance(n, ast.Name) and n.id == name]
            return len(loads) == 2 and any(
                _is_gone_through(n, at) for n in loads if isinstance(n.ctx, ast.Load)
            )
    return False


def _runs(call: ast.Call, at: Place) -> Iterator[tuple[ast.expr, bool]]:
    """Where the SQL of a fetch may stand, and whether that is another statement.

    In the call itself, in what it is called on, or in what that was opened or assigned as.
    """
    yield call, False
    assert isinstance(call.func, ast.Attribute)
    before, function = call.func.value, at.function(call)
    yield (before.value if isinstance(before, ast.Await) else before), False
    if isinstance(before, ast.Name) and function:
        values: list[ast.expr | None] = [opened_as(before, at.module), function.values.get(before.id)]
        match statement_before(at.module.statement(call), at.module):
            case ast.Expr(value=ast.Await(value=run) | run):
                match run:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name == before.id:
                        values.append(run)  # `cursor.execute(…)`
        for value in filter(None, values):
            yield (value.value if isinstance(value, ast.Await) else value), True


def _fetch(
    call: ast.Call,
    ran: ast.Call,
    module: Module,
    entry: Entry,
    query: Query,
    sql: str,
    rows: str,
    *,
    apart: bool = False,
) -> Fetch | None:
    if ran is not call and call.args:
        return None
    match ran.args[1:]:
        case given if query.spread:
            parameters = given
        case [ast.Tuple(elts=parameters) | ast.List(elts=parameters)]:
            pass
        case _:
            return None
    if any(isinstance(p, ast.Starred) for p in parameters):
        return None
    return Fetch(call, ran, module, entry, query, sql, tuple(parameters), rows, apart)


def in_loop(fetch: Fetch, at: Place) -> QueryRead | None:
    """The fetch as the read of a loop around it, if what it asks for changes with the loop."""
    read = _loop_read(fetch, fetch.call, fetch.parameters, at)
    if read is None or read.awaited != fetch.is_async:
        return None
    return QueryRead(fetch, read)


def through_helper(fetch: Fetch, at: Place, references: References) -> Iterator[QueryRead]:
    """Loops that call the function around the fetch, with what it asks for changing from turn to turn."""
    helper = at.function(fetch.call)
    if helper is None or helper.is_generator or helper.owner or any(loops_around(fetch.call, at.module)):
        return
    asked = {n.id for p in fetch.parameters for n in ast.walk(p) if isinstance(n, ast.Name)}
    if not asked & {a.arg for a in helper.arguments} or "<locals>" in helper.qualname:
        return
    for module, use in references.named(helper.name):
        call = module.parents.get(use)
        if not isinstance(call, ast.Call) or call.func is not use:
            continue
        there = Place(at.codemod, module, at.project, at.line_length)
        if [helper] != list(there.effects.of_name(use, module).functions):
            continue
        keys = tuple(value for name, value in _given(call, helper).items() if name in asked)
        read = _loop_read(fetch, call, keys, there)
        if read is not None and read.awaited == helper.is_async:
            yield QueryRead(fetch, read, helper)


def arguments(call: ast.Call, helper: Function) -> dict[str, ast.expr] | None:
    """What each parameter of a function is given; None where that cannot be told one by one."""
    signature = helper.node.args
    if signature.vararg or signature.kwarg or signature.kwonlyargs or signature.defaults:
        return None
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return None
    given = _given(call, helper)
    return given if given.keys() == {a.arg for a in helper.arguments} else None


def _given(call: ast.Call, helper: Function) -> dict[str, ast.expr]:
    signature = helper.node.args
    names = [a.arg for a in (*signature.posonlyargs, *signature.args)]
    return dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}


def _loop_read(fetch: Fetch, call: ast.Call, keys: tuple[ast.expr, ...], at: Place) -> LoopRead | None:
    """The read of the innermost loop that one of these keys changes with."""
    function = at.function(call)
    for key in keys if function else ():
        for loop in loops_around(call, at.module):
            if depends_on_item(key, loop) and not is_looked_up(call, key, at.module):
                batch = Batch("", "", "unordered", "elided", "absent", fetch.query.chunk)
                method = fetch.call.func
                assert isinstance(method, ast.Attribute) and function is not None
                inside = frozenset({fetch.ran}) if fetch.module is at.module else frozenset()
                apart = statements_of(fetch) if fetch.apart and call is fetch.call else ()
                return LoopRead(
                    call,
                    method,
                    fetch.entry,
                    batch,
                    derived(key, loop, at.module),
                    loop,
                    function,
                    at,
                    inside,
                    apart,
                )
    return None


def statements_of(fetch: Fetch) -> tuple[ast.stmt, ...]:
    """The statements that run a query and give its rows a name, one after the other or one in the other; () for others."""
    module = fetch.module
    first, last = module.statement(fetch.ran), module.statement(fetch.call)
    match last:
        case ast.Assign(targets=[ast.Name()], value=ast.Await(value=value) | value) if value is fetch.call:
            pass
        case _:
            return ()
    match first:
        case ast.With(items=[_], body=[only]) | ast.AsyncWith(items=[_], body=[only]) if only is last:
            return (first,)
        case ast.Assign(targets=[ast.Name()], value=ast.Await(value=value) | value) if value is fetch.ran:
            return (first, last) if statement_before(last, module) is first else ()
        case ast.Expr(value=ast.Await(value=value) | value) if value is fetch.ran:
            return (first, last) if statement_before(last, module) is first else ()
    return ()
