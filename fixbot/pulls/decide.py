"""What to do with each fix and each older pull request: pure functions from what is known to a decision with its reason.

`FIXES` is the table to read: the first of its rules that has an answer decides about a fix of the plan. `older_pull`
decides about pull requests that the plan has no fix for. A decision names the steps that `fixbot.pulls.publish` then
takes; where there are none, nothing is written. Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from fixbot.pull_settings import RebaseWhen
from fixbot.pulls.known import Decision, Known, Standing, Step, closed_fingerprints, touched
from fixbot.pulls.model import (
    Branch,
    Marker,
    Outcome,
    PlannedFix,
    PullRequest,
    PullState,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One fix, with what was decided for those before it and for older pull requests."""

    fix: PlannedFix
    known: Known
    pull: PullRequest | None
    decided: Mapping[str, Decision]

    def is_(self, outcome: Outcome, reason: str, *steps: Step) -> Decision:
        return Decision(self.fix.branch, self.fix.title, outcome, reason, steps, self.fix, self.pull)


def decide(known: Known) -> tuple[Decision, ...]:
    """One decision for each fix of the plan, in order, then those for older pull requests and left-over branches."""
    planned = {fix.branch for fix in known.plan.fixes}
    older = [
        older_pull(known, pull)
        for pull in known.state.pulls
        if pull.state is PullState.OPEN and pull.branch not in planned and pull.marker
    ]
    decided = {decision.branch: decision for decision in older}
    fixes = []
    for fix in sorted(known.plan.fixes, key=lambda fix: fix.order):
        case = Case(fix, known, known.open_pull(fix.branch), decided)
        decided[fix.branch] = _tidied(known, _first(FIXES, case))
        fixes.append(decided[fix.branch])
    return (*fixes, *older, *_left_over(known, decided), *_still_closed(known))


# --- the rules for a fix of the plan, first answer wins --------------------------------------------


def ignored(case: Case) -> Decision | None:
    """A person ticked "ignore": close what is open, unless a person has worked on it."""
    if not case.known.ticked("ignore", case.fix.branch):
        return None
    if case.pull and not touched(case.known, case.pull):
        return case.is_(Outcome.IGNORED, "ignored on the dashboard", Step.CLOSE, Step.DELETE)
    return case.is_(Outcome.IGNORED, "ignored on the dashboard")


def closed_by_human(case: Case) -> Decision | None:
    """A person closed a pull request with one of these findings. Plans leave such findings out; this is the second lock."""
    unwanted = closed_fingerprints(case.known.state)
    if case.pull is None and any(finding.fingerprint in unwanted for finding in case.fix.findings):
        return case.is_(Outcome.CLOSED_BY_HUMAN, "a person closed a pull request with these places")
    last = _last_pull(case.known, case.fix.branch)
    if case.pull is None and last and last.state is PullState.CLOSED and last.marker is None:
        return case.is_(
            Outcome.CLOSED_BY_HUMAN,
            f"a person closed #{last.number}, whose text no longer says which places it was about; reopen it to have it back",
        )
    return None


def edited_by_human(case: Case) -> Decision | None:
    """The branch or its target is not as the bot left it, and nobody has asked to make it anew."""
    if case.known.ticked("rebuild", case.fix.branch):
        return None
    if case.pull:
        why = touched(case.known, case.pull)
        return case.is_(Outcome.EDITED_BY_HUMAN, why, Step.TELL) if why else None
    branch = case.known.branch(case.fix.branch)
    if branch and branch.sha != branch.own_sha and case.known.state.own_refs:
        return case.is_(
            Outcome.EDITED_BY_HUMAN,
            "a branch of that name is there which fixbot did not make, or which somebody has pushed to; "
            "delete it, and the next run opens a pull request",
        )
    return None


