"""sql-indexes: scans that matter told from those that do not, in agreement with sqlite's own `.expert`."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from codemods.sql_indexes import codemod
from fixbot import catalogue, engine
from fixbot.errors import ConfigError
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from fixbot.sql import predicates
from fixbot.sql.indexes import advice
from fixbot.sql.plans import in_memory
from fixbot.sql.schema import TINY, Schema
from fixbot.testing import findings_of, rewritten, untouched

TABLES = """
    CREATE TABLE IF NOT EXISTS games (
        id INTEGER PRIMARY KEY,
        slug TEXT UNIQUE,
        season TEXT,
        name TEXT,
        active INTEGER,
        views INTEGER
    );
    CREATE TABLE IF NOT EXISTS clips (
        id INTEGER PRIMARY KEY,
        game_id INTEGER,
        position INTEGER,
        label TEXT
    );
    CREATE INDEX IF NOT EXISTS by_position ON clips (position, label);
    CREATE TABLE IF NOT EXISTS kinds (
        id INTEGER PRIMARY KEY,
        name TEXT
    );
    INSERT OR IGNORE INTO kinds (id, name) VALUES (1, 'goal (own)'), (2, 'save');
"""


def service(query: str, tables: str = TABLES, more: str = "") -> str:
    """A module with these tables and one query, written as Python: `"..."`."""
    return f'''import sqlite3

SCHEMA = """{tables}"""


def create(db: sqlite3.Connection) -> None:
    db.executescript(SCHEMA)


def run(db: sqlite3.Connection, a: object, b: object) -> object:
    return db.execute({query}, (a, b)).fetchall()
{more}'''


def with_index(table: str, columns: str, name: str) -> str:
    """The tables with one index behind its table."""
    pattern = rf"(CREATE TABLE IF NOT EXISTS {table} \(.*?\n    \);)"
    index = f"\n    CREATE INDEX IF NOT EXISTS {name} ON {table} ({columns});"
    return re.sub(pattern, lambda found: found[1] + index, TABLES, count=1, flags=re.S)


LACKING = {
    "filter": ('"SELECT name FROM games WHERE season = ?"', "games", "season"),
    "filter, other side": ('"SELECT name FROM games WHERE ? = season"', "games", "season"),
    "named parameter": ('"SELECT name FROM games WHERE season = :season"', "games", "season"),
    "in": ('"SELECT name FROM games WHERE season IN (?, ?)"', "games", "season"),
    "two columns": ('"SELECT id FROM games WHERE season = ? AND name = ?"', "games", "season, name"),
    "and a range": ('"SELECT id FROM games WHERE views > ? AND season = ?"', "games", "season, views"),
    "range": ('"SELECT id FROM games WHERE views > ?"', "games", "views"),
    "filter and order": (
        '"SELECT id FROM games WHERE season = ? ORDER BY name DESC LIMIT 5"',
        "games",
        "season, name",
    ),
    "order of the first": ('"SELECT id FROM games ORDER BY views DESC LIMIT 5"', "games", "views"),
    "last of a key": ('"SELECT MAX(position) FROM clips WHERE game_id = ?"', "clips", "game_id"),
    "second column of an index": ('"SELECT id FROM clips WHERE label = ?"', "clips", "label"),
    "join, inside": (
        '"SELECT c.id FROM games g JOIN clips c ON c.game_id = g.id WHERE g.slug = ?"',
        "clips",
        "game_id",
    ),
    "subquery": (
        '"SELECT name FROM games WHERE id IN (SELECT game_id FROM clips WHERE label = ?)"',
        "clips",
        "label",
    ),
    "delete": ('"DELETE FROM clips WHERE game_id = ?"', "clips", "game_id"),
    "update": ('"UPDATE clips SET label = ? WHERE game_id = ?"', "clips", "game_id"),
    "flag beside a filter": (
        '"SELECT name FROM games WHERE active = 1 AND season = ?"',
        "games",
        "season",
    ),
    "common table": (
        '"WITH recent AS (SELECT * FROM games WHERE season = ?) SELECT name FROM recent"',
        "games",
        "season",
    ),
    "unknown order": ('f"SELECT name FROM games WHERE season = ? ORDER BY {a}"', "games", "season"),
    "known part": ('f"SELECT name FROM {TABLE} WHERE season = ?"', "games", "season"),
    "joined literals": ('"SELECT name FROM games " + "WHERE season = ?"', "games", "season"),
    "comment first": ('"-- the games\\n SELECT name FROM games WHERE season = ?"', "games", "season"),
}

FINE = {
    "primary key": '"SELECT name FROM games WHERE id = ?"',
    "unique": '"SELECT name FROM games WHERE slug = ?"',
    "first column of an index": '"SELECT id FROM clips WHERE position = ?"',
    "all rows": '"SELECT name FROM games"',
    "all rows in an order": '"SELECT name FROM games ORDER BY season"',
    "aggregate of all": '"SELECT COUNT(*) FROM games"',
    "groups of all": '"SELECT game_id, COUNT(*) FROM clips GROUP BY game_id"',
    "flag": '"SELECT name FROM games WHERE active = 1"',
    "the first of many in any order": '"SELECT name FROM games WHERE views > ? LIMIT 5"',
    "rows that are part of the schema": '"SELECT id FROM kinds WHERE name = ?"',
    "join by a key": '"SELECT g.name FROM clips c JOIN games g ON g.id = c.game_id"',
    "a pattern": '"SELECT name FROM games WHERE season LIKE ?"',
    "a function of the column": '"SELECT id FROM games WHERE lower(name) = ?"',
    "one or the other": '"SELECT id FROM games WHERE season = ? OR name = ?"',
    "not equal": '"SELECT id FROM games WHERE season != ?"',
    "two columns of one row": '"SELECT id FROM games WHERE season = name"',
    "unknown column": 'f"SELECT name FROM games WHERE {a} = ?"',
    "unknown table": 'f"SELECT name FROM {a} WHERE season = ?"',
    "no column of that name": '"SELECT name FROM games WHERE year = ?"',
    "a sentence": '"Select games from the list where season = x"',
    "insert": '"INSERT INTO games (season) VALUES (?)"',
}


@pytest.mark.parametrize("case", LACKING)
def test_what_reads_a_whole_table_gets_an_index(case: str) -> None:
    query, table, columns = LACKING[case]
    more = '\n\nTABLE = "games"\n'
    name = f"idx_{table}_{columns.replace(', ', '_')}"
    after = service(query, with_index(table, columns, name), more)
    rewritten(codemod, service(query, more=more), after, safety=Safety.REVIEW)


@pytest.mark.parametrize("case", FINE)
def test_what_needs_none_is_left_alone(case: str) -> None:
    untouched(codemod, service(FINE[case]))


def test_both_plans_are_shown() -> None:
    [found] = findings_of(codemod, service('"SELECT name FROM games WHERE season = ?"'))
    after = "SEARCH games USING INDEX idx_games_season (season=?)"
    assert found.cost == {"plan": {"before": "SCAN games", "after": after}}
    assert "CREATE INDEX idx_games_season ON games (season)" in found.reason
    assert found.span.line == 32


def test_the_index_made_by_the_changed_code_is_used() -> None:
    """The new schema runs, twice and on a database of the old one, and SQLite searches."""
    before = service('"SELECT name FROM games WHERE season = ?"')
    after = service(
        '"SELECT name FROM games WHERE season = ?"', with_index("games", "season", "idx_games_season")
    )
    rewritten(codemod, before, after, safety=Safety.REVIEW)
    db = sqlite3.connect(":memory:")
    for code in (before, after, after):
        names: dict[str, object] = {}
        exec(code, names)
        names["create"](db)  # type: ignore[operator]
    plan = db.execute("EXPLAIN QUERY PLAN SELECT name FROM games WHERE season = ?", ("x",)).fetchall()
    assert [step for *_, step in plan] == ["SEARCH games USING INDEX idx_games_season (season=?)"]
    db.close()


def test_a_migration_runs_once() -> None:
    code = service('"SELECT name FROM games WHERE season = ?"')
    untouched(codemod, {"app/migrations/first.py": code})


# --- where the index is written ---------------------------------------------------------------------------

ONE_BY_ONE = '''
import aiosqlite

CLIPS = "SELECT id FROM clips WHERE game_id = ?"


async def create(db: aiosqlite.Connection) -> None:
    # first the clips
    await db.execute(
        """
        CREATE TABLE IF NOT EXISTS clips (id INTEGER PRIMARY KEY, game_id INTEGER)
        """
    )  # done
    await db.commit()
'''


def test_beside_a_statement_of_its_own() -> None:
    index = 'await db.execute("CREATE INDEX IF NOT EXISTS idx_clips_game_id ON clips (game_id)")'
    after = ONE_BY_ONE.replace("  # done\n", f"  # done\n    {index}\n")
    rewritten(codemod, ONE_BY_ONE, after, safety=Safety.REVIEW)


def test_in_the_way_of_the_names_that_there_are() -> None:
    tables = TABLES.replace("by_position", "ix_position")
    [found] = findings_of(codemod, service('"SELECT name FROM games WHERE season = ?"', tables))
    assert "CREATE INDEX ix_games_season ON" in found.reason


def test_in_another_module() -> None:
    query = 'def of(db):\n    return db.execute("SELECT id FROM clips WHERE game_id = ?", (1,))\n'
    schema = '''
        import sqlite3

        db = sqlite3.connect("x")
        db.executescript("""
            CREATE TABLE IF NOT EXISTS clips (id INTEGER PRIMARY KEY, game_id INTEGER);  -- cut
        """)
    '''
    index = "CREATE INDEX IF NOT EXISTS idx_clips_game_id ON clips (game_id);"
    after = schema.replace("-- cut\n", f"-- cut\n            {index}\n")
    rewritten(
        codemod,
        {"app/schema.py": schema, "app/clips.py": query},
        {"app/schema.py": after, "app/clips.py": query},
        safety=Safety.REVIEW,
    )


QUERY = '"SELECT name FROM games WHERE season = ?"'
REPORTED = {
    "made once": service(QUERY, TABLES.replace("TABLE IF NOT EXISTS games", "TABLE games")),
    "given to something else too": service(QUERY, more="\n\nprint(SCHEMA)\n"),
    "escapes": service(QUERY, TABLES.replace("name TEXT,", "name TEXT DEFAULT '\\\\n',")),
    "two on one line": service(QUERY, TABLES.replace("    CREATE TABLE IF NOT EXISTS clips", "CREATE TABLE IF NOT EXISTS clips").replace(");\nCREATE", "); CREATE")),
    "a column that is added later": service(
        QUERY, TABLES.replace("        season TEXT,\n", "") + "    ALTER TABLE games ADD COLUMN season TEXT;\n"
    ),
    "built of parts": service(QUERY).replace('SCHEMA = """', 'SCHEMA = "" + """'),
}  # fmt: skip


@pytest.mark.parametrize("case", REPORTED)
def test_where_it_cannot_be_written_it_is_reported(case: str) -> None:
    untouched(codemod, REPORTED[case], reason="CREATE INDEX idx_games_season ON games (season)")


def test_code_without_sqlite_is_left_alone() -> None:
    untouched(codemod, service(QUERY).replace("sqlite3", "psycopg"))


# --- tables that are not there --------------------------------------------------------------------------

GONE = '"SELECT name FROM matches WHERE season = ?"'


def test_a_table_that_nothing_creates() -> None:
    untouched(codemod, service(GONE), reason="nothing in the project creates it")


@pytest.mark.parametrize(
    "more",
    [
        "\n\nBase.metadata.create_all(engine)\n",
        '\n\ndb.execute("ALTER TABLE games RENAME TO matches")\n',
        "\n\ndb.execute(f'CREATE TABLE {name} (id)')\n",
        "\n\ndb.execute(\"ATTACH 'other.db' AS other\")\n",
    ],
    ids=["made elsewhere", "renamed", "unknown name", "another file"],
)
def test_tables_may_come_from_elsewhere(more: str) -> None:
    untouched(codemod, service(GONE, more=more))


@pytest.mark.parametrize(
    "query",
    [
        '"WITH matches AS (SELECT * FROM games) SELECT name FROM matches"',
        '"SELECT name FROM sqlite_master"',
        'f"SELECT name FROM {a}"',
        'f"SELECT name FROM [{a}]"',
        '"SELECT name FROM other.matches"',
        '"SELECT value FROM json_each(?)"',
    ],
    ids=["common table", "of sqlite", "unknown", "unknown, quoted", "of another file", "function"],
)
def test_what_is_no_missing_table(query: str) -> None:
    untouched(codemod, service(query))


def test_text_that_nothing_runs_may_be_about_anything() -> None:
    untouched(codemod, service('"SELECT id FROM kinds"', more=f"\n\nHELP = {GONE}\n"))


# --- other schemas --------------------------------------------------------------------------------------


def found_in(folder: Path, *, database: Path | None = None) -> list[Finding]:
    project = Project.open(folder, catalogue.builtin(), database=database)
    try:
        found = engine.find(project, codemod)
        assert not project.errors
        return found
    finally:
        project.close()


USES = 'import sqlite3\n\n\ndef of(db: sqlite3.Connection) -> object:\n    return db.execute("SELECT id FROM clips WHERE game_id = ?", (1,))\n'


def test_tables_of_sql_files(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(USES)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/001.sql").write_text("CREATE TABLE clips (id INTEGER PRIMARY KEY);\n")
    (tmp_path / "migrations/002.sql").write_text("ALTER TABLE clips ADD COLUMN game_id INTEGER;\n")
    (tmp_path / "migrations/002.down.sql").write_text("CREATE INDEX wrong ON clips (game_id);\n")
    [found] = found_in(tmp_path)
    assert found.safety is Safety.REPORT
    assert "which is in migrations/001.sql: add it in a migration" in found.reason
    (tmp_path / "migrations/003.sql").write_text("CREATE INDEX clips_by_game ON clips (game_id);\n")
    assert found_in(tmp_path) == []


MIGRATION = """
import sqlalchemy as sa
from alembic import op


