"""How one setting is read: a function for each kind of value, which refuses everything else in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from fixbot.errors import ConfigError

Reader: TypeAlias = Callable[[object, str, Path, Collection[str]], Any]
"""From a value, the place where it stands, the folder of the settings and the ids of all codemods, to the setting."""
E = TypeVar("E", bound=StrEnum)


def strings(value: object, where: str, root: Path, codemods: Collection[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ConfigError(f"{where} must be a list of strings, like ['...'], not {shown(value)}")
    return tuple(value)


def text(value: object, where: str, root: Path, codemods: Collection[str]) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{where} must be a string, not {shown(value)}")
    return value


def flag(value: object, where: str, root: Path, codemods: Collection[str]) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{where} must be true or false, not {shown(value)}")
    return value


def number(allowed: range) -> Reader:
    def read(value: object, where: str, root: Path, codemods: Collection[str]) -> int:
        if type(value) is not int or value not in allowed:
            limits = f"{allowed.start} to {allowed.stop - 1}"
            raise ConfigError(f"{where} must be a whole number from {limits}, not {shown(value)}")
        return value

    return read


def choice(kind: type[E]) -> Reader:
    def read(value: object, where: str, root: Path, codemods: Collection[str]) -> E:
        if not isinstance(value, str) or value not in set(kind):
            raise ConfigError(f"{where} must be one of {listed(kind)}, not {shown(value)}")
        return kind(value)

    return read


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a sentence: what was probably meant."""
    import difflib

    known = list(known)
    near = difflib.get_close_matches(name.replace("_", "-"), known, n=1) or [
        k for k in known if k.startswith(name)
    ]
    return f"; did you mean `{near[0]}`?" if near else "."


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
