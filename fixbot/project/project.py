"""A project as codemods see it: parsed modules, errors, and what each call in them resolves to."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fixbot.catalogue import Catalogue, Entry, module_name
from fixbot.model import FileError
from fixbot.project.files import is_regular, list_files
from fixbot.project.module import Function, Module
from fixbot.project.overlay import OVERLAID, shown_text
from fixbot.project.source import Source
from fixbot.project.types import Location, Query, Resolver, Ty

if TYPE_CHECKING:
    from fixbot.project.effects import Effects

MAX_BYTES = 1_000_000
"""Larger files are generated or data; parsing them would cost more than the rest of a project."""
VIRTUAL_ENVIRONMENTS = (".venv", "venv", "env", ".env")
_DEFINITION = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for: a definition of the project, of a library, or of the standard library.

    `entry` is what the catalogue says of it; `function` or `owner` its code, when it is the
    project's own. A library definition that the catalogue does not have is unknown.
    """

    module: str
    qualname: str
    entry: Entry | None = None
    function: Function | None = None
    owner: tuple[Module, ast.ClassDef] | None = None
    stdlib: bool = False

    @property
    def known(self) -> bool:
        """Whether fixbot can say what calling it does (the rest of the standard library is harmless)."""
        return bool(self.function or self.owner or self.stdlib or (self.entry and self.entry.known))


