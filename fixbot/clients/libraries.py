"""The libraries whose clients can be shared, and the module that a project gets for each of them.

Both helpers take the place of the class in `async with`, and use what a test has put there as the
code did before. Neither lets cookies go from one user to the next:

- httpx: the client is shared, with a jar that takes no cookie. So a block may make one request, and
  follow no redirect, where a cookie of the first answer could be missed by the next request.
- aiohttp: only the connections are shared, which the library provides for (`connector_owner=False`).
  Each block has a session with cookies of its own, and closes it as before.

What is kept is kept per event loop, to which its connections belong. A loop closes all asynchronous
generators when it ends, so that nothing stays open where no lifespan closes it; what is left of one
that was closed without that is dropped when the next one begins.
"""

from __future__ import annotations

from dataclasses import dataclass

from fixbot.model import Definition, Import

_VERBS = frozenset("get options head post put patch delete request".split())


@dataclass(frozen=True)
class Library:
    """A library, and what a project gets in place of its client."""

    client: str
    """The class, `httpx.AsyncClient`."""
    file: str
    """The name of the new module, `http_client`."""
    helper: str
    """What takes the place of the class, `shared_http_client`."""
    close: str
    """What closes all that is kept, `close_http_clients`."""
    code: str
    shares_cookies: bool
    """Whether several requests of one block would miss the cookies of each other."""
    streams: frozenset[str]
    """Methods whose result is opened with `async with`."""
    awaited: frozenset[str]
    """Methods whose result is awaited, and complete by then."""
    per_client: frozenset[str]
    """Arguments of the class that hold state, or something that is closed with the client."""
    difference: str
    """What a person must accept."""

    @property
    def top(self) -> str:
        return self.client.partition(".")[0]

    @property
    def class_name(self) -> str:
        return self.client.rpartition(".")[2]

    def definition(self, path: str) -> Definition:
        """The helper, in a module of its own."""
        names = ["AsyncGenerator", "AsyncIterator"]
        imports = [Import("asyncio"), *(Import("collections.abc", name) for name in names)]
        imports += [Import("contextlib", "asynccontextmanager"), Import("typing", "Any")]
        imports.append(Import(self.top))
        if self.shares_cookies:
            imports += [
                Import("http.cookiejar", "CookieJar"),
                Import("http.cookiejar", "DefaultCookiePolicy"),
            ]
        return Definition(path, self.helper, self.code, imports=tuple(imports))


_HTTPX = '''
"""HTTP clients that stay open, so that requests share their connections."""

_RealClient = LIBRARY.AsyncClient
_Shared = dict[str, tuple[LIBRARY.AsyncClient, AsyncGenerator[None, None]]]
_shared: dict[asyncio.AbstractEventLoop, _Shared] = {}


async def CLOSE() -> None:
    """Close the clients of this event loop, which otherwise stay open until it ends."""
    for _, kept in list(_shared.get(asyncio.get_running_loop(), {}).values()):
        await kept.aclose()


async def _keep(client: LIBRARY.AsyncClient, key: str) -> AsyncGenerator[None, None]:
    """The event loop closes this when it ends, and with it the client."""
    shared = _shared[asyncio.get_running_loop()]
    try:
        yield
    finally:
        del shared[key]
        await client.aclose()


@asynccontextmanager
async def HELPER(**options: Any) -> AsyncIterator[LIBRARY.AsyncClient]:
    """In place of `LIBRARY.AsyncClient(...)`: one for each event loop and set of options.

    It keeps no cookies, so that none goes from one user to another, and stays open.
    """
    if LIBRARY.AsyncClient is not _RealClient:  # replaced by a test
        async with LIBRARY.AsyncClient(**options) as client:
            yield client
        return
    loop = asyncio.get_running_loop()
    if loop not in _shared:
        for ended in [other for other in list(_shared) if other.is_closed()]:
            _shared.pop(ended, None)
        _shared[loop] = {}
    shared, key = _shared[loop], repr(sorted(options.items()))
    if key not in shared:
        options.setdefault("limits", LIBRARY.Limits(max_keepalive_connections=20))
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        client = LIBRARY.AsyncClient(cookies=no_cookies, **options)
        shared[key] = client, _keep(client, key)
        await shared[key][1].__anext__()
    yield shared[key][0]
'''

_AIOHTTP = '''
"""HTTP sessions whose connections stay open, so that requests share them."""

_RealSession = aiohttp.ClientSession
_Shared = tuple[aiohttp.TCPConnector, AsyncGenerator[None, None]]
_shared: dict[asyncio.AbstractEventLoop, _Shared] = {}


async def CLOSE() -> None:
    """Close the connections of this event loop, which otherwise stay until it ends."""
    loop = asyncio.get_running_loop()
    if loop in _shared:
        await _shared[loop][1].aclose()


async def _keep(connector: aiohttp.TCPConnector) -> AsyncGenerator[None, None]:
    """The event loop closes this when it ends, and with it the connections."""
    try:
        yield
    finally:
        del _shared[asyncio.get_running_loop()]
        await connector.close()


@asynccontextmanager
async def HELPER(**options: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """In place of `aiohttp.ClientSession(...)`: all of an event loop share connections.

    Cookies and headers are those of one session, which is closed after use.
    """
    if aiohttp.ClientSession is not _RealSession:  # replaced by a test
        async with aiohttp.ClientSession(**options) as session:
            yield session
        return
    loop = asyncio.get_running_loop()
    if loop not in _shared:
        for ended in [other for other in list(_shared) if other.is_closed()]:
            _shared.pop(ended, None)
        connector = aiohttp.TCPConnector(limit=0)
        _shared[loop] = connector, _keep(connector)
        await _shared[loop][1].__anext__()
    options.update(connector=_shared[loop][0], connector_owner=False)
    async with aiohttp.ClientSession(**options) as session:
        yield session
'''


def _httpx(library: str, file: str) -> Library:
    helper, close = f"shared_{file}", f"close_{file}s"
    code = _HTTPX.replace("LIBRARY", library).replace("HELPER", helper).replace("CLOSE", close)
    return Library(
        client=f"{library}.AsyncClient",
        file=file,
        helper=helper,
        close=close,
        code=code,
        shares_cookies=True,
        streams=frozenset({"stream"}),
        awaited=_VERBS,
        per_client=frozenset("app auth cookies event_hooks mounts transport".split()),
        difference="connections are used again, and a request on one that the server is just closing fails "
        f"with `{library}.RemoteProtocolError`",
    )


_AIOHTTP_NAMES = {"HELPER": "shared_http_session", "CLOSE": "close_http_connections"}

LIBRARIES: dict[str, Library] = {
    library.client: library
    for library in (
        _httpx("httpx", "http_client"),
        _httpx("httpx2", "httpx2_client"),
        Library(
            client="aiohttp.ClientSession",
            file="http_session",
            helper=_AIOHTTP_NAMES["HELPER"],
            close=_AIOHTTP_NAMES["CLOSE"],
            code=_AIOHTTP.replace("HELPER", _AIOHTTP_NAMES["HELPER"]).replace(
                "CLOSE", _AIOHTTP_NAMES["CLOSE"]
            ),
            shares_cookies=False,
            streams=_VERBS,
            awaited=frozenset(),
            per_client=frozenset(
                "auth connector connector_owner cookie_jar cookies loop middlewares proxy_auth request_class response_class "
                "trace_configs ws_response_class".split()
            ),
            difference="connections are used again, and a POST on one that the server is just closing fails with "
            "`aiohttp.ServerDisconnectedError`",
        ),
    )
}
"""By the dotted name of the client."""
