"""What a person reads after `init`: what was written, what was left, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from fixbot.escapes import visible
from fixbot.reports.diff import Change


def init_report(changes: Sequence[Change], notes: Sequence[str]) -> Iterator[Text]:
    """The files, then what to know about them, then the next step."""
    for change in changes:
        what = "changed" if change.old is not None else "wrote"
        yield Text().append(f"{what:<9}", "green").append(visible(change.path), "bold")
    for note in notes:
        yield Text(f"{visible(note)}.", "dim")
    if changes:
        yield Text("Read what was written, and commit it. `fixbot doctor` then says what is still missing.")
    else:
        yield Text("There is nothing to do.")
