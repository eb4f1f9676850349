"""The commit of a fix, made from the bundle's patch in a workspace, after a look at what it really changes.

No file is checked out, so nothing of the target can run here. The same fix on the same base is the same SHA.
"""

from __future__ import annotations

from fixbot.errors import FixbotError
from fixbot.pulls import body
from fixbot.pulls.bundle import refuse_changes
from fixbot.pulls.known import Standing
from fixbot.pulls.model import PlannedFix
from fixbot.pulls.workspace import PatchRefused, Workspace


class Refused(FixbotError):
    """A bundle asks for something that is never done."""


def make_commit(work: Workspace, base: str, patch: bytes, fix: PlannedFix) -> str:
    """SHA of one commit on `base` that applies `patch`. Raises `Refused`."""
    try:
        tree = work.apply(base, patch)
    except PatchRefused as exc:
        raise Refused(str(exc)) from exc
    if why := refuse_changes(fix, work.changes(base, tree)):
        raise Refused(why)
    if work.patch_id(work.diff(base, tree)) != fix.patch_id:
        raise Refused("its patch does something else than the plan says")
    return work.commit(tree, base, body.commit_message(fix))


def standing(work: Workspace, branch: str, target: str, history: str) -> Standing:
    """How the commit of a branch stands to the one that it is to be merged into.

    `history` is a commit that what the branch was made on must be part of.
    """
    if work.is_ancestor(target, branch):
        return Standing()
    made_on = work.parent(branch)
    return Standing(
        behind=True,
        conflicted=not work.merges_cleanly(target, branch),
        rewritten=bool(made_on) and not work.is_ancestor(made_on, history),
    )
