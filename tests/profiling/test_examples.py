"""Profile, apply, profile again: on both example applications the counts fall as their cost model says.

The numbers come from the code and the made-up data; genmedia's were written before anything was measured, those of reels
after a first run had shown the statement for the version of the database. Only counts, blocked
loops and the trend of memory are asserted: none of it depends on how fast the machine is.
"""

from __future__ import annotations

import shutil
import sys
import uuid
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from codemods import ALL
from fixbot import catalogue, engine, example
from fixbot.model import Safety
from fixbot.profiling.model import Problem, Profile, Trend
from fixbot.profiling.profiler import Options, profile_service
from fixbot.profiling.server import Launch
from fixbot.profiling.settings import read_settings
from fixbot.project.project import Project
from tests import firestore_servers
from tests.support import write_files

pytestmark = pytest.mark.slow
firestore_emulator = firestore_servers.firestore_emulator
NOT_COPIED = shutil.ignore_patterns("expected.toml", "history", "__pycache__", ".*_cache", "data")

LIGHT = Options(requests=5, soak=0, rate=5.0, timeout=20.0)
"""So few requests that nothing depends on how fast the machine is."""

SOAK = Options(requests=5, soak=1000, rate=40.0, timeout=20.0)
"""Enough requests to see whether memory stays flat."""

REELS = """\
import os
import tempfile

os.environ["REELS_DATA"] = tempfile.mkdtemp()

from app.main import app
from scripts.seed import fill

fill(20)
"""
"""20 games with 4 clips each, 4 projects; a new database for each start."""

GENMEDIA = """\
import google.auth
import google.auth.credentials

google.auth.default = lambda *a, **k: (google.auth.credentials.AnonymousCredentials(), "genmedia")

from app.auth import get_current_user
from app.firestore import get_firestore_client
from app.main import app

app.dependency_overrides[get_current_user] = lambda: {"uid": "u", "email": "x", "name": "x"}
assets = get_firestore_client().collection("assets")
for n in range(20):
    assets.document(f"a{n}").set(
        {"id": f"a{n}", "user_id": "u", "name": "n", "blob_path": "u/x", "mime_type": "image/png", "size": 1,
         "source": "upload", "tags": [], "created_at": "2025-01-01T00:00:00Z"}
    )
"""
"""20 assets of one user, who is signed in."""


def both(
    name: str, folder: Path, wrapper: str, table: Mapping[str, object], options: Options
) -> tuple[Profile, Profile]:
    """The example as it is, and with every safe and reviewed fix applied, each in a process of its own."""
    return tuple(
        _profile(_copy(name, folder / str(applied), wrapper, applied), table, options)
        for applied in (False, True)
    )  # type: ignore[return-value]


def _copy(name: str, folder: Path, wrapper: str, applied: bool) -> Path:
    shutil.copytree(example.location(name), folder, ignore=NOT_COPIED)
    if applied:
        project = Project.open(folder, catalogue.builtin())
        try:
            done = engine.apply(project, ALL, {Safety.SAFE, Safety.REVIEW}, line_length=100)
        finally:
            project.close()
        for path, text in done.texts.items():
            (folder / path).write_text(text, encoding="utf-8")
    write_files(folder, {"measured.py": wrapper})
    return folder


def _profile(folder: Path, table: Mapping[str, object], options: Options) -> Profile:
    settings = read_settings(table)
    launch = Launch(
        "measured:app", folder, Path(sys.executable), folder, settings.environment, start_seconds=60.0
    )
    return profile_service(launch, settings, options, lambda _: None)


def counts(profile: Profile, kind: str) -> dict[str, int]:
    """Calls of one kind that one request makes, by endpoint."""
    found: dict[str, Counter[str]] = {}
    for each in profile.endpoints:
        found[each.endpoint.name] = Counter()
        for call in each.calls:
            found[each.endpoint.name][call.kind] += call.count
    return {name: calls[kind] for name, calls in found.items()}


def stalled(profile: Profile) -> set[str]:
    """The functions that blocked the loop."""
    return {stall.function for stall in profile.stalls}


