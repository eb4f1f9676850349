"""Code as text."""

from __future__ import annotations

import ast

import pytest

from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.project.spelling import broken, comments_in, indent_unit, negated, spelled, target_of


def module_of(text: str) -> Module:
    return Module.parse(Source("m.py", text), "m")


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('db.collection("a")', 'db.collection("a")'),
        ('(\n    db\n    .collection("a")\n)', 'db.collection("a")'),
        ('f"{a}-{b}"', 'f"{a}-{b}"'),
        ("""f'{a["k"]}'""", None),  # whatever, as long as it is the same
        ("""{"a": 'b"c'}""", """{"a": 'b"c'}"""),
        ('rb"x"', 'b"x"'),
        ('""', '""'),
        (r'"\n"', r"'\n'"),
    ],
)
def test_spelled_with_double_quotes(text: str, expected: str | None) -> None:
    result = spelled(expression(text), module_of('x = "a", "b"'))
    assert ast.dump(expression(result)) == ast.dump(expression(text))
    assert expected is None or result == expected


def test_spelled_in_the_quotes_of_the_file() -> None:
    assert spelled(expression('f("a")'), module_of("x = 'a'")) == "f('a')"


def test_spelled_with_values_in_place_of_names() -> None:
    tree = expression("f(a.b, a)")
    name = next(n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.col_offset == 2)
    assert spelled(tree, module_of(""), {name: expression("x + 1")}) == "f((x + 1).b, a)"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("a", "not a"),
        ("not a", "a"),
        ("not a or not b", "a and b"),
        ("a and b == 1", "not a or b != 1"),
        ("a in b", "a not in b"),
        ("a is None", "a is not None"),
        ("a < b", "not a < b"),
        ("a < b < c", "not a < b < c"),
    ],
)
def test_negated(test: str, expected: str) -> None:
    assert ast.unparse(negated(expression(test))) == expected


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        ("x = f(a, b)", 20, "x = f(a, b)"),
        ("x = f(aaaa, bbbb)", 16, "x = f(\n    aaaa, bbbb\n)"),
        ("x = f(aaaa, (b, c))", 14, "x = f(\n    aaaa,\n    (b, c),\n)"),
        ("x = a('(').b(cc)", 12, "x = a('(').b(\n    cc\n)"),
        ("x = ffffffffffffff()", 12, "x = ffffffffffffff()"),
        ("x = aaaaaaaaa + bbbbbb", 12, "x = aaaaaaaaa + bbbbbb"),
    ],
)
def test_broken(line: str, width: int, expected: str) -> None:
    assert broken(line, "", "    ", width) == expected


def test_a_tab_counts_as_four() -> None:
    assert broken("x = f(a)", "\t", "\t", 11) == "x = f(\n\ta\n)"
    assert broken("x = f(a)", "\t", "\t", 12) == "x = f(a)"


@pytest.mark.parametrize(
    ("text", "unit"),
    [("def f():\n  pass", "  "), ("class A:\n\tdef f(self):\n\t\tpass", "\t"), ("def f(): pass", "    ")],
)
def test_indent_unit(text: str, unit: str) -> None:
    assert indent_unit(next(iter(module_of(text).functions.values()))) == unit


@pytest.mark.parametrize(
    ("target", "expected"),
    [("a", "a"), ("(a, b)", "a, b"), ("(a, (b, c))", "a, (b, c)"), ("((a, b), c)", "(a, b), c")],
)
def test_target_of(target: str, expected: str) -> None:
    assert target_of(expression(target)) == expected


def test_comments_in() -> None:
    assert comments_in('a(  # one\n    "# no",\n    b)  # two') == ["# one", "# two"]
