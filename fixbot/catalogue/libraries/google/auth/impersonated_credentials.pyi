"""google.auth.impersonated_credentials: acting as another service account; signing is a request.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes
from google.auth import credentials
from typing_extensions import Self

class Credentials(
    credentials.Scoped,
    credentials.CredentialsWithQuotaProject,
    credentials.Signing,
    credentials.CredentialsWithRegionalAccessBoundary,
):
    service_account_email: str | None
    @pure
    def __init__(
        self,
        source_credentials: Any,
        target_principal: str,
        target_scopes: Any,
        delegates: Any = ...,
        subject: Any = ...,
        lifetime: int = 3600,
        quota_project_id: Any = ...,
        iam_endpoint_override: Any = ...,
        trust_boundary: Any = ...,
    ) -> None: ...
    @blocking
    @reads("auth")
    def sign_bytes(self, message: bytes) -> bytes: ...
    @pure
    def get_cred_info(self) -> dict[str, Any] | None: ...
    @classmethod
    @pure
    def from_impersonated_service_account_info(cls, info: Any, scopes: Any = ...) -> Self: ...

class IDTokenCredentials(credentials.CredentialsWithQuotaProject):
    @pure
    def __init__(
        self,
        target_credentials: Any,
        target_audience: Any = ...,
        include_email: bool = False,
        quota_project_id: Any = ...,
    ) -> None: ...
    @pure
    def from_credentials(self, target_credentials: Any, target_audience: Any = ...) -> IDTokenCredentials: ...
    @pure
    def with_target_audience(self, target_audience: str) -> IDTokenCredentials: ...
    @pure
    def with_include_email(self, include_email: bool) -> IDTokenCredentials: ...
    @blocking
    @reads("auth")
    def refresh(self, request: Any) -> None: ...
