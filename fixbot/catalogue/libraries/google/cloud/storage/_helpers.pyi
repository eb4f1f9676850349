"""google.cloud.storage._helpers: what Bucket and Blob share.

Facts on blocking: the source of google-cloud-storage 3.17; properties are what `reload` last read.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes

class _PropertyMixin:
    name: str
    path: str
    client: Any
    user_project: str | None
    @pure
    def __init__(self, name: Any = ...) -> None: ...
    @blocking
    @reads("gcs")
    def reload(self, client: Any = ..., projection: str = "noAcl", **kwargs: Any) -> None: ...
    @blocking
    @writes("gcs")
    def patch(self, client: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @writes("gcs")
    def update(self, client: Any = ..., timeout: Any = ..., **kwargs: Any) -> None: ...
