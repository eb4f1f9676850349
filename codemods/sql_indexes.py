'''Find queries that read a whole table, and make the index that they lack.

## What it does

Explains the SQLite queries in the code (`EXPLAIN QUERY PLAN`) on an in-memory database with the
project's tables, and finds those that read every row of a table to pick out a few. For each it tries
indexes until SQLite no longer does, and adds the `CREATE INDEX`. Queries of tables that nothing
creates are reported too.

The schema comes from SQLAlchemy's and SQLModel's models, from `CREATE TABLE` statements in the code and
in `.sql` files, and from Alembic's migrations, or from the file that `database` in `[tool.fixbot]` names.
Nothing is imported to read them. One index serves as many queries as it can: each finding is an index that
the project lacks, at the first query that lacks it. sqlglot reads the queries; it is in fixbot's extra `sql`.

## Why is this bad

A scan costs as much as the table is long, at every request, and more every month. An index finds
the few rows in a handful of steps.

## Example

```python
import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS clips (
    id INTEGER PRIMARY KEY,
    game_id INTEGER NOT NULL,
    filename TEXT NOT NULL
);
"""


def create_tables(db: sqlite3.Connection) -> None:
    db.executescript(SCHEMA)


def clips_of(db: sqlite3.Connection, game_id: int) -> list[str]:
    rows = db.execute("SELECT filename FROM clips WHERE game_id = ?", (game_id,))
    return [filename for (filename,) in rows]
```

## Use instead

```python
import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS clips (
    id INTEGER PRIMARY KEY,
    game_id INTEGER NOT NULL,
    filename TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_clips_game_id ON clips (game_id);
"""


def create_tables(db: sqlite3.Connection) -> None:
    db.executescript(SCHEMA)


def clips_of(db: sqlite3.Connection, game_id: int) -> list[str]:
    rows = db.execute("SELECT filename FROM clips WHERE game_id = ?", (game_id,))
    return [filename for (filename,) in rows]
```

## Fix safety

Never *safe*: an index takes room, and a little time with each write. *Review* where the schema is a
script in the code that runs at every start (`CREATE TABLE IF NOT EXISTS`); otherwise *reported*, with
the statement and what to write where: `index=True` or an `Index` in a model, `op.create_index` in a
revision, a migration. Reported too is an index that older databases could not have yet: of a table that is
made under a condition or twice, or of a column that an `ALTER TABLE` adds. Each index is tried: the plans
before and after it are shown.

Left alone are queries that want all rows, or the first of them in any order; tables whose few rows
are part of the schema (with a database file: that have at most 200); columns that an index begins
with already; flags and states (`active = ?`, `status = 'done'`); old rows that are cleared by age;
migrations, which run once; queries with parts that cannot be told from the code, or that others are
added to; and tables that may have indexes which cannot be told. The tables of Django's models are
not read, which is reported once.

## References

- https://www.sqlite.org/eqp.html
- https://www.sqlite.org/queryplanner.html
'''

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fixbot.codemod import Codemod, Place
from fixbot.model import Finding, Severity
from fixbot.safety import report, review
from fixbot.sql import predicates
from fixbot.sql.advising import Need, needs_of, queries_in
from fixbot.sql.placing import edit_of, words_for
from fixbot.sql.plans import NoPlan, explain
from fixbot.sql.schema import Schema, makes_tables_by_django, schema_of
from fixbot.sql.texts import Text, is_run

codemod = Codemod(
    __name__,
    opens=False,
    triggers=[b"SELECT", b"select ", b"UPDATE ", b"update ", b"DELETE FROM", b"delete from"],
    severity=Severity.MEDIUM,
    category="Missing index",
)

NO_SQLGLOT = "sqlglot is not installed beside fixbot; it comes with fixbot's extra `sql`, and pagination needs it for SQL lists"
DJANGO = "Django makes their tables, and its migrations are not read: name a database file, `database` in `[tool.fixbot]`"
MISSING = re.compile(r"no such table: (?:main\.)?(?P<name>\w+)$")
BUILT_IN = ("sqlite_", "pragma_", "pg_", "information_schema", "dbstat", "json_", "generate_series")
"""How tables begin that no project creates."""


@codemod.visit(ast.Module)
def slow_queries(tree: ast.Module, at: Place) -> Iterator[Finding]:
    queries = queries_in(at.module)
    schema = schema_of(at.project) if queries else None
    if queries and not at.project.database and makes_tables_by_django(at.project):
        yield from _cannot_tell([text for text in queries if is_run(text, at.module)], DJANGO, at)
    if schema is None:
        return
    if not predicates.is_available():
        yield from _cannot_tell(queries, NO_SQLGLOT, at)
        return
    for need in needs_of(at.project, schema):
        if need.query.module is at.module:
            yield _lacks_index(need, schema, at)
    for text in queries:
        if is_run(text, at.module):
            yield from _missing_table(text, schema, at)


def _lacks_index(need: Need, schema: Schema, at: Place) -> Finding:
    found = need.advice
    columns = ", ".join(f"`{name}`" for name in found.columns)
    others = {0: "", 1: ", as another query does"}.get(need.others, f", as {need.others} other queries do")
    message = f"reads all of `{found.table}`{others}; an index on {columns} would find the rows"
    if found.sorts:
        message = f"sorts all of `{found.table}` to give the first rows{others}; an index on {columns} has them in order"
    origin = schema.origins.get(found.table.lower())
    early = any(schema.may_lack(found.table, column) for column in found.columns)
    edit = edit_of(found, origin, at) if origin and not early else None
    if edit:
        doubt = review(f"`{found.statement}` takes room, and a little time with each write")
    else:
        home = schema.source or (origin.path if origin else "the project")
        doubt = report(
            f"`{found.statement}`: {words_for(found, origin, migrated=schema.migrated, home=home)}"
        )
    return at.finding(
        need.query.text.node,
        message,
        edits=[edit] if edit else [],
        doubts=[doubt],
        cost={"plan": {"before": found.before, "after": found.after}},
    )


def _missing_table(text: Text, schema: Schema, at: Place) -> Iterator[Finding]:
    """Only where every table is known, and the name is one that the query spells out."""
    try:
        explain(schema.db, text.sql)
    except NoPlan as exc:
        found = MISSING.match(str(exc))
        name = found["name"].lower() if found else ""
        known = name in schema.named or name.startswith(BUILT_IN)
        if name and schema.complete and not known and name in predicates.tables(text.sql):
            where = schema.source or "the project"
            doubt = report(
                f"nothing in {where} creates it; unless something else does, the query fails when it runs"
            )
            yield at.finding(text.node, f"there is no table `{name}`", doubts=[doubt])


def _cannot_tell(queries: list[Text], why: str, at: Place) -> Iterator[Finding]:
    """Say once, in the first file that has such queries, what is missing to look at them."""
    if queries and at.module.path == min(_paths(at, only_run=why == DJANGO)):
        first = min(queries, key=lambda text: (text.node.lineno, text.node.col_offset))
        yield at.finding(first.node, "the queries of this project cannot be looked at", doubts=[report(why)])


def _paths(at: Place, *, only_run: bool) -> Iterator[str]:
    for path, module in at.project.modules.items():
        if not module.is_test and any(is_run(text, module) or not only_run for text in queries_in(module)):
            yield path
