"""google.cloud.firestore_v1.bulk_batch: one batch of a BulkWriter.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from typing import Any

from fixbot_effects import blocking, pure, writes
from google.cloud.firestore_v1.base_batch import BaseBatch

class BulkWriteBatch(BaseBatch):
    @pure
    def __init__(self, client: Any) -> None: ...
    @blocking
    @writes("firestore")
    def commit(self, retry: Any = ..., timeout: Any = ...) -> Any: ...
