"""cached-factories: services built per request become one per process, where nothing speaks against it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from codemods.cached_factories import codemod
from fixbot import engine, testing
from fixbot.model import Safety
from fixbot.testing import Files, opened

rewritten = partial(testing.rewritten, codemod)
untouched = partial(testing.untouched, codemod)
findings_of = partial(testing.findings_of, codemod)

SERVICE = """\
from fastapi import APIRouter, Depends
from google.cloud import storage

router = APIRouter()


class Library:
    def __init__(self) -> None:
        self.bucket = storage.Client().bucket("assets")

    def url(self, name: str) -> str:
        return self.bucket.blob(name).public_url


def get_library() -> Library:
    return Library()


@router.get("/assets/{name}")
def asset(name: str, library: Library = Depends(get_library)) -> str:
    return library.url(name)
"""
CACHED = SERVICE.replace("def get_library", "@lru_cache(maxsize=1)\ndef get_library").replace(
    "from fastapi", "from functools import lru_cache\n\nfrom fastapi", 1
)


def but(*changes: tuple[str, str], text: str = SERVICE) -> str:
    """`text` with some pieces, each there exactly once, replaced."""
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


# --- a factory that is the only builder: cached where it stands --------------------------------------

USES = {
    "default": (),
    "annotated": (
        ("import APIRouter", "import APIRouter"),
        ("from fastapi", "from typing import Annotated\n\nfrom fastapi"),
        ("library: Library = Depends(get_library)", "library: Annotated[Library, Depends(get_library)]"),
    ),
    "route dependencies": (
        ('@router.get("/assets/{name}")', '@router.get("/assets/{name}", dependencies=[Depends(get_library)])'),
        ("library: Library = Depends(get_library)", "prefix: str"),
        ("return library.url(name)", "return prefix + name"),
    ),
    "router dependencies": (
        ("router = APIRouter()\n", ""),
        ("\n\n@router", "\n\nrouter = APIRouter(dependencies=[Depends(get_library)])\n\n\n@router"),
        (", library: Library = Depends(get_library)", ""),
        ("return library.url(name)", "return name"),
    ),
    "called by a handler": (
        (", library: Library = Depends(get_library)", ""),
        ("library.url(name)", "get_library().url(name)"),
    ),
    "called by what a handler calls": (
        (", library: Library = Depends(get_library)", ""),
        ("library.url(name)", "address(name)"),
        ("\n\n@router", "\n\ndef address(name: str) -> str:\n    return get_library().url(name)\n\n\n@router"),
    ),
    "async handler": (("def asset", "async def asset"),),
    "security": (
        ("Depends\n", "Depends, Security\n"),
        ("= Depends(get_library)", "= Security(get_library)"),
    ),
    "keyword-only parameter": (("name: str, library", "name: str, *, library"),),
    "without a return annotation": (("get_library() -> Library", "get_library()"),),
    "nothing built in __init__": (
        ('        self.bucket = storage.Client().bucket("assets")\n', '        self.prefix = "https://cdn.example/"\n'),
        ("self.bucket.blob(name).public_url", "self.prefix + name"),
    ),
    "no __init__ at all": (
        ('    def __init__(self) -> None:\n        self.bucket = storage.Client().bucket("assets")\n\n', ""),
        ("self.bucket.blob(name).public_url", '"https://cdn.example/" + name'),
    ),
    "a docstring": (("    return Library()", '    """The library of assets."""\n    return Library()'),),
    "a variable": (("    return Library()", "    library = Library()\n    return library"),),
    "a comment above": (("def get_library", "# One per request.\ndef get_library"),),
    "an item of a dict that nothing sets": (
        ("router = APIRouter()", 'router = APIRouter()\ncurrent = {"bucket": "a"}'),
        ('bucket("assets")', 'bucket(current["bucket"])'),
    ),
    "an abstract base": (
        ("from fastapi", "from abc import ABC\n\nfrom fastapi"),
        ("class Library:", "class Library(ABC):"),
    ),
    "a base of the project": (
        ("class Library:", "class Store:\n    limit = 5\n\n    def check(self, size: int) -> bool:\n        return size < self.limit\n\n\nclass Library(Store):"),
    ),
    "an own setup method": (
        ('self.bucket = storage.Client().bucket("assets")\n', "self._connect()\n\n    def _connect(self) -> None:\n        self.bucket = storage.Client().bucket(\"assets\")\n"),
    ),
    "changes under a lock": (
        ("from fastapi", "import threading\n\nfrom fastapi"),
        ('.bucket("assets")\n', '.bucket("assets")\n        self.seen = {}\n        self.lock = threading.Lock()\n'),
        ("        return self.bucket", "        with self.lock:\n            self.seen[name] = True\n        return self.bucket"),
    ),
    "changes to the bucket in the cloud": (
        ("        return self.bucket", '        self.bucket.blob(name).delete()\n        return self.bucket'),
    ),
    "changes to its class": (
        ("class Library:\n", "class Library:\n    made = 0\n\n    @classmethod\n    def count(cls) -> None:\n        cls.made += 1\n\n"),
    ),
    "a static method that changes what it is given": (
        ("    def url", "    @staticmethod\n    def add(names: list[str]) -> None:\n        names.append(1)\n\n    def url"),
    ),
    "changes to what a method made itself": (
        ("        return self.bucket", "        parts = []\n        parts.append(name)\n        return self.bucket"),
    ),
    "another class with an attribute of that name": (
        ("class Library:", "class Page:\n    def __init__(self) -> None:\n        self.bucket = 1\n\n    def turn(self) -> None:\n        self.bucket += 1\n\n\nclass Library:"),
    ),
    "the environment": (
        ("from fastapi", "import os\n\nfrom fastapi"),
        ('bucket("assets")', 'bucket(os.environ["BUCKET"])'),
    ),
    "logging": (
        ("from fastapi", "import logging\n\nfrom fastapi"),
        ("        self.bucket = ", '        logging.getLogger(__name__).info("made")\n        self.bucket = '),
    ),
    "constants as arguments": (
        ("def __init__(self) -> None:", "def __init__(self, name: str) -> None:"),
        ('.bucket("assets")', ".bucket(name)"),
        ("router = APIRouter()", 'router = APIRouter()\nBUCKET = "assets"'),
        ("return Library()", "return Library(BUCKET)"),
    ),
    "a client as argument": (
        ("def __init__(self) -> None:", "def __init__(self, client: storage.Client) -> None:"),
        ("storage.Client().bucket", "client.bucket"),
        ("    return Library()", "    client = storage.Client()\n    return Library(client)"),
    ),
    "a client that the module keeps": (
        (
            "\n\nclass Library",
            "\n_client = None\n\n\ndef get_client() -> storage.Client:\n    global _client\n    if _client is None:\n"
            "        _client = storage.Client()\n    return _client\n\n\nclass Library",
        ),
        ("storage.Client().bucket", "get_client().bucket"),
    ),
    "an id that is constant": (
        ("from fastapi", "import uuid\n\nfrom fastapi"),
        ('.bucket("assets")\n', '.bucket("assets")\n        self.space = uuid.UUID(int=1)\n'),
    ),
    "a helper that reads its list": (
        ("class Library:", "def longest(names: list[str]) -> str:\n    return max(names, key=len)\n\n\nclass Library:"),
        ('.bucket("assets")\n', '.bucket("assets")\n        self.names = ["a"]\n'),
        ("        return self.bucket", "        print(longest(self.names))\n        return self.bucket"),
    ),
    "a property computed once": (
        ("from fastapi", "from functools import cached_property\n\nfrom fastapi"),
        ("    def url", "    @cached_property\n    def prefix(self) -> str:\n        return self.bucket.name\n\n    def url"),
    ),
    "closed by nobody": (
        ("    def url", "    def close(self) -> None:\n        print(self.bucket)\n\n    def url"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("changes", USES.values(), ids=USES)
def test_caches_a_factory(changes: tuple[tuple[str, str], ...]) -> None:
    before = but(*changes)
    decorated = before.replace("def get_library()", "@lru_cache(maxsize=1)\ndef get_library()")
    assert decorated != before
    (result, *_), _ = applied(before)
    assert re.search("^from functools import .*lru_cache$", result, re.M)
    assert code_lines(result) == code_lines(decorated)
    rewritten(before, result)


def code_lines(text: str) -> list[str]:
    """All but empty lines and the imports of functools."""
    return [line for line in text.splitlines() if line and not line.startswith("from functools")]


def test_the_whole_text() -> None:
    rewritten(SERVICE, CACHED)


@pytest.mark.parametrize(
    ("header", "decorator", "expected"),
    [
        ("from functools import lru_cache\n\n", "lru_cache", "from functools import lru_cache\n\n"),
        (
            "from functools import lru_cache as keep\n\n",
            "keep",
            "from functools import lru_cache as keep\n\n",
        ),
        ("import functools\n\n", "functools.lru_cache", "import functools\n\n"),
        ("from functools import partial\n\n", "lru_cache", "from functools import lru_cache, partial\n\n"),
    ],
    ids=["imported", "under another name", "as a module", "beside another"],
)
def test_uses_the_import_that_is_there(header: str, decorator: str, expected: str) -> None:
    before = header + SERVICE
    after = expected + but(("def get_library", f"@{decorator}(maxsize=1)\ndef get_library"))
    rewritten(before, after)


def test_a_name_that_is_taken() -> None:
    before = but(("router = APIRouter()", "router = APIRouter()\nlru_cache = None"))
    after = but(("def get_library", "@functools.lru_cache(maxsize=1)\ndef get_library"), text=before)
    rewritten(before, "import functools\n\n" + after)


def test_the_line_is_that_of_the_def() -> None:
    found = findings_of(but(("def get_library", "# One\n# comment\ndef get_library")))
    assert [(f.span.line, f.message) for f in found] == [
        (17, "`get_library` builds a new `Library` for every request")
    ]


@pytest.mark.parametrize("path", ["app/routes/tests.py", "app/services/test_service.py"])
def test_a_service_whose_file_is_named_like_a_test(path: str) -> None:
    rewritten({path: SERVICE}, {path: CACHED})
    untouched({path: SERVICE + "\n\ndef test_asset() -> None:\n    assert asset\n"})


# --- what stays as it is ------------------------------------------------------------------------------

NO_FINDING = {
    "it is cached": (("from fastapi", "from functools import cache\n\nfrom fastapi"), ("def get_library", "@cache\ndef get_library")),
    "it takes the request": (
        ("import APIRouter, Depends", "import APIRouter, Depends, Request"),
        ("get_library()", "get_library(request: Request)"),
    ),
    "it depends on something itself": (
        ("\n\ndef get_library()", "\n\ndef get_name() -> str:\n    return 'x'\n\n\ndef get_library(name: str = Depends(get_name))"),
    ),
    "it is cached by another library": (("def get_library", "@cached(ttl=60)\ndef get_library"),),
    "it yields": (("    return Library()", "    yield Library()"),),
    "it chooses": (("    return Library()", "    if router.prefix:\n        return Library()\n    return Library()"),),
    "it passes a new list": (("__init__(self)", "__init__(self, names: object = None)"), ("return Library()", "return Library([])")),
    "nobody calls it": ((", library: Library = Depends(get_library)", ""), ("library.url(name)", "name")),
    "only a script calls it": (
        (", library: Library = Depends(get_library)", ""),
        ("return library.url(name)\n", 'return name\n\n\nif __name__ == "__main__":\n    print(get_library().url("x"))\n'),
    ),
    "only the start of the app calls it": (
        (", library: Library = Depends(get_library)", ""),
        ('return library.url(name)\n', 'return name\n\n\n@router.on_event("startup")\ndef start() -> None:\n    print(get_library())\n'),
    ),
    "it has another decorator": (("def get_library", "@router.trace\ndef get_library"),),
    "it belongs to a function": (
        ("def get_library() -> Library:\n    return Library()\n", "def make():\n    def get_library() -> Library:\n        return Library()\n\n    return get_library\n\n\nget_library = make()\n"),
    ),
    "it hands out what the module keeps": (
        ("def get_library() -> Library:\n    return Library()\n", "kept = Library()\n\n\ndef get_library() -> Library:\n    return kept\n"),
    ),
    "it makes the one instance itself": (
        (
            "def get_library() -> Library:\n    return Library()\n",
            "kept = None\n\n\ndef get_library() -> Library:\n    global kept\n    if kept is None:\n        kept = Library()\n    return kept\n",
        ),
    ),
    "the class is a model": (
        ("from fastapi", "from pydantic import BaseModel\nfrom fastapi"),
        ("class Library:", "class Library(BaseModel):"),
    ),
    "the class is a dataclass": (
        ("from fastapi", "from dataclasses import dataclass\n\nfrom fastapi"),
        ("class Library:", "@dataclass\nclass Library:"),
    ),
    "the class is an exception": (("class Library:", "class Library(ValueError):"),),
    "the class is an enum": (("from fastapi", "from enum import Enum\n\nfrom fastapi"), ("class Library:", "class Library(Enum):")),
    "the class is a thread": (
        ("from fastapi", "import threading\n\nfrom fastapi"),
        ("class Library:", "class Library(threading.Thread):"),
    ),
    "the class makes its one instance itself": (
        ("    def url", "    def __new__(cls):\n        return super().__new__(cls)\n\n    def url"),
    ),
    "it counts for one request and costs nothing": (
        ('storage.Client().bucket("assets")', "0"),
        ("self.bucket.blob(name).public_url", "name"),
        ("        return name", "        self.bucket += 1\n        return name"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("changes", NO_FINDING.values(), ids=NO_FINDING)
def test_finds_nothing(changes: tuple[tuple[str, str], ...]) -> None:
    untouched(but(*changes))


REFUSED = {
    "assigns an attribute": ("`Library.url` changes `self.last`", (("        return self.bucket", "        self.last = name\n        return self.bucket"),)),
    "adds to an attribute": (
        "`Library.url` changes `self.count`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.count = 0\n'), ("        return self.bucket", "        self.count += 1\n        return self.bucket")),
    ),
    "sets an item": (
        "`Library.url` changes `self.seen`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.seen = {}\n'), ("        return self.bucket", "        self.seen[name] = 1\n        return self.bucket")),
    ),
    "sets an item of an item": (
        "`Library.url` changes `self.seen`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.seen = {}\n'), ("        return self.bucket", '        self.seen.get(name)["n"] = 1\n        return self.bucket')),
    ),
    "appends": (
        "`Library.url` changes `self.seen`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.seen = []\n'), ("        return self.bucket", "        self.seen.append(name)\n        return self.bucket")),
    ),
    "appends through a variable": (
        "`Library.url` changes `self.seen`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.seen = []\n'), ("        return self.bucket", "        seen = self.seen\n        seen.append(name)\n        return self.bucket")),
    ),
    "appends through a loop": (
        "`Library.url` changes `self.rows`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.rows = [[]]\n'), ("        return self.bucket", "        for row in self.rows:\n            row.append(name)\n        return self.bucket")),
    ),
    "appends through a method": (
        "`Library.url` changes `self.seen`",
        (
            ('.bucket("assets")\n', '.bucket("assets")\n        self.seen = []\n\n    def _all(self) -> list[str]:\n        return self.seen\n'),
            ("        return self.bucket", "        self._all().append(name)\n        return self.bucket"),
        ),
    ),
    "appends to an attribute of the class": (
        "`Library.url` changes `self.seen`",
        (("class Library:\n", "class Library:\n    seen = []\n\n"), ("        return self.bucket", "        self.seen.append(name)\n        return self.bucket")),
    ),
    "changes through another name of self": (
        "`Library.url` changes `self.last`",
        (("        return self.bucket", "        me = self\n        me.last = name\n        return self.bucket"),),
    ),
    "deletes an attribute": (
        "`Library.url` changes `self.last`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.last = 1\n'), ("        return self.bucket", "        del self.last\n        return self.bucket")),
    ),
    "calls setattr": ("changes attributes of `self`", (("        return self.bucket", "        setattr(self, name, 1)\n        return self.bucket"),)),
    "writes to __dict__": ("changes `self.__dict__`", (("        return self.bucket", '        self.__dict__["x"] = 1\n        return self.bucket'),)),
    "takes the next of an iterator": (
        "`Library.url` changes `self.numbers`",
        (
            ("from fastapi", "import itertools\n\nfrom fastapi"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.numbers = itertools.count()\n'),
            ("        return self.bucket", "        print(next(self.numbers))\n        return self.bucket"),
        ),
    ),
    "sets an attribute of what it keeps": (
        "`Library.url` changes `self.bucket`",
        (("        return self.bucket", "        self.bucket.labels = {}\n        return self.bucket"),),
    ),
    "sets a header of its client": (
        "`Library.url` changes `self.bucket`",
        (("        return self.bucket", '        self.bucket.headers.update({"X-User": name})\n        return self.bucket'),),
    ),
    "has a helper change its list": (
        "`remember` changes `self.seen`",
        (
            ("class Library:", "def remember(names: list[str], name: str) -> None:\n    names.append(name)\n\n\nclass Library:"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.seen = []\n'),
            ("        return self.bucket", "        remember(self.seen, name)\n        return self.bucket"),
        ),
    ),
    "sets an event": (
        "`Library.url` changes `self.ready`",
        (
            ("from fastapi", "import threading\n\nfrom fastapi"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.ready = threading.Event()\n'),
            ("        return self.bucket", "        self.ready.set()\n        return self.bucket"),
        ),
    ),
    "caches the answers of a method": (
        "`Library.url` caches its answers for each instance",
        (("from fastapi", "from functools import lru_cache\n\nfrom fastapi"), ("    def url", "    @lru_cache(maxsize=100)\n    def url")),
    ),
    "keeps an iterator": (
        "`Library` keeps an iterator, `names`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.names = iter("abc")\n'),),
    ),
    "keeps a generator": (
        "`Library` keeps an iterator, `names`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.names = (n for n in "abc")\n'),),
    ),
    "a property computed once takes in the time": (
        "takes in `time.time`",
        (
            ("from fastapi", "import time\nfrom functools import cached_property\n\nfrom fastapi"),
            ("    def url", "    @cached_property\n    def made(self) -> float:\n        return time.time()\n\n    def url"),
        ),
    ),
    "a base changes itself": (
        "`Store.check` changes `self.size`",
        (("class Library:", "class Store:\n    def check(self, size: int) -> None:\n        self.size = size\n\n\nclass Library(Store):"),),
    ),
    "a setup method that others call too": (
        "`Library._connect` changes `self.bucket`",
        (
            ('self.bucket = storage.Client().bucket("assets")\n', 'self._connect()\n\n    def _connect(self) -> None:\n        self.bucket = storage.Client().bucket("assets")\n'),
            ("        return self.bucket", "        self._connect()\n        return self.bucket"),
        ),
    ),
    "a lock that is no lock": (
        "`Library.url` changes `self.seen`",
        (
            ("from fastapi", "import contextlib\n\nfrom fastapi"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.seen = {}\n'),
            ("        return self.bucket", "        with contextlib.suppress(KeyError):\n            self.seen[name] = 1\n        return self.bucket"),
        ),
    ),
    "what it builds changes itself": (
        "`Counter.add` changes `self.n`",
        (
            ("class Library:", "class Counter:\n    def __init__(self) -> None:\n        self.n = 0\n\n    def add(self) -> None:\n        self.n += 1\n\n\nclass Library:"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.counter = Counter()\n'),
        ),
    ),
    "a handler sets an attribute": (
        "`asset` changes `.user` of a `Library`",
        (("    return library.url(name)", "    library.user = name\n    return library.url(name)"),),
    ),
    "a handler sets an attribute it declares": (
        "`asset` changes `.bucket` of a `Library`",
        ((", library: Library = Depends(get_library)", ""), ("    return library.url(name)", "    one = get_library()\n    one.bucket = None\n    return one.url(name)")),
    ),
    "a handler changes a list of it": (
        "`asset` changes `.seen` of a `Library`",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.seen = []\n'), ("    return library.url(name)", "    library.seen.append(name)\n    return library.url(name)")),
    ),
    "a handler calls setattr": (
        "`asset` changes attributes of a `Library`",
        (("    return library.url(name)", "    setattr(library, name, 1)\n    return library.url(name)"),),
    ),
    "another service sets an attribute": (
        "`Page.__init__` changes `.owner` of a `Library`",
        (("@router", "class Page:\n    def __init__(self, library: Library) -> None:\n        self.library = library\n        self.library.owner = self\n\n\n@router"),),
    ),
    "a base of an unknown library": (
        "inherits from `shelf.Store`",
        (("from fastapi", "import shelf\nfrom fastapi"), ("class Library:", "class Library(shelf.Store):")),
    ),
    "a unique id": (
        "takes in `uuid.uuid4`",
        (("from fastapi", "import uuid\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.id = uuid.uuid4()\n')),
    ),
    "the time": (
        "takes in `datetime.now`",
        (("from fastapi", "from datetime import datetime\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.made = datetime.now()\n')),
    ),
    "a random number": (
        "takes in `random.random`",
        (("from fastapi", "import random\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.id = random.random()\n')),
    ),
    "a context variable": (
        "takes in `current_user.get`",
        (
            ("from fastapi", "from contextvars import ContextVar\n\nfrom fastapi"),
            ("router = APIRouter()", 'router = APIRouter()\ncurrent_user = ContextVar("user")'),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.user = current_user.get()\n'),
        ),
    ),
    "a unique id made by a helper": (
        "takes in `uuid.uuid4`",
        (
            ("from fastapi", "import uuid\n\nfrom fastapi"),
            ("class Library:", "def new_id() -> str:\n    return str(uuid.uuid4())\n\n\nclass Library:"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.id = new_id()\n'),
        ),
    ),
    "an async lock": (
        "keeps `asyncio.Lock()`, which belongs to the event loop",
        (("from fastapi", "import asyncio\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.lock = asyncio.Lock()\n')),
    ),
    "an async client": (
        "keeps `httpx.AsyncClient()`, which belongs to the event loop",
        (("from fastapi", "import httpx\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.http = httpx.AsyncClient()\n')),
    ),
    "an async client in what it builds": (
        "keeps `firestore.AsyncClient()`, which belongs to the event loop",
        (
            ("import storage", "import firestore, storage"),
            ("class Library:", "class Names:\n    def __init__(self) -> None:\n        self.db = firestore.AsyncClient()\n\n\nclass Library:"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.names = Names()\n'),
        ),
    ),
    "the running loop": (
        "tied to the event loop by `asyncio.get_running_loop()`",
        (("from fastapi", "import asyncio\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.loop = asyncio.get_running_loop()\n')),
    ),
    "a thread local": (
        "keeps something of the current thread",
        (("from fastapi", "import threading\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.local = threading.local()\n')),
    ),
    "an sqlite connection": (
        "keeps `sqlite3.connect()`",
        (("from fastapi", "import sqlite3\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.db = sqlite3.connect("x.db")\n')),
    ),
    "a session of requests": (
        "keeps `requests.Session()`, which two requests must not use at the same time",
        (("from fastapi", "import requests\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.http = requests.Session()\n')),
    ),
    "a database session": (
        "keeps `SessionLocal()`: a session belongs to one request",
        (
            ("router = APIRouter()", "router = APIRouter()\nSessionLocal = sessionmaker()"),
            ("from fastapi", "from sqlalchemy.orm import sessionmaker\nfrom fastapi"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.db = SessionLocal()\n'),
        ),
    ),
    "a database session under any name": (
        "keeps `make()`: a session belongs to one request",
        (
            ("router = APIRouter()", "router = APIRouter()\nmake = sessionmaker()"),
            ("from fastapi", "from sqlalchemy.orm import sessionmaker\nfrom fastapi"),
            ('.bucket("assets")\n', '.bucket("assets")\n        self.db = make()\n'),
        ),
    ),
    "a context manager": ("made to be closed after use (`__enter__`)", (("    def url", "    def __enter__(self):\n        return self\n\n    def url"),)),
    "closed after use": (
        "`asset` calls `close()` on a `Library`",
        (
            ("    def url", "    def close(self) -> None:\n        print(self.bucket)\n\n    def url"),
            ("    return library.url(name)", "    try:\n        return library.url(name)\n    finally:\n        library.close()"),
        ),
    ),
    "closed by contextlib": (
        "`asset` calls `close()` on a `Library`",
        (
            ("from fastapi", "from contextlib import closing\n\nfrom fastapi"),
            ("    def url", "    def close(self) -> None:\n        print(self.bucket)\n\n    def url"),
            ("    return library.url(name)", "    with closing(library):\n        return library.url(name)"),
        ),
    ),
    "an unknown library": (
        "fixbot does not know `openai.OpenAI()`",
        (("from fastapi", "import openai\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        self.ai = openai.OpenAI()\n')),
    ),
    "it writes when it is built": (
        "`storage.Client().bucket('a').delete()`, part of building `Library`, would run once",
        (('.bucket("assets")\n', '.bucket("assets")\n        storage.Client().bucket("a").delete()\n'),),
    ),
    "an async factory": ("`lru_cache` would keep the coroutine", (("def get_library", "async def get_library"),)),
    "an async factory with an argument": (
        "`lru_cache` would keep the coroutine",
        (("def get_library", "async def get_library"), ("__init__(self)", "__init__(self, size: int)"), ("return Library()", "return Library(5)")),
    ),
    "an argument that changes": (
        "passes `BUCKET`, which changes while the program runs",
        (
            ("def __init__(self) -> None:", "def __init__(self, name: str) -> None:"),
            ('.bucket("assets")', ".bucket(name)"),
            ("router = APIRouter()", 'router = APIRouter()\nBUCKET = "assets"\n\n\ndef switch(name: str) -> None:\n    global BUCKET\n    BUCKET = name'),
            ("return Library()", "return Library(BUCKET)"),
        ),
    ),
    "a setting that changes": (
        "passes `settings.bucket`, which changes while the program runs",
        (
            ("def __init__(self) -> None:", "def __init__(self, name: str) -> None:"),
            ('.bucket("assets")', ".bucket(name)"),
            ("router = APIRouter()", "router = APIRouter()"),
            ("from google", "from settings import settings\nfrom google"),
            ("return Library()", "return Library(settings.bucket)"),
            ("    return library.url(name)", "    settings.bucket = name\n    return library.url(name)"),
        ),
    ),
    "asked for a new one": (
        "`Depends(get_library, use_cache=False)` asks for a new one",
        (("Depends(get_library)", "Depends(get_library, use_cache=False)"),),
    ),
    "the module keeps one already": (
        "keeps one already, `library`; use that",
        (("def get_library", "library = Library()\n\n\ndef get_library"),),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "changes"), REFUSED.values(), ids=REFUSED)
def test_reports_only(reason: str, changes: tuple[tuple[str, str], ...]) -> None:
    untouched(but(*changes), reason=reason)


REVIEWED = {
    "reads a file": (
        "`open()`, part of building `Library`, would run once",
        (('.bucket("assets")\n', '.bucket("assets")\n        self.text = open("x.txt").read()\n'),),
    ),
    "makes a folder": (
        "`os.makedirs()`, part of building `Library`, would run once",
        (("from fastapi", "import os\n\nfrom fastapi"), ('.bucket("assets")\n', '.bucket("assets")\n        os.makedirs("x", exist_ok=True)\n')),
    ),
    "hands out its own list": (
        "`Library.all` returns its own `names`",
        (
            ('.bucket("assets")\n', '.bucket("assets")\n        self.names = ["a"]\n'),
            ("    def url", "    def all(self) -> list[str]:\n        return self.names\n\n    def url"),
        ),
    ),
    "a client that can be replaced": (
        "takes in `client` of `app.module`, which `reset` replaces",
        (
            ("router = APIRouter()", "router = APIRouter()\nclient = storage.Client()\n\n\ndef reset() -> None:\n    global client\n    client = storage.Client()"),
            ("storage.Client().bucket", "client.bucket"),
        ),
    ),
    "an item of a dict that a function sets": (
        "takes in `current` of `app.module`, which changes while the program runs",
        (
            ("router = APIRouter()", 'router = APIRouter()\ncurrent = {"bucket": "a"}\n\n\ndef choose(name: str) -> None:\n    current["bucket"] = name'),
            ('bucket("assets")', 'bucket(current["bucket"])'),
        ),
    ),
    "a client that may not be there yet": (
        "takes in `Clients.storage`, which may not be there yet at first",
        (
            (
                "class Library",
                "class Clients:\n    def __init__(self) -> None:\n        self._storage = None\n\n    @property\n    def storage(self):\n"
                "        if self._storage is None:\n            try:\n                self._storage = storage.Client()\n"
                "            except OSError:\n                return None\n        return self._storage\n\n\nclients = Clients()\n\n\nclass Library",
            ),
            ('self.bucket = storage.Client().bucket("assets")', "self.bucket = clients.storage"),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "changes"), REVIEWED.values(), ids=REVIEWED)
def test_is_for_review(reason: str, changes: tuple[tuple[str, str], ...]) -> None:
    before = but(*changes)
    (found,) = findings_of(before)
    assert found.safety is Safety.REVIEW
    assert reason in found.reason
    result, _ = applied(before)
    rewritten(before, result[0], safety=Safety.REVIEW)


# --- several builders: one provider beside the class -------------------------------------------------

HOME = """\
from google.cloud import storage


