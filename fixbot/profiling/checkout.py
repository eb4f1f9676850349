"""A revision's files in a folder of their own, with nothing written below the repository's `.git`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fixbot.errors import FixbotError

# Nothing that the repository or the user configures is run: no hooks, no monitor, no filters that fetch.
_GIT = (
    *("git", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "filter.lfs.smudge="),
    *("-c", "filter.lfs.process=", "-c", "filter.lfs.required=false"),
)
_REQUIREMENTS = (
    "requirements*.txt",
    "requirements/*.txt",
    "*.lock",
    "Pipfile",
    "setup.cfg",
    "setup.py",
    "environment.y*ml",
)


@contextmanager
def checked_out(root: Path, revision: str, copied: Sequence[str] = ()) -> Iterator[Path]:
    """The folder that `root` is at `revision`, until the block ends. Raises `FixbotError`.

    `copied` are files below `root` that git does not know and the service needs, like a database.
    """
    commit = commit_of(root, revision)
    prefix = _git(root, "rev-parse", "--show-prefix")
    folder = Path(tempfile.mkdtemp(prefix="fixbot-compare-")).resolve()
    try:
        files = folder / "files"
        files.mkdir()
        # An index of our own: the repository's stays as it is, and only objects are read.
        index = {"GIT_INDEX_FILE": str(folder / "index")}
        top = Path(_git(root, "rev-parse", "--show-toplevel"))
        _git(top, "read-tree", commit, **index)
        _git(top, "checkout-index", "--all", "--quiet", f"--prefix={files}/", **index)
        there = files / prefix
        if not there.is_dir():
            raise FixbotError(f"{revision} has no folder {prefix}")
        for name in copied:
            _copy(root, name, there)
        yield there
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def commit_of(root: Path, revision: str) -> str:
    """The SHA of a revision. Raises `FixbotError` for one that is not there."""
    if revision.startswith("-"):
        raise FixbotError(f"{revision} is no revision")
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except FixbotError as exc:
        raise FixbotError(
            f"git knows no revision {revision} in {root}{exc.args[0] and ': ' + exc.args[0]}"
        ) from exc


def dependencies(root: Path) -> dict[str, Any]:
    """What the files of a checkout say of its dependencies, to be compared with another's."""
    found: dict[str, Any] = {
        str(path.relative_to(root)): path.read_bytes()
        for pattern in _REQUIREMENTS
        for path in sorted(root.glob(pattern))
        if path.is_file()
    }
    try:
        tables = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return found
    project = tables.get("project", {})
    found["pyproject.toml"] = [
        *(project.get(key) for key in ("dependencies", "optional-dependencies", "requires-python")),
        tables.get("dependency-groups"),
        {
            k: v
            for k, v in tables.get("tool", {}).get("poetry", {}).items()
            if "dependencies" in k or k == "group"
        },
    ]
    return found


def differing(one: Path, other: Path) -> list[str]:
    """The files in which two checkouts say different things of their dependencies."""
    before, after = dependencies(one), dependencies(other)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _copy(root: Path, name: str, there: Path) -> None:
    source = (root / name).resolve()
    if not source.is_relative_to(root.resolve()) or not source.exists():
        raise FixbotError(f"[tool.fixbot.profile] copy: there is no {name} in {root}")
    destination = there / name
    destination.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, destination, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, destination)


def _git(root: Path, *arguments: str, **environment: str) -> str:
    try:
        done = subprocess.run(
            [*_GIT, *arguments],
            cwd=root,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", **environment},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
    except OSError as exc:
        raise FixbotError(f"git cannot be run: {exc.strerror or exc}") from exc
    if done.returncode:
        raise FixbotError(done.stderr.strip().removeprefix("fatal: "))
    return done.stdout.rstrip("\n")
