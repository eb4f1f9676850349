"""google.auth._default: where google.auth.default is declared.

Facts on blocking: the source of google-auth 2.62: files, `gcloud` as a process, the metadata server.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads
from google.auth.credentials import Credentials

@blocking
@reads("auth")
def default(
    scopes: Any = ..., request: Any = ..., quota_project_id: Any = ..., default_scopes: Any = ...
) -> tuple[Credentials, str | None]: ...
@blocking
@reads("auth")
def load_credentials_from_file(
    filename: Any,
    scopes: Any = ...,
    default_scopes: Any = ...,
    quota_project_id: Any = ...,
    request: Any = ...,
) -> tuple[Credentials, str | None]: ...
@pure
def load_credentials_from_dict(
    info: Any, scopes: Any = ..., default_scopes: Any = ..., quota_project_id: Any = ..., request: Any = ...
) -> tuple[Credentials, str | None]: ...
@pure
def get_api_key_credentials(key: str) -> Any: ...
