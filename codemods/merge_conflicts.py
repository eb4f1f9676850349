"""Resolve the merge conflicts that were committed with their markers.

## What it does

Finds `<<<<<<<`, `=======` and `>>>>>>>` lines that are really left from a merge, not part of a string. It looks up in the
git history which merge, cherry-pick, rebase or revert left them, makes that operation again to see what stood there
before, and resolves what can be resolved without losing a change of either side.

## Why is this bad

The file is no Python: importing it fails, and with it whatever imports it. Linters, formatters and tests cannot look at
it either, so nothing else in it is found.

## Example

```python
<<<<<<< HEAD
import asyncio
import json
=======
import asyncio
import logging
>>>>>>> feature/logging


async def tell(answers):
    logging.info(json.dumps(await asyncio.gather(*answers)))
```

## Use instead

```python
import asyncio
import json
import logging


async def tell(answers):
    logging.info(json.dumps(await asyncio.gather(*answers)))
```

## Fix safety

Safe only where both sides say the same, up to blank lines and trailing white space. Everything else is for review: the
rules are, in this order, that one side is unchanged; that one branch once held the other's very lines and has changed them
since; that both only import, or only add definitions; that both changed
different words; that one side holds all lines of the other; and that of all combinations of the sides just one is
left that compiles, uses no undefined name, repeats nothing and loses nothing. A keyword that the dropped side added to
a call is added to the same call of the other side where there is only one. The reason says what was taken, what the
other side had as well, and what was added.

A file is resolved as a whole or not at all. Where a person must decide, the conflict is reported, as it is in files that
are not Python. How often people resolved real merges in the same way stands in docs/acceptance/merge-conflicts.md.

## References

- [How conflicts are presented](https://git-scm.com/docs/git-merge#_how_conflicts_are_presented)
- [git merge-tree](https://git-scm.com/docs/git-merge-tree), with which merges are made again
"""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fixbot.codemod import Codemod, TextPlace
from fixbot.conflicts.history import Origin, origin, plain_lines
from fixbot.conflicts.markers import Block, Part, blocks_of, opens, parts_of
from fixbot.conflicts.resolution import Verdict, filled, resolve
from fixbot.conflicts.rules import Answer
from fixbot.conflicts.versions import Text, Versions, strings_of
from fixbot.model import Finding, Safety, Severity, Span, TextEdit
from fixbot.project.history import repository_of
from fixbot.project.module import is_test_source
from fixbot.safety import report, review

codemod = Codemod(
    __name__,
    triggers=[b"<<<<<<<"],
    severity=Severity.CRITICAL,
    category="Unresolved merge conflict",
    tests=True,
)

_SHOWS_MARKERS = re.compile(
    r"(^|/)(docs?|tests?|testing|fixtures?|testdata|snapshots?|__snapshots__|examples?)/"
    r"|\.(md|rst|txt|adoc|patch|diff|orig|rej|ipynb|snap)$",
    re.I,
)
"""Files that are not Python and may well show markers on purpose."""


@codemod.visit_text
def conflicts(at: TextPlace) -> Iterator[Finding]:
    lines = plain_lines(at.source.text)
    if not any(map(opens, lines)):
        return
    with repository_of(at.project.root) as repository:
        found = origin(repository, at.source)
    if not at.is_python:
        yield from elsewhere(at, lines, found)
    elif parses(at.source.text):
        yield from in_strings(at, lines, found)
    else:
        yield from in_code(at, lines, found)


def elsewhere(at: TextPlace, lines: Sequence[str], found: Origin | str) -> Iterator[Finding]:
    """In a file that is not Python; one that may show markers counts only if a merge has left them there."""
    if isinstance(found, str) and _SHOWS_MARKERS.search(at.source.path):
        return
    for block in blocks_of(lines):
        yield told(at, block, "only Python files are resolved; what this one means, a person must say")


def in_strings(at: TextPlace, lines: Sequence[str], found: Origin | str) -> Iterator[Finding]:
    """The file is Python, so the markers stand in strings: left from a merge only if the history says so."""
    if isinstance(found, str) or is_test_source(at.source):
        return
    for block in blocks_of(lines):
        yield told(at, block, "it stands inside a string, whose text only a person can put right")


def in_code(at: TextPlace, lines: Sequence[str], found: Origin | str) -> Iterator[Finding]:
    parts = in_their_place(parts_of(lines), lines, found)
    blocks = [part for part in parts if isinstance(part, Block)]
    if torn := torn_markers(filled(parts, [block.ours for block in blocks])):
        first = blocks[0] if blocks else Block(torn, torn, (), ())
        yield told(
            at, first, "the markers do not form whole conflicts; some were removed, or one is inside another"
        )
        return
    verdicts = resolved(parts, found, at.line_length)
    safe = all(v.answer and v.answer.safety is Safety.SAFE for v in verdicts)
    for verdict in verdicts:
        answer = verdict.answer
        if answer is None or verdict.reason:
            lacking = f" ({found})" if isinstance(found, str) and verdict.block.base is None else ""
            yield told(at, verdict.block, f"{verdict.reason}{lacking}")
        else:
            doubt = None if safe else review(account(answer))
            undefined = Text(filled(parts, [v.answer.lines for v in verdicts if v.answer])).undefined
            yield at.finding(
                span_of(at, verdict.block),
                f"{name_of(verdict.block)}: {answer.said}",
                matched=known_by(verdict.block),
                edits=[edit(at, verdict.block, answer, undefined)],
                doubts=[doubt],
            )


