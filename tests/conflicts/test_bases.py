"""The base of a conflict that git writes in another cut with and without it."""

from __future__ import annotations

from pathlib import Path

from fixbot.conflicts.bases import bases
from fixbot.conflicts.markers import Part, parts_of
from fixbot.project.history import MARKER_SIZE, repository_of
from tests.repositories import Repository


def cut(tmp_path: Path, base: str, ours: str, theirs: str) -> list[tuple[str, ...] | None]:
    Repository.new(tmp_path, "")
    with repository_of(tmp_path) as found:
        assert found
        merge = found.merged_texts(base.encode(), ours.encode(), theirs.encode())
    assert merge
    plain, with_base = (parts(text) for text in (merge.plain, merge.with_base))
    return bases(plain, with_base)


def parts(text: bytes) -> list[Part]:
    return parts_of(text.decode().split("\n"), size=MARKER_SIZE)


def test_one_conflict(tmp_path: Path) -> None:
    assert cut(tmp_path, "a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n") == [("b",)]


def test_lines_in_common_at_the_edges_are_left_out(tmp_path: Path) -> None:
    assert cut(tmp_path, "a\nb\nc\n", "a\nnew\nx\nc\n", "a\nnew\ny\nc\n") == [("b",)]


def test_neighbours_that_git_joins(tmp_path: Path) -> None:
    base, ours, theirs = "a\nb\n1\n2\nc\nd\n", "a\nx\n1\n2\nz\nd\n", "a\ny\n1\n2\nw\nd\n"
    assert cut(tmp_path, base, ours, theirs) == [("b", "1", "2", "c")]


def test_nothing_was_there(tmp_path: Path) -> None:
    assert cut(tmp_path, "a\nd\n", "a\nb\nd\n", "a\nc\nd\n") == [()]
