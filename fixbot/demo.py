"""`fixbot demo`: the main job on a copy of the example service, from the first pull request to an empty queue.

It needs git and this machine, nothing else: no network, no token, no settings of the user. What it makes stays in
one temporary folder, for people to look at: the service with its history, and a forge with pages for a browser.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fixbot import commands, example, forge_commands
from fixbot.commands import Choice
from fixbot.errors import FixbotError
from fixbot.git import git
from fixbot.pulls.forges.local import LocalForge
from fixbot.pulls.model import Plan, PullRequest, PullState, Result
from fixbot.reports import console, demo_report
from fixbot.reports.pulls import failed

REVIEWER = "you"
"""Who merges, as the forge's pages show it."""
BRANCH = "main"


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of `fixbot pr` planned and did, and the pull requests that are open after it."""

    plan: Plan
    results: tuple[Result, ...]
    open: tuple[PullRequest, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder that everything happens in."""

    folder: Path

    @property
    def service(self) -> Path:
        return self.folder / "genmedia"

    @property
    def forge(self) -> Path:
        return self.folder / "forge"

    def run(self) -> Round:
        """`fixbot pr`. Raises `FixbotError`, also where it could not do all that it wanted."""
        with console.progress() as progress:
            place = forge_commands.find_forge(self.service, self.forge)
            today = datetime.now(UTC).date()
            ran = forge_commands.pr(place, Choice(), progress, today=today, verify=False)
        results = ran.published.results
        if failed(results):
            raise FixbotError(
                "; ".join(f"{each.branch}: {each.reason}" for each in results if failed([each]))
            )
        pulls = LocalForge(self.forge).pull_requests("fixbot")
        return Round(ran.plan, results, tuple(pull for pull in pulls if pull.state is PullState.OPEN))

    def merge(self, pulls: Sequence[PullRequest]) -> None:
        """What a person does: merge on the forge, and pull. Raises `FixbotError`."""
        forge = LocalForge(self.forge).as_person(REVIEWER)
        for pull in pulls:
            forge.merge(pull.number)
        local = {"GIT_ALLOW_PROTOCOL": "file"}
        git(self.service, "fetch", "--quiet", forge.remote, BRANCH, variables=local)
        git(self.service, "merge", "--quiet", "--ff-only", "FETCH_HEAD")


def run_demo(*, merge: bool = True) -> None:
    """Open the example's pull requests in order, merge them, until there is nothing left to open. Raises `FixbotError`.

    Without `merge` it ends when the first ones are open.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="fixbot-demo-")).resolve()
    except OSError as exc:
        raise FixbotError(f"no temporary folder can be made: {exc.strerror or exc}") from exc
    with _told_where(folder):
        _play(Stage(folder), merge=merge)


@contextmanager
def _told_where(folder: Path) -> Iterator[None]:
    """Whatever ends the demo early, people learn where its folder is."""
    try:
        yield
    except BaseException:
        console.print_lines(demo_report.stopped(folder), error=True)
        raise


def _play(stage: Stage, *, merge: bool) -> None:
    with console.progress() as progress:
        progress("Copying the example service")
        example.build_repository(stage.service)
    console.print_lines(demo_report.introduction(stage.folder))
    now = stage.run()
    console.print_lines(demo_report.planned(now.plan, console.width()))
    console.print_lines(demo_report.opened(now.results, now.open, console.width()))
    shown = _show_one(stage, now, whatever=not merge)
    if merge:
        console.print_lines(demo_report.merging())
        now, count = _merge_all(stage, now, shown)
        with console.progress() as progress, commands.open_run(stage.service, Choice()) as run:
            checked = commands.check(run, progress)
        console.print_lines(demo_report.left(checked, now.plan, count))
    console.print_lines(demo_report.your_turn(stage.service, stage.forge, now.open))


def _merge_all(stage: Stage, now: Round, shown: bool) -> tuple[Round, int]:
    """Merge and run again until nothing is open. Returns the last round, and how many were merged."""
    count = 0
    while now.open:
        ready = now.open if count else now.open[:1]  # the first alone, to show what it sets free
        console.print_lines(demo_report.merged(ready, now.plan.fixes, console.width()))
        stage.merge(ready)
        now, count = stage.run(), count + len(ready)
        console.print_lines(demo_report.moved(now.results, now.open, console.width()))
        shown = shown or _show_one(stage, now)
    return now, count


def _show_one(stage: Stage, now: Round, *, whatever: bool = False) -> bool:
    """Show what a reviewer sees of the first one whose gain is counted, or of the first, `whatever` it is.

    False where none of them is open yet.
    """
    fixes = {fix.branch: fix for fix in now.plan.fixes}
    for pull in now.open:
        fix = fixes.get(pull.branch)
        if fix and (whatever or any(finding.cost for finding in fix.findings)):
            forge = LocalForge(stage.forge)
            item = forge.item(pull.number)
            diff = forge.git.diff(item.base_sha, item.head_sha)
            console.print_lines(demo_report.reviewed(pull.url))
            console.print_markdown(item.title, demo_report.short_body(item.body))
            console.print_lines(demo_report.short_diff(diff, fix))
            return True
    return False
