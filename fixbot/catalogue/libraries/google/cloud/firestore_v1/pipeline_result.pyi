"""google.cloud.firestore_v1.pipeline_result: what pipelines return.

Facts on blocking: the source of google-cloud-firestore 2.34; a PipelineStream reads while iterated.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, Generic, TypeVar

from fixbot_effects import lazy, pure, reads

T = TypeVar("T")

class PipelineResult:
    ref: Any
    id: str | None
    create_time: Any
    update_time: Any
    execution_time: Any
    @pure
    def __init__(
        self,
        client: Any,
        fields_pb: Any,
        ref: Any = ...,
        execution_time: Any = ...,
        create_time: Any = ...,
        update_time: Any = ...,
    ) -> None: ...
    @pure
    def data(self) -> Any: ...
    @pure
    def get(self, field_path: Any) -> Any: ...

class _PipelineResultContainer(Generic[T]):
    pipeline: Any
    transaction: Any
    explain_stats: Any
    execution_time: Any

class PipelineSnapshot(_PipelineResultContainer[T], list[T]):
    @pure
    def __init__(self, results_list: list[T], source: Any) -> None: ...

class PipelineStream(_PipelineResultContainer[T], Iterable[T]):
    @lazy
    @reads("firestore")
    def __iter__(self) -> Iterator[T]: ...

class AsyncPipelineStream(_PipelineResultContainer[T], AsyncIterable[T]):
    @reads("firestore")
    def __aiter__(self) -> AsyncIterator[T]: ...
