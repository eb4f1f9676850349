"""An environment for one revision: packages as its own files ask for them, in a temporary folder.

Installing runs code of the target (a build backend, `setup.py`), as it runs when the service does: it is given no token
and no home of the user's, and ends after a time limit with all that it has started.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixbot import process
from fixbot.errors import FixbotError
from fixbot.profiling import server

REQUIREMENTS = ("requirements*.txt", "requirements/*.txt")
_FIRST = ("requirements.lock", "requirements.txt")
_NOT_FOR_RUNNING = re.compile(
    r"(?i)(?:^|[-_.])(?:dev\w*|tests?|testing|lint\w*|docs?|ci|typing|constraints)\b"
)
_UV_LOCKS = ("uv.lock", "pylock.toml")
_OTHER_LOCKS = ("poetry.lock", "pdm.lock", "Pipfile.lock")
_SAID_LINES = 12
_INDEXES = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT"),
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"),
)
_ADDRESS = re.compile(r"(?:https?|file)://[^\s@?]+|/[^\s@]*|1|true")
_TOKEN = re.compile(r"://\S*(?<![\w-])(?=[A-Za-z_-]*\d)[\w-]{16,}")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the packages of a checkout are installed: commands, what of its files they read, and what is to be said of it."""

    commands: tuple[tuple[str, ...], ...]
    files: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    """An environment that was made: its python, and what a reader of the numbers should know of it."""

    python: Path
    note: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: for the revision `name`, which is checked out at `root`."""

    name: str
    root: Path
    python: Path
    """Makes the environment: it will have the same version."""
    setup: str
    """The project's own command that installs what it needs; "" where it has none."""
    seconds: int
    """For each command."""
    instead: str
    """The option by which a person gives an environment."""


@contextmanager
def built(wanted: Wanted, progress: Callable[[str], None]) -> Iterator[Built]:
    """Make an environment, until the block ends. Raises `FixbotError` that says what to do."""
    folder = Path(tempfile.mkdtemp(prefix="fixbot-environment-")).resolve()
    try:
        yield _Building(wanted, folder, progress).build()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def package_sources(variables: Mapping[str, str]) -> dict[str, str]:
    """Where packages come from, of these variables: plain addresses, none with a user name or with what may be a token."""
    given = {name: variables[name] for name in _INDEXES if variables.get(name)}
    return {
        name: value
        for name, value in given.items()
        if all(_ADDRESS.fullmatch(part) and not _TOKEN.search(part) for part in value.split())
    }


def recipe(root: Path, python: Path, uv: bool) -> Recipe | None:
    """How to install what a checkout needs, from the first that is there; None where it is written for neither pip nor uv.

    A lock that can be read, requirements, the project itself where it can be built, the dependencies that it lists.
    """
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    install = ("uv", "pip", "install", "--quiet", "--python", str(python)) if uv else pip
    project = (*install, "-e", ".") if _can_be_built(root) else None
    if uv and (root / "uv.lock").is_file():
        return Recipe((("uv", "sync", "--frozen", "--no-dev", "--quiet"),), ("uv.lock",))
    listed = ["pylock.toml"] if uv and (root / "pylock.toml").is_file() else _requirements(root)
    if listed:
        wanted = tuple(part for name in listed for part in ("-r", name))
        limits = ["constraints.txt"] if (root / "constraints.txt").is_file() else []
        wanted += tuple(part for name in limits for part in ("-c", name))
        return Recipe(_with_project((*install, *wanted), project, root, listed), (*listed, *limits))
    files = tuple(name for name in ("pyproject.toml", "setup.py") if (root / name).is_file())
    dependencies = _table(root, "project").get("dependencies")
    if project:
        return Recipe((project,), files, _unread_locks(root, uv))
    if isinstance(dependencies, list):
        named = tuple(str(each) for each in dependencies)
        return Recipe(
            ((*install, "--", *named),) if named else (), ("pyproject.toml",), _unread_locks(root, uv)
        )
    return None


