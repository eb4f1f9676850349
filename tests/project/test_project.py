"""A project as codemods see it: what names stand for, across files, source folders and edits."""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from fixbot import catalogue
from fixbot.errors import ProjectError
from fixbot.model import FileError
from fixbot.project.module import Module
from fixbot.project.project import Project, Target
from fixbot.project.source import Source
from fixbot.project.types import Location, Query
from tests.support import write_files

Open = Callable[..., Project]
SITE = f".venv/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Open]:
    """Opens a project of these files in a folder; its type checker is stopped at the end."""
    opened: list[Project] = []

    def make(files: Mapping[str, str | bytes]) -> Project:
        texts = {n: textwrap.dedent(t).lstrip("\n") if isinstance(t, str) else t for n, t in files.items()}
        opened.append(Project.open(write_files(tmp_path, texts), catalogue.builtin()))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def called(project: Project, path: str = "app/main.py") -> dict[str, str]:
    """What each call in a file is: `module:qualname`, "" when it is unknown."""
    module = project.module(path)
    assert module, project.errors
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    answers = project.resolve([(module, call.func) for call in calls])
    return {
        ast.unparse(call.func): "|".join(f"{t.module}:{t.qualname}" for t in targets)
        for call, targets in zip(calls, answers, strict=True)
    }


DOCUMENT = "google.cloud.firestore_v1.document:DocumentReference"

# --- what names stand for ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "call", "target"),
    [
        ("import time\ntime.sleep(1)", "time.sleep", "time:sleep"),
        ("from time import sleep as s\ns(1)", "s", "time:sleep"),
        ("open('x')", "open", "builtins:open"),
        ("{}.get(1)", "{}.get", "builtins:dict.get"),
        ("def f(): ...\nf()", "f", "app.main:f"),
        ("class A:\n    def m(self): self.n()\n    def n(self): ...", "self.n", "app.main:A.n"),
        ("class A:\n    def m(self): ...\nA().m()", "A().m", "app.main:A.m"),
        ("class A: ...\nA()", "A", "app.main:A"),
        ("class A:\n    class B:\n        def m(self): ...\nA.B().m()", "A.B().m", "app.main:A.B.m"),
        ("class A:\n    def m(self): ...\nclass B(A): ...\nB().m()", "B().m", "app.main:A.m"),
        ("class A:\n    def m(self): ...\nclass B(A):\n    def m(self): super().m()", "super().m", "app.main:A.m"),
        ("class A:\n    @property\n    def p(self) -> 'A': ...\n    def m(self): ...\nA().p.m()", "A().p.m", "app.main:A.m"),
        ("class A:\n    @staticmethod\n    def m(): ...\nA.m()", "A.m", "app.main:A.m"),
        ("class A:\n    @classmethod\n    def make(cls): return cls()\n    def m(self): ...\nA.make().m()", "A.make().m", "app.main:A.m"),
        ("class A:\n    def m(self): ...\nclass B:\n    def m(self): ...\ndef f(x: A | B): x.m()", "x.m", "app.main:A.m|app.main:B.m"),
        ("class A:\n    def m(self): ...\ndef f(x: A | None): x.m()", "x.m", "app.main:A.m"),
        ("def f(x): x.m()", "x.m", ""),
        ("unknown()", "unknown", ""),
        ("import unknown\nunknown.f()", "unknown.f", ""),
        ("f = lambda: 1\nf()", "f", ""),
        ("if a:\n    def f(): ...\nelse:\n    def f(): ...\nf()", "f", "app.main:f"),
        ("def outer():\n    def f(): ...\n    f()", "f", "app.main:outer.f"),
        ("from typing import overload\n@overload\ndef f(x: int): ...\n@overload\ndef f(x: str): ...\ndef f(x): ...\nf(1)", "f", "app.main:f"),
        ("def g(): return f\ndef f(): ...\ng()()", "g()", ""),
        ("a = [1]\na[0].bit_length()", "a[0].bit_length", "builtins:int.bit_length"),
        ("x = f'{open(1)}'", "open", "builtins:open"),
        ("def \u017f(): ...\n\u017f()", "s", ""),  # written differently than ast says
    ],
)  # fmt: skip
def test_what_a_call_is(project: Open, text: str, call: str, target: str) -> None:
    assert set(called(project({"app/__init__.py": "", "app/main.py": text}))[call].split("|")) == set(
        target.split("|")
    )


