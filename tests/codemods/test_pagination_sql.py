"""pagination of SQL lists: what is found and left alone, and the pages that come out on real SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from codemods.pagination import codemod
from fixbot import testing
from fixbot.sql import predicates
from tests import sql_pages
from tests.sql_pages import all_pages, page, paged, ran, service

__all__ = ["ran"]  # a fixture, used by its name

untouched = partial(testing.untouched, codemod)

HEAD = """\
import sqlite3
from fastapi import FastAPI

app = FastAPI()
PATH = "games.db"
TABLES = "CREATE TABLE games (id INTEGER PRIMARY KEY, owner TEXT, name TEXT)"


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(PATH)
    db.row_factory = sqlite3.Row
    return db


"""
ROUTE = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str) -> dict[str, list[dict]]:
    db = connect()
    # newest last
    rows = db.execute("SELECT * FROM games WHERE owner = ? ORDER BY id", (owner,)).fetchall()
    games = [dict(row) for row in rows]
    for game in games:
        game["short"] = game["name"][-1]
    return {"games": games}
"""
)
SERVICE = (
    HEAD
    + '''\
def list_games(db: sqlite3.Connection, owner: str) -> list[dict]:
    """Newest first."""
    cursor = db.cursor()
    cursor.execute(
        "SELECT name, id FROM games"
        " WHERE owner = ? ORDER BY id DESC",
        [owner],
    )
    games = []
    for row in cursor.fetchall():
        game = {"number": row["id"], "name": row["name"]}
        game["short"] = game["name"][-1]
        games.append(game)
    return games


@app.get("/games")
def get_games(owner: str) -> dict[str, list[dict]]:
    games = list_games(connect(), owner)
    return {"games": games}
'''
)
ASYNC = (
    HEAD.replace("import sqlite3\n", "import aiosqlite\nimport sqlite3\n")
    + """\
@app.get("/games")
async def get_games(owner: str):
    async with aiosqlite.connect(PATH) as db:
        async with db.execute("SELECT id, name FROM games WHERE owner = ? AND name <> 'x' ORDER BY games.id", (owner,)) as cursor:
            games = [{"id": id, "name": name} async for id, name in cursor]
    return {"games": games}
"""
)
TEXTS = {"route": ROUTE, "service": SERVICE, "aiosqlite": ASYNC}


but = partial(sql_pages.but, text=ROUTE)


def test_a_route_that_runs_the_query() -> None:
    assert paged(ROUTE).endswith("""\
@app.get("/games")
def get_games(
    owner: str,
    limit: Annotated[Optional[int], Query(ge=1, le=100)] = None,
    start_after: Annotated[Optional[int], Query(ge=-(2**63), lt=2**63)] = None,
) -> dict[str, Union[list[dict], bool, int, None]]:
    db = connect()
    # newest last
    query = "SELECT * FROM games WHERE owner = ?"
    values: list[Any] = [owner]
    if start_after is not None:
        query += " AND id > ?"
        values.append(start_after)
    query += " ORDER BY id"
    if limit is not None:
        query += " LIMIT ?"
        values.append(limit + 1)  # one more tells whether there are more
    rows = db.execute(query, values).fetchall()
    games = [dict(row) for row in rows]
    more: dict[str, Any] = {}
    if limit is not None:
        more["has_more"] = len(games) > limit
        games = games[:limit]
        more["next_cursor"] = games[-1]["id"] if more["has_more"] else None
    for game in games:
        game["short"] = game["name"][-1]
    return {"games": games, **more}
""")


def test_a_service_that_a_route_calls() -> None:
    after = paged(SERVICE)
    assert (
        """
    query = (
        "SELECT name, id FROM games"
        " WHERE owner = ?"
    )
    values: list[Any] = [owner]
    if start_after is not None:
        query += " AND id < ?"
        values.append(start_after)
    query += " ORDER BY id DESC"
    if limit is not None:
        query += " LIMIT ?"
        values.append(limit)
    cursor.execute(query, values)
"""
        in after
    )
    assert "    games = list_games(connect(), owner, **paging)\n" in after
    assert "try:" not in after


