"""google.cloud.storage.transfer_manager: many transfers at once, in threads or processes of its own.

Facts on blocking: the source of google-cloud-storage 3.17; each waits for all its workers.
"""

from typing import Any

from fixbot_effects import blocking, reads, writes

PROCESS: str
THREAD: str

@blocking
@reads("file")
@writes("gcs")
def upload_many(
    file_blob_pairs: Any,
    skip_if_exists: bool = False,
    upload_kwargs: Any = ...,
    threads: Any = ...,
    deadline: Any = ...,
    raise_exception: bool = False,
    worker_type: Any = ...,
    max_workers: Any = ...,
) -> list[Any]: ...
@blocking
@reads("gcs")
@writes("file")
def download_many(
    blob_file_pairs: Any,
    download_kwargs: Any = ...,
    threads: Any = ...,
    deadline: Any = ...,
    raise_exception: bool = False,
    worker_type: Any = ...,
    max_workers: Any = ...,
    *,
    skip_if_exists: bool = False,
) -> list[Any]: ...
@blocking
@reads("file")
@writes("gcs")
def upload_many_from_filenames(
    bucket: Any,
    filenames: Any,
    source_directory: Any = ...,
    blob_name_prefix: Any = ...,
    skip_if_exists: bool = False,
    **kwargs: Any,
) -> list[Any]: ...
@blocking
@reads("gcs")
@writes("file")
def download_many_to_path(
    bucket: Any,
    blob_names: Any,
    destination_directory: Any = ...,
    blob_name_prefix: Any = ...,
    download_kwargs: Any = ...,
    **kwargs: Any,
) -> list[Any]: ...
@blocking
@reads("gcs")
@writes("file")
def download_chunks_concurrently(
    blob: Any,
    filename: Any,
    chunk_size: Any = ...,
    download_kwargs: Any = ...,
    deadline: Any = ...,
    worker_type: Any = ...,
    max_workers: Any = ...,
    *,
    crc32c_checksum: bool = True,
) -> None: ...
@blocking
@reads("file")
@writes("gcs")
def upload_chunks_concurrently(
    filename: Any,
    blob: Any,
    content_type: Any = ...,
    chunk_size: Any = ...,
    deadline: Any = ...,
    worker_type: Any = ...,
    max_workers: Any = ...,
    *,
    checksum: Any = ...,
    timeout: Any = ...,
    retry: Any = ...,
) -> None: ...
