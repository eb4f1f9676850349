"""A project as codemods see it: parsed modules, errors, and what each call in them resolves to."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fixbot.catalogue import Catalogue, Entry, module_name
from fixbot.model import FileError
from fixbot.project.declared import declared_names
from fixbot.project.files import TooLarge, list_files, read_bytes
from fixbot.project.installed import is_installed
from fixbot.project.layout import Layout
from fixbot.project.module import Function, Module
from fixbot.project.overlay import may_be_simplified, shown_text
from fixbot.project.source import Source
from fixbot.project.types import Location, Query, Resolver, Ty

if TYPE_CHECKING:
    from fixbot.project.effects import Effects
    from fixbot.project.patches import Patches

MAX_BYTES = 1_000_000
"""Larger files are generated or data; parsing them would cost more than the rest of a project."""
VIRTUAL_ENVIRONMENTS = (".venv", "venv", "env", ".env")
_REQUIREMENTS = ("pyproject.toml", "requirements*.txt", "requirements/*.txt", "setup.cfg")
_TRIO = re.compile(
    r"""^[ \t]*(?:import[ \t]+trio\b|from[ \t]+trio\b|["']?trio[ \t]*(?:["'=<>~!\[;,]|$))|\banyio\[trio\]""",
    re.M,
)
_STDLIB = "vendored/typeshed/*/stdlib"
_LIBRARIES = ("site-packages", "dist-packages", _STDLIB)


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


_Place = tuple[str, int, int]
"""Path, line from 1 and byte column from 0 of a name."""


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a file is: `own`, its path in the project, or else the dotted name of a library's module."""

    own: str | None = None
    module: str | None = None
    stdlib: bool = False


@dataclass
class _Checker:
    """The one type checker of a project and of all that come from it by `updated`, and whose texts it has."""

    resolver: Resolver | None = None
    shows: Project | None = None


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
        python: tuple[int, int] = (3, 9),
        errors_in_order: bool = False,
        resolver: Resolver | None = None,
        edited: Iterable[str] = (),
        others: Iterable[str] = (),
        database: Path | None = None,
    ) -> None:
        self.root = root
        self.sources = dict(sources)
        self.catalogue = catalogue
        self.python = python
        """The oldest Python that the project must run on."""
        self.database = database
        """A SQLite file that shows the schema, if the settings name one."""
        self.errors_in_order = errors_in_order
        """Whether, of several things awaited at once, the first in order that fails is to be seen, and not the first in time."""
        self.errors = list(errors)
        self.others = tuple(others)
        """Paths of files that are not Python; nobody reads them but through `other_files`."""
        self._environment = environment
        self._edited = frozenset(edited)
        self._checker = _Checker(resolver)
        self._layout = Layout(root, self.sources)
        self._parsed: dict[str, Module | None] = {}
        self._declarations: dict[_Place, tuple[Location, ...]] = {}
        self._origins: dict[Path, _Origin] = {}

    @classmethod
    def open(
        cls,
        root: Path,
        catalogue: Catalogue,
        *,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        environment: Path | None = None,
        python: tuple[int, int] = (3, 9),
        database: Path | None = None,
        errors_in_order: bool = False,
    ) -> Project:
        """Read every Python file below `root`. Raises `ProjectError` when it is no folder."""
        root = root.resolve()
        listing = list_files(root, list(include), list(exclude))
        sources, errors = {}, listing.errors
        for path in listing.paths:
            try:
                sources[path] = Source.decode(path, read_bytes(root / path, MAX_BYTES))
            except TooLarge as exc:
                errors.append(FileError(path, 1, str(exc)))
            except OSError as exc:
                errors.append(FileError(path, 1, f"cannot be read: {exc.strerror or exc}"))
            except (SyntaxError, ValueError) as exc:
                errors.append(FileError(path, 1, f"cannot be read: {exc}"))
        return cls(
            root,
            sources,
            catalogue,
            errors=errors,
            environment=environment,
            python=python,
            database=database,
            errors_in_order=errors_in_order,
            others=listing.others,
        )

    def updated(self, texts: Mapping[str, str]) -> Project:
        """The same project with these texts (relative path -> text; new files too)."""
        sources = dict(self.sources)
        for path, text in texts.items():
            sources[path] = sources[path].with_text(text) if path in sources else Source(path, text)
        project = Project(
            self.root,
            sources,
            self.catalogue,
            errors=[e for e in self.errors if e.path not in texts],
            environment=self._environment,
            python=self.python,
            errors_in_order=self.errors_in_order,
            edited=self._edited | texts.keys(),
            others=self.others,
            database=self.database,
        )
        project._checker = self._checker
        project._parsed = {path: module for path, module in self._parsed.items() if path not in texts}
        if sources.keys() == self.sources.keys():
            project._layout = self._layout
        return project

    def close(self) -> None:
        if self._checker.resolver:
            self._checker.resolver.close()

    # --- modules -----------------------------------------------------------------------------

    def module(self, path: str) -> Module | None:
        """The parsed module, or None when it does not parse (then it is in `errors`)."""
        if path not in self._parsed and path in self.sources:
            self._parsed[path] = self._parse(self.sources[path])
        return self._parsed.get(path)

    @cached_property
    def modules(self) -> dict[str, Module]:
        """Every module that parses, by path."""
        return {path: module for path in self.sources if (module := self.module(path))}

    def other_files(self, holding: Sequence[bytes]) -> Iterator[Source]:
        """Text files that are not Python and hold one of these byte strings; what cannot be read is passed over."""
        for path in self.others:
            with suppress(OSError, ValueError):
                data = read_bytes(self.root / path, MAX_BYTES)
                if any(trigger in data for trigger in holding) and b"\0" not in data:
                    yield Source(path, data.decode())

    def modules_named(self, name: str) -> list[Module]:
        """The modules that `import name` may mean; more than one where source roots overlap."""
        return [m for path in self._layout.paths_named(name) if (m := self.module(path))]

    @cached_property
    def effects(self) -> Effects:
        """What the project's functions do, and where their results come from."""
        from fixbot.project.effects import Effects  # it needs this module

        return Effects(self)

    @cached_property
    def patches(self) -> Patches:
        """What the project's tests replace while they run."""
        from fixbot.project.patches import Patches  # it needs this module

        return Patches(self)

    @cached_property
    def mentions_trio(self) -> bool:
        """Whether it imports trio anywhere, in tests too, or asks for it: it then means to run on more than asyncio."""
        texts = [source.text for source in self.sources.values() if "trio" in source.text]
        for path in (path for pattern in _REQUIREMENTS for path in self.root.glob(pattern)):
            with suppress(OSError, TooLarge):
                texts.append(read_bytes(path, MAX_BYTES).decode("utf-8", "replace"))
        return any(map(_TRIO.search, texts))

    @property
    def parsed_count(self) -> int:
        return sum(module is not None for module in self._parsed.values())

    def _parse(self, source: Source) -> Module | None:
        try:
            return Module.parse(source, self.module_name(source.path))
        except SyntaxError as exc:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            self.errors.append(
                FileError(source.path, exc.lineno or 1, f"does not parse with Python {version}: {exc.msg}")
            )
        except (RecursionError, MemoryError):
            self.errors.append(FileError(source.path, 1, "nested too deeply to be parsed"))
        except ValueError as exc:
            self.errors.append(FileError(source.path, 1, str(exc)))
        return None

    def module_name(self, path: str) -> str:
        """The dotted name of a file as its importers write it."""
        return self._layout.name(path)

    def is_own_name(self, top: str) -> bool:
        """Whether a top-level module or package of this name belongs to the project."""
        return self._layout.owns(top)

    def has_file(self, path: str) -> bool:
        """Whether something has this name already, whatever it is."""
        return path in self.sources or os.path.lexists(self.root / path)

    # --- what names stand for ----------------------------------------------------------------

    def targets(self, node: ast.expr, module: Module) -> tuple[Target, ...]:
        """What a name or attribute expression is declared as; () when that is unknown."""
        return self.resolve([(module, node)])[0]

    def resolve(self, asked: Iterable[tuple[Module, ast.expr]]) -> list[tuple[Target, ...]]:
        """`targets` of many nodes, asked together. A node that is no name or attribute is unknown."""
        places = [_name_place(module, node) for module, node in asked]
        self._ask(places)
        return [self._described(place) if place else () for place in places]

    def declared_at(self, node: ast.expr, module: Module) -> list[tuple[str, int]]:
        """Path and line of the project's own code where a name or attribute is declared, variables included."""
        place = _name_place(module, node)
        self._ask([place])
        found = self._declarations[place] if place else ()
        return [(home, at.line) for at in found if (home := self._origin(at.path).own) is not None]

    def _ask(self, places: Iterable[_Place | None]) -> None:
        missing = list(dict.fromkeys(p for p in places if p and p not in self._declarations))
        if missing:
            answers = self.resolver.declarations([Query(*place) for place in missing])
            self._declarations.update(zip(missing, answers, strict=True))
            self.errors += self.resolver.take_failures()

    def _described(self, place: _Place) -> tuple[Target, ...]:
        """All that is declared, or nothing: one part that cannot be described makes the whole name unknown."""
        targets = [self._target(location, place[0]) for location in self._declarations[place]]
        return () if None in targets else tuple(dict.fromkeys(filter(None, targets)))

    @property
    def resolver(self) -> Resolver:
        """The type checker, told of every text of this project that differs from the disk; it starts when asked."""
        checker = self._checker
        if checker.resolver is None:
            environment = self._environment or own_environment(self.root)
            typed = [path for path in self.catalogue.typed_paths if not is_installed(path, environment)]
            checker.resolver = Ty(
                self.root,
                stubs=[*self.catalogue.stub_paths, *typed],
                source_roots=[self.root / folder for folder in sorted(self._layout.source_folders)],
                environment=environment,
            )
        if checker.shows is not self:
            checker.shows = self
            checker.resolver.show(dict(self._texts_to_show()))
        return checker.resolver

    def _texts_to_show(self) -> Iterator[tuple[str, str]]:
        """Files that the type checker must not read from disk: changed, simplified or not plain UTF-8."""
        for path, source in self.sources.items():
            module = self.module(path) if may_be_simplified(source.text) else None
            text = shown_text(module, self._function_named) if module else source.text
            if path in self._edited or text != source.text or source.encoding != "utf-8":
                yield path, text

    def _function_named(self, dotted: str) -> Function | None:
        """The project's own top-level function of this dotted name, if there is exactly one."""
        home, _, name = dotted.rpartition(".")
        binders = [(m, b) for m in self.modules_named(home) for b in m.global_names.get(name, ())]
        match binders:
            case [(module, ast.FunctionDef() | ast.AsyncFunctionDef() as node)]:
                return module.functions[node]
        return None

    def _target(self, location: Location, asked_from: str) -> Target | None:
        origin = self._origin(location.path)
        if origin.own is not None:
            return self._own_target(origin.own, location, asked_from)
        if origin.module is None or self._layout.hides(origin.module.partition(".")[0], asked_from):
            return None
        qualname = declared_names(location.path).get(location.line, "")
        if not qualname:
            return None
        entry = self.catalogue.get(origin.module, qualname)
        return Target(origin.module, qualname, entry=entry, stdlib=origin.stdlib)

    def _own_target(self, path: str, location: Location, asked_from: str) -> Target | None:
        module = self.module(path)
        node = module.definitions.get((location.line, location.column)) if module else None
        if module is None or node is None or self._layout.is_ambiguous(path, asked_from):
            return None
        qualname = module.qualname(node)
        if isinstance(node, ast.ClassDef):
            return Target(module.name, qualname, owner=(module, node))
        return Target(module.name, qualname, function=module.functions[node])

    def _origin(self, path: Path) -> _Origin:
        if path not in self._origins:
            self._origins[path] = self._find_origin(path)
        return self._origins[path]

    def _find_origin(self, path: Path) -> _Origin:
        for stubs in (*self.catalogue.stub_paths, *self.catalogue.typed_paths):
            if path.is_relative_to(stubs):
                return _Origin(module=module_name(path, stubs))
        if path.is_relative_to(self.root) and (own := path.relative_to(self.root).as_posix()) in self.sources:
            return _Origin(own=own)
        for kind in _LIBRARIES:
            folder = next((folder for folder in path.parents if folder.match(kind)), None)
            if folder:
                return _Origin(module=module_name(path, folder), stdlib=kind is _STDLIB)
        return _Origin()


def _name_place(module: Module, node: ast.expr) -> _Place | None:
    """Where the deciding name of an expression stands, the last one of `a.b.c`; None where the text is another."""
    match node:
        case ast.Name(id=name, lineno=line, col_offset=column):
            pass
        case ast.Attribute(end_lineno=int(line), end_col_offset=int(end), attr=name):
            column = end - len(name.encode())
        case _:
            return None
    text = module.source.lines[line - 1]
    there = text[column:] if text.isascii() else text.encode()[column:].decode(errors="replace")
    return (module.path, line, column) if there.startswith(name) else None


def own_environment(root: Path) -> Path | None:
    """The project's own virtual environment, where the libraries it uses are installed."""
    for name in VIRTUAL_ENVIRONMENTS:
        if (root / name / "pyvenv.cfg").is_file():
            return root / name
    return None
