"""google.cloud.firestore_v1.base_aggregation: building aggregations (count, sum, average).

Facts on blocking: none of it leaves memory (google-cloud-firestore 2.34).
"""

from typing import Any

from fixbot_effects import pure
from typing_extensions import Self

class AggregationResult:
    alias: str
    value: Any
    read_time: Any
    @pure
    def __init__(self, alias: str, value: Any, read_time: Any = ...) -> None: ...

class BaseAggregation:
    alias: str | None
    @pure
    def __init__(self, alias: Any = ...) -> None: ...

class CountAggregation(BaseAggregation):
    @pure
    def __init__(self, alias: Any = ...) -> None: ...

class SumAggregation(BaseAggregation):
    field_ref: Any
    @pure
    def __init__(self, field_ref: Any, alias: Any = ...) -> None: ...

class AvgAggregation(BaseAggregation):
    field_ref: Any
    @pure
    def __init__(self, field_ref: Any, alias: Any = ...) -> None: ...

class BaseAggregationQuery:
    @pure
    def __init__(self, nested_query: Any, alias: Any = ...) -> None: ...
    @pure
    def count(self, alias: Any = ...) -> Self: ...
    @pure
    def sum(self, field_ref: Any, alias: Any = ...) -> Self: ...
    @pure
    def avg(self, field_ref: Any, alias: Any = ...) -> Self: ...
    @pure
    def add_aggregation(self, aggregation: BaseAggregation) -> None: ...
    @pure
    def add_aggregations(self, aggregations: list[BaseAggregation]) -> None: ...
