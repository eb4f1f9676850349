"""sqlalchemy.orm.session: the session, which keeps each object that it has read, by class and primary key.

Facts: the source of SQLAlchemy 2.1. `get` asks the database only for what is not among them, and
flushes before it asks. Sessions are not said to block, since to hand one to a thread takes more than a call.
What is not named here is unknown.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar, overload

from fixbot_effects import gives_object, not_thread_safe, pure, reads, writes
from sqlalchemy.engine.result import Result, ScalarResult
from sqlalchemy.orm.query import Query
from sqlalchemy.sql.selectable import Select

_O = TypeVar("_O")
_S = TypeVar("_S", bound="Session")

@not_thread_safe
class Session:
    is_active: bool
    @pure
    def __enter__(self: _S) -> _S: ...
    @reads("sql")
    @writes("sql")
    def __exit__(self, type_: Any, value: Any, traceback: Any) -> None: ...
    @reads("sql")
    @writes("sql")
    @gives_object(
        receiver="session",
        model="entity",
        key="ident",
        many="session.scalars(select(model).where(model.key.in_(chunk)))",
        each="found.unique()",
        imports=("sqlalchemy.select",),
        chunk=500,
        identity=True,
        usable="session.is_active",
        differs="what waits in the session is flushed before the loop, and what the loop changes after it, no longer at each read",
    )
    def get(
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
    def get_one(
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
    @overload
    @pure
    def query(self, entity: type[_O], /) -> Query[_O]: ...
    @overload
    @pure
    def query(self, *entities: Any, **kwargs: Any) -> Query[Any]: ...
    @reads("sql")
    @writes("sql")
    def add(self, instance: object) -> None: ...
    @reads("sql")
    @writes("sql")
    def add_all(self, instances: Iterable[object]) -> None: ...
    @reads("sql")
    @writes("sql")
    def delete(self, instance: object) -> None: ...
    @reads("sql")
    @writes("sql")
    def merge(self, instance: _O, **kwargs: Any) -> _O: ...
    @reads("sql")
    @writes("sql")
    def flush(self, objects: Any = None) -> None: ...
    @reads("sql")
    @writes("sql")
    def commit(self) -> None: ...
    @reads("sql")
    @writes("sql")
    def rollback(self) -> None: ...
    @reads("sql")
    @writes("sql")
    def refresh(self, instance: object, *args: Any, **kwargs: Any) -> None: ...
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
    def execute(self, statement: Select[_O], params: Any = None, **kwargs: Any) -> Result[_O]: ...
    @overload
    @reads("sql")
    @writes("sql")
    def execute(self, statement: Any, params: Any = None, **kwargs: Any) -> Result[Any]: ...
    @reads("sql")
    @writes("sql")
    def scalar(self, statement: Any, params: Any = None, **kwargs: Any) -> Any: ...
    @overload
    @reads("sql")
    @writes("sql")
    def scalars(self, statement: Select[_O], params: Any = None, **kwargs: Any) -> ScalarResult[_O]: ...
    @overload
    @reads("sql")
    @writes("sql")
    def scalars(self, statement: Any, params: Any = None, **kwargs: Any) -> ScalarResult[Any]: ...
    @reads("sql")
    @writes("sql")
    def close(self) -> None: ...

class sessionmaker(Generic[_S]):
    @overload
    @pure
    def __init__(self, bind: Any = ..., *, class_: type[_S], **kw: Any) -> None: ...
    @overload
    @pure
    def __init__(self: sessionmaker[Session], bind: Any = ..., **kw: Any) -> None: ...
    @pure
    def __call__(self, **local_kw: Any) -> _S: ...
    @pure
    def begin(self) -> AbstractContextManager[_S]: ...

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about
