"""google.cloud.storage.exceptions: errors of transfers.

Facts on blocking: none of it leaves memory.
"""

from typing import Any

from fixbot_effects import pure

class InvalidResponse(Exception):
    response: Any
    @pure
    def __init__(self, response: Any, *args: Any) -> None: ...

class DataCorruption(Exception):
    response: Any
    @pure
    def __init__(self, response: Any, *args: Any) -> None: ...

class InvalidPathError(Exception): ...
