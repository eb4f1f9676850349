"""A bundle that was made by somebody else: what it asks for beyond its plan is refused, and the rest goes on."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fixbot.errors import FixbotError
from fixbot.pulls.model import Plan
from fixbot.pulls.workspace import Workspace
from tests.pulls import worlds
from tests.pulls.scene import FILES, Scene, allowing, reasons, told

Tamper = Callable[[Workspace, Plan, dict[str, bytes]], Plan]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(worlds, "FILES", {**FILES, "app/four.py": "slow(batch-reads)\n"})
    return Scene(worlds.LocalWorld(tmp_path), rules=allowing())


def changed(work: Workspace, plan: Plan, records: bytes, *files: str) -> tuple[Plan, bytes]:
    """The first fix with a patch that does what `git update-index --index-info` is told, said or not in its `files`."""
    first = plan.fixes[0]
    index = {"GIT_INDEX_FILE": str(work.folder / "hostile")}
    work.git("read-tree", plan.base, variables=index)
    work.git("update-index", "-z", "--index-info", data=records, variables=index)
    tree = work.git("write-tree", variables=index).stdout.decode().strip()
    patch = work.diff(plan.base, tree)
    fix = replace(first, files=files or first.files, patch_id=work.patch_id(patch))
    return replace(plan, fixes=(fix, *plan.fixes[1:])), patch


def blob(work: Workspace, text: str) -> str:
    return work.git("hash-object", "-w", "--stdin", data=text.encode()).stdout.decode().strip()


def asks_for(mode: str, path: str, text: str = "hostile\n") -> Tamper:
    def tamper(work: Workspace, plan: Plan, patches: dict[str, bytes]) -> Plan:
        record = f"{mode} {blob(work, text)}\t{path}\0".encode()
        plan, patches[plan.fixes[0].patch] = changed(work, plan, record, path)
        return plan

    return tamper


def changes_more(work: Workspace, plan: Plan, patches: dict[str, bytes]) -> Plan:
    record = f"100644 {blob(work, 'hostile')}\tapp/two.py\x00100644 {blob(work, 'x')}\tapp/one.py\0".encode()
    plan, patches[plan.fixes[0].patch] = changed(work, plan, record, "app/one.py")
    return plan


def deletes(work: Workspace, plan: Plan, patches: dict[str, bytes]) -> Plan:
    plan, patches[plan.fixes[0].patch] = changed(
        work, plan, f"0 {'0' * 40}\tapp/one.py\0".encode(), "app/one.py"
    )
    return plan


def another_patch(work: Workspace, plan: Plan, patches: dict[str, bytes]) -> Plan:
    patches[plan.fixes[0].patch] = patches[plan.fixes[0].patch].replace(
        b"+fast(batch-reads)", b"+evil(batch-reads)"
    )
    return plan


def no_patch(work: Workspace, plan: Plan, patches: dict[str, bytes]) -> Plan:
    patches[plan.fixes[0].patch] = b"not a patch\n"
    return plan


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (asks_for("100644", ".github/workflows/ci.yml"), "belongs to git or to the forge"),
        (asks_for("100644", "app/.gitattributes"), "belongs to git or to the forge"),
        (asks_for("100755", "app/one.py", FILES["app/one.py"]), "changes the mode"),
        (asks_for("120000", "app/link.py", "/etc/passwd"), "no regular file"),
        (asks_for("120000", "app/one.py", "/etc/passwd"), "no regular file"),
        (changes_more, "does not name"),
        (deletes, "deletes"),
        (another_patch, "something else than the plan says"),
        (no_patch, "does not apply"),
    ],
)
def test_what_a_patch_may_not_do(scene: Scene, tamper: Tamper, reason: str) -> None:
    scene.tamper = tamper
    published = scene.run()
    assert told(published)["batch-reads"] == "refused"
    assert reason in reasons(published)["batch-reads"]
    assert not [name for name in scene.git.refs() if "batch-reads" in name]
    assert scene.git.refs().keys() <= {"refs/heads/main", "refs/source/main"} | {
        f"refs/{kind}/{name}"
        for kind in ("heads/fixbot", "fixbot")
        for name in ("blocking-calls", "pagination")
    }


def test_the_others_are_published(scene: Scene) -> None:
    """What waits for a refused one still waits; what does not, opens."""
    scene.tamper = lambda work, plan, patches: replace(
        asks_for("100644", ".github/x.yml")(work, plan, patches), fixes=_apart(plan)
    )
    assert told(scene.run()) == {"batch-reads": "refused", "pagination": "opened"}


def _apart(plan: Plan) -> tuple:  # type: ignore[type-arg]
    first, _, last = plan.fixes
    return replace(first, files=(".github/x.yml",)), replace(last, depends_on=(), order=2)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (lambda work, plan, patches: replace(plan, base="d" * 40), "not part of main"),
        (lambda work, plan, patches: replace(plan, default_branch="other"), "default branch is main"),
    ],
)
def test_plans_of_which_nothing_is_published(scene: Scene, tamper: Tamper, reason: str) -> None:
    scene.tamper = tamper
    before = scene.git.refs()
    with pytest.raises(FixbotError, match=reason):
        scene.run()
    assert scene.git.refs() == before


def test_a_base_that_only_the_bundle_knows(scene: Scene) -> None:
    """A commit that is on the forge, but on no way to the default branch."""
    side = scene.git.commit("side", {"app/one.py": "import evil\n"}, start="main")
    scene.tamper = lambda work, plan, patches: replace(plan, base=side)
    with pytest.raises(FixbotError, match="not part of main"):
        scene.run()


def test_labels_and_drafts_come_from_the_settings(scene: Scene) -> None:
    scene.tamper = lambda work, plan, patches: replace(
        plan, fixes=tuple(replace(fix, labels=("approved",), draft=True) for fix in plan.fixes)
    )
    scene.run()
    assert (scene.pull("batch-reads").labels, scene.pull("batch-reads").draft) == (("fixbot",), False)


def test_texts_of_the_bundle_ping_nobody(scene: Scene) -> None:
    scene.tamper = lambda work, plan, patches: replace(
        plan,
        fixes=tuple(
            replace(
                fix,
                title="@team fixes #1 [skip ci]",
                summary="@team <img src=x>",
                findings=tuple(replace(f, message="see @team, https://evil.example") for f in fix.findings),
            )
            for fix in plan.fixes
        ),
    )
    scene.run()
    message = scene.git.git("show", "--no-patch", "--format=%B", "fixbot/batch-reads")
    assert "@" not in message + scene.pull("batch-reads").title
    assert "#1" not in message + scene.pull("batch-reads").title
    assert "[skip ci]" not in message
    from tests.pulls.markdown import acting

    assert not acting(scene.body("batch-reads"), links="file:")


def test_nothing_of_the_target_runs(scene: Scene, tmp_path: Path) -> None:
    """Not even where its attributes name filters, or the bare repository has hooks."""
    mark = tmp_path / "ran"
    hook = Path(scene.git.path) / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    os.chmod(hook, stat.S_IRWXU)
    scene.git.git("config", "filter.x.smudge", f"touch {mark}")
    scene.git.git("config", "filter.x.clean", f"touch {mark}")
    scene.git.commit("main", {".gitattributes": "* filter=x diff=x merge=x\n"})
    assert scene.outcomes()["batch-reads"] == "opened"
    assert not mark.exists()
