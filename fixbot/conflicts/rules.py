"""The rules by which one conflict is resolved, in their order. Each gives an answer or leaves it to the next."""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fixbot.conflicts.imports import is_imports, joined_imports
from fixbot.conflicts.markers import Block, Lines
from fixbot.conflicts.weaving import weave
from fixbot.model import Safety


@dataclass(frozen=True)
class Answer:
    """What may take a conflict's place, and in words where it comes from."""

    lines: Lines
    said: str
    rule: str
    safety: Safety = Safety.REVIEW
    chosen: bool = False
    """Whether it is one of several that a person might choose, none better than the others by itself."""
    subsumed: tuple[str, ...] = ()
    """Changes of the dropped side that the kept one has as well."""
    grafted: tuple[str, ...] = ()
    """Changes of the dropped side that were added to the kept one."""
    replaced: Lines = ()
    """Lines of the dropped side that the kept one once had as well, and has not any more."""


Rule = Callable[[Block], Answer | None]


def answers(block: Block) -> list[Answer]:
    """The answer of the first rule that has one, else all that a person may choose from: one side, or one after the other."""
    for rule in RULES:
        if answer := rule(block):
            return [answer]
    return sides(block)


def sides(block: Block) -> list[Answer]:
    if not _without_blanks(block.ours) or not _without_blanks(block.theirs):
        return []  # what one side deleted and the other one changed
    ours, theirs = block.our_label or "the first side", block.their_label or "the second side"
    return [
        Answer(block.ours, f"the side of `{ours}` is kept", "ours", chosen=True),
        Answer(block.theirs, f"the side of `{theirs}` is kept", "theirs", chosen=True),
        Answer(
            block.ours + block.theirs, f"both sides are kept, `{ours}` first", "ours, theirs", chosen=True
        ),
        Answer(
            block.theirs + block.ours, f"both sides are kept, `{theirs}` first", "theirs, ours", chosen=True
        ),
    ]


def same(block: Block) -> Answer | None:
    if block.ours == block.theirs:
        return Answer(block.ours, "both sides say the same", "same", Safety.SAFE)
    return None


def same_but_for_blanks(block: Block) -> Answer | None:
    """Trailing white space and blank lines."""
    if _without_blanks(block.ours) == _without_blanks(block.theirs):
        tidy = min((block.ours, block.theirs), key=lambda lines: sum(line != line.rstrip() for line in lines))
        return Answer(tidy, "both sides say the same but for blanks", "blanks", Safety.SAFE)
    return None


def unchanged(block: Block) -> Answer | None:
    """One side is what was there before, so the other one is the only change.

    Not where nothing was there: git would have taken the new lines, had the other side not changed what is around them.
    """
    if block.base and any(map(str.strip, block.base)) and block.base in (block.ours, block.theirs):
        kept = block.theirs if block.base == block.ours else block.ours
        return Answer(kept, "only one side changed what was there before", "one change")
    return None


def left_behind(block: Block) -> Answer | None:
    """One branch took the other's change (picked, or made twice), and went on from there."""
    if not block.left_behind:
        return None
    kept, old = (block.theirs, block.ours) if block.left_behind == "ours" else (block.ours, block.theirs)
    labels = block.our_label or "the first side", block.their_label or "the second side"
    before, since = labels if block.left_behind == "ours" else labels[::-1]
    replaced = tuple(line.strip() for line in old if line.strip() and line not in kept)
    said = f"the side of `{since}` is kept: it once said what `{before}` says, and has changed it since"
    return Answer(kept, said, "left behind", replaced=replaced)


def imports(block: Block) -> Answer | None:
    lines = joined_imports(block.base, block.ours, block.theirs)
    return Answer(lines, "what both sides import is joined", "imports") if lines is not None else None


def woven(block: Block) -> Answer | None:
    if not block.base or not block.ours or not block.theirs:
        return None  # deleting what the other side changed is for a person to decide
    if is_imports(block.ours) or is_imports(block.theirs):
        return None
    text = weave(block.base, block.ours, block.theirs)
    return Answer(text, "both sides' changes are made: they touch different words", "woven") if text else None


def added_definitions(block: Block) -> Answer | None:
    """Both sides add whole definitions, of different names, where there was nothing."""
    if block.base is None or any(map(str.strip, block.base)):
        return None
    if _indent(block.after) > min(map(_indent, filter(str.strip, block.theirs)), default=0):
        return None  # the last definition goes on below
    names = [_defined(lines) for lines in (block.ours, block.theirs)]
    if not all(names) or names[0] & names[1]:
        return None
    gap = () if not block.ours[-1].strip() or not block.theirs[0].strip() else ("", "")
    return Answer((*block.ours, *gap, *block.theirs), "the definitions of both sides are kept", "definitions")


def contained(block: Block) -> Answer | None:
    """One side took out and put in all the lines that the other one did, and more."""
    if not block.base or not _without_blanks(block.ours) or not _without_blanks(block.theirs):
        return None
    before, ours, theirs = (Counter(_without_blanks(s)) for s in (block.base, block.ours, block.theirs))
    for more, less, side, labels in (
        (ours, theirs, block.ours, (block.our_label, block.their_label)),
        (theirs, ours, block.theirs, (block.their_label, block.our_label)),
    ):
        if less - before <= more - before and before - less <= before - more:
            kept, other = (label or "one side" for label in labels)
            return Answer(side, f"the side of `{kept}` has every change of `{other}`, and more", "contained")
    return None


def superset(block: Block) -> Answer | None:
    """One side holds every line of the other, in the same order, and more."""
    ours, theirs = _without_blanks(block.ours), _without_blanks(block.theirs)
    for more, less, side, label in (
        (theirs, ours, block.theirs, block.their_label),
        (ours, theirs, block.ours, block.our_label),
    ):
        if less and _is_subsequence(less, more):
            return Answer(side, f"the side of `{label}` holds all lines of the other one", "superset")
    return None


RULES: Sequence[Rule] = (
    same,
    same_but_for_blanks,
    unchanged,
    left_behind,
    imports,
    added_definitions,
    woven,
    contained,
    superset,
)


def _without_blanks(lines: Lines) -> list[str]:
    return [line.rstrip() for line in lines if line.strip()]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_subsequence(less: Sequence[str], more: Sequence[str]) -> bool:
    rest = iter(more)
    return all(line in rest for line in less)


def _defined(lines: Lines) -> set[str]:
    """The names of the definitions that these lines are; empty where they hold anything else, or register something."""
    with suppress(SyntaxError, ValueError):
        body = ast.parse(textwrap.dedent("\n".join(lines))).body
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if all(isinstance(s, kinds) and not s.decorator_list for s in body):
            return {s.name for s in body if isinstance(s, kinds)}
    return set()
