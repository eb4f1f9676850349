"""google.cloud.firestore_v1.pipeline_types: options of pipeline stages.

Facts on blocking: none of it leaves memory.
"""

from enum import Enum
from typing import Any

from fixbot_effects import pure

class TimeUnit(str, Enum): ...
class TimeGranularity(str, Enum): ...
class TimePart(str, Enum): ...
class PipelineDataType(str, Enum): ...

class Ordering:
    @pure
    def __init__(self, expr: Any, order_dir: Any = ...) -> None: ...

class SampleOptions:
    @pure
    def __init__(self, value: float, mode: Any) -> None: ...
    @staticmethod
    @pure
    def doc_limit(value: int) -> SampleOptions: ...
    @staticmethod
    @pure
    def percentage(value: float) -> SampleOptions: ...

class FindNearestOptions:
    @pure
    def __init__(self, limit: Any = ..., distance_field: Any = ...) -> None: ...

class UnnestOptions:
    @pure
    def __init__(self, index_field: Any) -> None: ...

class SearchOptions:
    @pure
    def __init__(
        self, query: Any, *, limit: Any = ..., retrieval_depth: Any = ..., **kwargs: Any
    ) -> None: ...
