"""What a check gives, and what the checks look at: found out when first asked for, and once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from fixbot.config import Config, read_config
from fixbot.errors import ProjectError
from fixbot.git import git
from fixbot.plugins import load_codemods
from fixbot.pulls.forges import Forge
from fixbot.pulls.forges.choose import Choice, choose, open_forge
from fixbot.pulls.forges.examine import Examination
from fixbot.pulls.target import Target, locate


class Health(StrEnum):
    """Whether something must be done."""

    GOOD = "good"
    ADVICE = "advice"
    """It works, and could be better."""
    WRONG = "wrong"
    """Something will fail."""
    UNKNOWN = "unknown"
    """It could not be looked at."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was seen, and what to do about it ("" where nothing is to be done)."""

    health: Health
    seen: str
    todo: str = ""


def good(seen: str) -> Diagnosis:
    return Diagnosis(Health.GOOD, seen)


def advice(seen: str, todo: str) -> Diagnosis:
    return Diagnosis(Health.ADVICE, seen, todo)


def wrong(seen: str, todo: str) -> Diagnosis:
    return Diagnosis(Health.WRONG, seen, todo)


def unknown(seen: str, todo: str) -> Diagnosis:
    return Diagnosis(Health.UNKNOWN, seen, todo)


@dataclass(frozen=True)
class Subject:
    """The project in a folder, and the environment that it is looked at in. Properties raise `FixbotError`."""

    root: Path
    environment: Mapping[str, str]
    write: bool = False
    """Whether something may be pushed, and deleted again, to see whether it can be."""

    @cached_property
    def target(self) -> Target | None:
        """Its repository."""
        try:
            return locate(self.root)
        except ProjectError:
            return None

    @cached_property
    def top(self) -> Path:
        return (self.target and self.target.top) or self.root

    @cached_property
    def config(self) -> Config:
        return read_config(self.root, [codemod.id for codemod in load_codemods()])

    @cached_property
    def choice(self) -> Choice:
        """Which forge it is on."""
        url = b""
        if self.target:
            url = git(self.root, "config", "--get", "remote.origin.url", accept=(0, 1)).stdout
        return choose(os.fsdecode(url).strip(), self.environment)

    @cached_property
    def forge(self) -> Forge | None:
        """The forge, if it is one that others see; the local one is made when it is used."""
        return open_forge(self.choice, self.root, "") if self.choice.place else None

    @cached_property
    def examination(self) -> Examination | None:
        """What the forge can be asked, if it can be asked anything."""
        asked = getattr(self.forge, "examination", None)  # only some drivers have it
        return asked() if asked else None
