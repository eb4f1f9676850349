"""google.cloud.storage.client: the blocking Cloud Storage client, safe to share by threads.

Facts on blocking: the source of google-cloud-storage 3.17; listings send nothing until iterated.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from fixbot_effects import blocking, lazy, pure, reads, shared, writes
from google.cloud.client import ClientWithProject
from google.cloud.storage.batch import Batch
from google.cloud.storage.blob import Blob
from google.cloud.storage.bucket import Bucket
from google.cloud.storage.hmac_key import HMACKeyMetadata
from typing_extensions import Self

T = TypeVar("T")

# google.api_core.page_iterator.HTTPIterator, which is not generic.
class _Pages(Iterator[T], Generic[T]):
    num_results: int
    page_number: int
    next_page_token: str | None
    prefixes: set[str]
    @property
    @lazy
    @reads("gcs")
    def pages(self) -> Iterator[Iterable[T]]: ...
    @pure
    def __iter__(self) -> Self: ...
    @blocking
    @reads("gcs")
    def __next__(self) -> T: ...

@shared
class Client(ClientWithProject):
    universe_domain: str
    api_endpoint: str
    current_batch: Batch | None
    # google.auth.default(): credential files, then the metadata server.
    @blocking
    @reads("auth")
    def __init__(
        self,
        project: Any = ...,
        credentials: Any = ...,
        _http: Any = ...,
        client_info: Any = ...,
        client_options: Any = ...,
        use_auth_w_custom_endpoint: bool = True,
        extra_headers: Any = ...,
        *,
        api_key: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def create_anonymous_client(cls) -> Self: ...
    @blocking
    def close(self) -> None: ...
    @pure
    def __enter__(self) -> Self: ...
    @blocking
    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    @pure
    def update_user_agent(self, user_agent: str) -> None: ...
    @blocking
    @reads("gcs")
    def get_service_account_email(self, project: Any = ..., timeout: Any = ..., retry: Any = ...) -> str: ...
    @pure
    def bucket(self, bucket_name: str, user_project: Any = ..., generation: Any = ...) -> Bucket: ...
    @pure
    def batch(self, raise_exception: bool = True) -> Batch: ...
    @blocking
    @reads("gcs")
    def get_bucket(
        self,
        bucket_or_name: Any,
        timeout: Any = ...,
        if_metageneration_match: Any = ...,
        if_metageneration_not_match: Any = ...,
        retry: Any = ...,
        *,
        generation: Any = ...,
        soft_deleted: Any = ...,
    ) -> Bucket: ...
    @blocking
    @reads("gcs")
    def lookup_bucket(
        self,
        bucket_name: str,
        timeout: Any = ...,
        if_metageneration_match: Any = ...,
        if_metageneration_not_match: Any = ...,
        retry: Any = ...,
    ) -> Bucket | None: ...
    @blocking
    @writes("gcs")
    def create_bucket(
        self,
        bucket_or_name: Any,
        requester_pays: Any = ...,
        project: Any = ...,
        user_project: Any = ...,
        location: Any = ...,
        **kwargs: Any,
    ) -> Bucket: ...
    @blocking
    @reads("gcs")
    def download_blob_to_file(
        self,
        blob_or_uri: Any,
        file_obj: Any,
        start: Any = ...,
        end: Any = ...,
        raw_download: bool = False,
        **kwargs: Any,
    ) -> None: ...
    @lazy
    @reads("gcs")
    def list_blobs(
        self,
        bucket_or_name: Any,
        max_results: Any = ...,
        page_token: Any = ...,
        prefix: Any = ...,
        delimiter: Any = ...,
        start_offset: Any = ...,
        end_offset: Any = ...,
        include_trailing_delimiter: Any = ...,
        versions: Any = ...,
        projection: str = "noAcl",
        fields: Any = ...,
        page_size: Any = ...,
        timeout: Any = ...,
        retry: Any = ...,
        match_glob: Any = ...,
        include_folders_as_prefixes: Any = ...,
        soft_deleted: Any = ...,
        filter_: Any = ...,
    ) -> _Pages[Blob]: ...
    @lazy
    @reads("gcs")
    def list_buckets(
        self,
        max_results: Any = ...,
        page_token: Any = ...,
        prefix: Any = ...,
        projection: str = "noAcl",
        fields: Any = ...,
        project: Any = ...,
        page_size: Any = ...,
        timeout: Any = ...,
        retry: Any = ...,
        *,
        soft_deleted: Any = ...,
        return_partial_success: Any = ...,
    ) -> _Pages[Bucket]: ...
    @blocking
    @writes("gcs")
    def restore_bucket(
        self, bucket_name: str, generation: Any, projection: str = "noAcl", **kwargs: Any
    ) -> Bucket: ...
    @blocking
    @writes("gcs")
    def create_hmac_key(
        self,
        service_account_email: str,
        project_id: Any = ...,
        user_project: Any = ...,
        timeout: Any = ...,
        retry: Any = ...,
    ) -> tuple[HMACKeyMetadata, str]: ...
    @lazy
    @reads("gcs")
    def list_hmac_keys(
        self,
        max_results: Any = ...,
        service_account_email: Any = ...,
        show_deleted_keys: Any = ...,
        project_id: Any = ...,
        user_project: Any = ...,
        timeout: Any = ...,
        retry: Any = ...,
    ) -> _Pages[HMACKeyMetadata]: ...
    @blocking
    @reads("gcs")
    def get_hmac_key_metadata(
        self, access_id: str, project_id: Any = ..., user_project: Any = ..., timeout: Any = ...
    ) -> HMACKeyMetadata: ...
    # Signs with the private key (CPU), or by a request to IAM when the credentials hold none.
    @blocking
    @reads("auth")
    def generate_signed_post_policy_v4(
        self,
        bucket_name: str,
        blob_name: str,
        expiration: Any,
        conditions: Any = ...,
        fields: Any = ...,
        credentials: Any = ...,
        virtual_hosted_style: bool = False,
        bucket_bound_hostname: Any = ...,
        scheme: Any = ...,
        service_account_email: Any = ...,
        access_token: Any = ...,
    ) -> dict[str, Any]: ...
