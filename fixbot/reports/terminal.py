"""What a person reads after `check` and `apply`: findings by file, the reason for each, and what to do next.

Every function here is pure: it yields lines, which `fixbot.reports.console` prints. With `width` None
(a pipe, a file) sentences are not wrapped.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from fixbot.engine import Applied, Checked
from fixbot.escapes import visible
from fixbot.model import FileError, Finding, Safety, Severity
from fixbot.project.source import Source
from fixbot.reports.diff import Change, stat
from fixbot.reports.text import excerpt

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
SAFETY_STYLES = {Safety.SAFE: "green", Safety.REVIEW: "yellow", Safety.REPORT: "magenta"}
_VERDICTS = {Safety.SAFE: "safe to fix", Safety.REVIEW: "needs review", Safety.REPORT: "not fixed"}

_INDENT = " " * 10
_WIDEST = 160
"""The most of a source line that is shown, however wide the terminal."""
_NARROWEST = 40
_PLAIN = Console(width=80, file=None, color_system=None)  # measures text for wrapping, prints nothing


def check_report(
    checked: Checked, sources: Mapping[str, Source], *, width: int | None, target: str = "."
) -> Iterator[Text]:
    """The whole report of a check. `target` is the folder as the person named it."""
    for path, findings in groupby(checked.findings, key=lambda finding: finding.path):
        yield Text(visible(path), "bold underline")
        for finding in findings:
            yield from finding_lines(finding, sources.get(path), width)
        yield Text()
    yield from _section("Could not be looked at", checked.errors, width, "red")
    yield from _section("Unused suppressions", checked.unused_suppressions, width, "yellow")
    yield from summary(checked)
    yield from next_steps(checked, target)


def finding_lines(finding: Finding, source: Source | None, width: int | None) -> Iterator[Text]:
    """One finding: where, how grave, what; the line with its span marked; the verdict and its reason."""
    head = Text().append(finding.severity, SEVERITY_STYLES[finding.severity]).append("  ")
    head.append(finding.codemod, "bold").append(f"  {visible(finding.message)}")
    place = f"{finding.span.line}:{finding.span.column}"
    yield from wrapped(head, width, first=Text().append(f"{place:>8}  ", "dim"))
    if source and finding.span.line <= len(source.lines):
        yield from _marked_line(finding, source.lines[finding.span.line - 1].rstrip("\r\n"), width)
    verdict = Text().append(_VERDICTS[finding.safety], SAFETY_STYLES[finding.safety])
    if finding.reason:
        verdict.append(f": {visible(finding.reason)}")
    for what, sides in finding.cost.items():
        change = f"{sides.get('before', '?')} → {sides.get('after', '?')}"
        verdict.append(f" · {visible(what.replace('_', ' '))}: {visible(change)}", "dim")
    yield from wrapped(verdict, width)


def summary(checked: Checked) -> Iterator[Text]:
    """How many findings of each codemod and safety, and how much was looked at."""
    counted = Counter((finding.codemod, finding.safety) for finding in checked.findings)
    names = list(dict.fromkeys(f.codemod for f in checked.findings))
    if names:
        left = max(map(len, names))
        yield Text(f"{'':<{left}}  " + "  ".join(f"{safety:>6}" for safety in Safety), "dim")
        for name in names:
            yield _counts_line(name, left, [counted[name, safety] for safety in Safety])
        if len(names) > 1:
            totals = [sum(counted[name, safety] for name in names) for safety in Safety]
            yield _counts_line("", left, totals)
        yield Text()
    files = len({finding.path for finding in checked.findings})
    found = (
        f"{_number(len(checked.findings), 'finding')} in {_number(files, 'file')}"
        if files
        else "Nothing found"
    )
    more = [f"{_number(checked.scanned, 'file')} scanned"]
    if checked.suppressed:
        more.append(f"{len(checked.suppressed)} suppressed")
    if checked.errors:
        more.append(f"{len(checked.errors)} could not be looked at")
    yield Text(f"{found} ({', '.join(more)}).")


def next_steps(checked: Checked, target: str = ".") -> Iterator[Text]:
    """What the person can do now."""
    if not checked.scanned and not checked.errors:
        yield Text("There are no Python files here that git does not ignore.", "yellow")
    counted = Counter(finding.safety for finding in checked.findings)
    where = "" if target == "." else f" {shlex.quote(target)}"
    steps = {
        Safety.SAFE: ("safe fix", "safe fixes", f"run `fixbot apply{where}`"),
        Safety.REVIEW: (
            "needs review",
            "need review",
            f"read them with `fixbot apply --review --diff{where}`",
        ),
        Safety.REPORT: ("is left to you", "are left to you", "the reason stands under each"),
    }
    for safety, (one, many, step) in steps.items():
        if count := counted[safety]:
            line = Text("  ").append(f"{count} {one if count == 1 else many}", SAFETY_STYLES[safety])
            yield line.append(f": {step}")


def apply_report(
    applied: Applied, changes: Sequence[Change], left: Checked, *, width: int | None, target: str = "."
) -> Iterator[Text]:
    """What was fixed in which file, what was refused, and what is left."""
    by_path: dict[str, Counter[str]] = {}
    for finding in applied.fixed:
        by_path.setdefault(finding.path, Counter())[finding.codemod] += 1
    if changes:
        total = _number(len(applied.fixed), "finding")
        yield Text(f"Fixed {total} in {_number(len(changes), 'file')}", "bold green")
        yield from stat(changes)
        yield Text()
        for path, codemods in sorted(by_path.items()):
            fixes = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in codemods.items())
            yield Text(f"  {visible(path)}  ").append(fixes, "dim")
        yield Text()
    else:
        yield Text("Nothing to fix.", "bold")
    yield from refusals(applied, width)
    yield from _section("Could not be looked at", left.errors, width, "red")
    counted = Counter(finding.safety for finding in left.findings)
    if counted:
        yield Text(f"{_number(len(left.findings), 'finding')} left.")
    yield from next_steps(left, target)
    if changes:
        yield Text("Look at the changes with `git diff` and run your tests before you commit.")


def refusals(applied: Applied, width: int | None) -> Iterator[Text]:
    """Fixes that did not pass a check of the rewritten file."""
    errors = [FileError(f.path, f.span.line, f"{f.codemod}: {reason}") for f, reason in applied.refused]
    yield from _section("Left unfixed, and why", errors, width, "yellow")


def wrapped(text: Text, width: int | None, *, first: Text | None = None) -> Iterator[Text]:
    """The text in lines of at most `width` cells, indented; `first` stands in the indent of the first line."""
    room = max(width, _NARROWEST) - len(_INDENT) if width else None
    before = first or Text(_INDENT)
    for line in text.wrap(_PLAIN, room) if room else [text]:
        line.rstrip()
        yield before.copy().append_text(line)
        before = Text(_INDENT)


def _marked_line(finding: Finding, line: str, width: int | None) -> Iterator[Text]:
    gutter = f"{finding.span.line:>6} │ "
    room = min(max(width or _WIDEST, _NARROWEST), _WIDEST) - len(gutter)
    start = finding.span.column - 1
    end = finding.span.end_column - 1 if finding.span.end_line == finding.span.line else len(line.rstrip())
    shown, marked_from, marked_to = excerpt(line, start, end, room)
    yield Text().append(gutter, "dim").append(shown)
    marks = "^" * max(marked_to - marked_from, 1)
    yield Text().append("       │ ", "dim").append(" " * marked_from + marks, SAFETY_STYLES[finding.safety])


def _section(title: str, errors: Iterable[FileError], width: int | None, style: str) -> Iterator[Text]:
    errors = list(errors)
    if not errors:
        return
    yield Text(f"{title} ({len(errors)})", f"bold {style}")
    for error in errors:
        place = f"{visible(error.path)}:{error.line}"
        yield from wrapped(Text(f"{place}  {visible(error.message)}"), width, first=Text("  "))
    yield Text()


def _counts_line(name: str, width: int, counts: Sequence[int]) -> Text:
    line = Text().append(f"{name:<{width}}", "bold")
    for safety, count in zip(Safety, counts, strict=True):
        line.append("  ").append(f"{count or '·':>6}", SAFETY_STYLES[safety] if count else "dim")
    return line


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"