def test_modules_of_the_project(project: Open) -> None:
    found = project(
        {
            "app/__init__.py": "from app.deps import exported",
            "app/deps.py": "def exported(): ...\ndef helper(): ...\nclass Repo:\n    def load(self): ...\n",
            "app/sub/__init__.py": "",
            "app/sub/main.py": """
                import app
                import app.deps
                import app.deps as d
                from . import sibling
                from .sibling import near
                from .. import deps
                from ..deps import helper, Repo as R
                from app import exported

                app.exported(); app.deps.helper(); d.helper(); sibling.near(); near(); deps.helper(); helper()
                R().load(); exported()
            """,
            "app/sub/sibling.py": "def near(): ...\n",
            "namespace/tools.py": "def tool(): ...\n",
            "scripts/run.py": "from namespace.tools import tool\nimport namespace.tools\ntool(); namespace.tools.tool()\n",
        }
    )
    assert called(found, "app/sub/main.py") == {
        "app.exported": "app.deps:exported",
        "app.deps.helper": "app.deps:helper",
        "d.helper": "app.deps:helper",
        "sibling.near": "app.sub.sibling:near",
        "near": "app.sub.sibling:near",
        "deps.helper": "app.deps:helper",
        "helper": "app.deps:helper",
        "R().load": "app.deps:Repo.load",
        "R": "app.deps:Repo",
        "exported": "app.deps:exported",
    }
    assert set(called(found, "scripts/run.py").values()) == {"namespace.tools:tool"}


def test_targets_carry_what_is_known_of_them(project: Open) -> None:
    found = project(
        {
            "app/main.py": "import time, math, html\nclass A: ...\ndef f(): ...\ntime.sleep(1); math.sqrt(2); A(); f()\n"
        }
    )
    module = found.module("app/main.py")
    assert module
    calls = {ast.unparse(n.func): n for n in ast.walk(module.tree) if isinstance(n, ast.Call)}

    def target(name: str) -> Target:
        [only] = found.targets(calls[name].func, module)
        return only

    assert target("time.sleep").entry and target("time.sleep").entry.blocks  # type: ignore[union-attr]
    assert (target("math.sqrt").stdlib, target("math.sqrt").known) == (True, True)
    assert target("A").owner == (module, module.tree.body[1])
    function = target("f").function
    assert function and function.node is module.tree.body[2]
    assert found.declared_at(calls["f"].func, module) == [("app/main.py", 3)]
    assert found.declared_at(calls["time.sleep"].func, module) == []
    assert found.declared_at(calls["f"], module) == []


FIRESTORE = "from google.cloud import firestore\n"
FACTORY = "def get_db(): return firestore.Client()\n"
USE = ".collection('a').document('b').get()\n"


@pytest.mark.parametrize(
    ("deps", "use"),
    [
        ("db = firestore.Client()", "from app.deps import db\ndb"),
        ("class S:\n    db = firestore.Client()", "from app.deps import S\nS.db"),
        ("class S:\n    def __init__(self): self.db = firestore.Client()", "from app.deps import S\nS().db"),
        ("class S:\n    def __init__(self, db: firestore.Client): self.db = db", "from app.deps import S\ndef f(s: S): s.db"),
        ("class S:\n    _db = None\n    @property\n    def db(self):\n        if self._db is None:\n            self._db = firestore.Client()\n        return self._db", "from app.deps import S\nS().db"),
        (FACTORY, "from app.deps import get_db\nget_db()"),
        ("from functools import lru_cache\n@lru_cache\n" + FACTORY, "from app.deps import get_db\nget_db()"),
        ("import functools\n@functools.cache\n" + FACTORY, "from app.deps import get_db\nget_db()"),
        ("from functools import lru_cache\n@lru_cache(maxsize=1)\ndef get_db() -> firestore.Client: ...", "from app.deps import get_db\nget_db()"),
        ("_db = None\ndef get_db():\n    global _db\n    if _db is None:\n        _db = firestore.Client()\n    return _db", "from app.deps import get_db\nget_db()"),
        ("_db: firestore.Client | None = None\ndef get_db():\n    global _db\n    _db = _db or firestore.Client()\n    return _db", "from app.deps import get_db\nget_db()"),
        (FACTORY, "from fastapi import Depends\nfrom app.deps import get_db\ndef f(db=Depends(get_db)): db"),
        (FACTORY, "import fastapi\nimport app.deps\ndef f(db=fastapi.Depends(app.deps.get_db)): db"),
        (FACTORY, "from fastapi import Depends\nfrom google.cloud.firestore import Client\nfrom app.deps import get_db\ndef f(db: Client = Depends(get_db)): db"),
        ("from functools import lru_cache\n@lru_cache\n" + FACTORY, "from fastapi import Depends\nfrom app.deps import get_db\nasync def f(*, db=Depends(get_db)): db"),
        ("async def get_db() -> firestore.Client: ...", "from fastapi import Depends\nfrom app.deps import get_db\ndef f(db=Depends(get_db)): db"),
        ("from typing import Iterator\ndef get_db() -> Iterator[firestore.Client]: yield", "from fastapi import Depends\nfrom app.deps import get_db\ndef f(db=Depends(get_db)): db"),
        ("class S:\n    def __init__(self): self.db = firestore.Client()\n    def get(self): return self.db", "from fastapi import Depends\nfrom app.deps import S\ndef f(s=Depends(S)): s.get()"),
    ],
)  # fmt: skip
def test_where_a_client_comes_from(project: Open, deps: str, use: str) -> None:
    found = called(
        project({"app/__init__.py": "", "app/deps.py": FIRESTORE + deps, "app/main.py": use + USE})
    )
    [get] = [target for call, target in found.items() if call.endswith("document('b').get")]
    assert get == f"{DOCUMENT}.get"


