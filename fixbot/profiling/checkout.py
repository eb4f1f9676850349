"""A revision's files in a folder of their own, with nothing written below the repository's `.git`."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fixbot.errors import FixbotError
from fixbot.project.history import repository_of

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
    folder = Path(tempfile.mkdtemp(prefix="fixbot-compare-")).resolve()
    try:
        with repository_of(root) as repository:
            if repository is None:
                raise FixbotError(f"{root} is in no git repository, or in one without a commit")
            commit = repository.commit(revision)
            if commit is None:
                raise FixbotError(f"git knows no revision {revision} in {root}")
            repository.check_out(commit, folder)
            there = folder / repository.prefix
        if not there.is_dir():
            raise FixbotError(f"{revision} has no folder {repository.prefix}")
        for name in copied:
            copy_in(root, name, there)
        yield there
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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


def copy_in(root: Path, name: str, there: Path) -> None:
    """Copy a file or folder that git does not know to the same place in a checkout. Raises `FixbotError`."""
    source = (root / name).resolve()
    if not source.is_relative_to(root.resolve()) or not source.exists():
        raise FixbotError(f"[tool.fixbot.profile] copy: there is no {name} in {root}")
    destination = there / name
    destination.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, destination, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, destination)
