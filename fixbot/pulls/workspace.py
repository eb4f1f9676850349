"""A bare repository of fixbot's own in a temporary folder, in which trees, commits and patches are made.

It borrows the objects of the user's repository and writes its own: below the user's `.git` nothing is ever written,
whenever the run ends. There is no work tree and no configuration, so that hooks, filters, attributes and submodules
of the user's repository mean nothing here: files are the raw bytes that were committed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from fixbot.errors import ProjectError
from fixbot.git import GitError, command, environment, git, plain
from fixbot.project.files import stays_inside
from fixbot.pulls.scratch import remove, scratch_folder
from fixbot.pulls.target import MAX_SHALLOW, Target, content_of, has_uncommitted, locate

FILE_MODES = ("100644", "100755")
"""What is read and written: regular files. Symlinks and submodules are neither."""
MAX_FILE = 10_000_000
"""Bytes of a file; larger ones are data."""
BOT_NAME = "fixbot"
BOT_EMAIL = "fixbot@fixbot.invalid"
"""An address that belongs to nobody, so that no forge shows somebody else's face."""
_ATTRIBUTES = "* !text !eol !filter !diff !merge !ident !working-tree-encoding !whitespace\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a tree."""

    path: str
    mode: str
    sha: str
    size: int
    """Bytes; 0 for a submodule."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one tree has of a path and another has not. A mode of "000000" means that it is not there."""

    path: str
    old_mode: str
    new_mode: str
    size: int
    """Bytes of the new content."""


@dataclass(frozen=True)
class Materialised:
    """Files of a commit on disk, and what was left out, with the reason."""

    folder: Path
    skipped: tuple[tuple[str, str], ...]


class PatchRefused(ProjectError):
    """git cannot apply a patch to this tree."""


