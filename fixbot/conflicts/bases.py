"""What stood in the place of a conflict before the two sides changed it, found in a merge that was made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from fixbot.conflicts.markers import Block, Lines, Part


@dataclass(frozen=True)
class _Placed:
    """A part of a merged file: where it starts when our side, and when their side, of every conflict is taken."""

    ours_at: int
    theirs_at: int
    ours: Lines
    theirs: Lines
    base: Lines
    clean: bool

    @property
    def ours_end(self) -> int:
        return self.ours_at + len(self.ours)

    @property
    def theirs_end(self) -> int:
        return self.theirs_at + len(self.theirs)


def bases(plain: Sequence[Part], with_base: Sequence[Part]) -> list[Lines | None]:
    """The base of each block of `plain`, from the same merge written with bases; None where that cannot be told.

    Git cuts conflicts differently in the two: without a base it leaves out what both sides have in
    common at the edges, and joins neighbours.
    """
    finer = list(_placed(with_base))
    return [_base(block, finer) for block in _placed(plain) if not block.clean]


def _placed(parts: Sequence[Part]) -> Iterator[_Placed]:
    x = z = 0
    for part in parts:
        if isinstance(part, Block):
            yield _Placed(x, z, part.ours, part.theirs, part.base or (), clean=False)
            x, z = x + len(part.ours), z + len(part.theirs)
        else:
            yield _Placed(x, z, part, part, part, clean=True)
            x, z = x + len(part), z + len(part)


def _base(block: _Placed, finer: Sequence[_Placed]) -> Lines | None:
    lines: list[str] = []
    seen = False
    for part in finer:
        if not _meet(block, part):
            continue
        seen = True
        if part.clean:
            lines += part.ours[max(block.ours_at - part.ours_at, 0) : block.ours_end - part.ours_at]
        else:
            lines += _between(part, block)
    return tuple(lines) if seen else None


def _meet(block: _Placed, part: _Placed) -> bool:
    ours = part.ours_at < block.ours_end and block.ours_at < part.ours_end
    theirs = part.theirs_at < block.theirs_end and block.theirs_at < part.theirs_end
    return ours or theirs


def _between(hunk: _Placed, block: _Placed) -> Lines:
    """The part of a hunk's base that stands between what the block leaves out above and below."""
    low, high = 0, len(hunk.base)
    sides = (
        (hunk.ours, block.ours_at - hunk.ours_at, block.ours_end - hunk.ours_at),
        (hunk.theirs, block.theirs_at - hunk.theirs_at, block.theirs_end - hunk.theirs_at),
    )
    for lines, start, end in sides:
        if start <= 0 and end >= len(lines):
            continue
        for i, j, size in SequenceMatcher(None, hunk.base, lines, autojunk=False).get_matching_blocks():
            above, below = min(size, max(start - j, 0)), max(j + size - max(end, j), 0)
            if above:
                low = max(low, i + above)
            if below and j + size > end:
                high = min(high, i + size - min(below, size))
    return hunk.base[low : max(low, high)]
