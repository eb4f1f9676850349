"""sql-indexes: scans that matter told from those that do not, in agreement with sqlite's own `.expert`."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from codemods.sql_indexes import codemod
from fixbot import catalogue, engine
from fixbot.errors import ConfigError
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from fixbot.sql import predicates
from fixbot.sql.advising import needs_of
from fixbot.sql.plans import in_memory
from fixbot.sql.schema import TINY, Schema
from fixbot.testing import findings_of, rewritten, untouched
from tests.sql.expert import agrees_with_expert, needs_expert

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
    "order of all that are found": (
        '"SELECT id FROM games WHERE season = ? ORDER BY name"',
        "games",
        "season",
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
    "text of SQLAlchemy": ('text("SELECT name FROM games WHERE season = :season")', "games", "season"),
    "value put in by hand": ("\"SELECT name FROM games WHERE season = '%s'\" % a", "games", "season"),
    "columns by format": ('"SELECT {} FROM games WHERE season = ?".format(b)', "games", "season"),
    "state beside a filter": (
        "\"SELECT name FROM games WHERE season = ? AND name = 'done'\"",
        "games",
        "season",
    ),
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
    "old rows are deleted": '"DELETE FROM games WHERE views < ?"',
    "old rows are changed": '"UPDATE games SET season = NULL WHERE views < ?"',
    "flag as a parameter": '"SELECT name FROM games WHERE active = ?"',
    "state": "\"SELECT name FROM games WHERE season = 'summer'\"",
    "states": "\"SELECT name FROM games WHERE season IN ('summer', 'winter')\"",
    "more than nothing": '"SELECT name FROM games WHERE views > 0"',
    "text of a primary key": 'text("SELECT name FROM games WHERE id = :id")',
    "table by format": '"SELECT name FROM {} WHERE season = ?".format(b)',
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


@pytest.mark.parametrize("path", ["app/migrator/from4to5.py", "app/db_upgrade.py", "examples/look.py"])
def test_what_runs_once_or_beside_the_service_needs_no_index(path: str) -> None:
    query = 'import sqlite3\n\n\ndef old(db):\n    return db.execute("SELECT name FROM games WHERE season = ?", ("x",))\n'
    tables = service('"SELECT name FROM games"')
    untouched(codemod, {"app/tables.py": tables, path: query})
    assert findings_of(codemod, {"app/tables.py": tables, "app/db.py": query})


GOES_ON = """
def more(db: sqlite3.Connection, a: object) -> object:
    query = "SELECT name FROM games WHERE season = ?"
    {}
    return db.execute(query, (a,))
