"""The story of a run: what is found and in which order, what is fixed in which rounds, and what is left and why."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from fixbot.codemod import Codemod, Place
from fixbot.engine import apply, check, find
from fixbot.errors import FixbotError
from fixbot.model import Definition, Finding, Import, Safety, Severity
from fixbot.safety import Doubt, report, review
from fixbot.testing import MODULE, project_of
from tests.support import read_files, write_files


def renaming(
    name: str, names: Mapping[str, str], *doubts: Doubt, tests: bool = False, **needs: Any
) -> Codemod:
    """A codemod that replaces calls of some names."""
    triggers = [old.encode() for old in names]
    codemod = Codemod(f"tiny.{name}", triggers, Severity.LOW, "Old names", tests=tests)

    @codemod.visit(ast.Call)
    def named(call: ast.Call, at: Place) -> Iterator[Finding]:
        if isinstance(call.func, ast.Name) and call.func.id in names:
            new = cst.Name(names[call.func.id])
            edit = at.edit(call, cst.Call, lambda node: node.with_changes(func=new), **needs)
            yield at.finding(call, f"{name}: {call.func.id}", edits=[edit], doubts=doubts)

    return codemod


def growing() -> Codemod:
    """`grow(3)` gets one more argument in each round until it has three."""
    codemod = Codemod("tiny.growing", [b"grow"], Severity.LOW, "Growth")

    @codemod.visit(ast.Call)
    def small(call: ast.Call, at: Place) -> Iterator[Finding]:
        match call:
            case ast.Call(func=ast.Name(id="grow"), args=[ast.Constant(value=size), *_]):
                if len(call.args) < size:
                    yield at.finding(call, "too small", edits=[at.edit(call, cst.Call, longer)])

    return codemod


def longer(call: cst.Call) -> cst.Call:
    return call.with_changes(args=[*call.args, cst.Arg(cst.Integer("0"))])


def failing(error: Exception) -> Codemod:
    codemod = Codemod("tiny.failing", [b"bad"], Severity.LOW, "Failure")

    @codemod.visit(ast.Module)
    def fail(module: ast.Module, at: Place) -> Iterator[Finding]:
        raise error
        yield

    return codemod


PRELUDE = "a = b = c = d = lambda *x: x\n"
FIRST = renaming("first", {"a": "b"})


# --- check ---------------------------------------------------------------------------------------------------


def test_findings_come_by_path_line_column_and_codemod() -> None:
    text = "b(1)\nc(a(2), b(3))\n"
    project = project_of({"z.py": text, "a/y.py": text})
    codemods = [renaming("two", {"b": "d", "c": "d"}), renaming("one", {"a": "d", "c": "d"})]
    found = [(f.path, f.span.line, f.span.column, f.codemod) for f in check(project, codemods).findings]
    places = [(1, 1, "two"), (2, 1, "one"), (2, 1, "two"), (2, 3, "one"), (2, 9, "two")]
    assert found == [(path, *place) for path in ("a/y.py", "z.py") for place in places]


def test_equal_findings_are_numbered() -> None:
    text = "a(1)\na( 1 )\na(2)\n\ndef f():\n    a(1); a(1)  # one\n"
    found = find(project_of({"x.py": text, "y.py": "a(1)\n"}), FIRST)
    assert [(f.path, f.context, f.matched, f.ordinal) for f in found] == [
        ("x.py", "", "a(1)", 0),
        ("x.py", "", "a(1)", 1),
        ("x.py", "", "a(2)", 0),
        ("x.py", "f", "a(1)", 0),
        ("x.py", "f", "a(1)", 1),
        ("y.py", "", "a(1)", 0),
    ]
    assert len({f.fingerprint for f in found}) == len(found)


def test_fingerprints_stay_when_lines_move() -> None:
    before, after = "def f():\n    a(1)\n    a(1)\n", "x = 1\n\ndef f():\n    x\n    a(1)\n    a( 1 )\n"
    found = [[f.fingerprint for f in find(project_of(text), FIRST)] for text in (before, after)]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("x"), "failing fails at this file (KeyError: 'x'); please report it"),
        (RecursionError(), "nested too deeply for failing"),
    ],
)
def test_a_file_at_which_a_codemod_fails_becomes_an_error(error: Exception, words: str) -> None:
    project = project_of({"bad.py": "bad = b = a(1)\n", "good.py": "b = a(1)\n"})
    checked = check(project, [failing(error), FIRST])
    assert [f.path for f in checked.findings] == ["bad.py", "good.py"]
    assert [(e.path, e.line, e.message) for e in checked.errors] == [("bad.py", 1, words)]
    assert apply(project, [failing(error), FIRST]).texts == {
        "bad.py": "bad = b = b(1)\n",
        "good.py": "b = b(1)\n",
    }


def test_failures_of_fixbot_itself_and_all_of_them_on_demand_end_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = project_of("bad = 1\n")
    with pytest.raises(FixbotError, match="stop"):
        check(project, [failing(FixbotError("stop"))])
    monkeypatch.setenv("FIXBOT_DEBUG", "1")
    with pytest.raises(KeyError):
        check(project, [failing(KeyError("x"))])
    assert not project.errors


def test_files_without_a_trigger_are_not_parsed() -> None:
    project = project_of({"x.py": "a(1)\n", "y.py": "broken(\n", "z.py": "a broken(\n"})
    checked = check(project, [FIRST])
    assert (checked.scanned, checked.parsed) == (3, 1)
    assert [e.path for e in checked.errors] == ["z.py"]


@pytest.mark.parametrize("tests", [True, False])
def test_tests_are_looked_at_on_demand(tests: bool) -> None:
    project = project_of({"tests/test_x.py": "a(1)\n"})
    assert len(check(project, [renaming("first", {"a": "b"}, tests=tests)]).findings) == tests


def test_suppressed_findings_are_kept_apart() -> None:
    text = "a(1)  # fixbot: ignore[first]\na(2)\nb(3)  # fixbot: ignore[first, other]\n"
    checked = check(project_of(text), [FIRST])
    assert [f.span.line for f in checked.findings] == [2]
    assert [f.span.line for f in checked.suppressed] == [1]
    assert [(e.line, e.message) for e in checked.unused_suppressions] == [
        (3, "`fixbot: ignore[first]` suppresses nothing; remove it")
    ]


# --- apply: what is fixed ----------------------------------------------------------------------------------------


def fixed_text(text: str, *codemods: Codemod, allowed: tuple[Safety, ...] = (Safety.SAFE,)) -> str:
    """What becomes of a module; nothing may be refused, and a second run changes nothing."""
    applied = apply(project_of(PRELUDE + text), codemods, allowed)
    assert applied.refused == ()
    assert apply(applied.project, codemods, allowed).texts == {}
    return applied.texts.get(MODULE, PRELUDE + text).removeprefix(PRELUDE)


@pytest.mark.parametrize(
    ("before", "rules", "after"),
    [
        ("a(1)\na(2)\n", [{"a": "b"}], "b(1)\nb(2)\n"),
        ("a(a(a(1)))\n", [{"a": "b"}], "b(b(b(1)))\n"),
        ("a(1)\n", [{"a": "b", "b": "c", "c": "d"}], "d(1)\n"),
        ("a(1)\n", [{"a": "b"}, {"b": "c"}], "c(1)\n"),
        ("a(1)\n", [{"b": "c"}, {"a": "b"}], "c(1)\n"),
        ("a(b(1))\n", [{"c": "d"}, {"b": "c"}, {"a": "b"}], "d(d(1))\n"),
        ("x = 1\n", [{"a": "b"}], "x = 1\n"),
    ],
    ids=["all at once", "inside each other", "of its own making", "of an earlier codemod", "of a later codemod",
         "through all of them", "nothing to do"],
)  # fmt: skip
def test_rounds_go_on_until_nothing_changes(before: str, rules: list[dict[str, str]], after: str) -> None:
    codemods = [renaming(f"codemod_{n}", names) for n, names in enumerate(rules)]
    assert fixed_text(before, *codemods) == after


@pytest.mark.parametrize(
    ("allowed", "after"),
    [
        ((), "a(1), b(2), c(3)\n"),
        ((Safety.SAFE,), "d(1), b(2), c(3)\n"),
        ((Safety.REVIEW,), "a(1), d(2), c(3)\n"),
        ((Safety.SAFE, Safety.REVIEW), "d(1), d(2), c(3)\n"),
        ((Safety.SAFE, Safety.REVIEW, Safety.REPORT), "d(1), d(2), c(3)\n"),
    ],
)
def test_only_what_is_allowed(allowed: tuple[Safety, ...], after: str) -> None:
    codemods = [
        renaming("safe", {"a": "d"}),
        renaming("reviewed", {"b": "d"}, review("it differs")),
        renaming("reported", {"c": "d"}, report("no way")),
    ]
    assert fixed_text("a(1), b(2), c(3)\n", *codemods, allowed=allowed) == after


def test_suppressed_findings_stay_wherever_their_line_moves() -> None:
    codemod = renaming("first", {"a": "sqrt"}, imports=[Import("math", "sqrt")])
    text = "a(1)\na(2)  # fixbot: ignore[first]\n# fixbot: ignore[first]\na(a(3))\na(4)\n"
    applied = apply(project_of(text), [codemod])
    after = text.replace("a(1)", "sqrt(1)").replace("a(4)", "sqrt(4)")
    assert applied.texts == {MODULE: f"from math import sqrt\n\n{after}"}
    assert [f.matched for f in applied.fixed] == ["a(1)", "a(4)"]


def test_nothing_is_written_and_the_project_stays(tmp_path: Path) -> None:
    write_files(tmp_path, {MODULE: "a(1)\n"})
    limit = Definition("app/limits.py", "limit", "def limit(x):\n    return x")
    codemod = renaming("first", {"a": "limit"}, imports=[Import("app.limits", "limit")], definitions=[limit])
    project = project_of("a(1)\n", tmp_path)
    applied = apply(project, [codemod])
    assert applied.texts == {
        MODULE: "from app.limits import limit\n\nlimit(1)\n",
        "app/limits.py": "def limit(x):\n    return x\n",
    }
    assert {path: source.text for path, source in applied.project.sources.items()} == applied.texts
    assert {path: source.text for path, source in project.sources.items()} == {MODULE: "a(1)\n"}
    assert read_files(tmp_path) == {MODULE: b"a(1)\n"}


# --- apply: what is left -------------------------------------------------------------------------------------------


def test_a_codemod_that_never_comes_to_rest_is_dropped_where_it_does_not() -> None:
    files = {"restless.py": "grow(99)\n", "resting.py": "grow(3)\n", "other.py": f"{PRELUDE}a(1)\n"}
    applied = apply(project_of(files), [growing(), FIRST])
    assert applied.texts == {"resting.py": "grow(3, 0, 0)\n", "other.py": f"{PRELUDE}b(1)\n"}
    reason = "growing does not come to rest here; its changes were dropped"
    assert [(f.path, f.matched, why) for f, why in applied.refused] == [("restless.py", "grow(99)", reason)]
    assert [(f.path, f.codemod) for f in applied.fixed] == [
        ("resting.py", "growing"),
        ("resting.py", "growing"),
        ("other.py", "first"),
    ]


@pytest.mark.parametrize("size", [2, 3])
def test_codemods_that_undo_each_other_end_without_the_last_of_them(size: int) -> None:
    circle = ["a", "b", "c"][:size]
    codemods = [
        renaming(f"to_{new}", {old: new}) for old, new in zip(circle, [*circle[1:], "a"], strict=True)
    ]
    bystander = renaming("bystander", {"d": "e"})
    text = f"{PRELUDE}e = 1\n{circle[-1]}(1)\nd(2)\n"
    applied = apply(project_of(text), [bystander, *codemods])
    assert applied.texts == {MODULE: text.replace("d(2)", "e(2)")}
    reason = "to-a and another codemod keep changing each other's result; its changes were dropped"
    assert [(f.codemod, why) for f, why in applied.refused] == [("to-a", reason)]
    assert [f.codemod for f in applied.fixed] == ["bystander"]


def test_a_codemod_that_is_dropped_is_told_even_where_it_found_nothing_at_first() -> None:
    codemods = [renaming("to_b", {"a": "b"}), renaming("to_a", {"b": "a"})]
    applied = apply(project_of(f"{PRELUDE}a(1)\n"), codemods)
    assert [f.codemod for f, _ in applied.refused] == ["to-a"]


def test_a_failure_is_told_once_however_often_it_is_met() -> None:
    project = project_of({"bad.py": "bad = 1\n", "good.py": f"{PRELUDE}a(1)\n"})
    applied = apply(project, [failing(KeyError("x")), FIRST])
    checked = check(applied.project, [failing(KeyError("x"))])
    assert [error.path for error in checked.errors] == ["bad.py"]


def test_what_cannot_be_written_is_told_with_the_reason() -> None:
    text = f"{PRELUDE}a(1)\nb(2)\n"
    applied = apply(project_of(text), [renaming("first", {"a": "nothing", "b": "c"})])
    assert applied.texts == {MODULE: text.replace("b(2)", "c(2)")}
    reason = f"the rewritten {MODULE} would use names that nothing defines: nothing"
    assert [(f.matched, why) for f, why in applied.refused] == [("a(1)", reason)]
    assert [f.matched for f in applied.fixed] == ["b(2)"]


def test_an_edit_that_changes_nothing_is_not_called_a_fix() -> None:
    applied = apply(project_of(f"{PRELUDE}a(1)\nb(2)\n"), [renaming("first", {"a": "a", "b": "c"})])
    assert [(f.matched, why) for f, why in applied.refused] == [("a(1)", "its edit changes nothing")]
    assert [f.matched for f in applied.fixed] == ["b(2)"]


def test_garbage_is_collected_as_before() -> None:
    before = gc.get_threshold()
    gc.set_threshold(701, 11, 12)
    try:
        apply(project_of(PRELUDE), [FIRST])
        with pytest.raises(FixbotError):
            check(project_of("bad = 1\n"), [failing(FixbotError("stop"))])
        assert gc.get_threshold() == (701, 11, 12)
    finally:
        gc.set_threshold(*before)
