"""google.auth.transport.urllib3: credentials over the library urllib3.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, shared, writes
from google.auth import transport

class Request(transport.Request):
    http: Any
    @pure
    def __init__(self, http: Any) -> None: ...
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

@shared
class AuthorizedHttp:
    credentials: Any
    http: Any
    headers: Any
    is_mtls: bool
    @pure
    def __init__(
        self,
        credentials: Any,
        http: Any = ...,
        refresh_status_codes: Any = ...,
        max_refresh_attempts: Any = ...,
        default_host: Any = ...,
    ) -> None: ...
    @blocking
    @reads("auth")
    def configure_mtls_channel(self, client_cert_callback: Any = ...) -> Any: ...
    @blocking
    @reads("http")
    @writes("http")
    def urlopen(self, method: str, url: str, body: Any = ..., headers: Any = ..., **kwargs: Any) -> Any: ...
    @blocking
    @reads("http")
    @writes("http")
    def request(
        self,
        method: str,
        url: str,
        body: Any = ...,
        fields: Any = ...,
        headers: Any = ...,
        json: Any = ...,
        **urlopen_kw: Any,
    ) -> Any: ...
    @blocking
    @reads("http")
    @writes("http")
    def request_encode_url(
        self, method: str, url: str, fields: Any = ..., headers: Any = ..., **urlopen_kw: Any
    ) -> Any: ...
    @blocking
    @reads("http")
    @writes("http")
    def request_encode_body(
        self, method: str, url: str, fields: Any = ..., headers: Any = ..., **urlopen_kw: Any
    ) -> Any: ...
    @pure
    def __enter__(self) -> Any: ...
    @pure
    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> Any: ...
