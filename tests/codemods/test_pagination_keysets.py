"""pagination of SQL lists as most are written: on several lines, ordered by several columns, NULL among them.

What comes out is run on real SQLite, page by page.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from codemods.pagination import codemod
from fixbot import testing
from fixbot.paging.keyset import Keyset, keyset_of, select_of
from fixbot.sql.schema import tables_of
from fixbot.testing import project_of
from tests import sql_pages
from tests.sql_pages import all_pages, page, paged, ran, service

__all__ = ["ran"]  # a fixture, used by its name

untouched = partial(testing.untouched, codemod)

TABLES = """\
CREATE TABLE games (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    owner TEXT,
    day TEXT,
    score REAL NOT NULL,
    picture BLOB
)"""
HEAD = f'''\
import sqlite3
from fastapi import FastAPI

app = FastAPI()
PATH = "games.db"
TABLES = """{TABLES}"""
COLUMNS = "id, day, score"


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(PATH)
    db.row_factory = sqlite3.Row
    return db


'''
LINES = (
    HEAD
    + '''\
@app.get("/games")
def get_games(owner: str):
    db = connect()
    rows = db.execute(
        """
        SELECT id, slug
        FROM games
        WHERE owner = ?
        ORDER BY id DESC
        """,
        (owner,),
    ).fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
'''
)
AGREE = (
    HEAD
    + '''\
def list_games(db: sqlite3.Connection, owner: str) -> list[dict]:
    sql = """select id, score, slug
               from games  -- all of them
              where owner = ?  -- theirs
              order by score desc, id desc;
    """
    games = []
    try:
        for row in db.execute(sql, (owner,)):
            games.append({"id": row["id"], "name": row["slug"], "points": row["score"]})
    finally:
        db.close()
    return games


@app.get("/games")
def get_games(owner: str) -> dict[str, list[dict]]:
    games = list_games(connect(), owner)
    return {"games": games}
'''
)
MIXED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str) -> dict:
    db = connect()
    rows = db.execute(
        f"SELECT {COLUMNS} FROM games "
        "WHERE owner = ? "
        "ORDER BY score DESC, id",
        [owner],
    )
    games = [{"id": id, "day": day, "score": score} for id, day, score in rows]
    return {"games": games}
"""
)
NULLS = (
    HEAD.replace("import sqlite3\n", "import aiosqlite\nimport sqlite3\n")
    + '''\
@app.get("/games")
async def get_games(owner: str):
    async with aiosqlite.connect(PATH) as db:
        db.row_factory = aiosqlite.Row
        cursor = await db.execute("""
            SELECT * FROM games
            WHERE owner = ?
            ORDER BY day DESC, score, id
        """, (owner,))
        rows = await cursor.fetchall()
    games = [{"id": row["id"], "day": row["day"], "score": row["score"]} for row in rows]
    return {"games": games}
'''
)
SLUGS = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute("SELECT slug, id FROM games ORDER BY games.slug").fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
"""
)
EQUAL = (
    HEAD
    + '''\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute(
        """
        SELECT id, slug, score
        FROM games
        WHERE owner = ?
        ORDER BY score DESC
        """,
        (owner,),
    )
    games = [dict(row) for row in rows]
    return {"games": games}
'''
)
UNORDERED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute("SELECT * FROM games").fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
"""
)
UNNAMED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str) -> dict:
    cursor = connect().cursor()
    cursor.execute("SELECT id, slug FROM games ORDER BY id;")

    # newest last
    return {
        "games": [
            {"id": row["id"], "slug": row["slug"]}
            for row in cursor.fetchall()
        ],  # with their numbers
        "owner": owner,  # who asked
    }
