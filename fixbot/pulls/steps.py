"""Carrying out one decision on the forge, so that a run can be killed after any request and the next one ends the same.

- Branch and own ref are pushed in one go, and before the pull request: a branch that is the bot's and has no pull
  request is opened by the next run.
- The body carries the marker from its first second. `ready` in it is set last: until then the next run sets labels,
  assignees and reviewers again, which changes nothing where they are there.
- Whoever closes writes the reason into the marker in the same request, so that a closing of ours never passes for a
  person's.
- Where the forge takes no refs of the bot's own, the marker announces a push before it is made.

Before a pull request is written to, it is read again: one that is not as it was decided about is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from fixbot.errors import FixbotError
from fixbot.pulls import body, transport
from fixbot.pulls.body import About
from fixbot.pulls.commits import Refused, make_commit
from fixbot.pulls.forges import Forge
from fixbot.pulls.known import Decision, Step
from fixbot.pulls.measured import kept
from fixbot.pulls.model import Branch, Marker, Outcome, PlannedFix, PullRequest, PullState, Result, State
from fixbot.pulls.neutral import prose
from fixbot.pulls.transport import ABSENT, Remote
from fixbot.pulls.workspace import Workspace

EDITED = "edited"
CLOSED = "closed"


class Moved(FixbotError):
    """Something is not as it was when the decision was made."""


@dataclass(frozen=True, slots=True)
class Dress:
    """What a pull request gets beside its text, from the settings at the base."""

    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.labels or self.assignees or self.reviewers)


@dataclass
class Run:
    """What the steps of one run need, and what they find out."""

    forge: Forge
    work: Workspace
    state: State
    base: str
    default_branch: str
    patches: Mapping[str, bytes]
    about: Callable[[PlannedFix], About]
    dress: Dress
    boxes: bool
    """Whether there is an issue with boxes to tick."""
    refs: Mapping[str, str]
    """The bot's branches and own refs as they are on the remote: full name -> SHA."""
    heads: dict[str, str] = field(default_factory=dict)
    """Where the branches of fixes stand after this run, for those that stand on them."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """By branch: what could not be done, in words."""

    @property
    def remote(self) -> Remote:
        return Remote(self.forge.remote, self.forge.environment)


def carry_out(run: Run, decision: Decision) -> Result:
    """All steps of a decision but `DELETE`, and what came of them. Raises nothing that one fix can cause."""
    url = decision.pull.url if decision.pull else ""
    outcome, reason = decision.outcome, decision.reason
    try:
        url = _steps(run, decision) or url
    except Moved as exc:
        outcome, reason = Outcome.STATE_MOVED, str(exc)
    except Refused as exc:
        outcome, reason = Outcome.REFUSED, str(exc)
    except FixbotError as exc:
        outcome, reason = Outcome.FAILED, str(exc)
    except Exception as exc:  # noqa: BLE001 - a defect that one fix brings out must not stop the others
        outcome, reason = Outcome.FAILED, f"fixbot failed: {type(exc).__name__}: {exc}"
    if notes := run.notes.get(decision.branch):
        reason = f"{reason} ({'; '.join(notes)})"
    return Result(decision.branch, decision.title, outcome, reason, url)


def delete_branch(run: Run, branch: str) -> str:
    """Remove a branch that nothing needs any more. Returns why it stays, "" when it is gone."""
    here, own = run.refs.get(f"refs/heads/{branch}"), run.refs.get(transport.own_ref(branch))
    if here is None:
        return ""
    try:
        done = transport.delete(run.work, run.remote, branch, here, own=own)
    except FixbotError as exc:
        return str(exc)
    return "" if done.done else done.reason


def told(decision: Decision) -> str:
    """How the dashboard remembers that people were told of a branch that is left alone."""
    return f"{decision.branch}: {decision.reason}"


def _steps(run: Run, decision: Decision) -> str:
    """Take the steps. Returns the address of a pull request that was opened, "" for none."""
    fix, pull = decision.fix, decision.pull
    if decision.does(Step.TELL) and pull:
        if told(decision) in (run.state.dashboard.told if run.state.dashboard else ()):
            return ""
        run.forge.comment(pull.number, EDITED, _left_alone(run, pull, decision.reason))
    elif decision.does(Step.CLOSE) and pull:
        _close(run, pull, decision.reason)
    elif decision.does(Step.OPEN) and fix:
        return _open(run, fix)
    elif decision.steps and fix and pull:
        _update(run, decision, fix, pull)
    elif fix and pull:
        run.heads[fix.branch] = pull.head_sha
    return ""


# --- open -----------------------------------------------------------------------------------------


def _open(run: Run, fix: PlannedFix) -> str:
    sha = _commit(run, fix)
    _push(run, fix.branch, sha)
    text = body.render(fix, run.about(fix), _marker(run, fix, sha, ready=run.dress.nothing))
    pull = run.forge.open_pull_request(fix.branch, fix.base_branch, body.title(fix), text, draft=fix.draft)
    if pull.marker is None:
        raise Moved(f"somebody has opened a pull request for {fix.branch} already: {pull.url}")
    run.heads[fix.branch] = sha
    if not run.dress.nothing:
        _put_on(run, fix.branch, pull, pull.marker, text)
    return pull.url


# --- update ---------------------------------------------------------------------------------------


def _update(run: Run, decision: Decision, fix: PlannedFix, pull: PullRequest) -> None:
    now, page = run.forge.pull_request(pull.number)
    _must_be(now, pull)
    marker, text = now.marker or _marker(run, fix, now.head_sha, ready=False), page.body
    sha = _commit(run, fix) if decision.does(Step.PUSH) else pull.head_sha
    run.heads[fix.branch] = sha
    if decision.does(Step.PUSH) or decision.does(Step.EDIT):
        before = now.head_sha if sha != now.head_sha else ""
        new = _marker(run, fix, sha, before=before, ready=marker.ready, labels=marker.labels)
        text = body.render(fix, run.about(fix), new)
        if run.state.own_refs:
            _push(run, fix.branch, sha)
        _edit(run, fix, now, marker, text)
        if not run.state.own_refs:
            _push(run, fix.branch, sha)
        marker = new
    if run.state.dashboard and fix.branch in run.state.dashboard.rebuild:
        _taken_up(run, pull)
    if decision.does(Step.DRESS):
        _put_on(run, fix.branch, now, marker, text)


def _edit(run: Run, fix: PlannedFix, now: PullRequest, marker: Marker, text: str) -> None:
    """One request: the body, and the title and the target where they have to change."""
    title = body.title(fix)
    run.forge.edit_pull_request(
        now.number,
        title=title if now.title != title and now.title == marker.title else None,
        body=text,
        base=fix.base_branch if now.base != fix.base_branch else None,
    )


def _put_on(run: Run, branch: str, now: PullRequest, marker: Marker, text: str) -> None:
    """Labels by what was set, is there and is wanted; assignees and reviewers once. `ready` comes last."""
    wanted, had = set(run.dress.labels), set(marker.labels)
    add = [label for label in run.dress.labels if label not in had]
    remove = [label for label in marker.labels if label not in wanted and label in now.labels]
    if add:
        run.forge.add_labels(now.number, add)
    if remove:
        run.forge.remove_labels(now.number, remove)
    if not marker.ready and (run.dress.assignees or run.dress.reviewers):
        undone = run.forge.request(now.number, assignees=run.dress.assignees, reviewers=run.dress.reviewers)
        run.notes.setdefault(branch, []).extend(undone)
    done = replace(body.parse(text) or marker, ready=True, labels=run.dress.labels)
    run.forge.edit_pull_request(now.number, body=body.replaced(text, done))


# --- close, and leave alone -----------------------------------------------------------------------


def _close(run: Run, pull: PullRequest, reason: str) -> None:
    now, page = run.forge.pull_request(pull.number)
    _must_be(now, pull)
    assert now.marker is not None
    run.forge.comment(pull.number, CLOSED, f"fixbot, a bot, closes this: {prose(reason)}.")
    text = body.replaced(page.body, replace(now.marker, closed=reason[:300]))
    run.forge.edit_pull_request(pull.number, body=text, state=PullState.CLOSED)


def _left_alone(run: Run, pull: PullRequest, reason: str) -> str:
    target = f"make {prose(pull.marker.base)} its target again" if pull.marker else ""
    retargeted = pull.marker is not None and pull.base != pull.marker.base
    back = f"{target}, or " if retargeted else ""
    box = (
        f"tick “make it anew” in the issue “{body.DASHBOARD}” (what others committed here is then lost), or "
    )
    return (
        f"fixbot, a bot, leaves this pull request to you from here on, because {prose(reason)}. It will neither push to it "
        f"nor change it.\n\nTo hand it back: {back}{box if run.boxes else ''}"
        "close this and delete its branch; closing alone means that the places in it stay as they are."
    )


def _taken_up(run: Run, pull: PullRequest) -> None:
    """What was said of a branch left alone is no longer so. Said only where it was."""
    told = run.state.dashboard.told if run.state.dashboard else ()
    if any(entry.startswith(f"{pull.branch}: ") for entry in told):
        run.forge.comment(
            pull.number, EDITED, "fixbot, a bot, has made this anew, as ticked on its dashboard."
        )


def give_back(run: Run, fingerprints: frozenset[str]) -> list[str]:
    """Take findings that a person wants to see again out of the pull requests that a person closed."""
    problems = []
    for pull in run.state.pulls:
        marker = pull.marker
        if (
            pull.state is PullState.CLOSED
            and marker
            and not marker.closed
            and fingerprints & set(marker.fingerprints)
        ):
            try:
                now, page = run.forge.pull_request(pull.number)
                if now.marker and now.state is PullState.CLOSED:
                    left = tuple(f for f in now.marker.fingerprints if f not in fingerprints)
                    text = body.replaced(page.body, replace(now.marker, fingerprints=left))
                    run.forge.edit_pull_request(pull.number, body=text)
            except FixbotError as exc:
                problems.append(str(exc))
    return problems


# --- small parts ----------------------------------------------------------------------------------


def _must_be(now: PullRequest, known: PullRequest) -> None:
    """Raises `Moved` where a pull request is not as it was decided about."""
    for what, is_now, was in [
        ("state", now.state, known.state),
        ("target", now.base, known.base),
        ("branch", now.head_sha, known.head_sha),
        ("hidden data", now.marker, known.marker),
    ]:
        if is_now != was:
            raise Moved(f"its {what} changed while fixbot ran; the next run looks again")


def _commit(run: Run, fix: PlannedFix) -> str:
    if fix.base_branch == run.default_branch:
        base = run.base
    elif fix.base_branch in run.heads:
        base = run.heads[fix.base_branch]
    else:
        raise Moved(f"{fix.base_branch}, on which it stands, is not there")
    return make_commit(run.work, base, run.patches[fix.patch], fix)


def _push(run: Run, branch: str, sha: str) -> None:
    name, own_name = f"refs/heads/{branch}", transport.own_ref(branch)
    known = next((known for known in run.state.branches if known.name == branch), Branch(branch, ""))
    if run.refs.get(name, "") != known.sha:
        raise Moved("its branch changed while fixbot ran; the next run looks again")
    if known.sha == sha and (not run.state.own_refs or run.refs.get(own_name) == sha):
        return
    own = run.refs.get(own_name, ABSENT) if run.state.own_refs else None
    done = transport.push(run.work, run.remote, branch, sha, known.sha or ABSENT, own=own)
    if done.moved:
        raise Moved("its branch changed while fixbot ran; the next run looks again")
    if not done.done:
        raise FixbotError(f"the push was refused: {done.reason}")


def _marker(
    run: Run,
    fix: PlannedFix,
    sha: str,
    *,
    ready: bool,
    before: str = "",
    labels: tuple[str, ...] = (),
) -> Marker:
    return Marker(
        branch=fix.branch,
        base=fix.base_branch,
        codemod=fix.codemod,
        safety=fix.safety,
        sha=sha,
        patch_id=fix.patch_id,
        fingerprints=tuple(dict.fromkeys(finding.fingerprint for finding in fix.findings)),
        files=fix.files,
        before=before,
        title=body.title(fix),
        labels=labels,
        ready=ready,
        measured=kept(run.about(fix).measured),
    )
