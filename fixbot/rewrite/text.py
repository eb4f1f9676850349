"""Edits of text, for files that cannot be edited as code because they do not parse."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from fixbot.model import TextEdit
from fixbot.project.source import Source


def replaced(source: Source, edits: Iterable[TextEdit]) -> str:
    """The text of a file after edits that do not overlap. A span may end at the line after the last one."""
    starts = [0, *accumulate(map(len, source.lines))]
    text, end = "", 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        first = starts[edit.span.line - 1] + edit.span.column - 1
        text += source.text[end:first] + edit.text
        end = starts[edit.span.end_line - 1] + edit.span.end_column - 1
    return text + source.text[end:]
