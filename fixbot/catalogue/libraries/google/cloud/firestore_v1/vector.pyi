"""google.cloud.firestore_v1.vector: the value type of embeddings.

Facts on blocking: none of it leaves memory.
"""

from collections.abc import Sequence
from typing import Any

from fixbot_effects import pure

class Vector(Sequence[float]):
    @pure
    def __init__(self, value: Sequence[float]) -> None: ...
    @pure
    def __getitem__(self, arg: Any) -> Any: ...
    @pure
    def __len__(self) -> int: ...
    @pure
    def to_map_value(self) -> dict[str, Any]: ...
