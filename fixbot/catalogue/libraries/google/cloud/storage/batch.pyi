"""google.cloud.storage.batch: requests deferred within `with`, sent together when it ends.

Facts on blocking: the source of google-cloud-storage 3.17; which batch is current is kept per thread
(`_LocalStack`), so a call inside `with` made from another thread is sent at once, alone.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, thread_local, writes
from google.cloud.storage.client import Client
from typing_extensions import Self

class Batch:
    @pure
    def __init__(self, client: Client, raise_exception: bool = True) -> None: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def finish(self, raise_exception: bool = True) -> list[Any]: ...
    @thread_local
    def current(self) -> Batch | None: ...
    @thread_local
    def __enter__(self) -> Self: ...
    @thread_local
    @blocking
    @reads("gcs")
    @writes("gcs")
    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...

class MIMEApplicationHTTP:
    @pure
    def __init__(self, method: str, uri: str, headers: Any, body: Any) -> None: ...
