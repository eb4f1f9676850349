"""Models read off the code are the tables that SQLAlchemy makes of them: columns, keys and indexes."""

from __future__ import annotations

import sqlite3
import sys
import types
from pathlib import Path

import pytest
import sqlalchemy

from fixbot.sql.making import indexed
from tests.sql.conftest import SchemaOf
from tests.sql.shapes import Shape, shape

CLASSIC = """
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()
"""
MODERN = """
from __future__ import annotations
import datetime
from typing import Annotated, List, Optional
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, deferred, mapped_column, relationship

key = Annotated[int, mapped_column(primary_key=True)]
label = Annotated[str, mapped_column(String(20), index=True)]


class Base(DeclarativeBase):
    pass
"""

MODELS = {
    "columns": f"""{CLASSIC}
class Game(Base):
    __tablename__ = "games"
    id = Column(Integer, primary_key=True)
    slug = Column(String, unique=True)
    season = Column("season_name", String(9), index=True, nullable=False)
    live = Column(Boolean, default=False, unique=False, index=False)
    clips = relationship("Clip")


class Clip(Base):
    __tablename__ = "clips"
    id = Column(Integer, primary_key=True)
    game_id = Column(ForeignKey("games.id"), index=True)
    game = relationship(Game, overlaps="clips")
""",
    "arguments of the table": f"""{CLASSIC}
class Clip(Base):
    __tablename__ = "clips"
    __table_args__ = (
        Index("by_place", "game_id", "place"),
        UniqueConstraint("label", name="one_label"),
        Index("by_length", text("length"), "label"),
        {{"sqlite_autoincrement": True}},
    )
    id = Column(Integer, primary_key=True)
    game_id = Column("game", Integer)
    place = Column(Integer)
    label = Column(String)
    length = Column(Integer)
""".replace('"by_place", "game_id"', '"by_place", "game"').replace(
        """        Index("by_length", text("length"), "label"),\n""", ""
    ),
    "two keys": f"""{CLASSIC}
class Tag(Base):
    __tablename__ = "tags"
    clip_id = Column(Integer, ForeignKey("clips.id"), primary_key=True)
    name = Column(String, primary_key=True)


class Clip(Base):
    __tablename__ = "clips"
    id = Column(Integer, primary_key=True)
""",
    "an index of attributes": f"""{CLASSIC}
class Clip(Base):
    __tablename__ = "clips"
    id = Column(Integer, primary_key=True)
    game = Column("game_id", Integer)
    place = Column(Integer)
    __table_args__ = (Index("by_game", game, place.desc()), Index("by_place", place, unique=True))


Index("apart", Clip.place, Clip.game)
""",
    "an index in the class": f"""{CLASSIC}
class Clip(Base):
    __tablename__ = "clips"
    id = Column(Integer, primary_key=True)
    place = Column(Integer)
    by_place = Index("by_place", place)
""",
    "mapped columns": f"""{MODERN}
class Game(Base):
    __tablename__ = "games"
    id: Mapped[key]
    slug: Mapped[str] = mapped_column(unique=True)
    season: Mapped[label]
    name: Mapped[Optional[str]]
    when: Mapped[datetime.datetime] = mapped_column("happened", index=True)
    notes: Mapped[str] = deferred(mapped_column(Text))
    clips: Mapped[List["Clip"]] = relationship()


class Clip(Base):
    __tablename__ = "clips"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    game_id: Mapped[int] = mapped_column(ForeignKey("games.id"), index=True)
""",
    "mixins and abstract bases": f"""{MODERN}
class Dated:
    created: Mapped[datetime.datetime] = mapped_column(index=True)

    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("games.id"), index=True)


class Row(Base):
    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)


class Game(Dated, Row):
    __tablename__ = "games"
    name: Mapped[str]
""",
    "tables that are called like their class": """
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import as_declarative, declarative_base, declared_attr


class Named:
    id = Column(Integer, primary_key=True)

    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower()


Base = declarative_base(cls=Named)


class GameClip(Base):
    label = Column(String, index=True)
""",
    "one table for two classes": f"""{MODERN}
class Clip(Base):
    __tablename__ = "clips"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    __mapper_args__ = {{"polymorphic_on": "kind", "polymorphic_identity": "clip"}}


class Goal(Clip):
    scorer: Mapped[Optional[str]] = mapped_column(index=True)
    __mapper_args__ = {{"polymorphic_identity": "goal"}}
""",
    "a table below another": f"""{MODERN}
class Clip(Base):
    __tablename__ = "clips"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)


class Goal(Clip):
    __tablename__ = "goals"
    id: Mapped[int] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    scorer: Mapped[str] = mapped_column(unique=True)
""",
    "a dataclass": f"""{MODERN}
class Clip(MappedAsDataclass, Base):
    __tablename__ = "clips"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    label: Mapped[str] = mapped_column(default="", index=True)
""",
    "tables": """
import sqlalchemy
from sqlalchemy import MetaData, Table

metadata = MetaData()
games = Table(
    "games",
    metadata,
    sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True),
    sqlalchemy.Column("season", sqlalchemy.String(8), index=True),
    sqlalchemy.Column("name", sqlalchemy.String(8)),
    sqlalchemy.UniqueConstraint("name", "season"),
)
clips = Table(
    "clips",
    metadata,
    sqlalchemy.Column("id", sqlalchemy.Integer),
    sqlalchemy.Column("game_id", sqlalchemy.ForeignKey("games.id")),
    sqlalchemy.PrimaryKeyConstraint("id"),
    sqlalchemy.Index("by_game", "game_id"),
)
sqlalchemy.Index("by_name", games.c.name)
""",
    "a table of a class": f"""{CLASSIC}
from sqlalchemy import Table


class Clip(Base):
    __table__ = Table("clips", Base.metadata, Column("id", Integer, primary_key=True), Column("label", String))
""",
    "sqlmodel": """
from typing import ClassVar, List, Optional
from sqlmodel import Column, Field, Index, Relationship, SQLModel, Text, UniqueConstraint


class GameBase(SQLModel):
    season: str = Field(index=True)
    name: str


class Game(GameBase, table=True):
    __table_args__ = (UniqueConstraint("name", "season"), Index("by_kind", "kind"))
    limit: ClassVar[int] = 5
    id: Optional[int] = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    kind: str = "league"
    notes: str = Field(sa_column=Column("remarks", Text, index=True))
    clips: List["Clip"] = Relationship(back_populates="game")


class Clip(SQLModel, table=True):
    __tablename__ = "clips"
    id: Optional[int] = Field(default=None, primary_key=True)
    game_id: Optional[int] = Field(default=None, foreign_key="game.id", index=True)
    game: Optional[Game] = Relationship(back_populates="clips")


class GameRead(GameBase):
    id: int
""",
}  # fmt: skip


