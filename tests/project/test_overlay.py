"""What the type checker is shown: plainer code in which nothing has moved."""

from __future__ import annotations

import ast
import re

import pytest

from fixbot.project.module import Module
from fixbot.project.overlay import dependency, is_cached, may_be_simplified, shown_text
from fixbot.project.source import Source

CACHE = "import functools\nfrom functools import lru_cache, cache as keep\n"
FASTAPI = "import fastapi\nfrom fastapi import Depends, Security as S\nfrom app.deps import get_db\n"


def parse(text: str) -> Module:
    return Module.parse(Source("app/m.py", text), "app.m")


def shown(header: str, text: str) -> str:
    """What is shown of `text` below `header`, after checking that no position has moved."""
    module = parse(header + text)
    result = shown_text(module)
    old, new = module.source.lines, Source("", result).lines
    assert [len(line.encode()) for line in old] == [len(line.encode()) for line in new]
    assert result.startswith(header)
    return _squeezed(result.removeprefix(header))


def _squeezed(text: str) -> str:
    """Lengths are compared elsewhere; here, one space is as good as many."""
    return re.sub(" +", " ", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@lru_cache\ndef f(): ...\n", "          \ndef f(): ...\n"),
        ("@lru_cache()\ndef f(): ...\n", "            \ndef f(): ...\n"),
        ("@functools.cache  # once\ndef f(): ...\n", "                  # once\ndef f(): ...\n"),
        ("@ keep\ndef f(): ...\n", "      \ndef f(): ...\n"),
        ("@other\n@lru_cache(\n    maxsize=1,  # one\n)\n@last\ndef f(): ...\n", "@other\n           \n                      \n \n@last\ndef f(): ...\n"),
        ("class A:\n\t@keep\n\tdef f(self): ...\n", "class A:\n\t     \n\tdef f(self): ...\n"),
        ("@lru_cache\r\ndef f(): ...\r\n", "          \r\ndef f(): ...\r\n"),
        ("x = 'é'\n@lru_cache(typed='é')\ndef f(): 'ü'\n", "x = 'é'\n                       \ndef f(): 'ü'\n"),
        # left as they are
        ("@lru_cache\ndef f() -> int: ...\n", None),
        ("@other.lru_cache\ndef f(): ...\n", None),
        ("@\\\nlru_cache\ndef f(): ...\n", None),
        ("lru_cache = 1\n@lru_cache\ndef f(): ...\n", None),
        ("def g(lru_cache):\n    @lru_cache\n    def f(): ...\n", None),
    ],
)  # fmt: skip
def test_cached_functions_without_an_annotation_lose_their_decorator(text: str, expected: str | None) -> None:
    assert shown(CACHE, text) == _squeezed(text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(db=Depends(get_db)): ...", "def f(db=get_db()       ): ..."),
        ("def f(db = S(get_db, scopes=['a'])): ...", "def f(db = get_db()                 ): ..."),
        ("def f(*, db=fastapi.Depends(get_db)): ...", "def f(*, db=get_db()               ): ..."),
        ("def f(a, /, b=1, db=Depends(get_db)): ...", "def f(a, /, b=1, db=get_db()       ): ..."),
        ("def f(db=Depends(dependency=get_db)): ...", "def f(db=get_db()                  ): ..."),
        ("async def f(db=Depends(get_db.inner)): ...", "async def f(db=get_db.inner()       ): ..."),
        ("def f(db=Depends(\n    get_db, # why\n)): ...", "def f(db=get_db()\n                 \n ): ..."),
        ("def f(a=1, *, b, db=Depends(get_db)): ...", "def f(a=1, *, b, db=get_db()       ): ..."),
        ("class A:\n    def f(self, é=Depends(get_db)): ...", "class A:\n    def f(self, é=get_db()       ): ..."),
        # left as they are
        ("def f(db: Session = Depends(get_db)): ...", None),
        ("def f(db=Depends()): ...", None),
        ("def f(db=Depends(lambda: 1)): ...", None),
        ("def f(db=Depends(get_db())): ...", None),
        ("def f(db=Depends(\nget_session)): ...", None),  # no room in the first line
        ("def f(db=get_db): ...", None),
        ("db = Depends(get_db)", None),
    ],
)  # fmt: skip
def test_dependencies_without_an_annotation_become_calls(text: str, expected: str | None) -> None:
    assert shown(FASTAPI, text) == _squeezed(text if expected is None else expected)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("def get(): return 1", "get()       "),
        ("async def get(): return 1", "await get() "),
        ("def get(): yield 1", "next(get()) "),
        ("async def get(): yield 1", "get()       "),
        ("@lru_cache\ndef get(): return 1", "get()       "),
    ],
)
def test_a_dependency_is_shown_as_what_it_hands_over(definition: str, expected: str) -> None:
    other = Module.parse(Source("app/deps.py", definition), "app.deps")
    [function] = other.functions.values()
    module = parse("from fastapi import Depends\nfrom app.deps import get\ndef f(db=Depends(get)): ...")
    asked = []
    text = shown_text(module, lambda dotted: asked.append(dotted) or function)
    assert text.splitlines()[-1] == f"def f(db={expected}): ..."
    assert asked == ["app.deps.get"]


