"""The application as a whole: health, and the copy of the database in the store."""

import sqlite3
from pathlib import Path

from fastapi.testclient import TestClient

from app.services.upscaler import Upscaler
from app.sync import sync_database


def test_health(client: TestClient) -> None:
    assert client.get("/api/health").json() == {"status": "ok"}


def test_what_was_written_is_in_the_store_before_the_answer(
    client: TestClient, places: Path
) -> None:
    client.post("/api/games", json={"name": "Cup", "opponent": "Owls", "season": "2025"})
    copy = sqlite3.connect(places / "store" / "reels.sqlite3")
    assert copy.execute("SELECT name FROM games WHERE id = 4").fetchone() == ("Cup",)
    copy.close()


def test_only_news_are_uploaded(client: TestClient) -> None:
    assert sync_database()
    assert not sync_database()
    client.post("/api/games/1/view")
    assert not sync_database()  # the request has done it


def test_the_upscaler_needs_its_weights(places: Path) -> None:
    assert Upscaler().factor(480) == 1
    (places / "upscaler.bin").write_bytes(b"\0" * 10)
    assert Upscaler().factor(480) == 2
    assert Upscaler().factor(1080) == 1
