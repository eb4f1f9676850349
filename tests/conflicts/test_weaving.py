"""Both sides' changes in one text, and where they are in each other's way."""

from __future__ import annotations

import pytest

from fixbot.conflicts.weaving import weave


def woven(base: str, ours: str, theirs: str) -> str | None:
    lines = weave(tuple(base.split("\n")), tuple(ours.split("\n")), tuple(theirs.split("\n")))
    return None if lines is None else "\n".join(line for line in lines if line)


def test_another_layout_and_another_word() -> None:
    base = "f(a, b, c)"
    assert woven(base, "f(\n    a,\n    b,\n    c\n)", "f(a, b, d)") == "f(\n    a,\n    b,\n    d\n)"


def test_other_quotes_and_another_word() -> None:
    assert woven("f('a', b)", 'f("a", b)', "f('a', c)") == 'f("a", c)'


def test_two_words_replaced() -> None:
    assert woven("f(a, b, c)", "f(x, b, c)", "f(a, b, z)") == "f(x, b, z)"


def test_a_word_replaced_and_one_deleted() -> None:
    assert woven("f(a, b, c)", "f(x, b, c)", "f(a, b)") == "f(x, b)"


def test_two_insertions() -> None:
    assert woven("g(f(a), h(b))", "g(f(a, x=1), h(b))", "g(f(a), h(b, y=1))") == "g(f(a, x=1), h(b, y=1))"


def test_the_same_change_twice() -> None:
    assert woven("f(a, b, c)", "f(x, b, c)", "f(x, b, d)") == "f(x, b, d)"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("f(x, b, c)", "f(y, b, c)"),  # the same word
        ("f(a, b, c, d)", "f(a, b, c, e)"),  # the same place
        ("f(a, b, x)", "f(a, b, c, e)"),  # beside each other
        ("f(x, b, c)", "f(a, b, c, e)"),  # replaced and inserted
        ("f(a, b, c)  # new", "f(a, b, d)"),  # prose
        ("f(a, b, c\ng(a)", "f(a, d, c)"),  # a bracket that does not close
    ],
)
def test_in_the_way(ours: str, theirs: str) -> None:
    assert woven("f(a, b, c)", ours, theirs) is None


def test_parts_of_one_name() -> None:
    assert woven("a.b.c()", "x.b.c()", "a.b.z()") is None


def test_lines_that_would_keep_their_old_indentation() -> None:
    base = "a()\nb()\nc()"
    ours = "if x:\n    a()\n    b()\n    c()"
    theirs = "a()\nnew()\nb()\nc()"
    assert woven(base, ours, theirs) is None
