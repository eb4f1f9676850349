"""Verify: the target's own tests on the base and on every branch of a bundle, and what fails on a branch only.

With a `Meter` it then measures the endpoints that each fix touches. This is the one step that runs code of the target. It has no token, needs none, and makes nothing but `evidence.json`.
All revisions are tested in one folder, so that what `setup` has made (an environment, an editable install) serves all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from fixbot.evidence.junit import Report, read_junit
from fixbot.evidence.measure import Meter
from fixbot.git import git
from fixbot.process import Done, run
from fixbot.pull_settings import PullSettings
from fixbot.pulls.bundle import Bundle, BundleError, refuse_changes
from fixbot.pulls.model import Check, Evidence, Plan, PlannedFix, Verdict
from fixbot.pulls.workspace import Workspace

JUNIT = "FIXBOT_JUNIT_XML"
"""Where a runner other than pytest may write its JUnit XML; pytest is told by PYTEST_ADDOPTS."""
MOST_NAMES = 50
SHOWN_LINES = 20


@dataclass(frozen=True)
class Verified:
    """The evidence, and what a person should see of a setup or a base that failed."""

    evidence: Evidence
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One run of the tests. `tests` is None where no JUnit XML came of it."""

    done: Done
    tests: Report | None

    @property
    def works(self) -> bool:
        """Whether it tells anything: it ended well, or some tests passed."""
        return self.done.status == 0 or bool(
            self.done.status is not None and self.tests and self.tests.passed
        )


def verify(
    work: Workspace,
    bundle: Bundle,
    settings: PullSettings,
    prefix: str,
    progress: Callable[[str], None] = lambda _: None,
    meter: Meter | None = None,
) -> Verified:
    """Check every fix of the bundle. `prefix` is the project's folder in the repository, "" or with `/` at its end.

    `meter` measures the endpoints that each fix touches, where that was asked for. Raises `FixbotError` for a patch that does not apply, or changes what the plan does not say.
    """
    plan = bundle.plan
    evidence = Evidence(bundle.sha256, plan.base)
    if not plan.fixes or not (settings.verify or meter):
        return Verified(_with(evidence, [Check(fix.branch, Verdict.NOT_RUN) for fix in plan.fixes]))
    trees = _trees(work, bundle)
    with work.checked_out(plan.base) as folder:
        bench = Bench(work, folder, folder / prefix, work.tree(plan.base), settings)
        if settings.setup:
            progress("Setting up")
            done = bench.set_up()
            if done.status != 0:
                checks = [Check(fix.branch, Verdict.SETUP_FAILED) for fix in plan.fixes]
                return Verified(_with(evidence, checks), (_told("The setup failed", done),))
        bench.remember()
        checks, notes = _tested(bench, plan, trees, progress)
        if meter:
            work.switch(folder, trees[plan.default_branch])
            checks = [_measured(bench, meter, plan, check, trees, progress) for check in checks]
            notes += tuple(meter.notes)
    return Verified(_with(evidence, checks), notes)


def _tested(
    bench: Bench, plan: Plan, trees: Mapping[str, str], progress: Callable[[str], None]
) -> tuple[list[Check], tuple[str, ...]]:
    """The verdict on each branch, and what to say of a base that does not work."""
    if not bench.settings.verify:
        return [Check(fix.branch, Verdict.NOT_RUN) for fix in plan.fixes], ()
    progress("Testing the base")
    base = bench.base
    notes = () if base.works else (_told("The tests do not work on the base", base.done),)
    checks = []
    for fix in plan.fixes:
        progress(f"Testing {fix.branch}")
        checks.append(_checked(bench, fix, trees[fix.branch]))
    return checks, notes


def _measured(
    bench: Bench,
    meter: Meter,
    plan: Plan,
    check: Check,
    trees: Mapping[str, str],
    progress: Callable[[str], None],
) -> Check:
    """The same with its numbers; a branch that cannot be opened needs none."""
    if check.verdict in (Verdict.FAILED, Verdict.TIMED_OUT):
        return check
    fix = next(fix for fix in plan.fixes if fix.branch == check.branch)
    progress(f"Measuring {fix.branch}")
    return replace(
        check, measured=meter.measure(fix, trees[fix.base_branch], trees[fix.branch], bench.folder)
    )


