"""What people, settings and other runs do behind the bot's back: it neither repeats itself nor undoes what they did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixbot.pulls import body, dashboard, transport
from fixbot.pulls.model import PullState
from tests.git_repository import GitRepository
from tests.github_server import Fault, GitHubServer
from tests.pulls import worlds
from tests.pulls.scene import FILES, Meddled, Scene, reasons, told


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitHubServer]:
    with GitHubServer.started(
        tmp_path, git=GitRepository.create(tmp_path / "acme" / "shop.git", FILES)
    ) as running:
        yield running


@pytest.fixture
def github(server: GitHubServer, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(worlds, "FILES", FILES)
    return Scene(worlds.GitHubWorld(server))


def opened(server: GitHubServer) -> list[str]:
    """The branches of open pull requests, each as often as it has one."""
    return sorted(item.head for item in server.items.values() if item.is_pull and item.state == "open")


def dashboards(server: GitHubServer) -> list[int]:
    return [item.number for item in server.items.values() if item.title == dashboard.TITLE]


# --- pull requests that people change --------------------------------------------------------------


def test_closed_with_its_text_taken_out_it_does_not_come_back(server: GitHubServer, github: Scene) -> None:
    github.run()
    number = github.pull("batch-reads").number
    server.person_edits(number, body="No, thank you.")
    server.person_closes(number)
    assert github.outcomes()["batch-reads"] == "closed-by-human"
    assert "fixbot/batch-reads" not in opened(server)
    assert github.writes() == []
    server.person_reopens(number)
    assert github.outcomes()["batch-reads"] == "edited-by-human"
    assert server.item(number).body == "No, thank you."
    github.tick("rebuild", "fixbot/batch-reads")
    assert github.outcomes()["batch-reads"] == "updated"
    assert body.parse(server.item(number).body) == github.pull("batch-reads").marker
    assert github.writes() == []


def test_closed_and_its_branch_deleted_with_its_text_taken_out(server: GitHubServer, github: Scene) -> None:
    github.run()
    server.person_edits(github.pull("batch-reads").number, body="")
    server.git.delete("fixbot/batch-reads")
    assert github.outcomes()["batch-reads"] == "closed-by-human"
    assert "fixbot/batch-reads" not in opened(server)
    assert github.writes() == []


def test_a_branch_that_a_person_deletes_is_a_no(server: GitHubServer, github: Scene) -> None:
    github.run()
    server.git.delete("fixbot/batch-reads")
    assert github.outcomes()["batch-reads"] == "closed-by-human"
    assert "refs/fixbot/batch-reads" not in server.git.refs()
    assert github.writes() == []


def test_words_that_a_person_adds_stay_while_nothing_changes(server: GitHubServer, github: Scene) -> None:
    github.run()
    number = github.pull("batch-reads").number
    text = "Tried on staging: fine.\r\n\r\n" + server.item(number).body.replace("\n", "\r\n")
    server.person_edits(number, body=text)
    assert github.writes() == []
    assert server.item(number).body == text


def test_a_label_that_is_deleted_everywhere_stays_so(server: GitHubServer, github: Scene) -> None:
    github.run()
    server.labels.discard("fixbot")
    for item in server.items.values():
        item.labels = [label for label in item.labels if label != "fixbot"]
    assert github.writes() == []


@pytest.mark.parametrize("squash", [True, False])
def test_whatever_merge_button_is_used_the_queue_moves_on(
    server: GitHubServer, github: Scene, squash: bool
) -> None:
    github.run()
    server.person_merges(github.pull("batch-reads").number, squash=squash)
    assert github.outcomes() == {"blocking-calls": "opened", "pagination": "queued", "batch-reads": "merged"}
    assert "refs/heads/fixbot/batch-reads" not in server.git.refs()
    assert github.writes() == []


# --- the default branch ------------------------------------------------------------------------------


def test_what_a_forced_push_took_out_of_the_base_comes_back_with_no_branch(
    server: GitHubServer, github: Scene
) -> None:
    """Somebody committed a secret, fixbot built on it, and they took it out of the history."""
    clean = server.git.sha("main")
    secret = server.git.commit("main", {"secret.txt": "hunter2\n"})
    github.run()
    assert server.git.contains("fixbot/batch-reads", secret)
    server.git.point("main", clean)
    server.git.commit("main", {"README.md": "Nothing to see.\n"})
    assert github.outcomes()["batch-reads"] == "updated"
    assert not server.git.contains("fixbot/batch-reads", secret)
    assert server.git.git("rev-parse", "fixbot/batch-reads^") == server.git.sha("main")
    assert github.writes() == []


def test_a_branch_that_a_person_began_from_nothing_is_theirs(server: GitHubServer, github: Scene) -> None:
    github.run()
    tree = server.git.git("rev-parse", "main^{tree}")
    server.git.point("fixbot/batch-reads", server.git.commit_tree(tree, [], author="Ann", message="Anew"))
    assert github.outcomes()["batch-reads"] == "edited-by-human"
    assert github.writes() == []


def test_the_default_branch_is_renamed(server: GitHubServer, github: Scene) -> None:
    github.run()
    number = github.pull("batch-reads").number
    server.person_renames_default("trunk")
    assert github.outcomes()["batch-reads"] in {"unchanged", "updated"}
    assert server.item(number).base == "trunk"
    assert opened(server) == ["fixbot/batch-reads"]
    assert server.item(number).comments == []
    assert github.writes() == []


def test_another_branch_becomes_the_default_one(server: GitHubServer, github: Scene) -> None:
    github.run()
    number = github.pull("batch-reads").number
    server.git.commit("develop", {"README.md": "Develop.\n"}, start="main")
    server.person_makes_default("develop")
    assert github.outcomes()["batch-reads"] == "updated"
    assert server.item(number).base == "develop"
    assert opened(server) == ["fixbot/batch-reads"]
    assert server.git.git("rev-parse", "fixbot/batch-reads^") == server.git.sha("develop")
    assert github.writes() == []


# --- pushes that are refused ---------------------------------------------------------------------------


def test_a_branch_that_nobody_may_push_to_stops_no_other(server: GitHubServer, github: Scene) -> None:
    server.git.commit("main", {"app/one.py": None, "app/four.py": "slow(batch-reads)\n"})
    hook = server.git.path / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\ncase "$1" in *batch-reads) echo "GH006: Protected branch" >&2; exit 1;; esac\n'
    )
    hook.chmod(0o755)
    published = github.run()
    assert told(published)["batch-reads"] == "failed"
    assert "refused" in reasons(published)["batch-reads"]
    assert {"blocking-calls": "opened"}.items() <= told(published).items()
    assert opened(server) == ["fixbot/blocking-calls", "fixbot/pagination"]
    assert not [name for name in server.git.refs() if "batch-reads" in name]
    hook.unlink()
    assert github.outcomes()["batch-reads"] == "opened"
    assert github.writes() == []


@pytest.mark.slow
@pytest.mark.parametrize("status", [403, 502, 0])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_push_that_fails_on_its_way_is_made_up_for_by_the_next_run(
    server: GitHubServer, github: Scene, status: int, after: bool
) -> None:
    server.faults = [Fault("^push$", status, "No", after=after)]
    published = github.run()
    assert told(published)["batch-reads"] == "failed"
    assert server.token not in str(reasons(published))
    assert github.outcomes()["batch-reads"] == "opened"
    assert opened(server) == ["fixbot/batch-reads"]
    assert github.writes() == []


# --- two runs at the same time ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("at", ["open_pull_request", "add_labels", "edit_pull_request", "save_issue"])
def test_another_run_in_the_middle_of_this_one(server: GitHubServer, github: Scene, at: str) -> None:
    times = []

    def another(*_: Any) -> None:
        if not times:
            times.append(github.run())

    github.run(forge=Meddled(github.world.again(), at, another))  # type: ignore[arg-type]
    assert len(times) == 1
    assert opened(server) == ["fixbot/batch-reads"]
    assert len(dashboards(server)) == 1
    github.run()
    assert github.writes() == []
    assert "[x]" not in github.page()
    assert github.pull("batch-reads").labels == ("fixbot",)
    assert server.item(github.pull("batch-reads").number).comments == []


def test_another_run_just_before_the_push(
    server: GitHubServer, github: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = transport.push

    def pushed_before(*arguments: Any, **options: Any) -> transport.Pushed:
        monkeypatch.setattr(transport, "push", push)
        github.run()
        return push(*arguments, **options)

    monkeypatch.setattr(transport, "push", pushed_before)
    assert github.outcomes()["batch-reads"] == "opened"  # the other has pushed the same commit, and opened it
    assert github.outcomes()["batch-reads"] == "unchanged"
    assert (opened(server), len(dashboards(server))) == (["fixbot/batch-reads"], 1)
    assert github.writes() == []


# --- the dashboard -----------------------------------------------------------------------------------------


def test_a_dashboard_that_a_person_closed_stays_closed_and_is_kept_up(
    server: GitHubServer, github: Scene
) -> None:
    github.run()
    (number,) = dashboards(server)
    server.item(number).state = "closed"
    server.person_merges(github.pull("batch-reads").number)
    github.run()
    assert (dashboards(server), server.item(number).state) == ([number], "closed")
    assert "blocking-calls" in server.item(number).body
    assert github.writes() == []


def test_a_dashboard_that_a_person_deleted_is_made_once(server: GitHubServer, github: Scene) -> None:
    github.run()
    (number,) = dashboards(server)
    del server.items[number]
    github.run()
    assert len(dashboards(server)) == 1
    assert github.writes() == []


def test_a_copy_of_the_dashboard_with_ticks_is_not_believed(server: GitHubServer, github: Scene) -> None:
    github.run()
    (number,) = dashboards(server)
    text = server.item(number).body.replace("[ ]", "[x]")
    copy = server.person_opens_issue(dashboard.TITLE, text)
    assert github.writes() == []
    assert server.item(copy).body == text
    assert github.pull("batch-reads").state is PullState.OPEN
