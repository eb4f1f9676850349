"""`fixbot state`, `publish` and `pr` as people run them: on a small service, a local forge and a GitHub."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from fixbot.pulls.forges.local import LocalForge
from fixbot.pulls.model import PullState
from tests.git_repository import GitRepository
from tests.github_server import GitHubServer
from tests.pulls.worlds import GitHubWorld
from tests.support import fixbot, write_files

SERVICE = {
    "app/main.py": "import time\n\n\nasync def wait(seconds: float) -> None:\n    time.sleep(seconds)\n",
    "pyproject.toml": '[tool.fixbot]\nselect = ["blocking-calls"]\nverify = "python3 -c \'import app.main\'"\n'
    'reviewers = ["ann"]\n',
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A checkout with one commit."""
    folder = write_files(tmp_path / "service", SERVICE)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(
        folder,
        "-c",
        "user.name=Ann",
        "-c",
        "user.email=ann@people.example",
        "commit",
        "--quiet",
        "-m",
        "Change",
    )


def outcomes(path: Path) -> dict[str, str]:
    return {each["branch"]: each["outcome"] for each in json.loads(path.read_text())["outcomes"]}


def test_pr_opens_once_and_then_leaves_things_alone(service: Path, tmp_path: Path) -> None:
    forge, out, summary = tmp_path / "forge", tmp_path / "out.json", tmp_path / "summary.md"
    before = {path: path.read_bytes() for path in (service / ".git").rglob("*") if path.is_file()}
    dry = fixbot("pr", "--forge", forge, "--dry-run", "-o", out, cwd=service)
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "This was a dry run" in dry.stdout
    assert outcomes(out) == {"fixbot/blocking-calls": "opened"}
    assert LocalForge(forge).pull_requests("fixbot") == []

    first = fixbot("pr", "--forge", forge, "-o", out, cwd=service, GITHUB_STEP_SUMMARY=str(summary))
    assert (first.returncode, first.stderr) == (0, "")
    assert outcomes(out) == {"fixbot/blocking-calls": "opened"}
    (pull,) = LocalForge(forge).pull_requests("fixbot")
    body = LocalForge(forge).pull_request(pull.number)[1].body
    assert "The project's own tests, on this branch and on its base: the command succeeded." in body
    assert LocalForge(forge).item(pull.number).reviewers == ("ann",)
    assert "**opened** [" in summary.read_text()
    assert "asyncio.to_thread(time.sleep, seconds)" in git(
        forge / "repository.git", "show", f"{pull.branch}:app/main.py"
    ) or "asyncio.sleep(seconds)" in git(forge / "repository.git", "show", f"{pull.branch}:app/main.py")

    second = fixbot("pr", "--forge", forge, "-o", out, cwd=service)
    assert outcomes(out) == {"fixbot/blocking-calls": "unchanged"}
    assert "1 unchanged." in second.stdout
    assert {path: path.read_bytes() for path in (service / ".git").rglob("*") if path.is_file()} == before


def test_a_fix_that_breaks_the_project_is_not_opened(service: Path, tmp_path: Path) -> None:
    config = SERVICE["pyproject.toml"].replace(
        "import app.main", 'assert "asyncio" not in open("app/main.py").read()'
    )
    write_files(
        service, {"pyproject.toml": config.replace("python3 -c '", 'python3 -c \\"').replace("()'", '()\\"')}
    )
    write_files(service, {"check.sh": "! grep -q asyncio app/main.py\n"})
    write_files(
        service, {"pyproject.toml": '[tool.fixbot]\nselect = ["blocking-calls"]\nverify = "sh check.sh"\n'}
    )
    commit(service)
    out = tmp_path / "out.json"
    done = fixbot("pr", "--forge", tmp_path / "forge", "-o", out, cwd=service)
    assert done.returncode == 0, done.stderr
    assert outcomes(out) == {"fixbot/blocking-calls": "failed-verification"}
    assert LocalForge(tmp_path / "forge").pull_requests("fixbot") == []


def test_without_verification_nothing_opens_where_a_command_is_set(service: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    fixbot("pr", "--no-verify", "--forge", tmp_path / "forge", "-o", out, cwd=service)
    assert outcomes(out) == {"fixbot/blocking-calls": "failed-verification"}


def test_four_steps_one_by_one(service: Path, tmp_path: Path) -> None:
    forge, state, bundle = tmp_path / "forge", tmp_path / "state.json", tmp_path / "bundle"
    assert "the local forge" in fixbot("state", "-o", state, "--forge", forge, cwd=service).stdout
    output = tmp_path / "output"
    planned = fixbot("plan", "--state", state, "-o", bundle, cwd=service, GITHUB_OUTPUT=str(output))
    digest = next(word for word in planned.stdout.split() if len(word) == 64)
    assert output.read_text() == f"sha256={digest}\n"
    assert fixbot("verify", bundle, cwd=service).returncode == 0

    wrong = fixbot("publish", bundle, "--sha256", "0" * 64, "--forge", forge, cwd=service)
    assert wrong.returncode == 2
    assert "has changed since it was planned" in wrong.stderr
    assert LocalForge(forge).pull_requests("fixbot") == []

    done = fixbot("publish", bundle, "--sha256", digest, "--forge", forge, cwd=service)
    assert (done.returncode, done.stderr) == (0, "")
    assert outcomes(bundle / "outcomes.json") == {"fixbot/blocking-calls": "opened"}
    again = fixbot("publish", bundle, "--sha256", digest, "--forge", forge, cwd=service)
    assert outcomes(bundle / "outcomes.json") == {"fixbot/blocking-calls": "unchanged"}, again.stderr

    (bundle / "01-blocking-calls.patch").write_bytes(b"")
    assert fixbot("publish", bundle, "--sha256", digest, "--forge", forge, cwd=service).returncode == 2


def test_on_github_a_run_with_nothing_new_asks_ten_times_at_the_most(service: Path, tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "acme" / "shop.git", {})
    git(service, "push", "--quiet", str(repository.path), "+main:main")
    with GitHubServer.started(tmp_path, git=repository) as server:
        git(service, "remote", "add", "origin", f"{server.url}/acme/shop.git")
        variables = {
            "FIXBOT_TOKEN": server.token,
            "GITHUB_SERVER_URL": server.url,
            "GITHUB_API_URL": server.url,
        }
        first = fixbot("pr", cwd=service, **variables)
        assert (first.returncode, first.stderr) == (0, "")
        assert "1 opened." in first.stdout
        assert repository.sha("fixbot/blocking-calls") == repository.sha("refs/fixbot/blocking-calls")
        (pull,) = GitHubWorld(server).again().pull_requests("fixbot")
        assert (pull.branch, pull.state) == ("fixbot/blocking-calls", PullState.OPEN)

        seen = len(server.calls)
        second = fixbot("pr", cwd=service, **variables)
        assert "1 unchanged." in second.stdout, second.stderr
        calls = server.calls[seen:]
        assert len(calls) <= 10, calls
        assert not [
            call for call in calls if not call.startswith(("GET", "POST /graphql", "POST /api/graphql"))
        ], calls
        assert server.token not in first.stdout + first.stderr + second.stdout + second.stderr
        assert server.token not in (service / ".git" / "config").read_text()


def test_words_for_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = fixbot("pr", cwd=tmp_path / "empty")
    assert done.returncode == 2
    assert "is in no git repository" in done.stderr
    git(tmp_path / "empty", "init", "--quiet", "--initial-branch=main")
    done = fixbot("pr", "--forge", tmp_path / "forge", cwd=tmp_path / "empty")
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert "defect" not in done.stderr
