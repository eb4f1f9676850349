"""batch-reads for queries that one statement runs and whose rows another fetches: text, refusals, real SQLite."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import Any

import pytest

from codemods.batch_reads import codemod
from fixbot.model import Safety
from fixbot.testing import rewritten, untouched
from tests.codemods import test_batch_queries as queries
from tests.codemods.test_batch_queries import KEYS, async_outcome, outcome

applied = cache(queries.applied)

HEAD = """
import aiosqlite
import sqlite3

TABLES = "CREATE TABLE games (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT)"

"""
QUERY = '"SELECT id, name FROM games WHERE id = ?", (key,)'
FETCHES = {
    "named": f"""
        cursor = db.execute({QUERY})
        row = cursor.fetchone()
    """,
    "cursor": f"""
        cursor.execute({QUERY})
        row = cursor.fetchone()
    """,
    "all": """
        cursor.execute("SELECT id, name FROM games WHERE name = ?", (key,))
        row = cursor.fetchall()
    """,
}
ASYNC_FETCHES = {
    "opened": f"""
        async with db.execute({QUERY}) as cursor:
            row = await cursor.fetchone()
    """,
    "named": f"""
        cursor = await db.execute({QUERY})
        row = await cursor.fetchone()
    """,
}


def loop(fetch: str = FETCHES["cursor"], *, before: str = "", inside: str = "", after: str = "") -> str:
    lines = textwrap.indent(textwrap.dedent(fetch).strip(), " " * 8)
    return f"""{HEAD}
def run(db: sqlite3.Connection, keys: list[int]) -> list[object]:
    found: list[object] = []
    {before or ("pass" if fetch == FETCHES["named"] else "cursor = db.cursor()")}
    for key in keys:
{lines}
        found.append(row and [*row])
        {inside or "pass"}
    {after or "pass"}
    return found
"""


def async_loop(fetch: str) -> str:
    return loop(fetch, before="pass").replace("def run(db: sqlite3", "async def run(db: aiosqlite")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            FETCHES["cursor"],
            f"""
            row = prefetched(key)
            if row is None:
                cursor.execute({QUERY})
                row = cursor.fetchone()
            """,
        ),
        (
            "# the game\n" + textwrap.dedent(FETCHES["cursor"]).strip(),
            f"""
            # the game
            row = prefetched(key)
            if row is None:
                cursor.execute({QUERY})
                row = cursor.fetchone()
            """,
        ),
    ],
    ids=["plain", "with a comment above"],
)
def test_both_statements_are_left_for_the_other_keys(before: str, after: str) -> None:
    new = applied(loop(before))
    start = new.index("    for key in keys:\n")
    shown = textwrap.dedent(new[start:]).removeprefix("for key in keys:\n")
    assert shown.startswith(textwrap.indent(textwrap.dedent(after).strip("\n"), "    "))
    assert "    prefetched = _prefetch_games_by_id(cursor, keys)\n" in new
    rewritten(codemod, loop(before), new)


def test_what_was_opened_is_left_whole() -> None:
    new = applied(async_loop(ASYNC_FETCHES["opened"]))
    assert (
        f"""
        row = prefetched(key)
        if row is None:
            async with db.execute({QUERY}) as cursor:
                row = await cursor.fetchone()
        found.append"""
        in new
    )
    rewritten(codemod, async_loop(ASYNC_FETCHES["opened"]), new)


def test_many_rows_are_a_list_of_their_own() -> None:
    new = applied(loop(FETCHES["all"]))
    assert "row = [*prefetched(key)]\n        if not row:\n            cursor.execute(" in new
    rewritten(codemod, loop(FETCHES["all"]), new, safety=Safety.REVIEW)


FETCH = textwrap.dedent(FETCHES["cursor"]).strip()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (loop(inside="print(cursor.description)"), "`cursor` is used elsewhere"),
        (loop(inside="cursor.execute('SELECT 1')"), "`cursor` is used elsewhere"),
        (loop(before="cursor = db.cursor(); found.append(cursor)"), "`cursor` is used elsewhere"),
        (loop(FETCHES["cursor"].replace("row =", "key =")), "`key` is what the query is run with"),
        (loop(after="found.append(cursor.fetchall())"), "`cursor` is used elsewhere"),
        (loop(after="found.append(cursor.lastrowid)"), "`cursor` is used elsewhere"),
        (
            loop(FETCHES["named"], before="pass", after="print(cursor.description)"),
            "`cursor` is used elsewhere",
        ),
        (loop(FETCHES["named"], before="pass", inside="cursor.close()"), "`cursor` is used elsewhere"),
        (loop(FETCH.replace("\n", "  # by key\n")), "there are comments"),
        (loop(FETCH.replace("\n", "; ")), "share a line"),
        (
            loop(FETCHES["named"].replace("row = ", "found.append(1)\n        row = "), before="pass"),
            "two statements",
        ),
        (loop(FETCH.replace("row = cursor.fetchone()", "row = dict(cursor.fetchone())")), "two statements"),
        (loop(FETCH.replace("id = ?", "name = ?")), "nothing in the code shows that `name` is unique"),
    ],
)
def test_left_alone(text: str, reason: str) -> None:
    untouched(codemod, text, reason=reason)


def test_another_cursor_was_run() -> None:
    untouched(codemod, loop(FETCH.replace("row = cursor", "row = db.cursor()")))


@pytest.mark.parametrize("after", ["cursor.close()", "cursor.execute('SELECT 1')"])
def test_what_runs_the_cursor_anew_does_no_harm(after: str) -> None:
    assert "if row is None:" in applied(loop(after=after))


# --- before and after, on a real database ----------------------------------------------------------------------------


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("fetch", FETCHES)
def test_the_same_comes_out(fetch: str, keys: str) -> None:
    code = loop(FETCHES[fetch])
    before, ran_before = outcome(code, KEYS[keys], None)
    after, ran_after = outcome(applied(code), KEYS[keys], None)
    assert after == before
    assert ran_after <= ran_before + 1 + len(KEYS[keys]) // 500


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("fetch", ASYNC_FETCHES)
async def test_the_same_comes_out_of_aiosqlite(fetch: str, keys: str) -> None:
    code = async_loop(ASYNC_FETCHES[fetch])
    before, _ = await async_outcome(code, KEYS[keys])
    assert (await async_outcome(applied(code), KEYS[keys]))[0] == before


async def test_fewer_statements_are_run() -> None:
    for fetch in ("named", "cursor"):
        code = loop(FETCHES[fetch])
        counts: list[Any] = [outcome(text, [1, 2, 3, 4], None)[1] for text in (code, applied(code))]
        assert counts == [4, 1]
    for fetch in ASYNC_FETCHES.values():
        both = (async_loop(fetch), applied(async_loop(fetch)))
        assert [(await async_outcome(text, [1, 2, 3, 4]))[1] for text in both] == [4, 1]
