"""Files are written whole or not at all, only over what was read, and only inside the root."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fixbot.rewrite.disk import CannotWrite, write_file
from tests.support import read_files, write_files

OLD, NEW = b"old\n", b"new\r\n\xff"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one file, beside something that is none of its business."""
    write_files(tmp_path / "outside", {"x.py": OLD})
    return write_files(tmp_path / "project", {"app/x.py": OLD})


# --- a file that is there ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o440, 0o4711])
def test_bytes_change_and_the_mode_stays(root: Path, mode: int) -> None:
    (root / "app/x.py").chmod(mode)
    write_file(root, "app/x.py", NEW, expected=OLD)
    assert read_files(root) == {"app/x.py": NEW}
    assert mode_of(root / "app/x.py") == mode


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_stays(root: Path) -> None:
    os.chown(root / "app/x.py", 12345, 12346)
    write_file(root, "app/x.py", NEW, expected=OLD)
    found = (root / "app/x.py").stat()
    assert (found.st_uid, found.st_gid) == (12345, 12346)


def test_whoever_reads_meanwhile_sees_the_old_file(root: Path) -> None:
    with (root / "app/x.py").open("rb") as reader:
        write_file(root, "app/x.py", NEW, expected=OLD)
        assert reader.read() == OLD


def test_another_name_of_the_same_file_keeps_the_old_bytes(root: Path) -> None:
    os.link(root / "app/x.py", root / "other.py")
    write_file(root, "app/x.py", NEW, expected=OLD)
    assert read_files(root) == {"app/x.py": NEW, "other.py": OLD}


@pytest.mark.parametrize("there", [b"", b"old", b"OLD\n", b"old\n" * 2, b"old\r\n"])
def test_what_has_changed_meanwhile_is_not_overwritten(root: Path, there: bytes) -> None:
    (root / "app/x.py").write_bytes(there)
    with pytest.raises(CannotWrite, match="changed while fixbot was running; run again"):
        write_file(root, "app/x.py", NEW, expected=OLD)
    assert read_files(root) == {"app/x.py": there}


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_on_the_way_leaves_everything_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(os, step, fail)
    with pytest.raises((CannotWrite, KeyboardInterrupt)) as caught:
        write_file(root, "app/x.py", NEW, expected=OLD)
    assert read_files(root) == {"app/x.py": OLD}
    if isinstance(failure, OSError):
        words = "app/x.py: cannot be written: No space left on device; check its permissions"
        assert str(caught.value) == words


def test_bytes_are_on_the_disk_before_the_name_moves(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    for name in ("fsync", "chmod", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, name=name, real=real: (steps.append(name), real(*a))[1])
    write_file(root, "app/x.py", NEW, expected=OLD)
    assert steps == ["fsync", "chmod", "replace"]


# --- symlinks, and what is no file -----------------------------------------------------------------------------


def test_a_symlink_is_not_written_through(root: Path) -> None:
    (root / "app/x.py").unlink()
    (root / "app/x.py").symlink_to("../../outside/x.py")
    for expected in (OLD, None):
        with pytest.raises(CannotWrite):
            write_file(root, "app/x.py", NEW, expected=expected)
    assert (root / "app/x.py").is_symlink()
    assert (root.parent / "outside/x.py").read_bytes() == OLD


def test_a_folder_that_has_become_a_symlink(root: Path) -> None:
    (root / "app").rename(root / "old")
    (root / "app").symlink_to("../outside")
    for path, expected in (("app/x.py", OLD), ("app/y.py", None), ("app/z/y.py", None)):
        with pytest.raises(CannotWrite):
            write_file(root, path, NEW, expected=expected)
    assert read_files(root.parent / "outside") == {"x.py": OLD}


@pytest.mark.parametrize("kind", ["gone", "folder", "pipe", "folder gone"])
def test_what_is_no_file_any_more(root: Path, kind: str) -> None:
    path = root / "app/x.py"
    path.unlink()
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "folder gone":
            path.parent.rmdir()
    with pytest.raises(CannotWrite):
        write_file(root, "app/x.py", NEW, expected=OLD)
    assert read_files(root) == {}
    assert path.exists() is (kind in ("folder", "pipe"))


@pytest.mark.parametrize(
    "path", ["../outside/x.py", "app/../../outside/x.py", "../outside/y.py", "app/./../y.py", ".git/y.py"]
)
@pytest.mark.parametrize("expected", [OLD, None])
def test_outside_of_the_root(root: Path, path: str, expected: bytes | None) -> None:
    with pytest.raises(CannotWrite):
        write_file(root, path, NEW, expected=expected)
    assert read_files(root.parent) == {"outside/x.py": OLD, "project/app/x.py": OLD}


@pytest.mark.parametrize("expected", [OLD, None])
def test_an_absolute_path(root: Path, expected: bytes | None) -> None:
    outside = root.parent / "outside/x.py"
    with pytest.raises(CannotWrite):
        write_file(root, str(outside), NEW, expected=expected)
    assert outside.read_bytes() == OLD


# --- a new file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["y.py", "app/y.py", "new/y.py", "new/newer/y.py"])
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_file_and_its_folders(root: Path, path: str, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_file(root, path, NEW, expected=None)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert read_files(root) == {"app/x.py": OLD, path: NEW}
    assert mode_of(root / path) == 0o666 & ~umask


@pytest.mark.parametrize("path", ["app/x.py", "app", "app/x.py/y.py"])
def test_a_new_file_takes_no_place_that_is_taken(root: Path, path: str) -> None:
    with pytest.raises(CannotWrite, match="something else has taken its place; nothing was written"):
        write_file(root, path, NEW, expected=None)
    assert read_files(root) == {"app/x.py": OLD}


def test_a_dangling_symlink_is_taken_too(root: Path) -> None:
    (root / "y.py").symlink_to("../outside/y.py")
    with pytest.raises(CannotWrite):
        write_file(root, "y.py", NEW, expected=None)
    assert read_files(root.parent / "outside") == {"x.py": OLD}


# --- leftovers -----------------------------------------------------------------------------------------------------


def test_leftovers_of_a_killed_run_are_removed_and_nothing_else(root: Path) -> None:
    ours = {"app/.x.py.abc.fixbot": b"half", "app/.x.py.0_9.fixbot": b""}
    others = {
        "app/.y.py.abc.fixbot": b"y",
        "app/x.py.fixbot": b"x",
        "app/.x.py.swp": b"x",
        ".x.py.abc.fixbot": b"x",
    }
    write_files(root, ours | others)
    write_file(root, "app/x.py", NEW, expected=OLD)
    assert read_files(root) == {"app/x.py": NEW, **others}


def test_a_name_may_look_like_a_glob(root: Path) -> None:
    write_files(root, {"[ab].py": OLD, ".[ab].py.1.fixbot": b"", ".a.py.1.fixbot": b""})
    write_file(root, "[ab].py", NEW, expected=OLD)
    assert read_files(root) == {"[ab].py": NEW, ".a.py.1.fixbot": b"", "app/x.py": OLD}


def test_a_name_as_long_as_the_file_system_takes(root: Path) -> None:
    path = f"{'x' * 252}.py"
    write_file(root, path, OLD, expected=None)
    write_file(root, path, NEW, expected=OLD)
    assert (root / path).read_bytes() == NEW
