"""Which files a run looks at: from git (tracked, and untracked but not ignored), else a walk.

Symlinks and anything outside the root are left out. Git is asked with the settings of the analysed
repository that run programs (fsmonitor, hooks) switched off.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from fixbot.errors import ProjectError

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__", "site-packages"}
)
"""Never walked into outside git: other people's code, caches and version control."""

_HARMLESS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=", "-c", "safe.directory=*")


def list_files(root: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[str]:
    """Relative paths (with `/`, sorted) of regular `.py` files below `root`.

    `include` and `exclude` are globs over the relative path, where `*` also matches `/`, as in
    ruff's and mypy's settings; a folder name alone stands for all below it. Raises `ProjectError`
    when `root` is no folder.
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise ProjectError(f"{root} {what}; give the folder of the project to look at")
    names = _from_git(root)
    if names is None:
        names = list(_walk(root))
    return sorted(
        name
        for name in set(names)
        if name.endswith(".py")
        and (not include or _matches(name, include))
        and not _matches(name, exclude)
        and is_regular(root, name)
    )


def is_regular(root: Path, name: str) -> bool:
    """Whether `name` is a regular file reached from `root` without following a symlink or leaving it."""
    path = root
    parts = name.split("/")
    if any(part in ("", ".", "..", ".git") for part in parts):
        return False
    for index, part in enumerate(parts):
        path = path / part
        try:
            mode = path.lstat().st_mode
        except (OSError, ValueError):
            return False
        wanted = stat.S_ISREG if index == len(parts) - 1 else stat.S_ISDIR
        if not wanted(mode):
            return False
    return True


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(
        fnmatchcase(name, pattern) or name.startswith(f"{pattern.rstrip('/')}/") for pattern in patterns
    )


def _from_git(root: Path) -> list[str] | None:
    """What git knows below `root`, or None where there is no repository (or no git)."""
    import git  # imported here: it costs more than the rest of a small run

    command = git.cmd.Git(str(root))
    command.update_environment(GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0")
    try:
        listing = command.execute(
            ["git", *_HARMLESS, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            strip_newline_in_stdout=False,
            stdout_as_string=False,
        )
    except (git.exc.GitCommandError, git.exc.GitCommandNotFound):
        return None
    assert isinstance(listing, bytes)
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
        base = Path(folder).relative_to(root)
        yield from ((base / name).as_posix() for name in names)