# --- several source folders ----------------------------------------------------------------------------

BILLING = {
    "billing/pyproject.toml": "",
    "billing/app/__init__.py": "",
    "billing/app/core.py": "def f(): ...\n",
    "billing/app/main.py": "from app.core import f\nf()\n",
    "shop/pyproject.toml": "",
    "shop/app/__init__.py": "",
    "shop/app/core.py": "def f(): ...\n",
    "shop/app/main.py": "from app.core import f\nfrom .core import f as near\nf()\nnear()\n",
}


def test_names_that_two_source_folders_offer_are_unknown(project: Open) -> None:
    found = project(BILLING)
    first, second = called(found, "billing/app/main.py"), called(found, "shop/app/main.py")
    assert first == {"f": "app.core:f"}, "it is the first on ty's path, and its own"
    assert second == {"f": "", "near": "app.core:f"}
    assert [m.path for m in found.modules_named("app.core")] == ["billing/app/core.py", "shop/app/core.py"]


@pytest.mark.parametrize("folder", ["src", "backend", "services/api"])
def test_source_folders(project: Open, folder: str) -> None:
    found = project(
        {
            f"{folder}/app/__init__.py": "",
            f"{folder}/app/core.py": "def f(): ...\n",
            f"{folder}/app/main.py": "from app.core import f\nf()\n",
            "tests/test_app.py": "from app.core import f\nf()\n",
        }
    )
    assert called(found, f"{folder}/app/main.py") == called(found, "tests/test_app.py") == {"f": "app.core:f"}


# --- libraries -----------------------------------------------------------------------------------------

LIBRARY = (
    FIRESTORE
    + "import requests, unheard_of\nfirestore.Client()"
    + USE
    + "requests.get('x')\nunheard_of.go()\n"
)
INSTALLED = {
    ".venv/pyvenv.cfg": "home = /usr/bin\n",
    f"{SITE}/google/cloud/firestore/__init__.py": "class Client:\n    def collection(self, x) -> int: ...\n",
    f"{SITE}/requests/__init__.py": "from .api import get\n",
    f"{SITE}/requests/api.py": "def get(url): ...\n",
    f"{SITE}/unheard_of.py": "def go(): ...\n",
    f"{SITE}/stdlib/os.py": "def remove(): ...\n",
}


@pytest.mark.parametrize("installed", [{}, INSTALLED], ids=["not installed", "installed"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            "pyproject.toml": "[tool.ty.analysis]\nreplace-imports-with-any = ['**']\n[tool.ty.src]\nexclude = ['**']\n"
        },
        {"ty.toml": "[analysis]\nreplace-imports-with-any = ['google.**', 'requests.**']\n"},
    ],
    ids=["plain", "hostile [tool.ty]", "hostile ty.toml"],
)
def test_libraries(project: Open, installed: dict[str, str], settings: dict[str, str]) -> None:
    found = called(project({**installed, **settings, "app/main.py": LIBRARY}))
    assert found["firestore.Client().collection('a').document('b').get"] == f"{DOCUMENT}.get"
    assert found["requests.get"] == "requests.api:get"
    assert found["unheard_of.go"] == ("unheard_of:go" if installed else "")


def test_a_library_folder_that_is_called_stdlib_is_no_standard_library(project: Open) -> None:
    found = project({**INSTALLED, "app/main.py": "from stdlib.os import remove\nremove()\n"})
    module = found.module("app/main.py")
    assert module
    [call] = [n for n in ast.walk(module.tree) if isinstance(n, ast.Call)]
    [target] = found.targets(call.func, module)
    assert (target.module, target.stdlib, target.known) == ("stdlib.os", False, False)


