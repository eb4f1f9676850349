"""Which functions a fix changes, and which endpoints' handlers are known to run them. Nothing of the target is run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fixbot.project.module import Function, Module
from fixbot.project.project import Project
from fixbot.project.references import References
from fixbot.pulls.model import PlannedFix

_FILE = re.compile(r"--- (?:a/(?P<path>.*)|/dev/null)")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


def touched(fix: PlannedFix, patch: bytes, project: Project) -> frozenset[str]:
    """The functions that a fix changes and all that are known to run them, as `app/routers/x.py:list_games`.

    What it changes outside of functions counts for all functions of that file when it changes nothing else there.
    """
    lines: dict[str, set[int]] = {}
    for path, line in changed_lines(patch):
        lines.setdefault(path, set()).add(line)
    for finding in fix.findings:
        lines.setdefault(finding.path, set()).update(range(finding.line, finding.end_line + 1))
    changed: list[Function] = []
    for path in sorted(lines):
        if module := project.module(path):
            changed += _around(module, lines[path]) or module.functions.values()
    return frozenset(f"{f.module.path}:{f.qualname}" for f in References(project).reaching(changed))


def changed_lines(patch: bytes) -> Iterator[tuple[str, int]]:
    """Path and line, as it was before, of each line that a `git diff` takes away or changes."""
    path, number = "", 0
    for line in patch.decode("utf-8", "replace").split("\n"):
        if found := _HUNK.match(line):
            number = int(found[1])
        elif line.startswith("diff --git "):
            path, number = "", 0
        elif not number:
            if found := _FILE.match(line):
                path = found["path"] or ""
        elif line.startswith("-"):
            if path:
                yield path, number
            number += 1
        elif line.startswith(" "):
            number += 1


def _around(module: Module, lines: set[int]) -> list[Function]:
    """The innermost functions that hold some of these lines, their decorators included."""
    spans = {}
    for node, function in module.functions.items():
        first = min(line.lineno for line in (node, *node.decorator_list))
        spans[function] = range(first, (node.end_lineno or node.lineno) + 1)
    found = (
        min((f for f in spans if n in spans[f]), key=lambda f: len(spans[f]), default=None) for n in lines
    )
    return list(dict.fromkeys(filter(None, found)))
