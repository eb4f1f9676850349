"""google.cloud.firestore_v1.async_batch: writes sent together by an awaited `commit`.

Facts on blocking: the source of google-cloud-firestore 2.34; leaving `async with` commits.
"""

from typing import Any

from fixbot_effects import pure, writes
from google.cloud.firestore_v1.base_batch import BaseWriteBatch
from typing_extensions import Self

class AsyncWriteBatch(BaseWriteBatch):
    @pure
    def __init__(self, client: Any) -> None: ...
    @writes("firestore")
    async def commit(self, retry: Any = ..., timeout: Any = ...) -> list[Any]: ...
    async def __aenter__(self) -> Self: ...
    @writes("firestore")
    async def __aexit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None: ...
