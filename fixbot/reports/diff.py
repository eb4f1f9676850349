"""Unified diffs that `git apply` takes, byte for byte, and the overview that stands above them."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from fixbot.escapes import visible

STAT_WIDTH = 40
"""The longest row of + and - in an overview."""
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class Change:
    """The bytes of one file before (None: there was none) and after."""

    path: str
    old: bytes | None
    new: bytes


def unified_diff(change: Change) -> bytes:
    """The change as a patch below the analysed folder, in the file's own encoding."""
    before = b"/dev/null" if change.old is None else _name("a", change.path)
    lines = difflib.diff_bytes(
        difflib.unified_diff, _lines(change.old or b""), _lines(change.new), before, _name("b", change.path)
    )
    return b"".join(
        line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines
    )


def coloured(diff: bytes) -> Iterator[Text]:
    """The lines of a diff for a terminal."""
    for line in diff.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"):
        heading = line.startswith(("--- ", "+++ "))
        yield Text(
            visible(line.replace("\t", "    ").removesuffix("\r")),
            "bold" if heading else _STYLES.get(line[:1], ""),
        )


def stat(changes: Iterable[Change]) -> Iterator[Text]:
    """One line for each change: its path, how many lines came and went, and a row that pictures it."""
    counted = [(visible(change.path), *_counts(change)) for change in changes]
    width = max((len(name) for name, _, _ in counted), default=0)
    most = max((added + removed for _, added, removed in counted), default=0)
    for name, added, removed in counted:
        scale = min(1.0, STAT_WIDTH / most)
        row = Text(f" {name:<{width}} | {added + removed:>4} ")
        row.append("+" * _scaled(added, scale), "green").append("-" * _scaled(removed, scale), "red")
        yield row


def _counts(change: Change) -> tuple[int, int]:
    """How many lines were added and removed."""
    lines = list(
        difflib.diff_bytes(difflib.unified_diff, _lines(change.old or b""), _lines(change.new), n=0)
    )[2:]
    return sum(line.startswith(b"+") for line in lines), sum(line.startswith(b"-") for line in lines)


def _scaled(count: int, scale: float) -> int:
    return max(round(count * scale), 1) if count else 0


def _lines(data: bytes) -> list[bytes]:
    """Lines as git counts them, which is at LF only."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _name(side: str, path: str) -> bytes:
    """A path as git writes it: quoted like a C string when it holds anything unusual, closed by a tab after a blank."""
    raw = os.fsencode(f"{side}/{path}")
    if all(0x20 <= byte < 0x7F and byte not in b'"\\' for byte in raw):
        return raw + (b"\t" if b" " in raw else b"")
    quoted = (b"\\%c" % b if b in b'"\\' else b"%c" % b if 0x20 <= b < 0x7F else b"\\%03o" % b for b in raw)
    return b'"%s"' % b"".join(quoted)