"""
)
STARRED = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str):
    rows = connect().execute("SELECT * FROM games ORDER BY id").fetchall()
    return {"games": [{"id": row[0], "slug": row[1]} for row in rows]}
"""
)
DIRECT = sql_pages.but(
    (
        '    games = list_games(connect(), owner)\n    return {"games": games}\n',
        '    # newest first\n    return {\n        "owner": owner,\n        "games": list_games(\n            connect(), owner\n        ),\n    }\n',
    ),
    ("-> dict[str, list[dict]]:", "-> dict:"),
    text=AGREE,
)
SERVED = (
    HEAD
    + """\
def list_games(owner: str) -> list[dict]:
    if owner == "nobody":
        return []
    rows = connect().execute("SELECT slug, id FROM games WHERE owner = ? ORDER BY slug", (owner,))
    return [dict(row) for row in rows]


@app.get("/games")
def get_games(owner: str):
    return {"games": list_games(owner)}
"""
)
COMPLETED = {"equal": EQUAL, "unordered": UNORDERED}
"""Lists that pages have to be ordered further for."""
TEXTS = {
    "lines": LINES,
    "agree": AGREE,
    "mixed": MIXED,
    "nulls": NULLS,
    "slugs": SLUGS,
    "unnamed": UNNAMED,
    "starred": STARRED,
    "direct": DIRECT,
    "served": SERVED,
}
JOINT = {name: TEXTS[name] for name in ("agree", "mixed", "nulls")}


def body(text: str) -> str:
    """The code below the head of the services."""
    return text.partition("    return db\n\n\n")[2]


def test_a_query_of_several_lines_stays_as_it_is_laid_out() -> None:
    assert '''\
    query = """
        SELECT id, slug
        FROM games
        WHERE owner = ?"""
    values: list[Any] = [owner]
    if start_after is not None:
        query += " AND id < ?"
        values.append(start_after)
    query += """
        ORDER BY id DESC
        """
    if limit is not None:
        query += " LIMIT ?"
        values.append(limit + 1)  # one more tells whether there are more
    rows = db.execute(query, values).fetchall()
''' in paged(LINES)


def test_columns_of_one_direction_are_compared_as_one() -> None:
    """In the author's variable and letters; a comment ends its line, and nothing needs a semicolon."""
    assert '''\
    sql = """select id, score, slug
               from games  -- all of them
              where owner = ?  -- theirs"""
    games = []
    try:
        values: list[Any] = [owner]
        if start_after is not None:
            sql += "\\nand (score, id) < (?, ?)"
            values.extend(start_after)
        sql += """
              order by score desc, id desc"""
        if limit is not None:
            sql += " limit ?"
            values.append(limit)
        for row in db.execute(sql, values):
''' in paged(AGREE)


def test_columns_of_both_directions_are_compared_one_by_one() -> None:
    assert """\
    query = (
        f"SELECT {COLUMNS} FROM games "
        "WHERE owner = ?"
    )
    values: list[Any] = [owner]
    if start_after is not None:
        query += " AND score <= ? AND (score < ? OR id > ?)"
        values.extend(start_after[i] for i in (0, 0, 1))
    query += (
        " "
        "ORDER BY score DESC, id"
    )
""" in paged(MIXED)


def test_a_column_that_may_be_null() -> None:
    assert """\
            query += (
                " AND (day < ?"
                " OR (day IS NULL AND ? IS NOT NULL)"
                " OR (day IS ? AND score >= ? AND (score > ? OR id > ?)))"
            )
            values.extend(start_after[i] for i in (0, 0, 0, 1, 1, 2))
""" in paged(NULLS)


def test_what_a_route_gets_for_several_columns() -> None:
    assert """\
@app.get("/games")
def get_games(
    owner: str,
    limit: Annotated[Optional[int], Query(ge=1, le=100)] = None,
    start_after: Annotated[Optional[list[Any]], Depends(cursor_of_two)] = None,
) -> dict[str, Union[list[dict], bool, str, None]]:
    paging: dict[str, Any] = {}
    if limit is not None:
        paging["limit"] = limit + 1  # one more tells whether there are more
    if start_after is not None:
        paging["start_after"] = start_after
    games = list_games(connect(), owner, **paging)
    more: dict[str, Any] = {}
    if limit is not None:
        more["has_more"] = len(games) > limit
        games = games[:limit]
        more["next_cursor"] = None
        if more["has_more"]:
            more["next_cursor"] = json.dumps([games[-1][key] for key in ("points", "id")])
    return {"games": games, **more}
""" in paged(AGREE)


