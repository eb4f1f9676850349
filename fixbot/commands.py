"""What the commands do, between the flags of `fixbot.cli` and the engine: open a project, choose, check, write."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fixbot import catalogue, engine
from fixbot.codemod import Codemod
from fixbot.config import Config, FailOn, GatherErrors, known_codemods, read_config
from fixbot.engine import Applied, Checked, Progress
from fixbot.errors import ProjectError
from fixbot.model import Safety
from fixbot.plugins import load_codemods, stub_folders
from fixbot.project.module import Module
from fixbot.project.project import Project, own_environment
from fixbot.reports.diff import Change, unified_diff
from fixbot.rewrite.disk import CannotWrite, write_file

_COUNTED = {
    FailOn.SAFE: {Safety.SAFE},
    FailOn.REVIEW: {Safety.SAFE, Safety.REVIEW},
    FailOn.REPORT: set(Safety),
    FailOn.NEVER: set[Safety](),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line asks for; where it says nothing, the project's settings do.

    `--select` or `--ignore` take the place of both settings: who selects a codemod wants to see it.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A project opened for one command, with its settings and the codemods that were chosen."""

    config: Config
    codemods: tuple[Codemod, ...]
    project: Project


@dataclass(frozen=True)
class Fixed:
    """What an apply did or would do: the changes in the order of writing, and what is left after them."""

    applied: Applied
    changes: tuple[Change, ...]
    left: Checked


@contextmanager
def open_run(root: Path, choice: Choice, *, beside: Path | None = None) -> Iterator[Run]:
    """Read settings, codemods, catalogue and project. Raises `FixbotError`.

    Where `root` is a copy of what is committed, `beside` is the folder that has the environment of the project.
    """
    root = folder_of(root)
    available = load_codemods()
    config = read_config(root, [codemod.id for codemod in available], beside=beside)
    chosen = chosen_codemods(available, choice, config)
    stubs = catalogue.load([*config.catalogue, *stub_folders()])
    project = Project.open(
        root,
        stubs,
        include=choice.include or config.include,
        exclude=choice.exclude or config.exclude,
        environment=config.python or (own_environment(beside) if beside else None),
        python=config.minimum_python,
        database=config.database,
        errors_in_order=config.gather_errors is GatherErrors.FIRST_IN_ORDER,
    )
    try:
        yield Run(config, chosen, project)
    finally:
        project.close()


def chosen_codemods(available: Sequence[Codemod], choice: Choice, config: Config) -> tuple[Codemod, ...]:
    """Those selected and not ignored, in their order. Raises `ConfigError` for an id that is not there."""
    ids = [codemod.id for codemod in available]
    if choice.select or choice.ignore:
        select = known_codemods(choice.select, "--select", ids)
        ignore = known_codemods(choice.ignore, "--ignore", ids)
    else:
        select, ignore = config.select, config.ignore
    return tuple(c for c in available if c.id in (select or ids) and c.id not in ignore)


def check(run: Run, progress: Progress) -> Checked:
    """Everything the chosen codemods find. Raises `FixbotError`."""
    return engine.check(run.project, run.codemods, line_length=run.config.line_length, progress=progress)


def counts(checked: Checked, fail_on: FailOn) -> bool:
    """Whether a finding is at or above this level."""
    return any(finding.safety in _COUNTED[fail_on] for finding in checked.findings)


def fix(run: Run, progress: Progress, *, review: bool) -> Fixed:
    """Fix in memory what is safe, and with `review` what a person must accept. Raises `FixbotError`."""
    allowed = {Safety.SAFE, Safety.REVIEW} if review else {Safety.SAFE}
    applied = engine.apply(
        run.project, run.codemods, allowed, line_length=run.config.line_length, progress=progress
    )
    before, after = run.project.sources, applied.project.sources
    changes = tuple(
        Change(path, before[path].encode() if path in before else None, after[path].encode())
        for path in writing_order(applied.project, applied.texts, before)
    )
    return Fixed(applied, changes, engine.check(applied.project, run.codemods, progress=progress))


def examples(run: Run, progress: Progress) -> dict[str, Change]:
    """By codemod, what fixing it alone would change in one file: the smallest change there is."""
    found: dict[str, Change] = {}
    for codemod in run.codemods:
        only = replace(run, codemods=(codemod,))
        if changes := fix(only, progress, review=True).changes:
            found[codemod.id] = min(changes, key=lambda change: len(unified_diff(change)))
    return found


def write(root: Path, changes: Sequence[Change]) -> None:
    """Write the changes in their order; each file is replaced whole. Raises `CannotWrite` at the first that fails."""
    for number, change in enumerate(changes):
        try:
            write_file(root, change.path, change.new, expected=change.old)
        except CannotWrite as exc:
            raise CannotWrite(f"{exc}. {number} of {len(changes)} files were written before it") from exc


def writing_order(project: Project, paths: Iterable[str], existing: Iterable[str]) -> list[str]:
    """Definitions before their users: new files first, and each file after those of `paths` that it imports from.

    Whoever reads the folder half-way then finds code that works, whatever was left undone.
    """
    known = frozenset(existing)
    waiting = sorted(paths, key=lambda path: (path in known, path), reverse=True)
    homes = {project.module_name(path): path for path in waiting}
    ordered: dict[str, None] = {}
    entered: set[str] = set()
    while waiting:
        path = waiting[-1]
        module = project.module(path)
        needed = (
            [] if module is None or path in entered else sorted(_imported(module, homes) - entered - {path})
        )
        entered.add(path)
        if needed:
            waiting += reversed(needed)
        else:
            ordered[waiting.pop()] = None
    return list(ordered)


def _imported(module: Module, homes: dict[str, str]) -> set[str]:
    """The files among `homes` (dotted name -> path) that a module imports from, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(module.tree):
        match node:
            case ast.Import():
                names.update(alias.name for alias in node.names)
            case ast.ImportFrom():
                base = module.absolute(node)
                names.add(base)
                names.update(f"{base}.{alias.name}" for alias in node.names)
    return {homes[name] for name in names if name in homes}


def folder_of(path: Path) -> Path:
    """The folder meant, symlinks resolved. Raises `ProjectError` when it cannot be listed."""
    try:
        if path.is_dir():
            os.scandir(path).close()
            return path.resolve(strict=True)
        what = "is no folder" if path.exists() else "does not exist"
    except (OSError, RuntimeError) as exc:
        raise ProjectError(f"{path} cannot be opened: {exc}") from exc
    raise ProjectError(f"{path} {what}; give the folder of the project to look at")
