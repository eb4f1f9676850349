"""What becomes of a real plan's pull requests on a GitHub when a finding is ignored, and when a fix grows too large."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixbot.pulls import body
from tests.pulls.repositories import commit, git
from tests.pulls.service import OnGitHub, on_github
from tests.pulls.test_troubled_run import pr
from tests.pulls.worlds import Clock

SETTINGS = '[tool.fixbot]\nselect = ["blocking-calls"]\n'
TWENTY = "import time\n" + "".join(
    f"\n\nasync def nap{n}() -> None:\n    time.sleep({n})\n" for n in range(20)
)


def pushed(github: OnGitHub, files: dict[str, str]) -> None:
    commit(github.checkout, files)
    git(github.checkout, "push", "--quiet", str(github.server.git.path), "main")


def outcomes(github: OnGitHub) -> dict[str, str]:
    return {result.branch: result.outcome.value for result in pr(github, Clock()).published.results}


def test_one_of_twenty_is_ignored(tmp_path: Path) -> None:
    with on_github(tmp_path, {"app/naps.py": TWENTY, "pyproject.toml": SETTINGS}) as github:
        server, branch = github.server, "fixbot/blocking-calls"
        assert outcomes(github) == {branch: "opened"}
        marker = body.parse(server.item(1).body)
        assert marker and len(marker.fingerprints) == 20
        finding = marker.fingerprints[7]
        entry = f'[[tool.fixbot.ignored]]\nfingerprint = "{finding}"\nreason = "It is a test of sleeping"\n'
        pushed(github, {"pyproject.toml": SETTINGS + entry})
        assert outcomes(github) == {branch: "updated"}
        text = server.git.git("show", f"{branch}:app/naps.py")
        assert text.count("time.sleep(") - text.count("asyncio.to_thread(time.sleep") == 1
        assert "19 places" in server.item(1).body
        assert "It is a test of sleeping" in server.item(2).body
        assert outcomes(github) == {branch: "unchanged"}
        assert github.opened() == [branch]


@pytest.mark.slow
def test_an_open_one_that_grows_stays_one_and_what_comes_after_it_is_split(tmp_path: Path) -> None:
    sleeps = "import time\n\n\nasync def nap() -> None:\n    time.sleep(1)\n"
    more = {f"app/p{package}/m{number}.py": sleeps for package in range(3) for number in range(9)}
    with on_github(tmp_path, {"app/naps.py": sleeps, "pyproject.toml": SETTINGS}) as github:
        branch = "fixbot/blocking-calls"
        assert outcomes(github) == {branch: "opened"}
        pushed(github, more)
        assert outcomes(github) == {branch: "updated"}
        assert "28 places" in github.server.item(1).body
        github.server.person_closes(1)
        pushed(github, {name.replace("/m", "/n"): sleeps for name in more})
        parts = [f"{branch}--app-p{package}" for package in range(3)]
        told = outcomes(github)
        assert told.pop(branch) == "closed-by-human"
        assert list(told) == parts
        assert set(told.values()) == {"opened"}
        assert set(outcomes(github).values()) == {"unchanged", "closed-by-human"}
