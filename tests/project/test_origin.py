"""Where values come from, and where that is not certain."""

from __future__ import annotations

import ast

import pytest

from fixbot.project.origin import chain, global_value, is_settled, method_around, origin, self_name
from fixbot.testing import Files, opened


def came_from(files: Files, path: str = "app/module.py") -> str:
    """The origin of the argument of `here(...)`."""
    with opened(files) as project:
        module = project.module(path)
        assert module
        call = next(
            n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "here"
        )
        value, home = origin(call.args[0], module, project)
        return ast.unparse(value) + ("" if home is module else f" in {home.path}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = made()\nhere(x)", "made()", id="global"),
        pytest.param("def f():\n    x = made()\n    y = x\n    here(y)", "made()", id="local-in-steps"),
        pytest.param("x = made()\ndef f():\n    here(x)", "made()", id="global-in-a-function"),
        pytest.param("x = made()\ndef f(x):\n    here(x)", "x", id="parameter-of-that-name"),
        pytest.param("x = made()\ndef f():\n    x = 1\n    x = 2\n    here(x)", "x", id="assigned-twice"),
        pytest.param(
            "x = made()\ndef f():\n    global x\n    x = 1\ndef g():\n    here(x)",
            "x",
            id="rebound-by-a-function",
        ),
        pytest.param(
            "def f():\n    x = made()\n    def g():\n        nonlocal x\n        x = 1\n    here(x)",
            "x",
            id="rebound-by-an-inner-function",
        ),
        pytest.param("def f():\n    x = made()\n    def g():\n        here(x)", "made()", id="closure"),
        pytest.param("def f():\n    for x in xs:\n        here(x)", "x", id="loop-variable"),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.x = made()\n    def f(self):\n        here(self.x)",
            "made()",
            id="attribute",
        ),
        pytest.param(
            "class A:\n    def __init__(this):\n        this.x = made()\n    def f(that):\n        here(that.x)",
            "made()",
            id="attribute-under-other-names",
        ),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.x = made()\n    def f(self, other):\n        here(other.x)",
            "other.x",
            id="attribute-of-another",
        ),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.x = made()\n    def g(self):\n        self.x = 1\n    def f(self):\n        here(self.x)",
            "self.x",
            id="attribute-set-twice",
        ),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.x, self.y = made()\n    def f(self):\n        here(self.x)",
            "self.x",
            id="attribute-unpacked",
        ),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.x = made()\n        for self.x in y: pass\n    def f(self):\n        here(self.x)",
            "self.x",
            id="attribute-as-loop-variable",
        ),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.x = made()\n    @staticmethod\n    def f(self):\n        here(self.x)",
            "self.x",
            id="static-method",
        ),
    ],
)
def test_origin(text: str, expected: str) -> None:
    assert came_from(text) == expected


def test_origin_in_another_module() -> None:
    files = {"app/__init__.py": "", "app/a.py": "x = made()", "app/module.py": "from app.a import x\nhere(x)"}
    assert came_from(files) == "made() in app/a.py"


def test_origin_in_another_module_that_may_change_it() -> None:
    files = {
        "app/__init__.py": "",
        "app/a.py": "x = made()\n\n\ndef use(y):\n    global x\n    x = y\n",
        "app/module.py": "from app.a import x\nhere(x)",
    }
    assert came_from(files) == "x"


def test_chain_goes_from_receiver_to_receiver() -> None:
    with opened("db = make()\nusers = db.collection('u')\nhere(users.document(i).get())") as project:
        module = project.modules["app/module.py"]
        call = next(
            n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "here"
        )
        steps = [ast.unparse(step) for step, _ in chain(call.args[0], module, project)]
    assert steps == ["users.document(i).get()", "users.document(i)", "db.collection('u')", "make()"]


def test_global_value_and_is_settled() -> None:
    text = "a = 1\nif a:\n    b = 2\nb = 3\nc = 4\n\n\ndef f():\n    global c\n    c = 5\n"
    with opened(text) as project:
        module = project.modules["app/module.py"]
        assert global_value("a", module, project) is not None
        assert global_value("b", module, project) is None
        assert global_value("c", module, project) is None
        assert [is_settled(name, module) for name in "abcd"] == [True, False, False, False]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("def f(self): here()", "self"),
        ("def f(this, /, x): here()", "this"),
        ("@staticmethod\n    def f(x): here()", ""),
        ("@classmethod\n    def f(cls): here()", ""),
        ("def f(*args): here()", ""),
        ("def f(self):\n        def g(): here()", "self"),
    ],
)
def test_self_name(method: str, expected: str) -> None:
    with opened(f"class A:\n    {method}\n") as project:
        module = project.modules["app/module.py"]
        call = next(n for n in ast.walk(module.tree) if isinstance(n, ast.Call))
        found = method_around(call, module)
        assert found
        assert self_name(found) == expected
