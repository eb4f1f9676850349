"""Pushing with leases: all or nothing, told what happened, and nothing secret said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixbot.git import GitError
from fixbot.pulls.transport import ABSENT, Pushed, Remote, delete, fetch, list_remote, push
from fixbot.pulls.workspace import Workspace, open_workspace
from tests.pulls.repositories import git, repository

X, OWN = "refs/heads/fixbot/x", "refs/fixbot/x"


@dataclass
class Scene:
    work: Workspace
    remote: Remote
    base: str
    one: str
    two: str

    def refs(self) -> dict[str, str]:
        return list_remote(self.work, self.remote)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    repo = repository(tmp_path / "repo", {"x.py": "a = 1\n"})
    git(tmp_path, "clone", "--quiet", "--bare", str(repo), "remote.git")
    with open_workspace(repo) as work:
        assert work.target
        base = work.target.head
        one, two = (
            work.commit(work.write_tree(base, {"x.py": text}), base, "x") for text in (b"a = 2\n", b"a = 3\n")
        )
        yield Scene(work, Remote(str(tmp_path / "remote.git"), {}), base, one, two)


def test_a_branch_and_the_ref_beside_it_are_set_together(scene: Scene) -> None:
    done = push(scene.work, scene.remote, "fixbot/x", scene.one, ABSENT, own=ABSENT)
    assert done == Pushed(True)
    assert scene.refs() == {"refs/heads/main": scene.base, X: scene.one, OWN: scene.one}
    again = push(scene.work, scene.remote, "fixbot/x", scene.one, scene.one, own=scene.one)
    assert again == Pushed(True)
    assert push(scene.work, scene.remote, "fixbot/x", scene.two, scene.one, own=scene.one) == Pushed(True)
    assert delete(scene.work, scene.remote, "fixbot/x", scene.two, own=scene.two) == Pushed(True)
    assert scene.refs() == {"refs/heads/main": scene.base}


@pytest.mark.parametrize("moved", [X, OWN])
def test_where_one_of_them_moved_neither_is_set(scene: Scene, moved: str) -> None:
    push(scene.work, scene.remote, "fixbot/x", scene.one, ABSENT, own=ABSENT)
    git(Path(scene.remote.url), "update-ref", moved, scene.base)
    before = scene.refs()
    done = push(scene.work, scene.remote, "fixbot/x", scene.two, scene.one, own=scene.one)
    assert not done.done and done.moved and moved in done.reason
    assert not delete(scene.work, scene.remote, "fixbot/x", scene.one, own=scene.one).done
    assert scene.refs() == before


def test_a_branch_that_came_up_meanwhile_is_not_overwritten(scene: Scene) -> None:
    git(Path(scene.remote.url), "update-ref", X, scene.base)
    done = push(scene.work, scene.remote, "fixbot/x", scene.one, ABSENT, own=ABSENT)
    assert not done.done and done.moved
    assert scene.refs() == {"refs/heads/main": scene.base, X: scene.base}


def test_a_remote_that_refuses_our_refs_says_so_and_nothing_is_set(scene: Scene) -> None:
    hook = Path(scene.remote.url) / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/fixbot/*) exit 1;; esac\n')
    hook.chmod(0o755)
    done = push(scene.work, scene.remote, "fixbot/x", scene.one, ABSENT, own=ABSENT)
    assert not done.done and not done.moved and OWN in done.reason
    assert scene.refs() == {"refs/heads/main": scene.base}
    assert push(scene.work, scene.remote, "fixbot/x", scene.one, ABSENT).done


def test_what_is_fetched_is_here_and_what_is_not_there_is_left_out(scene: Scene, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", scene.remote.url, "other")
    git(other, "commit", "--quiet", "--allow-empty", "-m", "new")
    git(other, "push", "--quiet", "origin", "main")
    new = git(other, "rev-parse", "HEAD")
    assert not scene.work.has(new)
    assert fetch(scene.work, scene.remote, ["refs/heads/main", X]) == {"refs/heads/main": new}
    assert scene.work.is_ancestor(scene.base, new)


@pytest.mark.parametrize(
    "url", ["ext::sh -c touch% /tmp/x", "--upload-pack=touch /tmp/x", "https://user:secret@host/x"]
)
def test_remotes_that_are_never_talked_to(scene: Scene, url: str) -> None:
    with pytest.raises(GitError) as caught:
        push(scene.work, Remote(url, {}), "fixbot/x", scene.one, ABSENT)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("branch", ["-x", "fixbot/../main", "fixbot/x\n", "fixbot/x:refs/heads/main", "x..y"])
def test_branches_that_are_none(scene: Scene, branch: str) -> None:
    with pytest.raises(GitError):
        push(scene.work, scene.remote, branch, scene.one, ABSENT)
    assert scene.refs() == {"refs/heads/main": scene.base}


def test_an_unreachable_remote_is_an_error_without_the_token(scene: Scene) -> None:
    secret = "Authorization: basic c2VjcmV0LXRva2Vu"
    environment = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraheader",
        "GIT_CONFIG_VALUE_0": secret,
    }
    with pytest.raises(GitError) as caught:
        push(
            scene.work,
            Remote(f"{scene.remote.url}-c2VjcmV0LXRva2Vu", environment),
            "fixbot/x",
            scene.one,
            ABSENT,
        )
    assert "c2VjcmV0LXRva2Vu" not in str(caught.value) and "***" in str(caught.value)
