"""google.genai.caches: contexts kept by the service; `list` fetches its first page at the call.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any

from fixbot_effects import async_twin, blocking, lazy, pure, reads, writes
from google.genai import types
from google.genai.pagers import AsyncPager, Pager

class Caches:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @async_twin("client.aio.caches.create")
    @blocking
    @writes("genai")
    def create(self, *, model: str, config: Any = ...) -> types.CachedContent: ...
    @async_twin("client.aio.caches.get")
    @blocking
    @reads("genai")
    def get(self, *, name: str, config: Any = ...) -> types.CachedContent: ...
    @async_twin("client.aio.caches.delete")
    @blocking
    @writes("genai")
    def delete(self, *, name: str, config: Any = ...) -> types.DeleteCachedContentResponse: ...
    @async_twin("client.aio.caches.update")
    @blocking
    @writes("genai")
    def update(self, *, name: str, config: Any = ...) -> types.CachedContent: ...
    @async_twin("client.aio.caches.list")
    @blocking
    @lazy
    @reads("genai")
    def list(self, *, config: Any = ...) -> Pager[types.CachedContent]: ...

class AsyncCaches:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @writes("genai")
    async def create(self, *, model: str, config: Any = ...) -> types.CachedContent: ...
    @reads("genai")
    async def get(self, *, name: str, config: Any = ...) -> types.CachedContent: ...
    @writes("genai")
    async def delete(self, *, name: str, config: Any = ...) -> types.DeleteCachedContentResponse: ...
    @writes("genai")
    async def update(self, *, name: str, config: Any = ...) -> types.CachedContent: ...
    @reads("genai")
    async def list(self, *, config: Any = ...) -> AsyncPager[types.CachedContent]: ...
