"""The pytest fixture that empties cached factories before and after each test.

A cached service keeps what it was built with, and with it whatever a test had patched at that time.
One fixture clears all factories; each fix adds its own to it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from fixbot.model import Definition, Import
from fixbot.project.module import Module
from fixbot.project.project import Project

NAME = "clear_cached_factories"


def clearing_fixture(project: Project, folder: str, module: str, factory: str) -> Definition | None:
    """The fixture, clearing `factory` of `module`, for the tests below a folder; None where it cannot stand.

    It goes to the `conftest.py` there, or into the one above that has it already.
    """
    path = _conftest(project, folder)
    if path is None:
        return None
    return Definition(path, NAME, _code({(module, factory)}), imports=(Import("pytest"),), join=_joined)


def _conftest(project: Project, folder: str) -> str | None:
    place = f"{folder}/conftest.py".lstrip("/")
    for path in project.sources:
        if path.endswith("conftest.py") and NAME in project.sources[path].text:
            above = path.removesuffix("conftest.py")
            if place.startswith(above):
                return path if _is_ours(project.module(path)) else None
            if above.startswith(place.removesuffix("conftest.py")):
                return None  # pytest would let that one hide ours
    if project.has_file(place) and project.module(place) is None:
        return None
    return place


def _is_ours(module: Module | None) -> bool:
    """Whether the fixture is as it was written here, so that nothing of a person's is lost when it is extended."""
    for node in module.tree.body if module else ():
        if isinstance(node, ast.FunctionDef) and node.name == NAME:
            written = ast.parse(_code(set(_factories(ast.unparse(node)))))
            return ast.dump(written.body[0]) == ast.dump(node)
    return False


def common_folder(paths: Iterable[str]) -> str:
    """The deepest folder that holds all these files, "" for the root."""
    folders = [path.split("/")[:-1] for path in paths]
    common: list[str] = []
    for names in zip(*folders, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return "/".join(common)


def _code(factories: set[tuple[str, str]]) -> str:
    ordered = sorted(factories)
    often = Counter(name for _, name in ordered)
    local = {f: f[1] if often[f[1]] == 1 else f"{f[1]}_of_{f[0].rpartition('.')[2]}" for f in ordered}
    imports = [
        f"    from {module} import {name}"
        + (f" as {local[module, name]}" if local[module, name] != name else "")
        for module, name in ordered
    ]
    names = list(local.values())
    cached = f"    cached = ({', '.join(names)}{',' if len(names) == 1 else ''})"
    if len(cached) > 88:
        cached = "\n".join(["    cached = (", *(f"        {name}," for name in names), "    )"])
    return "\n".join(
        [
            "@pytest.fixture(autouse=True)",
            f"def {NAME}():",
            '    """Build services anew in each test, so that none keeps what another test has patched."""',
            *imports,
            "",
            cached,
            "    for factory in cached:",
            "        factory.cache_clear()",
            "    yield",
            "    for factory in cached:",
            "        factory.cache_clear()",
        ]
    )


def _joined(one: str, other: str) -> str:
    return _code({*_factories(one), *_factories(other)})


def _factories(code: str) -> Iterable[tuple[str, str]]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
