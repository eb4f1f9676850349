"""sqlalchemy.ext.asyncio.session: a session that is awaited; one task uses it at a time."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar, overload

from fixbot_effects import gives_object, model_base, not_thread_safe, pure, reads, writes
from sqlalchemy.engine.result import Result, ScalarResult
from sqlalchemy.sql.selectable import Select

_O = TypeVar("_O")
_S = TypeVar("_S", bound="AsyncSession")

@model_base
class AsyncAttrs: ...

@not_thread_safe
class AsyncSession:
    is_active: bool
    async def __aenter__(self: _S) -> _S: ...
    @reads("sql")
    @writes("sql")
    async def __aexit__(self, type_: Any, value: Any, traceback: Any) -> None: ...
    @reads("sql")
    @writes("sql")
    @gives_object(
        receiver="session",
        model="entity",
        key="ident",
        many="await session.scalars(select(model).where(model.key.in_(chunk)))",
        each="found.unique()",
        imports=("sqlalchemy.select",),
        chunk=500,
        identity=True,
        usable="session.is_active",
        differs="what waits in the session is flushed before the loop, and what the loop changes after it, no longer at each read",
    )
    async def get(
        self,
        entity: type[_O],
        ident: Any,
        *,
        options: Any = None,
        populate_existing: Any = None,
        with_for_update: Any = None,
        identity_token: Any = None,
        execution_options: Any = ...,
    ) -> _O | None: ...
    @reads("sql")
    @writes("sql")
    async def get_one(
        self,
        entity: type[_O],
        ident: Any,
        *,
        options: Any = None,
        populate_existing: Any = None,
        with_for_update: Any = None,
        identity_token: Any = None,
        execution_options: Any = ...,
    ) -> _O: ...
    @reads("sql")
    @writes("sql")
    def add(self, instance: object) -> None: ...
    @reads("sql")
    @writes("sql")
    def add_all(self, instances: Iterable[object]) -> None: ...
    @reads("sql")
    @writes("sql")
    async def delete(self, instance: object) -> None: ...
    @reads("sql")
    @writes("sql")
    async def merge(self, instance: _O, **kwargs: Any) -> _O: ...
    @reads("sql")
    @writes("sql")
    async def flush(self, objects: Any = None) -> None: ...
    @reads("sql")
    @writes("sql")
    async def commit(self) -> None: ...
    @reads("sql")
    @writes("sql")
    async def rollback(self) -> None: ...
    @reads("sql")
    @writes("sql")
    async def refresh(self, instance: object, *args: Any, **kwargs: Any) -> None: ...
    @reads("sql")
    @writes("sql")
    def expire(self, instance: object, attribute_names: Any = None) -> None: ...
    @reads("sql")
    @writes("sql")
    def expire_all(self) -> None: ...
    @reads("sql")
    @writes("sql")
    def expunge(self, instance: object) -> None: ...
    @reads("sql")
    @writes("sql")
    def expunge_all(self) -> None: ...
    @overload
    @reads("sql")
    @writes("sql")
    async def execute(self, statement: Select[_O], params: Any = None, **kwargs: Any) -> Result[_O]: ...
    @overload
    @reads("sql")
    @writes("sql")
    async def execute(self, statement: Any, params: Any = None, **kwargs: Any) -> Result[Any]: ...
    @reads("sql")
    @writes("sql")
    async def scalar(self, statement: Any, params: Any = None, **kwargs: Any) -> Any: ...
    @overload
    @reads("sql")
    @writes("sql")
    async def scalars(self, statement: Select[_O], params: Any = None, **kwargs: Any) -> ScalarResult[_O]: ...
    @overload
    @reads("sql")
    @writes("sql")
    async def scalars(self, statement: Any, params: Any = None, **kwargs: Any) -> ScalarResult[Any]: ...
    @reads("sql")
    @writes("sql")
    async def close(self) -> None: ...

class async_sessionmaker(Generic[_S]):
    @overload
    @pure
    def __init__(self, bind: Any = ..., *, class_: type[_S], **kw: Any) -> None: ...
    @overload
    @pure
    def __init__(self: async_sessionmaker[AsyncSession], bind: Any = ..., **kw: Any) -> None: ...
    @pure
    def __call__(self, **local_kw: Any) -> _S: ...
    @pure
    def begin(self) -> AbstractAsyncContextManager[_S]: ...

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about
