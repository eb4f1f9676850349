"""psycopg.cursor_async: each call waits for the server and is awaited.

Facts: the source of psycopg 3.3. Rows were read when `execute` returns; fetching one waits for nothing
with the cursors of the client, and is treated as if it did. What is not named here is unknown.
"""

from collections.abc import AsyncIterator
from typing import Any

from fixbot_effects import gives_rows, lazy, pure, reads, runs_query, writes
from typing_extensions import Self

from .connection_async import AsyncConnection

class AsyncCursor:
    description: Any
    rowcount: int
    row_factory: Any
    connection: AsyncConnection
    @pure
    def __init__(self, connection: AsyncConnection, *, row_factory: Any = None) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    async def close(self) -> None: ...
    @reads("sql")
    @writes("sql")
    @runs_query(mark="%s", chunk=500)
    async def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Self: ...
    @reads("sql")
    @writes("sql")
    async def executemany(self, query: Any, params_seq: Any, *, returning: bool = False) -> None: ...
    @reads("sql")
    @gives_rows("one")
    async def fetchone(self) -> Any: ...
    @reads("sql")
    async def fetchmany(self, size: int = 0) -> list[Any]: ...
    @reads("sql")
    @gives_rows("all")
    async def fetchall(self) -> list[Any]: ...
    @lazy
    @reads("sql")
    def __aiter__(self) -> AsyncIterator[Any]: ...
