"""google.cloud.firestore_v1.bson: BSON values.

Facts on blocking: none of it leaves memory.
"""

from typing import Any

from fixbot_effects import pure

class BSONType: ...

class BSONObjectId(BSONType):
    value: str
    @pure
    def __init__(self, value: str) -> None: ...

class BSONMinKey(BSONType): ...
class BSONMaxKey(BSONType): ...

class BSONInt32(BSONType):
    value: int
    @pure
    def __init__(self, value: int) -> None: ...

class BSONBinary(BSONType):
    data: bytes
    subtype: int
    @pure
    def __init__(self, data: Any, subtype: Any) -> None: ...

class BSONTimestamp(BSONType):
    seconds: int
    increment: int
    @pure
    def __init__(self, seconds: int, increment: int) -> None: ...

class BSONRegex(BSONType):
    pattern: str
    options: str
    @pure
    def __init__(self, pattern: str, options: Any = ...) -> None: ...

class BSONDecimal128(BSONType):
    value: str
    @pure
    def __init__(self, value: Any) -> None: ...
    @pure
    def to_decimal(self) -> Any: ...
