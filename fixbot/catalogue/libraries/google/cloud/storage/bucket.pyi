"""google.cloud.storage.bucket: a bucket; its properties are in memory, its methods send requests.

Facts on blocking: the source of google-cloud-storage 3.17; setting a property needs `patch` to send it.
"""

from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, writes
from google.cloud.storage._helpers import _PropertyMixin
from google.cloud.storage.acl import BucketACL as BucketACL
from google.cloud.storage.acl import DefaultObjectACL as DefaultObjectACL
from google.cloud.storage.blob import Blob as Blob
from google.cloud.storage.client import Client, _Pages
from google.cloud.storage.notification import BucketNotification as BucketNotification
from typing_extensions import Self

class Bucket(_PropertyMixin):
    STORAGE_CLASSES: tuple[str, ...]
    client: Client
    acl: BucketACL
    default_object_acl: DefaultObjectACL
    autoclass_enabled: bool
    autoclass_terminal_storage_class: str | None
    autoclass_terminal_storage_class_update_time: Any
    autoclass_toggle_time: Any
    cors: list[Any]
    data_locations: Any
    default_event_based_hold: bool
    default_kms_key_name: str | None
    encryption: Any
    etag: str | None
    generation: int | None
    hard_delete_time: Any
    hierarchical_namespace_enabled: bool
    iam_configuration: Any
    id: str | None
    ip_filter: Any
    labels: dict[str, str]
    lifecycle_rules: Any
    location: str | None
    location_type: str | None
    metageneration: int | None
    object_retention_mode: str | None
    owner: Any
    project_number: int | None
    requester_pays: bool
    retention_period: int | None
    retention_policy_effective_time: Any
    retention_policy_locked: bool
    rpo: str | None
    self_link: str | None
    soft_delete_policy: Any
    soft_delete_time: Any
    storage_class: str | None
    time_created: Any
    updated: Any
    versioning_enabled: bool
    @pure
    def __init__(
        self, client: Any, name: Any = ..., user_project: Any = ..., generation: Any = ...
    ) -> None: ...
    @classmethod
    @pure
    def from_uri(cls, uri: str, client: Any = ...) -> Bucket: ...
    @classmethod
    @pure
    def from_string(cls, uri: str, client: Any = ...) -> Bucket: ...
    @staticmethod
    @pure
    def path_helper(bucket_name: str) -> str: ...
    @pure
    def blob(
        self,
        blob_name: str,
        chunk_size: Any = ...,
        encryption_key: Any = ...,
        kms_key_name: Any = ...,
        generation: Any = ...,
    ) -> Blob: ...
    @pure
    def notification(
        self,
        topic_name: Any = ...,
        topic_project: Any = ...,
        custom_attributes: Any = ...,
        event_types: Any = ...,
        blob_name_prefix: Any = ...,
        payload_format: Any = ...,
        notification_id: Any = ...,
    ) -> BucketNotification: ...
    @blocking
    @reads("gcs")
    def exists(self, client: Any = ..., timeout: Any = ..., **kwargs: Any) -> bool: ...
    @blocking
    @writes("gcs")
    def create(self, client: Any = ..., project: Any = ..., location: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @reads("gcs")
    def get_blob(
        self,
        blob_name: str,
        client: Any = ...,
        encryption_key: Any = ...,
        generation: Any = ...,
        **kwargs: Any,
    ) -> Blob | None: ...
    @lazy
    @reads("gcs")
    def list_blobs(
        self,
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
        client: Any = ...,
        timeout: Any = ...,
        retry: Any = ...,
        match_glob: Any = ...,
        include_folders_as_prefixes: Any = ...,
        soft_deleted: Any = ...,
        page_size: Any = ...,
        filter_: Any = ...,
    ) -> _Pages[Blob]: ...
    @lazy
    @reads("gcs")
    def list_notifications(
        self, client: Any = ..., timeout: Any = ..., retry: Any = ...
    ) -> _Pages[BucketNotification]: ...
    @blocking
    @reads("gcs")
    def get_notification(
        self, notification_id: str, client: Any = ..., timeout: Any = ..., retry: Any = ...
    ) -> BucketNotification: ...
    @blocking
    @writes("gcs")
    def delete(self, force: bool = False, client: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @writes("gcs")
    def delete_blob(
        self, blob_name: str, client: Any = ..., generation: Any = ..., **kwargs: Any
    ) -> None: ...
    @blocking
    @writes("gcs")
    def delete_blobs(
        self,
        blobs: Any,
        on_error: Any = ...,
        client: Any = ...,
        preserve_generation: bool = False,
        **kwargs: Any,
    ) -> None: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def copy_blob(
        self,
        blob: Any,
        destination_bucket: Any,
        new_name: Any = ...,
        client: Any = ...,
        preserve_acl: bool = True,
        **kwargs: Any,
    ) -> Blob: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def rename_blob(self, blob: Any, new_name: str, client: Any = ..., **kwargs: Any) -> Blob: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def move_blob(self, blob: Any, new_name: str, client: Any = ..., **kwargs: Any) -> Blob: ...
    @blocking
    @writes("gcs")
    def restore_blob(
        self, blob_name: str, client: Any = ..., generation: Any = ..., **kwargs: Any
    ) -> Blob: ...
    @pure
    def clear_lifecycle_rules(self) -> None: ...
    @pure
    def clear_lifecyle_rules(self) -> None: ...
    @pure
    def add_lifecycle_delete_rule(self, **kw: Any) -> None: ...
    @pure
    def add_lifecycle_set_storage_class_rule(self, storage_class: str, **kw: Any) -> None: ...
    @pure
    def add_lifecycle_abort_incomplete_multipart_upload_rule(self, **kw: Any) -> None: ...
    @pure
    def get_logging(self) -> dict[str, Any] | None: ...
    @pure
    def enable_logging(self, bucket_name: str, object_prefix: str = "") -> None: ...
    @pure
    def disable_logging(self) -> None: ...
    @pure
    def configure_website(self, main_page_suffix: Any = ..., not_found_page: Any = ...) -> None: ...
    @pure
    def disable_website(self) -> None: ...
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
    def make_public(
        self, recursive: bool = False, future: bool = False, client: Any = ..., **kwargs: Any
    ) -> None: ...
    @blocking
    @reads("gcs")
    @writes("gcs")
    def make_private(
        self, recursive: bool = False, future: bool = False, client: Any = ..., **kwargs: Any
    ) -> None: ...
    @blocking
    @writes("gcs")
    def lock_retention_policy(self, client: Any = ..., timeout: Any = ..., retry: Any = ...) -> None: ...
    # Both sign with the private key (CPU), or by a request to IAM when the credentials hold none.
    @blocking
    @reads("auth")
    def generate_upload_policy(
        self, conditions: Any, expiration: Any = ..., client: Any = ...
    ) -> dict[str, str]: ...
    @blocking
    @reads("auth")
    def generate_signed_url(
        self,
        expiration: Any = ...,
        api_access_endpoint: Any = ...,
        method: str = "GET",
        headers: Any = ...,
        query_parameters: Any = ...,
        client: Any = ...,
        credentials: Any = ...,
        version: Any = ...,
        virtual_hosted_style: bool = False,
        bucket_bound_hostname: Any = ...,
        scheme: Any = ...,
    ) -> str: ...

class EncryptionEnforcementConfig(dict[str, Any]):
    restriction_mode: Any
    effective_time: Any
    @pure
    def __init__(self, restriction_mode: Any = ...) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any) -> Self: ...

class BucketEncryption(dict[str, Any]):
    bucket: Bucket
    @pure
    def __init__(self, bucket: Any, default_kms_key_name: Any = ..., **kwargs: Any) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any, bucket: Any) -> Self: ...

