"""`fixbot demo`: the main job on a copy of the example service, step by step, with nothing but this machine."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from rich.text import Text

from fixbot import commands, example
from fixbot.commands import Choice, Fixed
from fixbot.reports import console, diff, terminal
from fixbot.reports.diff import Change

SHOWN_DIFFS = 2
SHOWN_LINES = 60
"""How much of the changes is shown."""


def run_demo() -> None:
    """Check the example, fix what is safe or needs review, check again. Raises `FixbotError`."""
    folder = Path(tempfile.mkdtemp(prefix="fixbot-demo-")) / "genmedia"
    example.build_repository(folder, conflicted=False)
    _say("1. The example", "A small FastAPI service on Firestore and Cloud Storage, copied to", f"{folder}")

    _say("2. fixbot check", "What could be faster, and what can be done about it:")
    with commands.open_run(folder, Choice()) as run:
        with console.progress() as progress:
            checked = commands.check(run, progress)
        sources, width = run.project.sources, console.width()
        console.print_lines(terminal.check_report(checked, sources, width=width, target=str(folder)))

        _say("3. fixbot apply --review", "The safe changes, and those that a person should read first:")
        with console.progress() as progress:
            fixed = commands.fix(run, progress, review=True)
        commands.write(run.project.root, fixed.changes)
        console.print_lines(_overview(fixed))

    _say("4. fixbot check", "What is left:")
    console.print_lines(terminal.summary(fixed.left))

    _say(
        "5. Your turn",
        "The copy is a git repository; see all changes, then throw it away:",
        f"git -C {folder} diff",
        f"rm -r {folder.parent}",
    )


def _overview(fixed: Fixed) -> Iterator[Text]:
    """The size of all changes, and the diffs of those files where most was fixed."""
    yield from diff.stat(fixed.changes)
    yield Text()
    yield from terminal.refusals(fixed.applied, console.width())
    for change in _most_fixed(fixed):
        lines = list(diff.coloured(diff.unified_diff(change)))
        yield from islice(lines, SHOWN_LINES)
        if len(lines) > SHOWN_LINES:
            yield Text(f"... {len(lines) - SHOWN_LINES} more lines", "dim")
        yield Text()


def _most_fixed(fixed: Fixed) -> Sequence[Change]:
    counted = Counter(finding.path for finding in fixed.applied.fixed)
    return sorted(fixed.changes, key=lambda change: -counted[change.path])[:SHOWN_DIFFS]


def _say(title: str, sentence: str, *shown: str) -> None:
    """A heading; what follows it are either commands, shown at once, or the report of a step."""
    heading = [Text(), Text(title, "bold blue"), Text(sentence)]
    console.print_lines([*heading, *(Text(f"    {line}", "cyan") for line in shown or [""])])
