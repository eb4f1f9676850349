"""`verify --measure`: the endpoints that a fix touches, beside its base, and what a pull request says of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fixbot import catalogue
from fixbot.evidence.measure import Meter
from fixbot.evidence.touched import changed_lines, touched
from fixbot.evidence.verify import verify
from fixbot.profiling.compare import Plan
from fixbot.project.project import Project
from fixbot.pull_settings import PullSettings
from fixbot.pulls.bundle import Bundle, digest, plan_json
from fixbot.pulls.forges.local import LocalForge
from fixbot.pulls.model import CallKind, Calls, Measured, Measurement
from fixbot.pulls.patches import with_patches
from fixbot.pulls.plan import Planned
from fixbot.pulls.workspace import open_workspace
from tests.pulls.repositories import listing, repository
from tests.pulls.test_bundle import a_fix, a_plan
from tests.support import fixbot, write_files

MAIN = """\
import os
import sqlite3

from fastapi import Depends, FastAPI

from games import names_of, signed_in

app = FastAPI()
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("CREATE TABLE games (id INTEGER PRIMARY KEY, name TEXT)")
db.executemany("INSERT INTO games VALUES (?, ?)", [(n, f"game {n}") for n in range(20)])
assert "FIXBOT_TOKEN" not in os.environ


@app.get("/games")
async def list_games() -> list[str]:
    return names_of(db, range(20))


@app.get("/coach")
async def coach(name: str = Depends(signed_in)) -> str:
    return name


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
"""
GAMES = """\
def names_of(db, ids):
    return [name_of(db, n) for n in ids]


def name_of(db, n):
    return db.execute("SELECT name FROM games WHERE id = ?", (n,)).fetchone()[0]


def signed_in() -> str:
    return helped()


def helped() -> str:
    return "Ada"
