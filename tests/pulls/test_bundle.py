"""A bundle: written whole, and believed in nothing when it is read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixbot.model import Safety
from fixbot.pulls.bundle import (
    BundleError,
    digest,
    plan_json,
    read_bundle,
    read_evidence,
    refuse_changes,
    write_bundle,
)
from fixbot.pulls.model import Plan, PlannedFinding, PlannedFix
from fixbot.pulls.patches import with_patches
from fixbot.pulls.plan import Planned
from fixbot.pulls.workspace import PatchRefused, Workspace, open_workspace
from tests.pulls.repositories import commit, git, repository
from tests.support import read_files

Edit = Callable[[dict[str, Any]], object]


def a_fix(**fields: Any) -> PlannedFix:
    finding = PlannedFinding(
        "batch-reads", "app/x.py", 1, 1, 1, 5, "slow", "high", "N+1", Safety.SAFE, "", "0123456789abcdef"
    )
    known = PlannedFix(
        codemod="batch-reads",
        safety=Safety.SAFE,
        order=1,
        branch="fixbot/batch-reads",
        base_branch="main",
        title="Read at once",
        labels=("fixbot",),
        draft=False,
        files=("app/x.py",),
        patch="01-batch-reads.patch",
        patch_id="",
        findings=(finding,),
    )
    return replace(known, **fields)


def a_plan(*fixes: PlannedFix, base: str = "b" * 40) -> Plan:
    return Plan(base, "main", tuple(replace(fix, order=n) for n, fix in enumerate(fixes or (a_fix(),), 1)))


def written(folder: Path, *edits: Edit, plan: Plan | None = None) -> Path:
    """A bundle whose `plan.json` was changed by a stranger."""
    plan = plan or a_plan()
    write_bundle(folder, plan, {fix.patch: b"patch" for fix in plan.fixes})
    data = json.loads((folder / "plan.json").read_text())
    for edit in edits:
        edit(data)
    (folder / "plan.json").write_text(json.dumps(data))
    return folder


def fix_with(**fields: Any) -> Edit:
    return lambda data: data["fixes"][0].update(fields)


def refusal(folder: Path, **options: Any) -> str:
    with pytest.raises(BundleError) as caught:
        read_bundle(folder, **options)
    return str(caught.value)


# --- written, read -------------------------------------------------------------------------------


def test_what_is_written_is_read(tmp_path: Path) -> None:
    patches = {"01-batch-reads.patch": b"diff\xff\x00"}
    sha256 = write_bundle(tmp_path / "deep/dir", a_plan(), patches)
    bundle = read_bundle(tmp_path / "deep/dir", sha256=sha256, prefix="fixbot")
    assert (bundle.plan, bundle.patches, bundle.sha256) == (a_plan(), patches, sha256)
    assert sorted(os.listdir(tmp_path / "deep")) == ["dir"]
    assert sha256 == digest(plan_json(a_plan()), patches)


def test_an_older_bundle_is_replaced_with_what_others_said_of_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "dir", plan=a_plan(a_fix(), a_fix(branch="fixbot/y", patch="02-y.patch")))
    (folder / "evidence.json").write_text("{}")
    write_bundle(folder, a_plan(), {"01-batch-reads.patch": b"new"})
    assert sorted(read_files(folder)) == ["01-batch-reads.patch", "plan.json"]
    assert sorted(os.listdir(tmp_path)) == ["dir"]


@pytest.mark.parametrize("name", ["thesis.odt", ".git/config", "notes.patch"])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "dir" / name).parent.mkdir(parents=True)
    (tmp_path / "dir" / name).write_text("mine")
    with pytest.raises(BundleError, match="left alone"):
        write_bundle(tmp_path / "dir", a_plan(), {})
    assert read_files(tmp_path) == {f"dir/{name}": b"mine"}


def test_a_link_or_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").write_text("mine")
    for name in ("link", "file"):
        with pytest.raises(BundleError):
            write_bundle(tmp_path / name, a_plan(), {})
    assert list((tmp_path / "real").iterdir()) == [] and (tmp_path / "file").read_text() == "mine"


def test_one_that_changed_after_its_hash(tmp_path: Path) -> None:
    sha256 = write_bundle(tmp_path / "dir", a_plan(), {"01-batch-reads.patch": b"good"})
    for name, content in (("01-batch-reads.patch", b"evil"), ("plan.json", plan_json(a_plan()) + b" ")):
        before = (tmp_path / "dir" / name).read_bytes()
        (tmp_path / "dir" / name).write_bytes(content)
        assert "has changed since it was planned" in refusal(tmp_path / "dir", sha256=sha256)
        (tmp_path / "dir" / name).write_bytes(before)
    assert read_bundle(tmp_path / "dir", sha256=sha256.upper())


# --- hostile folders -----------------------------------------------------------------------------


def test_a_symlink_in_place_of_a_file(tmp_path: Path) -> None:
    folder = written(tmp_path / "dir")
    (tmp_path / "secret").write_bytes((folder / "01-batch-reads.patch").read_bytes())
    (folder / "01-batch-reads.patch").unlink()
    (folder / "01-batch-reads.patch").symlink_to(tmp_path / "secret")
    assert "no regular file" in refusal(folder)


def test_what_does_not_belong_and_what_is_missing(tmp_path: Path) -> None:
    folder = written(tmp_path / "dir")
    (folder / "02-more.patch").write_text("")
    assert "does not belong" in refusal(folder)
    (folder / "02-more.patch").unlink()
    (folder / "01-batch-reads.patch").unlink()
    assert "01-batch-reads.patch is missing" in refusal(folder)
    assert "is no bundle" in refusal(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert "holds no plan.json" in refusal(tmp_path / "empty")


def test_a_pipe_and_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "dir")
    monkeypatch.setattr("fixbot.pulls.bundle.MAX_PATCH", 4)
    assert "cannot be read: left out: 5 bytes, more than 4" in refusal(folder)
    monkeypatch.setattr("fixbot.pulls.bundle.MAX_PATCH", 5)
    monkeypatch.setattr("fixbot.pulls.bundle.MAX_PATCHES", 4)
    assert "more than 4 bytes together" in refusal(folder)
    os.mkfifo(folder / "evidence.json")
    assert "no regular file" in refusal(folder)


# --- hostile plans -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [0, 2, None, "1"])
def test_another_version(tmp_path: Path, version: object) -> None:
    refusal(written(tmp_path / "dir", lambda data: data.update(version=version)))


def test_no_json_and_other_json(tmp_path: Path) -> None:
    folder = written(tmp_path / "dir")
    for text in ("", "[]", "{}", '{"base": 1}', "[" * 100_000, '{"base": "\\ud800"}'):
        (folder / "plan.json").write_text(text)
        assert "plan.json is not what fixbot wrote" in refusal(folder)


@pytest.mark.parametrize(
    "branch",
    [
        *(
            "main",
            "-x",
            "fixbot/-x/../main",
            "fixbot/",
            "fixbot/X",
            "fixbot/a b",
            "fixbot/a\n",
            "refs/heads/main",
        ),
        *("fixbot/x/y", "other/x", "fixbot/" + "a" * 61, "--upload-pack=x/y", "fixbot/é"),
    ],
)
def test_a_branch_that_is_not_ours(tmp_path: Path, branch: str) -> None:
    assert "is no branch of fixbot's" in refusal(
        written(tmp_path / "dir", fix_with(branch=branch)), prefix="fixbot"
    )


def test_a_branch_that_is_the_default_one(tmp_path: Path) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["default_branch"] = data["fixes"][0]["branch"]

    assert "is the default branch" in refusal(written(tmp_path / "dir", edit))


@pytest.mark.parametrize(
    "path",
    [
        *(
            "../x.py",
            "app/../../x.py",
            "/etc/passwd",
            "a//b",
            "./x",
            "C:/x",
            "a\\b",
            "app/x\n.py",
            "app/\u202ex.py",
            "",
        ),
        *(
            ".git/config",
            ".GIT/hooks/x",
            "sub/.git",
            ".gitmodules",
            ".gitattributes",
            ".github/workflows/x.yml",
        ),
        *(".GitHub/x", "git~1/config", ".git./config", ".git::$INDEX_ALLOCATION/config", "x" * 1001),
    ],
)
def test_a_path_that_is_never_written(tmp_path: Path, path: str) -> None:
    assert "dir: " in refusal(written(tmp_path / "dir", fix_with(files=[path])))


@pytest.mark.parametrize(
    "name", ["../01-x.patch", "/etc/passwd", "plan.json", "01-x.patch\n", "x.patch", "-1-x.patch"]
)
def test_a_name_that_no_patch_has(tmp_path: Path, name: str) -> None:
    assert "is no name of a patch" in refusal(written(tmp_path / "dir", fix_with(patch=name)))


TWO = a_plan(a_fix(), a_fix(branch="fixbot/y", patch="02-y.patch"))


@pytest.mark.parametrize(
    ("said", "edit"),
    [
        ("is no commit", lambda data: data.update(base="HEAD")),
        ("is no commit", lambda data: data.update(base="-" * 40)),
        ("is no name of a branch", lambda data: data.update(default_branch="--all")),
        ("two fixes have the branch", lambda data: data["fixes"][1].update(branch="fixbot/batch-reads")),
        ("have the same patch", lambda data: data["fixes"][1].update(patch="01-batch-reads.patch")),
        ("not in their order", lambda data: data["fixes"][1].update(order=3)),
        ("neither the default branch nor", lambda data: data["fixes"][0].update(base_branch="fixbot/y")),
        ("neither the default branch nor", lambda data: data["fixes"][0].update(base_branch="production")),
        ("is no earlier fix", lambda data: data["fixes"][0].update(depends_on=["fixbot/y"])),
        ("is no earlier fix", lambda data: data["fixes"][0].update(depends_on=["fixbot/batch-reads"])),
        ("names no files", lambda data: data["fixes"][0].update(files=[])),
        ("names no files", lambda data: data["fixes"][0].update(files=["x.py", "x.py"])),
        ("fixes no finding", lambda data: data["fixes"][0].update(findings=[])),
        ("a title that cannot be", lambda data: data["fixes"][0].update(title="a\nb")),
        ("a title that cannot be", lambda data: data["fixes"][0].update(title="x" * 20_001)),
        ("is no codemod", lambda data: data["fixes"][0].update(codemod="<img>")),
        ("is no finding", lambda data: data["fixes"][0]["findings"][0].update(fingerprint="x")),
        ("has no place", lambda data: data["fixes"][0]["findings"][0].update(line=-1)),
        ("too long", lambda data: data["fixes"][0]["findings"][0].update(message="x" * 20_001)),
        ("is not what fixbot wrote", lambda data: data["fixes"][0].update(safety="very")),
        ("is not what fixbot wrote", lambda data: data["fixes"][0].update(order="1")),
    ],
)
def test_a_plan_that_cannot_be(tmp_path: Path, said: str, edit: Edit) -> None:
    assert said in refusal(written(tmp_path / "dir", edit, plan=TWO))


# --- hostile patches -----------------------------------------------------------------------------


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workspace]:
    repo = repository(
        tmp_path / "repo", {"app/x.py": "a = 1\n", "app/y.py": "b = 1\n", ".github/w.yml": "on: push\n"}
    )
    (repo / "link.py").symlink_to("app/x.py")
    commit(repo, {})
    with open_workspace(repo) as work:
        yield work


def changed(work: Workspace, tmp_path: Path, script: str, *files: str) -> str:
    """Why the changes that a shell script makes are refused, given that the plan names `files`."""
    assert work.target
    base = work.target.head
    git(tmp_path, "clone", "--quiet", str(tmp_path / "repo"), "stranger")
    stranger = tmp_path / "stranger"
    assert os.system(f"cd {stranger} && {script}") == 0
    git(stranger, "add", "--all", "--force")
    patch = git(stranger, "diff", "--cached", "--binary", "--full-index", "--no-renames") + "\n"
    tree = work.apply(base, patch.encode())
    return refuse_changes(a_fix(files=files), work.changes(base, tree))


def test_what_the_plan_says_may_be_done(work: Workspace, tmp_path: Path) -> None:
    assert (
        changed(work, tmp_path, "echo 'a = 2' > app/x.py; echo > app/new.py", "app/x.py", "app/new.py") == ""
    )


@pytest.mark.parametrize(
    ("script", "files", "said"),
    [
        ("echo 'b = 2' > app/y.py", ["app/x.py"], "'app/y.py', which the plan does not name"),
        ("echo 'a = 2' > app/x.py", ["app/x.py", "app/y.py"], "does not change 'app/y.py'"),
        ("rm app/y.py", ["app/y.py"], "deletes 'app/y.py'"),
        ("chmod +x app/x.py", ["app/x.py"], "changes the mode of 'app/x.py'"),
        ("echo > run.sh; chmod +x run.sh", ["run.sh"], "adds 'run.sh' as a program"),
        ("ln -s /etc/passwd new.py", ["new.py"], "'new.py' is no regular file"),
        ("ln -sf /etc/passwd link.py", ["link.py"], "'link.py' is no regular file"),
        ("rm link.py; echo x > link.py", ["link.py"], "'link.py' is no regular file"),
        ("rm app/x.py; ln -s y.py app/x.py", ["app/x.py"], "'app/x.py' is no regular file"),
        ("echo x > .github/w.yml", [".github/w.yml"], "belongs to git or to the forge"),
        ("echo x > .gitattributes", [".gitattributes"], "belongs to git or to the forge"),
        ("echo x > 'a\nb.py'", ["a\nb.py"], "is no path that fixbot writes"),
    ],
)
def test_what_a_patch_may_not_do(
    work: Workspace, tmp_path: Path, script: str, files: list[str], said: str
) -> None:
    assert said in changed(work, tmp_path, script, *files)


@pytest.mark.parametrize(
    "path", ["../evil.py", "/tmp/evil.py", ".git/hooks/post-checkout", "app/../../evil.py"]
)
def test_git_itself_takes_no_patch_that_leads_outside(work: Workspace, path: str) -> None:
    assert work.target
    patch = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n"
    with pytest.raises(PatchRefused):
        work.apply(work.target.head, patch.encode())


def test_a_file_that_is_too_large(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert work.target
    tree = work.write_tree(work.target.head, {"app/x.py": b"x" * 11})
    monkeypatch.setattr("fixbot.pulls.bundle.MAX_FILE", 10)
    assert "has 11 bytes" in refuse_changes(a_fix(), work.changes(work.target.head, tree))


def test_patches_of_a_stack_are_made_one_on_the_other(work: Workspace, tmp_path: Path) -> None:
    assert work.target
    one, two = a_fix(), a_fix(branch="fixbot/y", patch="02-y.patch", base_branch="fixbot/batch-reads")
    files = {"fixbot/batch-reads": {"app/x.py": b"a = 2\n"}, "fixbot/y": {"app/x.py": b"a = 2\nb = 3\n"}}
    plan, patches = with_patches(work, Planned(a_plan(one, two, base=work.target.head), files))
    assert [(fix.added, fix.removed) for fix in plan.fixes] == [(1, 1), (1, 0)]
    assert len({fix.patch_id for fix in plan.fixes} - {""}) == 2
    for fix in plan.fixes:
        git(tmp_path / "repo", "apply", "-", data=patches[fix.patch])
    assert (tmp_path / "repo/app/x.py").read_bytes() == b"a = 2\nb = 3\n"


# --- evidence ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "edit"),
    [
        ("of another plan", lambda data: data.update(plan_sha256="0" * 64)),
        ("of another plan", lambda data: data.update(base="c" * 40)),
        ("which is not there once", lambda data: data["checks"][0].update(branch="main")),
        ("which is not there once", lambda data: data["checks"].append(data["checks"][0])),
        (
            "more test names, or longer ones",
            lambda data: data["checks"][0].update(newly_failing=["x"] * 1_001),
        ),
        ("more test names, or longer ones", lambda data: data["checks"][0].update(newly_failing=["x" * 501])),
        ("a number that cannot be", lambda data: data["checks"][0].update(passed=-1)),
        ("is not what fixbot wrote", lambda data: data["checks"][0].update(verdict="splendid")),
        (
            "is not what fixbot wrote",
            lambda data: data["checks"][0].update(measured={"outcome": "ten times faster"}),
        ),
        ("shows nothing", lambda data: data["checks"][0].update(measured={"outcome": "done"})),
    ],
)
def test_evidence_is_believed_no_more_than_the_plan(tmp_path: Path, said: str, edit: Edit) -> None:
    folder = tmp_path / "dir"
    sha256 = write_bundle(folder, a_plan(), {"01-batch-reads.patch": b"patch"})
    bundle = read_bundle(folder)
    assert read_evidence(folder, bundle) is None
    check = {"branch": "fixbot/batch-reads", "verdict": "passed"}
    data: dict[str, Any] = {"plan_sha256": sha256, "base": "b" * 40, "checks": [check]}
    (folder / "evidence.json").write_text(json.dumps(data))
    evidence = read_evidence(folder, bundle)
    assert evidence and evidence.checks[0].verdict == "passed"
    edit(data)
    (folder / "evidence.json").write_text(json.dumps(data))
    with pytest.raises(BundleError, match=said):
        read_evidence(folder, bundle)
