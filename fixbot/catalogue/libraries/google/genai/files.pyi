"""google.genai.files: uploading and downloading; `list` fetches its first page at the call.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any

from fixbot_effects import async_twin, blocking, lazy, pure, reads, writes
from google.genai import types
from google.genai.pagers import AsyncPager, Pager

class Files:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @async_twin("client.aio.files.get")
    @blocking
    @reads("genai")
    def get(self, *, name: str, config: Any = ...) -> types.File: ...
    @async_twin("client.aio.files.delete")
    @blocking
    @writes("genai")
    def delete(self, *, name: str, config: Any = ...) -> types.DeleteFileResponse: ...
    @async_twin("client.aio.files.upload")
    @blocking
    @reads("file")
    @writes("genai")
    def upload(self, *, file: Any, config: Any = ...) -> types.File: ...
    @async_twin("client.aio.files.download")
    @blocking
    @reads("genai")
    @writes("file")
    def download(self, *, file: Any, config: Any = ..., **kwargs: Any) -> bytes: ...
    @async_twin("client.aio.files.list")
    @blocking
    @lazy
    @reads("genai")
    def list(self, *, config: Any = ...) -> Pager[types.File]: ...
    @async_twin("client.aio.files.register_files")
    @blocking
    @writes("genai")
    def register_files(self, *, auth: Any, uris: Any, config: Any = ...) -> types.RegisterFilesResponse: ...

class AsyncFiles:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @reads("genai")
    async def get(self, *, name: str, config: Any = ...) -> types.File: ...
    @writes("genai")
    async def delete(self, *, name: str, config: Any = ...) -> types.DeleteFileResponse: ...
    @reads("file")
    @writes("genai")
    async def upload(self, *, file: Any, config: Any = ...) -> types.File: ...
    @reads("genai")
    @writes("file")
    async def download(self, *, file: Any, config: Any = ..., **kwargs: Any) -> bytes: ...
    @reads("genai")
    async def list(self, *, config: Any = ...) -> AsyncPager[types.File]: ...
    @writes("genai")
    async def register_files(
        self, *, auth: Any, uris: Any, config: Any = ...
    ) -> types.RegisterFilesResponse: ...
