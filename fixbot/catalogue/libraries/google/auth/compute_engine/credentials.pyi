"""google.auth.compute_engine.credentials: everything they know they ask the metadata server for.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes
from google.auth import credentials

class Credentials(
    credentials.Scoped,
    credentials.CredentialsWithQuotaProject,
    credentials.CredentialsWithUniverseDomain,
    credentials.CredentialsWithRegionalAccessBoundary,
):
    service_account_email: str
    @pure
    def __init__(
        self,
        service_account_email: str = "default",
        quota_project_id: Any = ...,
        scopes: Any = ...,
        default_scopes: Any = ...,
        universe_domain: Any = ...,
        trust_boundary: Any = ...,
    ) -> None: ...
    @property
    @blocking
    @reads("auth")
    def universe_domain(self) -> str: ...
    @pure
    def get_cred_info(self) -> dict[str, Any] | None: ...

class IDTokenCredentials(
    credentials.CredentialsWithQuotaProject, credentials.Signing, credentials.CredentialsWithTokenUri
):
    service_account_email: str
    @blocking
    @reads("auth")
    def __init__(
        self,
        request: Any,
        target_audience: str,
        token_uri: Any = ...,
        additional_claims: Any = ...,
        service_account_email: Any = ...,
        signer: Any = ...,
        use_metadata_identity_endpoint: bool = False,
        quota_project_id: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @pure
    def with_target_audience(self, target_audience: str) -> IDTokenCredentials: ...
    @blocking
    @reads("auth")
    def refresh(self, request: Any) -> None: ...
    @blocking
    @reads("auth")
    def sign_bytes(self, message: bytes) -> bytes: ...
