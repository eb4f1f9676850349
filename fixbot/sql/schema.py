"""The tables of a project, made in an in-memory SQLite database that queries can be explained on.

They come from the database file that the settings name, or else from the CREATE and ALTER statements
in the code, in `.sql` files and in Alembic's migrations. DROP and RENAME are passed over: a table too
many explains as well, and whether one is missing is then not told.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary, finalize

from fixbot.errors import ConfigError, ProjectError
from fixbot.project.files import TooLarge, list_files, read_bytes
from fixbot.project.module import Module
from fixbot.project.project import MAX_BYTES, Project
from fixbot.sql.migrations import alembic_statements
from fixbot.sql.plans import in_memory
from fixbot.sql.statements import created, inserted_into, split, without_comments
from fixbot.sql.texts import Text, texts

TINY = 200
"""Rows that are read faster than an index is searched for."""

_DDL = re.compile(r"\b(?:CREATE|ALTER)\b", re.I)
_MENTIONS = re.compile(
    r"\b(?:CREATE\s+(?:\w+\s+){0,2}(?:TABLE|INDEX|VIEW)|ALTER\s+TABLE|INSERT|create_table|create_index|add_column)\b",
    re.I,
)
_HIDDEN = re.compile(
    r"\bcreate_all\(|\bATTACH\b|\.to_sql\(|\bdjango\.db\b|\bSQLModel\b|\bDeclarativeBase\b|\bdeclarative_base\("
    r"|\bRENAME\s+TO\b|\brename_table\(|\bDROP\s+TABLE\b|\bcreate_function\(",
    re.I,
)
"""What makes tables (or renames them) in ways that are not followed here."""
_PASSED_OVER = re.compile(
    r"CREATE\s+(?:\w+\s+)*TABLE\b.*?\bAS\s+(?:SELECT|WITH)\b|ALTER\s+TABLE\s+\S+\s+RENAME\s+TO\b", re.I | re.S
)
"""What would have to run a query, and what would hide a table from the queries of before."""
_USES_SQLITE = re.compile(r"\b(?:aio|py)?sqlite3?\b", re.I)


@dataclass(frozen=True)
class Origin:
    """Where the CREATE TABLE of a table stands: in a string of a module, or in another file."""

    path: str
    sql: str = ""
    text: Text | None = None
    module: Module | None = None
    unless_exists: bool = False
    """Whether it says IF NOT EXISTS, and so may run at every start."""


@dataclass(frozen=True)
class Column:
    """A column as a table declares it."""

    name: str
    affinity: str
    """What SQLite would rather keep in it: INTEGER, TEXT, BLOB, REAL or NUMERIC."""
    nullable: bool
    unique: bool
    """Whether no two rows have the same value in it, NULL aside."""
    is_key: bool
    """Whether it is the primary key, alone."""
    is_row_number: bool


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
    ambiguous: frozenset[str] = frozenset()
    """Tables that the code makes in several ways, which differ in what is unique or may be NULL."""
    source: str = ""
    """The database file that it was read from, or ""."""

    def indexes(self) -> list[str]:
        """The names of all indexes that statements made."""
        return [
            n
            for (n,) in self.db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            )
        ]

    def compares_exactly(self, table: str) -> bool:
        """Whether a table is known, and what is equal in it is what Python takes for equal."""
        named = "SELECT sql FROM sqlite_master WHERE type = 'table' AND lower(name) = ?"
        texts = self.db.execute(named, (table.lower(),)).fetchall()
        return bool(texts) and not re.search(r"\b(?:COLLATE|CITEXT)\b", texts[0][0], re.I)

    def row_number(self, table: str) -> str:
        """The column that is the number of a row, an INTEGER PRIMARY KEY: unique, and never NULL; "" if there is none."""
        quoted = table.lower().replace('"', '""')
        info = self.db.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        keys = [(name, kind.upper()) for _, name, kind, _, _, key in info if key]
        indexes = self.db.execute(f'PRAGMA index_list("{quoted}")').fetchall()
        apart = any(origin == "pk" for _, _, _, origin, _ in indexes)  # WITHOUT ROWID, or DESC
        return str(keys[0][0]) if [k for _, k in keys] == ["INTEGER"] and not apart else ""

    def columns_of(self, table: str) -> list[Column]:
        """The columns in their order; none of a table that is not known for certain."""
        if table.lower() in self.ambiguous:
            return []
        quoted, number = table.lower().replace('"', '""'), self.row_number(table)
        info = self.db.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        keys = [name for _, name, _, _, _, key in info if key]
        return [
            Column(
                name,
                _affinity(kind),
                nullable=not given and name != number,
                unique=name == number or self.is_unique(table, name),
                is_key=keys == [name],
                is_row_number=name == number,
            )
            for _, name, kind, given, _, _ in info
        ]

    def is_unique(self, table: str, column: str) -> bool:
        """Whether no two rows of a table have the same value in a column."""
        if not self.compares_exactly(table):
            return False
        quoted = table.lower().replace('"', '""')
        info = self.db.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        keys = [name.lower() for _, name, _, _, _, key in info if key]
        if keys == [column.lower()]:
            return True
        for _, index, unique, _, partial in self.db.execute(f'PRAGMA index_list("{quoted}")').fetchall():
            columns = [name for *_, name in self.db.execute(f'PRAGMA index_info("{index}")').fetchall()]
            if unique and not partial and [c.lower() for c in columns if c] == [column.lower()]:
                return True
        return False


def _affinity(kind: str) -> str:
    """By the rules of https://www.sqlite.org/datatype3.html#determination_of_column_affinity."""
    for affinity, words in (
        ("INTEGER", "INT"),
        ("TEXT", "CHAR|CLOB|TEXT"),
        ("BLOB", r"BLOB|\A\Z"),
        ("REAL", "REAL|FLOA|DOUB"),
    ):
        if re.search(words, kind, re.I):
            return affinity
    return "NUMERIC"


