"""google.cloud.firestore_v1.async_transaction: transactions, run with `await`.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

from fixbot_effects import pure, reads, writes
from google.cloud.firestore_v1.async_batch import AsyncWriteBatch
from google.cloud.firestore_v1.async_document import AsyncDocumentReference
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.base_transaction import BaseTransaction

T = TypeVar("T")

class AsyncTransaction(AsyncWriteBatch, BaseTransaction):
    @pure
    def __init__(self, client: Any, max_attempts: int = 5, read_only: bool = False) -> None: ...
    @reads("firestore")
    async def get_all(
        self,
        references: Iterable[AsyncDocumentReference],
        retry: Any = ...,
        timeout: Any = ...,
        *,
        read_time: Any = ...,
    ) -> AsyncGenerator[DocumentSnapshot[AsyncDocumentReference], Any]: ...
    @reads("firestore")
    async def get(
        self,
        ref_or_query: Any,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> AsyncGenerator[DocumentSnapshot[AsyncDocumentReference], Any]: ...

class _AsyncTransactional(Generic[T]):
    to_wrap: Callable[..., Awaitable[T]]
    @pure
    def __init__(self, to_wrap: Callable[..., Awaitable[T]]) -> None: ...
    @reads("firestore")
    @writes("firestore")
    async def __call__(self, transaction: AsyncTransaction, *args: Any, **kwargs: Any) -> T: ...

@pure
def async_transactional(to_wrap: Callable[..., Awaitable[T]]) -> _AsyncTransactional[T]: ...
