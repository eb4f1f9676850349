"""How calls are recognised as the same: values out, the shape stays."""

from __future__ import annotations

import ast
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixbot.profiling import probe
from tests.profiling.services import calls, launch, profiled

SOURCE = Path(probe.__file__)


@pytest.mark.parametrize(
    ("sql", "normal"),
    [
        ("SELECT *\n  FROM games  WHERE id = 7", "SELECT * FROM games WHERE id = ?"),
        ("SELECT x FROM t1 WHERE name = 'it''s'", "SELECT x FROM t1 WHERE name = ?"),
        ("SELECT x FROM t WHERE id IN (1, 2, 3)", "SELECT x FROM t WHERE id IN (?)"),
        ("SELECT x FROM t WHERE id IN (?,?)", "SELECT x FROM t WHERE id IN (?)"),
        ("SELECT x FROM t WHERE id = $1 AND n = %s", "SELECT x FROM t WHERE id = ? AND n = ?"),
        ("SELECT x::text FROM t WHERE id = :id", "SELECT x::text FROM t WHERE id = ?"),
        ("INSERT INTO t VALUES (1, 'a'), (2, 'b')", "INSERT INTO t VALUES (?)"),
    ],
)
def test_sql(sql: str, normal: str) -> None:
    assert probe.normal_sql(sql) == normal


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/games/17?page=2", "/games/*"),
        ("/games/0b0cf1a2-1c8e-4a57-9d2f-2f2c2f1b8a11/clips", "/games/*/clips"),
        ("/v1/projects", "/v1/projects"),
    ],
)
def test_paths(path: str, normal: str) -> None:
    assert probe.normal_path(path) == normal


@pytest.mark.parametrize(
    ("host", "path", "kind"),
    [
        ("api.example.com", "/x", "http"),
        ("storage.googleapis.com", "/storage/v1/b/bucket/o/name", "object storage"),
        ("127.0.0.1:4443", "/storage/v1/b/bucket/o/name", "object storage"),
        ("account.r2.cloudflarestorage.com", "/bucket/name", "object storage"),
    ],
)
def test_object_storage_is_told_from_other_hosts(host: str, path: str, kind: str) -> None:
    assert probe._http("GET", host, path)[0] == kind


def test_a_firestore_call_is_named_by_its_collection() -> None:
    call = SimpleNamespace(_method=b"/google.firestore.v1.Firestore/BatchGetDocuments")
    documents = ["projects/p/databases/(default)/documents/users/u1/albums/a1"]
    kind, text, _ = probe._of_grpc(call, SimpleNamespace(documents=documents))
    assert (kind, text) == ("firestore", "Firestore/BatchGetDocuments users/*/albums/*")
    call = SimpleNamespace(_method=b"/google.firestore.v1.Firestore/RunQuery")
    query = SimpleNamespace(from_=[SimpleNamespace(collection_id="albums")])
    parent = "projects/p/databases/(default)/documents"
    assert probe._of_grpc(call, SimpleNamespace(structured_query=query, parent=parent))[1].endswith(
        "query of albums"
    )


def test_it_needs_nothing_but_the_standard_library() -> None:
    imported = {
        (node.module or "").partition(".")[0]
        if isinstance(node, ast.ImportFrom)
        else node.names[0].name.partition(".")[0]
        for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 9)))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - set(sys.stdlib_module_names) == {"uvicorn", "opentelemetry"}, (
        "the second where it is there"
    )


LIBRARIES = """\
import asyncio, http.client, http.server, sqlite3, threading
import aiohttp, aiosqlite, httpx, requests
from fastapi import FastAPI

app = FastAPI()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=other.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{other.server_port}/things/"


@app.get("/httpx")
async def use_httpx():
    async with httpx.AsyncClient() as client:
        for n in range(6):
            await client.get(f"{url}{n}")


@app.get("/requests")
def use_requests():
    with httpx.Client() as client:
        client.get(url)
    for n in range(5):
        requests.get(f"{url}{n}")


@app.get("/aiohttp")
async def use_aiohttp():
    async with aiohttp.ClientSession() as session:
        for n in range(6):
            async with session.get(f"{url}{n}"):
                pass


@app.get("/aiosqlite")
async def use_aiosqlite():
    async with aiosqlite.connect(":memory:") as db:
        for n in range(6):
            await db.execute("SELECT ?", (n,))


@app.get("/executor")
async def use_executor():
    def work():
        db = sqlite3.connect(":memory:")
        cursor = db.cursor()
        for n in range(6):
            cursor.execute(f"SELECT {n}")
    await asyncio.get_running_loop().run_in_executor(None, work)


@app.get("/late")
def use_what_is_imported_late():
    import urllib.request
    for n in range(6):
        urllib.request.urlopen(f"{url}{n}").close()
"""


