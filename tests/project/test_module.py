"""The structure of one file: functions, scopes, imports, and where things stand."""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path

import pytest

from fixbot.project.module import Function, Module, children, own_nodes
from fixbot.project.source import Source
from tests.support import ROOT


def parse(text: str, path: str = "app/api/m.py", name: str = "app.api.m") -> Module:
    return Module.parse(Source(path, textwrap.dedent(text)), name)


def function(module: Module, name: str) -> Function:
    [found] = [f for f in module.functions.values() if f.name == name]
    return found


def marked(module: Module) -> ast.expr:
    """What stands in the only `mark(…)` of a module."""
    [call] = [n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "mark"]
    return call.args[0]


# --- functions -----------------------------------------------------------------------------------------

NESTED = """
    @decorate(1)
    def outer(a=default(), *args: annotation(), b=keyword()) -> returned():
        first()
        lambda: second()
        [third() for x in fourth()]

        class Inner(base()):
            attribute = fifth()

            async def method(self, c=sixth()):
                yield seventh()

        @decorate(2)
        def inner():
            return eighth()

        if ninth():
            async def coroutine():
                await tenth()

    class Top:
        if condition:
            def conditional(self): ...

        class Deeper:
            def deep(self):
                def local(): ...
"""


def test_functions_with_their_names_and_owners() -> None:
    module = parse(NESTED)
    assert [(f.qualname, f.owner and f.owner.name, f.is_async) for f in module.functions.values()] == [
        ("outer", None, False),
        ("outer.<locals>.Inner.method", "Inner", True),
        ("outer.<locals>.inner", None, False),
        ("outer.<locals>.coroutine", None, True),
        ("Top.conditional", "Top", False),
        ("Top.Deeper.deep", "Deeper", False),
        ("Top.Deeper.deep.<locals>.local", None, False),
    ]
    assert function(module, "method").label == "Inner.method"
    assert function(module, "local").label == "deep.local"
    assert next(iter(module.functions)) is module.tree.body[0]


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("outer", "first second third fourth base fifth sixth decorate ninth"),
        ("method", "seventh"),
        ("inner", "eighth"),
        ("coroutine", "tenth"),
        ("deep", ""),
    ],
)
def test_the_calls_of_a_functions_own_body(name: str, calls: str) -> None:
    module = parse(NESTED)
    found = function(module, name).calls
    assert {ast.unparse(c.func) for c in found} == set(calls.split())
    assert all(module.function(c) is function(module, name) or module.owner(c) for c in found)


@pytest.mark.parametrize(
    ("call", "home"),
    [("default()", None), ("annotation()", None), ("returned()", None), ("decorate(1)", None), ("decorate(2)", "outer"),
     ("sixth()", "outer"), ("fifth()", "outer"), ("seventh()", "method"), ("second()", "outer"), ("tenth()", "coroutine")],
)  # fmt: skip
def test_decorators_and_defaults_belong_to_the_scope_around(call: str, home: str | None) -> None:
    module = parse(NESTED)
    [node] = [n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n) == call]
    found = module.function(node)
    assert (found and found.name) == home


def test_generators() -> None:
    module = parse(
        "def f():\n    yield 1\ndef g():\n    def h():\n        yield 1\ndef k():\n    return lambda: (yield)\n"
    )
    assert [f.name for f in module.functions.values() if f.is_generator] == ["f", "h"]


def test_arguments_in_order() -> None:
    [f] = parse("def f(a, /, b, *c, d, **e): ...").functions.values()
    assert [a.arg for a in f.arguments] == ["a", "b", "c", "d", "e"]


