"""google.oauth2.id_token: verifying a token fetches Google's certificates, every time.

Facts on blocking: the source of google-auth 2.62 (`_fetch_certs`; caching is the caller's).
"""

from typing import Any

from fixbot_effects import blocking, reads

@blocking
@reads("auth")
def verify_token(
    id_token: Any, request: Any, audience: Any = ..., certs_url: Any = ..., clock_skew_in_seconds: int = 0
) -> dict[str, Any]: ...
@blocking
@reads("auth")
def verify_oauth2_token(
    id_token: Any, request: Any, audience: Any = ..., clock_skew_in_seconds: int = 0
) -> dict[str, Any]: ...
@blocking
@reads("auth")
def verify_firebase_token(
    id_token: Any, request: Any, audience: Any = ..., clock_skew_in_seconds: int = 0
) -> dict[str, Any]: ...
@blocking
@reads("auth")
def fetch_id_token(request: Any, audience: str, **kwargs: Any) -> str: ...
@blocking
@reads("auth")
def fetch_id_token_credentials(audience: str, request: Any = ..., **kwargs: Any) -> Any: ...