def test_two_lists_of_one_file_share_the_reader() -> None:
    text = MIXED + body(MIXED).replace("games(", "more_games(").replace('"/games"', '"/more"')
    with testing.opened(text) as project:
        from fixbot import engine
        from fixbot.model import Safety

        after = engine.apply(project, [codemod], {Safety.REVIEW}).texts[testing.MODULE]
    assert after.count("def cursor_of_two(") == 1
    assert after.count("Depends(cursor_of_two)") == 2


def test_pages_of_equal_rows_are_ordered_by_the_key_too() -> None:
    assert '''\
    if start_after is not None:
        query += " AND (score, id) < (?, ?)"
        values.extend(start_after)
    query += """
        ORDER BY score DESC
        """
    if limit is not None:
        query += ", id DESC LIMIT ?"
''' in paged(EQUAL)
    assert """\
    query = "SELECT * FROM games"
    values: list[Any] = []
    if start_after is not None:
        query += " WHERE id > ?"
        values.append(start_after)
    if limit is not None:
        query += " ORDER BY id LIMIT ?"
""" in paged(UNORDERED)
    for text in (EQUAL, UNORDERED):
        [finding] = testing.findings_of(codemod, text)
        assert "pages are ordered by `id` too" in finding.reason


def test_a_list_that_is_made_in_the_answer_gets_a_name() -> None:
    assert paged(UNNAMED).endswith("""\
    if limit is not None:
        query += " LIMIT ?"
        values.append(limit + 1)  # one more tells whether there are more
    cursor.execute(query, values)

    # newest last
    games = [
        {"id": row["id"], "slug": row["slug"]}
        for row in cursor.fetchall()
    ]
    more: dict[str, Any] = {}
    if limit is not None:
        more["has_more"] = len(games) > limit
        games = games[:limit]
        more["next_cursor"] = games[-1]["id"] if more["has_more"] else None
    return {
        "games": games,  # with their numbers
        "owner": owner,  # who asked
        **more,
    }
""")


def test_a_list_that_the_answer_calls_for_gets_a_name() -> None:
    assert """\
    # newest first
    paging: dict[str, Any] = {}
    if limit is not None:
        paging["limit"] = limit + 1  # one more tells whether there are more
    if start_after is not None:
        paging["start_after"] = start_after
    games = list_games(
        connect(), owner,
        **paging
    )
    more: dict[str, Any] = {}
""" in paged(DIRECT)


def test_a_list_whose_key_is_no_name_is_called_items() -> None:
    for key in ("the games", "class", "list", "cursor", "query"):
        assert "\n    items = [\n" in paged(sql_pages.but(('"games": [', f'"{key}": ['), text=UNNAMED))


