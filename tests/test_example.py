"""The example application, from finding to proof: every instance found, fixed rightly, and its own tests still passing."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from codemods import ALL
from fixbot import catalogue, engine, example
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from tests.examples import Outcome, changed_lines, imports_alone, run_python, run_tests, statement_lines

ROOT = example.location()
EXPECTED = tomllib.loads((ROOT / "expected.toml").read_text(encoding="utf-8"))
CODEMODS = {codemod.id: codemod for codemod in ALL}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a repository, its conflict resolved."""
    return example.build_repository(tmp_path_factory.mktemp("example") / "genmedia", conflicted=False)


@pytest.fixture(scope="module")
def findings(repository: Path) -> list[Finding]:
    project = Project.open(repository, catalogue.builtin())
    try:
        checked = engine.check(project, ALL)
        assert not checked.errors
        return [f for f in checked.findings if f.path.startswith("app/")]
    finally:
        project.close()


def line_of(entry: dict[str, str]) -> int:
    """The line where an anchor of `expected.toml` begins."""
    text = (ROOT / entry["path"]).read_text(encoding="utf-8")
    assert text.count(entry["anchor"]) == 1, entry
    return text[: text.index(entry["anchor"])].count("\n") + 1


def places(kind: str) -> list[object]:
    """The entries of one kind for codemods that exist, as parameters with readable ids."""
    return [
        pytest.param(entry, id=f"{entry['codemod']}-{Path(entry['path']).stem}-{line_of(entry)}")
        for entry in EXPECTED[kind]
        if entry["codemod"] in CODEMODS and not entry.get("conflicted")
    ]


@pytest.mark.parametrize("entry", [p for p in places("expected") if not p.values[0].get("optional")])  # type: ignore[attr-defined]
def test_every_instance_is_found_at_its_line(entry: dict[str, str], findings: list[Finding]) -> None:
    found = {(f.codemod, f.path, f.span.line) for f in findings}
    assert (entry["codemod"], entry["path"], line_of(entry)) in found


@pytest.mark.parametrize("entry", places("untouched"))
def test_near_misses_are_left_alone(entry: dict[str, str], findings: list[Finding]) -> None:
    here = [
        f
        for f in findings
        if (f.codemod, f.path, f.span.line) == (entry["codemod"], entry["path"], line_of(entry))
    ]
    if entry.get("may_report"):
        assert all(f.safety is not Safety.SAFE for f in here)
    else:
        assert not here


def test_nothing_else_is_found(findings: list[Finding]) -> None:
    named = {
        (entry["codemod"], entry["path"], line_of(entry))
        for kind in ("expected", "untouched")
        for entry in EXPECTED[kind]
        if not entry.get("conflicted")
    }
    assert [f for f in findings if (f.codemod, f.path, f.span.line) not in named] == []


# --- after apply --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def before(repository: Path) -> Outcome:
    return run_tests(repository)


def applied_copy(repository: Path, destination: Path, codemods: tuple[str, ...]) -> dict[str, str]:
    """A copy of the repository with these codemods applied (safe and review); the new texts by path."""
    subprocess.run(["git", "clone", "-q", str(repository), str(destination)], check=True)
    project = Project.open(destination, catalogue.builtin())
    try:
        applied = engine.apply(
            project, [CODEMODS[c] for c in codemods], {Safety.SAFE, Safety.REVIEW}, line_length=100
        )
        assert not applied.refused
        again = engine.apply(applied.project, [CODEMODS[c] for c in codemods], {Safety.SAFE, Safety.REVIEW})
        assert again.texts == {}, "a second run changes something"
    finally:
        project.close()
    for path, text in applied.texts.items():
        (destination / path).write_text(text, encoding="utf-8")
    return applied.texts


RUNS = [*((codemod,) for codemod in CODEMODS), tuple(CODEMODS)]
PAGES = """
def test_pages(client, firestore_db):
    for number in range(3):
        assert client.post("/workflows", json={"name": f"Workflow {number}"}).status_code == 201
    whole = client.get("/workflows").json()["workflows"]
    first = client.get("/workflows", params={"limit": 2}).json()
    rest = client.get("/workflows", params={"limit": 2, "start_after": first["next_cursor"]}).json()
    assert first["workflows"] + rest["workflows"] == whole
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert client.get("/workflows", params={"start_after": "nobody"}).status_code == 400
    other = {**firestore_db.collection("workflows").document(whole[0]["id"]).get().to_dict(), "user_id": "other"}
    firestore_db.collection("workflows").document("theirs").set(other)
    assert client.get("/workflows", params={"start_after": "theirs"}).status_code == 400
"""
"""What the example's own tests do not ask for: the pages that pagination adds."""


