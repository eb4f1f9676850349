"""New top-level code stands once, where a reader looks for it, with two blank lines around it."""

from __future__ import annotations

import pytest

from fixbot.model import Definition
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.rewrite.definitions import add_definition
from fixbot.rewrite.splice import CannotRewrite

CODE = "@cache\ndef new():\n    return 1"


def added(text: str, *, name: str = "new", code: str = CODE, after: str = "", before: str = "") -> str:
    module = Module.parse(Source("app/x.py", text), "app.x")
    return add_definition(module, Definition("app/x.py", name, code, after, before=before))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "{}\n"),
        ("# Licence\n", "# Licence\n\n\n{}\n"),
        ("import os", "import os\n\n\n{}\n"),
        ("import os\n\n\n\n\n", "import os\n\n\n{}\n"),
        ("import os\nx = 1\n", "import os\nx = 1\n\n\n{}\n"),
        ("import os\n\ndef f(): ...\n", "import os\n\n\n{}\n\n\ndef f(): ...\n"),
        ("class A: ...\n\n\ndef f(): ...\n", "{}\n\n\nclass A: ...\n\n\ndef f(): ...\n"),
        ("x\n\n# of f\n@y\nasync def f(): ...\n", "x\n\n\n{}\n\n\n# of f\n@y\nasync def f(): ...\n"),
        ("x\n# above\n\n\ndef f(): ...\n", "x\n# above\n\n\n{}\n\n\ndef f(): ...\n"),
        ('x\n\nif __name__ == "__main__":\n    x()\n', 'x\n\n\n{}\n\n\nif __name__ == "__main__":\n    x()\n'),
        ("if x:\n    def f(): ...\n", "if x:\n    def f(): ...\n\n\n{}\n"),
        ("x = 1; y = [\n]; z = 2\n", "x = 1; y = [\n]; z = 2\n\n\n{}\n"),
        ("#!/usr/bin/python\n# of f\ndef f(): ...\n", "#!/usr/bin/python\n\n\n{}\n\n\n# of f\ndef f(): ...\n"),
        ("# coding: latin-1\ndef f(): ...\n", "# coding: latin-1\n\n\n{}\n\n\ndef f(): ...\n"),
    ],
    ids=["empty file", "only comments", "no final newline", "blank lines at the end", "after all code",
         "before the first function", "before a class", "above decorators and comments", "below a comment apart",
         "before the script", "not inside an if", "after a line of several", "below a shebang", "below a coding line"],
)  # fmt: skip
def test_place_and_gaps(before: str, after: str) -> None:
    assert added(before) == after.format(CODE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    x\ndef g(): ...\n", "def f():\n    x\n\n\n{}\n\n\ndef g(): ...\n"),
        ("def f():\n    x", "def f():\n    x\n\n\n{}\n"),
        ("class f: ...\n\n\n\n\n\nx = 1\n", "class f: ...\n\n\n{}\n\n\nx = 1\n"),
        ("def f(): ...\n\n\n# of g\ndef g(): ...\n", "def f(): ...\n\n\n{}\n\n\n# of g\ndef g(): ...\n"),
        ("def f():\n    x\n\n    # end\n\n\ny = 1\n", "def f():\n    x\n\n    # end\n\n\n{}\n\n\ny = 1\n"),
    ],
    ids=["no gap there", "at the end", "larger gap there", "comment of the next", "comment that closes it"],
)
def test_after_another_definition(before: str, after: str) -> None:
    assert added(before, after="f") == after.format(CODE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\napp = x\n", "x = 1\n\n\n{}\n\n\napp = x\n"),
        ("def f(): ...\n\n\n# it\napp = f()\n", "def f(): ...\n\n\n{}\n\n\n# it\napp = f()\n"),
        ("@f\ndef app(): ...\n", "{}\n\n\n@f\ndef app(): ...\n"),
    ],
    ids=["a variable", "with a comment", "a function"],
)
def test_before_what_uses_it(before: str, after: str) -> None:
    assert added(before, before="app") == after.format(CODE)


def test_before_nothing() -> None:
    with pytest.raises(CannotRewrite, match="has no top-level `app`"):
        added("x = 1\n", before="app")


def test_no_such_definition_to_stand_after() -> None:
    with pytest.raises(CannotRewrite, match=r"app/x\.py has no top-level `f`"):
        added("class A:\n    def f(self): ...\n", after="f")


def test_deeper_code_takes_the_indentation_and_line_endings_of_the_file() -> None:
    code = "def new(\n    x,\n):\n    if x:\n        return (1,\n                2)\n\n    return 3"
    expected = "def new(\n\tx,\n):\n\tif x:\n\t\treturn (1,\n\t\t\t\t2)\n\n\treturn 3\n"
    text = "if x:\r\n\ty\r\n"
    assert added(text, code=code) == f"{text}\r\n\r\n{expected}".replace("\r\n", "\n").replace("\n", "\r\n")


# --- what is there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"{CODE}\n",
        "@cache\n# why\ndef new():  # here\n\treturn (1)\n",
        f"x = 1\n\n\ndef f(): ...\n\n\n{CODE}",
    ],
    ids=["the same", "the same but for its layout", "elsewhere in the file"],
)
def test_an_equal_definition_is_used(text: str) -> None:
    assert added(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "def new():\n    return 1\n",
        "@cache\nasync def new():\n    return 1\n",
        "new = 1\n",
        "from y import new\n",
        f"if x:\n{CODE}\n".replace("\n", "\n    ").rstrip(" "),
        f"{CODE}\n\n\nnew = 2\n",
        f"{CODE}\n\n\n{CODE}\n",
        f"{CODE}\n\n\ndef f():\n    global new\n    new = 2\n",
    ],
    ids=["no decorator", "async", "variable", "import", "only at times", "bound again", "twice", "global in a function"],
)  # fmt: skip
def test_a_name_that_is_taken(text: str) -> None:
    with pytest.raises(CannotRewrite, match=r"app/x\.py already has another `new`"):
        added(text)


def test_a_local_variable_or_method_of_that_name_does_not_matter() -> None:
    text = "class A:\n    def new(self):\n        new = 1\n"
    assert added(text) == f"{CODE}\n\n\n{text}"
