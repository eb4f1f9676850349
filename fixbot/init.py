"""`fixbot init`: settings for a project, and the workflow that runs fixbot on it. Nothing is overwritten unasked."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fixbot import commands
from fixbot.config import FILE
from fixbot.errors import ConfigError, ProjectError
from fixbot.pulls.target import locate
from fixbot.reports.diff import Change

WORKFLOW = ".github/workflows/fixbot.yml"
ACTION = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+)@([0-9a-f]{40})")
CALL = re.compile(r"^\s*uses:\s*([^\s@#]+)/\.github/workflows/pull-requests\.yml(?:@(\S+))?", re.MULTILINE)
"""How a workflow calls ours."""
_QUESTIONS = (
    ("setup", "Command that installs what the tests need (empty: none)"),
    ("verify", "Command that runs the tests (empty: pull requests say that nothing was tested)"),
    ("action", "Where the action is, as OWNER/REPO@SHA (empty: no workflow)"),
)
_TOOLS = (
    ("uv.lock", "uv", ".tools/bin/uv sync --all-extras --all-groups"),
    ("poetry.lock", "poetry", "POETRY_VIRTUALENVS_IN_PROJECT=true .tools/bin/poetry install --all-extras"),
    ("pdm.lock", "pdm", ".tools/bin/pdm install"),
)
"""By lock file, the tool and how it fills `.venv`. It is installed, since a fresh machine has Python and no more."""

Ask = Callable[[str, str], str]
"""Puts a question to a person, with the answer that is proposed; gives theirs."""
Confirm = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a project wants. An empty command is left out of the settings; without an action there is no workflow."""

    setup: str = ""
    verify: str = ""
    action: str = ""
    """OWNER/REPO@SHA."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written below `top`, the folder of the repository, and what is said about it."""

    top: Path
    changes: tuple[Change, ...]
    replaced: tuple[str, ...]
    """Files among them that are there already and differ."""
    notes: tuple[str, ...]


def init(
    path: Path,
    answers: Answers,
    given: Sequence[str],
    *,
    ask: Ask | None = None,
    confirm: Confirm | None = None,
    force: bool = False,
) -> Proposal:
    """Write settings and workflow for the project at `path`; returns what was written. Raises `FixbotError`.

    `given` names the fields of `answers` that count; the others are guessed, and asked for where there is `ask`.
    A file that is replaced needs `force` or a yes to `confirm`; else nothing is written at all.
    """
    root = commands.folder_of(path)
    guessed = guess(root)
    known = replace(guessed, **{name: getattr(answers, name).strip() for name in given})
    proposal = propose(root, ask_for(known, ask, given) if ask else known)
    for name in proposal.replaced:
        if not force and not (confirm and confirm(f"{name} is there and differs. Replace it?")):
            raise ConfigError(f"{name} is there and differs, so nothing was written; --force replaces it")
    commands.write(proposal.top, proposal.changes)
    return proposal


def guess(root: Path) -> Answers:
    """Commands that suit what is in the folder: its lock file, its requirements, its tests; its workflow's action."""
    tests = any((root / name).exists() for name in ("tests", "test", "conftest.py", "pytest.ini")) or (
        "pytest" in _text(root / FILE)
    )
    action = _action_of(_text(_top(root) / WORKFLOW))
    verify = ".venv/bin/python -m pytest -q" if tests else ""
    for lock, tool, install in _TOOLS:
        if (root / lock).is_file():
            return Answers(f"{_environment('.tools', tool)} && {install}", verify, action)
    if install := _requirements(root):
        install += " pytest" if tests and not _has_pytest(root, install) else ""
        return Answers(_environment(".venv", install), verify, action)
    return Answers("", "python3 -m pytest -q" if tests else "", action)


def _environment(folder: str, install: str) -> str:
    """A shell command that makes a virtual environment with these packages."""
    return f"python3 -m venv {folder} && {folder}/bin/python -m pip install --quiet {install}"


def ask_for(answers: Answers, ask: Ask, given: Sequence[str] = ()) -> Answers:
    """The answers as a person wants them, who is asked for those that are not given."""
    wanted = {
        name: ask(question, getattr(answers, name)) for name, question in _QUESTIONS if name not in given
    }
    return replace(answers, **{name: answer.strip() for name, answer in wanted.items()})