"""
ONE_QUERY = GAMES.replace(
    "[name_of(db, n) for n in ids]", '[n for (n,) in db.execute("SELECT name FROM games")]'
)
PROFILE = {"target": "main:app"}
FILES = {"main.py": MAIN, "games.py": GAMES}
FEW = Plan(1, 5)


def measured(
    tmp_path: Path,
    after: str,
    table: dict[str, Any] = PROFILE,
    *,
    seconds: int = 120,
    line: int = 2,
    settings: PullSettings = PullSettings(),  # noqa: B008
    files: dict[str, str] = FILES,
) -> tuple[Measurement, tuple[str, ...]]:
    """One fix that gives `games.py` this text, measured; and what a person is told."""
    repo = repository(tmp_path / "repo", files)
    before = listing(repo)
    with open_workspace(repo) as work:
        assert work.target
        found = a_fix().findings[0]
        place = type(found)(
            **{k: getattr(found, k) for k in found.__slots__}
            | {"path": "games.py", "line": line, "end_line": line}
        )
        fix = a_fix(files=("games.py",), findings=(place,))
        plan, patches = with_patches(
            work, Planned(a_plan(fix, base=work.target.head), {fix.branch: {"games.py": after.encode()}})
        )
        bundle = Bundle(plan, patches, digest(plan_json(plan), patches))
        project = Project.open(repo, catalogue.builtin())
        meter = Meter(work, plan.base, repo, "", project, table, patches, None, seconds, lambda _: None, FEW)
        try:
            verified = verify(work, bundle, settings, "", meter=meter)
        finally:
            project.close()
    assert listing(repo) == before
    return verified.evidence.checks[0].measured, verified.notes


def test_the_endpoint_behind_a_helper_is_measured_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIXBOT_TOKEN", "secret")
    found, notes = measured(tmp_path, ONE_QUERY)
    assert (found.outcome, notes) == (Measured.DONE, ())
    (games,) = found.endpoints
    assert (games.name, games.calls) == ("GET /games", (Calls(CallKind.SQL, 20, 1),))
    assert (found.rounds, found.pairs) == (1, 5)
    assert all(0 < t.low <= t.high and t.ratio > 0 for t in games.timings)


def test_a_dependency_is_run_by_the_endpoint_that_asks_for_it(tmp_path: Path) -> None:
    found, _ = measured(tmp_path, GAMES.replace('"Ada"', '"Eve"'), line=14)
    assert [each.name for each in found.endpoints] == ["GET /coach"]


def test_what_runs_in_every_request_is_measured_at_a_few_endpoints_and_named(tmp_path: Path) -> None:
    code = MAIN.replace(
        '@app.get("/games")',
        '@app.middleware("http")\nasync def named(request, call_next):\n    names_of(db, range(20))\n'
        '    return await call_next(request)\n\n\n@app.get("/games")',
    )
    code += "".join(f"\n\n@app.get('/more{n}')\ndef more{n}() -> None: ...\n" for n in range(3))
    found, _ = measured(tmp_path, ONE_QUERY, files={"main.py": code, "games.py": GAMES})
    calls = {each.name: each.calls for each in found.endpoints}
    fewer = (Calls(CallKind.SQL, 20, 1),)
    assert calls == {
        "GET /games": (Calls(CallKind.SQL, 40, 2),),
        "GET /coach, for middleware of every request": fewer,
        "GET /health, for middleware of every request": fewer,
        "GET /more0, for middleware of every request": fewer,
    }


@pytest.mark.parametrize(
    ("table", "outcome", "says"),
    [
        ({}, Measured.NO_TARGET, "sets no `target`"),
        ({"target": "main:nothing"}, Measured.NOT_STARTED, "nothing"),
        ({"target": "https://example.com"}, Measured.FAILED, "give an import string"),
        ({"target": "main:app", "headers": {"A": "${FIXBOT_TOKEN}"}}, Measured.FAILED, "may see"),
        (
            {"target": "main:app", "exclude": ["/games"]},
            Measured.NO_ENDPOINT,
            "no endpoint that may be asked",
        ),
        ({"target": "main:app", "copy": ["dev.db"]}, Measured.FAILED, "there is no dev.db"),
        ({"target": "main:app", "colour": "red"}, Measured.FAILED, "is no setting"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_measured_is_said_and_fails_nothing(
    tmp_path: Path, table: dict[str, Any], outcome: Measured, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIXBOT_TOKEN", "secret")
    found, notes = measured(tmp_path, ONE_QUERY, table)
    assert (found.outcome, found.endpoints) == (outcome, ())
    assert len(notes) == 1 and says in notes[0]


def test_a_service_that_does_not_tell_what_answers(tmp_path: Path) -> None:
    plain = (
        "import games\n\nasync def app(scope, receive, send):\n    if scope['type'] == 'http':\n"
        "        await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "        await send({'type': 'http.response.body', 'body': b'{}'})\n"
    )
    table = {"target": "main:app", "requests": [{"path": "/games"}]}
    found, _ = measured(tmp_path, ONE_QUERY, table, files={"main.py": plain, "games.py": GAMES})
    assert found.outcome is Measured.UNKNOWN


def test_it_stops_in_time_and_leaves_nothing_running(tmp_path: Path) -> None:
    slow = GAMES.replace("def helped", "import time\n\n\ndef slow():\n    time.sleep(0.5)\n\n\ndef helped")
    found, notes = measured(tmp_path, slow.replace("return [name", "slow()\n    return [name"), seconds=0)
    assert found.outcome is Measured.TIMED_OUT and "longer than 0 s" in notes[0]
    left = [p for p in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path) in _text(p)]
    assert left == []


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_what_setup_made_is_there_for_both_sides(tmp_path: Path) -> None:
    needs = {**FILES, "main.py": MAIN + '\nassert open("made.db").read() == "rows"\n'}
    table = {"target": "main:app", "copy": ["made.db"]}
    settings = PullSettings(setup="printf rows > made.db")
    assert measured(tmp_path, ONE_QUERY, table, settings=settings, files=needs)[0].outcome is Measured.DONE


def test_a_branch_whose_tests_fail_is_not_measured(tmp_path: Path) -> None:
    settings = PullSettings(verify="test $(grep -c SELECT games.py) = 1")
    found, _ = measured(tmp_path, ONE_QUERY, settings=settings)
    assert found.outcome is Measured.NOT_ASKED


# --- which functions --------------------------------------------------------------------------------


def test_lines_that_a_patch_takes_away() -> None:
    patch = (
        b"diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -3,3 +3,3 @@ def f\n a\n--- old\n+++ new\n b\n"
        b"diff --git a/n.py b/n.py\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+a\n"
    )
    assert list(changed_lines(patch)) == [("x.py", 4)]


def test_decorators_belong_to_a_function_and_a_module_s_own_code_to_all_of_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"games.py": GAMES.replace("def helped", "@str\ndef helped"), "main.py": MAIN})
    project = Project.open(tmp_path, catalogue.builtin())
    place = a_fix().findings[0]

    def functions(line: int) -> set[str]:
        fields = {k: getattr(place, k) for k in place.__slots__}
        found = type(place)(**fields | {"path": "games.py", "line": line, "end_line": line})
        return set(touched(a_fix(findings=(found,)), b"", project))

    try:
        assert functions(13) == {"games.py:helped", "games.py:signed_in", "main.py:coach"}
        assert functions(4) >= {"games.py:name_of", "main.py:list_games", "main.py:coach"}
    finally:
        project.close()


# --- as people run it -------------------------------------------------------------------------------

SLEEPS = """\
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/naps")
async def naps() -> None:
    time.sleep(0.2)


@app.get("/health")
async def health() -> None:
    pass
"""


@pytest.mark.slow
def test_the_numbers_stand_in_the_pull_request_and_stay(tmp_path: Path) -> None:
    settings = '[tool.fixbot]\nselect = ["blocking-calls"]\nverify = "true"\n[tool.fixbot.profile]\ntarget = "main:app"\n'
    service = repository(tmp_path / "service", {"main.py": SLEEPS, "pyproject.toml": settings})
    forge, out = tmp_path / "forge", tmp_path / "out.json"

    def run(*more: str) -> tuple[str, str]:
        done = fixbot("pr", "--forge", forge, "-o", out, *more, cwd=service, HOME=os.environ["HOME"])
        assert done.returncode == 0, done.stderr
        (outcome,) = json.loads(out.read_text())["outcomes"]
        (pull,) = LocalForge(forge).pull_requests("fixbot")
        return outcome["outcome"], LocalForge(forge).pull_request(pull.number)[1].body

    outcome, without = run()
    assert outcome == "opened" and "Speed: nothing was timed." in without
    outcome, body = run("--measure")
    assert outcome == "updated"
    assert "| `GET /naps` | blocks the event loop | 100 % | 0 % |" in body
    assert "| `GET /naps` | latency |" in body and "/health" not in body.partition("<!--")[0]
    assert "nothing was timed" not in body
    assert run("--measure") == ("unchanged", body)
    assert run() == ("unchanged", body)
