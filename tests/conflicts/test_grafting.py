"""A keyword finds its home, or none."""

from __future__ import annotations

import pytest

from fixbot.conflicts.grafting import added_keywords, graft


def test_what_was_added() -> None:
    assert added_keywords("x = f(g(a, b=1, c=2))", ["x = f(g(a, b=1))"]) == ("g", ("c=2",))
    assert added_keywords("x = f(a, b=1, c=2)", ["x = f(a)"]) == ("f", ("b=1", "c=2"))


@pytest.mark.parametrize(
    "statement", ["x = f(b, c=2)", "y = f(a, c=2)", "x = f(a, **c)", "if f(a, c=2):", "x = f(a)"]
)
def test_anything_else(statement: str) -> None:
    assert added_keywords(statement, ["x = f(a)"]) is None


def test_one_line() -> None:
    made = graft("x = f(a)\n", "f", ["c=2"], 80)
    assert made and made.new == ("x = f(a, c=2)",)


def test_no_arguments_yet() -> None:
    made = graft("x = f()\n", "f", ["c=2"], 80)
    assert made and made.new == ("x = f(c=2)",)


def test_a_line_that_would_get_too_long() -> None:
    made = graft("    x = f(a, b=1)\n".lstrip(), "f", ["c=2"], 14)
    assert made and made.new == ("x = f(", "    a,", "    b=1,", "    c=2,", ")")


def test_a_call_of_several_lines() -> None:
    made = graft("x = f(\n    a,\n    b=1\n)\n", "f", ["c=2"], 80)
    assert made and made.new == ("x = f(", "    a,", "    b=1,", "    c=2,", ")")


@pytest.mark.parametrize(
    "text",
    [
        "x = f(a)\ny = f(b)\n",  # two homes
        "x = g(a)\n",  # none
        "x = f(a, c=1)\n",  # it has it already
        "x = f(a, **more)\n",  # it may have it
        "x = f(a,\n      b)\n",  # no line of its own for the bracket
        "x = f(\n    a  # why\n)\n",  # a comment in the way
    ],
)
def test_no_home(text: str) -> None:
    assert graft(text, "f", ["c=2"], 80) is None
