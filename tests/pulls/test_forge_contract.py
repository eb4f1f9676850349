"""What every forge promises, asked of each driver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fixbot.errors import ForgeError
from fixbot.model import Safety
from fixbot.pulls.forges import Forge
from fixbot.pulls.hidden import hide
from fixbot.pulls.model import Marker, PullRequest, PullState
from tests.github_server import GitHubServer
from tests.pulls.worlds import GitHubWorld, LocalWorld, World

MARKER = Marker(
    branch="fixbot/x",
    base="main",
    codemod="batch-reads",
    safety=Safety.SAFE,
    sha="1" * 40,
    patch_id="2" * 40,
    fingerprints=("f1", "f2"),
)
BODY = f"What and why.\n\n{hide('pull', MARKER)}"


@pytest.fixture(params=["local", "github"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "local":
        yield LocalWorld(tmp_path)
    else:
        with GitHubServer.started(tmp_path) as server:
            yield GitHubWorld(server)


def opened(world: World, branch: str = "fixbot/x", base: str = "main", body: str = BODY) -> PullRequest:
    """A pull request of one new commit."""
    if not world.git.sha(branch):
        world.git.commit(branch, {f"{branch.replace('/', '_')}.py": "x = 1\n"}, start=base)
    return world.forge.open_pull_request(branch, base, "Fix x", body, draft=False)


def state_of(forge: Forge, number: int) -> PullState:
    return forge.pull_request(number)[0].state


def test_the_repository_says_who_asks(world: World) -> None:
    repository = world.forge.repository()
    assert repository.default_branch == "main"
    assert repository.login == world.login
    assert repository.issues


def test_an_opened_pull_request_is_read_again_by_the_next_run(world: World) -> None:
    pull = opened(world)
    assert pull.state == PullState.OPEN
    assert pull.author == world.login
    assert (pull.branch, pull.base, pull.title, pull.draft) == ("fixbot/x", "main", "Fix x", False)
    assert pull.head_sha == world.git.sha("fixbot/x")
    assert pull.marker == MARKER

    forge = world.again()
    assert list(forge.pull_requests("fixbot/")) == [pull]
    assert list(forge.pull_requests("fixbot")) == [pull]
    again, page = forge.pull_request(pull.number)
    assert again == pull
    assert (page.number, page.title, page.body, page.open) == (pull.number, "Fix x", BODY, True)


def test_what_is_open_already_is_not_opened_twice(world: World) -> None:
    assert opened(world) == opened(world)
    assert len(world.again().pull_requests("fixbot/")) == 1


def test_a_draft_is_one(world: World) -> None:
    world.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    assert world.forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=True).draft
    assert world.again().pull_requests("fixbot/")[0].draft


def test_there_is_no_pull_request_without_commits(world: World) -> None:
    world.git.point("fixbot/x", world.git.sha("main"))
    with pytest.raises(ForgeError, match=r"(?i)no commits between"):
        world.forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=False)


def test_there_is_no_pull_request_without_a_branch(world: World) -> None:
    with pytest.raises(ForgeError):
        world.forge.open_pull_request("fixbot/gone", "main", "Fix x", BODY, draft=False)


def test_one_that_was_closed_is_not_returned_as_open(world: World) -> None:
    first = opened(world)
    world.forge.edit_pull_request(first.number, state=PullState.CLOSED)
    second = opened(world)
    assert second.number != first.number
    pulls = world.again().pull_requests("fixbot/")
    assert [(pull.number, pull.state) for pull in pulls] == [
        (first.number, PullState.CLOSED),
        (second.number, PullState.OPEN),
    ]


def test_pull_requests_come_oldest_first_in_every_state(world: World) -> None:
    numbers = [opened(world, f"fixbot/{name}").number for name in ("a", "b", "c")]
    world.person_merges(numbers[0])
    world.person_closes(numbers[1])
    pulls = world.again().pull_requests("fixbot/")
    assert [pull.number for pull in pulls] == numbers
    assert [pull.state for pull in pulls] == [PullState.MERGED, PullState.CLOSED, PullState.OPEN]


@pytest.mark.parametrize("squash", [False, True])
def test_a_merged_pull_request_is_merged_also_when_its_branch_is_deleted(world: World, squash: bool) -> None:
    pull = opened(world)
    before = world.git.sha("main")
    world.person_merges(pull.number, squash=squash, delete_branch=True)
    assert world.git.sha("main") != before
    assert world.git.sha("fixbot/x") == ""
    assert state_of(world.again(), pull.number) == PullState.MERGED


def test_a_head_that_is_pushed_to_its_base_counts_as_merged(world: World) -> None:
    pull = opened(world)
    world.git.point("main", pull.head_sha)
    assert state_of(world.again(), pull.number) == PullState.MERGED


def test_a_pull_request_whose_branch_is_deleted_is_closed(world: World) -> None:
    pull = opened(world)
    world.git.delete("fixbot/x")
    assert state_of(world.again(), pull.number) == PullState.CLOSED


def test_the_pull_request_on_top_of_a_merged_one_goes_into_its_base(world: World) -> None:
    lower = opened(world)
    upper = opened(world, "fixbot/y", base="fixbot/x")
    world.person_merges(lower.number, delete_branch=True)
    now, _ = world.again().pull_request(upper.number)
    assert (now.base, now.state) == ("main", PullState.OPEN)


def test_a_push_moves_the_head(world: World) -> None:
    pull = opened(world)
    sha = world.git.commit("fixbot/x", {"x.py": "x = 2\n"})
    assert world.again().pull_request(pull.number)[0].head_sha == sha


def test_a_person_closes_and_reopens(world: World) -> None:
    pull = opened(world)
    world.person_closes(pull.number)
    assert state_of(world.again(), pull.number) == PullState.CLOSED
    world.person_reopens(pull.number)
    assert state_of(world.again(), pull.number) == PullState.OPEN


def test_a_person_retargets(world: World) -> None:
    pull = opened(world)
    world.git.commit("develop", {"d.py": "d = 1\n"}, start="main")
    world.person_retargets(pull.number, "develop")
    now, _ = world.again().pull_request(pull.number)
    assert now.base == "develop"
    assert now.marker is not None and now.marker.base == "main"


def test_an_edit_changes_what_is_given_and_nothing_else(world: World) -> None:
    pull = opened(world)
    world.forge.edit_pull_request(pull.number, title="Fix y")
    now, page = world.again().pull_request(pull.number)
    assert (now.title, page.body, now.base, now.state) == ("Fix y", BODY, "main", PullState.OPEN)

    closed = replace(MARKER, closed="obsolete")
    world.forge.edit_pull_request(pull.number, body=hide("pull", closed), state=PullState.CLOSED)
    now, _ = world.again().pull_request(pull.number)
    assert (now.title, now.state, now.marker) == ("Fix y", PullState.CLOSED, closed)


def test_closing_what_is_closed_is_no_error(world: World) -> None:
    pull = opened(world)
    for _ in range(2):
        world.forge.edit_pull_request(pull.number, state=PullState.CLOSED)
    assert state_of(world.again(), pull.number) == PullState.CLOSED


def test_a_merged_pull_request_cannot_be_reopened(world: World) -> None:
    pull = opened(world)
    world.person_merges(pull.number)
    with pytest.raises(ForgeError):
        world.forge.edit_pull_request(pull.number, state=PullState.OPEN)


def test_what_a_stranger_opens_is_not_the_bots_even_with_its_prefix_and_marker(world: World) -> None:
    world.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    number = world.person_opens("fixbot/x", "main", "Fix x", BODY)
    forge = world.again()
    assert list(forge.pull_requests("fixbot/")) == []
    pull, _ = forge.pull_request(number)
    assert pull.author != world.login
    assert pull.marker is None


def test_the_bots_own_of_another_prefix_is_left_out(world: World) -> None:
    opened(world, "fixbots/x")
    assert list(world.again().pull_requests("fixbot/")) == []


def test_a_marker_of_another_branch_is_not_believed(world: World) -> None:
    pull = opened(world, "fixbot/other")
    assert pull.marker is None
    assert [found.marker for found in world.again().pull_requests("fixbot/")] == [None]


def test_labels_are_added_once_and_those_of_people_stay(world: World) -> None:
    pull = opened(world)
    world.forge.add_labels(pull.number, ["fixbot", "performance"])
    world.person_labels(pull.number, ["ours"], ["performance"])
    world.again().add_labels(pull.number, ["fixbot"])
    now, _ = world.again().pull_request(pull.number)
    assert sorted(now.labels) == ["fixbot", "ours"]

    for _ in range(2):
        world.again().remove_labels(pull.number, ["fixbot", "never there"])
    assert world.again().pull_request(pull.number)[0].labels == ("ours",)


def test_people_are_asked(world: World) -> None:
    pull = opened(world)
    for _ in range(2):
        assert list(world.forge.request(pull.number, assignees=["ann"], reviewers=["ann"])) == []
    assert world.asked(pull.number) == ({"ann"}, {"ann"})


def test_a_comment_is_said_once_and_edited_when_it_differs(world: World) -> None:
    pull = opened(world)
    world.forge.comment(pull.number, "edited", "A person has pushed.")
    world.again().comment(pull.number, "edited", "A person has pushed.")
    world.again().comment(pull.number, "other", "Another subject.")
    world.again().comment(pull.number, "edited", "A person has pushed twice.")
    texts = [body.split("\n")[0] for _, body in world.comments(pull.number)]
    assert texts == ["A person has pushed twice.", "Another subject."]


def test_a_strangers_comment_with_the_same_marker_is_not_touched(world: World) -> None:
    pull = opened(world)
    world.forge.comment(pull.number, "edited", "Ours.")
    forged = world.comments(pull.number)[0][1].replace("Ours.", "Theirs.")
    world.person_comments(pull.number, forged)
    world.again().comment(pull.number, "edited", "Ours, anew.")
    texts = [(author == world.login, body.split("\n")[0]) for author, body in world.comments(pull.number)]
    assert texts == [(True, "Ours, anew."), (False, "Theirs.")]


def test_a_strangers_older_comment_does_not_stand_for_ours(world: World) -> None:
    pull = opened(world)
    probe = opened(world, "fixbot/probe")
    world.forge.comment(probe.number, "edited", "Ours.")
    world.person_comments(pull.number, world.comments(probe.number)[0][1])
    world.forge.comment(pull.number, "edited", "Ours.")
    assert [author == world.login for author, _ in world.comments(pull.number)] == [False, True]


def test_an_issue_is_made_once_and_edited_where_it_differs(world: World) -> None:
    assert world.forge.find_issue("dashboard") is None
    made = world.forge.save_issue("dashboard", "fixbot dashboard", "Nothing yet.")
    found = world.again().find_issue("dashboard")
    assert found == made
    assert found is not None and found.body.startswith("Nothing yet.")

    saved = world.again().save_issue("dashboard", "fixbot dashboard", "One is open.")
    assert saved.number == made.number
    now = world.again().find_issue("dashboard")
    assert now is not None and now.body.startswith("One is open.")


def test_a_strangers_issue_with_the_same_marker_is_not_the_bots(world: World) -> None:
    made = world.forge.save_issue("dashboard", "fixbot dashboard", "Ours.")
    world.person_opens_issue("fixbot dashboard", made.body)
    world.again().save_issue("dashboard", "fixbot dashboard", "Ours, anew.")
    found = world.again().find_issue("dashboard")
    assert found is not None and found.number == made.number


def test_a_strangers_older_issue_is_not_found(world: World) -> None:
    probe = world.forge.save_issue("other", "Other", "Other.").body
    world.person_opens_issue("fixbot dashboard", probe.replace("fixbot:other", "fixbot:dashboard"))
    assert world.again().find_issue("dashboard") is None


def test_what_is_not_there_is_said(world: World) -> None:
    with pytest.raises(ForgeError):
        world.forge.pull_request(999)
