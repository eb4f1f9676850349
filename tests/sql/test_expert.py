"""Advice for tables that models and migrations describe agrees with what sqlite's shell says of the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql.conftest import SchemaOf
from tests.sql.expert import agrees_with_expert, needs_expert, needs_none
from tests.sql.test_migrations import FIRST, HEAD, made_by_alembic
from tests.sql.test_models import MODELS, made_by_sqlalchemy

MIGRATION = f'{HEAD}{FIRST}    op.add_column("clips", sa.Column("label", sa.String()))\n'
LACKING = [
    ("arguments of the table", "SELECT id FROM clips WHERE length = ?"),
    ("arguments of the table", "SELECT id FROM clips WHERE place = ?"),
    ("two keys", "SELECT clip_id FROM tags WHERE name = ?"),
    ("mapped columns", "SELECT id FROM games WHERE name = ? ORDER BY notes LIMIT 3"),
    ("mixins and abstract bases", "SELECT id FROM games WHERE name = ?"),
]
FINE = [
    ("columns", "SELECT id FROM games WHERE season_name = ?"),
    ("columns", "SELECT id FROM games WHERE slug = ?"),
    ("columns", "SELECT id FROM clips WHERE game_id = ?"),
    ("arguments of the table", "SELECT id FROM clips WHERE game = ?"),
    ("arguments of the table", "SELECT id FROM clips WHERE label = ?"),
    ("two keys", "SELECT name FROM tags WHERE clip_id = ?"),
    ("mixins and abstract bases", "SELECT id FROM games WHERE created > ?"),
]


@needs_expert
@pytest.mark.parametrize(("models", "query"), LACKING)
def test_models_lack_what_sqlite_proposes(
    models: str, query: str, schema_of: SchemaOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by_sqlalchemy(MODELS[models], tmp_path / "real.db", monkeypatch)
    agrees_with_expert(query, schema_of(MODELS[models]), tmp_path / "real.db")


@needs_expert
@pytest.mark.parametrize(("models", "query"), FINE)
def test_models_lack_nothing_where_sqlite_proposes_nothing(
    models: str, query: str, schema_of: SchemaOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by_sqlalchemy(MODELS[models], tmp_path / "real.db", monkeypatch)
    needs_none(query, schema_of(MODELS[models]), tmp_path / "real.db")


@needs_expert
def test_migrations_lack_what_sqlite_proposes(schema_of: SchemaOf, tmp_path: Path) -> None:
    made_by_alembic(MIGRATION, tmp_path / "real.db")
    schema = schema_of(MIGRATION)
    agrees_with_expert("SELECT game_id FROM clips WHERE label = ?", schema, tmp_path / "real.db")
    needs_none("SELECT id FROM clips WHERE game_id = ?", schema, tmp_path / "real.db")
    needs_none("SELECT id FROM clips WHERE code = ?", schema, tmp_path / "real.db")
