"""Which files a run looks at, and their bytes: from git (tracked, and untracked but not ignored), else a walk.

Virtual environments, other people's packages, symlinks and anything outside the root are left out.
Git is asked in a way that runs nothing of what the analysed repository configures.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from itertools import accumulate
from pathlib import Path

from fixbot.errors import ProjectError
from fixbot.git import answer
from fixbot.model import FileError

_NOT_OURS = frozenset(
    ".git .hg .svn .tox .nox .eggs __pycache__ __pypackages__ node_modules site-packages".split()
)
_MARKS_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")


@dataclass
class Listing:
    """Relative paths (with `/`, sorted) of the `.py` files below a root, of the others, and the folders that cannot be read."""

    paths: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    errors: list[FileError] = field(default_factory=list)


class TooLarge(ValueError):
    """A file has more bytes than may be read."""


def list_files(root: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> Listing:
    """The files to look at below `root`. Raises `ProjectError` when it is no folder.

    `include` and `exclude` are globs: one without `/` names files and folders wherever they are, one
    with `/` starts at the root; a folder stands for all below it, and `*` also matches `/`.
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise ProjectError(f"{root} {what}; give the folder of the project to look at")
    found = Listing()
    is_ours = _own_folders(root)
    names = _from_git(root)
    if names is None or not (names or os.path.lexists(root / ".git")):  # git knows nothing of what it ignores
        names = list(_walk(root, is_ours, found.errors))
    included, excluded = _globs(include), _globs(exclude)
    for name in sorted(set(names)):
        if (
            (not included or _matches(name, included))
            and not _matches(name, excluded)
            and all(is_ours(folder) for folder in _around(name)[:-1])
            and _may_be_regular(root / name)
        ):
            (found.paths if name.endswith(".py") else found.others).append(name)
    return found


def is_regular(root: Path, name: str) -> bool:
    """Whether `name` is a regular file reached from `root` without following a symlink or leaving it."""
    if not stays_inside(name):
        return False
    *folders, file = (root / part for part in _around(name))
    try:
        return all(stat.S_ISDIR(f.lstat().st_mode) for f in folders) and stat.S_ISREG(file.lstat().st_mode)
    except (OSError, ValueError):
        return False


def stays_inside(name: str) -> bool:
    """Whether a relative path can only lead below its root, and not into git's own folder."""
    return not any(part in ("", ".", "..") or part.casefold() == ".git" for part in name.split("/"))


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a regular file. Raises `OSError`, or `TooLarge` beyond `limit` bytes.

    Never waits and never follows a symlink, whatever has taken the file's place since it was listed.
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("is no regular file any more")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(f"left out: {max(status.st_size, len(data)):,} bytes, more than {limit:,}")
    return data


# --- what git says -----------------------------------------------------------------------------------


def _from_git(root: Path) -> list[str] | None:
    """What git knows below `root`, or None where there is no repository (or no git that answers)."""
    listing = answer(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", own_ignores=True)
    if listing is None:
        return None
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


# --- what a walk finds -------------------------------------------------------------------------------


def _walk(root: Path, is_ours: Callable[[str], bool], errors: list[FileError]) -> Iterator[str]:
    """Every file below the folders that are ours; folders that cannot be read are added to `errors`."""
    pending = [""]
    while pending:
        folder = pending.pop()
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = prefix + entry.name
                    if not entry.is_dir(follow_symlinks=False):
                        yield path
                    elif is_ours(path):
                        pending.append(path)
        except OSError as exc:
            if not folder:
                raise ProjectError(f"{root} cannot be read: {exc.strerror}") from exc
            errors.append(FileError(folder, 1, f"cannot be read: {exc.strerror}"))


def _own_folders(root: Path) -> Callable[[str], bool]:
    """Tells of a folder (not of those around it) whether it can hold the project's own code."""

    @cache
    def is_ours(folder: str) -> bool:
        if folder.rpartition("/")[2] in _NOT_OURS:
            return False
        path = os.path.join(root, folder)
        try:
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                return False
        except OSError as exc:
            return isinstance(exc, PermissionError)  # its files say so when they are read
        return not any(os.path.lexists(os.path.join(path, mark)) for mark in _MARKS_ENVIRONMENT)

    return is_ours


def _may_be_regular(path: Path) -> bool:
    """Whether this is a file to read; one that may not be looked at is, so that reading it tells why."""
    with suppress(PermissionError):
        try:
            return stat.S_ISREG(os.lstat(path).st_mode)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return False
    return True


# --- globs -------------------------------------------------------------------------------------------


def _around(name: str) -> list[str]:
    """`a/b/c.py` -> `a`, `a/b`, `a/b/c.py`."""
    return list(accumulate(name.split("/"), "{}/{}".format))


def _globs(patterns: Iterable[str]) -> list[tuple[bool, str]]:
    """Each pattern as a glob, and whether it starts at the root; `**/` may also stand for nothing."""
    globs = []
    for pattern in patterns:
        starts_at_root = "/" in pattern.rstrip("/")
        plain = pattern.removeprefix("./").strip("/")
        if plain in ("", "."):
            plain = "*"
        globs += [(starts_at_root, variant) for variant in {plain, plain.replace("**/", "")}]
    return globs


def _matches(name: str, globs: Iterable[tuple[bool, str]]) -> bool:
    paths = _around(name)
    lasts = name.split("/")
    return any(
        fnmatchcase(path, glob)
        for starts_at_root, glob in globs
        for path in (paths if starts_at_root else lasts)
    )
