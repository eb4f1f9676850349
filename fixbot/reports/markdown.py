"""The report as a document: findings by severity, what each costs and how to solve it, a table, and the order to work in.

It has the shape of a performance review that a person writes: one section for each kind of problem, with its files,
an excerpt, the impact and the solution. Text of the analysed project does nothing in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fixbot.codemod import Codemod
from fixbot.engine import Checked
from fixbot.model import Finding, Safety, Severity
from fixbot.project.source import Source
from fixbot.pulls import neutral
from fixbot.reports.diff import Change, unified_diff

MOST_LINES = 24
"""Of the excerpt of a change."""
MOST_PLACES = 40
_HEADINGS = {
    Severity.CRITICAL: "Critical issues",
    Severity.HIGH: "High severity",
    Severity.MEDIUM: "Medium severity",
    Severity.LOW: "Low severity",
}
_HOW = {
    Safety.SAFE: "safe to fix",
    Safety.REVIEW: "fix for review",
    Safety.REPORT: "reported",
}


@dataclass(frozen=True)
class Issue:
    """All findings of one codemod, and an example of what fixing one of them changes."""

    codemod: Codemod
    findings: tuple[Finding, ...]
    example: Change | None = None

    @property
    def severity(self) -> Severity:
        """The gravest of its findings'."""
        return min((f.severity for f in self.findings), key=list(Severity).index)


def issues(
    checked: Checked, codemods: Sequence[Codemod], examples: Mapping[str, Change] | None = None
) -> list[Issue]:
    """What was found, in the order of the codemods, which is the order to work in."""
    found: list[Issue] = []
    for codemod in codemods:
        findings = tuple(f for f in checked.findings if f.codemod == codemod.id)
        if findings:
            found.append(Issue(codemod, findings, (examples or {}).get(codemod.id)))
    return found


def markdown_report(checked: Checked, found: Sequence[Issue], sources: Mapping[str, Source]) -> str:
    """The whole document."""
    return "\n".join(_document(checked, found, sources)) + "\n"


def _document(checked: Checked, found: Sequence[Issue], sources: Mapping[str, Source]) -> Iterator[str]:
    yield "# Performance analysis report"
    yield ""
    if not found:
        yield f"Nothing was found in {checked.scanned} files."
        yield from _not_looked_at(checked)
        return
    files = len({f.path for f in checked.findings})
    yield f"{len(checked.findings)} places in {files} of {checked.scanned} files, by how much they matter."
    number = 0
    for severity in Severity:
        here = [issue for issue in found if issue.severity is severity]
        if here:
            yield from ("", f"## {_HEADINGS[severity]}")
        for issue in here:
            number += 1
            yield from ("", f"### {number}. {issue.codemod.summary.rstrip('.')}", "")
            yield from _section(issue, sources)
    yield from (
        "",
        "## Summary table",
        "",
        "| Issue | Severity | Location | Type | Safe | Review | Reported |",
    )
    yield "|---|---|---|---|--:|--:|--:|"
    for issue in sorted(found, key=lambda issue: list(Severity).index(issue.severity)):
        yield _row(issue)
    yield from ("", "## Recommended priority order", "")
    for position, issue in enumerate(found, 1):
        yield f"{position}. **{issue.codemod.summary.rstrip('.')}** ({issue.severity}): {_next_step(issue)}"
    yield from _not_looked_at(checked)


