"""`fixbot plan` as a person runs it, on real repositories: what it writes, and that it leaves the repository alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import codemods
from fixbot import example
from fixbot.pulls.model import State
from tests.pulls.repositories import SLEEPY, commit, git, listing, repository
from tests.support import environment, fixbot, read_files, write_files

FILES = {"app/__init__.py": "", "app/naps.py": SLEEPY, "pyproject.toml": "[project]\nname = 'naps'\n"}


def plan_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "plan.json").read_text())
    return found


def planned(path: Path, output: Path, *options: str | Path, **variables: str) -> dict[str, Any]:
    """The plan that the command writes. All but the repository lies outside of it."""
    done = fixbot("plan", path, "-o", output, *options, cwd=output.parent, **variables)
    assert done.returncode == 0, done.stderr
    return plan_of(output)


def test_a_plan_and_a_patch_that_git_applies(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    done = fixbot("plan", repo, "-o", "bundle", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    plan = plan_of(tmp_path / "bundle")
    assert {"version", "base", "fixes", "reported", "errors"} <= plan.keys()
    assert (plan["version"], plan["base"], plan["default_branch"]) == (
        1,
        git(repo, "rev-parse", "HEAD"),
        "main",
    )
    (fix,) = plan["fixes"]
    assert {"codemod", "safety", "order", "branch", "base_branch", "title", "labels", "draft"} <= fix.keys()
    assert {"files", "patch", "findings", "depends_on"} <= fix.keys()
    assert (fix["branch"], fix["files"], fix["added"]) == ("fixbot/blocking-calls", ["app/naps.py"], 2)
    assert plan["scanned"] == ["app/__init__.py", "app/naps.py"] and plan["complete"]
    git(repo, "apply", str(tmp_path / "bundle" / fix["patch"]))
    assert "await asyncio.sleep(1)" in (repo / "app/naps.py").read_text()
    assert "SHA-256 " in done.stdout and fix["branch"] in done.stdout


def test_the_same_plan_twice_is_the_same_bytes(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    for name in ("one", "two"):
        planned(repo, tmp_path / name)
    planned(repo, tmp_path / "two")
    assert read_files(tmp_path / "one") == read_files(tmp_path / "two")


# --- the repository is left alone ----------------------------------------------------------------


def dirty(tmp_path: Path) -> Path:
    repo = repository(tmp_path / "repo", FILES)
    write_files(repo, {"app/naps.py": "broken(", "app/more.py": SLEEPY})
    git(repo, "rm", "--quiet", "--cached", "pyproject.toml")
    return repo


def detached(tmp_path: Path) -> Path:
    repo = repository(tmp_path / "repo", FILES)
    git(repo, "checkout", "--quiet", "--detach")
    return repo


def shallow(tmp_path: Path) -> Path:
    commit(repository(tmp_path / "origin", {"old.py": ""}), FILES)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'origin'}", "repo")
    return tmp_path / "repo"


def linked(tmp_path: Path) -> Path:
    main = repository(tmp_path / "main", FILES)
    git(main, "worktree", "add", "--quiet", str(tmp_path / "repo"), "-b", "work")
    return tmp_path / "repo"


def with_submodule(tmp_path: Path) -> Path:
    inner = repository(tmp_path / "inner", {"inner.py": SLEEPY})
    repo = repository(tmp_path / "repo", FILES)
    git(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    commit(repo, {})
    return repo


def with_filters(tmp_path: Path) -> Path:
    attributes = "*.py filter=lfs diff=lfs merge=lfs text eol=crlf\n"
    repo = repository(tmp_path / "repo", {**FILES, ".gitattributes": attributes})
    for key in (
        "filter.lfs.clean",
        "filter.lfs.smudge",
        "filter.lfs.process",
        "diff.lfs.command",
        "diff.lfs.textconv",
    ):
        git(repo, "config", key, f"touch {tmp_path}/ran-{key}; cat")
    git(repo, "config", "filter.lfs.required", "true")
    git(repo, "config", "diff.external", f"touch {tmp_path}/ran-external")
    return repo


def with_hooks(tmp_path: Path) -> Path:
    repo = repository(tmp_path / "repo", FILES)
    for name in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction", "pre-push"):
        hook = repo / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\n")
        hook.chmod(0o755)
    git(repo, "config", "core.hooksPath", str(repo / ".git/hooks"))
    return repo


def with_fsmonitor(tmp_path: Path) -> Path:
    repo = repository(tmp_path / "repo", FILES)
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-fsmonitor\n")
    monitor.chmod(0o755)
    git(repo, "config", "core.fsmonitor", str(monitor))
    git(repo, "config", "commit.gpgSign", "true")
    git(repo, "config", "gpg.program", str(monitor))
    return repo


CONDITIONS = [dirty, detached, shallow, linked, with_submodule, with_filters, with_hooks, with_fsmonitor]


@pytest.mark.parametrize("made", CONDITIONS, ids=lambda made: made.__name__)
def test_nothing_is_written_or_run_whatever_the_condition(
    tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    repo = made(tmp_path)
    (tmp_path / "out").mkdir()
    before = {
        name: listing(tmp_path / name)
        for name in ("repo", "main", "origin", "inner")
        if (tmp_path / name).exists()
    }
    done = fixbot("plan", repo, "-o", tmp_path / "out/bundle", cwd=tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {name: listing(tmp_path / name) for name in before} == before
    assert not list(tmp_path.glob("ran-*"))
    plan = plan_of(tmp_path / "out/bundle")
    assert [fix["files"] for fix in plan["fixes"]] == [
        ["app/naps.py"]
    ]  # as committed; nothing of the submodule
    assert plan["base"] == git(repo, "rev-parse", "HEAD")
    assert ("not committed" in done.stdout) is (made is dirty)
    patch = (tmp_path / "out/bundle" / plan["fixes"][0]["patch"]).read_bytes()
    assert b"\r" not in patch
    git(tmp_path, "clone", "--quiet", "--no-checkout", f"file://{repo}", "copy")  # without what is configured
    git(tmp_path / "copy", "read-tree", "HEAD")
    git(tmp_path / "copy", "apply", "--cached", "-", data=patch)


def test_killed_in_the_middle_nothing_was_written_and_the_next_run_cleans_up(tmp_path: Path) -> None:
    repo, temporary = with_hooks(tmp_path), tmp_path / "tmp"
    temporary.mkdir()
    before = listing(repo)
    command = [sys.executable, "-m", "fixbot", "plan", str(repo), "-o", str(tmp_path / "bundle")]
    variables = environment() | {"TMPDIR": str(temporary)}
    for stage in ("repository.git", "tree-*/app/naps.py", "tree-*.git/index"):
        process = subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=subprocess.DEVNULL)
        while not list(temporary.glob(f"fixbot-work-*/{stage}")):
            assert process.poll() is None, "it was not stopped in time"
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert listing(repo) == before
        assert list(temporary.glob("fixbot-work-*")) and not (tmp_path / "bundle").exists()
    assert planned(repo, tmp_path / "bundle", TMPDIR=str(temporary))["fixes"]
    assert not list(temporary.glob("fixbot-work-*"))
    assert listing(repo) == before
    assert not list(tmp_path.glob("ran-*"))


# --- which commit, which folder, which settings --------------------------------------------------


def test_the_base_is_that_of_the_state_where_it_is_here(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    old = git(repo, "rev-parse", "HEAD")
    new = commit(repo, {"app/naps.py": "x = 1\n"})
    state = tmp_path / "state.json"
    for base, found, said in (
        (old, old, "where trunk is on the forge"),
        ("d" * 40, new, "which is not here (fetch it)"),
    ):
        state.write_bytes(msgspec.json.encode(State("house/naps", "trunk", base, "bot")))
        done = fixbot("plan", repo, "--state", state, "-o", "bundle", cwd=tmp_path)
        assert done.returncode == 0 and said in done.stdout, done.stderr
        plan = plan_of(tmp_path / "bundle")
        assert (plan["base"], plan["default_branch"], len(plan["fixes"])) == (
            found,
            "trunk",
            int(found == old),
        )


def test_a_folder_of_a_repository_with_the_settings_that_are_committed_there(tmp_path: Path) -> None:
    settings = "[tool.fixbot]\nbranch-prefix = 'perf'\nlabels = ['speed']\npython = '.venv'\n"
    repo = repository(
        tmp_path / "repo",
        {"api/app/naps.py": SLEEPY, "api/pyproject.toml": settings, "other/naps.py": SLEEPY},
    )
    write_files(repo, {"api/pyproject.toml": "[tool.fixbot]\nbranch-prefix = 'not-committed'\n"})
    (fix,) = planned(repo / "api", tmp_path / "bundle")["fixes"]
    assert (fix["branch"], fix["files"], fix["labels"]) == (
        "perf/blocking-calls",
        ["api/app/naps.py"],
        ["speed"],
    )
    git(repo, "apply", str(tmp_path / "bundle" / fix["patch"]))
    assert (
        "asyncio" in (repo / "api/app/naps.py").read_text()
        and "asyncio" not in (repo / "other/naps.py").read_text()
    )


def test_choosing_codemods_by_hand_is_no_complete_plan(tmp_path: Path) -> None:
    plan = planned(repository(tmp_path / "repo", FILES), tmp_path / "bundle", "--select", "batch-reads")
    assert plan["fixes"] == [] and plan["complete"] is False


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: write_files(folder, FILES), "is in no git repository"),
        (lambda folder: git(folder, "init", "--quiet"), "has no commit yet"),
        (
            lambda folder: repository(folder, {**FILES, "pyproject.toml": "[tool.fixbot]\nsplit = 'no'\n"}),
            "split must be one of",
        ),
    ],
)
def test_what_cannot_be_planned_is_told(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    (tmp_path / "repo").mkdir()
    make(tmp_path / "repo")
    done = fixbot("plan", "repo", "-o", "bundle", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr
    assert not (tmp_path / "bundle").exists()


def test_a_folder_that_is_not_committed(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    write_files(repo, {"new/x.py": SLEEPY})
    done = fixbot("plan", repo / "new", "-o", "bundle", cwd=tmp_path)
    assert done.returncode == 2 and "commit it first" in done.stderr


def test_a_state_that_is_none(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    (tmp_path / "state.json").write_text('{"repository": 1}')
    done = fixbot("plan", repo, "--state", "state.json", "-o", "bundle", cwd=tmp_path)
    assert done.returncode == 2 and "is not what fixbot wrote" in done.stderr


def test_no_token_reaches_the_bundle(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    secret = "ghp_verysecrettoken0123"
    planned(repo, tmp_path / "bundle", GITHUB_TOKEN=secret, GH_TOKEN=secret)
    assert all(secret.encode() not in content for content in read_files(tmp_path).values())


# --- the example ---------------------------------------------------------------------------------


def test_the_example_is_planned_in_the_documented_order(tmp_path: Path) -> None:
    repo = example.build_repository(tmp_path / "repo", conflicted=False)
    plan = planned(repo, tmp_path / "bundle")
    order = [codemod.id for codemod in codemods.ALL]
    found = [(order.index(fix["codemod"]), fix["safety"] == "review") for fix in plan["fixes"]]
    assert found == sorted(found) and len(found) == len(set(found)) >= 5
    seen: dict[str, set[str]] = {}
    for fix in plan["fixes"]:
        assert fix["depends_on"] == [branch for branch, files in seen.items() if files & {*fix["files"]}]
        seen[fix["branch"]] = {*fix["files"]}
        git(repo, "apply", "--check", str(tmp_path / "bundle" / fix["patch"]))
        assert fix["draft"] is (fix["safety"] == "review")
        assert fix["why"] and fix["fix_safety"] and fix["patch_id"]


def test_stacked_patches_of_the_example_apply_one_on_the_other(tmp_path: Path) -> None:
    repo = example.build_repository(tmp_path / "repo", conflicted=False)
    settings = (repo / "pyproject.toml").read_text()
    commit(repo, {"pyproject.toml": f"{settings}\n[tool.fixbot]\nstack = true\n"})
    plan = planned(repo, tmp_path / "bundle")
    assert any(fix["base_branch"] != "main" for fix in plan["fixes"])
    for fix in plan["fixes"]:
        git(repo, "checkout", "--quiet", "-b", fix["branch"], fix["base_branch"])
        git(repo, "apply", "--index", str(tmp_path / "bundle" / fix["patch"]))
        commit(repo, {}, fix["title"])
        done = subprocess.run(
            [sys.executable, "-m", "compileall", "-q", "app"], cwd=repo, check=False, env=dict(os.environ)
        )
        assert done.returncode == 0
        git(repo, "clean", "-qdfx")
