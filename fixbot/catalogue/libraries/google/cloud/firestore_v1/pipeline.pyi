"""google.cloud.firestore_v1.pipeline: pipelines, run by blocking calls.

Facts on blocking: the source of google-cloud-firestore 2.34; a stage may write, so both do.
"""

from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, writes
from google.cloud.firestore_v1.base_pipeline import _BasePipeline
from google.cloud.firestore_v1.pipeline_result import (
    PipelineResult,
    PipelineSnapshot,
    PipelineStream,
)

class Pipeline(_BasePipeline):
    @pure
    def __init__(self, client: Any, *stages: Any) -> None: ...
    @blocking
    @reads("firestore")
    @writes("firestore")
    def execute(
        self,
        *,
        transaction: Any = ...,
        read_time: Any = ...,
        explain_options: Any = ...,
        additional_options: Any = ...,
    ) -> PipelineSnapshot[PipelineResult]: ...
    @lazy
    @reads("firestore")
    @writes("firestore")
    def stream(
        self,
        *,
        transaction: Any = ...,
        read_time: Any = ...,
        explain_options: Any = ...,
        additional_options: Any = ...,
    ) -> PipelineStream[PipelineResult]: ...
