"""Redis, MariaDB and an S3 of the tests' own, on free ports; without them, tests that use them are skipped."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_STARTS_WITHIN = 120.0


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a fresh Redis."""
    program = _program("redis-server", "redis-server")
    with _folder() as folder:
        port = _free_port()
        options = (
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(folder),
        )
        with _running([program, *options], port, folder):
            yield f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def mysql_server() -> Iterator[int]:
    """The port of a fresh MariaDB with a database `tests`; its user `root` has no password."""
    program, install = (
        _program("mariadbd", "mariadb-server"),
        _program("mariadb-install-db", "mariadb-server"),
    )
    user = None
    if os.getuid() == 0:  # the server refuses to run as root
        user = next((u.pw_name for u in pwd.getpwall() if u.pw_name in ("mysql", "nobody")), None)
    with _folder(user) as folder:
        port, data = _free_port(), folder / "data"
        make = [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        subprocess.run([*make, "--skip-test-db"], check=True, capture_output=True, user=user, cwd=folder)
        (data / "tests").mkdir()
        if user:
            shutil.chown(data / "tests", user)
        files = (f"--datadir={data}", f"--socket={folder}/socket", f"--pid-file={folder}/pid")
        options = (f"--port={port}", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0")
        with _running([program, "--no-defaults", *files, *options], port, folder, user):
            yield port


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's S3, which speaks the protocol over HTTP."""
    pytest.importorskip("moto.server", reason="moto is not installed (pip install 'fixbot[test]')")
    with _folder() as folder:
        port = _free_port()
        serve = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
        with _running([sys.executable, "-c", serve], port, folder):
            yield f"http://127.0.0.1:{port}"


def _program(name: str, package: str) -> str:
    """Where a server is; Debian keeps some out of the path of users. Skips the test where it is not."""
    found = shutil.which(
        name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    )
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: {package})")
    return found


@contextmanager
def _folder(user: str | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fixbot-server-"))
    if user:
        shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: Sequence[str], port: int, folder: Path, user: str | None = None) -> Iterator[None]:
    """A server until the block ends. It is up when it takes connections."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, user=user, stdout=log, stderr=log)
    try:
        until = time.monotonic() + _STARTS_WITHIN
        while not _listens(port):
            said = (folder / "log").read_text(errors="replace")[-2000:]
            assert process.poll() is None, f"{command[0]} stopped: {said}"
            assert time.monotonic() < until, f"{command[0]} does not listen: {said}"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
