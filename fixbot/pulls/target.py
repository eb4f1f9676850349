"""The user's repository, which is only ever read: where its objects are, what is checked out, what is not committed."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from fixbot.errors import ProjectError
from fixbot.git import GitError, git
from fixbot.project.files import TooLarge, read_bytes

MAX_SHALLOW = 50_000_000
MAX_ALTERNATES = 1_000_000
_NESTING = 5
"""How deep alternates of alternates are followed, as git does."""


@dataclass(frozen=True, slots=True)
class Target:
    """One repository. All paths are absolute."""

    git_dir: Path
    """Of this work tree; a linked one has its own below the common one."""
    common_dir: Path
    top: Path | None
    """The work tree, None where there is none."""
    prefix: str
    """The analysed folder below the work tree with a `/` at its end, "" for the whole."""
    object_format: str
    objects: tuple[Path, ...]
    """Its object folder and those that it borrows from."""
    head: str
    """SHA of what is checked out, "" before the first commit."""
    branch: str
    """The branch that is checked out, "" when HEAD is detached."""


def locate(root: Path) -> Target:
    """The repository that `root` is in. Raises `ProjectError` where there is none."""
    try:
        said = _said(root, "rev-parse", "--absolute-git-dir", "--is-inside-work-tree", "--show-object-format")
        git_dir, inside, object_format = said.rsplit("\n", 2)
        common = Path(root, _said(root, "rev-parse", "--git-common-dir")).resolve()
        top = Path(_said(root, "rev-parse", "--show-toplevel")) if inside == "true" else None
        prefix = _said(root, "rev-parse", "--show-prefix") if top else ""
    except GitError as exc:
        if "not a git repository" in exc.said:
            raise ProjectError(f"{root} is in no git repository; pull requests need one") from exc
        raise ProjectError(f"the git repository of {root} cannot be read: {exc}") from exc
    return Target(
        git_dir=Path(git_dir),
        common_dir=common,
        top=top,
        prefix=prefix,
        object_format=object_format,
        objects=_object_folders(common / "objects"),
        head=_said(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1, 128)),
        branch=_said(root, "symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1, 128)),
    )


def remote_default(target: Target, remote: str = "origin") -> str:
    """The default branch as the last fetch or clone has seen it, "" when it is not known."""
    prefix = f"refs/remotes/{remote}/"
    name = _said(target.git_dir, "symbolic-ref", "--quiet", f"{prefix}HEAD", accept=(0, 1, 128))
    return name.removeprefix(prefix) if name.startswith(prefix) else ""


def has_uncommitted(target: Target, git_dir: Path, folder: Path) -> bool:
    """Whether tracked files differ from HEAD, asked through the bare repository `git_dir` and a copy of the index.

    So nothing of the target's configuration runs, and nothing in it is refreshed. False where it cannot be told.
    """
    index = target.git_dir / "index"
    if target.top is None or not target.head or not index.is_file():
        return False
    copy = folder / "index.copy"
    try:
        shutil.copy2(index, copy)  # its time too: git then trusts what it says of files
        variables = {"GIT_DIR": str(git_dir), "GIT_WORK_TREE": str(target.top), "GIT_INDEX_FILE": str(copy)}
        quiet = ("--quiet", "--no-ext-diff", "--ignore-submodules=all")
        # files of a copied checkout look changed until they are compared
        git(target.top, "update-index", "-q", "--refresh", variables=variables, accept=(0, 1))
        staged = git(
            target.top, "diff-index", "--cached", *quiet, target.head, variables=variables, accept=(0, 1)
        )
        changed = git(target.top, "diff-files", *quiet, variables=variables, accept=(0, 1))
    except (OSError, GitError):
        return False
    finally:
        copy.unlink(missing_ok=True)
    return bool(staged.returncode or changed.returncode)


def _said(root: Path, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
    done = git(root, *arguments, accept=accept)
    return os.fsdecode(done.stdout).removesuffix("\n") if done.returncode == 0 else ""


def _object_folders(first: Path) -> tuple[Path, ...]:
    """The folder and all that it names in `info/alternates`, relative ones resolved, each once."""
    found: dict[Path, None] = {}
    waiting = [(first, 0)]
    while waiting:
        folder, depth = waiting.pop(0)
        folder = folder.resolve()
        if folder in found or not folder.is_dir() or depth > _NESTING:
            continue
        found[folder] = None
        lines = content_of(folder / "info" / "alternates", MAX_ALTERNATES).split(b"\n")
        named = [_unquoted(line) for line in lines if line and not line.startswith(b"#")]
        waiting += [(folder / os.fsdecode(name), depth + 1) for name in named]
    return tuple(found)


def _unquoted(line: bytes) -> bytes:
    """A path as git writes it: in quotes where it holds odd characters."""
    if not (line.startswith(b'"') and line.endswith(b'"')):
        return line
    return line[1:-1].decode("unicode_escape").encode("latin-1")


def content_of(path: Path, limit: int) -> bytes:
    """The bytes of a file of git's; none where it is not there. Raises `ProjectError`."""
    try:
        return read_bytes(path, limit)
    except FileNotFoundError:
        return b""
    except (OSError, TooLarge) as exc:
        raise ProjectError(f"{path} cannot be read: {exc}") from exc
