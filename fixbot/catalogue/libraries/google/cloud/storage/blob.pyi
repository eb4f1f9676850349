"""google.cloud.storage.blob: an object in a bucket; its properties are in memory.

Facts on blocking: the source of google-cloud-storage 3.17; `open` sends nothing, its file does.
"""

from io import TextIOWrapper
from typing import Any, Literal, overload

from fixbot_effects import blocking, by_mode, lazy, pure, reads, writes
from google.cloud.storage._helpers import _PropertyMixin
from google.cloud.storage.acl import ObjectACL as ObjectACL
from google.cloud.storage.bucket import Bucket
from google.cloud.storage.client import Client
from google.cloud.storage.fileio import BlobReader as BlobReader
from google.cloud.storage.fileio import BlobWriter as BlobWriter
from typing_extensions import Self

class Blob(_PropertyMixin):
    STORAGE_CLASSES: tuple[str, ...]
    bucket: Bucket
    client: Client
    acl: ObjectACL
    cache_control: str | None
    chunk_size: int | None
    component_count: int | None
    content_disposition: str | None
    content_encoding: str | None
    content_language: str | None
    content_type: str | None
    contexts: Any
    crc32c: str | None
    custom_time: Any
    encryption_key: bytes | None
    etag: str | None
    event_based_hold: bool | None
    finalized_time: Any
    generation: int | None
    hard_delete_time: Any
    id: str | None
    kms_key_name: str | None
    md5_hash: str | None
    media_link: str | None
    metadata: dict[str, str] | None
    metageneration: int | None
    owner: Any
    public_url: str
    retention: Any
    retention_expiration_time: Any
    self_link: str | None
    size: int | None
    soft_delete_time: Any
    storage_class: str | None
    temporary_hold: bool | None
    time_created: Any
    time_deleted: Any
    updated: Any
    @pure
    def __init__(
        self,
        name: str,
        bucket: Any,
        chunk_size: Any = ...,
        encryption_key: Any = ...,
        kms_key_name: Any = ...,
        generation: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def from_uri(cls, uri: str, client: Any = ...) -> Blob: ...
    @classmethod
    @pure
    def from_string(cls, uri: str, client: Any = ...) -> Blob: ...
    @staticmethod
    @pure
    def path_helper(bucket_path: str, blob_name: str) -> str: ...
    # Signs with the private key (CPU), or by a request to IAM when the credentials hold none.
    @blocking
    @reads("auth")
    def generate_signed_url(
        self,
        expiration: Any = ...,
        api_access_endpoint: Any = ...,
        method: str = "GET",
        content_md5: Any = ...,
        content_type: Any = ...,
        response_disposition: Any = ...,
        response_type: Any = ...,
        generation: Any = ...,
        headers: Any = ...,
        query_parameters: Any = ...,
        client: Any = ...,
        credentials: Any = ...,
        version: Any = ...,
        service_account_email: Any = ...,
        access_token: Any = ...,
        virtual_hosted_style: bool = False,
        bucket_bound_hostname: Any = ...,
        scheme: Any = ...,
    ) -> str: ...
    @blocking
    @reads("gcs")
    def exists(self, client: Any = ..., **kwargs: Any) -> bool: ...
    @blocking
    @writes("gcs")
    def delete(self, client: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @reads("gcs")
    def download_to_file(
        self,
        file_obj: Any,
        client: Any = ...,
        start: Any = ...,
        end: Any = ...,
        raw_download: bool = False,
        **kwargs: Any,
    ) -> None: ...
    @blocking
    @reads("gcs")
    @writes("file")
    def download_to_filename(
        self,
        filename: Any,
        client: Any = ...,
        start: Any = ...,
        end: Any = ...,
        raw_download: bool = False,
        **kwargs: Any,
    ) -> None: ...
    @blocking
    @reads("gcs")
    def download_as_bytes(
        self,
        client: Any = ...,
        start: Any = ...,
        end: Any = ...,
        raw_download: bool = False,
        **kwargs: Any,
    ) -> bytes: ...
    @blocking
    @reads("gcs")
    def download_as_string(
        self,
        client: Any = ...,
        start: Any = ...,
        end: Any = ...,
        raw_download: bool = False,
        **kwargs: Any,
    ) -> bytes: ...
    @blocking
    @reads("gcs")
    def download_as_text(
        self,
        client: Any = ...,
        start: Any = ...,
        end: Any = ...,
        raw_download: bool = False,
        encoding: Any = ...,
        **kwargs: Any,
    ) -> str: ...
    @blocking
    @writes("gcs")
    def upload_from_file(
        self,
        file_obj: Any,
        rewind: bool = False,
        size: Any = ...,
        content_type: Any = ...,
        client: Any = ...,
        predefined_acl: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @blocking
    @reads("file")
    @writes("gcs")
    def upload_from_filename(
        self,
        filename: Any,
        content_type: Any = ...,
        client: Any = ...,
        predefined_acl: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @blocking
    @writes("gcs")
    def upload_from_string(
        self,
        data: Any,
        content_type: str = "text/plain",
        client: Any = ...,
        predefined_acl: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @blocking
    @writes("gcs")
    def create_resumable_upload_session(
        self,
        content_type: Any = ...,
        size: Any = ...,
        origin: Any = ...,
        client: Any = ...,
        timeout: Any = ...,
        **kwargs: Any,
    ) -> str: ...
    @blocking
    @reads("gcs")
    def get_iam_policy(
        self,
        client: Any = ...,
        requested_policy_version: Any = ...,
        timeout: Any = ...,
        retry: Any = ...,
    ) -> Any: ...
    @blocking
    @writes("gcs")
    def set_iam_policy(self, policy: Any, client: Any = ..., timeout: Any = ..., retry: Any = ...) -> Any: ...
    @blocking
    @reads("gcs")
    def test_iam_permissions(
        self, permissions: Any, client: Any = ..., timeout: Any = ..., retry: Any = ...
    ) -> list[str]: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def make_public(self, client: Any = ..., timeout: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def make_private(self, client: Any = ..., timeout: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def compose(self, sources: Any, client: Any = ..., timeout: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def rewrite(
        self, source: Any, token: Any = ..., client: Any = ..., **kwargs: Any
    ) -> tuple[str | None, int, int]: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def update_storage_class(self, new_class: str, client: Any = ..., **kwargs: Any) -> None: ...
    @overload
    @by_mode(0, "mode")
    @lazy
    @reads("gcs")
    @writes("gcs")
    def open(
        self, mode: Literal["rb"], chunk_size: Any = ..., ignore_flush: Any = ..., **kwargs: Any
    ) -> BlobReader: ...
    @overload
    @by_mode(0, "mode")
    @lazy
    @reads("gcs")
    @writes("gcs")
    def open(
        self, mode: Literal["wb"], chunk_size: Any = ..., ignore_flush: Any = ..., **kwargs: Any
    ) -> BlobWriter: ...
    @overload
    @by_mode(0, "mode")
    @lazy
    @reads("gcs")
    @writes("gcs")
    def open(
        self,
        mode: str = "r",
        chunk_size: Any = ...,
        ignore_flush: Any = ...,
        encoding: Any = ...,
        errors: Any = ...,
        newline: Any = ...,
        **kwargs: Any,
    ) -> TextIOWrapper: ...

class Retention(dict[str, Any]):
    blob: Blob
    mode: Any
    retain_until_time: Any
    retention_expiration_time: Any
    @pure
    def __init__(
        self,
        blob: Any,
        mode: Any = ...,
        retain_until_time: Any = ...,
        retention_expiration_time: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any, blob: Any) -> Self: ...

class ObjectCustomContextPayload(dict[str, Any]):
    value: Any
    create_time: Any
    update_time: Any
    @pure
    def __init__(self, value: Any = ...) -> None: ...

class ObjectContexts(dict[str, Any]):
    blob: Blob
    custom: Any
    @pure
    def __init__(self, blob: Any, custom: Any = ...) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any, blob: Any) -> Self: ...
