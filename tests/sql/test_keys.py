"""What every description of a table promises together, and what takes a promise away."""

from __future__ import annotations

import pytest

from fixbot.sql.schema import Schema, tables_of
from fixbot.testing import opened

GAMES = "CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT)"
NAMED = "CREATE TABLE games (id INTEGER PRIMARY KEY, name TEXT); CREATE UNIQUE INDEX by_name ON games (name)"


def asked(*scripts: str, column: str = "id", python: str = "") -> bool:
    """Whether `column` of `games` is unique, by these scripts."""
    files = {f"schema/{number}.sql": script for number, script in enumerate(scripts)}
    with opened({**files, "app/m.py": f"import sqlite3\n{python}"}) as project:
        schema: Schema | None = tables_of(project)
        assert schema
        return schema.is_unique("Games", column)


@pytest.mark.parametrize(
    ("scripts", "column", "is_unique"),
    [
        ((GAMES,), "id", True),
        ((GAMES,), "ID", True),
        ((GAMES,), "slug", True),
        ((GAMES,), "name", False),
        ((GAMES,), "missing", False),
        ((NAMED,), "name", True),
        ((GAMES, "DROP TABLE IF EXISTS games", GAMES), "id", True),
        ((GAMES, GAMES.replace("name TEXT", "name TEXT, views INTEGER")), "slug", True),
        # another description, or none that is understood
        ((GAMES, "CREATE TABLE IF NOT EXISTS games (id INTEGER, slug TEXT)"), "id", False),
        ((GAMES, GAMES.replace(" UNIQUE", "")), "slug", False),
        ((GAMES.replace(" UNIQUE", ""), GAMES), "slug", False),
        ((GAMES, "CREATE TABLE games AS SELECT * FROM old"), "id", False),
        ((GAMES, "CREATE TABLE new (id TEXT); ALTER TABLE new RENAME TO games"), "id", False),
        ((GAMES, f"{GAMES.replace('games', 'new')}; ALTER TABLE new RENAME TO games"), "id", True),
        ((GAMES, "ALTER TABLE somewhere RENAME TO games"), "id", False),
        # what is taken away
        ((NAMED, "DROP INDEX by_name"), "name", False),
        ((NAMED, "DROP INDEX IF EXISTS main.by_name"), "name", False),
        ((NAMED, "DROP INDEX by_other"), "name", True),
        ((GAMES, "ALTER TABLE games DROP CONSTRAINT games_slug_key"), "slug", False),
        ((GAMES, "ALTER TABLE clips DROP CONSTRAINT games_slug_key"), "slug", True),
        ((NAMED, "DROP INDEX by_other, by_name"), "name", False),
        (
            (GAMES, "ALTER TABLE games DROP COLUMN slug; ALTER TABLE games ADD COLUMN slug TEXT"),
            "slug",
            False,
        ),
        ((GAMES, "ALTER TABLE games DROP COLUMN slug"), "id", True),
        ((GAMES, "CREATE UNLOGGED TABLE games (id INTEGER, slug TEXT)"), "id", False),
        ((GAMES, "CREATE TABLE old_games (at TEXT) INHERITS (public.games)"), "id", False),
        ((GAMES, "CREATE TABLE old_games (at TEXT) INHERITS (clips)"), "id", True),
        # not for all rows, or not by the letter
        ((f"{GAMES}; CREATE UNIQUE INDEX i ON games (name) WHERE name <> ''",), "name", False),
        ((f"{GAMES}; CREATE UNIQUE INDEX i ON games (lower(name))",), "name", False),
        ((f"{GAMES}; CREATE UNIQUE INDEX i ON games (name, slug)",), "name", False),
        ((GAMES.replace("UNIQUE", "COLLATE NOCASE UNIQUE"),), "slug", False),
        ((GAMES, GAMES.replace("UNIQUE", "COLLATE NOCASE UNIQUE")), "slug", False),
        ((f"{GAMES}; CREATE INDEX i ON games (name COLLATE NOCASE)",), "slug", True),
        (("CREATE TABLE games (id INTEGER, part INTEGER, PRIMARY KEY (id, part))",), "id", False),
    ],
)
def test_what_is_unique(scripts: tuple[str, ...], column: str, *, is_unique: bool) -> None:
    assert asked(*scripts, column=column) is is_unique


MIGRATION = """
from alembic import op


def upgrade():
    {}


def downgrade():
    op.drop_index("by_name")
    op.drop_constraint("key", "games")
"""


@pytest.mark.parametrize(
    ("operation", "is_unique"),
    [
        ("pass", True),
        ("op.drop_index('by_name')", False),
        ("op.drop_index(op.f('by_name'), table_name='games')", False),
        ("op.drop_index('by_other')", True),
        ("op.drop_index(name, 'games')", False),
        ("op.drop_constraint('key', 'games')", False),
        ("with op.batch_alter_table('games') as batch:\n        batch.drop_constraint('key')", False),
        ("op.drop_constraint('key', 'clips')", True),
    ],
)
def test_what_a_migration_takes_away(operation: str, *, is_unique: bool) -> None:
    assert asked(NAMED, column="name", python=MIGRATION.format(operation)) is is_unique


def test_an_index_of_any_name_is_dropped() -> None:
    drops = 'def tidy(db: sqlite3.Connection, name: str) -> None:\n    db.execute(f"DROP INDEX {name}")\n'
    assert asked(NAMED, column="name")
    assert not asked(NAMED, column="name", python=drops)
