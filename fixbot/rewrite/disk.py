"""Write files whole or not at all, and nothing outside the root."""

from __future__ import annotations

import glob
import os
import tempfile
from pathlib import Path

from fixbot.errors import FixbotError
from fixbot.project.files import is_regular


class CannotWrite(FixbotError):
    """A file could not be written; it still holds what it held before."""


def write_file(root: Path, path: str, data: bytes, *, expected: bytes | None) -> None:
    """Replace `root/path` by a temporary file and a rename, keeping its mode.

    `expected` is what the file must still hold (None: it must not exist yet). Raises `CannotWrite`.
    """
    target = root / path
    try:
        if expected is None:
            if target.exists() or target.is_symlink() or not _inside(root, path):
                raise CannotWrite(f"{path}: something else has taken its place; nothing was written")
            target.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o666 & ~_umask()
        else:
            if not is_regular(root, path):
                raise CannotWrite(f"{path}: is no regular file inside {root}; nothing was written")
            if target.read_bytes() != expected:
                raise CannotWrite(f"{path}: changed while fixbot was running; run again")
            mode = target.stat().st_mode & 0o7777
        for leftover in target.parent.glob(f".{glob.escape(target.name)}.*.fixbot"):
            leftover.unlink()  # of a run that was killed
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".fixbot", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as exc:
        raise CannotWrite(f"{path}: cannot be written: {exc.strerror or exc}; check its permissions") from exc


def _inside(root: Path, path: str) -> bool:
    """Whether a new file at `path` would lie below `root`, with no symlink on the way."""
    parts = path.split("/")
    if any(part in ("", ".", "..", ".git") for part in parts):
        return False
    folder = root
    for part in parts[:-1]:
        folder = folder / part
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            return False
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
