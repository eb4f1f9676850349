"""What shared-clients makes of a service, run beside the service: connections, cookies, event loops, and who closes."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from codemods.shared_clients import codemod
from fixbot import engine
from fixbot.clients.libraries import LIBRARIES
from fixbot.model import Safety
from fixbot.testing import opened
from tests.support import write_files

SERVICES = {
    "httpx": """
        import json

        import httpx
        from fastapi import FastAPI

        app = FastAPI()


        @app.get("/fetch")
        async def fetch(url: str) -> dict:
            async with httpx.AsyncClient(timeout=10) as client:
                response = await client.get(url)
            return response.json()


        @app.get("/stream")
        async def stream(url: str) -> dict:
            async with httpx.AsyncClient(timeout=10) as client:
                async with client.stream("GET", url) as response:
                    return json.loads(await response.aread())


        @app.get("/login")
        async def login(url: str) -> list:
            async with httpx.AsyncClient(timeout=10) as client:
                response = await client.get(url, cookies={"name": url[-3:]})
            return [response.json()["cookie"], response.cookies.get("sid")]
        """,
    "aiohttp": """
        import aiohttp
        from fastapi import FastAPI

        app = FastAPI()


        @app.get("/fetch")
        async def fetch(url: str) -> dict:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
                async with session.get(url) as response:
                    return await response.json()


        @app.get("/twice")
        async def twice(url: str) -> list[dict]:
            async with aiohttp.ClientSession() as session:
                async with session.get(url) as first:
                    one = await first.json()
                async with session.get(url) as second:
                    return [one, await second.json()]
        """,
}
SERVICES["httpx2"] = SERVICES["httpx"].replace("httpx", "httpx2")

LIBRARY_CLIENTS = {name.partition(".")[0]: name for name in LIBRARIES}

SERVER = """
import asyncio
import contextlib
import gc
import json
import sys
import threading
import warnings
from unittest.mock import AsyncMock, MagicMock, patch

from app import main

library = sys.argv[1]
seen = {"connections": 0, "open": 0, "held": 0}
AT_ONCE = 120
all_here = asyncio.Event()


async def serve(reader, writer):
    seen["connections"] += 1
    seen["open"] += 1
    try:
        while head := await reader.readuntil(b"\\r\\n\\r\\n"):
            target, *lines = head.decode().split("\\r\\n")
            headers = dict(line.lower().split(": ", 1) for line in lines if line)
            body = json.dumps({"cookie": headers.get("cookie", "")}).encode()
            user = target.split(" ")[1].rpartition("=")[2]
            if user.startswith("held"):  # they wait for each other, or until it is clear that not all come
                seen["held"] += 1
                if seen["held"] == AT_ONCE:
                    all_here.set()
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(all_here.wait(), 3)
                all_here.set()
            answer = f"HTTP/1.1 200 OK\\r\\nSet-Cookie: sid={user}\\r\\nContent-Type: application/json\\r\\n"
            writer.write(f"{answer}Content-Length: {len(body)}\\r\\n\\r\\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        seen["open"] -= 1
        writer.close()


loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
server = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0), loop).result()
url = f"http://localhost:{server.sockets[0].getsockname()[1]}/?user="


async def are_open(expected):
    "How many connections are open, given the server some time to see that they are closed."
    for _ in range(200):
        if seen["open"] == expected:
            break
        await asyncio.sleep(0.01)
    return seen["open"]


async def calls():
    return [(await main.fetch(f"{url}{user}"))["cookie"] for user in ("alice", "bob", "carol")]


async def at_once():
    calls = [asyncio.ensure_future(main.fetch(f"{url}held{n}")) for n in range(AT_ONCE)]
    while not all_here.is_set():
        await asyncio.sleep(0.01)
    held = seen["held"]
    await asyncio.gather(*calls)
    return held


async def lifespan():
    async with main.app.router.lifespan_context(main.app):
        await calls()
        during = seen["open"] > 0
    return [during, await are_open(0)]


async def replaced():
    target = "aiohttp.ClientSession" if library == "aiohttp" else f"{library}.AsyncClient"
    answers = []
    for n in range(2):
        with patch(f"app.main.{target}") as client_class:
            client = client_class.return_value.__aenter__.return_value
            if library == "aiohttp":
                client.get = MagicMock()
                client.get.return_value.__aenter__.return_value.json = AsyncMock(return_value=n)
            else:
                client.get = AsyncMock(return_value=MagicMock(json=lambda: n))
            answers += [await main.fetch(url), await main.fetch(url)]
            answers.append([client_class.call_count, list(client_class.call_args.kwargs)])
    return answers


async def streamed():
    return [(await main.stream(f"{url}{user}"))["cookie"] for user in ("alice", "bob")]


async def given():
    if library == "aiohttp":
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return [await main.login(f"{url}{user}") for user in ("bob", "eve")]


