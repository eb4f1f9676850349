"""google.auth.transport.requests: credentials over the library requests.

Facts on blocking: the source of google-auth 2.62; an AuthorizedSession is a session of requests.
"""

from typing import Any

import requests
from fixbot_effects import blocking, lazy_if, not_thread_safe, pure, reads, shared, writes
from google.auth import transport
from typing_extensions import Self

class TimeoutGuard:
    remaining_timeout: Any
    @pure
    def __init__(self, timeout: Any, timeout_error_type: Any = ...) -> None: ...
    @pure
    def __enter__(self) -> Self: ...
    @pure
    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None: ...

class Request(transport.Request):
    session: requests.Session
    @pure
    def __init__(self, session: requests.Session | None = None) -> None: ...
    @blocking
    @reads("http")
    @writes("http")
    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: Any = ...,
        headers: Any = ...,
        timeout: Any = ...,
        **kwargs: Any,
    ) -> transport.Response: ...

@not_thread_safe
@shared
class AuthorizedSession(requests.Session):
    credentials: Any
    is_mtls: bool
    @pure
    def __init__(
        self,
        credentials: Any,
        refresh_status_codes: Any = ...,
        max_refresh_attempts: Any = ...,
        refresh_timeout: Any = ...,
        auth_request: Any = ...,
        default_host: Any = ...,
    ) -> None: ...
    @blocking
    @reads("auth")
    def configure_mtls_channel(self, client_cert_callback: Any = ...) -> None: ...
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def request(
        self,
        method: str,
        url: Any,
        data: Any = ...,
        headers: Any = ...,
        max_allowed_time: Any = ...,
        timeout: Any = ...,
        **kwargs: Any,
    ) -> requests.Response: ...  # ty: ignore[incompatible-method-override]
    @pure
    def close(self) -> None: ...
