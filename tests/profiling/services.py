"""Small services with one planted fault each, and one with none; each is run for real, by uvicorn, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fixbot.profiling import profiler
from fixbot.profiling.model import EndpointResult, Observation, Problem, Profile
from fixbot.profiling.profiler import Options
from fixbot.profiling.server import Launch
from fixbot.profiling.settings import read_settings
from tests.support import write_files

QUICK = Options(requests=5, soak=0, rate=50.0, timeout=20.0)
"""So few requests that nothing depends on how fast the machine is."""

HEALTHY = """\
import asyncio
import sqlite3

from fastapi import FastAPI

app = FastAPI()
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("CREATE TABLE games (id INTEGER PRIMARY KEY, name TEXT)")
db.executemany("INSERT INTO games VALUES (?, ?)", [(n, f"game {n}") for n in range(50)])


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/games")
async def games():
    return [name for _, name in db.execute("SELECT id, name FROM games")]


@app.get("/games/{game_id}")
async def game(game_id: int):
    return db.execute("SELECT name FROM games WHERE id = ?", (game_id,)).fetchone()


@app.get("/waits")
async def waits():
    await asyncio.sleep(0.02)
    return {}


@app.post("/games")
async def add():
    raise RuntimeError("nobody asked for this")
"""

BLOCKING = """\
import time
from fastapi import FastAPI

app = FastAPI()


def nothing():
    return {}


for number in range(9):
    app.get(f"/endpoint{number}")(nothing)


@app.get("/blocking")
async def blocking():
    time.sleep(0.3)
    return {}
"""

N_PLUS_ONE = (
    HEALTHY
    + """

@app.get("/n-plus-one")
async def n_plus_one():
    return [db.execute("SELECT name FROM games WHERE id = ?", (n,)).fetchone() for n in range(50)]
"""
)

LEAK = """\
from fastapi import FastAPI

app = FastAPI()
kept = []


@app.get("/leak")
async def leak():
    kept.append("x" * 20_000)
    return {}
"""

SLOW_IMPORT = """\
import heavy
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root():
    return {}
"""

SYNC = """\
import sqlite3
from fastapi import FastAPI, Request

app = FastAPI()
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("CREATE TABLE version (n INTEGER)")


def sync_db_to_cloud():
    db.execute("UPDATE version SET n = 1")


@app.middleware("http")
async def synchronise(request: Request, call_next):
    response = await call_next(request)
    sync_db_to_cloud()
    return response


@app.get("/a")
async def a():
    return {}


@app.get("/b")
def b():
    return {}


@app.get("/health")
async def health():
    return {}
"""


def launch(folder: Path, files: dict[str, str] | str, target: str = "main:app", **options: Any) -> Launch:
    """How to start the service that these files are; one text is `main.py`."""
    write_files(folder, {"main.py": files} if isinstance(files, str) else files)
    root = folder.resolve()
    return Launch(target, root, Path(sys.executable), root, **options)


def profiled(folder: Path, files: dict[str, str] | str, options: Options = QUICK, **settings: Any) -> Profile:
    """The profile of that service; `settings` as in [tool.fixbot.profile]."""
    read = read_settings(settings)
    service = launch(folder, files, functions=tuple(read.targets.functions), environment=read.environment)
    return profiler.profile_service(service, read, options, lambda _: None)


def found(profile: Profile, problem: Problem) -> list[Observation]:
    return [each for each in profile.findings if each.problem is problem]


def calls(result: EndpointResult) -> dict[str, int]:
    """Calls of one request by kind."""
    counted: dict[str, int] = {}
    for call in result.calls:
        counted[call.kind] = counted.get(call.kind, 0) + call.count
    return counted
