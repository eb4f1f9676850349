"""httpx2, the successor of httpx: the same names, and those it added.

Facts on blocking: the source of httpx2 2.16; they are httpx's, see httpx.pyi.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any

import httpx
from fixbot_effects import async_twin, blocking, lazy, loop_bound, pure, reads, shared, writes
from httpx import URL as URL
from httpx import USE_CLIENT_DEFAULT as USE_CLIENT_DEFAULT
from httpx import ASGITransport as ASGITransport
from httpx import AsyncBaseTransport as AsyncBaseTransport
from httpx import AsyncByteStream as AsyncByteStream
from httpx import AsyncHTTPTransport as AsyncHTTPTransport
from httpx import Auth as Auth
from httpx import BaseTransport as BaseTransport
from httpx import BasicAuth as BasicAuth
from httpx import ByteStream as ByteStream
from httpx import CloseError as CloseError
from httpx import ConnectError as ConnectError
from httpx import ConnectTimeout as ConnectTimeout
from httpx import CookieConflict as CookieConflict
from httpx import Cookies as Cookies
from httpx import DecodingError as DecodingError
from httpx import DigestAuth as DigestAuth
from httpx import Headers as Headers
from httpx import HTTPError as HTTPError
from httpx import HTTPStatusError as HTTPStatusError
from httpx import HTTPTransport as HTTPTransport
from httpx import InvalidURL as InvalidURL
from httpx import Limits as Limits
from httpx import LocalProtocolError as LocalProtocolError
from httpx import MockTransport as MockTransport
from httpx import NetRCAuth as NetRCAuth
from httpx import NetworkError as NetworkError
from httpx import PoolTimeout as PoolTimeout
from httpx import ProtocolError as ProtocolError
from httpx import Proxy as Proxy
from httpx import ProxyError as ProxyError
from httpx import QueryParams as QueryParams
from httpx import ReadError as ReadError
from httpx import ReadTimeout as ReadTimeout
from httpx import RemoteProtocolError as RemoteProtocolError
from httpx import Request as Request
from httpx import RequestError as RequestError
from httpx import RequestNotRead as RequestNotRead
from httpx import Response as Response
from httpx import ResponseNotRead as ResponseNotRead
from httpx import StreamClosed as StreamClosed
from httpx import StreamConsumed as StreamConsumed
from httpx import StreamError as StreamError
from httpx import SyncByteStream as SyncByteStream
from httpx import Timeout as Timeout
from httpx import TimeoutException as TimeoutException
from httpx import TooManyRedirects as TooManyRedirects
from httpx import TransportError as TransportError
from httpx import UnsupportedProtocol as UnsupportedProtocol
from httpx import WriteError as WriteError
from httpx import WriteTimeout as WriteTimeout
from httpx import WSGITransport as WSGITransport
from httpx import __description__ as __description__
from httpx import __title__ as __title__
from httpx import __version__ as __version__
from httpx import codes as codes
from httpx import create_ssl_context as create_ssl_context
from httpx import delete as delete
from httpx import get as get
from httpx import head as head
from httpx import options as options
from httpx import patch as patch
from httpx import post as post
from httpx import put as put
from httpx import request as request
from httpx import stream as stream

@async_twin("httpx2.AsyncClient.query")
@blocking
@reads("http")
def query(url: Any, **kwargs: Any) -> Response: ...

# These connect when `with` is entered, and wait while messages are read.
@async_twin("httpx2.AsyncClient.websocket")
@lazy
@reads("http")
@writes("http")
def websocket(url: Any, **kwargs: Any) -> AbstractContextManager[Any]: ...
@pure
def alias_httpx() -> None: ...

@shared
class Client(httpx.Client):
    @async_twin("httpx2.AsyncClient.query")
    @blocking
    @reads("http")
    def query(self, url: Any, **kwargs: Any) -> Response: ...
    @async_twin("httpx2.AsyncClient.sse")
    @lazy
    @reads("http")
    @writes("http")
    def sse(self, url: Any, **kwargs: Any) -> AbstractContextManager[EventSource]: ...
    @async_twin("httpx2.AsyncClient.websocket")
    @lazy
    @reads("http")
    @writes("http")
    def websocket(self, url: Any, **kwargs: Any) -> AbstractContextManager[Any]: ...

@shared
@loop_bound
class AsyncClient(httpx.AsyncClient):
    @reads("http")
    async def query(self, url: Any, **kwargs: Any) -> Response: ...
    @reads("http")
    @writes("http")
    def sse(self, url: Any, **kwargs: Any) -> AbstractAsyncContextManager[EventSource]: ...
    @reads("http")
    @writes("http")
    def websocket(self, url: Any, **kwargs: Any) -> AbstractAsyncContextManager[Any]: ...

class FunctionAuth(Auth):
    @pure
    def __init__(self, func: Callable[[Request], Request]) -> None: ...

class Origin:
    scheme: str
    host: str
    port: int | None
    @pure
    def __init__(self, url: Any) -> None: ...

class EventSource:
    response: Response
    @pure
    def __init__(self, response: Response, max_event_size: Any = ...) -> None: ...
    @lazy
    @reads("http")
    def __iter__(self) -> Iterator[ServerSentEvent]: ...
    @reads("http")
    def __aiter__(self) -> AsyncIterator[ServerSentEvent]: ...

class ServerSentEvent:
    event: str
    data: str
    id: str
    retry: int | None
    @pure
    def __init__(self, event: str = "message", data: str = "", id: str = "", retry: Any = ...) -> None: ...
    @pure
    def json(self) -> Any: ...

class SSEError(TransportError): ...
