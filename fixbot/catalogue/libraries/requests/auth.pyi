"""requests.auth: credentials put on a request; digests answer a refusal by a second request.

Facts on blocking: the source of requests 2.34 (`HTTPDigestAuth` keeps its state per thread).
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, thread_local, writes
from requests.models import PreparedRequest, Response

class AuthBase:
    @pure
    def __call__(self, r: PreparedRequest) -> PreparedRequest: ...

class HTTPBasicAuth(AuthBase):
    username: Any
    password: Any
    @pure
    def __init__(self, username: Any, password: Any) -> None: ...
    @pure
    def __call__(self, r: PreparedRequest) -> PreparedRequest: ...

class HTTPProxyAuth(HTTPBasicAuth):
    @pure
    def __call__(self, r: PreparedRequest) -> PreparedRequest: ...

class HTTPDigestAuth(AuthBase):
    username: Any
    password: Any
    @pure
    def __init__(self, username: Any, password: Any) -> None: ...
    @thread_local
    def init_per_thread_state(self) -> None: ...
    @thread_local
    def build_digest_header(self, method: str, url: str) -> str | None: ...
    @thread_local
    def handle_redirect(self, r: Response, **kwargs: Any) -> None: ...
    @thread_local
    @blocking
    @reads("http")
    @writes("http")
    def handle_401(self, r: Response, **kwargs: Any) -> Response: ...
    @thread_local
    def __call__(self, r: PreparedRequest) -> PreparedRequest: ...
