"""google.genai.live_music: music over a web socket, for `await` only.

Facts on blocking: the source of google-genai 3.4.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from fixbot_effects import loop_bound, pure, reads, writes
from google.genai import types

@loop_bound
class AsyncMusicSession:
    @pure
    def __init__(self, api_client: Any, websocket: Any) -> None: ...
    @writes("genai")
    async def set_weighted_prompts(self, prompts: Any) -> None: ...
    @writes("genai")
    async def set_music_generation_config(self, config: Any) -> None: ...
    @writes("genai")
    async def play(self) -> None: ...
    @writes("genai")
    async def pause(self) -> None: ...
    @writes("genai")
    async def stop(self) -> None: ...
    @writes("genai")
    async def reset_context(self) -> None: ...
    @reads("genai")
    def receive(self) -> AsyncIterator[types.LiveMusicServerMessage]: ...
    async def close(self) -> None: ...

class AsyncLiveMusic:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @reads("genai")
    @writes("genai")
    def connect(self, *, model: str) -> AbstractAsyncContextManager[AsyncMusicSession]: ...
