"""The SQLite database: its schema, and a connection for each request."""

import sqlite3
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends

from app.config import settings

SCHEMA = """
CREATE TABLE IF NOT EXISTS games (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    opponent TEXT NOT NULL,
    season TEXT NOT NULL,
    video TEXT,
    duration REAL,
    views INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS annotations (
    id INTEGER PRIMARY KEY,
    game_id INTEGER NOT NULL REFERENCES games(id),
    second REAL NOT NULL,
    label TEXT NOT NULL,
    rating INTEGER NOT NULL DEFAULT 3,
    keyframes TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE IF NOT EXISTS clips (
    id INTEGER PRIMARY KEY,
    game_id INTEGER NOT NULL REFERENCES games(id),
    filename TEXT NOT NULL,
    rating INTEGER NOT NULL DEFAULT 3,
    replaces INTEGER REFERENCES clips(id),
    tracking TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS formats (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS projects (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    format_id INTEGER NOT NULL REFERENCES formats(id)
);
CREATE TABLE IF NOT EXISTS project_clips (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects(id),
    position INTEGER NOT NULL,
    clip_id INTEGER NOT NULL REFERENCES clips(id)
);
CREATE INDEX IF NOT EXISTS project_clips_in_order ON project_clips (project_id, position);
CREATE TABLE IF NOT EXISTS videos (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects(id),
    version INTEGER NOT NULL,
    filename TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS sessions (
    id INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    coach TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sync_state (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL
);
"""

DEFAULTS = """
INSERT OR IGNORE INTO formats (id, name, width, height) VALUES
    (1, 'landscape', 1920, 1080), (2, 'portrait', 1080, 1920), (3, 'square', 1080, 1080);
INSERT OR IGNORE INTO sync_state (name, version) VALUES ('database', 1);
"""


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(settings.DATABASE, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def create_tables() -> None:
    settings.DATABASE.parent.mkdir(parents=True, exist_ok=True)
    db = connect()
    db.executescript(SCHEMA)
    db.executescript(DEFAULTS)
    db.close()


def get_db() -> Iterator[sqlite3.Connection]:
    db = connect()
    try:
        yield db
    finally:
        db.close()


Database = Annotated[sqlite3.Connection, Depends(get_db)]


def save(db: sqlite3.Connection) -> None:
    """Commit, and tell the synchronisation that there is something new."""
    db.execute("UPDATE sync_state SET version = version + 1 WHERE name = 'database'")
    db.commit()
