"""A service that crashes, hangs, listens late or leaves processes behind: a clear sentence, and nothing left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fixbot.errors import FixbotError
from fixbot.profiling import profiler, server
from fixbot.profiling.model import Problem
from fixbot.profiling.settings import read_settings
from tests.profiling.services import HEALTHY, QUICK, found, launch, profiled
from tests.support import ROOT, environment


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert not [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == str(tmp_path.resolve())]


def fails(folder: Path, code: str, seconds: float = 20.0) -> str:
    """What is said of a service that cannot be measured."""
    with pytest.raises(FixbotError) as raised:
        options = launch(folder, code, start_seconds=seconds)
        profiler.profile_service(options, read_settings({}), QUICK, lambda _: None)
    return str(raised.value)


def test_it_crashes_when_it_is_imported(tmp_path: Path) -> None:
    said = fails(tmp_path, "import os\nraise RuntimeError('DATABASE_URL is not set')\n")
    assert "main:app cannot be imported" in said
    assert "RuntimeError: DATABASE_URL is not set" in said
    assert "main.py" in said
    assert "fixbot_probe" not in said


def test_it_crashes_when_it_starts(tmp_path: Path) -> None:
    code = (
        "from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\n@asynccontextmanager\n"
        "async def lifespan(app):\n    raise RuntimeError('no database')\n    yield\napp = FastAPI(lifespan=lifespan)\n"
    )
    said = fails(tmp_path, code)
    assert "stopped before it answered" in said
    assert "no database" in said


def test_it_exits(tmp_path: Path) -> None:
    assert "exit status 7" in fails(tmp_path, "import os\nos._exit(7)\n")


def test_there_is_no_such_application(tmp_path: Path) -> None:
    assert "has no attribute 'app'" in fails(tmp_path, "application = None\n")


def test_it_hangs_before_it_listens(tmp_path: Path) -> None:
    said = fails(tmp_path, "import time\nprint('waiting for the database')\ntime.sleep(600)\n", seconds=2.0)
    assert "did not answer within 2 s" in said
    assert "does not listen yet" in said
    assert "waiting for the database" in said


def test_it_listens_but_never_answers(tmp_path: Path) -> None:
    code = "import time\nasync def app(scope, receive, send):\n    if scope['type'] == 'http':\n        time.sleep(600)\n"
    said = fails(tmp_path, code, seconds=4.0)
    assert "answers no request" in said


def test_it_listens_late(tmp_path: Path) -> None:
    with server.running(launch(tmp_path, "import time\ntime.sleep(1.5)\n" + HEALTHY)) as service:
        assert service.start.seconds > 1.5
        assert (service.start.first, service.start.status) == ("GET /health", 200)
        assert service.start.imports[0].module == "main"


def test_it_needs_sign_in(tmp_path: Path) -> None:
    code = (
        "from fastapi import FastAPI, HTTPException, Request\napp = FastAPI()\n"
        "@app.get('/games')\nasync def games(request: Request):\n"
        "    if request.headers.get('authorization') != 'Bearer x': raise HTTPException(401)\n    return []\n"
    )
    said = fails(tmp_path, code)
    assert "it needs sign-in (it answered 401); set headers in [tool.fixbot.profile.headers]" in said
    profile = profiled(tmp_path, code, headers={"Authorization": "Bearer x"})
    assert [result.endpoint.name for result in profile.endpoints] == ["GET /games"]


def test_it_has_no_openapi(tmp_path: Path) -> None:
    code = HEALTHY.replace("FastAPI()", "FastAPI(openapi_url=None)")
    said = fails(tmp_path, code)
    assert "has no OpenAPI description" in said
    assert "[[tool.fixbot.profile.requests]]" in said
    profile = profiled(tmp_path, code, requests=[{"path": "/games"}])
    assert [result.endpoint.name for result in profile.endpoints] == ["GET /games"]


def test_its_description_is_somewhere_else(tmp_path: Path) -> None:
    profile = profiled(tmp_path, HEALTHY.replace("FastAPI()", "FastAPI(openapi_url='/hidden/api.json')"))
    assert "GET /games" in {result.endpoint.name for result in profile.endpoints}


def test_one_endpoint_fails_and_one_hangs(tmp_path: Path) -> None:
    code = HEALTHY + (
        "\n\n@app.get('/broken')\nasync def broken():\n    raise RuntimeError\n"
        "\n\n@app.get('/stream')\nasync def stream():\n    await asyncio.sleep(600)\n"
    )
    options = profiler.Options(requests=5, soak=0, rate=50.0, timeout=2.0)
    profile = profiled(tmp_path, code, options)
    reasons = {each.name: each.reason for each in profile.skipped}
    assert reasons["GET /broken"] == "it answered 500"
    assert "no answer within 2 s" in reasons["GET /stream"]
    assert "GET /games" in {result.endpoint.name for result in profile.endpoints}


def test_it_leaves_processes_behind(tmp_path: Path) -> None:
    code = HEALTHY + (
        "\n\nimport subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
    )
    profile = profiled(tmp_path, code)
    [finding] = found(profile, Problem.LEFTOVERS)
    assert "left a process running" in finding.message
    assert "time.sleep(600)" in finding.detail
    assert not profile.held


def test_it_stops_under_load(tmp_path: Path) -> None:
    code = HEALTHY + (
        "\n\nimport os\nasked = []\n\n\n@app.get('/dies')\nasync def dies():\n"
        "    asked.append(1)\n    if len(asked) > 8: os._exit(3)\n    return {}\n"
    )
    said = fails(tmp_path, code)
    assert "stopped under load (exit status 3)" in said


def test_it_does_not_stop_when_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 1.0)
    code = HEALTHY + "\n\n@app.on_event('shutdown')\ndef forever():\n    import time\n    time.sleep(600)\n"
    code = "import warnings\nwarnings.simplefilter('ignore')\n" + code
    profile = profiled(tmp_path, code)
    [finding] = found(profile, Problem.LEFTOVERS)
    assert "after it was told to stop" in finding.detail


def test_it_is_imported_from_somewhere_else(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    launch(elsewhere, HEALTHY)
    (tmp_path / "here").mkdir()
    there = launch(tmp_path / "here", {"other.py": ""}, environment={"PYTHONPATH": str(elsewhere)})
    with pytest.raises(server.ServiceFailed, match=r"was imported from .*elsewhere"):
        profiler.profile_service(there, read_settings({}), QUICK, lambda _: None)


def test_an_environment_without_uvicorn(tmp_path: Path) -> None:
    python = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(python)], check=True)
    there = launch(tmp_path / "app", HEALTHY)
    bare = server.Launch(there.target, there.root, python / "bin" / "python", there.app_dir)
    with pytest.raises(server.ServiceFailed, match="has no uvicorn"), server.running(bare):
        pass


def test_nothing_outlives_a_fixbot_that_is_killed(tmp_path: Path) -> None:
    launch(tmp_path, HEALTHY)
    command = [sys.executable, "-m", "fixbot", "profile", "main:app", "--duration", "10m"]
    running = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL)
    try:
        service = _child_that_listens(running.pid)
    finally:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    assert service.pid != running.pid
    psutil.wait_procs([service], timeout=20)
    assert not service.is_running() or service.status() == psutil.STATUS_ZOMBIE


def _child_that_listens(pid: int) -> psutil.Process:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for child in psutil.Process(pid).children():
            if any(c.status == psutil.CONN_LISTEN for c in child.net_connections()):
                return child
        time.sleep(0.05)
    raise AssertionError("the service did not start")


def test_src_layout_and_factories(tmp_path: Path) -> None:
    code = HEALTHY.replace("app = FastAPI()", "api = app = FastAPI()") + "\n\ndef create():\n    return api\n"
    there = launch(tmp_path, {"src/shop/__init__.py": "", "src/shop/main.py": code}, "shop.main:create()")
    folder = server.app_folder(there.root, there.target, "")
    assert folder == there.root / "src"
    with server.running(server.Launch(there.target, there.root, there.python, folder)) as service:
        assert service.start.status == 200


def test_which_python() -> None:
    assert server.default_python(ROOT / "tests", None) == Path(sys.executable)
    with pytest.raises(FixbotError, match="no python in"):
        server.default_python(ROOT, ROOT / "docs")
