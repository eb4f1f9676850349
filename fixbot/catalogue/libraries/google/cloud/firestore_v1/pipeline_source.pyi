"""google.cloud.firestore_v1.pipeline_source: where a pipeline begins.

Facts on blocking: none of it leaves memory.
"""

from typing import Any, Generic, TypeVar

from fixbot_effects import pure
from google.cloud.firestore_v1.base_pipeline import SubPipeline

PipelineType = TypeVar("PipelineType")

class PipelineSource(Generic[PipelineType]):
    client: Any
    @pure
    def __init__(self, client: Any) -> None: ...
    @pure
    def create_from(self, query: Any) -> PipelineType: ...
    @pure
    def collection(self, path: Any) -> PipelineType: ...
    @pure
    def collection_group(self, collection_id: str) -> PipelineType: ...
    @pure
    def database(self) -> PipelineType: ...
    @pure
    def documents(self, *docs: Any) -> PipelineType: ...
    @pure
    def literals(self, *documents: Any) -> PipelineType: ...
    @staticmethod
    @pure
    def subcollection(path: str) -> SubPipeline: ...
