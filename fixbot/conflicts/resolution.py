"""A whole file resolved: every conflict by a rule or by the one choice that is left, and nothing lost on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import prod

from fixbot.conflicts.grafting import Graft, added_keywords, graft
from fixbot.conflicts.markers import Block, Lines, Part
from fixbot.conflicts.rules import Answer, answers
from fixbot.conflicts.versions import Text, Versions, strings_of

MOST_CHOICES = 256
"""So many combinations of sides are tried."""
UNDECIDED = "which side is right, or both, only a person can say"


@dataclass(frozen=True)
class Verdict:
    """What becomes of one conflict: an answer, or the reason why there is none. With a reason, an answer is only told."""

    block: Block
    answer: Answer | None
    reason: str = ""


text_of = lru_cache(maxsize=64)(Text)
"""Many combinations of answers give the same text."""


def filled(parts: Sequence[Part], answers: Sequence[Lines]) -> str:
    """The text with these lines in the place of its conflicts."""
    given = iter(answers)
    return "\n".join(line for part in parts for line in (next(given) if isinstance(part, Block) else part))


def resolve(parts: Sequence[Part], versions: Versions, line_length: int = 88) -> list[Verdict]:
    """A verdict for each conflict. Either all of them are resolved, or none is: half a repair mends no file."""
    blocks = [part for part in parts if isinstance(part, Block)]
    versions = _but_for_what_is_left_behind(parts, versions)
    offered = [[] if _is_prose(parts, block) else answers(block) for block in blocks]
    if not all(offered) or 2 ** sum(len(o) > 1 for o in offered) > MOST_CHOICES:
        offered = [o if len(o) == 1 else [] for o in offered]  # no need to look for a choice
    choices = [list(_possible(parts, b, o, versions)) for b, o in zip(blocks, offered, strict=True)]
    if all(choices) and prod(map(len, choices)) <= MOST_CHOICES:
        survivors: dict[str, tuple[Answer, ...]] = {}
        reasons: dict[str, None] = {}
        for chosen in product(*choices):
            complete, objection = _examined(parts, chosen, versions, line_length)
            if objection:
                reasons[objection] = None
            else:
                survivors.setdefault(complete[0], complete[1])
        if len(survivors) == 1:
            [chosen] = survivors.values()
            return [Verdict(block, answer) for block, answer in zip(blocks, chosen, strict=True)]
        reason = UNDECIDED if len(reasons) != 1 else next(iter(reasons))
    else:
        reason = UNDECIDED
    return list(_unresolved(blocks, choices, reason))


def _but_for_what_is_left_behind(parts: Sequence[Part], versions: Versions) -> Versions:
    """The sides as if neither held lines that the other one has changed since: those are no change to be lost."""
    blocks = [part for part in parts if isinstance(part, Block)]
    if not any(block.left_behind for block in blocks):
        return versions
    kept = {"": "", "ours": "theirs", "theirs": "ours"}
    ours, theirs = (
        filled(parts, [getattr(b, kept[b.left_behind] or side) for b in blocks])
        for side in ("ours", "theirs")
    )
    return Versions(versions.base, Text(ours), Text(theirs))


def _unresolved(
    blocks: Sequence[Block], choices: Sequence[Sequence[Answer]], reason: str
) -> Iterator[Verdict]:
    """Nothing is resolved; where one conflict has an answer of its own, it is told what it waits for."""
    sure = [len(c) == 1 and not c[0].chosen for c in choices]
    hard = [block.line for block, known in zip(blocks, sure, strict=True) if not known]
    for block, possible, known in zip(blocks, choices, sure, strict=True):
        if known and hard:
            waits = f"waits for the conflict in line {hard[0]}, which a person must resolve; here {possible[0].said}"
            yield Verdict(block, possible[0], waits)
        else:
            yield Verdict(block, None, reason)


def _possible(
    parts: Sequence[Part], block: Block, offered: Sequence[Answer], versions: Versions
) -> Iterator[Answer]:
    """The answers with which the file is Python, if one side of all other conflicts is taken."""
    for answer in offered:
        for side in ("ours", "theirs"):
            lines = [answer.lines if p is block else getattr(p, side) for p in parts if isinstance(p, Block)]
            text = text_of(filled(parts, lines))
            if text.tree and not versions.why_not(text):
                yield answer
                break


def _examined(
    parts: Sequence[Part], chosen: tuple[Answer, ...], versions: Versions, line_length: int
) -> tuple[tuple[str, tuple[Answer, ...]], str]:
    """One combination of answers: the file's meaning and the answers completed, and what speaks against them."""
    complete = list(chosen)
    for number, answer in enumerate(chosen):
        if answer.chosen:
            if not versions.known:
                return ("", chosen), UNDECIDED
            checked = completed(parts, complete, number, versions, line_length)
            if isinstance(checked, str):
                return ("", chosen), checked
            complete = checked
    text = text_of(filled(parts, [answer.lines for answer in complete]))
    if text.tree is None:
        return ("", chosen), "no combination of the sides is Python"
    return (text.meaning, tuple(complete)), versions.why_not(text) or versions.what_is_lost(text)