def test_a_module_of_ones_own_hides_a_library(project: Open) -> None:
    found = project(
        {
            "requests.py": "def get(url): ...\n",
            "google/own/tool.py": "def f(): ...\n",
            "main.py": "import requests\nfrom google.cloud import firestore\nrequests.get('x')\nfirestore.Client()\n",
        }
    )
    assert called(found, "main.py") == {
        "requests.get": "",
        "firestore.Client": "google.cloud.firestore_v1.client:Client",
    }


def test_stubs_inside_the_project(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "stubs/house.pyi": "from fixbot_effects import blocking\n@blocking\ndef wait() -> None: ...\n",
            "main.py": "import house\nhouse.wait()\n",
        },
    )
    found = Project.open(tmp_path, catalogue.load([tmp_path / "stubs"]))
    try:
        assert called(found, "main.py") == {"house.wait": "house:wait"}
    finally:
        found.close()


# --- files ---------------------------------------------------------------------------------------------


def test_files_that_do_not_parse_are_errors_once(project: Open) -> None:
    found = project(
        {
            "good.py": "import bad\nbad.f()\n",
            "bad.py": "def f(:\n",
            "null.py": b"x = 1\0\n",
            "deep.py": "x = " + "(" * 5000 + ")" * 5000,
            "deeper.py": "x = " + "-" * 100_000 + "1",
            "latin.py": b"x = '\xe9'\n",
            "utf16.py": "x = 1\n".encode("utf-16"),
        }
    )
    for _ in range(2):
        assert list(found.modules) == ["good.py"]
        assert found.module("bad.py") is None
    assert called(found, "good.py") == {"bad.f": ""}
    assert {e.path for e in found.errors} == {
        "bad.py",
        "null.py",
        "deep.py",
        "deeper.py",
        "latin.py",
        "utf16.py",
    }
    assert len(found.errors) == 6
    assert found.parsed_count == 1
    [bad] = [e for e in found.errors if e.path == "bad.py"]
    assert bad == FileError(
        "bad.py", 1, f"does not parse with Python {sys.version_info[0]}.{sys.version_info[1]}: invalid syntax"
    )


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="needs a syntax that this Python lacks")
def test_a_file_that_needs_a_newer_python_says_so(project: Open) -> None:
    found = project({"new.py": "x = 1\ntype T = int\n"})
    assert not found.modules
    assert found.errors[0].line == 2
    assert "does not parse with Python 3.11: " in found.errors[0].message


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("# coding: latin-1\né = 'ü'; f('é')\n", "latin-1"), ("# coding: euc-jp\nx = 'あ'; f()\n", "euc-jp"), ("\ufefff()\n", "utf-8"),
     ("# coding: cp1252\r\nx = '€'; f()\r\n", "cp1252")],
)  # fmt: skip
def test_files_in_other_encodings_are_understood(project: Open, text: str, encoding: str) -> None:
    found = project({"app/main.py": text.replace("f(", "open(").encode(encoding)})
    assert called(found) == {"open": "builtins:open"}


def test_what_is_there_already(project: Open, tmp_path: Path) -> None:
    found = project({"main.py": "", "data.txt": "", "folder/x.txt": ""})
    (tmp_path / "link.py").symlink_to("nowhere")
    assert all(found.has_file(name) for name in ("main.py", "data.txt", "folder", "link.py"))
    assert not found.has_file("new.py")
    assert found.updated({"new.py": ""}).has_file("new.py")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="does not exist"):
        Project.open(tmp_path / "nowhere", catalogue.builtin())


# --- edits ---------------------------------------------------------------------------------------------


def test_edited_texts_count_and_the_earlier_project_stays_true(project: Open) -> None:
    first = project(
        {"app/__init__.py": "", "app/a.py": "def f(): ...\n", "app/main.py": "from app.a import f\nf()\n"}
    )
    assert called(first) == {"f": "app.a:f"}
    assert len(first.modules) == 3
    second = first.updated(
        {"app/a.py": "\n\n\ndef f(): ...\n", "app/main.py": "\n\nfrom app.a import f\n\nf()\n"}
    )
    assert called(second) == {"f": "app.a:f"}
    assert second.module("app/a.py") is not first.module("app/a.py")
    assert second.module("app/__init__.py") is first.module("app/__init__.py")
    third = second.updated({"app/a.py": "f = 1\n"})
    assert called(third) == {"f": ""}
    first._declarations.clear()
    assert called(first) == {"f": "app.a:f"}, "the type checker is told of the earlier texts again"
    assert called(second) == {"f": "app.a:f"}


