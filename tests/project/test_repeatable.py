"""What may be evaluated twice, and gone through twice. Each refusal differs from a permission by one construct."""

from __future__ import annotations

import ast
import textwrap

import pytest

from fixbot.project.repeatable import Again, again, does_more
from fixbot.testing import opened

PRELUDE = """
import random
import json
import hashlib
from functools import lru_cache
from typing import Any, Iterable, Iterator, Optional
from dataclasses import dataclass
from google.cloud import firestore

IDS = ["a", "b"]
calls: list[str] = []


@dataclass
class Order:
    ids: list[str]
    lazily: Iterator[str]

    @property
    def quiet(self) -> str:
        return self.ids[0].lower()

    @property
    def loud(self) -> str:
        calls.append("x")
        return "x"


class Box:
    def __init__(self, given: list[str], lazily: Iterator[str]) -> None:
        self.given = given
        self.lazily = lazily
        self.changing = []

    def use(self, x) -> None:
        self.changing = x


def plain(x: str) -> str:
    return x.strip() + "!"


def listed(x: str) -> list[str]:
    return [x]


def untold(x: str):
    return [x]


def lazily(x: str) -> list[str]:
    yield x


async def later(x: str) -> list[str]:
    return [x]


def remembers(x: str) -> str:
    calls.append(x)
    return x


def asks(x: str) -> str:
    return open(x).read()


@lru_cache
def client() -> firestore.Client:
    return firestore.Client()
"""


def evaluated(parameters: str, body: str, what: str) -> tuple[str, Again]:
    """What is doubtful about the argument of `here(...)`, and what going through it twice takes."""
    text = (
        PRELUDE
        + f"\n\nasync def f({parameters}):\n"
        + textwrap.indent(body or "pass", "    ")
        + f"\n    here({what})\n"
    )
    with opened(text) as project:
        module = project.modules["app/module.py"]
        call = next(
            n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "here"
        )
        function = module.function(call)
        assert function
        culprit = does_more([call.args[0]], function, project)
        return ast.unparse(culprit) if culprit else "", again(call.args[0], function, project)


@pytest.mark.parametrize(
    ("parameters", "what", "culprit"),
    [
        ("x: str", "x.strip().lower() + f'{x}'", ""),
        ("x: list[str]", "len(x) + int(x[0])", ""),
        ("x: str", "plain(x)", ""),
        ("x: str", "remembers(x)", "remembers(x)"),
        ("x: str", "asks(x)", "asks(x)"),
        ("x: str", "unknown(x)", "unknown(x)"),
        ("x: list[str]", "x.copy()", ""),
        ("x: list[str]", "x.pop()", "x.pop()"),
        ("x: list[str]", "max(x)", ""),
        ("x: Iterable[str]", "max(x)", "max(x)"),
        ("x: Iterator[str]", "next(x)", "next(x)"),
        ("x: str", "hashlib.sha256(x.encode()).hexdigest()", ""),
        ("x: str", "random.random()", "random.random()"),
        ("x: str", "input()", "input()"),
        ("x: str", "client().collection(x)", ""),
        ("x: str", "firestore.Client().collection(x)", "firestore.Client()"),
        (
            "x: firestore.Client",
            "x.collection('a').document('b').get()",
            "x.collection('a').document('b').get()",
        ),
        ("x: str", "(y := x)", "(y := x)"),
        ("x: str", "await later(x)", "await later(x)"),
        ("x: Order", "x.ids", ""),
        ("x: Order", "x.quiet", ""),
        ("x: Order", "x.loud", "x.loud"),
        ("x", "x.method()", "x.method()"),
    ],
)
def test_does_more(parameters: str, what: str, culprit: str) -> None:
    assert evaluated(parameters, "", what)[0] == culprit


AS_IT_IS, NAMED, LISTED, COLLECTED = Again


