"""Publishing a bundle: look at the forge anew, decide, carry out, and show everything on the dashboard.

No code of the target runs, no plugin is loaded, and nothing is written that the settings at the base, the decision
rules and the checks of the bundle do not allow. One fix that fails never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from fixbot.errors import FixbotError
from fixbot.model import Safety
from fixbot.pull_settings import Draft, PullSettings
from fixbot.pulls import body, dashboard, transport
from fixbot.pulls.body import About
from fixbot.pulls.commits import Refused, make_commit, standing
from fixbot.pulls.dashboard import Box, Contents, Row
from fixbot.pulls.decide import decide
from fixbot.pulls.forges import Forge, Repository
from fixbot.pulls.known import Decision, Facts, Known, Policy, Standing, Step, closed_fingerprints
from fixbot.pulls.model import (
    OWN_REFS,
    Evidence,
    Ignored,
    Outcome,
    Plan,
    PlannedFix,
    PullState,
    Result,
    State,
)
from fixbot.pulls.steps import Dress, Run, carry_out, delete_branch, give_back, told
from fixbot.pulls.transport import Remote
from fixbot.pulls.workspace import Workspace

TICKED = "ticked on this page"
_TRY_AGAIN = {Outcome.FAILED, Outcome.STATE_MOVED, Outcome.QUEUED}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings at the base say about publishing."""

    prefix: str = "fixbot"
    policy: Policy = field(default_factory=Policy)
    dress: Dress = field(default_factory=Dress)
    draft: Draft = Draft.REVIEW
    dashboard: bool = True
    """Whether there is to be an issue; otherwise its text is only in the step summary."""
    ignored: frozenset[str] = frozenset()
    """Fingerprints that the settings ignore."""

    @classmethod
    def of(cls, settings: PullSettings) -> Rules:
        policy = Policy(
            settings.open_limit, settings.new_limit, settings.rebase_when, verify=bool(settings.verify)
        )
        return cls(
            prefix=settings.branch_prefix,
            policy=policy,
            dress=Dress(settings.labels, settings.assignees, settings.reviewers),
            draft=settings.draft,
            dashboard=settings.dashboard,
            ignored=frozenset(entry.fingerprint for entry in settings.ignored),
        )

    def opens_as_draft(self, safety: Safety) -> bool:
        return self.draft is Draft.ALWAYS or (self.draft is Draft.REVIEW and safety is Safety.REVIEW)


@dataclass(frozen=True)
class Work:
    """Everything that one publishing works with."""

    forge: Forge
    repository: Repository
    workspace: Workspace
    state: State
    plan: Plan
    patches: Mapping[str, bytes]
    evidence: Evidence | None
    rules: Rules

    @property
    def boxes(self) -> bool:
        """Whether there is an issue with boxes to tick."""
        return self.repository.issues and self.rules.dashboard


@dataclass(frozen=True, slots=True)
class Published:
    """What a run did, and the dashboard's text without its boxes."""

    results: tuple[Result, ...]
    summary: str
    dry: bool = False


def publish(
    work: Work, *, dry_run: bool = False, progress: Callable[[str], None] = lambda _: None
) -> Published:
    """Carry out what is to be done. Raises `FixbotError` only where nothing can be published at all."""
    progress("Reading the branches")
    work, refs = _prepared(work)
    known = Known(work.plan, work.state, work.evidence, work.rules.policy, _facts(work, refs))
    decisions = decide(known)
    run = Run(
        forge=work.forge,
        work=work.workspace,
        state=work.state,
        base=work.plan.base,
        default_branch=work.plan.default_branch,
        patches=work.patches,
        about=lambda fix: about(work, fix),
        dress=work.rules.dress,
        boxes=work.boxes,
        refs=refs,
    )
    if dry_run:
        results = [_tried(run, decision) for decision in decisions]
        contents = replace(_contents(work, decisions, results), boxes=False)
        return Published(tuple(results), dashboard.visible(contents), dry=True)
    results = []
    for decision in decisions:
        progress(f"{decision.branch}: {decision.outcome}")
        results.append(carry_out(run, decision))
    _delete(run, decisions, results)
    _forget(work, refs, decisions)
    contents = _contents(work, decisions, results)
    if work.boxes and (problem := _save(run, contents, decisions, results)):
        results.append(Result("", dashboard.TITLE, Outcome.FAILED, problem))
    return Published(tuple(results), dashboard.visible(replace(contents, boxes=False)))


