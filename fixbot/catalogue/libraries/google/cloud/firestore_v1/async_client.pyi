"""google.cloud.firestore_v1.async_client: the Firestore client for `await`; bound to its event loop.

Facts on blocking: the source of google-cloud-firestore 2.34; its constructor blocks like the sync one.
"""

from collections.abc import AsyncGenerator, Iterable
from typing import Any

from fixbot_effects import blocking, loop_bound, pure, reads, shared, writes
from google.cloud.firestore_v1.async_batch import AsyncWriteBatch
from google.cloud.firestore_v1.async_collection import AsyncCollectionReference
from google.cloud.firestore_v1.async_document import AsyncDocumentReference
from google.cloud.firestore_v1.async_pipeline import AsyncPipeline
from google.cloud.firestore_v1.async_query import AsyncCollectionGroup
from google.cloud.firestore_v1.async_transaction import AsyncTransaction
from google.cloud.firestore_v1.base_client import BaseClient
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.pipeline_source import PipelineSource

@shared
@loop_bound
class AsyncClient(BaseClient):
    # google.auth.default() is the synchronous one: credential files, then the metadata server.
    @blocking
    @reads("auth")
    def __init__(
        self,
        project: Any = ...,
        credentials: Any = ...,
        database: Any = ...,
        client_info: Any = ...,
        client_options: Any = ...,
    ) -> None: ...
    @pure
    def collection(self, *collection_path: str) -> AsyncCollectionReference: ...
    @pure
    def collection_group(self, collection_id: str) -> AsyncCollectionGroup: ...
    @pure
    def document(self, *document_path: str) -> AsyncDocumentReference: ...
    @reads("firestore")
    def get_all(
        self,
        references: Iterable[AsyncDocumentReference],
        field_paths: Any = ...,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        read_time: Any = ...,
    ) -> AsyncGenerator[DocumentSnapshot[AsyncDocumentReference], Any]: ...
    @reads("firestore")
    def collections(
        self, retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> AsyncGenerator[AsyncCollectionReference, Any]: ...
    @reads("firestore")
    @writes("firestore")
    async def recursive_delete(
        self,
        reference: AsyncCollectionReference | AsyncDocumentReference,
        *,
        bulk_writer: Any = ...,
        chunk_size: int = 5000,
    ) -> int: ...
    @pure
    def batch(self) -> AsyncWriteBatch: ...
    @pure
    def transaction(self, max_attempts: int = 5, read_only: bool = False) -> AsyncTransaction: ...
    @pure
    def pipeline(self) -> PipelineSource[AsyncPipeline]: ...
