"""psycopg.connection: each call waits for the server.

Facts: the source of psycopg 3.3. What is not named here is unknown.
"""

from typing import Any

from fixbot_effects import blocking, not_thread_safe, pure, reads, runs_query, writes
from typing_extensions import Self

from .cursor import Cursor

@not_thread_safe
class Connection:
    row_factory: Any
    cursor_factory: Any
    @pure
    def __init__(self, pgconn: Any, row_factory: Any = ...) -> None: ...
    @classmethod
    @blocking
    def connect(
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
    @pure
    def __enter__(self) -> Self: ...
    @blocking
    @writes("sql")
    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    @blocking
    def close(self) -> None: ...
    @pure
    def cursor(
        self,
        name: str = "",
        *,
        binary: bool = False,
        row_factory: Any = None,
        scrollable: bool | None = None,
        withhold: bool = False,
    ) -> Cursor: ...
    @blocking
    @reads("sql")
    @writes("sql")
    @runs_query(mark="%s", chunk=500)
    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool = False
    ) -> Cursor: ...
    @blocking
    @writes("sql")
    def commit(self) -> None: ...
    @blocking
    @writes("sql")
    def rollback(self) -> None: ...
