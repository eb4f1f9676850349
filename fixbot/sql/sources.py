"""Where a project's schema is written: SQLAlchemy's models, SQL in `.sql` files and in strings, Alembic's migrations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from fixbot.errors import ProjectError
from fixbot.project.files import TooLarge, list_files, read_bytes
from fixbot.project.module import Module
from fixbot.project.project import MAX_BYTES, Project
from fixbot.sql.migrations import alembic_statements
from fixbot.sql.models import Model, Models
from fixbot.sql.statements import created, split
from fixbot.sql.texts import Text, texts

_MENTIONS = re.compile(
    r"\b(?:CREATE\s+(?:\S+\s+){0,2}(?:TABLE|INDEX|VIEW)|ALTER\s+TABLE|DROP\s+INDEX|INSERT|REPLACE|create_table|add_column"
    r"|create_(?:index|unique_constraint|primary_key)|drop_(?:index|constraint))\b",
    re.I,
)
"""What a file has that makes, changes or fills tables."""
_UNDOES = re.compile(r"(?:^|[._/-])down(?:grade)?(?:[._/-]|$)")


@dataclass(frozen=True)
class Origin:
    """Where a table is described: in a string of a module, by a model, by a migration, or in another file."""

    path: str
    sql: str = ""
    text: Text | None = None
    module: Module | None = None
    unless_exists: bool = False
    """Whether it says IF NOT EXISTS, and so may run at every start."""
    model: Model | None = None
    by_alembic: bool = False
    again: bool = False
    """Whether something else makes a table of this name as well: which of them makes it is then not told."""


@dataclass(frozen=True)
class Statement:
    """One statement; `whole` says whether every part of it is known."""

    sql: str
    origin: Origin
    whole: bool = True


def statements_of(project: Project, models: Models) -> Iterator[Statement]:
    """Everything that makes, changes or fills tables: models first, then the rest in the order of paths."""
    for model in models.found:
        origin = Origin(model.module.path, module=model.module, model=model)
        yield from (Statement(sql, origin) for sql in model.statements)
    yield from (Statement(sql, Origin("")) for sql in models.apart)
    for path, text in _sql_files(project):
        yield from (Statement(sql, Origin(path)) for _, sql in split(text))
    for path, source in project.sources.items():
        module = project.module(path) if _MENTIONS.search(source.text) else None
        if module is not None and not module.is_test:
            for sql in alembic_statements(module):
                yield Statement(sql, Origin(path, by_alembic=True))
            yield from _in_strings(module)


def _in_strings(module: Module) -> Iterator[Statement]:
    for written in sorted(texts(module), key=lambda text: (text.node.lineno, text.node.col_offset)):
        for _, sql in split(written.sql) if _MENTIONS.search(written.sql) else ():
            makes = created(sql)
            unless = bool(makes and makes["unless"])
            yield Statement(sql, Origin(module.path, sql, written, module, unless), written.whole)


def _sql_files(project: Project) -> Iterator[tuple[str, str]]:
    """The project's `.sql` files; those that undo a migration are left out."""
    with suppress(ProjectError):
        for path in list_files(project.root).others:
            if path.endswith(".sql") and not _UNDOES.search(path):
                with suppress(OSError, TooLarge):
                    yield path, read_bytes(project.root / path, MAX_BYTES).decode("utf-8", "replace")
