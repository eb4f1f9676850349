"""Edits land on their node, and everything around it stays byte for byte."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst
import pytest

from fixbot.model import Edit
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.rewrite.splice import MAX_DEPTH, CannotRewrite, apply_edits


def parsed(text: str) -> Module:
    return Module.parse(Source("m.py", text), "m")


def calls_of(module: Module, name: str) -> list[ast.Call]:
    calls = [n for n in ast.walk(module.tree) if isinstance(n, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


def statements_on(module: Module, lines: Iterable[int]) -> list[ast.stmt]:
    """The first statement that begins on each of these lines."""
    statements = [n for n in ast.walk(module.tree) if isinstance(n, ast.stmt)]
    return [next(n for n in statements if n.lineno == line) for line in lines]


def edit(module: Module, node: ast.AST, kind: type[cst.CSTNode], change: Callable[[Any], Any]) -> Edit:
    return Edit(module.path, module.span(node), kind, change)


def renamed(call: cst.Call) -> cst.Call:
    return call.with_changes(func=cst.Name("new"))


def with_renamed_calls(text: str) -> str:
    """Every call of `old` becomes one of `new`."""
    module = parsed(text)
    return apply_edits(module, [edit(module, call, cst.Call, renamed) for call in calls_of(module, "old")])


def without(text: str, *lines: int) -> str:
    """The text after removing the statements that begin on these lines."""
    module = parsed(text)
    kinds = {ast.FunctionDef: cst.FunctionDef, ast.ClassDef: cst.ClassDef}
    gone = []
    for node in statements_on(module, lines):
        kind = kinds.get(type(node), cst.SimpleStatementLine)
        gone.append(edit(module, node, kind, lambda _: cst.RemoveFromParent()))
    return apply_edits(module, gone)


# --- what is not edited ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x  =  1\nold( 1 ,2 )\ny  =  ( 2 )\n", id="odd-spacing"),
        pytest.param("x = 1\r\n\r\nold(x)\r\ny = '''a\r\n'''\r\n", id="CRLF"),
        pytest.param("x = 1\rold(x)\ry = 2\r", id="CR"),
        pytest.param("x = 1\r\nold(x)\n\ry = 2\r\n", id="mixed-line-endings"),
        pytest.param("def f():\r\n    x = 1\n    old(x)\r    return x\r\n", id="mixed-inside-the-function"),
        pytest.param("if x:\n\told(x)\n\tif y:\n\t\told(y)\n", id="tabs"),
        pytest.param(
            "if x:\n  old(x)\n  if y:\n     old(y)\nif z:\n        old(z)\n", id="uneven-indentation"
        ),
        pytest.param("import os\n\x0c\ndef f():\n    old(1)\n\x0c\ndef g(): pass\n", id="form-feed-between"),
        pytest.param("def f():\n    x = 1\n\x0c\n    old(1)  # \x0c\n", id="form-feed-inside"),
        pytest.param("x = 1\nold(x)", id="no-final-newline"),
        pytest.param("def f():\n    old(1)", id="no-final-newline-indented"),
        pytest.param("old(1)  \n\n\n   \n", id="trailing-blanks"),
        pytest.param("old(1)  # \u2028 \x85\nx = '\u2028'\n", id="unicode-line-separators"),
        pytest.param("é = '😀'; x = old('é'); y = old(old)\n", id="wide-characters-before"),
        pytest.param("#!/usr/bin/python\n# Licence\n\nold(1)\n", id="header"),
        pytest.param("# Licence\nold(1)\n", id="comment-above-the-first-statement"),
    ],
)
def test_style_stays(text: str) -> None:
    assert with_renamed_calls(text) == text.replace("old(", "new(")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a; old(1); b\n", id="between-semicolons"),
        pytest.param("a; old(1);\nb\n", id="before-a-last-semicolon"),
        pytest.param("x = '''\n'''; old(1); y = [\n]; z\n", id="lines-shared-with-long-neighbours"),
        pytest.param("x = [\n]; y = [\n]; old(1); z = [\n]; w = [\n]\n", id="lines-shared-in-a-chain"),
        pytest.param("if x: old(1)\nelse: old(2)\n", id="block-on-the-line-of-its-head"),
        pytest.param("@wrap(old(1))\n# why\n@wrap\ndef f():\n    old(2)\n", id="decorators"),
        pytest.param("@wrap(\n    old(1)\n)\nclass A: pass\n", id="decorator-of-a-class"),
        pytest.param("x\n# one\n# two\ndef f():\n    old(1)\n# three\n", id="comments-above"),
        pytest.param("x\n\n  # odd\n# one\nold(1)\n", id="comments-of-other-depth-above"),
        pytest.param("def f():\n    x\n  # odd\n    old(1)\n # odd too\n\n# end\n", id="comments-of-other-depth"),
        pytest.param("class A:\n    x = 1\n\n    # why\n    def f(self):\n        old(self)\n", id="method"),
        pytest.param("class A:\n    class B:\n        @x\n        async def f(self): old(1)\n", id="class-in-class"),
        pytest.param("class A(old(1)):\n    x = old(2)\n    y = 3\n", id="head-and-body-of-a-class"),
        pytest.param("class A: x = old(1)\n", id="class-on-one-line"),
        pytest.param("class A:\n    x = 1; y = old(x); z = 2\n", id="semicolons-in-a-class"),
        pytest.param("def f():\n    def g():\n        old(1)\n    return g\n", id="nested-function"),
        pytest.param("if x:\n    def f(y=old(1)):\n        old(2)\nelse:\n    old(3)\n", id="function-in-an-if"),
        pytest.param("class A:\n    def f(self):\n        return old('''\nleft\n  x\n''')\n", id="string-left-of-its-block"),
        pytest.param("class A:\n    def f(self):\n        x = '''\\\n\told\n'''\n        old(x)\n", id="string-with-a-tab"),
        pytest.param("class A:\n    '''Old.\n\n      more\n    '''\n    x = old(1)\n", id="docstring-above"),
        pytest.param("x = 1 + \\\n  old(1) \\\n + 2\n", id="backslashes"),
        pytest.param("x = (  # why\n    old(1),  # one\n\n    # two\n)\n", id="comments-in-brackets"),
        pytest.param("x = f'{old(1)!r:>{old(2)}}'\n", id="f-string"),
        pytest.param("match x:\n    case 1 if old(x):\n        old(1)\n", id="match"),
        pytest.param("try:\n    old(1)\nexcept* old(2):\n    pass\n", id="except-group"),
        pytest.param("f = lambda x=old(1): [y async for y in old(x) if (z := old(y))]\n", id="inside-expressions"),
    ],
)  # fmt: skip
def test_whatever_stands_around(text: str) -> None:
    assert with_renamed_calls(text) == text.replace("old(", "new(")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfold('\xc3\xa9')\n", b"# coding: latin-1\r\nold('\xe9')\r\n"])
def test_marks_and_encodings_stay(data: bytes) -> None:
    source = Source.decode("m.py", data)
    new = source.with_text(with_renamed_calls(source.text))
    assert new.encode() == data.replace(b"old", b"new")


def test_no_edits() -> None:
    assert apply_edits(parsed("x  =  1"), []) == "x  =  1"


# --- new and removed statements ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\r\n\tif x:\r\n\t\told(x)\r\n", "def f():\r\n\tif x:\r\n\t\tfor y in z:\r\n\t\t\tpass\r\n"),
        ("def f():\n  old(x)", "def f():\n  for y in z:\n    pass"),
        ("class A:\n   x = 1\n   old(x)\n", "class A:\n   x = 1\n   for y in z:\n      pass\n"),
        ("x = 1\nold(x)\n", "x = 1\nfor y in z:\n    pass\n"),
        ("if x:\n\ty\nold(x)\n", "if x:\n\ty\nfor y in z:\n\tpass\n"),
    ],
    ids=[
        "tabs and CRLF",
        "two spaces and no final newline",
        "in a class",
        "nothing indented",
        "indented elsewhere",
    ],
)
def test_new_code_is_written_in_the_style_of_the_file(before: str, after: str) -> None:
    module = parsed(before)
    line = next(n for n in ast.walk(module.tree) if isinstance(n, ast.Expr))
    loop = cst.parse_statement("for y in z:\n    pass\n")
    assert apply_edits(module, [edit(module, line, cst.SimpleStatementLine, lambda _: loop)]) == after


@pytest.mark.parametrize(
    ("before", "lines", "after"),
    [
        ("a\n\n\nb\n\nc\n", [4], "a\n\n\nc\n"),
        ("a\n\nb\n\n\nc\n", [3], "a\n\n\nc\n"),
        ("a\nb\nc\n", [2], "a\nc\n"),
        ("a\r\n\r\nb\r\n\r\nc\r\n", [3], "a\r\n\r\nc\r\n"),
        ("a\n\n\nb\n", [1], "b\n"),
        ("a\n\n\nb\n", [4], "a\n"),
        ("a\n\n\nb\n\n", [4], "a\n\n"),
        ("a\n", [1], ""),
        ("a\n\n\n@x\n# why\n@y\ndef f():\n    pass\n\n\nb\n", [7], "a\n\n\nb\n"),
        ("class A:\n    x\n\n    def f(self): ...\n\n\nb\n", [4], "class A:\n    x\n\n\nb\n"),
        ("class A:\n\n    x\n\n\n    def f(self): ...\n", [3], "class A:\n\n    def f(self): ...\n"),
        ("class A:\n    x\n\n\n    y\n\n    z\n", [5], "class A:\n    x\n\n\n    z\n"),
        ("a\nb\nc\nd\n", [2, 3], "a\nd\n"),
        ("a; b\nc\n", [1], "c\n"),
        ("class A:\n    x\n\n\n\n    y\n\nb\n", [6], "class A:\n    x\n\nb\n"),
        ("a\n\n\nb", [4], "a\n"),
        ("a\n\n\ndef f(): ...", [4], "a\n"),
    ],
    ids=["larger gap above", "larger gap below", "no gap", "CRLF", "first", "last", "last before blank lines",
         "only one", "decorated function", "last of a class", "first of a class",
         "middle of a class", "two neighbours", "a line of two", "larger gap inside the block",
         "last without a final newline", "last function without a final newline"],
)  # fmt: skip
def test_a_removed_statement_leaves_one_gap(before: str, lines: list[int], after: str) -> None:
    assert without(before, *lines) == after


def test_a_comment_above_goes_with_its_statement_and_stays_with_another() -> None:
    text = "a\n\n# of b\nb\n# of c\nc\n"
    assert without(text, 4) == "a\n\n# of c\nc\n"
    assert without(text, 6) == "a\n\n# of b\nb\n"


# --- several edits ---------------------------------------------------------------------------------------


def test_an_outer_change_sees_the_inner_ones() -> None:
    module = parsed("def f():\n    return old(1, old(2), [old(3)])\n")
    outer, *inner = calls_of(module, "old")
    seen: list[str] = []

    def change(call: cst.Call) -> cst.BaseExpression:
        seen.append(cst.Module([]).code_for_node(call))
        return call.args[1].value

    edits = [
        edit(module, outer, cst.Call, change),
        *(edit(module, call, cst.Call, renamed) for call in inner),
    ]
    assert apply_edits(module, edits) == "def f():\n    return new(2)\n"
    assert seen == ["old(1, new(2), [new(3)])"]


def test_expressions_that_begin_at_one_place_are_told_apart_by_their_end() -> None:
    module = parsed("x = old(1)(2)(3)\n")
    calls = sorted(
        (n for n in ast.walk(module.tree) if isinstance(n, ast.Call)), key=lambda n: n.end_col_offset or 0
    )
    add = [lambda call, n=n: call.with_changes(args=[cst.Arg(cst.Integer(str(n)))]) for n in (7, 8, 9)]
    edits = [edit(module, call, cst.Call, change) for call, change in zip(reversed(calls), add, strict=True)]
    assert apply_edits(module, edits) == "x = old(9)(8)(7)\n"


@pytest.mark.parametrize(
    ("text", "node", "kind"),
    [
        ("x = (1, 2), 3\n", ast.Tuple, cst.Tuple),
        ("x = ((y for y in z))\n", ast.GeneratorExp, cst.GeneratorExp),
        ("x = ((1, 2))\n", ast.Tuple, cst.Tuple),
    ],
    ids=["tuple in a tuple", "generator in more brackets", "tuple in more brackets"],
)  # fmt: skip
def test_tuples_and_generators_are_found_where_ast_says(
    text: str, node: type[ast.expr], kind: type[cst.CSTNode]
) -> None:
    module = parsed(text)
    first = next(n for n in ast.walk(module.tree) if isinstance(n, node))
    seen: list[cst.CSTNode] = []
    apply_edits(module, [edit(module, first, kind, lambda found: seen.append(found) or found)])
    assert len(seen) == 1


def test_edits_of_several_regions_do_not_move_each_other() -> None:
    text = "old(1)\nx\n\n\nclass A:\n    old(2)\n\n    def f(self):\n        old(3)\n\n\nold(4); old(5)\n"
    module = parsed(text)
    twice = cst.FlattenSentinel([cst.parse_statement("new()"), cst.parse_statement("new()")])
    edits = [
        edit(module, node, cst.SimpleStatementLine, lambda _: twice) for node in statements_on(module, [1, 6, 9])
    ]  # fmt: skip
    edits += [edit(module, call, cst.Call, renamed) for call in calls_of(module, "old") if call.lineno == 12]
    new = "new()\n{0}new()\n"
    assert apply_edits(module, edits) == (
        f"{new.format('')}x\n\n\nclass A:\n    {new.format('    ')}\n    def f(self):\n        {new.format('        ')}\n\n"
        "new(4); new(5)\n"
    )


def test_the_head_of_a_class_and_its_body() -> None:
    module = parsed("class A(old(1)):\n    x\n    y\nz = [\n]\n")
    [head], [line] = calls_of(module, "old"), statements_on(module, [2])
    edits = [
        edit(module, line, cst.SimpleStatementLine, lambda _: cst.RemoveFromParent()),
        edit(module, head, cst.Call, renamed),
    ]
    assert apply_edits(module, edits) == "class A(new(1)):\n    y\nz = [\n]\n"


# --- what cannot be done -----------------------------------------------------------------------------------


def refusal(text: str, kind: type[cst.CSTNode] = cst.Call, change: Callable[[Any], Any] = renamed) -> str:
    module = parsed(text)
    with pytest.raises(CannotRewrite) as caught:
        apply_edits(module, [edit(module, calls_of(module, "old")[0], kind, change)])
    return str(caught.value)


def test_an_edit_that_fails_says_where_and_how() -> None:
    assert refusal("x\nold(1)\n", change=lambda call: call.args[9]) == (
        "the edit at line 2 fails: IndexError: tuple index out of range"
    )


def test_an_edit_may_refuse_by_itself() -> None:
    def change(call: cst.Call) -> cst.Call:
        raise CannotRewrite("not today")

    assert refusal("old(1)\n", change=change) == "not today"


def test_a_node_of_another_kind() -> None:
    assert refusal("x\nold(1)\n", kind=cst.Await) == "the code at line 2 cannot be edited by itself"


def test_a_place_without_code() -> None:
    module, other = parsed("x = 1\n"), parsed("x = 1\n\nold(2)\n")
    with pytest.raises(CannotRewrite, match="no statement at line 3"):
        apply_edits(module, [edit(other, calls_of(other, "old")[0], cst.Call, renamed)])


@pytest.mark.parametrize("spare", [-10, 10], ids=["just deep enough", "too deep"])
def test_code_that_is_nested_too_deeply(spare: int) -> None:
    text = f"x = old(y{'[0]' * (MAX_DEPTH + spare)})\nold(1)\n"
    if spare < 0:
        assert with_renamed_calls(text) == text.replace("old", "new")
    else:
        assert "nested too deeply, more than 150 levels" in refusal(text)


def test_deep_nesting_elsewhere_does_not_matter() -> None:
    deep = f"x = y{'[0]' * MAX_DEPTH}\n"
    assert with_renamed_calls(f"{deep}old(1)\n") == f"{deep}new(1)\n"


def test_code_that_libcst_does_not_take_is_refused() -> None:
    assert "LibCST cannot parse lines 1 to 2" in refusal("def f():\n    return(old(1) if x else 2)\n")
