"""sqlalchemy.orm.base: an attribute of a mapped class, which an object has the value of."""

from typing import Any, Generic, TypeVar, overload

_T = TypeVar("_T")

class _Of(Generic[_T]):
    """What `Mapped` is to type checkers."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Any: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> _T: ...
    def __set__(self, instance: Any, value: Any) -> None: ...

class Mapped(_Of[_T]): ...

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about