class Library:
    def __init__(self) -> None:
        self.bucket = storage.Client().bucket("assets")

    def url(self, name: str) -> str:
        return self.bucket.blob(name).public_url


LIMIT = 5
"""
PROVIDER = """\
from functools import lru_cache

from google.cloud import storage


class Library:
    def __init__(self) -> None:
        self.bucket = storage.Client().bucket("assets")

    def url(self, name: str) -> str:
        return self.bucket.blob(name).public_url


@lru_cache(maxsize=1)
def get_library() -> Library:
    return Library()


LIMIT = 5
"""
ROUTER = """\
from fastapi import APIRouter, Depends

from app.services.library import Library

router = APIRouter()


def get_library() -> Library:
    return Library()


@router.get("/a")
def asset(library: Library = Depends(get_library)) -> str:
    return library.url("a")
"""
ROUTER_AFTER = """\
from fastapi import APIRouter, Depends

from app.services.library import Library, get_library

router = APIRouter()


@router.get("/a")
def asset(library: Library = Depends(get_library)) -> str:
    return library.url("a")
"""
USER = """\
from fastapi import APIRouter

from app.services.library import Library

router = APIRouter()


@router.get("/b")
async def page() -> str:
    library = Library()
    return library.url("b")
"""
USER_AFTER = """\
from fastapi import APIRouter

