"""One turn of a loop: ways out of the loop, what decides whether a place is reached, and room before it."""

from __future__ import annotations

import ast
import textwrap

import pytest

from fixbot.project.loops import loops_around
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.project.turns import conditions, has_line_of_its_own, leads, stops_early


def looped(body: str) -> tuple[ast.Call, Module]:
    """`here(...)` in the body of a loop in a function."""
    text = "async def f(xs):\n    for x in xs:\n" + textwrap.indent(
        textwrap.dedent(body).strip("\n"), " " * 8
    )
    return here(text)


def here(text: str) -> tuple[ast.Call, Module]:
    module = Module.parse(Source("m.py", text), "m")
    call = next(n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "here")
    return call, module


@pytest.mark.parametrize(
    ("body", "way"),
    [
        pytest.param("here()", "", id="to-the-end"),
        pytest.param("here()\nif x: break", "break", id="break"),
        pytest.param("here()\nif x: return 1", "return", id="return"),
        pytest.param("here()\nyield x", "yield", id="yield"),
        pytest.param("here()\nz = lambda: (yield)", "", id="yield-of-a-lambda"),
        pytest.param("here()\nyield x\nif x: break", "yield", id="the-caller-has-the-first-word"),
        pytest.param("here()\nfor y in x:\n    break", "", id="break-of-an-inner-loop"),
        pytest.param(
            "here()\nfor y in x:\n    pass\nelse:\n    break",
            "break",
            id="break-in-the-else-of-an-inner-loop",
        ),
        pytest.param("here()\nwhile x:\n    return 1", "return", id="return-in-an-inner-loop"),
        pytest.param("here()\ndef g():\n    return 1", "", id="return-of-a-function-in-the-loop"),
        pytest.param("here()\nif x: raise E", "raise", id="raise"),
        pytest.param(
            "try:\n    here()\n    raise E\nexcept Exception:\n    pass", "", id="raise-that-is-caught"
        ),
        pytest.param(
            "try:\n    here()\n    raise E\nexcept KeyError:\n    pass",
            "raise",
            id="raise-that-may-not-be-caught",
        ),
        pytest.param("try:\n    here()\nexcept E as e:\n    raise F from e", "", id="error-passed-on"),
        pytest.param("here()\ncontinue", "", id="continue"),
    ],
)
def test_stops_early(body: str, way: str) -> None:
    call, module = looped(body)
    assert stops_early(next(loops_around(call, module))) == way


@pytest.mark.parametrize(
    ("body", "tests"),
    [
        pytest.param("here()", [], id="always"),
        pytest.param("if a:\n    here()", [("a", True)], id="if"),
        pytest.param("if a: pass\nelse:\n    here()", [("a", False)], id="else"),
        pytest.param("if a: pass\nelif b:\n    here()", [("a", False), ("b", True)], id="elif"),
        pytest.param("if here(): pass", [], id="in-the-test-itself"),
        pytest.param("if a: continue\nhere()", [("a", False)], id="guard"),
        pytest.param(
            "if a: continue\nif b:\n    if c: continue\n    here()",
            [("a", False), ("b", True), ("c", False)],
            id="guards-in-order",
        ),
        pytest.param(
            "if a:\n    continue\nelif b:\n    continue\nhere()",
            [("a", False), ("b", False)],
            id="guard-with-elif",
        ),
        pytest.param("if a:\n    z = 1\nelse:\n    continue\nhere()", [("a", True)], id="guard-in-the-else"),
        pytest.param("if a:\n    z = 1\nhere()", [], id="an-if-that-skips-nothing"),
        pytest.param("if a:\n    for y in x:\n        continue\nhere()", [], id="continue-of-an-inner-loop"),
        pytest.param("z = here() if a else None", [("a", True)], id="conditional-expression"),
        pytest.param("z = a and here()", [("a", True)], id="and"),
        pytest.param("z = a or b or here()", [("a", False), ("b", False)], id="or"),
        pytest.param("z = here() or a", [], id="first-of-or"),
        pytest.param("try:\n    here()\nexcept E:\n    pass", [], id="try"),
        pytest.param("try:\n    z = a()\nexcept E:\n    continue\nhere()", [], id="errors-do-not-count"),
        pytest.param("with suppress(E):\n    here()", [], id="suppress"),
        pytest.param("for y in here(): pass", [], id="what-an-inner-loop-goes-through"),
    ],
)
def test_conditions(body: str, tests: list[tuple[str, bool]]) -> None:
    call, module = looped(body)
    found = conditions(call, list(loops_around(call, module))[-1], module)
    assert found.obstacle is None
    assert [(ast.unparse(test), outcome) for test, outcome in found.tests] == tests


