"""What `fixbot demo` says between its steps, for somebody who sees fixbot for the first time."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from rich.text import Text

from fixbot.engine import Checked
from fixbot.escapes import visible
from fixbot.model import Safety, Severity
from fixbot.pulls import hidden
from fixbot.pulls.model import Outcome, Plan, PlannedFix, PullRequest, Result
from fixbot.reports import terminal
from fixbot.reports.diff import coloured
from fixbot.reports.terminal import SAFETY_STYLES, SEVERITY_STYLES

SHOWN_LINES = 48
"""How much of a diff is shown."""
_WIDTH = 110
"""Where there is no terminal to ask."""
_FOLDED = re.compile(r"<details>\s*<summary>(.*?)</summary>.*?</details>", re.DOTALL)
_FILE = re.compile(r"^diff --git .*? b/(.*?)$(.*?)(?=^diff --git |\Z)", re.DOTALL | re.MULTILINE)
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? .*?(?=^@@ |\Z)", re.DOTALL | re.MULTILINE)
_SEVERITIES = [str(severity) for severity in Severity]
_DONE = (Outcome.OPENED, Outcome.UPDATED, Outcome.OBSOLETE_CLOSED)


def introduction(folder: Path) -> Iterator[Text]:
    yield Text(
        "fixbot finds slow patterns in async Python web services, rewrites those that it can prove safe,"
    )
    yield Text(
        "and opens one pull request per kind of fix. Here it does so on a copy of a small FastAPI service."
    )
    yield from _heading(
        "The service",
        "genmedia keeps images and workflows in Firestore and Cloud Storage. Somebody has committed a merge conflict.",
        "Its repository, and a forge (GitHub's part, played by a folder), are in",
    )
    yield _command(str(folder))
    yield Text("Nothing outside of it is changed, and no network is used. It takes about a minute.")


def planned(plan: Plan, width: int | None) -> Iterator[Text]:
    """The table of fixes in their order, and how many places are only reported."""
    fixes = [fix for fix in plan.fixes if fix.selected]
    count = sum(len(fix.findings) for fix in fixes)
    yield from _heading(
        "What fixbot finds",
        f"{_number(count, 'place')} that it can fix, in {_number(len(fixes), 'pull request')}, in this order:",
    )
    yield Text()
    yield Text("  severity  places  fix     what", "dim")
    for fix in fixes:
        severity = Severity(min((f.severity for f in fix.findings), key=_SEVERITIES.index))
        line = Text("  ").append(f"{severity:<8}", SEVERITY_STYLES[severity])
        line.append(f"  {len(fix.findings):>6}  ").append(f"{fix.safety:<6}", SAFETY_STYLES[fix.safety])
        yield _cut(line.append(f"  {_short(fix.title)}"), width)
    yield Text()
    yield Text(
        "safe: behaviour stays the same, checked at each place. review: a named difference that a person accepts."
    )
    if plan.reported:
        places = _number(len(plan.reported), "more place")
        yield Text(f"{places} only reported, each with the reason why no fix is offered.")
    yield from _on_request(plan)


def opened(results: Sequence[Result], pulls: Sequence[PullRequest], width: int | None) -> Iterator[Text]:
    yield from _heading(
        "The first pull requests open",
        "Each change stands on main alone. A fix waits for those that change a file of its own, or repair what it",
        "needs: so nothing that is open conflicts with anything else that is open.",
    )
    yield Text()
    yield from _outcomes(results, pulls, width, waiting=True)


def reviewed(url: str) -> Iterator[Text]:
    yield from _heading("What a reviewer sees", "One of them, shortened; the whole of it is on its page:")
    yield _command(url)


def merging() -> Iterator[Text]:
    yield from _heading(
        "You merge, fixbot goes on",
        "First one alone, then whatever is open. After each merge, `fixbot pr` runs again on the new state of main:",
        "what waited and is free now opens, what is open stays up to date, and nothing is opened twice.",
    )


def merged(pulls: Sequence[PullRequest], fixes: Sequence[PlannedFix], width: int | None) -> Iterator[Text]:
    """What a person merges, and what is accepted with it."""
    reasons = {fix.branch: [f.reason for f in fix.findings if f.reason] for fix in fixes}
    yield Text()
    for pull in pulls:
        yield _cut(_line("you merge", "bold magenta", pull.number, pull.title), width)
        for reason, count in Counter(reasons.get(pull.branch, ())).most_common(1):
            more = len(set(reasons[pull.branch])) - 1
            others = f" (and {_number(more, 'more difference')})" if more else ""
            said = Text(f"you accept, at {_number(count, 'place')}: {visible(reason)}{others}", "yellow")
            yield from terminal.wrapped(said, width or _WIDTH)


def moved(results: Sequence[Result], pulls: Sequence[PullRequest], width: int | None) -> Iterator[Text]:
    """What the next run did about it."""
    yield from _outcomes(results, pulls, width, waiting=False)


def left(checked: Checked, plan: Plan, merged: int) -> Iterator[Text]:
    """What a check of the service finds after all those merges; `plan` is the last one."""
    on_request = {fix.codemod for fix in plan.fixes if not fix.selected}
    fixable = [f for f in checked.findings if f.safety is not Safety.REPORT and f.codemod not in on_request]
    yield from _heading(
        "What is left",
        f"{_number(merged, 'pull request')} merged, and none is open or waits. `fixbot check` on the result says: "
        + (f"{_number(len(fixable), 'place')} to fix." if fixable else "nothing more to fix."),
    )
    if reported := sum(finding.safety is Safety.REPORT for finding in checked.findings):
        yield Text(f"{_number(reported, 'place')} for a person to think about; it names the reason for each.")
    yield from _on_request(plan)
    if checked.findings:
        yield Text()
        yield from terminal.summary(checked)


def your_turn(service: Path, forge: Path, pulls: Sequence[PullRequest]) -> Iterator[Text]:
    """Where everything is, what else there is to try, and how to get rid of it."""
    yield from _heading("Look around", "All pull requests, with their changes, as pages for your browser:")
    yield _command((forge / "index.html").as_uri())
    yield Text("The service, and every change to it:")
    yield _command(f"git -C {_quoted(service)} log --first-parent --patch")
    for pull in pulls[:1]:
        yield Text("Merge one yourself, and see what the next run does:")
        yield _command(f"git -C {_quoted(service)} pull {_quoted(forge / 'repository.git')} {pull.branch}")
    if pulls:
        yield _command(f"fixbot pr {_quoted(service)} --forge {_quoted(forge)}")
    yield Text(
        "Its tests were not run: that takes the libraries that the service uses. In your own repository,"
    )
    yield Text(
        '`verify = "pytest"` in [tool.fixbot] has them run on every branch before its pull request opens.'
    )
    yield Text("When you have seen enough:")
    yield _command(f"rm -rf {_quoted(service.parent)}")
    yield Text("On a service of your own, `fixbot check` is the first step; it changes nothing.")


def stopped(folder: Path) -> Iterator[Text]:
    yield Text(
        f"The demo ended early. What it has made is in {visible(str(folder))}; to remove it:", "yellow"
    )
    yield _command(f"rm -rf {_quoted(folder)}")


def short_body(text: str) -> str:
    """A body as a reviewer sees it at first: what is folded shows as its title."""
    return _FOLDED.sub(r"▸ \1", hidden.without(text)).strip()


def short_diff(diff: str, fix: PlannedFix) -> Iterator[Text]:
    """Of a diff as git writes it the hunks at the places themselves: not the imports and helpers that those need."""
    places = {(finding.path, finding.line) for finding in fix.findings}
    shown = ""
    for path, hunks in _FILE.findall(diff):
        at_places = [hunk[0] for hunk in _HUNK.finditer(hunks) if places & {(path, n) for n in _lines(hunk)}]
        shown += f"--- {path}\n{''.join(at_places)}" if at_places else ""
    yield from islice(coloured((shown or diff).encode()), SHOWN_LINES)
    yield Text("... the rest is on its page", "dim")


def _lines(hunk: re.Match[str]) -> range:
    """The numbers of the lines that a hunk shows, before the change."""
    first, count = hunk.groups(default="1")
    return range(int(first), int(first) + int(count))


def _on_request(plan: Plan) -> Iterator[Text]:
    """What fixbot would do, but opens only for those who ask for it."""
    for fix in plan.fixes:
        if not fix.selected:
            yield Text(f"Only when somebody ticks its box on the fixbot dashboard: {_short(fix.title)}.")


def _heading(title: str, *sentences: str) -> Iterator[Text]:
    yield Text()
    yield Text(title, "bold blue")
    yield from (Text(visible(sentence)) for sentence in sentences)


def _outcomes(
    results: Sequence[Result], pulls: Sequence[PullRequest], width: int | None, *, waiting: bool
) -> Iterator[Text]:
    """What was done, one line each; what waits, with the reason or as a number."""
    by_branch = {pull.branch: pull for pull in pulls}
    for result in results:
        pull = by_branch.get(result.branch)
        if result.outcome in _DONE and pull:
            draft = pull.draft and result.outcome is Outcome.OPENED
            what, style = ("draft", "bold yellow") if draft else (str(result.outcome), "bold green")
            yield _cut(_line(what, style, pull.number, result.title), width)
    queued = [result for result in results if result.outcome is Outcome.QUEUED]
    if not waiting and queued:
        yield Text(f"  {len(queued)} still waiting", "dim")
    for reason in dict.fromkeys(result.reason for result in queued if waiting):
        titles = [result.title for result in queued if result.reason == reason]
        who = titles[0] if len(titles) == 1 else f"{len(titles)} others"
        yield _cut(_line("queued", "dim", None, who), width)
        yield _cut(Text(f"{'':18}{visible(reason)}", "dim"), width)


def _line(what: str, style: str, number: int | None, title: str) -> Text:
    number_shown = f"#{number}" if number else ""
    return Text("  ").append(f"{what:<10}", style).append(f"  {number_shown:<4}{_short(title)}")


def _short(title: str) -> str:
    """A title without the list that some end with."""
    return visible(title).partition(": ")[0]


def _cut(line: Text, width: int | None) -> Text:
    line.truncate(width or _WIDTH, overflow="ellipsis")
    return line


def _command(text: str) -> Text:
    return Text(f"    {visible(text)}", "cyan")


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
