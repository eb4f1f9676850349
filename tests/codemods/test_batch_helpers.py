"""batch-reads behind a function: which functions get one for many keys beside them, and what comes out on real SQLite."""

from __future__ import annotations

import asyncio
import inspect
import logging
import sqlite3
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from codemods.batch_reads import codemod
from fixbot import engine
from fixbot.model import Safety
from fixbot.testing import MODULE, findings_of, opened, rewritten, untouched

HEAD = '''
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

TABLES = """
    CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT);
    CREATE TABLE clips (id INTEGER PRIMARY KEY, game_id INTEGER, label TEXT);
"""
PATH = "games.db"


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(PATH)
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def get_db() -> Iterator[sqlite3.Connection]:
    connection = connect()
    try:
        yield connection
    finally:
        connection.close()


def described(row: sqlite3.Row) -> dict[str, object]:
    return {**dict(row), "is": "a clip"}


'''
HELPER = '''
def clips_of(db: sqlite3.Connection, game_id: int) -> list[sqlite3.Row]:
    """All of a game."""
    return db.execute("SELECT id, game_id, label FROM clips WHERE game_id = ?", (game_id,)).fetchall()
'''
CALLS = """

def run(db: sqlite3.Connection, keys: list[int]) -> list[object]:
    return [(key, [tuple(row) for row in clips_of(db, key)]) for key in keys]
"""
ALL = '"SELECT id, game_id, label FROM clips WHERE game_id = ? ORDER BY label DESC, id", (game_id,)'
ONE = '"SELECT * FROM games WHERE id = ?", (game_id,)'
LOADS: dict[str, str] = {
    "the connection is given": HELPER.replace("clips_of(db: sqlite3.Connection, ", "loaded(").replace("db.", "connect()."),
    "with": f'''
        def loaded(game_id: int) -> list[dict[str, object]]:
            with get_db() as db:
                rows = db.execute({ALL}).fetchall()
                # as the page wants them
                return [described(row) for row in rows]
        ''',
    "closing": f'''
        def loaded(game_id: int) -> list[dict[str, object]]:
            with closing(connect()) as db:
                return [dict(row) for row in db.execute({ALL}).fetchall()]
        ''',
    "a cursor": f'''
        def loaded(game_id: int) -> list[dict[str, object]]:
            """Step by step."""
            conn = connect()
            cursor = conn.cursor()
            cursor.execute({ALL})
            rows = cursor.fetchall()
            conn.close()
            result = []
            for row in rows:
                result.append(dict(row))
            return result
        ''',
    "run and fetched apart": f'''
        def loaded(game_id: int) -> list[tuple[object, ...]]:
            conn = sqlite3.connect(PATH)
            found_rows = conn.execute({ALL})
            rows = found_rows.fetchall()
            found_rows.close()
            conn.close()
            return list(map(tuple, rows))
        ''',
    "gone through": f'''
        def loaded(game_id: int) -> list[dict[str, object]]:
            with get_db() as db:
                return [dict(row) for row in db.execute({ALL})]
        ''',
    "gone through later": f'''
        def loaded(game_id: int) -> list[dict[str, object]]:
            result = []
            with get_db() as db:
                rows = db.execute({ALL})
                for row in rows:
                    result.append(dict(row))
            return result
        ''',
    "one": f'''
        def loaded(game_id: int) -> dict[str, object] | None:
            conn = sqlite3.connect(PATH)
            conn.row_factory = sqlite3.Row
            try:
                row = conn.execute({ONE}).fetchone()
                if row is None:
                    return None
                return dict(row)
            finally:
                conn.close()
        ''',
    "one that must be": f'''
        def loaded(game_id: int) -> str:
            with get_db() as db:
                row = db.execute({ONE}).fetchone()
            if not row:
                raise LookupError(f"no game {{game_id!r}}")
            return row["name"]
        ''',
    "a column": f'''
        def loaded(game_id: int) -> str:
            with get_db() as db:
                return db.execute({ONE}).fetchone()["name"]
        ''',
}  # fmt: skip
ASYNC: dict[str, str] = {
    "aiosqlite": f'''
        async def loaded(game_id: int) -> list[dict[str, object]]:
            async with aiosqlite.connect(PATH) as db:
                db.row_factory = aiosqlite.Row
                async with db.execute({ALL}) as cursor:
                    rows = await cursor.fetchall()
                    return [described(row) for row in rows]
        ''',
    "aiosqlite, one": f'''
        async def loaded(game_id: int) -> dict[str, object] | None:
            db = await aiosqlite.connect(PATH)
            db.row_factory = aiosqlite.Row
            try:
                cursor = await db.execute({ONE})
                row = await cursor.fetchone()
                return dict(row) if row else None
            finally:
                await db.close()
        ''',
}  # fmt: skip
LOADS["further left"] = f"""
def loaded(game_id: int) -> list[object]:
    with get_db() as db:
        rows = db.execute({ALL}).fetchall()
        found_rows: list[object] = []
        for row in rows:
            if row["id"] % 2:
# not all of them
                found_rows.append([
      row["id"],
                ])
            found_rows.append(row["label"])
        return found_rows
"""
"""Brackets and comments may begin anywhere."""
USE = """

def run(keys: list[int]) -> list[object]:
    found: list[object] = []
    for key in keys:
        found.append(loaded(key))
        found.append("next")
    return found
"""
KEYS: dict[str, list[Any]] = {
    "some": [3, 1, 2],
    "none": [],
    "twice": [2, 2, 1, 2],
    "missing": [1, 99, -1, 2],
    "null": [1, None, 2],
    "text": ["2", "x", "1"],
    "of many types": ["2", 2, 2.0, True, "x", 1.5],
    "bad": [1, object(), 2],
    "unhashable": [1, [2], 2],
    "many": [*range(1, 1300)],
}


