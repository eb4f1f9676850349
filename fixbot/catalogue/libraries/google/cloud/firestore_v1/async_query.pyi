"""google.cloud.firestore_v1.async_query: queries, run with `await` or `async for`.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from collections.abc import AsyncGenerator
from typing import Any

from fixbot_effects import pure, reads
from google.cloud.firestore_v1.async_aggregation import AsyncAggregationQuery
from google.cloud.firestore_v1.async_document import AsyncDocumentReference
from google.cloud.firestore_v1.async_stream_generator import AsyncStreamGenerator
from google.cloud.firestore_v1.async_vector_query import AsyncVectorQuery
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.base_query import BaseCollectionGroup, QueryPartition
from google.cloud.firestore_v1.base_query import BaseQuery as BaseQuery
from google.cloud.firestore_v1.query_results import QueryResultsList

class AsyncQuery(BaseQuery):
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

class AsyncCollectionGroup(AsyncQuery, BaseCollectionGroup):
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
    @reads("firestore")
    def get_partitions(
        self, partition_count: int, retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> AsyncGenerator[QueryPartition, None]: ...
