"""A table as SQLAlchemy's calls describe it (`Column`, `Index`, `UniqueConstraint`, ...), and as SQL statements.

What the calls do not tell is said by a statement that SQLite cannot run, `UNTOLD`: the schema is then
unsure of the table, and nobody is advised on its indexes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fixbot.project.module import Module
from fixbot.sql.texts import MARK, spelled_out

UNTOLD = f"CREATE INDEX {MARK} ON {{table}} ({MARK})"
COLUMNS = frozenset({"Column", "mapped_column"})
_WRAPPERS = frozenset({"deferred", "column_property"})
_TEXTS = frozenset(
    {"String", "Text", "Unicode", "UnicodeText", "VARCHAR", "CHAR", "Enum", "Uuid", "UUID", "str"}
)
_INTEGERS = frozenset({"Integer", "INTEGER", "int"})
_COLLATIONS = frozenset({"BINARY", "NOCASE", "RTRIM"})
_OTHER_PARTS = frozenset({"ForeignKeyConstraint", "CheckConstraint", "Comment", "ForeignKey", "Sequence"})


@dataclass(frozen=True)
class Column:
    """A column. `unique` and `index` are None where the code does not say it in so many words."""

    name: str
    kind: str = "TEXT"
    key: bool = False
    unique: bool | None = False
    index: bool | None = False
    collation: str = ""

    @property
    def definition(self) -> str:
        collation = f" COLLATE {quoted(self.collation)}" if self.collation else ""
        return f"{quoted(self.name)} {self.kind}{collation}{' NOT NULL' if self.key else ''}"


@dataclass
class Table:
    """A table on the way. `keys`, `uniques` and `indexes` are lists of column names."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    """By the name that the code has for them: an attribute of a class, or the column's own."""
    keys: tuple[str, ...] = ()
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    told: bool = True
    """Whether nothing of it was left out."""

    def add(self, part: ast.expr, module: Module) -> None:
        """A part of `Table(...)`, `op.create_table(...)` or `__table_args__`."""
        call = called(part)
        kind = call_name(part)
        if call is None:
            self.told = self.told and isinstance(part, ast.Dict | ast.Constant)
        elif kind in COLUMNS:
            column = column_of(call, module)
            if column:
                self.columns[column.name] = column
            else:
                self.told = False
        elif kind == "Index":
            self._add_index(call.args[1:], call, module)
        elif kind == "PrimaryKeyConstraint":
            self.keys = self._names(call.args, module)
            self.told = self.told and len(self.keys) == len(call.args)
        elif kind == "UniqueConstraint":
            self._add_index(call.args, call, module, unique=True)
        elif kind not in _OTHER_PARTS:
            self.told = False

    def _add_index(
        self, parts: list[ast.expr], call: ast.Call, module: Module, *, unique: bool = False
    ) -> None:
        """Partial ones count as well: who has one has thought about it."""
        names = self._names(parts, module)
        whole = not any(k.arg is None or k.arg.endswith("_where") for k in call.keywords)
        if names:
            is_unique = whole and len(names) == len(parts) and (unique or flag(call, "unique"))
            (self.uniques if is_unique else self.indexes).append(names)

    def _names(self, parts: Iterable[ast.expr], module: Module) -> tuple[str, ...]:
        """The columns that a constraint or index names; those before the first that is not told."""
        found = list[str]()
        for part in parts:
            name = self.column_named(part, module)
            if not name:
                self.told = self.told and bool(found)
                break
            found.append(name)
        return tuple(found)

    def column_named(self, part: ast.expr, module: Module) -> str:
        """`"game_id"`, `game_id`, `Clip.game_id`, `clips.c.game_id` or one of these `.desc()` -> its column, or ""."""
        match part:
            case ast.Call(func=ast.Attribute(value=inner, attr="desc" | "asc"), args=[]):
                return self.column_named(inner, module)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in self.columns:
                return self.columns[name].name
        text = spelled_out(part, module) or ""
        return self.columns[text].name if text in self.columns else text

    def statements(self) -> Iterator[str]:
        """What makes the table and its indexes."""
        columns = list(self.columns.values())
        key = self.keys or tuple(c.name for c in columns if c.key)
        parts = [c.definition for c in columns]
        parts += [f"PRIMARY KEY ({listed(key)})"] if key else []
        parts += [f"UNIQUE ({listed(names)})" for names in self.uniques]
        parts += [f"UNIQUE ({quoted(c.name)})" for c in columns if c.unique]
        if columns:
            yield f"CREATE TABLE {quoted(self.name)} ({', '.join(parts)})"
        yield from self._indexes()
        yield from self._of_columns()

    def additions(self) -> Iterator[str]:
        """What gives a table that there is already these columns and indexes."""
        for column in self.columns.values():
            yield f"ALTER TABLE {quoted(self.name)} ADD COLUMN {column.definition.removesuffix(' NOT NULL')}"
            if column.unique:
                yield create_index(self.name, (column.name,), unique=True)
        yield from self.constraints()
        yield from self._of_columns()

    def constraints(self) -> Iterator[str]:
        """What is said of the table, not of one of its columns, as indexes."""
        for names in (*self.uniques, *([self.keys] if self.keys else [])):
            yield create_index(self.name, names, unique=True)
        yield from self._indexes()

    def _indexes(self) -> Iterator[str]:
        for names in self.indexes:
            yield create_index(self.name, names)
        if not self.told:
            yield UNTOLD.format(table=quoted(self.name))

    def _of_columns(self) -> Iterator[str]:
        for column in self.columns.values():
            if column.index or column.index is None or column.unique is None:
                yield create_index(self.name, (column.name,))


