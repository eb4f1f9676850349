"""google.cloud.firestore_v1.async_document: a document, read and written with `await`.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from collections.abc import AsyncGenerator
from typing import Any

from fixbot_effects import fetched_by_key, pure, reads, writes
from google.cloud.firestore_v1.async_collection import AsyncCollectionReference
from google.cloud.firestore_v1.base_document import BaseDocumentReference
from google.cloud.firestore_v1.base_document import DocumentSnapshot as DocumentSnapshot
from google.cloud.firestore_v1.types import WriteResult

class AsyncDocumentReference(BaseDocumentReference):
    parent: AsyncCollectionReference
    @pure
    def __init__(self, *path: Any, **kwargs: Any) -> None: ...
    @pure
    def collection(self, collection_id: str) -> AsyncCollectionReference: ...
    @writes("firestore")
    async def create(
        self, document_data: dict[str, Any], retry: Any = ..., timeout: Any = ...
    ) -> WriteResult: ...
    @writes("firestore")
    async def set(
        self,
        document_data: dict[str, Any],
        merge: Any = False,
        retry: Any = ...,
        timeout: Any = ...,
    ) -> WriteResult: ...
    @writes("firestore")
    async def update(
        self, field_updates: dict[str, Any], option: Any = ..., retry: Any = ..., timeout: Any = ...
    ) -> WriteResult: ...
    @writes("firestore")
    async def delete(self, option: Any = ..., retry: Any = ..., timeout: Any = ...) -> Any: ...
    @fetched_by_key(
        batch="AsyncClient.get_all",
        match="reference.path",
        ordering="unordered",
        duplicates="elided",
        missing="returned",
        chunk=300,
    )
    @reads("firestore")
    async def get(
        self,
        field_paths: Any = ...,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        read_time: Any = ...,
    ) -> DocumentSnapshot[AsyncDocumentReference]: ...
    @reads("firestore")
    def collections(
        self, page_size: Any = ..., retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> AsyncGenerator[AsyncCollectionReference, Any]: ...
