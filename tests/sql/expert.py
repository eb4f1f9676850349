"""The indexes that the sqlite3 shell proposes for a query, beside ours."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fixbot.sql.indexes import advice
from fixbot.sql.schema import Schema

_INDEX = re.compile(r"CREATE INDEX \w+ ON (\w+)\((.*?)\);")

needs_expert = pytest.mark.skipif(
    not shutil.which("sqlite3"), reason="the sqlite3 shell is not installed (Debian: sqlite3)"
)


def expert(query: str, database: Path) -> list[tuple[str, list[str]]]:
    """Table and columns of each index that `.expert` proposes for a database with these tables."""
    asked = f".expert\n{query};\n"
    done = subprocess.run(["sqlite3", str(database)], input=asked, capture_output=True, text=True, check=True)
    return [
        (table, re.sub(" DESC", "", columns).split(", ")) for table, columns in _INDEX.findall(done.stdout)
    ]


def agrees_with_expert(query: str, schema: Schema, database: Path) -> None:
    """Assert that there is advice, and that its columns are the first of some that SQLite proposes too."""
    ours = [(found.table, list(found.columns)) for found in advice(query, schema)]
    theirs = expert(query, database)
    assert ours
    for table, columns in ours:
        assert any(t == table and c[: len(columns)] == columns for t, c in theirs), theirs


def needs_none(query: str, schema: Schema, database: Path) -> None:
    """Assert that neither of us proposes anything."""
    assert not list(advice(query, schema))
    assert not expert(query, database)
