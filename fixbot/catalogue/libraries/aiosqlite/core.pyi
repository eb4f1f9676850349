"""aiosqlite.core: a connection with a thread of its own, in which everything runs that is awaited.

Facts: the source of aiosqlite 0.22. What returns a `Result` does nothing before that is awaited or
entered; its effects are declared where it is called.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from pathlib import Path
from typing import Any

from fixbot_effects import gives_rows, lazy, pure, reads, runs_query, writes

from .context import Result
from .cursor import Cursor

@pure
def set_result(fut: Any, result: Any) -> None: ...
@pure
def set_exception(fut: Any, e: BaseException) -> None: ...

class Connection:
    @pure
    def __init__(
        self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int, loop: Any = None
    ) -> None: ...
    @pure
    def __await__(self) -> Generator[Any, None, Connection]: ...
    async def __aenter__(self) -> Connection: ...
    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    @pure
    def stop(self) -> Any: ...
    @pure
    def cursor(self) -> Result[Cursor]: ...
    @writes("sql")
    async def commit(self) -> None: ...
    @writes("sql")
    async def rollback(self) -> None: ...
    async def close(self) -> None: ...
    @reads("sql")
    @writes("sql")
    @runs_query(mark="?", chunk=500, in_process=True)
    def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Result[Cursor]: ...
    @reads("sql")
    @writes("sql")
    def execute_insert(
        self, sql: str, parameters: Iterable[Any] | None = None
    ) -> Result[sqlite3.Row | None]: ...
    @reads("sql")
    @writes("sql")
    @runs_query(mark="?", chunk=500, in_process=True, awaited=True)
    @gives_rows("all")
    def execute_fetchall(
        self, sql: str, parameters: Iterable[Any] | None = None
    ) -> Result[Iterable[sqlite3.Row]]: ...
    @reads("sql")
    @writes("sql")
    def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Result[Cursor]: ...
    @reads("sql")
    @writes("sql")
    def executescript(self, sql_script: str) -> Result[Cursor]: ...
    async def interrupt(self) -> None: ...
    async def create_function(
        self, name: str, num_params: int, func: Callable[..., Any], deterministic: bool = False
    ) -> None: ...
    in_transaction: bool
    isolation_level: Any
    row_factory: Any
    text_factory: Callable[[bytes], Any]
    total_changes: int
    async def enable_load_extension(self, value: bool) -> None: ...
    async def load_extension(self, path: str) -> None: ...
    async def set_progress_handler(self, handler: Callable[[], int | None], n: int) -> None: ...
    async def set_trace_callback(self, handler: Callable[..., Any]) -> None: ...
    async def set_authorizer(self, authorizer_callback: Callable[..., int] | None) -> None: ...
    @lazy
    @reads("sql")
    def iterdump(self) -> AsyncIterator[str]: ...
    @reads("sql")
    @writes("sql")
    async def backup(
        self,
        target: Any,
        *,
        pages: int = 0,
        progress: Callable[[int, int, int], None] | None = None,
        name: str = "main",
        sleep: float = 0.25,
    ) -> None: ...

@pure
def connect(
    database: str | Path, *, iter_chunk_size: int = 64, loop: Any = None, **kwargs: Any
) -> Connection: ...
