"""merge-conflicts: conflicts committed in real little repositories, and files that only look like it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codemods import duplicate_blocks, merge_conflicts
from fixbot import catalogue, engine
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from fixbot.testing import findings_of, rewritten, untouched
from tests.repositories import Repository, conflicted

CODEMOD = merge_conflicts.codemod
BASE = "import os\n\n\ndef path(name):\n    return os.path.join('/srv', name, 'log')\n"
OURS = BASE.replace("/srv", "/data")
THEIRS = BASE.replace(", 'log'", "")
WOVEN = OURS.replace(", 'log'", "")


@contextmanager
def opened(root: Path) -> Iterator[Project]:
    project = Project.open(root, catalogue.builtin())
    try:
        yield project
    finally:
        project.close()


def found(root: Path) -> list[Finding]:
    with opened(root) as project:
        return engine.find(project, CODEMOD)


def repaired(root: Path, path: str = "app.py") -> str:
    """The file after the fixes, which must come to rest; the findings must be for review."""
    with opened(root) as project:
        assert {f.safety for f in engine.find(project, CODEMOD)} == {Safety.REVIEW}
        applied = engine.apply(project, [CODEMOD], {Safety.SAFE, Safety.REVIEW})
        assert not applied.refused
        assert engine.find(applied.project, CODEMOD) == []
        ast.parse(applied.texts[path])
        return applied.texts[path]


def left(root: Path, reason: str) -> list[Finding]:
    """The findings, none of which may change anything, for this reason."""
    with opened(root) as project:
        findings = engine.find(project, CODEMOD)
        applied = engine.apply(project, [CODEMOD], {Safety.SAFE, Safety.REVIEW})
        assert applied.texts == {}
        assert findings
        assert {f.safety for f in findings} == {Safety.REPORT}
        assert any(reason in f.reason for f in findings), [f.reason for f in findings]
        return findings


def block(ours: str, theirs: str, base: str | None = None, size: int = 7) -> str:
    middle = "" if base is None else f"{'|' * size} base\n{base}"
    return f"{'<' * size} HEAD\n{ours}{middle}{'=' * size}\n{theirs}{'>' * size} feature\n"


# --- resolved from the file alone -------------------------------------------------------------------------


def test_both_sides_say_the_same() -> None:
    rewritten(CODEMOD, block("x = 1\n", "x = 1\n"), "x = 1\n")


def test_both_sides_say_the_same_but_for_blanks() -> None:
    rewritten(CODEMOD, block("x = 1\n\ny = 2  \n", "x = 1\ny = 2\n"), "x = 1\ny = 2\n")


def test_a_blank_line_in_a_string_is_not_nothing() -> None:
    untouched(CODEMOD, "x = '''\n" + block("a\n\nb\n", "a\nb\n") + "'''\n")


def test_one_side_is_what_was_there_before() -> None:
    rewritten(CODEMOD, block("x = 1\n", "x = 2\n", "x = 1\n"), "x = 2\n", safety=Safety.REVIEW)


def test_both_changed_what_was_there_before() -> None:
    untouched(CODEMOD, block("x = 3\n", "x = 2\n", "x = 1\n"), reason="only a person")


def test_without_a_base_no_side_is_chosen() -> None:
    untouched(CODEMOD, block("x = 1\n", "x = 2\n"), reason="only a person")


def test_imports_are_joined() -> None:
    rewritten(
        CODEMOD,
        block(
            "import os\nfrom typing import Any\n",
            "import os\nimport re\nfrom typing import cast\n",
            "import os\n",
        )
        + "print(os, re, Any, cast)\n",
        "import os\nfrom typing import Any, cast\nimport re\nprint(os, re, Any, cast)\n",
        safety=Safety.REVIEW,
    )


def test_an_import_that_one_side_took_out_stays_out() -> None:
    rewritten(
        CODEMOD,
        block("import os\nimport re\nimport sys\n", "import re\n", "import os\nimport re\n")
        + "print(re, sys)\n",
        "import re\nimport sys\nprint(re, sys)\n",
        safety=Safety.REVIEW,
    )


def test_an_import_that_one_side_took_out_and_the_file_uses() -> None:
    untouched(
        CODEMOD,
        block("import os\nimport re\nimport sys\n", "import re\n", "import os\nimport re\n")
        + "print(os, re, sys)\n",
        reason="only a person",
    )


def test_one_name_imported_from_two_places() -> None:
    untouched(
        CODEMOD,
        block("from json import loads\n", "from tomllib import loads\n", "import os\n") + "loads('')\n",
        reason="only a person",
    )


def test_a_package_that_one_side_has_moved() -> None:
    untouched(
        CODEMOD,
        block("from app.old import a, c\n", "from app.new import a, b\n", "from app.old import a, b\n")
        + "print(a, b, c)\n",
        reason="only a person",
    )


def test_definitions_of_both_sides() -> None:
    one, two = "def one():\n    return 1\n", "def two():\n    return 2\n"
    rewritten(CODEMOD, block(one, two, ""), f"{one}\n\n{two}", safety=Safety.REVIEW)


def test_definitions_of_the_same_name() -> None:
    one, two = "def one():\n    return 1\n", "def one():\n    return 2\n"
    untouched(CODEMOD, block(one, two, ""), reason="only a person")


def test_definitions_that_register_something() -> None:
    one, two = "@app.get('/a')\ndef one():\n    return 1\n", "@app.get('/a')\ndef two():\n    return 2\n"
    untouched(CODEMOD, "app = print\n" + block(one, two, ""), reason="only a person")


def test_definitions_that_go_on_below() -> None:
    one, two = "def one():\n    x = 1\n", "def two():\n    x = 2\n"
    untouched(CODEMOD, block(one, two, "") + "    return x\n", reason="only a person")


def test_changes_of_different_words_are_woven() -> None:
    rewritten(
        CODEMOD,
        "f = x = y = print\n" + block("f(x, 'b', y, z=1)\n", "f(x, 'a', y)\n", "f(x, 'a', y, z=1)\n"),
        "f = x = y = print\nf(x, 'b', y)\n",
        safety=Safety.REVIEW,
    )


def test_new_words_beside_inserted_ones_are_not_woven() -> None:
    untouched(
        CODEMOD,
        "f = x = y = print\n" + block("f(x, 'b', y)\n", "f(x, 'a', y, 3)\n", "f(x, 'a', y)\n"),
        reason="only a person",
    )


def test_words_of_one_name_are_not_woven() -> None:
    untouched(
        CODEMOD,
        block("import a.b.x\n", "import z.b.c\n", "import a.b.c\n") + "print(a, z)\n",
        reason="only a person",
    )


def test_one_side_has_every_change_of_the_other() -> None:
    base = "x = 1\ny = 1\nz = 1\n"
    ours, theirs = "x = 2\nz = 1\n", "x = 2\nz = 3\n"
    rewritten(CODEMOD, block(ours, theirs, base), theirs, safety=Safety.REVIEW)


def test_one_side_lacks_a_change_of_the_other() -> None:
    untouched(CODEMOD, block("x = 2\nz = 1\n", "x = 4\nz = 3\n", "x = 1\ny = 1\nz = 1\n"), reason="person")


def test_one_side_holds_all_lines_of_the_other() -> None:
    rewritten(
        CODEMOD,
        "x = {\n" + block("    'a': 1,\n", "    'a': 1,\n    'b': 2,\n") + "}\n",
        "x = {\n    'a': 1,\n    'b': 2,\n}\n",
        safety=Safety.REVIEW,
    )


def test_a_file_is_resolved_as_a_whole_or_not_at_all() -> None:
    text = block("x = 1\n", "x = 1\n") + block("y = 1\n", "y = 2\n")
    untouched(CODEMOD, text, reason="waits for the conflict in line 6")
    untouched(CODEMOD, text, reason="only a person")


@pytest.mark.parametrize("size", [7, 12])
def test_markers_of_any_length(size: int) -> None:
    rewritten(CODEMOD, block("x = 1\n", "x = 1\n", size=size), "x = 1\n")


# --- what only looks like a conflict ----------------------------------------------------------------------


def test_markers_in_a_string() -> None:
    untouched(CODEMOD, 'TEXT = """\n' + block("a\n", "b\n") + '"""\n')


def test_markers_in_a_string_beside_a_conflict() -> None:
    fixture = 'TEXT = """\n' + block("a\n", "b\n") + '"""\n'
    rewritten(CODEMOD, fixture + block("x = 1\n", "x = 1\n"), fixture + "x = 1\n")


def test_an_underline_of_a_heading() -> None:
    untouched(CODEMOD, '"""Usage\n=======\n\nAs <<<<<<< shows.\n"""\n')


def test_a_block_whose_markers_differ_in_length() -> None:
    untouched(
        CODEMOD,
        "<<<<<<< HEAD\nx = 1\n========\nx = 1\n>>>>>>> feature\n",
        reason="do not form whole conflicts",
    )


def test_a_block_in_a_block() -> None:
    text = "<<<<<<< HEAD\n" + block("x = 1\n", "x = 1\n") + "=======\nx = 1\n>>>>>>> other\n"
    untouched(CODEMOD, text, reason="do not form whole conflicts")


def test_the_end_of_a_block_is_missing() -> None:
    untouched(CODEMOD, "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n", reason="do not form whole conflicts")


def test_other_files_are_reported() -> None:
    [finding] = findings_of(
        CODEMOD, {"app.py": "x = 1\n", "config.yaml": "a: 1\n" + block("b: 1\n", "b: 2\n")}
    )
    assert (finding.path, finding.span.line, finding.safety) == ("config.yaml", 2, Safety.REPORT)
    assert "only Python files are resolved" in finding.reason


@pytest.mark.parametrize(
    "path", ["docs/merging.yaml", "tests/data.yaml", "README.md", "fix.patch", "app/fixtures/a.json"]
)
def test_files_that_may_show_markers(path: str) -> None:
    untouched(CODEMOD, {"app.py": "x = 1\n", path: block("b: 1\n", "b: 2\n")})


def test_a_text_that_a_merge_has_left_broken_is_reported(tmp_path: Path) -> None:
    conflicted(tmp_path, "a\n", "b\n", "c\n", path="README.md")
    [finding] = found(tmp_path)
    assert (finding.path, finding.span.line, finding.safety) == ("README.md", 1, Safety.REPORT)


def test_a_docstring_that_a_merge_has_left_broken_is_reported(tmp_path: Path) -> None:
    texts = [f'"""Some\n\n{word}\n"""\n' for word in ("words", "phrases", "lines")]
    conflicted(tmp_path, *texts)
    left(tmp_path, "inside a string")


# --- with the history -------------------------------------------------------------------------------------


def test_a_merge_is_made_again(tmp_path: Path) -> None:
    conflicted(tmp_path, BASE, OURS, THEIRS)
    assert repaired(tmp_path) == WOVEN


def test_without_the_history_the_same_conflict_is_left(tmp_path: Path) -> None:
    text = conflicted(tmp_path / "repository", BASE, OURS, THEIRS).read()
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "app.py").write_text(text)
    left(tmp_path / "plain", "there is no git history here")


def test_later_work_on_the_file_stays(tmp_path: Path) -> None:
    made = conflicted(tmp_path, BASE, OURS, THEIRS)
    made.commit("# new\n" + made.read() + "\n\ndef more():\n    return 1\n")
    wanted = "# new\n" + WOVEN + "\n\ndef more():\n    return 1\n"
    assert repaired(tmp_path) == wanted
    assert [f.span.line for f in found(tmp_path)] == [6]


def test_later_work_that_does_not_fit(tmp_path: Path) -> None:
    made = conflicted(tmp_path, BASE, OURS, THEIRS)
    made.commit(made.read().replace("import os\n", "import sys\n"))
    left(tmp_path, "does not fit what has changed")


def test_line_ends_are_kept(tmp_path: Path) -> None:
    texts = [
        text.replace("\n", "\r\n")
        for text in (
            BASE,
            OURS,
            THEIRS,
        )
    ]
    conflicted(tmp_path, *texts)
    assert repaired(tmp_path) == WOVEN.replace("\n", "\r\n")


CALL = """\
def ask(model, prompt):
    contents = [prompt]
    answer = model.ask(contents=contents, config=dict(tone="plain"))
    return answer
