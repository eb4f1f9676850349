"""A small service with two fixes, on a GitHub: what the tests need that run fixbot as a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fixbot.pulls import body
from tests.git_repository import GitRepository
from tests.github_server import GitHubServer
from tests.pulls.repositories import git, repository
from tests.support import environment

SLEEPS = "import time\n\n\nasync def nap() -> None:\n    time.sleep(1)\n"
SETTINGS = (
    '[tool.fixbot]\nselect = ["blocking-calls"]\nsplit = "file"\nassignees = ["ann"]\nreviewers = ["bob"]\n'
)
SERVICE = {"app/one.py": SLEEPS, "app/two.py": SLEEPS, "pyproject.toml": SETTINGS}
_MEMORY = re.compile(r"<!-- fixbot:(pull|dashboard) [^>]*-->")


@dataclass
class OnGitHub:
    """A checkout, and the server that its repository is on."""

    checkout: Path
    server: GitHubServer
    command: Sequence[str] = ("-P", "-m", "tests.pulls.hurried")

    def start(self, *arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
        """Start fixbot in the checkout, with the token in its environment."""
        return subprocess.Popen(
            [sys.executable, *self.command, *map(str, arguments)],
            cwd=self.checkout,
            env=environment(**self.variables, **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    @property
    def variables(self) -> dict[str, str]:
        url = self.server.url
        return {
            "FIXBOT_TOKEN": self.server.token,
            "GITHUB_SERVER_URL": url,
            "GITHUB_API_URL": url,
            "GITHUB_REPOSITORY": self.server.name,
        }

    def opened(self) -> list[str]:
        """The branches of open pull requests, each as often as it has one."""
        items = self.server.items.values()
        return sorted(item.head for item in items if item.is_pull and item.state == "open")

    def seen(self) -> dict[str, Any]:
        """Everything on the server that people can see, and every ref; the server's own address left out."""

        def told(text: str) -> tuple[Any, str]:
            marker = body.parse(text)
            shown = _MEMORY.sub("", text).replace(self.server.url, "https://github.example")
            return marker and replace(marker, before="", digest=""), shown

        return {
            "refs": self.server.git.refs(),
            "labels": self.server.labels,
            "items": [
                {
                    "what": (item.number, item.author, item.title, item.state, item.merged, item.draft),
                    "branches": (item.head, item.base, item.head_sha),
                    "people": (item.labels, item.assignees, item.reviewers),
                    "text": told(item.body),
                    "comments": [(comment.author, comment.body) for comment in item.comments],
                }
                for _, item in sorted(self.server.items.items())
            ],
        }


@contextmanager
def on_github(folder: Path, files: Mapping[str, str | bytes] | Path = SERVICE) -> Iterator[OnGitHub]:
    """A checkout of these files, or the one that is there, and a server with the same commits."""
    checkout = files if isinstance(files, Path) else repository(folder / "checkout", files)
    bare = folder / "github" / "acme" / "shop.git"
    shutil.rmtree(folder / "github", ignore_errors=True)
    bare.parent.mkdir(parents=True)
    git(folder, "clone", "--quiet", "--bare", os.fspath(checkout), os.fspath(bare))
    git(bare, "remote", "remove", "origin")
    with GitHubServer.started(folder / "github", git=GitRepository(bare)) as server:
        yield OnGitHub(checkout, server)
