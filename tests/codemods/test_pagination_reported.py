"""pagination of SQL lists: what is only reported, each differing from a list that gets pages by one construct."""

from __future__ import annotations

from functools import partial

import pytest

from codemods.pagination import codemod
from fixbot import testing
from tests import sql_pages
from tests.paging_services import (
    AGREE,
    DIRECT,
    EQUAL,
    HEAD,
    LINES,
    MIXED,
    NULLS,
    SERVED,
    SLUGS,
    STARRED,
    UNNAMED,
    UNORDERED,
)
from tests.sql_pages import paged

untouched = partial(testing.untouched, codemod)

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


@pytest.mark.parametrize("counted", ["len(games)", "max(games, key=str)", "sum(1 for game in games)"])
def test_a_list_that_is_only_counted_is_no_answer(counted: str) -> None:
    untouched(EQUAL.replace('{"games": games}', f'{{"games": {counted}}}'))


@pytest.mark.parametrize(
    "answer",
    [
        'list_games(owner)\n    return {"ok": True}',
        'return {"games": len(list_games(owner))}',
        'return {"games": any(list_games(owner))}',
    ],
)
def test_a_route_that_only_counts_answers_with_no_list(answer: str) -> None:
    untouched(SERVED.replace('return {"games": list_games(owner)}', answer))


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