@pytest.mark.parametrize(
    ("body", "obstacle"),
    [
        pytest.param("while a:\n    here()", ast.While, id="while"),
        pytest.param("for y in x:\n    here()", ast.For, id="inner-loop"),
        pytest.param("z = [here() for y in x]", ast.ListComp, id="inner-comprehension"),
        pytest.param("with a:\n    here()", ast.With, id="with"),
        pytest.param("async with a:\n    here()", ast.AsyncWith, id="async-with"),
        pytest.param("match a:\n    case 1:\n        here()", ast.Match, id="match"),
        pytest.param("try:\n    z = 1\nexcept E:\n    here()", ast.ExceptHandler, id="except"),
        pytest.param("try:\n    z = 1\nexcept* E:\n    here()", ast.ExceptHandler, id="except-star"),
        pytest.param("try:\n    z = 1\nfinally:\n    here()", ast.Try, id="finally"),
        pytest.param("z = a < b < here()", ast.Compare, id="end-of-a-chained-comparison"),
        pytest.param("assert a, here()", ast.Assert, id="message-of-an-assert"),
        pytest.param("if a:\n    if b: continue\n    z = 1\nhere()", ast.If, id="continue-deep-in-an-if"),
        pytest.param("with a:\n    continue\nhere()", ast.With, id="continue-in-a-with"),
    ],
)
def test_obstacles(body: str, obstacle: type[ast.AST]) -> None:
    call, module = looped(body)
    assert isinstance(conditions(call, list(loops_around(call, module))[-1], module).obstacle, obstacle)


@pytest.mark.parametrize(
    ("comprehension", "tests"),
    [
        ("[here() for x in xs if a if b]", [("a", True), ("b", True)]),
        ("[x for x in xs if a if here()]", [("a", True)]),
        ("[here() if a else 1 for x in xs]", [("a", True)]),
    ],
)
def test_conditions_in_a_comprehension(comprehension: str, tests: list[tuple[str, bool]]) -> None:
    call, module = here(f"def f(xs):\n    return {comprehension}")
    found = conditions(call, next(loops_around(call, module)), module)
    assert [(ast.unparse(test), outcome) for test, outcome in found.tests] == tests


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("z = here()", True),
        ("return [1, f(here())]", True),
        ("z.append(here())", True),
        ("if here().ok: pass", True),
        ("z = f(g(), here())", False),
        ("z = f(len(y), here())", True),
        ("z = f(here(), g())", True),
        ("z = a and here()", False),
        ("z = here() if a else 1", False),
        ("z = lambda: here()", False),
        ("z = [here() for y in a]", False),
        ("z = [y for y in here()]", True),
        ("z[f()] += here()", False),
        ("del z[here()]", False),
        ("z = (await g(), here())", False),
    ],
)
def test_leads(statement: str, expected: bool) -> None:
    call, module = here(f"async def f(a):\n    {statement}")
    assert leads(call, module, lambda other: ast.unparse(other.func) == "len") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("here()", True),
        ("if a:\n    here()", True),
        ("if a: here()", False),
        ("b = 1; here()", False),
        ("here(); b = 1", True),
        ("if a: pass\nelif here(): pass", False),
        ("if a: pass\nelse:\n    if here(): pass", True),
    ],
)
def test_has_line_of_its_own(text: str, expected: bool) -> None:
    call, module = here(text)
    assert has_line_of_its_own(module.statement(call), module) is expected
