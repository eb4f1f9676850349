"""`# fixbot: ignore[codemod, …] reason` in the analysed code: on the line of a finding, or alone on the line above."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fixbot.model import FileError, Finding
from fixbot.project.project import Project
from fixbot.project.source import Source

_COMMENT = re.compile(r"#\s*fixbot:\s*ignore\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: the line it stands on, the line it speaks of, and one codemod id."""

    path: str
    comment_line: int
    line: int
    codemod: str


@dataclass(frozen=True)
class Suppressions:
    """All suppression comments of a project."""

    entries: frozenset[Suppression]

    @classmethod
    def of(cls, project: Project) -> Suppressions:
        sources = (s for s in project.sources.values() if "fixbot:" in s.text)
        return cls(frozenset(entry for source in sources for entry in _read(source)))

    def covers(self, finding: Finding) -> bool:
        return any(_matches(entry, finding) for entry in self.entries)

    def unused(self, findings: Iterable[Finding], ran: set[str]) -> Iterator[FileError]:
        """Comments that suppress nothing; those for codemods that did not run are not judged."""
        found = list(findings)
        for entry in sorted(self.entries, key=lambda e: (e.path, e.comment_line, e.codemod)):
            if entry.codemod in ran and not any(_matches(entry, finding) for finding in found):
                yield FileError(
                    entry.path,
                    entry.comment_line,
                    f"`fixbot: ignore[{entry.codemod}]` suppresses nothing; remove it",
                )


def _matches(entry: Suppression, finding: Finding) -> bool:
    return (
        entry.path == finding.path
        and entry.codemod == finding.codemod
        and finding.span.line <= entry.line <= finding.span.end_line
    )


def _read(source: Source) -> Iterator[Suppression]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source.text, newline="").readline))
    except (tokenize.TokenError, SyntaxError):
        return
    for token in tokens:
        match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match:
            line = token.start[0]
            alone = not token.line[: token.start[1]].strip()
            for codemod in match.group(1).split(","):
                yield Suppression(source.path, line, line + 1 if alone else line, codemod.strip())
