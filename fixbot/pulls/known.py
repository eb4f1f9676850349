"""What decisions are made by, and what they are: everything known of one run, and the questions that the rules ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fixbot.pull_settings import RebaseWhen
from fixbot.pulls.model import (
    Branch,
    Check,
    Evidence,
    Marker,
    Measured,
    Measurement,
    Outcome,
    Plan,
    PlannedFix,
    PullRequest,
    PullState,
    State,
)


class Step(StrEnum):
    """One thing that publishing does, in the order in which it does them."""

    PUSH = "push"
    OPEN = "open"
    EDIT = "edit"
    DRESS = "dress"
    """Labels, assignees, reviewers."""
    TELL = "tell"
    """One comment that says why a branch is left alone."""
    CLOSE = "close"
    DELETE = "delete"
    """The branch, once nothing stands on it any more."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings say about opening and updating."""

    open_limit: int = 5
    new_limit: int = 5
    rebase_when: RebaseWhen = RebaseWhen.CONFLICTED
    verify: bool = False
    """Whether a `verify` command is set, so that nothing opens unverified."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the branch of an open pull request stands to the commit it is to be merged into."""

    behind: bool = False
    conflicted: bool = False
    rewritten: bool = False
    """Whether it holds commits that a forced push has taken out of the default branch: a merge would bring them back."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What only git and the text can tell."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    """By branch, for open pull requests."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """By branch: the digest of the text that its pull request should have now."""
    absent: frozenset[str] = frozenset()
    """Files of pull requests that the base does not have (any more, or yet)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one fix or one older pull request, and why."""

    branch: str
    title: str
    outcome: Outcome
    reason: str
    steps: tuple[Step, ...] = ()
    fix: PlannedFix | None = None
    pull: PullRequest | None = None

    def does(self, step: Step) -> bool:
        return step in self.steps

    @property
    def leaves_open(self) -> bool:
        """Whether there is an open pull request once this is done."""
        was_open = self.pull is not None and self.pull.state is PullState.OPEN
        return Step.OPEN in self.steps or (was_open and Step.CLOSE not in self.steps)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything there is to decide by."""

    plan: Plan
    state: State
    evidence: Evidence | None = None
    policy: Policy = field(default_factory=Policy)
    facts: Facts = field(default_factory=Facts)

    def open_pull(self, branch: str) -> PullRequest | None:
        pulls = [p for p in self.state.pulls if p.branch == branch and p.state is PullState.OPEN]
        return pulls[-1] if pulls else None

    def branch(self, name: str) -> Branch | None:
        return next((branch for branch in self.state.branches if branch.name == name), None)

    def check(self, branch: str) -> Check | None:
        checks = self.evidence.checks if self.evidence else ()
        return next((check for check in checks if check.branch == branch), None)

    def measured(self, fix: PlannedFix) -> Measurement:
        """The numbers of a fix. Those in its open pull request stay while its patch does, so that it is not edited only
        because times vary."""
        pull, check = self.open_pull(fix.branch), self.check(fix.branch)
        marker = pull.marker if pull else None
        if marker and marker.patch_id == fix.patch_id and marker.measured.outcome is Measured.DONE:
            return marker.measured
        return check.measured if check else Measurement()

    def ticked(self, box: str, branch: str) -> bool:
        """Whether a person has ticked this box (`open_now`, `rebuild`, `ignore`) for the branch."""
        return self.state.dashboard is not None and branch in getattr(self.state.dashboard, box)


def touched(known: Known, pull: PullRequest) -> str:
    """How an open pull request differs from what the bot left, in words; "" where it does not.

    The bot's own ref beside the branch tells, and where there is none, its marker: that also knows a push
    which was announced and cut short.
    """
    marker, branch = pull.marker, known.branch(pull.branch)
    if marker is None:
        return "it does not say what fixbot wrote it to say"
    if branch is None:
        return "its branch is gone"
    if pull.base != marker.base and not _retargeted_by_forge(known, pull, marker):
        return f"its target was changed from {marker.base} to {pull.base}"
    own = {branch.own_sha} if branch.own_sha else {marker.sha, marker.before}
    return "" if branch.sha in own else "somebody has pushed to its branch"


def closed_fingerprints(state: State) -> frozenset[str]:
    """The findings of pull requests that a person closed, without those wanted again.

    Of all pull requests with a finding the last one counts: it was opened although earlier ones had been closed.
    """
    closed: dict[str, bool] = {}
    for pull in state.pulls:
        if pull.marker:
            by_person = pull.state is PullState.CLOSED and not pull.marker.closed
            closed |= dict.fromkeys(pull.marker.fingerprints, by_person)
    wanted = state.dashboard.restore if state.dashboard else ()
    return frozenset(fingerprint for fingerprint, is_ in closed.items() if is_) - frozenset(wanted)


def _retargeted_by_forge(known: Known, pull: PullRequest, marker: Marker) -> bool:
    """Whether the branch below is gone, so that the forge itself made the default branch the target."""
    return pull.base == known.state.default_branch and known.branch(marker.base) is None
