"""django.db.models.query: a query, which asks the database when it is gone through."""

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from fixbot_effects import gives_object, reads, thread_local, writes

_M = TypeVar("_M")

class QuerySet(Generic[_M]):
    @thread_local
    @reads("sql")
    def __iter__(self) -> Iterator[_M]: ...
    @thread_local
    @reads("sql")
    @gives_object(
        receiver="manager",
        key="pk",
        many="manager.in_bulk(chunk)",
        each="found.values()",
        chunk=500,
        text_key="manager.model._meta.pk.to_python(key)",
        differs="all are read before the loop, where a key that the database refuses may spoil the transaction",
    )
    def get(self, *args: Any, **kwargs: Any) -> _M: ...
    @thread_local
    @reads("sql")
    @gives_object(
        receiver="manager",
        key="pk",
        many="await manager.ain_bulk(chunk)",
        each="found.values()",
        chunk=500,
        text_key="manager.model._meta.pk.to_python(key)",
        differs="all are read before the loop, where a key that the database refuses may spoil the transaction",
    )
    async def aget(self, *args: Any, **kwargs: Any) -> _M: ...
    @thread_local
    @reads("sql")
    def filter(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def exclude(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def all(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def order_by(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def select_related(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def prefetch_related(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def only(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def defer(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def using(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def distinct(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def annotate(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    def values(self, *args: Any, **kwargs: Any) -> Any: ...
    @thread_local
    @reads("sql")
    def values_list(self, *args: Any, **kwargs: Any) -> Any: ...
    @thread_local
    @reads("sql")
    def first(self, *args: Any, **kwargs: Any) -> _M | None: ...
    @thread_local
    @reads("sql")
    def last(self, *args: Any, **kwargs: Any) -> _M | None: ...
    @thread_local
    @reads("sql")
    def count(self, *args: Any, **kwargs: Any) -> int: ...
    @thread_local
    @reads("sql")
    def exists(self, *args: Any, **kwargs: Any) -> bool: ...
    @thread_local
    @reads("sql")
    def in_bulk(self, *args: Any, **kwargs: Any) -> dict[Any, _M]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def select_for_update(self, *args: Any, **kwargs: Any) -> QuerySet[_M]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def create(self, *args: Any, **kwargs: Any) -> _M: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def get_or_create(self, *args: Any, **kwargs: Any) -> tuple[_M, bool]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def update_or_create(self, *args: Any, **kwargs: Any) -> tuple[_M, bool]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def bulk_create(self, *args: Any, **kwargs: Any) -> list[_M]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def bulk_update(self, *args: Any, **kwargs: Any) -> int: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def update(self, *args: Any, **kwargs: Any) -> int: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def acreate(self, *args: Any, **kwargs: Any) -> _M: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def aget_or_create(self, *args: Any, **kwargs: Any) -> tuple[_M, bool]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def aupdate_or_create(self, *args: Any, **kwargs: Any) -> tuple[_M, bool]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def abulk_create(self, *args: Any, **kwargs: Any) -> list[_M]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def abulk_update(self, *args: Any, **kwargs: Any) -> int: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def aupdate(self, *args: Any, **kwargs: Any) -> int: ...
    @thread_local
    @reads("sql")
    async def afirst(self, *args: Any, **kwargs: Any) -> _M | None: ...
    @thread_local
    @reads("sql")
    async def alast(self, *args: Any, **kwargs: Any) -> _M | None: ...
    @thread_local
    @reads("sql")
    async def acount(self, *args: Any, **kwargs: Any) -> int: ...
    @thread_local
    @reads("sql")
    async def aexists(self, *args: Any, **kwargs: Any) -> bool: ...
    @thread_local
    @reads("sql")
    async def ain_bulk(self, *args: Any, **kwargs: Any) -> dict[Any, _M]: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def delete(self) -> Any: ...

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about
