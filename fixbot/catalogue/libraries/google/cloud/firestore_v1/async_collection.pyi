"""google.cloud.firestore_v1.async_collection: a collection, read and written with `await`.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from collections.abc import AsyncGenerator
from typing import Any

from fixbot_effects import pure, reads, writes
from google.cloud.firestore_v1.async_aggregation import AsyncAggregationQuery
from google.cloud.firestore_v1.async_document import AsyncDocumentReference
from google.cloud.firestore_v1.async_query import AsyncQuery
from google.cloud.firestore_v1.async_stream_generator import AsyncStreamGenerator
from google.cloud.firestore_v1.async_vector_query import AsyncVectorQuery
from google.cloud.firestore_v1.base_collection import BaseCollectionReference
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.query_results import QueryResultsList

class AsyncCollectionReference(BaseCollectionReference[AsyncQuery]):
    parent: AsyncDocumentReference | None
    @pure
    def __init__(self, *path: Any, **kwargs: Any) -> None: ...
    @pure
    def document(self, document_id: str | None = None) -> AsyncDocumentReference: ...
    @writes("firestore")
    async def add(
        self,
        document_data: dict[str, Any],
        document_id: str | None = None,
        retry: Any = ...,
        timeout: Any = ...,
    ) -> tuple[Any, AsyncDocumentReference]: ...
    @reads("firestore")
    def list_documents(
        self, page_size: Any = ..., retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> AsyncGenerator[AsyncDocumentReference, None]: ...
    @reads("firestore")
    async def get(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> QueryResultsList[DocumentSnapshot[AsyncDocumentReference]]: ...
    @reads("firestore")
    def stream(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> AsyncStreamGenerator[DocumentSnapshot[AsyncDocumentReference]]: ...
    @pure
    def count(self, alias: Any = ...) -> AsyncAggregationQuery: ...
    @pure
    def sum(self, field_ref: Any, alias: Any = ...) -> AsyncAggregationQuery: ...
    @pure
    def avg(self, field_ref: Any, alias: Any = ...) -> AsyncAggregationQuery: ...
    @pure
    def find_nearest(
        self,
        vector_field: str,
        query_vector: Any,
        limit: int,
        distance_measure: Any,
        *,
        distance_result_field: Any = ...,
        distance_threshold: Any = ...,
    ) -> AsyncVectorQuery: ...
