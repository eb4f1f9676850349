"""aiosqlite.cursor: each call runs in the connection's thread and is awaited.

Facts: the source of aiosqlite 0.22.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from fixbot_effects import gives_rows, lazy, pure, reads, runs_query, writes

from .core import Connection

class Cursor:
    iter_chunk_size: int
    @pure
    def __init__(self, conn: Connection, cursor: sqlite3.Cursor) -> None: ...
    @lazy
    @reads("sql")
    def __aiter__(self) -> AsyncIterator[sqlite3.Row]: ...
    @reads("sql")
    @writes("sql")
    @runs_query(mark="?", chunk=500, in_process=True)
    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Cursor: ...
    @reads("sql")
    @writes("sql")
    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Cursor: ...
    @reads("sql")
    @writes("sql")
    async def executescript(self, sql_script: str) -> Cursor: ...
    @reads("sql")
    @gives_rows("one")
    async def fetchone(self) -> sqlite3.Row | None: ...
    @reads("sql")
    async def fetchmany(self, size: int | None = None) -> Iterable[sqlite3.Row]: ...
    @reads("sql")
    @gives_rows("all")
    async def fetchall(self) -> Iterable[sqlite3.Row]: ...
    async def close(self) -> None: ...
    rowcount: int
    lastrowid: int | None
    arraysize: int
    description: Any
    row_factory: Callable[[sqlite3.Cursor, sqlite3.Row], object] | None
    connection: sqlite3.Connection
    async def __aenter__(self) -> Cursor: ...
    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
