"""What a bundle may ask for. It was made by a job that read foreign code, so all of it is taken to be hostile.

Pure checks that return the reason to refuse, "" for none: first of what a fix says of itself, then of what its patch
really does to the tree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from fixbot.pulls.model import Plan, PlannedFix
from fixbot.pulls.workspace import FILE_MODES, Change

MOST_FILES = 200
MOST_BYTES = 2_000_000
"""Of one file after the change; files of more than 1 MB are not even read by fixbot."""
MOST_PATCH_BYTES = 10_000_000
_BRANCH = re.compile(r"[a-z0-9-]{1,60}")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_CODEMOD = re.compile(r"[a-z0-9-]{1,60}")
_NO_MODE = "000000"


def plan_refusal(plan: Plan, default_branch: str) -> str:
    """Why nothing of this plan is published at all, "" for no reason."""
    if not _SHA.fullmatch(plan.base):
        return "its base is no commit"
    if plan.default_branch != default_branch:
        return f"it is for the branch {plan.default_branch!r}, and the default branch is {default_branch!r}"
    twice = [branch for branch, count in Counter(fix.branch for fix in plan.fixes).items() if count > 1]
    return f"it has two fixes for the branch {twice[0]!r}" if twice else ""


def fix_refusal(fix: PlannedFix, plan: Plan, prefix: str, default_branch: str) -> str:
    """Why this fix is not published, by what it says of itself; "" for no reason."""
    bases = {default_branch, *(other.branch for other in plan.fixes if other.order < fix.order)}
    if not is_own_branch(fix.branch, prefix) or fix.branch == default_branch:
        return f"{fix.branch!r} is no branch that fixbot may write: {prefix}/ and letters a-z, digits and `-`"
    if fix.base_branch not in bases:
        return f"its target {fix.base_branch!r} is neither {default_branch} nor an earlier fix"
    if not _CODEMOD.fullmatch(fix.codemod):
        return f"{fix.codemod!r} is no codemod"
    if not fix.findings or not fix.files:
        return "it has no findings or no files"
    if len(fix.files) > MOST_FILES:
        return f"it changes {len(fix.files)} files, and {MOST_FILES} are allowed"
    return next((why for path in fix.files if (why := path_refusal(path))), "")


def tree_refusal(changes: Sequence[Change], fix: PlannedFix) -> str:
    """Why the tree that a patch makes is not published, "" for no reason."""
    for change in changes:
        if why := path_refusal(change.path) or _change_refusal(change):
            return why
    paths = {change.path for change in changes}
    if unnamed := sorted(paths - set(fix.files)):
        return f"{unnamed[0]!r} is changed, and the plan does not name it"
    if untouched := sorted(set(fix.files) - paths):
        return f"{untouched[0]!r} is named, and not changed"
    return "" if changes else "it changes nothing"


def path_refusal(path: str) -> str:
    """Why no file of this path is ever written, "" for no reason."""
    parts = path.split("/")
    if not path or not path.isprintable() or "\\" in path or any(part in {"", ".", ".."} for part in parts):
        return f"{path!r} is no plain path inside the repository"
    if any(part.lower().startswith((".git", "git~")) for part in parts):
        return f"{path!r} belongs to git or to the forge"
    return ""


def is_own_branch(branch: str, prefix: str) -> bool:
    """Whether the bot may write this branch at all."""
    head, _, tail = branch.rpartition("/")
    return head == prefix and _BRANCH.fullmatch(tail) is not None


def _change_refusal(change: Change) -> str:
    if change.new_mode == _NO_MODE:
        return f"{change.path!r} would be deleted"
    if change.new_mode not in FILE_MODES:
        return f"{change.path!r} would be no regular file"
    if change.old_mode not in {change.new_mode, _NO_MODE}:
        return f"the mode of {change.path!r} would change"
    if change.size > MOST_BYTES:
        return f"{change.path!r} would be larger than {MOST_BYTES:,} bytes"
    return ""
