"""What a person reads of `doctor`: a line for each check, and below it what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from fixbot.escapes import visible
from fixbot.reports.terminal import wrapped

STYLES = {"good": "green", "advice": "yellow", "wrong": "bold red", "unknown": "dim"}


def doctor_report(found: Sequence[tuple[str, str, str, str]], *, width: int | None) -> Iterator[Text]:
    """`found`: name of the check, its health, what was seen and what to do, in their order."""
    for name, health, seen, todo in found:
        what = Text().append(name, "bold").append(f": {visible(seen)}")
        yield from wrapped(what, width, first=Text(f"{health:<10}", STYLES[health]))
        if todo:
            yield from wrapped(Text(visible(todo), "dim"), width)
    count = sum(health == "wrong" for _, health, _, _ in found)
    yield Text()
    yield Text(f"{count} to mend." if count else "Nothing is wrong.", "bold red" if count else "bold green")