def code_of(load: str) -> str:
    if load in ASYNC:
        head, use = HEAD.replace("import sqlite3", "import sqlite3\n\nimport aiosqlite", 1), USE
        use = use.replace("def run", "async def run").replace("loaded(key)", "await loaded(key)")
        return head + textwrap.dedent(ASYNC[load]) + use
    return HEAD + textwrap.dedent(LOADS[load]) + USE


def applied(text: str) -> str:
    with opened(text) as project:
        done = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert not done.refused
        assert done.fixed
        return done.texts[MODULE]


# --- the text ----------------------------------------------------------------------------------------------


def test_the_function_beside_it() -> None:
    before = '''
        import logging
        import sqlite3
        from contextlib import closing

        logger = logging.getLogger(__name__)
        TABLES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, game_id INTEGER, at REAL)"


        def get_notes(game_id: int) -> list[dict]:
            """The notes of a game."""
            with closing(sqlite3.connect("games.db")) as db:
                db.row_factory = sqlite3.Row
                rows = db.execute("SELECT * FROM notes WHERE game_id = ? ORDER BY at", (game_id,)).fetchall()
            return [dict(row) for row in rows]


        def games_with_notes(games: list[dict]) -> list[dict]:
            for game in games:
                game["notes"] = get_notes(game["id"])
            return games
    '''
    after = '''
        import logging
        import sqlite3
        from collections.abc import Callable, Iterable
        from contextlib import closing
        from typing import Any

        logger = logging.getLogger(__name__)
        TABLES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, game_id INTEGER, at REAL)"


        def get_notes(game_id: int) -> list[dict]:
            """The notes of a game."""
            with closing(sqlite3.connect("games.db")) as db:
                db.row_factory = sqlite3.Row
                rows = db.execute("SELECT * FROM notes WHERE game_id = ? ORDER BY at", (game_id,)).fetchall()
            return [dict(row) for row in rows]


        def get_notes_by_game_id(keys: Iterable[Any]) -> Callable[[Any], Any]:
            """`get_notes`, with the rows of many keys read at a time."""
            known: dict[Any, list[Any]] = {}

            def look_up(game_id: Any) -> Any:
                try:
                    rows = list(known[game_id])
                except (KeyError, TypeError):  # not read, or no key of a dictionary
                    return get_notes(game_id)
                return [dict(row) for row in rows]

            try:
                with closing(sqlite3.connect("games.db")) as db:
                    db.row_factory = sqlite3.Row
                    pending = list(dict.fromkeys(keys))
                    for start in range(0, len(pending), 500):
                        chunk = pending[start : start + 500]
                        marks = ", ".join("?" * len(chunk))
                        found = db.execute(
                            f"SELECT * FROM notes WHERE game_id IN ({marks}) ORDER BY at",
                            chunk,
                        )
                        columns = [column[0].lower() for column in found.description]
                        position = columns.index("game_id")
                        fetched = found.fetchall()
                        # Rows that could be changed are not shared.
                        is_shared = not any(isinstance(row, (dict, list)) for row in fetched)
                        read: dict[Any, list[Any]] = {}
                        for row in fetched if is_shared else ():
                            read.setdefault(row[position], []).append(row)
                        are_alike = len({type(key) for key in (*chunk, *read)}) == 1
                        # Where rows bear keys just as they are, the other keys have no rows.
                        if is_shared and are_alike and read.keys() <= set(chunk):
                            known.update(dict.fromkeys(chunk, []))
                        known.update(read)
            except Exception as error:
                logger.warning("Batch read failed, reading one by one: %s", error)
            return look_up


        def games_with_notes(games: list[dict]) -> list[dict]:
            prefetched = get_notes_by_game_id((game["id"] for game in games))
            for game in games:
                game["notes"] = prefetched(game["id"])
            return games
    '''
    rewritten(codemod, before, after, safety=Safety.REVIEW)