from app.services.library import get_library

router = APIRouter()


@router.get("/b")
async def page() -> str:
    library = get_library()
    return library.url("b")
"""
PACKAGES = {"app/__init__.py": "", "app/routers/__init__.py": "", "app/services/__init__.py": ""}


def app(library: str = HOME, **modules: str) -> dict[str, str]:
    """An application of these modules: `routers_a` is `app/routers/a.py`."""
    found = {f"app/{name.replace('_', '/', 1)}.py": text for name, text in modules.items()}
    return {**PACKAGES, "app/services/library.py": library, **found}


def test_one_factory_and_one_that_builds_its_own() -> None:
    rewritten(
        app(routers_a=ROUTER, routers_b=USER),
        app(PROVIDER, routers_a=ROUTER_AFTER, routers_b=USER_AFTER),
    )


def test_two_routers_share_a_service() -> None:
    rewritten(
        app(routers_a=ROUTER, routers_b=but(('"/a"', '"/b"'), text=ROUTER)),
        app(PROVIDER, routers_a=ROUTER_AFTER, routers_b=but(('"/a"', '"/b"'), text=ROUTER_AFTER)),
    )


def test_two_factories_of_different_names() -> None:
    second = ROUTER.replace("get_library", "get_assets")
    after = but(
        ("import Library\n", "import Library, get_library\n"),
        ("    return Library()", "    return get_library()"),
        text=second,
    )
    rewritten(app(routers_a=ROUTER, routers_b=second), app(PROVIDER, routers_a=ROUTER_AFTER, routers_b=after))


def test_the_factory_moves_with_its_comment_and_docstring() -> None:
    said = (
        "def get_library() -> Library:\n",
        '# Assets of all users.\ndef get_library() -> Library:\n    """The library."""\n',
    )
    rewritten(
        app(routers_a=but(said, text=ROUTER), routers_b=USER),
        app(
            but(
                ("@lru_cache", "# Assets of all users.\n@lru_cache"),
                ("-> Library:\n    return", '-> Library:\n    """The library."""\n    return'),
                text=PROVIDER,
            ),
            routers_a=ROUTER_AFTER,
            routers_b=USER_AFTER,
        ),
    )


def test_a_provider_beside_the_class_is_used() -> None:
    uncached = PROVIDER.replace("@lru_cache(maxsize=1)\n", "").replace(
        "from functools import lru_cache\n\n", ""
    )
    router = but(
        ("\n\ndef get_library() -> Library:\n    return Library()\n", ""),
        ("import Library\n", "import Library, get_library\n"),
        text=ROUTER,
    )
    rewritten(
        app(uncached, routers_a=router, routers_b=USER), app(PROVIDER, routers_a=router, routers_b=USER_AFTER)
    )


def test_a_cached_provider_beside_the_class_is_used() -> None:
    rewritten(app(PROVIDER, routers_b=USER), app(PROVIDER, routers_b=USER_AFTER))
    rewritten(app(PROVIDER, routers_a=ROUTER), app(PROVIDER, routers_a=ROUTER_AFTER))


def test_the_projects_own_singleton_is_used() -> None:
    keeper = HOME + (
        "\n_library = None\n\n\ndef the_library() -> Library:\n    global _library\n    if _library is None:\n"
        "        _library = Library()\n    return _library\n"
    )
    after = USER_AFTER.replace("get_library", "the_library")
    rewritten(app(keeper, routers_b=USER), app(keeper, routers_b=after))


def test_a_cached_factory_in_a_router_moves_once_others_build_too() -> None:
    cached = but(
        ("from fastapi", "from functools import lru_cache\n\nfrom fastapi"),
        ("def get_library", "@lru_cache(maxsize=1)\ndef get_library"),
        text=ROUTER,
    )
    untouched(app(routers_a=cached))
    after = "from functools import lru_cache\n\n" + ROUTER_AFTER
    rewritten(app(routers_a=cached, routers_b=USER), app(PROVIDER, routers_a=after, routers_b=USER_AFTER))


def test_a_service_without_a_factory_gets_a_provider() -> None:
    rewritten(app(routers_b=USER), app(PROVIDER, routers_b=USER_AFTER))


def test_the_name_of_a_new_provider() -> None:
    def renamed(text: str) -> str:
        return text.replace("Library", "HTTPLibraryV2").replace("get_library", "get_http_library_v2")

    rewritten(
        app(renamed(HOME), routers_b=renamed(USER)), app(renamed(PROVIDER), routers_b=renamed(USER_AFTER))
    )


def test_a_name_that_the_module_of_the_class_uses_already() -> None:
    taken = HOME + "\n\ndef get_library(name: str) -> str:\n    return name\n"
    provider = but(
        (
            "\n\nLIMIT",
            "\n\n@lru_cache(maxsize=1)\ndef get_shared_library() -> Library:\n    return Library()\n\n\nLIMIT",
        ),
        ("from google", "from functools import lru_cache\n\nfrom google"),
        text=taken,
    )
    rewritten(
        app(taken, routers_b=USER),
        app(provider, routers_b=USER_AFTER.replace("get_library", "get_shared_library")),
    )


def test_all_builders_in_the_module_of_the_factory() -> None:
    extra = '\n\n@router.get("/b")\ndef other() -> str:\n    return Library().url("b")\n'
    before = ROUTER + extra
    after = but(
        ("def get_library", "@lru_cache(maxsize=1)\ndef get_library"),
        ("from fastapi", "from functools import lru_cache\n\nfrom fastapi"),
        text=ROUTER,
    ) + extra.replace("Library()", "get_library()")
    rewritten(app(routers_a=before), app(routers_a=after))


FORMS = {
    "a variable": ("library = Library()", "library = get_library()"),
    "an annotated variable": ("library: object = Library()", "library: object = get_library()"),
    "called at once": ('library = Library()\n    return library.url("b")', 'library = get_library()\n    return library.url("b")'),
    "in a thread": ("library = await asyncio.to_thread(Library)", "library = await asyncio.to_thread(get_library)"),
    "in brackets": ("library = (Library())", "library = (get_library())"),
    "with a comment inside": ("library = Library(  # new\n    )", "library = get_library(  # new\n    )"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), FORMS.values(), ids=FORMS)
def test_forms_of_building_one(before: str, after: str) -> None:
    header = ("from fastapi", "import asyncio\n\nfrom fastapi")
    old, new = ("library = Library()", before), ("library = get_library()", after)
    if "\n    return" in before:
        old = ('library = Library()\n    return library.url("b")', before)
        new = ('library = get_library()\n    return library.url("b")', after)
    rewritten(
        app(routers_b=but(header, old, text=USER)), app(PROVIDER, routers_b=but(header, new, text=USER_AFTER))
    )


def test_a_call_on_a_new_one() -> None:
    direct = ('    library = Library()\n    return library.url("b")', '    return Library().url("b")')
    after = ('    library = get_library()\n    return library.url("b")', '    return get_library().url("b")')
    rewritten(app(routers_b=but(direct, text=USER)), app(PROVIDER, routers_b=but(after, text=USER_AFTER)))


def test_a_class_named_through_its_module() -> None:
    before = but(
        ("from app.services.library import Library", "from app.services import library as books"),
        ("library = Library()", "library = books.Library()"),
        text=USER,
    )
    rewritten(
        app(routers_b=before),
        app(PROVIDER, routers_b=but(("books.Library()", "books.get_library()"), text=before)),
    )


def test_a_relative_import() -> None:
    dots = ("from app.services.library import", "from ..services.library import")
    rewritten(app(routers_b=but(dots, text=USER)), app(PROVIDER, routers_b=but(dots, text=USER_AFTER)))


def test_an_import_inside_the_function() -> None:
    inner = (
        ("\nfrom app.services.library import Library\n", ""),
        (
            "    library = Library()",
            "    from app.services.library import Library\n\n    library = Library()",
        ),
    )
    before = but(*inner, text=USER)
    after = before.replace("import Library\n", "import get_library\n").replace("Library()", "get_library()")
    rewritten(app(routers_b=before), app(PROVIDER, routers_b=after))


def test_an_import_inside_the_function_for_two() -> None:
    inner = (
        ("\nfrom app.services.library import Library\n", ""),
        (
            "    library = Library()",
            "    from app.services.library import LIMIT, Library\n\n    print(LIMIT, Library())\n    library = Library()",
        ),
    )
    before = but(*inner, text=USER)
    after = before.replace("import LIMIT, Library\n", "import LIMIT, get_library\n").replace(
        "Library()", "get_library()"
    )
    rewritten(app(routers_b=before), app(PROVIDER, routers_b=after))


def test_a_class_exported_by_its_package() -> None:
    files = app(routers_b=but(("app.services.library import", "app.services import"), text=USER))
    files["app/services/__init__.py"] = "from app.services.library import Library\n"
    after = {**files, "app/services/library.py": PROVIDER, "app/routers/b.py": USER_AFTER}
    rewritten(files, after)


def test_the_default_of_another_service() -> None:
    generation = """\
    from google.cloud import firestore

    from app.services.library import Library


    class Generation:
        def __init__(self, library: Library | None = None) -> None:
            self.library = library or Library()
            self.db = firestore.Client()


    def get_generation() -> Generation:
        return Generation()
    """
    generation = textwrap.dedent(generation)
    second = ROUTER + (
        "\n\n@router.get('/g')\ndef generate(generation: Generation = Depends(get_generation)) -> str:\n    return 'g'\n"
    )
    imported = (
        "from app.services.library",
        "from app.services.generation import Generation, get_generation\nfrom app.services.library",
    )
    for old, new in [
        ("library or Library()", "library or get_library()"),
        (
            "library if library is not None else Library()",
            "library if library is not None else get_library()",
        ),
        ("Library()", "get_library()"),
    ]:
        before = but(("library or Library()", old), text=generation)
        after = but(
            ("library or Library()", new),
            ("import Library\n", "import Library, get_library\n"),
            ("def get_generation", "@lru_cache(maxsize=1)\ndef get_generation"),
            ("from google", "from functools import lru_cache\n\nfrom google"),
            text=generation,
        )
        rewritten(
            app(services_generation=before, routers_a=but(imported, text=second)),
            app(
                PROVIDER,
                services_generation=after,
                routers_a=but(imported, text=second.replace(ROUTER, ROUTER_AFTER)),
            ),
        )


def test_lines_and_messages_of_all_kinds() -> None:
    found = findings_of(app(routers_a=ROUTER, routers_b=USER))
    assert [(f.path, f.span.line, f.message, f.safety) for f in found] == [
        ("app/routers/a.py", 8, "`get_library` builds a new `Library` for every request", Safety.SAFE),
        ("app/routers/b.py", 10, "`page` builds a new `Library` each time it runs", Safety.SAFE),
    ]


_REQUEST_CODE = {
    "a route of Starlette": 'from starlette.routing import Route\n\n\nasync def page(request):\n    return Library()\n\n\nroutes = [Route("/b", page)]\n',
    "a route by keyword": 'from starlette.routing import Route\n\n\nasync def page(request):\n    return Library()\n\n\nroutes = [Route("/b", endpoint=page)]\n',
    "a route of aiohttp": 'from aiohttp import web\n\n\nasync def page(request):\n    return Library()\n\n\nroutes = [web.get("/b", page)]\n',
    "an added route": 'async def page(request):\n    return Library()\n\n\ndef build(app):\n    app.router.add_get("/b", page)\n',
    "a middleware": "from starlette.middleware.base import BaseHTTPMiddleware\n\n\nclass Names(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n        return Library()\n\n\ndef build(app):\n    app.add_route('/', None)\n",
    "a middleware function": '@app.middleware("http")\nasync def names(request, call_next):\n    return Library()\n\n\n@app.get("/")\ndef index(): ...\n',
    "a method that a handler calls": '@app.get("/")\ndef index(pages: "Pages"):\n    return pages.show()\n\n\nclass Pages:\n    def show(self):\n        return Library()\n',
    "a function inside a handler": '@app.get("/")\ndef index():\n    def show():\n        return Library()\n\n    return show()\n',
    "a task in the background": '@app.get("/")\ndef index(tasks):\n    tasks.add_task(show)\n\n\ndef show():\n    return Library()\n',
    "functions that call each other": '@app.get("/")\ndef index():\n    return one(3)\n\n\ndef one(n):\n    return two(n - 1)\n\n\ndef two(n):\n    if n:\n        return one(n)\n    return Library()\n',
}  # fmt: skip
REQUEST_CODE = {
    name: "from app.services.library import Library\n\napp = None\n\n\n"
    + code.replace("return Library()", 'library = Library()\n{}return library.url("b")')
    for name, code in _REQUEST_CODE.items()
}


@pytest.mark.parametrize("code", REQUEST_CODE.values(), ids=REQUEST_CODE)
def test_knows_what_runs_for_a_request(code: str) -> None:
    (found,) = findings_of(app(routers_b=indented(code)))
    assert found.safety is Safety.SAFE


def indented(code: str) -> str:
    """`{}` becomes the indentation of the line before."""
    lines = code.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("{}"):
            before = lines[number - 1]
            lines[number] = before[: len(before) - len(before.lstrip())] + line[2:]
    return "\n".join(lines) + "\n"


SITES_LEFT_ALONE = {
    "not called by a request": (('@router.get("/b")\n', ""),),
    "part of the application's life": (('@router.get("/b")\nasync def page', "async def lifespan"),),
    "called by no request, but a function of that name in a library is": (
        ('@router.get("/b")\nasync def page() -> str:', "class Worker:\n    def run(self) -> str:"),
        ('    library = Library()\n    return library.url("b")\n', '        library = Library()\n        return library.url("b")\n\n\n@router.get("/b")\ndef page() -> None:\n    other.run()\n'),
        ("from fastapi", "import other\nfrom fastapi"),
    ),
    "kept in an attribute": (("    library = Library()", "    router.library = Library()"), ("library.url", "router.library.url")),
    "kept in a global": (("    library = Library()", "    global library\n    library = Library()"), ("router = APIRouter()", "router = APIRouter()\nlibrary = None")),
    "kept in a dictionary": (("    library = Library()", "    kept[1] = Library()"), ("library.url", "kept[1].url"), ("router = APIRouter()", "router = APIRouter()\nkept = {}")),
    "kept by a cache": (
        ("    library = Library()", "    library = make(1)"),
        ("@router.get", "@lru_cache\ndef make(number: int) -> Library:\n    return Library()\n\n\n@router.get"),
        ("from fastapi", "from functools import lru_cache\n\nfrom fastapi"),
    ),
    "made once, as a default": (("page()", "page(library: object = Library())"), ("    library = Library()\n", ""),),
    "another class of the name": (("from app.services.library import Library", "from shelf import Library"),),
    "a class that a parameter hides": (("page()", "page(Library: object)"),),
}  # fmt: skip


@pytest.mark.parametrize("changes", SITES_LEFT_ALONE.values(), ids=SITES_LEFT_ALONE)
def test_leaves_a_site_alone(changes: tuple[tuple[str, str], ...]) -> None:
    untouched(app(routers_b=but(*changes, text=USER)))


def test_leaves_a_class_alone_that_builds_nothing_and_has_no_factory() -> None:
    cheap = but(
        ('storage.Client().bucket("assets")', '"https://cdn.example/"'),
        ("self.bucket.blob(name).public_url", "name"),
        text=HOME,
    )
    untouched(app(cheap, routers_b=USER))


def test_leaves_a_part_of_another_service_alone_that_has_no_factory() -> None:
    generation = (
        "from app.services.library import Library\n\n\nclass Generation:\n    def __init__(self) -> None:\n"
        "        self.library = Library()\n\n    def add(self, n: int) -> None:\n        self.n = n\n"
    )
    router = but(
        ("from app.services.library import Library", "from app.services.generation import Generation"),
        (
            "library = Library()\n    return library.url",
            "generation = Generation()\n    return generation.library.url",
        ),
        text=USER,
    )
    found = findings_of(app(services_generation=generation, routers_b=router))
    assert [f.path for f in found if f.message.startswith("`Generation.__init__`")] == []


def firebase(text: str) -> str:
    """The library with a client that firebase_admin keeps."""
    return text.replace("from google.cloud import storage", "from firebase_admin import storage").replace(
        'storage.Client().bucket("assets")', 'storage.bucket("assets")'
    )


def test_a_client_that_the_library_keeps() -> None:
    rewritten(app(firebase(HOME), routers_b=USER), app(firebase(PROVIDER), routers_b=USER_AFTER))
    local = but(
        ("from app.services.library import Library\n\n", ""),
        (
            "    library = Library()",
            "    from app.services.library import Library\n\n    library = Library()",
        ),
        text=USER,
    )
    rewritten(
        app(firebase(HOME), routers_b=local),
        app(firebase(PROVIDER), routers_b=local.replace("Library()", "get_library()").replace("import Library", "import get_library")),
    )  # fmt: skip


def test_a_call_on_a_new_one_that_takes_such_a_client() -> None:
    def at_once(text: str, made: str) -> str:
        return but((f"    library = {made}()\n    return library.url", f"    return {made}().url"), text=text)

    rewritten(
        app(firebase(HOME), routers_b=at_once(USER, "Library")),
        app(firebase(PROVIDER), routers_b=at_once(USER_AFTER, "get_library")),
    )


def test_nothing_is_said_of_what_takes_such_a_client_and_cannot_be_shared() -> None:
    changing = but(
        ("        return self", "        self.last = name\n        return self"), text=firebase(HOME)
    )
    untouched(app(changing, routers_b=USER))


GIVEN = """\
from fastapi import APIRouter, Depends
from firebase_admin import firestore

