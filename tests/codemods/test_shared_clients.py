"""shared-clients: which clients are shared, how the application closes them, and what has to stay as it is."""

from __future__ import annotations

import ast

import pytest

from codemods.shared_clients import codemod
from fixbot import engine
from fixbot.clients.libraries import LIBRARIES
from fixbot.model import Safety
from fixbot.testing import MODULE, findings_of, opened, rewritten, untouched

HTTPX, AIOHTTP = LIBRARIES["httpx.AsyncClient"], LIBRARIES["aiohttp.ClientSession"]

SERVICE = """
import httpx
from fastapi import APIRouter

router = APIRouter()
TIMEOUT = 10.0


@router.get("/weather")
async def weather(city: str, token: str):
    async with httpx.AsyncClient(timeout=TIMEOUT) as client:
        response = await client.get(city)
    return response.json()
"""
CLIENT = "httpx.AsyncClient(timeout=TIMEOUT)"
BLOCK = """    async with httpx.AsyncClient(timeout=TIMEOUT) as client:
        response = await client.get(city)
    return response.json()
"""
SESSION = (
    SERVICE.replace("import httpx", "import aiohttp")
    .replace(CLIENT, "aiohttp.ClientSession()")
    .replace(
        "        response = await client.get(city)\n    return response.json()\n",
        "        async with client.get(city) as response:\n            return await response.json()\n",
    )
)
MAIN = """
from fastapi import FastAPI

from app import module

app = FastAPI(title="Weather")
app.include_router(module.router)
"""
CLOSES = "    await close_http_clients()\n"
LIFESPAN = "\n\n@asynccontextmanager\nasync def lifespan(app: FastAPI) -> AsyncIterator[None]:\n    yield\n"


def shared(text: str) -> str:
    """The service with the helper in place of the class, where nothing else needs the import of httpx."""
    return text.replace("import httpx\nfrom fastapi import APIRouter\n", IMPORTED).replace(
        "httpx.AsyncClient(", "shared_http_client("
    )


IMPORTED = "from fastapi import APIRouter\n\nfrom app.http_client import shared_http_client\n"