def _section(issue: Issue, sources: Mapping[str, Source]) -> Iterator[str]:
    documentation = _sections(issue.codemod.documentation)
    yield from ("**Files affected:**", "")
    yield from _places(issue.findings)
    first = _telling(issue.findings)
    yield from ("", f"**Problem:** {neutral.prose(first.message)}.", "")
    if source := sources.get(first.path):
        lines = source.lines[first.span.line - 1 : first.span.end_line][:8]
        yield f"{neutral.code(f'{first.path}:{first.span.line}')}:"
        yield from ("", neutral.fence("".join(lines), "python"), "")
    yield f"**Impact:** {neutral.paragraphs(documentation.get('Why is this bad', ''))}"
    if cost := _cost(first):
        yield from ("", cost)
    yield ""
    if issue.example and (diff := _excerpt(issue.example)):
        yield from ("**Solution:**", "", neutral.fence(diff, "diff"))
    elif reasons := sorted({f.reason for f in issue.findings if f.safety is Safety.REPORT}):
        yield from ("**Solution:** by hand, because", "")
        yield from (f"- {neutral.prose(reason)}" for reason in reasons[:8])
    else:
        yield f"**Solution:** `fixbot apply --select {issue.codemod.id}`"


def _places(findings: Iterable[Finding]) -> Iterator[str]:
    """One line for each file: its lines, by what can be done about them."""
    by_path = [(path, list(group)) for path, group in groupby(findings, key=lambda f: f.path)]
    for path, group in by_path[:MOST_PLACES]:
        kinds = []
        for safety in Safety:
            lines = [str(f.span.line) for f in group if f.safety is safety]
            if lines:
                kinds.append(f"{_HOW[safety]}: {', '.join(lines[:MOST_PLACES])}")
        yield f"- {neutral.code(path)} ({'; '.join(kinds)})"
    if len(by_path) > MOST_PLACES:
        yield f"- and {len(by_path) - MOST_PLACES} files more"


def _telling(findings: Sequence[Finding]) -> Finding:
    """The finding that stands for all: the gravest that can be fixed, else the gravest."""
    return min(findings, key=lambda f: (list(Severity).index(f.severity), list(Safety).index(f.safety)))


def _cost(finding: Finding) -> str:
    told = [
        f"{what.replace('_', ' ')}: {sides.get('before', '?')} → {sides.get('after', '?')}"
        for what, sides in finding.cost.items()
    ]
    return f"Cost: {neutral.prose('; '.join(told))}." if told else ""


def _excerpt(change: Change) -> str:
    """The parts of a diff that replace something, without headings; its first part where nothing is replaced."""
    diff = unified_diff(change).decode("utf-8", "replace")
    parts = re.split(r"^@@.*\n", diff, flags=re.MULTILINE)[1:]
    replacing = [part for part in parts if re.search("^-", part, re.MULTILINE)] or parts[:1]
    lines = "...\n".join(replacing).splitlines()
    more = [f"... {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
    return "\n".join([*lines[:MOST_LINES], *more])


def _row(issue: Issue) -> str:
    paths = list(dict.fromkeys(f.path for f in issue.findings))
    where = neutral.cell(paths[0]) + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    counts = [sum(f.safety is safety for f in issue.findings) or "" for safety in Safety]
    kind, name = issue.codemod.category, issue.codemod.summary.rstrip(".")
    return (
        f"| {name} | **{issue.severity.capitalize()}** | {where} | {kind} | {' | '.join(map(str, counts))} |"
    )


def _next_step(issue: Issue) -> str:
    safe, review, report = (sum(f.safety is safety for f in issue.findings) for safety in Safety)
    steps = []
    if safe:
        steps.append(f"`fixbot apply --select {issue.codemod.id}` for {safe}")
    if review:
        steps.append(
            f"`--review` for {review} more"
            if safe
            else f"`fixbot apply --review --select {issue.codemod.id}`"
        )
    if report:
        steps.append(f"{report} by hand")
    return ", ".join(steps)


def _not_looked_at(checked: Checked) -> Iterator[str]:
    if checked.errors:
        yield from ("", "## Not looked at", "")
        for error in checked.errors:
            yield f"- {neutral.code(f'{error.path}:{error.line}')}: {neutral.prose(error.message)}"


def _sections(documentation: str) -> dict[str, str]:
    """The text below each heading of a codemod's documentation."""
    _, *parts = re.split(r"^## (.+)\n", documentation, flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
