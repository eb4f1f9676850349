"""What fixbot asks of a forge: a small interface with two drivers, `github` and `local`.

Every method that writes can be repeated: asked for what is there already, it changes nothing and answers the
same. Git itself (fetch, push, list refs) goes to `remote` with `environment`, not through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fixbot.pulls.model import PullRequest, PullState


@dataclass(frozen=True, slots=True)
class Repository:
    """What a forge says of the repository and of who is asking."""

    name: str
    """`owner/name`, or the path of a local one."""
    url: str
    """Where people look at it, "" when there is no such place."""
    default_branch: str
    login: str
    issues: bool
    workflow_token: bool = False
    """Whether it is the `GITHUB_TOKEN` of a workflow, whose pull requests start no checks until a person approves them."""


@dataclass(frozen=True, slots=True)
class Page:
    """A pull request or an issue with its text as the forge has it."""

    number: int
    url: str
    title: str
    body: str
    open: bool


class Forge(Protocol):
    """One repository on one forge. Methods raise `ForgeError`, whose text never holds the token."""

    remote: str
    """What git fetches from and pushes to: a URL without credentials, or a path."""
    environment: Mapping[str, str]
    """What git's environment must hold for it: the token as a header, never in argv or on disk."""

    def repository(self) -> Repository: ...

    def pull_requests(self, prefix: str) -> Sequence[PullRequest]:
        """The bot's own (its login, its prefix, this repository) in every state, oldest first, with markers."""
        ...

    def pull_request(self, number: int) -> tuple[PullRequest, Page]:
        """One, as it is now."""
        ...

    def open_pull_request(self, branch: str, base: str, title: str, body: str, *, draft: bool) -> PullRequest:
        """Open it, or return the open one of the same branch and base."""
        ...

    def edit_pull_request(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        base: str | None = None,
        state: PullState | None = None,
    ) -> None:
        """Change what is given, in one request; `PullState.CLOSED` closes it, with the body in the same request."""
        ...

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        """Add labels to a pull request or an issue; ones that the repository lacks are made."""
        ...

    def remove_labels(self, number: int, labels: Sequence[str]) -> None: ...

    def request(self, number: int, *, assignees: Sequence[str], reviewers: Sequence[str]) -> Sequence[str]:
        """Assign and ask for reviews (`org/team` is a team). Returns what could not be done, in words."""
        ...

    def comment(self, number: int, topic: str, body: str) -> None:
        """Say it once: a comment of the same topic (a hidden marker) by the bot is edited when its text differs."""
        ...

    def find_issue(self, topic: str) -> Page | None:
        """The bot's own issue with this hidden marker, open or closed; the oldest where there are several."""
        ...

    def save_issue(self, topic: str, title: str, body: str) -> Page:
        """Create it, or edit the one that is there where it differs; a closed one stays closed."""
        ...
