"""Which forge a repository is on: GitHub where its remote and a token say so, else the local one, with the reason."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fixbot.errors import ForgeError
from fixbot.pulls.forges import Forge

TOKENS = ("FIXBOT_TOKEN", "GITHUB_TOKEN")
"""Environment variables that may hold a token; the first that is set counts."""
GITHUB = "https://github.com"
_SCP = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(.+)")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A repository on a GitHub."""

    repository: str
    """`owner/name`."""
    server: str
    """Where git and people find it: `https://github.com`."""
    api: str
    """Base URL of its REST API."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen and why, in words. `place` None: the local forge."""

    place: Place | None
    reason: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Choice({self.place!r}, {self.reason!r})"


def choose(remote: str, environment: Mapping[str, str]) -> Choice:
    """From the URL of a remote ("" for none) and the environment's token and `GITHUB_*` variables."""
    place = _place(remote, environment)
    if place is None:
        where = f"{_shown(remote)} is not on GitHub" if remote else "there is no remote"
        return Choice(None, f"the local forge, because {where}")
    token = next((environment[name] for name in TOKENS if environment.get(name)), "")
    if not token:
        names = " nor ".join(TOKENS)
        return Choice(None, f"the local forge, because neither {names} holds a token for {place.server}")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ForgeError("The token holds blanks, line ends or other signs that no token has; set it anew")
    return Choice(place, f"{place.repository} on {place.server}", token)


def open_forge(choice: Choice, root: Path, default_branch: str, folder: Path | None = None) -> Forge:
    """The forge chosen; the local one is made in `folder`, or else where `local_folder` says. Raises `ForgeError`."""
    if choice.place is None:
        from fixbot.pulls.forges.local import LocalForge

        return LocalForge.create(folder or local_folder(root, os.environ), root, default_branch)
    from fixbot.pulls.forges.github import GitHubForge

    place = choice.place
    return GitHubForge(place.repository, choice.token, server=place.server, api=place.api)


def local_folder(root: Path, environment: Mapping[str, str]) -> Path:
    """Where the local forge of a repository is kept: outside of it, always the same."""
    root = root.resolve()
    state = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "fixbot" / f"{root.name}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:10]}"


def _place(remote: str, environment: Mapping[str, str]) -> Place | None:
    server = environment.get("GITHUB_SERVER_URL", GITHUB).rstrip("/")
    if not remote:
        named = environment.get("GITHUB_REPOSITORY", "")
        return _at(server, named, environment) if _NAME.fullmatch(named) else None
    host, path = _parts(remote)
    name = path.strip("/").removesuffix(".git")
    if not host or not _NAME.fullmatch(name):
        return None
    if host == urlsplit(server).netloc.lower() or host == urlsplit(server).hostname:
        return _at(server, name, environment)
    if host in ("github.com", "www.github.com", "ssh.github.com") or host.endswith(".ghe.com"):
        site = GITHUB if host.endswith("github.com") else f"https://{host}"
        return _at(site, name, {})
    return None


def _at(server: str, repository: str, environment: Mapping[str, str]) -> Place:
    host = urlsplit(server).netloc
    if api := environment.get("GITHUB_API_URL", ""):
        return Place(repository, server, api.rstrip("/"))
    if host == "github.com":
        return Place(repository, server, "https://api.github.com")
    if host.endswith(".ghe.com"):
        return Place(repository, server, f"https://api.{host}")
    return Place(repository, server, f"{server}/api/v3")


def _parts(remote: str) -> tuple[str, str]:
    """Host (with its port where it is HTTP) and path of a remote's URL; empty for a path or anything else."""
    if "://" in remote:
        url = urlsplit(remote)
        if url.scheme in ("http", "https"):
            return url.netloc.rpartition("@")[2].lower(), url.path
        return (url.hostname or "", url.path) if url.scheme in ("ssh", "git", "git+ssh") else ("", "")
    found = _SCP.fullmatch(remote)
    return (found[1].lower(), found[2]) if found and "/" not in found[1] else ("", "")


def _shown(remote: str) -> str:
    """A URL without the user and password that it may hold."""
    return re.sub(r"(?<=://)[^/@]*@", "", remote)