@pytest.mark.parametrize("load", [*LOADS, *ASYNC])
def test_what_opens_runs_once(load: str) -> None:
    [found] = findings_of(codemod, code_of(load))
    assert found.safety is Safety.REVIEW
    assert "runs once, not for each key" in found.reason


@pytest.mark.parametrize("load", ["with", "one that must be"])
def test_what_a_context_manager_without_an_annotation_opens(load: str) -> None:
    code = code_of(load).replace("get_db() -> Iterator[sqlite3.Connection]", "get_db()")
    [found] = findings_of(codemod, code.replace("connect() -> sqlite3.Connection", "connect()"))
    assert found.safety is Safety.REVIEW


def test_a_second_run_changes_nothing() -> None:
    text = applied(code_of("with"))
    with opened(text) as project:
        assert not engine.find(project, codemod)


# --- what is not -------------------------------------------------------------------------------------------

HELPERS = {
    "does more": (
        HELPER.replace("return db", "print(game_id)\n    return db"),
        "does more than to read by a key",
    ),
    "decorated": (HELPER.replace("def clips", "@cache\ndef clips"), "does more than to read by a key"),
    "works out its key": (HELPER.replace("(game_id,)", "(game_id + 1,)"), "works its key out"),
    "counts": (
        HELPER.replace("id, game_id, label", "COUNT(*)"),
        "does more than to pick whole columns",
    ),
    "a parameter of a taken name": (
        HELPER.replace("db", "rows"),
        "takes its arguments in a way",
    ),
    "a name of the rows": (HELPER.replace("db", "row"), "takes its arguments in a way"),
    "with a default": (HELPER.replace("game_id: int", "game_id: int = 0"), "takes its arguments in a way"),
}
WITH = f"""
def clips_of(db: sqlite3.Connection, game_id: int) -> list[object]:
    with get_db() as conn:
        rows = conn.execute({ALL}).fetchall()
        return [dict(row) for row in rows]
"""
HELPERS |= {
    "opens by its key": (
        WITH.replace("get_db()", "closing(sqlite3.connect(str(game_id)))"),
        "does more than to read",
    ),
    "asks again": (
        WITH.replace("[dict(row)", "[conn.execute('SELECT 1').fetchone()"),
        "does more than to read",
    ),
    "writes before": (
        WITH.replace("        rows =", '        conn.execute("DELETE FROM clips")\n        rows ='),
        "does more than to read",
    ),
    "writes after": (
        WITH.replace("        return", '        db.execute("DELETE FROM clips")\n        return'),
        "`clips_of` writes",
    ),
    "does something unknown": (WITH.replace("dict(row)", "made(row)"), "`clips_of` calls `made()`"),
    "changes its key": (
        WITH.replace("    with", "    game_id = game_id or 1\n    with"),
        "does more than to read",
    ),
    "changes what it is given": (
        WITH.replace("        return", "        db = None\n        return"),
        "does more than to read",
    ),
    "opens two": (WITH.replace("get_db() as conn", "get_db() as conn, get_db()"), "does more than to read"),
    "two on a line": (WITH.replace("        return", "        done = 1; return"), "does more than to read"),
    "text of several lines": (
        WITH.replace("        return", '        text = """a\n  b"""\n        return'),
        "does more than to read",
    ),
    "fails otherwise": (
        WITH.replace("        rows =", "        try:\n            rows =").replace(
            "        return", "        except sqlite3.Error:\n            return []\n        return"
        ),
        "does more than to read",
    ),
    "a name that the second one uses": (WITH.replace("rows", "found"), "does more than to read"),
}
GAME = f"""
def clips_of(db: sqlite3.Connection, game_id: int) -> object:
    with get_db() as conn:
        row = conn.execute({ONE}).fetchone()
        return row["name"]
"""
NAMES = "a name that the batch needs"
HELPERS |= {
    "a variable called like the function": (WITH.replace("rows", "clips_of"), NAMES),
    "a variable called like one of Python's": (
        WITH.replace("        return", "        list = []\n        return"),
        NAMES,
    ),
    "a parameter called like one of Python's": (WITH.replace("(db:", "(type:"), NAMES),
    "counts itself": (
        "class Stats:\n    reads = 0\n\n\nstats = Stats()\n"
        + WITH.replace("    with", "    stats.reads = stats.reads + 1\n    with"),
        "does more than to read",
    ),
    "the given connection is changed": (
        HELPER.replace("    return", "    db.row_factory = sqlite3.Row\n    return"),
        "does more than to read",
    ),
    "asks for its variables": (
        WITH.replace("[dict(row) for row in rows]", "['{game_id}'.format(**locals())]"),
        "does more than to read",
    ),
    "reads later": (
        GAME.replace("        row = ", "        return lambda: ").replace('        return row["name"]\n', ""),
        "does more than to read",
    ),
    "defined at times": ("if PATH:" + textwrap.indent(HELPER, "    "), "which is defined at times"),
    "swallows": (
        "@contextmanager\ndef opening() -> Iterator[sqlite3.Connection]:\n    try:\n        yield connect()\n"
        "    except TypeError:\n        pass\n\n\n" + GAME.replace("get_db", "opening"),
        "`with opening()` may change what",
    ),
    "raises something else": (
        "class Opening:\n    def __enter__(self) -> sqlite3.Connection:\n        return connect()\n\n"
        "    def __exit__(self, *error: object) -> bool:\n        return bool(error)\n\n\n"
        + GAME.replace("get_db", "Opening"),
        "`with Opening()` may change what",
    ),
}