"""
CALL_OURS = CALL.replace('tone="plain"', 'tone="plain", seed=7')
CALL_THEIRS = """\
def ask(model, prompt):
    parts = [dict(text=prompt)]
    answer = model.ask(contents=[dict(parts=parts)], config=dict(tone="plain"))
    return answer.text
"""


def test_a_keyword_finds_its_home_on_the_other_side(tmp_path: Path) -> None:
    ours = CALL.replace('config=dict(tone="plain")', 'config=conf(tone="plain", seed=7)')
    base = CALL.replace("config=dict(", "config=conf(")
    theirs = CALL_THEIRS.replace("config=dict(", "config=conf(")
    head = "from settings import conf\n\n\n"
    conflicted(tmp_path, head + base, head + ours, head + theirs)
    assert repaired(tmp_path) == head + theirs.replace('conf(tone="plain")', 'conf(tone="plain", seed=7)')
    [finding] = found(tmp_path)
    assert "`seed=7` in the call of `conf` is added" in finding.reason


def test_a_keyword_with_two_homes(tmp_path: Path) -> None:
    base = CALL.replace("config=dict(", "config=conf(")
    ours = base.replace('tone="plain"', 'tone="plain", seed=7')
    theirs = CALL_THEIRS.replace("config=dict(", "config=conf(").replace(
        "dict(text=prompt)", "conf(text=prompt)"
    )
    head = "from settings import conf\n\n\n"
    conflicted(tmp_path, head + base, head + ours, head + theirs)
    left(tmp_path, "only a person")


def test_a_change_that_would_be_dropped(tmp_path: Path) -> None:
    ours = CALL.replace("    contents = [prompt]\n", "    contents = [prompt.strip()]\n")
    conflicted(tmp_path, CALL, ours, CALL_THEIRS)
    left(tmp_path, "only a person")


def twice_changed(folder: Path, *ours: str) -> None:
    """A merge with its markers: `main` has these texts one after another, `feature` has 2 where there was 1."""
    made = Repository.new(folder, "x = 1\n")
    made.diverge("x = 0\n", "x = 2\n")
    for text in ours:
        made.commit(text)
    made.git("merge", "--quiet", "feature", status=1)
    made.commit(message="Merge branch 'feature'")


def test_a_branch_that_once_held_the_other_side(tmp_path: Path) -> None:
    twice_changed(tmp_path, "x = 2\n", "x = 3\n")
    [finding] = found(tmp_path)
    assert "`HEAD` is kept: it once said what `feature` says, and has changed it since" in finding.reason
    assert "not kept: `x = 2`" in finding.reason
    assert repaired(tmp_path) == "x = 3\n"


def test_a_branch_that_never_held_the_other_side(tmp_path: Path) -> None:
    twice_changed(tmp_path, "x = 4\n", "x = 3\n")
    left(tmp_path, "only a person")


def test_a_side_that_was_deleted(tmp_path: Path) -> None:
    base = "x = 1\n\n\ndef a():\n    return 1\n"
    conflicted(tmp_path, base, base.replace("return 1", "return 2"), "x = 1\n")
    left(tmp_path, "only a person")


def test_a_cherry_pick(tmp_path: Path) -> None:
    made = Repository.new(tmp_path, BASE)
    made.diverge(OURS, THEIRS)
    made.git("cherry-pick", "feature", status=1)
    made.commit(message="picked")
    assert repaired(tmp_path) == WOVEN


def test_a_revert(tmp_path: Path) -> None:
    made = Repository.new(tmp_path, THEIRS)
    commit = made.commit(BASE, message="log")
    made.commit(OURS)
    made.git("revert", "--no-edit", commit, status=1)
    made.commit(message="reverted")
    assert repaired(tmp_path) == WOVEN


def test_a_rebase(tmp_path: Path) -> None:
    made = Repository.new(tmp_path, BASE)
    made.diverge(OURS, THEIRS)
    made.git("switch", "--quiet", "feature")
    made.git("rebase", "--quiet", "main", status=1)
    made.git("add", "--all")
    made.git("rebase", "--continue")
    assert repaired(tmp_path) == WOVEN


def test_a_stash(tmp_path: Path) -> None:
    made = Repository.new(tmp_path, BASE)
    made.write(THEIRS)
    made.git("stash")
    made.commit(OURS)
    made.git("stash", "pop", status=1)
    made.commit(message="popped")
    left(tmp_path, "a stash is kept nowhere")


def test_a_merge_under_way(tmp_path: Path) -> None:
    made = Repository.new(tmp_path, BASE)
    made.diverge(OURS, THEIRS)
    made.git("merge", "feature", status=1)
    assert repaired(tmp_path) == WOVEN


def test_a_branch_merged_into_one_commit(tmp_path: Path) -> None:
    made = Repository.new(tmp_path, BASE)
    made.diverge(OURS, THEIRS)
    made.git("merge", "--squash", "feature", status=1)
    made.commit(message="squashed")
    assert repaired(tmp_path) == WOVEN


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_every_style_of_markers(style: str, tmp_path: Path) -> None:
    conflicted(tmp_path, BASE, OURS, THEIRS, style=style)
    assert repaired(tmp_path) == WOVEN


# --- where the history is -----------------------------------------------------------------------------------


def made_again(tmp_path: Path) -> Repository:
    return conflicted(tmp_path / "origin", BASE, OURS, THEIRS)


def test_a_shallow_clone_has_no_base(tmp_path: Path) -> None:
    made = made_again(tmp_path)
    made.git("clone", "--quiet", "--depth=1", f"file://{made.folder}", str(tmp_path / "clone"))
    left(tmp_path / "clone", "a shallow clone has no history")


@pytest.mark.parametrize("kind", ["worktree", "shared"])
def test_objects_that_are_elsewhere(kind: str, tmp_path: Path) -> None:
    made = made_again(tmp_path)
    other = tmp_path / "other"
    if kind == "worktree":
        made.git("worktree", "add", "--quiet", "--detach", str(other))
    else:
        made.git("clone", "--quiet", "--shared", str(made.folder), str(other))
    assert "'/data', name)" in repaired(other)


def test_a_project_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    conflicted(tmp_path, BASE, OURS, THEIRS, path="service/app.py")
    assert "'/data', name)" in repaired(tmp_path / "service")


def test_nothing_of_the_repository_runs_and_nothing_is_written(tmp_path: Path) -> None:
    made = made_again(tmp_path)
    trap = f"touch {tmp_path}/trapped; false"
    for key in (
        "core.fsmonitor",
        "diff.external",
        "filter.t.clean",
        "filter.t.smudge",
        "merge.t.driver",
        "diff.t.textconv",
    ):
        made.git("config", key, trap)
    (made.folder / ".git/info/attributes").write_text("*.py filter=t merge=t diff=t\n")
    before = {p: p.stat().st_mtime_ns for p in (made.folder / ".git").rglob("*")}
    assert "'/data', name)" in repaired(made.folder)
    assert {p: p.stat().st_mtime_ns for p in (made.folder / ".git").rglob("*")} == before
    assert not (tmp_path / "trapped").exists()


# --- the codemods after it ----------------------------------------------------------------------------------


def test_the_next_codemod_works_on_what_was_repaired(tmp_path: Path) -> None:
    twice = "\n\ndef f(x):\n    return x\n    return x\n"
    conflicted(tmp_path, BASE + twice, OURS + twice, THEIRS + twice)
    with opened(tmp_path) as project:
        codemods = [CODEMOD, duplicate_blocks.codemod]
        applied = engine.apply(project, codemods, {Safety.SAFE, Safety.REVIEW})
    assert {f.codemod for f in applied.fixed} == {"merge-conflicts", "duplicate-blocks"}
    assert applied.texts["app.py"].count("return x") == 1


def test_the_patch_applies(tmp_path: Path) -> None:
    made = made_again(tmp_path)
    text = repaired(made.folder)
    (made.folder / "app.py").write_text(text)
    patch = subprocess.run(["git", "diff"], cwd=made.folder, capture_output=True, check=True).stdout
    assert b"-<<<<<<< HEAD" in patch
