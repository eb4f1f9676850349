"""google.cloud.firestore_v1.bulk_writer: many writes, sent by threads of its own.

Facts on blocking: the source of google-cloud-firestore 2.34; a write that fills a batch waits for the
rate limiter (`_request_send` sleeps), `flush` and `close` wait for all of them.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from fixbot_effects import blocking, pure, writes

class BulkRetry(Enum):
    exponential = 1
    linear = 2
    immediate = 3

class SendMode(Enum):
    parallel = 1
    serial = 2

class BulkWriterOptions:
    initial_ops_per_second: int
    max_ops_per_second: int
    mode: SendMode
    retry: BulkRetry
    @pure
    def __init__(
        self,
        initial_ops_per_second: int = 500,
        max_ops_per_second: int = 500,
        mode: Any = ...,
        retry: Any = ...,
    ) -> None: ...

class AsyncBulkWriterMixin: ...

class BulkWriter(AsyncBulkWriterMixin):
    batch_size: int
    @pure
    def __init__(self, client: Any = ..., options: Any = ...) -> None: ...
    @blocking
    @writes("firestore")
    def flush(self) -> None: ...
    @blocking
    @writes("firestore")
    def close(self) -> None: ...
    @blocking
    @writes("firestore")
    def create(self, reference: Any, document_data: dict[str, Any], attempts: int = 0) -> None: ...
    @blocking
    @writes("firestore")
    def delete(self, reference: Any, option: Any = ..., attempts: int = 0) -> None: ...
    @blocking
    @writes("firestore")
    def set(
        self, reference: Any, document_data: dict[str, Any], merge: Any = False, attempts: int = 0
    ) -> None: ...
    @blocking
    @writes("firestore")
    def update(
        self, reference: Any, field_updates: dict[str, Any], option: Any = ..., attempts: int = 0
    ) -> None: ...
    @pure
    def on_write_result(self, callback: Callable[..., Any] | None) -> None: ...
    @pure
    def on_batch_result(self, callback: Callable[..., Any] | None) -> None: ...
    @pure
    def on_write_error(self, callback: Callable[..., Any] | None) -> None: ...

class BulkWriterOperation:
    attempts: int
    @pure
    def __init__(self, attempts: int = 0) -> None: ...
    @pure
    def add_to_batch(self, batch: Any) -> Any: ...

class BulkWriterCreateOperation(BulkWriterOperation):
    @pure
    def __init__(self, reference: Any, document_data: Any, attempts: int = 0) -> None: ...

class BulkWriterDeleteOperation(BulkWriterOperation):
    @pure
    def __init__(self, reference: Any, option: Any, attempts: int = 0) -> None: ...

class BulkWriterSetOperation(BulkWriterOperation):
    @pure
    def __init__(self, reference: Any, document_data: Any, merge: Any = False, attempts: int = 0) -> None: ...

class BulkWriterUpdateOperation(BulkWriterOperation):
    @pure
    def __init__(self, reference: Any, field_updates: Any, option: Any, attempts: int = 0) -> None: ...

class BaseOperationRetry:
    @blocking
    @writes("firestore")
    def retry(self, bulk_writer: BulkWriter) -> None: ...

class OperationRetry(BaseOperationRetry):
    @pure
    def __init__(self, operation: BulkWriterOperation, run_at: Any) -> None: ...

class BulkWriteFailure:
    operation: BulkWriterOperation
    code: int
    message: str
    attempts: int
    @pure
    def __init__(self, operation: BulkWriterOperation, code: int, message: str) -> None: ...