_KNOWN: WeakKeyDictionary[Project, Schema | None] = WeakKeyDictionary()


def schema_of(project: Project) -> Schema | None:
    """The schema; None where the project does not use SQLite, or no table is known. Raises `ConfigError`."""
    uses_sqlite = any(_USES_SQLITE.search(source.text) for source in project.sources.values())
    return tables_of(project) if uses_sqlite or project.database else None


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
            _run(schema.db, [sql for (sql,) in statements])
            _note_columns(schema)
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


@dataclass(frozen=True)
class _Statement:
    sql: str
    origin: Origin
    whole: bool


def _from_code(project: Project) -> Schema:
    statements = list(_statements(project))
    schema = Schema(in_memory())
    ddl = [s for s in statements if _DDL.match(s.sql)]
    failed = _run(schema.db, [s.sql for s in ddl])
    _note_columns(schema)
    for statement in ddl:
        found = created(statement.sql)
        if found and "table" in found["what"].lower() and found["name"].lower() in schema.columns:
            schema.origins.setdefault(found["name"].lower(), statement.origin)
    schema.ambiguous = _made_differently(ddl)
    schema.tiny = _tiny(statements, schema.origins) & schema.columns.keys()
    others = any(_HIDDEN.search(source.text) for source in project.sources.values())
    schema.complete = not (failed or others or any(_HIDDEN.search(s.sql) for s in statements))
    return schema


def _made_differently(ddl: Iterable[_Statement]) -> frozenset[str]:
    """Tables with several CREATE statements that do not agree on the columns they share, or on which are unique."""
    made: dict[str, list[dict[str, Column]]] = {}
    for statement in ddl:
        found = created(statement.sql)
        if found and "table" in found["what"].lower():
            name = found["name"].lower()
            with closing(in_memory()) as db:
                _run(db, [statement.sql])
                columns = {column.name.lower(): column for column in Schema(db).columns_of(name)}
            if columns:
                made.setdefault(name, []).append(columns)
    return frozenset(
        name for name, (first, *others) in made.items() if not all(_agree(first, o) for o in others)
    )


def _agree(one: Mapping[str, Column], other: Mapping[str, Column]) -> bool:
    shared = one.keys() & other.keys()
    unique = [{name for name, column in columns.items() if column.unique} for columns in (one, other)]
    return all(one[name] == other[name] for name in shared) and unique[0] == unique[1]


def _statements(project: Project) -> Iterator[_Statement]:
    """Everything that makes, changes or fills tables, in the order of paths."""
    for path, text in _sql_files(project):
        yield from (_Statement(sql, Origin(path), True) for _, sql in split(text))
    for path, source in project.sources.items():
        module = project.module(path) if _MENTIONS.search(source.text) else None
        if module is None or module.is_test:
            continue
        for sql in alembic_statements(module):
            yield _Statement(sql, Origin(path), True)
        found = sorted(texts(module), key=lambda text: (text.node.lineno, text.node.col_offset))
        for written in found:
            for _, sql in split(written.sql) if _MENTIONS.search(written.sql) else ():
                makes = created(sql)
                unless = bool(makes and makes["unless"])
                yield _Statement(sql, Origin(path, sql, written, module, unless), written.whole)


def _sql_files(project: Project) -> Iterator[tuple[str, str]]:
    """The project's `.sql` files; those that undo a migration are left out."""
    with suppress(ProjectError):
        for path in list_files(project.root).others:
            if not path.endswith(".sql"):
                continue
            if not re.search(r"(?:^|[._/-])down(?:[._/-]|$)", path):
                with suppress(OSError, TooLarge):
                    yield path, read_bytes(project.root / path, MAX_BYTES).decode("utf-8", "replace")


def _run(db: sqlite3.Connection, statements: Iterable[str]) -> list[str]:
    """Run what makes and changes tables, again and again until no more of it can be; those that cannot are returned.

    What another file has made already has not failed.
    """
    waiting = [s for s in statements if not _PASSED_OVER.match(s)]
    while waiting:
        left = []
        for statement in waiting:
            try:
                db.execute(statement)
            except (sqlite3.Error, sqlite3.Warning, ValueError) as exc:
                if not re.search(r"already exists|duplicate column", str(exc)):
                    left.append(statement)
        if len(left) == len(waiting):
            return left
        waiting = left
    return []


def _note_columns(schema: Schema) -> None:
    names = schema.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (name,) in names.fetchall():
        quoted = name.replace('"', '""')
        info = schema.db.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        schema.columns[name.lower()] = tuple(column.lower() for _, column, *_ in info)


def _tiny(statements: Iterable[_Statement], origins: Mapping[str, Origin]) -> frozenset[str]:
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
