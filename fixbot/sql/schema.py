"""The tables of a project, made in an in-memory SQLite database that queries can be explained on.

They come from the database file that the settings name, or else from SQLAlchemy's models, from the CREATE and ALTER statements in the
code and in `.sql` files, and from Alembic's migrations. Where two describe one table, it has what either of them says. DROP and RENAME are
passed over: a table too many explains as well, and whether one is missing is then not told.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakKeyDictionary, finalize

from fixbot.errors import ConfigError
from fixbot.project.module import is_test_source
from fixbot.project.project import Project
from fixbot.sql import keys
from fixbot.sql.keys import Column, Columns
from fixbot.sql.making import columns, run
from fixbot.sql.migrations import is_migration_path
from fixbot.sql.models import models_of
from fixbot.sql.plans import in_memory
from fixbot.sql.sources import Origin, Statement, statements_of
from fixbot.sql.statements import added_column, changed, created, inserted_into, without_comments
from fixbot.sql.texts import MARK

TINY = 200
"""Rows that are read faster than an index is searched for."""

_DDL = re.compile(r"\b(?:CREATE|ALTER)\b", re.I)
_NO_TABLE = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\b|ALTER\s+TABLE\b", re.I)
_HIDDEN = re.compile(
    r"\bATTACH\b|\.to_sql\(|\bcreate_function\(|\bRENAME\s+TO\b|\brename_table\(|\bDROP\s+TABLE\b"
    r"|\bautomap_base\(|\.reflect\(|\bautoload(?:_with)?="
    r"|^\s*(?:from|import)\s+(?:django\.db|peewee|tortoise|pony|ormar|piccolo|dataset|sqlobject|sqlite_utils|apscheduler|celery)\b",
    re.I | re.M,
)
"""What makes tables (or renames them) in ways that are not followed here."""
_INDEXES_ELSEWHERE = re.compile(
    r"^\s*(?:from|import)\s+(?:django\.db|peewee|tortoise|pony|ormar|piccolo|sqlite_utils)\b", re.M
)
"""What may make indexes of any table."""
_DJANGO = re.compile(r"\bmodels\.Model\b|\bmigrations\.CreateModel\b")
_CONNECTS = re.compile(r"\b(?:sqlite3?|aiosqlite|apsw|dbapi2)\.(?:connect|Connection)\(\s*([^\s,)]+)")
_FLAG = re.compile(
    r"(?:is|has|was|can|should|needs)_|(?:enabled|disabled|active|inactive|deleted|hidden|visible|archived|read|unread|seen)$"
)
_INEXACT = re.compile(r"\b(?:COLLATE|CITEXT)\b", re.I)
_INDEX = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\b", re.I)
_USES_SQLITE = re.compile(r"\b(?:aio|py)?sqlite3?\b", re.I)


@dataclass
class Schema:
    """The tables of one project. Names are in lower case."""

    db: sqlite3.Connection
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    tiny: frozenset[str] = frozenset()
    """Tables with so few rows that reading all of them is the best there is."""
    complete: bool = False
    """Whether there can be no other tables."""
    described: Mapping[str, Sequence[Columns]] = field(default_factory=dict)
    """What each description of a table promises of its columns, where there may be several."""
    inexact: frozenset[str] = frozenset()
    """Tables that compare text in a way of their own."""
    ambiguous: frozenset[str] = frozenset()
    """Tables that the code makes in several ways, which differ in what is unique or may be NULL."""
    source: str = ""
    """The database file that it was read from, or ""."""
    unsure: frozenset[str] = frozenset()
    """Tables that may have indexes, or keys, that are not known."""
    named: frozenset[str] = frozenset()
    """Whatever a CREATE statement names, made or not."""
    migrated: bool = False
    """Whether there are Alembic migrations."""
    added: frozenset[tuple[str, str]] = frozenset()
    """Columns that older databases get by an ALTER TABLE, with their table; "?" for what is not known."""
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    """The type that a column of a table is declared with."""
    spelled: dict[tuple[str, str], str] = field(default_factory=dict)
    """How the schema spells a column of a table; a table itself with ""."""

    def indexes(self) -> list[str]:
        """The names of all indexes that statements made."""
        return [
            n
            for (n,) in self.db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            )
        ]

    def may_lack(self, table: str, column: str) -> bool:
        """Whether an older database may have the table and not yet the column."""
        return any(t in (table.lower(), "?") and c in (column.lower(), "?") for t, c in self.added)

    def is_flag(self, table: str, column: str) -> bool:
        """Whether a column says yes or no, by its type or its name: half of the rows may have either."""
        kind = self.kinds.get((table, column), "")
        return kind.upper().startswith("BOOL") or bool(_FLAG.match(column))

    def compares_exactly(self, table: str) -> bool:
        """Whether a table is known, and what is equal in it is what Python takes for equal."""
        return table.lower() in self.columns and table.lower() not in self.inexact

    def columns_of(self, table: str) -> list[Column]:
        """The columns in their order; none of a table that is not known for certain."""
        return [] if table.lower() in self.ambiguous else [*keys.columns_of(self.db, table).values()]

    def is_unique(self, table: str, column: str) -> bool:
        """Whether no two rows of a table have the same value in a column, whichever description of it is the true one."""
        described = [keys.columns_of(self.db, table), *self.described.get(table.lower(), ())]
        promised = (columns.get(column.lower()) for columns in described)
        return self.compares_exactly(table) and all(one is not None and one.unique for one in promised)


_KNOWN: WeakKeyDictionary[Project, Schema | None] = WeakKeyDictionary()


def schema_of(project: Project) -> Schema | None:
    """The schema; None where the project does not use SQLite, or no table is known. Raises `ConfigError`."""
    uses_sqlite = any(
        _USES_SQLITE.search(source.text) for source in project.sources.values() if not is_test_source(source)
    )
    return tables_of(project) if uses_sqlite or project.database else None


def makes_tables_by_django(project: Project) -> bool:
    """Whether the project keeps models of Django in SQLite."""
    texts = [source.text for source in project.sources.values() if not is_test_source(source)]
    return any("django.db.backends.sqlite3" in text for text in texts) and any(map(_DJANGO.search, texts))


def tables_of(project: Project) -> Schema | None:
    """The tables, whichever database they are for, as far as SQLite understands how they are made."""
    if project not in _KNOWN:
        schema = _from_file(project.database) if project.database else _from_code(project)
        finalize(project, schema.db.close)
        _KNOWN[project] = schema if schema.columns else None
    return _KNOWN[project]


# --- a database file --------------------------------------------------------------------------------


def _from_file(path: Path) -> Schema:
    """Schema and sizes of a database, which is opened so that not even a lock is written beside it."""
    schema = Schema(in_memory(), complete=True, source=path.name)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as real:
            statements = real.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
            made = [sql for (sql,) in statements]
            run(schema.db, made)
            _note_columns(schema)
            schema.inexact = frozenset(
                changed(sql).lower() for sql in made if _INEXACT.search(sql) and not _INDEX.match(sql)
            )
            schema.tiny = frozenset(name for name in schema.columns if _rows(real, name) <= TINY)
    except sqlite3.Error as exc:
        raise ConfigError(f"database: {path} cannot be read as a SQLite database: {exc}") from exc
    return schema


def _rows(db: sqlite3.Connection, table: str) -> int:
    """How many rows a table has; one more than matters, at most."""
    quoted = table.replace('"', '""')
    with suppress(sqlite3.Error):
        return len(db.execute(f'SELECT 1 FROM "{quoted}" LIMIT {TINY + 1}').fetchall())
    return TINY + 1


# --- statements ---------------------------------------------------------------------------------------


def _from_code(project: Project) -> Schema:
    models = models_of(project)
    statements = list(statements_of(project, models))
    schema = Schema(in_memory(), migrated=any(s.origin.by_alembic for s in statements))
    ddl = [s for s in statements if _DDL.match(s.sql)]
    made = run(schema.db, [s.sql for s in ddl])
    _note_columns(schema)
    for statement in sorted(ddl, key=lambda s: is_migration_path(s.origin.path)):
        found = created(statement.sql)
        name = found["name"].lower() if found and "table" in found["what"].lower() else ""
        if name in schema.columns:
            known = schema.origins.get(name)
            schema.origins[name] = replace(known, again=True) if known else statement.origin
    schema.described = keys.promises(s.sql for s in statements)
    schema.ambiguous = frozenset(
        name for name, columns in schema.described.items() if not keys.agree(columns)
    )
    schema.inexact = frozenset(
        changed(s.sql).lower() for s in ddl if _INEXACT.search(s.sql) and not _INDEX.match(s.sql)
    )
    schema.tiny = _tiny(statements, schema.origins) & schema.columns.keys()
    sources = [source.text for source in project.sources.values()]
    elsewhere = any(map(_INDEXES_ELSEWHERE.search, sources))
    everything = elsewhere or MARK in made.unsure
    schema.unsure = frozenset(schema.columns) if everything else made.unsure & schema.columns.keys()
    schema.added = frozenset(added_column(s.sql) for s in ddl) - {("", "")}
    schema.named = frozenset(found["name"].lower() for s in ddl if (found := created(s.sql)))
    schema.complete = models.complete and not (
        any(not _NO_TABLE.match(s) for s in made.failed)
        or any(_HIDDEN.search(text) for text in (*sources, *(s.sql for s in statements)))
        or (not models.found and any("create_all(" in text for text in sources))
        or _has_other_databases(project)
    )
    return schema


def _has_other_databases(project: Project) -> bool:
    """Whether more than one place is connected to: the tables of the others may be made by anybody."""
    places = {
        place
        for source in project.sources.values()
        if not is_test_source(source)
        for place in _CONNECTS.findall(source.text)
    }
    return len(places - {"':memory:'", '":memory:"'}) > 1


def _note_columns(schema: Schema) -> None:
    names = schema.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (name,) in names.fetchall():
        found = columns(schema.db, name)
        spelled = [column for column, _ in found]
        schema.kinds.update({(name.lower(), column.lower()): kind for column, kind in found})
        schema.columns[name.lower()] = tuple(column.lower() for column in spelled)
        schema.spelled.update({(name.lower(), column.lower()): column for column in spelled})
        schema.spelled[name.lower(), ""] = name


def _tiny(statements: Iterable[Statement], origins: Mapping[str, Origin]) -> frozenset[str]:
    """Tables whose rows are all part of the schema: every INSERT stands beside it, of few and literal rows.

    Literal rows elsewhere are made-up data, as a rule.
    """
    rows: dict[str, int] = {}
    for statement in statements:
        if table := inserted_into(statement.sql).lower():
            text, home = without_comments(statement.sql), origins.get(table)
            beside = statement.origin.path.endswith(".sql") or (
                home is not None and statement.origin.path == home.path
            )
            literal = (
                statement.whole
                and beside
                and not re.search(r"[?]|[:@$]\w|%s|\bSELECT\b", _outside_strings(text), re.I)
            )
            count = _outside_strings(text).count("(") if literal else TINY + 1
            rows[table] = rows.get(table, 0) + count
    return frozenset(table for table, count in rows.items() if count <= TINY)


def _outside_strings(sql: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", sql)
