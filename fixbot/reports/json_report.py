"""The JSON report: a contract for programs. Keys are added with a new `version`, never changed or removed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fixbot.engine import Checked
from fixbot.model import FileError, Finding

VERSION = 1


def json_report(checked: Checked) -> str:
    """The report as text: ASCII, so that any encoding of a terminal or file carries it."""
    report = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in checked.findings],
        "errors": _errors(checked.errors),
        "files": {"scanned": checked.scanned, "parsed": checked.parsed},
        "suppressions": {"used": len(checked.suppressed), "unused": _errors(checked.unused_suppressions)},
    }
    return json.dumps(report, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "codemod": finding.codemod,
        "path": finding.path,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "message": finding.message,
        "severity": finding.severity,
        "category": finding.category,
        "safety": finding.safety,
        "reason": finding.reason,
        "fingerprint": finding.fingerprint,
        "cost": {what: dict(sides) for what, sides in finding.cost.items()},
    }


def _errors(errors: Iterable[FileError]) -> list[dict[str, Any]]:
    return [{"path": error.path, "line": error.line, "message": error.message} for error in errors]