def made_by_sqlalchemy(code: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> Shape:
    """Run the models, and have their tables made."""
    module = types.ModuleType("models_to_be_read")  # SQLAlchemy looks annotations up in it
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(code, vars(module))
    base = getattr(module, "Base", getattr(module, "SQLModel", None))
    metadata = base.metadata if base else module.metadata
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    try:
        metadata.create_all(engine)
    finally:
        metadata.clear()
        engine.dispose()
    db = sqlite3.connect(path)
    try:
        return shape(db)
    finally:
        db.close()


@pytest.mark.parametrize("case", MODELS)
def test_models_are_the_tables_that_sqlalchemy_makes(
    case: str, schema_of: SchemaOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = schema_of(MODELS[case])
    assert shape(schema.db) == made_by_sqlalchemy(MODELS[case], tmp_path / "real.db", monkeypatch)
    assert not schema.unsure
    assert schema.complete


UNSURE = {
    "a base of somebody else": ("class Clip(Base):", "class Clip(library.Shared, Base):", {"clips"}),
    "a base that is a call": ("class Clip(Base):", "class Clip(shared(), Base):", {"clips"}),
    "index by a setting": ("index=True", "index=INDEXED", set()),
    "options": ("index=True", "**options", set()),
    "arguments made by a call": ("__table_args__ = (", "__table_args__ = arguments(", {"clips"}),
    "arguments of a method": (
        "    __table_args__ = (",
        "    @declared_attr\n    def __table_args__(cls): return ()\n    _ = (",
        {"clips"},
    ),
    "an index of an expression": ('Index("by_label", "label")', 'Index("x", func.lower("label"))', {"clips"}),
    "a part that is not known": ('Index("by_label", "label")', "*more", {"clips"}),
    "an index apart of who knows what": ("\nINDEXED", "\nIndex('x', *wanted)\nINDEXED", {"clips"}),
    "nothing of that": ("INDEXED = True", "INDEXED = False", set()),
}
SURE = """
from sqlalchemy import Column, Index, Integer, String, func
from sqlalchemy.orm import declarative_base, declared_attr
import library

Base = declarative_base()
INDEXED = True


class Clip(Base):
    __tablename__ = "clips"
    __table_args__ = (Index("by_label", "label"),)
    id = Column(Integer, primary_key=True)
    game_id = Column(Integer, index=True)
    label = Column(String)
"""


@pytest.mark.parametrize("case", UNSURE)
def test_what_is_not_told_makes_unsure(case: str, schema_of: SchemaOf) -> None:
    before, after, unsure = UNSURE[case]
    assert before in SURE
    schema = schema_of(SURE.replace(before, after))
    assert schema.unsure == unsure
    assert ("game_id",) in set(indexed(schema.db, "clips"))
    assert schema.columns["clips"] == ("id", "game_id", "label")


UNTOLD_NAMES = {
    "a name that is made": ('__tablename__ = "clips"', "__tablename__ = prefix + 'clips'"),
    "a name of a library": ('    __tablename__ = "clips"\n', ""),
    "a table of a variable": ("INDEXED = True", "t = Table(name, Base.metadata)"),
}


@pytest.mark.parametrize("case", UNTOLD_NAMES)
def test_tables_without_a_known_name_leave_the_schema_incomplete(case: str, schema_of: SchemaOf) -> None:
    before, after = UNTOLD_NAMES[case]
    more = '\n\nclass Game(Base):\n    __tablename__ = "games"\n    id = Column(Integer, primary_key=True)\n'
    code = SURE.replace("String, func", "String, Table, func").replace(
        "class Clip(Base)", "class Clip(library.Clip, Base)"
    )
    assert schema_of(code + more).complete
    schema = schema_of(code.replace(before, after) + more)
    assert not schema.complete


def test_flask_names_tables_like_their_classes(schema_of: SchemaOf) -> None:
    code = """
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()

        class Row(db.Model):
            __abstract__ = True
            id = db.Column(db.Integer, primary_key=True)

        class GameClip(Row):
            label = db.Column(db.String, index=True)

        class HTTPLog(Row):
            pass

        class Goal(GameClip):
            scorer = db.Column(db.String)

        tags = db.Table("tags", db.Column("clip_id", db.ForeignKey("game_clip.id"), primary_key=True))
    """
    schema = schema_of(code)
    assert {name: set(found) for name, found in schema.columns.items()} == {
        "game_clip": {"id", "label", "scorer"},
        "http_log": {"id"},
        "tags": {"clip_id"},
    }
    assert not schema.unsure


def test_uniqueness_is_only_what_the_code_says(schema_of: SchemaOf) -> None:
    code = SURE.replace(
        "label = Column(String)", "label = Column(String, unique=ONE)\n    slug = Column(String, unique=True)"
    )
    schema = schema_of(code)
    assert schema.is_unique("clips", "slug")
    assert schema.is_unique("clips", "id")
    assert not schema.is_unique("clips", "label")
    assert not schema.is_unique("clips", "game_id")


def test_a_collation_is_not_overlooked(schema_of: SchemaOf) -> None:
    code = SURE.replace("label = Column(String)", 'label = Column(String(collation="NOCASE"))')
    assert not schema_of(code).compares_exactly("clips")
    assert schema_of(SURE).compares_exactly("clips")
