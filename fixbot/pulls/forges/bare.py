"""The bare repository of the local forge: what a server does with git, by plumbing commands alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fixbot.errors import ForgeError
from fixbot.git import GitError, git, plain

_LOCAL = {"GIT_ALLOW_PROTOCOL": "file"}
_MOST_DIFF = 200_000
"""Characters of a diff that are shown."""


@dataclass(frozen=True, slots=True)
class BareRepository:
    """One bare repository. Methods raise `ForgeError`."""

    path: Path

    def create(self, default_branch: str) -> None:
        """Make it, empty."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._git(
            "init",
            "--quiet",
            "--bare",
            "--template=",
            f"--initial-branch={plain(default_branch, 'a branch')}",
        )

    def default_branch(self) -> str:
        """The one that `HEAD` names."""
        return self._git("symbolic-ref", "--short", "HEAD")

    def fetch(self, source: Path, branch: str) -> None:
        """Take over a branch from another repository, unless this one is ahead of it.

        Raises `ForgeError` where both have commits that the other lacks.
        """
        self._git(
            *("fetch", "--quiet", "--no-tags", "--update-shallow", "--no-write-fetch-head"),
            *(str(source.resolve()), f"+refs/heads/{branch}:refs/source/{branch}"),
            variables=_LOCAL,
        )
        theirs, ours = self.sha(f"refs/source/{branch}"), self.branch(branch)
        if not ours or self.contains(theirs, ours):
            self._git("update-ref", f"refs/heads/{branch}", theirs, ours or "0" * len(theirs))
        elif not self.contains(ours, theirs):
            raise ForgeError(
                f"{branch} of {source} and of {self.path} have each commits that the other lacks; "
                f"in {source}, run: git pull {self.path} {branch}"
            )

    def sha(self, ref: str) -> str:
        """What a full ref name points at, "" where there is no such ref."""
        return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", ref, accept=(0, 1))

    def branch(self, name: str) -> str:
        """SHA of a branch, "" where there is none."""
        return self.sha(f"refs/heads/{name}")

    def branches(self) -> dict[str, str]:
        """SHA of every branch by its name."""
        lines = self._git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads/")
        return {name: sha for sha, name in (line.split(" ", 1) for line in lines.splitlines())}

    def contains(self, commit: str, other: str) -> bool:
        """Whether `other` is `commit` or one of its ancestors."""
        if commit == other:
            return True
        done = git(self.path, "merge-base", "--is-ancestor", other, commit, accept=(0, 1, 128))
        return done.returncode == 0

    def delete_branch(self, name: str) -> None:
        """Nothing happens where there is none."""
        if sha := self.branch(name):
            self._git("update-ref", "-d", f"refs/heads/{name}", sha)

    def merge(self, base: str, head: str, message: str, *, squash: bool, author: str) -> str:
        """Merge a commit into the branch `base`, and return the new commit. Raises `ForgeError` on a conflict."""
        onto = self.branch(base)
        done = git(self.path, "merge-tree", "--write-tree", "--no-messages", onto, head, accept=(0, 1))
        if done.returncode:
            raise ForgeError(f"{head[:12]} does not merge into {base}: it conflicts")
        tree = done.stdout.split(b"\n", 1)[0].decode()
        parents = [onto] if squash else [onto, head]
        who = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", author), ("EMAIL", f"{author}@localhost"))
        }
        options = [part for parent in parents for part in ("-p", parent)]
        new = self._git("commit-tree", tree, *options, "-m", message, variables=who)
        self._git("update-ref", f"refs/heads/{base}", new, onto)
        return new

    def diff(self, base: str, head: str) -> str:
        """What `head` changes since it left `base`, cut after a while; "" where either is gone."""
        try:
            text = self._git("diff", "--no-color", "--no-ext-diff", "--no-textconv", f"{base}...{head}")
        except ForgeError:
            return ""
        return text if len(text) <= _MOST_DIFF else text[:_MOST_DIFF].rpartition("\n")[0] + "\n[cut here]"

    def _git(
        self, *arguments: str, variables: dict[str, str] | None = None, accept: tuple[int, ...] = (0,)
    ) -> str:
        try:
            done = git(self.path, *arguments, variables=variables, accept=accept)
        except GitError as exc:
            raise ForgeError(str(exc)) from None
        return done.stdout.decode("utf-8", "replace").strip()
