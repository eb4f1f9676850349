"""google.cloud.firestore_v1.base_query: building queries and filters, sync or async.

Facts on blocking: builders copy a query in memory (google-cloud-firestore 2.34).
"""

from collections.abc import Iterable
from typing import Any

from fixbot_effects import pure
from typing_extensions import Self

class BaseFilter: ...

class FieldFilter(BaseFilter):
    field_path: str
    value: Any
    op_string: str
    @pure
    def __init__(self, field_path: str, op_string: str, value: Any = None) -> None: ...

class BaseCompositeFilter(BaseFilter):
    operator: Any
    filters: Any
    @pure
    def __init__(self, operator: Any = ..., filters: Any = ...) -> None: ...

class Or(BaseCompositeFilter):
    @pure
    def __init__(self, filters: list[Any]) -> None: ...

class And(BaseCompositeFilter):
    @pure
    def __init__(self, filters: list[Any]) -> None: ...

class BaseQuery:
    ASCENDING: str
    DESCENDING: str
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
    @pure
    def select(self, field_paths: Iterable[str]) -> Self: ...
    @pure
    def where(
        self, field_path: Any = ..., op_string: Any = ..., value: Any = ..., *, filter: Any = ...
    ) -> Self: ...
    @pure
    def order_by(self, field_path: str, direction: str = "ASCENDING") -> Self: ...
    @pure
    def limit(self, count: int) -> Self: ...
    @pure
    def limit_to_last(self, count: int) -> Self: ...
    @pure
    def offset(self, num_to_skip: int) -> Self: ...
    @pure
    def start_at(self, document_fields_or_snapshot: Any) -> Self: ...
    @pure
    def start_after(self, document_fields_or_snapshot: Any) -> Self: ...
    @pure
    def end_before(self, document_fields_or_snapshot: Any) -> Self: ...
    @pure
    def end_at(self, document_fields_or_snapshot: Any) -> Self: ...
    @pure
    def recursive(self) -> Self: ...

class QueryPartition:
    start_at: Any
    end_at: Any
    @pure
    def __init__(self, query: Any, start_at: Any, end_at: Any) -> None: ...
    @pure
    def query(self) -> Any: ...

class BaseCollectionGroup(BaseQuery): ...