@pytest.mark.parametrize(
    "changes",
    {
        "a limit": (("ORDER BY id", "ORDER BY id LIMIT 50"),),
        "a limit of its own": (("ORDER BY id", "ORDER BY id LIMIT ? OFFSET ?"),),
        "one row": (("SELECT * FROM", "SELECT COUNT(*) FROM"),),
        "two statements": (("ORDER BY id", "ORDER BY id; SELECT 1"),),
        "no SQL": (("SELECT * FROM games", "SELECT FROM WHERE games"),),
        "some of the rows": (("fetchall()", "fetchmany(5)"),),
        "one game": (('"/games")', '"/games/{owner}")'),),
        "not a GET": (("app.get", "app.post"),),
        "a numbered value": (("owner = ?", "owner = ?1"),),
        "no list": (('return {"games": games}', 'return {"games": []}'),),
        "a write": (('"SELECT * FROM games WHERE owner = ? ORDER BY id"', '"DELETE FROM games WHERE owner = ? RETURNING *"'),),
        "not a database": (("    db = connect()", "    db = Elsewhere()"),),
    }.values(),
)  # fmt: skip
def test_left_alone(changes: tuple[tuple[str, str], ...]) -> None:
    untouched(but(*changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    {
        "no order, and no key to make one of": (('"SELECT * FROM games WHERE owner = ? ORDER BY id"', '"SELECT name FROM games WHERE owner = ?"'),"`id` is not among its columns"),
        "a longer order, of what is not in the items": (('ORDER BY id", (owner,)).fetchall()\n    games = [dict(row)', 'ORDER BY name, id", (owner,)).fetchall()\n    games = [{"id": row["id"]}'), "do not surely hold `name` and `id`"),
        "no number of the row": (("id INTEGER PRIMARY KEY", "id INTEGER"),"no column of `games` is known that tells each row"),
        "not its number": (("id INTEGER PRIMARY KEY", "id TEXT PRIMARY KEY"),"`id` of `games` may be NULL"),
        "the number, backwards": (("id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY DESC NOT NULL"),"neither the number of the row nor text"),
        "another table": (("FROM games", "FROM matches"),"how `matches` is made is not seen here"),
        "a join": (("FROM games", "FROM games JOIN owners USING (owner)"),"not those of one table"),
        "groups": (("ORDER BY id", "GROUP BY name ORDER BY id"),"not those of one table"),
        "not among the columns": (("SELECT *", "SELECT name"),"not among its columns"),
        "another column of its name": (("SELECT *", "SELECT name AS id"),"not among its columns"),
        "two columns of its name": (("SELECT *", "SELECT *, name AS id"),"not among its columns"),
        "alternatives": (("owner = ?", "owner = ? OR owner IS NULL"),"WHERE is an OR"),
        "a name for a value": (("owner = ?", "owner = :owner"),"have names or numbers"),
        "another name for a value": (("owner = ?", "owner = @owner"),"have names or numbers"),
        "added strings": (('"SELECT * FROM games WHERE owner = ? ORDER BY id"', '"SELECT * FROM games" + " WHERE owner = ? ORDER BY id"'), "as one string or several side by side"),
        "packed values": (("(owner,)", "tuple(owner)"),"not a tuple or list"),
        "a call for a value": (("(owner,)", "(owner.lower(),)"),"not a tuple or list"),
        "a name for the query that others read": (('    rows = db.execute("SELECT * FROM games WHERE owner = ? ORDER BY id", ', '    wanted = "SELECT * FROM games WHERE owner = ? ORDER BY id"\n    print(wanted)\n    rows = db.execute(wanted, '), "not written where it is run"),
        "parts that are not known": (('"SELECT * FROM games WHERE owner = ? ORDER BY id"', 'f"SELECT * FROM games WHERE owner = ? ORDER BY {owner}"'), "`owner` in its SQL is put together elsewhere"),
        "rows left out": (("for row in rows]", "for row in rows if row['name']]"), "are left out after"),
        "not in the items": (("dict(row) for", '{"name": row["name"]} for'), "do not surely hold `id`"),
        "items of a kind unknown": (("dict(row) for", "Game(row) for"), "do not surely hold `id`"),
        "a name that is taken": (("    db = connect()", "    query, db = owner, connect()"), "`query` is another name"),
        "a branch": (("    games = [dict(row) for row in rows]", "    if owner:\n        games = [dict(row) for row in rows]"), "in a branch or a loop"),
        "a count": (('return {"games": games}', 'return {"games": games, "count": len(rows)}'), "used for more"),
        "sorted later": (("    for game in games:", "    games.sort(key=str)\n    for game in games:"), "used for more"),
        "not FastAPI": (("from fastapi import FastAPI", "from flask import Flask as FastAPI"), "not seen to be a route of FastAPI"),
        "the bare list": (('return {"games": games}', "return games"), "answers with the list alone"),
        "a model": (("dict[str, list[dict]]:", '"Games":'), "response model"),
        "the key is taken": (('{"games": games}', '{"games": games, "has_more": False}'), "has such a key"),
    }.values(),
    ids=str,
)  # fmt: skip
def test_only_reported(changes: tuple[str, str], reason: str) -> None:
    untouched(but(changes), reason=reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    {
        "through a helper": (("games = list_games(connect(), owner)", "games = sorted(list_games(connect(), owner), key=str)"), "does not answer with a dict"),
        "another key for some": (('game["short"]', 'game["number"]'), "do not surely hold `id`"),
        "given away": (("        games.append(game)", "        shorten(game)\n        games.append(game)"), "do not surely hold `id`"),
        "changed afterwards": (("    return games", "    for game in games:\n        game['number'] = 1\n    return games"), "used for more"),
        "not the last": (("    games = []\n    for row in cursor", "    games = []\n    cursor.execute('SELECT 1')\n    for row in cursor"), None),
    }.values(),
    ids=str,
)  # fmt: skip
def test_services_that_are_only_reported(changes: tuple[str, str], reason: str | None) -> None:
    untouched(but(changes, text=SERVICE), reason=reason)


PSYCOPG = """
import psycopg
from fastapi import FastAPI

app = FastAPI()


@app.get("/games")
def get_games(owner: str):
    with psycopg.connect("") as db:
        rows = db.execute("SELECT id FROM games WHERE owner = %s ORDER BY id", (owner,)).fetchall()
        games = [{"id": row[0]} for row in rows]
    return {"games": games}
"""
ASYNCPG = """
import asyncpg
from fastapi import FastAPI

app = FastAPI()


@app.get("/games")
async def get_games(owner: str, db: asyncpg.Connection):
    rows = await db.fetch("SELECT * FROM games WHERE owner = $1 ORDER BY id", owner)
    games = [dict(row) for row in rows]
    return {"games": games}
"""


@pytest.mark.parametrize(("text", "mark"), [(PSYCOPG, "%s"), (ASYNCPG, "$1")], ids=["psycopg", "asyncpg"])
def test_other_databases_are_only_reported(text: str, mark: str) -> None:
    untouched(text, reason=f"as `(day, id) > ({mark}, …)`")
    untouched(text.replace("ORDER BY id", "ORDER BY id LIMIT 100"))


FLASK = (
    HEAD.replace("fastapi import FastAPI", "flask import Flask").replace("FastAPI()", "Flask(__name__)")
    + """\
@app.route("/games")
async def get_games():
    rows = connect().execute("SELECT * FROM games ORDER BY id").fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
"""
)


@pytest.mark.parametrize("methods", ["", ', methods=["GET"]'])
def test_lists_of_flask_are_only_reported(methods: str) -> None:
    text = FLASK.replace('"/games"', f'"/games"{methods}')
    untouched(text, reason="`get_games` is not seen to be a route of FastAPI")


@pytest.mark.parametrize(
    "path", ['"/games", methods=["POST"]', '"/games", methods=["GET", "POST"]', '"/games/<owner>"']
)
def test_routes_of_flask_that_are_no_lists(path: str) -> None:
    untouched(FLASK.replace('"/games"', path))


def test_without_sqlglot_no_list_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predicates, "is_available", lambda: False)
    untouched(ROUTE)