@pytest.mark.parametrize("case", HELPERS)
def test_helpers_that_are_reported(case: str) -> None:
    helper, reason = HELPERS[case]
    untouched(codemod, HEAD + helper + CALLS, reason=reason)


@pytest.mark.parametrize("name", ["look_up", "read", "found"])
def test_a_function_that_is_called_like_a_variable_of_the_second(name: str) -> None:
    untouched(codemod, (HEAD + WITH + CALLS).replace("clips_of", name), reason=NAMES)


@pytest.mark.parametrize("name", ["any", "set", "type"])
def test_a_module_that_means_something_else_by_it(name: str) -> None:
    untouched(codemod, f"{HEAD}{name} = print\n{WITH}{CALLS}", reason=NAMES)


def test_rows_that_are_read_when_somebody_goes_through_them() -> None:
    """A list would have them also after a write, or when the connection is closed."""
    code = HELPER.replace("list[sqlite3.Row]", "object").replace(".fetchall()", "")
    later = code.replace("return db", "return (tuple(row) for row in db").replace(
        "(game_id,))", "(game_id,)))"
    )
    assert "(game_id,)))" in later
    untouched(codemod, HEAD + later + CALLS)


def test_a_manager_that_raises_again_what_it_is_given() -> None:
    opening = (
        "@contextmanager\ndef opening() -> Iterator[sqlite3.Connection]:\n    connection = connect()\n    try:\n"
        "        with closing(connection):\n            yield connection\n"
        "    except TypeError:\n        raise\n\n\n"
    )
    [found] = findings_of(codemod, HEAD + opening + GAME.replace("get_db", "opening") + CALLS)
    assert found.safety is Safety.REVIEW


