"""asyncpg.connection: each call is awaited; rows are records, which cannot be changed.

Facts: the source of asyncpg 0.32. What is not named here is unknown.
"""

from typing import Any

from fixbot_effects import gives_rows, pure, reads, runs_query, writes

class Connection:
    @pure
    def is_closed(self) -> bool: ...
    @pure
    def is_in_transaction(self) -> bool: ...
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
    async def close(self, *, timeout: float | None = None) -> None: ...

async def connect(dsn: str | None = None, **kwargs: Any) -> Connection: ...
