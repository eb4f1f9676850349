"""google.cloud.firestore_v1.stream_generator: what `stream` returns; iterating over it blocks.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from collections.abc import Generator
from typing import Any, Generic, TypeVar

from fixbot_effects import blocking, pure, reads
from typing_extensions import Self

T = TypeVar("T")

class StreamGenerator(Generator[T, Any, Any], Generic[T]):
    explain_options: Any
    @pure
    def __init__(self, response_generator: Any, explain_options: Any = ...) -> None: ...
    @pure
    def __iter__(self) -> Self: ...
    @blocking
    @reads("firestore")
    def __next__(self) -> T: ...
    @blocking
    @reads("firestore")
    def send(self, value: Any = ...) -> T: ...
    @blocking
    @reads("firestore")
    def throw(self, *args: Any, **kwargs: Any) -> T: ...
    @blocking
    def close(self) -> None: ...
    # Without `analyze` the query runs only now.
    @blocking
    @reads("firestore")
    def get_explain_metrics(self) -> Any: ...
