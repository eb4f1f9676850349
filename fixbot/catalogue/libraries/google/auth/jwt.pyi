"""google.auth.jwt: JSON web tokens, signed with a key in memory.

Facts on blocking: the source of google-auth 2.62; it is work, not waiting, but for reading key files.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads
from google.auth import credentials
from typing_extensions import Self

@pure
def encode(signer: Any, payload: Any, header: Any = ..., key_id: Any = ...) -> bytes: ...
@pure
def decode(
    token: Any, certs: Any = ..., verify: bool = True, audience: Any = ..., clock_skew_in_seconds: int = 0
) -> dict[str, Any]: ...
@pure
def decode_header(token: Any) -> dict[str, Any]: ...

class Credentials(
    credentials.Signing,
    credentials.CredentialsWithQuotaProject,
    credentials.CredentialsWithRegionalAccessBoundary,
):
    additional_claims: Any
    @pure
    def __init__(
        self,
        signer: Any,
        issuer: str,
        subject: str,
        audience: str,
        additional_claims: Any = ...,
        token_lifetime: int = 3600,
        quota_project_id: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def from_service_account_info(cls, info: Any, **kwargs: Any) -> Self: ...
    @classmethod
    @blocking
    @reads("file")
    def from_service_account_file(cls, filename: Any, **kwargs: Any) -> Self: ...
    @classmethod
    @pure
    def from_signing_credentials(cls, credentials: Any, audience: Any, **kwargs: Any) -> Self: ...
    @pure
    def with_claims(
        self, issuer: Any = ..., subject: Any = ..., audience: Any = ..., additional_claims: Any = ...
    ) -> Self: ...
    @pure
    def sign_bytes(self, message: bytes) -> bytes: ...

class OnDemandCredentials(credentials.Signing, credentials.CredentialsWithQuotaProject):
    @pure
    def __init__(
        self,
        signer: Any,
        issuer: str,
        subject: str,
        additional_claims: Any = ...,
        token_lifetime: int = 3600,
        max_cache_size: int = 10,
        quota_project_id: Any = ...,
    ) -> None: ...
    @classmethod
    @pure
    def from_service_account_info(cls, info: Any, **kwargs: Any) -> Self: ...
    @classmethod
    @blocking
    @reads("file")
    def from_service_account_file(cls, filename: Any, **kwargs: Any) -> Self: ...
    @classmethod
    @pure
    def from_signing_credentials(cls, credentials: Any, **kwargs: Any) -> Self: ...
    @pure
    def with_claims(self, issuer: Any = ..., subject: Any = ..., additional_claims: Any = ...) -> Self: ...
    @pure
    def refresh(self, request: Any) -> None: ...  # only raises
    @pure
    def before_request(self, request: Any, method: str, url: str, headers: Any) -> None: ...
    @pure
    def sign_bytes(self, message: bytes) -> bytes: ...
