"""Which requests are made: those of the settings, and of the OpenAPI description what is safe to ask for.

Safe are GETs that need no parameter, or only path parameters for which the settings give a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from fixbot.errors import FixbotError
from fixbot.profiling.model import Endpoint, Skipped
from fixbot.profiling.settings import Settings, Wanted
from fixbot.profiling.targets import kind_of

OPENAPI = (
    "/openapi.json",
    "/api/openapi.json",
    "/api/v1/openapi.json",
    "/docs/openapi.json",
    "/swagger.json",
)
_NAME = re.compile(r"\{(\w+)(?::\w+)?\}")
_HOW = (
    "Write the requests to make in pyproject.toml, each as\n"
    "    [[tool.fixbot.profile.requests]]\n"
    '    path = "/games"'
)


class NoRequests(FixbotError):
    """There is nothing to ask the service for: says why and what to write."""


def find_endpoints(
    base: str, settings: Settings, *, told: str = "", timeout: float = 10.0
) -> tuple[tuple[Endpoint, ...], tuple[Skipped, ...]]:
    """The endpoints to measure and those left out, and why. Raises `NoRequests`.

    `told` is where the application itself says that its description is.
    """
    wanted = [_wanted(each, settings) for each in settings.requests]
    skipped: list[Skipped] = []
    described = _description(base, settings, told, timeout)
    if described is not None:
        given = {endpoint.name for endpoint in wanted}
        for found in _described(described, settings):
            if found.name in given:
                continue
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                wanted.append(found)
    elif not wanted:
        where = settings.openapi or told or ", ".join(OPENAPI)
        raise NoRequests(f"The service has no OpenAPI description ({where}). {_HOW}")
    kept = []
    for endpoint in wanted:
        if any(_matches(endpoint, pattern) for pattern in settings.exclude):
            skipped.append(Skipped(endpoint.name, "excluded by the settings"))
        else:
            kept.append(endpoint)
    if not kept:
        left = "; ".join(f"{each.name} ({each.reason})" for each in skipped[:5])
        raise NoRequests(
            f"There is no endpoint that can be asked for: {left or 'its description has none'}. {_HOW}"
        )
    return tuple(kept), tuple(skipped)


def _matches(endpoint: Endpoint, pattern: str) -> bool:
    return fnmatchcase(endpoint.name if " " in pattern else endpoint.name.partition(" ")[2], pattern)


def _wanted(each: Wanted, settings: Settings) -> Endpoint:
    missing = [name for name in _NAME.findall(each.path) if name not in settings.paths]
    if missing:
        raise NoRequests(
            f"{each.method} {each.path}: there is no value for `{missing[0]}`; set it in [tool.fixbot.profile.paths]"
        )
    path = each.path.partition("?")[0]
    return Endpoint(
        f"{each.method} {path}",
        each.method,
        _filled(each.path, settings.paths),
        kind_of(each.method, path),
        {**settings.headers, **each.headers},
        each.body,
    )


def _filled(path: str, values: Mapping[str, str]) -> str:
    return _NAME.sub(lambda match: quote(values[match.group(1)], safe=""), path)


def _description(base: str, settings: Settings, told: str, timeout: float) -> dict[str, Any] | None:
    for path in (settings.openapi,) if settings.openapi else dict.fromkeys((told, *OPENAPI)):
        if not path:
            continue
        try:
            request = HttpRequest(urljoin(base + "/", path.lstrip("/")), headers=dict(settings.headers))
            with urlopen(request, timeout=timeout) as response:
                described = json.load(response)
        except (OSError, ValueError):
            continue
        if isinstance(described, dict) and isinstance(described.get("paths"), dict):
            return described
    return None


def _described(description: Mapping[str, Any], settings: Settings) -> Iterator[Endpoint | Skipped]:
    prefix = _server_path(description)
    for path, item in description["paths"].items():
        if not isinstance(item, dict):
            continue
        for method, operation in item.items():
            if method.upper() not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                continue
            name = f"{method.upper()} {path}"
            reason = _reason_to_skip(description, method, item, operation, settings)
            if reason:
                yield Skipped(name, reason)
            else:
                url = prefix + _filled(path, settings.paths)
                yield Endpoint(name, "GET", url, kind_of("GET", path), dict(settings.headers))


def _reason_to_skip(
    description: Mapping[str, Any], method: str, item: Mapping[str, Any], operation: Any, settings: Settings
) -> str:
    """Why an operation is not asked for by itself, or ""."""
    if method != "get":
        return "it may change data; add it to [[tool.fixbot.profile.requests]] to measure it"
    parameters = [
        *item.get("parameters", ()),
        *(operation.get("parameters", ()) if isinstance(operation, dict) else ()),
    ]
    for parameter in (_resolved(description, each) for each in parameters):
        where, name = parameter.get("in"), parameter.get("name")
        if where == "path" and name not in settings.paths:
            return f"it needs a value for `{name}`; set it in [tool.fixbot.profile.paths]"
        given = where == "header" and str(name).lower() in {header.lower() for header in settings.headers}
        if where != "path" and parameter.get("required") and not given:
            return f"it needs the {where} parameter `{name}`; add a request with it to the settings"
    return ""


def _resolved(description: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """A parameter, after its `$ref`."""
    seen = 0
    while isinstance(value, dict) and isinstance(value.get("$ref"), str) and seen < 10:
        seen += 1
        found: Any = description
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found.get(part, {}) if isinstance(found, dict) else {}
        value = found
    return value if isinstance(value, dict) else {}


def _server_path(description: Mapping[str, Any]) -> str:
    """The path of the first server that is described as relative: what stands before all paths."""
    servers = description.get("servers")
    url = (
        servers[0].get("url", "")
        if isinstance(servers, list) and servers and isinstance(servers[0], dict)
        else ""
    )
    parts = urlsplit(str(url))
    return "" if parts.netloc else parts.path.rstrip("/")
