"""psycopg.cursor: each call waits for the server.

Facts: the source of psycopg 3.3. Rows were read when `execute` returns; fetching one waits for nothing
with the cursors of the client, and is treated as if it did. What is not named here is unknown.
"""

from collections.abc import Iterator
from typing import Any

from fixbot_effects import blocking, gives_rows, lazy, not_thread_safe, pure, reads, runs_query, writes
from typing_extensions import Self

from .connection import Connection

@not_thread_safe
class Cursor:
    description: Any
    rowcount: int
    row_factory: Any
    connection: Connection
    @pure
    def __init__(self, connection: Connection, *, row_factory: Any = None) -> None: ...
    @pure
    def __enter__(self) -> Self: ...
    @blocking
    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    @blocking
    def close(self) -> None: ...
    @blocking
    @reads("sql")
    @writes("sql")
    @runs_query(mark="%s", chunk=500)
    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Self: ...
    @blocking
    @reads("sql")
    @writes("sql")
    def executemany(self, query: Any, params_seq: Any, *, returning: bool = False) -> None: ...
    @blocking
    @reads("sql")
    @gives_rows("one")
    def fetchone(self) -> Any: ...
    @blocking
    @reads("sql")
    def fetchmany(self, size: int = 0) -> list[Any]: ...
    @blocking
    @reads("sql")
    @gives_rows("all")
    def fetchall(self) -> list[Any]: ...
    @lazy
    @reads("sql")
    def __iter__(self) -> Iterator[Any]: ...