async def twice():
    return [[a["cookie"] for a in await main.twice(f"{url}{user}")] for user in ("alice", "bob")]


def told(scenario):
    "What a scenario gives, in an event loop of its own, and the connections that it made and left."
    seen["connections"] = 0
    result = asyncio.run(scenario())
    return {"result": result, "connections": seen["connections"], "left": asyncio.run(are_open(0))}
"""

ALL = """
scenarios = [calls, calls, given, lifespan, replaced, twice if library == "aiohttp" else streamed]
scenarios += [at_once] if sys.argv[2] == "after" else []
found = [told(scenario) for scenario in scenarios]
gc.collect()
print(json.dumps(found))
"""

STOPPED = """
import app

for _ in range(3):
    one = asyncio.new_event_loop()
    one.run_until_complete(main.fetch(url))
    one.close()
helper = next(module for name, module in vars(app).items() if name.startswith("http"))
remembered = len(helper._shared)
asyncio.run(calls())
gc.collect()
print(json.dumps([remembered, asyncio.run(are_open(0))]))
"""

NAMES = ["calls", "calls in another loop", "given", "lifespan", "replaced", "several", "at once"]
Told = dict[str, dict[str, Any]]


def fixed(files: dict[str, str]) -> dict[str, str]:
    with opened(files) as project:
        applied = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert not applied.refused
        return {path: source.text for path, source in applied.project.sources.items()}


def run(folder: Path, library: str, scenarios: str = ALL, warnings: str = "error::ResourceWarning") -> Any:
    """What the scenarios say of the service in a folder. What is left open, and so warned of, fails."""
    command = [sys.executable, "-W", warnings, "-c", SERVER + scenarios, library, folder.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert warnings == "ignore" or not done.stderr, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=SERVICES)
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folders(library: str, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The service before and after, each in a folder of its own."""
    root = tmp_path_factory.mktemp(library)
    client = LIBRARY_CLIENTS[library]
    before = {
        "app/__init__.py": "",
        "app/main.py": textwrap.dedent(SERVICES[library]).lstrip("\n"),
        "tests/test_main.py": f'from unittest.mock import patch\n\npatch("app.main.{client}")\n',
    }
    after = fixed(before)
    assert "shared_http" in after["app/main.py"] and f"{client}(" not in after["app/main.py"]
    write_files(root / "before", before)
    write_files(root / "after", after)
    return [root / "before", root / "after"]


@pytest.fixture(scope="module")
def told(library: str, folders: list[Path]) -> list[Told]:
    """What the scenarios say before and after."""
    return [dict(zip(NAMES, run(folder, library), strict=False)) for folder in folders]


def test_calls_share_a_connection_and_no_cookie(told: list[Told]) -> None:
    before, after = (state["calls"] for state in told)
    assert before["result"] == after["result"] == ["", "", ""]
    assert (before["connections"], after["connections"]) == (3, 1)


def test_cookies_of_a_request_and_of_its_answer_are_its_own(told: list[Told], library: str) -> None:
    before, after = (state["given"]["result"] for state in told)
    assert before == after == ([] if library == "aiohttp" else [["name=bob", "bob"], ["name=eve", "eve"]])


def test_a_second_event_loop_has_its_own(told: list[Told]) -> None:
    before, after = (state["calls in another loop"] for state in told)
    assert before["result"] == after["result"] == ["", "", ""]
    assert (before["connections"], after["connections"]) == (3, 1)


def test_an_event_loop_that_ends_closes_what_it_opened(told: list[Told]) -> None:
    assert [scenario["left"] for state in told for scenario in state.values()] == [0] * 13


def test_an_event_loop_that_just_stops_is_forgotten(folders: list[Path], library: str) -> None:
    assert run(folders[1], library, STOPPED, "ignore") == [1, 0]


def test_any_number_of_requests_runs_at_once(told: list[Told]) -> None:
    """A client has 100 connections at most; one for all requests would let the others wait."""
    assert told[1]["at once"] == {"result": 120, "connections": 120, "left": 0}


def test_the_lifespan_closes_what_is_open(told: list[Told]) -> None:
    before, after = (state["lifespan"]["result"] for state in told)
    assert before[1] == 0
    assert after == [True, 0]


def test_what_a_test_puts_in_place_of_the_client_is_used_as_before(told: list[Told]) -> None:
    before, after = (state["replaced"] for state in told)
    assert before["result"] == [0, 0, [2, ["timeout"]], 1, 1, [2, ["timeout"]]]
    assert before == after


def test_several_requests(told: list[Told], library: str) -> None:
    """Streams of httpx give their connection back; a block of aiohttp keeps its cookies to itself."""
    before, after = (state["several"] for state in told)
    assert before["result"] == after["result"]
    assert after["result"] == ([["", "sid=alice"], ["", "sid=bob"]] if library == "aiohttp" else ["", ""])
    assert (before["connections"], after["connections"]) == (2, 1)
