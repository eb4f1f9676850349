"""What every new text must pass: it parses, its names exist, nothing is used too early, old Pythons understand it."""

from __future__ import annotations

import sys

import pytest

from fixbot.project.undefined import undefined_names
from fixbot.rewrite.gates import refuse_text

USES = "def f():\n    return new(1)\n"
OLDEST = (3, 7)


def refused(old: str | None, new: str, python: tuple[int, int] = OLDEST) -> str | None:
    return refuse_text("app/x.py", old, new, python=python)


@pytest.mark.parametrize("text", ["def f(:\n", "x = 1\0\n", "(" * 500 + ")" * 500, "x = '\ud800'\n"])
def test_what_does_not_parse(text: str) -> None:
    assert (refused("x = 1\n", text) or "").startswith("the rewritten app/x.py would not parse: ")


@pytest.mark.parametrize("text", ["return 1\n", "break\n", "def f():\n    await x\n"])
def test_what_parses_but_does_not_compile(text: str) -> None:
    assert (refused("x = 1\n", f"x = 1\n{text}") or "").startswith("the rewritten app/x.py would not parse: ")
    assert refused(f"x = 1\n{text}", f"x = 2\n{text}") is None, "it was like that before"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("new = 1\n", "new.run()\nimport new\n"),
        ("x = 1\n\nimport new\n", "x = new.one\n\nimport new\n"),
        ("x = 1\n\nfrom y import new\n", "x = [new]\n\nfrom y import new\n"),
    ],
    ids=["new import", "import that is there", "from"],
)
def test_used_above_its_import(old: str, new: str) -> None:
    assert refused(old, new) == "the rewritten app/x.py would use new before it is defined"


@pytest.mark.parametrize(
    "new",
    [
        "def f():\n    return new\n\nimport new\n",
        "try:\n    new\nexcept NameError:\n    new = 1\n\nimport new\n",
    ],
    ids=["in a function", "bound above as well"],
)
def test_used_above_an_import_but_not_without_it(new: str) -> None:
    assert refused("x = 1\n", new) is None


# --- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "new(1)\n"),
        ("", USES),
        ("def f(new):\n    return new(1)\n", USES),
        ("class A:\n    new = 1\n    x = new\n", "class A:\n    new = 1\n    def f(self): return new\n"),
        ("import new\n\nnew.x\n", "new.x\n"),
        ("from x import new\n", "from x import y as new2\n\nnew\n"),
        ("", "def f() -> 'new': ...\n"),
        ("", "async def f() -> 'list[new]': ...\n"),
        ("", "def f(x: 'new | None', *y: 'int'): ...\n"),
        ("", "x: 'new'\n"),
        ("import t\n", "import t\n\nx: t.Optional['new']\n"),
        ("new = 1\n\n__all__ = ['new']\n", "__all__ = ['new']\n"),
        ("def new(): ...\n\n__all__ = ('new',)\n", "__all__ = ('new',)\n"),
        ("", "[new for x in y]\n"),
        ("", "lambda x=new: x\n"),
        ("", "x = f'{new}'\n"),
        ("", "@new\ndef f(): ...\n"),
        ("def f():\n    global new\n    new = 1\n\nnew\n", "def f():\n    new = 1\n\nnew\n"),
    ],
    ids=["top", "function", "no parameter any more", "class variable in a method", "import gone", "import of another",
         "quoted result", "inside a quoted result", "quoted parameter", "quoted variable", "inside a type",
         "list of exports", "tuple of exports", "comprehension", "default value", "f-string", "decorator", "no longer global"],
)  # fmt: skip
def test_a_name_that_nothing_defines(old: str, new: str) -> None:
    old = f"y = 1\n{old}"
    new = f"y = 1\n{new}"
    assert refused(old, new) == "the rewritten app/x.py would use names that nothing defines: new"


def test_all_such_names_are_told_in_order() -> None:
    words = "the rewritten x.py would use names that nothing defines: a, b"
    assert refuse_text("x.py", None, "b(a)\n") == words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, ""),
        ("new(1)\n", f"new(2)\n\n\n{USES}"),
        ("from x import *\n\nnew(1)\n", "from x import *\n\n\nnew(2)\n"),
        ("def f():\n    global new\n    new = 1\n", f"def g():\n    global new\n    new = 1\n\n\n{USES}"),
        ("", "for new in []:\n    new\n"),
        ("", "with open('') as (x, new):\n    new\n"),
        ("", "try: ...\nexcept ValueError as new:\n    print(new)\n"),
        ("", "match 1:\n    case [*new]:\n        new\n"),
        ("", "if (new := 1):\n    new\n"),
        ("", "def f():\n    new = 1\n    return lambda: [new for _ in ()]\n"),
        ("", "def f(new): return lambda: new\n"),
        ("", "class A:\n    new = 1\n    x = new\n"),
        ("", "class A:\n    def f(self):\n        return __class__, super().__init__\n"),
        ("", "print(__file__, __name__, ValueError, __builtins__)\n"),
        ("", "try:\n    import new\nexcept ImportError:\n    new = None\n\nnew\n"),
        ("", "import new.sub\n\n__all__ = ['new']\n\nnew\n"),
        ("", "from typing import Literal\n\nx: Literal['new'] = 'new'\n"),
        ("", "import typing\n\ndef f(x: typing.Literal['new']): ...\n"),
        ("", "x: 'int' = 'new'\n\ndef f(x='new') -> 'not a name!': ...\n"),
        ("", "x = 1\n\ndef f():\n    del x, y\n    y = 1\n"),
    ],
    ids=["empty new file", "undefined before", "star import", "global", "loop", "with", "except", "match", "walrus",
         "closure", "parameter", "class variable", "class cell", "always there", "import with an alternative",
         "part of a dotted import", "literal", "literal of a module", "other strings", "deleted"],
)  # fmt: skip
def test_names_that_may_pass(old: str | None, new: str) -> None:
    assert refused(old, new, (3, 10)) is None


def test_what_a_star_import_may_bind_counts_as_undefined() -> None:
    assert undefined_names("from x import *\nimport os\nnew(os, len)\n") == {"new"}


# --- order -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        "new(1)\n",
        "@new\ndef f(): ...\n",
        "def f(x=new): ...\n",
        "class A(new): ...\n",
        "class A:\n    x = new\n",
        "if x:\n    y = [new for _ in x]\n",
    ],
    ids=["code", "decorator", "default value", "base class", "class body", "in blocks"],
)
@pytest.mark.parametrize("definition", ["def new(): ...\n", "async def new(): ...\n", "class new: ...\n"])
def test_used_before_it_is_defined(before: str, definition: str) -> None:
    old = "x = []\n"
    words = "the rewritten app/x.py would use new before it is defined"
    assert refused(old, f"{old}{before}{definition}") == words
    assert refused(old, f"{old}{definition}{before}") is None


@pytest.mark.parametrize(
    ("old", "before"),
    [
        ("", "def f():\n    return new\n"),
        ("", "f = lambda: new\n"),
        ("", "class A:\n    def f(self):\n        return new\n"),
        ("new(1)\n\n\ndef new(): ...\n", "new(1)\n"),
        ("new = 1\n", "new = 1\nprint(new)\n"),
    ],
    ids=["function", "lambda", "method", "was so before", "bound before"],
)
def test_used_before_but_not_run_before(old: str, before: str) -> None:
    assert refused(old, f"{before}\n\ndef new(): ...\n") is None


# --- versions ------------------------------------------------------------------------------------------------

NEWER = [
    ((3, 8), "if (x := 1): ...\n"),
    ((3, 8), "def f(x, /): ...\n"),
    ((3, 10), "match 1:\n    case _: ...\n"),
    ((3, 11), "try: ...\nexcept* ValueError: ...\n"),
]


@pytest.mark.parametrize(("needs", "text"), NEWER, ids=["walrus", "positional only", "match", "except group"])
def test_a_newer_python(needs: tuple[int, int], text: str) -> None:
    older = (needs[0], needs[1] - 1)
    words = f"the rewritten app/x.py would need a newer Python than 3.{older[1]}"
    assert refused("", text, older) == words
    assert refused("", text, needs) is None
    assert refused(text, f"{text}x = 1\n", older) is None, "it was so before"


def test_older_than_this_python_can_tell() -> None:
    assert refused("", "x = 1\n", (2, 7)) is None
    assert "newer Python than 2.7" in (refused("", "if (x := 1): ...\n", (2, 7)) or "")


@pytest.mark.parametrize(
    "text",
    ["x = f'{len('a')}'\n", "x = f'''{f'{f'{1}'}'}'''\n", "x = f'{\"\\n\"}'\n", "x = f'{1  # one\n}'\n", "x = f'{\n1}'\n"],
    ids=["its quotes", "quotes of an outer one", "backslash", "comment", "line"],
)  # fmt: skip
def test_f_strings_that_only_python_3_12_takes(text: str) -> None:
    words = "need a newer Python than 3.11" if sys.version_info >= (3, 12) else "would not parse"
    assert words in (refused("", text, (3, 11)) or "")
    if sys.version_info >= (3, 12):
        assert refused("", text, (3, 12)) is None


@pytest.mark.parametrize(
    "text",
    [
        "x = f'{len(\"a\")}' + 'b'\n",
        "x = f'\\n{1}' f\"{2}\"\n",
        "x = f'''{\n1}{'a'}{f\"{2:>{3}}\"}'''  # 'one'\n",
        "x = f'{{}}' 'a'\n",
    ],
    ids=["other quotes", "backslash outside", "triple quotes", "double braces"],
)
def test_f_strings_that_all_take(text: str) -> None:
    assert refused("", text, (3, 9)) is None
