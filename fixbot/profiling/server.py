"""Runs the target: uvicorn in the target's own environment and process group, and nothing of it stays behind.

Whatever goes wrong (it crashes, hangs, listens late, needs another environment) ends in a sentence that says so,
with the last lines that the service wrote.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from fixbot.errors import FixbotError
from fixbot.profiling.model import Import, Start
from fixbot.profiling.probe_link import Link
from fixbot.profiling.targets import FUNCTION_PATTERNS, FUNCTIONS

START_SECONDS = 30.0
STOP_SECONDS = 5.0
READY = ("/health", "/healthz", "/api/health", "/openapi.json", "/")
"""What is asked for to see that the service works, in this order."""
_NO_UVICORN = 86
_TOKEN = "FIXBOT_PROFILE_RUN"
_LAST_LINES = 12
_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \|(\s*)(\S+)")
_SLOW = "[SLOW REQUEST]"
_TOP_IMPORTS = 10


class ServiceFailed(FixbotError):
    """The service did not come up, or stopped: says how, and what it wrote last."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start the service: an import string in `root`, by `python`."""

    target: str
    root: Path
    python: Path
    app_dir: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready: str = ""
    functions: Sequence[str] = ()
    start_seconds: float = START_SECONDS


@dataclass
class Service:
    """A service that answers, until the block that runs it ends; then `leftovers` are what it left behind."""

    base: str
    link: Link
    process: subprocess.Popen[bytes]
    log: Path
    start: Start
    leftovers: list[str] = field(default_factory=list)
    slow_lines: list[str] = field(default_factory=list)

    def check_alive(self) -> None:
        """Raises `ServiceFailed` when the process has stopped."""
        status = self.process.poll()
        if status is not None:
            raise ServiceFailed(f"The service stopped under load ({_ended(status)}).{_said(self.log)}")


@contextmanager
def running(launch: Launch) -> Iterator[Service]:
    """Start the service, wait until it answers, and stop it and all that it started. Raises `ServiceFailed`."""
    folder = Path(tempfile.mkdtemp(prefix="fixbot-profile-"))
    token = uuid.uuid4().hex
    ours, theirs = socket.socketpair()
    began = time.perf_counter()
    process: subprocess.Popen[bytes] | None = None
    link: Link | None = None
    service: Service | None = None
    try:
        port = _free_port()
        process = _spawn(launch, folder, token, theirs, port)
        theirs.close()
        link = Link(ours, launch.root)
        log = folder / "log"
        first, status = _wait(launch, process, link, log, port, began)
        seconds = time.perf_counter() - began
        start = Start(seconds, first, status, _imports(log))
        _check_origin(launch, link)
        service = Service(f"http://127.0.0.1:{port}", link, process, log, start)
        yield service
    finally:
        left = _stop(process, token) if process is not None else []
        theirs.close()
        if link is not None:
            link.close()
        else:
            ours.close()
        if service is not None:
            service.leftovers += left
            service.slow_lines += [line for line in _lines(service.log) if _SLOW in line]
        shutil.rmtree(folder, ignore_errors=True)


def _spawn(
    launch: Launch, folder: Path, token: str, theirs: socket.socket, port: int
) -> subprocess.Popen[bytes]:
    # Alone in a folder of its own: as a script its folder is on the import path until the probe takes it off.
    probe = shutil.copy(Path(__file__).with_name("probe.py"), folder / "fixbot_probe.py")
    settings = {
        "target": launch.target,
        "root": str(launch.root),
        "app_dir": str(launch.app_dir),
        "fd": theirs.fileno(),
        "port": port,
        "functions": [*launch.functions, *(name for name in FUNCTIONS)],
        "patterns": list(FUNCTION_PATTERNS),
    }
    environment = {**os.environ, **launch.environment, _TOKEN: token, "PYTHONUNBUFFERED": "1"}
    for name in ("PYTHONSAFEPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
        environment.pop(name, None)
    with (folder / "log").open("wb") as log:
        try:
            return subprocess.Popen(
                [str(launch.python), "-X", "importtime", probe, json.dumps(settings)],
                cwd=launch.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as exc:
            raise ServiceFailed(f"{launch.python} cannot be run: {exc.strerror or exc}") from exc


def _wait(
    launch: Launch, process: subprocess.Popen[bytes], link: Link, log: Path, port: int, began: float
) -> tuple[str, int]:
    """Until the service answers: what it was asked first, and its status. Raises `ServiceFailed`."""
    until, listens = began + launch.start_seconds, False
    while (left := until - time.perf_counter()) > 0:
        if process.poll() is not None:
            link.close()
            raise ServiceFailed(_why_stopped(launch, process.returncode, link, log))
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=min(left, 1)):
            listens = True
        if listens and (answer := _first_answer(port, launch.ready, left)):
            return answer
        time.sleep(0.01)
    what = "It listens, but answers no request" if listens else "It does not listen yet"
    raise ServiceFailed(
        f"{launch.target} did not answer within {launch.start_seconds:g} s of its start. {what}; if it needs longer, "
        f"give --start-timeout.{_said(log)}"
    )


def _first_answer(port: int, ready: str, seconds: float) -> tuple[str, int] | None:
    """The first request that is answered with 200, else the first that is answered at all; None when it hangs."""
    until, first = time.perf_counter() + seconds, None
    for path in (ready,) if ready else READY:
        left = until - time.perf_counter()
        if left <= 0:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=left)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        except TimeoutError:
            break
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()
        if status == 200:
            return f"GET {path}", status
        first = first or (f"GET {path}", status)
    return first


