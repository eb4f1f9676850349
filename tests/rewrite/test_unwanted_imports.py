"""Imports that an edit leaves without a use go, unless something speaks for them."""

from __future__ import annotations

import pytest

from fixbot.model import Import
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.rewrite.imports import add_imports

PLAIN = "import os\n\nfrom shelf import A, B, C\n\nprint(A, C)\n"


def changed(text: str, *unwanted: str, wanted: tuple[Import, ...] = (), path: str = "app/x.py") -> str:
    module = Module.parse(Source(path, text), path.removesuffix(".py").replace("/", "."))
    return add_imports(module, wanted, is_local=lambda name: name == "app", unwanted=unwanted)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from shelf import A, B\n\nprint(A)\n", "from shelf import A\n\nprint(A)\n"),
        ("from shelf import B\n\nprint(1)\n", "\nprint(1)\n"),
        ("import os\n\nfrom shelf import B\n\nos.sep\n", "import os\n\nos.sep\n"),
        ("import os, B\n\nos.sep\n", "import os\n\nos.sep\n"),
        ("from shelf import Book as B, C\n\nprint(C)\n", "from shelf import C\n\nprint(C)\n"),
        ("from shelf import (\n    A,\n    B,\n    C,\n)\n\nprint(A, C)\n", "from shelf import (\n    A,\n    C,\n)\n\nprint(A, C)\n"),
        ("from shelf import (\n    B,\n)\n\nprint(1)\n", "\nprint(1)\n"),
        ("from shelf import A, B\r\n\r\nprint(A)\r\n", "from shelf import A\r\n\r\nprint(A)\r\n"),
        ('"""Uses B."""\nfrom shelf import A, B\n\nprint(A)\n', '"""Uses B."""\nfrom shelf import A\n\nprint(A)\n'),
    ],
    ids=["of several", "alone", "alone in its section", "of a plain import", "with an alias", "a line of its own",
         "in brackets", "CRLF", "named in a docstring"],
)  # fmt: skip
def test_goes(before: str, after: str) -> None:
    assert changed(before, "B") == after


@pytest.mark.parametrize(
    "text",
    [
        "from shelf import B\n\nprint(B)\n",
        "from shelf import B\n\n\ndef f(x: 'B') -> None: ...\n",
        "from shelf import B\n\n\ndef f(x: 'list[B]') -> None: ...\n",
        "from shelf import B\n\n__all__ = ['B']\n",
        "from shelf import B  # noqa: F401\n",
        "from shelf import A, B  # for tests\n\nprint(A)\n",
        "from shelf import (\n    A,\n    B,  # for tests\n)\n\nprint(A)\n",
        "try:\n    from shelf import B\nexcept ImportError:\n    B = None\n",
        "import x; from shelf import B\n\nx\n",
        "def f():\n    from shelf import B\n",
    ],
    ids=["read", "in an annotation in quotes", "inside such an annotation", "exported", "with a comment",
         "of several, with a comment", "with a comment in brackets", "with an alternative", "two statements on a line", "inside a function"],
)  # fmt: skip
def test_stays(text: str) -> None:
    assert changed(text, "B") == text


def test_stays_in_a_package_that_imports_to_export() -> None:
    text = "from shelf import B\n"
    assert changed(text, "B", path="app/__init__.py") == text


def test_makes_way_for_another_in_the_same_import() -> None:
    text = "from ..shelf import B\n\nget_b()\n"
    new = Import("app.shelf", "get_b")
    assert (
        changed(text, "B", wanted=(new,), path="app/routers/x.py") == "from ..shelf import get_b\n\nget_b()\n"
    )


def test_one_more_name_than_a_line_holds_goes_into_brackets() -> None:
    name = "a_function_with_a_rather_long_name_that_fills_the_line"
    text = f"from app.shelf import {name}\n\nprint({name})\n"
    expected = f"from app.shelf import (\n    Volume,\n    {name},\n    shelve,\n)\n\nprint({name})\n"
    wanted = (Import("app.shelf", "shelve"), Import("app.shelf", "Volume"))
    assert changed(text, wanted=wanted) == expected
