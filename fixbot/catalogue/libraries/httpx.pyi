"""httpx: all public names; sync calls wait in their thread, those of AsyncClient are awaited.

Facts on blocking: the source of httpx 0.28. Making a client reads the certificates, some 30 ms of work
that waits for nothing: the cure is one shared client, so `__init__` is not `blocking`, the class `shared`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import timedelta
from enum import IntEnum
from http.cookiejar import CookieJar
from ssl import SSLContext
from typing import Any

from fixbot_effects import (
    async_twin,
    blocking,
    interactive,
    lazy,
    lazy_if,
    loop_bound,
    pure,
    reads,
    shared,
    writes,
)
from typing_extensions import Self

__version__: str
__title__: str
__description__: str
USE_CLIENT_DEFAULT: Any

@async_twin("httpx.AsyncClient.request")
@blocking
@reads("http")
@writes("http")
def request(method: str, url: Any, **kwargs: Any) -> Response: ...

# Sends when `with` is entered, reads while the response is iterated.
@async_twin("httpx.AsyncClient.stream")
@lazy
@reads("http")
@writes("http")
def stream(method: str, url: Any, **kwargs: Any) -> AbstractContextManager[Response]: ...
@async_twin("httpx.AsyncClient.get")
@blocking
@reads("http")
def get(url: Any, **kwargs: Any) -> Response: ...
@async_twin("httpx.AsyncClient.options")
@blocking
@reads("http")
def options(url: Any, **kwargs: Any) -> Response: ...
@async_twin("httpx.AsyncClient.head")
@blocking
@reads("http")
def head(url: Any, **kwargs: Any) -> Response: ...
@async_twin("httpx.AsyncClient.post")
@blocking
@reads("http")
@writes("http")
def post(url: Any, **kwargs: Any) -> Response: ...
@async_twin("httpx.AsyncClient.put")
@blocking
@writes("http")
def put(url: Any, **kwargs: Any) -> Response: ...
@async_twin("httpx.AsyncClient.patch")
@blocking
@writes("http")
def patch(url: Any, **kwargs: Any) -> Response: ...
@async_twin("httpx.AsyncClient.delete")
@blocking
@writes("http")
def delete(url: Any, **kwargs: Any) -> Response: ...
@blocking
@reads("file")
def create_ssl_context(verify: Any = ..., cert: Any = ..., trust_env: bool = True) -> SSLContext: ...

# The command line program.
@interactive
def main(*args: Any, **kwargs: Any) -> Any: ...

class _BaseClient:
    is_closed: bool
    trust_env: bool
    timeout: Any
    event_hooks: dict[str, list[Any]]
    auth: Any
    base_url: Any
    headers: Any
    cookies: Any
    params: Any
    @pure
    def build_request(self, method: str, url: Any, **kwargs: Any) -> Request: ...

@shared
class Client(_BaseClient):
    @pure
    def __init__(
        self,
        *,
        auth: Any = ...,
        params: Any = ...,
        headers: Any = ...,
        cookies: Any = ...,
        verify: Any = ...,
        cert: Any = ...,
        trust_env: bool = True,
        http1: bool = True,
        http2: bool = False,
        proxy: Any = ...,
        mounts: Any = ...,
        timeout: Any = ...,
        follow_redirects: bool = False,
        limits: Any = ...,
        max_redirects: int = 20,
        event_hooks: Any = ...,
        base_url: Any = ...,
        transport: Any = ...,
        default_encoding: Any = ...,
    ) -> None: ...
    @pure
    def __enter__(self) -> Self: ...
    @pure
    def __exit__(self, exc_type: Any = ..., exc_value: Any = ..., traceback: Any = ...) -> None: ...
    @async_twin("httpx.AsyncClient.request")
    @blocking
    @reads("http")
    @writes("http")
    def request(self, method: str, url: Any, **kwargs: Any) -> Response: ...
    # Sends when `with` is entered, reads while the response is iterated.
    @async_twin("httpx.AsyncClient.stream")
    @lazy
    @reads("http")
    @writes("http")
    def stream(self, method: str, url: Any, **kwargs: Any) -> AbstractContextManager[Response]: ...
    @async_twin("httpx.AsyncClient.send")
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def send(
        self, request: Request, *, stream: bool = False, auth: Any = ..., follow_redirects: Any = ...
    ) -> Response: ...
    @async_twin("httpx.AsyncClient.get")
    @blocking
    @reads("http")
    def get(self, url: Any, **kwargs: Any) -> Response: ...
    @async_twin("httpx.AsyncClient.options")
    @blocking
    @reads("http")
    def options(self, url: Any, **kwargs: Any) -> Response: ...
    @async_twin("httpx.AsyncClient.head")
    @blocking
    @reads("http")
    def head(self, url: Any, **kwargs: Any) -> Response: ...
    @async_twin("httpx.AsyncClient.post")
    @blocking
    @reads("http")
    @writes("http")
    def post(self, url: Any, **kwargs: Any) -> Response: ...
    @async_twin("httpx.AsyncClient.put")
    @blocking
    @writes("http")
    def put(self, url: Any, **kwargs: Any) -> Response: ...
    @async_twin("httpx.AsyncClient.patch")
    @blocking
    @writes("http")
    def patch(self, url: Any, **kwargs: Any) -> Response: ...
    @async_twin("httpx.AsyncClient.delete")
    @blocking
    @writes("http")
    def delete(self, url: Any, **kwargs: Any) -> Response: ...
    @pure
    def close(self) -> None: ...

@shared
@loop_bound
class AsyncClient(_BaseClient):
    @pure
    def __init__(
        self,
        *,
        auth: Any = ...,
        params: Any = ...,
        headers: Any = ...,
        cookies: Any = ...,
        verify: Any = ...,
        cert: Any = ...,
        http1: bool = True,
        http2: bool = False,
        proxy: Any = ...,
        mounts: Any = ...,
        timeout: Any = ...,
        follow_redirects: bool = False,
        limits: Any = ...,
        max_redirects: int = 20,
        event_hooks: Any = ...,
        base_url: Any = ...,
        transport: Any = ...,
        trust_env: bool = True,
        default_encoding: Any = ...,
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, exc_type: Any = ..., exc_value: Any = ..., traceback: Any = ...) -> None: ...
    @reads("http")
    @writes("http")
    async def request(self, method: str, url: Any, **kwargs: Any) -> Response: ...
    @reads("http")
    @writes("http")
    def stream(self, method: str, url: Any, **kwargs: Any) -> AbstractAsyncContextManager[Response]: ...
    @reads("http")
    @writes("http")
    async def send(
        self, request: Request, *, stream: bool = False, auth: Any = ..., follow_redirects: Any = ...
    ) -> Response: ...
    @reads("http")
    async def get(self, url: Any, **kwargs: Any) -> Response: ...
    @reads("http")
    async def options(self, url: Any, **kwargs: Any) -> Response: ...
    @reads("http")
    async def head(self, url: Any, **kwargs: Any) -> Response: ...
    @reads("http")
    @writes("http")
    async def post(self, url: Any, **kwargs: Any) -> Response: ...
    @writes("http")
    async def put(self, url: Any, **kwargs: Any) -> Response: ...
    @writes("http")
    async def patch(self, url: Any, **kwargs: Any) -> Response: ...
    @writes("http")
    async def delete(self, url: Any, **kwargs: Any) -> Response: ...
    async def aclose(self) -> None: ...

class Request:
    method: str
    url: URL
    headers: Headers
    extensions: dict[str, Any]
    stream: Any
    content: bytes
    @pure
    def __init__(
        self,
        method: str,
        url: Any,
        *,
        params: Any = ...,
        headers: Any = ...,
        cookies: Any = ...,
        content: Any = ...,
        data: Any = ...,
        files: Any = ...,
        json: Any = ...,
        stream: Any = ...,
        extensions: Any = ...,
    ) -> None: ...
    @pure
    def read(self) -> bytes: ...
    async def aread(self) -> bytes: ...

class Response:
    status_code: int
    headers: Headers
    extensions: dict[str, Any]
    history: list[Response]
    stream: Any
    is_closed: bool
    is_stream_consumed: bool
    next_request: Request | None
    default_encoding: Any
    elapsed: timedelta
    request: Request
    http_version: str
    reason_phrase: str
    url: URL
    content: bytes
    text: str
    encoding: str | None
    charset_encoding: str | None
    is_informational: bool
    is_success: bool
    is_redirect: bool
    is_client_error: bool
    is_server_error: bool
    is_error: bool
    has_redirect_location: bool
    cookies: Cookies
    links: dict[str | None, dict[str, str]]
    num_bytes_downloaded: int
    @pure
    def __init__(
        self,
        status_code: int,
        *,
        headers: Any = ...,
        content: Any = ...,
        text: Any = ...,
        html: Any = ...,
        json: Any = ...,
        stream: Any = ...,
        request: Any = ...,
        extensions: Any = ...,
        history: Any = ...,
        default_encoding: Any = ...,
    ) -> None: ...
    @pure
    def raise_for_status(self) -> Response: ...
    @pure
    def json(self, **kwargs: Any) -> Any: ...
    # The body of a streamed response; of any other it is in memory already.
    @blocking
    @reads("http")
    def read(self) -> bytes: ...
    @lazy
    @reads("http")
    def iter_bytes(self, chunk_size: Any = ...) -> Iterator[bytes]: ...
    @lazy
    @reads("http")
    def iter_text(self, chunk_size: Any = ...) -> Iterator[str]: ...
    @lazy
    @reads("http")
    def iter_lines(self) -> Iterator[str]: ...
    @lazy
    @reads("http")
    def iter_raw(self, chunk_size: Any = ...) -> Iterator[bytes]: ...
    @pure
    def close(self) -> None: ...
    @reads("http")
    async def aread(self) -> bytes: ...
    @reads("http")
    def aiter_bytes(self, chunk_size: Any = ...) -> AsyncIterator[bytes]: ...
    @reads("http")
    def aiter_text(self, chunk_size: Any = ...) -> AsyncIterator[str]: ...
    @reads("http")
    def aiter_lines(self) -> AsyncIterator[str]: ...
    @reads("http")
    def aiter_raw(self, chunk_size: Any = ...) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...

class Headers(MutableMapping[str, str]):
    encoding: str
    raw: list[tuple[bytes, bytes]]
    @pure
    def __init__(self, headers: Any = ..., encoding: Any = ...) -> None: ...
    @pure
    def __getitem__(self, key: str) -> str: ...
    @pure
    def __setitem__(self, key: str, value: str) -> None: ...
    @pure
    def __delitem__(self, key: str) -> None: ...
    @pure
    def __iter__(self) -> Iterator[str]: ...
    @pure
    def __len__(self) -> int: ...
    @pure
    def keys(self) -> Any: ...
    @pure
    def values(self) -> Any: ...
    @pure
    def items(self) -> Any: ...
    @pure
    def multi_items(self) -> list[tuple[str, str]]: ...
    @pure
    def get(self, key: Any, default: Any = ...) -> Any: ...
    @pure
    def get_list(self, key: str, split_commas: bool = False) -> list[str]: ...
    @pure
    def update(self, headers: Any = ...) -> None: ...  # ty: ignore[incompatible-method-override]
    @pure
    def copy(self) -> Headers: ...

class Cookies(MutableMapping[str, str]):
    jar: CookieJar
    @pure
    def __init__(self, cookies: Any = ...) -> None: ...
    @pure
    def __getitem__(self, name: str) -> str: ...
    @pure
    def __setitem__(self, name: str, value: str) -> None: ...
    @pure
    def __delitem__(self, name: str) -> None: ...
    @pure
    def __iter__(self) -> Iterator[str]: ...
    @pure
    def __len__(self) -> int: ...
    @pure
    def extract_cookies(self, response: Response) -> None: ...
    @pure
    def set_cookie_header(self, request: Request) -> None: ...
    @pure
    def set(self, name: str, value: str, domain: str = "", path: str = "/") -> None: ...
    @pure
    def get(self, name: Any, default: Any = ..., domain: Any = ..., path: Any = ...) -> Any: ...
    @pure
    def delete(self, name: str, domain: Any = ..., path: Any = ...) -> None: ...
    @pure
    def clear(self, domain: Any = ..., path: Any = ...) -> None: ...
    @pure
    def update(self, cookies: Any = ...) -> None: ...  # ty: ignore[incompatible-method-override]

class QueryParams(Mapping[str, str]):
    @pure
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    @pure
    def __getitem__(self, key: str) -> str: ...
    @pure
    def __iter__(self) -> Iterator[str]: ...
    @pure
    def __len__(self) -> int: ...
    @pure
    def keys(self) -> Any: ...
    @pure
    def values(self) -> Any: ...
    @pure
    def items(self) -> Any: ...
    @pure
    def multi_items(self) -> list[tuple[str, str]]: ...
    @pure
    def get(self, key: Any, default: Any = ...) -> Any: ...
    @pure
    def get_list(self, key: str) -> list[str]: ...
    @pure
    def set(self, key: str, value: Any = ...) -> QueryParams: ...
    @pure
    def add(self, key: str, value: Any = ...) -> QueryParams: ...
    @pure
    def remove(self, key: str) -> QueryParams: ...
    @pure
    def merge(self, params: Any = ...) -> QueryParams: ...
    @pure
    def update(self, params: Any = ...) -> None: ...

class URL:
    scheme: str
    raw_scheme: bytes
    userinfo: bytes
    username: str
    password: str
    host: str
    raw_host: bytes
    port: int | None
    netloc: bytes
    path: str
    query: bytes
    params: QueryParams
    raw_path: bytes
    fragment: str
    is_absolute_url: bool
    is_relative_url: bool
    raw: Any
    @pure
    def __init__(self, url: Any = ..., **kwargs: Any) -> None: ...
    @pure
    def __hash__(self) -> int: ...
    @pure
    def copy_with(self, **kwargs: Any) -> URL: ...
    @pure
    def copy_set_param(self, key: str, value: Any = ...) -> URL: ...
    @pure
    def copy_add_param(self, key: str, value: Any = ...) -> URL: ...
    @pure
    def copy_remove_param(self, key: str) -> URL: ...
    @pure
    def copy_merge_params(self, params: Any) -> URL: ...
    @pure
    def join(self, url: Any) -> URL: ...

class Timeout:
    connect: float | None
    read: float | None
    write: float | None
    pool: float | None
    @pure
    def __init__(
        self, timeout: Any = ..., *, connect: Any = ..., read: Any = ..., write: Any = ..., pool: Any = ...
    ) -> None: ...
    @pure
    def as_dict(self) -> dict[str, float | None]: ...

class Limits:
    max_connections: int | None
    max_keepalive_connections: int | None
    keepalive_expiry: float | None
    @pure
    def __init__(
        self, *, max_connections: Any = ..., max_keepalive_connections: Any = ..., keepalive_expiry: Any = ...
    ) -> None: ...

class Proxy:
    url: URL
    auth: Any
    headers: Headers
    ssl_context: Any
    raw_auth: Any
    @pure
    def __init__(self, url: Any, *, ssl_context: Any = ..., auth: Any = ..., headers: Any = ...) -> None: ...

class Auth:
    requires_request_body: bool
    requires_response_body: bool
    @pure
    def auth_flow(self, request: Request) -> Generator[Request, Response, None]: ...
    @lazy
    @reads("http")
    def sync_auth_flow(self, request: Request) -> Generator[Request, Response, None]: ...
    @reads("http")
    def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]: ...

class BasicAuth(Auth):
    @pure
    def __init__(self, username: Any, password: Any) -> None: ...

class DigestAuth(Auth):
    @pure
    def __init__(self, username: Any, password: Any) -> None: ...

class NetRCAuth(Auth):
    @blocking
    @reads("file")
    def __init__(self, file: Any = ...) -> None: ...

class SyncByteStream:
    @lazy
    @reads("http")
    def __iter__(self) -> Iterator[bytes]: ...
    @pure
    def close(self) -> None: ...

class AsyncByteStream:
    @reads("http")
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...

class ByteStream(AsyncByteStream, SyncByteStream):
    @pure
    def __init__(self, stream: bytes) -> None: ...
    @pure
    def __iter__(self) -> Iterator[bytes]: ...
    @pure
    def __aiter__(self) -> AsyncIterator[bytes]: ...

class BaseTransport:
    @pure
    def __enter__(self) -> Self: ...
    @pure
    def __exit__(self, exc_type: Any = ..., exc_value: Any = ..., traceback: Any = ...) -> None: ...
    @blocking
    @reads("http")
    @writes("http")
    def handle_request(self, request: Request) -> Response: ...
    @pure
    def close(self) -> None: ...

class AsyncBaseTransport:
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, exc_type: Any = ..., exc_value: Any = ..., traceback: Any = ...) -> None: ...
    @reads("http")
    @writes("http")
    async def handle_async_request(self, request: Request) -> Response: ...
    async def aclose(self) -> None: ...

@shared
class HTTPTransport(BaseTransport):
    @pure
    def __init__(
        self,
        verify: Any = ...,
        cert: Any = ...,
        trust_env: bool = True,
        http1: bool = True,
        http2: bool = False,
        limits: Any = ...,
        proxy: Any = ...,
        uds: Any = ...,
        local_address: Any = ...,
        retries: int = 0,
        socket_options: Any = ...,
    ) -> None: ...

@shared
@loop_bound
class AsyncHTTPTransport(AsyncBaseTransport):
    @pure
    def __init__(
        self,
        verify: Any = ...,
        cert: Any = ...,
        trust_env: bool = True,
        http1: bool = True,
        http2: bool = False,
        limits: Any = ...,
        proxy: Any = ...,
        uds: Any = ...,
        local_address: Any = ...,
        retries: int = 0,
        socket_options: Any = ...,
    ) -> None: ...

class ASGITransport(AsyncBaseTransport):
    @pure
    def __init__(
        self, app: Any, raise_app_exceptions: bool = True, root_path: str = "", client: Any = ...
    ) -> None: ...

class WSGITransport(BaseTransport):
    @pure
    def __init__(
        self,
        app: Any,
        raise_app_exceptions: bool = True,
        script_name: str = "",
        remote_addr: str = "127.0.0.1",
        wsgi_errors: Any = ...,
    ) -> None: ...

class MockTransport(AsyncBaseTransport, BaseTransport):
    handler: Any
    @pure
    def __init__(self, handler: Any) -> None: ...

class HTTPError(Exception):
    request: Request
    @pure
    def __init__(self, message: str) -> None: ...

class RequestError(HTTPError):
    @pure
    def __init__(self, message: str, *, request: Any = ...) -> None: ...

class TransportError(RequestError): ...
class TimeoutException(TransportError): ...
class ConnectTimeout(TimeoutException): ...
class ReadTimeout(TimeoutException): ...
class WriteTimeout(TimeoutException): ...
class PoolTimeout(TimeoutException): ...
class NetworkError(TransportError): ...
class ReadError(NetworkError): ...
class WriteError(NetworkError): ...
class ConnectError(NetworkError): ...
class CloseError(NetworkError): ...
class ProxyError(TransportError): ...
class UnsupportedProtocol(TransportError): ...
class ProtocolError(TransportError): ...
class LocalProtocolError(ProtocolError): ...
class RemoteProtocolError(ProtocolError): ...
class DecodingError(RequestError): ...
class TooManyRedirects(RequestError): ...

class HTTPStatusError(HTTPError):
    response: Response
    @pure
    def __init__(self, message: str, *, request: Request, response: Response) -> None: ...

class InvalidURL(Exception):
    @pure
    def __init__(self, message: str) -> None: ...

class CookieConflict(Exception):
    @pure
    def __init__(self, message: str) -> None: ...

class StreamError(RuntimeError):
    @pure
    def __init__(self, message: str) -> None: ...

class StreamConsumed(StreamError):
    @pure
    def __init__(self) -> None: ...

class StreamClosed(StreamError):
    @pure
    def __init__(self) -> None: ...

class ResponseNotRead(StreamError):
    @pure
    def __init__(self) -> None: ...

class RequestNotRead(StreamError):
    @pure
    def __init__(self) -> None: ...

class codes(IntEnum):
    @classmethod
    @pure
    def get_reason_phrase(cls, value: int) -> str: ...
    @classmethod
    @pure
    def is_informational(cls, value: int) -> bool: ...
    @classmethod
    @pure
    def is_success(cls, value: int) -> bool: ...
    @classmethod
    @pure
    def is_redirect(cls, value: int) -> bool: ...
    @classmethod
    @pure
    def is_client_error(cls, value: int) -> bool: ...
    @classmethod
    @pure
    def is_server_error(cls, value: int) -> bool: ...
    @classmethod
    @pure
    def is_error(cls, value: int) -> bool: ...
    CONTINUE = 100
    SWITCHING_PROTOCOLS = 101
    PROCESSING = 102
    EARLY_HINTS = 103
    OK = 200
    CREATED = 201
    ACCEPTED = 202
    NON_AUTHORITATIVE_INFORMATION = 203
    NO_CONTENT = 204
    RESET_CONTENT = 205
    PARTIAL_CONTENT = 206
    MULTI_STATUS = 207
    ALREADY_REPORTED = 208
    IM_USED = 226
    MULTIPLE_CHOICES = 300
    MOVED_PERMANENTLY = 301
    FOUND = 302
    SEE_OTHER = 303
    NOT_MODIFIED = 304
    USE_PROXY = 305
    TEMPORARY_REDIRECT = 307
    PERMANENT_REDIRECT = 308
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    PAYMENT_REQUIRED = 402
    FORBIDDEN = 403
    NOT_FOUND = 404
    METHOD_NOT_ALLOWED = 405
    NOT_ACCEPTABLE = 406
    PROXY_AUTHENTICATION_REQUIRED = 407
    REQUEST_TIMEOUT = 408
    CONFLICT = 409
    GONE = 410
    LENGTH_REQUIRED = 411
    PRECONDITION_FAILED = 412
    REQUEST_ENTITY_TOO_LARGE = 413
    REQUEST_URI_TOO_LONG = 414
    UNSUPPORTED_MEDIA_TYPE = 415
    REQUESTED_RANGE_NOT_SATISFIABLE = 416
    EXPECTATION_FAILED = 417
    IM_A_TEAPOT = 418
    MISDIRECTED_REQUEST = 421
    UNPROCESSABLE_ENTITY = 422
    LOCKED = 423
    FAILED_DEPENDENCY = 424
    TOO_EARLY = 425
    UPGRADE_REQUIRED = 426
    PRECONDITION_REQUIRED = 428
    TOO_MANY_REQUESTS = 429
    REQUEST_HEADER_FIELDS_TOO_LARGE = 431
    UNAVAILABLE_FOR_LEGAL_REASONS = 451
    INTERNAL_SERVER_ERROR = 500
    NOT_IMPLEMENTED = 501
    BAD_GATEWAY = 502
    SERVICE_UNAVAILABLE = 503
    GATEWAY_TIMEOUT = 504
    HTTP_VERSION_NOT_SUPPORTED = 505
    VARIANT_ALSO_NEGOTIATES = 506
    INSUFFICIENT_STORAGE = 507
    LOOP_DETECTED = 508
    NOT_EXTENDED = 510
    NETWORK_AUTHENTICATION_REQUIRED = 511
