"""A forge with people on it, for the tests that every driver must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fixbot.pulls.forges import Forge
from fixbot.pulls.forges.budget import Budget
from fixbot.pulls.forges.github import GitHubForge
from fixbot.pulls.forges.local import LocalForge
from tests.git_repository import GitRepository
from tests.github_server import GitHubServer

FILES = {"app.py": "a = 1\nb = 2\nc = 3\n", "README.md": "An app.\n"}


class World(Protocol):
    """The bot's view of a repository, and what others do there."""

    forge: Forge
    git: GitRepository
    login: str

    def again(self) -> Forge:
        """The forge as the next run of the bot meets it."""
        ...

    def person_opens(self, branch: str, base: str, title: str, body: str) -> int: ...
    def person_merges(self, number: int, *, squash: bool = False, delete_branch: bool = False) -> None: ...
    def person_closes(self, number: int) -> None: ...
    def person_reopens(self, number: int) -> None: ...
    def person_retargets(self, number: int, base: str) -> None: ...
    def person_labels(self, number: int, add: Sequence[str], remove: Sequence[str]) -> None: ...
    def person_comments(self, number: int, body: str) -> None: ...
    def person_opens_issue(self, title: str, body: str) -> int: ...
    def comments(self, number: int) -> list[tuple[str, str]]:
        """Author and text of each."""
        ...

    def asked(self, number: int) -> tuple[set[str], set[str]]:
        """Assignees and reviewers."""
        ...


class LocalWorld:
    """The forge in a folder."""

    def __init__(self, folder: Path) -> None:
        self.source = GitRepository.create(folder / "source", FILES)
        self.folder = folder / "forge"
        local = LocalForge.create(self.folder, self.source.path, "main")
        self.person = local.as_person("ann")
        self.forge: Forge = local
        self.git = GitRepository(Path(local.remote))
        self.login = local.login

    def again(self) -> Forge:
        return LocalForge(self.folder)

    def person_opens(self, branch: str, base: str, title: str, body: str) -> int:
        return self.person.open_pull_request(branch, base, title, body, draft=False).number

    def person_merges(self, number: int, *, squash: bool = False, delete_branch: bool = False) -> None:
        self.person.merge(number, squash=squash, delete_branch=delete_branch)

    def person_closes(self, number: int) -> None:
        self.person.close(number)

    def person_reopens(self, number: int) -> None:
        self.person.reopen(number)

    def person_retargets(self, number: int, base: str) -> None:
        self.person.edit_pull_request(number, base=base)

    def person_labels(self, number: int, add: Sequence[str], remove: Sequence[str]) -> None:
        self.person.add_labels(number, add)
        self.person.remove_labels(number, remove)

    def person_comments(self, number: int, body: str) -> None:
        self.person.comment(number, "talk", body)

    def person_opens_issue(self, title: str, body: str) -> int:
        return self.person.save_issue("talk", title, body).number

    def comments(self, number: int) -> list[tuple[str, str]]:
        return [(comment.author, comment.body) for comment in self.person.item(number).comments]

    def asked(self, number: int) -> tuple[set[str], set[str]]:
        item = self.person.item(number)
        return set(item.assignees), set(item.reviewers)


class GitHubWorld:
    """GitHub, as the test server plays it."""

    def __init__(self, server: GitHubServer) -> None:
        self.server = server
        self.git = server.git
        self.login = server.tokens[server.token].login
        self.clock = Clock()
        self.forge: Forge = self.again()
        self.person_opens = server.person_opens
        self.person_merges = server.person_merges
        self.person_closes = server.person_closes
        self.person_reopens = server.person_reopens
        self.person_retargets = server.person_retargets
        self.person_labels = server.person_labels
        self.person_comments = server.person_comments
        self.person_opens_issue = server.person_opens_issue

    def again(self) -> GitHubForge:
        budget = Budget(clock=self.clock.now, sleep=self.clock.sleep)
        return GitHubForge(
            self.server.name, self.server.token, server=self.server.url, api=self.server.url, budget=budget
        )

    def comments(self, number: int) -> list[tuple[str, str]]:
        return [(comment.author, comment.body) for comment in self.server.item(number).comments]

    def asked(self, number: int) -> tuple[set[str], set[str]]:
        item = self.server.item(number)
        return set(item.assignees), {*item.reviewers, *item.teams}


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_790_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
