"""Services whose SQL lists get pages: the fix applied, the result run, and page after page asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any

import aiosqlite
import pytest
from fastapi.testclient import TestClient

from codemods.pagination import codemod
from fixbot import engine, testing
from fixbot.model import Safety
from fixbot.testing import MODULE, opened

FILE = "games.db"
"""What the services call their database."""


def but(*changes: tuple[str, str], text: str) -> str:
    """A text with one place of it changed, or several."""
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


@cache
def paged(text: str) -> str:
    """The code after the fix, which must be for review."""
    with opened(text) as project:
        [finding] = engine.find(project, codemod)
        assert finding.safety is Safety.REVIEW, finding.reason
        after = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW}).texts[MODULE]
    testing.rewritten(codemod, text, after, safety=Safety.REVIEW)
    return after


def service(text: str, path: str) -> TestClient:
    """The application, on a database of the test's."""
    names: dict[str, Any] = {"__name__": "service"}
    exec(compile(text.replace(FILE, path), "service.py", "exec", dont_inherit=True), names)
    return TestClient(names["app"])


def page(client: TestClient, **given: object) -> dict[str, Any]:
    """What `/games` answers."""
    asked = {"owner": "ann", **{name: str(value) for name, value in given.items() if value is not None}}
    answer = client.get("/games", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def all_pages(
    client: TestClient, limit: int, between: Callable[[], None] = lambda: None
) -> list[dict[str, Any]]:
    """The items of one page after another, until there are no more."""
    games: list[dict[str, Any]] = []
    found: dict[str, Any] = {"next_cursor": None, "has_more": True}
    while found["has_more"]:
        found = page(client, limit=limit, start_after=found["next_cursor"])
        assert len(found["games"]) <= limit
        games += found["games"]
        assert len(games) < 1000
        between()
    assert found["next_cursor"] is None
    return games


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of every query, letter by letter."""
    told: list[str] = []
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **options, factory=Told)

    class Told(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            told.append(sql)
            return super().execute(sql, *values)

        def cursor(self, *_: Any) -> Any:
            return super().cursor(ToldCursor)

    class ToldCursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            told.append(sql)
            return super().execute(sql, *values)

    monkeypatch.setattr(sqlite3, "connect", traced)
    assert aiosqlite.core.sqlite3 is sqlite3  # type: ignore[attr-defined]
    return told