def failed_verification(case: Case) -> Decision | None:
    """Tests fail that do not fail on the base. An open pull request stays as it was."""
    check = case.known.check(case.fix.branch)
    if check is None and case.known.policy.verify:
        if case.pull and case.pull.marker and case.pull.marker.patch_id == case.fix.patch_id:
            return None
        return case.is_(Outcome.FAILED_VERIFICATION, "not verified, although a `verify` command is set")
    if check and check.verdict is Verdict.FAILED:
        names = ", ".join(check.newly_failing[:5])
        more = len(check.newly_failing) - 5
        which = (
            f"newly failing: {names}" + (f" and {more} more" if more > 0 else "")
            if names
            else "`verify` failed"
        )
        return case.is_(Outcome.FAILED_VERIFICATION, which)
    if check and check.verdict is Verdict.TIMED_OUT:
        return case.is_(Outcome.FAILED_VERIFICATION, "`verify` took too long, and did not on the base")
    return None


def open_already(case: Case) -> Decision | None:
    """Its pull request is open and the bot's own: make the branch anew, only change the text, or leave it."""
    if case.pull is None:
        return None
    marker = case.pull.marker
    if marker is None:  # a person took it out, and wants the pull request made anew
        steps = (Step.PUSH, Step.EDIT, Step.DRESS)
        return case.is_(Outcome.UPDATED, "made anew, as ticked on the dashboard", *steps)
    same = marker.patch_id == case.fix.patch_id
    if why := _reason_to_push(case, marker):
        return case.is_(Outcome.UPDATED, why, Step.PUSH, Step.EDIT, *_dress(case, marker))
    stands = "" if same else "; the fix has changed since, but `rebase-when` is `never`"
    if same and case.known.facts.digests.get(case.fix.branch, marker.digest) != marker.digest:
        return case.is_(Outcome.UPDATED, "its text has changed", Step.EDIT, *_dress(case, marker))
    branch = case.known.branch(case.fix.branch)
    if branch and branch.sha != marker.sha:
        return case.is_(Outcome.UPDATED, "an earlier run was cut short", Step.EDIT, *_dress(case, marker))
    if dress := _dress(case, marker):
        return case.is_(Outcome.UPDATED, "its labels have changed, or were never all set", *dress)
    return case.is_(Outcome.UNCHANGED, f"open, and as it should be{stands}")


def not_selected(case: Case) -> Decision | None:
    """Its codemod opens nothing by default."""
    if case.fix.selected or case.known.ticked("open_now", case.fix.branch):
        return None
    return case.is_(Outcome.NOT_SELECTED, "opens when selected in the settings, or ticked on the dashboard")


def queued(case: Case) -> Decision | None:
    """It changes a file that an open pull request changes, or comes after one that waits; or what it stands on is not open."""
    below = _below(case)
    if case.fix.base_branch != case.known.plan.default_branch:
        lower = case.decided.get(case.fix.base_branch)
        if lower is None or not lower.leaves_open:
            return case.is_(Outcome.QUEUED, f"stands on {case.fix.base_branch}, which is not open")
        if lower.outcome is Outcome.EDITED_BY_HUMAN:
            return case.is_(Outcome.QUEUED, f"stands on {case.fix.base_branch}, on which a person works")
    if case.known.ticked("open_now", case.fix.branch):
        return None
    for branch, files in _before(case):
        shared = sorted(set(case.fix.files) & files)
        if branch not in below and (shared or branch in case.fix.depends_on):
            what = f"both change {shared[0]}" if shared else "it needs what that one changes"
            return case.is_(Outcome.QUEUED, f"waits for {branch}: {what}")
    return None


def limits(case: Case) -> Decision | None:
    """As many are open, or were opened by this run, as the settings allow."""
    if case.known.ticked("open_now", case.fix.branch):
        return None
    policy = case.known.policy
    now = sum(decision.leaves_open for decision in case.decided.values())
    now += sum(1 for pull in _undecided(case))
    new = sum(decision.does(Step.OPEN) for decision in case.decided.values())
    if now >= policy.open_limit:
        return case.is_(Outcome.LIMIT_REACHED, f"{now} are open, and `open-limit` is {policy.open_limit}")
    if new >= policy.new_limit:
        return case.is_(Outcome.LIMIT_REACHED, f"this run opens {new}, and `new-limit` is {policy.new_limit}")
    return None


