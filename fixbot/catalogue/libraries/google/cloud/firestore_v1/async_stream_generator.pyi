"""google.cloud.firestore_v1.async_stream_generator: what the async `stream` returns.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Generic, TypeVar

from fixbot_effects import pure, reads
from typing_extensions import Self

T = TypeVar("T")

class AsyncStreamGenerator(AsyncGenerator[T, Any], Generic[T]):
    explain_options: Any
    @pure
    def __init__(self, response_generator: Any, explain_options: Any = ...) -> None: ...
    @pure
    def __aiter__(self) -> Self: ...
    @reads("firestore")
    async def __anext__(self) -> T: ...
    @reads("firestore")
    def asend(self, value: Any = ...) -> Coroutine[Any, Any, T]: ...
    @reads("firestore")
    def athrow(self, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, T]: ...
    @pure
    def aclose(self) -> Coroutine[Any, Any, None]: ...
    @reads("firestore")
    async def get_explain_metrics(self) -> Any: ...
