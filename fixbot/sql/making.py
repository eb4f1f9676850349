"""Making a project's tables in an in-memory database, as far as SQLite can run what describes them.

Of what it cannot run, the tables are kept: their indexes may be others than those that could be made.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

from fixbot.sql.plans import in_memory
from fixbot.sql.statements import changed, created
from fixbot.sql.tables import create_index, quoted
from fixbot.sql.texts import MARK

_PASSED_OVER = re.compile(
    r"CREATE\s+(?:\w+\s+)*TABLE\b.*?\bAS\s+(?:SELECT|WITH)\b|ALTER\s+TABLE\s+\S+\s+RENAME\s+TO\b", re.I | re.S
)
"""What would have to run a query, and what would hide a table from the queries of before."""
_CREATES_TABLE = re.compile(r"\s*CREATE\s+(?:\S+\s+)*?TABLE\b", re.I)
_ABOUT_INDEXES = re.compile(r"\b(?:INDEX|UNIQUE|KEY|CONSTRAINT)\b", re.I)


@dataclass(frozen=True)
class Made:
    """What came of running statements. Names are in lower case."""

    failed: tuple[str, ...]
    """Statements that SQLite cannot run."""
    unsure: frozenset[str]
    """Tables of which a statement failed that makes indexes or keys; "?" among them where that is not known."""


def run(db: sqlite3.Connection, statements: Iterable[str]) -> Made:
    """Run what makes and changes tables, again and again until no more of it can be.

    What another one has made already has not failed.
    """
    waiting = [s for s in statements if not _PASSED_OVER.match(s)]
    while waiting:
        left = [s for s in waiting if not _can_run(db, s)]
        if len(left) == len(waiting):
            break
        waiting = left
    return Made(tuple(waiting), frozenset(table for s in waiting if (table := _unsure_of(s))))


def _unsure_of(failed: str) -> str:
    """The table that may have an index, or a key, by a statement that cannot be run; "" if there is none."""
    table = changed(failed).lower()
    if _CREATES_TABLE.match(failed):
        return "" if table == MARK else table
    return table if _ABOUT_INDEXES.search(failed) else ""


def _can_run(db: sqlite3.Connection, statement: str) -> bool:
    try:
        db.execute(statement)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as exc:
        if not re.search(r"already exists|duplicate column", str(exc)):
            return False
        _add_what_differs(db, statement)
    else:
        found = created(statement)
        if found and found["unless"]:
            _add_what_differs(db, statement)
    return True


def _add_what_differs(db: sqlite3.Connection, statement: str) -> None:
    """A second description of a table may have columns and keys that the first one lacks."""
    found = created(statement)
    if not found or "TABLE" not in found["what"].upper():
        return
    table = found["name"]
    with closing(in_memory()) as other:
        try:
            other.execute(statement)
        except (sqlite3.Error, sqlite3.Warning, ValueError):
            return
        known = {name.lower() for name, _ in columns(db, table)}
        for name, kind in columns(other, table):
            if name.lower() not in known:
                _try(db, f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(name)} {kind}")
        for names in indexed(other, table):
            if names not in set(indexed(db, table)):
                _try(db, create_index(table, names))


def _try(db: sqlite3.Connection, statement: str) -> None:
    with suppress(sqlite3.Error):
        db.execute(statement)


def columns(db: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """Names, as they are written, and types."""
    return [(name, kind) for _, name, kind, *_ in db.execute(f"PRAGMA table_info({quoted(table)})")]


def indexed(db: sqlite3.Connection, table: str) -> Iterator[tuple[str, ...]]:
    """The columns of each index of a table, and of its primary key."""
    keys = [
        (place, name) for _, name, *_, place in db.execute(f"PRAGMA table_info({quoted(table)})") if place
    ]
    if keys:
        yield tuple(name for _, name in sorted(keys))
    for _, index, *_ in db.execute(f"PRAGMA index_list({quoted(table)})").fetchall():
        names = [name for *_, name in db.execute(f"PRAGMA index_info({quoted(index)})")]
        if all(names):
            yield tuple(names)
