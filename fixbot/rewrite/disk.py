"""Write files whole or not at all, and nothing outside the root."""

from __future__ import annotations

import glob
import os
import stat
import tempfile
from pathlib import Path

from fixbot.errors import FixbotError
from fixbot.project.files import TooLarge, is_regular, read_bytes, stays_inside


class CannotWrite(FixbotError):
    """A file could not be written; it still holds what it held before."""


def write_file(root: Path, path: str, data: bytes, *, expected: bytes | None) -> None:
    """Replace `root/path` by a temporary file and a rename, keeping its mode and owner.

    `expected` is what the file must still hold (None: it must not exist yet). Raises `CannotWrite`.
    """
    target = root / path
    try:
        if expected is None:
            _make_room(root, path)
            _replace(target, data, None)
        else:
            _check_unchanged(root, path, expected)
            _replace(target, data, target.stat())
    except OSError as exc:
        raise CannotWrite(f"{path}: cannot be written: {exc.strerror or exc}; check its permissions") from exc


def _check_unchanged(root: Path, path: str, expected: bytes) -> None:
    if not is_regular(root, path):
        raise CannotWrite(f"{path}: is no regular file inside {root}; nothing was written")
    try:
        unchanged = read_bytes(root / path, len(expected)) == expected
    except TooLarge:
        unchanged = False
    if not unchanged:
        raise CannotWrite(f"{path}: changed while fixbot was running; run again")


def _make_room(root: Path, path: str) -> None:
    """Make the folders of a new file, if it lies below `root` with no symlink on the way."""
    target = root / path
    folders = [folder for folder in target.parents if folder.is_relative_to(root) and folder != root]
    blocked = any(folder.is_symlink() or (folder.exists() and not folder.is_dir()) for folder in folders)
    if blocked or not stays_inside(path) or os.path.lexists(target):
        raise CannotWrite(f"{path}: something else has taken its place; nothing was written")
    target.parent.mkdir(parents=True, exist_ok=True)


def _replace(target: Path, data: bytes, like: os.stat_result | None) -> None:
    """Put a complete file in the place of `target`, with the mode and owner of `like`."""
    prefix = f".{target.name[:80]}."
    for leftover in target.parent.glob(f"{glob.escape(prefix)}*.fixbot"):
        leftover.unlink()  # of a run that was killed
    handle, temporary = tempfile.mkstemp(prefix=prefix, suffix=".fixbot", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if like and hasattr(os, "chown") and os.geteuid() == 0:
            os.chown(temporary, like.st_uid, like.st_gid)
        os.chmod(temporary, stat.S_IMODE(like.st_mode) if like else 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
