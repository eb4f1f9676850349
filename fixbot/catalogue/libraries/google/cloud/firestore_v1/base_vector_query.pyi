"""google.cloud.firestore_v1.base_vector_query: what nearest-neighbour queries share.

Facts on blocking: none of it leaves memory.
"""

from enum import Enum
from typing import Any

from fixbot_effects import pure
from typing_extensions import Self

class DistanceMeasure(Enum):
    EUCLIDEAN = 1
    COSINE = 2
    DOT_PRODUCT = 3

class BaseVectorQuery:
    @pure
    def __init__(self, nested_query: Any) -> None: ...
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
    ) -> Self: ...
