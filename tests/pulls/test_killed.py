"""A run that is killed at any request, before or after it took effect, and a run after it: the same as undisturbed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixbot import git
from fixbot.pulls import transport
from fixbot.pulls.forges.api import Api
from fixbot.pulls.model import PullState
from tests import git_repository
from tests.github_server import GitHubServer
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


def closed(scene: Scene) -> None:
    scene.run()
    scene.world.person_closes(scene.pull("batch-reads").number)


def retargeted(scene: Scene) -> None:
    scene.run()
    scene.git.commit("release", {"README.md": "Old.\n"}, start="main")
    scene.world.person_retargets(scene.pull("batch-reads").number, "release")


def rewritten(scene: Scene) -> None:
    clean = scene.git.sha("main")
    scene.git.commit("main", {"secret.txt": "hunter2\n"})
    scene.run()
    scene.git.point("main", clean)
    scene.git.commit("main", {"README.md": "Nothing to see.\n"})


SHORT = [nothing_yet, touched]
LONG = [stacked, fix_changed, gone, merged, merged_below, handed_back, ignored, wanted_again]
TALES = [*SHORT, *LONG]
MORE = [closed, retargeted, rewritten]
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


def same_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files and commits in each scene."""
    monkeypatch.setattr(worlds, "FILES", FILES)
    for environment in (git._FIXED, git_repository._ENVIRONMENT):
        for role in ("AUTHOR", "COMMITTER"):
            monkeypatch.setitem(environment, f"GIT_{role}_DATE", "@1750000000 +0000")


def ready(world: worlds.World, story: Story) -> Scene:
    """A scene in which the story has happened, and the next run is the one to be killed."""
    made = Scene(world)
    dress = replace(made.rules.dress, assignees=("ann",), reviewers=("bob",))
    made.rules = replace(made.rules, dress=dress)
    story(made)
    made.rules = replace(made.rules, dress=dress)
    return made


@pytest.mark.parametrize("story", STORIES, ids=[story.__name__ for story in TALES])
def test_killed_anywhere_and_run_again(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_commits(monkeypatch)

    def scene() -> Scene:
        shutil.rmtree(tmp_path / "scene", ignore_errors=True)
        return ready(worlds.LocalWorld(tmp_path / "scene"), story)

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


# --- over HTTP, after each request ---------------------------------------------------------------------


def run_over_http(
    server: GitHubServer, scene: Scene, monkeypatch: pytest.MonkeyPatch, die_after: int | None = None
) -> list[str]:
    """One run that dies when the server has carried out so many of its writes. Returns which it made."""
    made: list[str] = []

    def noted(what: str) -> None:
        made.append(what)
        if len(made) == die_after:
            raise Killed

    once = Api._once

    def asked(api: Api, verb: str, path: str, *rest: Any) -> Any:
        answer = once(api, verb, path, *rest)
        if verb != "GET" and "graphql" not in path:
            noted(f"{verb} {path}")
        return answer

    def pushed(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def push(*arguments: Any, **options: Any) -> Any:
            done = original(*arguments, **options)
            noted(name)
            return done

        return push

    with monkeypatch.context() as patched:
        patched.setattr(Api, "_once", asked)
        for name in ("push", "delete", "delete_own"):
            patched.setattr(transport, name, pushed(name, getattr(transport, name)))
        try:
            scene.run()
        except Killed:
            assert die_after is not None
    return made


@contextmanager
def on_github(folder: Path, story: Story) -> Iterator[tuple[GitHubServer, Scene]]:
    shutil.rmtree(folder, ignore_errors=True)
    repository = git_repository.GitRepository.create(folder / "acme" / "shop.git", FILES)
    with GitHubServer.started(folder, git=repository) as server:
        yield server, ready(worlds.GitHubWorld(server), story)


def seen_on_github(server: GitHubServer, scene: Scene) -> dict[str, Any]:
    """The same from each server, whatever its port."""
    found = what_is_there(scene)
    found["page"] = found["page"].partition("<!-- fixbot:dashboard")[0]
    found["pulls"] = [
        replace(pull, url="", marker=pull.marker and replace(pull.marker, digest=""))
        for pull in found["pulls"]
    ]
    places = {key: found[key] for key in ("bodies", "page", "comments")}
    found |= {key: repr(value).replace(server.url, "") for key, value in places.items()}
    return found | {"labels": server.labels, "count": len(server.items)}


@pytest.mark.slow
@pytest.mark.parametrize("story", [*TALES, *MORE], ids=lambda story: story.__name__)
def test_killed_over_http_after_any_write_and_run_again(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_commits(monkeypatch)
    with on_github(tmp_path / "scene", story) as (server, scene):
        writes = run_over_http(server, scene, monkeypatch)
        assert writes
        expected = seen_on_github(server, scene)
        assert run_over_http(server, scene, monkeypatch) == []
    for number in range(1, len(writes) + 1):
        with on_github(tmp_path / "scene", story) as (server, scene):
            run_over_http(server, scene, monkeypatch, number)
            scene.run()
            where = f"killed after {writes[number - 1]}, {number} of {writes}"
            assert seen_on_github(server, scene) == expected, where
            assert run_over_http(server, scene, monkeypatch) == [], where
