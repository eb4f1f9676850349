"""batch-reads for SQL: what is found and left alone, and what comes out of code before and after on real SQLite."""

from __future__ import annotations

import logging
import sqlite3
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from codemods.batch_reads import codemod
from fixbot import catalogue, engine
from fixbot.model import Safety, Severity
from fixbot.project.project import Project
from fixbot.testing import MODULE, findings_of, opened, rewritten, untouched
from tests.support import write_files

TABLES = """
    CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT);
    CREATE TABLE clips (id INTEGER PRIMARY KEY, game_id INTEGER, label TEXT);
    CREATE TABLE people (id INTEGER PRIMARY KEY, nick TEXT COLLATE NOCASE UNIQUE);
"""
HEAD = f'''
import sqlite3

TABLES = """{TABLES}"""

'''


def loop(
    read: str = 'db.execute("SELECT id, name FROM games WHERE id = ?", (key,)).fetchone()',
    *,
    before: str = "",
    after: str = "found.append((key, row and tuple(row)))",
) -> str:
    """A function that reads in a loop."""
    text = f"""
def run(db: sqlite3.Connection, keys: list[int]) -> list[object]:
    found = []
    for key in keys:
        {before or "pass"}
        row = {read}
        {after}
    return found
"""
    return HEAD + text


HELPER = '''
def clips_of(db: sqlite3.Connection, game_id: int) -> list[sqlite3.Row]:
    """All of a game."""
    return db.execute("SELECT id, game_id, label FROM clips WHERE game_id = ?", (game_id,)).fetchall()
'''
CALLS = """
def run(db: sqlite3.Connection, keys: list[int]) -> list[object]:
    return [(key, [tuple(row) for row in clips_of(db, key)]) for key in keys]
"""


def applied(text: str) -> str:
    with opened(text) as project:
        done = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert not done.refused
        assert done.fixed
        return done.texts[MODULE]


# --- the text ------------------------------------------------------------------------------------------------


def test_a_row_by_its_key() -> None:
    before = """
        import logging
        import sqlite3

        logger = logging.getLogger(__name__)
        TABLES = "CREATE TABLE games (id INTEGER PRIMARY KEY, name TEXT)"


        def names(db: sqlite3.Connection, clips: list[dict[str, int]]) -> None:
            for clip in clips:
                # the game of the clip
                game = db.execute("SELECT id, name FROM games WHERE id = ?", (clip["game"],)).fetchone()
                clip["name"] = game["name"]
    """
    after = '''
        import logging
        import sqlite3
        from collections.abc import Callable, Iterable
        from typing import Any

        logger = logging.getLogger(__name__)
        TABLES = "CREATE TABLE games (id INTEGER PRIMARY KEY, name TEXT)"


        def _prefetch_games_by_id(db: Any, keys: Iterable[Any]) -> Callable[[Any], Any]:
            """Read rows of `games` by `id`, many at a time; the caller reads what the look-up has not."""
            rows: dict[Any, Any] = {}

            def look_up(key: Any) -> Any:
                try:
                    return rows.get(key)
                except TypeError:
                    return None  # it cannot be a key of a dictionary

            try:
                pending = list(dict.fromkeys(keys))
                for start in range(0, len(pending), 500):
                    chunk = pending[start : start + 500]
                    marks = ", ".join("?" * len(chunk))
                    found = db.execute(
                        f"SELECT id, name FROM games WHERE id IN ({marks})", chunk
                    )
                    for row in found.fetchall():
                        if not isinstance(row, (dict, list)):  # such a row could be changed, and is not shared
                            rows[row[0]] = row
            except Exception as error:
                logger.warning("Batch read failed, reading one by one: %s", error)
            return look_up


        def names(db: sqlite3.Connection, clips: list[dict[str, int]]) -> None:
            prefetched = _prefetch_games_by_id(db, (clip["game"] for clip in clips))
            for clip in clips:
                # the game of the clip
                game = (
                    prefetched(clip["game"])
                    or db.execute("SELECT id, name FROM games WHERE id = ?", (clip["game"],)).fetchone()
                )
                clip["name"] = game["name"]
    '''
    rewritten(codemod, before, after)


