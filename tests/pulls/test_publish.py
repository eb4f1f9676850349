"""Publishing from end to end, on every forge: what is there after each run, and that people are never overridden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixbot.errors import ForgeError
from fixbot.pull_settings import RebaseWhen
from fixbot.pulls import body, dashboard, transport
from fixbot.pulls.model import PullState
from tests.git_repository import GitRepository
from tests.github_server import GitHubServer
from tests.pulls import worlds
from tests.pulls.scene import FILES, Meddled, Scene, allowing, reasons, told


@pytest.fixture(params=["local", pytest.param("github", marks=pytest.mark.slow)])
def scene(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(worlds, "FILES", FILES)
    if request.param == "local":
        yield Scene(worlds.LocalWorld(tmp_path))
    else:
        git = GitRepository.create(tmp_path / "acme" / "shop.git", FILES)
        with GitHubServer.started(tmp_path, git=git) as server:
            yield Scene(worlds.GitHubWorld(server))


def person_pushes(git: GitRepository, branch: str) -> str:
    return git.commit(branch, {"app/three.py": "mine = True\n"}, author="Ann")


FIRST = {"batch-reads": "opened", "blocking-calls": "queued", "pagination": "queued"}


def test_the_first_run_opens_in_order_and_the_rest_waits(scene: Scene) -> None:
    assert scene.outcomes() == FIRST
    pull = scene.pull("batch-reads")
    assert (pull.title, pull.base, pull.labels, pull.draft) == (
        "batch-reads: do better",
        "main",
        ("fixbot",),
        False,
    )
    assert pull.marker
    assert (pull.marker.sha, pull.marker.ready, pull.marker.labels) == (pull.head_sha, True, ("fixbot",))
    refs = scene.git.refs()
    assert refs["refs/heads/fixbot/batch-reads"] == refs["refs/fixbot/batch-reads"] == pull.head_sha
    assert scene.git.git("rev-parse", "fixbot/batch-reads^") == scene.git.sha("main")
    assert (
        scene.git.git("show", "--format=%s", "--no-patch", "fixbot/batch-reads") == "batch-reads: do better"
    )
    assert "fast(batch-reads)" in scene.git.git("show", "fixbot/batch-reads:app/one.py")
    assert "waits for" in scene.page()


def test_the_second_run_with_nothing_new_writes_nothing(scene: Scene) -> None:
    scene.run()
    assert scene.writes() == []
    assert scene.outcomes() == {**FIRST, "batch-reads": "unchanged"}


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(scene: Scene) -> None:
    before = scene.git.refs()
    published = scene.run(dry_run=True)
    assert told(published) == FIRST
    assert published.dry
    assert scene.git.refs() == before
    assert scene.world.again().pull_requests("fixbot") == []
    assert scene.page() == ""


def test_merged_one_by_one_until_nothing_is_left(scene: Scene) -> None:
    order = []
    for _ in range(3):
        scene.run()
        (pull,) = [p for p in scene.world.again().pull_requests("fixbot") if p.state is PullState.OPEN]
        order.append(pull.branch)
        scene.world.person_merges(pull.number, squash=True)
    assert order == ["fixbot/batch-reads", "fixbot/blocking-calls", "fixbot/pagination"]
    assert scene.outcomes() == {"pagination": "merged"}
    assert scene.slow_lines() == 0
    assert not [name for name in scene.git.refs() if "fixbot/" in name]
    assert scene.outcomes() == {}
    assert scene.writes() == []


# --- the base moves -------------------------------------------------------------------------------


def test_the_base_moves_and_the_fix_stays_the_same(scene: Scene) -> None:
    scene.run()
    scene.git.commit("main", {"README.md": "A better service.\n"})
    assert scene.writes() == []


def test_the_base_moves_and_the_branch_is_kept_up_where_wanted(scene: Scene) -> None:
    scene.rules = allowing(rebase_when=RebaseWhen.BEHIND)
    scene.run()
    scene.git.commit("main", {"README.md": "A better service.\n"})
    assert scene.outcomes()["batch-reads"] == "updated"
    assert scene.git.git("rev-parse", "fixbot/batch-reads^") == scene.git.sha("main")
    assert scene.writes() == []


def test_the_base_moves_below_the_fix(scene: Scene) -> None:
    """Lines move, so the branch conflicts or not as git says; the links in the body change with it."""
    scene.run()
    before = scene.pull("batch-reads")
    scene.git.commit(
        "main", {"app/one.py": FILES["app/one.py"].replace("# about batch-reads", "# all about it")}
    )
    assert scene.outcomes()["batch-reads"] == "updated"
    after = scene.pull("batch-reads")
    assert after.number == before.number
    assert after.marker
    assert after.marker.sha == after.head_sha == scene.git.sha("fixbot/batch-reads") != before.head_sha
    assert scene.git.git("rev-parse", "fixbot/batch-reads^") == scene.git.sha("main")
    assert scene.writes() == []


# --- a person was there ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["commit", "amend", "update-branch", "retarget"])
def test_what_a_person_touched_is_left_alone_and_they_are_told_once(scene: Scene, how: str) -> None:
    scene.run()
    number = scene.pull("batch-reads").number
    if how == "commit":
        person_pushes(scene.git, "fixbot/batch-reads")
    elif how == "amend":
        scene.git.amend("fixbot/batch-reads", author="fixbot")
    elif how == "update-branch":
        scene.git.commit("main", {"README.md": "A better service.\n"})
        scene.git.merge("fixbot/batch-reads", "main", author="web-flow")
    else:
        scene.git.commit("release", {"README.md": "Old.\n"}, start="main")
        scene.world.person_retargets(number, "release")
    head = scene.git.sha("fixbot/batch-reads")
    scene.git.commit(
        "main", {"app/one.py": FILES["app/one.py"].replace("# about batch-reads", "# all about it")}
    )
    assert scene.outcomes()["batch-reads"] == "edited-by-human"
    assert scene.git.sha("fixbot/batch-reads") == head
    (comment,) = scene.world.comments(number)
    assert "leaves this pull request to you" in comment[1]
    assert ("make main its target again" in comment[1]) is (how == "retarget")
    assert scene.writes() == []
    assert len(scene.world.comments(number)) == 1


def test_a_person_hands_it_back_by_a_tick(scene: Scene) -> None:
    scene.run()
    person_pushes(scene.git, "fixbot/batch-reads")
    scene.run()
    scene.tick("rebuild", "fixbot/batch-reads")
    assert scene.outcomes()["batch-reads"] == "updated"
    assert scene.git.git("rev-parse", "fixbot/batch-reads^") == scene.git.sha("main")
    (comment,) = scene.world.comments(scene.pull("batch-reads").number)
    assert "made this anew" in comment[1]
    assert "[x]" not in scene.page()
    assert scene.writes() == []


def test_closed_by_a_person_it_does_not_come_back(scene: Scene) -> None:
    scene.run()
    scene.world.person_closes(scene.pull("batch-reads").number)
    assert scene.outcomes() == {
        "blocking-calls": "opened",
        "pagination": "queued",
        "batch-reads": "closed-by-human",
    }
    assert scene.writes() == []
    assert "a person closed its pull request" in scene.page()


def test_closed_by_a_person_and_wanted_again(scene: Scene) -> None:
    scene.run()
    closed = scene.pull("batch-reads")
    scene.world.person_closes(closed.number)
    scene.run()
    assert closed.marker
    scene.tick("restore", closed.marker.fingerprints[0])
    scene.rules = allowing(open_limit=9)
    scene.world.person_closes(scene.pull("blocking-calls").number)
    assert scene.outcomes()["batch-reads"] == "opened"
    assert scene.pull("batch-reads").number != closed.number
    scene.run()
    assert scene.writes() == []


def test_reopened_by_a_person_it_is_kept_up_again(scene: Scene) -> None:
    scene.run()
    number = scene.pull("batch-reads").number
    scene.world.person_closes(number)
    scene.run()
    scene.world.person_reopens(number)
    assert scene.outcomes()["batch-reads"] == "unchanged"


def test_labels_that_a_person_changed_stay(scene: Scene) -> None:
    scene.run()
    number = scene.pull("batch-reads").number
    scene.world.person_labels(number, ["important"], ["fixbot"])
    assert scene.writes() == []
    scene.rules = allowing()
    scene.rules = type(scene.rules)(
        policy=scene.rules.policy, dress=type(scene.rules.dress)(labels=("fixbot", "perf"))
    )
    scene.run()
    assert set(scene.pull("batch-reads").labels) == {"important", "perf"}
    assert scene.writes() == []


def test_a_title_that_a_person_changed_stays(scene: Scene) -> None:
    scene.run()
    number = scene.pull("batch-reads").number
    scene.world.again().edit_pull_request(number, title="Mine")
    scene.tick("rebuild", "fixbot/batch-reads")
    scene.run()
    assert scene.pull("batch-reads").title == "Mine"


def test_one_of_two_findings_ignored_by_closing_leaves_the_other(scene: Scene) -> None:
    """A pull request is closed; a new place of the same codemod opens one of its own, without the old ones."""
    scene.run()
    scene.world.person_closes(scene.pull("batch-reads").number)
    scene.git.commit("main", {"app/four.py": "slow(batch-reads)\n"})
    scene.run()
    again = scene.pull("batch-reads")
    assert again.state is PullState.OPEN
    assert "slow(batch-reads)" in scene.git.git("show", "fixbot/batch-reads:app/one.py")
    assert "fast(batch-reads)" in scene.git.git("show", "fixbot/batch-reads:app/four.py")


# --- ignored, gone, failing ------------------------------------------------------------------------


def test_ignored_on_the_dashboard_and_taken_back(scene: Scene) -> None:
    scene.run()
    scene.tick("ignore", "fixbot/batch-reads")
    assert scene.outcomes()["batch-reads"] == "ignored"
    closed = scene.pull("batch-reads")
    assert closed.state is PullState.CLOSED
    assert closed.marker
    assert closed.marker.closed == "ignored on the dashboard"
    assert "ticked on this page" in scene.page()
    scene.run()
    assert scene.writes() == []
    scene.tick("restore", closed.marker.fingerprints[0])
    scene.world.person_closes(scene.pull("blocking-calls").number)
    scene.run()
    assert scene.pull("batch-reads").state is PullState.OPEN


def test_gone_from_the_base_it_is_closed_with_the_reason(scene: Scene) -> None:
    scene.run()
    number = scene.pull("batch-reads").number
    scene.git.commit("main", {"app/one.py": FILES["app/one.py"].replace("slow(batch-reads)", "gone()")})
    assert scene.outcomes() == {
        "blocking-calls": "opened",
        "pagination": "queued",
        "batch-reads": "obsolete-closed",
    }
    pull, _ = scene.world.again().pull_request(number)
    assert pull.state is PullState.CLOSED
    assert pull.marker
    assert pull.marker.closed == "fixbot finds nothing of it on main any more"
    assert "refs/heads/fixbot/batch-reads" not in scene.git.refs()
    assert "refs/fixbot/batch-reads" not in scene.git.refs()
    assert "finds nothing of it" in scene.world.comments(number)[0][1]
    assert scene.writes() == []


def test_nothing_is_closed_after_a_scan_that_was_cut_short(scene: Scene) -> None:
    scene.run()
    scene.git.commit("main", {"app/one.py": FILES["app/one.py"].replace("slow(batch-reads)", "gone()")})
    scene.broken = True
    assert scene.outcomes()["batch-reads"] == "unchanged"
    assert scene.pull("batch-reads").state is PullState.OPEN


def test_its_file_is_gone_from_the_base(scene: Scene) -> None:
    scene.run()
    scene.git.commit("main", {"app/one.py": None})
    assert scene.outcomes()["batch-reads"] == "obsolete-closed"


def test_failing_tests_open_nothing_and_are_named(scene: Scene) -> None:
    scene.failing = ("batch-reads",)
    published = scene.run()
    assert told(published)["batch-reads"] == "failed-verification"
    assert told(published)["blocking-calls"] == "opened"
    assert "tests/test_one.py::test_it" in scene.page()
    assert not [name for name in scene.git.refs() if "batch-reads" in name]


def test_limits(scene: Scene) -> None:
    scene.rules = allowing(open_limit=0)
    assert set(scene.outcomes().values()) == {"limit-reached", "queued"}
    scene.tick("open", "fixbot/blocking-calls")
    assert scene.outcomes()["blocking-calls"] == "opened"
    assert "3 tests passed" in scene.body("blocking-calls")


# --- stacked --------------------------------------------------------------------------------------


@pytest.mark.parametrize("deletes", [True, False])
def test_stacked_they_open_on_top_of_each_other_and_follow_the_merges(scene: Scene, deletes: bool) -> None:
    scene.stack = True
    assert set(scene.outcomes().values()) == {"opened"}
    assert [scene.pull(name).base for name in ("batch-reads", "blocking-calls", "pagination")] == [
        *("main", "fixbot/batch-reads", "fixbot/blocking-calls"),
    ]
    assert "It stands on `fixbot/batch-reads`" in scene.body("blocking-calls")
    assert scene.writes() == []
    for name in ("batch-reads", "blocking-calls", "pagination"):
        scene.world.person_merges(scene.pull(name).number, squash=True, delete_branch=deletes)
        scene.run()
        opened = [p for p in scene.world.again().pull_requests("fixbot") if p.state is PullState.OPEN]
        assert [p.base for p in opened[:1]] == ["main"] * len(opened[:1])
        for pull in opened[:1]:
            assert scene.git.git("rev-list", "--count", f"main..{pull.branch}") == "1"
        assert f"refs/heads/fixbot/{name}" not in scene.git.refs()
        assert scene.writes() == []
    assert scene.slow_lines() == 0
    assert not [name for name in scene.git.refs() if "fixbot/" in name]
    assert all(pull.state is PullState.MERGED for pull in scene.world.again().pull_requests("fixbot"))


# --- without a dashboard, and against odds ---------------------------------------------------------


def test_without_issues_everything_works_but_boxes(scene: Scene) -> None:
    scene.issues = False
    published = scene.run()
    assert told(published) == FIRST
    assert "waits for" in published.summary
    assert "[ ]" not in published.summary
    assert scene.page() == ""
    assert "dashboard" not in scene.body("batch-reads")
    assert scene.writes() == []
    person_pushes(scene.git, "fixbot/batch-reads")
    scene.run()
    scene.run()
    assert len(scene.world.comments(scene.pull("batch-reads").number)) == 1


def test_a_branch_of_that_name_that_is_not_the_bots_is_not_touched(scene: Scene) -> None:
    sha = scene.git.commit("fixbot/batch-reads", {"README.md": "Mine.\n"}, start="main")
    published = scene.run()
    assert told(published)["batch-reads"] == "edited-by-human"
    assert "delete it" in reasons(published)["batch-reads"]
    assert scene.git.sha("fixbot/batch-reads") == sha
    assert told(published)["blocking-calls"] == "opened"


def test_a_forged_marker_of_a_stranger_is_not_believed(scene: Scene) -> None:
    scene.run()
    stolen = scene.body("batch-reads")
    scene.git.commit("fixbot/other", {"README.md": "Mine.\n"}, start="main")
    number = scene.world.person_opens("fixbot/other", "main", "Fix", stolen)
    assert scene.writes() == []
    assert scene.world.again().pull_request(number)[0].state is PullState.OPEN


def test_the_marker_can_be_read_from_what_was_written(scene: Scene) -> None:
    scene.run()
    assert body.parse(scene.body("batch-reads")) == scene.pull("batch-reads").marker
    assert dashboard.hidden.seek("dashboard", dashboard.Memory, scene.page())


# --- trouble ----------------------------------------------------------------------------------------


def test_what_moves_while_it_runs_is_left_to_the_next_run(scene: Scene) -> None:
    scene.run()
    scene.git.commit(
        "main", {"app/one.py": FILES["app/one.py"].replace("# about batch-reads", "slow(batch-reads)")}
    )
    forge = Meddled(
        scene.world.again(), "pull_request", lambda *_: person_pushes(scene.git, "fixbot/batch-reads")
    )
    published = scene.run(forge=forge)  # type: ignore[arg-type]
    assert told(published)["batch-reads"] == "state-moved"
    assert scene.git.git("show", "refs/heads/fixbot/batch-reads:app/three.py") == "mine = True"
    assert scene.outcomes()["batch-reads"] == "edited-by-human"


def test_a_push_in_between_is_not_overwritten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.run()
    scene.git.commit(
        "main", {"app/one.py": FILES["app/one.py"].replace("# about batch-reads", "slow(batch-reads)")}
    )
    push = transport.push

    def pushed_before(*arguments: Any, **options: Any) -> transport.Pushed:
        person_pushes(scene.git, "fixbot/batch-reads")
        return push(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(transport, "push", pushed_before)
        assert scene.outcomes()["batch-reads"] == "state-moved"
    assert scene.git.git("show", "refs/heads/fixbot/batch-reads:app/three.py") == "mine = True"


@pytest.mark.parametrize("error", [ForgeError("it answered 502"), ZeroDivisionError("a defect")])
def test_one_that_fails_does_not_stop_the_others(scene: Scene, error: Exception) -> None:
    scene.git.commit("main", {"app/one.py": None})

    def refuse(branch: str, *_: object) -> None:
        if branch == "fixbot/blocking-calls":
            raise error

    published = scene.run(forge=Meddled(scene.world.again(), "open_pull_request", refuse))  # type: ignore[arg-type]
    assert told(published) == {"blocking-calls": "failed", "pagination": "opened"}
    assert str(error) in reasons(published)["blocking-calls"]
    assert str(error) in scene.page()
    assert scene.outcomes() == {"blocking-calls": "opened", "pagination": "unchanged"}
    assert scene.writes() == []


def test_a_dashboard_that_cannot_be_written_is_said(scene: Scene) -> None:
    def refuse(*_: object) -> None:
        raise ForgeError("issues are closed for the day")

    published = scene.run(forge=Meddled(scene.world.again(), "save_issue", refuse))  # type: ignore[arg-type]
    assert published.results[-1].outcome == "failed"
    assert "closed for the day" in published.results[-1].reason
    assert told(published)["batch-reads"] == "opened"


def test_a_tick_made_while_it_runs_is_not_lost(scene: Scene) -> None:
    scene.run()
    scene.git.commit("main", {"app/five.py": "slow(pagination)\n"})
    person_pushes(scene.git, "fixbot/batch-reads")
    forge = Meddled(scene.world.again(), "comment", lambda *_: scene.tick("open", "fixbot/pagination"))
    scene.run(forge=forge)  # type: ignore[arg-type]
    assert "[x]" in scene.page()
    assert scene.outcomes()["pagination"] == "opened"
    assert "[x]" not in scene.page()
