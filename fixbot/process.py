"""Running a command of the target: no secrets in its environment, a time limit, and nothing of it left running."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

KEPT_OUTPUT = 64_000
"""Bytes of what a command has said last; the rest is thrown away while it runs."""
_ALLOWED = (
    *("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "COMSPEC", "PATHEXT"),
    *("JAVA_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "VIRTUAL_ENV"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
)
_PR_SET_DUMPABLE = 4
_MARK = "FIXBOT_RUN"
"""Every process of a run has this variable, by which also those are found that have left its process group."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command. `status` is its exit status, None when it was stopped for taking too long."""

    status: int | None
    seconds: int
    output: str
    """The end of what it said."""


def run(shell_command: str, folder: Path, home: Path, seconds: int, variables: Mapping[str, str]) -> Done:
    """Run a shell command in `folder` with `home` as its home; whatever it has started is killed when it ends."""
    _hide_from_children()
    mark = uuid.uuid4().hex
    started = time.monotonic()
    process = subprocess.Popen(
        shell_command,
        shell=True,
        cwd=folder,
        env=environment(home) | {_MARK: mark, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout
    tail = _Tail(process.stdout)
    try:
        status: int | None = process.wait(seconds)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        _kill(process, mark)
    return Done(status, round(time.monotonic() - started), tail.text())


def environment(home: Path) -> dict[str, str]:
    """All that a command of the target gets to know: an allow-list, with a home of its own."""
    kept = {name: os.environ[name] for name in _ALLOWED if name in os.environ}
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {**kept, "HOME": str(home), "TMPDIR": str(temporary), "GIT_TERMINAL_PROMPT": "0"}


class _Tail:
    """The end of what a pipe carries, read by a thread so that nobody ever waits for a reader."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def text(self) -> str:
        self._thread.join(5)
        return self._kept.decode("utf-8", "replace")

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while chunk := os.read(self._pipe.fileno(), 65_536):
                self._kept = (self._kept + chunk)[-KEPT_OUTPUT:]
            self._pipe.close()


def _hide_from_children() -> None:
    """Let no process of the same user read this one's environment and memory, where `pr` has the token.

    Linux only, and root with the capability to trace still can: who runs code that nobody vetted gives `verify` a job of its own.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _kill(process: subprocess.Popen[bytes], mark: str) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    for _ in range(10):  # one that is just being started is found the next time
        found = list(_marked(mark))
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return
        time.sleep(0.05)


def _marked(mark: str) -> Iterator[int]:
    """Living processes with this mark in their environment (where there is `/proc`)."""
    wanted = f"{_MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