def opened(case: Case) -> Decision | None:
    on = (
        f", on top of {case.fix.base_branch}"
        if case.fix.base_branch != case.known.plan.default_branch
        else ""
    )
    return case.is_(Outcome.OPENED, f"new{on}", Step.PUSH, Step.OPEN, Step.DRESS)


FIXES: tuple[Callable[[Case], Decision | None], ...] = (
    ignored,
    closed_by_human,
    edited_by_human,
    failed_verification,
    open_already,
    not_selected,
    queued,
    limits,
    opened,
)


# --- pull requests that the plan has no fix for, first answer wins ---------------------------------


def older_pull(known: Known, pull: PullRequest) -> Decision:
    """An open pull request of the bot whose fix the plan does not hold."""
    marker = pull.marker
    assert marker is not None

    def is_(outcome: Outcome, reason: str, *steps: Step) -> Decision:
        return Decision(pull.branch, pull.title, outcome, reason, steps, None, pull)

    close = (Step.CLOSE, Step.DELETE)
    if why := touched(known, pull):
        return is_(Outcome.EDITED_BY_HUMAN, why, Step.TELL)
    if known.ticked("ignore", pull.branch):
        return is_(Outcome.IGNORED, "ignored on the dashboard", *close)
    outcome, reason = _gone(known, marker)
    return is_(outcome, reason, *(close if outcome is not Outcome.UNCHANGED else ()))


def _gone(known: Known, marker: Marker) -> tuple[Outcome, str]:
    """Whether the findings of a pull request are gone for sure, and where to."""
    plan, places = known.plan, set(marker.fingerprints)
    if not plan.complete:
        return Outcome.UNCHANGED, "the project was not looked at as a whole this time, so nothing is closed"
    if unread := sorted(set(marker.files) - {*plan.scanned, *known.facts.absent}):
        return Outcome.UNCHANGED, f"{unread[0]} could not be looked at this time, so it is not closed"
    if refused := next((finding for finding in plan.refused if finding.fingerprint in places), None):
        return Outcome.UNCHANGED, f"could not be made anew this time: {refused.reason}"
    for fix in plan.fixes:
        if any(finding.fingerprint in places for finding in fix.findings):
            return Outcome.OBSOLETE_CLOSED, f"its places are now part of {fix.branch}"
    if any(entry.fingerprint in places for entry in plan.ignored):
        return Outcome.IGNORED, "its places are ignored now"
    if reported := next((finding for finding in plan.reported if finding.fingerprint in places), None):
        return Outcome.OBSOLETE_CLOSED, f"it must not be changed like this any more: {reported.reason}"
    return Outcome.OBSOLETE_CLOSED, f"fixbot finds nothing of it on {plan.default_branch} any more"


def _left_over(known: Known, decided: Mapping[str, Decision]) -> Iterable[Decision]:
    """Branches of the bot without an open pull request. Those of pull requests that a person closed stay, to be reopened."""
    for branch in known.state.branches:
        if branch.name not in decided and (why := _finished(known, branch)):
            last = _last_pull(known, branch.name)
            yield Decision(branch.name, last.title if last else "", *why, (Step.DELETE,), None, last)


def _tidied(known: Known, decision: Decision) -> Decision:
    """The decision about a fix, with what an earlier pull request of the same branch has left taken away."""
    branch = known.branch(decision.branch)
    if decision.leaves_open or decision.does(Step.DELETE) or branch is None or not _finished(known, branch):
        return decision
    return replace(decision, steps=(*decision.steps, Step.DELETE))


def _finished(known: Known, branch: Branch) -> tuple[Outcome, str] | None:
    """Why a branch of the bot without an open pull request is needed no more; None where it may be."""
    last = _last_pull(known, branch.name)
    if branch.sha != branch.own_sha:
        return None
    if last is None and known.plan.complete:
        return Outcome.OBSOLETE_CLOSED, "its pull request was never opened, and the fix is gone"
    if last and last.state is PullState.MERGED:
        return Outcome.MERGED, "merged"
    if last and last.state is PullState.CLOSED and last.marker and last.marker.closed:
        return Outcome.OBSOLETE_CLOSED, last.marker.closed
    return None


