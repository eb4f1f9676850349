"""What a forge knows of earlier runs: read once per run, with a read-only token, and kept as `state.json`.

With a hundred pull requests this asks GitHub five times, and git once.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from fixbot.errors import ForgeError
from fixbot.git import PROTOCOLS, REMOTE_SECONDS, GitError, git
from fixbot.pulls import dashboard
from fixbot.pulls.forges import Forge
from fixbot.pulls.forges.marks import folder_of
from fixbot.pulls.model import OWN_REFS, VERSION, Branch, PullRequest, PullState, State
from fixbot.pulls.transport import own_ref

_HEADS = "refs/heads/"
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
MOST_BYTES = 20_000_000
"""Of a state.json that is read."""


def read(forge: Forge, prefix: str) -> State:
    """Ask the forge. Raises `FixbotError`."""
    repository = forge.repository()
    pulls = tuple(forge.pull_requests(prefix))
    page = forge.find_issue(dashboard.TOPIC) if repository.issues else None
    refs = list_refs(
        forge, f"{_HEADS}{repository.default_branch}", f"{_HEADS}{folder_of(prefix)}*", f"{OWN_REFS}*"
    )
    base = refs.get(f"{_HEADS}{repository.default_branch}", "")
    if not base:
        raise ForgeError(f"{repository.name} has no commits on {repository.default_branch} yet; push some")
    branches = _branches(refs, folder_of(prefix))
    return State(
        repository=repository.name,
        default_branch=repository.default_branch,
        base=base,
        login=repository.login,
        pulls=pulls,
        branches=branches,
        dashboard=dashboard.parse(page) if page else None,
        issues=repository.issues,
        own_refs=_accepts_own_refs(pulls, branches),
    )


def list_refs(forge: Forge, *patterns: str) -> dict[str, str]:
    """SHA by full name of the refs on the forge that match. Raises `GitError`."""
    with tempfile.TemporaryDirectory(prefix="fixbot-") as nowhere:
        found = git(
            Path(nowhere),
            *("ls-remote", "--quiet", "--refs", "--", forge.remote, *patterns),
            variables={**forge.environment, "GIT_DIR": nowhere, "GIT_ALLOW_PROTOCOL": PROTOCOLS},
            seconds=REMOTE_SECONDS,
        )
    lines = (line.partition("\t") for line in found.stdout.decode("utf-8", "replace").splitlines())
    refs = {name: sha for sha, _, name in lines}
    if wrong := [sha for sha in refs.values() if not _SHA.fullmatch(sha)]:
        raise GitError("git ls-remote failed", f"it answered {wrong[0][:60]!r} where a SHA was expected", 0)
    return refs


def to_json(state: State) -> bytes:
    """What `from_json` reads; the same state is the same bytes."""
    return msgspec.json.format(msgspec.json.encode(state), indent=2) + b"\n"


def from_json(data: bytes) -> State:
    """A state that another job wrote: every field of the expected type, or `ForgeError`."""
    if len(data) > MOST_BYTES:
        raise ForgeError(f"The state has more than {MOST_BYTES:,} bytes; read it again with `fixbot state`")
    try:
        state = msgspec.json.decode(data, type=State)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise ForgeError(f"The state cannot be read: {exc}; read it again with `fixbot state`") from None
    if state.version != VERSION:
        raise ForgeError(
            f"The state is of version {state.version}, and this fixbot reads {VERSION}; read it again with `fixbot state`"
        )
    if wrong := next(_wrong(state), ""):
        raise ForgeError(
            f"The state holds {wrong[:80]!r}, which cannot be; read it again with `fixbot state`"
        )
    return state


def _wrong(state: State) -> Iterator[str]:
    """What git could take for an option or for anything but a commit or a branch."""
    shas = [state.base, *(branch.sha for branch in state.branches)]
    shas += [sha for sha in (*(b.own_sha for b in state.branches), *(p.head_sha for p in state.pulls)) if sha]
    yield from (sha for sha in shas if not _SHA.fullmatch(sha))
    names = [state.default_branch, *(branch.name for branch in state.branches)]
    names += [name for pull in state.pulls for name in (pull.branch, pull.base)]
    yield from (name for name in names if not name.isprintable() or name.startswith("-") or " " in name)


def _branches(refs: Mapping[str, str], folder: str) -> tuple[Branch, ...]:
    names = sorted(ref.removeprefix(_HEADS) for ref in refs if ref.startswith(_HEADS + folder))
    return tuple(Branch(name, refs[_HEADS + name], refs.get(own_ref(name), "")) for name in names)


def _accepts_own_refs(pulls: Sequence[PullRequest], branches: Sequence[Branch]) -> bool:
    """False where a branch stands as the bot has pushed it, and yet no branch has a ref of the bot's own."""
    pushed = {pull.marker.sha for pull in pulls if pull.marker and pull.state == PullState.OPEN}
    without = any(branch.sha in pushed for branch in branches)
    return any(branch.own_sha for branch in branches) or not without
