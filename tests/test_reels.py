"""The example on SQLite: every instance found, near misses left alone, and its own tests still passing."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codemods import ALL
from fixbot import catalogue, engine, example
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from tests.examples import Outcome, changed_lines, imports_alone, run_python, run_tests, statement_lines

ROOT = example.location("reels")
EXPECTED = tomllib.loads((ROOT / "expected.toml").read_text(encoding="utf-8"))
CODEMODS = {codemod.id: codemod for codemod in ALL}
NOT_COPIED = shutil.ignore_patterns("expected.toml", "__pycache__", ".*_cache", "data")


@pytest.fixture(scope="module")
def findings() -> Iterator[list[Finding]]:
    project = Project.open(ROOT, catalogue.builtin())
    try:
        checked = engine.check(project, ALL)
        assert not checked.errors
        yield list(checked.findings)
    finally:
        project.close()


def line_of(entry: dict[str, Any]) -> int:
    """The line where an anchor of `expected.toml` begins."""
    text = (ROOT / entry["path"]).read_text(encoding="utf-8")
    assert text.count(entry["anchor"]) == 1, entry
    return text[: text.index(entry["anchor"])].count("\n") + 1


def places(kind: str) -> list[Any]:
    """The entries of one kind for codemods that exist, as parameters with readable ids."""
    return [
        pytest.param(entry, id=f"{entry['codemod']}-{Path(entry['path']).stem}-{line_of(entry)}")
        for entry in EXPECTED[kind]
        if entry["codemod"] in CODEMODS
    ]


@pytest.mark.parametrize("entry", [p for p in places("expected") if not p.values[0].get("optional")])
def test_every_instance_is_found_at_its_line(entry: dict[str, Any], findings: list[Finding]) -> None:
    place = (entry["codemod"], entry["path"], line_of(entry))
    here = [f for f in findings if (f.codemod, f.path, f.span.line) == place]
    assert here
    assert {f.safety for f in here} == {entry.get("safety", here[0].safety)}


@pytest.mark.parametrize("entry", places("untouched"))
def test_near_misses_are_left_alone(entry: dict[str, Any], findings: list[Finding]) -> None:
    place = (entry["codemod"], entry["path"], line_of(entry))
    here = [f for f in findings if (f.codemod, f.path, f.span.line) == place]
    if entry.get("may_report"):
        assert all(f.safety is not Safety.SAFE for f in here)
    else:
        assert not here


def test_nothing_else_is_found(findings: list[Finding]) -> None:
    named = {
        (entry["codemod"], entry["path"], line_of(entry))
        for kind in ("expected", "untouched")
        for entry in EXPECTED[kind]
    }
    assert [f for f in findings if (f.codemod, f.path, f.span.line) not in named] == []


# --- after apply --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run_tests(copied(tmp_path_factory.mktemp("reels") / "before"))


def copied(destination: Path) -> Path:
    return shutil.copytree(ROOT, destination, ignore=NOT_COPIED)


def applied_copy(destination: Path, codemods: tuple[str, ...]) -> dict[str, str]:
    """A copy of the example with these codemods applied (safe and review); the new texts by path."""
    project = Project.open(copied(destination), catalogue.builtin())
    chosen, wanted = [CODEMODS[c] for c in codemods], {Safety.SAFE, Safety.REVIEW}
    try:
        applied = engine.apply(project, chosen, wanted, line_length=100)
        assert not applied.refused
        assert engine.apply(applied.project, chosen, wanted).texts == {}, "a second run changes something"
    finally:
        project.close()
    for path, text in applied.texts.items():
        (destination / path).write_text(text, encoding="utf-8")
    return applied.texts


FIXABLE = {
    e["codemod"] for e in EXPECTED["expected"] if e.get("safety") != "report" and not e.get("optional")
}
RUNS = [*((codemod,) for codemod in CODEMODS if codemod in FIXABLE), tuple(CODEMODS)]


@pytest.mark.parametrize("codemods", RUNS, ids=["+".join(run) if len(run) == 1 else "all" for run in RUNS])
def test_the_same_tests_pass_after_apply(codemods: tuple[str, ...], before: Outcome, tmp_path: Path) -> None:
    texts = applied_copy(tmp_path / "after", codemods)
    assert texts
    after = run_tests(tmp_path / "after")
    assert (len(before.failed), before.passed) == (0, 31)
    assert (after.failed, after.passed) == (before.failed, before.passed)
    for path, text in texts.items():
        if path.startswith("app/") and (ROOT / path).exists():  # else its codemod's tests run it
            unrun = changed_lines((ROOT / path).read_text("utf-8"), text) & statement_lines(text)
            unrun -= after.executed[path]
            assert not unrun, f"{path}: no test runs the rewritten lines {sorted(unrun)}"
        if path.startswith("app/"):
            imports_alone(path, tmp_path / "after")


COUNTED = """
import re

import app.database
from app.main import app as api
from fastapi.testclient import TestClient
from scripts.seed import fill

fill(20)
ran, connect = [], app.database.connect


def traced():
    db = connect()
    db.set_trace_callback(ran.append)
    return db


app.database.connect = traced
with TestClient(api) as client:
    for path in ("games", "clips", "projects"):
        ran.clear()
        answer = client.get(f"/api/{path}")
        print(path, len(ran), hash(re.sub('"created_at":"[^"]*"', "", answer.text)))
with traced() as db:
    for query in ("SELECT coach FROM sessions WHERE token = 'x'", "SELECT id FROM annotations WHERE game_id = 1"):
        print(db.execute(f"EXPLAIN QUERY PLAN {query}").fetchone()["detail"].partition(" USING ")[0])
"""


def test_the_counts_fall_and_the_answers_stay(tmp_path: Path) -> None:
    """20 games with 4 clips each: a query for each row before, one for all of them after; what is left counts."""
    copied(tmp_path / "before")
    applied_copy(tmp_path / "after", ("batch-reads", "sql-indexes"))
    shown = {}
    for state in ("before", "after"):
        environment = {**os.environ, "PYTHONHASHSEED": "0", "REELS_DATA": str(tmp_path / state / "data")}
        done = run_python(tmp_path / state, environment, "-c", COUNTED)
        assert done.returncode == 0, done.stderr
        shown[state] = [line.split() for line in done.stdout.splitlines()]
    assert [line[:2] for line in shown["before"]] == [
        ["games", "21"], ["clips", "81"], ["projects", "5"], ["SCAN", "sessions"], ["SCAN", "annotations"],
    ]  # fmt: skip
    assert [line[:2] for line in shown["after"]] == [
        ["games", "2"], ["clips", "2"], ["projects", "5"], ["SEARCH", "sessions"], ["SEARCH", "annotations"],
    ]  # fmt: skip
    assert [line[2:] for line in shown["before"]] == [line[2:] for line in shown["after"]]
