"""What a database looks like, to compare what was read with what a library made."""

from __future__ import annotations

import sqlite3

from fixbot.sql.making import columns, indexed

Shape = dict[str, tuple[set[str], set[tuple[str, ...]], set[tuple[str, ...]]]]
"""Of each table, in lower case: its columns, the columns of each index and key, and those of the unique ones."""


def shape(db: sqlite3.Connection) -> Shape:
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        name.lower(): ({column for column, _ in columns(db, name)}, set(indexed(db, name)), _unique(db, name))
        for (name,) in names.fetchall()
    }


def _unique(db: sqlite3.Connection, table: str) -> set[tuple[str, ...]]:
    indexes = db.execute(f'PRAGMA index_list("{table}")').fetchall()
    return {
        tuple(name for *_, name in db.execute(f'PRAGMA index_info("{index}")'))
        for _, index, unique, *_ in indexes
        if unique
    }
