"""django.db.models.base: a row as an object, made anew by each read."""

from typing import Any, ClassVar, TypeVar

from fixbot_effects import model_base, pure, reads, thread_local, writes

from .manager import Manager

_M = TypeVar("_M", bound="Model")

class _Objects:
    """The manager that a class without one of its own gets."""

    def __get__(self, instance: None, owner: type[_M]) -> Manager[_M]: ...

@model_base
class Model:
    objects: ClassVar[_Objects]
    DoesNotExist: ClassVar[type[Exception]]
    MultipleObjectsReturned: ClassVar[type[Exception]]
    pk: Any
    @pure
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def save(self, *args: Any, **kwargs: Any) -> None: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def delete(self, *args: Any, **kwargs: Any) -> Any: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def asave(self, *args: Any, **kwargs: Any) -> None: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def adelete(self, *args: Any, **kwargs: Any) -> Any: ...
    @thread_local
    @reads("sql")
    @writes("sql")
    async def arefresh_from_db(self, *args: Any, **kwargs: Any) -> None: ...

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about
