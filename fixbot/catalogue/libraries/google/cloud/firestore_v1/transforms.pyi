"""google.cloud.firestore_v1.transforms: values that the server computes.

Facts on blocking: none of it leaves memory.
"""

from collections.abc import Iterable
from typing import Any

from fixbot_effects import pure

class Sentinel:
    description: str
    @pure
    def __init__(self, description: str) -> None: ...

DELETE_FIELD: Sentinel
SERVER_TIMESTAMP: Sentinel

class _ValueList:
    values: list[Any]
    @pure
    def __init__(self, values: Iterable[Any]) -> None: ...

class ArrayUnion(_ValueList): ...
class ArrayRemove(_ValueList): ...

class _NumericValue:
    value: float
    @pure
    def __init__(self, value: float) -> None: ...

class Increment(_NumericValue): ...
class Maximum(_NumericValue): ...
class Minimum(_NumericValue): ...
