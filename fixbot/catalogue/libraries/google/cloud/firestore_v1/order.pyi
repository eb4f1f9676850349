"""google.cloud.firestore_v1.order: how the server orders values.

Facts on blocking: none of it leaves memory.
"""

from enum import Enum
from typing import Any

from fixbot_effects import pure

class TypeOrder(Enum):
    @staticmethod
    @pure
    def from_value(value: Any) -> Any: ...

class Order:
    @classmethod
    @pure
    def compare(cls, left: Any, right: Any) -> int: ...
    @staticmethod
    @pure
    def compare_blobs(left: Any, right: Any) -> int: ...
    @staticmethod
    @pure
    def compare_timestamps(left: Any, right: Any) -> Any: ...
    @staticmethod
    @pure
    def compare_geo_points(left: Any, right: Any) -> Any: ...
    @staticmethod
    @pure
    def compare_resource_paths(left: Any, right: Any) -> int: ...
    @staticmethod
    @pure
    def compare_arrays(left: Any, right: Any) -> int: ...
    @staticmethod
    @pure
    def compare_vectors(left: Any, right: Any) -> int: ...
    @staticmethod
    @pure
    def compare_objects(left: Any, right: Any) -> int: ...
    @staticmethod
    @pure
    def compare_numbers(left: Any, right: Any) -> int: ...
    @staticmethod
    @pure
    def compare_doubles(left: Any, right: Any) -> int: ...