GENERATORS = "import app.pool as pool\nfrom app.db import connect\n"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("def f():\n    c = connect(1)\n    yield c\n", "(connect(1))"),
        ("def f(path):\n    c = connect(path)\n    yield c\n", "(connect(path))"),
        ("@contextmanager\ndef f(*, n: int = 1):\n    c = pool.get('é')\n    try:\n        yield c\n    finally:\n        c.close()\n", "(pool.get('é'))"),
        ("def f():\n    with connect() as c:\n        yield c\n", "(connect()).__enter__()"),
        ("async def f():\n    async with connect() as c:\n        yield c\n", "(await (connect()).__aenter__())"),
        ("async def f():\n    c = await connect()\n    yield c\n", "(await connect())"),
        ("class A:\n    def f(self):\n        c = connect(self.path)\n        yield c\n", "(connect(self.path))"),
        # left as they are
        ("def f() -> int:\n    c = connect()\n    yield c\n", None),
        ("def f():\n    c = connect()\n    yield c\n    yield c\n", None),
        ("def f():\n    c = connect()\n    c = connect()\n    yield c\n", None),
        ("def f():\n    for c in connect():\n        yield c\n", None),
        ("def f(c):\n    yield c\n", None),
        ("def f():\n    yield connect()\n", None),
        ("def f(): c = connect(); yield c\n", None),
        ("def f(\n    path,\n):\n    c = connect(path)\n    yield c\n", None),
        ("def f(path):  # opens\n    c = connect(path)\n    yield c\n", None),
        ("def f(connect):\n    c = connect()\n    yield c\n", None),
        ("def f():\n    pool = other()\n    c = pool.get()\n    yield c\n", None),
        ("class A:\n    def connect(self): ...\n    def f(self):\n        c = connect()\n        yield c\n", None),
    ],
)  # fmt: skip
def test_generators_without_an_annotation_say_what_they_yield(text: str, given: str | None) -> None:
    module = parse(GENERATORS + text)
    result = shown_text(module)
    if given is None:
        assert result == GENERATORS + text
        return
    old, new = module.source.lines, Source("", result).lines
    changed = [(one, other) for one, other in zip(old, new, strict=False) if one != other]
    [(before, after)] = changed
    head, _, rest = after.partition(" -> ")
    assert before.startswith(f"{head}:")
    annotation = ast.parse(rest.strip().removesuffix(":"), mode="eval").body
    assert isinstance(annotation, ast.Constant) and f"_fixbot_type_of[{given}]" in annotation.value
    assert all("_fixbot_" in line or not line.strip() for line in new[len(old) :])


def test_a_text_that_would_not_parse_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CACHE + "@lru_cache\ndef f(): ...\n"
    monkeypatch.setattr("fixbot.project.overlay._overwrite", lambda lines, node, plainer: lines.append(b"("))
    assert shown_text(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "cached"),
    [
        ("@lru_cache\ndef f(): ...", True),
        ("@other\n@keep\nasync def f(): ...", True),
        ("@functools.lru_cache(None)\ndef f(): ...", True),
        ("@functools.cached_property\ndef f(): ...", False),
        ("@cache\ndef f(): ...", False),
    ],
)
def test_what_is_cached(text: str, cached: bool) -> None:
    module = parse(CACHE + text)
    [function] = module.functions
    assert is_cached(module, function) is cached


def test_the_factory_of_a_dependency() -> None:
    module = parse(FASTAPI + "a = Depends(get_db)\nb = Depends(1)\nc = other(get_db)\nd = 1")
    found = [dependency(module, n.value) for n in module.tree.body if isinstance(n, ast.Assign)]
    assert [node and ast.unparse(node) for node in found] == ["get_db", None, None, None]
    assert dependency(module, None) is None


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        (CACHE, True),
        (FASTAPI, True),
        ("cache = {}", False),
        ("import functools", False),
        ("import fastapi", False),
        ("def f():\n    yield x", True),
    ],
)
def test_what_is_worth_parsing(text: str, worth: bool) -> None:
    assert may_be_simplified(text) is worth
