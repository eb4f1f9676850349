"""Source lines cut to the width of a terminal."""

from __future__ import annotations

from rich.cells import cell_len

from fixbot.escapes import visible

TAB = "    "


def excerpt(line: str, start: int, end: int, width: int) -> tuple[str, int, int]:
    """One source line cut to `width` cells, the characters from `start` to `end` (from 0) in view.

    Returns what to show, and the cells where the marked part starts and ends in it.
    """
    start, end = min(start, len(line)), min(end, len(line))
    first = 0 if end < width and cell_len(_shown(line[:end])) < width else max(start - width // 3, 0)
    shown = "…" if first else ""
    marks = [0, 0]
    for index, character in enumerate(line[first:], first):
        if index <= start:
            marks[0] = cell_len(shown)
        glyph = _shown(character)
        last = index == len(line) - 1
        if cell_len(shown) + cell_len(glyph) > (width if last else width - 1):
            shown += "…"
            break
        shown += glyph
        if index < end:
            marks[1] = cell_len(shown)
    return shown, marks[0], max(marks)


def _shown(text: str) -> str:
    return visible(text.replace("\t", TAB))
