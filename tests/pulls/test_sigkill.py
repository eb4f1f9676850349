"""`fixbot pr` as a real process, killed with SIGKILL after the nth request or push, and run again: as if undisturbed.

The server itself kills it, when the request is carried out and before it is answered.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.pulls.service import on_github

CALLS = 20
"""Of a first run that opens two pull requests and the dashboard: API requests and pushes."""
SHORT = (7, 8)
"""After the first push, and after the request that opens the first pull request."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with on_github(tmp_path_factory.mktemp("undisturbed")) as github:
        done = github.run("pr")
        assert (done.returncode, done.stderr) == (0, "")
        calls = github.server.calls
        assert len(calls) == CALLS, "the tests below kill after each of these"
        assert [calls[number - 1].split("/")[0] for number in SHORT] == ["push", "POST "]
        assert len(github.opened()) == 2
        return github.seen()


@pytest.mark.parametrize(
    "number",
    [n if n in SHORT else pytest.param(n, marks=pytest.mark.slow) for n in range(1, CALLS + 1)],
)
def test_killed_after_the_nth_call_and_run_again(
    number: int, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    with on_github(tmp_path) as github:
        process = github.start("pr")
        github.server.after[number] = process.kill
        process.communicate(timeout=240)
        assert process.returncode == -signal.SIGKILL
        assert len(github.server.calls) == number
        done = github.run("pr")
        assert (done.returncode, done.stderr) == (0, "")
        assert github.seen() == undisturbed
