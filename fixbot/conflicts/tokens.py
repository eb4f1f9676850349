"""The words of a piece of Python that need not parse, and how one version of it became another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

_STRING = r"""
    [rRbBuUfF]{0,2}
    (?: \"\"\" (?: [^\\] | \\. )*? \"\"\" | ''' (?: [^\\] | \\. )*? '''
      | " (?: [^"\\\n] | \\. )* " | ' (?: [^'\\\n] | \\. )* ' )
"""
_WORD = re.compile(
    rf"(?P<gap> (?: \s | \\\n )* ) (?P<text> {_STRING} | \#[^\n]* | \w+ | \*\*=? | //=? | -> | := | [<>=!]= | [-+*/%&|^@]= | \.\.\. | . | \Z )",
    re.X | re.S,
)
_QUOTED = re.compile(r"([rRbBuUfF]{0,2})('|\")([^'\"\\]*)\2")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, string, comment or sign. Two are equal that mean the same, however they are laid out or quoted."""

    key: str
    text: str = field(compare=False)
    gap: str = field(compare=False)
    """White space before it, line ends included."""


def tokens_of(lines: Sequence[str]) -> tuple[Token, ...]:
    text = "".join(f"{line}\n" for line in lines)
    found = (match for match in _WORD.finditer(text) if match["text"])
    return tuple(Token(_key(match["text"]), match["text"], match["gap"]) for match in found)


def keys_of(lines: Sequence[str]) -> tuple[str, ...]:
    """What lines say, whatever their layout. A comma may follow the last element or not."""
    keys = [token.key for token in tokens_of(lines)]
    closing = [*keys[1:], ""][: len(keys)]
    return tuple(
        key for key, after in zip(keys, closing, strict=True) if key != "," or after not in (")", "]", "}")
    )


@dataclass(frozen=True, slots=True)
class Change:
    """The tokens [start, end) of the base, and what a side has in their place."""

    start: int
    end: int
    new: tuple[Token, ...]


@dataclass(frozen=True)
class Version:
    """One side's tokens beside those of the base: what it kept, and what it changed."""

    kept: dict[int, Token]
    """By their place in the base."""
    changes: tuple[Change, ...]
    whole: tuple[Token, ...]


def version(base: Sequence[Token], side: Sequence[Token]) -> Version:
    kept: dict[int, Token] = {}
    changes: list[Change] = []
    for tag, i, j, k, m in SequenceMatcher(None, base, side, autojunk=False).get_opcodes():
        if tag == "equal":
            kept |= {i + n: side[k + n] for n in range(j - i)}
        else:
            changes.append(Change(i, j, tuple(side[k:m])))
    return Version(kept, tuple(changes), tuple(side))


def _key(text: str) -> str:
    if quoted := _QUOTED.fullmatch(text):
        return f'{quoted[1].lower().replace("u", "")}"{quoted[3]}"'
    return text
