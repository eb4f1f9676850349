"""What is read of a history; that nothing runs or is written is tested in tests/codemods/test_merge_conflicts.py."""

from __future__ import annotations

from pathlib import Path

from fixbot.project.history import repository_of
from tests.repositories import Repository, conflicted


def test_no_repository(tmp_path: Path) -> None:
    with repository_of(tmp_path) as found:
        assert found is None
    with repository_of(tmp_path / "missing") as found:
        assert found is None


def test_no_commit_yet(tmp_path: Path) -> None:
    Repository(tmp_path).git("init", "--quiet")
    with repository_of(tmp_path) as found:
        assert found is None


def test_a_bare_repository(tmp_path: Path) -> None:
    made = Repository.new(tmp_path / "made", "x = 1\n")
    made.git("clone", "--quiet", "--bare", str(made.folder), str(tmp_path / "bare"))
    with repository_of(tmp_path / "bare") as found:
        assert found and found.text(found.head, "app.py") == b"x = 1\n"


def test_names_that_are_no_commits(tmp_path: Path) -> None:
    made = Repository.new(tmp_path, "x = 1\n")
    with repository_of(tmp_path) as found:
        assert found
        assert found.commit("main") == made.git("rev-parse", "HEAD")
        assert [found.commit(name) for name in ("", "--help", "nobody", "HEAD:app.py")] == [None] * 4
        assert found.text(found.head, "missing.py") is None
        assert found.introduced("app.py", 99) is None
        assert found.unmerged("app.py") is None


def test_a_merge(tmp_path: Path) -> None:
    made = conflicted(tmp_path, "a\n", "b\n", "c\n", path="a [b].py")
    with repository_of(tmp_path) as found:
        assert found
        [(commit, ours, theirs)] = found.merges()
        assert (commit, [ours, theirs]) == (found.head, found.parents(found.head))
        assert found.merge_base(ours, theirs) == made.git("rev-parse", "HEAD^1^")
        assert found.conflicted(ours, theirs) == ["a [b].py"]
        assert found.introduced("a [b].py", 1) == commit


def test_a_file_that_one_side_renamed(tmp_path: Path) -> None:
    text = "".join(f"line = {n}\n" for n in range(9))
    made = Repository.new(tmp_path, text)
    made.git("switch", "--quiet", "--create", "feature")
    made.commit(text.replace("line = 4", "line = 40"))
    made.git("switch", "--quiet", "main")
    made.git("mv", "app.py", "new.py")
    made.commit(text.replace("line = 4", "line = 41"), "new.py")
    made.git("merge", "--quiet", "feature", status=1)
    made.commit()
    with repository_of(tmp_path) as found:
        assert found
        merge = found.merged(*found.parents(found.head), "new.py")
        assert merge and b"line = 40" in merge.plain and b"line = 41" in merge.plain
