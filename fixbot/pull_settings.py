"""Settings for pull requests: keys of `[tool.fixbot]` like all others, kept together as `Config.pulls`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from fixbot import settings
from fixbot.errors import ConfigError
from fixbot.settings import Reader, listed, meant, shown

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
BRANCH_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
"""What stands before the `/` in the name of each branch."""


class Split(StrEnum):
    """How many pull requests one codemod opens."""

    AUTO = "auto"
    """One, until it is too large to be read; then one for each package, or each file."""
    CODEMOD = "codemod"
    FILE = "file"


class RebaseWhen(StrEnum):
    """When an open pull request is made anew on a base that has moved."""

    CONFLICTED = "conflicted"
    BEHIND = "behind"
    NEVER = "never"


class Draft(StrEnum):
    """Which pull requests open as drafts."""

    REVIEW = "review"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class IgnoredFinding:
    """A finding that is to stay as it is: why, and until when (ISO date; "": for good)."""

    fingerprint: str
    reason: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class PullSettings:
    """What a project asks of its pull requests."""

    setup: str = ""
    """Shell command that makes the tests of a fresh checkout runnable."""
    verify: str = ""
    """Shell command that runs the tests."""
    verify_timeout: int = 1_800
    """Seconds for each run of either, and for measuring one fix."""
    measure: bool = False
    """Whether `verify` also measures the endpoints that each fix touches."""
    split: Split = Split.AUTO
    stack: bool = False
    rebase_when: RebaseWhen = RebaseWhen.CONFLICTED
    branch_prefix: str = "fixbot"
    open_limit: int = 5
    """How many may be open at a time."""
    new_limit: int = 5
    """How many one run may open."""
    labels: tuple[str, ...] = ("fixbot",)
    assignees: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    draft: Draft = Draft.REVIEW
    dashboard: bool = True
    ignored: tuple[IgnoredFinding, ...] = ()


def _branch_prefix(value: object, where: str, root: Path, codemods: Collection[str]) -> str:
    if not isinstance(value, str) or not BRANCH_PREFIX.fullmatch(value):
        raise ConfigError(
            f"{where} must be a word of small letters, digits, `-` and `_`, of at most 40, not {shown(value)}"
        )
    return value


def _ignored(value: object, where: str, root: Path, codemods: Collection[str]) -> tuple[IgnoredFinding, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ConfigError(f"{where} must be tables, like [[tool.fixbot.ignored]], not {shown(value)}")
    return tuple(_one_ignored(entry, where) for entry in value)


def _one_ignored(entry: Mapping[str, object], where: str) -> IgnoredFinding:
    keys = ("fingerprint", "reason", "until")
    for key in entry:
        if key not in keys:
            raise ConfigError(
                f"{where}: `{key}` is no key of it{meant(key, keys)} The keys are {listed(keys)}"
            )
    fingerprint, reason, until = (entry.get(key, "") for key in keys)
    if not isinstance(fingerprint, str) or not _FINGERPRINT.fullmatch(fingerprint):
        raise ConfigError(
            f"{where}: `fingerprint` must be the 16 digits of a finding, as `fixbot check --format json` shows them, "
            f"not {shown(fingerprint)}"
        )
    if not isinstance(reason, str) or not reason.strip():
        raise ConfigError(f"{where}: {fingerprint} needs a `reason`, so that others know why it stays")
    return IgnoredFinding(fingerprint, reason, _date(until, where))


def _date(value: object, where: str) -> str:
    """A date as TOML writes it, or the same in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        if isinstance(value, str):
            return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        pass
    raise ConfigError(f"{where}: `until` must be a date, like 2030-01-31, not {shown(value)}")


READERS: Mapping[str, Reader] = {
    "setup": settings.text,
    "verify": settings.text,
    "verify-timeout": settings.number(range(1, 86_401)),
    "measure": settings.flag,
    "split": settings.choice(Split),
    "stack": settings.flag,
    "rebase-when": settings.choice(RebaseWhen),
    "branch-prefix": _branch_prefix,
    "open-limit": settings.number(range(101)),
    "new-limit": settings.number(range(101)),
    "labels": settings.strings,
    "assignees": settings.strings,
    "reviewers": settings.strings,
    "draft": settings.choice(Draft),
    "dashboard": settings.flag,
    "ignored": _ignored,
}