def _last_pull(known: Known, branch: str) -> PullRequest | None:
    pulls = [pull for pull in known.state.pulls if pull.branch == branch]
    return pulls[-1] if pulls else None


def _still_closed(known: Known) -> Iterable[Decision]:
    """Pull requests that a person closed and whose places are still there: said, and left so."""
    there = {entry.fingerprint for entry in known.plan.ignored} & closed_fingerprints(known.state)
    for pull in known.state.pulls:
        if pull.state is PullState.CLOSED and pull.marker and not pull.marker.closed:
            if count := len(there & set(pull.marker.fingerprints)):
                reason = f"a person closed it, so {count} of its places stay as they are"
                yield Decision(pull.branch, pull.title, Outcome.CLOSED_BY_HUMAN, reason, (), None, pull)


# --- what the rules ask ----------------------------------------------------------------------------


def _reason_to_push(case: Case, marker: Marker) -> str:
    """Why the branch of an open pull request is to be made anew, "" for no reason."""
    fix, known = case.fix, case.known
    standing = known.facts.standings.get(fix.branch, Standing())
    lower = case.decided.get(fix.base_branch)
    branch = known.branch(fix.branch)
    policy = known.policy.rebase_when
    if known.ticked("rebuild", fix.branch):
        return "made anew, as ticked on the dashboard"
    if (case.pull and fix.base_branch not in {marker.base, case.pull.base}) or fix.base_branch != marker.base:
        return f"it now stands on {fix.base_branch}"
    if branch and not branch.own_sha and branch.sha != marker.sha:
        return "an earlier run was cut short"
    if policy is RebaseWhen.NEVER:
        return ""
    if marker.patch_id != fix.patch_id:
        return "the fix has changed"
    if standing.rewritten:
        return f"{fix.base_branch} was rewritten, and its branch held what is no longer part of it"
    if standing.conflicted:
        return f"it conflicted with {fix.base_branch}"
    if lower and (lower.does(Step.PUSH) or standing.behind):
        return f"{fix.base_branch}, on which it stands, was made anew"
    if standing.behind and policy is RebaseWhen.BEHIND:
        return f"it was behind {fix.base_branch}"
    return ""


def _dress(case: Case, marker: Marker) -> tuple[Step, ...]:
    return () if marker.ready and marker.labels == case.fix.labels else (Step.DRESS,)


def _below(case: Case) -> set[str]:
    """The branches that a stacked fix stands on, down to the default branch; and itself."""
    fixes = {fix.branch: fix for fix in case.known.plan.fixes}
    below, fix = {case.fix.branch}, fixes.get(case.fix.base_branch)
    while fix and fix.branch not in below:
        below.add(fix.branch)
        fix = fixes.get(fix.base_branch)
    return below


def _before(case: Case) -> Iterable[tuple[str, set[str]]]:
    """What is open or comes first, each branch with the files that it changes."""
    for decision in case.decided.values():
        if decision.leaves_open or decision.outcome in {Outcome.QUEUED, Outcome.LIMIT_REACHED}:
            changed = set(decision.fix.files if decision.fix else ())
            yield decision.branch, changed | _files(decision.pull)
    for pull in _undecided(case):
        yield pull.branch, _files(pull)


def _files(pull: PullRequest | None) -> set[str]:
    """What a pull request changes, as its marker says."""
    return set(pull.marker.files) if pull and pull.marker else set()


def _undecided(case: Case) -> Iterable[PullRequest]:
    """Open pull requests of fixes that come later in the order."""
    for pull in case.known.state.pulls:
        if (
            pull.state is PullState.OPEN
            and pull.branch not in case.decided
            and pull.branch != case.fix.branch
        ):
            yield pull


def _first(rules: Iterable[Callable[[Case], Decision | None]], case: Case) -> Decision:
    return next(decision for rule in rules if (decision := rule(case)) is not None)
