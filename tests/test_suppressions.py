"""Comments that leave one place alone: which lines they speak of, and which of them are needed no more."""

from __future__ import annotations

import pytest

from fixbot.model import Finding, Safety, Severity, Span
from fixbot.suppressions import Suppressions
from fixbot.testing import MODULE, project_of


def spoken_of(text: str) -> list[tuple[int, str]]:
    """Each line that a comment speaks of, with the codemod."""
    return sorted((entry.line, entry.codemod) for entry in Suppressions.of(project_of(text)).entries)


def finding(first: int, last: int, codemod: str = "one", path: str = MODULE) -> Finding:
    return Finding(codemod, path, Span(first, 5, last, 9), "", Severity.LOW, "", Safety.SAFE)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("a()  # fixbot: ignore[one]\n", [(1, "one")]),
        ("a()  # fixbot: ignore[one] because it is called once\n", [(1, "one")]),
        ("a()  # noqa: X1  # fixbot: ignore[one]", [(1, "one")]),
        ("a()  #fixbot:ignore[one]\n", [(1, "one")]),
        ("a()  # fixbot: ignore[one, two-more,three ]\n", [(1, "one"), (1, "three"), (1, "two-more")]),
        ("# fixbot: ignore[one]\na()\n", [(2, "one")]),
        ("if x:\r\n\t# fixbot: ignore[one]\r\n\ta()\r\n", [(3, "one")]),
        ("x = [  # fixbot: ignore[one]\n    # fixbot: ignore[two]\n    a(),\n]\n", [(1, "one"), (3, "two")]),
        ("x = '''\n'''  # fixbot: ignore[one]\n", [(2, "one")]),
        ("x = 1 + \\\n  2  # fixbot: ignore[one]\n", [(2, "one")]),
        ("x = '\u2028'\n\x0c\na()  # fixbot: ignore[one]\n", [(3, "one")]),
        ("x = 1\ry = 2  # fixbot: ignore[one]\rz = 3\r", [(2, "one")]),
    ],
    ids=["at the end", "with a reason", "after another comment", "without blanks", "several", "alone above",
         "alone above, indented", "in brackets", "after a long string", "after a backslash", "odd characters above",
         "CR"],
)  # fmt: skip
def test_the_line_a_comment_speaks_of(text: str, entries: list[tuple[int, str]]) -> None:
    assert spoken_of(text) == entries


@pytest.mark.parametrize(
    "text",
    [
        "x = '# fixbot: ignore[one]'\n",
        "def f():\n    '''Write\n    # fixbot: ignore[one]\n    '''\n",
        "x = f'# fixbot: ignore[one]'\n",
        "a()  # fixbot: ignore\n",
        "a()  # fixbot ignore[one]\n",
        "a()  # fixbot: ignored[one]\n",
        "a()  # noqa[one]\n",
    ],
    ids=["string", "docstring", "f-string", "no brackets", "no colon", "another word", "another tool"],
)
def test_what_is_no_such_comment(text: str) -> None:
    assert spoken_of(text) == []


def test_a_file_that_cannot_be_read_by_token_has_none() -> None:
    project = project_of(
        {"x.py": "a()  # fixbot: ignore[one]\nx = '''\n", "y.py": "a()  # fixbot: ignore[one]\n"}
    )
    assert {entry.path for entry in Suppressions.of(project).entries} == {"y.py"}


@pytest.mark.parametrize(
    ("found", "covered"),
    [
        (finding(3, 3), True),
        (finding(1, 3), True),
        (finding(2, 9), True),
        (finding(3, 4), True),
        (finding(1, 2), False),
        (finding(4, 4), False),
        (finding(3, 3, codemod="two"), False),
        (finding(3, 3, path="app/other.py"), False),
    ],
    ids=[
        "its line",
        "last line",
        "inside",
        "first line",
        "above",
        "below",
        "another codemod",
        "another file",
    ],
)
def test_findings_of_one_or_more_lines(found: Finding, covered: bool) -> None:
    suppressions = Suppressions.of(
        project_of({MODULE: "x\nx\na()  # fixbot: ignore[one]\n", "app/other.py": ""})
    )
    assert suppressions.covers(found) is covered


def test_comments_that_are_needed_no_more() -> None:
    project = project_of(
        {
            "b.py": "# fixbot: ignore[one]\na()\n",
            "a.py": "a()  # fixbot: ignore[two, one]\nb()  # fixbot: ignore[three]\nc()  # fixbot: ignore[one]\n",
        }
    )
    found = [finding(3, 5, path="a.py"), finding(1, 1, codemod="three", path="a.py")]
    unused = Suppressions.of(project).unused(found, {"one", "two"})
    assert [(e.path, e.line, e.message) for e in unused] == [
        ("a.py", 1, "`fixbot: ignore[one]` suppresses nothing; remove it"),
        ("a.py", 1, "`fixbot: ignore[two]` suppresses nothing; remove it"),
        ("b.py", 1, "`fixbot: ignore[one]` suppresses nothing; remove it"),
    ]