"""


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("query += ' AND id = 3'", 0),
        ("query = query + ' AND id = 3'", 0),
        ("query = f'{query} AND id = 3'", 0),
        ("print(f'running {query}')", 1),
        ("other = ''; other += 'x'", 1),
    ],
    ids=["added to", "joined", "put into SQL", "put into a message", "another one is added to"],
)
def test_the_beginning_of_a_query_is_no_query(more: str, found: int) -> None:
    code = service('"SELECT id FROM kinds"', more=GOES_ON.format(more))
    assert len(findings_of(codemod, code)) == found


# --- as few indexes as do ---------------------------------------------------------------------------------


def several(*queries: str) -> str:
    runs = "".join(
        f"\n\ndef run{n}(db, a):\n    return db.execute({q}, (a, a))\n" for n, q in enumerate(queries)
    )
    return service('"SELECT id FROM kinds"', more=runs)


def test_one_index_for_all_queries_that_it_serves() -> None:
    code = several(
        '"SELECT id FROM games WHERE season = ?"',
        '"SELECT id FROM games WHERE season = ? AND views = ?"',
        '"SELECT id FROM games WHERE season = ? AND views = ?"',
        '"SELECT id FROM games WHERE season = ? AND name = ?"',
    )
    [found] = findings_of(codemod, code)
    assert (
        found.message
        == "reads all of `games`, as 3 other queries do; an index on `season`, `views` would find the rows"
    )
    assert found.span.line == 40
    [edit] = found.edits
    assert edit.path == found.path


def test_each_of_the_same_queries_is_looked_at_anew() -> None:
    """SQLite gives a statement that it has prepared before the plan from before."""
    [found] = findings_of(codemod, several(*(['"SELECT id FROM games WHERE season = ?"'] * 5)))
    assert "as 4 other queries do" in found.message


def test_what_one_index_does_not_serve_gets_its_own() -> None:
    code = several(
        '"SELECT id FROM games WHERE season = ?"',
        '"SELECT id FROM games WHERE views = ?"',
        '"SELECT id FROM clips WHERE game_id = ?"',
    )
    statements = [f.reason.split("`")[1] for f in findings_of(codemod, code)]
    assert statements == [
        "CREATE INDEX idx_games_season ON games (season)",
        "CREATE INDEX idx_games_views ON games (views)",
        "CREATE INDEX idx_clips_game_id ON clips (game_id)",
    ]


def test_what_is_read_whole_elsewhere_in_the_query_is_not_for_this_index() -> None:
    """The inner `g` is read row by row, with whatever index; the outer one has its index already."""
    query = (
        '"SELECT g.name FROM games g JOIN done x ON x.id = g.id WHERE g.season = ? ORDER BY g.name LIMIT 5"'
    )
    view = "SELECT g.id AS id, COUNT(*) AS n FROM games g LEFT JOIN clips c ON c.game_id = g.id GROUP BY g.id"
    made = f"CREATE INDEX by_season ON games (season); CREATE VIEW done AS {view};"
    tables = f"{TABLES}    CREATE INDEX by_game ON clips (game_id); {made}\n"
    untouched(codemod, service(query, tables))


def test_no_index_is_left_in_the_schema_that_others_look_at() -> None:
    schema = Schema(in_memory())
    schema.db.executescript(TABLES)
    project = Project(Path("x"), {}, catalogue.builtin())
    assert needs_of(project, schema) == []
    assert schema.indexes() == ["by_position"]
    schema.db.close()


def test_names_are_spelled_as_in_the_schema() -> None:
    tables = TABLES.replace("season TEXT", "SeasonName TEXT").replace("EXISTS games", "EXISTS Games")
    [found] = findings_of(codemod, service('"SELECT id FROM games WHERE seasonname = ?"', tables))
    assert "ON Games (SeasonName)" in found.reason


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


def test_beside_a_statement_in_pieces() -> None:
    before = ONE_BY_ONE.replace(
        '''
        """
        CREATE TABLE IF NOT EXISTS clips (id INTEGER PRIMARY KEY, game_id INTEGER)
        """
''',
        """
        "CREATE TABLE IF NOT EXISTS clips ("
        "id INTEGER PRIMARY KEY, game_id INTEGER)",
