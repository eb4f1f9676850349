"""google.cloud.firestore_v1.async_aggregation: aggregations, run with `await` or `async for`.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from typing import Any

from fixbot_effects import pure, reads
from google.cloud.firestore_v1.async_stream_generator import AsyncStreamGenerator
from google.cloud.firestore_v1.base_aggregation import AggregationResult, BaseAggregationQuery
from google.cloud.firestore_v1.query_results import QueryResultsList

class AsyncAggregationQuery(BaseAggregationQuery):
    @pure
    def __init__(self, nested_query: Any) -> None: ...
    @reads("firestore")
    async def get(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> QueryResultsList[list[AggregationResult]]: ...
    @reads("firestore")
    def stream(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
        read_time: Any = ...,
    ) -> AsyncStreamGenerator[list[AggregationResult]]: ...
