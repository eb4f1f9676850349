"""Temporary folders that are gone when the run is over, also those of runs that were killed.

Each holds a file `lock` that its process keeps locked for as long as it lives: a folder whose lock is free
belongs to nobody any more, and the next run removes it.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PREFIX = "fixbot-work-"
ABANDONED = 24 * 3600
"""Seconds after which a folder without any lock belongs to a run that was killed while it made the folder."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder, empty but for its lock; removed afterwards, with all that it then holds."""
    remove_stale()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    handle = _locked(folder)
    try:
        yield folder
    finally:
        remove(folder)
        os.close(handle)


def remove_stale() -> None:
    """Remove the folders of this user's runs that were killed."""
    with suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    _remove_if_stale(Path(entry.path))


def remove(folder: Path) -> None:
    """Remove a folder and all below it, whatever modes its files have got; symlinks are not followed."""
    shutil.rmtree(folder, onerror=_make_writable)


def _remove_if_stale(folder: Path) -> None:
    status = folder.lstat()
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        return
    try:
        handle = os.open(folder / "lock", os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        if time.time() - status.st_mtime > ABANDONED:
            remove(folder)
        return
    try:
        if _lock(handle):
            remove(folder)
    finally:
        os.close(handle)


def _locked(folder: Path) -> int:
    """Lock the file first and give it its name then: nobody finds it unlocked."""
    handle = os.open(folder / "lock.new", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    _lock(handle)
    os.rename(folder / "lock.new", folder / "lock")
    return handle


def _lock(handle: int) -> bool:
    """Take the lock if it is free; it is given back when the file is closed, also by the end of the process."""
    try:
        import fcntl
    except ImportError:  # Windows: nothing is found to be stale there
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _make_writable(remove: Callable[[str], Any], path: str, _: object) -> None:
    """What was read-only is made writable and tried once more; what then is left, is left."""
    with suppress(OSError):
        for each in (os.path.dirname(path), path):
            if not os.path.islink(each):
                os.chmod(each, stat.S_IRWXU)
        if remove in (os.scandir, os.open, os.lstat):
            shutil.rmtree(path, ignore_errors=True)
        else:
            remove(path)
