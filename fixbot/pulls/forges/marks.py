"""Which pull requests, issues and comments on a forge are the bot's own: the same rules for every driver."""

from __future__ import annotations

from dataclasses import dataclass

from fixbot.pulls import hidden
from fixbot.pulls.model import VERSION, Marker

PULL = "pull"
"""Topic of the hidden data in the body of a pull request."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Hidden in a comment or an issue that holds no data of its own topic, only to be found again."""

    version: int = VERSION


def folder_of(prefix: str) -> str:
    """What the names of the bot's branches begin with: `fixbot/` for both `fixbot` and `fixbot/`."""
    return prefix.rstrip("/") + "/"


def marker(body: str, *, branch: str, author: str, login: str, same_repository: bool) -> Marker | None:
    """What the bot hid in a body: believed only where it is the author, and for the branch that it names."""
    if author != login or not same_repository:
        return None
    found = hidden.seek(PULL, Marker, body)
    return found if found and found.branch == branch else None


def marked(topic: str, body: str) -> str:
    """The text with something hidden in it by which `is_marked` knows it again."""
    return body if is_marked(topic, body) else f"{body.rstrip()}\n\n{hidden.hide(topic, Mark())}"


def is_marked(topic: str, body: str) -> bool:
    """Whether data of this topic is hidden in the text."""
    return f"<!-- fixbot:{topic} " in body


def same_text(one: str, other: str) -> bool:
    """Whether two texts are equal but for line endings, which a browser's edit changes, and blanks at the end."""
    return one.replace("\r\n", "\n").rstrip() == other.replace("\r\n", "\n").rstrip()
