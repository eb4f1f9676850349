"""A PostgreSQL server of the tests' own, on a free port, with its files in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def binary(name: str) -> str | None:
    """Where a program of PostgreSQL is; Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection string of a fresh server; without PostgreSQL the test is skipped."""
    initdb, server = binary("initdb"), binary("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    user = None
    if os.getuid() == 0:  # the server refuses to run as root
        user = next((u.pw_name for u in pwd.getpwall() if u.pw_name in ("postgres", "nobody")), None)
    folder = Path(tempfile.mkdtemp(prefix="fixbot-postgres-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    make = [initdb, "-D", str(folder / "data"), "-U", "tests", "--auth=trust", "--no-sync", "--encoding=UTF8"]
    subprocess.run(make, check=True, capture_output=True, user=user, cwd=folder)
    settings = [
        f"-c{s}" for s in ("listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off")
    ]
    running = subprocess.Popen(
        [server, "-D", str(folder / "data"), "-p", str(port), *settings],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr
    for line in running.stderr:
        if "ready to accept connections" in line:
            break
    try:
        yield f"host=127.0.0.1 port={port} user=tests dbname=postgres"
    finally:
        running.terminate()
        running.communicate(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
