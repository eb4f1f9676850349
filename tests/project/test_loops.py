"""Loops: what repeats a piece of code, what it is made of, what it changes."""

from __future__ import annotations

import ast
import textwrap

import pytest

from fixbot.project.loops import changed_in, depends_on_item, derived, loops_around, place, touches
from fixbot.project.module import Module
from fixbot.project.source import Source


def parsed(text: str) -> Module:
    return Module.parse(Source("m.py", textwrap.dedent(text).lstrip("\n")), "m")


def marked(module: Module, name: str = "here") -> ast.expr:
    """The argument of `here(...)`."""
    return next(
        n.args[0] for n in ast.walk(module.tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == name
    )


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        pytest.param(
            "for a in xs:\n    for b in a:\n        here(b)", ["b", "a"], id="nested-innermost-first"
        ),
        pytest.param("for a in xs:\n    pass\nelse:\n    here(a)", [], id="else-runs-once"),
        pytest.param("for a in here(xs): pass", [], id="what-is-gone-through-is-evaluated-once"),
        pytest.param("for a in xs:\n    for b in here(a): pass", ["a"], id="inner-iterable"),
        pytest.param("for a in xs:\n    def f():\n        here(a)", [], id="function-in-a-loop"),
        pytest.param("for a in xs:\n    f = lambda: here(a)", [], id="lambda-in-a-loop"),
        pytest.param("async def f():\n    async for a in xs:\n        here(a)", ["a"], id="async-for"),
        pytest.param("[here(b) for a in xs for b in a]", ["b", "a"], id="comprehension-of-two"),
        pytest.param("[b for a in xs for b in here(a)]", ["a"], id="second-iterable-of-a-comprehension"),
        pytest.param("[a for a in here(xs)]", [], id="first-iterable-of-a-comprehension"),
        pytest.param("[a for a in xs if here(a)]", ["a"], id="filter-of-a-comprehension"),
        pytest.param("{k: here(v) for k, v in xs}", ["(k, v)"], id="dict-comprehension"),
        pytest.param("while xs:\n    here(xs)", [], id="while-has-no-items"),
    ],
)
def test_loops_around(text: str, targets: list[str]) -> None:
    module = parsed(text)
    assert [ast.unparse(loop.target) for loop in loops_around(marked(module), module)] == targets


@pytest.mark.parametrize(
    ("body", "names", "parts"),
    [
        pytest.param("here(item)", {"item"}, 1, id="the-item-itself"),
        pytest.param("key = item.id\nhere(key)", {"item"}, 2, id="assigned-before"),
        pytest.param("a = item\nb = a + x\nhere(b)", {"item", "x"}, 3, id="assigned-in-steps"),
        pytest.param("here(key)\nkey = item.id", {"key"}, 1, id="assigned-afterwards"),
        pytest.param("key = here(key).next", {"key"}, 1, id="assigned-from-itself"),
        pytest.param("if item:\n    key = item\nhere(key)", {"key"}, 1, id="assigned-at-times"),
        pytest.param(
            "if item:\n    key = item\n    here(key)", {"item"}, 2, id="assigned-in-the-same-branch"
        ),
        pytest.param("key = item\nkey = 1\nhere(key)", {"key"}, 1, id="assigned-twice"),
        pytest.param("key = item\nkey += 1\nhere(key)", {"key"}, 1, id="changed-in-place"),
        pytest.param("item = item.strip()\nhere(item)", {"item"}, 2, id="refined-loop-variable"),
        pytest.param("for key in item: pass\nhere(key)", {"key"}, 1, id="assigned-by-an-inner-loop"),
        pytest.param("with x as key:\n    here(key)", {"key"}, 1, id="assigned-by-with"),
    ],
)
def test_derived(body: str, names: set[str], parts: int) -> None:
    module = parsed("for item in items:\n" + textwrap.indent(body, "    "))
    node = marked(module)
    loop = next(loops_around(node, module))
    found = derived(node, loop, module)
    assert (found.names, len(found.parts)) == (names, parts)


@pytest.mark.parametrize(
    ("body", "rebound"),
    [
        pytest.param("here(item)", "", id="as-it-came"),
        pytest.param("if x:\n    item = 1\nhere(item)", "item", id="rebound-at-times"),
        pytest.param("item = item.strip()\nhere(item)", "", id="refined-for-all"),
        pytest.param("here(item)\nitem = 1", "", id="rebound-afterwards"),
    ],
)
def test_rebound(body: str, rebound: str) -> None:
    module = parsed("for item in items:\n" + textwrap.indent(body, "    "))
    node = marked(module)
    loop = next(loops_around(node, module))
    assert derived(node, loop, module).rebound(loop) == rebound


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("here(item)", True, id="the-item"),
        pytest.param("key = x\nif y:\n    key = item\nhere(key)", True, id="by-one-of-two-assignments"),
        pytest.param("a, b = item\nhere(b)", True, id="unpacked"),
        pytest.param("here(last)\nlast = last.next", False, id="by-what-came-before"),
        pytest.param("here(x)", False, id="the-same-each-time"),
    ],
)
def test_depends_on_item(body: str, expected: bool) -> None:
    module = parsed("for item in items:\n" + textwrap.indent(body, "    "))
    node = marked(module)
    assert depends_on_item(node, next(loops_around(node, module))) is expected


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        ("total = 1", {"total"}),
        ("total += 1", {"total"}),
        ("seen.add(1)", {"seen"}),
        ("self.found.append(1)", {"self.found"}),
        ("self.total = 1", {"self.total"}),
        ("cache[key].items = 1", {"cache"}),
        ("self.cache[key] = 1", {"self.cache"}),
        ("del names[0]", {"names"}),
        ("import os.path", {"os"}),
        ("made().update(x)", set()),
        ("seen.copy()", set()),
    ],
)
def test_changed_in(statement: str, places: set[str]) -> None:
    module = parsed(f"for item in items:\n    {statement}\n    here(item)")
    assert changed_in(next(loops_around(marked(module), module))) == places


@pytest.mark.parametrize(
    ("expression", "places", "found"),
    [
        ("self.users.document(i)", {"self.found"}, ""),
        ("self.users.document(i)", {"self.users"}, "self.users"),
        ("self.users.document(i)", {"self"}, "self"),
        ("key_of(self)", {"self.prefix"}, "self.prefix"),
        ("cache['a'].b", {"cache"}, "cache"),
        ("selfish.a", {"self"}, ""),
    ],
)
def test_touches(expression: str, places: set[str], found: str) -> None:
    assert touches(ast.parse(expression, mode="eval").body, frozenset(places)) == found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("a", "a"), ("a.b.c", "a.b.c"), ("a.b[0].c", "a.b"), ("f().b", ""), ("'x'.join", "")],
)
def test_place(expression: str, expected: str) -> None:
    assert place(ast.parse(expression, mode="eval").body) == expected