@pytest.mark.parametrize(
    "imports", ["from app.db import clips_of", "import app.db; clips_of = app.db.clips_of", "import app.db"]
)
def test_a_helper_that_is_imported_where_it_is_called(imports: str) -> None:
    """At the top of the module, the import could go round in a circle."""
    local = "import sqlite3\n" + CALLS.replace("    return", f"    {imports}\n    return")
    if "clips_of" not in imports:
        local = local.replace("clips_of(", "app.db.clips_of(")
    with opened({"app/db.py": "from app.module import run\n" + HEAD + HELPER, MODULE: local}) as project:
        found = engine.find(project, codemod)
    assert all(one.safety is Safety.REPORT and one.reason.startswith(NAMES) for one in found)
    assert found or "=" in imports


@pytest.mark.parametrize(
    ("changes", "turn"),
    [
        ("    global PATH\n", "PATH = str(key)"),
        ("def switch(path: int) -> None:\n    global PATH\n    PATH = str(path)\n\n\n", "switch(key)"),
    ],
)
def test_another_file_in_each_turn(changes: str, turn: str) -> None:
    helper = WITH.replace("get_db()", "closing(sqlite3.connect(PATH))").replace(
        "db: sqlite3.Connection, ", ""
    )
    use = USE.replace("loaded(key)", "clips_of(key)").replace(
        "    for key in keys:", f"    for key in keys:\n        {turn}"
    )
    use = (
        use.replace("def run", changes + "def run")
        if "def" in changes
        else use.replace("    found:", f"{changes}    found:")
    )
    untouched(codemod, HEAD + helper + use, reason="which decides where it is read from")


def test_rows_that_are_gone_through_twice() -> None:
    """The second time there are none left; a list would have them again."""
    twice = WITH.replace(".fetchall()", "").replace("for row in rows]", "for row in rows] + [*rows]")
    untouched(codemod, HEAD + twice + CALLS)


def test_a_method_is_left_alone() -> None:
    helper = textwrap.indent(HELPER.replace("clips_of(", "clips_of(self, "), "    ")
    code = f"{HEAD}class Games:\n{helper}\n\ndef run(db: sqlite3.Connection, keys: list[int]) -> list[object]:\n    return [Games().clips_of(db, key) for key in keys]\n"
    untouched(codemod, code)


def test_a_helper_that_tests_replace() -> None:
    code = HEAD + HELPER + CALLS
    test = "from unittest.mock import patch\n\n\ndef test_x():\n    with patch('app.module.clips_of'):\n        pass\n"
    with opened({MODULE: code, "tests/test_x.py": test}) as project:
        [found] = engine.find(project, codemod)
    assert found.safety is Safety.REPORT
    assert "tests replace `clips_of`" in found.reason


def test_a_helper_that_is_asked_for_the_same_each_time() -> None:
    untouched(codemod, HEAD + HELPER + CALLS.replace("clips_of(db, key)", "clips_of(db, len(keys))"))


# --- what it does ------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Rows as tuples, and every value with its type."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, sqlite3.Row):
        return plain(tuple(value))
    return type(value), str(value)


