"""google.cloud.storage.notification: messages a bucket sends to a topic.

Facts on blocking: the source of google-cloud-storage 3.17.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes
from google.cloud.storage.bucket import Bucket
from google.cloud.storage.client import Client

OBJECT_FINALIZE_EVENT_TYPE: str
OBJECT_METADATA_UPDATE_EVENT_TYPE: str
OBJECT_DELETE_EVENT_TYPE: str
OBJECT_ARCHIVE_EVENT_TYPE: str
JSON_API_V1_PAYLOAD_FORMAT: str
NONE_PAYLOAD_FORMAT: str

class BucketNotification:
    bucket: Bucket
    client: Client
    blob_name_prefix: str | None
    custom_attributes: Any
    etag: str | None
    event_types: Any
    notification_id: str | None
    path: str
    payload_format: str | None
    self_link: str | None
    topic_name: str | None
    topic_project: str
    @pure
    def __init__(
        self,
        bucket: Any,
        topic_name: Any = ...,
        topic_project: Any = ...,
        custom_attributes: Any = ...,
        event_types: Any = ...,
        blob_name_prefix: Any = ...,
        payload_format: Any = ...,
        notification_id: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def from_api_repr(cls, resource: Any, bucket: Any) -> BucketNotification: ...
    @blocking
    @writes("gcs")
    def create(self, client: Any = ..., timeout: Any = ..., retry: Any = ...) -> None: ...
    @blocking
    @reads("gcs")
    def exists(self, client: Any = ..., timeout: Any = ..., retry: Any = ...) -> bool: ...
    @blocking
    @reads("gcs")
    def reload(self, client: Any = ..., timeout: Any = ..., retry: Any = ...) -> None: ...
    @blocking
    @writes("gcs")
    def delete(self, client: Any = ..., timeout: Any = ..., retry: Any = ...) -> None: ...
