"""Definitions that several findings add to, in the file's own style."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixbot.model import Definition
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.rewrite.definitions import add_definition, joined
from fixbot.rewrite.splice import CannotRewrite


def lines_of_both(one: str, other: str) -> str:
    return one + "".join(f"\n{line}" for line in other.split("\n")[1:] if line not in one)


NEW = Definition("app/x.py", "f", "def f():\n    a()", join=lines_of_both)
MORE = replace(NEW, code="def f():\n    b()")


def added(text: str, new: Definition) -> str:
    return add_definition(Module.parse(Source("app/x.py", text), "app.x"), new)


def test_two_findings_add_to_one_definition() -> None:
    assert joined(NEW, MORE).code == "def f():\n    a()\n    b()"


def test_a_definition_that_is_there_is_extended_in_place() -> None:
    text = "import os\n\n\ndef f():\n    a()\n\n\ndef g(): ...\n"
    assert added(text, MORE) == "import os\n\n\ndef f():\n    a()\n    b()\n\n\ndef g(): ...\n"
    assert added(text, NEW) == text


def test_without_a_way_to_join_they_must_be_the_same() -> None:
    plain, more = replace(NEW, join=None), replace(MORE, join=None)
    assert joined(plain, plain) == plain
    with pytest.raises(CannotRewrite, match="two fixes need different definitions"):
        joined(plain, more)
    with pytest.raises(CannotRewrite, match="already has another `f`"):
        added("def f():\n    c()\n", plain)


def test_new_code_takes_the_indentation_and_line_endings_of_the_file() -> None:
    assert added("def g():\n\treturn 1\n", NEW) == "def f():\n\ta()\n\n\ndef g():\n\treturn 1\n"
    assert (
        added("def g():\r\n  return 1\r\n", NEW) == "def f():\r\n  a()\r\n\r\n\r\ndef g():\r\n  return 1\r\n"
    )
    assert added("def f():\r\n\ta()\r\n", MORE) == "def f():\r\n\ta()\r\n\tb()\r\n"
