"""Schemas of code that stands in a test, and what they look like."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixbot import catalogue
from fixbot.project.project import Project
from fixbot.project.source import Source
from fixbot.sql.schema import Schema, tables_of

SchemaOf = Callable[[str], Schema]


@pytest.fixture
def schema_of(tmp_path: Path) -> Iterator[SchemaOf]:
    """The schema of a project of one file; it lives as long as the test."""
    kept = list[Project]()

    def read(code: str) -> Schema:
        source = Source("app/tables.py", textwrap.dedent(code))
        kept.append(Project(tmp_path, {source.path: source}, catalogue.builtin()))
        schema = tables_of(kept[-1])
        assert schema is not None
        return schema

    yield read
    for project in kept:
        project.close()
