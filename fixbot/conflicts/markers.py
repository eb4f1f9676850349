"""The text of a file with conflict markers, taken apart: clean lines, and blocks with two sides and perhaps a base."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

_MARKER = re.compile(r"(<{7,}|\|{7,}|={7,}|>{7,})(?: (.*))?")


Lines: TypeAlias = tuple[str, ...]
"""Lines without their ends."""


@dataclass(frozen=True)
class Block:
    """One conflict. Lines come without their ends; `line` and `end_line` (from 1) are those of its outer markers."""

    line: int
    end_line: int
    ours: Lines
    theirs: Lines
    base: Lines | None = None
    """What stands between `|||||||` and `=======`, where git was told to write that (diff3, zdiff3)."""
    our_label: str = ""
    their_label: str = ""
    after: str = ""
    """The next line that is not blank."""
    left_behind: str = ""
    """`ours` or `theirs`, where the other side's branch once held just these lines and has changed them since."""


Part: TypeAlias = Block | Lines
"""A conflict, or lines that are in none."""


def parts_of(lines: Sequence[str], *, size: int = 0) -> list[Part]:
    """The parts of a file, in order. With `size`, only markers of that length count.

    What starts like a block but does not go on like one (a nested or cut-off one) is clean text.
    """
    parts: list[Part] = []
    clean: list[str] = []
    at = 0
    while at < len(lines):
        if block := _block(lines, at, size):
            parts += [tuple(clean), block] if clean else [block]
            clean, at = [], block.end_line
        else:
            clean.append(lines[at])
            at += 1
    return [*parts, tuple(clean)] if clean else parts


def blocks_of(lines: Sequence[str]) -> list[Block]:
    return [part for part in parts_of(lines) if isinstance(part, Block)]


def opens(line: str) -> bool:
    """Whether a line looks like the first one of a conflict."""
    return _kind(line, 0)[0] == "<"


def _block(lines: Sequence[str], start: int, size: int) -> Block | None:
    """The block that starts at index `start`, if there is a whole one: `<`, perhaps `|`, `=` and `>`, all as long."""
    kind, length, label = _kind(lines[start], size)
    if kind != "<":
        return None
    found: list[tuple[str, int, str]] = []  # the other markers
    for number in range(start + 1, len(lines)):
        kind, _, text = _kind(lines[number], length)
        if kind:
            found.append((kind, number, text))
        if kind in ("<", ">"):
            break
    base = None
    match found:
        case [("=", middle, ""), (">", end, their_label)]:
            first = middle
        case [("|", first, _), ("=", middle, ""), (">", end, their_label)]:
            base = tuple(lines[first + 1 : middle])
        case _:
            return None
    ours, theirs = tuple(lines[start + 1 : first]), tuple(lines[middle + 1 : end])
    after = next((line for line in lines[end + 1 :] if line.strip()), "")
    return Block(start + 1, end + 1, ours, theirs, base, label, their_label, after)


def _kind(line: str, size: int) -> tuple[str, int, str]:
    """Which marker a line is ("" for none), its length and its label. With `size`, of that length only."""
    found = _MARKER.fullmatch(line)
    if not found or (size and len(found[1]) != size):
        return "", 0, ""
    return found[1][0], len(found[1]), found[2] or ""