def completed(
    parts: Sequence[Part], answers: list[Answer], number: int, versions: Versions, line_length: int
) -> list[Answer] | str:
    """The answers, where one takes a side, with what the other side added; or what would be dropped."""
    blocks = [part for part in parts if isinstance(part, Block)]
    taken = answers[number].lines
    for side in (blocks[number].ours, blocks[number].theirs):
        if side == taken:
            continue
        other = text_of(filled(parts, [side if n == number else a.lines for n, a in enumerate(answers)]))
        here = text_of(filled(parts, [a.lines for a in answers]))
        if not other.tree or not here.tree or versions.base is None:
            return UNDECIDED
        lines = [blocks[n].base or () if n == number else a.lines for n, a in enumerate(answers)]
        without = text_of(filled(parts, lines))
        before = without.statements if without.tree else versions.base.statements
        new = other.statements - before
        for statement in sorted(other.statements - (before | here.statements)):
            what = added_keywords(statement, versions.base.statements)
            made = graft(here.text, *what, line_length) if what else None
            grown = _grafted(parts, answers, number, made) if made else None
            if grown is None:
                return f"what one side added would be dropped: {statement[:80]}"
            answers = [grown if n == number else a for n, a in enumerate(answers)]
            here = text_of(filled(parts, [a.lines for a in answers]))
            if not here.tree:
                return UNDECIDED
        for statement, count in (before - other.statements).items():
            if here.statements[statement] >= count + other.statements[statement]:
                return f"what one side took out would be back: {statement[:80]}"
        subsumed = tuple(sorted(s for s in new if s in here.statements and s not in before))
        if not subsumed and not answers[number].grafted:
            return UNDECIDED  # it only took something out, or moved it: nothing shows whether that is kept
        answers = [replace(a, subsumed=subsumed) if n == number else a for n, a in enumerate(answers)]
    return answers


def _grafted(parts: Sequence[Part], answers: Sequence[Answer], number: int, made: Graft) -> Answer | None:
    """The answer with a graft; None if its home is not in this conflict."""
    blocks = [part for part in parts if isinstance(part, Block)]
    before = parts[: parts.index(blocks[number])]
    given = iter(answers)
    start = sum(len(next(given).lines) if isinstance(part, Block) else len(part) for part in before)
    first, last = made.line - 1 - start, made.end_line - start
    lines = answers[number].lines
    if first < 0 or last > len(lines):
        return None
    grafted = (*answers[number].grafted, f"`{made.keyword}` in the call of `{made.call}`")
    return replace(answers[number], lines=(*lines[:first], *made.new, *lines[last:]), grafted=grafted)


def _is_prose(parts: Sequence[Part], block: Block) -> bool:
    """Whether a conflict stands inside a string, such as a docstring."""
    for side in ("ours", "theirs"):
        before = parts[: parts.index(block)]
        line = 1 + sum(len(getattr(part, side) if isinstance(part, Block) else part) for part in before)
        text = filled(parts, [getattr(part, side) for part in parts if isinstance(part, Block)])
        if any(first < line <= last for first, last in strings_of(text)):
            return True
    return False
