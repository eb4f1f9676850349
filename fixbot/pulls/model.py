"""The nouns of pull requests: what the forge knows (`State`), what is to be done (`Plan`), what was checked
(`Evidence`), and what became of each fix (`Result`).

All but `Result` travel between jobs as JSON, and whoever reads them treats them as hostile: `fixbot.pulls.bundle`
checks every field. Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fixbot.model import Safety

VERSION = 1
"""Of the JSON of a state, a plan and an evidence, and of the hidden data in a pull request."""
OWN_REFS = "refs/fixbot/"
"""Beside each branch `fixbot/x` stands `refs/fixbot/x`, pushed with it: while both are equal, nobody else has pushed."""


class PullState(StrEnum):
    """As the forge shows it."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class Measured(StrEnum):
    """Whether the endpoints that run what a fix changes were measured, or why not."""

    NOT_ASKED = "not-asked"
    DONE = "done"
    NO_TARGET = "no-target"
    """The settings do not say what the service is."""
    NO_ENDPOINT = "no-endpoint"
    """Of the endpoints that can be asked for, none is known to run what the fix changes."""
    UNKNOWN = "unknown"
    """The service does not tell which code answers at which endpoint."""
    NOT_STARTED = "not-started"
    TIMED_OUT = "timed-out"
    FAILED = "failed"


class CallKind(StrEnum):
    """What a call that leaves the service is for."""

    SQL = "sql"
    FIRESTORE = "firestore"
    STORAGE = "object storage"
    HTTP = "http"
    GRPC = "grpc"
    REDIS = "redis"
    OTHER = "other"


class Clock(StrEnum):
    """What was timed."""

    LATENCY = "latency"
    PROCESSOR = "processor"


class Shift(StrEnum):
    """What may be said of two times."""

    NONE = "no difference shown"
    FASTER = "faster"
    SLOWER = "slower"


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one kind that one request makes."""

    kind: CallKind
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Timing:
    """Time after divided by time before: the median of pairs of requests, and its 95 % interval."""

    clock: Clock
    ratio: float
    low: float
    high: float
    shift: Shift


@dataclass(frozen=True, slots=True)
class MeasuredEndpoint:
    """One endpoint on the base and on the branch: counts of one request, and times as ratios."""

    name: str
    calls: tuple[Calls, ...] = ()
    stalls_before: int = 0
    """Per cent of the requests that blocked the event loop."""
    stalls_after: int = 0
    memory_before: int = 0
    """Bytes that one request needs; 0 where it was not seen."""
    memory_after: int = 0
    timings: tuple[Timing, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What measuring one branch beside its base has shown."""

    outcome: Measured = Measured.NOT_ASKED
    endpoints: tuple[MeasuredEndpoint, ...] = ()
    more: int = 0
    """Further endpoints that were measured and are left out."""
    rounds: int = 0
    pairs: int = 0
    """Pairs of requests of each endpoint in a round."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What the bot hides in the body of its pull request, to know it again without a database."""

    branch: str
    base: str
    """The branch that the bot asked to merge into; another one on the forge means that a person retargeted it."""
    codemod: str
    safety: Safety
    sha: str
    """The commit that the bot pushed last, or is about to push."""
    patch_id: str
    """`git patch-id --stable` of that commit."""
    fingerprints: tuple[str, ...]
    files: tuple[str, ...] = ()
    """What the patch changes or adds, also known when no plan holds the fix any more."""
    before: str = ""
    """The commit that the bot pushed before `sha`; tells a push that was cut short from a person's."""
    title: str = ""
    """As the bot wrote it last; another one on the forge is a person's, and stays."""
    labels: tuple[str, ...] = ()
    """Those that the bot has set; where the forge shows others, a person has changed them."""
    digest: str = ""
    """Of title and visible text as the bot wrote them last; the same again means: nothing to edit."""
    ready: bool = False
    """Whether labels, assignees and reviewers have been set, once."""
    closed: str = ""
    """Why the bot closed it; closed without a reason, it was a person."""
    measured: Measurement = Measurement()
    """The numbers in its text: they stay as long as the patch does."""
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One pull request on the forge. Only one that is surely the bot's own has a `marker`."""

    number: int
    url: str
    branch: str
    base: str
    title: str
    state: PullState
    draft: bool
    author: str
    head_sha: str
    labels: tuple[str, ...] = ()
    marker: Marker | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch with the bot's prefix: where it stands, and where the bot left it ("": the bot never pushed it)."""

    name: str
    sha: str
    own_sha: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that nobody wants to see fixed: until when (ISO date, "": for good), and why."""

    fingerprint: str
    reason: str
    until: str = ""
    title: str = ""
    """What it was, for people: `batch-reads at app/x.py:74`."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The issue that shows everything, as people have left it. Each tick names a branch or a fingerprint."""

    number: int
    url: str
    open_now: tuple[str, ...] = ()
    """Branches that may open whatever the limits and the default selection say."""
    rebuild: tuple[str, ...] = ()
    """Branches that the bot may make anew, commits of others included."""
    ignore: tuple[str, ...] = ()
    """Branches whose findings are to be ignored."""
    restore: tuple[str, ...] = ()
    """Fingerprints that are to be ignored no longer."""
    ignored: tuple[Ignored, ...] = ()
    """What earlier runs wrote down as ignored."""
    told: tuple[str, ...] = ()
    """Branches left alone for a person's sake, each with the reason (`branch: reason`), that people were told of."""
    digest: str = ""
    """Of the text that people see, with no box ticked; the same again means: nothing to save."""


