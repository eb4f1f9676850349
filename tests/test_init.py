"""`fixbot init`: what it guesses, what it writes, and what it does not touch."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from fixbot import init
from fixbot.errors import ConfigError
from fixbot.init import WORKFLOW, Answers
from tests.support import ROOT

BIN = Path(sys.executable).parent
ACTION = f"acme/fixbot@{'a1' * 20}"


def folder(path: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


@pytest.mark.parametrize(
    ("files", "answers"),
    {
        "nothing": ({}, Answers()),
        "uv": ({"uv.lock": "", "tests/test_a.py": ""}, Answers("uv sync --all-extras --all-groups", "uv run pytest -q")),
        "poetry without tests": ({"poetry.lock": ""}, Answers("poetry install --all-extras", "")),
        "requirements": (
            {"requirements.txt": "", "requirements-dev.txt": "", "tests/test_a.py": ""},
            Answers(
                "python -m venv .venv && .venv/bin/python -m pip install --quiet -r requirements.txt -r requirements-dev.txt",
                ".venv/bin/python -m pytest -q",
            ),
        ),
        "a package with extras": (
            {"pyproject.toml": '[project]\nname = "a"\noptional-dependencies = { test = ["pytest"], docs = [] }\n'},
            Answers(
                "python -m venv .venv && .venv/bin/python -m pip install --quiet -e '.[test]'", ".venv/bin/python -m pytest -q"
            ),
        ),
        "only tests": ({"conftest.py": ""}, Answers("", "python -m pytest -q")),
    }.values(),
)  # fmt: skip
def test_what_is_guessed(files: Mapping[str, str], answers: Answers, tmp_path: Path) -> None:
    assert init.guess(folder(tmp_path, files)) == answers


def test_settings_are_added_to_what_is_there(tmp_path: Path) -> None:
    folder(tmp_path, {"pyproject.toml": '[project]\nname = "a"'})
    [change] = init.propose(tmp_path, Answers("pip install 'a[b]'", 'pytest -k "not slow"')).changes
    assert change.new.startswith(b'[project]\nname = "a"\n\n[tool.fixbot]\n')
    table = tomllib.loads(change.new.decode())["tool"]["fixbot"]
    assert table == {"setup": "pip install 'a[b]'", "verify": 'pytest -k "not slow"'}


def test_line_endings_of_the_settings_are_kept(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[project]\r\n")
    [change] = init.propose(tmp_path, Answers(verify="pytest")).changes
    assert change.new == b'[project]\r\n\r\n[tool.fixbot]\r\nverify = "pytest"\r\n'


def test_settings_that_are_there_are_left(tmp_path: Path) -> None:
    folder(tmp_path, {"pyproject.toml": "[tool.fixbot]\nignore = []\n"})
    proposal = init.propose(tmp_path, Answers(verify="pytest"))
    assert not proposal.changes
    assert "is left as it is" in proposal.notes[0]


def test_a_workflow_that_is_there_is_only_replaced_when_forced(tmp_path: Path) -> None:
    folder(tmp_path, {WORKFLOW: "name: mine\n", "pyproject.toml": "[tool.fixbot]\n"})
    proposal = init.propose(tmp_path, Answers(action=ACTION))
    assert proposal.kept == (WORKFLOW,)
    [change] = proposal.changes
    (tmp_path / WORKFLOW).write_bytes(change.new)
    assert init.propose(tmp_path, Answers(action=ACTION)).changes == ()


@pytest.mark.parametrize(
    "action", ["acme/fixbot", "acme/fixbot@v1", "fixbot@" + "a" * 40, f"{ACTION}\n", f"a/b; x@{'a' * 40}"]
)
def test_an_action_that_can_be_moved_is_refused(action: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="all 40 digits"):
        init.propose(tmp_path, Answers(action=action))


def test_settings_that_are_no_toml(tmp_path: Path) -> None:
    folder(tmp_path, {"pyproject.toml": "[tool.fixbot\n"})
    with pytest.raises(ConfigError, match="mend it first"):
        init.propose(tmp_path, Answers())


def test_the_workflows_pass_the_linters(tmp_path: Path) -> None:
    """The one that `init` writes, the one it calls, and the action itself."""
    written = folder(tmp_path, {WORKFLOW: init.workflow(ACTION, "shop")})
    for where in (written, ROOT):
        done = subprocess.run(
            [BIN / "zizmor", "--offline", str(where)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    schemas = {
        "vendor.github-workflows": [written / WORKFLOW, *sorted((ROOT / ".github/workflows").glob("*.yml"))],
        "vendor.github-actions": [ROOT / "action.yml"],
    }
    for schema, files in schemas.items():
        command = [BIN / "check-jsonschema", "--builtin-schema", schema, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_minute_is_an_odd_one() -> None:
    crons = {init.workflow(ACTION, name).split('cron: "')[1].split()[0] for name in map(str, range(200))}
    assert all(int(minute) % 2 and int(minute) % 5 for minute in crons)
    assert len(crons) > 10
