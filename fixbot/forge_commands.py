"""What `state`, `publish` and `pr` do, between the flags of `fixbot.cli` and `fixbot.pulls`: the commands that talk to a forge."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixbot import commands, pull_commands
from fixbot.commands import Choice
from fixbot.config import FILE, read_pull_settings
from fixbot.engine import Progress
from fixbot.errors import ProjectError
from fixbot.git import git
from fixbot.pull_settings import PullSettings
from fixbot.pulls import state as states
from fixbot.pulls.bundle import read_bundle, read_evidence
from fixbot.pulls.forges import Forge
from fixbot.pulls.forges.choose import choose, open_forge
from fixbot.pulls.model import Plan, State
from fixbot.pulls.publish import Published, Rules, Work
from fixbot.pulls.publish import publish as carry_out
from fixbot.pulls.scratch import scratch_folder
from fixbot.pulls.target import Target, locate, remote_default
from fixbot.pulls.workspace import Workspace, open_workspace

REMOTE = "origin"


@dataclass(frozen=True)
class Place:
    """The forge of one repository, and why it is this one."""

    forge: Forge
    root: Path
    target: Target
    why: str


@dataclass(frozen=True)
class Opened:
    """What `pr` did: all four steps."""

    published: Published
    place: Place
    plan: Plan
    notes: tuple[str, ...] = ()


def find_forge(path: Path, folder: Path | None = None) -> Place:
    """The forge that the repository at `path` is on; the local one is kept in `folder`. Raises `FixbotError`."""
    root = commands.folder_of(path)
    target = locate(root)
    url = git(root, "config", "--get", f"remote.{REMOTE}.url", accept=(0, 1)).stdout
    chosen = choose("" if folder else os.fsdecode(url).strip(), {} if folder else os.environ)
    branch = remote_default(target, REMOTE) or target.branch
    if chosen.place is None and not branch:
        raise ProjectError(
            f"{root} has no branch checked out, so nobody knows where to merge into; check one out"
        )
    source = target.common_dir if target.top is None else target.top
    return Place(open_forge(chosen, source, branch, folder), root, target, chosen.reason)


def read_state(place: Place) -> State:
    """What the forge knows of earlier runs. The branches are those with the prefix that is committed. Raises `FixbotError`."""
    with open_workspace(place.root) as work:
        settings = _settings(work, place.target.head, place.target.prefix)
    return states.read(place.forge, settings.branch_prefix)


def publish(
    bundle_folder: Path,
    place: Place,
    progress: Progress,
    *,
    sha256: str | None,
    dry_run: bool = False,
) -> Published:
    """Publish a bundle, whose SHA-256 must be the one given. Raises `FixbotError`."""
    bundle = read_bundle(bundle_folder, sha256=sha256)
    evidence = read_evidence(bundle_folder, bundle)
    with open_workspace(place.root) as work:
        if not work.has(bundle.plan.base):
            raise ProjectError(
                f"the commit {bundle.plan.base[:12]} of {bundle_folder} is not in {place.root}; fetch it first"
            )
        settings = _settings(work, bundle.plan.base, place.target.prefix)
        rules = Rules.of(settings)
        read_bundle(bundle_folder, sha256=bundle.sha256, prefix=rules.prefix)
        progress("Looking at the forge")
        everything = Work(
            forge=place.forge,
            repository=place.forge.repository(),
            workspace=work,
            state=states.read(place.forge, rules.prefix),
            plan=bundle.plan,
            patches=bundle.patches,
            evidence=evidence,
            rules=rules,
        )
        return carry_out(everything, dry_run=dry_run, progress=progress)


def pr(
    place: Place,
    choice: Choice,
    progress: Progress,
    *,
    today: date,
    verify: bool = True,
    measure: bool = False,
    dry_run: bool = False,
) -> Opened:
    """State, plan, verify and publish in one go, in a temporary folder. Raises `FixbotError`."""
    with scratch_folder() as folder:
        progress("Looking at the forge")
        state_file = folder / "state.json"
        state_file.write_bytes(states.to_json(read_state(place)))
        bundle = folder / "plan"
        written = pull_commands.plan(place.root, bundle, state_file, choice, progress, today=today)
        notes = written.notes
        if verify and written.plan.fixes:
            notes += pull_commands.verify(bundle, place.root, progress, measure=measure).notes
        published = publish(bundle, place, progress, sha256=written.sha256, dry_run=dry_run)
    return Opened(published, place, written.plan, notes)


def _settings(work: Workspace, commit: str, prefix: str) -> PullSettings:
    """The settings for pull requests that are committed there: not those that only lie about."""
    if not commit:
        raise ProjectError("the repository has no commit yet; commit something first")
    text = work.read(commit, f"{prefix}{FILE}") or b""
    try:
        return read_pull_settings(text.decode())
    except UnicodeDecodeError as exc:
        raise ProjectError(f"{prefix}{FILE} is not UTF-8 in {commit[:12]}") from exc
