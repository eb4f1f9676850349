"""google.genai.documents: documents in a file search store; `list` fetches its first page at the call.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, writes
from google.genai import types
from google.genai.pagers import AsyncPager, Pager

class Documents:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @blocking
    @reads("genai")
    def get(self, *, name: str, config: Any = ...) -> types.Document: ...
    @blocking
    @writes("genai")
    def delete(self, *, name: str, config: Any = ...) -> None: ...
    @blocking
    @lazy
    @reads("genai")
    def list(self, *, parent: str, config: Any = ...) -> Pager[types.Document]: ...

class AsyncDocuments:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @reads("genai")
    async def get(self, *, name: str, config: Any = ...) -> types.Document: ...
    @writes("genai")
    async def delete(self, *, name: str, config: Any = ...) -> None: ...
    @reads("genai")
    async def list(self, *, parent: str, config: Any = ...) -> AsyncPager[types.Document]: ...
