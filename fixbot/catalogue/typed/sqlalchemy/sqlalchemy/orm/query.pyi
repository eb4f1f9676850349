"""sqlalchemy.orm.query: what `session.query` builds; it asks the database when its objects are asked for."""

from typing import Any, Generic, Self, TypeVar

from fixbot_effects import pure, reads, writes

_T = TypeVar("_T")

class Query(Generic[_T]):
    @pure
    def filter(self, *criterion: Any) -> Self: ...
    @pure
    def filter_by(self, **kwargs: Any) -> Self: ...
    @pure
    def order_by(self, *clauses: Any) -> Self: ...
    @pure
    def limit(self, limit: Any) -> Self: ...
    @pure
    def offset(self, offset: Any) -> Self: ...
    @pure
    def join(self, target: Any, *props: Any, **kwargs: Any) -> Self: ...
    @reads("sql")
    @writes("sql")
    def all(self) -> list[_T]: ...
    @reads("sql")
    @writes("sql")
    def first(self) -> _T | None: ...
    @reads("sql")
    @writes("sql")
    def one(self) -> _T: ...
    @reads("sql")
    @writes("sql")
    def one_or_none(self) -> _T | None: ...
    @reads("sql")
    @writes("sql")
    def count(self) -> int: ...

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about
