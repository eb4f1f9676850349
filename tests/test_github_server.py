"""The GitHub of the tests itself: it notices what is wrong with requests and answers, and can be stopped anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import ValidationError

from tests.github_answers import Answers
from tests.github_server import Fault, GitHubServer
from tests.support import ROOT


def ask(server: GitHubServer, method: str, path: str, data: object = None) -> requests.Response:
    headers = {"authorization": f"Bearer {server.token}"}
    return requests.request(method, f"{server.url}/repos/{server.name}{path}", json=data, headers=headers)


def test_an_answer_that_breaks_githubs_schema_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Answers.label
    monkeypatch.setattr(Answers, "label", lambda self, name: {**right(self, name), "color": None})
    with pytest.raises(ValidationError, match="color"), GitHubServer.started(tmp_path) as server:
        ask(server, "GET", "/labels")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"base": "main", "title": "No head"}, "head"),
        ({"head": "x", "base": "main", "title": 7.5}, "title"),
        ({"head": "x", "base": "main", "title": "x", "labels": ["x"]}, "labels"),
    ],
)
def test_a_request_that_breaks_githubs_schema_is_raised(
    tmp_path: Path, data: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words), GitHubServer.started(tmp_path) as server:
        assert ask(server, "POST", "/pulls", data).status_code == 500


def test_a_hook_runs_after_the_work_and_before_the_answer(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        found: list[int] = []
        server.after = {2: lambda: found.append(len(server.items))}
        ask(server, "GET", "/labels")
        assert found == []
        ask(server, "POST", "/issues", {"title": "One"})
        assert found == [1]
        assert server.calls == ["GET /repos/acme/shop/labels", "POST /repos/acme/shop/issues"]


def test_a_fault_waits_for_its_turn(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        server.faults = [Fault("^GET", 502, skip=1, times=1)]
        assert [ask(server, "GET", "/labels").status_code for _ in range(3)] == [200, 502, 200]


@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
def test_a_dropped_connection_may_have_done_its_work(tmp_path: Path, after: bool, made: int) -> None:
    with GitHubServer.started(tmp_path) as server:
        server.faults = [Fault("^POST", 0, after=after)]
        with pytest.raises(requests.RequestException):
            ask(server, "POST", "/issues", {"title": "One"})
        assert len(server.items) == made


def test_people_tick_boxes_as_a_browser_sends_them(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        number = server.person_opens_issue("Dashboard", "- [ ] one\n- [ ] two\n")
        server.person_ticks(number, "two")
        assert server.item(number).body == "- [ ] one\r\n- [x] two\r\n"
        with pytest.raises(ValueError, match="no box"):
            server.person_ticks(number, "two")


def test_a_conflict_is_seen(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as server:
        server.git.commit("x", {"app.py": "a = 9\n"}, start="main")
        number = server.person_opens("x", "main", "X", "")
        assert ask(server, "GET", f"/pulls/{number}").json()["mergeable_state"] == "clean"
        server.git.commit("main", {"app.py": "a = 8\n"})
        assert ask(server, "GET", f"/pulls/{number}").json()["mergeable_state"] == "dirty"
        assert ask(server, "PUT", f"/pulls/{number}/merge", {}).status_code == 405


def test_it_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.github_server", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        headers = {"authorization": f"token {told['token']}"}
        found = requests.get(f"{told['url']}/repos/{told['repository']}", headers=headers)
        process.terminate()
    assert found.json()["default_branch"] == "main"
