"""batch-reads with psycopg, before and after on a real PostgreSQL server."""

from __future__ import annotations

from typing import Any

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
ASYNC = (
    CODE.replace("def run", "async def run")
    .replace("psycopg.Connection", "psycopg.AsyncConnection")
    .replace('db.execute("SELECT id, slug FROM games WHERE id = %s", (key,)).fetchone()',
             'await (await db.execute("SELECT id, slug FROM games WHERE id = %s", (key,))).fetchone()')
)  # fmt: skip
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


AFTER = {code: applied(code) for code in (CODE, HELPER, ASYNC)}


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
@pytest.mark.parametrize("code", [CODE, HELPER], ids=["one", "helper"])
def test_the_same_comes_out(code: str, keys: str, filled: str) -> None:
    before, _ = outcome(code, KEYS[keys], filled)
    after, _ = outcome(AFTER[code], KEYS[keys], filled)
    assert after == before


@pytest.mark.parametrize("keys", KEYS)
async def test_the_same_comes_out_of_async_code(keys: str, filled: str) -> None:
    before, _ = await async_outcome(ASYNC, KEYS[keys], filled)
    after, _ = await async_outcome(AFTER[ASYNC], KEYS[keys], filled)
    assert after == before


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
