"""asyncpg.pool: a pool does what a connection does, each time on any one of its own.

Facts: the source of asyncpg 0.32. What is not named here is unknown.
"""

from collections.abc import Generator
from contextlib import AbstractAsyncContextManager
from typing import Any

from fixbot_effects import gives_rows, pure, reads, runs_query, writes
from typing_extensions import Self

from .connection import Connection

class Pool:
    @reads("sql")
    @writes("sql")
    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str: ...
    @reads("sql")
    @writes("sql")
    async def executemany(self, command: str, args: Any, *, timeout: float | None = None) -> None: ...
    @reads("sql")
    @writes("sql")
    @runs_query(mark="$1", chunk=10000, spread=True)
    @gives_rows("all")
    async def fetch(
        self, query: Any, *args: Any, timeout: float | None = None, record_class: Any = None
    ) -> list[Any]: ...
    @reads("sql")
    @writes("sql")
    async def fetchval(
        self, query: Any, *args: Any, column: int = 0, timeout: float | None = None
    ) -> Any: ...
    @reads("sql")
    @writes("sql")
    @runs_query(mark="$1", chunk=10000, spread=True)
    @gives_rows("one")
    async def fetchrow(
        self, query: Any, *args: Any, timeout: float | None = None, record_class: Any = None
    ) -> Any: ...
    @pure
    def acquire(self, *, timeout: float | None = None) -> AbstractAsyncContextManager[Connection]: ...
    async def close(self) -> None: ...
    @pure
    def __await__(self) -> Generator[Any, None, Self]: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc: Any) -> None: ...

@pure
def create_pool(dsn: str | None = None, **connect_kwargs: Any) -> Pool: ...
