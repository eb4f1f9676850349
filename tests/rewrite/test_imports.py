"""New imports stand where a person would write them, and are not written twice."""

from __future__ import annotations

import pytest

from fixbot.model import Import
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.rewrite.imports import add_imports
from fixbot.rewrite.splice import CannotRewrite

ASYNCIO = Import("asyncio")
THREAD = Import("asyncio", "to_thread")
FIRESTORE = Import("google.cloud", "firestore")
OWN = Import("app.limits", "limit")


def added(text: str, *wanted: Import, path: str = "app/x.py", line_length: int = 88) -> str:
    module = Module.parse(Source(path, text), path.removesuffix(".py").replace("/", "."))
    return add_imports(module, wanted, is_local=lambda name: name == "app", line_length=line_length)


# --- what is there -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("import os, asyncio\n", ASYNCIO),
        ("from asyncio import gather, to_thread\n", THREAD),
        ("from asyncio import (\n    to_thread,  # why\n)\n", THREAD),
        ("from .limits import limit\n", OWN),
        ("x = 1\nimport asyncio\n", ASYNCIO),
        ("import os.path\n", Import("os.path")),
    ],
    ids=["beside another", "of several", "in brackets", "relative", "below code", "dotted"],
)
def test_what_is_there_is_used(text: str, new: Import) -> None:
    assert added(text, new) == text


def test_no_import_is_wanted() -> None:
    assert added("x  =  1") == "x  =  1"


@pytest.mark.parametrize(
    ("text", "new", "after"),
    [
        ("try:\n    import asyncio\nexcept ImportError:\n    raise\n", ASYNCIO, "import asyncio\n\n{}"),
        ("import t\n\nif t.TYPE_CHECKING:\n    from app.limits import limit\n", OWN,
         "import t\n\nfrom app.limits import limit\n\nif t.TYPE_CHECKING:\n    from app.limits import limit\n"),
        ("def f():\n    import asyncio\n", ASYNCIO, "import asyncio\n\n\n{}"),
        ("import asyncio as aio\n", ASYNCIO, "import asyncio\n{}"),
        ("import asyncio.events\n", ASYNCIO, "import asyncio\n{}"),
        ("import asyncio\n", THREAD, "{}from asyncio import to_thread\n"),
        ("from asyncio import *\n", THREAD, "{}from asyncio import to_thread\n"),
    ],
    ids=["in try", "for type checkers", "in a function", "under another name", "a submodule", "the module", "star"],
)  # fmt: skip
def test_what_does_not_count(text: str, new: Import, after: str) -> None:
    assert added(text, new) == after.format(text)


@pytest.mark.parametrize(
    ("text", "new", "name"),
    [
        ("asyncio = None\n", ASYNCIO, "asyncio"),
        ("import uasyncio as asyncio\n", ASYNCIO, "asyncio"),
        ("def to_thread(): ...\n", THREAD, "to_thread"),
        ("from anyio import to_thread\n", THREAD, "to_thread"),
        ("from .limits import limit\n", Import("app.rates", "limit"), "limit"),
        ("try:\n    import asyncio\nexcept ImportError:\n    asyncio = None\n", ASYNCIO, "asyncio"),
        ("def f():\n    global asyncio\n    asyncio = 1\n", ASYNCIO, "asyncio"),
        ("for os in x: pass\n", Import("os.path"), "os"),
    ],
    ids=["variable", "alias of another", "function", "of another module", "of another own module",
         "at times", "global in a function", "first part"],
)  # fmt: skip
def test_a_name_that_means_something_else(text: str, new: Import, name: str) -> None:
    with pytest.raises(CannotRewrite, match=f"`{name}` already means something else in app/x.py"):
        added(text, new)


def test_a_local_variable_of_that_name_does_not_matter() -> None:
    text = "def f(asyncio):\n    return asyncio\n"
    assert added(text, ASYNCIO) == f"import asyncio\n\n\n{text}"