def in_their_place(parts: Sequence[Part], lines: Sequence[str], found: Origin | str) -> list[Part]:
    """The parts, those blocks apart that a string merely shows; where a merge has left a block, it is none of those."""
    kept: list[Part] = []
    for part in parts:
        if isinstance(part, Block) and not (isinstance(found, Origin) and found.block(part)):
            sides = [p.ours if isinstance(p, Block) else p for p in kept]
            before = sum(map(len, sides))
            text = "\n".join([*(line for side in sides for line in side), *lines[part.line - 1 :]])
            shown = any(first <= before and last > before + 1 for first, last in strings_of(text))
            kept.append(tuple(lines[part.line - 1 : part.end_line]) if shown else part)
        else:
            kept.append(part)
    return kept


def resolved(parts: Sequence[Part], found: Origin | str, line_length: int) -> list[Verdict]:
    """A verdict for each block, from the merge that left them where the history tells it, else from the file alone."""
    blocks = [part for part in parts if isinstance(part, Block)]
    if isinstance(found, str):
        sides = [filled(parts, [getattr(block, side) for block in blocks]) for side in ("ours", "theirs")]
        before = [block.base for block in blocks if block.base is not None]
        base = Text(filled(parts, before)) if len(before) == len(blocks) else None
        return resolve(parts, Versions(base, Text(sides[0]), Text(sides[1])), line_length)
    made = resolve(found.parts, found.versions, line_length)
    answers = {(v.block.ours, v.block.theirs): v for v in made}
    verdicts = [replace(answers[block.ours, block.theirs], block=block) for block in blocks]
    if all(v.answer and not v.reason for v in verdicts):
        text = Text(filled(parts, [v.answer.lines for v in verdicts if v.answer]))
        if text.tree is None or found.versions.why_not(text):
            reason = "what would resolve it does not fit what has changed in this file since"
            return [replace(v, answer=None, reason=reason) for v in verdicts]
    return verdicts


def torn_markers(text: str) -> int:
    """The line of a marker that opens a conflict outside of any string, where all whole conflicts are gone; 0 if none does."""
    inside = {line for first, last in strings_of(text) for line in range(first + 1, last + 1)}
    return next((n for n, line in enumerate(text.split("\n"), 1) if opens(line) and n not in inside), 0)


# --- what is said, and done ------------------------------------------------------------------------------


def told(at: TextPlace, block: Block, reason: str) -> Finding:
    return at.finding(
        span_of(at, block),
        f"{name_of(block)} was committed",
        matched=known_by(block),
        doubts=[report(reason)],
    )


def name_of(block: Block) -> str:
    labels = [f"`{label}`" for label in (block.our_label, block.their_label) if label]
    return f"a merge conflict of {' and '.join(labels)}" if labels else "a merge conflict"


def account(answer: Answer) -> str:
    """What a person must accept: what was taken, and what became of the other side."""
    said = [answer.said]
    if answer.subsumed:
        more = f" and {len(answer.subsumed) - 3} more" if len(answer.subsumed) > 3 else ""
        named = ", ".join(f"`{statement[:80]}`" for statement in answer.subsumed[:3])
        said.append(f"it has what the other side added as well: {named}{more}")
    if answer.grafted:
        said.append(f"of the other side, {'; '.join(answer.grafted)} is added")
    if answer.replaced:
        more = f" and {len(answer.replaced) - 3} more" if len(answer.replaced) > 3 else ""
        said.append(f"not kept: {', '.join(f'`{line[:80]}`' for line in answer.replaced[:3])}{more}")
    if answer.chosen:
        said.append(
            "nothing else that the other side added is dropped"
            if answer.grafted
            else "nothing that the other side added is dropped"
        )
    return "; ".join(said)


def known_by(block: Block) -> str:
    return "\n".join([*block.ours, "=======", *block.theirs])[:400]


def span_of(at: TextPlace, block: Block) -> Span:
    last = at.source.lines[block.end_line - 1].rstrip("\r\n")
    return Span(block.line, 1, block.end_line, len(last) + 1)


def edit(at: TextPlace, block: Block, answer: Answer, undefined: set[str]) -> TextEdit:
    """The whole lines of a conflict replaced, with the line ends of the file."""
    newline = at.source.newline
    text = "".join(line + newline for line in answer.lines)
    last = at.source.lines[block.end_line - 1]
    if last.rstrip("\r\n") != last:
        return at.edit(Span(block.line, 1, block.end_line + 1, 1), text, undefined)
    return at.edit(Span(block.line, 1, block.end_line, len(last) + 1), text.removesuffix(newline), undefined)


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
