"""Alembic's migrations read off the code make what Alembic makes of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy
from alembic.migration import MigrationContext
from alembic.operations import Operations

from fixbot.sql.making import indexed
from tests.sql.conftest import SchemaOf
from tests.sql.shapes import Shape, shape

HEAD = "import sqlalchemy as sa\nfrom alembic import op\n\nTABLE = 'clips'\n\n\n"
FIRST = """
def upgrade():
    op.create_table("games", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table(
        "clips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("game_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(8), unique=True),
        sa.Column("place", sa.BigInteger(), index=True),
        sa.ForeignKeyConstraint(["game_id"], ["games.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("game_id", "place", name="one_place"),
    )
"""
MIGRATIONS = {
    "a table": FIRST,
    "an index with a name by convention": f"""{FIRST}
    op.create_index(op.f("ix_clips_game_id"), "clips", ["game_id"], unique=False)
""",
    "an index of two, by keywords": f"""{FIRST}
    op.create_index(index_name="by_both", table_name=TABLE, columns=["place", "game_id"], unique=True)
""",
    "a column": f"""{FIRST}
    op.add_column("clips", sa.Column("label", sa.String(), nullable=True))
    op.create_index("by_label", "clips", ["label"])
""",
    "a batch": f"""{FIRST}
    with op.batch_alter_table("clips", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_clips_label"), ["label"], unique=False)
        batch_op.create_unique_constraint("one_label", ["label", "game_id"])
""",
    "two keys": """
def upgrade():
    op.create_table(
        "tags",
        sa.Column("clip_id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
    )
""",
}  # fmt: skip


def made_by_alembic(code: str, path: Path) -> Shape:
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        names: dict[str, object] = {}
        exec(code, names)
        names["upgrade"]()  # type: ignore[operator]
    engine.dispose()
    db = sqlite3.connect(path)
    try:
        return shape(db)
    finally:
        db.close()


@pytest.mark.parametrize("case", MIGRATIONS)
def test_migrations_make_what_alembic_makes(case: str, schema_of: SchemaOf, tmp_path: Path) -> None:
    code = HEAD + MIGRATIONS[case]
    schema = schema_of(code)
    assert shape(schema.db) == made_by_alembic(code, tmp_path / "real.db")
    assert not schema.unsure


UNSURE = {
    "columns of a variable": 'op.create_index("by_place", "clips", WANTED)',
    "an expression": 'op.create_index("by_place", "clips", [sa.text("lower(code)")])',
    "parts of a variable": 'op.create_table("clips", *WANTED)',
}


@pytest.mark.parametrize("case", UNSURE)
def test_what_is_not_told_makes_unsure(case: str, schema_of: SchemaOf) -> None:
    schema = schema_of(f"{HEAD}{FIRST}    {UNSURE[case]}\n")
    assert schema.unsure == {"clips"}


def test_an_index_of_an_unknown_table_makes_unsure_of_all(schema_of: SchemaOf) -> None:
    loop = "    for table in tables:\n        op.create_index(f'by_{table}', table, ['game_id'])\n"
    schema = schema_of(f"{HEAD}{FIRST}{loop}")
    assert schema.unsure == {"clips", "games"}


@pytest.mark.parametrize(
    "more",
    [
        '    op.add_column(name, sa.Column("label", sa.String()))\n',
        '    op.execute(f"ALTER TABLE {name} ADD COLUMN label TEXT")\n',
        '\n\ndef downgrade():\n    op.create_index("by_code", "clips", WANTED)\n',
        '    with op.batch_alter_table("clips") as batch:\n        pass\n    batch.create_index("x", WANTED)\n',
    ],
    ids=["a column", "a column by SQL", "downgrade", "not the batch any more"],
)
def test_what_makes_no_index_leaves_it_sure(more: str, schema_of: SchemaOf) -> None:
    schema = schema_of(f"{HEAD}{FIRST}{more}")
    assert not schema.unsure
    assert ("code",) in set(indexed(schema.db, "clips"))
