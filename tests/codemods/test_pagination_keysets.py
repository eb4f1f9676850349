"""pagination of SQL lists by several columns: what comes out is run on real SQLite, page by page."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fixbot.paging.keyset import Keyset, keyset_of, select_of
from fixbot.sql.schema import tables_of
from fixbot.testing import project_of
from tests import sql_pages
from tests.paging_services import (
    COMPLETED,
    JOINT,
    TABLES,
    TEXTS,
)
from tests.sql_pages import all_pages, page, paged, ran, service

__all__ = ["ran"]  # a fixture, used by its name


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


def pages_and_list(
    table: str, directions: tuple[str, ...], rows: list[tuple[Any, Any]]
) -> tuple[list[Any], list[Any]]:
    """A table of these values and a number for each, two rows at a time and all at once. Cursors pass through JSON."""
    order = ", ".join(name + direction for name, direction in zip(("a", "b", "id"), directions, strict=True))
    sql = f"SELECT a, b, id FROM t WHERE id <> ? ORDER BY {order}"
    project, select = project_of(f"import sqlite3\nTABLES = '{table}'\n"), select_of(sql)
    assert select is not None
    keyset = keyset_of(sql, select, tables_of(project))
    assert isinstance(keyset, Keyset), keyset
    following = sql.removesuffix(keyset.order) + keyset.after + keyset.order + keyset.limit
    with sqlite3.connect(":memory:") as db:
        db.execute(table)
        for number, (one, other) in enumerate(rows):
            db.execute("INSERT INTO t VALUES (?, ?, ?)", (one, other, number))
        page = db.execute(f"{sql} LIMIT 2", (1,)).fetchall()
        found: list[Any] = []
        while page and len(found) <= len(rows):
            found += page
            last = json.loads(json.dumps(page[-1]))
            page = db.execute(following, (1, *(last[column] for column in keyset.values), 2)).fetchall()
        whole = db.execute(sql, (1,)).fetchall()
    db.close()
    assert len(whole) == len(rows) - 1
    return found, whole


@pytest.mark.parametrize("directions", DIRECTIONS, ids="".join)
@pytest.mark.parametrize("nullable", list(product((True, False), repeat=2)), ids=str)
def test_every_row_comes_once_and_in_its_place(
    directions: tuple[str, ...], nullable: tuple[bool, bool]
) -> None:
    """All orders of three columns, against a list of rows of which most are equal in the first two."""
    one, two = (("" if null else "NOT NULL") for null in nullable)
    table = f"CREATE TABLE t (a TEXT {one}, b INT {two}, id INTEGER PRIMARY KEY)"
    nulls = [[None] if null else [] for null in nullable]
    found, whole = pages_and_list(
        table, directions, list(product(["", "x", *nulls[0]], [1, 2, *nulls[1]])) * 3
    )
    assert found == whole


@pytest.mark.parametrize("directions", DIRECTIONS, ids="".join)
@pytest.mark.parametrize(
    "kind", ["DATETIME", "REAL", "INT", "TEXT COLLATE NOCASE", "VARCHAR(9) COLLATE RTRIM"]
)
def test_values_are_compared_as_they_are_ordered(directions: tuple[str, ...], kind: str) -> None:
    """Whatever a column makes of them, and whichever it takes for equal."""
    values = ["a", "A", "a ", "", "10", 9, 9.5, "2026-01-02", -(2**53) - 1, 1e300, None, "\u00e9"]
    table = f"CREATE TABLE t (a {kind}, b {kind}, id INTEGER PRIMARY KEY)"
    found, whole = pages_and_list(table, directions, list(product(values, values)))
    assert found == whole
