"""google.cloud.firestore_v1.async_pipeline: pipelines, run with `await` or `async for`.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from typing import Any

from fixbot_effects import pure, reads, writes
from google.cloud.firestore_v1.base_pipeline import _BasePipeline
from google.cloud.firestore_v1.pipeline_result import (
    AsyncPipelineStream,
    PipelineResult,
    PipelineSnapshot,
)

class AsyncPipeline(_BasePipeline):
    @pure
    def __init__(self, client: Any, *stages: Any) -> None: ...
    @reads("firestore")
    @writes("firestore")
    async def execute(
        self,
        *,
        transaction: Any = ...,
        read_time: Any = ...,
        explain_options: Any = ...,
        additional_options: Any = ...,
    ) -> PipelineSnapshot[PipelineResult]: ...
    @reads("firestore")
    @writes("firestore")
    def stream(
        self,
        *,
        read_time: Any = ...,
        transaction: Any = ...,
        explain_options: Any = ...,
        additional_options: Any = ...,
    ) -> AsyncPipelineStream[PipelineResult]: ...
