"""google.genai.tokens: short-lived tokens for clients.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any

from fixbot_effects import async_twin, blocking, pure, writes
from google.genai import types

class Tokens:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @async_twin("client.aio.auth_tokens.create")
    @blocking
    @writes("genai")
    def create(self, *, config: Any = ...) -> types.AuthToken: ...

class AsyncTokens:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @writes("genai")
    async def create(self, *, config: Any = ...) -> types.AuthToken: ...
