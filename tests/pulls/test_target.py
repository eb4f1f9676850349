"""Where a repository is and what is checked out: GitPython, which reads the files itself, is the second opinion."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import git as gitpython
import pytest

from fixbot.errors import ProjectError
from fixbot.pulls.target import locate, remote_default
from tests.pulls.repositories import git, repository

FILES: dict[str, str | bytes] = {"app/x.py": "a = 1\n"}


def plain(repo: Path) -> Path:
    return repo


def below(repo: Path) -> Path:
    return repo / "app"


def detached(repo: Path) -> Path:
    git(repo, "checkout", "--quiet", "--detach")
    return repo


def on_another_branch(repo: Path) -> Path:
    git(repo, "switch", "--quiet", "--create", "feature/one")
    return repo


def packed(repo: Path) -> Path:
    git(repo, "pack-refs", "--all")
    return repo


def linked(repo: Path) -> Path:
    git(repo, "worktree", "add", "--quiet", "-b", "linked", str(repo.parent / "linked"))
    return repo.parent / "linked" / "app"


def bare(repo: Path) -> Path:
    git(repo.parent, "clone", "--quiet", "--bare", str(repo), "bare.git")
    return repo.parent / "bare.git"


def submodule(repo: Path) -> Path:
    outer = repository(repo.parent / "outer", FILES)
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "inner")
    return outer / "inner" / "app"


@pytest.mark.parametrize(
    "made",
    [plain, below, detached, on_another_branch, packed, linked, bare, submodule],
    ids=lambda made: made.__name__,
)
def test_two_that_read_a_repository_agree(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    folder = made(repository(tmp_path / "repo", FILES))
    found = locate(folder)
    with gitpython.Repo(folder, search_parent_directories=True, expand_vars=False) as other:
        assert found.git_dir == Path(other.git_dir)
        assert found.common_dir == Path(other.common_dir).resolve()
        assert found.top == (Path(other.working_tree_dir) if other.working_tree_dir else None)
        assert found.head == gitpython.SymbolicReference.dereference_recursive(other, "HEAD")
        assert found.branch == ("" if other.head.is_detached else other.active_branch.name)
    if found.top:
        assert found.top / found.prefix == folder


def test_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    found = locate(tmp_path)
    assert (found.head, found.branch, found.top) == ("", "trunk", tmp_path)


def test_the_default_branch_of_the_remote(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    git(repo, "branch", "--move", "main", "trunk/one")
    git(tmp_path, "clone", "--quiet", str(repo), "clone")
    assert remote_default(locate(tmp_path / "clone")) == "trunk/one"
    assert remote_default(locate(repo)) == ""


# Where GitPython answers differently, git is right, and a wrong answer would be about another folder or repository.


def test_a_work_tree_that_is_elsewhere(tmp_path: Path) -> None:
    repo, elsewhere = repository(tmp_path / "repo", FILES), tmp_path / "elsewhere"
    (elsewhere / "app").mkdir(parents=True)
    git(repo, "config", "core.worktree", str(elsewhere))
    assert locate(repo).top is None


def test_inside_the_git_folder(tmp_path: Path) -> None:
    assert locate(repository(tmp_path / "repo", FILES) / ".git").top is None


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"])
def test_another_repository_in_the_environment(
    tmp_path: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, other = repository(tmp_path / "repo", FILES), repository(tmp_path / "other", {"b.py": "b = 1\n"})
    before = locate(repo)
    monkeypatch.setenv(variable, os.fspath(other / ".git"))
    assert locate(repo) == before


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="is in no git repository"):
        locate(tmp_path)
    repository(tmp_path / "repo", FILES)
    (tmp_path / "repo" / "app" / ".git").write_text("what is this\n")
    with pytest.raises(ProjectError, match="cannot be read"):
        locate(tmp_path / "repo" / "app")
