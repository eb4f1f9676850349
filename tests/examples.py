"""Runs the tests of an example application, and says which of its lines they run."""

from __future__ import annotations

import ast
import difflib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Outcome:
    """What the example's own tests say: failing tests by name, and the executed lines of each file."""

    failed: frozenset[str]
    passed: int
    executed: dict[str, set[int]]


def run_tests(folder: Path) -> Outcome:
    """Run the example's tests in a process of their own, measuring which lines run."""
    data, report = folder / ".coverage-of-fixbot", folder / "outcome.xml"
    environment = {**os.environ, "COVERAGE_FILE": str(data), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["SLOW_REQUEST_SECONDS"] = "0"  # what is added for slow requests runs for all
    pytest_command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    run_python(folder, environment, "-m", "coverage", "run", "--source=app", *pytest_command)
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = {
        f"{c.get('classname')}.{c.get('name')}"
        for c in cases
        if c.find("failure") is not None or c.find("error") is not None
    }
    coverage = run_python(folder, environment, "-m", "coverage", "json", "-q", "-o", "-")
    data.unlink()
    report.unlink()
    files = json.loads(coverage.stdout)["files"]
    executed = {path: set(entry["executed_lines"]) for path, entry in files.items()}
    return Outcome(frozenset(failed), len(cases) - len(failed), executed)


def run_python(
    folder: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def changed_lines(old: str, new: str) -> set[int]:
    """Lines of `new` that are not in `old`."""
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    return {
        line + 1
        for tag, _, _, start, end in matcher.get_opcodes()
        if tag in ("insert", "replace")
        for line in range(start, end)
    }


def statement_lines(text: str) -> set[int]:
    """Lines on which a statement starts that does something (coverage counts no others)."""
    handlers = {
        inner.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        for inner in (node, *node.body)
    }
    return {
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt)
        and not isinstance(node, ast.Global | ast.Nonlocal)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    } - handlers


def imports_alone(path: str, folder: Path) -> None:
    """Import one module first, in a fresh interpreter: an import cycle shows only then."""
    module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    run = run_python(folder, dict(os.environ), "-c", f"import {module}")
    assert run.returncode == 0, f"import {module}: {run.stderr}"
