"""What one run wants: which fixes, in which order, on what they stand, what waits for what, what stays and why.

A pure function of the project at the base, its settings, the codemods and the state of the forge. No git, no network, no
process of its own (`lint-imports` holds that): the patches are made of `Planned.files` afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fixbot.codemod import Codemod
from fixbot.config import Config
from fixbot.engine import Checked
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from fixbot.pull_settings import Draft
from fixbot.pulls.fixes import Fix, Making, is_part
from fixbot.pulls.model import (
    FileProblem,
    Ignored,
    Plan,
    PlannedFinding,
    PlannedFix,
    PullState,
    State,
)

MOST_PASSES = 5
"""How often the plan is made anew because a branch that was ticked `ignore` came up in it."""


@dataclass(frozen=True, slots=True)
class Base:
    """The commit that a plan is made on."""

    sha: str
    default_branch: str
    prefix: str = ""
    """The analysed folder in the repository: "" or with `/` at its end."""


@dataclass(frozen=True)
class Planned:
    """A plan whose fixes have neither patch id nor counts yet, and the new contents of each one's files."""

    plan: Plan
    files: Mapping[str, Mapping[str, bytes]]
    """Branch -> path in the repository -> content."""


def make_plan(
    base: Base,
    project: Project,
    checked: Checked,
    codemods: Sequence[Codemod],
    config: Config,
    state: State | None,
    *,
    today: date,
    selected: Collection[str] = (),
    complete: bool = True,
) -> Planned:
    """Plan all fixes of these codemods, which are in their order.

    `checked` is what `engine.check` found with them; `selected` are the ids that a person asked for by name.
    """
    ignored = ignored_by_people(config, state, today)
    for _ in range(MOST_PASSES):
        making = Making.of(
            project, checked.findings, ignored, prefix=base.prefix, line_length=config.line_length
        )
        fixes, left = _in_order(project, codemods, config, state, making)
        ticked = _ticked(fixes, config, state)
        if not ticked.keys() - ignored.keys():
            break
        ignored |= ticked
    branches = {fix.tail: f"{config.pulls.branch_prefix}/{fix.tail}" for fix, _ in fixes}
    planned = tuple(
        _planned(number, fix, parent, fixes[: number - 1], branches, base, config, selected)
        for number, (fix, parent) in enumerate(fixes, 1)
    )
    errors = [*checked.errors, *checked.unused_suppressions]
    unread = {error.path for error in checked.errors}
    plan = Plan(
        base=base.sha,
        default_branch=base.default_branch,
        fixes=planned,
        reported=tuple(
            _told(f, base)
            for f in checked.findings
            if f.safety is Safety.REPORT and f.fingerprint not in ignored
        ),
        refused=tuple(
            _told(replace(f, reason=why), base) for f, why in _refused(project, codemods, making, fixes, left)
        ),
        ignored=tuple(_still_there(checked.findings, ignored, base)),
        errors=tuple(FileProblem(_path(e.path, base), e.line, _text(e.message)) for e in errors),
        complete=complete,
        scanned=tuple(_path(path, base) for path in sorted(project.sources) if path not in unread),
    )
    files = {
        branches[fix.tail]: {base.prefix + path: data for path, data in fix.files.items()} for fix, _ in fixes
    }
    return Planned(plan, files)


# --- what stays as it is -------------------------------------------------------------------------


def ignored_by_people(config: Config, state: State | None, today: date) -> dict[str, Ignored]:
    """Fingerprint -> why nobody wants it fixed: settings, dashboard, pull requests that a person closed.

    An entry that has expired does not count. What was restored on the dashboard does not count either, unless the settings say it.
    """
    found: dict[str, Ignored] = {}
    if state:
        found |= _closed_by_people(state)
        if board := state.dashboard:
            found |= {entry.fingerprint: entry for entry in board.ignored if not _expired(entry, today)}
            for pull in state.pulls:
                if pull.branch in board.ignore and pull.state is PullState.OPEN and pull.marker:
                    reason = f"ignored on the dashboard (#{pull.number})"
                    found |= {each: Ignored(each, reason) for each in pull.marker.fingerprints}
            found = {key: entry for key, entry in found.items() if key not in board.restore}
    settings = (Ignored(e.fingerprint, e.reason, e.until) for e in config.pulls.ignored)
    return found | {entry.fingerprint: entry for entry in settings if not _expired(entry, today)}


