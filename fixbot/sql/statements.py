"""A script as its statements, and the few facts about one that take no parser."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_SKIPPED = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.S)
_CREATES = re.compile(
    r"CREATE\s+(?P<what>(?:UNIQUE\s+)?INDEX|VIRTUAL\s+TABLE|(?:TEMP(?:ORARY)?\s+)?(?:TABLE|VIEW))\s+"
    r"(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?:main\s*\.\s*)?(?P<quote>[\"`\[]?)(?P<name>\w+)",
    re.I,
)
_CHANGES = re.compile(
    r"CREATE\s+(?:\S+\s+)*?INDEX\b.*?\bON\s+(?:ONLY\s+)?(?P<indexed>[^\s(;]+)"
    r"|(?:ALTER|CREATE)\s+(?:\S+\s+)*?TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?(?P<table>[^\s(;]+)",
    re.I | re.S,
)
_INSERTS = re.compile(r"(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO\s+(?P<quote>[\"`\[]?)(?P<table>\w+)", re.I)


def split(script: str) -> Iterator[tuple[int, str]]:
    """Each statement without what stands before it, and where it begins; its `;` belongs to it."""
    start = 0
    for end in _ends(script):
        begin = start + len(_SKIPPED.match(script[start:end]).group())  # type: ignore[union-attr]
        if begin < end:
            yield begin, script[begin:end]
        start = end


def _ends(script: str) -> Iterator[int]:
    """Where statements end: SQLite knows strings, comments and the bodies of triggers."""
    start = 0
    for found in re.finditer(";", script):
        if sqlite3.complete_statement(script[start : found.end()]):
            yield found.end()
            start = found.end()
    if script[start:].strip():
        yield len(script)


def created(statement: str) -> re.Match[str] | None:
    """What a CREATE statement makes: the groups `what`, `unless` ("" without IF NOT EXISTS) and `name`."""
    return _CREATES.match(statement)


def changed(statement: str) -> str:
    """The table that a CREATE or ALTER statement makes, changes or indexes, also where SQLite cannot run it; "?" if unknown."""
    found = _CHANGES.match(statement)
    name = ((found["indexed"] or found["table"]) if found else "").strip("\"`[]'")
    name = name.rpartition(".")[2].strip("\"`[]'")
    return name if re.fullmatch(r"\w+", name) else "?"


def added_column(statement: str) -> tuple[str, str]:
    """Table and column, in lower case, that an ALTER TABLE adds; "?" for what is not known, "" if it adds none."""
    found = re.match(r"ALTER\s+TABLE\s+\S+\s+ADD\s+(?:COLUMN\s+)?(?P<column>\S+)", statement, re.I)
    if not found:
        return "", ""
    column = found["column"].strip("\"`[]'").lower()
    return changed(statement).lower(), column if re.fullmatch(r"\w+", column) else "?"


def inserted_into(statement: str) -> str:
    """The table that an INSERT fills, or ""."""
    found = _INSERTS.match(statement)
    return found["table"] if found else ""


def without_comments(statement: str) -> str:
    return _COMMENT.sub(" ", statement)