# --- names that functions bind --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("x = 1", "x"),
        ("x: int", "x"),
        ("x += 1", "x"),
        ("for x, (y, *z) in a: pass", "x y z"),
        ("with a as x, b as (y, z): pass", "x y z"),
        ("import x, a.b, c.d as y", "x a y"),
        ("from a import x, b as y", "x y"),
        ("def x(): inner = 1", "x"),
        ("class x: inner = 1", "x"),
        ("try: pass\nexcept A as x: pass", "x"),
        ("try: pass\nexcept* A as x: pass", "x"),
        ("match a:\n    case [x, *y, {'k': z, **r}] | B(b=x) as w: pass", "x y z r w"),
        ("[inner for inner in a]", ""),
        ("[[i for i in j] for j in (x := a)]", "x"),
        ("[(x := inner) for inner in a]", "x"),
        ("{inner: v for inner, v in a}; x = inner", "x"),
        ("print(x := 1)", "x"),
        ("del x", "x"),
        ("global g, x\ng = 1\ny = 1", "y"),
        ("nonlocal n\nn = 1", ""),
        ("a.x = a[y] = 1", ""),
        ("lambda inner: inner", ""),
        ("def f(p=(x := 1), *, q=(y := 2)): ...", "f x y"),
        ("@(x := d)\nclass C((y := B), metaclass=(z := M)): ...", "C x y z"),
        ("async with a as x: pass\nasync for y in a: pass", "x y"),
        ("\u017f = 1", "s"),  # Python reads it as `s`
    ],
)
def test_local_names(body: str, names: str) -> None:
    text = "n = 0\ndef outer():\n    n = 1\n    async def it(p, *q):\n" + textwrap.indent(body, " " * 8)
    found = function(parse(text), "it")
    assert found.local_names == {"p", "q", *names.split()}
    assert found.outer_names == ({"g", "x"} if "global" in body else {"n"} if "nonlocal" in body else set())


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("x = 1", {"x": "1"}),
        ("x: int = 1", {"x": "1"}),
        ("(x := 1)", {"x": "1"}),
        ("if a:\n    x = 1", {"x": "1"}),
        ("x: int", {}),
        ("x = 1\nx = 2", {}),
        ("x = 1\nx += 1", {}),
        ("x = 1\ndel x", {}),
        ("x = 1\ndef x(): ...", {}),
        ("x = 1\nimport x", {}),
        ("x = 1\nfor x in a: pass", {}),
        ("x = 1\ntry: pass\nexcept E as x: pass", {}),
        ("match a:\n    case x: pass\nx = 1", {}),
        ("x = y = 1", {}),
        ("x, y = 1, 2", {}),
        ("p = 1", {}),
        ("global x\nx = 1", {}),
        ("x = 1\n[x for x in a]", {"x": "1"}),
        ("x = 1\ndef f(): x = 2", {"x": "1"}),
    ],
)
def test_values_of_names_with_one_assignment(body: str, values: dict[str, str]) -> None:
    module = parse("def it(p):\n" + textwrap.indent(body, "    "))
    assert {n: ast.unparse(v) for n, v in function(module, "it").values.items()} == values


def test_global_names_and_values() -> None:
    module = parse("""
        import os
        a = 1
        if a:
            b = 2
        else:
            b = 3
        c = None
        d = 4
        class E: inner = 1
        def f():
            global c, new
            c = new = 1
            d = 5
        from other import *
    """)
    assert set(module.global_names) == {"os", "a", "b", "c", "d", "E", "f", "new"}
    assert {n: ast.unparse(v) for n, v in module.values.items()} == {"a": "1", "d": "4"}
    assert len(module.global_names["c"]) == 2


# --- imports -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name", "statement", "target"),
    [
        ("a/b/m.py", "a.b.m", "from . import x", "a.b.x"),
        ("a/b/m.py", "a.b.m", "from .c import x", "a.b.c.x"),
        ("a/b/m.py", "a.b.m", "from .. import x", "a.x"),
        ("a/b/m.py", "a.b.m", "from ..c.d import y as x", "a.c.d.y"),
        ("a/b/m.py", "a.b.m", "from ...c import x", "c.x"),
        ("a/b/m.py", "a.b.m", "from ....c import x", ".x"),
        ("a/b/__init__.py", "a.b", "from . import x", "a.b.x"),
        ("a/b/__init__.py", "a.b", "from .c import x", "a.b.c.x"),
        ("a/b/__init__.py", "a.b", "from .. import x", "a.x"),
        ("m.py", "m", "from . import x", ".x"),
        ("__init__.py", "", "from . import x", ".x"),
        ("a/m.py", "a.m", "import x", "x"),
        ("a/m.py", "a.m", "import x.y", "x"),
        ("a/m.py", "a.m", "import y.z as x", "y.z"),
        ("a/m.py", "a.m", "from y.z import w as x", "y.z.w"),
    ],
)
def test_what_an_import_binds(path: str, name: str, statement: str, target: str) -> None:
    assert parse(statement, path, name).imports == {"x": target}


