"""How the files of a project are imported: where imports start from, and the dotted names that gives each file."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from fixbot.project.source import Source

_IMPORTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.M)
_OWN_PROJECT = ("pyproject.toml", "setup.py")


@dataclass(eq=False)
class Layout:
    """The Python files below one root, by their relative paths. Folders are relative too, "" is the root."""

    root: Path
    sources: Mapping[str, Source]
    _names: dict[str, str] = field(default_factory=dict)

    @cached_property
    def source_folders(self) -> frozenset[str]:
        """Where imports start from.

        The root, `src` folders, folders of a `pyproject.toml` or `setup.py` of their own, those that
        hold a package and stand in none, and those that hold what the project imports and the others
        lack: `from app.services import x` in `backend/app/main.py` starts from `backend`, itself a
        package or not.
        """
        found = {folder for folder in self._folders - self._packages if self._starts_imports(folder)}
        found |= {parent for package in self._packages if not self._in_package(parent := _parent(package))}
        return self._imported_from(frozenset({"", *found}))

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Every folder on the way to a file, the root left out."""
        return frozenset(
            folder for parent in {_parent(p) for p in self.sources} for folder in _around(parent)
        )

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(_parent(path) for path in self.sources if path.endswith("/__init__.py"))

    def _starts_imports(self, folder: str) -> bool:
        if folder.rpartition("/")[2] == "src":
            return True
        return any((self.root / folder / name).is_file() for name in _OWN_PROJECT)

    def _in_package(self, folder: str) -> bool:
        return any(around in self._packages for around in _around(folder))

    def _imported_from(self, known: frozenset[str]) -> frozenset[str]:
        """`known`, and the folders of what is imported by a top-level name that none of those has.

        Not below a package that is imported more often: there, it is another library's name.
        """
        imported = Counter(
            name for source in self.sources.values() for name in _IMPORTED.findall(source.text)
        )
        homes: dict[str, set[str]] = {}
        for folder in self._folders:
            home, _, name = folder.rpartition("/")
            if name in imported and name not in sys.stdlib_module_names:
                homes.setdefault(name, set()).add(home)
        return known | {
            home
            for name, (home, *others) in homes.items()
            if not others
            and home not in known
            and all(imported[package] < imported[name] for package in home.split("/"))
        }

    # --- names of files ----------------------------------------------------------------------

    def name(self, path: str) -> str:
        """The dotted name of a file as its importers write it: from the innermost source folder on the way."""
        if path not in self._names:
            self._names[path] = _dotted(path, self.home(path))
        return self._names[path]

    def paths_named(self, name: str) -> list[str]:
        """The files that `import name` may mean; `src.app.main` is `app.main` too."""
        return self._paths_by_name.get(name, [])

    @cached_property
    def _paths_by_name(self) -> dict[str, list[str]]:
        paths: dict[str, list[str]] = {}
        for path in self.sources:
            for name in dict.fromkeys(_dotted(path, home) for home in self._homes_of(path)):
                paths.setdefault(name, []).append(path)
        return paths

    def home(self, path: str) -> str:
        """The source folder that a file is imported from."""
        return next(self._homes_of(path))

    def _homes_of(self, path: str) -> Iterator[str]:
        """The source folders around a file, from the inside out."""
        yield from (f for f in reversed(_around(_parent(path))) if f in self.source_folders)
        yield ""

    # --- top-level names ---------------------------------------------------------------------

    def owns(self, top: str) -> bool:
        """Whether a top-level module or package of this name belongs to the project."""
        return top in self._tops

    def hides(self, top: str, asked_from: str) -> bool:
        """Whether a file sees a module or regular package of this name in the project, and not a library's."""
        return any(
            f"{home}/{top}{end}".lstrip("/") in self.sources
            for home in self._homes_of(asked_from)
            for end in (".py", "/__init__.py")
        )

    def is_ambiguous(self, path: str, asked_from: str) -> bool:
        """Whether several source folders offer the top-level name of `path`, and the asking file stands in another."""
        homes = self._tops.get(self.name(path).partition(".")[0], set())
        return len(homes) > 1 and self.home(path) != self.home(asked_from)

    @cached_property
    def _tops(self) -> dict[str, set[str]]:
        tops: dict[str, set[str]] = {}
        for path in self.sources:
            tops.setdefault(self.name(path).partition(".")[0], set()).add(self.home(path))
        return tops


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _around(folder: str) -> list[str]:
    """`a/b` -> `a`, `a/b`."""
    return list(accumulate(folder.split("/"), "{}/{}".format)) if folder else []


def _dotted(path: str, home: str) -> str:
    """The dotted name of a file that is imported from `home`."""
    parts = path.removesuffix(".py").split("/")[len(_around(home)) :]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