def test_edits_mend_and_break_files(project: Open) -> None:
    broken = project({"app/main.py": "def f(:\n", "app/other.py": "x = 1\n"})
    assert list(broken.modules) == ["app/other.py"]
    mended = broken.updated({"app/main.py": "def f(): ...\nf()\n"})
    assert called(mended) == {"f": "app.main:f"}
    assert not mended.errors
    assert len(broken.errors) == 1
    again = mended.updated({"app/main.py": "def f(:\n"})
    assert again.module("app/main.py") is None
    assert len(again.errors) == 1
    assert again.updated({}).module("app/main.py") is None
    assert again.updated({}).errors == again.errors


def test_edits_keep_the_encoding(project: Open) -> None:
    found = project({"app/main.py": b"# coding: latin-1\nx = '\xe9'\n"})
    changed = found.updated({"app/main.py": "# coding: latin-1\ny = 'é'\n"})
    assert changed.sources["app/main.py"].encode() == b"# coding: latin-1\ny = '\xe9'\n"


class Recorder:
    """A type checker that knows nothing, and what it was told."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []
        self.asked: list[list[Query]] = []
        self.closed = 0

    def show(self, texts: Mapping[str, str]) -> None:
        self.shown.append(dict(texts))

    def declarations(self, queries: Sequence[Query]) -> list[tuple[Location, ...]]:
        self.asked.append(list(queries))
        return [()] * len(queries)

    def take_failures(self) -> list[FileError]:
        return []

    def close(self) -> None:
        self.closed += 1


def recorded(texts: Mapping[str, str], encoding: str = "utf-8") -> tuple[Project, Recorder]:
    recorder = Recorder()
    sources = {path: Source(path, text, encoding) for path, text in texts.items()}
    return Project(Path("/nowhere"), sources, catalogue.builtin(), resolver=recorder), recorder


def names(module: Module | None) -> list[ast.expr]:
    assert module
    return [n for n in ast.walk(module.tree) if isinstance(n, ast.Name)]


def test_a_name_is_asked_for_once_and_together_with_others() -> None:
    found, recorder = recorded({"a.py": "x; y\n", "b.py": "z\n"})
    nodes = [(m, n) for path in ("a.py", "b.py") if (m := found.module(path)) for n in names(m)]
    assert found.resolve([*nodes, *nodes]) == [()] * 6
    assert found.resolve(nodes) == [()] * 3
    assert recorder.asked == [[Query("a.py", 1, 0), Query("a.py", 1, 3), Query("b.py", 1, 0)]]
    found.close()
    assert recorder.closed == 1


def test_only_texts_that_differ_from_the_disk_are_shown() -> None:
    overlaid = "from functools import cache\n@cache\ndef f(): ...\n"
    found, recorder = recorded({"plain.py": "x\n", "overlaid.py": overlaid, "other.py": "z\n"})
    found.resolve([(m, n) for m in [found.module("plain.py")] if m for n in names(m)])
    assert recorder.shown == [{"overlaid.py": overlaid.replace("@cache", "      ")}]
    changed = found.updated({"plain.py": "y\n"})
    changed.resolve([(m, n) for m in [changed.module("plain.py")] if m for n in names(m)])
    assert recorder.shown[1:] == [{**recorder.shown[0], "plain.py": "y\n"}]
    latin, recorder = recorded({"latin.py": "x\n"}, "iso-8859-1")
    assert latin.resolver is recorder
    assert recorder.shown == [{"latin.py": "x\n"}]


@pytest.mark.parametrize("text", ["f().x", "a[0]", "(1).y", "x.\\\n  y", "(x\n.y\n)", "é.y", "'é'.y; ü.y"])
def test_where_the_deciding_name_stands(text: str) -> None:
    found, recorder = recorded({"a.py": text})
    module = found.module("a.py")
    assert module
    attributes = [n for n in ast.walk(module.tree) if isinstance(n, ast.Attribute)]
    found.resolve([(module, node) for node in attributes])
    for query in recorder.asked[0] if attributes else ():
        assert module.source.lines[query.line - 1].encode()[query.column :].startswith((b"x", b"y"))
    assert found.resolve([(module, n) for n in ast.walk(module.tree) if isinstance(n, ast.Subscript)]) in (
        [],
        [()],
    )
