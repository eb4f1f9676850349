"""google.auth.transport: what credentials send their requests with.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, reads, writes

DEFAULT_RETRYABLE_STATUS_CODES: Any
DEFAULT_REFRESH_STATUS_CODES: Any
DEFAULT_MAX_REFRESH_ATTEMPTS: int

class Response:
    status: int
    headers: Any
    data: bytes

class Request:
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
    ) -> Response: ...
