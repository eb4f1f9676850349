"""Two revisions side by side: counts that differ are said, no difference is said where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixbot.errors import FixbotError
from fixbot.profiling import checkout
from fixbot.profiling.compare import Plan, compare
from fixbot.profiling.comparison import Change, Comparison
from fixbot.profiling.profiler import Options
from fixbot.profiling.settings import read_settings
from fixbot.reports.measured import of_comparison
from tests.profiling.services import HEALTHY, N_PLUS_ONE, launch
from tests.support import fixbot, read_files, write_files

ONE_QUERY = N_PLUS_ONE.replace(
    '[db.execute("SELECT name FROM games WHERE id = ?", (n,)).fetchone() for n in range(50)]',
    'list(db.execute("SELECT name FROM games"))',
)
WORK = """\
import asyncio
from fastapi import FastAPI

app = FastAPI()


@app.get("/works")
def works():
    return sum(n * n for n in range(200_000))


@app.get("/waits")
async def waits():
    await asyncio.sleep(0.02)
"""
SLOWER = WORK.replace("200_000", "260_000").replace("0.02", "0.026")


def compared(folder: Path, before: str, after: str, plan: Plan) -> Comparison:
    sides = (launch(folder / "before", before), launch(folder / "after", after))
    return compare(sides, ("old", "new"), read_settings({}), Options(timeout=60), plan, lambda _: None)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def repository(folder: Path, *revisions: dict[str, str]) -> Path:
    """A repository with a commit for each of these states, tagged `v0`, `v1`, ..."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    for number, files in enumerate(revisions):
        write_files(folder, files)
        git(folder, "add", "-A")
        git(folder, "commit", "--quiet", "-m", str(number))
        git(folder, "tag", f"v{number}")
    return folder


def test_counts_come_first(tmp_path: Path) -> None:
    found = compared(tmp_path, N_PLUS_ONE, ONE_QUERY, Plan(rounds=1, pairs=5))
    assert found.differs
    [changed] = [each for each in found.endpoints if each.count_changes]
    assert (changed.name, changed.count_changes) == ("GET /n-plus-one", (("sql calls", "50", "1", False),))
    lines = [line.plain for line in of_comparison(found).lines()]
    assert lines.index("Counts that differ") < lines.index("Times")
    report = json.loads(of_comparison(found).texts["json"]())
    assert {"sql": 50} in [each["calls"]["before"] for each in report["endpoints"]]
    assert "sql calls" in of_comparison(found).texts["html"]()
    assert "| GET /n-plus-one | sql calls | 50 | 1 |" in of_comparison(found).texts["markdown"]()


def test_more_calls_are_worse(tmp_path: Path) -> None:
    assert compared(tmp_path, ONE_QUERY, N_PLUS_ONE, Plan(rounds=1, pairs=5)).worse


def test_an_endpoint_that_is_on_one_side_only(tmp_path: Path) -> None:
    found = compared(tmp_path, HEALTHY, N_PLUS_ONE, Plan(rounds=1, pairs=5))
    reasons = {each.name: each.reason for each in found.skipped}
    assert reasons["GET /n-plus-one"] == "it works after only; before: it is not there"


def test_the_side_that_does_not_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixbotError, match=r"new: main:app cannot be imported:[\s\S]*NameError"):
        compared(tmp_path, HEALTHY, "nonsense\n", Plan(rounds=1, pairs=5))


@pytest.mark.parametrize(("gap", "pairs"), [(0.01, 40), (0.5, 40), (1.0, 25), (2.0, 10), (20.0, 10)])
def test_a_slow_endpoint_is_compared_in_fewer_pairs(gap: float, pairs: int) -> None:
    assert Plan(pairs=40).pairs_of(gap) == pairs
    assert Plan(pairs=5).pairs_of(gap) == 5


def test_fewer_pairs_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixbot.profiling.compare._LONGEST", 0.0)
    monkeypatch.setattr("fixbot.profiling.compare._LEAST_PAIRS", 5)
    code = HEALTHY.split("@app.get")[0] + "@app.get('/x')\nasync def x(): ...\n"
    found = compared(tmp_path, code, code, Plan(rounds=1, pairs=8))
    assert found.notes == ("fewer than 8 pairs in a round of slow endpoints: GET /x (5)",)
    assert found.endpoints[0].times[0].ratio.pairs == 5


@pytest.mark.slow
def test_the_same_twice_and_a_third_slower(tmp_path: Path) -> None:
    """docs/measuring.md has what ten repetitions of both gave."""
    same = compared(tmp_path / "same", WORK, WORK, Plan(pairs=30))
    assert not same.differs
    slower = compared(tmp_path / "slower", WORK, SLOWER, Plan(pairs=30))
    assert {each.name: each.change for each in slower.endpoints} == {
        "GET /works": Change.SLOWER,
        "GET /waits": Change.SLOWER,
    }


# --- checkouts ---------------------------------------------------------------------------------------


