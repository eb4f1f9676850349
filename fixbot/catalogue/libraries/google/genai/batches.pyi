"""google.genai.batches: many requests as one job; `list` fetches its first page at the call.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any

from fixbot_effects import async_twin, blocking, lazy, pure, reads, writes
from google.genai import types
from google.genai.pagers import AsyncPager, Pager

class Batches:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @async_twin("client.aio.batches.create")
    @blocking
    @writes("genai")
    def create(self, *, model: str, src: Any, config: Any = ...) -> types.BatchJob: ...
    @async_twin("client.aio.batches.create_embeddings")
    @blocking
    @writes("genai")
    def create_embeddings(self, *, model: str, src: Any, config: Any = ...) -> types.BatchJob: ...
    @async_twin("client.aio.batches.get")
    @blocking
    @reads("genai")
    def get(self, *, name: str, config: Any = ...) -> types.BatchJob: ...
    @async_twin("client.aio.batches.cancel")
    @blocking
    @writes("genai")
    def cancel(self, *, name: str, config: Any = ...) -> None: ...
    @async_twin("client.aio.batches.delete")
    @blocking
    @writes("genai")
    def delete(self, *, name: str, config: Any = ...) -> types.DeleteResourceJob: ...
    @async_twin("client.aio.batches.list")
    @blocking
    @lazy
    @reads("genai")
    def list(self, *, config: Any = ...) -> Pager[types.BatchJob]: ...

class AsyncBatches:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @writes("genai")
    async def create(self, *, model: str, src: Any, config: Any = ...) -> types.BatchJob: ...
    @writes("genai")
    async def create_embeddings(self, *, model: str, src: Any, config: Any = ...) -> types.BatchJob: ...
    @reads("genai")
    async def get(self, *, name: str, config: Any = ...) -> types.BatchJob: ...
    @writes("genai")
    async def cancel(self, *, name: str, config: Any = ...) -> None: ...
    @writes("genai")
    async def delete(self, *, name: str, config: Any = ...) -> types.DeleteResourceJob: ...
    @reads("genai")
    async def list(self, *, config: Any = ...) -> AsyncPager[types.BatchJob]: ...
