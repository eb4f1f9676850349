"""A bare repository for tests, changed as pushes change it: commits, amends, merges, made by plumbing alone."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GitRepository:
    """A bare repository in `path`."""

    path: Path

    @classmethod
    def create(cls, path: Path, files: Mapping[str, str], branch: str = "main") -> GitRepository:
        """A new one with these files in its first commit."""
        path.mkdir(parents=True)
        repository = cls(path)
        repository.git("init", "--quiet", "--bare", f"--initial-branch={branch}")
        repository.commit(branch, files)
        return repository

    def commit(
        self,
        branch: str,
        files: Mapping[str, str | None],
        *,
        start: str = "",
        author: str = "Ann",
        message: str = "Change",
        parents: Sequence[str] | None = None,
    ) -> str:
        """A commit on a branch, which begins at the branch `start` if it is new; None deletes a file. Its SHA."""
        onto = self.sha(branch) or (self.sha(start) if start else "")
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            if onto:
                self.git("read-tree", onto, **index)
            for name, content in files.items():
                if content is None:
                    self.git("update-index", "--index-info", data=f"0 {'0' * 40}\t{name}\n", **index)
                    continue
                blob = self.git("hash-object", "-w", "--stdin", data=content)
                self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", **index)
            tree = self.git("write-tree", **index)
        before = ([onto] if onto else []) if parents is None else parents
        return self.point(branch, self.commit_tree(tree, before, author=author, message=message))

    def amend(self, branch: str, *, author: str = "Ann", message: str = "Amended") -> str:
        """The last commit of a branch made anew; the author stays the committer's."""
        tree, parents = (
            self.git("rev-parse", f"{branch}^{{tree}}"),
            self.git("rev-parse", f"{branch}^@").split(),
        )
        return self.point(branch, self.commit_tree(tree, parents, author=author, message=message))

    def merge(
        self, base: str, head: str, *, squash: bool = False, author: str = "Ann", message: str = "Merge"
    ) -> str:
        """Merge `head` into the branch `base`; raises `CalledProcessError` on a conflict."""
        onto, other = self.sha(base), self.git("rev-parse", "--verify", head)
        tree = self.git("merge-tree", "--write-tree", "--no-messages", onto, other).splitlines()[0]
        return self.point(
            base,
            self.commit_tree(tree, [onto] if squash else [onto, other], author=author, message=message),
        )

    def merges(self, base: str, head: str) -> bool:
        """Whether `head` merges into `base` without a conflict."""
        try:
            self.git("merge-tree", "--write-tree", "--no-messages", base, head)
        except subprocess.CalledProcessError:
            return False
        return True

    def commit_tree(self, tree: str, parents: Sequence[str], *, author: str, message: str) -> str:
        """A commit that no branch points at yet."""
        who = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", author), ("EMAIL", f"{author.lower()}@people.example"))
        }
        options = [part for parent in parents for part in ("-p", parent)]
        return self.git("commit-tree", tree, *options, "-m", message, **who)

    def point(self, branch: str, sha: str) -> str:
        """Make a branch, or move it as a forced push does."""
        self.git("update-ref", f"refs/heads/{branch}", sha)
        return sha

    def delete(self, branch: str) -> None:
        self.git("update-ref", "-d", f"refs/heads/{branch}")

    def sha(self, branch: str) -> str:
        """Where a branch (or a full ref) stands, "" where there is none."""
        ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
        try:
            return self.git("rev-parse", "--verify", "--quiet", ref)
        except subprocess.CalledProcessError:
            return ""

    def refs(self) -> dict[str, str]:
        """SHA of every ref by its full name."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split(" ") for line in lines)

    def contains(self, commit: str, other: str) -> bool:
        """Whether `other` is an ancestor of `commit`, or the same."""
        try:
            self.git("merge-base", "--is-ancestor", other, commit)
        except subprocess.CalledProcessError:
            return False
        return True

    def git(self, *arguments: str, data: str | None = None, **variables: str) -> str:
        """Run one command; raises `CalledProcessError`."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env={**_ENVIRONMENT, **variables},
            input=data,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}
