"""google.cloud.firestore_v1.batch: writes sent together by a blocking `commit`.

Facts on blocking: the source of google-cloud-firestore 2.34; leaving `with` commits.
"""

from typing import Any

from fixbot_effects import blocking, pure, writes
from google.cloud.firestore_v1.base_batch import BaseWriteBatch
from typing_extensions import Self

class WriteBatch(BaseWriteBatch):
    @pure
    def __init__(self, client: Any) -> None: ...
    @blocking
    @writes("firestore")
    def commit(self, retry: Any = ..., timeout: Any = ...) -> list[Any]: ...
    @pure
    def __enter__(self) -> Self: ...
    @blocking
    @writes("firestore")
    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None: ...
