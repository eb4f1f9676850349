"""google.oauth2.credentials: credentials of a person, refreshed by a request.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes
from google.auth import credentials
from typing_extensions import Self

class Credentials(
    credentials.CredentialsWithRegionalAccessBoundary,
    credentials.ReadOnlyScoped,
    credentials.CredentialsWithQuotaProject,
):
    refresh_token: str | None
    granted_scopes: Any
    token_uri: str | None
    id_token: Any
    client_id: str | None
    client_secret: str | None
    rapt_token: str | None
    refresh_handler: Any
    account: str | None
    @pure
    def __init__(
        self,
        token: Any,
        refresh_token: Any = ...,
        id_token: Any = ...,
        token_uri: Any = ...,
        client_id: Any = ...,
        client_secret: Any = ...,
        scopes: Any = ...,
        default_scopes: Any = ...,
        quota_project_id: Any = ...,
        expiry: Any = ...,
        rapt_token: Any = ...,
        refresh_handler: Any = ...,
        enable_reauth_refresh: bool = False,
        granted_scopes: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @pure
    def get_cred_info(self) -> dict[str, Any] | None: ...
    @pure
    def with_token_uri(self, token_uri: str) -> Self: ...
    @pure
    def with_account(self, account: str) -> Self: ...
    @pure
    def with_universe_domain(self, universe_domain: str) -> Self: ...
    @classmethod
    @pure
    def from_authorized_user_info(cls, info: Any, scopes: Any = ...) -> Self: ...
    @classmethod
    @blocking
    @reads("file")
    def from_authorized_user_file(cls, filename: Any, scopes: Any = ...) -> Self: ...
    @pure
    def to_json(self, strip: Any = ...) -> str: ...

# Asks the program gcloud for a token.
class UserAccessTokenCredentials(credentials.CredentialsWithQuotaProject):
    @pure
    def __init__(self, account: Any = ..., quota_project_id: Any = ...) -> None: ...
    @pure
    def with_account(self, account: str) -> Self: ...
    @blocking
    @reads("process")
    def refresh(self, request: Any) -> None: ...
    @blocking
    @reads("process")
    def before_request(self, request: Any, method: str, url: str, headers: Any) -> None: ...