def applied(files: dict[str, str]) -> dict[str, str]:
    """The files as they are after the fix, the helper's apart."""
    with opened(files) as project:
        done = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert not done.refused
        again = engine.apply(done.project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert again.texts == {}, "a second run changes something"
        texts = {path: source.text for path, source in done.project.sources.items()}
    return {path: text for path, text in texts.items() if not path.endswith(("http_client.py", "session.py"))}


def with_helper(text: str) -> dict[str, str]:
    """The expected files: the module, and the helper that no test shall repeat."""
    with opened(SERVICE) as project:
        done = engine.apply(project, [codemod], {Safety.REVIEW})
    return {MODULE: text, "app/http_client.py": done.texts["app/http_client.py"]}


# --- what is shared --------------------------------------------------------------------------------


def test_a_client_per_call_is_shared() -> None:
    rewritten(codemod, {MODULE: SERVICE}, with_helper(shared(SERVICE)), safety=Safety.REVIEW)


def test_the_class_by_its_own_name() -> None:
    before = SERVICE.replace("import httpx", "from httpx import AsyncClient").replace("httpx.A", "A")
    after = before.replace("from httpx import AsyncClient\nfrom fastapi import APIRouter\n", IMPORTED)
    after = after.replace("AsyncClient(", "shared_http_client(")
    rewritten(codemod, {MODULE: before}, with_helper(after), safety=Safety.REVIEW)


def test_the_import_stays_where_something_else_uses_it() -> None:
    before = SERVICE + "\n\nErrors = (httpx.HTTPError, OSError)\n"
    after = before.replace(
        "import APIRouter\n", "import APIRouter\n\nfrom app.http_client import shared_http_client\n"
    )
    rewritten(
        codemod,
        {MODULE: before},
        with_helper(after.replace("httpx.AsyncClient(", "shared_http_client(")),
        safety=Safety.REVIEW,
    )


def test_the_import_stays_where_tests_patch_it() -> None:
    test = "from unittest.mock import patch\n\npatch('app.module.httpx.AsyncClient')\n"
    after = applied({MODULE: SERVICE, "tests/test_module.py": test})
    assert after[MODULE].startswith("import httpx\n")
    assert "async with shared_http_client(timeout=TIMEOUT) as client:" in after[MODULE]


def test_several_places_share_one_helper() -> None:
    second = (
        SERVICE.replace("timeout=TIMEOUT", "").replace('"/weather"', '"/news"').replace("weather(", "news(")
    )
    after = applied({MODULE: SERVICE, "app/news.py": second, "app/main.py": MAIN + "from app import news\n"})
    assert after[MODULE] == shared(SERVICE).lstrip("\n")
    assert after["app/news.py"] == shared(second).lstrip("\n")
    assert after["app/main.py"].count("close_http_clients") == 2


SHARED_OPTIONS = [
    "",
    "timeout=30",
    "timeout=None",
    "timeout=httpx.Timeout(10.0, connect=5.0)",
    "limits=httpx.Limits(max_connections=10)",
    "http2=True, verify=False",
    "timeout=TIMEOUT * 2",
    "timeout=float('2')",
    "headers={'User-Agent': 'weather/1.0'}",
    "headers={'User-Agent': f'weather/{TIMEOUT}'}",
    "base_url=settings.WEATHER_URL",
    "follow_redirects=False",
]


@pytest.mark.parametrize("options", SHARED_OPTIONS)
def test_options_that_are_the_same_for_every_request(options: str) -> None:
    text = SERVICE.replace("timeout=TIMEOUT", options)
    text = text.replace("import APIRouter\n", "import APIRouter\n\nfrom app.config import settings\n")
    assert (
        f"shared_http_client({options})"
        in applied({MODULE: text, "app/config.py": "settings = object()\n"})[MODULE]
    )


def test_limits_are_named() -> None:
    [found] = findings_of(
        codemod, SERVICE.replace("timeout=TIMEOUT", "limits=httpx.Limits(max_connections=10)")
    )
    assert found.safety is Safety.REVIEW
    assert "the `limits` hold for all requests together" in found.reason


SHARED_BLOCKS = {
    "a stream": "async with client.stream('GET', city) as response:\n            return await response.aread()",
    "a stream that is passed on as it comes": "async with client.stream('GET', city) as response:\n"
    "            async for line in response.aiter_lines():\n                yield line",
    "one or the other": "if city:\n            return await client.get(city)\n        else:\n"
    "            return await client.post(token)",
    "one, or after it the other": "if city:\n            return await client.get(city)\n        return await client.post(token)",
    "what raises makes none": "if not city:\n            raise ValueError\n        return await client.get(city)",
    "with a timeout": "async with asyncio.timeout(3):\n            return await client.get(city)",
    "caught": "try:\n            return await client.get(city)\n        except httpx.HTTPError:\n            return None",
}


@pytest.mark.parametrize("body", SHARED_BLOCKS.values(), ids=SHARED_BLOCKS.keys())
def test_blocks_that_make_one_request(body: str) -> None:
    text = SERVICE.replace(BLOCK, f"    async with {CLIENT} as client:\n        {body}\n")
    assert "async with shared_http_client(" in applied({MODULE: "import asyncio\n" + text})[MODULE]


def test_the_same_name_in_two_blocks_of_a_function() -> None:
    text = SERVICE.replace(BLOCK, BLOCK.replace("    return response.json()\n", "") * 2)
    assert applied({MODULE: text})[MODULE].count("async with shared_http_client(timeout=TIMEOUT)") == 2


def test_a_block_in_a_loop_makes_one_request_at_a_time() -> None:
    text = SERVICE.replace(
        BLOCK,
        "    for _ in range(3):\n"
        + BLOCK.replace("    ", "        ", 1)
        .replace("        response", "            response")
        .replace("    return", "        return"),
    )
    assert "async with shared_http_client(" in applied({MODULE: text})[MODULE]


def test_sessions_of_aiohttp_share_connections() -> None:
    after = applied({MODULE: SESSION})[MODULE]
    assert "async with shared_http_session() as client:" in after
    assert "from app.http_session import shared_http_session" in after
    assert "import aiohttp" not in after


def test_several_requests_of_a_session_keep_their_cookies() -> None:
    twice = SESSION.replace(
        "        async with client",
        "        async with client.post(token) as response:\n            await response.read()\n        async with client",
    )
    assert "async with shared_http_session() as client:" in applied({MODULE: twice})[MODULE]


# --- the application -------------------------------------------------------------------------------


def closed(main: str, **others: str) -> str:
    files = {
        MODULE: SERVICE,
        "app/main.py": main,
        **{f"app/{name}.py": text for name, text in others.items()},
    }
    return applied(files)["app/main.py"]


def test_an_application_gets_a_lifespan() -> None:
    assert closed(MAIN) == (
        "from collections.abc import AsyncIterator\n"
        "from contextlib import asynccontextmanager\n\n"
        "from fastapi import FastAPI\n\n"
        "from app import module\n"
        "from app.http_client import close_http_clients\n"
        f"{LIFESPAN}{CLOSES}\n\n"
        'app = FastAPI(title="Weather", lifespan=lifespan)\n'
        "app.include_router(module.router)\n"
    )


LAYOUTS = {
    "nothing": ("", "lifespan=lifespan"),
    "one line": ('title="W", version="1"', 'title="W", version="1", lifespan=lifespan'),
    "a comma at the end": (
        '\n    title="W",  # name\n    version="1",  # of it\n',
        '\n    title="W",  # name\n    version="1",  # of it\n    lifespan=lifespan,\n',
    ),
    "no comma at the end": (
        '\n    title="W",\n    version="1"\n',
        '\n    title="W",\n    version="1",\n    lifespan=lifespan\n',
    ),
    "a comment at the end": (
        '\n    title="W"  # name\n',
        '\n    title="W",  # name\n    lifespan=lifespan\n',
    ),
    "one on its line": ('\n    title="W",\n', '\n    title="W",\n    lifespan=lifespan,\n'),
    "in columns": (
        'title="W",\n              version="1"',
        'title="W",\n              version="1",\n              lifespan=lifespan',
    ),
    "all on one of several": (
        '\n    title="W", version="1"\n',
        '\n    title="W", version="1", lifespan=lifespan\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_layout_of_arguments(before: str, after: str) -> None:
    assert f"app = FastAPI({after})\n" in closed(MAIN.replace('title="Weather"', before))


def test_an_application_that_a_function_makes() -> None:
    main = "from fastapi import FastAPI\n\nfrom app import module\n\n\ndef create():\n    return FastAPI()\n"
    after = closed(main)
    assert after.index("async def lifespan(") < after.index("def create():")
    assert "    return FastAPI(lifespan=lifespan)\n" in after


WITH_LIFESPAN = MAIN.replace("app = FastAPI(", "BODYapp = FastAPI(lifespan=events, ")
LIFESPANS = {
    "a yield": (
        "    print('up')\n    yield\n    print('down')\n",
        "    yield\n" + CLOSES + "    print('down')\n",
    ),
    "state": ("    yield {'ready': True}\n", "    yield {'ready': True}\n" + CLOSES),
    "a try": (
        "    try:\n        yield\n    finally:\n        print()\n",
        "        yield\n    " + CLOSES + "    finally:\n",
    ),
}


@pytest.mark.parametrize(("body", "expected"), LIFESPANS.values(), ids=LIFESPANS.keys())
def test_a_lifespan_is_added_to(body: str, expected: str) -> None:
    main = WITH_LIFESPAN.replace(
        "BODY",
        f"\n\nfrom contextlib import asynccontextmanager\n\n\n@asynccontextmanager\nasync def events(app):\n{body}\n\n",
    )
    assert expected in closed(main)


def test_a_lifespan_of_another_module_is_added_to() -> None:
    events = "from contextlib import asynccontextmanager\n\n\n@asynccontextmanager\nasync def events(app):\n    yield\n"
    main = WITH_LIFESPAN.replace("BODY", "from app.events import events\n\n")
    after = applied({MODULE: SERVICE, "app/main.py": main, "app/events.py": events})
    assert after["app/main.py"] == main.lstrip("\n")
    assert after["app/events.py"].endswith("    yield\n" + CLOSES)


@pytest.mark.parametrize(
    "body",
    ["    if app:\n        yield\n    else:\n        yield\n", "    given = yield\n", "    return None\n"],
)
def test_a_lifespan_that_is_not_understood_stays(body: str) -> None:
    main = WITH_LIFESPAN.replace("BODY", f"\n\nasync def events(app):\n{body}\n\n")
    assert closed(main) == main.lstrip("\n")


def test_events_are_added_to() -> None:
    """With a lifespan, Starlette would call none of them any more."""
    events = MAIN + '\n\n@app.on_event("startup")\nasync def start():\n    print()\n'
    after = closed(events)
    assert 'app = FastAPI(title="Weather")\napp.on_event("shutdown")(close_http_clients)\n' in after
    assert "lifespan" not in after


OTHER_APPLICATIONS = {
    "events of a router": (MAIN, "router = 1\n\n\n@router.on_event('startup')\nasync def start(): ...\n"),
    "events in the call": (MAIN.replace('title="Weather"', "on_startup=[print]"), ""),
    "arguments passed on": (MAIN.replace('title="Weather"', "**{}"), ""),
    "a lifespan that is set later": (MAIN + "app.router.lifespan_context = None\n", ""),
    "the name is taken": (MAIN + "\n\nlifespan = 3\n", ""),
    "two applications": (MAIN + "\nother = FastAPI()\n", ""),
    "the name of the function is taken": (MAIN + "\n\ndef close_http_clients(): ...\n", ""),
    "another asynccontextmanager": ("from anywhere import asynccontextmanager\n" + MAIN, ""),
    "it does not load the module": (MAIN.replace("from app import module", "module = 1"), ""),
}


@pytest.mark.parametrize(("main", "other"), OTHER_APPLICATIONS.values(), ids=OTHER_APPLICATIONS.keys())
def test_an_application_that_is_not_understood_stays(main: str, other: str) -> None:
    """Its event loop closes the clients when it ends."""
    files = {MODULE: SERVICE, "app/main.py": main, "app/other.py": other}
    after = applied(files)
    assert after["app/main.py"] == main.lstrip("\n")
    assert "shared_http_client(" in after[MODULE]


# --- where the helper goes -------------------------------------------------------------------------


def test_beside_a_module_that_stands_in_no_package() -> None:
    with opened({"main.py": SERVICE, "other.py": "import main\n"}) as project:
        done = engine.apply(project, [codemod], {Safety.REVIEW})
    assert "from http_client import shared_http_client" in done.texts["main.py"]
    assert "http_client.py" in done.texts


def test_the_package_under_the_name_that_importers_use() -> None:
    files = {
        "src/app/__init__.py": "",
        "src/app/api/__init__.py": "",
        "src/app/api/module.py": SERVICE,
        "src/app/main.py": MAIN.replace("from app", "from src.app.api"),
    }
    with opened(files) as project:
        done = engine.apply(project, [codemod], {Safety.REVIEW})
    assert "from src.app.http_client import shared_http_client" in done.texts["src/app/api/module.py"]
    assert "src/app/http_client.py" in done.texts


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
def test_helpers_are_written_as_a_formatter_would(library: object) -> None:
    assert isinstance(library, type(HTTPX))
    assert max(map(len, library.code.splitlines())) <= 90
    names = [getattr(node, "name", "") for node in ast.parse(library.code).body]
    assert names[-1] == library.helper, "the last one is how a second run knows the helper again"
    assert library.close in names


# --- what stays ------------------------------------------------------------------------------------

OPTIONS = {
    "passed by position": ("settings", "by position"),
    "passed on": ("**options", "passes arguments on"),
    "headers of the request": ("headers={'Authorization': token}", "may differ from request to request"),
    "a text of the request": ("base_url=f'https://{city}'", "may differ from request to request"),
    "a timeout of the request": ("timeout=float(token)", "may differ from request to request"),
    "what a function gives": ("timeout=timeout_of()", "may differ from request to request"),
    "an attribute of anything": ("base_url=tenant.url", "may differ from request to request"),
    "headers that others change": ("headers=HEADERS", "may differ from request to request"),
    "credentials": ("auth=('user', 'password')", "`auth=` belongs to this one client"),
    "cookies": ("cookies={'a': 'b'}", "`cookies=` belongs to this one client"),
    "hooks": ("event_hooks={}", "`event_hooks=` belongs to this one client"),
    "a transport": (
        "transport=httpx.AsyncHTTPTransport(retries=3)",
        "`transport=` belongs to this one client",
    ),
    "transports": ("mounts={}", "`mounts=` belongs to this one client"),
    "redirects": ("follow_redirects=True", "follows redirects"),
}


@pytest.mark.parametrize(("options", "reason"), OPTIONS.values(), ids=OPTIONS.keys())
def test_a_client_that_is_made_for_a_request(options: str, reason: str) -> None:
    text = SERVICE.replace("timeout=TIMEOUT", options) + "\n\nHEADERS = {}\nHEADERS = {'a': 'b'}\n"
    untouched(codemod, text, reason=reason)


def test_a_local_variable_of_the_name_of_a_constant() -> None:
    untouched(
        codemod, SERVICE.replace("token: str", "TIMEOUT: float"), reason="may differ from request to request"
    )


BLOCKS = {
    "two requests": ("await client.get(city)\n        await client.get(token)", "may make several requests"),
    "a loop": ("for one in city:\n            await client.get(one)", "may make several requests"),
    "a comprehension": ("[await client.get(one) for one in city]", "may make several requests"),
    "a branch, then another": (
        "if city:\n            await client.get(city)\n        await client.get(token)",
        "several",
    ),
    "once more after a failure": (
        "try:\n            await client.get(city)\n        except OSError:\n            await client.get(token)",
        "may make several requests",
    ),
    "a request in a condition": (
        "if await client.get(city):\n            await client.get(token)",
        "several",
    ),
    "a redirect": ("await client.get(city, follow_redirects=True)", "follows redirects"),
    "arguments passed on": ("await client.get(city, **token)", "follows redirects"),
    "passed on": ("await fetch(client)", "passes `client` on"),
    "handed out": ("return client", "hands `client` out"),
    "yielded": ("yield client", "hands `client` out"),
    "kept": ("router.client = client", "passes `client` on"),
    "headers changed": (
        "client.headers['a'] = token\n        await client.get(city)",
        "uses `client.headers`",
    ),
    "cookies read": ("await client.get(city)\n        print(client.cookies)", "uses `client.cookies`"),
    "credentials set": ("client.auth = token\n        await client.get(city)", "uses `client.auth`"),
    "closed": ("await client.aclose()", "uses `client.aclose`"),
    "sent unread": ("await client.send(token, stream=True)", "uses `client.send`"),
    "not awaited": ("task = client.get(city)\n        await task", "is not used directly with `await`"),
    "gathered": ("await gather(client.get(city), client.get(token))", "is not used directly with `await`"),
    "a stream not opened here": (
        "response = client.stream('GET', city)",
        "is not used directly with `async with`",
    ),
    "a function inside": (
        "async def one():\n            await client.get(city)\n        await one()",
        "a function inside",
    ),
    "a lambda": ("return lambda: client.get(city)", "a function inside"),
    "bound anew": ("client = city", "passes `client` on"),
}


@pytest.mark.parametrize(("body", "reason"), BLOCKS.values(), ids=BLOCKS.keys())
def test_a_block_that_needs_its_own_client(body: str, reason: str) -> None:
    text = SERVICE.replace(BLOCK, f"    async with {CLIENT} as client:\n        {body}\n")
    untouched(codemod, text, reason=reason)


def test_used_after_the_block() -> None:
    untouched(
        codemod,
        SERVICE.replace("return response.json()", "return client.is_closed"),
        reason="outside of the block",
    )


SESSIONS = {
    "a connector": (
        "ClientSession()",
        "ClientSession(connector=aiohttp.TCPConnector(ssl=False))",
        "`connector=` belongs",
    ),
    "a jar": ("ClientSession()", "ClientSession(cookie_jar=jar)", "`cookie_jar=` belongs"),
    "headers of the request": (
        "ClientSession()",
        "ClientSession(headers={'a': token})",
        "may differ from request",
    ),
    "an answer that nothing closes": (
        "async with client.get(city) as response",
        "if response := await client.get(city)",
        "may outlive",
    ),
    "a websocket": ("client.get(city)", "client.ws_connect(city)", "uses `client.ws_connect`"),
}


@pytest.mark.parametrize(("old", "new", "reason"), SESSIONS.values(), ids=SESSIONS.keys())
def test_a_session_that_is_for_itself(old: str, new: str, reason: str) -> None:
    untouched(codemod, SESSION.replace(old, new), reason=reason)


def test_a_client_that_no_block_opens() -> None:
    opened_by_hand = SERVICE.replace(BLOCK, f"    client = {CLIENT}\n    return await client.get(city)\n")
    untouched(codemod, opened_by_hand, reason="not opened with `async with`")
    at_once = SERVICE.replace(BLOCK, f"    return await {CLIENT}.get(city)\n")
    untouched(codemod, at_once, reason="not opened with `async with`")


TESTS = {
    "the module's httpx": "patch('app.module.httpx')",
    "how a client is entered": "patch('app.module.httpx.AsyncClient.__aenter__')",
    "how a client is made": "patch('httpx.AsyncClient.__init__')",
}


@pytest.mark.parametrize("patch", TESTS.values(), ids=TESTS.keys())
def test_tests_that_replace_what_would_not_be_used(patch: str) -> None:
    test = f"from unittest.mock import patch\n\n{patch}\n"
    untouched(
        codemod,
        {MODULE: SERVICE, "tests/test_module.py": test},
        reason="a test in tests/test_module.py replaces",
    )


def test_tests_that_replace_an_imported_class() -> None:
    text = SERVICE.replace("import httpx", "from httpx import AsyncClient").replace("httpx.A", "A")
    test = "from unittest.mock import patch\n\npatch('app.module.AsyncClient')\n"
    untouched(
        codemod, {MODULE: text, "tests/test_module.py": test}, reason="replaces `app.module.AsyncClient`"
    )


def test_a_program_that_serves_nothing() -> None:
    text = SERVICE.replace('@router.get("/weather")\n', "")
    untouched(codemod, text, reason="nothing here serves requests")


def test_a_command_line_program() -> None:
    text = "import click\n" + SERVICE.replace('@router.get("/weather")\n', "")
    main = MAIN.replace("module\n", "commands\n") + "@app.get('/')\ndef x(): ...\n"
    untouched(codemod, {"app/commands.py": text, "app/main.py": main}, reason="a command line program")


def test_a_project_that_runs_on_trio() -> None:
    untouched(codemod, {MODULE: SERVICE, "app/other.py": "import trio\n"}, reason="also runs on trio")


def test_a_module_of_that_name_is_there() -> None:
    untouched(
        codemod, {MODULE: SERVICE, "app/http_client.py": "x = 1\n"}, reason="already a `http_client.py`"
    )


def test_the_name_is_taken() -> None:
    untouched(codemod, SERVICE + "\n\nshared_http_client = 1\n", reason="is already something else here")


@pytest.mark.parametrize("how", ["try:\n    import httpx\nexcept ImportError:\n    httpx = None\n", ""])
def test_a_library_that_may_be_missing(how: str) -> None:
    text = SERVICE.replace("import httpx\n", how)
    if not how:
        text = text.replace("    async with httpx", "    import httpx\n    async with httpx")
    untouched(codemod, text, reason="not imported at the top of the file")


def test_a_script_opens_its_client_once() -> None:
    script = SERVICE.replace('@router.get("/weather")\n', "").replace("city: str, token: str", "city=''")
    script += '\n\nif __name__ == "__main__":\n    asyncio.run(weather())\n'
    untouched(
        codemod, {MODULE: "import asyncio\n" + script, "app/main.py": MAIN + "@app.get('/')\ndef x(): ...\n"}
    )


def test_a_lifespan_opens_its_client_once() -> None:
    untouched(
        codemod, SERVICE.replace('@router.get("/weather")\n', "").replace("def weather(", "def lifespan(")
    )
    untouched(codemod, SERVICE.replace('router.get("/weather")', 'router.on_event("startup")'))


NOTHING = {
    "a client of a module": SERVICE.replace(BLOCK, "    return await client.get(city)\n")
    + f"\n\nclient = {CLIENT}\n",
    "a client that an object keeps": SERVICE.replace(BLOCK, f"    router.client = {CLIENT}\n"),
    "a client that is returned": SERVICE.replace(BLOCK, f"    return {CLIENT}\n"),
    "a subclass": SERVICE.replace("httpx.AsyncClient", "Mine") + "\n\nclass Mine(httpx.AsyncClient): ...\n",
    "a library of the project's own": {MODULE: SERVICE, "httpx.py": "class AsyncClient: ...\n"},
    "a sync client": SERVICE.replace("async with httpx.AsyncClient", "with httpx.Client").replace(
        "await client", "client"
    ),
    "a test": {"tests/test_module.py": SERVICE},
}


@pytest.mark.parametrize("files", NOTHING.values(), ids=NOTHING.keys())
def test_what_is_no_client_per_call(files: str | dict[str, str]) -> None:
    untouched(codemod, files)
