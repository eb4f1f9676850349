"""What is read of earlier runs, how often the forge is asked for it, and that a hostile state.json is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixbot.errors import FixbotError, ForgeError
from fixbot.pulls import state
from fixbot.pulls.hidden import hide
from fixbot.pulls.model import Branch, Marker, PullState
from tests.github_server import GitHubServer
from tests.pulls.test_forge_contract import MARKER
from tests.pulls.worlds import GitHubWorld, LocalWorld, World


@pytest.fixture(params=["local", "github"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "local":
        yield LocalWorld(tmp_path)
    else:
        with GitHubServer.started(tmp_path) as server:
            yield GitHubWorld(server)


def marked(branch: str, sha: str, **changed: str) -> Marker:
    return replace(MARKER, branch=branch, sha=sha, **changed)


def opened(world: World, branch: str, *, own: bool = True) -> Marker:
    """A branch as the bot pushes it, and its pull request."""
    sha = world.git.commit(branch, {f"{branch[7:]}.py": "x = 1\n"}, start="main")
    if own:
        world.git.git("update-ref", f"refs/fixbot/{branch[7:]}", sha)
    found = marked(branch, sha)
    world.forge.open_pull_request(branch, "main", "Fix", hide("pull", found), draft=False)
    return found


def test_an_empty_repository_has_nothing_to_tell(world: World) -> None:
    read = state.read(world.again(), "fixbot")
    assert (read.default_branch, read.base, read.login) == ("main", world.git.sha("main"), world.login)
    assert (read.pulls, read.branches, read.dashboard) == ((), (), None)
    assert read.issues and read.own_refs


def test_everything_that_is_there_is_read(world: World) -> None:
    one, two = opened(world, "fixbot/one"), opened(world, "fixbot/two")
    three = opened(world, "fixbot/three")
    world.person_merges(1, delete_branch=True)
    human = world.git.commit("fixbot/two", {"two.py": "x = 2\n"})
    world.person_closes(3)
    world.git.commit("feature/x", {"f.py": "f = 1\n"}, start="main")
    world.forge.save_issue("dashboard", "fixbot dashboard", "Text.")

    read = state.read(world.again(), "fixbot")
    assert read.base == world.git.sha("main")
    assert [pull.state for pull in read.pulls] == [PullState.MERGED, PullState.OPEN, PullState.CLOSED]
    assert [pull.marker for pull in read.pulls] == [one, two, three]
    assert read.pulls[1].head_sha == human
    assert read.branches == (
        Branch("fixbot/three", three.sha, three.sha),
        Branch("fixbot/two", human, two.sha),
    )
    assert read.dashboard is not None
    assert read.dashboard.number == 4
    assert read.own_refs


def test_a_forge_without_refs_of_our_own_is_known_by_the_branches(world: World) -> None:
    opened(world, "fixbot/one", own=False)
    assert not state.read(world.again(), "fixbot").own_refs


def test_a_branch_that_a_person_made_tells_nothing_of_own_refs(world: World) -> None:
    world.git.commit("fixbot/mine", {"m.py": "m = 1\n"}, start="main")
    read = state.read(world.again(), "fixbot")
    assert read.own_refs
    assert read.branches == (Branch("fixbot/mine", world.git.sha("fixbot/mine"), ""),)


def test_reading_changes_nothing(world: World) -> None:
    opened(world, "fixbot/one")
    before = world.git.refs()
    first = state.read(world.again(), "fixbot")
    assert state.read(world.again(), "fixbot") == first
    assert world.git.refs() == before


def test_a_hundred_pull_requests_cost_five_requests(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        world = GitHubWorld(server)
        sha = world.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
        for number in range(100):
            branch = f"fixbot/x{number}"
            world.git.point(branch, sha)
            server.person_opens(branch, "main", "Fix", hide("pull", marked(branch, sha)), login=world.login)
        for _ in range(300):
            server.person_opens("fixbot/x", "main", "Other", "")
        world.forge.save_issue("dashboard", "fixbot dashboard", "Text.")
        server.calls.clear()
        read = state.read(world.again(), "fixbot")
        assert len(read.pulls) == 100
        assert all(pull.marker for pull in read.pulls)
        assert read.dashboard is not None
        assert len(server.calls) == 5
        assert server.counts() == {"GET": 3, "POST": 2}  # both are GraphQL queries


def test_without_issues_there_is_no_dashboard_to_read(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        server.has_issues = False
        read = state.read(GitHubWorld(server).again(), "fixbot")
        assert not read.issues
        assert read.dashboard is None


def test_a_repository_without_commits_is_said(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        server.git.delete("main")
        with pytest.raises(ForgeError, match="no commits on main"):
            state.read(GitHubWorld(server).again(), "fixbot")


def test_the_token_is_not_in_the_state(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        assert server.token.encode() not in state.to_json(state.read(GitHubWorld(server).again(), "fixbot"))


def test_json_both_ways(world: World) -> None:
    opened(world, "fixbot/one")
    world.forge.save_issue("dashboard", "fixbot dashboard", "Text.")
    read = state.read(world.again(), "fixbot")
    data = state.to_json(read)
    assert state.from_json(data) == read
    assert state.to_json(state.from_json(data)) == data


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    world = LocalWorld(tmp_path)
    opened(world, "fixbot/one")
    document: dict[str, Any] = json.loads(state.to_json(state.read(world.again(), "fixbot")))
    assert state.from_json(json.dumps(document).encode())
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["base"], 7),
        (["base"], "HEAD"),
        (["base"], "--upload-pack=evil"),
        (["version"], 2),
        (["version"], "1"),
        (["login"], None),
        (["pulls"], {}),
        (["pulls", 0, "number"], "1"),
        (["pulls", 0, "state"], "half-open"),
        (["pulls", 0, "marker", "safety"], "certain"),
        (["pulls", 0, "marker", "fingerprints"], "abc"),
        (["branches", 0, "sha"], "$(evil)"),
        (["branches", 0, "own_sha"], "HEAD"),
        (["branches", 0, "name"], "--force"),
        (["default_branch"], "main\nevil"),
        (["pulls", 0, "base"], "-x"),
        (["pulls", 0, "head_sha"], "x"),
        (["branches", 0], ["fixbot/one"]),
    ],
)
def test_a_field_of_another_shape_is_refused(
    document: dict[str, Any], path: list[str | int], value: object
) -> None:
    *way, last = path
    place: Any = document
    for step in way:
        place = place[step]
    place[last] = value
    with pytest.raises(ForgeError, match="read it again with `fixbot state`"):
        state.from_json(json.dumps(document).encode())


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}", b" " * (state.MOST_BYTES + 1)]
)
def test_what_is_no_state_is_refused(data: bytes) -> None:
    with pytest.raises(ForgeError, match="state"):
        state.from_json(data)


def test_a_missing_field_is_refused(document: dict[str, Any]) -> None:
    del document["default_branch"]
    with pytest.raises(FixbotError, match="default_branch"):
        state.from_json(json.dumps(document).encode())