def create_index(table: str, columns: Iterable[str], *, unique: bool = False, name: str = "") -> str:
    columns = tuple(columns)
    name = name or "_".join(("ix", table, *columns, *(["unique"] if unique else [])))
    return f"CREATE {'UNIQUE ' if unique else ''}INDEX {quoted(name)} ON {quoted(table)} ({listed(columns)})"


# --- calls ---------------------------------------------------------------------------------------------


def column_of(
    call: ast.Call, module: Module, attribute: str = "", annotation: ast.expr | None = None
) -> Column | None:
    """What `Column(...)` or `mapped_column(...)` says; None where its name is not told.

    In a class, the column is named like its `attribute` unless the call names it.
    """
    arguments = list(call.args)
    named = next((k.value for k in call.keywords if k.arg in ("name", "__name_pos")), None)
    if named is None and arguments and (not attribute or spelled_out(arguments[0], module) is not None):
        named = arguments.pop(0)
    name = attribute if named is None else spelled_out(named, module)
    if not name or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    types = [
        *arguments,
        *(k.value for k in call.keywords if k.arg == "type_"),
        *([annotation] if annotation else []),
    ]
    refers = any(call_name(a) == "ForeignKey" for a in arguments)
    kind = next((found for t in types if (found := type_of(t))), "INT" if refers else "TEXT")
    key, unique, index = (flag(call, name) for name in ("primary_key", "unique", "index"))
    hidden = key is None or any(k.arg is None for k in call.keywords)  # **options
    return Column(
        name,
        kind,
        key=key is True,
        unique=None if hidden and not unique else unique,
        index=None if hidden else index,
        collation=next((found for t in types if (found := _collation(t))), ""),
    )


def flag(call: ast.Call, name: str) -> bool | None:
    """Whether a call switches something on; None where that is not told."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return bool(keyword.value.value) if isinstance(keyword.value, ast.Constant) else None
    return False


def type_of(node: ast.expr) -> str:
    """The type's name in SQL, "" for what is no type. INTEGER makes a primary key the number of the row."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr="with_variant")):
            return type_of(inner)
        case ast.Call(func=func):
            return "" if call_name(node) in _OTHER_PARTS else type_of(func)
        case ast.Subscript(
            value=ast.Name(id="Optional" | "Mapped") | ast.Attribute(attr="Optional" | "Mapped"), slice=inner
        ):
            return type_of(inner)
        case ast.BinOp(op=ast.BitOr(), left=left):
            return type_of(left)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            if name in _INTEGERS:
                return "INTEGER"
            return "TEXT" if name in _TEXTS else quoted({"BigInteger": "BIGINT"}.get(name, name.upper()))
    return ""


def _collation(node: ast.expr) -> str:
    match node:
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                match keyword:
                    case ast.keyword(arg="collation", value=ast.Constant(value=str(name))) if (
                        name in _COLLATIONS
                    ):
                        return name
                    case ast.keyword(arg="collation"):
                        return "NOCASE"  # whatever it is, it is not plain
    return ""


def call_name(node: ast.expr) -> str:
    """The last name of what is called, or ""."""
    match called(node):
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
    return ""


def called(node: ast.expr) -> ast.Call | None:
    """The call itself, without `deferred(...)` around it."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Call() as inner, *_]) if (
            name in _WRAPPERS
        ):
            return inner
        case ast.Call():
            return node
    return None


def listed(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