def test_behind_a_helper_in_another_module() -> None:
    """The second function stands beside the helper, and is imported as that is."""
    helper = f"import sqlite3\n\nTABLES = '''{TABLES}'''\n\n{HELPER}"
    calls = f"import sqlite3\n\nfrom app.clips import clips_of\n\n{CALLS}"
    with opened({"app/__init__.py": "", "app/clips.py": helper, "app/games.py": calls}) as project:
        [found] = engine.find(project, codemod)
        assert (found.path, found.safety, found.severity) == ("app/games.py", Safety.REVIEW, Severity.LOW)
        texts = engine.apply(project, [codemod], {Safety.REVIEW}).texts
    head = "def clips_of_by_game_id(\n    db: sqlite3.Connection, keys: Iterable[Any]\n) -> Callable[[Any], Any]:\n"
    assert head in texts["app/clips.py"]
    assert "from app.clips import clips_of, clips_of_by_game_id" in texts["app/games.py"]
    assert "prefetched = clips_of_by_game_id(db, keys)" in texts["app/games.py"]
    assert "for row in prefetched(key)]" in texts["app/games.py"]


# --- what is not -------------------------------------------------------------------------------------------

REPORTED = {
    "aggregate": (
        'db.execute("SELECT COUNT(*) FROM clips WHERE game_id = ?", (key,)).fetchone()',
        "does more than to pick whole columns",
    ),
    "the first in an order": (
        'db.execute("SELECT id, game_id FROM clips WHERE game_id = ? ORDER BY label", (key,)).fetchone()',
        "does more than to pick whole columns",
    ),
    "an order that is worked out": (
        'db.execute("SELECT id, game_id FROM clips WHERE game_id = ? ORDER BY lower(label)", (key,)).fetchall()',
        "does more than to pick whole columns",
    ),
    "the first of all": (
        'db.execute("SELECT id, game_id FROM clips WHERE game_id = ? LIMIT 1", (key,)).fetchall()',
        "does more than to pick whole columns",
    ),
    "join": (
        'db.execute("SELECT c.id FROM clips c JOIN games g ON g.id = c.game_id WHERE g.id = ?", (key,)).fetchone()',
        "does more than to pick whole columns",
    ),
    "two parameters": (
        'db.execute("SELECT id FROM games WHERE id = ? AND name = ?", (key, "x")).fetchone()',
        "takes more than the key",
    ),
    "no key among the columns": (
        'db.execute("SELECT name FROM games WHERE id = ?", (key,)).fetchone()',
        "`id` is not among the columns",
    ),
    "not unique": (
        'db.execute("SELECT id, game_id FROM clips WHERE game_id = ?", (key,)).fetchone()',
        "nothing in the code shows that `game_id` is unique in `clips`",
    ),
    "unknown table": (
        'db.execute("SELECT id FROM matches WHERE id = ?", (key,)).fetchone()',
        "nothing in the code shows that `id` is unique in `matches`",
    ),
    "upper and lower case": (
        'db.execute("SELECT nick FROM people WHERE nick = ?", (key,)).fetchone()',
        "nothing in the code shows that `nick` is unique in `people`",
    ),
    "upper and lower case, all": (
        'db.execute("SELECT nick FROM people WHERE nick = ?", (key,)).fetchall()',
        "nothing in the code shows how `people` compares `nick`",
    ),
    "key of the last row": (
        'db.execute("SELECT id FROM games WHERE id = ?", (key + len(found),)).fetchone()',
        "the key depends on `found`",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_queries_that_are_reported(case: str) -> None:
    read, reason = REPORTED[case]
    untouched(codemod, loop(read), reason=reason)


BODIES = {
    "stops": ({"after": "if row: return [row]"}, "the loop can end early (`return`)"),
    "writes": (
        {"after": 'db.execute("UPDATE games SET name = ? WHERE id = 1", (key,))'},
        "the loop writes what a later turn may read",
    ),
    "takes back": ({"after": "db.rollback()"}, "the loop writes what a later turn may read"),
    "calls something unknown": ({"after": "notify(row)"}, "the loop calls `notify()`"),
    "another connection each time": (
        {"read": 'connections[key].execute("SELECT id FROM games WHERE id = ?", (key,)).fetchone()'},
        "changes from turn to turn",
    ),
    "a condition of the row before": (
        {"before": "if found: continue"},
        "whether it is read depends on `found`",
    ),
}


@pytest.mark.parametrize("case", BODIES)
def test_loops_that_are_reported(case: str) -> None:
    parts, reason = BODIES[case]
    code = loop(**parts).replace("found = []", "found = []\n    connections: list[sqlite3.Connection] = [db]")
    untouched(codemod, code, reason=reason)


GLOBAL = """
db: sqlite3.Connection = sqlite3.connect("0.db")


def switch(key: int) -> None:
    global db
    db = sqlite3.connect(f"{key}.db")
"""


def test_another_connection_from_elsewhere() -> None:
    """A function that the loop calls, or one inside, puts another connection in place of the one that was asked first."""
    text = loop(before="switch(key)").replace("db: sqlite3.Connection, ", "").replace(HEAD, HEAD + GLOBAL)
    untouched(codemod, text, reason="the loop changes `db`, which decides where it is read from")
    inside = "found = []\n    def switch() -> None:\n        nonlocal db\n        db = sqlite3.connect('')\n"
    text = loop(before="switch()").replace("found = []\n", inside)
    untouched(codemod, text, reason="the loop changes `db`, which decides where it is read from")
    assert applied(loop(before="switch(key)").replace(HEAD, HEAD + GLOBAL))


def test_values_that_are_made() -> None:
    code = loop() + "\n\nsqlite3.register_converter('JSON', json.loads)\n"
    untouched(codemod, code, reason="`register_converter` makes values of rows")


def test_rows_that_are_dictionaries() -> None:
    code = loop() + "\n\ndef use(db: sqlite3.Connection) -> None:\n    db.row_factory = as_dict\n"
    untouched(codemod, code, reason="`row_factory = as_dict` makes the rows")
    assert applied(code.replace("as_dict", "sqlite3.Row"))


NOTHING = {
    "the same key in each turn": loop(
        'db.execute("SELECT id FROM games WHERE id = ?", (len(keys),)).fetchone()'
    ),
    "unknown object": loop().replace("db: sqlite3.Connection", "db"),
    "a write": loop('db.execute("DELETE FROM games WHERE id = ?", (key,)).fetchone()'),
    "SQL of the caller": loop("db.execute(key, (key,)).fetchone()"),
    "outside of a loop": HEAD + HELPER,
}


@pytest.mark.parametrize("case", NOTHING)
def test_what_is_no_read_in_a_loop(case: str) -> None:
    untouched(codemod, NOTHING[case])


def test_it_ranks_low_without_a_network() -> None:
    [found] = findings_of(codemod, loop())
    assert (found.severity, found.safety) == (Severity.LOW, Safety.SAFE)


# --- what it does ------------------------------------------------------------------------------------------

Run = Callable[[sqlite3.Connection, list[Any]], Any]
CODE = {
    "one": loop(),
    "one, all columns": loop('db.execute("SELECT * FROM games WHERE id = ?", (key,)).fetchone()'),
    "one, spelled otherwise": loop('db.execute("SELECT NAME, Id FROM games WHERE ID = ?", (key,)).fetchone()'),
    "one, all columns, spelled otherwise": loop('db.execute("SELECT * FROM games WHERE ID = ? limit 1", (key,)).fetchone()'),
    "one, by text": loop('db.execute("SELECT slug, id FROM games WHERE slug = ?", (key,)).fetchone()'),
    "all": loop(
        'db.execute("SELECT id, game_id FROM clips WHERE game_id = ?", (key,)).fetchall()',
        after="row.append(key); found.append([*map(str, map(tuple, row[:-1]))])",
    ),
    "guarded": HEAD
    + textwrap.dedent('''
        def run(db: sqlite3.Connection, keys: list[int]) -> list[object]:
            found: list[object] = []
            for key in keys:
                try:
                    row = db.execute("SELECT id, name FROM games WHERE id = ?", (key,)).fetchone()
                    found.append(row["name"])
                except (TypeError, sqlite3.Error) as error:
                    found.append(type(error).__name__)
            return found
        '''),
    "helper": HEAD + HELPER + CALLS,
}  # fmt: skip
KEYS: dict[str, list[Any]] = {
    "some": [3, 1, 2],
    "none": [],
    "twice": [2, 2, 1, 2],
    "missing": [1, 99, -1, 2],
    "null": [1, None, 2],
    "other types": ["2", 2, 2.0, True, "g1", "x", 1.5],
    "bad": [1, object(), 2],
    "unhashable": [1, bytearray(b"x"), 2],
    "unhashable and bad": [1, [2], 2],
    "too large": [1, 2**70, 2],
    "many": [*range(1, 1300)],
}


def database(factory: Any) -> tuple[sqlite3.Connection, list[str]]:
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    db.executemany("INSERT INTO games VALUES (?, ?, ?)", [(n, f"g{n}", f"Game {n}") for n in range(1, 1200)])
    db.executemany(
        "INSERT INTO clips (game_id, label) VALUES (?, ?)", [(n % 7, f"c{n}") for n in range(1, 60)]
    )
    db.row_factory = factory
    ran: list[str] = []
    db.set_trace_callback(ran.append)
    return db, ran


def outcome(code: str, keys: list[Any], factory: Any) -> tuple[Any, int]:
    """What the code makes of the keys (its result, or what it raises), and how many statements it ran."""
    names: dict[str, Any] = {"__name__": "ran"}
    exec(compile(textwrap.dedent(code), "ran.py", "exec", dont_inherit=True), names)
    db, ran = database(factory)
    try:
        result = names["run"](db, keys)
    except (sqlite3.Error, TypeError, OverflowError, KeyError) as exc:
        result = type(exc)
    finally:
        db.close()
    return result, len(ran)


def as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip([c[0] for c in cursor.description], row, strict=True))


@pytest.mark.parametrize("factory", [None, sqlite3.Row, as_dict], ids=["tuples", "Row", "dictionaries"])
@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("code", CODE)
def test_the_same_comes_out(code: str, keys: str, factory: Any, caplog: pytest.LogCaptureFixture) -> None:
    before, ran_before = outcome(CODE[code], KEYS[keys], factory)
    with caplog.at_level(logging.CRITICAL):
        after, ran_after = outcome(AFTER[code], KEYS[keys], factory)
    assert after == before
    assert ran_after <= ran_before + 3 + len(KEYS[keys]) // 500


AFTER = {name: applied(code) for name, code in CODE.items()}


@pytest.mark.parametrize(
    ("code", "keys", "before", "after"),
    [
        *((code, 20, 20, 1) for code in CODE if code.startswith("one") and "text" not in code),
        ("one", 1100, 1100, 3),
        ("helper", 6, 6, 1),
        ("guarded", 20, 20, 1),
    ],
)
def test_fewer_statements_are_run(code: str, keys: int, before: int, after: int) -> None:
    wanted = [*range(1, keys + 1)]
    assert outcome(CODE[code], wanted, sqlite3.Row)[1] == before
    assert outcome(AFTER[code], wanted, sqlite3.Row)[1] == after


def test_a_list_of_rows_belongs_to_its_turn() -> None:
    """What a turn does to its list is not seen by another one with the same key."""
    result, ran = outcome(AFTER["all"], [1, 1, 1], None)
    assert result[0] == result[1] == result[2]
    assert ran == 1


# --- aiosqlite ---------------------------------------------------------------------------------------------

ASYNC = """
import aiosqlite

TABLES = "CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT)"


async def run(db: aiosqlite.Connection, keys: list[int]) -> list[object]:
    found: list[object] = []
    for key in keys:
        row = await (await db.execute("SELECT id, name FROM games WHERE id = ?", (key,))).fetchone()
        found.append(row and tuple(row))
    return found
"""
ASYNC_HELPER = """
import aiosqlite

TABLES = "CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT)"


async def named(db: aiosqlite.Connection, name: str) -> list[aiosqlite.Row]:
    return await db.execute_fetchall("SELECT id, name FROM games WHERE name = ?", (name,))


async def run(db: aiosqlite.Connection, keys: list[int]) -> list[object]:
    return [[tuple(row) for row in await named(db, f"Game {key}")] for key in keys]
"""


async def async_outcome(code: str, keys: list[Any]) -> tuple[Any, int]:
    names: dict[str, Any] = {"__name__": "ran"}
    exec(compile(code, "ran.py", "exec", dont_inherit=True), names)
    ran: list[str] = []
    async with aiosqlite.connect(":memory:") as db:
        await db.executescript(TABLES)
        rows = [(n, f"g{n}", f"Game {n % 9}") for n in range(1, 1200)]
        await db.executemany("INSERT INTO games VALUES (?, ?, ?)", rows)
        db.row_factory = aiosqlite.Row
        await db.set_trace_callback(ran.append)
        try:
            result = await names["run"](db, keys)
        except (sqlite3.Error, OverflowError) as exc:
            result = type(exc)
    return result, len(ran)


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("code", [ASYNC, ASYNC_HELPER], ids=["one", "helper"])
async def test_the_same_comes_out_of_aiosqlite(code: str, keys: str) -> None:
    before, _ = await async_outcome(code, KEYS[keys])
    after, _ = await async_outcome(applied(code), KEYS[keys])
    assert after == before


async def test_fewer_statements_are_run_by_aiosqlite() -> None:
    for code in (ASYNC, ASYNC_HELPER):
        assert (await async_outcome(code, [1, 2, 3, 4, 5]))[1] == 5
        assert (await async_outcome(applied(code), [1, 2, 3, 4, 5]))[1] == 1


def test_the_fetch_apart_from_its_query() -> None:
    apart = """
        import aiosqlite

        async def run(db: aiosqlite.Connection, keys: list[int]) -> None:
            for key in keys:
                async with db.execute("SELECT id FROM games WHERE id = ?", (key,)) as cursor:
                    print(await cursor.fetchone())
    """
    untouched(codemod, apart, reason="are two statements")


def test_rows_for_gather_are_left_alone() -> None:
    code = ASYNC_HELPER.replace("[[tuple(row) for row in await named(db, f", "[named(db, f")
    untouched(codemod, code.replace('{key}")] for key', '{key}") for key'))


# --- another library -----------------------------------------------------------------------------------------

STUB = """
from typing import Any

from fixbot_effects import blocking, gives_rows, reads, runs_query, writes

class Base:
    @blocking
    @reads("sql")
    @writes("sql")
    @runs_query(mark="%s", chunk=100)
    def run(self, sql: str, values: Any) -> Found: ...

class Found:
    @blocking
    @reads("sql")
    @gives_rows("one")
    def first(self) -> Any: ...
"""


@pytest.mark.parametrize(("mark", "safety"), [("%s", Safety.REVIEW), ("?", Safety.REPORT)])
def test_a_library_is_a_stub(mark: str, safety: Safety, tmp_path: Path) -> None:
    """Nothing but what its stub says is known of it: the names, the mark, that there is a network."""
    code = loop(f'db.run("SELECT id FROM games WHERE id = {mark}", (key,)).first()')
    code = code.replace("import sqlite3\n", "import housedb\n").replace("sqlite3.Connection", "housedb.Base")
    write_files(tmp_path, {"stubs/housedb.pyi": STUB, "app/x.py": code})
    known = catalogue.load([tmp_path / "stubs"])
    project = Project.open(tmp_path, known, include=["app"])
    try:
        [found] = engine.find(project, codemod)
    finally:
        project.close()
    assert (found.severity, found.safety) == (Severity.HIGH, safety)