@pytest.mark.parametrize("codemods", RUNS, ids=["+".join(run) if len(run) == 1 else "all" for run in RUNS])
def test_the_same_tests_pass_after_apply(
    codemods: tuple[str, ...],
    repository: Path,
    findings: list[Finding],
    before: Outcome,
    tmp_path: Path,
) -> None:
    texts = applied_copy(repository, tmp_path / "after", codemods)
    can_be_fixed = {f.codemod for f in findings if f.safety is not Safety.REPORT}
    assert bool(texts) == (not can_be_fixed.isdisjoint(codemods))
    if not texts:
        return
    has_pages = "pagination" in codemods
    if has_pages:
        (tmp_path / "after" / "tests/test_pages.py").write_text(PAGES, encoding="utf-8")
    after = run_tests(tmp_path / "after")
    assert before.passed > 50
    assert after.failed == before.failed
    assert after.passed == before.passed + has_pages
    for path, text in texts.items():
        if path.startswith("app/") and (repository / path).exists():  # else its codemod's tests run it
            old = (repository / path).read_text(encoding="utf-8")
            unrun = changed_lines(old, text) & statement_lines(text) - after.executed[path]
            assert not unrun, f"{path}: no test runs the rewritten lines {sorted(unrun)}"
    for path in texts:
        if path.startswith("app/"):
            imports_alone(path, tmp_path / "after")


# --- the conflict -------------------------------------------------------------------------------


def test_the_committed_conflict_is_found_and_resolved_as_its_authors_did(
    repository: Path, tmp_path: Path
) -> None:
    broken = example.build_repository(tmp_path / "conflicted")
    path = example.CONFLICTED.as_posix()
    expected = [entry for entry in EXPECTED["expected"] if entry.get("conflicted")]
    text = (broken / path).read_text(encoding="utf-8")
    lines = {text[: text.index(entry["anchor"])].count("\n") + 1 for entry in expected}
    project = Project.open(broken, catalogue.builtin())
    try:
        codemod = CODEMODS["merge-conflicts"]
        findings = engine.find(project, codemod)
        assert {f.span.line for f in findings} == lines
        assert {(f.path, f.safety) for f in findings} == {(path, Safety.REVIEW)}
        assert any(
            "`image_config=types.ImageConfig(aspect_ratio=aspect_ratio)`" in f.reason for f in findings
        )
        applied = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW}, line_length=100)
        assert not applied.refused
        assert engine.find(applied.project, codemod) == []
    finally:
        project.close()
    assert applied.texts == {path: (repository / path).read_text(encoding="utf-8")}


def test_the_same_tests_pass_after_apply_on_the_conflicted_history(before: Outcome, tmp_path: Path) -> None:
    """All fixes in one run: the other codemods work on the file that merge-conflicts has made Python again."""
    broken = example.build_repository(tmp_path / "conflicted")
    texts = applied_copy(broken, tmp_path / "after", tuple(CODEMODS))
    assert example.CONFLICTED.as_posix() in texts
    after = run_tests(tmp_path / "after")
    assert before.passed > 50
    assert (after.failed, after.passed) == (before.failed, before.passed)


# --- the event loop ------------------------------------------------------------------------------

WATCHED = '''
import time

import pytest
from blockbuster import BlockingError, blockbuster_ctx
from fake_firestore.client import FakeFirestoreClient
from fake_firestore.document import FakeDocumentReference

from app.config import settings

blocked = []


def waits(function):
    """The same, after a wait as for a network; `blocked` is who waited in the thread of an event loop."""

    def waiting(*args, **kwargs):
        try:
            time.sleep(0.001)
        except BlockingError:
            blocked.append(function.__qualname__)
        return function(*args, **kwargs)

    return waiting


def test_a_workflow_with_20_assets(client, firestore_db, monkeypatch):
    for n in range(20):
        firestore_db.collection(settings.ASSETS_COLLECTION).document(f"a{n}").set({"blob_path": f"{n}.png"})
    nodes = [{"id": str(n), "type": "image", "data": {"assetId": f"a{n}"}} for n in range(20)]
    created = client.post("/workflows", json={"name": "Harbour", "nodes": nodes})
    assert created.status_code == 201
    monkeypatch.setattr(FakeDocumentReference, "get", waits(FakeDocumentReference.get))
    monkeypatch.setattr(FakeFirestoreClient, "get_all", waits(FakeFirestoreClient.get_all))
    with blockbuster_ctx():
        workflow = client.get(f"/workflows/{created.json()['id']}")
    assert len(workflow.json()["asset_urls"]) == 20
    assert blocked == []
'''


def test_the_event_loop_is_blocked_before_and_free_after(repository: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", str(repository), str(tmp_path / "before")], check=True)
    applied_copy(repository, tmp_path / "after", tuple(CODEMODS))
    outcomes = {}
    for state in ("before", "after"):
        (tmp_path / state / "tests/test_watched.py").write_text(WATCHED, encoding="utf-8")
        pytest_command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_watched.py")
        outcomes[state] = run_python(tmp_path / state, dict(os.environ), *pytest_command)
    assert "Left contains 21 more items" in outcomes["before"].stdout  # of `blocked`
    assert outcomes["after"].returncode == 0, outcomes["after"].stdout
