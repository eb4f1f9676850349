"""Short ways to write plans and states down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fixbot.model import Safety
from fixbot.pulls.model import (
    Branch,
    Check,
    Evidence,
    Marker,
    Plan,
    PlannedFinding,
    PlannedFix,
    PullRequest,
    PullState,
    State,
    Verdict,
)

BASE = "b" * 40
"""The commit that plans look at."""
URL = "https://forge.example/house/service"


def finding(path: str = "app/x.py", line: int = 7, **fields: Any) -> PlannedFinding:
    codemod = fields.pop("codemod", "blocking-calls")
    known = PlannedFinding(
        codemod=codemod,
        path=path,
        line=line,
        column=5,
        end_line=line,
        end_column=20,
        message="`x.get()` blocks the event loop (X.get)",
        severity="high",
        category="Anti-pattern",
        safety=Safety.SAFE,
        reason="",
        fingerprint=f"{codemod[:4]}-{path}-{line}",
    )
    return replace(known, **fields)


def fix(codemod: str = "blocking-calls", *findings: PlannedFinding, **fields: Any) -> PlannedFix:
    places = findings or (finding(codemod=codemod),)
    safety = fields.get("safety", Safety.SAFE)
    branch = f"fixbot/{codemod}{'-review' if safety is Safety.REVIEW else ''}"
    known = PlannedFix(
        codemod=codemod,
        safety=safety,
        order=1,
        branch=branch,
        base_branch="main",
        title=f"{codemod}: do better",
        labels=("fixbot",),
        draft=safety is Safety.REVIEW,
        files=tuple(dict.fromkeys(place.path for place in places)),
        patch=f"01-{codemod}.patch",
        patch_id="1" * 40,
        findings=places,
        added=4,
        removed=2,
        summary="Move blocking calls in async code to a thread.",
        why="While such a call waits, the event loop stands still. One slow read is a slow moment for everybody.",
        fix_safety="Safe where nothing belongs together.",
    )
    return replace(known, **fields)


def plan(*fixes: PlannedFix, **fields: Any) -> Plan:
    numbered = tuple(replace(each, order=number) for number, each in enumerate(fixes, 1))
    files = {path for each in fixes for path in each.files}
    known = Plan(
        base=BASE, default_branch="main", fixes=numbered, scanned=tuple(sorted(files | {"app/x.py"}))
    )
    return replace(known, **fields)


def marker(of: PlannedFix, sha: str = "a" * 40, **fields: Any) -> Marker:
    known = Marker(
        branch=of.branch,
        base=of.base_branch,
        codemod=of.codemod,
        safety=of.safety,
        sha=sha,
        patch_id=of.patch_id,
        fingerprints=tuple(place.fingerprint for place in of.findings),
        files=of.files,
        labels=of.labels,
        ready=True,
    )
    return replace(known, **fields)


def pull(of: PlannedFix, number: int = 1, **fields: Any) -> PullRequest:
    """A pull request of this fix as the bot left it. `marker_*` fields go into its marker."""
    inner = {
        name.removeprefix("marker_"): fields.pop(name) for name in list(fields) if name.startswith("marker_")
    }
    known = PullRequest(
        number=number,
        url=f"{URL}/pull/{number}",
        branch=of.branch,
        base=of.base_branch,
        title=of.title,
        state=PullState.OPEN,
        draft=of.draft,
        author="fixbot[bot]",
        head_sha="a" * 40,
        labels=of.labels,
        marker=marker(of, **inner),
    )
    return replace(known, **fields)


def branch(of: PlannedFix, sha: str = "a" * 40, own_sha: str | None = None) -> Branch:
    return Branch(of.branch, sha, sha if own_sha is None else own_sha)


def state(*pulls: PullRequest, **fields: Any) -> State:
    """Branches of open pull requests stand where their heads are, pushed by the bot, unless `branches` says otherwise."""
    branches = tuple(
        Branch(each.branch, each.head_sha, each.head_sha) for each in pulls if each.state is PullState.OPEN
    )
    known = State(
        repository="house/service",
        default_branch="main",
        base=BASE,
        login="fixbot[bot]",
        pulls=pulls,
        branches=branches,
    )
    return replace(known, **fields)


def evidence(**verdicts: Verdict) -> Evidence:
    """Verdicts by codemod, `_` for `-`."""
    checks = (Check(f"fixbot/{name.replace('_', '-')}", verdict) for name, verdict in verdicts.items())
    return Evidence(plan_sha256="", base=BASE, checks=tuple(checks))
