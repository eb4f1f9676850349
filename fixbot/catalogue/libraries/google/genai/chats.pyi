"""google.genai.chats: a chat remembers what was said, so it takes one message at a time.

Facts on blocking: the source of google-genai 3.4.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from fixbot_effects import async_twin, blocking, lazy, loop_bound, not_thread_safe, pure, reads, writes
from google.genai import types
from google.genai.models import AsyncModels, Models

class _BaseChat:
    @pure
    def record_history(self, *args: Any, **kwargs: Any) -> None: ...
    @pure
    def get_history(self, curated: bool = False) -> list[types.Content]: ...

@not_thread_safe
class Chat(_BaseChat):
    @pure
    def __init__(self, *, modules: Models, model: str, config: Any = ..., history: Any) -> None: ...
    @async_twin("client.aio.chats.create().send_message")
    @blocking
    @reads("genai")
    @writes("genai")
    def send_message(self, message: Any, config: Any = ...) -> types.GenerateContentResponse: ...
    @async_twin("client.aio.chats.create().send_message_stream")
    @lazy
    @reads("genai")
    @writes("genai")
    def send_message_stream(
        self, message: Any, config: Any = ...
    ) -> Iterator[types.GenerateContentResponse]: ...

class Chats:
    @pure
    def __init__(self, modules: Models) -> None: ...
    @pure
    def create(self, *, model: str, config: Any = ..., history: Any = ...) -> Chat: ...

@loop_bound
class AsyncChat(_BaseChat):
    @pure
    def __init__(self, *, modules: AsyncModels, model: str, config: Any = ..., history: Any) -> None: ...
    @reads("genai")
    @writes("genai")
    async def send_message(self, message: Any, config: Any = ...) -> types.GenerateContentResponse: ...
    @reads("genai")
    @writes("genai")
    async def send_message_stream(
        self, message: Any, config: Any = ...
    ) -> AsyncIterator[types.GenerateContentResponse]: ...

class AsyncChats:
    @pure
    def __init__(self, modules: AsyncModels) -> None: ...
    @pure
    def create(self, *, model: str, config: Any = ..., history: Any = ...) -> AsyncChat: ...
