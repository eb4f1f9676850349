"""A run that is killed at any request, before or after it took effect, and a run after it: the same as undisturbed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixbot.pulls import transport
from fixbot.pulls.model import PullState
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


STORIES = [
    nothing_yet,
    stacked,
    fix_changed,
    gone,
    merged,
    merged_below,
    touched,
    handed_back,
    ignored,
    wanted_again,
]


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
        for name in ("push", "delete"):
            patched.setattr(transport, name, watched.watched(name, getattr(transport, name)))
        try:
            scene.run(forge=watched)  # type: ignore[arg-type]
        except Killed:
            assert watched.die_at is not None
    return watched.writes


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_killed_anywhere_and_run_again(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "FILES", FILES)

    def scene(name: str) -> Scene:
        made = Scene(worlds.LocalWorld(tmp_path / name))
        dress = replace(made.rules.dress, assignees=("ann",), reviewers=("ben",))
        made.rules = replace(made.rules, dress=dress)
        story(made)
        made.rules = replace(made.rules, dress=dress)
        return made

    undisturbed = scene("undisturbed")
    writes = run_watched(undisturbed, monkeypatch)
    assert writes
    expected = comparable(what_is_there(undisturbed), tmp_path / "undisturbed")
    for number in range(len(writes)):
        for after in (False, True):
            name = f"{number}-{'after' if after else 'before'}"
            killed = scene(name)
            run_watched(killed, monkeypatch, die_at=number, after=after)
            killed.run()
            assert comparable(what_is_there(killed), tmp_path / name) == expected, (
                f"killed {name} {writes[number]}"
            )
            assert run_watched(killed, monkeypatch) == []


def comparable(there: dict[str, Any], folder: Path) -> str:
    """With the folder's name out of all addresses."""
    import pprint

    return pprint.pformat(there, width=200).replace(str(folder), "FOLDER")
