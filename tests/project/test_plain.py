"""Plain data: what a value of a standard type is, and what is taken out of one."""

from __future__ import annotations

import ast
import textwrap

import pytest

from fixbot.project.plain import holds_data, is_data_method, is_plain_data
from fixbot.testing import opened

PRELUDE = """
import json
from typing import Any, Iterable
from google.cloud import firestore
from elsewhere import Service, make
"""


def judged(parameters: str, body: str, what: str) -> tuple[bool, bool]:
    text = (
        PRELUDE
        + f"\n\ndef f({parameters}):\n"
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
        return is_plain_data(call.args[0], function, project), holds_data(call.args[0], function, project)


@pytest.mark.parametrize(
    ("parameters", "body", "what", "plain", "holds"),
    [
        ("x: dict", "", "x", True, True),
        ("x: dict[str, Any]", "", "x['a']", True, True),
        ("x: dict[str, Any]", "y = x.get('a')", "y", True, True),
        ("x: dict[str, Service]", "", "x", True, False),
        ("x: dict[str, Service]", "", "x['a']", False, False),
        ("x: dict[str, Service]", "", "x.get('a')", False, False),
        ("x: list[Service]", "for y in x: pass", "y", False, False),
        ("x: Any", "", "x", False, False),
        ("x", "", "x", False, False),
        ("x: dict", "x = make(x)", "x", False, False),
        ("x: dict", "x = dict(x)", "x", True, True),
        ("x: firestore.DocumentSnapshot", "y = x.to_dict()", "y['a']['b']", True, True),
        ("x: str", "", "json.loads(x)['a']", True, True),
        ("x: str", "y = []\ny.append(x.strip())", "y[0]", True, True),
        ("x: str", "y = []\ny.append(make())", "y", True, False),
        ("x: str", "y = []\ny.append(make())", "y[0]", False, False),
        ("x: str", "y = {}\ny['a'] = make()", "y['a']", False, False),
        ("x: dict", "y = x.copy()\ny['a'] = make()", "y['b']", True, True),
        ("x: str", "y = {}\ny.setdefault('a', []).append(make())", "y['a']", False, False),
        ("x: str", "y = [make() for _ in x]", "y", True, False),
        ("x: str", "y = [make() for _ in x]\nfor z in y: pass", "z", False, False),
        ("x: list[dict]", "for z in x: pass", "z", True, True),
        ("x: list[dict]", "", "sorted(x)[0]", True, True),
        ("x: str", "", "make()", False, False),
        ("x: str", "", "make().get('a')", False, False),
        ("x: dict", "", "x.get('a') or {}", True, True),
        ("x: dict", "", "x.get('a') or make()", False, False),
    ],
)
def test_plain_data(parameters: str, body: str, what: str, plain: bool, holds: bool) -> None:
    assert judged(parameters, body, what) == (plain, holds)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("x['at'].isoformat()", True),
        ("x.pop('a')", True),
        ("x.send('a')", False),
        ("make().update(x)", False),
    ],
)
def test_is_data_method(what: str, expected: bool) -> None:
    with opened(f"{PRELUDE}\n\ndef f(x: dict):\n    return {what}\n") as project:
        function = next(iter(project.modules["app/module.py"].functions.values()))
        assert is_data_method(function.calls[0], function, project) is expected
