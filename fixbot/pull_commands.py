"""What the commands for pull requests do, between the flags of `fixbot.cli` and `fixbot.pulls`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixbot import commands
from fixbot.commands import Choice
from fixbot.config import read_config
from fixbot.engine import Progress
from fixbot.errors import ProjectError
from fixbot.evidence.measure import Meter
from fixbot.evidence.verify import Verified
from fixbot.evidence.verify import verify as run_verify
from fixbot.plugins import load_codemods
from fixbot.pulls.bundle import read_bundle, read_state, write_bundle, write_evidence
from fixbot.pulls.model import Plan, State
from fixbot.pulls.patches import with_patches
from fixbot.pulls.plan import Base, make_plan
from fixbot.pulls.target import Target, remote_default
from fixbot.pulls.workspace import Materialised, Workspace, open_workspace


@dataclass(frozen=True)
class WrittenPlan:
    """A plan that was written as a bundle, and what a person should know of how it came about."""

    plan: Plan
    sha256: str
    notes: tuple[str, ...]


def plan(
    path: Path, output: Path, state_file: Path | None, choice: Choice, progress: Progress, *, today: date
) -> WrittenPlan:
    """Plan what is committed at `path` and write the bundle to `output`. Raises `FixbotError`.

    The base is the one of the state, if it is here, else HEAD; what is not committed does not count.
    """
    state = read_state(state_file) if state_file else None
    root = commands.folder_of(path)
    progress("Reading the repository")
    with open_workspace(root) as work:
        base, notes = _base(work, state)
        with work.materialised(base.sha) as tree:
            if base.prefix and not (tree.folder / base.prefix).is_dir():
                raise ProjectError(f"{path} is not in the commit {base.sha[:12]}; commit it first")
            notes += _left_out(tree)
            beside = root if work.target and work.target.top else None
            with commands.open_run(tree.folder / base.prefix, choice, beside=beside) as run:
                checked = commands.check(run, progress)
                progress("Planning the pull requests")
                planned = make_plan(
                    base,
                    run.project,
                    checked,
                    run.codemods,
                    run.config,
                    state,
                    today=today,
                    selected={*choice.select, *run.config.select},
                    complete=choice == Choice(),
                )
        progress("Writing the patches")
        whole, patches = with_patches(work, planned)
    return WrittenPlan(whole, write_bundle(output, whole, patches), tuple(notes))


def verify(folder: Path, path: Path, progress: Progress, *, measure: bool = False) -> Verified:
    """Run the project's own tests on each branch of the bundle in `folder` and write `evidence.json` there.

    `measure`: also the endpoints that each fix touches; the settings, which are those of the bundle's base, may ask for
    that too. Raises `FixbotError`.
    """
    bundle = read_bundle(folder)
    base = bundle.plan.base
    with open_workspace(commands.folder_of(path)) as work:
        assert work.target is not None
        if not work.has(base):
            raise ProjectError(f"the commit {base[:12]} of {folder} is not in {path}; fetch it first")
        prefix = work.target.prefix
        with ExitStack() as stack:
            tree = stack.enter_context(work.materialised(base))
            beside = work.target.top or path
            ids = [codemod.id for codemod in load_codemods()]
            config = read_config(tree.folder / prefix, ids, beside=beside)
            meter = None
            if measure or config.pulls.measure:
                run = stack.enter_context(commands.open_run(tree.folder / prefix, Choice(), beside=beside))
                meter = Meter(
                    work,
                    base,
                    commands.folder_of(path),
                    prefix,
                    run.project,
                    config.profile,
                    bundle.patches,
                    config.python,
                    config.pulls.verify_timeout,
                    progress,
                )
            verified = run_verify(work, bundle, config.pulls, prefix, progress, meter)
    write_evidence(folder, verified.evidence)
    return verified


def _base(work: Workspace, state: State | None) -> tuple[Base, list[str]]:
    """The commit to plan on, and what to say about the choice. Raises `ProjectError`."""
    target = work.target
    assert target is not None
    notes: list[str] = []
    sha = target.head
    if state and state.base and work.has(state.base):
        sha = state.base
        if target.head != sha:
            notes.append(
                f"Planned on {sha[:12]}, where {state.default_branch} is on the forge, not on what is checked out."
            )
    elif state and state.base:
        notes.append(
            f"{state.default_branch} is at {state.base[:12]} on the forge, which is not here (fetch it); "
            f"planned on what is checked out, {sha[:12]}."
        )
    if not sha:
        raise ProjectError("the repository has no commit yet; commit something first")
    if sha == target.head and work.has_uncommitted():
        notes.append("There are changes that are not committed; they do not count.")
    return Base(sha, _default_branch(target, state), target.prefix), notes


def _default_branch(target: Target, state: State | None) -> str:
    return (state.default_branch if state else "") or remote_default(target) or target.branch or "main"


def _left_out(tree: Materialised) -> Sequence[str]:
    code = [(name, why) for name, why in tree.skipped if name.endswith(".py") and "symlink" not in why]
    return [f"{name} was left out: it {why}." for name, why in code]