def test_calls_of_real_libraries_are_counted_once(tmp_path: Path) -> None:
    profile = profiled(tmp_path, LIBRARIES)
    assert profile.skipped == ()
    counted = {result.endpoint.name: calls(result) for result in profile.endpoints}
    assert counted == {
        "GET /httpx": {"http": 6},
        "GET /requests": {"http": 6},
        "GET /aiohttp": {"http": 6},
        "GET /aiosqlite": {"sql": 6},
        "GET /executor": {"sql": 6},
        "GET /late": {"http": 6},
    }
    [late] = [r for r in profile.endpoints if r.endpoint.name == "GET /late"]
    assert [(call.count, call.distinct) for call in late.calls] == [(6, 6)]
    assert late.calls[0].text.endswith("/things/*")


def test_sqlite_works_as_before(tmp_path: Path) -> None:
    """The counting classes behave as sqlite3's own in what programs do with them."""
    script = """
import fixbot_probe, sqlite3
fixbot_probe.hook_sqlite()
class Mine(sqlite3.Connection): pass
class Lines(sqlite3.Cursor): pass
with sqlite3.connect(":memory:", factory=Mine) as db:
    db.row_factory = sqlite3.Row
    db.executescript("CREATE TABLE t (x)")
    assert db.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)]).rowcount == 2
    assert [row["x"] for row in db.execute("SELECT x FROM t ORDER BY x")] == [1, 2]
    assert isinstance(db, Mine) and isinstance(db.cursor(Lines), Lines)
    assert db.cursor().execute("SELECT 1").lastrowid is not None
try:
    db.execute("SELEC")
except sqlite3.OperationalError:
    print("as before")
"""
    (tmp_path / "fixbot_probe.py").write_bytes(SOURCE.read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("as before\n", "")


def test_middleware_is_known_in_each_of_its_forms() -> None:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware

    class Pure:
        def __init__(self, app: object) -> None:
            self.app = app

        async def __call__(self, scope: object, receive: object, send: object) -> None: ...

    class Dispatching(BaseHTTPMiddleware):
        async def dispatch(self, request: object, call_next: object) -> None: ...  # type: ignore[override]

    async def plain(request: object, call_next: object) -> None: ...

    around = [Middleware(Pure), Middleware(Dispatching), Middleware(BaseHTTPMiddleware, dispatch=plain)]
    found = probe.middleware_of(Pure(Starlette(middleware=around)))
    names = [name.rpartition("<locals>.")[2] for file, name in found if file == __file__]
    assert names == ["Pure.__call__", "Pure.__call__", "Dispatching.dispatch", "plain"]
    assert probe.middleware_of(Starlette()) == []


def test_a_script_that_forks_workers(tmp_path: Path) -> None:
    """A service that uses multiprocessing starts this module again in its children, which must not serve."""
    code = (
        "import multiprocessing\nfrom fastapi import FastAPI\nfrom work import double\napp = FastAPI()\n"
        "@app.get('/pool')\ndef pool():\n    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        return pool.map(double, [1, 2])\n"
    )
    launch(tmp_path, {"work.py": "def double(x):\n    return 2 * x\n"})
    profile = profiled(tmp_path, code)
    assert [result.endpoint.name for result in profile.endpoints] == ["GET /pool"]


@pytest.mark.parametrize("read", [True, False], ids=["all is read", "not all is read"])
def test_it_ends_with_fixbot(tmp_path: Path, read: bool) -> None:
    """A socket that is closed with something unread in it is reset, which is another end than that of a file."""
    ours, theirs = socket.socketpair()
    script = f"""
import fixbot_probe, time
fixbot_probe.Channel({theirs.fileno()}, print).tell("ready")
time.sleep(600)
"""
    (tmp_path / "fixbot_probe.py").write_bytes(SOURCE.read_bytes())
    command = [sys.executable, "-c", script]
    process = subprocess.Popen(command, cwd=tmp_path, pass_fds=[theirs.fileno()], start_new_session=True)
    try:
        theirs.close()
        ours.recv(1000, 0 if read else socket.MSG_PEEK)
        ours.close()
        assert process.wait(60) == -signal.SIGKILL
    finally:
        process.kill()


TRACED = """\
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

trace.set_tracer_provider(TracerProvider())
mongo = trace.get_tracer("opentelemetry.instrumentation.pymongo")
hooked = trace.get_tracer("opentelemetry.instrumentation.sqlite3")
app = FastAPI()


@app.get("/traced")
async def traced():
    for n in range(6):
        attributes = {"db.system": "mongodb", "db.statement": f"find games {n}"}
        with mongo.start_as_current_span("find", kind=trace.SpanKind.CLIENT, attributes=attributes):
            pass
        with mongo.start_as_current_span("internal"), hooked.start_as_current_span("x", kind=trace.SpanKind.CLIENT):
            pass
"""


def test_spans_of_a_service_that_has_instrumentations(tmp_path: Path) -> None:
    profile = profiled(tmp_path, TRACED)
    [result] = profile.endpoints
    assert calls(result) == {"mongodb": 6}
    [finding] = profile.findings
    assert finding.detail == "find games ?"
