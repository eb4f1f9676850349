"""A whole run for a project with a hundred findings, while GitHub fails in every way: it ends as if nothing had been."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fixbot import forge_commands
from fixbot.commands import Choice
from fixbot.forge_commands import Opened, Place
from fixbot.pulls.forges.budget import Budget
from fixbot.pulls.forges.github import GitHubForge
from fixbot.pulls.model import Outcome
from fixbot.pulls.target import locate
from tests.github_server import Fault
from tests.pulls.repositories import repository
from tests.pulls.service import SETTINGS, OnGitHub, on_github
from tests.pulls.test_github_forge import SECONDARY, TROUBLES, Trouble
from tests.pulls.worlds import Clock

PACKAGES = [f"app/p{number}" for number in range(7)]
FILES = {
    f"{package}/m{number}.py": "import time\n"
    + "".join(f"\n\nasync def nap{n}() -> None:\n    time.sleep({n})\n" for n in range(5))
    for package in PACKAGES
    for number in range(3)
}
"""105 findings in 21 files: too much for one pull request, so each package has its own."""
WRITES = [
    *(r"^POST .*/pulls$", r"^POST .*/labels$", r"^POST .*/assignees$", r"^POST .*/requested_reviewers$"),
    *(r"^POST .*/issues$", r"^PATCH .*/pulls/\d+$"),
]
READS = [r"^GET .*/shop$", r"^POST /graphql", r"^GET .*/issues$"]


@pytest.fixture
def github(tmp_path: Path, checkout: Path) -> Iterator[OnGitHub]:
    with on_github(tmp_path, checkout) as running:
        yield running


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = SETTINGS.replace('split = "file"\n', "")
    folder = tmp_path_factory.mktemp("checkout")
    return repository(folder / "checkout", {**FILES, "pyproject.toml": settings})


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> dict[str, Any]:
    with on_github(tmp_path_factory.mktemp("undisturbed"), checkout) as github:
        opened = pr(github, Clock())
        outcomes = [result.outcome for result in opened.published.results]
        assert outcomes == [Outcome.OPENED] * 5 + [Outcome.LIMIT_REACHED] * 2
        assert len(github.opened()) == 5
        return github.seen()


def pr(github: OnGitHub, clock: Clock) -> Opened:
    """A run in this process, in which time passes only by waiting."""
    server = github.server
    forge = GitHubForge(
        server.name,
        server.token,
        server=server.url,
        api=server.url,
        budget=Budget(clock=clock.now, sleep=clock.sleep),
    )
    place = Place(forge, github.checkout, locate(github.checkout), "")
    return forge_commands.pr(place, Choice(), lambda _: None, today=date(2026, 11, 28), verify=False)


def faults(trouble: Trouble, clock: Clock) -> list[Fault]:
    """The trouble at the second of each kind of request, where there is one."""
    headers = {
        name: text.replace("RESET", str(int(clock.time) + 90)) for name, text in trouble.headers.items()
    }
    skips = dict.fromkeys((r"^POST .*/issues$", r"^POST /graphql"), 0)
    return [
        Fault(
            match,
            *(trouble.status, trouble.message, headers, trouble.times),
            skip=skips.get(match, 1),
            after=trouble.after,
        )
        for match in (*WRITES, *READS)
    ]


@pytest.mark.parametrize(
    "trouble",
    [pytest.param(t, marks=pytest.mark.slow) if n else t for n, t in enumerate(reversed(TROUBLES))],
    ids=lambda trouble: trouble.name,
)
def test_trouble_of_one_kind_everywhere(
    github: OnGitHub, undisturbed: dict[str, Any], trouble: Trouble
) -> None:
    clock = Clock()
    github.server.faults = faults(trouble, clock)
    opened = pr(github, clock)
    assert [fault.times for fault in github.server.faults] == [0] * len(github.server.faults)
    assert trouble.waits in clock.slept
    assert github.seen() == undisturbed
    assert Outcome.FAILED not in [result.outcome for result in opened.published.results]


def test_github_gives_up_in_the_middle_and_the_next_run_goes_on(
    github: OnGitHub, undisturbed: dict[str, Any]
) -> None:
    """It allows nothing more after the third pull request, for longer than anybody waits."""
    hour = {"retry-after": "3600"}
    github.server.faults = [Fault(r"^(POST|PATCH) /repos", 403, SECONDARY, hour, times=999, skip=12)]
    results = pr(github, Clock()).published.results
    assert [result.outcome for result in results].count(Outcome.OPENED) < 5
    failed = [result for result in results if result.outcome is Outcome.FAILED]
    assert failed
    assert all("run again" in result.reason for result in failed)
    assert not github.server.item(1).comments
    github.server.faults = []
    pr(github, Clock())
    assert github.seen() == undisturbed
    calls = len(github.server.calls)
    results = pr(github, Clock()).published.results
    assert {result.outcome for result in results} == {Outcome.UNCHANGED, Outcome.LIMIT_REACHED}
    made = github.server.calls[calls:]
    assert len(made) <= 10
    assert all(call.startswith(("GET", "POST /graphql")) for call in made)