def _with_project(
    command: tuple[str, ...], project: tuple[str, ...] | None, root: Path, listed: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """Requirements and the project at once, so that they agree; apart where everything must have a hash."""
    if project is None:
        return (command,)
    hashed = any(name == "pylock.toml" or "--hash=" in _text(root / name) for name in listed)
    return (command, (*project, "--no-deps")) if hashed else ((*command, "-e", "."),)


def _requirements(root: Path) -> list[str]:
    """The requirements to install: the usual file, else all that are not for developing only."""
    for name in _FIRST:
        if (root / name).is_file():
            return [name]
    found = sorted({path for pattern in REQUIREMENTS for path in root.glob(pattern) if path.is_file()})
    names = [path.relative_to(root).as_posix() for path in found]
    return [name for name in names if not _NOT_FOR_RUNNING.search(Path(name).stem)]


def _can_be_built(root: Path) -> bool:
    """Whether the project says how it is installed; an application often does not, and lists its dependencies only."""
    dynamic = "dependencies" in _table(root, "project").get("dynamic", ())
    packaged = _table(root, "tool", "poetry").get("package-mode", True)
    return bool(packaged and (_table(root, "build-system") or dynamic)) or (root / "setup.py").is_file()


def _unread_locks(root: Path, uv: bool) -> str:
    unread = [name for name in (*(() if uv else _UV_LOCKS), *_OTHER_LOCKS) if (root / name).is_file()]
    if not unread:
        return ""
    reader = "uv" if uv else "pip"
    return f"{unread[0]} was not used, for {reader} cannot read it: versions are the newest that are allowed"


def _table(root: Path, *names: str) -> Mapping[str, Any]:
    """A table of `pyproject.toml`; an empty one where it is not there, or is something else."""
    try:
        found: Any = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


class _Building:
    """One environment in the making. `folder` holds it, and a home for what is run."""

    def __init__(self, wanted: Wanted, folder: Path, progress: Callable[[str], None]) -> None:
        self.wanted, self.progress = wanted, progress
        self.environment, self.home = folder / "environment", folder / "home"
        self.python = self.environment / "bin" / "python"
        self.uv = shutil.which("uv") is not None

    def build(self) -> Built:
        wanted = self.wanted
        found = None if wanted.setup else recipe(wanted.root, self.python, self.uv)
        if not wanted.setup and found is None:
            raise FixbotError(
                f"{wanted.name} has no requirements*.txt, and no pyproject.toml or setup.py that pip can install from. "
                f"{self._instead()}"
            )
        if self.uv and found:  # what uv makes has no pip, and a `setup` may call it
            self._run("uv", "venv", "--quiet", "--python", str(wanted.python), str(self.environment))
        else:
            self._run(str(wanted.python), "-m", "venv", str(self.environment))
        if found is None:
            self._shell(wanted.setup, "the `setup` of [tool.fixbot]")
            python = server.default_python(wanted.root, None)
            made = python if python.is_relative_to(wanted.root) else self.python
            return Built(made, "made by `setup`" + self._uvicorn(made))
        for command in found.commands:
            self._run(*command)
        note = f"made from {' and '.join(found.files)}{self._uvicorn(self.python)}"
        return Built(self.python, note + (f"; {found.note}" if found.note else ""))

    def _uvicorn(self, python: Path) -> str:
        """Install uvicorn where it is missing, and say so: another server may run the service in production."""
        if self._done(shlex.join((str(python), "-c", "import uvicorn"))).status:
            installer = ("uv", "pip", "install", "--quiet", "--python", str(python))
            self._run(
                *(installer if self.uv else (str(python), "-m", "pip", "install", "--quiet")), "uvicorn"
            )
            return " (and uvicorn, which runs the service here)"
        return ""

    def _run(self, *command: str) -> None:
        self._shell(shlex.join(command), _short(command))

    def _shell(self, command: str, shown: str) -> None:
        self.progress(f"Making an environment for {self.wanted.name}: {shown}")
        done = self._done(command)
        if done.status == 0:
            return
        how = f"ended with {done.status}."
        if done.status is None:
            how = (
                f"took longer than {self.wanted.seconds} s. `verify-timeout` in [tool.fixbot] sets the limit."
            )
        lines = [line for line in done.output.splitlines() if line.strip()][-_SAID_LINES:]
        said = ". It said:" + "".join(f"\n    {line}" for line in lines) if lines else ""
        raise FixbotError(
            f"No environment could be made for {self.wanted.name}: {shown} {how} {self._instead()}{said}"
        )

    def _done(self, command: str) -> process.Done:
        """Run it as in the activated environment."""
        name = _table(self.wanted.root, "project").get("name", "")
        variables = {
            **package_sources(os.environ),
            # A checkout without its history cannot tell its version, which does not matter here.
            f"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{re.sub(r'[^A-Z0-9]+', '_', str(name).upper())}": "0",
            "VIRTUAL_ENV": str(self.environment),
            "UV_PROJECT_ENVIRONMENT": str(self.environment),
            "PATH": os.pathsep.join((str(self.environment / "bin"), os.environ.get("PATH", os.defpath))),
        }
        return process.run(command, self.wanted.root, self.home, self.wanted.seconds, variables)

    def _instead(self) -> str:
        return (
            f"Give an environment that suits with {self.wanted.instead}, or set `setup` in [tool.fixbot] to the command "
            "that installs what the service needs"
        )


def _short(command: Sequence[str]) -> str:
    """A command as a person would type it: `pip install -r requirements.txt`."""
    words = list(command)
    if words[1:3] in (["-m", "pip"], ["-m", "venv"]):
        words = words[2:]
    if "--python" in words:
        at = words.index("--python")
        words = words[:at] + words[at + 2 :]
    hidden = {"--quiet", "--disable-pip-version-check"}
    return shlex.join(
        Path(word).name if word.startswith("/") else word for word in words if word not in hidden
    )
