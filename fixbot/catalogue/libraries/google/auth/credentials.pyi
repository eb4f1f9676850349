"""google.auth.credentials: what credentials have in common; refreshing asks a server for a token.

Facts on blocking: the source of google-auth 2.62; `before_request` refreshes when the token is stale.
A new token changes nothing that others read, so refreshing is no `writes`.
"""

from enum import Enum
from typing import Any

from fixbot_effects import blocking, pure, reads, writes
from typing_extensions import Self

DEFAULT_UNIVERSE_DOMAIN: str
NO_OP_TRUST_BOUNDARY_LOCATIONS: list[str]
NO_OP_TRUST_BOUNDARY_ENCODED_LOCATIONS: str

class TokenState(Enum):
    FRESH = 1
    STALE = 2
    INVALID = 3

class Credentials:
    token: Any
    expiry: Any
    expired: bool
    valid: bool
    token_state: TokenState
    quota_project_id: str | None
    @property
    @pure
    def universe_domain(self) -> str: ...
    @pure
    def __init__(self) -> None: ...
    @pure
    def get_cred_info(self) -> dict[str, Any] | None: ...
    @blocking
    @reads("auth")
    def refresh(self, request: Any) -> None: ...
    @pure
    def apply(self, headers: Any, token: Any = ...) -> None: ...
    @blocking
    @reads("auth")
    def before_request(self, request: Any, method: str, url: str, headers: Any) -> None: ...
    @pure
    def with_non_blocking_refresh(self) -> None: ...

class CredentialsWithQuotaProject(Credentials):
    @pure
    def with_quota_project(self, quota_project_id: str) -> Self: ...
    @pure
    def with_quota_project_from_environment(self) -> Self: ...

class CredentialsWithTokenUri(Credentials):
    @pure
    def with_token_uri(self, token_uri: str) -> Self: ...

class CredentialsWithUniverseDomain(Credentials):
    @pure
    def with_universe_domain(self, universe_domain: str) -> Self: ...

class CredentialsWithRegionalAccessBoundary(Credentials):
    regional_access_boundary: Any
    regional_access_boundary_expiry: Any
    @pure
    def __init__(self) -> None: ...
    @pure
    def with_trust_boundary(self, trust_boundary: Any) -> Self: ...
    @blocking
    @reads("auth")
    def refresh(self, request: Any) -> None: ...

class CredentialsWithTrustBoundary(CredentialsWithRegionalAccessBoundary): ...

class AnonymousCredentials(Credentials):
    @pure
    def refresh(self, request: Any) -> None: ...  # only raises
    @pure
    def apply(self, headers: Any, token: Any = ...) -> None: ...
    @pure
    def before_request(self, request: Any, method: str, url: str, headers: Any) -> None: ...

class ReadOnlyScoped:
    scopes: Any
    default_scopes: Any
    requires_scopes: bool
    @pure
    def __init__(self) -> None: ...
    @pure
    def has_scopes(self, scopes: Any) -> bool: ...

class Scoped(ReadOnlyScoped):
    @pure
    def with_scopes(self, scopes: Any, default_scopes: Any = ...) -> Self: ...

# Some sign with a key in memory, others by a request; which one is behind this class is not known.
class Signing:
    signer_email: str | None
    signer: Any
    @blocking
    @reads("auth")
    def sign_bytes(self, message: bytes) -> bytes: ...

@pure
def with_scopes_if_required(credentials: Any, scopes: Any, default_scopes: Any = ...) -> Any: ...