class IAMConfiguration(dict[str, Any]):
    bucket: Bucket
    public_access_prevention: Any
    uniform_bucket_level_access_enabled: bool
    uniform_bucket_level_access_locked_time: Any
    bucket_policy_only_enabled: bool
    bucket_policy_only_locked_time: Any
    @pure
    def __init__(self, bucket: Any, public_access_prevention: Any = ..., **kwargs: Any) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any, bucket: Any) -> Self: ...

class SoftDeletePolicy(dict[str, Any]):
    bucket: Bucket
    retention_duration_seconds: Any
    effective_time: Any
    @pure
    def __init__(self, bucket: Any, **kw: Any) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any, bucket: Any) -> Self: ...

class LifecycleRuleConditions(dict[str, Any]):
    @pure
    def __init__(
        self,
        age: Any = ...,
        created_before: Any = ...,
        is_live: Any = ...,
        matches_storage_class: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any) -> Self: ...

class LifecycleRuleDelete(dict[str, Any]):
    @pure
    def __init__(self, **kw: Any) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any) -> Self: ...

class LifecycleRuleSetStorageClass(dict[str, Any]):
    @pure
    def __init__(self, storage_class: str, **kw: Any) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any) -> Self: ...

class LifecycleRuleAbortIncompleteMultipartUpload(dict[str, Any]):
    @pure
    def __init__(self, **kw: Any) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any) -> Self: ...
