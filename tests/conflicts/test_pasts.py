"""A side that the other branch once held: found, and told from what only looks like it."""

from __future__ import annotations

import pytest

from fixbot.conflicts.markers import Block
from fixbot.conflicts.pasts import with_pasts

BASE = "a()\nx = 1\nb()\n"
OURS = "a()\nx = 3\nb()\n"
THEIRS = "a()\nx = 2\nb()\n"


def left_behind(
    ours_past: list[str],
    theirs_past: list[str],
    base: str = BASE,
    ours: str = OURS,
    their_line: str = "x = 2",
) -> str:
    block = Block(2, 6, ("x = 3",), (their_line,), ("x = 1",))
    parts = [("a()",), block, ("b()", "")]
    [_, found, _] = with_pasts(parts, (base, ours, THEIRS), ours_past, theirs_past)
    assert isinstance(found, Block)
    return found.left_behind


def test_our_branch_once_said_what_theirs_says() -> None:
    assert left_behind([OURS, THEIRS], [THEIRS]) == "theirs"


def test_their_branch_once_said_what_ours_says() -> None:
    assert left_behind([OURS], [THEIRS, OURS]) == "ours"


def test_blank_lines_do_not_count() -> None:
    assert left_behind(["a()\n\nx = 2  \nb()\n"], []) == "theirs"


@pytest.mark.parametrize(
    "past",
    [
        [],
        [OURS, BASE],
        ["a()\nx = 2\nc()\n"],  # among other lines
        ["a()\nx = 22\nb()\n"],
    ],
)
def test_our_branch_never_said_it(past: list[str]) -> None:
    assert left_behind(past, []) == ""


def test_both_branches_once_said_what_the_other_says() -> None:
    assert left_behind([THEIRS], [OURS]) == ""


def test_it_was_there_before_both() -> None:
    assert left_behind([THEIRS], [], base=f"{BASE}\n{THEIRS}") == ""


def test_both_branches_added_the_file() -> None:
    assert left_behind([THEIRS], [], base="") == ""


def test_it_is_still_there_in_another_place() -> None:
    assert left_behind([THEIRS], [], ours=f"{OURS}\n{THEIRS}") == ""


def test_lines_that_are_gone_are_no_sign() -> None:
    assert left_behind(["a()\nb()\n"], [], their_line="") == ""