def about(work: Work, fix: PlannedFix) -> About:
    """What the body of a fix is told besides the fix."""
    known = Known(work.plan, work.state, work.evidence)
    left = [f for f in (*work.plan.reported, *work.plan.refused) if f.codemod == fix.codemod]
    return About(
        url=work.repository.url,
        base=work.plan.base,
        check=known.check(fix.branch),
        measured=known.measured(fix),
        left=left,
        dashboard=work.boxes,
        workflow_token=work.repository.workflow_token,
        stands_on="" if fix.base_branch == work.plan.default_branch else fix.base_branch,
    )


# --- before deciding --------------------------------------------------------------------------------


def _prepared(work: Work) -> tuple[Work, dict[str, str]]:
    """Fetch what is needed, and check that the plan is for this repository. Raises `FixbotError`."""
    default = work.repository.default_branch
    if work.plan.default_branch != default:
        raise FixbotError(
            f"the plan is for the branch {work.plan.default_branch}, and the default branch is {default}"
        )
    remote = Remote(work.forge.remote, work.forge.environment)
    patterns = (f"refs/heads/{default}", f"refs/heads/{work.rules.prefix}/*", f"{OWN_REFS}*")
    refs = transport.list_remote(work.workspace, remote, *patterns)
    branches = [
        name for name in refs if name.startswith("refs/heads/") and not work.workspace.has(refs[name])
    ]
    transport.fetch(work.workspace, remote, branches)
    head = refs.get(f"refs/heads/{default}", "")
    if not head or not work.workspace.is_ancestor(work.plan.base, head):
        raise FixbotError(
            f"the plan was made on {work.plan.base[:12]}, which is not part of {default} on the forge; "
            f"push it, or plan again on what is there"
        )
    fixes = tuple(
        replace(fix, labels=work.rules.dress.labels, draft=work.rules.opens_as_draft(fix.safety))
        for fix in work.plan.fixes
    )
    return replace(work, plan=replace(work.plan, fixes=fixes)), refs


def _facts(work: Work, refs: Mapping[str, str]) -> Facts:
    """What git and the texts say about the pull requests that are open."""
    fixes = {fix.branch: fix for fix in work.plan.fixes}
    heads = {branch.name: branch.sha for branch in work.state.branches}
    tip = refs[f"refs/heads/{work.plan.default_branch}"]
    standings: dict[str, Standing] = {}
    named: set[str] = set()
    for pull in work.state.pulls:
        if pull.state is PullState.OPEN and pull.marker:
            named.update(pull.marker.files)
            fix, head = fixes.get(pull.branch), heads.get(pull.branch)
            target = heads.get(fix.base_branch, work.plan.base) if fix else work.plan.base
            if head and work.workspace.has(head):
                history = target if fix and fix.base_branch in heads else tip
                standings[pull.branch] = standing(work.workspace, head, target, history)
    there = {entry.path for entry in work.workspace.entries(work.plan.base)} if named else set()
    digests = {fix.branch: body.digest(fix, about(work, fix)) for fix in work.plan.fixes}
    return Facts(standings, digests, frozenset(named - there))


# --- after deciding -----------------------------------------------------------------------------------


def _tried(run: Run, decision: Decision) -> Result:
    """What a step would come to, as far as it can be known without writing."""
    outcome, reason = decision.outcome, decision.reason
    if decision.fix and decision.does(Step.PUSH) and decision.fix.base_branch == run.default_branch:
        try:
            make_commit(run.work, run.base, run.patches[decision.fix.patch], decision.fix)
        except Refused as exc:
            outcome, reason = Outcome.REFUSED, str(exc)
    return Result(
        decision.branch, decision.title, outcome, reason, decision.pull.url if decision.pull else ""
    )


def _delete(run: Run, decisions: Sequence[Decision], results: list[Result]) -> None:
    """Delete branches last, when whatever stood on them has another target."""
    targets = {
        pull.base
        for pull in run.state.pulls
        if pull.state is PullState.OPEN and not _left(pull.number, decisions, results)
    }
    for number, (decision, result) in enumerate(zip(decisions, results, strict=True)):
        if (
            decision.does(Step.DELETE)
            and result.outcome is decision.outcome
            and decision.branch not in targets
        ):
            if problem := delete_branch(run, decision.branch):
                results[number] = replace(
                    result, reason=f"{result.reason} (its branch is still there: {problem})"
                )


def _forget(work: Work, refs: Mapping[str, str], decisions: Sequence[Decision]) -> None:
    """Delete own refs whose branch somebody else has deleted, as forges do after a merge. What fails waits for the next run."""
    remote = Remote(work.forge.remote, work.forge.environment)
    pushed = {decision.branch for decision in decisions if decision.does(Step.PUSH)}
    for name, sha in refs.items():
        tail = name.rpartition("/")[2]
        branch = f"{work.rules.prefix}/{tail}"
        mine = name == transport.own_ref(branch) and f"refs/heads/{branch}" not in refs
        if mine and branch not in pushed:
            with suppress(FixbotError):
                transport.delete_own(work.workspace, remote, branch, sha)


