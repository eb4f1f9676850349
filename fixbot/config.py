"""Settings: `[tool.fixbot]` in the `pyproject.toml` of the analysed folder, read strictly.

A wrong setting stops the run with its key, its line and what would be allowed; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from fixbot import pull_settings, settings
from fixbot.errors import ConfigError
from fixbot.pull_settings import PullSettings
from fixbot.settings import Reader
from fixbot.settings import listed as _listed
from fixbot.settings import meant as _meant
from fixbot.settings import shown as _shown
from fixbot.settings import strings as _strings

FILE = "pyproject.toml"
OLDEST_PYTHON = (3, 9)
"""Assumed of a project that does not say what it supports."""
DEFAULT_LINE_LENGTH = 88
LINE_LENGTHS = range(40, 401)

_NOT_COMMITTED = frozenset({"python", "database"})
"""Settings that name what is made beside a checkout and is not committed."""
_TABLE = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w.\"' -]+?)\s*=")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_LOWER_BOUND = re.compile(r"(?:>=|~=|===?|>)\s*(\d+)(?:\.(\d+))?")


class FailOn(StrEnum):
    """From which safety on a finding makes `check` exit with 1."""

    SAFE = "safe"
    REVIEW = "review"
    REPORT = "report"
    NEVER = "never"


class GatherErrors(StrEnum):
    """Which error is raised where several things that are awaited at once fail."""

    FIRST_IN_TIME = "first-in-time"
    FIRST_IN_ORDER = "first-in-order"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one project. Paths are absolute; empty `select`, `include` mean everything."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    catalogue: tuple[Path, ...] = ()
    python: Path | None = None
    database: Path | None = None
    line_length: int = DEFAULT_LINE_LENGTH
    fail_on: FailOn = FailOn.REVIEW
    gather_errors: GatherErrors = GatherErrors.FIRST_IN_TIME
    profile: Mapping[str, Any] = field(default_factory=dict)
    """The table `[tool.fixbot.profile]` as it stands; `fixbot.profiling.settings` reads it."""
    pulls: PullSettings = field(default_factory=PullSettings)
    minimum_python: tuple[int, int] = OLDEST_PYTHON


def read_config(root: Path, codemods: Collection[str], *, beside: Path | None = None) -> Config:
    """The settings of the project at `root`; the defaults where it has none.

    `codemods` are the ids that `select` and `ignore` may name. Where `root` is a copy of what is committed, `beside` is
    the folder with what is not, and a setting that names what is not there either does not count. Raises `ConfigError`.
    """
    text = _read(root / FILE)
    tables = _parse(text)
    tool = _table(tables, "tool")
    given = tool.get("fixbot", {})
    if not isinstance(given, dict):
        raise ConfigError(f"{FILE}: [tool.fixbot] must be a table")
    values: dict[str, Any] = {}
    pulls: dict[str, Any] = {}
    for key, value in given.items():
        where = f"{FILE}:{_line_of(text, key)}: [tool.fixbot] {key}"
        name = key.replace("-", "_")
        if key in pull_settings.READERS:
            pulls[name] = pull_settings.READERS[key](value, where, root, codemods)
        elif key not in _READERS:
            known = [*_READERS, *pull_settings.READERS]
            raise ConfigError(f"{where} is no setting{_meant(key, known)} The settings are {_listed(known)}")
        elif not beside or key not in _NOT_COMMITTED:
            values[name] = _READERS[key](value, where, root, codemods)
        elif isinstance(value, str) and (beside / value).exists():
            values[name] = _READERS[key](value, where, beside, codemods)
    values.setdefault("line_length", _formatter_line_length(tool))
    requires = _table(tables, "project").get("requires-python")
    oldest = minimum_python(requires if isinstance(requires, str) else "")
    return Config(**values, pulls=PullSettings(**pulls), minimum_python=oldest)


def read_pull_settings(text: str) -> PullSettings:
    """Only the settings for pull requests in the text of a `pyproject.toml`: no codemod need be known for them.

    Raises `ConfigError`.
    """
    given = _table(_table(_parse(text), "tool"), "fixbot")
    values = {
        key.replace("-", "_"): read(
            given[key], f"{FILE}:{_line_of(text, key)}: [tool.fixbot] {key}", Path(), ()
        )
        for key, read in pull_settings.READERS.items()
        if key in given
    }
    return PullSettings(**values)


def minimum_python(requires: str) -> tuple[int, int]:
    """The oldest version that a `requires-python` admits: `>=3.10,<4` -> (3, 10)."""
    bounds = [(int(major), int(minor or 0)) for major, minor in _LOWER_BOUND.findall(requires)]
    return max(bounds, default=OLDEST_PYTHON)


def known_codemods(names: Iterable[str], where: str, codemods: Collection[str]) -> tuple[str, ...]:
    """These names, if each is the id of a codemod. Raises `ConfigError` with the nearest one and the list."""
    names = tuple(names)
    for name in names:
        if name not in codemods:
            raise ConfigError(
                f"{where}: there is no codemod `{name}`{_meant(name, codemods)} The codemods are {_listed(codemods)}"
            )
    return names


# --- one reader for each kind of value: (value, where it stands, root, codemod ids) -> setting -----


def _codemods(value: object, where: str, root: Path, codemods: Collection[str]) -> tuple[str, ...]:
    return known_codemods(_strings(value, where, root, codemods), where, codemods)


def _folders(value: object, where: str, root: Path, codemods: Collection[str]) -> tuple[Path, ...]:
    folders = tuple(root / name for name in _strings(value, where, root, codemods))
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                f"{where}: {folder} is no folder; give folders of .pyi stubs, relative to {FILE}"
            )
    return folders


def _environment(value: object, where: str, root: Path, codemods: Collection[str]) -> Path:
    if not isinstance(value, str) or not value or not (root / value).exists():
        raise ConfigError(
            f"{where} must be the path of a virtual environment or its python, like '.venv', "
            f"relative to {FILE}; {_shown(value)} is not there"
        )
    return root / value


def _database(value: object, where: str, root: Path, codemods: Collection[str]) -> Path:
    if not isinstance(value, str) or not value or not (root / value).is_file():
        raise ConfigError(
            f"{where} must be the path of a SQLite file, like 'data/app.sqlite3', relative to {FILE}; "
            f"{_shown(value)} is no file"
        )
    return root / value


def _profile(value: object, where: str, root: Path, codemods: Collection[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{where} must be a table, [tool.fixbot.profile], not {_shown(value)}")
    return value


_READERS: Mapping[str, Reader] = {
    "select": _codemods,
    "ignore": _codemods,
    "include": _strings,
    "exclude": _strings,
    "catalogue": _folders,
    "python": _environment,
    "database": _database,
    "line-length": settings.number(LINE_LENGTHS),
    "fail-on": settings.choice(FailOn),
    "gather-errors": settings.choice(GatherErrors),
    "profile": _profile,
}


# --- the file ------------------------------------------------------------------------------------


def _read(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{FILE} cannot be read: {exc}") from exc


def _parse(text: str) -> dict[str, Any]:
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        message = str(exc)
        found = _AT_LINE.search(message)
        line = int(found.group(1)) if found else text.count("\n") + 1
        raise ConfigError(f"{FILE}:{line}: is no valid TOML: {_AT_LINE.sub('', message)}") from exc
    except RecursionError as exc:
        raise ConfigError(f"{FILE}: is nested too deeply to be read") from exc


def _table(tables: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = tables.get(name)
    return found if isinstance(found, dict) else {}


def _formatter_line_length(tool: Mapping[str, Any]) -> int:
    """What the project's formatter is told, so that rewritten lines look like the others."""
    for formatter in ("ruff", "black"):
        length = _table(tool, formatter).get("line-length")
        if type(length) is int and length in LINE_LENGTHS:
            return length
    return DEFAULT_LINE_LENGTH


def _line_of(text: str, key: str) -> int:
    """The line that sets a key of `[tool.fixbot]`, in whichever of TOML's notations."""
    table, nearest = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        if found := _TABLE.match(line):
            table = _dotted(found.group(1))
            if table == "tool.fixbot":
                nearest = number
            if table == f"tool.fixbot.{key}":
                return number
        elif found := _KEY.match(line):
            name = _dotted(f"{table}.{found.group(1)}").removeprefix(".")
            if name == f"tool.fixbot.{key}":
                return number
            if name == "tool.fixbot":
                nearest = number
    return nearest


def _dotted(name: str) -> str:
    """`tool . "fixbot"` -> `tool.fixbot`."""
    return ".".join(part.strip(" \t\"'") for part in name.split("."))