class Project:
    """The modules below one root.

    Nothing is written through it: `updated` gives a project with other texts, sharing what is still
    true. Files that cannot be read or parsed are in `errors`.
    """

    def __init__(
        self,
        root: Path,
        sources: Mapping[str, Source],
        catalogue: Catalogue,
        *,
        errors: Iterable[FileError] = (),
        environment: Path | None = None,
        parsed: Mapping[str, Module] | None = None,
        resolver: Resolver | None = None,
        edited: Iterable[str] = (),
    ) -> None:
        self.root = root
        self.sources = dict(sources)
        self.catalogue = catalogue
        self.errors = list(errors)
        self._environment = environment
        self._parsed: dict[str, Module] = dict(parsed or {})
        self._resolver = resolver
        self._edited = frozenset(edited)
        self._shown = False
        self._targets: dict[tuple[str, int, int], tuple[Target, ...]] = {}
        self._stub_lines: dict[Path, list[str]] = {}

    @classmethod
    def open(
        cls,
        root: Path,
        catalogue: Catalogue,
        *,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        environment: Path | None = None,
    ) -> Project:
        """Read every Python file below `root`. Raises `ProjectError` when it is no folder."""
        root = root.resolve()
        sources, errors = {}, []
        for path in list_files(root, list(include), list(exclude)):
            try:
                size = (root / path).stat().st_size
                if size > MAX_BYTES:
                    errors.append(FileError(path, 1, f"left out: {size:,} bytes, more than {MAX_BYTES:,}"))
                    continue
                sources[path] = Source.decode(path, (root / path).read_bytes())
            except (OSError, SyntaxError, ValueError) as exc:
                errors.append(FileError(path, 1, f"cannot be read: {exc}"))
        return cls(root, sources, catalogue, errors=errors, environment=environment)

    def updated(self, texts: Mapping[str, str]) -> Project:
        """The same project with these texts (relative path -> text; new files too)."""
        sources = dict(self.sources)
        for path, text in texts.items():
            sources[path] = sources[path].with_text(text) if path in sources else Source(path, text)
        kept = {path: module for path, module in self._parsed.items() if path not in texts}
        return Project(
            self.root,
            sources,
            self.catalogue,
            errors=[e for e in self.errors if e.path not in texts],
            environment=self._environment,
            parsed=kept,
            resolver=self._resolver,
            edited=self._edited | texts.keys(),
        )

    def close(self) -> None:
        if self._resolver:
            self._resolver.close()

    # --- modules -----------------------------------------------------------------------------

    def module(self, path: str) -> Module | None:
        """The parsed module, or None when it does not parse (then it is in `errors`)."""
        if path not in self._parsed and path in self.sources:
            parsed = self._parse(self.sources[path])
            if parsed is None:
                return None
            self._parsed[path] = parsed
        return self._parsed.get(path)

    @cached_property
    def modules(self) -> dict[str, Module]:
        """Every module that parses, by path."""
        return {path: module for path in self.sources if (module := self.module(path))}

    def modules_named(self, name: str) -> list[Module]:
        """The modules that `import name` may mean; more than one where source roots overlap."""
        return [m for path in self._paths_by_name.get(name, ()) if (m := self.module(path))]

    @cached_property
    def _paths_by_name(self) -> dict[str, list[str]]:
        paths: dict[str, list[str]] = {}
        for path in self.sources:
            paths.setdefault(self.module_name(path), []).append(path)
        return paths

    @cached_property
    def effects(self) -> Effects:
        """What the project's functions do, and where their results come from."""
        from fixbot.project.effects import Effects  # it needs this module

        return Effects(self)

    @property
    def parsed_count(self) -> int:
        return len(self._parsed)

    def _parse(self, source: Source) -> Module | None:
        if any(error.path == source.path for error in self.errors):
            return None
        try:
            return Module.parse(source, self.module_name(source.path))
        except SyntaxError as exc:
            self.errors.append(FileError(source.path, exc.lineno or 1, _syntax_message(exc)))
        except (ValueError, RecursionError, MemoryError) as exc:
            reason = "nested too deeply to be parsed" if isinstance(exc, RecursionError | MemoryError) else str(exc)
            self.errors.append(FileError(source.path, 1, reason))
        return None

    def module_name(self, path: str) -> str:
        """The dotted name of a file as its importers write it: from the topmost package, or below a source root."""
        *folders, name = path.removesuffix(".py").split("/")
        return ".".join([*folders[self._root_depth(folders) :], *([] if name == "__init__" else [name])])

    def _root_depth(self, folders: list[str]) -> int:
        """How many leading folders are no packages: up to the last source root on the way."""
        depth = 0
        for index in range(len(folders)):
            here = "/".join(folders[: index + 1])
            if here in self._source_folders:
                depth = index + 1
        return depth

    @cached_property
    def _source_folders(self) -> set[str]:
        """Folders (relative, "" for the root) that imports start from.

        The root, `src` folders, folders of a `pyproject.toml` or `setup.py` of their own, and the
        folders that hold a top-level package.
        """
        packages = {path.rpartition("/")[0] for path in self.sources if path.endswith("__init__.py")}
        found = {""}
        for package in packages:
            parent = package.rpartition("/")[0]
            if parent not in packages and package:
                found.add(parent)
        for path in self.sources:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                if folder not in packages and (
                    folder.rpartition("/")[2] == "src"
                    or any((self.root / folder / name).is_file() for name in ("pyproject.toml", "setup.py"))
                ):
                    found.add(folder)
                folder = folder.rpartition("/")[0]
        return found

    def is_own_name(self, top: str) -> bool:
        """Whether a top-level module or package of this name belongs to the project."""
        return top in self._homes

    def has_file(self, path: str) -> bool:
        return path in self.sources or is_regular(self.root, path)

    # --- what names stand for ----------------------------------------------------------------

    def targets(self, node: ast.expr, module: Module) -> tuple[Target, ...]:
        """What a name or attribute expression is declared as; () when that is unknown."""
        return self.resolve([(module, node)])[0]

    def resolve(self, asked: Iterable[tuple[Module, ast.expr]]) -> list[tuple[Target, ...]]:
        """`targets` of many nodes, asked together. A node that is no name or attribute is unknown."""
        keys = [_name_place(module, node) for module, node in asked]
        missing = list(dict.fromkeys(k for k in keys if k and k not in self._targets))
        if missing:
            answers = self.resolver.declarations([Query(*key) for key in missing])
            for key, locations in zip(missing, answers, strict=True):
                described = (self._target(location, key[0]) for location in locations)
                self._targets[key] = tuple(dict.fromkeys(described))
        return [self._without_unknown(self._targets[key]) if key else () for key in keys]

    def declared_at(self, node: ast.expr, module: Module) -> list[tuple[str, int]]:
        """Path and line of the project's own code where a name or attribute is declared, variables included."""
        key = _name_place(module, node)
        locations = self.resolver.declarations([Query(*key)])[0] if key else ()
        return [
            (found.path.relative_to(self.root).as_posix(), found.line)
            for found in locations
            if found.path.is_relative_to(self.root)
        ]

    @staticmethod
    def _without_unknown(targets: tuple[Target | None, ...]) -> tuple[Target, ...]:
        """All of them or none: one place that cannot be described makes the whole name unknown."""
        return () if None in targets else targets  # type: ignore[return-value]

    @property
    def resolver(self) -> Resolver:
        if self._resolver is None:
            self._resolver = Ty(
                self.root,
                stubs=self.catalogue.stub_paths,
                source_roots=[self.root / folder for folder in sorted(self._source_folders)],
                environment=self._environment or _environment(self.root),
            )
        if not self._shown:
            self._shown = True
            self._resolver.show(dict(self._texts_to_show()))
        return self._resolver

    def _texts_to_show(self) -> Iterator[tuple[str, str]]:
        """Files that the type checker must not read from disk: changed, simplified or not UTF-8."""
        for path, source in self.sources.items():
            module = self.module(path) if OVERLAID.search(source.text) else None
            text = shown_text(module) if module else source.text
            if path in self._edited or text != source.text or not source.encoding.startswith("utf-8"):
                yield path, text

    def _target(self, location: Location, asked_from: str) -> Target | None:
        path = location.path
        if path.is_relative_to(self.root):
            return self._project_target(path.relative_to(self.root).as_posix(), location, asked_from)
        for stubs in self.catalogue.stub_paths:
            if path.is_relative_to(stubs):
                return self._library_target(location, module_name(path, stubs))
        parts = path.parts
        for marker, stdlib in (("stdlib", True), ("site-packages", False)):
            if marker in parts:
                folder = Path(*parts[: parts.index(marker) + 1])
                return self._library_target(location, module_name(path, folder), stdlib=stdlib)
        return None

    def _project_target(self, path: str, location: Location, asked_from: str) -> Target | None:
        module = self.module(path)
        node = module.definitions.get((location.line, location.column)) if module else None
        if module is None or node is None or self._ambiguous(path, asked_from):
            return None
        qualname = module.qualname(node)
        if isinstance(node, ast.ClassDef):
            return Target(module.name, qualname, owner=(module, node))
        return Target(module.name, qualname, function=module.functions[node])

    def _ambiguous(self, path: str, asked_from: str) -> bool:
        """Whether two source roots offer this top-level name, and the asking file stands in the other one."""
        top = self.module_name(path).partition(".")[0]
        homes = self._homes.get(top, set())
        return len(homes) > 1 and self._home(path) != self._home(asked_from)

    def _home(self, path: str) -> str:
        folders = path.split("/")[:-1]
        return "/".join(folders[: self._root_depth(folders)])

    @cached_property
    def _homes(self) -> dict[str, set[str]]:
        homes: dict[str, set[str]] = {}
        for path in self.sources:
            homes.setdefault(self.module_name(path).partition(".")[0], set()).add(self._home(path))
        return homes

    def _library_target(self, location: Location, module: str, *, stdlib: bool = False) -> Target | None:
        if location.path not in self._stub_lines:
            try:
                text = location.path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                return None
            self._stub_lines[location.path] = text.split("\n")
        qualname = _qualname_at(self._stub_lines[location.path], location.line)
        if not qualname:
            return None
        return Target(module, qualname, entry=self.catalogue.get(module, qualname), stdlib=stdlib)


