"""Fetching and pushing between a workspace and a remote: with explicit leases, all or nothing, and told what happened."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fixbot.git import PROTOCOLS, REMOTE_SECONDS, GitError, git, plain, redacted
from fixbot.pulls.model import OWN_REFS
from fixbot.pulls.workspace import Workspace

ABSENT = "absent"
"""What a ref is expected to be that is not there yet."""
FETCHED = "refs/fetched/"
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Remote:
    """Where to, and what git's environment must hold for it (`Forge.remote`, `Forge.environment`)."""

    url: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of a push: all of it `done`, or nothing. `moved`: a ref was not where it was expected."""

    done: bool
    moved: bool = False
    reason: str = ""


def own_ref(branch: str) -> str:
    """The bot's own ref beside a branch: `fixbot/x` -> `refs/fixbot/x`."""
    return OWN_REFS + branch.removeprefix("fixbot/")


def list_remote(work: Workspace, remote: Remote, *patterns: str) -> dict[str, str]:
    """Full ref names and SHAs, of all refs or of those that match. Raises `GitError`."""
    found = _run(
        work, remote, "ls-remote", "--quiet", "--refs", *_url(remote), *(plain(p, "a ref") for p in patterns)
    )
    lines = (line.split("\t", 1) for line in found.stdout.decode("utf-8", "replace").splitlines())
    return {name: sha for sha, name in lines}


def fetch(
    work: Workspace, remote: Remote, refs: Sequence[str], *, depth: int | None = None
) -> dict[str, str]:
    """Fetch these full refs; returns where each now stands. One that is not there is left out. Raises `GitError`."""
    there = list_remote(work, remote, *refs)
    wanted = [ref for ref in refs if ref in there]
    if not wanted:
        return {}
    specs = [f"+{ref}:{FETCHED}{ref.removeprefix('refs/')}" for ref in wanted]
    how = [
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
    ]
    if depth is not None:
        how.append(f"--depth={depth}")
    _run(work, remote, "fetch", *how, *_url(remote), *specs)
    return {ref: _sha_of(work, f"{FETCHED}{ref.removeprefix('refs/')}") for ref in wanted}


def push(
    work: Workspace,
    remote: Remote,
    branch: str,
    sha: str,
    expected: str,
    *,
    own: str | None = None,
) -> Pushed:
    """Set a branch, and with `own` the bot's own ref beside it, to `sha`, if they are where they are expected.

    `expected` and `own` are SHAs or `ABSENT`; `own` None leaves the bot's ref alone. Raises `GitError` when the
    remote cannot be reached at all.
    """
    return _push(work, remote, _refs(branch, expected, own), _checked(sha))


def delete(work: Workspace, remote: Remote, branch: str, expected: str, *, own: str | None = None) -> Pushed:
    """Delete a branch, and with `own` the bot's own ref beside it, under the same conditions as `push`."""
    return _push(work, remote, _refs(branch, expected, own), "")


def _refs(branch: str, expected: str, own: str | None) -> dict[str, str]:
    beside = {} if own is None else {own_ref(branch): own}
    return {f"refs/heads/{plain(branch, 'a branch')}": expected, **beside}


def delete_own(work: Workspace, remote: Remote, branch: str, own: str) -> Pushed:
    """Delete the bot's own ref of a branch that is gone already. Raises `GitError`."""
    return _push(work, remote, {own_ref(branch): own}, "")


def push_own(work: Workspace, remote: Remote, branch: str, sha: str) -> Pushed:
    """Set the bot's own ref alone, which must not be there yet. Raises `GitError`."""
    return _push(work, remote, {own_ref(branch): ABSENT}, _checked(sha))


def try_push(work: Workspace, remote: Remote, branch: str, sha: str) -> Pushed:
    """Whether the remote would let us push a new branch, as far as it tells before anything is sent. Raises `GitError`."""
    return _push(work, remote, _refs(branch, ABSENT, None), _checked(sha), "--dry-run")


def _push(work: Workspace, remote: Remote, wanted: Mapping[str, str], sha: str, *more: str) -> Pushed:
    leases = [
        f"--force-with-lease={plain(ref, 'a ref')}:{'' if expected == ABSENT else _checked(expected)}"
        for ref, expected in wanted.items()
    ]
    for ref in wanted:
        work.git("check-ref-format", ref)
    specs = [f"{sha}:{ref}" for ref in wanted]
    options = (
        "--porcelain",
        "--atomic",
        "--no-verify",
        "--no-signed",
        "--no-follow-tags",
        "--recurse-submodules=no",
    )
    done = _run(work, remote, "push", *options, *more, *leases, *_url(remote), *specs, accept=(0, 1, 128))
    told = [
        line.split("\t") for line in done.stdout.decode("utf-8", "replace").splitlines() if line[1:2] == "\t"
    ]
    flags = {parts[1].partition(":")[2]: (parts[0], parts[2]) for parts in told if len(parts) == 3}
    if done.returncode == 0 and all(flags.get(ref, ("!", ""))[0] in " +-*=" for ref in wanted):
        return Pushed(True)
    refused = [f"{ref}: {flags[ref][1]}" for ref in wanted if flags.get(ref, ("", ""))[0] == "!"]
    words = "; ".join(refused) or " ".join(done.stderr.decode("utf-8", "replace").split())
    if not refused and done.returncode == 128:
        raise GitError("git push failed", redacted(words[:500], remote.environment), 128)
    moved = any(
        part in words for part in ("stale info", "fetch first", "reference already exists", "cannot lock ref")
    )
    return Pushed(False, moved, redacted(words[:500], remote.environment))


def _run(
    work: Workspace, remote: Remote, *arguments: str, accept: Sequence[int] = (0,)
) -> subprocess.CompletedProcess[bytes]:
    variables = {"GIT_DIR": str(work.git_dir), **remote.environment, "GIT_ALLOW_PROTOCOL": PROTOCOLS}
    return git(work.git_dir, *arguments, variables=variables, accept=accept, seconds=REMOTE_SECONDS)


def _url(remote: Remote) -> tuple[str, str]:
    """The URL after the end of options. Raises `GitError` for one that holds credentials."""
    url = plain(remote.url, "a remote")
    if "://" in url and (
        urlsplit(url).password is not None or urlsplit(url).scheme not in PROTOCOLS.split(":")
    ):
        raise GitError("the remote cannot be used", "it holds a password, or its protocol is not allowed", -1)
    return "--", url


def _sha_of(work: Workspace, ref: str) -> str:
    return work.git("rev-parse", "--verify", ref).stdout.decode().strip()


def _checked(sha: str) -> str:
    if not _SHA.fullmatch(sha):
        raise GitError(f"{sha!r} is no full SHA", "", -1)
    return sha
