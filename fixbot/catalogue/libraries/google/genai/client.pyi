"""google.genai.client: one client for sync calls, its `aio` for awaited ones.

Facts on blocking: the source of google-genai 3.4; for Vertex AI without credentials `__init__` asks
google.auth.default(), and it makes HTTP clients, whose certificates it reads.
"""

from typing import Any

from fixbot_effects import blocking, loop_bound, pure, reads, shared
from google.genai.batches import AsyncBatches, Batches
from google.genai.caches import AsyncCaches, Caches
from google.genai.chats import AsyncChats, Chats
from google.genai.file_search_stores import AsyncFileSearchStores, FileSearchStores
from google.genai.files import AsyncFiles, Files
from google.genai.live import AsyncLive
from google.genai.models import AsyncModels, Models
from google.genai.operations import AsyncOperations, Operations
from google.genai.tokens import AsyncTokens, Tokens
from google.genai.tunings import AsyncTunings, Tunings
from google.genai.types import HttpOptions as HttpOptions
from typing_extensions import Self

# What the library generates elsewhere (`agents`, `credentials`, ...) is Any: unknown to fixbot.
@shared
@loop_bound
class AsyncClient:
    models: AsyncModels
    tunings: AsyncTunings
    caches: AsyncCaches
    file_search_stores: AsyncFileSearchStores
    batches: AsyncBatches
    chats: AsyncChats
    files: AsyncFiles
    live: AsyncLive
    auth_tokens: AsyncTokens
    operations: AsyncOperations
    agents: Any
    credentials: Any
    decisions: Any
    environments: Any
    interactions: Any
    triggers: Any
    voices: Any
    webhooks: Any
    @pure
    def __init__(self, api_client: Any) -> None: ...
    async def aclose(self) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None: ...

@shared
class Client:
    aio: AsyncClient
    models: Models
    tunings: Tunings
    caches: Caches
    file_search_stores: FileSearchStores
    batches: Batches
    chats: Chats
    files: Files
    auth_tokens: Tokens
    operations: Operations
    vertexai: bool
    agents: Any
    credentials: Any
    decisions: Any
    environments: Any
    interactions: Any
    triggers: Any
    voices: Any
    webhooks: Any
    @blocking
    @reads("auth")
    def __init__(
        self,
        *,
        vertexai: bool | None = None,
        api_key: str | None = None,
        credentials: Any = ...,
        project: Any = ...,
        location: Any = ...,
        debug_config: Any = ...,
        http_options: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @pure
    def close(self) -> None: ...
    @pure
    def __enter__(self) -> Self: ...
    @pure
    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None: ...

class DebugConfig:
    @pure
    def __init__(self, **kwargs: Any) -> None: ...