def upgrade():
    op.create_table(
        "clips",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("game_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(8), unique=True),
    )


def downgrade():
    op.drop_table("clips")
"""


def test_tables_of_alembic_migrations(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(USES + '    db.execute("SELECT id FROM clips WHERE code = ?", ("x",))\n')
    (tmp_path / "first.py").write_text(MIGRATION)
    [found] = found_in(tmp_path)
    assert found.safety is Safety.REPORT
    assert found.reason == (
        "`CREATE INDEX ix_clips_game_id ON clips (game_id)`: "
        '`op.create_index("ix_clips_game_id", "clips", ["game_id"])` in a new revision'
    )
    later = MIGRATION.replace("op.drop_table", "pass  # ").replace(
        "create_table(", "create_index('x', 'clips', ['game_id'])\n    print("
    )
    (tmp_path / "second.py").write_text(later)
    assert found_in(tmp_path) == []


def test_a_database_file_shows_tables_and_sizes(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(USES)
    path = tmp_path / "real.sqlite3"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE clips (id INTEGER PRIMARY KEY, game_id INTEGER)")
    db.executemany("INSERT INTO clips (game_id) VALUES (?)", [(n,) for n in range(TINY + 1)])
    db.commit()
    names = sorted(p.name for p in tmp_path.iterdir())
    [found] = found_in(tmp_path, database=path)
    assert "which is in real.sqlite3" in found.reason
    db.execute("DELETE FROM clips WHERE id = 1")
    db.commit()
    assert found_in(tmp_path, database=path) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == names
    db.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(USES)
    (tmp_path / "real.sqlite3").write_text("no database " * 1000)
    with pytest.raises(ConfigError, match=r"real\.sqlite3 cannot be read as a SQLite database"):
        found_in(tmp_path, database=tmp_path / "real.sqlite3")


def test_a_schema_runs_nothing_that_takes_long() -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    untouched(codemod, service('"SELECT name FROM games"', f"{TABLES} CREATE TABLE long AS {endless};"))


def test_without_sqlglot_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predicates, "is_available", lambda: False)
    query = service('"SELECT name FROM games WHERE season = ?"')
    untouched(codemod, {"app/a.py": query, "app/b.py": query}, reason="comes with fixbot's extra `sql`")
    assert len(findings_of(codemod, {"app/a.py": query, "app/b.py": query})) == 1


# --- sqlite's own advice ----------------------------------------------------------------------------------

EXPERT = re.compile(r"CREATE INDEX \w+ ON (\w+)\((.*?)\);")


def expert(query: str, folder: Path) -> list[tuple[str, list[str]]]:
    """The indexes that the sqlite3 shell proposes."""
    database = folder / "expert.db"
    db = sqlite3.connect(database)
    db.executescript(TABLES)
    db.close()
    done = subprocess.run(
        ["sqlite3", str(database)], input=f".expert\n{query};\n", capture_output=True, text=True, check=True
    )
    return [(t, re.sub(" DESC", "", columns).split(", ")) for t, columns in EXPERT.findall(done.stdout)]


@pytest.mark.skipif(
    not shutil.which("sqlite3"), reason="the sqlite3 shell is not installed (Debian: sqlite3)"
)
@pytest.mark.parametrize(
    "case", [c for c, (q, _, _) in LACKING.items() if q.startswith('"') and "+" not in q]
)
def test_it_agrees_with_sqlite(case: str, tmp_path: Path) -> None:
    """Where SQLite proposes more columns, it is to answer from the index alone; ours are the first of them."""
    query = LACKING[case][0].strip('"').replace("\\n", "\n").replace("active = 1 AND ", "")
    schema = Schema(in_memory())
    schema.db.executescript(TABLES)
    schema.columns = {
        table: tuple(name for _, name, *_ in schema.db.execute(f"PRAGMA table_info({table})"))
        for table in ("games", "clips", "kinds")
    }
    ours = [(found.table, list(found.columns)) for found in advice(query, schema)]
    theirs = expert(query, tmp_path)
    assert ours
    for table, columns in ours:
        assert any(t == table and c[: len(columns)] == columns for t, c in theirs), theirs
    schema.db.close()
