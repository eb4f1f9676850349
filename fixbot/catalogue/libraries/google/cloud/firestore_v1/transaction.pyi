"""google.cloud.firestore_v1.transaction: transactions, run by blocking calls.

Facts on blocking: the source of google-cloud-firestore 2.34; a `transactional` function begins,
commits and retries when it is called.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, writes
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.base_transaction import BaseTransaction
from google.cloud.firestore_v1.batch import WriteBatch
from google.cloud.firestore_v1.document import DocumentReference

class Transaction(WriteBatch, BaseTransaction):
    @pure
    def __init__(self, client: Any, max_attempts: int = 5, read_only: bool = False) -> None: ...
    @lazy
    @reads("firestore")
    def get_all(
        self,
        references: Iterable[DocumentReference],
        retry: Any = ...,
        timeout: Any = ...,
        *,
        read_time: Any = ...,
    ) -> Generator[DocumentSnapshot[DocumentReference], Any, None]: ...
    @lazy
    @reads("firestore")
    def get(
        self,
        ref_or_query: Any,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> Generator[DocumentSnapshot[DocumentReference], Any, Any]: ...

class _Transactional:
    to_wrap: Callable[..., Any]
    @pure
    def __init__(self, to_wrap: Callable[..., Any]) -> None: ...
    @blocking
    @reads("firestore")
    @writes("firestore")
    def __call__(self, transaction: Transaction, *args: Any, **kwargs: Any) -> Any: ...

@pure
def transactional(to_wrap: Callable[..., Any]) -> _Transactional: ...
