"""How often fixbot resolves a merge as people did: every conflicted merge of some repositories, made again.

    python benchmarks/merge_conflicts.py [--show] [--most N] REPOSITORY...

For each conflict in a Python file that a merge of HEAD's history had, fixbot's answer is compared with what the merge
commit holds. Nothing is written to the repositories. The table is in docs/acceptance/merge-conflicts.md.
"""

from __future__ import annotations

import argparse
import ast
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from fixbot.conflicts.history import Origin, merges_of, plain_lines
from fixbot.conflicts.markers import Block, Lines
from fixbot.conflicts.resolution import Verdict, filled, resolve
from fixbot.conflicts.tokens import keys_of
from fixbot.conflicts.versions import Text
from fixbot.project.history import Repository, repository_of

QUOTES = "\"'"
CONTEXT = 3
"""Lines above and below a conflict that tell its place in what a person made of the file."""


@dataclass(frozen=True)
class Conflicted:
    """A Python file that a merge could not join by itself, and what a person committed."""

    commit: str
    path: str
    origin: Origin
    human: Lines


def conflicted_files(found: Repository, most: int) -> Iterator[Conflicted]:
    for commit, ours, theirs in list(found.merges())[:most]:
        for path in found.conflicted(ours, theirs):
            origin = list(merges_of(found, ours, theirs, path))[-1:] if path.endswith(".py") else []
            human = found.text(commit, path)
            if origin and human is not None and any(isinstance(p, Block) for p in origin[0].parts):
                yield Conflicted(commit, path, origin[0], plain_lines(human.decode("utf-8", "replace")))


def compared(file: Conflicted, show: bool) -> Iterator[str]:
    """One word for each conflict: what became of it."""
    parts, versions = file.origin.parts, file.origin.versions
    blocks = [part for part in parts if isinstance(part, Block)]
    if not (versions.ours.tree and versions.theirs.tree):
        yield from ("not this Python" for _ in blocks)
        return
    verdicts = resolve(parts, versions)
    whole = all(verdict.answer and not verdict.reason for verdict in verdicts)
    resolved = filled(parts, [v.answer.lines if v.answer else v.block.ours for v in verdicts])
    for number, verdict in enumerate(verdicts):
        if not is_resolved(file):
            yield "left by the person"
        elif verdict.answer is None:
            yield "no answer"
            if show:
                print(f"    none: {file.commit[:8]} {file.path}, conflict {number + 1}: {verdict.reason}")
        else:
            right = agrees(file, number, verdict)
            if missing := lost_words(verdict, resolved):
                yield "loses a change"
                print(f"    loses {missing} in {file.commit[:8]} {file.path}")
            if show and not right:
                print(f"    {verdict.answer.rule}: {file.commit[:8]} {file.path}, conflict {number + 1}")
            yield f"{'resolved' if whole else 'told'}, {'as the person did' if right else 'not as the person did'}"


def is_resolved(file: Conflicted) -> bool:
    """Whether the person's file is Python, without markers. (Both sides are.)"""
    return Text("\n".join(file.human)).tree is not None


def lost_words(verdict: Verdict, resolved: str) -> set[str]:
    """Words of code that one side brought into a conflict and that the resolved file does not hold anywhere.

    Not those of a side that the other branch once held and has changed since: the finding names what is not kept of it.
    """
    block, words = verdict.block, keys_of(resolved.split("\n"))
    known, strings = set(words), "".join(word.strip(QUOTES) for word in words if word[-1] in QUOTES)
    before = set(keys_of(block.base or ()))
    told = block.left_behind if verdict.answer and verdict.answer.rule == "left behind" else ""
    return {
        key
        for name, side in (("ours", block.ours), ("theirs", block.theirs))
        if name != told
        for key in set(keys_of(side)) - before - known
        if not key.startswith("#")
        and block.base is not None
        and (key[-1] not in QUOTES or key.strip(QUOTES).strip() not in strings)
    }


# --- agreement -------------------------------------------------------------------------------------------