def propose(root: Path, answers: Answers) -> Proposal:
    """What to write for `root`. Raises `ConfigError` for a wrong action, or a settings file that is none."""
    top = _top(root)
    folder = "" if root == top else root.relative_to(top).as_posix()
    wanted: list[Change] = []
    notes: list[str] = []
    before = _read(root / FILE)
    if _has_settings(before):
        notes.append(f"{FILE} has [tool.fixbot] already, and is left as it is")
    else:
        name = (root / FILE).relative_to(top).as_posix()
        wanted.append(Change(name, before, _with_settings(before or b"", answers)))
    if not answers.action:
        notes.append("There is no workflow; `fixbot init --action OWNER/REPO@SHA` writes one")
        return Proposal(top, tuple(wanted), (), tuple(notes))
    new = workflow(answers.action, root.name, folder).encode()
    existing = _read(top / WORKFLOW)
    if existing == new:
        notes.append(f"{WORKFLOW} is there already")
        return Proposal(top, tuple(wanted), (), tuple(notes))
    wanted.append(Change(WORKFLOW, existing, new))
    return Proposal(top, tuple(wanted), () if existing is None else (WORKFLOW,), tuple(notes))


def settings(answers: Answers) -> str:
    """The table for pyproject.toml."""
    lines = ["[tool.fixbot]"]
    if answers.setup:
        lines.append(f"setup = {_quoted(answers.setup)}")
    if answers.verify:
        lines.append(f"verify = {_quoted(answers.verify)}")
    if len(lines) == 1:
        lines.append('# verify = "python3 -m pytest -q"  # the tests that each pull request is checked with')
    return "\n".join(lines) + "\n"


def workflow(action: str, name: str, folder: str = "") -> str:
    """The workflow that runs fixbot each night on a folder of the repository, at a minute that depends on the name.

    Raises `ConfigError`.
    """
    found = ACTION.fullmatch(action)
    if not found:
        raise ConfigError(
            f"--action must be OWNER/REPO@SHA, with all 40 digits of a commit, not {action!r}: a tag can be moved by "
            "whoever gets hold of that repository, a commit cannot"
        )
    repository, commit = found.groups()
    minute, hour = _time(name)
    path = f"      path: {json.dumps(folder)}\n" if folder else ""
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
{path}      app-id: ${{{{ vars.FIXBOT_APP_ID }}}} # optional: a GitHub App, so that the checks of pull requests start by themselves
    secrets:
      app-private-key: ${{{{ secrets.FIXBOT_APP_PRIVATE_KEY }}}}
      token: ${{{{ secrets.FIXBOT_TOKEN }}}} # or the token of a person
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


def _has_pytest(root: Path, install: str) -> bool:
    """Whether what is given to pip seems to hold pytest: in a requirements file, or in an extra for tests."""
    files = [name for name in install.split() if (root / name).is_file()]
    return "[" in install or any("pytest" in _text(root / name) for name in files)


def _with_settings(before: bytes, answers: Answers) -> bytes:
    """The file with our table at its end. Raises `ConfigError` where that would not be TOML any more."""
    text = before.decode(errors="surrogateescape")
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    newline = "\r\n" if "\r\n" in text else "\n"
    after = (text + (gap + settings(answers)).replace("\n", newline)).encode(errors="surrogateescape")
    try:
        tomllib.loads(after.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"[tool.fixbot] cannot be added to {FILE} ({exc}); add it by hand") from exc
    return after


def _action_of(text: str) -> str:
    """OWNER/REPO@SHA of a workflow that calls ours, "" for any other."""
    found = CALL.search(text)
    return f"{found[1]}@{found[2]}" if found and ACTION.fullmatch(f"{found[1]}@{found[2]}") else ""


def _top(root: Path) -> Path:
    """The work tree that the folder is in, or the folder itself where there is none."""
    try:
        return locate(root).top or root
    except ProjectError:
        return root


def _quoted(text: str) -> str:
    """A TOML string."""
    if "'" not in text and '"' in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
