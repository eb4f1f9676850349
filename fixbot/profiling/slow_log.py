"""Reads the `[SLOW REQUEST]` lines of a service's log: `[SLOW REQUEST] GET /api/games - 0.35s`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

MARK = "[SLOW REQUEST]"
_LINE = re.compile(re.escape(MARK) + r"\s+(?P<method>[A-Z]+)\s+(?P<path>\S+)(?P<rest>.*)")
_TIME = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s)\b")
_ID = re.compile(r"^(?:\d+|[0-9a-fA-F-]{12,})$")


@dataclass(frozen=True, slots=True)
class SlowEndpoint:
    """The slow requests of one endpoint, in seconds; ids in its path are `*`."""

    name: str
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SlowLog:
    """What a log says of slow requests. `unread` are marked lines of another form."""

    endpoints: tuple[SlowEndpoint, ...]
    lines: int
    unread: tuple[str, ...] = ()


def read_slow_log(lines: Iterable[str]) -> SlowLog:
    """The slow requests in a log, those endpoints first that cost most in all."""
    found: dict[str, list[float]] = defaultdict(list)
    unread, read = [], 0
    for line in lines:
        read += 1
        if MARK not in line:
            continue
        match = _LINE.search(line)
        time = _TIME.search(match["rest"]) if match else None
        if not match or not time:
            unread.append(line.strip())
            continue
        seconds = float(time["number"]) / (1000 if time["unit"] == "ms" else 1)
        path = "/".join(
            "*" if _ID.match(part) else part for part in match["path"].partition("?")[0].split("/")
        )
        found[f"{match['method']} {path}"].append(seconds)
    endpoints = [SlowEndpoint(name, tuple(seconds)) for name, seconds in found.items()]
    return SlowLog(tuple(sorted(endpoints, key=lambda e: -sum(e.seconds))), read, tuple(unread))
