"""psycopg.connection_async: each call waits for the server and is awaited.

Facts: the source of psycopg 3.3. What is not named here is unknown.
"""

from typing import Any

from fixbot_effects import pure, reads, runs_query, writes
from typing_extensions import Self

from .cursor_async import AsyncCursor

class AsyncConnection:
    row_factory: Any
    cursor_factory: Any
    @pure
    def __init__(self, pgconn: Any, row_factory: Any = ...) -> None: ...
    @classmethod
    async def connect(
        cls,
        conninfo: str = "",
        *,
        autocommit: bool = False,
        prepare_threshold: int | None = 5,
        context: Any = None,
        row_factory: Any = None,
        cursor_factory: Any = None,
        **kwargs: Any,
    ) -> Self: ...
    async def __aenter__(self) -> Self: ...
    @writes("sql")
    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    async def close(self) -> None: ...
    @pure
    def cursor(
        self,
        name: str = "",
        *,
        binary: bool = False,
        row_factory: Any = None,
        scrollable: bool | None = None,
        withhold: bool = False,
    ) -> AsyncCursor: ...
    @reads("sql")
    @writes("sql")
    @runs_query(mark="%s", chunk=500)
    async def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool = False
    ) -> AsyncCursor: ...
    @writes("sql")
    async def commit(self) -> None: ...
    @writes("sql")
    async def rollback(self) -> None: ...
