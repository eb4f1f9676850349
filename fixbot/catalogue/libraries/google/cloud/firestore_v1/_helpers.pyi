"""google.cloud.firestore_v1._helpers: its public classes (the package re-exports them).

Facts on blocking: none of it leaves memory.
"""

from typing import Any

from fixbot_effects import pure

class GeoPoint:
    latitude: float
    longitude: float
    @pure
    def __init__(self, latitude: float, longitude: float) -> None: ...
    @pure
    def to_protobuf(self) -> Any: ...

class ReadAfterWriteError(Exception): ...

class WriteOption:
    @pure
    def modify_write(self, write: Any, no_create_msg: Any = ...) -> None: ...

class LastUpdateOption(WriteOption):
    @pure
    def __init__(self, last_update_time: Any) -> None: ...

class ExistsOption(WriteOption):
    @pure
    def __init__(self, exists: bool) -> None: ...

@pure
def __getattr__(name: str) -> Any: ...