# --- one more name -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from asyncio import gather\n", "from asyncio import gather, to_thread\n"),
        ("from asyncio import gather, wait\n", "from asyncio import gather, to_thread, wait\n"),
        ("from asyncio import wait, gather\n", "from asyncio import wait, gather, to_thread\n"),
        ("from asyncio import Task, wait as w\n", "from asyncio import Task, to_thread, wait as w\n"),
        ("from  asyncio  import gather  # why\n", "from  asyncio  import gather, to_thread  # why\n"),
        ("from asyncio import gather", "from asyncio import gather, to_thread"),
        ("from asyncio import gather\r\nx\r\n", "from asyncio import gather, to_thread\r\nx\r\n"),
        ("from asyncio import (\n    gather,\n    wait,\n)\n",
         "from asyncio import (\n    gather,\n    to_thread,\n    wait,\n)\n"),
        ("from asyncio import (\r\n\tgather,\r\n\tshield\r\n)\r\n",
         "from asyncio import (\r\n\tgather,\r\n\tshield,\r\n\tto_thread,\r\n)\r\n"),
        ("from asyncio import (\n    gather,  # one\n    # two\n    wait,  # three\n)\n",
         "from asyncio import (\n    gather,  # one\n    to_thread,\n    # two\n    wait,  # three\n)\n"),
        ("from asyncio import (\n    é,\n    gather  # one\n)\n",
         "from asyncio import (\n    é,\n    gather,  # one\n    to_thread,\n)\n"),
    ],
    ids=["last", "sorted", "unsorted", "beside an alias", "with a comment", "no final newline", "CRLF",
         "one a line", "no comma after the last", "comments stay with their name", "comma before a comment"],
)  # fmt: skip
def test_an_import_is_extended(before: str, after: str) -> None:
    assert added(before, THREAD) == after


@pytest.mark.parametrize(
    ("name", "after"),
    [("zeta", "ZED, Ab, a, zeta"), ("Abc", "ZED, Ab, Abc, a"), ("YAK", "YAK, ZED, Ab, a"), ("a2", "ZED, Ab, a, a2")],
)  # fmt: skip
def test_constants_then_classes_then_the_rest(name: str, after: str) -> None:
    assert added("from m import ZED, Ab, a\n", Import("m", name)) == f"from m import {after}\n"


def test_numbers_sort_by_value() -> None:
    assert added("from m import v2, v11\n", Import("m", "v10")) == "from m import v2, v10, v11\n"


def test_brackets_when_too_long() -> None:
    one_line = "from asyncio import gather, to_thread\n"
    brackets = "from asyncio import (\n    gather,\n    to_thread,\n)\n"
    assert added("from asyncio import gather\n", THREAD, line_length=len(one_line) - 1) == one_line
    assert added("from asyncio import gather\n", THREAD, line_length=len(one_line) - 2) == brackets


def test_brackets_in_the_style_of_the_file() -> None:
    before = "from asyncio import gather  # why\r\nif x:\r\n\ty\r\n"
    after = "from asyncio import (  # why\r\n\tgather,\r\n\tto_thread,\r\n)\r\nif x:\r\n\ty\r\n"
    assert added(before, THREAD, line_length=40) == after


@pytest.mark.parametrize(
    "text",
    [
        "from asyncio import (gather,\n    wait)\n",
        "from asyncio import (gather)\n",
        "from asyncio import gather; x = 1\n",
        "from asyncio import gather, \\\n    wait\n",
    ],
    ids=["brackets of another style", "brackets on one line", "two statements on the line", "backslash"],
)
def test_what_would_not_read_well_gets_a_line_of_its_own(text: str) -> None:
    assert added(text, THREAD) == f"{text}from asyncio import to_thread\n"


# --- a new line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "new", "after"),
    [
        ("import os\n", ASYNCIO, "import asyncio\nimport os\n"),
        ("import ast\nimport os\n", ASYNCIO, "import ast\nimport asyncio\nimport os\n"),
        ("import os\nfrom abc import ABC\n", ASYNCIO, "import asyncio\nimport os\nfrom abc import ABC\n"),
        ("from abc import ABC\nimport os\n", ASYNCIO, "from abc import ABC\nimport asyncio\nimport os\n"),
        ("import sys\nimport os\n\nx = 1\n", ASYNCIO, "import sys\nimport os\nimport asyncio\n\nx = 1\n"),
        ("import os", Import("sys"), "import os\nimport sys\n"),
        ("import os\r\n\r\nx\r\n", ASYNCIO, "import asyncio\r\nimport os\r\n\r\nx\r\n"),
        ("import os; x = [\n]\ny = 1\n", Import("sys"), "import os; x = [\n]\nimport sys\ny = 1\n"),
        ("'Doc.'\n\n# why\nimport os\n", ASYNCIO, "'Doc.'\n\n# why\nimport asyncio\nimport os\n"),
    ],
    ids=["first", "between", "plain before from", "by module alone", "unsorted", "no final newline", "CRLF",
         "after a line of two", "below the comment that heads the section"],
)  # fmt: skip
def test_among_its_like(text: str, new: Import, after: str) -> None:
    assert added(text, new) == after


