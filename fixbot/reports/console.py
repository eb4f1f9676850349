"""Where output goes: colours and widths for a terminal, plain whole lines for a pipe or a file, progress on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from fixbot.errors import FixbotError
from fixbot.reports.diff import Change, coloured, unified_diff

_WIDEST = 100
"""Cells of a frame; longer lines are hard to read."""


class Output(Console):
    """A console that adds no colours of its own, and leaves a closed pipe to the command line."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_lines(lines: Iterable[Text], *, error: bool = False) -> None:
    """Print lines as they are: nothing is cropped or wrapped again, only colours are added on a terminal."""
    console = Output(stderr=error)
    for line in lines:
        console.print(line, soft_wrap=True)


def print_markdown(title: str, text: str) -> None:
    """Show Markdown in a frame, as a page would show it; at most 100 cells wide."""
    room = min(width() or _WIDEST, _WIDEST)
    console = Output()
    console.width = room
    console.print(Panel(Markdown(text, hyperlinks=False), title=Text(title, "bold"), title_align="left"))


def width() -> int | None:
    """The terminal's width in cells, or None when standard output is no terminal."""
    console = Output()
    return console.width if console.is_terminal else None


def write_text(path: Path, text: str) -> None:
    """Write a report to a file. Raises `FixbotError`."""
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as exc:
        raise FixbotError(f"{path} cannot be written: {exc.strerror or exc}") from exc


def plain(lines: Iterable[Text]) -> str:
    """The lines without colours."""
    return "".join(f"{line.plain}\n" for line in lines)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that tells what is being done; it speaks only to a person at a terminal, on stderr."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    with Output(stderr=True).status("Reading the project") as status:
        yield lambda what: status.update(Text(what))


def print_diffs(changes: Iterable[Change]) -> None:
    """The patch: coloured on a terminal, else byte for byte as `git apply` wants it."""
    console = Output()
    for change in changes:
        diff = unified_diff(change)
        if console.is_terminal:
            for line in coloured(diff):
                console.print(line, soft_wrap=True)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(diff)
            sys.stdout.buffer.flush()