router = APIRouter()


def get_db():
    return firestore.client()


class Users:
    def __init__(self, dbclient):
        self.db = dbclient
        self.users = self.db.collection("users")

    def one(self, uid):
        return self.users.document(uid).get()


def get_users() -> Users:
    return Users(get_db())


@router.get("/users/{uid}")
def user(uid: str, users: Users = Depends(get_users)):
    return users.one(uid)
"""
GIVEN_CACHED = GIVEN.replace("def get_users", "@lru_cache(maxsize=1)\ndef get_users").replace(
    "from fastapi", "from functools import lru_cache\n\nfrom fastapi", 1
)


@pytest.mark.parametrize(
    "change",
    [
        ("Users(get_db())", "Users(dbclient=get_db())"),
        ("    return Users(get_db())", "    db = get_db()\n    return Users(db)"),
        ("return firestore.client()", "db = firestore.client()\n    return db"),
        ("self.db.collection", "dbclient.collection"),
        ("Users(get_db())", "Users(firestore.Client())"),
        ("self, dbclient", "self, dbclient, *, limit=3"),
    ],
)
def test_an_argument_whose_method_only_makes_a_reference(change: tuple[str, str]) -> None:
    rewritten(GIVEN, GIVEN_CACHED)
    rewritten(but(change, text=GIVEN), but(change, text=GIVEN_CACHED))


@pytest.mark.parametrize(
    "change",
    [
        ('self.db.collection("users")', "self.db.collections()"),
        ('self.db.collection("users")', 'self.db.collection("users").document("a")'),
        ('self.db.collection("users")', 'self.db.shelf("users")'),
        ("        self.db = dbclient", "        dbclient = current(dbclient)\n        self.db = dbclient"),
        ("        self.db = dbclient", "        self.db = dbclient\n        self.db = current()"),
        ("    return firestore.client()", "    if router:\n        return shelf.client()\n    return firestore.client()"),
    ],
)  # fmt: skip
def test_an_argument_whose_method_may_do_anything(change: tuple[str, str]) -> None:
    untouched(but(change, text=GIVEN), reason="fixbot does not know")


@pytest.mark.parametrize(
    "change",
    [
        ("return firestore.client()", "return shelf.client()"),
        ("Users(get_db())", "Users(*pair)"),
        ("Users(get_db())", "Users(get_db)"),
    ],
)
def test_nothing_is_said_of_an_argument_of_which_nothing_is_known(change: tuple[str, str]) -> None:
    untouched(but(change, text=GIVEN))


PARENT = """\
from app.services.library import Library


