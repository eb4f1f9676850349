"""google.cloud.firestore_v1.collection: a collection, read and written by blocking calls.

Facts on blocking: the source of google-cloud-firestore 2.34; `list_documents` fetches its first page
at the call and the others while iterated.
"""

from collections.abc import Callable, Generator
from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, writes
from google.cloud.firestore_v1.aggregation import AggregationQuery
from google.cloud.firestore_v1.base_collection import BaseCollectionReference
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.document import DocumentReference
from google.cloud.firestore_v1.query import Query
from google.cloud.firestore_v1.query_results import QueryResultsList
from google.cloud.firestore_v1.stream_generator import StreamGenerator
from google.cloud.firestore_v1.types import WriteResult
from google.cloud.firestore_v1.vector_query import VectorQuery
from google.cloud.firestore_v1.watch import Watch as Watch

class CollectionReference(BaseCollectionReference[Query]):
    parent: DocumentReference | None
    @pure
    def __init__(self, *path: Any, **kwargs: Any) -> None: ...
    @pure
    def document(self, document_id: str | None = None) -> DocumentReference: ...
    @blocking
    @writes("firestore")
    def add(
        self,
        document_data: dict[str, Any],
        document_id: str | None = None,
        retry: Any = ...,
        timeout: Any = ...,
    ) -> tuple[Any, DocumentReference]: ...
    @blocking
    @lazy
    @reads("firestore")
    def list_documents(
        self, page_size: Any = ..., retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> Generator[DocumentReference, Any, None]: ...
    @blocking
    @reads("firestore")
    def get(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> QueryResultsList[DocumentSnapshot[DocumentReference]]: ...
    @lazy
    @reads("firestore")
    def stream(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> StreamGenerator[DocumentSnapshot[DocumentReference]]: ...
    # Starts a thread, which opens a stream and reads it; nothing waits for that.
    @reads("firestore")
    def on_snapshot(self, callback: Callable[..., Any]) -> Watch: ...
    @pure
    def count(self, alias: Any = ...) -> AggregationQuery: ...
    @pure
    def sum(self, field_ref: Any, alias: Any = ...) -> AggregationQuery: ...
    @pure
    def avg(self, field_ref: Any, alias: Any = ...) -> AggregationQuery: ...
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
    ) -> VectorQuery: ...
