"""google.oauth2.service_account: credentials with a private key; signing is work, refreshing a request.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes
from google.auth import credentials
from typing_extensions import Self

class Credentials(
    credentials.Signing,
    credentials.Scoped,
    credentials.CredentialsWithQuotaProject,
    credentials.CredentialsWithTokenUri,
    credentials.CredentialsWithRegionalAccessBoundary,
):
    service_account_email: str
    project_id: str | None
    @pure
    def __init__(
        self,
        signer: Any,
        service_account_email: str,
        token_uri: str,
        scopes: Any = ...,
        default_scopes: Any = ...,
        subject: Any = ...,
        project_id: Any = ...,
        quota_project_id: Any = ...,
        additional_claims: Any = ...,
        always_use_jwt_access: bool = False,
        universe_domain: Any = ...,
        trust_boundary: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def from_service_account_info(cls, info: Any, **kwargs: Any) -> Self: ...
    @classmethod
    @blocking
    @reads("file")
    def from_service_account_file(cls, filename: Any, **kwargs: Any) -> Self: ...
    @pure
    def with_always_use_jwt_access(self, always_use_jwt_access: bool) -> Self: ...
    @pure
    def with_universe_domain(self, universe_domain: str) -> Self: ...
    @pure
    def with_subject(self, subject: str) -> Self: ...
    @pure
    def with_claims(self, additional_claims: Any) -> Self: ...
    @pure
    def sign_bytes(self, message: bytes) -> bytes: ...
    @pure
    def get_cred_info(self) -> dict[str, Any] | None: ...

class IDTokenCredentials(
    credentials.Signing, credentials.CredentialsWithQuotaProject, credentials.CredentialsWithTokenUri
):
    service_account_email: str
    @pure
    def __init__(
        self,
        signer: Any,
        service_account_email: str,
        token_uri: str,
        target_audience: str,
        additional_claims: Any = ...,
        quota_project_id: Any = ...,
        universe_domain: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def from_service_account_info(cls, info: Any, **kwargs: Any) -> Self: ...
    @classmethod
    @blocking
    @reads("file")
    def from_service_account_file(cls, filename: Any, **kwargs: Any) -> Self: ...
    @pure
    def with_target_audience(self, target_audience: str) -> Self: ...
    @blocking
    @reads("auth")
    def refresh(self, request: Any) -> None: ...
    @pure
    def sign_bytes(self, message: bytes) -> bytes: ...
