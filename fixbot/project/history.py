"""A repository's history, read without trusting the repository and without writing to it.

Everything but a few questions of `rev-parse` and `ls-files` is asked of an empty bare repository of our
own that borrows the other's objects. So nothing that the analysed repository configures (hooks, filters,
merge drivers, attributes, fsmonitor, other programs for diffs) takes effect, nothing is fetched, and what
git writes while it merges goes away with our folder.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fixbot.git import answer, git

MARKER_SIZE = 41
"""The length of conflict markers in what we merge: no file has lines like these of its own."""
MOST_EARLIER = 60
"""So many commits of one side of a merge are looked at."""

_MERGE = ("merge-tree", "--write-tree", "--no-messages", "--name-only")


@dataclass(frozen=True)
class Merge:
    """Three versions of a file merged anew: as git marks conflicts, and with the base between the sides."""

    plain: bytes
    with_base: bytes


@dataclass(frozen=True)
class Repository:
    """The commits that HEAD of one repository reaches. Paths are relative to the top of its work tree."""

    folder: Path
    """The analysed folder, somewhere in the work tree."""
    prefix: str
    """Its path in the work tree: "" or with `/` at the end."""
    head: str
    _own: Path
    """Our bare repository."""

    def commit(self, name: str) -> str | None:
        """The commit that a hash or the name of a branch stands for."""
        if name.startswith("-") or not name:
            return None
        return _line(answer(self.folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"))

    def parents(self, commit: str) -> list[str]:
        """The parents that are here; in a shallow clone the oldest commits have none."""
        said = self._git("rev-list", "--parents", "--no-walk", commit, "--")
        return (_line(said) or "").split()[1:]

    def merges(self) -> Iterator[tuple[str, str, str]]:
        """Every merge of two commits in the history, with its parents, the newest first."""
        said = self._git("rev-list", "--merges", "--parents", self.head, "--")
        for line in (said or b"").decode().splitlines():
            commits = line.split()
            if len(commits) == 3:
                yield commits[0], commits[1], commits[2]

    def conflicted(self, ours: str, theirs: str) -> list[str]:
        """The files that cannot be merged without a person."""
        said = self._git(*_MERGE, "-z", ours, theirs, accept=(0, 1))
        return [os.fsdecode(name) for name in (said or b"").split(b"\0")[1:] if name]

    def merge_base(self, one: str, other: str) -> str | None:
        return _line(self._git("merge-base", one, other))

    def text(self, commit: str, path: str) -> bytes | None:
        """A file's content in a commit."""
        return self._git("cat-file", "blob", f"{commit}:{path}")

    def earlier(self, base: str, side: str, path: str) -> list[bytes]:
        """What a file said in the commits that `side` has and `base` does not, the newest first."""
        listed = ("log", "--full-history", "--format=%H", f"-{MOST_EARLIER}", f"{base}..{side}", "--", path)
        commits = (self._git(*listed) or b"").decode().split()
        return [text for commit in commits if (text := self.text(commit, path)) is not None]

    def introduced(self, path: str, line: int) -> str | None:
        """The commit that `line` (from 1) of a file at HEAD comes from."""
        said = self._git("blame", "--no-textconv", "--porcelain", f"-L{line},{line}", self.head, "--", path)
        return (said or b"").decode(errors="replace").partition(" ")[0] or None

    def unmerged(self, path: str) -> tuple[bytes, bytes, bytes] | None:
        """Base, ours and theirs of a file in the middle of a merge; an empty base where both added it."""
        said = answer(
            *(self.folder, "ls-files", "--unmerged", "-z", "--full-name", "--", f":(top,literal){path}"),
            variables={"GIT_LITERAL_PATHSPECS": "0"},
        )
        stages: dict[str, bytes] = {"1": b""}
        for entry in (said or b"").decode(errors="replace").split("\0"):
            if entry:
                _, blob, stage = entry.partition("\t")[0].split(" ")
                content = self._git("cat-file", "blob", blob)
                if content is not None:
                    stages[stage] = content
        return (stages["1"], stages["2"], stages["3"]) if len(stages) == 3 else None

    def merged(self, ours: str, theirs: str, path: str) -> Merge | None:
        """One file of two commits merged, renames followed and any number of merge bases joined."""
        sides = []
        for style in ("merge", "diff3"):
            tree = _line(
                self._git("-c", f"merge.conflictStyle={style}", *_MERGE, ours, theirs, accept=(0, 1))
            )
            sides.append(self.text(tree, path) if tree else None)
        plain, with_base = sides
        return Merge(plain, with_base) if plain is not None and with_base is not None else None

    def merged_texts(self, base: bytes, ours: bytes, theirs: bytes) -> Merge | None:
        """Three texts merged, as git merges a file."""
        with tempfile.TemporaryDirectory(prefix="fixbot-merge-", dir=self._own) as folder:
            for name, content in (("base", base), ("ours", ours), ("theirs", theirs)):
                Path(folder, name).write_bytes(content)
            merge = ("merge-file", "-p", f"--marker-size={MARKER_SIZE}")
            sides = [
                self._git(
                    *merge,
                    *style,
                    *(f"{folder}/{name}" for name in ("ours", "base", "theirs")),
                    accept=range(128),
                )
                for style in ((), ("--diff3",))
            ]
        plain, with_base = sides
        return Merge(plain, with_base) if plain is not None and with_base is not None else None

    def check_out(self, commit: str, folder: Path) -> None:
        """Write a commit's files into an empty folder, as git does where nothing is configured. Raises `GitError`."""
        index = {
            "GIT_DIR": str(self._own),
            "GIT_WORK_TREE": str(folder),
            "GIT_INDEX_FILE": f"{self._own}/index",
        }
        git(folder, "read-tree", commit, variables=index)
        git(folder, "checkout-index", "--all", "--quiet", variables=index)

    def _git(self, *arguments: str, accept: Sequence[int] = (0,)) -> bytes | None:
        return answer(self._own, *arguments, variables={"GIT_DIR": str(self._own)}, accept=accept)


@contextmanager
def repository_of(folder: Path) -> Iterator[Repository | None]:
    """The repository whose work tree (or bare folder) holds `folder`; None where there is none, or no commit yet."""
    asked = ("--show-prefix", "--show-object-format", "--git-common-dir", "--verify", "HEAD")
    said = answer(folder, "rev-parse", "--path-format=absolute", *asked) if folder.is_dir() else None
    answers = os.fsdecode(said or b"").split("\n")
    if len(answers) != 5:
        yield None
        return
    prefix, hashes, common, head, _ = answers
    with tempfile.TemporaryDirectory(prefix="fixbot-git-", ignore_cleanup_errors=True) as own:
        if answer(Path(own), "init", "--quiet", "--bare", "--template=", f"--object-format={hashes}") is None:
            yield None
            return
        Path(own, "objects/info/alternates").write_text(f"{common}/objects\n")
        Path(own, "info").mkdir(exist_ok=True)
        Path(own, "info/attributes").write_text(f"* conflict-marker-size={MARKER_SIZE}\n")
        with suppress(OSError):
            Path(own, "shallow").write_bytes(Path(common, "shallow").read_bytes())
        yield Repository(folder, prefix, head, Path(own))


def _line(said: bytes | None) -> str | None:
    return (said or b"").decode(errors="replace").partition("\n")[0] or None
