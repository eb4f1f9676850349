"""requests.structures: dictionaries of its own.

Facts on blocking: none of it leaves memory.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, Generic, TypeVar

from fixbot_effects import pure

V = TypeVar("V")

class CaseInsensitiveDict(MutableMapping[str, V], Generic[V]):
    @pure
    def __init__(self, data: Any = ..., **kwargs: Any) -> None: ...
    @pure
    def __setitem__(self, key: str, value: V) -> None: ...
    @pure
    def __getitem__(self, key: str) -> V: ...
    @pure
    def __delitem__(self, key: str) -> None: ...
    @pure
    def __iter__(self) -> Iterator[str]: ...
    @pure
    def __len__(self) -> int: ...
    @pure
    def lower_items(self) -> Iterator[tuple[str, V]]: ...
    @pure
    def copy(self) -> CaseInsensitiveDict[V]: ...

class LookupDict(dict[str, V], Generic[V]):
    name: Any
    @pure
    def __init__(self, name: Any = ...) -> None: ...
    @pure
    def __getattr__(self, key: str) -> V: ...
    @pure
    def __getitem__(self, key: str) -> V: ...
    @pure
    def get(self, key: Any, default: Any = ...) -> Any: ...
