"""google.cloud.firestore_v1.types: protobuf messages, data only; those with methods people use.

Facts on blocking: they are proto-plus messages, in memory.
"""

from typing import Any

from fixbot_effects import pure

class WriteResult:
    update_time: Any
    transform_results: Any

class DocumentTransform:
    @pure
    def __init__(self, mapping: Any = ..., **kwargs: Any) -> None: ...

@pure
def __getattr__(name: str) -> Any: ...
