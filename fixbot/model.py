"""The nouns that all parts share: small frozen dataclasses, no behaviour beyond their own fields."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

import libcst as cst


class Safety(StrEnum):
    """How far a rewrite can be trusted, decided for each place (never for a codemod as a whole)."""

    SAFE = "safe"
    """Behaviour is preserved, under conditions that were checked here."""
    REVIEW = "review"
    """There is an edit, and a named difference that a person must accept."""
    REPORT = "report"
    """No edit; the reason says why."""


class Severity(StrEnum):
    """How much it matters: the severities of the performance report."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of source. Lines and columns count from 1, columns in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def overlaps(self, other: Span) -> bool:
        return (self.line, self.column) < (other.end_line, other.end_column) and (
            other.line,
            other.column,
        ) < (self.end_line, self.end_column)


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """`import module` (name empty) or `from module import name`, at the top of a file."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """Top-level code that an edit needs, in `path` (created when missing), once per `name`.

    It stands after the top-level definition `after`, or before what binds the top-level name `before`, or
    after the imports when both are "". Where the name is there already, or several findings need it, `join` makes one definition of two; without
    it they must be the same.
    """

    path: str
    name: str
    code: str
    after: str = ""
    imports: tuple[Import, ...] = ()
    join: Callable[[str, str], str] | None = None
    before: str = ""


Replacement: TypeAlias = cst.CSTNode | cst.FlattenSentinel[Any] | cst.RemovalSentinel
"""What a change may give back: one node, several in its place, or its removal."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Change the one node of type `kind` that starts (and, for expressions, ends) at `span` in `path`.

    `change` is pure: it gets the LibCST node, inner edits already applied, and returns what takes
    its place. `imports` and `definitions` are what the result uses; `drops` are names whose import
    may go if nothing in the file uses them any more.
    """

    path: str
    span: Span
    kind: type[cst.CSTNode]
    change: Callable[[Any], Replacement]
    imports: tuple[Import, ...] = ()
    definitions: tuple[Definition, ...] = ()
    drops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Put `text` in the place of what stands at `span` in `path`, a Python file that need not parse before.

    Where it does not, the new text may use names that nothing defines only if they are in `undefined`.
    """

    path: str
    span: Span
    text: str
    undefined: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where an anti-pattern stands."""

    codemod: str
    path: str
    span: Span
    message: str
    severity: Severity
    category: str
    safety: Safety
    reason: str = ""
    edits: tuple[Edit | TextEdit, ...] = field(default=(), compare=False)
    cost: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    context: str = ""
    """Qualified name of the enclosing definition, "" at module level."""
    matched: str = ""
    """The matched code, normalised: white space and comments do not count."""
    ordinal: int = 0
    """Counts equals (same codemod, path, context and matched) from the top."""

    @property
    def fingerprint(self) -> str:
        """Stays the same when lines move or other places of the function are fixed."""
        parts = (self.codemod, self.path, self.context, self.matched, str(self.ordinal))
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class FileError:
    """A file that could not be read, parsed or rewritten; the run goes on without it."""

    path: str
    line: int
    message: str