def test_a_checkout_writes_nothing_below_git(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a/x.py": "one\n", "b.txt": "b\n"}, {"a/x.py": "two\n"})
    write_files(root, {"a/x.py": "uncommitted\n", ".git/hooks/post-index-change": "#!/bin/sh\ntouch ran\n"})
    (root / ".git/hooks/post-index-change").chmod(0o755)
    before = {path: path.stat().st_mtime_ns for path in (root / ".git").rglob("*")}
    with checkout.checked_out(root, "v0") as folder:
        assert read_files(folder) == {"a/x.py": b"one\n", "b.txt": b"b\n"}
    assert not folder.exists()
    assert {path: path.stat().st_mtime_ns for path in (root / ".git").rglob("*")} == before
    assert not (root / "ran").exists()
    with checkout.checked_out(root / "a", "v1") as folder:
        assert read_files(folder) == {"x.py": b"two\n"}


def test_files_that_git_does_not_know(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"x.py": ""})
    write_files(root, {"data/dev.db": "rows"})
    with checkout.checked_out(root, "v0", ["data/dev.db"]) as folder:
        assert (folder / "data/dev.db").read_text() == "rows"
    with (
        pytest.raises(FixbotError, match="there is no missing"),
        checkout.checked_out(root, "v0", ["missing"]),
    ):
        pass
    with (
        pytest.raises(FixbotError, match="there is no"),
        checkout.checked_out(root, "v0", ["../../etc/passwd"]),
    ):
        pass


@pytest.mark.parametrize("revision", ["nowhere", "--all", "v0:x.py"])
def test_no_such_revision(tmp_path: Path, revision: str) -> None:
    root = repository(tmp_path / "r", {"x.py": ""})
    with pytest.raises(FixbotError, match="revision"), checkout.checked_out(root, revision):
        pass


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(FixbotError, match="no git repository"), checkout.checked_out(tmp_path, "HEAD"):
        pass


def test_nothing_that_the_repository_configures_is_run(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"x.py": "x = 1\n", ".gitattributes": "*.py filter=own\n"})
    git(root, "config", "filter.own.smudge", f"touch {tmp_path}/ran; cat")
    with checkout.checked_out(root, "v0") as folder:
        assert (folder / "x.py").read_text() == "x = 1\n"
    assert not (tmp_path / "ran").exists()


def test_dependencies_that_differ(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write_files(one, {"pyproject.toml": "[project]\ndependencies = ['a']\n[tool.ruff]\nline-length = 80\n"})
    write_files(other, {"pyproject.toml": "[project]\ndependencies = ['a']\n[tool.ruff]\nline-length = 90\n"})
    assert checkout.differing(one, other) == []
    write_files(
        other, {"pyproject.toml": "[project]\ndependencies = ['a', 'b']\n", "requirements-dev.txt": "x\n"}
    )
    assert checkout.differing(one, other) == ["pyproject.toml", "requirements-dev.txt"]


# --- the command -------------------------------------------------------------------------------------


def test_the_command_compares_with_the_working_tree(tmp_path: Path) -> None:
    settings = '[tool.fixbot.profile]\ntarget = "main:app"\n'
    root = repository(tmp_path / "r", {"main.py": N_PLUS_ONE, "pyproject.toml": settings})
    write_files(root, {"main.py": ONE_QUERY})
    done = fixbot("compare", "v0", "--rounds", "1", "--pairs", "5", "--report", tmp_path / "c.md", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Before: v0    after: the working tree" in done.stdout
    assert "sql calls" in done.stdout
    assert "sql calls" in (tmp_path / "c.md").read_text()


def test_revisions_whose_packages_cannot_be_installed(tmp_path: Path) -> None:
    settings = (
        '[tool.fixbot]\nsetup = "{}"\n[tool.fixbot.profile]\ntarget = "main:app"\n[project]\nname = "x"\n'
    )
    files = {"main.py": HEALTHY, "pyproject.toml": settings.format("echo no index; exit 3")}
    changed = files["pyproject.toml"] + "dependencies = ['httpx']\n"
    root = repository(tmp_path / "r", files, {"pyproject.toml": changed})
    done = fixbot("compare", "v0", "v1", cwd=root)
    assert done.returncode == 2
    assert "No environment could be made for v0: the `setup` of [tool.fixbot] ended with 3" in done.stderr
    assert "--base-python" in done.stderr
    assert "    no index" in done.stderr


def test_environments_that_are_given(tmp_path: Path) -> None:
    settings = '[tool.fixbot.profile]\ntarget = "main:app"\n'
    files = {"main.py": HEALTHY, "pyproject.toml": settings, "requirements.txt": "nothing-of-this-name==1\n"}
    root = repository(tmp_path / "r", files, {"requirements.txt": "nothing-of-this-name==2\n"})
    pythons = ("--base-python", sys.executable, "--head-python", sys.executable)
    done = fixbot("compare", "v0", "v1", *pythons, "--rounds", "1", "--pairs", "5", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
