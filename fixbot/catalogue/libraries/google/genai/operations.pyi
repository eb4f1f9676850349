"""google.genai.operations: asking how far a long operation (a video) is.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any, TypeVar

from fixbot_effects import async_twin, blocking, pure, reads

T = TypeVar("T")

class Operations:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @async_twin("client.aio.operations.get")
    @blocking
    @reads("genai")
    def get(self, operation: T, *, config: Any = ...) -> T: ...

class AsyncOperations:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @reads("genai")
    async def get(self, operation: T, *, config: Any = ...) -> T: ...
