"""What becomes of each fix and each pull request, as tables: what is known, the outcome, the steps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fixbot.model import Safety
from fixbot.pull_settings import RebaseWhen
from fixbot.pulls.decide import decide
from fixbot.pulls.known import Decision, Facts, Known, Policy, Standing, Step, closed_fingerprints
from fixbot.pulls.model import Branch, Dashboard, Evidence, Ignored, Outcome, Plan, PullState, State, Verdict
from tests.pulls.planned import branch, evidence, finding, fix, plan, pull, state

FIX = fix()
HUMAN = "c" * 40
PUSH_EDIT = (Step.PUSH, Step.EDIT)
CLOSE = (Step.CLOSE, Step.DELETE)
NEW = (Step.PUSH, Step.OPEN, Step.DRESS)


def ticks(**boxes: Any) -> Dashboard:
    return Dashboard(number=9, url="", **boxes)


def only(known: Known) -> Decision:
    (decision,) = decide(known)
    return decision


def outcomes(known: Known) -> dict[str, Outcome]:
    return {decision.branch.removeprefix("fixbot/"): decision.outcome for decision in decide(known)}


@dataclass(frozen=True)
class Row:
    """One case: a plan with one fix (or none), and what the forge knows."""

    name: str
    outcome: Outcome
    steps: tuple[Step, ...] = ()
    reason: str = ""
    state: State = field(default_factory=state)
    plan: Plan = field(default_factory=lambda: plan(FIX))
    evidence: Evidence | None = None
    policy: Policy = field(default_factory=Policy)
    facts: Facts = field(default_factory=Facts)


CLOSED = pull(FIX, state=PullState.CLOSED)
OURS = pull(FIX, state=PullState.CLOSED, marker_closed="its findings are gone")
MERGED = pull(FIX, state=PullState.MERGED)
OPEN = pull(FIX)
CHANGED = pull(FIX, marker_patch_id="2" * 40)
PUSHED = {"branches": (branch(FIX, HUMAN, "a" * 40),)}
NO_REFS: dict[str, Any] = {"own_refs": False}

ROWS = [
    # a fix without a pull request
    Row("new", Outcome.OPENED, NEW, "new"),
    Row("merged before, and found again", Outcome.OPENED, NEW, state=state(MERGED)),
    Row("closed by the bot, and found again", Outcome.OPENED, NEW, state=state(OURS)),
    Row("pushed by a run that was cut short", Outcome.OPENED, NEW, state=state(branches=(branch(FIX),))),
    Row("closed by a person", Outcome.CLOSED_BY_HUMAN, state=state(CLOSED)),
    Row(
        "closed by a person, and wanted again",
        *(Outcome.OPENED, NEW),
        state=state(CLOSED, dashboard=ticks(restore=CLOSED.marker.fingerprints if CLOSED.marker else ())),
    ),
    Row(
        "a branch of that name that the bot did not make",
        *(Outcome.EDITED_BY_HUMAN, (), "did not make"),
        state=state(branches=(branch(FIX, HUMAN, ""),)),
    ),
    Row("its codemod is not selected", Outcome.NOT_SELECTED, plan=plan(replace(FIX, selected=False))),
    Row(
        "not selected, but ticked",
        *(Outcome.OPENED, NEW),
        plan=plan(replace(FIX, selected=False)),
        state=state(dashboard=ticks(open_now=(FIX.branch,))),
    ),
    Row("ignored on the dashboard", Outcome.IGNORED, state=state(dashboard=ticks(ignore=(FIX.branch,)))),
    Row(
        "ignored on the dashboard, and cut short before its branch went",
        *(Outcome.IGNORED, (Step.DELETE,)),
        state=state(OURS, branches=(branch(FIX),), dashboard=ticks(ignore=(FIX.branch,))),
    ),
    Row("no room", Outcome.LIMIT_REACHED, (), "`open-limit` is 0", policy=Policy(open_limit=0)),
    Row("no new ones", Outcome.LIMIT_REACHED, (), "`new-limit` is 0", policy=Policy(new_limit=0)),
    Row(
        "no room, but ticked",
        *(Outcome.OPENED, NEW),
        policy=Policy(open_limit=0),
        state=state(dashboard=ticks(open_now=(FIX.branch,))),
    ),
    # verification
    Row("tests pass", Outcome.OPENED, NEW, evidence=evidence(blocking_calls=Verdict.PASSED)),
    Row("tests fail", Outcome.FAILED_VERIFICATION, evidence=evidence(blocking_calls=Verdict.FAILED)),
    Row(
        "tests hang",
        Outcome.FAILED_VERIFICATION,
        (),
        "too long",
        evidence=evidence(blocking_calls=Verdict.TIMED_OUT),
    ),
    Row("tests fail on the base", Outcome.OPENED, NEW, evidence=evidence(blocking_calls=Verdict.BASE_FAILED)),
    Row("no command", Outcome.OPENED, NEW, evidence=evidence(blocking_calls=Verdict.NOT_RUN)),
    Row(
        "a command, and no evidence",
        Outcome.FAILED_VERIFICATION,
        (),
        "not verified",
        policy=Policy(verify=True),
    ),
    Row(
        "evidence of another fix",
        *(Outcome.FAILED_VERIFICATION, (), "not verified"),
        policy=Policy(verify=True),
        evidence=evidence(batch_reads=Verdict.PASSED),
    ),
    Row(
        "tests fail, and an older fix is open",
        Outcome.FAILED_VERIFICATION,
        state=state(CHANGED),
        evidence=evidence(blocking_calls=Verdict.FAILED),
    ),
    # an open pull request
    Row("nothing new", Outcome.UNCHANGED, state=state(OPEN)),
    Row("nothing new, whatever the limits", Outcome.UNCHANGED, state=state(OPEN), policy=Policy(0, 0)),
    Row("the fix has changed", Outcome.UPDATED, PUSH_EDIT, "has changed", state=state(CHANGED)),
    Row(
        "never",
        Outcome.UNCHANGED,
        (),
        "`never`",
        state=state(CHANGED),
        policy=Policy(rebase_when=RebaseWhen.NEVER),
    ),
    Row(
        "the text has changed",
        *(Outcome.UPDATED, (Step.EDIT,)),
        state=state(OPEN),
        facts=Facts(digests={FIX.branch: "other"}),
    ),
    Row(
        "not all labels were set", Outcome.UPDATED, (Step.DRESS,), state=state(pull(FIX, marker_ready=False))
    ),
    Row(
        "new labels",
        Outcome.UPDATED,
        (Step.DRESS,),
        state=state(OPEN),
        plan=plan(replace(FIX, labels=("perf",))),
    ),
    Row(
        "pushed, and cut short before the text",
        *(Outcome.UPDATED, (Step.EDIT,), "cut short"),
        state=state(pull(FIX, head_sha="d" * 40)),
    ),
    Row(
        "ignored while open", Outcome.IGNORED, CLOSE, state=state(OPEN, dashboard=ticks(ignore=(FIX.branch,)))
    ),
    Row(
        "rebuilt though nothing is new",
        *(Outcome.UPDATED, PUSH_EDIT, "as ticked"),
        state=state(OPEN, dashboard=ticks(rebuild=(FIX.branch,))),
    ),
    # a person was there
    Row("pushed by a person", Outcome.EDITED_BY_HUMAN, (Step.TELL,), "pushed", state=state(OPEN, **PUSHED)),
    Row(
        "pushed by a person, and the fix has changed",
        Outcome.EDITED_BY_HUMAN,
        (Step.TELL,),
        state=state(CHANGED, **PUSHED),
    ),
    Row(
        "retargeted by a person",
        *(Outcome.EDITED_BY_HUMAN, (Step.TELL,), "from main to release"),
        state=state(pull(FIX, base="release")),
    ),
    Row(
        "pushed by a person, ignored on the dashboard",
        Outcome.IGNORED,
        state=state(OPEN, **PUSHED, dashboard=ticks(ignore=(FIX.branch,))),
    ),
    Row(
        "pushed by a person, who gives it back",
        *(Outcome.UPDATED, PUSH_EDIT, "as ticked"),
        state=state(OPEN, **PUSHED, dashboard=ticks(rebuild=(FIX.branch,))),
    ),
    # where the forge takes no refs of the bot's own, the marker tells
    Row(
        "no refs: nothing new",
        Outcome.UNCHANGED,
        state=state(OPEN, **NO_REFS, branches=(branch(FIX, own_sha=""),)),
    ),
    Row(
        "no refs: pushed by a person",
        *(Outcome.EDITED_BY_HUMAN, (Step.TELL,)),
        state=state(OPEN, **NO_REFS, branches=(branch(FIX, HUMAN, ""),)),
    ),
    Row(
        "no refs: announced, and cut short before the push",
        *(Outcome.UPDATED, PUSH_EDIT, "cut short"),
        state=state(
            pull(FIX, marker_before="d" * 40, head_sha="d" * 40),
            **NO_REFS,
            branches=(branch(FIX, "d" * 40, ""),),
        ),
    ),
    # the base moved
    Row("behind", Outcome.UNCHANGED, state=state(OPEN), facts=Facts({FIX.branch: Standing(behind=True)})),
    Row(
        "conflicted",
        *(Outcome.UPDATED, PUSH_EDIT, "conflicted with main"),
        state=state(OPEN),
        facts=Facts({FIX.branch: Standing(behind=True, conflicted=True)}),
    ),
    Row(
        "behind, and kept up",
        *(Outcome.UPDATED, PUSH_EDIT, "behind main"),
        state=state(OPEN),
        facts=Facts({FIX.branch: Standing(behind=True)}),
        policy=Policy(rebase_when=RebaseWhen.BEHIND),
    ),
    Row(
        "conflicted, and never",
        Outcome.UNCHANGED,
        state=state(OPEN),
        facts=Facts({FIX.branch: Standing(behind=True, conflicted=True)}),
        policy=Policy(rebase_when=RebaseWhen.NEVER),
    ),
    # pull requests that the plan has no fix for
    Row(
        "gone", Outcome.OBSOLETE_CLOSED, CLOSE, "finds nothing of it on main", state=state(OPEN), plan=plan()
    ),
    Row(
        "gone, but a person was there",
        Outcome.EDITED_BY_HUMAN,
        (Step.TELL,),
        state=state(OPEN, **PUSHED),
        plan=plan(),
    ),
    Row(
        "gone, but the scan was cut short",
        *(Outcome.UNCHANGED, (), "as a whole"),
        state=state(OPEN),
        plan=plan(complete=False),
    ),
    Row(
        "gone, but its file was not read",
        *(Outcome.UNCHANGED, (), "app/x.py could not be looked at"),
        state=state(OPEN),
        plan=plan(scanned=()),
    ),
    Row(
        "gone, and its file with it",
        *(Outcome.OBSOLETE_CLOSED, CLOSE),
        state=state(OPEN),
        plan=plan(scanned=()),
        facts=Facts(absent=frozenset({"app/x.py"})),
    ),
    Row(
        "still there, but not to be made this time",
        *(Outcome.UNCHANGED, (), "could not be made anew"),
        state=state(OPEN),
        plan=plan(refused=FIX.findings),
    ),
    Row(
        "now only reported",
        *(Outcome.OBSOLETE_CLOSED, CLOSE, "must not be changed like this any more: a lock is held"),
        state=state(OPEN),
        plan=plan(reported=(finding(reason="a lock is held"),)),
    ),
    Row(
        "now ignored by a comment or a setting",
        *(Outcome.IGNORED, CLOSE),
        state=state(OPEN),
        plan=plan(ignored=(Ignored(FIX.findings[0].fingerprint, "once, at startup"),)),
    ),
    Row(
        "gone and ignored",
        Outcome.IGNORED,
        CLOSE,
        state=state(OPEN, dashboard=ticks(ignore=(FIX.branch,))),
        plan=plan(),
    ),
    # branches that are left over
    Row("merged", Outcome.MERGED, (Step.DELETE,), state=state(MERGED, branches=(branch(FIX),)), plan=plan()),
    Row(
        "closed, and cut short before its branch went",
        *(Outcome.OBSOLETE_CLOSED, (Step.DELETE,), "its findings are gone"),
        state=state(OURS, branches=(branch(FIX),)),
        plan=plan(),
    ),
    Row(
        "pushed, cut short, and gone meanwhile",
        *(Outcome.OBSOLETE_CLOSED, (Step.DELETE,), "never opened"),
        state=state(branches=(branch(FIX),)),
        plan=plan(),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_one_fix(row: Row) -> None:
    decision = only(Known(row.plan, row.state, row.evidence, row.policy, row.facts))
    assert (decision.outcome, decision.steps) == (row.outcome, row.steps)
    assert row.reason in decision.reason
    assert decision.reason


@pytest.mark.parametrize(
    "left",
    [
        state(CLOSED, branches=(branch(FIX),)),  # a person may want to reopen it
        state(MERGED, branches=(branch(FIX, HUMAN, "a" * 40),)),  # somebody works on in it
        state(branches=(branch(FIX, HUMAN, ""),)),  # not the bot's
    ],
)
def test_branches_that_are_not_deleted(left: State) -> None:
    assert decide(Known(plan(), left)) == ()


def test_a_push_that_was_never_opened_stays_while_the_scan_is_cut_short() -> None:
    assert decide(Known(plan(complete=False), state(branches=(branch(FIX),)))) == ()


# --- several --------------------------------------------------------------------------------------

ONE = fix("batch-reads", finding("app/x.py", codemod="batch-reads"))
TWO = fix("blocking-calls", finding("app/x.py"), finding("app/y.py"), depends_on=("fixbot/batch-reads",))
THREE = fix("pagination", finding("app/y.py", codemod="pagination"), depends_on=("fixbot/blocking-calls",))
APART = fix("shared-clients", finding("app/z.py", codemod="shared-clients"))
ALL = plan(ONE, TWO, THREE, APART)


def test_what_overlaps_waits_in_a_row() -> None:
    assert outcomes(Known(ALL, state())) == {
        "batch-reads": Outcome.OPENED,
        "blocking-calls": Outcome.QUEUED,
        "pagination": Outcome.QUEUED,
        "shared-clients": Outcome.OPENED,
    }


def test_the_next_opens_when_the_first_is_merged() -> None:
    rest = plan(replace(TWO, depends_on=()), THREE, APART)
    assert outcomes(Known(rest, state(pull(ONE, state=PullState.MERGED), pull(APART, 2)))) == {
        "blocking-calls": Outcome.OPENED,
        "pagination": Outcome.QUEUED,
        "shared-clients": Outcome.UNCHANGED,
    }


def test_a_tick_opens_what_waits() -> None:
    decisions = outcomes(Known(ALL, state(dashboard=ticks(open_now=(TWO.branch,)))))
    assert decisions["blocking-calls"] is Outcome.OPENED
    assert decisions["pagination"] is Outcome.QUEUED


@pytest.mark.parametrize(
    ("first", "known"),
    [
        (Outcome.NOT_SELECTED, Known(plan(replace(ONE, selected=False), TWO), state())),
        (Outcome.FAILED_VERIFICATION, Known(plan(ONE, TWO), state(), evidence(batch_reads=Verdict.FAILED))),
        (Outcome.CLOSED_BY_HUMAN, Known(plan(ONE, TWO), state(pull(ONE, state=PullState.CLOSED)))),
        (Outcome.IGNORED, Known(plan(ONE, TWO), state(dashboard=ticks(ignore=(ONE.branch,))))),
    ],
)
def test_nothing_waits_for_what_will_not_open(first: Outcome, known: Known) -> None:
    assert outcomes(known) == {"batch-reads": first, "blocking-calls": Outcome.OPENED}


@pytest.mark.parametrize(
    "open_one",
    [
        pull(ONE, base="release"),  # left alone, but open
        pull(THREE, marker_files=("app/x.py",)),  # of a later fix, but opened by a tick
        pull(
            fix("old-codemod"), marker_files=("app/x.py", "app/unread.py")
        ),  # of no fix, and not to be closed
    ],
)
def test_it_waits_for_every_open_pull_request_with_a_file_of_its_own(open_one: Any) -> None:
    only_two = plan(*[ONE] * (open_one.branch == ONE.branch), replace(TWO, depends_on=()), THREE)
    assert outcomes(Known(only_two, state(open_one)))["blocking-calls"] is Outcome.QUEUED


def test_an_obsolete_one_makes_room_in_the_same_run() -> None:
    old = pull(fix("old-codemod", finding("app/x.py")))
    known = Known(plan(ONE), state(old), policy=Policy(open_limit=1))
    assert outcomes(known) == {"batch-reads": Outcome.OPENED, "old-codemod": Outcome.OBSOLETE_CLOSED}


def test_a_fix_that_was_split_closes_the_whole() -> None:
    part = replace(FIX, branch="fixbot/blocking-calls-app", findings=FIX.findings)
    decisions = decide(Known(plan(part), state(OPEN)))
    assert [decision.outcome for decision in decisions] == [Outcome.OPENED, Outcome.OBSOLETE_CLOSED]
    assert decisions[1].reason == "its places are now part of fixbot/blocking-calls-app"


def test_limits_count_what_is_open_and_what_opens() -> None:
    apart = [fix(f"codemod-{n}", finding(f"app/{n}.py", codemod=f"codemod-{n}")) for n in range(4)]
    known = Known(plan(*apart), state(pull(apart[3])), policy=Policy(open_limit=3, new_limit=5))
    assert list(outcomes(known).values()) == [Outcome.OPENED] * 2 + [Outcome.LIMIT_REACHED, Outcome.UNCHANGED]
    known = replace(known, policy=Policy(open_limit=5, new_limit=1))
    assert list(outcomes(known).values()) == [Outcome.OPENED] + [Outcome.LIMIT_REACHED] * 2 + [
        Outcome.UNCHANGED
    ]


# --- stacked --------------------------------------------------------------------------------------

LOWER = ONE
UPPER = replace(TWO, base_branch=LOWER.branch)
STACK = plan(LOWER, UPPER)


def test_a_stacked_one_opens_on_top() -> None:
    first, second = decide(Known(STACK, state()))
    assert (first.outcome, second.outcome) == (Outcome.OPENED, Outcome.OPENED)
    assert second.reason == "new, on top of fixbot/batch-reads"


def test_a_stacked_one_waits_for_what_it_stands_on() -> None:
    known = Known(STACK, state(), evidence(batch_reads=Verdict.FAILED, blocking_calls=Verdict.PASSED))
    assert outcomes(known)["blocking-calls"] is Outcome.QUEUED


def test_a_stacked_one_does_not_open_on_a_persons_work() -> None:
    known = Known(STACK, state(pull(LOWER), branches=(branch(LOWER, HUMAN, "a" * 40),)))
    assert outcomes(known)["blocking-calls"] is Outcome.QUEUED


def test_what_a_person_closed_is_said_as_long_as_it_is_there() -> None:
    still_there = tuple(Ignored(place.fingerprint, "a person closed it") for place in FIX.findings)
    decision = only(Known(plan(ignored=still_there), state(CLOSED)))
    assert (decision.outcome, decision.steps) == (Outcome.CLOSED_BY_HUMAN, ())
    assert decide(Known(plan(), state(CLOSED))) == ()


def test_a_lower_one_made_anew_by_a_run_that_was_cut_short_means_a_new_upper_one() -> None:
    known = Known(
        STACK, state(pull(LOWER), pull(UPPER, 2)), facts=Facts({UPPER.branch: Standing(behind=True)})
    )
    assert [decision.steps for decision in decide(known)] == [(), PUSH_EDIT]


def test_a_new_lower_one_means_a_new_upper_one() -> None:
    known = Known(STACK, state(pull(LOWER, marker_patch_id="2" * 40), pull(UPPER, 2)))
    assert [decision.steps for decision in decide(known)] == [PUSH_EDIT, PUSH_EDIT]


@pytest.mark.parametrize("target", ["main", LOWER.branch])
def test_after_the_merge_it_is_rebuilt_on_the_default_branch(target: str) -> None:
    """Whether or not the forge has made that the target already."""
    merged = pull(LOWER, state=PullState.MERGED)
    upper = pull(UPPER, 2, base=target)
    still_there = (branch(LOWER),) if target == LOWER.branch else ()
    known = Known(
        plan(replace(TWO, depends_on=())), state(merged, upper, branches=(*still_there, branch(UPPER)))
    )
    first, *rest = decide(known)
    assert (first.outcome, first.steps, first.reason) == (Outcome.UPDATED, PUSH_EDIT, "it now stands on main")
    assert [decision.steps for decision in rest] == [(Step.DELETE,)] * len(still_there)


# --- closed pull requests -------------------------------------------------------------------------


def test_one_of_many_findings_closed_by_a_person_stays_closed() -> None:
    many = fix("blocking-calls", *(finding(line=n) for n in range(20)))
    assert closed_fingerprints(state(pull(many, state=PullState.CLOSED))) == {
        f.fingerprint for f in many.findings
    }
    assert closed_fingerprints(state(pull(many, state=PullState.CLOSED, marker_closed="gone"))) == frozenset()
    assert closed_fingerprints(state(pull(many))) == frozenset()


def test_review_and_safe_of_one_codemod_are_two() -> None:
    review = fix("blocking-calls", finding("app/w.py", safety=Safety.REVIEW), safety=Safety.REVIEW)
    assert outcomes(Known(plan(FIX, review), state())) == {
        "blocking-calls": Outcome.OPENED,
        "blocking-calls-review": Outcome.OPENED,
    }


def test_a_branch_without_refs_is_taken_up_again() -> None:
    """Nothing tells whose it is but that the same fix is the same commit: publishing compares, with a lease."""
    known = Known(plan(FIX), state(own_refs=False, branches=(Branch(FIX.branch, "a" * 40),)))
    assert only(known).outcome is Outcome.OPENED
