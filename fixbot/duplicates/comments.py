"""The comments of a file: by line, above a statement, inside it."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Mapping
from functools import lru_cache

from fixbot.project.source import Source

_DIRECTIVE = re.compile(
    r"#\s*(?:noqa|type:|pylint:|pragma:|pyright:|nosec|isort:|ruff:|fmt:|mypy:|fixbot:)", re.I
)
"""What is said to a tool about one line means nothing without that line."""


@lru_cache(maxsize=32)
def comments_of(source: Source) -> Mapping[int, str]:
    """The comment on each line that has one."""
    try:
        tokens = list(tokenize.generate_tokens(iter(source.lines).__next__))
    except (tokenize.TokenError, SyntaxError):  # stranger than `ast` minds: better too many than too few
        return {number: line.strip() for number, line in enumerate(source.lines, 1) if "#" in line}
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def lines_above(source: Source, first: int) -> list[str]:
    """The blank lines ("") and comments between the code before line `first` and that line, from the top."""
    lines, number = source.lines, first
    indent = indentation(lines[first - 1])
    while number > 1 and _has_no_code(lines[number - 2]) and indentation(lines[number - 2]) <= indent:
        number -= 1
    return [line.strip() for line in lines[number - 1 : first - 1]]


def comments_inside(source: Source, first: int, last: int) -> list[str]:
    """Comments on these lines, and on more deeply indented ones right below, which end a statement's own block.

    A directive for one line is left out.
    """
    lines, found = source.lines, comments_of(source)
    below = last
    while below < len(lines) and _has_no_code(lines[below]):
        below += 1
        if indentation(lines[below - 1]) > indentation(lines[first - 1]):
            last = below
    return [
        found[number]
        for number in range(first, last + 1)
        if number in found and (_has_no_code(lines[number - 1]) or not _DIRECTIVE.match(found[number]))
    ]


def _has_no_code(line: str) -> bool:
    return line.lstrip(" \t\f")[:1] in ("#", "\r", "\n", "")


def indentation(line: str) -> int:
    """How far a line is indented; a blank one not at all."""
    return len(line) - len(line.lstrip(" \t\f")) if line.strip() else 0
