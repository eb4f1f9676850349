"""google.cloud.firestore_v1.query: queries, run by blocking calls.

Facts on blocking: the source of google-cloud-firestore 2.34; `get` reads all, `stream` while iterated.
"""

from collections.abc import Callable, Generator
from typing import Any

from fixbot_effects import blocking, lazy, pure, reads
from google.cloud.firestore_v1.aggregation import AggregationQuery
from google.cloud.firestore_v1.base_document import DocumentSnapshot as DocumentSnapshot
from google.cloud.firestore_v1.base_query import BaseCollectionGroup, QueryPartition
from google.cloud.firestore_v1.base_query import BaseQuery as BaseQuery
from google.cloud.firestore_v1.document import DocumentReference
from google.cloud.firestore_v1.query_results import QueryResultsList
from google.cloud.firestore_v1.stream_generator import StreamGenerator
from google.cloud.firestore_v1.vector_query import VectorQuery
from google.cloud.firestore_v1.watch import Watch as Watch

class Query(BaseQuery):
    @pure
    def __init__(
        self,
        parent: Any,
        projection: Any = ...,
        field_filters: Any = ...,
        orders: Any = ...,
        limit: Any = ...,
        limit_to_last: Any = ...,
        offset: Any = ...,
        start_at: Any = ...,
        end_at: Any = ...,
        all_descendants: Any = ...,
        recursive: Any = ...,
    ) -> None: ...
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

class CollectionGroup(Query, BaseCollectionGroup):
    @pure
    def __init__(
        self,
        parent: Any,
        projection: Any = ...,
        field_filters: Any = ...,
        orders: Any = ...,
        limit: Any = ...,
        limit_to_last: Any = ...,
        offset: Any = ...,
        start_at: Any = ...,
        end_at: Any = ...,
        all_descendants: Any = ...,
        recursive: Any = ...,
    ) -> None: ...
    @lazy
    @reads("firestore")
    def get_partitions(
        self, partition_count: int, retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> Generator[QueryPartition, Any, None]: ...