def _left(number: int, decisions: Sequence[Decision], results: Sequence[Result]) -> bool:
    """Whether a pull request was closed, or got another target, by what was done."""
    for decision, result in zip(decisions, results, strict=True):
        if decision.pull and decision.pull.number == number and result.outcome is decision.outcome:
            target = (
                decision.fix.base_branch if decision.fix and decision.does(Step.EDIT) else decision.pull.base
            )
            return decision.does(Step.CLOSE) or target != decision.pull.base
    return False


def _contents(work: Work, decisions: Sequence[Decision], results: Sequence[Result]) -> Contents:
    known = Known(work.plan, work.state, work.evidence)
    rows = [
        Row(result, decision.fix, known.check(decision.branch))
        for decision, result in zip(decisions, results, strict=True)
    ]
    kept = _kept(work, decisions)
    fingerprints = {entry.fingerprint for entry in kept}
    unwanted = closed_fingerprints(work.state)
    wanted = work.state.dashboard.restore if work.state.dashboard else ()
    others = [
        e for e in work.plan.ignored if e.fingerprint not in fingerprints and e.fingerprint not in wanted
    ]
    return Contents(
        plan=work.plan,
        rows=rows,
        open_limit=work.rules.policy.open_limit,
        ignored=kept,
        closed=[entry for entry in others if entry.fingerprint in unwanted],
        elsewhere=[entry for entry in others if entry.fingerprint not in unwanted],
        boxes=work.boxes,
    )


def _kept(work: Work, decisions: Sequence[Decision]) -> list[Ignored]:
    """What the dashboard keeps as ignored: as before, without what is wanted again, with what was ticked now.

    A plan leaves out what is ticked, so that a branch without a pull request is known from `Plan.ignored` alone.
    """
    page = work.state.dashboard
    if page is None:
        return []
    kept = {entry.fingerprint: entry for entry in page.ignored if entry.fingerprint not in page.restore}
    for decision in decisions:
        if decision.branch in page.ignore:
            for fingerprint in _fingerprints(decision):
                kept.setdefault(fingerprint, Ignored(fingerprint, TICKED, "", decision.title))
    if page.ignore:
        known = closed_fingerprints(work.state) | work.rules.ignored | {*page.restore}
        for entry in work.plan.ignored:
            if entry.fingerprint not in known:
                what = entry.title.partition(" at ")[0]
                kept.setdefault(entry.fingerprint, Ignored(entry.fingerprint, TICKED, "", what))
    return list(kept.values())


def _fingerprints(decision: Decision) -> Sequence[str]:
    if decision.fix:
        return [finding.fingerprint for finding in decision.fix.findings]
    return decision.pull.marker.fingerprints if decision.pull and decision.pull.marker else ()


def _save(run: Run, contents: Contents, decisions: Sequence[Decision], results: Sequence[Result]) -> str:
    """Bring the dashboard up to date where anything on it has changed. Returns what went wrong, "" for nothing."""
    page = run.state.dashboard
    if page is None and not _worth_showing(contents):
        return ""
    said = tuple(
        told(decision)
        for decision, result in zip(decisions, results, strict=True)
        if decision.does(Step.TELL) and result.outcome is decision.outcome
    )
    ticked = (
        {
            *(Box("open", branch) for branch in page.open_now),
            *(Box("rebuild", branch) for branch in page.rebuild),
            *(Box("ignore", branch) for branch in page.ignore),
        }
        if page
        else set()
    )
    again = {result.branch for result in results if result.outcome in _TRY_AGAIN}
    try:
        acted_on = bool(ticked or (page and page.restore))
        if page and not acted_on and page.digest == dashboard.digest(contents) and page.told == said:
            return ""
        if page and page.restore and (problems := give_back(run, frozenset(page.restore))):
            return "; ".join(problems)  # the ticks stay, and the next run tries again
        now = run.forge.find_issue(dashboard.TOPIC) if page else None
        new = set(dashboard.ticks(now.body)) - ticked if now else set()
        keep = {box for box in ticked if box.of in again} | new
        text = dashboard.render(contents, said, keep)
        run.forge.save_issue(dashboard.TOPIC, dashboard.TITLE, text)
    except (FixbotError, ValueError) as exc:
        return str(exc)
    return ""


def _worth_showing(contents: Contents) -> bool:
    plan = contents.plan
    return bool(contents.rows or contents.ignored or plan.reported or plan.refused or plan.errors)
