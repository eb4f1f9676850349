"""`fixbot doctor`: in a healthy place nothing fires; each check fires alone where its own trouble is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fixbot import doctor, init
from fixbot.doctor.checkup import Health, Subject
from tests.github_api import Token
from tests.github_server import Fault, GitHubServer
from tests.support import fixbot, write_files

ACTION = f"acme/fixbot@{'a1' * 20}"
APP = "ghs_" + "A1b2" * 9
SETTINGS = '[tool.fixbot]\nverify = "pytest"\n'
WORKFLOW = init.workflow(ACTION, "shop")


@dataclass
class Place:
    """A clone, and the GitHub that it is of."""

    root: Path
    server: GitHubServer
    environment: dict[str, str] = field(default_factory=dict)

    def found(self, *, write: bool = True) -> dict[str, tuple[Health, str, str]]:
        """What every check but the good ones says."""
        subject = Subject(self.root, self.environment, write)
        return {
            name: (each.health, each.seen, each.todo)
            for name, each in doctor.examine(subject)
            if each.health is not Health.GOOD
        }

    def token(self, value: str, token: Token) -> None:
        self.server.tokens = {value: token}
        self.environment["FIXBOT_TOKEN"] = value

    def commit(self, files: dict[str, str | bytes]) -> None:
        write_files(self.root, files)
        git(self.root, "add", "--all")
        git(self.root, *ANN, "commit", "--quiet", "-m", "Change")


ANN = ("-c", "user.name=Ann", "-c", "user.email=ann@people.example")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Where all is well: an App's token, the workflow in place, tests set."""
    with GitHubServer.started(tmp_path / "hub") as server:
        server.git.commit("main", {"pyproject.toml": SETTINGS, init.WORKFLOW: WORKFLOW})
        server.workflows["fixbot.yml"] = "active"
        root = tmp_path / "shop"
        git(tmp_path, "clone", "--quiet", str(server.git.path), str(root))
        git(root, "remote", "set-url", "origin", f"{server.url}/acme/shop.git")
        place = Place(root, server, {"GITHUB_SERVER_URL": server.url, "GITHUB_API_URL": server.url})
        place.token(APP, Token("fixbot[bot]", installation=True))
        yield place


def test_where_all_is_well_nothing_fires_and_nothing_stays_behind(place: Place) -> None:
    before = place.server.git.refs()
    every = dict(doctor.examine(Subject(place.root, place.environment, write=True)))
    assert list(every) == [name for name, _ in doctor.CHECKS]
    assert place.found() == {}
    assert place.server.git.refs() == before
    assert place.server.items == {}
    assert [call for call in place.server.calls if call.startswith(("PATCH", "PUT", "DELETE"))] == []


def shallow(place: Place) -> None:
    (place.root / ".git/shallow").write_text(git(place.root, "rev-parse", "HEAD") + "\n")


def without_head(place: Place) -> None:
    git(place.root, "checkout", "--quiet", "--orphan", "new")


def taken(place: Place) -> None:
    place.server.git.point("fixbot", place.server.git.sha("main"))


def refuses(place: Place, condition: str) -> None:
    """Let the server refuse a push in which one ref meets a condition of the shell on $old, $new and $ref."""
    hook = place.server.git.path / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\nwhile read old new ref; do if {condition}; then exit 1; fi; done\n")
    hook.chmod(0o755)


