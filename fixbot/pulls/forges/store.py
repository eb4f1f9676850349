"""What the local forge keeps: one JSON file per pull request or issue, each written whole or not at all."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from fixbot.errors import ForgeError
from fixbot.pulls.model import PullState
from fixbot.rewrite.disk import CannotWrite, write_file


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said below a pull request or an issue."""

    author: str
    body: str


@dataclass(frozen=True, slots=True)
class Item:
    """A pull request, or an issue, which has no branch. Both share one row of numbers."""

    number: int
    kind: Literal["pull", "issue"]
    author: str
    title: str
    body: str
    state: PullState = PullState.OPEN
    draft: bool = False
    branch: str = ""
    base: str = ""
    head_sha: str = ""
    base_sha: str = ""
    """Where the base stood last while it was open: what its changes are shown against."""
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of items, with one lock for all that read or write it."""

    folder: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process out; a process that dies lets go."""
        with open(self.folder / "lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def items(self) -> list[Item]:
        """All of them, oldest first. Raises `ForgeError`."""
        paths = [path for path in (self.folder / "items").glob("*.json") if path.stem.isdecimal()]
        return [self._read(path) for path in sorted(paths, key=lambda path: int(path.stem))]

    def item(self, number: int) -> Item:
        """One of them. Raises `ForgeError` where there is none."""
        return self._read(self._path(number))

    def save(self, item: Item) -> None:
        """Write it. Raises `ForgeError`."""
        path = self._path(item.number)
        try:
            before = path.read_bytes() if path.exists() else None
            data = msgspec.json.format(msgspec.json.encode(item), indent=2) + b"\n"
            if data != before:
                write_file(self.folder, f"items/{path.name}", data, expected=before)
        except (OSError, CannotWrite) as exc:
            raise ForgeError(f"The local forge in {self.folder} cannot be written: {exc}") from None

    def _path(self, number: int) -> Path:
        return self.folder / "items" / f"{number}.json"

    def _read(self, path: Path) -> Item:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Item)
        except FileNotFoundError:
            raise ForgeError(f"There is no number {path.stem} in the local forge {self.folder}") from None
        except (OSError, msgspec.MsgspecError) as exc:
            raise ForgeError(f"{path} cannot be read: {exc}; restore it or delete it") from None
