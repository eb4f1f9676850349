"""The grammar of conflict markers."""

from __future__ import annotations

import pytest

from fixbot.conflicts.markers import Block, blocks_of, opens, parts_of


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def test_a_block_and_what_is_around_it() -> None:
    parts = parts_of(lines("a\n<<<<<<< HEAD\nb\n=======\nc\nd\n>>>>>>> x y\n\ne"))
    assert parts == [("a",), Block(2, 7, ("b",), ("c", "d"), None, "HEAD", "x y", "e"), ("", "e")]


def test_a_base() -> None:
    [block] = blocks_of(lines("<<<<<<< HEAD\nb\n||||||| 1234\na\n=======\n>>>>>>> x"))
    assert (block.ours, block.base, block.theirs) == (("b",), ("a",), ())


def test_an_empty_base_is_known() -> None:
    [block] = blocks_of(lines("<<<<<<< HEAD\nb\n|||||||\n=======\nc\n>>>>>>> x"))
    assert block.base == ()


def test_longer_markers_inside_are_text() -> None:
    [block] = blocks_of(lines("<<<<<<< HEAD\n<<<<<<<<< x\n=========\n>>>>>>>>> y\n=======\nc\n>>>>>>> x"))
    assert len(block.ours) == 3


def test_only_markers_of_one_length_when_asked() -> None:
    text = lines("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x")
    assert [isinstance(part, Block) for part in parts_of(text, size=7)] == [True]
    assert [isinstance(part, Block) for part in parts_of(text, size=9)] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "=======",
        "Title\n=======\n\n>>>>>>> quoted",
        "<<<<<< HEAD\na\n======\nb\n>>>>>> x",
        "<<<<<<< HEAD\na\n======= b\nb\n>>>>>>> x",
        "<<<<<<< HEAD\na\n=======\nb\n=======\nc\n>>>>>>> x",
        "<<<<<<< HEAD\na\n>>>>>>> x\n=======",
        "<<<<<<< HEAD\na\n=======\nb",
        " <<<<<<< HEAD\na\n=======\nb\n>>>>>>> x",
        "<<<<<<<HEAD\na\n=======\nb\n>>>>>>> x",
    ],
)
def test_no_block(text: str) -> None:
    assert blocks_of(lines(text) if text[0] != " " else text.splitlines()) == []


def test_a_line_that_opens() -> None:
    assert opens("<<<<<<< HEAD") and opens("<<<<<<<")
    assert not opens("x <<<<<<< HEAD") and not opens("=======")