def _closed_by_people(state: State) -> dict[str, Ignored]:
    """Of all pull requests with a finding the last one counts: it was opened although earlier ones had been closed."""
    found: dict[str, Ignored] = {}
    for pull in sorted(state.pulls, key=lambda pull: pull.number):
        if pull.marker is None:
            continue
        for fingerprint in pull.marker.fingerprints:
            found.pop(fingerprint, None)
            if pull.state is PullState.CLOSED and not pull.marker.closed:
                found[fingerprint] = Ignored(fingerprint, f"its pull request #{pull.number} was closed")
    return found


def _expired(entry: Ignored, today: date) -> bool:
    try:
        return bool(entry.until) and date.fromisoformat(entry.until) < today
    except ValueError:
        return False


def _ticked(
    fixes: Iterable[tuple[Fix, Fix | None]], config: Config, state: State | None
) -> dict[str, Ignored]:
    """The findings of branches that are ticked on the dashboard and have no pull request yet."""
    ticked = state.dashboard.ignore if state and state.dashboard else ()
    return {
        finding.fingerprint: Ignored(finding.fingerprint, "ignored on the dashboard")
        for fix, _ in fixes
        if f"{config.pulls.branch_prefix}/{fix.tail}" in ticked
        for finding in fix.findings
    }


def _still_there(
    findings: Iterable[Finding], ignored: Mapping[str, Ignored], base: Base
) -> Iterator[Ignored]:
    for finding in findings:
        if entry := ignored.get(finding.fingerprint):
            title = f"{finding.codemod} at {_path(finding.path, base)}:{finding.span.line}"
            yield replace(entry, title=title)


# --- which fixes, on what ------------------------------------------------------------------------


def _in_order(
    project: Project,
    codemods: Sequence[Codemod],
    config: Config,
    state: State | None,
    making: Making,
) -> tuple[list[tuple[Fix, Fix | None]], dict[str, str]]:
    """All fixes that change something, in the order in which they open, each with the one that it stands on.

    And the fingerprints of findings that could not be fixed, with the reason.
    """
    ordered: list[tuple[Fix, Fix | None]] = []
    left: dict[str, str] = {}
    for number, codemod in enumerate(codemods):
        for safety in (Safety.SAFE, Safety.REVIEW):
            earlier = codemods[:number]
            whole = making.whole(project, codemod, safety, earlier)
            was_split = _was_split(codemod, safety, config, state)
            for fix in making.split(whole, earlier, config.pulls.split, was_split=was_split):
                parent = _below(fix, [each for each, _ in ordered]) if config.pulls.stack else None
                if parent:
                    fix = making.part(parent.result, codemod, safety, earlier, fix.part, fix.paths)
                left |= {finding.fingerprint: why for finding, why in fix.refused}
                if fix.files and fix.findings:
                    ordered.append((fix, parent))
    return ordered, left


def _was_split(codemod: Codemod, safety: Safety, config: Config, state: State | None) -> bool | None:
    """Whether the open pull requests of this codemod are parts; None where there are none."""
    tails = [
        pull.branch.partition("/")[2]
        for pull in (state.pulls if state else ())
        if pull.state is PullState.OPEN
        and pull.marker
        and (pull.marker.codemod, pull.marker.safety) == (codemod.id, safety)
        and pull.branch.startswith(f"{config.pulls.branch_prefix}/")
    ]
    return any(map(is_part, tails)) if tails else None