@dataclass
class Bench:
    """The folder in which all revisions are tested."""

    work: Workspace
    top: Path
    folder: Path
    base_tree: str
    settings: PullSettings
    _kept: set[str] = field(default_factory=set)
    _runs: int = 0

    @cached_property
    def base(self) -> Outcome:
        return self.test(self.base_tree)

    @cached_property
    def base_again(self) -> Outcome:
        return self.test(self.base_tree)

    def set_up(self) -> Done:
        return run(self.settings.setup, self.folder, self.home, self.settings.verify_timeout, {})

    def remember(self) -> None:
        """What is there beside the tracked files now stays; what a test run adds is removed after it."""
        self._kept = set(self._untracked())

    def test(self, tree: str) -> Outcome:
        self.work.switch(self.top, tree)
        self._runs += 1
        report = self.home / f"junit-{self._runs}.xml"
        variables = {"PYTEST_ADDOPTS": f"--junitxml={report}", JUNIT: str(report)}
        done = run(self.settings.verify, self.folder, self.home, self.settings.verify_timeout, variables)
        for name in self._untracked():
            if name not in self._kept:
                with suppress(OSError):
                    os.unlink(self.top / name)
        return Outcome(done, read_junit(report))

    @property
    def home(self) -> Path:
        return self.work.folder / "home"

    def _untracked(self) -> Iterator[str]:
        listed = git(self.top, "ls-files", "--others", "-z").stdout
        return (os.fsdecode(name) for name in listed.split(b"\0") if name)


def _checked(bench: Bench, fix: PlannedFix, tree: str) -> Check:
    """The verdict on one branch. What seems to fail on it only is run once more, on the base too."""
    base, branch = bench.base, bench.test(tree)
    seconds = branch.done.seconds
    known = Check(
        fix.branch, Verdict.PASSED, passed=_passed(branch), failing_before=_failed(base), seconds=seconds
    )
    if branch.done.status is None:
        return _as(known, Verdict.TIMED_OUT)
    if branch.done.status == 0 and not base.works:
        return known
    if not base.works:
        return _as(known, Verdict.BASE_FAILED)
    new, worse = newly_failing(base, branch), got_worse(base, branch)
    if not new and not worse:
        return known
    again, base_again = bench.test(tree), bench.base_again
    if again.done.status is None:
        return _as(known, Verdict.TIMED_OUT)
    new = new & newly_failing(base, again) - _failing(base_again)
    if new or (worse and got_worse(base, again) and not got_worse(base, base_again)):
        return _as(known, Verdict.FAILED, tuple(sorted(new)[:MOST_NAMES]))
    return known


def newly_failing(base: Outcome, branch: Outcome) -> frozenset[str]:
    """Tests that fail on the branch and not on the base, or pass on the base and do not run on the branch any more."""
    if base.tests is None or branch.tests is None:
        return frozenset()
    there = branch.tests.passed | branch.tests.failed
    gone = base.tests.passed - there if branch.done.status != 0 else frozenset[str]()
    return (branch.tests.failed - base.tests.failed) | gone


def got_worse(base: Outcome, branch: Outcome) -> bool:
    """Whether the command as a whole ends well on the base only."""
    return base.done.status == 0 and branch.done.status != 0


def _trees(work: Workspace, bundle: Bundle) -> dict[str, str]:
    """The tree of each branch, made of the patches."""
    trees = {bundle.plan.default_branch: work.tree(bundle.plan.base)}
    for fix in bundle.plan.fixes:
        below = trees[fix.base_branch]
        trees[fix.branch] = tree = work.apply(below, bundle.patches[fix.patch])
        if why := refuse_changes(fix, work.changes(below, tree)):
            raise BundleError(f"{fix.branch}: {why}")
    return trees


def _with(evidence: Evidence, checks: list[Check]) -> Evidence:
    return Evidence(evidence.plan_sha256, evidence.base, tuple(checks))


def _as(check: Check, verdict: Verdict, names: tuple[str, ...] = ()) -> Check:
    return replace(check, verdict=verdict, newly_failing=names)


def _failing(outcome: Outcome) -> frozenset[str]:
    return outcome.tests.failed if outcome.tests else frozenset()


def _passed(outcome: Outcome) -> int:
    return len(outcome.tests.passed) if outcome.tests else 0


def _failed(outcome: Outcome) -> int:
    return len(outcome.tests.failed) if outcome.tests else 0


def _told(what: str, done: Done) -> str:
    how = "it took too long" if done.status is None else f"exit status {done.status}"
    lines = done.output.rstrip().splitlines()[-SHOWN_LINES:]
    return "\n".join([f"{what} ({how}). The end of what it said:", *(f"  {line[:200]}" for line in lines)])
