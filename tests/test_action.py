"""The Action: what it installs, what its workflows may do, and a whole life of its pull requests, run for real by act."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

from codemods import ALL
from fixbot import example, init
from tests.act_runner import Runner
from tests.git_repository import GitRepository
from tests.github_api import Token
from tests.github_server import GitHubServer
from tests.support import ROOT, fixbot, write_files

BIN = Path(sys.executable).parent
ACTION = f"acme/fixbot@{'a1' * 20}"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PULL_REQUESTS = ROOT / ".github/workflows/pull-requests.yml"


def yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def described() -> Mapping[str, Any]:
    """Everything YAML that GitHub runs: the action, our workflows and the one that `init` writes."""
    files = {path.name: path.read_text() for path in [ROOT / "action.yml", *WORKFLOWS]}
    return {name: yaml(text) for name, text in {**files, "of init": init.workflow(ACTION, "shop")}.items()}


def test_the_linters_pass(tmp_path: Path) -> None:
    written = write_files(tmp_path, {init.WORKFLOW: init.workflow(ACTION, "shop")})
    workflows = [*WORKFLOWS, written / init.WORKFLOW]
    commands = [
        ["zizmor", "--offline", ROOT],
        ["zizmor", "--offline", written],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows],
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml"],
    ]
    for name, *arguments in commands:
        done = subprocess.run([BIN / name, *map(str, arguments)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_installed_is_what_fixbot_needs() -> None:
    text = (ROOT / ".github/requirements.txt").read_text()
    pinned = {
        canonicalize_name(name): Version(version)
        for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for needed in map(Requirement, lines):
        version = pinned.get(canonicalize_name(needed.name))
        assert version, (
            f"{needed.name} is missing: make .github/requirements.txt anew, as its first lines say"
        )
        assert needed.specifier.contains(version), f"{needed} is not {version}"


def test_what_is_installed_is_known_by_its_hash_and_comes_from_nowhere_else() -> None:
    text = (ROOT / ".github/requirements.txt").read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def steps() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, text in described().items():
        jobs = text["jobs"].values() if "jobs" in text else [text["runs"]]
        yield from ((name, step) for job in jobs for step in job.get("steps", []))


def test_no_expression_is_pasted_into_a_script() -> None:
    scripts = [step["run"] for _, step in steps() if "run" in step]
    assert len(scripts) >= 2
    assert [script for script in scripts if "${{" in script] == []


def test_what_is_used_of_others_is_pinned() -> None:
    used = [step["uses"] for _, step in steps() if "uses" in step and not step["uses"].startswith("./")]
    assert len(used) > 10
    assert [name for name in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", name)] == []


def test_each_job_has_one_kind_of_power() -> None:
    workflow = yaml(PULL_REQUESTS.read_text())
    assert workflow["permissions"] == {}
    read = {"contents": "read", "issues": "read", "pull-requests": "read"}
    write = {"contents": "write", "issues": "write", "pull-requests": "write"}
    jobs = workflow["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "plan": read,
        "verify": {"contents": "read"},
        "publish": write,
    }
    with_token = {
        (name, step["with"]["command"])
        for name, job in jobs.items()
        for step in job["steps"]
        if "token" in step.get("with", {})
    }
    assert with_token == {("plan", "state"), ("publish", "publish")}
    asked = {
        name: {key[11:]: value for key, value in step["with"].items() if key.startswith("permission-")}
        for name, job in jobs.items()
        for step in job["steps"]
        if "create-github-app-token" in step.get("uses", "")
    }
    assert asked == {"plan": read, "publish": write}
    checkouts = [step for _, step in steps() if "actions/checkout@" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_caller_gives_what_the_jobs_need_and_runs_one_at_a_time() -> None:
    for name in ("fixbot.yml", "of init"):
        workflow = described()[name]
        (job,) = workflow["jobs"].values()
        assert job["permissions"] == {"contents": "write", "issues": "write", "pull-requests": "write"}
        assert workflow["permissions"] == {}
        assert workflow["concurrency"] == {"group": "fixbot", "cancel-in-progress": False}
        given = yaml(PULL_REQUESTS.read_text())["on"]["workflow_call"]
        assert set(job["with"]) <= set(given["inputs"])
        assert set(job["secrets"]) == set(given["secrets"])


@pytest.mark.slow
def test_a_life_of_pull_requests(tmp_path: Path) -> None:
    """They open in the documented order, a second run changes nothing, and once all are merged nothing safe is left."""
    ids = [codemod.id for codemod in ALL]
    shop = example.build_repository(tmp_path / "shop")
    verify = "python3 -m compileall -q app"  # quick; what its tests say of each branch is looked at elsewhere
    done = fixbot("init", "--yes", "--action", ACTION, "--setup", "", "--verify", verify, cwd=shop)
    assert done.returncode == 0, done.stderr
    with (shop / "pyproject.toml").open("a") as file:
        file.write("open-limit = 20\nnew-limit = 20\n")
    git(shop, "add", "--all")
    git(shop, "-c", "user.name=Ann", "-c", "user.email=ann@people.example", "commit", "-qm", "fixbot")
    bare = tmp_path / "hub" / "acme" / "shop.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(shop), str(bare))
    with GitHubServer.started(tmp_path / "hub", git=GitRepository(bare)) as server:
        read = "ghs_" + "R3ad" * 9
        server.tokens[read] = Token("fixbot[bot]", writes=False, installation=True)
        git(shop, "remote", "add", "origin", f"{server.url}/acme/shop.git")
        runner = Runner(tmp_path / "machine", server, read)
        runner.prepare()

        def run(*, installed: bool = True) -> tuple[list[str], str]:
            """What one run opens, and the log."""
            before = set(server.items)
            done = runner.run(shop, ACTION, init.WORKFLOW, installed=installed)
            log = done.stdout + done.stderr
            assert done.returncode == 0, log[-8_000:]
            assert not [secret for secret in (server.token, read, "the-key") if secret in log]
            new = [item for number, item in server.items.items() if number not in before and item.is_pull]
            return [item.head.removeprefix("fixbot/") for item in new], log

        opened, log = run(installed=False)
        assert opened == [
            "merge-conflicts-review"
        ]  # until it is merged a file does not parse, and all others wait
        assert "**opened**" in log  # the step summary
        calls = len(server.calls)
        assert run()[0] == []
        writes = [call for call in server.calls[calls:] if "GET" not in call and "graphql" not in call]
        assert writes == []
        while still := sorted(item.number for item in server.items.values() if _is_open(item)):
            server.person_merges(still[0], delete_branch=True)
            new, _ = run()
            assert new == sorted(new, key=lambda branch: ids.index(branch.removesuffix("-review")))
            opened += new
        assert len(opened) == len(set(opened))
        assert {"duplicate-blocks", "batch-reads", "blocking-calls"} <= set(opened)
        final = tmp_path / "final"
        git(tmp_path, "clone", "--quiet", str(bare), str(final))
        left = fixbot("check", "--fail-on", "safe", cwd=final)
        assert left.returncode == 0, left.stdout


def _is_open(item: Any) -> bool:
    return bool(item.is_pull and item.state == "open")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