class Generation:
    def __init__(self) -> None:
        self.library = Library()

    def add(self, n: int) -> None:
        self.n = n
"""
PARENT_USER = """\
from fastapi import APIRouter

from app.services.generation import Generation

router = APIRouter()


@router.get("/a")
async def page() -> str:
    generation = Generation()
    generation.add(1)
    return generation.library.url("b")
"""


def test_a_part_of_another_service_once_a_request_builds_one_too() -> None:
    rewritten(
        app(services_generation=PARENT, routers_a=PARENT_USER, routers_b=USER),
        app(
            PROVIDER,
            services_generation=PARENT.replace("Library", "get_library"),
            routers_a=PARENT_USER,
            routers_b=USER_AFTER,
        ),
    )


def test_leaves_tests_and_scripts_alone() -> None:
    script = "from app.services.library import Library\n\n\ndef main() -> None:\n    print(Library().url('x'))\n\n\nmain()\n"
    rewritten(
        {
            **app(routers_a=ROUTER),
            "scripts/list.py": script,
            "tests/test_a.py": "from app.services.library import Library\n\n\ndef test_a():\n    assert Library()\n",
        },
        {
            **app(
                routers_a=but(
                    ("from fastapi", "from functools import lru_cache\n\nfrom fastapi"),
                    ("def get_library", "@lru_cache(maxsize=1)\ndef get_library"),
                    text=ROUTER,
                )
            ),
            "scripts/list.py": script,
            "tests/test_a.py": "from app.services.library import Library\n\n\ndef test_a():\n    assert Library()\n",
        },
    )


SITES_REFUSED = {
    "the name is a local variable": ("`get_library`, the provider's name, means something else", (("    library = Library()", "    get_library = 1\n    library = Library()"),)),
    "the name is a parameter": ("`get_library`, the provider's name, means something else", (("page()", "page(get_library: int)"),)),
    "the name is another function": (
        "`get_library`, the provider's name, means something else",
        (("router = APIRouter()", "router = APIRouter()\n\n\ndef get_library(name: str) -> str:\n    return name"),),
    ),
    "an import that may fail": (
        "is not imported at the top",
        (("from app.services.library import Library", "try:\n    from app.services.library import Library\nexcept ImportError:\n    raise"),),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "changes"), SITES_REFUSED.values(), ids=SITES_REFUSED)
def test_reports_a_site_only(reason: str, changes: tuple[tuple[str, str], ...]) -> None:
    untouched(app(routers_b=but(*changes, text=USER)), reason=reason)


def test_reports_an_import_inside_the_function_from_another_module() -> None:
    files = app(
        routers_b=but(
            ("\nfrom app.services.library import Library\n", ""),
            ("    library = Library()", "    from app.services import Library\n\n    library = Library()"),
            text=USER,
        )
    )
    files["app/services/__init__.py"] = "from app.services.library import Library\n"
    untouched(files, reason="imported inside the function from another module")


def test_a_factory_stays_in_place_when_the_other_builder_cannot_change() -> None:
    blocked = but(("    library = Library()", "    get_library = 1\n    library = Library()"), text=USER)
    cached = but(
        ("from fastapi", "from functools import lru_cache\n\nfrom fastapi"),
        ("def get_library", "@lru_cache(maxsize=1)\ndef get_library"),
        text=ROUTER,
    )
    rewritten(app(routers_a=ROUTER, routers_b=blocked), app(routers_a=cached, routers_b=blocked))


def test_a_factory_that_its_own_module_does_not_use_stays_there() -> None:
    dependencies = (
        "from app.services.library import Library\n\n\ndef get_library() -> Library:\n    return Library()\n"
    )
    router = but(
        ("from app.services", "from app.dependencies import get_library\nfrom app.services"),
        ("\n\ndef get_library() -> Library:\n    return Library()\n", ""),
        text=ROUTER,
    )
    files = {**app(routers_a=router, routers_b=USER), "app/dependencies.py": dependencies}
    after = {
        **app(
            PROVIDER.replace("get_library", "get_shared_library"),
            routers_a=router,
            routers_b=USER_AFTER.replace("get_library", "get_shared_library"),
        ),
        "app/dependencies.py": dependencies.replace(
            "import Library", "import Library, get_shared_library"
        ).replace("return Library()", "return get_shared_library()"),
    }
    rewritten(files, after)


# --- clients of libraries ------------------------------------------------------------------------------

CLIENT = """\
import os

