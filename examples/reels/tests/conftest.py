"""Fixtures. Each test has a database and folders of its own; nothing here reaches the network."""

import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.config import settings
from app.database import connect, create_tables
from app.main import app

PROBE = f"""#!{sys.executable}
print('{{"format": {{"duration": "12.5"}}}}')
"""


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All files in a folder of the test's own; the probe finds 12.5 seconds in everything."""
    monkeypatch.setattr(settings, "DATABASE", tmp_path / "reels.sqlite3")
    monkeypatch.setattr(settings, "MEDIA", tmp_path / "media")
    monkeypatch.setattr(settings, "STORE", tmp_path / "store")
    monkeypatch.setattr(settings, "WEIGHTS", tmp_path / "upscaler.bin")
    probe = tmp_path / "probe"
    probe.write_text(PROBE)
    probe.chmod(probe.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(settings, "PROBE", str(probe))
    return tmp_path


@pytest.fixture
def db(places: Path) -> Iterator[sqlite3.Connection]:
    """Three games: 1 with two annotations and a clip, 2 with one and two, 3 with nothing."""
    create_tables()
    db = connect()
    db.executescript(
        """
        INSERT INTO games (id, name, opponent, season, created_at) VALUES
            (1, 'Opening', 'Lions', '2024', '2024-03-01'),
            (2, 'Derby', 'Bears', '2024', '2024-04-01'),
            (3, 'Final', 'Lions', '2025', '2025-05-01');
        INSERT INTO annotations (game_id, second, label, rating) VALUES
            (1, 10.5, 'goal', 5), (2, 20, 'save', 4), (1, 30, 'goal', 3);
        INSERT INTO clips (id, game_id, filename, rating, replaces) VALUES
            (1, 2, 'b.mp4', 3, NULL), (2, 1, 'a.mp4', 5, NULL), (3, 2, 'b2.mp4', 4, 1);
        INSERT INTO sessions (token, coach) VALUES ('t0', 'Ada'), ('t1', 'Grace');
        INSERT INTO projects (id, name, format_id) VALUES (1, 'Best of', 1), (2, 'Empty', 2);
        INSERT INTO project_clips (project_id, position, clip_id) VALUES (1, 1, 2), (1, 0, 3);
        """
    )
    yield db
    db.close()


@pytest.fixture
def client(db: sqlite3.Connection) -> Iterator[TestClient]:
    """The API, with Ada signed in."""
    with TestClient(app, headers={"Authorization": "Bearer t0"}) as client:
        yield client
