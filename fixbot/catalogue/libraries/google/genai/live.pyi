"""google.genai.live: conversations over a web socket, for `await` only.

Facts on blocking: the source of google-genai 3.4.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from fixbot_effects import loop_bound, pure, reads, writes
from google.genai import types
from google.genai.live_music import AsyncLiveMusic as AsyncLiveMusic

@loop_bound
class AsyncSession:
    session_id: str | None
    setup_complete: Any
    @pure
    def __init__(
        self, api_client: Any, websocket: Any, session_id: Any = ..., setup_complete: Any = ...
    ) -> None: ...
    @writes("genai")
    async def send(self, *, input: Any = ..., end_of_turn: Any = ...) -> None: ...
    @writes("genai")
    async def send_client_content(self, *, turns: Any = ..., turn_complete: bool = True) -> None: ...
    @writes("genai")
    async def send_realtime_input(self, **kwargs: Any) -> None: ...
    @writes("genai")
    async def send_tool_response(self, *, function_responses: Any) -> None: ...
    @writes("genai")
    async def send_context_update(self, **kwargs: Any) -> None: ...
    @reads("genai")
    def receive(self) -> AsyncIterator[types.LiveServerMessage]: ...
    @reads("genai")
    @writes("genai")
    def start_stream(self, *, stream: Any, mime_type: str) -> AsyncIterator[types.LiveServerMessage]: ...
    async def close(self) -> None: ...

class AsyncLive:
    music: AsyncLiveMusic
    @pure
    def __init__(self, api_client: Any) -> None: ...
    @reads("genai")
    @writes("genai")
    def connect(self, *, model: str, config: Any = ...) -> AbstractAsyncContextManager[AsyncSession]: ...
