"""`fixbot init`: settings for a project, and the workflow that runs fixbot on it. Nothing is overwritten unasked."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fixbot.config import FILE
from fixbot.errors import ConfigError
from fixbot.reports.diff import Change

WORKFLOW = ".github/workflows/fixbot.yml"
_ACTION = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+)@([0-9a-f]{40})")

Ask = Callable[[str, str], str]
"""Puts a question to a person, with the answer that is proposed; gives theirs."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a project wants. An empty command is left out of the settings; without an action there is no workflow."""

    setup: str = ""
    verify: str = ""
    action: str = ""
    """OWNER/REPO@SHA."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written, and what is said about it."""

    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    """Files that are there already and differ; they are only replaced when forced."""
    notes: tuple[str, ...]


def guess(root: Path) -> Answers:
    """Commands that suit what is in the folder: its lock file, its requirements, its tests."""
    tests = any((root / name).exists() for name in ("tests", "test", "conftest.py", "pytest.ini")) or (
        "pytest" in _text(root / FILE)
    )
    for lock, setup, verify in (
        ("uv.lock", "uv sync --all-extras --all-groups", "uv run pytest -q"),
        ("poetry.lock", "poetry install --all-extras", "poetry run pytest -q"),
        ("pdm.lock", "pdm install", "pdm run pytest -q"),
    ):
        if (root / lock).is_file():
            return Answers(setup, verify if tests else "")
    install = _requirements(root)
    if not install:
        return Answers("", "python -m pytest -q" if tests else "")
    setup = f"python -m venv .venv && .venv/bin/python -m pip install --quiet {install}"
    return Answers(setup, ".venv/bin/python -m pytest -q" if tests else "")


def ask_for(answers: Answers, ask: Ask) -> Answers:
    """The answers as a person wants them."""
    return Answers(
        setup=ask("Command that installs what the tests need (empty: none)", answers.setup),
        verify=ask(
            "Command that runs the tests (empty: pull requests say that nothing was tested)", answers.verify
        ),
        action=ask("Where the action is, as OWNER/REPO@SHA (empty: no workflow)", answers.action),
    )


def propose(root: Path, answers: Answers) -> Proposal:
    """What to write below `root`. Raises `ConfigError` for a wrong action, or a settings file that is none."""
    wanted: list[Change] = []
    kept: list[str] = []
    notes: list[str] = []
    before = _read(root / FILE)
    if _has_settings(before):
        notes.append(f"{FILE} has [tool.fixbot] already, and is left as it is")
    else:
        text = (before or b"").decode(errors="surrogateescape")
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        newline = "\r\n" if "\r\n" in text else "\n"
        added = (gap + settings(answers)).replace("\n", newline)
        wanted.append(Change(FILE, before, (text + added).encode(errors="surrogateescape")))
    if not answers.action:
        notes.append("no workflow was written; run `fixbot init --action OWNER/REPO@SHA` for one")
        return Proposal(tuple(wanted), (), tuple(notes))
    new = workflow(answers.action, root.name).encode()
    existing = _read(root / WORKFLOW)
    if existing == new:
        notes.append(f"{WORKFLOW} is there already")
    else:
        wanted.append(Change(WORKFLOW, existing, new))
        kept += [WORKFLOW] if existing is not None else []
    return Proposal(tuple(wanted), tuple(kept), tuple(notes))


def settings(answers: Answers) -> str:
    """The table for pyproject.toml."""
    lines = ["[tool.fixbot]"]
    if answers.setup:
        lines.append(f"setup = {_quoted(answers.setup)}")
    if answers.verify:
        lines.append(f"verify = {_quoted(answers.verify)}")
    if len(lines) == 1:
        lines.append('# verify = "python -m pytest -q"  # the tests that each pull request is checked with')
    return "\n".join(lines) + "\n"


def workflow(action: str, name: str) -> str:
    """The workflow that runs fixbot each night, at a minute that depends on the name. Raises `ConfigError`."""
    found = _ACTION.fullmatch(action)
    if not found:
        raise ConfigError(
            f"--action must be OWNER/REPO@SHA, with all 40 digits of a commit, not {action!r}: a tag can be moved by "
            "whoever gets hold of that repository, a commit cannot"
        )
    repository, commit = found.groups()
    minute, hour = _time(name)
    return f"""\
# Opens one pull request per fix; settings stand in pyproject.toml. `fixbot doctor` says what is missing.
name: fixbot
on:
  schedule:
    - cron: "{minute} {hour} * * *" # UTC; an odd minute, since runs at the full hour are late or dropped
  workflow_dispatch:
permissions: {{}}
concurrency:
  group: fixbot
  cancel-in-progress: false # a second run waits for the first
jobs:
  fixbot:
    permissions:
      contents: write # branches
      issues: write # labels and the dashboard
      pull-requests: write
    uses: {repository}/.github/workflows/pull-requests.yml@{commit}
    with:
      fixbot: {repository}
      ref: {commit}
    secrets:
      token: ${{{{ secrets.FIXBOT_TOKEN }}}} # optional: of a GitHub App or a person, so that checks start by themselves
"""


def _time(name: str) -> tuple[int, int]:
    """A minute off the beaten track, and an hour of the night."""
    number = int(hashlib.sha256(name.encode()).hexdigest(), 16)
    minutes = [minute for minute in range(60) if minute % 2 and minute % 5]
    return minutes[number % len(minutes)], number // 60 % 5 + 1


def _requirements(root: Path) -> str:
    """What to give to pip, "" when there is nothing to install."""
    files = [
        name
        for name in ("requirements.txt", "requirements-dev.txt", "requirements-test.txt")
        if (root / name).is_file()
    ]
    wanted = [f"-r {name}" for name in files]
    tables = _tables(_read(root / FILE))
    if "project" in tables or "build-system" in tables:
        extras = tables.get("project", {}).get("optional-dependencies")
        chosen = [name for name in ("test", "tests", "dev") if isinstance(extras, dict) and name in extras]
        wanted.append(f"-e '.[{','.join(chosen)}]'" if chosen else "-e .")
    return " ".join(wanted)


def _has_settings(text: bytes | None) -> bool:
    return "fixbot" in _tables(text).get("tool", {})


def _tables(text: bytes | None) -> dict[str, dict[str, object]]:
    try:
        found = tomllib.loads((text or b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{FILE} is no valid TOML: {exc}; mend it first") from exc
    return {name: table for name, table in found.items() if isinstance(table, dict)}


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.exists() or path.is_symlink() else None
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror or exc}") from exc


def _text(path: Path) -> str:
    return (_read(path) or b"").decode(errors="replace")


def _quoted(text: str) -> str:
    """A TOML string."""
    if "'" not in text and '"' in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
