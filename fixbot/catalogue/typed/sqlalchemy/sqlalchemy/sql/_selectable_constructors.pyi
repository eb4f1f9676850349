"""sqlalchemy.sql._selectable_constructors: what begins a query."""

from typing import Any, TypeVar, overload

from fixbot_effects import pure

from .selectable import Select

_T = TypeVar("_T")

@overload
@pure
def select(entity: type[_T], /) -> Select[_T]: ...
@overload
@pure
def select(*entities: Any) -> Select[Any]: ...
def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about