@dataclass
class Workspace:
    """The bare repository at `git_dir`, in a temporary `folder` that goes with it."""

    folder: Path
    git_dir: Path
    target: Target | None
    object_format: str = "sha1"
    _names: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    # --- what there is -----------------------------------------------------------------------

    def has(self, sha: str) -> bool:
        """Whether this commit and its tree are here."""
        try:
            self.git("cat-file", "-e", f"{plain(sha, 'a commit')}^{{tree}}")
        except GitError:
            return False
        return True

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` holds `older`; False where one of them is not here."""
        done = self.git(
            "merge-base",
            "--is-ancestor",
            plain(older, "a commit"),
            plain(newer, "a commit"),
            accept=(0, 1, 128),
        )
        return done.returncode == 0

    def parent(self, commit: str) -> str:
        """SHA of what the commit was made on, "" where there is nothing, or nothing here."""
        said = self.git(
            "rev-parse", "--verify", "--quiet", f"{plain(commit, 'a commit')}^", accept=(0, 1, 128)
        )
        return said.stdout.decode().strip() if said.returncode == 0 else ""

    def tree(self, commit: str) -> str:
        return self._word("rev-parse", "--verify", f"{plain(commit, 'a commit')}^{{tree}}")

    def entries(self, tree: str) -> list[Entry]:
        """Everything in a tree or in the tree of a commit, however deep, in git's order."""
        listed = self.git("ls-tree", "-r", "-z", "-l", "--full-tree", plain(tree, "a tree")).stdout
        found = []
        for record in listed.split(b"\0")[:-1]:
            about, _, name = record.partition(b"\t")
            mode, _, sha, size = about.decode().split()
            found.append(Entry(os.fsdecode(name), mode, sha, int(size) if size.isdigit() else 0))
        return found

    def read(self, tree: str, path: str) -> bytes | None:
        """The bytes of a regular file; None where there is none."""
        entry = next((e for e in self.entries(tree) if e.path == path and e.mode in FILE_MODES), None)
        return self.git("cat-file", "blob", entry.sha).stdout if entry else None

    def has_uncommitted(self) -> bool:
        """Whether the user's work tree differs from what is checked out there."""
        return self.target is not None and has_uncommitted(self.target, self.git_dir, self.folder)

    # --- trees as files ----------------------------------------------------------------------

    @contextmanager
    def materialised(self, commit: str) -> Iterator[Materialised]:
        """The regular files of a commit in a folder that is removed afterwards, raw, and a repository to ask about its history.

        Raises `ProjectError` when objects are missing.
        """
        with self._work_tree(commit) as folder:
            yield Materialised(folder, tuple(self._write_files(folder, self.entries(commit))))

    @contextmanager
    def checked_out(self, commit: str) -> Iterator[Path]:
        """A commit as git checks it out, symlinks too, in a repository with nothing configured; removed afterwards."""
        with self._work_tree(commit) as folder:
            git(folder, "checkout-index", "--all", "--force", "--quiet", "-u")
            yield folder

    def switch(self, folder: Path, tree: str) -> None:
        """Give the tracked files of such a folder the content of another tree."""
        git(folder, "read-tree", "--reset", "-u", plain(tree, "a tree"))
        git(folder, "checkout-index", "--all", "--force", "--quiet", "-u")

    @contextmanager
    def _work_tree(self, commit: str) -> Iterator[Path]:
        """An empty work tree whose repository has this commit checked out. The files of its repository lie elsewhere."""
        number = next(self._names)
        folder, git_dir = self.folder / f"tree-{number}", self.folder / f"tree-{number}.git"
        borrowed = (self.git_dir / "objects", *(self.target.objects if self.target else ()))
        _init(git_dir, self.object_format, borrowed, (self.git_dir / "shallow"))
        try:
            folder.mkdir()
            git(git_dir, "config", "core.bare", "false", variables={"GIT_DIR": str(git_dir)})
            (folder / ".git").write_text(f"gitdir: {git_dir}\n")
            git(folder, "update-ref", "--no-deref", "HEAD", plain(commit, "a commit"))
            git(folder, "read-tree", commit)
            yield folder
        finally:
            remove(folder)
            remove(git_dir)

    def _write_files(self, folder: Path, entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
        with self._blobs() as read:
            for entry in entries:
                if why := self._write_file(folder, entry, read):
                    yield entry.path, why

    def _write_file(self, folder: Path, entry: Entry, read: _Reader) -> str:
        """Write one file. Returns why it was left out, "" if it was not."""
        name = entry.path
        if entry.mode not in FILE_MODES:
            return "is a submodule" if entry.mode == "160000" else "is a symlink"
        if not stays_inside(name) or ("\\" in name and os.name == "nt"):
            return "has a name that leads out of the repository"
        if entry.size > MAX_FILE:
            return f"has {entry.size:,} bytes, more than {MAX_FILE:,}"
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
                file.write(read(entry.sha))
        except FileExistsError:
            return "differs from another name only in what this file system does not tell apart"
        except OSError as exc:
            return f"cannot be written here: {exc.strerror or exc}"
        return ""

    @contextmanager
    def _blobs(self) -> Iterator[_Reader]:
        """A function from the SHA of a blob to its bytes; one process for all of them."""
        process = subprocess.Popen(
            command("cat-file", "--batch"),
            cwd=self.git_dir,
            env=environment({"GIT_DIR": str(self.git_dir)}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin and process.stdout
        try:
            yield _Reader(process.stdin, process.stdout)
        finally:
            with suppress(OSError):
                process.stdin.close()
            process.stdout.close()
            process.wait()

    # --- new trees, commits, patches ---------------------------------------------------------

    def write_tree(self, base: str, files: Mapping[str, bytes]) -> str:
        """The tree of `base` (a commit or a tree) with these contents, byte for byte; modes stay, new files are 100644.

        Raises `ProjectError` for a name that leads elsewhere or belongs to something that is no regular file.
        """
        known = {entry.path: entry.mode for entry in self.entries(base)}
        records = []
        for path, data in sorted(files.items()):
            mode = known.get(path, FILE_MODES[0])
            if not stays_inside(path) or mode not in FILE_MODES:
                raise ProjectError(f"{path} is no regular file inside the repository; it cannot be changed")
            sha = self._word("hash-object", "-w", "--no-filters", "--stdin", data=data)
            records.append(f"{mode} {sha}\t".encode() + os.fsencode(path) + b"\0")
        with self._index(base) as index:
            self.git("update-index", "-z", "--index-info", data=b"".join(records), variables=index)
            return self._word("write-tree", variables=index)

    def commit(self, tree: str, parent: str, message: str) -> str:
        """A commit by the bot, dated as its parent: the same fix on the same base is the same SHA."""
        date = self._word("show", "--no-patch", "--format=@%ct +0000", plain(parent, "a commit"))
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", BOT_NAME), ("EMAIL", BOT_EMAIL), ("DATE", date))
        }
        return self._word(
            "commit-tree",
            "-p",
            parent,
            "-F",
            "-",
            plain(tree, "a tree"),
            data=message.encode(),
            variables=who,
        )

    def diff(self, old: str, new: str) -> bytes:
        """The patch from one tree or commit to another, as `git apply` takes it, whatever the files hold."""
        return self.git(
            *_DIFF, "--patch", "--binary", "--full-index", plain(old, "a tree"), plain(new, "a tree")
        ).stdout

    def counts(self, old: str, new: str) -> tuple[int, int]:
        """How many lines were added and removed; a binary file counts as none."""
        listed = self.git(*_DIFF, "--numstat", "-z", plain(old, "a tree"), plain(new, "a tree")).stdout
        pairs = [record.split(b"\t")[:2] for record in listed.split(b"\0")[:-1]]
        known = [(int(added), int(removed)) for added, removed in pairs if added != b"-"]
        return sum(a for a, _ in known), sum(r for _, r in known)

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        """Every path in which two trees differ, with its modes."""
        listed = self.git(
            *_DIFF, "--raw", "-z", "--no-abbrev", plain(old, "a tree"), plain(new, "a tree")
        ).stdout
        parts = listed.split(b"\0")[:-1]
        sizes = {entry.path: entry.size for entry in self.entries(new)}
        found = []
        for about, name in zip(parts[::2], parts[1::2], strict=True):
            old_mode, new_mode = about.decode().removeprefix(":").split()[:2]
            path = os.fsdecode(name)
            found.append(Change(path, old_mode, new_mode, sizes.get(path, 0)))
        return tuple(found)

    def patch_id(self, patch: bytes) -> str:
        """`git patch-id --stable`: the same for the same change, wherever in the file it has moved to."""
        said = self.git("patch-id", "--stable", data=patch).stdout.decode().split()
        return said[0] if said else ""

    def apply(self, base: str, patch: bytes) -> str:
        """The tree of `base` with the patch applied, in an index only. Raises `PatchRefused`."""
        with self._index(base) as index:
            try:
                self.git("apply", "--cached", "--whitespace=nowarn", "-", data=patch, variables=index)
            except GitError as exc:
                raise PatchRefused(f"the patch does not apply to {base[:12]}: {exc.said}") from exc
            return self._word("write-tree", variables=index)

    def merges_cleanly(self, ours: str, theirs: str) -> bool:
        """Whether git would merge these commits by itself; False where they have no common history here."""
        done = self.git(
            *("merge-tree", "--write-tree", "--no-messages"),
            *(plain(ours, "a commit"), plain(theirs, "a commit")),
            accept=(0, 1, 128),
        )
        return done.returncode == 0

    # --- plumbing ----------------------------------------------------------------------------

    def git(
        self,
        *arguments: str,
        data: bytes | None = None,
        variables: Mapping[str, str] | None = None,
        accept: Sequence[int] = (0,),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git on this repository. Raises `GitError`."""
        own = {"GIT_DIR": str(self.git_dir), **(variables or {})}
        return git(self.git_dir, *arguments, data=data, variables=own, accept=accept)

    @contextmanager
    def _index(self, base: str) -> Iterator[dict[str, str]]:
        """The variables of an index that holds a tree; it is gone afterwards."""
        index = self.folder / f"index-{next(self._names)}"
        variables = {"GIT_INDEX_FILE": str(index)}
        try:
            self.git("read-tree", plain(base, "a tree"), variables=variables)
            yield variables
        finally:
            index.unlink(missing_ok=True)

    def _word(
        self, *arguments: str, data: bytes | None = None, variables: Mapping[str, str] | None = None
    ) -> str:
        return self.git(*arguments, data=data, variables=variables).stdout.decode().strip()


_DIFF = (
    "diff-tree",
    "-r",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


@dataclass(frozen=True)
class _Reader:
    """Asks `git cat-file --batch` for one blob after the other."""

    ask: IO[bytes]
    answer: IO[bytes]

    def __call__(self, sha: str) -> bytes:
        try:
            self.ask.write(f"{sha}\n".encode())
            self.ask.flush()
            head = self.answer.readline().split()
        except OSError:
            head = []
        if len(head) != 3 or head[1] != b"blob":
            raise ProjectError(
                f"the object {sha} is missing; is this a partial clone? Fetch it in full, or check that commit out"
            )
        data = self.answer.read(int(head[2]))
        self.answer.read(1)
        return data


@contextmanager
def open_workspace(root: Path | None) -> Iterator[Workspace]:
    """A workspace that borrows from the repository of `root`; None: from none. Raises `ProjectError`."""
    target = locate(root) if root else None
    with scratch_folder() as folder:
        git_dir = folder / "repository.git"
        object_format = target.object_format if target else "sha1"
        shallow = target.common_dir / "shallow" if target else None
        _init(git_dir, object_format, target.objects if target else (), shallow)
        yield Workspace(folder, git_dir, target, object_format)


def _init(git_dir: Path, object_format: str, borrowed: Iterable[Path], shallow: Path | None) -> None:
    """Make a bare repository with no configuration, that borrows from object folders and is cut where `shallow` says."""
    git(
        git_dir.parent,
        *("init", "--quiet", "--bare", "--template=", "--initial-branch=fixbot-work"),
        *(f"--object-format={plain(object_format, 'an object format')}", str(git_dir)),
    )
    for name, content in {
        "info/attributes": _ATTRIBUTES.encode(),
        "objects/info/alternates": b"".join(_quoted(path) + b"\n" for path in borrowed),
        "shallow": content_of(shallow, MAX_SHALLOW) if shallow else b"",
    }.items():
        if content:
            (git_dir / name).parent.mkdir(exist_ok=True)
            (git_dir / name).write_bytes(content)


def _quoted(path: Path) -> bytes:
    """A path as git reads it from `alternates`: in quotes where it holds a line end or begins with one."""
    raw = os.fsencode(path)
    if not any(byte < 32 or byte in b'"\\' for byte in raw):
        return raw
    return b'"' + b"".join(b"\\%03o" % b if b < 32 or b in b'"\\' else bytes([b]) for b in raw) + b'"'
