"""batch-reads with psycopg and asyncpg, before and after on a real PostgreSQL server."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from codemods.batch_reads import codemod
from fixbot import engine
from fixbot.model import Safety, Severity
from fixbot.testing import MODULE, findings_of, opened
from tests.postgres_server import postgres

__all__ = ["postgres"]  # a fixture, used by its name
psycopg = pytest.importorskip("psycopg", reason="psycopg needs libpq (Debian: libpq5)", exc_type=ImportError)

TABLES = "CREATE TABLE games (id SERIAL PRIMARY KEY, slug TEXT UNIQUE, season TEXT)"
CODE = f'''
import psycopg

TABLES = "{TABLES}"


def run(db: psycopg.Connection, keys: list[int]) -> list[object]:
    found: list[object] = []
    for key in keys:
        row = db.execute("SELECT id, slug FROM games WHERE id = %s", (key,)).fetchone()
        found.append(row)
    return found
'''
HELPER = f'''
import psycopg

TABLES = "{TABLES}"


def games_of(db: psycopg.Connection, season: str) -> list[tuple]:
    return db.execute("SELECT id, season FROM games WHERE season = %s", (season,)).fetchall()


def run(db: psycopg.Connection, keys: list[int]) -> list[object]:
    return [sorted(games_of(db, f"season {{key}}")) for key in keys]
'''
APART = f'''
import psycopg

TABLES = "{TABLES}"


def run(db: psycopg.Connection, keys: list[int]) -> list[object]:
    found: list[object] = []
    with db.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT id, slug FROM games WHERE id = %s", (key,))
            row = cursor.fetchone()
            found.append(row)
    return found
'''
ASYNC = (
    CODE.replace("def run", "async def run")
    .replace("psycopg.Connection", "psycopg.AsyncConnection")
    .replace('db.execute("SELECT id, slug FROM games WHERE id = %s", (key,)).fetchone()',
             'await (await db.execute("SELECT id, slug FROM games WHERE id = %s", (key,))).fetchone()')
)  # fmt: skip
ASYNCPG = f'''
import asyncpg

TABLES = "{TABLES}"


async def run(db: asyncpg.Connection, keys: list[int]) -> list[object]:
    found: list[object] = []
    for key in keys:
        row = await db.fetchrow("SELECT id, slug FROM games WHERE id = $1", key)
        found.append(row)
    return found
'''
ASYNCPG_HELPER = f'''
import asyncpg

TABLES = "{TABLES}"


async def games_of(db: asyncpg.Pool, season: str) -> list[asyncpg.Record]:
    return await db.fetch("SELECT id, season FROM games WHERE season = $1", season)


async def run(db: asyncpg.Pool, keys: list[int]) -> list[object]:
    return [sorted([tuple(row) for row in await games_of(db, f"season {{key}}")]) for key in keys]
'''
KEYS: dict[str, list[Any]] = {
    "some": [3, 1, 2],
    "none": [],
    "twice": [2, 2, 1],
    "missing": [1, 99_999, 2],
    "null": [1, None, 2],
    "other types": [2, "2", 3],
    "cannot be sent": [1, object(), 2],
    "many": [*range(1, 700)],
}


def applied(text: str) -> str:
    with opened(text) as project:
        done = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert not done.refused
        assert {f.safety for f in done.fixed} == {Safety.REVIEW}
        return done.texts[MODULE]


AFTER = {code: applied(code) for code in (CODE, HELPER, APART, ASYNC, ASYNCPG, ASYNCPG_HELPER)}


def run_of(code: str) -> Any:
    names: dict[str, Any] = {"__name__": "ran"}
    exec(compile(code, "ran.py", "exec", dont_inherit=True), names)
    return names["run"]


@pytest.fixture(scope="module")
def filled(postgres: str) -> str:
    """The server with 600 games in six seasons."""
    with psycopg.connect(postgres) as db:
        db.execute(TABLES)
        rows = [(f"g{n}", f"season {n % 6}") for n in range(1, 601)]
        db.cursor().executemany("INSERT INTO games (slug, season) VALUES (%s, %s)", rows)
    return postgres


class Counting(psycopg.Connection):  # type: ignore[misc]
    ran = 0

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        self.ran += 1
        return super().execute(*args, **kwargs)


class AsyncCounting(psycopg.AsyncConnection):  # type: ignore[misc]
    ran = 0

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        self.ran += 1
        return await super().execute(*args, **kwargs)


def outcome(code: str, keys: list[Any], server: str) -> tuple[Any, int]:
    with Counting.connect(server) as db:
        try:
            return run_of(code)(db, keys), db.ran
        except psycopg.Error as exc:
            return type(exc), db.ran


async def async_outcome(code: str, keys: list[Any], server: str) -> tuple[Any, int]:
    async with await AsyncCounting.connect(server) as db:
        try:
            return await run_of(code)(db, keys), db.ran
        except psycopg.Error as exc:
            return type(exc), db.ran


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("code", [CODE, HELPER, APART], ids=["one", "helper", "apart"])
def test_the_same_comes_out(code: str, keys: str, filled: str) -> None:
    before, _ = outcome(code, KEYS[keys], filled)
    after, _ = outcome(AFTER[code], KEYS[keys], filled)
    assert after == before


@pytest.mark.parametrize("keys", KEYS)
async def test_the_same_comes_out_of_async_code(keys: str, filled: str) -> None:
    before, _ = await async_outcome(ASYNC, KEYS[keys], filled)
    after, _ = await async_outcome(AFTER[ASYNC], KEYS[keys], filled)
    assert after == before


async def asyncpg_outcome(code: str, keys: list[Any], server: str) -> tuple[Any, int]:
    parts = dict(part.split("=") for part in server.split())
    ran: list[str] = []
    db = await asyncpg.connect(
        host=parts["host"], port=int(parts["port"]), user=parts["user"], database=parts["dbname"]
    )
    # asyncpg asks once what an array is, which is none of the code's queries
    db.add_query_logger(lambda record: ran.append(record.query) if "FROM games" in record.query else None)
    try:
        result = await run_of(code)(db, keys)
        await asyncio.sleep(0)  # the logger is called in the next turn of the event loop
        return result, len(ran)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as exc:
        return type(exc), len(ran)
    finally:
        await db.close()


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("code", [ASYNCPG, ASYNCPG_HELPER], ids=["one", "helper"])
async def test_the_same_comes_out_of_asyncpg(code: str, keys: str, filled: str) -> None:
    before, _ = await asyncpg_outcome(code, KEYS[keys], filled)
    after, _ = await asyncpg_outcome(AFTER[code], KEYS[keys], filled)
    assert after == before


async def test_fewer_statements_are_run_by_asyncpg(filled: str) -> None:
    for code in (ASYNCPG, ASYNCPG_HELPER):
        assert (await asyncpg_outcome(code, [1, 2, 3, 4, 5], filled))[1] == 5
        assert (await asyncpg_outcome(AFTER[code], [1, 2, 3, 4, 5], filled))[1] == 1


async def test_fewer_statements_are_run(filled: str) -> None:
    keys = [1, 2, 3, 4, 5]
    for code in (CODE, HELPER):
        assert (outcome(code, keys, filled)[1], outcome(AFTER[code], keys, filled)[1]) == (5, 1)
    assert (await async_outcome(ASYNC, keys, filled))[1] == 5
    assert (await async_outcome(AFTER[ASYNC], keys, filled))[1] == 1


def test_it_ranks_high_behind_a_network() -> None:
    [found] = findings_of(codemod, CODE)
    assert (found.severity, found.safety) == (Severity.HIGH, Safety.REVIEW)
    assert "may spoil the transaction" in found.reason


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("slug JSONB UNIQUE", "`slug` may be a list or dictionary"),
        ("slug TEXT[]", "`slug` may be a list or dictionary"),
        ("slug CHAR(8)", ""),
    ],
)
def test_values_that_turns_would_share(declared: str, reason: str) -> None:
    [found] = findings_of(codemod, CODE.replace("slug TEXT UNIQUE", declared))
    assert (found.safety, reason in found.reason) == (Safety.REPORT if reason else Safety.REVIEW, True)


def test_blanks_that_do_not_count() -> None:
    [found] = findings_of(codemod, HELPER.replace("season TEXT", "season CHAR(12)"))
    assert (found.safety, "blanks at the end do not count" in found.reason) == (Safety.REPORT, True)
