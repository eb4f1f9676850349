"""google.auth.downscoped: credentials that may do less.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes
from google.auth import credentials

class AvailabilityCondition:
    expression: str
    title: str | None
    description: str | None
    @pure
    def __init__(self, expression: str, title: Any = ..., description: Any = ...) -> None: ...
    @pure
    def to_json(self) -> dict[str, Any]: ...

class AccessBoundaryRule:
    available_resource: str
    available_permissions: Any
    availability_condition: Any
    @pure
    def __init__(
        self, available_resource: str, available_permissions: Any, availability_condition: Any = ...
    ) -> None: ...
    @pure
    def to_json(self) -> dict[str, Any]: ...

class CredentialAccessBoundary:
    rules: Any
    @pure
    def __init__(self, rules: Any = ...) -> None: ...
    @pure
    def add_rule(self, rule: AccessBoundaryRule) -> None: ...
    @pure
    def to_json(self) -> dict[str, Any]: ...

class Credentials(credentials.CredentialsWithQuotaProject):
    @pure
    def __init__(
        self,
        source_credentials: Any,
        credential_access_boundary: Any,
        quota_project_id: Any = ...,
        universe_domain: Any = ...,
    ) -> None: ...
    @blocking
    @reads("auth")
    def refresh(self, request: Any) -> None: ...
