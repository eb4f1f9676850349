"""requests.sessions: a session keeps connections and cookies; not promised to be thread-safe.

Facts on blocking: the source of requests 2.34; on threads psf/requests issues 1871 and 2766.
"""

from collections.abc import Generator
from typing import Any

from fixbot_effects import blocking, lazy, lazy_if, not_thread_safe, pure, reads, shared, writes
from requests.adapters import BaseAdapter
from requests.adapters import HTTPAdapter as HTTPAdapter
from requests.cookies import RequestsCookieJar as RequestsCookieJar
from requests.models import PreparedRequest as PreparedRequest
from requests.models import Request as Request
from requests.models import Response as Response
from requests.structures import CaseInsensitiveDict as CaseInsensitiveDict
from typing_extensions import Self

@pure
def merge_setting(request_setting: Any, session_setting: Any, dict_class: Any = ...) -> Any: ...
@pure
def merge_hooks(request_hooks: Any, session_hooks: Any, dict_class: Any = ...) -> Any: ...

class SessionRedirectMixin:
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def send(self, request: PreparedRequest, **kwargs: Any) -> Response: ...
    @pure
    def get_redirect_target(self, resp: Response) -> str | None: ...
    @pure
    def should_strip_auth(self, old_url: str, new_url: str) -> bool: ...
    @lazy
    @reads("http")
    def resolve_redirects(
        self,
        resp: Response,
        req: PreparedRequest,
        stream: bool = False,
        timeout: Any = ...,
        verify: Any = ...,
        cert: Any = ...,
        proxies: Any = ...,
        yield_requests: bool = False,
        **adapter_kwargs: Any,
    ) -> Generator[Response, None, None]: ...
    @blocking
    @reads("file")
    def rebuild_auth(self, prepared_request: PreparedRequest, response: Response) -> None: ...
    @pure
    def rebuild_proxies(self, prepared_request: PreparedRequest, proxies: Any) -> dict[str, str]: ...
    @pure
    def rebuild_method(self, prepared_request: PreparedRequest, response: Response) -> None: ...

@not_thread_safe
@shared
class Session(SessionRedirectMixin):
    headers: CaseInsensitiveDict[Any]
    auth: Any
    proxies: dict[str, str]
    hooks: dict[str, Any]
    params: Any
    stream: bool
    verify: Any
    cert: Any
    max_redirects: int
    trust_env: bool
    cookies: RequestsCookieJar
    adapters: Any
    @pure
    def __init__(self) -> None: ...
    @pure
    def __enter__(self) -> Self: ...
    @pure
    def __exit__(self, *args: Any) -> None: ...
    # Looks for credentials in ~/.netrc.
    @blocking
    @reads("file")
    def prepare_request(self, request: Request) -> PreparedRequest: ...
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def request(
        self,
        method: str,
        url: Any,
        params: Any = ...,
        data: Any = ...,
        headers: Any = ...,
        cookies: Any = ...,
        files: Any = ...,
        auth: Any = ...,
        timeout: Any = ...,
        allow_redirects: bool = True,
        proxies: Any = ...,
        hooks: Any = ...,
        stream: Any = ...,
        verify: Any = ...,
        cert: Any = ...,
        json: Any = ...,
    ) -> Response: ...
    @lazy_if("stream")
    @reads("http")
    def get(self, url: Any, params: Any = ..., **kwargs: Any) -> Response: ...
    @lazy_if("stream")
    @reads("http")
    def options(self, url: Any, **kwargs: Any) -> Response: ...
    @lazy_if("stream")
    @reads("http")
    def head(self, url: Any, **kwargs: Any) -> Response: ...
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def post(self, url: Any, data: Any = ..., json: Any = ..., **kwargs: Any) -> Response: ...
    @lazy_if("stream")
    @writes("http")
    def put(self, url: Any, data: Any = ..., **kwargs: Any) -> Response: ...
    @lazy_if("stream")
    @writes("http")
    def patch(self, url: Any, data: Any = ..., **kwargs: Any) -> Response: ...
    @lazy_if("stream")
    @writes("http")
    def delete(self, url: Any, **kwargs: Any) -> Response: ...
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def send(self, request: PreparedRequest, **kwargs: Any) -> Response: ...
    @pure
    def merge_environment_settings(
        self, url: str, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> dict[str, Any]: ...
    @pure
    def get_adapter(self, url: str) -> BaseAdapter: ...
    @pure
    def mount(self, prefix: str, adapter: BaseAdapter) -> None: ...
    @pure
    def close(self) -> None: ...

@pure
def session() -> Session: ...
