"""Both sides' changes of the same lines in one text, word by word, where neither is in the other's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fixbot.conflicts.markers import Lines
from fixbot.conflicts.tokens import Change, Token, Version, keys_of, tokens_of, version

MOST_LINES = 12
"""Of longer conflicts people make something else, as replayed merges show (docs/acceptance/merge-conflicts.md)."""

_SIGNS = frozenset(",():=[]{}")


def weave(base: Lines, ours: Lines, theirs: Lines) -> Lines | None:
    """None where the two changed the same words, or words beside each other, in different ways."""
    tokens = tokens_of(base)
    a, b = version(tokens, tokens_of(ours)), version(tokens, tokens_of(theirs))
    if not _is_plain(tokens, a, b, len(ours) + len(theirs)):
        return None
    texts = [text for text in (_weave(tokens, a, b), _weave(tokens, b, a)) if text is not None]
    if not texts or keys_of(texts[0]) != keys_of(texts[-1]):
        return None
    return texts[0]


def _is_plain(base: Sequence[Token], one: Version, other: Version, lines: int) -> bool:
    """Whether a reader sees at a glance what each side did: words of code, not of prose, in brackets that close."""
    made = [*one.changes, *other.changes]
    if any(
        token.key.startswith("#") or token.key.startswith(('"""', "'''")) for c in made for token in c.new
    ):
        return False
    if not one.changes or not other.changes:
        return True  # the other side only laid it out anew
    if lines > MOST_LINES or not all(map(_balanced, made)):
        return False
    if (_replaces(one) and _inserts(other)) or (_replaces(other) and _inserts(one)):
        return False  # what was inserted beside them may need the new words too
    return not any(_share_a_word(base, c, d) for c in one.changes for d in other.changes if c != d)


def _replaces(side: Version) -> bool:
    return any(change.start < change.end and change.new for change in side.changes)


def _inserts(side: Version) -> bool:
    return any(change.start == change.end for change in side.changes)


def _balanced(change: Change) -> bool:
    depth = 0
    for token in change.new:
        depth += (token.key in ("(", "[", "{")) - (token.key in (")", "]", "}"))
        if depth < 0:
            return False
    return not depth


def _share_a_word(base: Sequence[Token], one: Change, other: Change) -> bool:
    """Whether no sign and no line end stands between two changes: they are parts of one name or expression."""
    first, second = sorted((one, other), key=lambda c: (c.start, c.end))
    between = base[first.end : second.start]
    return not any(token.key in _SIGNS or "\n" in token.gap for token in between)


def _weave(base: Sequence[Token], one: Version, other: Version) -> Lines | None:
    """The changes of `one`, and those of `other` as far as `one` does not have them already."""
    added: list[Change] = []
    for change in other.changes:
        if all(not _meet(change, own) for own in one.changes):
            added.append(change)
        elif not _has(one, change):
            return None
    if _reindents(base, one) and any("\n" in t.gap for c in added for t in c.new):
        return None
    if _reindents(base, other) and any("\n" in t.gap for c in one.changes for t in c.new):
        return None
    changes = sorted([*one.changes, *added], key=lambda c: (c.start, c.end))
    return tuple("".join(_written(base, one, other, changes)).split("\n"))


def _written(base: Sequence[Token], one: Version, other: Version, changes: Sequence[Change]) -> Iterator[str]:
    at = 0
    for change in [*changes, Change(len(base), len(base), ())]:
        for n in range(at, change.start):
            old, mine, yours = base[n], one.kept[n], other.kept[n] if n in other.kept else base[n]
            yield yours.gap if mine.gap == old.gap else mine.gap
            yield yours.text if mine.text == old.text else mine.text
        for n, token in enumerate(change.new):
            stood = (one.kept.get(change.start) or other.kept.get(change.start)) if not n else None
            yield stood.gap if stood and token.gap == base[change.start].gap else token.gap
            yield token.text
        at = change.end


def _meet(one: Change, other: Change) -> bool:
    """Whether two changes touch: then their order, or what they mean together, is for a person to say."""
    return one.start <= other.end and other.start <= one.end


def _has(side: Version, change: Change) -> bool:
    """Whether a side has made this change of the other one too."""
    if any(own == change for own in side.changes):
        return True
    gone = all(n not in side.kept for n in range(change.start, change.end))
    return gone and bool(change.new) and any(_holds(own.new, change.new) for own in side.changes)


def _holds(tokens: Sequence[Token], part: Sequence[Token]) -> bool:
    return any(tokens[n : n + len(part)] == tuple(part) for n in range(len(tokens) - len(part) + 1))


def _reindents(base: Sequence[Token], side: Version) -> bool:
    return any(
        "\n" in base[n].gap and "\n" in token.gap and _indent(base[n]) != _indent(token)
        for n, token in side.kept.items()
    )


def _indent(token: Token) -> str:
    return token.gap.rpartition("\n")[2]