def outcome(
    code: str, keys: Sequence[Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, int, int]:
    """What the code makes of the keys (its result, or what it raises), how many statements it ran and connections it left open."""
    path = folder / "games.db"
    path.unlink(missing_ok=True)
    ran: list[str] = []
    opened_now: list[sqlite3.Connection] = []
    real = sqlite3.connect
    names: dict[str, Any] = {"__name__": "ran"}
    exec(compile(textwrap.dedent(code), "ran.py", "exec", dont_inherit=True), names)
    names["PATH"] = str(path)
    with real(path) as db:
        db.executescript(names["TABLES"])
        db.executemany(
            "INSERT INTO games VALUES (?, ?, ?)", [(n, f"g{n}", f"Game {n}") for n in range(1, 1200)]
        )
        db.executemany(
            "INSERT INTO clips (game_id, label) VALUES (?, ?)", [(n % 7, f"c{n}") for n in range(1, 60)]
        )
    db.close()

    def connect(*arguments: Any) -> sqlite3.Connection:
        connection = real(*arguments)
        connection.set_trace_callback(ran.append)
        opened_now.append(connection)
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", connect)
        try:
            result = names["run"](list(keys))
            result = plain(asyncio.run(result) if inspect.isawaitable(result) else result)
        except Exception as exc:  # noqa: BLE001 - whatever it is, it must be the same
            result = type(exc), str(exc)
    left = 0
    for connection in opened_now:
        try:
            connection.execute("SELECT 1")
        except sqlite3.ProgrammingError:
            continue
        left += 1
        connection.close()
    return result, len(ran) - left, left


AFTER = {load: applied(code_of(load)) for load in (*LOADS, *ASYNC)}


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("load", [*LOADS, *ASYNC])
def test_the_same_comes_out(
    load: str, keys: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before, ran_before, left_before = outcome(code_of(load), KEYS[keys], tmp_path, monkeypatch)
    with caplog.at_level(logging.CRITICAL):
        after, ran_after, left_after = outcome(AFTER[load], KEYS[keys], tmp_path, monkeypatch)
    assert after == before
    assert ran_after <= ran_before + 3
    assert left_after <= (left_before + 1 if left_before else 0)


@pytest.mark.parametrize("load", [*LOADS, *ASYNC])
def test_one_statement_is_run_also_for_keys_without_rows(
    load: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [1, 2, 3, 900, 901] if "a column" in load or "must be" in load else [1, 2, 3, 9000, 9001]
    assert outcome(code_of(load), keys, tmp_path, monkeypatch)[1] == 5
    assert outcome(AFTER[load], keys, tmp_path, monkeypatch)[1] == 1


@pytest.mark.parametrize("unit", ["  ", "\t"])
def test_any_indentation_is_copied(unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head, code = "if True:\n    pass\n", code_of("further left")
    text = "\n".join(
        unit * ((len(line) - len(line.lstrip(" "))) // 4) + line.lstrip(" ")
        for line in (head + code).split("\n")
    )
    before = outcome(text, [1, 2, 3], tmp_path, monkeypatch)[0]
    assert outcome(applied(text), [1, 2, 3], tmp_path, monkeypatch)[0] == before


def test_what_a_turn_does_to_its_result_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_of("with").replace(
        "found.append(loaded(key))",
        "one = loaded(key)\n        one.append(key)\n        one[0]['id'] = 0\n        found.append(one)",
    )
    before = outcome(code, [1, 1, 1], tmp_path, monkeypatch)[0]
    assert outcome(applied(code), [1, 1, 1], tmp_path, monkeypatch)[0] == before


def test_a_table_that_is_not_there_is_told_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_of("with").replace("return [described", "return [described")
    gone = "\n\ndef wrapped(keys):\n    with sqlite3.connect(PATH) as db:\n        db.execute('DROP TABLE clips')\n    db.close()\n    return inner(keys)\n\n\ninner, run = run, wrapped\n"
    before = outcome(code + gone, [1, 2], tmp_path, monkeypatch)[0]
    assert before == (sqlite3.OperationalError, "no such table: clips")
    assert outcome(applied(code) + gone, [1, 2], tmp_path, monkeypatch)[0] == before