from fastapi import APIRouter, Depends
from google.cloud import firestore

from app.config import settings

router = APIRouter()


def get_db() -> firestore.Client:
    return firestore.Client(project=settings.project)


@router.get("/a")
def page() -> dict:
    db = get_db()
    return db.collection("a").document("b").get().to_dict()
"""
CONFIG = """\
class Settings:
    project = "p"


settings = Settings()
"""
CLIENT_CACHED = CLIENT.replace("import os\n", "import os\nfrom functools import lru_cache\n").replace(
    "def get_db", "@lru_cache(maxsize=1)\ndef get_db"
)


def client(text: str = CLIENT, **others: str) -> dict[str, str]:
    return {**PACKAGES, "app/config.py": CONFIG, "app/db.py": text} | {
        f"app/{name}.py": code for name, code in others.items()
    }


CLIENTS = {
    "as it is": (),
    "a constant": (("settings.project", '"p"'),),
    "of the environment": (("settings.project", 'os.getenv("PROJECT")'),),
    "without arguments": (("project=settings.project", ""),),
    "in steps": (("    return firestore.Client(project=settings.project)", "    project = settings.project\n    db = firestore.Client(project=project)\n    return db"),),
    "of another library": (("import firestore", "import firestore, storage"), (") -> firestore.Client:\n    return firestore.", ") -> storage.Client:\n    return storage."), ("db.collection(\"a\").document(\"b\").get().to_dict()", '{"a": db.bucket("a").name}')),
    "a dependency": (("page()", "page(db: firestore.Client = Depends(get_db))"), ("    db = get_db()\n", "")),
    "used at once": (("    db = get_db()\n", ""), ("return db.", "return get_db().")),
    "called by what a handler calls": (("    db = get_db()\n    return db.", "    return rows()\n\n\ndef rows() -> dict:\n    db = get_db()\n    return db."),),
    "in an async handler": (("def page", "async def page"),),
}  # fmt: skip


@pytest.mark.parametrize("changes", CLIENTS.values(), ids=CLIENTS)
def test_caches_a_factory_of_a_client(changes: tuple[tuple[str, str], ...]) -> None:
    rewritten(client(but(*changes, text=CLIENT)), client(but(*changes, text=CLIENT_CACHED)))


CLIENTS_LEFT_ALONE = {
    "cached": (("def get_db", "@lru_cache\ndef get_db"), ("import os", "import os\nfrom functools import lru_cache")),
    "called by no request": (('@router.get("/a")\n', ""),),
    "called once, at the top": (("    db = get_db()\n", ""), ('@router', "db = get_db()\n\n\n@router")),
    "kept by its caller": (("    db = get_db()", "    global db\n    db = db or get_db()"), ("router = APIRouter()", "router = APIRouter()\ndb = None")),
    "kept in an attribute": (("    db = get_db()", "    router.db = get_db()"), ("return db.", "return router.db.")),
    "called by a cached function": (("    db = get_db()\n    return db.", "    return rows()\n\n\n@lru_cache\ndef rows() -> dict:\n    db = get_db()\n    return db."), ("import os", "import os\nfrom functools import lru_cache")),
    "with a parameter": (("get_db() -> ", "get_db(project: str) -> "), ("settings.project", "project"), ("db = get_db()", 'db = get_db("p")')),
    "that decides": (("    return firestore.Client", "    if os.name == 'nt':\n        return firestore.Client()\n    return firestore.Client"),),
    "of an unknown library": (("from google.cloud import firestore", "from shelf import firestore"),),
    "used by one thread at a time": (("from google.cloud import firestore", "import requests"), (") -> firestore.Client:\n    return firestore.Client(project=settings.project)", ") -> requests.Session:\n    return requests.Session()  # Client()"), ("db.collection(\"a\").document(\"b\").get().to_dict()", "db.get('http://x').json()")),
}  # fmt: skip


@pytest.mark.parametrize("changes", CLIENTS_LEFT_ALONE.values(), ids=CLIENTS_LEFT_ALONE)
def test_leaves_a_factory_of_a_client_alone(changes: tuple[tuple[str, str], ...]) -> None:
    untouched(client(but(*changes, text=CLIENT)))


CLIENTS_REFUSED = {
    "async": ("the coroutine of an `async def`", (("def get_db", "async def get_db"), ("def page", "async def page"), ("= get_db", "= await get_db"))),
    "of an event loop": ("belongs to the event loop", (("firestore.Client:\n    return firestore.Client", "firestore.AsyncClient:\n    return firestore.AsyncClient"),)),
    "with cookies": ("keeps cookies and headers", (("from google.cloud import firestore", "import httpx"), (") -> firestore.Client:\n    return firestore.Client(project=settings.project)", ") -> httpx.Client:\n    return httpx.Client()"), ('db.collection("a").document("b").get().to_dict()', "db.get('http://x').json()"))),
    "asked anew": ("use_cache=False", (("page()", "page(db: firestore.Client = Depends(get_db, use_cache=False))"), ("    db = get_db()\n", ""))),
    "of a setting that changes": ("`get_db` passes `settings.project`", (("    db = get_db()", "    settings.project = 'q'\n    db = get_db()"),)),
    "of a global that changes": ("`get_db` passes `project`", (("settings.project", "project"), ("router = APIRouter()", "router = APIRouter()\nproject = ''"), ("    db = get_db()", "    global project\n    project = 'q'\n    db = get_db()"))),
    "of an item that changes": ("`get_db` passes `current[...]`", (("settings.project", "current['p']"), ("router = APIRouter()", "router = APIRouter()\ncurrent = {'p': ''}"), ("    db = get_db()", "    current['p'] = 'q'\n    db = get_db()"))),
    "of a context variable": ("`project.get()` gives the same", (("settings.project", "project.get()"), ("import os", "import os\nfrom contextvars import ContextVar"), ("router = APIRouter()", "router = APIRouter()\nproject: ContextVar[str] = ContextVar('project')"))),
    "of an own function": ("`project()` gives the same", (("settings.project", "project()"), ("router = APIRouter()", "router = APIRouter()\n\n\ndef project() -> str:\n    return 'p'"))),
    "of a property": ("`Tenant.project` is the same", (("settings.project", "tenant.project"), ("router = APIRouter()", "router = APIRouter()\n\n\nclass Tenant:\n    @property\n    def project(self) -> str:\n        return 'p'\n\n\ntenant = Tenant()"))),
    "closed by a handler": ("`page` closes what `get_db` gives", (("    return db.", "    db.close()\n    return db."),)),
    "closed at once": ("`page` closes what `get_db` gives", (("    return db.", "    get_db().close()\n    return db."),)),
    "closed by a with": ("closes what `get_db` gives after use", (("    db = get_db()\n    return db.", "    with get_db() as db:\n        return db."),)),
    "changed": ("`page` changes what `get_db` gives", (("    return db.", "    db.project = 'q'\n    return db."),)),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "changes"), CLIENTS_REFUSED.values(), ids=CLIENTS_REFUSED)
def test_reports_a_factory_of_a_client(reason: str, changes: tuple[tuple[str, str], ...]) -> None:
    untouched(client(but(*changes, text=CLIENT)), reason=reason)


@pytest.mark.parametrize(
    "patch",
    ["patch('app.db.firestore.Client')", "monkeypatch.setenv('FIRESTORE_EMULATOR_HOST', 'x')", "patch('app.config.settings')"],
)  # fmt: skip
def test_reports_a_factory_of_a_client_that_tests_would_leave_in_the_cache(patch: str) -> None:
    test = f"from unittest.mock import patch\nfrom app.db import page\n\n\ndef test_page(monkeypatch):\n    {patch}\n    page()\n"
    untouched({**client(), "tests/test_db.py": test}, reason="a cached client would keep that")
    rewritten(
        {**client(), "tests/test_db.py": test.replace(patch, "patch('app.db.get_db')")},
        {**client(CLIENT_CACHED), "tests/test_db.py": test.replace(patch, "patch('app.db.get_db')")},
    )


def test_a_client_with_credentials_of_a_file_is_for_review() -> None:
    credentials = but(
        ("settings.project)", "settings.project, credentials=credentials)"),
        (
            "    return firestore",
            '    credentials = service_account.Credentials.from_service_account_file("key.json")\n    return firestore',
        ),
        ("from google.cloud import firestore", "from google.cloud import firestore\nfrom google.oauth2 import service_account"),
        text=CLIENT,
    )  # fmt: skip
    (found,) = findings_of(client(credentials))
    assert found.safety is Safety.REVIEW
    assert "would run once in a process" in found.reason


# --- imports that go, and imports that stay ------------------------------------------------------------


def test_keeps_an_import_that_a_test_patches() -> None:
    files = app(routers_b=USER)
    files["tests/test_b.py"] = "from app.routers.b import Library\n\n\ndef test_it():\n    assert Library\n"
    result, _ = applied(files)
    assert dict(zip(files, result, strict=True))["app/routers/b.py"] == but(
        ("import get_library", "import Library, get_library"), text=USER_AFTER
    )


def test_keeps_an_import_that_another_module_takes_from_there() -> None:
    files = app(routers_b=USER, routers_c="from app.routers.b import Library\n\nprint(Library)\n")
    result, _ = applied(files)
    assert "import Library, get_library" in dict(zip(files, result, strict=True))["app/routers/b.py"]


def test_keeps_an_import_with_a_comment() -> None:
    noted = but(("import Library\n", "import Library  # noqa: F401\n"), text=USER)
    result, _ = applied(app(routers_b=noted))
    assert "from app.services.library import Library, get_library  # noqa: F401\n" in result[-1]


# --- tests that patch --------------------------------------------------------------------------------

PATCHING = """\
from unittest.mock import patch