# --- executed ------------------------------------------------------------------------------------------


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    return TEXTS[request.param]


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = str(tmp_path / "games.db")
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE games (id INTEGER PRIMARY KEY, owner TEXT, name TEXT)")
        for number in range(1, 18):
            name = f"Game {number // 2}"  # two each are equal but for their number
            key = number * 10 if number > 2 else number - 1  # 0 and 1, which are no bools
            db.execute("INSERT INTO games VALUES (?, ?, ?)", (key, "ann" if number % 3 else "bob", name))
        db.execute("INSERT INTO games VALUES (?, 'ann', 'Least')", (-(2**63),))
        db.execute("INSERT INTO games VALUES (?, 'ann', 'Last')", (2**63 - 1,))
    db.close()
    return path


@pytest.fixture
def client(text: str, path: str) -> Iterator[TestClient]:
    with service(paged(text), path) as client:
        yield client


def test_without_parameters_nothing_changes(text: str, path: str, client: TestClient, ran: list[str]) -> None:
    before = page(service(text, path))
    asked = [*ran]
    ran.clear()
    assert page(client) == before
    assert ran == asked
    assert len(ran) == 1
    assert len(before["games"]) == 14


@pytest.mark.parametrize("limit", [1, 3, 14, 50])
def test_the_pages_are_the_list(client: TestClient, limit: int) -> None:
    assert all_pages(client, limit) == page(client)["games"]