def agrees(file: Conflicted, number: int, verdict: Verdict) -> bool:
    """Whether the person's file says the same there; layout, quotes and comments aside.

    Of imports and definitions it counts that they are there, not in which order.
    """
    assert verdict.answer is not None
    lines = verdict.answer.lines
    above, theirs, below = of_the_person(file, number)
    if code([*above, *lines, *below]) == code(theirs):
        return True
    if (above or below) and holds(code(theirs), code(lines)):
        return True  # the person has changed clean lines beside it as well
    before, after = around(file, number)
    if holds(code(file.human), code([*before, *lines, *after])):
        return True
    with suppress(SyntaxError, ValueError):
        tree = ast.parse("\n".join(file.human))
        mine = ast.parse(textwrap.dedent("\n".join(lines))).body
        if verdict.answer.rule == "definitions":
            return {*map(ast.dump, mine)} <= {ast.dump(node) for node in ast.walk(tree)}
        if verdict.answer.rule == "imports":
            sides = (verdict.block.ours, verdict.block.theirs, verdict.block.base or ())
            every = {name for side in sides for name in imported(ast.parse(textwrap.dedent("\n".join(side))))}
            wanted = {name for statement in mine for name in imported(statement)}
            return imported(tree) & every == wanted
    return False


def code(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(key for key in keys_of(lines) if not key.startswith("#"))


def holds(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(
        text[n : n + len(part)] == part for n in range(len(text) - len(part) + 1) if text[n] == part[:1][0]
    )


def imported(tree: ast.AST) -> set[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            found |= {(origin, name.name, name.asname or "") for name in node.names}
    return found


def around(file: Conflicted, number: int) -> tuple[Lines, Lines]:
    """The clean lines right above and below a conflict."""
    parts = file.origin.parts
    places = [n for n, part in enumerate(parts) if isinstance(part, Block)]
    at = places[number]
    above = parts[at - 1] if at else ()
    below = parts[at + 1] if at + 1 < len(parts) else ()
    return (
        () if isinstance(above, Block) else above[-CONTEXT:],
        () if isinstance(below, Block) else below[:CONTEXT],
    )


def of_the_person(file: Conflicted, number: int) -> tuple[list[str], Lines, list[str]]:
    """What the person has between the nearest clean lines that were kept, and the clean lines in between that were not."""
    clean: list[str] = []
    place, seen = 0, 0
    for part in file.origin.parts:
        if isinstance(part, Block):
            place = len(clean) if seen == number else place
            seen += 1
        else:
            clean += part
    first, last, top, bottom = 0, len(file.human), 0, len(clean)
    matches = SequenceMatcher(None, clean, file.human, autojunk=False).get_matching_blocks()
    for i, j, size in matches:
        if size and i < place:
            kept = min(size, place - i)
            first, top = j + kept, i + kept
    for i, j, size in reversed(matches):
        if size and i + size > place:
            cut = max(place - i, 0)
            last, bottom = j + cut, i + cut
    return clean[top:place], file.human[first:last], clean[place:bottom]


# --- the table -------------------------------------------------------------------------------------------


def row(name: str, counted: Counter[str]) -> str:
    everything = counted.total() - counted["loses a change"]
    hunks = everything - counted["not this Python"] - counted["left by the person"]
    resolved = [counted[f"resolved, {how}"] for how in ("as the person did", "not as the person did")]
    told = [counted[f"told, {how}"] for how in ("as the person did", "not as the person did")]
    proposed, right = sum(resolved) + sum(told), resolved[0] + told[0]
    cells = [
        name,
        str(everything),
        str(hunks),
        f"{proposed} ({percent(proposed, hunks)})",
        f"{right} ({percent(right, proposed)})",
        f"{sum(resolved)} ({percent(sum(resolved), hunks)})",
        f"{resolved[0]} ({percent(resolved[0], sum(resolved))})",
        str(counted["loses a change"]),
    ]
    return f"| {' | '.join(cells)} |"


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument(
        "--show", action="store_true", help="name the conflicts that people resolved otherwise"
    )
    parser.add_argument(
        "--most", type=int, default=1_000_000, help="how many merges of each to look at, newest first"
    )
    options = parser.parse_args()
    total: Counter[str] = Counter()
    rows = []
    for path in options.repositories:
        counted: Counter[str] = Counter()
        with repository_of(path) as found:
            if found is None:
                parser.error(f"{path} is no git repository with a commit")
            for file in conflicted_files(found, options.most):
                counted.update(compared(file, options.show))
        name = path.name if path.name != "repo" else path.parent.name
        rows.append(row(name, counted))
        print(rows[-1], flush=True)
        total += counted
    print(
        "\n| repository | conflicts | in this Python | proposed | agree | resolved | agree | lose a change |"
    )
    print("|---|---|---|---|---|---|---|---|")
    print("\n".join([*rows, row("all", total)]))


if __name__ == "__main__":
    main()