from app.routers.a import asset, get_library


def test_url():
    with patch("app.services.library.storage.Client") as client:
        client.return_value.bucket.return_value.blob.return_value.public_url = "one"
        assert asset(get_library()) == "one"


def test_another_url():
    with patch("app.services.library.storage.Client") as client:
        client.return_value.bucket.return_value.blob.return_value.public_url = "two"
        assert asset(get_library()) == "two"
"""
FIXTURE = '''\
import pytest


@pytest.fixture(autouse=True)
def clear_cached_factories():
    """Build services anew in each test, so that none keeps what another test has patched."""
    from app.routers.a import get_library

    cached = (get_library,)
    for factory in cached:
        factory.cache_clear()
    yield
    for factory in cached:
        factory.cache_clear()
'''
ROUTER_CACHED = but(
    ("from fastapi", "from functools import lru_cache\n\nfrom fastapi"),
    ("def get_library", "@lru_cache(maxsize=1)\ndef get_library"),
    text=ROUTER,
)


def patched(test: str, path: str = "tests/test_a.py") -> dict[str, str]:
    return {**app(routers_a=ROUTER), path: test}


PATCHES = {
    "patch": PATCHING,
    "decorator": 'from unittest import mock\n\nfrom app.routers.a import asset\n\n\n@mock.patch("app.services.library.storage.Client")\ndef test_url(client):\n    assert asset\n',
    "patch.object": "from unittest.mock import patch\n\nfrom app.routers.a import asset\nfrom app.services import library\n\n\ndef test_url():\n    with patch.object(library.storage, 'Client'):\n        assert asset\n",
    "monkeypatch": 'from app.routers.a import asset\n\n\ndef test_url(monkeypatch):\n    monkeypatch.setattr("app.services.library.storage", None)\n    assert asset\n',
    "monkeypatch of an object": 'from app.routers.a import asset\nfrom app.services import library\n\n\ndef test_url(monkeypatch):\n    monkeypatch.setattr(library, "storage", None)\n    assert asset\n',
    "mocker": 'from app.routers.a import asset\n\n\ndef test_url(mocker):\n    mocker.patch("app.services.library.storage.Client")\n    assert asset\n',
    "an assignment": "from app.routers.a import asset\nfrom app.services import library\n\n\ndef test_url():\n    library.storage = None\n    assert asset\n",
    "the library itself": 'from unittest.mock import patch\n\nfrom app.routers.a import asset\n\n\ndef test_url():\n    with patch("google.cloud.storage.Client"):\n        assert asset\n',
    "the class": 'from unittest.mock import patch\n\nfrom app.routers.a import asset\n\n\ndef test_url():\n    with patch("app.routers.a.Library"):\n        assert asset\n',
    "__init__": 'from unittest.mock import patch\n\nfrom app.routers.a import asset\nfrom app.services.library import Library\n\n\ndef test_url():\n    with patch.object(Library, "__init__", return_value=None):\n        assert asset\n',
}  # fmt: skip


@pytest.mark.parametrize("test", PATCHES.values(), ids=PATCHES)
def test_adds_a_fixture_for_tests_that_patch(test: str) -> None:
    after = {**patched(test), "app/routers/a.py": ROUTER_CACHED, "tests/conftest.py": FIXTURE}
    rewritten(patched(test), after, safety=Safety.REVIEW)
    assert all("tests/conftest.py" in f.reason for f in findings_of(patched(test)))


def test_the_environment_is_patched_too() -> None:
    reading = but(
        ("from google", "import os\n\nfrom google"), ('"assets"', 'os.environ["BUCKET"]'), text=HOME
    )
    test = 'from app.routers.a import asset\n\n\ndef test_url(monkeypatch):\n    monkeypatch.setenv("BUCKET", "b")\n    assert asset\n'
    files = {**app(reading, routers_a=ROUTER), "tests/test_a.py": test}
    rewritten(
        files,
        {**files, "app/routers/a.py": ROUTER_CACHED, "tests/conftest.py": FIXTURE},
        safety=Safety.REVIEW,
    )


NO_FIXTURE_NEEDED = {
    "no patches": "from app.routers.a import asset\n\n\ndef test_url():\n    assert asset\n",
    "a patch of something else": 'from unittest.mock import patch\n\nfrom app.routers.a import asset\n\n\ndef test_url():\n    with patch("app.routers.a.asset"):\n        assert asset\n',
    "a patch of what methods use": 'from unittest.mock import patch\n\nfrom app.routers.a import asset\nfrom app.services.library import Library\n\n\ndef test_url():\n    with patch.object(Library, "url", return_value="u"):\n        assert asset\n',
    "an override": "from app.main import app\nfrom app.routers.a import get_library\n\n\ndef test_url():\n    app.dependency_overrides[get_library] = lambda: None\n",
    "the router is never loaded": 'from unittest.mock import patch\n\nfrom app.services.library import Library\n\n\ndef test_url():\n    with patch("app.services.library.storage.Client"):\n        assert Library()\n',
    "a request called patch": "from app.routers.a import asset\n\n\ndef test_url(client):\n    assert client.patch('/app/services/library', json={})\n",
}  # fmt: skip


@pytest.mark.parametrize("test", NO_FIXTURE_NEEDED.values(), ids=NO_FIXTURE_NEEDED)
def test_adds_no_fixture_without_need(test: str) -> None:
    rewritten(patched(test), {**patched(test), "app/routers/a.py": ROUTER_CACHED})


def test_the_fixture_stands_in_the_nearest_common_conftest() -> None:
    files = {
        **patched(PATCHING, "tests/unit/api/test_a.py"),
        "tests/unit/test_b.py": PATCHING,
        "tests/e2e/test_c.py": "def test_c():\n    pass\n",
    }
    rewritten(
        files,
        {**files, "app/routers/a.py": ROUTER_CACHED, "tests/unit/conftest.py": FIXTURE},
        safety=Safety.REVIEW,
    )


def test_the_fixture_joins_a_conftest() -> None:
    conftest = 'import pytest\n\nURL = "u"\n\n\n@pytest.fixture\ndef url():\n    return URL\n'
    files = {**patched(PATCHING), "tests/conftest.py": conftest}
    joined = but(("\n\n\n@pytest", "\n\n\n" + FIXTURE.partition("\n\n\n")[2] + "\n\n@pytest"), text=conftest)
    rewritten(
        files, {**files, "app/routers/a.py": ROUTER_CACHED, "tests/conftest.py": joined}, safety=Safety.REVIEW
    )


SECOND_HOME = HOME.replace("Library", "Archive")
SECOND_ROUTER = ROUTER.replace("Library", "Archive").replace("library", "archive")
SECOND_CACHED = ROUTER_CACHED.replace("Library", "Archive").replace("library", "archive")
SECOND_TEST = PATCHING.replace("library", "archive").replace("routers.a", "routers.b")
BOTH = but(
    ("    from app.routers.a import get_library\n", "    from app.routers.a import get_library\n    from app.routers.b import get_archive\n"),
    ("(get_library,)", "(get_library, get_archive)"),
    text=FIXTURE,
)  # fmt: skip


def test_one_fixture_for_all_factories() -> None:
    files = {
        **app(routers_a=ROUTER, services_archive=SECOND_HOME, routers_b=SECOND_ROUTER),
        "tests/test_a.py": PATCHING,
        "tests/test_b.py": SECOND_TEST,
    }
    after = {
        **files,
        "app/routers/a.py": ROUTER_CACHED,
        "app/routers/b.py": SECOND_CACHED,
        "tests/conftest.py": BOTH,
    }
    rewritten(files, after, safety=Safety.REVIEW)


def test_one_fixture_where_the_tests_of_one_service_lie_below_those_of_another() -> None:
    """Two fixtures of one name would hide each other."""
    files = {
        **app(routers_a=ROUTER, services_archive=SECOND_HOME, routers_b=SECOND_ROUTER),
        "tests/unit/test_a.py": PATCHING,
        "tests/test_b.py": SECOND_TEST,
        "tests/unit/test_b.py": SECOND_TEST,
    }
    after = {
        **files,
        "app/routers/a.py": ROUTER_CACHED,
        "app/routers/b.py": SECOND_CACHED,
        "tests/conftest.py": BOTH,
    }
    rewritten(files, after, safety=Safety.REVIEW)


def test_a_later_run_extends_the_fixture() -> None:
    files = {
        **app(routers_a=ROUTER_CACHED, services_archive=SECOND_HOME, routers_b=SECOND_ROUTER),
        "tests/test_a.py": PATCHING,
        "tests/test_b.py": SECOND_TEST,
        "tests/conftest.py": FIXTURE,
    }
    rewritten(
        files, {**files, "app/routers/b.py": SECOND_CACHED, "tests/conftest.py": BOTH}, safety=Safety.REVIEW
    )


def test_reports_when_a_person_has_changed_the_fixture() -> None:
    files = {
        **app(routers_a=ROUTER_CACHED, services_archive=SECOND_HOME, routers_b=SECOND_ROUTER),
        "tests/test_b.py": SECOND_TEST,
        "tests/conftest.py": but(("    yield\n", "    print('now')\n    yield\n"), text=FIXTURE),
    }
    untouched(files, reason="their conftest.py has no room for a fixture")


def test_reports_when_a_fixture_further_down_would_hide_the_new_one() -> None:
    files = {
        **app(routers_a=ROUTER_CACHED, services_archive=SECOND_HOME, routers_b=SECOND_ROUTER),
        "tests/unit/test_a.py": PATCHING,
        "tests/test_b.py": SECOND_TEST,
        "tests/unit/conftest.py": FIXTURE,
    }
    untouched(files, reason="their conftest.py has no room for a fixture")


def test_the_fixture_imports_as_the_tests_do() -> None:
    def below_src(text: str) -> str:
        return text.replace("from app.", "from src.app.").replace('"app.', '"src.app.')

    def files(router: str) -> dict[str, str]:
        found = {f"src/{path}": below_src(text) for path, text in app(routers_a=router).items()}
        return {"src/__init__.py": "", **found, "tests/test_a.py": below_src(PATCHING)}

    rewritten(
        files(ROUTER),
        {**files(ROUTER_CACHED), "tests/conftest.py": below_src(FIXTURE)},
        safety=Safety.REVIEW,
    )


def test_factories_of_one_name_in_one_fixture() -> None:
    second = SECOND_ROUTER.replace("get_archive", "get_library")
    files = {
        **app(routers_a=ROUTER, services_archive=SECOND_HOME, routers_b=second),
        "tests/test_a.py": PATCHING,
        "tests/test_b.py": SECOND_TEST.replace("get_archive", "get_library"),
    }
    result, _ = applied(files)
    assert "from app.routers.b import get_library as get_library_of_b" in result[-1]
    assert "cached = (get_library_of_a, get_library_of_b)" in result[-1]


def test_a_router_whose_class_is_patched_keeps_its_provider() -> None:
    files = {**app(routers_a=ROUTER, routers_b=USER), "tests/test_a.py": PATCHES["the class"]}
    rewritten(
        files,
        {**files, "app/routers/a.py": ROUTER_CACHED, "tests/conftest.py": FIXTURE},
        safety=Safety.REVIEW,
    )
    assert [f.reason for f in findings_of(files) if f.safety is Safety.REPORT] == [
        "tests patch `Library` in `app.routers.a`, so its provider has to stay there, "
        "and importing it from there could make an import cycle"
    ]


def test_reports_a_site_whose_class_is_patched() -> None:
    files = {**app(routers_b=USER), "tests/test_b.py": PATCHES["the class"].replace("routers.a", "routers.b")}
    untouched(files, reason="tests replace `app.routers.b.Library`, which would have no effect any more")


def test_reports_when_no_fixture_can_clear_the_cache() -> None:
    test = (
        "import unittest\nfrom unittest.mock import patch\n\nfrom app.routers.a import asset\n\n\n"
        "class Test(unittest.TestCase):\n    def test_url(self):\n        with patch('app.services.library.storage.Client'):\n"
        "            assert asset\n"
    )
    untouched(patched(test), reason="no pytest fixture could clear the cache")


def test_reports_when_the_projects_own_singleton_cannot_be_cleared() -> None:
    keeper = HOME + (
        "\n_library = None\n\n\ndef the_library() -> Library:\n    global _library\n    if _library is None:\n"
        "        _library = Library()\n    return _library\n"
    )
    files = {**app(keeper, routers_b=USER), "tests/test_b.py": PATCHING.replace("routers.a", "routers.b")}
    untouched(files, reason="what `the_library` keeps cannot be cleared")


def test_overrides_of_two_routers_become_one() -> None:
    files = {
        **app(routers_a=ROUTER, routers_b=but(('"/a"', '"/b"'), text=ROUTER)),
        "tests/test_a.py": "from app.main import app\nfrom app.routers.a import get_library\n\n\ndef test_a():\n    app.dependency_overrides[get_library] = None\n",
    }
    found = findings_of(files)
    assert {(f.safety, f.reason) for f in found} == {
        (
            Safety.REVIEW,
            "the functions `get_library` of 2 modules become one; a test that overrides one overrides all",
        )
    }


# --- executed ------------------------------------------------------------------------------------------

COUNTING = """\
class Library:
    built = 0

    def __init__(self) -> None:
        type(self).built += 1
        self.prefix = make_prefix()

    def url(self, name: str) -> str:
        return self.prefix + name