def test_rows_that_come_and_go_before_the_cursor_move_no_page(client: TestClient, path: str) -> None:
    whole = page(client)["games"]
    first = page(client, limit=5)
    passed = first["games"][3]
    with sqlite3.connect(path) as db:
        key = passed.get("id", passed.get("number"))
        db.execute("INSERT INTO games VALUES (?, 'ann', 'New')", (key + 1 if "id" in passed else key - 1,))
        db.execute("DELETE FROM games WHERE id = ?", (key,))
    db.close()
    assert page(client, limit=50, start_after=first["next_cursor"])["games"] == whole[5:]


def test_a_cursor_may_be_gone(client: TestClient, path: str) -> None:
    """What comes after it is still certain."""
    whole = page(client)["games"]
    first = page(client, limit=5)
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM games WHERE id = ?", (first["next_cursor"],))
    db.close()
    assert page(client, start_after=first["next_cursor"]) == {"games": whole[5:]}


def test_nobody_sees_more_by_the_number_of_another(client: TestClient) -> None:
    shown = page(client, start_after=30)["games"]  # of bob
    assert 0 < len(shown) < 14
    assert all(game in page(client)["games"] for game in shown)


@pytest.mark.parametrize(
    "given",
    [
        {"limit": "0"}, {"limit": "-1"}, {"limit": "101"}, {"limit": "many"}, {"start_after": "Game"}, {"start_after": ""},
        {"start_after": str(2**63)}, {"start_after": str(-(2**63) - 1)}, {"start_after": "1 OR 1"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_page(client: TestClient, given: dict[str, str]) -> None:
    assert client.get("/games", params={"owner": "ann", **given}).status_code == 422


def test_the_ends_of_all_numbers_are_cursors(client: TestClient) -> None:
    whole = page(client)["games"]
    ends = [page(client, start_after=end)["games"] for end in (-(2**63), 2**63 - 1)]
    assert sorted(map(len, ends)) == [0, len(whole) - 1]


@pytest.mark.parametrize(("columns", "whole"), [("*", True), ("games.*", True), ("id, name", False)])
def test_lists_of_whole_rows_are_told(columns: str, whole: bool) -> None:
    [finding] = testing.findings_of(codemod, but(("SELECT *", f"SELECT {columns}")))
    assert ("with all its fields" in finding.message) is whole
