"""What a person reads after `plan` and `verify`: the pull requests in their order, what waits for what, what stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from fixbot.escapes import visible
from fixbot.pulls.measured import summary
from fixbot.pulls.model import Check, Evidence, Plan, PlannedFix, Verdict
from fixbot.reports.terminal import SAFETY_STYLES, wrapped

_VERDICT_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.NOT_RUN: "dim"}
_VERDICTS = {
    Verdict.PASSED: "the same tests pass as on the base",
    Verdict.FAILED: "tests fail that pass on the base",
    Verdict.TIMED_OUT: "took too long",
    Verdict.SETUP_FAILED: "its setup failed",
    Verdict.BASE_FAILED: "nothing can be said: the command does not work on the base",
    Verdict.NOT_RUN: "not verified by tests",
}
SHOWN_TESTS = 10


def plan_report(
    plan: Plan, sha256: str, notes: Sequence[str], *, width: int | None, output: str
) -> Iterator[Text]:
    """The whole plan, and where it is."""
    for note in notes:
        yield from wrapped(Text(visible(note), "yellow"), width, first=Text("  "))
    if plan.fixes:
        count = len(plan.fixes)
        yield Text(
            f"{count} pull request{'s' * (count > 1)} for {plan.default_branch} at {plan.base[:12]}", "bold"
        )
    else:
        yield Text(f"Nothing to open a pull request for at {plan.base[:12]}.", "bold")
    for fix in plan.fixes:
        yield from _fix_lines(fix, plan, width)
    yield Text()
    yield from _rest(plan)
    yield Text(f"Written to {visible(output)}")
    yield Text(f"SHA-256 {sha256}")


def evidence_report(evidence: Evidence, notes: Sequence[str], *, width: int | None) -> Iterator[Text]:
    """The verdict on each branch, and the tests that fail there only."""
    for line in (line for note in notes for line in note.split("\n")):
        yield Text(visible(line), "yellow")
    for check in evidence.checks:
        yield from _check_lines(check, width)


def _fix_lines(fix: PlannedFix, plan: Plan, width: int | None) -> Iterator[Text]:
    head = Text().append(f"{fix.safety:<6}  ", SAFETY_STYLES[fix.safety]).append(visible(fix.title), "bold")
    yield from wrapped(head, width, first=Text(f"{fix.order:>8}  "))
    places, files = len(fix.findings), len(fix.files)
    size = f"{places} place{'s' * (places > 1)}, {files} file{'s' * (files > 1)}, +{fix.added} -{fix.removed}"
    yield from wrapped(Text(f"{fix.branch}  {size}", "dim"), width)
    if fix.base_branch != plan.default_branch:
        yield from wrapped(Text(f"on top of {fix.base_branch}", "dim"), width)
    if fix.depends_on:
        yield from wrapped(Text(f"waits for {', '.join(fix.depends_on)}", "dim"), width)
    if not fix.selected:
        yield from wrapped(Text("opens only when it is selected", "dim"), width)


def _rest(plan: Plan) -> Iterator[Text]:
    """What no pull request is for, counted."""
    counts = Counter(finding.codemod for finding in plan.reported)
    if counts:
        shares = ", ".join(f"{codemod} {count}" for codemod, count in counts.items())
        yield Text(f"Reported, without a fix: {len(plan.reported)} ({shares})")
    for finding in plan.refused:
        place = f"{visible(finding.path)}:{finding.line}"
        yield Text(f"Left unfixed: {finding.codemod} at {place}: {visible(finding.reason)}")
    for entry in plan.ignored:
        until = f" until {entry.until}" if entry.until else ""
        yield Text(f"Ignored{until}: {visible(entry.title)}: {visible(entry.reason)}")
    for error in plan.errors:
        yield Text(f"{visible(error.path)}:{error.line}: {visible(error.message)}", "yellow")


def _check_lines(check: Check, width: int | None) -> Iterator[Text]:
    style = _VERDICT_STYLES.get(check.verdict, "yellow")
    line = (
        Text()
        .append(f"{check.verdict:<12}", style)
        .append(f"  {check.branch}  ")
        .append(_VERDICTS[check.verdict], "dim")
    )
    if check.passed or check.failing_before:
        line.append(f" ({check.passed} passed, {check.failing_before} fail on both)", "dim")
    yield from wrapped(line, width, first=Text("  "))
    if measured := summary(check.measured):
        yield from wrapped(Text(measured, "dim"), width)
    for name in check.newly_failing[:SHOWN_TESTS]:
        yield from wrapped(Text(visible(name), "red"), width)
    if len(check.newly_failing) > SHOWN_TESTS:
        yield from wrapped(Text(f"and {len(check.newly_failing) - SHOWN_TESTS} more", "red"), width)
