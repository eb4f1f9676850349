"""google.cloud.storage.hmac_key: keys of service accounts.

Facts on blocking: the source of google-cloud-storage 3.17.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes

class HMACKeyMetadata:
    ACTIVE_STATE: str
    INACTIVE_STATE: str
    DELETED_STATE: str
    access_id: str | None
    etag: str | None
    id: str | None
    path: str
    project: str | None
    service_account_email: str | None
    state: str | None
    time_created: Any
    updated: Any
    user_project: str | None
    @pure
    def __init__(
        self, client: Any, access_id: Any = ..., project_id: Any = ..., user_project: Any = ...
    ) -> None: ...
    @blocking
    @reads("gcs")
    def exists(self, timeout: Any = ..., retry: Any = ...) -> bool: ...
    @blocking
    @reads("gcs")
    def reload(self, timeout: Any = ..., retry: Any = ...) -> None: ...
    @blocking
    @writes("gcs")
    def update(self, timeout: Any = ..., retry: Any = ...) -> None: ...
    @blocking
    @writes("gcs")
    def delete(self, timeout: Any = ..., retry: Any = ...) -> None: ...