def test_imports_that_run_and_those_that_may() -> None:
    module = parse("""
        import certain
        import twice, os
        import os.path
        twice = 1
        from changed import by_function
        if TYPE_CHECKING:
            from types import only
        try:
            import fast as quick
        except ImportError:
            import slow as quick
        def f():
            import inner
            global by_function
            by_function = 1
    """)
    assert module.imports == {"certain": "certain", "os": "os"}
    assert module.any_imports.keys() == {"certain", "twice", "os", "only", "quick", "inner", "by_function"}


@pytest.mark.parametrize(
    ("text", "dotted"),
    [
        ("import time\nmark(time.sleep)", "time.sleep"),
        ("import time as t\nmark(t.sleep)", "time.sleep"),
        ("from time import sleep as s\nmark(s)", "time.sleep"),
        ("import a.b.c\nmark(a.b.c.d)", "a.b.c.d"),
        ("from ..core import db\nmark(db.get)", "app.core.db.get"),
        ("mark(open)", "open"),
        ("mark(unknown)", ""),
        ("mark(f().x)", ""),
        ("mark(a[0].x)", ""),
        ("def f(): ...\nmark(f)", "app.api.m.f"),
        ("X = 1\nmark(X.y)", "app.api.m.X.y"),
        ("def open(): ...\nmark(open)", "app.api.m.open"),
        ("if TYPE_CHECKING:\n    import time\nmark(time.sleep)", "time.sleep"),
        ("try:\n    import time\nexcept ImportError:\n    time = None\nmark(time.sleep)", "time.sleep"),
        ("try:\n    import fast as x\nexcept ImportError:\n    import slow as x\nmark(x)", "fast"),
        ("if a:\n    import fast as x\nelse:\n    import slow as x\nmark(x)", ""),
        ("import time\ntime = Fake()\nmark(time.sleep)", ""),
        ("import time\ndef g():\n    global time\n    time = Fake()\nmark(time.sleep)", ""),
        # what functions bind
        ("import time\ndef f():\n    mark(time.sleep)", "time.sleep"),
        ("import time\ndef f(time):\n    mark(time.sleep)", ""),
        ("import time\ndef f():\n    mark(time.sleep)\n    time = 1", ""),
        ("import time\ndef f():\n    for time in a: mark(time.sleep)", ""),
        ("import time\ndef f(time):\n    def g():\n        mark(time.sleep)", ""),
        ("import time\ndef f():\n    global time\n    mark(time.sleep)", "time.sleep"),
        ("import time\ndef f(time):\n    def g():\n        global time\n        mark(time.sleep)", "time.sleep"),
        ("def f():\n    import time\n    mark(time.sleep)", "time.sleep"),
        ("def f():\n    import time\n    def g():\n        mark(time.sleep)", "time.sleep"),
        ("def f():\n    import time\ndef g():\n    mark(time.sleep)", ""),
        ("import time\ndef f():\n    import fake as time\n    mark(time.sleep)", "fake.sleep"),
        ("def f(c):\n    if c: import a as x\n    else: x = 1\n    mark(x)", ""),
        ("import time\n@mark(time.sleep)\ndef f(time): ...", "time.sleep"),
        ("import time\ndef f(time, x=mark(time.sleep)): ...", "time.sleep"),
        # comprehensions and lambdas
        ("import time\n[mark(time.sleep) for x in a]", "time.sleep"),
        ("import time\n[mark(time.sleep) for time in a]", ""),
        ("import time\n[x for time in mark(time.sleep)]", "time.sleep"),
        ("import time\n[x for time in a for x in mark(time.sleep)]", ""),
        ("import time\n[x for y in a for time in mark(time.sleep)]", ""),
        ("import time\n{1: [mark(time.sleep) for x in y] for (time, y) in a}", ""),
        ("import time\nlambda: mark(time.sleep)", "time.sleep"),
        ("import time\nlambda time: mark(time.sleep)", ""),
        ("import time\nlambda time=mark(time.sleep): 1", "time.sleep"),
        # classes
        ("import time\nclass A:\n    time = 1\n    mark(time.sleep)", ""),
        ("import time\nclass A:\n    time = 1\n    def f(self):\n        mark(time.sleep)", "time.sleep"),
        ("import time\nclass A:\n    time = 1\n    def f(self, x=mark(time.sleep)): ...", ""),
        ("import time\nclass A:\n    time = 1\n    [mark(time.sleep) for x in y]", "time.sleep"),
        ("import time\nclass A:\n    time = 1\n    [x for x in mark(time.sleep)]", ""),
        ("import time\nclass A:\n    time = 1\n    class B:\n        mark(time.sleep)", "time.sleep"),
        ("import time\nclass A(mark(time.sleep)):\n    time = 1", "time.sleep"),
        ("class A:\n    import time\n    mark(time.sleep)", "time.sleep"),
        ("import time\ndef f(time):\n    class A:\n        mark(time.sleep)", ""),
    ],
)  # fmt: skip
def test_what_a_name_stands_for_through_the_imports(text: str, dotted: str) -> None:
    module = parse(text)
    assert module.dotted(marked(module)) == dotted


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
@pytest.mark.parametrize(
    ("text", "dotted"),
    [
        ("import time\ndef f[time](x):\n    mark(time.sleep)", ""),
        ("import time\ndef f[T](x):\n    mark(time.sleep)", "time.sleep"),
        ("type time = int\nmark(time)", "app.api.m.time"),
    ],
)
def test_type_parameters(text: str, dotted: str) -> None:
    module = parse(text)
    assert module.dotted(marked(module)) == dotted


