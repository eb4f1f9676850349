"""Where imports start from, and the dotted names that gives the files of a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from fixbot.project.layout import Layout
from fixbot.project.source import Source
from tests.support import write_files


def layout(files: Iterable[str] | Mapping[str, str], root: Path = Path("/nowhere")) -> Layout:
    texts = files if isinstance(files, Mapping) else dict.fromkeys(files, "")
    return Layout(root, {path: Source(path, text) for path, text in texts.items()})


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["main.py", "x/y.py"], ["main", "x.y"]),
        (["app/__init__.py", "app/api/__init__.py", "app/api/v1.py"], ["app", "app.api", "app.api.v1"]),
        (["src/app/__init__.py", "src/app/main.py"], ["app", "app.main"]),
        (["src/app/main.py"], ["app.main"]),
        (["backend/app/__init__.py", "backend/app/main.py", "backend/run.py"], ["app", "app.main", "run"]),
        (["app/__init__.py", "app/inner/pkg/__init__.py", "app/inner/pkg/m.py"],
         ["app", "app.inner.pkg", "app.inner.pkg.m"]),
        (["app/__init__.py", "app/src/__init__.py", "app/src/m.py"], ["app", "app.src", "app.src.m"]),
        (["__init__.py", "m.py"], ["", "m"]),
        (["a-b/c.d/e.py"], ["a-b.c.d.e"]),
        (["my__init__.py", "x/__init__.pyx.py"], ["my__init__", "x.__init__.pyx"]),
        (["src/src/__init__.py", "src/src/m.py"], ["src", "src.m"]),
    ],
)  # fmt: skip
def test_names_of_files(files: list[str], names: list[str]) -> None:
    found = layout(files)
    assert [found.name(path) for path in files] == names


def test_folders_with_a_project_of_their_own_start_imports(tmp_path: Path) -> None:
    files = dict.fromkeys(["a/pyproject.toml", "a/m.py", "b/setup.py", "b/m.py", "c/m.py"], "")
    write_files(tmp_path, files)
    found = layout([name for name in files if name.endswith(".py")], tmp_path)
    assert [found.name(path) for path in ("a/m.py", "b/m.py", "c/m.py")] == ["m", "m", "c.m"]


def test_a_folder_that_imports_start_from_is_told_by_what_is_imported() -> None:
    found = layout(
        {"backend/app/api/x.py": "from app.core import y", "backend/app/core.py": "", "scripts/z.py": ""}
    )
    assert found.name("backend/app/core.py") == "app.core"
    assert found.name("scripts/z.py") == "scripts.z"


def test_a_package_named_as_a_library_inside_another_is_no_start_of_imports() -> None:
    found = layout(
        {
            "app/__init__.py": "",
            "app/main.py": "import app.redis\nfrom app import x\nimport redis\n",
            "app/redis/x.py": "",
        }
    )
    assert found.name("app/redis/x.py") == "app.redis.x"


def test_a_file_goes_by_every_name_that_a_source_folder_gives_it() -> None:
    found = layout(["src/app/__init__.py", "src/app/m.py"])
    for name in ("app.m", "src.app.m"):
        assert found.paths_named(name) == ["src/app/m.py"]
    assert found.paths_named("m") == []
    assert found.paths_named("app") == ["src/app/__init__.py"]


MONOREPO = [
    "one/app/__init__.py",
    "one/app/m.py",
    "one/run.py",
    "two/app/__init__.py",
    "two/app/m.py",
    "shared/__init__.py",
]


def test_a_name_that_two_folders_offer_is_ambiguous_from_elsewhere() -> None:
    found = layout(MONOREPO)
    assert found.paths_named("app.m") == ["one/app/m.py", "two/app/m.py"]
    assert not found.is_ambiguous("one/app/m.py", "one/run.py")
    assert found.is_ambiguous("one/app/m.py", "two/app/m.py")
    assert found.is_ambiguous("one/app/m.py", "shared/__init__.py")
    assert not found.is_ambiguous("shared/__init__.py", "one/run.py")


def test_names_of_its_own() -> None:
    found = layout([*MONOREPO, "one/requests.py", "google/own/x.py", "redis/__init__.py"])
    assert all(found.owns(top) for top in ("app", "run", "requests", "google"))
    assert not found.owns("fastapi")
    assert found.hides("requests", "one/app/m.py")
    assert not found.hides("requests", "two/app/m.py")
    assert found.hides("redis", "two/app/m.py")
    assert not found.hides("google", "one/app/m.py"), "other parts of a namespace package stay what they are"


def test_a_file_that_is_not_there_yet_has_a_name() -> None:
    assert layout(MONOREPO).name("one/app/new/x.py") == "app.new.x"
