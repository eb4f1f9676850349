"""google.genai.tunings: training a model of one's own; `list` fetches its first page at the call.

Facts on blocking: the source of google-genai 3.4.
"""

from typing import Any

from fixbot_effects import async_twin, blocking, lazy, pure, reads, writes
from google.genai import types
from google.genai.pagers import AsyncPager, Pager

class Tunings:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @async_twin("client.aio.tunings.tune")
    @blocking
    @writes("genai")
    def tune(self, *, base_model: str, training_dataset: Any, config: Any = ...) -> types.TuningJob: ...
    @async_twin("client.aio.tunings.get")
    @blocking
    @reads("genai")
    def get(self, *, name: str, config: Any = ...) -> types.TuningJob: ...
    @async_twin("client.aio.tunings.cancel")
    @blocking
    @writes("genai")
    def cancel(self, *, name: str, config: Any = ...) -> Any: ...
    @async_twin("client.aio.tunings.validate_reward")
    @blocking
    @reads("genai")
    def validate_reward(self, *, parent: str, sample_response: Any, example: Any, **kwargs: Any) -> Any: ...
    @async_twin("client.aio.tunings.list")
    @blocking
    @lazy
    @reads("genai")
    def list(self, *, config: Any = ...) -> Pager[types.TuningJob]: ...

class AsyncTunings:
    @pure
    def __init__(self, api_client_: Any) -> None: ...
    @writes("genai")
    async def tune(self, *, base_model: str, training_dataset: Any, config: Any = ...) -> types.TuningJob: ...
    @reads("genai")
    async def get(self, *, name: str, config: Any = ...) -> types.TuningJob: ...
    @writes("genai")
    async def cancel(self, *, name: str, config: Any = ...) -> Any: ...
    @reads("genai")
    async def validate_reward(
        self, *, parent: str, sample_response: Any, example: Any, **kwargs: Any
    ) -> Any: ...
    @reads("genai")
    async def list(self, *, config: Any = ...) -> AsyncPager[types.TuningJob]: ...