# --- places --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "def f(): ...",
        "async def f(): ...",
        "class f: ...",
        "async   def \t f (): ...",
        "async \\\n  def\\\n  f(): ...",
        "def\x0cf(): ...",
        "def \\\r\n f(): ...",
        "class \\\n\\\n f: ...",
        "@f\n@f(f)\ndef f(f): ...",
        "é = f = 1\nclass ü(f):\n  def f(self): ...",
        "if 1: pass; f; é = 'é'\nelse:\n\tasync def f(): ...",
        "def de(): ...\nasync  def f(): ...",
        "class é: x = 'ü'; y = 1\nclass lass: ...\nclass f: ...",
    ],
)
def test_definitions_stand_where_their_names_stand(text: str) -> None:
    module = parse(text)
    [place] = [place for place, node in module.definitions.items() if node.name == "f"]
    line = module.source.lines[place[0] - 1].encode()
    assert line[place[1] :].startswith(b"f")
    assert b"def" in line[: place[1]] or b"class" in line[: place[1]] or not line[: place[1]].strip()


def test_identifiers_are_found_whatever_form_they_are_written_in() -> None:
    module = parse("class \ufb01: ...\ndef \u017f(): ...\n")
    assert {place: node.name for place, node in module.definitions.items()} == {(1, 6): "fi", (2, 4): "s"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "text",
    ["x = mark(a + b)", "é = 'ü'; mark('é' + ü)", "\x0cmark(a)", "\tpass", "f'{é} {mark(a.b)} ü'", 'f"""é\n{mark(x)!r}"""',
     "x = (\n  'é',\n\n  mark(\n'''ü\né''', b)\n)", "mark(f'{x:{é}}')", "mark(\\\n  a\\\n  .b)"],
)  # fmt: skip
def test_segments_and_spans_count_characters(text: str, end: str) -> None:
    module = parse(f"if 1:\n    pass\n{text}\n".replace("\tpass", "if x:\n\tmark(é)").replace("\n", end))
    node = marked(module)
    segment = module.segment(node)
    assert ast.dump(ast.parse(f"({segment})", mode="eval").body) == ast.dump(node)
    span = module.span(node)
    assert module.source.lines[span.line - 1][span.column - 1 :].startswith(segment[:1])