class Prefixes:
    def __init__(self) -> None:
        self.names = ("u/",)


def make_prefix() -> str:
    return Prefixes().names[0]
"""
PLAIN_HOME = COUNTING.replace("        type(self).built += 1\n", "").replace("    built = 0\n\n", "")
GENERATION = """\
from app.services.library import Library


class Generation:
    def __init__(self, library: Library | None = None) -> None:
        self.library = library or Library()
"""
GENERATION_ROUTER = """\
from fastapi import APIRouter, Depends

from app.services.generation import Generation

router = APIRouter()


def get_generation() -> Generation:
    return Generation()


@router.get("/g")
def generate(generation: Generation = Depends(get_generation)) -> str:
    return generation.library.url("g")
"""
MAIN = """\
from fastapi import FastAPI

from app.routers import a, b, g

app = FastAPI()
for module in (a, b, g):
    app.include_router(module.router)
"""
REQUESTS = """\
import collections

from fastapi.testclient import TestClient

from app.main import app
from app.services.library import Library

built = collections.Counter()
original = Library.__init__


def counting(self):
    built["library"] += 1
    original(self)


Library.__init__ = counting
client = TestClient(app)
for number in range(5):
    for path in ("a", "b", "g"):
        assert client.get(f"/{path}").json() == f"u/{path}"
print(built["library"])
"""


def service_files() -> dict[str, str]:
    return {
        **app(
            PLAIN_HOME,
            routers_a=ROUTER,
            routers_b=USER,
            services_generation=GENERATION,
            routers_g=GENERATION_ROUTER,
        ),
        "app/main.py": MAIN,
    }


def test_one_is_built_instead_of_one_for_every_request(tmp_path: Path) -> None:
    before = service_files()
    after = dict(zip(before, applied(before)[0], strict=True))
    assert python(write(tmp_path / "before", before), REQUESTS) == "15"
    assert python(write(tmp_path / "after", after), REQUESTS) == "1"


def test_every_module_imports_alone(tmp_path: Path) -> None:
    """The trap: a provider in a router, imported by a service, works until the service is imported first."""
    before = service_files()
    after = dict(zip(before, applied(before)[0], strict=True))
    write(tmp_path, after)
    touched = [path for path in after if after[path] != before[path]]
    assert "app/services/generation.py" in touched
    for path in touched:
        python(tmp_path, f"import {path.removesuffix('.py').replace('/', '.')}")
    assert not any("app.routers" in after[path] for path in touched if path.startswith("app/services"))


def test_overrides_still_work(tmp_path: Path) -> None:
    before = service_files()
    after = dict(zip(before, applied(before)[0], strict=True))
    script = """
    from fastapi.testclient import TestClient

    from app.main import app
    from app.routers.a import get_library
    from app.services.library import Library

    class Fake(Library):
        def url(self, name: str) -> str:
            return "fake"

    client = TestClient(app)
    assert client.get("/a").json() == "u/a"
    app.dependency_overrides[get_library] = Fake
    assert client.get("/a").json() == "fake"
    app.dependency_overrides.clear()
    assert client.get("/a").json() == "u/a"
    """
    for name, files in {"before": before, "after": after}.items():
        python(write(tmp_path / name, files), textwrap.dedent(script))


def test_the_fixture_keeps_patching_tests_green(tmp_path: Path) -> None:
    test = """\
    from unittest.mock import patch

    from fastapi.testclient import TestClient

    from app.main import app


    def url_of(path):
        return TestClient(app).get(path).json()


    def test_one():
        with patch("app.services.library.make_prefix", return_value="one/"):
            assert [url_of("/a"), url_of("/b"), url_of("/g")] == ["one/a", "one/b", "one/g"]


    def test_two(monkeypatch):
        monkeypatch.setattr("app.services.library.make_prefix", lambda: "two/")
        assert [url_of("/a"), url_of("/b"), url_of("/g")] == ["two/a", "two/b", "two/g"]


    def test_none():
        assert url_of("/a") == "u/a"
    """
    before = {**service_files(), "tests/__init__.py": "", "tests/test_urls.py": textwrap.dedent(test)}
    results, _ = applied(before)
    after = dict(zip([*before, "tests/conftest.py"], results, strict=True))
    without = {path: text for path, text in after.items() if path != "tests/conftest.py"}
    assert run_pytest(write(tmp_path / "before", before)) == 0
    assert run_pytest(write(tmp_path / "without", without)) == 1
    assert run_pytest(write(tmp_path / "after", after)) == 0


def test_runs_after_calls_were_moved_to_threads(tmp_path: Path) -> None:
    threaded = but(
        ("from fastapi", "import asyncio\n\nfrom fastapi"),
        ("library = Library()", "library = await asyncio.to_thread(Library)"),
        text=USER,
    )
    before = {**service_files(), "app/routers/b.py": threaded}
    after = dict(zip(before, applied(before)[0], strict=True))
    assert "await asyncio.to_thread(get_library)" in after["app/routers/b.py"]
    assert python(write(tmp_path, after), REQUESTS) == "1"


def test_the_example_in_the_documentation() -> None:
    before, after = re.findall(r"```python\n(.*?)```", codemod.documentation, re.S)
    rewritten(before, after)


def applied(files: Files) -> tuple[list[str], list[str]]:
    """The texts after everything, review included, was applied, new files last; and the paths."""
    with opened(files) as project:
        result = engine.apply(project, [codemod], [Safety.SAFE, Safety.REVIEW])
        assert not result.refused
        return [s.text for s in result.project.sources.values()], list(result.project.sources)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def python(folder: Path, code: str) -> str:
    """What the code prints, run in a fresh interpreter that imports from `folder`."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run_pytest(folder: Path) -> int:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode
