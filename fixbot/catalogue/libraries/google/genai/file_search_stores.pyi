"""google.genai.file_search_stores: stores to search in; `list` fetches its first page at the call.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, writes
from google.genai import types
from google.genai.documents import AsyncDocuments, Documents
from google.genai.pagers import AsyncPager, Pager

class FileSearchStores:
    documents: Documents
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @blocking
    @writes("genai")
    def create(self, *, config: Any = ...) -> types.FileSearchStore: ...
    @blocking
    @reads("genai")
    def get(self, *, name: str, config: Any = ...) -> types.FileSearchStore: ...
    @blocking
    @writes("genai")
    def delete(self, *, name: str, config: Any = ...) -> None: ...
    @blocking
    @writes("genai")
    def import_file(
        self, *, file_search_store_name: str, file_name: str, config: Any = ...
    ) -> types.ImportFileOperation: ...
    @blocking
    @reads("file")
    @writes("genai")
    def upload_to_file_search_store(
        self, *, file_search_store_name: str, file: Any, config: Any = ...
    ) -> Any: ...
    @blocking
    @reads("genai")
    def download_media(self, *, media_id: str, config: Any = ...) -> bytes: ...
    @blocking
    @lazy
    @reads("genai")
    def list(self, *, config: Any = ...) -> Pager[types.FileSearchStore]: ...

class AsyncFileSearchStores:
    documents: AsyncDocuments
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @writes("genai")
    async def create(self, *, config: Any = ...) -> types.FileSearchStore: ...
    @reads("genai")
    async def get(self, *, name: str, config: Any = ...) -> types.FileSearchStore: ...
    @writes("genai")
    async def delete(self, *, name: str, config: Any = ...) -> None: ...
    @writes("genai")
    async def import_file(
        self, *, file_search_store_name: str, file_name: str, config: Any = ...
    ) -> types.ImportFileOperation: ...
    @reads("file")
    @writes("genai")
    async def upload_to_file_search_store(
        self, *, file_search_store_name: str, file: Any, config: Any = ...
    ) -> Any: ...
    @reads("genai")
    async def download_media(self, *, media_id: str, config: Any = ...) -> bytes: ...
    @reads("genai")
    async def list(self, *, config: Any = ...) -> AsyncPager[types.FileSearchStore]: ...
