"""Little git repositories with a history of their own, for tests of what is read from it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_IDENTITY = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "core.autocrlf=false")


@dataclass(frozen=True)
class Repository:
    """A repository in `folder`, on the branch `main`."""

    folder: Path

    @classmethod
    def new(cls, folder: Path, text: str, path: str = "app.py") -> Repository:
        made = cls(folder)
        folder.mkdir(parents=True, exist_ok=True)
        made.git("init", "--quiet", "--initial-branch=main")
        made.commit(text, path)
        return made

    def git(self, *arguments: str, status: int = 0) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *_IDENTITY, *arguments],
            cwd=self.folder,
            env={
                **environment,
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_EDITOR": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr + done.stdout
        return done.stdout.strip()

    def write(self, text: str, path: str = "app.py") -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(text.encode())

    def read(self, path: str = "app.py") -> str:
        return (self.folder / path).read_bytes().decode()

    def commit(self, text: str | None = None, path: str = "app.py", message: str = "work") -> str:
        """Commit all there is, with this text in a file, and return the commit."""
        if text is not None:
            self.write(text, path)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def diverge(self, ours: str, theirs: str, path: str = "app.py") -> None:
        """One commit on the branch `feature` and one on `main`, which stays checked out."""
        self.git("switch", "--quiet", "--create", "feature")
        self.commit(theirs, path)
        self.git("switch", "--quiet", "main")
        self.commit(ours, path)


def conflicted(
    folder: Path, base: str, ours: str, theirs: str, *, style: str = "merge", path: str = "app.py"
) -> Repository:
    """A merge of two changes committed with its conflict markers."""
    made = Repository.new(folder, base, path)
    made.diverge(ours, theirs, path)
    made.git("-c", f"merge.conflictStyle={style}", "merge", "--quiet", "feature", status=1)
    made.commit(message="Merge branch 'feature'")
    return made