REPORTED: list[tuple[str, tuple[str, str], str]] = [
    (LINES, ("ORDER BY id DESC", "ORDER BY lower(slug), id"), "more than the names of columns"),
    (LINES, ("ORDER BY id DESC", "ORDER BY id DESC NULLS LAST"), "more than the names of columns"),
    (LINES, ("ORDER BY id DESC", "ORDER BY 1"), "`1` in its ORDER BY is no column of `games`"),
    (LINES, ("ORDER BY id DESC", "ORDER BY slug COLLATE NOCASE, id"), "more than the names of columns"),
    (LINES, ("ORDER BY id DESC", "ORDER BY id DESC -- newest"), "more than the names of columns"),
    (LINES, ("ORDER BY id DESC", "ORDER BY owner DESC"), "`owner` is not among its columns"),
    (LINES, ("WHERE owner = ?", "WHERE owner = ? OR owner IS NULL"), "put brackets around it"),
    (LINES, ('"""\n        SELECT id', '"""\n        SELECT day AS id, id AS number'), "`id` is not among its columns"),
    (LINES, ("(owner,),", "parameters(owner),"), "not a tuple or list of plain values"),
    (NULLS, ("day DESC", "picture DESC"), "can be bytes"),
    (AGREE, ("select id, score, slug", "select id, score * 10 as score, slug"), "`score` is not among its columns"),
    (AGREE, ('"points": row["score"]', '"points": round(row["score"])'), "do not surely hold `score` and `id`"),
    (AGREE, ("    games = []\n    try:", "    games = []\n    print(sql)\n    try:"), "not written where it is run"),
    (AGREE, ("    finally:\n        db.close()\n", "    except ValueError:\n        for row in db.execute(sql):\n            pass\n"), "not written where it is run"),
    (AGREE, ("sqlite3.connect(PATH)", "sqlite3.connect(PATH, detect_types=1)"), "`detect_types` makes other values"),
    (AGREE, ("\ndef list_games(", "\ndef cursor_of_two():\n    pass\n\n\ndef list_games("), "means something else"),
    (MIXED, ("ORDER BY score DESC, id", "ORDER BY score DESC, day, owner, id"), "columns"),
    (MIXED, ('"ORDER BY score DESC, id"', 'f"ORDER BY {ORDER}, id"'), "`ORDER` in its SQL is put together elsewhere"),
    (MIXED, ('"WHERE owner = ? "\n', '"WHERE owner = ? "  # theirs\n'), "as one string or several"),
    (NULLS, ("score, id", "score, owner"), "the values of 4 columns"),
    (SLUGS, ("SELECT slug, id", "SELECT upper(slug) AS slug, id"), "`slug` is not among its columns"),
    (SLUGS, ("slug TEXT NOT NULL UNIQUE", "slug TEXT UNIQUE"), "`slug` of `games` may be NULL"),
    (EQUAL, ("SELECT id, slug,", "SELECT slug,"), "`id` is not among its columns"),
    (EQUAL, ("id INTEGER PRIMARY KEY", "id TEXT PRIMARY KEY"), "`id` of `games` may be NULL"),
    (EQUAL, ("id INTEGER PRIMARY KEY", "id INTEGER NOT NULL"), "no column of `games` is known that tells each row"),
    (EQUAL, ("id INTEGER PRIMARY KEY", "id TEXT PRIMARY KEY NOT NULL COLLATE NOCASE"), "no column of `games` is known that tells each row"),
    (EQUAL, ("FROM games\n", "FROM games, clips\n"), "not those of one table"),
    (UNORDERED, ("SELECT *", "SELECT slug"), "`id` is not among its columns"),
    (UNNAMED, ('"games": [', 'owner: ['), "the list has no name in `get_games`"),
    (SERVED, ("return [dict(row) for row in rows]", 'return {"games": [dict(row) for row in rows]}'), "returns more than the list, or something else"),
    (SERVED, ("return [dict(row) for row in rows]", "return [dict(row) for row in rows][:9]"), "returns more than the list, or something else"),
    (SERVED, ("    rows =", "    if not owner:\n        return None\n    rows ="), "returns more than the list, or something else"),
    (SERVED, ('{"games": list_games(owner)}', "list_games(owner)"), "answers with the list alone"),
    (DIRECT, ('"owner": owner', '"owner": owner.lower()'), "the list has no name in `get_games`"),
    (DIRECT, ('"games": list_games(', 'owner: list_games('), "the list has no name in `get_games`"),
    (DIRECT, ("        ),\n    }\n", "        )[:],\n    }\n"), "does not answer with a dict"),
    (DIRECT, ('"owner": owner', '"more": owner, "has_more": 1'), "has such a key"),
    (UNORDERED, ("FROM games", "FROM clips"), "how `clips` is made is not seen here"),
    (STARRED, ('"id": row[0]', '"number": row[0]'), "do not surely hold `id`"),
    (STARRED, ('"id": row[0]', '"id": row[1]'), "do not surely hold `id`"),
    (STARRED, ("SELECT *", "SELECT *, score * 2"), "do not surely hold `id`"),
    (UNNAMED, ("        ],  # with", "        ] + [],  # with"), "does not answer with a dict"),
    (UNNAMED, ("    # newest last\n    return {", "    # newest last\n    if not owner:\n        return {}\n    return {"), "does not answer with a dict"),
    (AGREE, ("    sql =", "    values = owner\n    sql ="), "`values` is another name"),
    (UNORDERED, ("FROM games", "FROM games GROUP BY owner"), "not those of one table"),
    (SLUGS, ("slug TEXT NOT NULL UNIQUE", "slug REAL NOT NULL UNIQUE"), "neither the number of the row nor text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "change", "reason"), REPORTED, ids=[f"{c[1]!r}" for _, c, _ in REPORTED])
def test_only_reported(text: str, change: tuple[str, str], reason: str) -> None:
    untouched(sql_pages.but(change, text=text), reason=reason)


def test_an_answer_with_two_lists_has_no_place_for_one_cursor() -> None:
    more = '    others = connect().execute("SELECT id FROM games").fetchall()\n    ids = [{"id": row[0]} for row in others]\n    return {"ids": ids, '
    untouched(UNORDERED.replace("    return {", more), reason="answers with several lists")


@pytest.mark.parametrize(
    ("other", "is_certain"),
    [
        (
            "CREATE TABLE IF NOT EXISTS games (id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, added TEXT)",
            True,
        ),
        ("CREATE TABLE IF NOT EXISTS games (id INTEGER, slug TEXT NOT NULL UNIQUE)", False),
        ("CREATE TABLE games (id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE)", False),
        ("CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT UNIQUE)", False),
        ("CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT NOT NULL)", False),
    ],
    ids=str,
)
def test_a_table_that_is_made_in_two_ways(other: str, is_certain: bool) -> None:
    text = UNORDERED + f'\n\nOTHER = "{other}"\n'
    if is_certain:
        paged(text)
    else:
        untouched(text, reason="how `games` is made is not certain here")


def test_a_table_whose_few_rows_stand_in_the_code_is_no_list_that_grows() -> None:
    rows = "INSERT OR IGNORE INTO games (id, slug, score) VALUES (1, 'a', 1), (2, 'b', 2)"
    untouched(UNORDERED + f'\n\nROWS = "{rows}"\n')
    grows = rows.replace("(1, 'a', 1), (2, 'b', 2)", "(?, ?, ?)")
    assert testing.findings_of(codemod, UNORDERED + f'\n\nROWS = "{grows}"\n')


# --- put together from parts ---------------------------------------------------------------------------

STEPS = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str, day: str = ""):
    sql = "SELECT * FROM games WHERE owner = ?"
    values = [owner]
    if day:
        sql += " AND day = ?"
        values.append(day)
    sql += " ORDER BY id"
    games = [dict(row) for row in connect().execute(sql, values)]
    return {"games": games}
"""
)
PARTS = (
    HEAD
    + """\
@app.get("/games")
def get_games(owner: str):
    where, values = conditions(owner)
    rows = connect().execute(f"SELECT {COLUMNS} FROM games {where} ORDER BY id", values).fetchall()
    games = [dict(row) for row in rows]
    return {"games": games}
"""
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            STEPS,
            "its SQL is put together in 3 steps, from line 25 on: give it one more for a test like `id > ?`",
        ),
        (
            PARTS,
            "`where` in its SQL is put together elsewhere, and not known here: give the query a test like",
        ),
        (
            sql_pages.but((" ORDER BY id", " ORDER BY {order(owner)}"), text=PARTS),
            "`where` and `order(owner)` in its SQL are put together elsewhere",
        ),
    ],
    ids=["steps", "a part", "parts"],
)
def test_why_a_query_of_parts_is_left(text: str, reason: str) -> None:
    untouched(text, reason=reason)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (STEPS, (" ORDER BY id", " ORDER BY id LIMIT 50")),
        (STEPS, ("SELECT * FROM", "SELECT COUNT(*) FROM")),
        (STEPS, ('"SELECT * FROM games WHERE owner = ?"', 'wanted + " WHERE owner = ?"')),
        (STEPS, ('day: str = ""', 'day: str = "", limit: int = 5')),
        (PARTS, ("{where} ORDER BY id", "{where} ORDER BY id LIMIT 50")),
        (PARTS, ("where, values = conditions(owner)", 'where, values = "LIMIT 5", []')),
        (PARTS, ("{where}", "{page_of(owner)}")),
        (PARTS, ("owner: str):", "owner: str, page: int = 1):")),
        (PARTS, ("SELECT {COLUMNS} FROM games", "UPDATE games SET day = NULL")),
    ],
    ids=str,
)
def test_a_query_of_parts_that_may_be_limited_is_none_of_ours(text: str, change: tuple[str, str]) -> None:
    untouched(sql_pages.but(change, text=text))


# --- executed ------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Few different days and scores, so that most rows are equal but for their number."""
    path, chance = str(tmp_path / sql_pages.FILE), random.Random(5)
    with sqlite3.connect(path) as db:
        db.execute(TABLES)
        for number in range(40):
            day = chance.choice([None, "", "2026-01-01", "a 'quoted' \u00fc\U0001f3ae day", "17"])
            score = chance.choice([-1.5, 0.1 + 0.2, 1e300, float("inf")])
            owner = "ann" if number % 4 else "bob"
            row = (number * 7 % 40, f"{'aA'[number % 2]}{number}", owner, day, score)
            db.execute("INSERT INTO games (id, slug, owner, day, score) VALUES (?, ?, ?, ?, ?)", row)
    db.close()
    return path


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    return TEXTS[request.param]


@pytest.fixture
def client(text: str, path: str) -> Iterator[TestClient]:
    with service(paged(text), path) as client:
        yield client


@pytest.fixture(params=JOINT)
def joint(request: pytest.FixtureRequest, path: str) -> Iterator[TestClient]:
    with service(paged(JOINT[request.param]), path) as client:
        yield client


def finite(path: str) -> None:
    """JSON has no word for what is infinite, which the lists would have to answer with."""
    with sqlite3.connect(path) as db:
        db.execute("UPDATE games SET score = 2.5 WHERE score > 1e300")
    db.close()


def test_without_parameters_nothing_changes(text: str, path: str, ran: list[str]) -> None:
    finite(path)
    after = paged(text)
    ran.clear()
    before = page(service(text, path))
    asked = [sql.rstrip().removesuffix(";").rstrip() for sql in ran]
    ran.clear()
    assert page(service(after, path)) == before
    assert [sql.rstrip() for sql in ran] == asked
    assert len(before["games"]) >= 30


@pytest.mark.parametrize("limit", [1, 3, 30, 50])
def test_the_pages_are_the_list(client: TestClient, path: str, limit: int) -> None:
    finite(path)
    assert all_pages(client, limit) == page(client)["games"]


@pytest.mark.parametrize("limit", [1, 3, 40, 50])
@pytest.mark.parametrize("name", COMPLETED)
def test_every_row_is_on_one_page(name: str, path: str, limit: int) -> None:
    finite(path)
    with service(paged(COMPLETED[name]), path) as client:
        whole, found = page(client)["games"], all_pages(client, limit)
    order: Any = (
        (lambda game: (-game["score"], -game["id"])) if name == "equal" else (lambda game: game["id"])
    )
    assert found == sorted(whole, key=order)
    assert len(found) >= 30


@pytest.mark.parametrize("name", COMPLETED)
def test_the_lists_themselves_stay_in_the_order_that_they_had(name: str, path: str, ran: list[str]) -> None:
    finite(path)
    after = paged(COMPLETED[name])
    ran.clear()
    before = page(service(COMPLETED[name], path))
    assert page(service(after, path)) == before
    assert len(ran) == 2
    assert ran[0].rstrip() == ran[1].rstrip()


def test_a_cursor_may_be_gone(client: TestClient, path: str) -> None:
    """What comes after it is still certain."""
    finite(path)
    whole = page(client)["games"]
    first = page(client, limit=5)
    last = whole[4]
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM games WHERE id = ?", (last["id"],))
    db.close()
    rest = page(client, start_after=first["next_cursor"])
    assert rest["games"] == whole[5:]
    assert not {"has_more", "next_cursor"} & rest.keys()


def test_nobody_sees_more_by_a_cursor_that_is_made_up(joint: TestClient, path: str) -> None:
    finite(path)
    whole = page(joint)["games"]
    size = len(json.loads(page(joint, limit=1)["next_cursor"]))
    for value in ("2026", 0, 1.5, None, True, "' OR 1 --", "\u00fc"):
        shown = page(joint, start_after=json.dumps([value] * size))["games"]
        assert all(game in whole for game in shown)


@pytest.mark.parametrize(
    "given",
    [
        "", "x", "1", "null", "{}", "[]", "[1]", "[1,2,3,4]", '"ab"', '{"a":1,"b":2}', '[[1],2,"x"]', f"[{2**63},1,1]", f"[1,{-(2**63) - 1}]",
        r'["\ud800",1,1]', r'["\ud800",1]', "[" * 20_000, '[1,{"a":1}]', "[1,2",
    ],
    ids=lambda given: given[:20],
)  # fmt: skip
def test_what_is_no_cursor(joint: TestClient, given: str) -> None:
    answer = joint.get("/games", params={"owner": "ann", "start_after": given})
    assert (answer.status_code, answer.json()) == (400, {"detail": "Unknown start_after"})


def test_an_infinite_number_and_the_largest_ones_are_cursors(joint: TestClient, path: str) -> None:
    """SQLite compares what Python sends as it compares what it keeps."""
    finite(path)
    size = len(json.loads(page(joint, limit=1)["next_cursor"]))
    for value in (float("inf"), -float("inf"), 2**63 - 1, -(2**63)):
        page(joint, start_after=json.dumps([value] * size))


DIRECTIONS = list(product(("", " DESC"), repeat=3))


@pytest.mark.parametrize("directions", DIRECTIONS, ids="".join)
@pytest.mark.parametrize("nullable", list(product((True, False), repeat=2)), ids=str)
def test_every_row_comes_once_and_in_its_place(
    directions: tuple[str, ...], nullable: tuple[bool, bool]
) -> None:
    """All orders of three columns, against a list of rows of which most are equal in the first two."""
    one, two = (("" if null else "NOT NULL") for null in nullable)
    table = f"CREATE TABLE t (a TEXT {one}, b INT {two}, id INTEGER PRIMARY KEY)"
    order = ", ".join(name + direction for name, direction in zip(("a", "b", "id"), directions, strict=True))
    sql = f"SELECT a, b, id FROM t WHERE id <> ? ORDER BY {order}"
    project = project_of(f"import sqlite3\nTABLES = '{table}'\n")
    select = select_of(sql)
    assert select is not None
    keyset = keyset_of(sql, select, tables_of(project))
    assert isinstance(keyset, Keyset), keyset
    paged_sql = sql.removesuffix(keyset.order) + keyset.after + keyset.order + keyset.limit
    with sqlite3.connect(":memory:") as db:
        db.execute(table)
        rows: list[tuple[Any, ...]] = list(
            product(("", "x", *([None] if nullable[0] else [])), (1, 2, *([None] if nullable[1] else [])))
        )
        for number, (a, b) in enumerate(rows * 3):
            db.execute("INSERT INTO t VALUES (?, ?, ?)", (a, b, number))
        whole = db.execute(sql, (1,)).fetchall()
        found = db.execute(f"{sql} LIMIT 2", (1,)).fetchall()
        while len(found) < 100:
            last = [found[-1][column] for column in keyset.values]
            following = db.execute(paged_sql, (1, *last, 2)).fetchall()
            if not following:
                break
            found += following
    db.close()
    assert found == whole
    assert len(whole) == len(rows) * 3 - 1
