"""The example services: where they are, and a git repository made of the first whose history holds a committed conflict."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fixbot.errors import FixbotError
from fixbot.git import git

CONFLICTED = Path("app/services/generation.py")
"""The file that both branches changed."""

_BRANCH = "firestore-migration"
_LATE = Path("scripts/wait_for_firestore.py")  # what the commit after the merge adds
_NOT_COPIED = shutil.ignore_patterns(
    "history", "expected.toml", "__pycache__", "*.py[co]", ".*_cache", ".coverage*", "*.egg-info", ".venv"
)

_WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Genmedia Team"), ("EMAIL", "team@genmedia.example"))
}
_FIRST_DATE = 1_740_000_000  # 2025-02-19; each later commit is a day younger


def location(name: str = "genmedia") -> Path:
    """The folder of an example: inside the installed package, otherwise beside it in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "examples" / name, package.parent / "examples" / name):
        if (folder / "pyproject.toml").is_file():
            return folder
    raise FixbotError(f"The example is missing: {package} was installed without examples/{name}.")


def build_repository(destination: Path, *, conflicted: bool = True) -> Path:
    """Make the example a git repository in `destination`, which must be empty or new, and return it.

    Its history is that of many real ones: `main` and a branch change the same file, the merge is committed
    with the conflict markers still in it, and work goes on. With `conflicted=False` one more commit resolves
    the conflict. The commits have the same SHAs each time.
    """
    if destination.exists() and any(destination.iterdir()):
        raise FixbotError(f"{destination} is not empty; the example needs a new folder.")
    example = location()
    shutil.copytree(
        example, destination, ignore=_NOT_COPIED, copy_function=shutil.copyfile, dirs_exist_ok=True
    )
    repository = _Repository(destination)
    late, resolved = ((destination / path).read_bytes() for path in (_LATE, CONFLICTED))

    repository.git("init", "--quiet", "--template=", "--object-format=sha1", "--initial-branch=main")
    repository.git("config", "core.fileMode", "false")
    (destination / _LATE).unlink()
    repository.apply(example / "history" / "base.patch")
    repository.commit("Generate images and videos, build workflows on a canvas")

    repository.git("switch", "--quiet", "--create", _BRANCH)
    (destination / CONFLICTED).write_bytes(resolved)
    repository.apply(example / "history" / "theirs.patch")
    repository.commit("Save generated images in the Firestore library")

    repository.git("switch", "--quiet", "main")
    repository.apply(example / "history" / "ours.patch")
    repository.commit("Tell the models the aspect ratio and the duration")

    repository.git("merge", "--quiet", "--no-commit", "--no-ff", _BRANCH, status=1)  # it conflicts
    repository.commit(f"Merge branch '{_BRANCH}'")
    repository.git("branch", "--quiet", "-D", _BRANCH)

    (destination / _LATE).parent.mkdir(exist_ok=True)
    (destination / _LATE).write_bytes(late)
    repository.commit("Wait for the Firestore emulator before the server starts")

    if not conflicted:
        (destination / CONFLICTED).write_bytes(resolved)
        repository.commit("Resolve the conflict left in the generation service")
    return destination


@dataclass
class _Repository:
    """Runs git in one folder, with a name and a clock of its own: the same commits on every machine."""

    folder: Path
    dates: Iterator[int] = field(default_factory=lambda: iter(range(_FIRST_DATE, 2**31, 86_400)))

    def commit(self, message: str) -> None:
        self.git("add", "--all", "--force")
        date = f"{next(self.dates)} +0000"
        dated = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        self.git("commit", "--quiet", "--no-verify", f"--message={message}", variables=dated)

    def apply(self, patch: Path) -> None:
        self.git("apply", "--whitespace=nowarn", str(patch.resolve()))

    def git(self, *arguments: str, variables: Mapping[str, str] | None = None, status: int = 0) -> None:
        """Run one command, which must exit with `status`. Raises `GitError`."""
        git(self.folder, *arguments, variables={**_WHO, **(variables or {})}, accept=(status,))
