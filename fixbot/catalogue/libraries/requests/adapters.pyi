"""requests.adapters: what sends the requests of a session, with a pool of connections.

Facts on blocking: the source of requests 2.34.
"""

from typing import Any

from fixbot_effects import blocking, lazy_if, pure, reads, writes
from requests.models import PreparedRequest
from requests.models import Response as Response
from urllib3.util.retry import Retry as Retry

DEFAULT_POOLBLOCK: bool
DEFAULT_POOLSIZE: int
DEFAULT_RETRIES: int
DEFAULT_POOL_TIMEOUT: Any
DEFAULT_CA_BUNDLE_PATH: str

class BaseAdapter:
    @pure
    def __init__(self) -> None: ...
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = ...,
        verify: Any = ...,
        cert: Any = ...,
        proxies: Any = ...,
    ) -> Response: ...
    @pure
    def close(self) -> None: ...

class HTTPAdapter(BaseAdapter):
    max_retries: Any
    config: dict[str, Any]
    proxy_manager: dict[str, Any]
    poolmanager: Any
    @pure
    def __init__(
        self,
        pool_connections: int = 10,
        pool_maxsize: int = 10,
        max_retries: Any = ...,
        pool_block: bool = False,
    ) -> None: ...
    @pure
    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None: ...
    @pure
    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any: ...
    @blocking
    @reads("file")
    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None: ...
    @pure
    def build_response(self, req: PreparedRequest, resp: Any) -> Response: ...
    @pure
    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = ...
    ) -> Any: ...
    @pure
    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = ..., cert: Any = ...
    ) -> Any: ...
    @pure
    def get_connection(self, url: str, proxies: Any = ...) -> Any: ...
    @pure
    def close(self) -> None: ...
    @pure
    def request_url(self, request: PreparedRequest, proxies: Any) -> str: ...
    @pure
    def add_headers(self, request: PreparedRequest, **kwargs: Any) -> None: ...
    @pure
    def proxy_headers(self, proxy: str) -> dict[str, str]: ...
    @lazy_if("stream")
    @reads("http")
    @writes("http")
    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = ...,
        verify: Any = ...,
        cert: Any = ...,
        proxies: Any = ...,
    ) -> Response: ...