@dataclass(frozen=True, slots=True)
class State:
    """What the forge knows of earlier runs, read once per run, with a read-only token."""

    repository: str
    """`owner/name`, or the path of a local one."""
    default_branch: str
    base: str
    """SHA of the default branch."""
    login: str
    """Who the bot is on the forge."""
    pulls: tuple[PullRequest, ...] = ()
    """The bot's own, in every state, oldest first."""
    branches: tuple[Branch, ...] = ()
    dashboard: Dashboard | None = None
    issues: bool = True
    """Whether the forge has issues, so that a dashboard can be kept."""
    own_refs: bool = True
    """Whether the forge accepts `refs/fixbot/*`; otherwise markers alone tell ours from a person's."""
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class PlannedFinding:
    """A finding as a pull request tells of it: `Finding` without its edits."""

    codemod: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    severity: str
    category: str
    safety: Safety
    reason: str
    fingerprint: str
    cost: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedFix:
    """One patch, one branch, one pull request."""

    codemod: str
    safety: Safety
    order: int
    """Position in the documented priority order, from 1; the pull requests open in it."""
    branch: str
    base_branch: str
    """The default branch, or with `stack` the branch of the fix that this one stands on."""
    title: str
    labels: tuple[str, ...]
    draft: bool
    files: tuple[str, ...]
    """Every path that the patch changes or adds."""
    patch: str
    """File name in the bundle: `NN-<branch tail>.patch`, a binary-safe `git diff` against its base."""
    patch_id: str
    findings: tuple[PlannedFinding, ...]
    depends_on: tuple[str, ...] = ()
    """Branches of earlier fixes that change a file of this one (or repair one that it needs): it waits for them."""
    selected: bool = True
    """False: found by a codemod that opens nothing by default; opens when ticked on the dashboard."""
    added: int = 0
    removed: int = 0
    summary: str = ""
    """First line of the codemod's documentation."""
    why: str = ""
    """Its section "Why is this bad"."""
    fix_safety: str = ""
    """Its section "Fix safety"."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that could not be read, parsed or rewritten."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one run wants, in order. A pure function of base, settings, catalogue and state."""

    base: str
    """SHA of the commit that was looked at."""
    default_branch: str
    fixes: tuple[PlannedFix, ...]
    reported: tuple[PlannedFinding, ...] = ()
    refused: tuple[PlannedFinding, ...] = ()
    """Findings with a fix that could not be made this time; `reason` says why."""
    ignored: tuple[Ignored, ...] = ()
    """Findings that are still there and stay unfixed because a person wants it so."""
    errors: tuple[FileProblem, ...] = ()
    complete: bool = True
    """False when the scan was cut short: then nothing is closed for having gone."""
    scanned: tuple[str, ...] = ()
    """Files that were read without error; only a pull request whose files are all among them can be obsolete."""
    version: int = VERSION


class Verdict(StrEnum):
    """What running the target's own tests on a branch has shown."""

    PASSED = "passed"
    """The same tests fail as on the base, or none."""
    FAILED = "failed"
    """Tests fail that do not fail on the base, or the command fails where it did not."""
    TIMED_OUT = "timed-out"
    SETUP_FAILED = "setup-failed"
    BASE_FAILED = "base-failed"
    """The command does not even work on the base: nothing can be said."""
    NOT_RUN = "not-run"
    """No `verify` command is set."""


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of one branch."""

    branch: str
    verdict: Verdict
    newly_failing: tuple[str, ...] = ()
    failing_before: int = 0
    passed: int = 0
    seconds: int = 0
    measured: Measurement = Measurement()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was checked, for one plan."""

    plan_sha256: str
    base: str
    checks: tuple[Check, ...] = ()
    version: int = VERSION


class Outcome(StrEnum):
    """What publishing did with a fix or an older pull request: a closed set."""

    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    QUEUED = "queued"
    LIMIT_REACHED = "limit-reached"
    NOT_SELECTED = "not-selected"
    CLOSED_BY_HUMAN = "closed-by-human"
    EDITED_BY_HUMAN = "edited-by-human"
    OBSOLETE_CLOSED = "obsolete-closed"
    IGNORED = "ignored"
    MERGED = "merged"
    FAILED_VERIFICATION = "failed-verification"
    STATE_MOVED = "state-moved"
    REFUSED = "refused"
    """The bundle asked for something that is never done."""
    FAILED = "failed"
    """The forge or git answered with an error; the next run tries again."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of what a run did."""

    branch: str
    title: str
    outcome: Outcome
    reason: str
    url: str = ""