def _name_place(module: Module, node: ast.expr) -> tuple[str, int, int] | None:
    """Where the deciding name of an expression stands: the last one of `a.b.c`."""
    match node:
        case ast.Name(lineno=line, col_offset=column):
            return module.path, line, column
        case ast.Attribute(end_lineno=int(line), end_col_offset=int(end), attr=attr):
            return module.path, line, end - len(attr.encode())
    return None


def _qualname_at(lines: list[str], line: int) -> str:
    """`Class.method` for the definition at `line` (from 1) of a file, read off the indentation; "" for none."""
    found = _DEFINITION.match(lines[line - 1]) if line <= len(lines) else None
    if not found:
        return ""
    names = [found.group(1)]
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    for text in reversed(lines[: line - 1]):
        if not indent:
            break
        stripped = text.lstrip()
        if stripped and len(text) - len(stripped) < indent and not stripped.startswith(("#", ")", "]")):
            indent = len(text) - len(stripped)
            if stripped.startswith("class ") and (outer := _DEFINITION.match(text)):
                names.insert(0, outer.group(1))
    return ".".join(names)


def _syntax_message(exc: SyntaxError) -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"does not parse with Python {version}: {exc.msg}"


def _environment(root: Path) -> Path | None:
    """The project's own virtual environment, where the libraries it uses are installed."""
    for name in VIRTUAL_ENVIRONMENTS:
        if (root / name / "pyvenv.cfg").is_file():
            return root / name
    return None


