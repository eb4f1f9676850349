"""Which side of a conflict the other one has left behind: its lines stand in the other branch's own history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fixbot.conflicts.markers import Block, Lines, Part


def with_pasts(
    parts: Sequence[Part], texts: Sequence[str], ours_past: Sequence[str], theirs_past: Sequence[str]
) -> Iterator[Part]:
    """The parts of a merge, where it shows with `left_behind` of each conflict.

    `texts` are the merged file's base, ours and theirs; the pasts, what it said in earlier commits of each branch alone.
    A change that was picked into both branches, and went on in one of them, is known by this.
    """
    if not texts[0].strip():
        yield from parts  # both added the file: there is no common text from which one went further
        return
    before, *now = map(_plain, texts)
    pasts = [[_plain(text) for text in past] for past in (ours_past, theirs_past)]
    for number, part in enumerate(parts):
        if not isinstance(part, Block):
            yield part
            continue
        above = _edge(parts[number - 1], -1) if number else ()
        below = _edge(parts[number + 1], 0) if number + 1 < len(parts) else ()
        behind = []
        for name, side, texts_then, text_now in (
            ("ours", part.ours, pasts[1], now[1]),
            ("theirs", part.theirs, pasts[0], now[0]),
        ):
            said = _plain("\n".join((*above, *side, *below)))
            news = any(map(str.strip, side)) and said not in before and said not in text_now
            if news and any(said in text for text in texts_then):
                behind.append(name)
        yield replace(part, left_behind=behind[0]) if len(behind) == 1 else part


def _plain(text: str) -> str:
    """Lines without blank ones and trailing white space, each between two line ends: what stands in another is a part of it."""
    return "\n" + "".join(f"{line.rstrip()}\n" for line in text.splitlines() if line.strip())


def _edge(part: Part, end: int) -> Lines:
    """The first (0) or last (-1) line with something in it, of clean lines."""
    lines = () if isinstance(part, Block) else [line for line in part if line.strip()]
    return (lines[end],) if lines else ()