# --- walks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["fixbot/project/module.py", "fixbot/safety.py", "tests/test_catalogue.py"])
def test_every_node_with_a_place_has_its_parent(path: str) -> None:
    module = parse((ROOT / path).read_text("utf-8"))
    expected = {
        child: node
        for node in ast.walk(module.tree)
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, ast.expr_context | ast.operator | ast.boolop | ast.unaryop | ast.cmpop)
    }
    assert module.parents == expected
    calls = [node for node in expected if isinstance(node, ast.Call)]
    assert set(module.of_type(ast.Call)) == set(calls)
    assert module.of_type(ast.Module) == [module.tree]
    assert not module.of_type(ast.TryStar)


def test_children_that_are_not_there() -> None:
    [_, expression, _] = parse("def f(*, a, b=1): ...\n{**x, 1: 2}\nreturn_ = None\n").tree.body
    assert isinstance(expression, ast.Expr)
    assert [ast.unparse(n) for n in children(expression.value)] == ["1", "x", "2"]


def test_own_nodes() -> None:
    scope = parse(
        "def f(a=(b := 1)):\n    c\n    lambda: d\n    class E(e):\n        g\n    @h\n    def i(j=k): l\n"
    ).tree
    names = lambda **options: {n.id for n in own_nodes(scope.body[0], **options) if isinstance(n, ast.Name)}  # noqa: E731
    assert names() == {"c", "d", "e", "h", "k"}
    assert names(lambdas=False) == {"c", "e", "h", "k"}
    assert names(classes=True) == {"c", "d", "e", "g", "h", "k"}


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "a." * 900 + "b",
        "x = " + " + ".join(["a"] * 900),
        "if a: pass\n" + "".join(f"elif a == {n}: pass\n" for n in range(900)),
        "x = " + "f(" * 90 + "a" + ")" * 90,
        "def f():\n    x = a" + ".b(1)" * 700,
    ],
    ids=["attributes", "sums", "elif", "calls", "chain"],
)
def test_deep_nesting_does_not_stop_the_walks(text: str) -> None:
    module = parse(text)
    for node in module.parents:
        if isinstance(node, ast.Attribute):
            module.dotted(node)
    assert module.functions is not None
    assert len(module.parents) > 90
    assert list(module.ancestors(next(reversed(module.parents))))


# --- tests ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "is_test"),
    [("app/conftest.py", True), ("tests/helpers.py", True), ("app/test/util.py", True), ("app/testing/x.py", True),
     ("test_x.py", False), ("app/test_x.py", False), ("x_test.py", False), ("x_tests.py", False),
     ("app/tests.py", False), ("test.py", False), ("app/main.py", False), ("latest.py", False), ("contest.py", False),
     ("app/testimony/x.py", False), ("attest_x.py", False)],
)  # fmt: skip
def test_which_files_are_tests_whatever_they_say(path: str, is_test: bool) -> None:
    assert parse("router = APIRouter()", path).is_test is is_test


@pytest.mark.parametrize(
    "path", ["test_x.py", "app/test_x.py", "x_test.py", "x_tests.py", "app/tests.py", "test.py"]
)
@pytest.mark.parametrize(
    "text",
    ["def test_it(): ...", "async def test_it(): ...", "class TestIt:\n    x = 1", "class A:\n    def testIt(self): ...",
     "import pytest", "from unittest.mock import patch", "class It(django.test.TestCase): ...", "if x:\n    import pytest"],
)  # fmt: skip
def test_a_name_of_tests_counts_where_the_text_says_so_too(path: str, text: str) -> None:
    assert parse(text, path).is_test


@pytest.mark.parametrize("path", ["app/main.py", "app/latest.py"])
def test_what_tests_say_does_not_count_elsewhere(path: str) -> None:
    assert not parse("import pytest\n\n\ndef test_it(): ...", path).is_test


@pytest.mark.parametrize(
    "text", ["@router.get('/tests')\ndef tests(): ...", "class Tests: ...", "x = 'import pytest'"]
)
def test_a_service_that_serves_tests_is_none(text: str) -> None:
    assert not parse(text, "app/routes/tests.py").is_test


def test_warnings_of_the_analysed_code_are_not_ours(tmp_path: Path) -> None:
    assert parse("x = '\\d' is 1\n").tree.body
