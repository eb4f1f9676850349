"""Each codemod's docstring keeps its promise: what it shows as an example becomes what it shows instead, and stays so."""

from __future__ import annotations

import re

import pytest

from codemods import ALL
from fixbot import engine
from fixbot.codemod import Codemod
from fixbot.model import Safety
from fixbot.testing import MODULE, opened

HEADINGS = ["What it does", "Why is this bad", "Example", "Use instead", "Fix safety", "References"]

each_codemod = pytest.mark.parametrize("codemod", ALL, ids=lambda codemod: codemod.id)


def sections(codemod: Codemod) -> dict[str, str]:
    """The text below each heading."""
    _, *parts = re.split(r"^## (.+)\n", codemod.documentation, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def code(section: str) -> str:
    """The one block of code in a section."""
    [block] = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    return str(block)


@each_codemod
def test_headings(codemod: Codemod) -> None:
    assert list(sections(codemod)) == HEADINGS


@each_codemod
def test_the_example_becomes_what_stands_below_it(codemod: Codemod) -> None:
    shown = sections(codemod)
    with opened(code(shown["Example"])) as project:
        applied = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert applied.texts[MODULE] == code(shown["Use instead"])
        assert engine.apply(applied.project, ALL).texts == {}


@each_codemod
def test_references_are_links(codemod: Codemod) -> None:
    assert re.search(r"https://\S+", sections(codemod)["References"])
