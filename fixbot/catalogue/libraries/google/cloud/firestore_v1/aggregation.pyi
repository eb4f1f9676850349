"""google.cloud.firestore_v1.aggregation: aggregations, run by blocking calls.

Facts on blocking: the source of google-cloud-firestore 2.34; each result is a list of aggregations.
"""

from typing import Any

from fixbot_effects import blocking, lazy, pure, reads
from google.cloud.firestore_v1.base_aggregation import AggregationResult, BaseAggregationQuery
from google.cloud.firestore_v1.query_results import QueryResultsList
from google.cloud.firestore_v1.stream_generator import StreamGenerator

class AggregationQuery(BaseAggregationQuery):
    @pure
    def __init__(self, nested_query: Any) -> None: ...
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
    ) -> QueryResultsList[list[AggregationResult]]: ...
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
    ) -> StreamGenerator[list[AggregationResult]]: ...
