"""What the columns of a table promise: unique, never NULL, the number of the row.

A project may describe a table more than once (a schema file, migrations, models), and may take an index away again.
A promise that a rewrite rests on must be made by every description that there is.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from fixbot.sql.making import run
from fixbot.sql.plans import in_memory
from fixbot.sql.statements import changed, created
from fixbot.sql.tables import quoted
from fixbot.sql.texts import MARK

_QUERIED = re.compile(r"CREATE\s+(?:\w+\s+)*TABLE\b.*?\bAS\s+(?:SELECT|WITH)\b", re.I | re.S)
_RENAMED = re.compile(
    r"ALTER\s+TABLE\s+[\"`\[]?(?P<old>\w+)[\"`\]]?\s+RENAME\s+TO\s+[\"`\[]?(?P<new>\w+)", re.I
)
_LOOSENED = re.compile(
    r"ALTER\s+TABLE\b.*?\b(?:DROP\s+(?:CONSTRAINT|PRIMARY|UNIQUE|INDEX|KEY)|(?:ALTER|MODIFY|CHANGE)\s+(?:COLUMN\s+)?\S)",
    re.I | re.S,
)
_DROPPED_INDEXES = re.compile(
    r"DROP\s+INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+EXISTS\s+)?(?P<names>.+)", re.I | re.S
)
_DROPPED_COLUMN = re.compile(
    r"ALTER\s+TABLE\b.*?\bDROP\s+(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?[\"`\[]?(?P<name>\w+)", re.I | re.S
)
_NOT_SQLITES = re.compile(r"CREATE\s+(?:UNLOGGED|FOREIGN|GLOBAL\s+\w+|LOCAL\s+\w+)\s+TABLE\b", re.I)
_INHERITS = re.compile(r"\bINHERITS\s*\((?P<parents>[^)]*)\)", re.I)
"""PostgreSQL's: a SELECT of the parent gives the rows of its children, which its indexes don't have."""
_UNIQUE_INDEX = re.compile(r"CREATE\s+UNIQUE\s+INDEX\b", re.I)


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


Columns = Mapping[str, Column]
"""The columns of a table by their names in lower case, in their order."""


def columns_of(db: sqlite3.Connection, table: str) -> Columns:
    """What a table in a database promises; {} where there is none."""
    info = db.execute(f"PRAGMA table_info({quoted(table)})").fetchall()
    keys = [name for _, name, *_, key in info if key]
    indexes = db.execute(f"PRAGMA index_list({quoted(table)})").fetchall()
    exact, number = _compares_exactly(db, table), _row_number(info, indexes)
    unique = {keys[0]} if len(keys) == 1 else set()
    for _, index, is_unique, _, partial in indexes:
        of = [name for *_, name in db.execute(f"PRAGMA index_info({quoted(index)})")]
        if is_unique and not partial and len(of) == 1:
            unique.update(of)
    return {
        name.lower(): Column(
            name,
            _affinity(kind),
            nullable=not given and name != number,
            unique=name == number or (exact and name in unique),
            is_key=keys == [name],
            is_row_number=name == number,
        )
        for _, name, kind, given, _, _ in info
    }


def promises(statements: Iterable[str]) -> Mapping[str, Sequence[Columns]]:
    """By the name of a table in lower case, what each of its descriptions promises; {} for one that is not understood."""
    statements = list(statements)
    dropped = {name for s in statements for name in _dropped_indexes(s)}
    indexes: dict[str, list[str]] = defaultdict(list)
    for statement in statements:
        makes = created(statement)
        if makes and _UNIQUE_INDEX.match(statement) and not dropped & {makes["name"].lower(), MARK}:
            indexes[changed(statement).lower()].append(statement)
    described: dict[str, list[Columns]] = defaultdict(list)
    for statement in statements:
        makes = created(statement)
        if makes and re.fullmatch(r"(?:TEMP\w*\s+)?TABLE", makes["what"], re.I):
            name = makes["name"].lower()
            understood = not _QUERIED.match(statement)
            described[name].append(_described(name, [statement, *indexes[name]]) if understood else {})
        elif _LOOSENED.match(statement) or _NOT_SQLITES.match(statement):
            described[changed(statement).lower()].append({})
        if inherits := _INHERITS.search(statement):
            for parent in inherits["parents"].split(","):
                described[parent.rpartition(".")[2].strip(' "').lower()].append({})
    for statement in statements:
        if drops := _DROPPED_COLUMN.match(statement):
            name, without = changed(statement).lower(), drops["name"].lower()
            described[name] += [{n: c for n, c in one.items() if n != without} for one in described[name]]
    for statement in statements:
        if renamed := _RENAMED.match(statement):
            described[renamed["new"].lower()] += described.get(renamed["old"].lower(), [{}])
    return described


def _dropped_indexes(statement: str) -> set[str]:
    """The words of a DROP INDEX, the names of indexes among them; with the mark where a name is not known."""
    found = _DROPPED_INDEXES.match(statement)
    return (
        {word.lower() for word in re.findall(rf"\w+|{re.escape(MARK)}", found["names"])} if found else set()
    )


def agree(descriptions: Sequence[Columns]) -> bool:
    """Whether they say the same of the columns that they share, and of which are unique."""
    first, *others = descriptions or [{}]
    return all(
        all(first[name] == other[name] for name in first.keys() & other.keys())
        and _unique(first) == _unique(other)
        for other in others
    )


def _unique(columns: Columns) -> set[str]:
    return {name for name, column in columns.items() if column.unique}


def _described(table: str, statements: list[str]) -> Columns:
    with closing(in_memory()) as db:
        run(db, statements)
        return columns_of(db, table)


def _compares_exactly(db: sqlite3.Connection, table: str) -> bool:
    """Whether what is equal in a table is what Python takes for equal."""
    named = "SELECT sql FROM sqlite_master WHERE type = 'table' AND lower(name) = ?"
    texts = db.execute(named, (table.lower(),)).fetchall()
    return bool(texts) and not re.search(r"\b(?:COLLATE|CITEXT)\b", texts[0][0], re.I)


def _row_number(info: list[tuple[object, ...]], indexes: list[tuple[object, ...]]) -> str:
    """The column that is the number of a row, an INTEGER PRIMARY KEY: unique, and never NULL; "" if there is none."""
    keys = [(str(name), str(kind).upper()) for _, name, kind, _, _, key in info if key]
    apart = any(origin == "pk" for _, _, _, origin, _ in indexes)  # WITHOUT ROWID, or DESC
    return keys[0][0] if [kind for _, kind in keys] == ["INTEGER"] and not apart else ""


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
