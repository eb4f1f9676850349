"""timing-middleware: where it goes, what is left alone, and what the middleware logs when it runs."""

from __future__ import annotations

import logging
import re
import textwrap
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from codemods import timing_middleware
from codemods.timing_middleware import codemod
from fixbot import engine
from fixbot.model import Safety
from fixbot.testing import MODULE, findings_of, opened, rewritten, untouched

HEAD = "import logging\nimport os\nimport time\n\nfrom fastapi import FastAPI\n"
IMPORTED = f"{HEAD}from starlette.types import ASGIApp, Message, Receive, Scope, Send\n"
CLASS = f"\n\n{timing_middleware._CODE}"
SERVICE = """

@app.get("/")
async def root():
    return {}
"""
PLAIN = f"{HEAD}\napp = FastAPI()\n{SERVICE}"


# --- where it goes ----------------------------------------------------------------------------------------


def after(before: str, line: str = "app.add_middleware(SlowRequestMiddleware)\n") -> str:
    """What becomes of a module that has the imports: the class before `app`, the line where `<-` stands."""
    body = before.removeprefix(HEAD).replace("<-\n", line)
    start = re.search(r"^(?:app\b|def create)", body, re.M)
    assert start
    position = start.start()
    return f"{IMPORTED}{body[:position].rstrip() and chr(10) + body[:position].rstrip() + chr(10)}{CLASS}\n\n{body[position:]}"


PLACES = {
    "behind the application": "\napp = FastAPI()\n<-\n",
    "with a type": "\napp: FastAPI = FastAPI()\n<-\n",
    "last of all": "\napp = FastAPI()\napp.add_middleware(Cors)\nx = 1\napp.add_middleware(Gzip)\n<-\n",
    "behind a function": "\napp = FastAPI()\n\n\n@app.middleware('http')\nasync def check(request, call_next):\n    return await call_next(request)\n\n\n<-\n",
    "behind a condition": "\napp = FastAPI()\nif DEBUG:\n    app.add_middleware(Debug)\n<-\n",
    "in a factory": "\n\ndef create() -> FastAPI:\n    app = FastAPI()\n    <-\n    return app\n",
}


@pytest.mark.parametrize("case", PLACES)
def test_where_it_is_added(case: str) -> None:
    code = f"{HEAD}{PLACES[case]}{SERVICE}"
    rewritten(codemod, re.sub(r"((?<=\n\n)<-\n\n\n| *<-\n)", "", code), after(code), safety=Safety.REVIEW)


ALONE = {
    "a middleware class that times": "import time\n\n\nclass Timing:\n    async def __call__(self, scope, receive, send):\n        start = time.monotonic()\n        await self.app(scope, receive, send)\n        print(time.monotonic() - start)\n",
    "the line it would log": "print('[SLOW REQUEST] %s')\n",
    "a library that does": "from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor\n",
    "another one": "import sentry_sdk\n",
}


@pytest.mark.parametrize("case", ALONE)
def test_what_times_requests_already(case: str) -> None:
    untouched(codemod, {"app/main.py": PLAIN, "app/other.py": ALONE[case]})


CLOSE = {
    "a clock that times something else": ALONE["a middleware class that times"].replace("receive", "got"),
    "a middleware without a clock": ALONE["a middleware class that times"].replace("time.monotonic()", "1"),
    "a library of another kind": "from opentelemetry import trace\n",
}


@pytest.mark.parametrize("case", CLOSE)
def test_what_does_not(case: str) -> None:
    [found] = findings_of(codemod, {"app/main.py": PLAIN, "app/other.py": CLOSE[case]})
    assert (found.path, found.safety) == ("app/main.py", Safety.REVIEW)


def test_what_only_tests_do() -> None:
    code = {"app/main.py": PLAIN, "tests/test_x.py": ALONE["a middleware class that times"]}
    assert len(findings_of(codemod, code)) == 1


def test_an_application_that_is_part_of_another() -> None:
    code = f"{HEAD}\nsub = FastAPI()\napp = FastAPI()\napp.mount('/sub', sub)\n"
    [found] = findings_of(codemod, code)
    assert found.span.line == 8


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (PLAIN.replace("app = FastAPI()", "app = FastAPI(); x = 1"), "other code stands on the same line"),
        (PLAIN.replace("app = ", "class SlowRequestMiddleware: ...\n\n\napp = "), "means something else"),
        (PLAIN.replace("import os\n", "os = 1\n"), "`os` means something else in this module"),
    ],
    ids=["two on a line", "the name is taken", "an import's name is taken"],
)
def test_no_room(code: str, reason: str) -> None:
    untouched(codemod, code, reason=reason)


@pytest.mark.parametrize(
    "code",
    [
        PLAIN.replace("from fastapi import", "from ours import"),
        PLAIN.replace("app = FastAPI()", "serve(FastAPI())"),
        f"{HEAD}\n\nclass App:\n    def make(self):\n        app = FastAPI()\n        return app\n",
    ],
    ids=["another class", "has no name", "made in a method"],
)
def test_other_applications(code: str) -> None:
    untouched(codemod, code)


