"""From planned contents to patches, made by git in a workspace."""

from __future__ import annotations

from dataclasses import replace

from fixbot.pulls.model import Plan
from fixbot.pulls.plan import Planned
from fixbot.pulls.workspace import Workspace


def with_patches(work: Workspace, planned: Planned) -> tuple[Plan, dict[str, bytes]]:
    """The plan with patch ids and counts, and the patches by file name. Raises `ProjectError`."""
    trees: dict[str, str] = {planned.plan.default_branch: work.tree(planned.plan.base)}
    fixes, patches = [], {}
    for fix in planned.plan.fixes:
        below = trees[fix.base_branch]
        trees[fix.branch] = tree = work.write_tree(below, planned.files[fix.branch])
        patches[fix.patch] = patch = work.diff(below, tree)
        added, removed = work.counts(below, tree)
        fixes.append(replace(fix, patch_id=work.patch_id(patch), added=added, removed=removed))
    return replace(planned.plan, fixes=tuple(fixes)), patches