TROUBLES: dict[str, tuple[Callable[[Place], object], str, Health, str]] = {
    "no settings": (
        lambda place: place.commit({"pyproject.toml": "[project]\nname = 'shop'\n"}),
        "tests",
        Health.ADVICE,
        "nothing was tested",
    ),
    "settings not committed": (
        lambda place: (place.root / "pyproject.toml").write_text(SETTINGS + "stack = true\n"),
        "settings",
        Health.ADVICE,
        "differs from what is committed",
    ),
    "a wrong setting": (
        lambda place: place.commit({"pyproject.toml": SETTINGS + "stak = true\n"}),
        "settings",
        Health.WRONG,
        "is no setting",
    ),
    "shallow": (shallow, "history", Health.ADVICE, "shallow"),
    "no commit": (without_head, "repository", Health.WRONG, "no commit yet"),
    "no token": (lambda place: place.environment.pop("FIXBOT_TOKEN"), "forge", Health.ADVICE, "FIXBOT_TOKEN"),
    "no remote": (
        lambda place: git(place.root, "remote", "remove", "origin"),
        "forge",
        Health.ADVICE,
        "there is no remote",
    ),
    "a workflow's token": (
        lambda place: place.token("ghs_w", Token("github-actions[bot]", installation=True)),
        "token",
        Health.ADVICE,
        "no check starts",
    ),
    "a classic token": (
        lambda place: place.token("ghp_w", Token("ann")),
        "token",
        Health.ADVICE,
        "in every repository",
    ),
    "a fine-grained token": (
        lambda place: place.token("github_pat_w", Token("ann")),
        "token",
        Health.ADVICE,
        "fine-grained",
    ),
    "a token of a kind that is new": (
        lambda place: place.token("ghx_w", Token("ann")),
        "token",
        Health.UNKNOWN,
        "does not know",
    ),
    "issues disabled": (
        lambda place: setattr(place.server, "has_issues", False),
        "issues",
        Health.ADVICE,
        "no dashboard",
    ),
    "no permission for issues": (
        lambda place: place.server.faults.append(Fault(r"^POST .*/issues$", 403, "Resource not accessible")),
        "issues",
        Health.WRONG,
        "may not create issues",
    ),
    "no permission for pull requests": (
        lambda place: place.server.faults.append(Fault(r"^POST .*/pulls$", 403, "Resource not accessible")),
        "pull requests",
        Health.WRONG,
        "may not create pull requests",
    ),
    "Actions may open none": (
        lambda place: setattr(place.server, "may_create_pulls", False),
        "Actions",
        Health.ADVICE,
        "is off",
    ),
    "nobody may see whether Actions may": (
        lambda place: place.token(APP, Token("fixbot[bot]", installation=True, administers=False)),
        "Actions",
        Health.UNKNOWN,
        "may not see",
    ),
    "no refs of its own": (lambda place: refuses(place, "[ $ref = refs/fixbot/doctor ]"), "own refs", Health.WRONG, "does not take refs"),
    "refs that stay": (lambda place: refuses(place, f"[ $new = {'0' * 40} ]"), "own refs", Health.WRONG, "does not let go"),
    "a branch in the way": (taken, "branches", Health.WRONG, "branch named fixbot,"),
    "no workflow": (
        lambda place: place.commit({init.WORKFLOW: "on: push\n"}),
        "workflow",
        Health.ADVICE,
        "No workflow",
    ),
    "pinned by a tag": (
        lambda place: place.commit({init.WORKFLOW: WORKFLOW.replace("a1" * 20, "v1")}),
        "pinned",
        Health.ADVICE,
        "not pinned",
    ),
    "two commits": (
        lambda place: place.commit({init.WORKFLOW: WORKFLOW.replace("a1" * 20, "b2" * 20, 1)}),
        "pinned",
        Health.WRONG,
        "and what it runs of",
    ),
    "at the full hour": (
        lambda place: place.commit({init.WORKFLOW: WORKFLOW.replace('cron: "', 'cron: "0 3 * * *" # ')}),
        "schedule",
        Health.ADVICE,
        "minute 0,",
    ),
    "by hand only": (
        lambda place: place.commit({init.WORKFLOW: WORKFLOW.replace("- cron:", "# cron:")}),
        "schedule",
        Health.ADVICE,
        "no schedule",
    ),
    "disabled": (
        lambda place: place.server.workflows.update({"fixbot.yml": "disabled_inactivity"}),
        "runs",
        Health.WRONG,
        "60 days",
    ),
    "not merged": (lambda place: place.server.workflows.clear(), "runs", Health.ADVICE, "not on the default branch"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_check_fires_alone(place: Place, trouble: str) -> None:
    make, name, health, words = TROUBLES[trouble]
    make(place)
    found = place.found()
    # without settings that can be read nothing that rests on them can be looked at
    found = {
        key: each
        for key, each in found.items()
        if trouble != "a wrong setting" or each[0] is not Health.UNKNOWN
    }
    assert list(found) == [name], found
    assert found[name][0] is health
    assert words in " ".join(found[name][1:])
    assert found[name][2], "it says what to do"


def test_a_token_without_the_power_to_write(place: Place) -> None:
    place.token(APP, Token("fixbot[bot]", writes=False, installation=True))
    found = place.found()
    assert {name: each[0] for name, each in found.items()} == dict.fromkeys(
        ["push", "issues", "pull requests", "own refs"], Health.WRONG
    )
    assert APP not in str(found)


def test_a_workflow_token_needs_the_setting(place: Place) -> None:
    place.token("ghs_w", Token("github-actions[bot]", installation=True))
    place.server.may_create_pulls = False
    assert place.found()["Actions"][0] is Health.WRONG


def test_a_token_that_is_not_accepted(place: Place) -> None:
    place.server.tokens.clear()
    found = place.found()
    assert found["token"][0] is Health.WRONG
    assert "Bad credentials" in found["token"][1]


def test_no_repository(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": SETTINGS})
    found = [(name, each.health) for name, each in doctor.examine(Subject(tmp_path, {}))]
    assert ("repository", Health.WRONG) in found
    assert Health.WRONG not in [health for name, health in found if name != "repository"]


@pytest.mark.parametrize(
    ("said", "health"),
    [("git version 2.37.1", Health.WRONG), ("git version 2.38.0", None), ("what?", Health.UNKNOWN)],
)
def test_how_old_git_may_be(
    tmp_path: Path, said: str, health: Health | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.run(["which", "git"], check=True, capture_output=True, text=True).stdout.strip()
    script = f'#!/bin/sh\ncase "$*" in *version*) echo "{said}";; *) exec {real} "$@";; esac\n'
    write_files(tmp_path, {"bin/git": script})
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    found = dict(doctor.examine(Subject(tmp_path, {})))["git"].health
    assert found is (health or Health.GOOD)


def test_a_type_checker_that_does_not_answer(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_files(tmp_path, {"bin/ty": "#!/bin/sh\nexit 1\n"})
    (tmp_path / "bin/ty").chmod(0o755)
    monkeypatch.setattr("fixbot.project.types.find_ty", lambda: str(tmp_path / "bin/ty"))
    found = place.found()
    assert list(found) == ["types"]
    assert found["types"][0] is Health.WRONG


def test_without_asking_nothing_is_pushed(place: Place) -> None:
    found = place.found(write=False)
    assert list(found) == ["own refs"]
    assert "doctor --write" in found["own refs"][2]
    assert "push" not in place.server.calls


def test_a_ref_that_a_killed_run_has_left_is_cleared(place: Place) -> None:
    place.server.git.git("update-ref", "refs/fixbot/doctor", place.server.git.sha("main"))
    assert place.found() == {}
    assert "refs/fixbot/doctor" not in place.server.git.refs()


def test_what_is_not_published_is_not_pushed(place: Place) -> None:
    place.commit({"secret.txt": "not yet"})
    assert place.found() == {}
    with pytest.raises(subprocess.CalledProcessError):
        place.server.git.git("cat-file", "-e", git(place.root, "rev-parse", "HEAD"))


def test_on_the_command_line(place: Place) -> None:
    done = fixbot("doctor", "--write", cwd=place.root, **place.environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing is wrong." in done.stdout
    taken(place)
    done = fixbot("doctor", cwd=place.root, **place.environment)
    assert done.returncode == 1
    assert "wrong     branches: There is a branch named fixbot" in done.stdout
    assert "1 to mend." in done.stdout
    assert APP not in done.stdout + done.stderr