def n_plus_one(profile: Profile) -> set[str]:
    return {each.subject for each in profile.findings if each.problem is Problem.N_PLUS_ONE}


def genmedia(firestore: str) -> dict[str, object]:
    """Settings that ask for the assets: all of them by their ids, too."""
    ids = [f"a{n}" for n in range(20)]
    return {
        "environment": {
            "FIRESTORE_EMULATOR_HOST": firestore,
            "GENMEDIA_PROJECT_ID": f"p-{uuid.uuid4().hex[:12]}",
        },
        "paths": {"asset_id": "a1"},
        "exclude": ["/workflows*", "/library/checksums*", "/generation*"],
        "requests": [
            {"method": "POST", "path": path, "json": {"asset_ids": ids}}
            for path in ("/library/assets/lookup", "/library/links")
        ],
    }


def test_genmedia(firestore_emulator: str, tmp_path: Path) -> None:
    """20 assets: one read for each before, one for all after; no read runs in the thread of the loop any more."""
    before, after = both("genmedia", tmp_path, GENMEDIA, genmedia(firestore_emulator), LIGHT)
    reads = {"POST /library/assets/lookup": 20, "POST /library/links": 20}
    others = {"GET /library/assets": 1, "GET /library/assets/{asset_id}": 1, "GET /library/usage": 1}
    assert counts(before, "firestore").items() >= {**reads, **others}.items()
    assert counts(after, "firestore").items() >= {**dict.fromkeys(reads, 1), **others}.items()
    assert blocking(before).items() >= {**reads, **others}.items()
    assert not any(blocking(after).values())
    assert (n_plus_one(before), n_plus_one(after)) == (set(reads), set())


def blocking(profile: Profile) -> dict[str, int]:
    """Calls of one request that run in the thread of the event loop, by endpoint."""
    return {each.endpoint.name: sum(call.blocking for call in each.calls) for each in profile.endpoints}


def reels(*excluded: str) -> dict[str, object]:
    """Settings that ask for the lists."""
    return {
        "headers": {"Authorization": "Bearer demo"},
        "exclude": ["*/downloads*", "*/best", "*/game/*", "*history*", *excluded],
    }


def test_reels(tmp_path: Path) -> None:
    """A list is one query, one more for each row before and one for all after, and one of the sync of each request.

    The projects count in a loop that is only reported: 4 of them, 4 counts, before and after. The renderer is not
    there: three attempts with a sleep of 0.1 s between them, which block the loop before.
    """
    before, after = both("reels", tmp_path, REELS, reels(), LIGHT)
    assert counts(before, "sql") == {
        "GET /api/games": 1 + 20 + 1,
        "GET /api/clips": 1 + 80 + 1,
        "GET /api/projects": 1 + 4 + 1,
        "GET /api/renderer": 1,
        "GET /api/health": 1,
    }
    assert counts(after, "sql") == {
        "GET /api/games": 1 + 1 + 1,
        "GET /api/clips": 1 + 1 + 1,
        "GET /api/projects": 1 + 4 + 1,
        "GET /api/renderer": 1,
        "GET /api/health": 1,
    }
    assert (n_plus_one(before), n_plus_one(after)) == ({"GET /api/games", "GET /api/clips"}, set())
    assert "renderer_state" in stalled(before)
    assert "renderer_state" not in stalled(after)


def test_memory_of_genmedia_stays_flat(firestore_emulator: str, tmp_path: Path) -> None:
    folder = _copy("genmedia", tmp_path / "after", GENMEDIA, True)
    profile = _profile(folder, genmedia(firestore_emulator), SOAK)
    assert profile.memory and profile.memory.trend is Trend.FLAT, profile.memory


def test_memory_of_reels_stays_flat(tmp_path: Path) -> None:
    folder = _copy("reels", tmp_path / "after", REELS, True)
    profile = _profile(folder, reels("/api/renderer"), SOAK)
    assert profile.memory and profile.memory.trend is Trend.FLAT, profile.memory
