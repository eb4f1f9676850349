"""What surrounds a client: where its helper goes, what runs once anyway, and what tests put in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.clients.apps import App, Apps
from fixbot.clients.libraries import Library
from fixbot.project.effects import Effects
from fixbot.project.module import Function, Module
from fixbot.project.oneshot import runs_alone
from fixbot.project.patches import Patches
from fixbot.project.project import Project
from fixbot.project.references import References, is_lifespan
from fixbot.safety import Doubt, report

_COMMAND_LINES = frozenset({"argparse", "click", "cyclopts", "fire", "typer"})
_ENTERING = frozenset("__init__ __new__ __aenter__ __aexit__ aclose close".split())
"""Methods of the class that run at other times once the client is shared."""


@dataclass(frozen=True)
class Home:
    """The module that a helper lives in: its file, its dotted name as importers write it, and the application."""

    path: str
    name: str
    app: App | None


def home_of(module: Module, library: Library, apps: Apps, project: Project) -> Home | None:
    """Where the helper goes: into the package of the application, or else of the module; None if that is taken."""
    app = apps.serving(module)
    top = app.module if app else module
    *packages, _ = top.path.split("/")
    depth = len(packages) - max(0, top.name.count("."))
    if top.path.endswith("/__init__.py"):
        depth -= 1
    folders = (
        packages[: max(depth, 0) + 1] if "." in top.name or top.path.endswith("/__init__.py") else packages
    )
    path = "/".join([*folders, f"{library.file}.py"])
    existing = project.module(path)
    if project.has_file(path) and (existing is None or library.helper not in existing.global_names):
        return None
    spelled = project.patches.spelled(module)
    prefix = spelled.removesuffix(module.name) if spelled.endswith(module.name) else ""
    return Home(path, prefix + project.module_name(path), app)


def runs_once(function: Function, effects: Effects) -> bool:
    """Whether it opens its client once in the life of the program: at its start, or as a script."""
    return is_lifespan(function) or runs_alone(function, effects)


def place_doubts(
    call: ast.Call, library: Library, home: Home | None, module: Module, references: References
) -> Iterator[Doubt]:
    """Why the helper cannot be used here."""
    project = references.project
    if not references.has_requests:
        yield report("nothing here serves requests; open one client where the program starts, and pass it on")
    if _COMMAND_LINES & {target.partition(".")[0] for target in module.any_imports.values()}:
        yield report(
            "this is a command line program, which runs once and gains nothing from a client that stays open"
        )
    if project.mentions_trio:
        yield report(
            "this project also runs on trio, and the clients are kept for each event loop of asyncio"
        )
    if home is None:
        yield report(f"there is already a `{library.file}.py`, where the shared client would go")
    if not module.dotted(call.func) or root_of(call.func) not in module.imports:
        yield report(
            f"`{library.top}` is not imported at the top of the file, and the shared client would need it"
        )
    names = {library.helper} & (module.global_names.keys() | module.any_imports.keys())
    if names and home and module.any_imports.get(library.helper) != f"{home.name}.{library.helper}":
        yield report(f"`{library.helper}` is already something else here")


def root_of(reference: ast.expr) -> str:
    """The name that an attribute chain begins with."""
    while isinstance(reference, ast.Attribute):
        reference = reference.value
    return reference.id if isinstance(reference, ast.Name) else ""


def patch_doubts(call: ast.Call, library: Library, module: Module, patches: Patches) -> Iterator[Doubt]:
    """What tests replace that would not be used any more; `<module>.httpx.AsyncClient` still is."""
    root = f"{module.name}.{root_of(call.func)}"
    if library.class_name == root.rpartition(".")[2]:
        root = f"{module.name}.{library.class_name}"
    for patch in patches.all:
        last = patch.dotted.rpartition(".")[2]
        if patch.dotted == root:
            yield report(f"a test in {patch.path} replaces `{patch.dotted}`, which would no longer be used")
        elif f"{library.class_name}.{last}" in patch.dotted and last in _ENTERING:
            yield report(
                f"a test in {patch.path} replaces `{library.class_name}.{last}`, which a shared client calls once"
            )
