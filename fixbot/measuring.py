"""What `profile` and `compare` do, between the flags of `fixbot.cli` and `fixbot.profiling`: settings, environments, checkouts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fixbot import commands
from fixbot.config import Config, read_config
from fixbot.errors import FixbotError
from fixbot.plugins import load_codemods
from fixbot.profiling import checkout, profiler, server
from fixbot.profiling.compare import Plan
from fixbot.profiling.compare import compare as compare_services
from fixbot.profiling.comparison import Comparison
from fixbot.profiling.model import Profile
from fixbot.profiling.profiler import Options, Progress
from fixbot.profiling.settings import Settings, read_settings
from fixbot.profiling.slow_log import SlowLog, read_slow_log

WORKING_TREE = "the working tree"
_IMPORT_STRING = re.compile(r"[\w.]+:[\w.]+(\(\))?")


@dataclass(frozen=True)
class Opened:
    """A project with its settings of measuring."""

    root: Path
    config: Config
    settings: Settings

    def target(self, given: str | None) -> str:
        """The target as given or set. Raises `FixbotError`."""
        target = given or self.settings.target
        if not target:
            raise FixbotError(
                "What should be profiled? Give an import string like `app.main:app` or a URL, "
                "or set `target` in [tool.fixbot.profile]"
            )
        if not is_url(target) and not _IMPORT_STRING.fullmatch(target):
            raise FixbotError(f"{target} is neither an import string like `app.main:app` nor a URL")
        return target

    def launch(self, target: str, python: Path | None, start_seconds: float) -> server.Launch:
        """How the service is started in this project."""
        return server.Launch(
            target,
            self.root,
            server.default_python(self.root, python or self.config.python),
            server.app_folder(self.root, target, self.settings.app_dir),
            self.settings.environment,
            self.settings.ready,
            tuple(self.settings.targets.functions),
            start_seconds,
        )


def seconds_of(duration: str) -> float:
    """A duration in seconds: `90s`, `10m`, `1h`, or a number of seconds. Raises `FixbotError`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", duration.strip())
    if not match or not float(match[1]):
        raise FixbotError(f"--duration must be a time like 90s, 10m or 1h, not {duration}")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def is_url(target: str) -> bool:
    return target.startswith(("http://", "https://"))


def open_project(root: Path) -> Opened:
    """Read the settings. Raises `FixbotError`."""
    root = commands.folder_of(root)
    config = read_config(root, [codemod.id for codemod in load_codemods()])
    return Opened(root, config, read_settings(config.profile))


def profile(
    opened: Opened,
    target: str,
    options: Options,
    python: Path | None,
    start_seconds: float,
    progress: Progress,
) -> Profile:
    """Measure a service. Raises `FixbotError`."""
    if is_url(target):
        return profiler.profile_url(target, opened.settings, options, progress)
    _posix_only()
    launch = opened.launch(target, python, start_seconds)
    return profiler.profile_service(launch, opened.settings, options, progress)


@dataclass(frozen=True)
class Sides:
    """The two revisions to compare; `head` None is the working tree."""

    base: str
    head: str | None
    base_python: Path | None = None
    head_python: Path | None = None


def compare(
    opened: Opened,
    target: str,
    sides: Sides,
    options: Options,
    plan: Plan,
    start_seconds: float,
    progress: Progress,
) -> Comparison:
    """Measure two revisions side by side. Raises `FixbotError`."""
    if is_url(target):
        raise FixbotError("compare starts two revisions itself; give an import string, not a URL")
    _posix_only()
    head_name = sides.head or WORKING_TREE
    with ExitStack() as stack:
        base = stack.enter_context(_folder(opened, sides.base))
        head = stack.enter_context(_folder(opened, sides.head))
        _same_dependencies(base, head, sides, head_name)
        launches = (
            _launch(opened, base, target, sides.base_python, start_seconds),
            _launch(opened, head, target, sides.head_python, start_seconds),
        )
        return compare_services(launches, (sides.base, head_name), opened.settings, options, plan, progress)


@contextmanager
def _folder(opened: Opened, revision: str | None) -> Iterator[Path]:
    if revision is None:
        yield opened.root
    else:
        with checkout.checked_out(opened.root, revision, opened.settings.copy) as folder:
            yield folder


def _launch(
    opened: Opened, root: Path, target: str, python: Path | None, start_seconds: float
) -> server.Launch:
    """The service of a checkout, in the environment of the project."""
    found = server.default_python(opened.root, python or opened.config.python)
    return Opened(root, opened.config, opened.settings).launch(target, found, start_seconds)


def _same_dependencies(base: Path, head: Path, sides: Sides, head_name: str) -> None:
    files = checkout.differing(base, head)
    if files and not (sides.base_python and sides.head_python):
        raise FixbotError(
            f"{sides.base} and {head_name} need different packages ({', '.join(files)} differ), so one environment does "
            "not suit both. Make one for each and give them: --base-python and --head-python"
        )


def read_log(path: Path) -> SlowLog:
    """The slow requests of a log; `-` is standard input. Raises `FixbotError`."""
    try:
        if str(path) == "-":
            return read_slow_log(sys.stdin)
        with path.open(encoding="utf-8", errors="replace") as lines:
            return read_slow_log(lines)
    except OSError as exc:
        raise FixbotError(f"{path} cannot be read: {exc.strerror or exc}") from exc


def _posix_only() -> None:
    if sys.platform == "win32":
        raise FixbotError(
            "Starting a service to measure it works on Linux and macOS; give the URL of one that runs"
        )
