"""Settings of measuring: `[tool.fixbot.profile]`, read strictly like the others."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fixbot.config import FILE
from fixbot.errors import ConfigError
from fixbot.profiling.targets import DEFAULT_TARGETS, Targets

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that the settings ask for. `path` may hold `{names}`, which `paths` fills."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What `[tool.fixbot.profile]` says."""

    target: str = ""
    app_dir: str = ""
    openapi: str = ""
    ready: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    paths: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    exclude: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    requests: tuple[Wanted, ...] = ()
    targets: Targets = DEFAULT_TARGETS


def read_settings(table: Mapping[str, Any]) -> Settings:
    """The settings in a table of pyproject.toml. Raises `ConfigError`."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        where = f"{FILE}: [tool.fixbot.profile] {key}"
        if key == "targets":
            continue
        if key == "functions":
            continue
        if key not in _READERS:
            known = ", ".join(f"`{name}`" for name in (*_READERS, "targets", "functions"))
            raise ConfigError(f"{where} is no setting. The settings are {known}")
        values[key.replace("-", "_")] = _READERS[key](value, where)
    numbers = {key: _numbers(table.get(key, {}), key) for key in ("targets", "functions")}
    values["targets"] = DEFAULT_TARGETS.changed(numbers["targets"], numbers["functions"])
    return Settings(**values)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where} must be a string, not {value!r}")
    return value


def _expanded(value: str, where: str) -> str:
    """The text with `${NAME}` taken from the environment, so that no secret stands in the file."""

    def of(match: re.Match[str]) -> str:
        found = os.environ.get(match.group(1))
        if found is None:
            raise ConfigError(
                f"{where}: the environment has no variable {match.group(1)}; set it and run again"
            )
        return found

    return _VARIABLE.sub(of, value)


def _texts(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ConfigError(f"{where} must be a table of strings, not {value!r}")
    return {
        name: _expanded(_scalar(text, f"{where}.{name}"), f"{where}.{name}") for name, text in value.items()
    }


def _scalar(value: object, where: str) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise ConfigError(f"{where} must be a string or a number, not {value!r}")


def _list(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigError(f"{where} must be a list of strings, not {value!r}")
    return tuple(value)


def _requests(value: object, where: str) -> tuple[Wanted, ...]:
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise ConfigError(f"{where} must be tables, each under [[tool.fixbot.profile.requests]]")
    return tuple(_request(entry, f"{where}[{number}]") for number, entry in enumerate(value))


def _request(entry: dict[str, Any], where: str) -> Wanted:
    unknown = set(entry) - {"method", "path", "headers", "json", "body"}
    if unknown:
        raise ConfigError(
            f"{where}: `{min(unknown)}` is no key of a request; there are method, path, headers, json and body"
        )
    method = _text(entry.get("method", "GET"), f"{where}.method").upper()
    path = _text(entry.get("path", ""), f"{where}.path")
    if method not in _METHODS:
        raise ConfigError(f"{where}.method must be one of {', '.join(_METHODS)}, not {method}")
    if not path.startswith("/"):
        raise ConfigError(f"{where}.path must begin with `/`, not {path!r}")
    headers, body = _texts(entry.get("headers", {}), f"{where}.headers"), None
    if "json" in entry:
        headers = {"content-type": "application/json", **headers}
        body = json.dumps(entry["json"], default=str).encode()
    elif "body" in entry:
        body = _text(entry["body"], f"{where}.body").encode()
    return Wanted(method, path, headers, body)


def _numbers(value: object, key: str) -> dict[str, float]:
    where = f"{FILE}: [tool.fixbot.profile] {key}"
    if not isinstance(value, dict):
        raise ConfigError(f"{where} must be a table of numbers")
    for name, number in value.items():
        if isinstance(number, bool) or not isinstance(number, (int, float)) or number < 0:
            raise ConfigError(f"{where}.{name} must be a number of at least 0, not {number!r}")
    return {name: float(number) for name, number in value.items()}


_READERS: Mapping[str, Callable[[object, str], Any]] = {
    "target": _text,
    "app-dir": _text,
    "openapi": _text,
    "ready": _text,
    "headers": _texts,
    "paths": _texts,
    "environment": _texts,
    "exclude": _list,
    "copy": _list,
    "requests": _requests,
}
