"""A run that is killed at any request, before or after it took effect, and a run after it: the same as undisturbed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixbot.pulls import git, transport
from fixbot.pulls.model import PullState
from tests import git_repository
from tests.pulls import worlds
from tests.pulls.scene import FILES, Killed, Scene, Watched, allowing

Story = Callable[[Scene], None]


def nothing_yet(scene: Scene) -> None:
    """The next run is the first."""


def stacked(scene: Scene) -> None:
    scene.stack = True


def fix_changed(scene: Scene) -> None:
    scene.run()
    scene.git.commit(
        "main", {"app/one.py": FILES["app/one.py"].replace("# about batch-reads", "slow(batch-reads)")}
    )


def gone(scene: Scene) -> None:
    scene.run()
    scene.git.commit("main", {"app/one.py": FILES["app/one.py"].replace("slow(batch-reads)", "gone()")})


def merged(scene: Scene) -> None:
    scene.run()
    scene.world.person_merges(scene.pull("batch-reads").number, squash=True)


def merged_below(scene: Scene) -> None:
    scene.stack = True
    scene.run()
    scene.world.person_merges(scene.pull("batch-reads").number, squash=True)


def touched(scene: Scene) -> None:
    scene.run()
    scene.git.amend("fixbot/batch-reads")


def handed_back(scene: Scene) -> None:
    touched(scene)
    scene.run()
    scene.tick("rebuild", "fixbot/batch-reads")


def ignored(scene: Scene) -> None:
    scene.run()
    scene.tick("ignore", "fixbot/batch-reads")


def wanted_again(scene: Scene) -> None:
    scene.run()
    closed = scene.pull("batch-reads")
    scene.world.person_closes(closed.number)
    scene.rules = allowing(open_limit=1)
    scene.run()
    assert closed.marker
    scene.tick("restore", closed.marker.fingerprints[0])


SHORT = [nothing_yet, touched]
LONG = [stacked, fix_changed, gone, merged, merged_below, handed_back, ignored, wanted_again]
STORIES = [*SHORT, *(pytest.param(story, marks=pytest.mark.slow) for story in LONG)]


def what_is_there(scene: Scene) -> dict[str, Any]:
    """Everything that people see on the forge, and every ref."""
    forge = scene.world.again()
    pulls = forge.pull_requests("fixbot")
    return {
        "pulls": [replace(pull, marker=pull.marker and replace(pull.marker, before="")) for pull in pulls],
        "bodies": [forge.pull_request(pull.number)[1].body.partition("<!--")[0] for pull in pulls],
        "comments": [scene.world.comments(pull.number) for pull in pulls],
        "asked": [scene.world.asked(pull.number) for pull in pulls],
        "refs": {name: sha for name, sha in scene.git.refs().items() if not name.startswith("refs/source")},
        "page": scene.page(),
        "open": [pull.branch for pull in pulls if pull.state is PullState.OPEN],
    }


def run_watched(scene: Scene, monkeypatch: pytest.MonkeyPatch, **how: Any) -> list[str]:
    """One run whose requests and pushes are counted, and which dies where told to."""
    watched = Watched(scene.world.again(), **how)
    with monkeypatch.context() as patched:
        for name in ("push", "delete", "delete_own"):
            patched.setattr(transport, name, watched.watched(name, getattr(transport, name)))
        try:
            scene.run(forge=watched)  # type: ignore[arg-type]
        except Killed:
            assert watched.die_at is not None
    return watched.writes


@pytest.mark.parametrize("story", STORIES, ids=[story.__name__ for story in (*SHORT, *LONG)])
def test_killed_anywhere_and_run_again(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "FILES", FILES)
    for environment in (git._FIXED, git_repository._ENVIRONMENT):  # the same commits in each
        for role in ("AUTHOR", "COMMITTER"):
            monkeypatch.setitem(environment, f"GIT_{role}_DATE", "@1750000000 +0000")

    def scene() -> Scene:
        shutil.rmtree(tmp_path / "scene", ignore_errors=True)
        made = Scene(worlds.LocalWorld(tmp_path / "scene"))
        dress = replace(made.rules.dress, assignees=("ann",), reviewers=("ben",))
        made.rules = replace(made.rules, dress=dress)
        story(made)
        made.rules = replace(made.rules, dress=dress)
        return made

    undisturbed = scene()
    writes = run_watched(undisturbed, monkeypatch)
    assert writes
    expected = what_is_there(undisturbed)
    for number in range(len(writes)):
        for after in (False, True):
            killed = scene()
            run_watched(killed, monkeypatch, die_at=number, after=after)
            killed.run()
            where = f"killed {'after' if after else 'before'} {writes[number]}, request {number} of {writes}"
            assert what_is_there(killed) == expected, where
            assert run_watched(killed, monkeypatch) == [], where