def _why_stopped(launch: Launch, status: int, link: Link, log: Path) -> str:
    if status == _NO_UVICORN:
        return (
            f"{launch.python} has no uvicorn, which runs the service. Name the service's own environment in "
            "[tool.fixbot] python, or with --python; or install uvicorn there"
        )
    if link.failed:
        said = str(link.failed["said"]).rstrip().splitlines()[-_LAST_LINES:]
        return f"{launch.target} cannot be imported:\n" + "\n".join(f"    {line}" for line in said)
    return f"{launch.target} stopped before it answered ({_ended(status)}).{_said(log)}"


def _check_origin(launch: Launch, link: Link) -> None:
    file = link.ready.get("file", "")
    if file and not Path(file).is_relative_to(launch.root):
        raise ServiceFailed(
            f"{launch.target} was imported from {file}, not from {launch.root}. Give the folder that the service "
            "stands in, or the folder of its imports as `app-dir` in [tool.fixbot.profile]"
        )


def _ended(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _said(log: Path) -> str:
    lines = _lines(log)[-_LAST_LINES:]
    return " It wrote:\n" + "\n".join(f"    {line}" for line in lines) if lines else " It wrote nothing."


def _lines(log: Path) -> list[str]:
    """What the service wrote, without the lines of `-X importtime`."""
    try:
        text = log.read_text("utf-8", errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip() and not line.startswith("import time:")]


def _imports(log: Path) -> tuple[Import, ...]:
    """The slowest imports, by their own time."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    matches = filter(None, map(_IMPORT.match, lines))
    found = [Import(match[4], int(match[1]) / 1e6, int(match[2]) / 1e6) for match in matches]
    return tuple(sorted(found, key=lambda each: -each.own)[:_TOP_IMPORTS])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- stopping --------------------------------------------------------------------------------------


def _stop(process: subprocess.Popen[bytes], token: str) -> list[str]:
    """End the service as its platform would, then by force; return the command lines of what outlived it."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    forced = process.poll() is None
    left = [command for each, command in _marked(token) if each != process.pid]
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    until = time.perf_counter() + STOP_SECONDS
    while (found := _marked(token)) and time.perf_counter() < until:
        for pid, _ in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    process.wait()
    if forced:
        left.append(f"the service itself, {STOP_SECONDS:g} s after it was told to stop")
    return left


def _marked(token: str) -> list[tuple[int, str]]:
    """Every process that was started by this run, however deep or detached: it has the run's token."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(_TOKEN) == token:
                found.append((process.pid, " ".join(process.cmdline())[:120]))
    return found


def resident(pid: int) -> int:
    """Resident bytes of a process and all its children; 0 when it is gone."""
    import psutil

    total = 0
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                total += process.memory_info().rss
    return total


def default_python(root: Path, configured: Path | None) -> Path:
    """The python of the service's environment: as set, else one found in the project, else the one fixbot runs on."""
    candidates = [configured] if configured else [root / name for name in (".venv", "venv", "env", ".env")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
        for python in (candidate / "bin" / "python", candidate / "Scripts" / "python.exe"):
            if python.exists():
                return python
    if configured:
        raise FixbotError(f"There is no python in {configured}; name the service's virtual environment")
    return Path(sys.executable)


def app_folder(root: Path, target: str, configured: str) -> Path:
    """The folder that the target is imported from: as set, else `src` where it is there only, else the root."""
    if configured:
        return root / configured
    top = target.partition(":")[0].partition(".")[0]
    in_root = (root / top).exists() or (root / f"{top}.py").exists()
    in_src = (root / "src" / top).exists() or (root / "src" / f"{top}.py").exists()
    return root / "src" if in_src and not in_root else root