""",
    )
    assert before != ONE_BY_ONE
    index = 'await db.execute("CREATE INDEX IF NOT EXISTS idx_clips_game_id ON clips (game_id)")'
    after = before.replace("  # done\n", f"  # done\n    {index}\n")
    rewritten(codemod, before, after, safety=Safety.REVIEW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("async def create(", "async def convert_v2("),
        ("async def create(", "async def migrate("),
        ("    await db.commit()", "    await db.execute('CREATE TABLE IF NOT EXISTS clips (id, game_id)')"),
        ("  # done\n", "; await db.commit()\n"),
    ],
    ids=["converts", "migrates", "made twice", "more on the line"],
)
def test_a_statement_that_may_not_run_gets_no_other(before: str, after: str) -> None:
    assert before in ONE_BY_ONE
    code = ONE_BY_ONE.replace(before, after)
    untouched(codemod, code, reason="CREATE INDEX idx_clips_game_id ON clips (game_id)")


@pytest.mark.parametrize(
    "head", ["if db.is_new:", "try:\n        pass\n    except OSError:", "for _ in range(2):"]
)
def test_where_something_decides_whether_the_table_is_made(head: str) -> None:
    made = ONE_BY_ONE[ONE_BY_ONE.index("    # first") : ONE_BY_ONE.index("    await db.commit()")]
    code = ONE_BY_ONE.replace(made, f"    {head}\n" + "".join(f"    {line}\n" for line in made.splitlines()))
    untouched(codemod, code, reason="CREATE INDEX idx_clips_game_id ON clips (game_id)")


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
    "a column that older databases get later": service(
        QUERY, more="\n\ndb.execute('ALTER TABLE games ADD COLUMN season TEXT')\n"
    ),
    "columns that nobody knows": service(QUERY, more="\n\ndb.execute(f'ALTER TABLE games ADD {a} TEXT')\n"),
    "built of parts": service(QUERY).replace('SCHEMA = """', 'SCHEMA = "" + """'),
}  # fmt: skip


@pytest.mark.parametrize("case", REPORTED)
def test_where_it_cannot_be_written_it_is_reported(case: str) -> None:
    untouched(codemod, REPORTED[case], reason="CREATE INDEX idx_games_season ON games (season)")


def test_another_column_that_comes_later_is_no_matter() -> None:
    more = "\n\ndb.execute('ALTER TABLE games ADD COLUMN likes INTEGER')\n"
    [found] = findings_of(codemod, service(QUERY, more=more))
    assert found.safety is Safety.REVIEW


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
        '\n\ndb.execute("CREATE TABLE matches AS SELECT * FROM games")\n',
        '\n\ndb.execute("CREATE TEMP TABLE matches (name TEXT, season TEXT)")\n',
        '\n\ndb.execute("CREATE VIEW matches AS SELECT * FROM elsewhere.games")\n',
        '\n\ndb.execute("CREATE VIRTUAL TABLE matches USING unheard_of(name, season)")\n',
        "\n\nimport peewee\n",
        "\n\nfrom django.db import models\n",
        '\n\none = sqlite3.connect("one.db")\nother = sqlite3.connect(path)\n',
    ],
    ids=[
        "made elsewhere",
        "renamed",
        "unknown name",
        "another file",
        "made of a query",
        "for a while",
        "view",
        "virtual",
        "another library",
        "Django",
        "two databases",
    ],
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
        '"SELECT seq FROM sqlite_sequence WHERE name = ?"',
        '"SELECT tbl FROM sqlite_stat1"',
        '"SELECT name FROM pragma_table_info(?)"',
        '"WITH RECURSIVE matches(n) AS (SELECT 1 UNION SELECT n + 1 FROM matches) SELECT n FROM matches"',
    ],
    ids=[
        "common table",
        "of sqlite",
        "unknown",
        "unknown, quoted",
        "of another file",
        "function",
        "its counters",
        "its statistics",
        "pragma",
        "recursive",
    ],
)
def test_what_is_no_missing_table(query: str) -> None:
    untouched(codemod, service(query))


def test_one_database_of_many_connections_is_known() -> None:
    code = service(
        GONE,
        more='\n\none = sqlite3.connect(PATH)\nother = sqlite3.connect(PATH)\nin_memory = sqlite3.connect(":memory:")\n',
    )
    untouched(codemod, code, reason="nothing in the project creates it; unless something else does")


def test_text_that_nothing_runs_may_be_about_anything() -> None:
    untouched(codemod, service('"SELECT id FROM kinds"', more=f"\n\nHELP = {GONE}\n"))


# --- what is not told of a table --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        "\n\ndb.execute(f'CREATE INDEX by_{name} ON games ({name})')\n",
        "\n\ndb.execute('CREATE INDEX by_%s ON games (%s)' % (name, name))\n",
        "\n\ndb.execute('CREATE INDEX by_{0} ON {1} ({0})'.format(name, table))\n",
        "\n\ndb.execute('CREATE INDEX by_season ON games USING btree (season)')\n",
        "\n\ndb.execute('ALTER TABLE games ADD CONSTRAINT one UNIQUE (season)')\n",
        "\n\nimport sqlite_utils\n",
    ],
    ids=["f-string", "percent", "any table", "not SQLite's", "constraint", "another library"],
)
def test_indexes_that_are_not_told_leave_their_table_alone(more: str) -> None:
    untouched(codemod, service(QUERY, more=more))


@pytest.mark.parametrize(
    "more",
    [
        "\n\ndb.execute(f'CREATE INDEX by_{name} ON clips ({name})')\n",
        "\n\ndb.execute(f'ALTER TABLE games ADD COLUMN {name} TEXT')\n",
        "\n\ndb.execute(f'CREATE TABLE {name} (id INTEGER PRIMARY KEY)')\n",
    ],
    ids=["of another table", "column", "table"],
)
def test_what_makes_no_index_of_the_table_changes_nothing(more: str) -> None:
    [found] = findings_of(codemod, service(QUERY, more=more))
    assert "CREATE INDEX idx_games_season" in found.reason


def test_a_second_description_may_have_the_index() -> None:
    other = 'OLD = "CREATE TABLE IF NOT EXISTS games (id INTEGER PRIMARY KEY, season TEXT UNIQUE)"\n'
    untouched(codemod, {"app/a.py": service(QUERY), "app/b.py": other})
    assert findings_of(codemod, {"app/a.py": service(QUERY), "app/b.py": other.replace(" UNIQUE", "")})


def test_sqlite_of_the_tests_only_is_another_database() -> None:
    schema = {"schema.py": f"SCHEMA = '''{TABLES}'''\n"}
    query = {"app.py": f"import psycopg\n\n\ndef of(db):\n    return db.execute({QUERY}, (1,))\n"}
    tests = {"tests/test_app.py": "import sqlite3\n"}
    untouched(codemod, schema | query | tests)
    assert findings_of(codemod, schema | query | {"db.py": "import sqlite3\n"})


# --- models ---------------------------------------------------------------------------------------------

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, text
from sqlalchemy.orm import declarative_base

Base = declarative_base()
engine = create_engine("sqlite:///games.db")


class Game(Base):
    __tablename__ = "games"
    id = Column(Integer, primary_key=True)
    year = Column("season", String)
    name = Column(String, index=True)


def of(session, season):
    return session.execute(text("SELECT name FROM games WHERE season = :season"), {"season": season})
"""