def _below(fix: Fix, earlier: Sequence[Fix]) -> Fix | None:
    """The last of the earlier fixes that this one has to stand on or wait for."""
    return next((each for each in reversed(earlier) if _must_come_first(each, fix)), None)


def _must_come_first(one: Fix, other: Fix) -> bool:
    """Whether both change a file, or `one` repairs a file that did not parse: until then nobody knows who uses what."""
    return not one.files.keys().isdisjoint(other.files) or _repairs(one)


def _repairs(fix: Fix) -> bool:
    start = fix.start
    return any(path in start.sources and start.module(path) is None for path in fix.files)


def _planned(
    number: int,
    fix: Fix,
    parent: Fix | None,
    earlier: Sequence[tuple[Fix, Fix | None]],
    branches: Mapping[str, str],
    base: Base,
    config: Config,
    selected: Collection[str],
) -> PlannedFix:
    parents = {each.tail: below for each, below in earlier}
    chain: set[str] = set()
    below = parent
    while below:
        chain.add(below.tail)
        below = parents[below.tail]
    codemod, settings = fix.codemod, config.pulls
    return PlannedFix(
        codemod=codemod.id,
        safety=fix.safety,
        order=number,
        branch=branches[fix.tail],
        base_branch=branches[parent.tail] if parent else base.default_branch,
        title=_title(fix, base),
        labels=settings.labels,
        draft=settings.draft is Draft.ALWAYS
        or (settings.draft is Draft.REVIEW and fix.safety is Safety.REVIEW),
        files=tuple(sorted(base.prefix + path for path in fix.files)),
        patch=f"{number:02}-{fix.tail}.patch",
        patch_id="",
        findings=tuple(_told(finding, base) for finding in fix.findings),
        depends_on=tuple(
            branches[each.tail]
            for each, _ in earlier
            if each.tail not in chain and _must_come_first(each, fix)
        ),
        selected=codemod.opens or codemod.id in selected,
        summary=codemod.summary,
        why=codemod.section("Why is this bad"),
        fix_safety=codemod.section("Fix safety"),
    )


def _title(fix: Fix, base: Base) -> str:
    where = "" if not fix.part else f" in {_path(fix.part, base)}" if fix.part != "." else " at the top"
    review = ", to be reviewed" if fix.safety is Safety.REVIEW else ""
    title = f"{fix.codemod.summary.removesuffix('.')}{where}{review}"
    return title if len(title) <= 200 else f"{title[:199]}…"


def _refused(
    project: Project,
    codemods: Sequence[Codemod],
    making: Making,
    fixes: Iterable[tuple[Fix, Fix | None]],
    left: Mapping[str, str],
) -> Iterator[tuple[Finding, str]]:
    """Findings with a fix that is in none of the patches, and why."""
    fixed = {finding.fingerprint for fix, _ in fixes for finding in fix.findings}
    stacked = any(parent for _, parent in fixes)  # then a fix below may have taken a place away
    for codemod in codemods:
        yield from making.unwritable(codemod)
        for finding in making.open(project, codemod):
            if finding.fingerprint not in fixed and (finding.fingerprint in left or not stacked):
                yield finding, left.get(finding.fingerprint, "left for the next run")


# --- how it is told ------------------------------------------------------------------------------


def _told(finding: Finding, base: Base) -> PlannedFinding:
    span = finding.span
    return PlannedFinding(
        codemod=finding.codemod,
        path=_path(finding.path, base),
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        message=_text(finding.message),
        severity=finding.severity,
        category=finding.category,
        safety=finding.safety,
        reason=_text(finding.reason),
        fingerprint=finding.fingerprint,
        cost={
            what: {side: _text(value) for side, value in sides.items()}
            for what, sides in finding.cost.items()
        },
    )


def _path(path: str, base: Base) -> str:
    return _text(base.prefix + path)


def _text(text: str) -> str:
    """What JSON can carry: a byte of a name that is not UTF-8 is shown as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()
