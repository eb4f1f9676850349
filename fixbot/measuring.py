"""What `profile` and `compare` do, between the flags of `fixbot.cli` and `fixbot.profiling`: settings, environments, checkouts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fixbot import commands
from fixbot.config import Config, read_config
from fixbot.errors import FixbotError
from fixbot.plugins import load_codemods
from fixbot.profiling import checkout, environments, profiler, server
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
        pythons, notes = _environments(opened, (base, head), sides, stack, progress)
        launches = tuple(
            _launch(opened, folder, target, python, start_seconds)
            for folder, python in zip((base, head), pythons, strict=True)
        )
        names = (sides.base, head_name)
        found = compare_services((launches[0], launches[1]), names, opened.settings, options, plan, progress)
    return replace(found, notes=(*found.notes, *notes))


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


def _environments(
    opened: Opened, folders: tuple[Path, Path], sides: Sides, stack: ExitStack, progress: Progress
) -> tuple[list[Path | None], list[str]]:
    """The environment of each side (None: the project's own), and what a reader should know of them.

    Where the two need different packages, each gets one that is made for it, unless it is given. The working tree has
    the project's own: nothing is installed from, or into, a folder in which somebody works.
    """
    given = [sides.base_python, sides.head_python]
    files = checkout.differing(*folders)
    if not files or all(given):
        return given, []
    names, notes = (sides.base, sides.head or WORKING_TREE), []
    python = server.default_python(opened.root, opened.config.python)
    pulls = opened.config.pulls
    for number, option in enumerate(("--base-python", "--head-python")):
        if given[number]:
            notes.append(f"{names[number]} ran in {given[number]}, as given")
        elif number and sides.head is None:
            notes.append(f"{names[number]} ran in the project's own environment, {python}")
        else:
            wanted = environments.Wanted(
                names[number], folders[number], python, pulls.setup, pulls.verify_timeout, option
            )
            built = stack.enter_context(environments.built(wanted, progress))
            given[number] = built.python
            notes.append(f"{names[number]} ran in an environment of its own, {built.note}")
    differ = "differ" if len(files) > 1 else "differs"
    why = f"{', '.join(files)} {differ}, so packages may be why something got slower or faster"
    return given, [why, *notes]


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
