"""One round: findings become new texts, each as a whole or not at all, and none at the cost of another."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from fixbot.codemod import Codemod, Place
from fixbot.model import Definition, Finding, Import, Severity
from fixbot.project.project import Project
from fixbot.project.source import Source
from fixbot.rewrite.rewriter import Rewrite, paths_of, rewrite
from fixbot.testing import project_of

codemod = Codemod("tiny.calls", triggers=[b"old"], severity=Severity.LOW, category="Old names")

LIMIT = Definition(
    "app/limits.py", "limit", "def limit():\n    return sqrt(4)", imports=(Import("math", "sqrt"),)
)
USE_LIMIT = {"imports": [Import("app.limits", "limit")], "definitions": [LIMIT]}


def calling(name: str) -> Callable[[cst.Call], cst.Call]:
    return lambda call: call.with_changes(func=cst.Name(name))


def failing(call: cst.Call) -> cst.Call:
    raise ValueError("no")


def found(project: Project, name: str, change: Callable[[Any], Any] | None = None, **needs: Any) -> Finding:
    """A finding that changes every call of `name` in the project; without more, `old…` becomes `new`."""
    edits, first = [], None
    for module in project.modules.values():
        at = Place(codemod, module, project)
        for call in module.of_type(ast.Call):
            if isinstance(call.func, ast.Name) and call.func.id == name:
                edits.append(at.edit(call, cst.Call, change or calling("new"), **needs))
                first = first or (at, call)
    assert first, name
    return first[0].finding(first[1], name, edits=edits)


def names(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.message for finding in findings]


def reasons(result: Rewrite) -> dict[str, str]:
    return {finding.message: reason for finding, reason in result.refused}


def test_no_findings() -> None:
    assert rewrite(project_of("x = 1\n"), []) == Rewrite()


def test_texts_of_changed_files_only() -> None:
    files = {"a.py": "new = 1\nold1(1)\n", "b.py": "new = 1\nold1(2)\n", "c.py": "old2(3)\n"}
    project = project_of(files)
    finding = found(project, "old1")
    result = rewrite(project, [finding])
    assert result.texts == {"a.py": "new = 1\nnew(1)\n", "b.py": "new = 1\nnew(2)\n"}
    assert (result.applied, result.postponed, result.refused) == ((finding,), (), ())
    assert {path: source.text for path, source in project.sources.items()} == files


def test_an_edit_that_changes_nothing() -> None:
    project = project_of("old(1)\n")
    finding = found(project, "old", calling("old"))
    assert rewrite(project, [finding]) == Rewrite(applied=(finding,))


# --- overlaps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "order", "applied"),
    [
        ("old1(old2(1))\n", "old1 old2", "old1"),
        ("old1(old2(1))\n", "old2 old1", "old2"),
        ("old1(old2(1), old3(2))\n", "old2 old3 old1", "old2 old3"),
        ("old1(1)\nold2(old1(2))\n", "old2 old1", "old2"),
        ("old1(1); old2(2)\n", "old1 old2", "old1 old2"),
        ("[old1(1),old2(2)]\n", "old1 old2", "old1 old2"),
    ],
    ids=["outer first", "inner first", "neighbours before what is around", "one of two edits", "same line", "touching"],
)  # fmt: skip
def test_what_overlaps_an_earlier_finding_waits(text: str, order: str, applied: str) -> None:
    project = project_of(f"new = old1 = old2 = old3 = 1\n{text}")
    result = rewrite(project, [found(project, name) for name in order.split()])
    assert names(result.applied) == applied.split()
    assert names(result.postponed) == [n for n in order.split() if n not in applied.split()]
    assert not result.refused
    for name in applied.split():
        text = text.replace(name, "new")
    assert [*result.texts.values()] == [f"new = old1 = old2 = old3 = 1\n{text}"]


def test_the_same_place_in_two_files_is_no_overlap() -> None:
    project = project_of({"a.py": "old1(1)\nnew = 1\n", "b.py": "old2(1)\nnew = 1\n"})
    assert names(rewrite(project, [found(project, "old1"), found(project, "old2")]).applied) == [
        "old1",
        "old2",
    ]


# --- what cannot be applied --------------------------------------------------------------------------------------

SEVERAL = {
    "a.py": "new = 1\nold1(1)\nold2(1)\n",
    "b.py": "new = 1\nold1(2)\nold3(2)\n",
    "c.py": "new = 1\nold4(3)\n",
}


@pytest.mark.parametrize(
    ("change", "needs", "reason"),
    [
        (failing, {}, "the edit at line 2 fails: ValueError: no"),
        (calling("nothing"), {}, "the rewritten a.py would use names that nothing defines: nothing"),
        (calling("if"), {}, "the rewritten a.py would not parse: "),
        (None, {"imports": [Import("x", "new")]}, "`new` already means something else in a.py"),
        (None, {"definitions": [Definition("a.py", "old", "old = 1", after="f")]}, "a.py has no top-level `f`"),
        (None, {"definitions": [Definition("../d.py", "d", "d = 1")]}, "../d.py is outside of the project"),
        (None, {"definitions": [Definition("/etc/d.py", "d", "d = 1")]}, "/etc/d.py is outside of the project"),
    ],
    ids=["edit fails", "undefined name", "does not parse", "import clashes", "no place for a definition",
         "outside", "absolute path"],
)  # fmt: skip
def test_a_broken_finding_is_refused_as_a_whole_and_alone(
    change: Callable[[Any], Any] | None, needs: Mapping[str, Any], reason: str
) -> None:
    project = project_of(SEVERAL)
    broken = found(project, "old1", change, **needs)
    others = [found(project, name) for name in ("old2", "old3", "old4")]
    result = rewrite(project, [others[0], broken, *others[1:]])
    assert names(result.applied) == ["old2", "old3", "old4"]
    assert result.texts == {
        path: text.replace("old2", "new").replace("old3", "new").replace("old4", "new")
        for path, text in SEVERAL.items()
    }
    assert [*reasons(result)] == ["old1"]
    assert reasons(result)["old1"].startswith(reason)


def test_several_broken_findings_each_with_its_reason() -> None:
    project = project_of(SEVERAL)
    bad = {name: found(project, name, calling(f"no_{name}")) for name in ("old1", "old3", "old4")}
    result = rewrite(project, [*bad.values(), found(project, "old2")])
    assert names(result.applied) == ["old2"]
    where = {"old1": "a.py", "old3": "b.py", "old4": "c.py"}
    assert reasons(result) == {
        name: f"the rewritten {path} would use names that nothing defines: no_{name}"
        for name, path in where.items()
    }


@pytest.mark.parametrize("order", ["old1 old2 old3", "old3 old2 old1"])
def test_of_two_that_clash_the_later_one_is_refused(order: str) -> None:
    project = project_of("old1(1)\nold2(2)\nold3(3)\n")
    needs = {
        "old1": {"imports": [Import("x", "new")]},
        "old2": {"imports": [Import("x", "other")]},
        "old3": {"imports": [Import("y", "new")]},
    }
    findings = [
        found(project, name, calling("other" if name == "old2" else "new"), **needs[name])
        for name in order.split()
    ]
    result = rewrite(project, findings)
    assert names(result.applied) == order.split()[:2]
    assert reasons(result) == {order.split()[2]: "`new` already means something else in app/module.py"}


def test_of_two_different_definitions_the_later_one_is_refused() -> None:
    project = project_of("def f():\n    old1(1)\n    old2(2)\n")
    one, two = (Definition("app/module.py", "new", f"def new(x):\n    return {n}") for n in (1, 2))
    findings = [found(project, "old1", definitions=[one]), found(project, "old2", definitions=[two])]
    result = rewrite(project, findings)
    assert result.texts == {
        "app/module.py": "def new(x):\n    return 1\n\n\ndef f():\n    new(1)\n    old2(2)\n"
    }
    assert reasons(result) == {"old2": "two fixes need different definitions of `new` in app/module.py"}


# --- other files -----------------------------------------------------------------------------------------------

A = "old(1)\n"
A_NEW = "from app.limits import limit\n\nlimit(1)\n"
LIMITS = "from math import sqrt\n\n\ndef limit():\n    return sqrt(4)\n"
LIMITS_IN_CRLF = (
    "import os\r\nfrom math import sqrt\r\n\r\nos\r\n\r\n\r\ndef limit():\r\n    return sqrt(4)\r\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, LIMITS),
        ("", LIMITS),
        ("import os\r\n\r\nos\r\n", LIMITS_IN_CRLF),
        (LIMITS, None),
        ("import math\n", f"import math\n{LIMITS}"),
    ],
    ids=["new file", "empty file", "among other code", "there already", "beside another import"],
)  # fmt: skip
def test_a_definition_in_another_file(before: str | None, after: str | None) -> None:
    project = project_of(
        {"app/a.py": A, "app/b.py": A} | ({} if before is None else {"app/limits.py": before})
    )
    finding = found(project, "old", calling("limit"), **USE_LIMIT)
    result = rewrite(project, [finding])
    expected = {"app/a.py": A_NEW, "app/b.py": A_NEW} | ({} if after is None else {"app/limits.py": after})
    assert result.texts == expected
    assert paths_of(finding) == {"app/a.py", "app/b.py", "app/limits.py"}


def test_when_the_other_file_cannot_take_it_the_edit_is_not_made_either() -> None:
    project = project_of({"app/a.py": A, "app/limits.py": "limit = 1\n", "app/b.py": "new = 1\nold2(1)\n"})
    result = rewrite(project, [found(project, "old", calling("limit"), **USE_LIMIT), found(project, "old2")])
    assert result.texts == {"app/b.py": "new = 1\nnew(1)\n"}
    assert reasons(result) == {"old": "app/limits.py already has another `limit`"}


@pytest.mark.parametrize("there", ["text", "broken", "folder"])
def test_a_file_that_is_there_but_cannot_be_read_is_not_replaced(tmp_path: Path, there: str) -> None:
    files = {"app/a.py": A} | ({"app/limits.py": "def limit(:\n"} if there == "broken" else {})
    (tmp_path / "app").mkdir()
    if there == "text":
        (tmp_path / "app/limits.py").write_bytes(b"\xff\xfe")
    elif there == "folder":
        (tmp_path / "app/limits.py").mkdir()
    project = project_of(files, tmp_path)
    result = rewrite(project, [found(project, "old", calling("limit"), **USE_LIMIT)])
    assert (result.texts, result.applied) == ({}, ())
    assert reasons(result) == {"old": "app/limits.py is there already, but cannot be read"}


# --- encodings and versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "name", "fits"),
    [("iso-8859-1", "é", True), ("iso-8859-1", "я", False), ("koi8-r", "я", True), ("koi8-r", "é", False)],
)
def test_a_character_that_the_file_cannot_hold(encoding: str, name: str, fits: bool) -> None:
    text = f"# coding: {encoding}\n{name if fits else 'x'} = 1\nold(1)\n"
    project = Project(Path("/project"), {"a.py": Source("a.py", text, encoding)}, project_of("").catalogue)
    result = rewrite(project, [found(project, "old", lambda call: cst.SimpleString(f"'{name}'"))])
    assert bool(result.texts) is fits
    lacks = {"old": f"a.py is in {encoding}, which lacks a character of the new text"}
    assert reasons(result) == ({} if fits else lacks)


def test_the_oldest_python_of_the_project_counts() -> None:
    project = project_of("old(1)\n")
    change = found(project, "old", lambda _: cst.parse_expression("(x := 1)"))
    assert rewrite(project, [change]).texts
    project.python = (3, 7)
    assert "newer Python than 3.7" in reasons(rewrite(project, [change]))["old"]


def test_the_line_length_is_that_of_the_project() -> None:
    project = project_of("from x import one\n\nold(1)\n")
    finding = found(project, "old", imports=[Import("x", "new")])
    wide, narrow = (rewrite(project, [finding], line_length=n).texts["app/module.py"] for n in (88, 20))
    assert wide == "from x import new, one\n\nnew(1)\n"
    assert narrow == "from x import (\n    new,\n    one,\n)\n\nnew(1)\n"


def test_imports_of_the_project_itself_stand_apart() -> None:
    project = project_of("import httpx\n\nold(1)\n")
    result = rewrite(project, [found(project, "old", imports=[Import("app.names", "new")])])
    assert result.texts == {"app/module.py": "import httpx\n\nfrom app.names import new\n\nnew(1)\n"}
