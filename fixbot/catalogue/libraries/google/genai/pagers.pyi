"""google.genai.pagers: lists that fetch the next page while they are iterated.

Facts on blocking: the source of google-genai 3.4.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, TypeVar

from fixbot_effects import blocking, lazy, pure, reads

T = TypeVar("T")

class _BasePager(Generic[T]):
    page: list[T]
    name: str
    page_size: int
    config: dict[str, Any]
    sdk_http_response: Any
    @pure
    def __init__(self, name: Any, request: Any, response: Any, config: Any) -> None: ...
    @pure
    def __getitem__(self, index: int) -> T: ...
    @pure
    def __len__(self) -> int: ...

class Pager(_BasePager[T]):
    @lazy
    @reads("genai")
    def __iter__(self) -> Iterator[T]: ...
    @blocking
    @reads("genai")
    def __next__(self) -> T: ...
    @blocking
    @reads("genai")
    def next_page(self) -> list[T]: ...

class AsyncPager(_BasePager[T]):
    @reads("genai")
    def __aiter__(self) -> AsyncIterator[T]: ...
    @reads("genai")
    async def __anext__(self) -> T: ...
    @reads("genai")
    async def next_page(self) -> list[T]: ...