def test_the_index_of_a_model_is_written_into_it() -> None:
    untouched(
        codemod,
        {"app/models.py": MODELS},
        reason="`CREATE INDEX ix_games_season ON games (season)`: write `index=True` for `year` of `Game` in app/models.py, "
        "and `create_all` does that on new databases only: run the statement on those that there are",
    )


def test_with_alembic_a_revision_makes_it() -> None:
    migration = "from alembic import op\n\n\ndef upgrade():\n    op.add_column('games', sa.Column('views', sa.Integer()))\n"
    untouched(
        codemod,
        {"app/models.py": MODELS, "versions/one.py": migration},
        reason="of `Game` in app/models.py, and "
        '`op.create_index("ix_games_season", "games", ["season"])` in a new revision',
    )


def test_an_index_of_two_columns_is_an_argument_of_the_table() -> None:
    code = MODELS.replace("season = :season", "season = :season AND id > :id").replace(
        "name = Column(String, index=True)", "name = Column(String)"
    )
    code = code.replace("season = :season AND id > :id", "season = :season ORDER BY name LIMIT 5")
    untouched(
        codemod,
        {"app/models.py": code},
        reason='write `Index("ix_games_season_name", "season", "name")` into `__table_args__` of `Game` in app/models.py',
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('Column("season", String)', 'Column("season", String, index=True)'),
        ('Column("season", String)', 'Column("season", String, unique=True)'),
        ('Column("season", String)', 'Column("season", String, index=INDEXED)'),
        ('__tablename__ = "games"', '__tablename__ = "games"\n    __table_args__ = arguments()'),
        ("season = :season", "id = :season"),
        ("sqlite:///", "postgresql:///"),
    ],
    ids=["index", "unique", "perhaps", "arguments", "primary key", "another database"],
)
def test_models_that_need_none(before: str, after: str) -> None:
    assert before in MODELS
    untouched(codemod, {"app/models.py": MODELS.replace(before, after)})


def test_a_table_that_no_model_describes() -> None:
    code = MODELS.replace("FROM games", "FROM matches")
    untouched(codemod, {"app/models.py": code}, reason="nothing in the project creates it")
    named = code.replace('__tablename__ = "games"', "__tablename__ = PREFIX + name")
    untouched(codemod, {"app/models.py": named + MODELS[: MODELS.index("def of")]})


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


DJANGO = {
    "site/settings.py": 'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}\n',
    "clips/models.py": "from django.db import models\n\n\nclass Clip(models.Model):\n    label = models.TextField()\n",
    "clips/views.py": """
        from django.db import connection

        def labels(game):
            with connection.cursor() as cursor:
                cursor.execute("SELECT label FROM clips_clip WHERE game_id = %s", [game])
                return cursor.fetchall()
    """,
}


def test_tables_of_django_are_not_known_and_it_says_so_once() -> None:
    files = DJANGO | {"games/views.py": DJANGO["clips/views.py"].replace("clips_clip", "games_game")}
    [found] = findings_of(codemod, files)
    assert (found.path, found.safety) == ("clips/views.py", Safety.REPORT)
    assert "Django makes their tables, and its migrations are not read: name a database file" in found.reason


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("site/settings.py", "sqlite3", "postgresql"),
        ("clips/models.py", "models.Model", "object"),
        ("clips/views.py", "cursor.execute(", "print("),
    ],
    ids=["another database", "no models", "nothing is run"],
)
def test_django_without_queries_in_sqlite(path: str, before: str, after: str) -> None:
    untouched(codemod, DJANGO | {path: DJANGO[path].replace(before, after)})


def test_without_sqlglot_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predicates, "is_available", lambda: False)
    query = service('"SELECT name FROM games WHERE season = ?"')
    untouched(codemod, {"app/a.py": query, "app/b.py": query}, reason="comes with fixbot's extra `sql`")
    assert len(findings_of(codemod, {"app/a.py": query, "app/b.py": query})) == 1


# --- sqlite's own advice ----------------------------------------------------------------------------------


@needs_expert
@pytest.mark.parametrize(
    "case",
    [c for c, (q, _, _) in LACKING.items() if q.startswith('"') and q.endswith('"') and "+" not in q],
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
    db = sqlite3.connect(tmp_path / "real.db")
    db.executescript(TABLES)
    db.close()
    agrees_with_expert(query.replace(" AND name = 'done'", ""), schema, tmp_path / "real.db")
    schema.db.close()