@pytest.mark.parametrize(
    ("parameters", "body", "what", "expected"),
    [
        ("x: list[str]", "", "x", AS_IT_IS),
        ("x: 'list[str] | None'", "", "x", AS_IT_IS),
        ("x: Optional[list[str]] = None", "", "x or []", NAMED),
        ("x: Iterable[str]", "", "x", COLLECTED),
        ("x: Iterator[str]", "", "x", COLLECTED),
        ("x: Any", "", "x", COLLECTED),
        ("x", "", "x", COLLECTED),
        ("x: list[str]", "x = (i for i in x)", "x", COLLECTED),
        ("x: list[str]", "x = sorted(x)", "x", AS_IT_IS),
        ("x: list[str]", "x += ['a']", "x", AS_IT_IS),
        ("x: list[str]", "x = x[:5]", "x", AS_IT_IS),
        ("x", "x = x[:5]", "x", COLLECTED),
        ("x: Iterator[str]", "y = x\ny = y[:5]", "y", COLLECTED),
        ("x: list[str]", "for x in y: pass", "x", COLLECTED),
        ("x: list[str]", "y = [i for i in x]", "y", AS_IT_IS),
        ("x: list[str]", "y = (i for i in x)", "y", COLLECTED),
        ("x: list[str]", "y: list[str] = []\ny = iter(x)", "y", COLLECTED),
        ("x: list[str]", "y = map(str, x)", "y", COLLECTED),
        ("x: list[str]", "", "x[1:]", AS_IT_IS),
        ("x: dict[str, str]", "", "x.items()", AS_IT_IS),
        ("x: dict[str, str]", "", "x['a']", AS_IT_IS),
        ("x: dict[str, Iterator[str]]", "", "x['a']", COLLECTED),
        ("x: firestore.DocumentSnapshot", "y = x.to_dict()", "y.get('ids', [])", NAMED),
        ("x: firestore.DocumentSnapshot", "", "x.to_dict()['ids']", NAMED),
        ("x: str", "", "json.loads(x)['ids']", NAMED),
        ("x: str", "", "x.split(',')", NAMED),
        ("x: list[str]", "", "sorted(x)", AS_IT_IS),
        ("x: list[str]", "", "sorted(x, key=remembers)", NAMED),
        ("x: Iterator[str]", "", "list(x)", NAMED),
        ("x: list[str]", "", "enumerate(x)", AS_IT_IS),
        ("x: list[str]", "", "enumerate(sorted(x, key=str))", LISTED),
        ("x: Iterator[str]", "", "enumerate(x)", COLLECTED),
        ("x: list[str], y: Iterator[str]", "", "zip(x, y)", COLLECTED),
        ("x: list[str]", "", "reversed(x)", AS_IT_IS),
        ("x: list[str]", "", "filter(None, x)", COLLECTED),
        ("x: str", "", "['a', x]", AS_IT_IS),
        ("x: str", "", "[remembers(x)]", NAMED),
        ("x: str", "", "listed(x)", NAMED),
        ("x: str", "", "untold(x)", COLLECTED),
        ("x: str", "", "lazily(x)", COLLECTED),
        ("x: str", "", "await later(x)", NAMED),
        ("x: str", "", "unknown(x)", COLLECTED),
        ("x: firestore.Query", "", "x.stream()", COLLECTED),
        ("x: firestore.Query", "", "x.get()", NAMED),
        ("x: str", "", "open(x)", COLLECTED),
        ("x: str", "", "IDS", AS_IT_IS),
        ("x: Order", "", "x.ids", AS_IT_IS),
        ("x: Order", "", "x.lazily", COLLECTED),
        ("x: list[Order]", "y = [o.lazily for o in x]", "y[0]", COLLECTED),
    ],
)
def test_again(parameters: str, body: str, what: str, expected: Again) -> None:
    assert evaluated(parameters, body, what)[1] is expected


@pytest.mark.parametrize(
    ("attribute", "expected"), [("given", AS_IT_IS), ("lazily", COLLECTED), ("changing", COLLECTED)]
)
def test_again_for_attributes_of_self(attribute: str, expected: Again) -> None:
    text = PRELUDE + "\n\nclass More(Box):\n    pass\n\n\nBox.method = None\n"
    text = text.replace(
        "    def use(", f"    def go(self) -> None:\n        here(self.{attribute})\n\n    def use("
    )
    with opened(text) as project:
        module = project.modules["app/module.py"]
        call = next(
            n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "here"
        )
        function = module.function(call)
        assert function
        assert again(call.args[0], function, project) is expected


def test_a_builtin_that_means_something_else() -> None:
    text = "def list(x):\n    return iter(x)\n\n\ndef f(ids):\n    here(list(ids))\n"
    with opened(text) as project:
        module = project.modules["app/module.py"]
        call = next(
            n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "here"
        )
        function = module.function(call)
        assert function
        assert again(call.args[0], function, project) is COLLECTED