@pytest.mark.parametrize(
    ("text", "new", "after"),
    [
        ("# Licence\nimport httpx\n", ASYNCIO, "# Licence\nimport asyncio\n\nimport httpx\n"),
        ("'Doc.'\n\n# why\nimport httpx\n", ASYNCIO, "'Doc.'\n\nimport asyncio\n\n# why\nimport httpx\n"),
        ("import a\na.x = 1\nimport b\n", Import("c"), "import a\na.x = 1\nimport b\nimport c\n"),
        ("import os\n\nx = 1\n", FIRESTORE, "import os\n\nfrom google.cloud import firestore\n\nx = 1\n"),
        ("import os\n\nimport app\n", FIRESTORE, "import os\n\nfrom google.cloud import firestore\n\nimport app\n"),
        ("import os\n\nfrom . import y\n", OWN, "import os\n\nfrom app.limits import limit\n\nfrom . import y\n"),
        ("from __future__ import annotations\n\nx = 1\n", ASYNCIO,
         "from __future__ import annotations\n\nimport asyncio\n\nx = 1\n"),
        ("# of httpx\nimport httpx\n\n# of app\nimport app\n", FIRESTORE,
         "# of httpx\nimport httpx\nfrom google.cloud import firestore\n\n# of app\nimport app\n"),
        ("import os\n\n# of app\nimport app\n", FIRESTORE,
         "import os\n\nfrom google.cloud import firestore\n\n# of app\nimport app\n"),
        ("import os\nos.x = 1\nimport httpx\n", FIRESTORE,
         "import os\nos.x = 1\nimport httpx\nfrom google.cloud import firestore\n"),
        ("import os\nos.x = 1\nimport re\n", ASYNCIO, "import asyncio\nimport os\nos.x = 1\nimport re\n"),
        ("import os\n\n\ndef f(): ...\n\n\nimport httpx\n", FIRESTORE,
         "import os\n\nfrom google.cloud import firestore\n\n\ndef f(): ...\n\n\nimport httpx\n"),
    ],
    ids=["above a library, below the licence", "above its comment", "in the last of two blocks of libraries", "below the standard library", "between", "before relative ones", "after the future",
         "in its section", "above a comment of the next section", "in the last of two blocks", "stdlib in the first of two blocks",
         "not below a definition"],
)  # fmt: skip
def test_sections(text: str, new: Import, after: str) -> None:
    assert added(text, new) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "import asyncio\n"),
        ("x = 1\n", "import asyncio\n\nx = 1\n"),
        ("\n\nx = 1\n", "import asyncio\n\nx = 1\n"),
        ("@x\nclass A: ...\n", "import asyncio\n\n\n@x\nclass A: ...\n"),
        ("# of f\ndef f(): ...\n", "import asyncio\n\n\n# of f\ndef f(): ...\n"),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\n\nimport asyncio\n\nx = 1\n'),
        ('"""Doc.\n\nMore.\n"""\n\n\n\ndef f(): ...\n', '"""Doc.\n\nMore.\n"""\n\nimport asyncio\n\n\ndef f(): ...\n'),
        ('"""Doc."""', '"""Doc."""\n\nimport asyncio\n'),
        ('"""Doc."""; x = 1\n', '"""Doc."""; x = 1\n\nimport asyncio\n'),
        ("#!/usr/bin/python\n# coding: utf-8\n# of x\nx = 1\n",
         "#!/usr/bin/python\n# coding: utf-8\n\nimport asyncio\n\n# of x\nx = 1\n"),
        ("# Licence\n# of all\n\nx = 1\n", "# Licence\n# of all\n\nimport asyncio\n\nx = 1\n"),
        ("# Licence\n", "# Licence\n\nimport asyncio\n"),
        ("x = 1\r\n", "import asyncio\r\n\r\nx = 1\r\n"),
    ],
    ids=["empty", "code", "blank lines", "definition", "definition with a comment", "docstring", "long docstring",
         "only a docstring", "docstring and code on a line", "shebang and coding", "licence", "only comments", "CRLF"],
)  # fmt: skip
def test_the_first_import_of_a_file(before: str, after: str) -> None:
    assert added(before, ASYNCIO) == after


def test_several_are_added_in_order_and_once() -> None:
    text = "import httpx\n\nx = 1\n"
    after = (
        "import asyncio\nfrom asyncio import to_thread\n\nimport httpx\nfrom google.cloud import firestore\n\n"
        "from app.limits import limit\n\nx = 1\n"
    )
    assert added(text, OWN, FIRESTORE, THREAD, ASYNCIO, OWN) == after
    assert added(after, THREAD, OWN, ASYNCIO, FIRESTORE) == after
