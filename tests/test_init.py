"""`fixbot init`: what it guesses, what it writes, and what it does not touch."""

from __future__ import annotations

import os
import signal
import subprocess
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from fixbot import init
from fixbot.errors import ConfigError
from fixbot.init import WORKFLOW, Answers
from tests.support import INTERRUPTIBLE, environment, fixbot, read_files

ACTION = f"acme/fixbot@{'a1' * 20}"
NEWER = f"acme/fixbot@{'b2' * 20}"


def folder(path: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


@pytest.mark.parametrize(
    ("files", "answers"),
    {
        "nothing": ({}, Answers()),
        "uv": (
            {"uv.lock": "", "tests/test_a.py": ""},
            Answers(
                "python3 -m venv .tools && .tools/bin/python -m pip install --quiet uv && "
                ".tools/bin/uv sync --all-extras --all-groups",
                ".venv/bin/python -m pytest -q",
            ),
        ),
        "poetry without tests": (
            {"poetry.lock": ""},
            Answers(
                "python3 -m venv .tools && .tools/bin/python -m pip install --quiet poetry && "
                "POETRY_VIRTUALENVS_IN_PROJECT=true .tools/bin/poetry install --all-extras",
                "",
            ),
        ),
        "requirements": (
            {"requirements.txt": "", "requirements-dev.txt": "pytest\n", "tests/test_a.py": ""},
            Answers(
                "python3 -m venv .venv && .venv/bin/python -m pip install --quiet -r requirements.txt -r requirements-dev.txt",
                ".venv/bin/python -m pytest -q",
            ),
        ),
        "requirements without pytest": (
            {"requirements.txt": "fastapi\n", "tests/test_a.py": ""},
            Answers(
                "python3 -m venv .venv && .venv/bin/python -m pip install --quiet -r requirements.txt pytest",
                ".venv/bin/python -m pytest -q",
            ),
        ),
        "a package with extras": (
            {"pyproject.toml": '[project]\nname = "a"\noptional-dependencies = { test = ["pytest"], docs = [] }\n'},
            Answers(
                "python3 -m venv .venv && .venv/bin/python -m pip install --quiet -e '.[test]'", ".venv/bin/python -m pytest -q"
            ),
        ),
        "only tests": ({"conftest.py": ""}, Answers("", "python3 -m pytest -q")),
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
    assert proposal.replaced == (WORKFLOW,)
    with pytest.raises(ConfigError, match="nothing was written"):
        init.init(tmp_path, Answers(action=ACTION), ["action"])
    with pytest.raises(ConfigError, match="nothing was written"):
        init.init(tmp_path, Answers(action=ACTION), ["action"], confirm=lambda _: False)
    assert (tmp_path / WORKFLOW).read_text() == "name: mine\n"
    init.init(tmp_path, Answers(action=ACTION), ["action"], confirm=lambda _: True)
    assert (tmp_path / WORKFLOW).read_text() == init.workflow(ACTION, tmp_path.name)
    init.init(tmp_path, Answers(action=NEWER), ["action"], force=True)
    assert NEWER.partition("@")[2] in (tmp_path / WORKFLOW).read_text()


def test_a_second_run_finds_nothing_to_do_and_asks_for_no_flag_again(tmp_path: Path) -> None:
    folder(tmp_path, {"tests/test_a.py": ""})
    first = fixbot("init", "--action", ACTION, cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    before = read_files(tmp_path)
    assert tomllib.loads(before["pyproject.toml"].decode())["tool"]["fixbot"] == {
        "verify": "python3 -m pytest -q"
    }
    second = fixbot("init", cwd=tmp_path)
    assert second.returncode == 0
    assert "nothing to do" in second.stdout
    assert read_files(tmp_path) == before


def test_flags_take_the_place_of_guesses_and_of_questions(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(question: str, answer: str) -> str:
        asked.append(question)
        return answer

    folder(tmp_path, {"conftest.py": ""})
    init.init(tmp_path, Answers(setup="make ready"), ["setup"], ask=ask)
    assert len(asked) == 2
    assert tomllib.loads((tmp_path / "pyproject.toml").read_text())["tool"]["fixbot"] == {
        "setup": "make ready",
        "verify": "python3 -m pytest -q",
    }


def test_in_a_folder_of_a_repository_the_workflow_stands_at_its_top_and_names_the_folder(
    tmp_path: Path,
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    service = folder(tmp_path / "services" / "shop", {"conftest.py": ""})
    written = init.init(service, Answers(action=ACTION), ["action"])
    assert [change.path for change in written.changes] == ["services/shop/pyproject.toml", WORKFLOW]
    assert '      path: "services/shop"\n' in (tmp_path / WORKFLOW).read_text()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_on_a_terminal_it_asks_and_an_interruption_writes_nothing(tmp_path: Path) -> None:
    folder(tmp_path, {"conftest.py": ""})
    said, status = talk(tmp_path, ["\n", "make test\n", None])
    assert status == 130
    assert "Command that runs the tests" in said
    assert list(read_files(tmp_path)) == ["conftest.py"]
    said, status = talk(tmp_path, ["\n", "make test\n", "\n"])
    assert status == 0, said
    assert tomllib.loads((tmp_path / "pyproject.toml").read_text())["tool"]["fixbot"] == {
        "verify": "make test"
    }


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Interrupt until it ends: a signal between the question and the wait for its answer is not noticed by Python."""
    for _ in range(60):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
            return


def talk(cwd: Path, answers: list[str | None]) -> tuple[str, int]:
    """Run `fixbot init` on a terminal and answer each question (None interrupts); what it said, and its exit status."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*INTERRUPTIBLE, "init"],
        cwd=cwd,
        env=environment(TERM="dumb"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said = ""
    waiting = list(answers)
    try:
        while chunk := os.read(ours, 4096):
            said += chunk.decode()
            if waiting and said.endswith("]: "):
                if (answer := waiting.pop(0)) is None:
                    interrupt(process)
                else:
                    os.write(ours, answer.encode())
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(ours)
    return said, process.wait(60)


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


def test_the_minute_is_an_odd_one() -> None:
    crons = {init.workflow(ACTION, name).split('cron: "')[1].split()[0] for name in map(str, range(200))}
    assert all(int(minute) % 2 and int(minute) % 5 for minute in crons)
    assert len(crons) > 10
