"""Edits of text in files that do not parse."""

from __future__ import annotations

from fixbot.model import Finding, Safety, Severity, Span, TextEdit
from fixbot.project.source import Source
from fixbot.rewrite.gates import refuse_text
from fixbot.rewrite.rewriter import rewrite
from fixbot.rewrite.text import replaced
from fixbot.testing import project_of


def edit(span: Span, text: str) -> TextEdit:
    return TextEdit("app.py", span, text)


def finding(*edits: TextEdit) -> Finding:
    return Finding("c", "app.py", edits[0].span, "m", Severity.LOW, "k", Safety.SAFE, edits=edits)


def test_lines_and_columns() -> None:
    source = Source("app.py", "a\r\nbé=c\r\nd")
    edits = [edit(Span(3, 1, 3, 2), "D"), edit(Span(1, 1, 2, 1), ""), edit(Span(2, 2, 2, 3), "x")]
    assert replaced(source, edits) == "bx=c\r\nD"


def test_the_last_line_and_its_end() -> None:
    assert replaced(Source("app.py", "a\nb\n"), [edit(Span(2, 1, 3, 1), "c\n")]) == "a\nc\n"


def test_a_file_that_parses_afterwards_is_changed() -> None:
    result = rewrite(project_of({"app.py": "x = (\ny = 1\n"}), [finding(edit(Span(1, 5, 1, 6), "1"))])
    assert result.texts == {"app.py": "x = 1\ny = 1\n"}


def test_a_file_that_still_does_not_parse_is_not() -> None:
    result = rewrite(project_of({"app.py": "x = (\ny = (\n"}), [finding(edit(Span(1, 5, 1, 6), "1"))])
    assert result.texts == {}
    assert "would not parse" in result.refused[0][1]


def test_names_that_nothing_defines() -> None:
    assert "nothing defines: y" in (refuse_text("app.py", "x = (\n", "x = y\n") or "")
    assert refuse_text("app.py", "x = (\n", "x = y\n", undefined=frozenset({"y"})) is None
    assert "nothing defines: y" in (
        refuse_text("app.py", "x = 1\n", "x = y\n", undefined=frozenset({"y"})) or ""
    )