SEEN_OFTEN = """
import logging
import time

logger = logging.getLogger(__name__)


async def timing_middleware(request, call_next):
    start = time.perf_counter()
    response = await call_next(request)
    duration = time.perf_counter() - start
    if duration > 0.2:
        logger.warning(f"[SLOW REQUEST] {request.url.path} - {duration:.2f}s")
    return response
"""


def test_timing_only_the_start_is_reported() -> None:
    code = {"app/main.py": PLAIN, "app/timing.py": SEEN_OFTEN}
    untouched(codemod, code, reason="requests that raise are not seen")
    [found] = findings_of(codemod, code)
    assert (found.path, found.span.line) == ("app/timing.py", 9)


def test_without_a_clock_it_is_no_timing() -> None:
    untouched(codemod, SEEN_OFTEN.replace("time.perf_counter()", "0"))


# --- what it does -----------------------------------------------------------------------------------------

APPLICATION = """
import asyncio

from fastapi import APIRouter, BackgroundTasks, FastAPI, WebSocket
from starlette.responses import StreamingResponse

app = FastAPI()
router = APIRouter(prefix="/games")
sub = FastAPI()
app.mount("/sub", sub)


@router.get("/{game_id}")
async def game(game_id: int, status: int = 200):
    wait(0.5)
    return {"id": game_id}


@router.get("/{game_id}/clips")
async def clips(game_id: int):
    async def pieces():
        for n in range(3):
            wait(0.25)
            yield b"x"

    return StreamingResponse(pieces())


@router.get("/{game_id}/fails")
async def fails(game_id: int):
    wait(0.5)
    raise RuntimeError


@router.get("/{game_id}/later")
async def later(game_id: int, tasks: BackgroundTasks):
    tasks.add_task(wait, 5)
    return {}


@router.post("/{game_id}/quick")
def quick(game_id: int):
    wait(0.1)
    return {}


@sub.get("/{name}")
async def of_sub(name: str):
    wait(0.5)
    return {}


@app.websocket("/ws")
async def socket(ws: WebSocket):
    await ws.accept()
    wait(9)
    await ws.send_text("done")
    await ws.close()


app.include_router(router)
"""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[[], TestClient]:
    """The application as it is after the fix, on a clock that only `wait` moves."""

    def build() -> TestClient:
        with opened(APPLICATION) as project:
            applied = engine.apply(project, [codemod], {Safety.REVIEW})
            assert not applied.refused
        now = [0.0]

        def wait(seconds: float) -> None:
            now[0] += seconds

        names: dict[str, Any] = {"__name__": "served", "wait": wait}
        exec(compile(applied.texts[MODULE], "served.py", "exec", dont_inherit=True), names)
        names["time"] = SimpleNamespace(perf_counter=lambda: now[0])
        return TestClient(names["app"], raise_server_exceptions=False)

    return build


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("/games/7", ["[SLOW REQUEST] GET /games/{game_id} - 200 - 0.50s"]),
        ("/games/x", []),
        ("/games/7/clips", ["[SLOW REQUEST] GET /games/{game_id}/clips - 200 - 0.75s"]),
        ("/games/7/fails", ["[SLOW REQUEST] GET /games/{game_id}/fails - 500 - 0.50s"]),
        ("/games/7/later", []),
        ("/sub/a", ["[SLOW REQUEST] GET /sub/{name} - 200 - 0.50s"]),
        ("/nowhere", []),
    ],
    ids=["template and status", "quick refusal", "last byte", "raises", "background", "mounted", "not found"],
)
def test_what_is_logged(
    path: str, lines: list[str], served: Callable[[], TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "served"):
        served().get(path)
    assert [r.getMessage() for r in caplog.records if r.name == "served"] == lines


def test_the_threshold_comes_from_the_environment(
    served: Callable[[], TestClient], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    served().post("/games/1/quick")
    assert not [r for r in caplog.records if r.name == "served"]
    monkeypatch.setenv("SLOW_REQUEST_SECONDS", "0.05")
    served().post("/games/1/quick")
    [line] = [r.getMessage() for r in caplog.records if r.name == "served"]
    assert line == "[SLOW REQUEST] POST /games/{game_id}/quick - 200 - 0.10s"


def test_websockets_pass(served: Callable[[], TestClient], caplog: pytest.LogCaptureFixture) -> None:
    with served().websocket_connect("/ws") as socket:
        assert socket.receive_text() == "done"
    assert not [r for r in caplog.records if r.name == "served"]


def test_the_middleware_seen_often_does_less() -> None:
    """What is said of `call_next` is so: it returns before a body is sent, and does not see what is raised."""
    seen: list[str] = []
    app = FastAPI()

    @app.middleware("http")
    async def timing(request: Any, call_next: Any) -> Any:
        response = await call_next(request)
        seen.append("timed")
        return response

    @app.get("/stream")
    async def stream(tasks: BackgroundTasks) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"x"
            seen.append("sent")

        return StreamingResponse(pieces())

    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError

    client = TestClient(app, raise_server_exceptions=False)
    client.get("/stream")
    client.get("/fails")
    assert seen == ["timed", "sent"]


def test_the_documented_class_is_the_one_that_is_written() -> None:
    assert textwrap.dedent(timing_middleware._CODE) in codemod.documentation
