"""google.cloud.storage.acl: access control lists; most methods first load the list by a request.

Facts on blocking: the source of google-cloud-storage 3.17 (`_ensure_loaded`).
"""

from collections.abc import Iterator
from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, writes

class _ACLEntity:
    type: str
    identifier: str
    @pure
    def __init__(self, entity_type: str, identifier: Any = ...) -> None: ...
    @pure
    def get_roles(self) -> set[str]: ...
    @pure
    def grant(self, role: str) -> None: ...
    @pure
    def revoke(self, role: str) -> None: ...
    @pure
    def grant_read(self) -> None: ...
    @pure
    def grant_write(self) -> None: ...
    @pure
    def grant_owner(self) -> None: ...
    @pure
    def revoke_read(self) -> None: ...
    @pure
    def revoke_write(self) -> None: ...
    @pure
    def revoke_owner(self) -> None: ...

class ACL:
    PREDEFINED_JSON_ACLS: frozenset[str]
    PREDEFINED_XML_ACLS: dict[str, str]
    client: Any
    loaded: bool
    reload_path: str | None
    save_path: str | None
    user_project: str | None
    @pure
    def __init__(self) -> None: ...
    @classmethod
    @pure
    def validate_predefined(cls, predefined: Any) -> str | None: ...
    @pure
    def reset(self) -> None: ...
    @lazy
    @reads("gcs")
    def __iter__(self) -> Iterator[dict[str, str]]: ...
    @blocking
    @reads("gcs")
    def entity_from_dict(self, entity_dict: Any) -> _ACLEntity: ...
    @blocking
    @reads("gcs")
    def has_entity(self, entity: Any) -> bool: ...
    @blocking
    @reads("gcs")
    def get_entity(self, entity: Any, default: Any = ...) -> Any: ...
    @blocking
    @reads("gcs")
    def add_entity(self, entity: Any) -> None: ...
    @blocking
    @reads("gcs")
    def entity(self, entity_type: str, identifier: Any = ...) -> _ACLEntity: ...
    @blocking
    @reads("gcs")
    def user(self, identifier: str) -> _ACLEntity: ...
    @blocking
    @reads("gcs")
    def group(self, identifier: str) -> _ACLEntity: ...
    @blocking
    @reads("gcs")
    def domain(self, domain: str) -> _ACLEntity: ...
    @blocking
    @reads("gcs")
    def all(self) -> _ACLEntity: ...
    @blocking
    @reads("gcs")
    def all_authenticated(self) -> _ACLEntity: ...
    @blocking
    @reads("gcs")
    def get_entities(self) -> list[_ACLEntity]: ...
    @blocking
    @reads("gcs")
    def reload(self, client: Any = ..., timeout: Any = ..., retry: Any = ...) -> None: ...
    @blocking
    @writes("gcs")
    def save(self, acl: Any = ..., client: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @writes("gcs")
    def save_predefined(self, predefined: str, client: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @writes("gcs")
    def clear(self, client: Any = ..., **kwargs: Any) -> None: ...

class BucketACL(ACL):
    bucket: Any
    @pure
    def __init__(self, bucket: Any) -> None: ...

class DefaultObjectACL(BucketACL): ...

class ObjectACL(ACL):
    blob: Any
    @pure
    def __init__(self, blob: Any) -> None: ...
    @blocking
    @writes("gcs")
    def save(self, acl: Any = ..., client: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @writes("gcs")
    def save_predefined(self, predefined: str, client: Any = ..., **kwargs: Any) -> None: ...
    @blocking
    @writes("gcs")
    def clear(self, client: Any = ..., **kwargs: Any) -> None: ...
