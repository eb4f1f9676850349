"""google.cloud.storage.fileio: the files that `Blob.open` returns.

Facts on blocking: the source of google-cloud-storage 3.17; writes upload whenever a chunk is full.
"""

from io import BufferedIOBase
from typing import Any

from fixbot_effects import blocking, pure, reads, writes

class BlobReader(BufferedIOBase):
    @pure
    def __init__(
        self, blob: Any, chunk_size: Any = ..., retry: Any = ..., **download_kwargs: Any
    ) -> None: ...
    @blocking
    @reads("gcs")
    def read(self, size: Any = -1) -> bytes: ...
    @blocking
    @reads("gcs")
    def read1(self, size: Any = -1) -> bytes: ...
    # From the end (`whence` 2) it asks for the size.
    @blocking
    @reads("gcs")
    def seek(self, pos: int, whence: int = 0) -> int: ...
    @pure
    def close(self) -> None: ...

class BlobWriter(BufferedIOBase):
    @pure
    def __init__(
        self,
        blob: Any,
        chunk_size: Any = ...,
        ignore_flush: Any = ...,
        retry: Any = ...,
        **upload_kwargs: Any,
    ) -> None: ...
    @blocking
    @writes("gcs")
    def write(self, b: Any) -> int: ...
    @pure
    def tell(self) -> int: ...
    @pure
    def flush(self) -> None: ...
    @blocking
    @writes("gcs")
    def close(self) -> None: ...
    @blocking
    @writes("gcs")
    def terminate(self) -> None: ...

class SlidingBuffer:
    @pure
    def __init__(self) -> None: ...
    @pure
    def write(self, b: Any) -> int: ...
    @pure
    def read(self, size: int = -1) -> bytes: ...
    @pure
    def flush(self) -> None: ...
    @pure
    def tell(self) -> int: ...
    @pure
    def seek(self, pos: int) -> int: ...
    @pure
    def close(self) -> None: ...
