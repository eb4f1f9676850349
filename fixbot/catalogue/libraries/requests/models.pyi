"""requests.models: requests, and responses whose body is in memory unless `stream=True` was asked for.

Facts on blocking: the source of requests 2.34.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fixbot_effects import lazy, pure, reads
from requests.cookies import RequestsCookieJar
from requests.exceptions import HTTPError as HTTPError
from requests.exceptions import JSONDecodeError as RequestsJSONDecodeError
from requests.structures import CaseInsensitiveDict as CaseInsensitiveDict
from typing_extensions import Self

REDIRECT_STATI: tuple[int, ...]
DEFAULT_REDIRECT_LIMIT: int
CONTENT_CHUNK_SIZE: int
ITER_CHUNK_SIZE: int

class RequestEncodingMixin:
    path_url: str

class RequestHooksMixin:
    @pure
    def register_hook(self, event: str, hook: Any) -> None: ...
    @pure
    def deregister_hook(self, event: str, hook: Any) -> bool: ...

class Request(RequestHooksMixin):
    method: str | None
    url: Any
    headers: Any
    files: Any
    data: Any
    json: Any
    params: Any
    auth: Any
    cookies: Any
    hooks: dict[str, Any]
    @pure
    def __init__(
        self,
        method: Any = ...,
        url: Any = ...,
        headers: Any = ...,
        files: Any = ...,
        data: Any = ...,
        params: Any = ...,
        auth: Any = ...,
        cookies: Any = ...,
        hooks: Any = ...,
        json: Any = ...,
    ) -> None: ...
    @pure
    def prepare(self) -> PreparedRequest: ...

class PreparedRequest(RequestEncodingMixin, RequestHooksMixin):
    method: str | None
    url: str | None
    headers: CaseInsensitiveDict[Any]
    body: Any
    hooks: dict[str, Any]
    @pure
    def __init__(self) -> None: ...
    @pure
    def prepare(
        self,
        method: Any = ...,
        url: Any = ...,
        headers: Any = ...,
        files: Any = ...,
        data: Any = ...,
        params: Any = ...,
        auth: Any = ...,
        cookies: Any = ...,
        hooks: Any = ...,
        json: Any = ...,
    ) -> None: ...
    @pure
    def copy(self) -> PreparedRequest: ...
    @pure
    def prepare_method(self, method: Any) -> None: ...
    @pure
    def prepare_url(self, url: Any, params: Any) -> None: ...
    @pure
    def prepare_headers(self, headers: Any) -> None: ...
    @pure
    def prepare_body(self, data: Any, files: Any, json: Any = ...) -> None: ...
    @pure
    def prepare_content_length(self, body: Any) -> None: ...
    @pure
    def prepare_auth(self, auth: Any, url: Any = ...) -> None: ...
    @pure
    def prepare_cookies(self, cookies: Any) -> None: ...
    @pure
    def prepare_hooks(self, hooks: Any) -> None: ...

class Response:
    status_code: int
    headers: CaseInsensitiveDict[str]
    raw: Any
    url: str
    encoding: str | None
    history: list[Response]
    reason: str
    cookies: RequestsCookieJar
    elapsed: timedelta
    request: PreparedRequest
    connection: Any
    ok: bool
    is_redirect: bool
    is_permanent_redirect: bool
    next: PreparedRequest | None
    apparent_encoding: str | None
    # These read the body when `stream=True` was asked for (`lazy_if` where the request is made).
    content: bytes
    text: str
    @pure
    def json(self, **kwargs: Any) -> Any: ...
    links: dict[str, Any]
    @pure
    def __init__(self) -> None: ...
    @pure
    def __enter__(self) -> Self: ...
    @pure
    def __exit__(self, *args: Any) -> None: ...
    @pure
    def __bool__(self) -> bool: ...
    @lazy
    @reads("http")
    def __iter__(self) -> Iterator[bytes]: ...
    @lazy
    @reads("http")
    def iter_content(self, chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]: ...
    @lazy
    @reads("http")
    def iter_lines(
        self, chunk_size: int = 512, decode_unicode: bool = False, delimiter: Any = ...
    ) -> Iterator[Any]: ...
    @pure
    def raise_for_status(self) -> None: ...
    @pure
    def close(self) -> None: ...
