"""The tables of SQLAlchemy's and SQLModel's models and of `Table(...)`, read off the code; nothing is imported.

A model may get columns from bases: mixins and abstract classes of the project are followed by their
names. What a base of somebody else brings is not known, and the schema is then unsure of the table.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fixbot.project.module import Module
from fixbot.project.project import Project
from fixbot.sql.members import columns
from fixbot.sql.migrations import is_migration
from fixbot.sql.tables import UNTOLD, Table, call_name
from fixbot.sql.texts import MARK, spelled_out

MENTIONS = re.compile(r"\b(?:sqlalchemy|sqlmodel)\b|\.Model\b|\b(?:mapped_column|declared_attr)\b|\bColumn\(")
"""What every file has that may define a model, or a mixin of models."""

_ROOTS = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "Model", "SQLModel"})
_PLAIN_BASES = _ROOTS | {"object", "MappedAsDataclass", "AsyncAttrs", "ABC", "Generic", "UserMixin"}
"""Bases of libraries, by their last names, that bring no columns."""
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]|(?<!^)[A-Z](?=[a-z])")
"""Where Flask-SQLAlchemy puts a `_` into the name of a class."""
_NOT_TOLD = ast.Name("?", ast.Load())


@dataclass(frozen=True, eq=False)
class Model:
    """What describes a table: a class, or a `Table(...)`. `name` is that of the class, or of the table's variable."""

    module: Module
    node: ast.ClassDef | ast.Call
    name: str
    table: Table
    statements: tuple[str, ...]

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    def attribute(self, column: str) -> str:
        """How the code calls a column (any case) of the table."""
        known = (name for name, made in self.table.columns.items() if made.name.lower() == column.lower())
        return next(known, column)


@dataclass(frozen=True)
class Models:
    """All models of a project."""

    found: tuple[Model, ...] = ()
    apart: tuple[str, ...] = ()
    """Statements for indexes that stand by themselves."""
    complete: bool = True
    """Whether the names of all tables could be told."""


def models_of(project: Project) -> Models:
    """Every model outside of tests and migrations, in the order of paths."""
    reader = _Reader(project)
    found = [model for module in reader.modules for model in reader.models_in(module)]
    apart = [sql for module in reader.modules for sql in _indexes_apart(module, found)]
    return Models(tuple(found), tuple(apart), reader.complete)


class _Reader:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.complete = True

    @cached_property
    def modules(self) -> list[Module]:
        paths = [path for path, source in self.project.sources.items() if MENTIONS.search(source.text)]
        known = (self.project.module(path) for path in paths)
        return [m for m in known if m is not None and not m.is_test and not is_migration(m)]

    def models_in(self, module: Module) -> Iterator[Model]:
        for call in module.of_type(ast.Call):
            if _is_sqlalchemys(call, "Table", module):
                yield from self._table(call, module)
        for node in module.of_type(ast.ClassDef):
            yield from self._model(node, module)

    def _table(self, call: ast.Call, module: Module) -> Iterator[Model]:
        name = spelled_out(call.args[0], module) if call.args else None
        if name is None:
            self.complete = False
            return
        table = Table(name)
        of_metadata = len(call.args) > 1 and call_name(call.args[1]) in ("", "MetaData")  # Flask's has none
        for part in call.args[2 if of_metadata else 1 :]:
            table.add(part, module)
        if any(k.arg is None or k.arg.startswith("autoload") for k in call.keywords):
            table.told = False
        match module.parents.get(call):
            case ast.Assign(targets=[ast.Name(id=variable)]) | ast.AnnAssign(target=ast.Name(id=variable)):
                yield Model(module, call, variable, table, tuple(table.statements()))
            case _:
                yield Model(module, call, name, table, tuple(table.statements()))

    def _model(self, node: ast.ClassDef, module: Module) -> Iterator[Model]:
        name = self._table_name(node, module)
        inherited = None if name or _is_abstract(node) else self._table_above(node, module, {node})
        table = Table(name or inherited or "")
        if not table.name:
            self.complete = self.complete and not self._may_be_named_elsewhere(node, module)
            return
        self._collect(node, module, table)
        for part in (*self._arguments(node, module), *_indexes_in(node)):
            table.add(part, module)
        made = table.statements() if name else table.additions()
        yield Model(module, node, node.name, table, tuple(made))

    # --- what a class is called in the database --------------------------------------------------------

    def _table_name(self, node: ast.ClassDef, module: Module) -> str | None:
        """The table that a class has for itself, or None."""
        if (own := _assigned(node).get("__tablename__")) is not None:
            name = spelled_out(own, module)
            self.complete = self.complete and name is not None
            return name
        if _is_abstract(node) or _method(node, "__tablename__"):
            return None
        lineage = list(self._lineage(node, module, set()))
        foreign = {base for _, _, bases in lineage for base in bases}
        if "SQLModel" in foreign:
            return node.name.lower() if _says_table(node) else None
        rules = [rule for _, above, _ in lineage if (rule := _method(above, "__tablename__"))]
        if rules:
            lower = [ast.unparse(s.value) for s in rules[0].body if isinstance(s, ast.Return) and s.value]
            told = lower == ["cls.__name__.lower()"]
            self.complete = self.complete and told
            return node.name.lower() if told else None
        if "Model" in foreign and self._needs_table(node, module):
            return _CAPITAL.sub(lambda found: f"_{found[0]}", node.name).lower()
        return None

    def _needs_table(self, node: ast.ClassDef, module: Module) -> bool:
        """Flask-SQLAlchemy's rule: there is a primary key that is not one of a table above."""
        keys = Table("")
        self._collect(node, module, keys)
        return any(column.key for column in keys.columns.values())

    def _table_above(self, node: ast.ClassDef, module: Module, seen: set[ast.ClassDef]) -> str | None:
        """The table of the nearest base that has one, which a class without a table of its own shares."""
        for home, base in self._bases(node, module)[0]:
            if base not in seen:
                seen.add(base)
                if found := self._table_name(base, home) or self._table_above(base, home, seen):
                    return found
        return None

    def _may_be_named_elsewhere(self, node: ast.ClassDef, module: Module) -> bool:
        """Whether it is a model with a base of somebody else, which may give it a table."""
        foreign = {base for _, _, bases in self._lineage(node, module, set()) for base in bases}
        return not _is_abstract(node) and not foreign.isdisjoint(_ROOTS) and not foreign <= _PLAIN_BASES

    # --- bases ---------------------------------------------------------------------------------------

    def _collect(self, node: ast.ClassDef, module: Module, table: Table) -> None:
        """The columns of a class and of the bases that have no table of their own."""
        fields = any("SQLModel" in bases for _, _, bases in self._lineage(node, module, set()))
        for home, above, foreign in self._lineage(node, module, set(), own_table=False):
            table.told = table.told and _PLAIN_BASES.issuperset(foreign)
            for name, column in columns(above, home, self.project, fields=fields):
                if column is None:
                    table.told = False
                else:
                    table.columns.setdefault(name, column)

    def _lineage(
        self, node: ast.ClassDef, module: Module, seen: set[ast.ClassDef], *, own_table: bool = True
    ) -> Iterator[tuple[Module, ast.ClassDef, list[str]]]:
        """The class and its bases in the project, each with the last names of its other bases.

        Without those that have their `own_table`, and what is above them, where that is False.
        """
        seen.add(node)
        own, foreign = self._bases(node, module)
        yield module, node, foreign
        for home, base in own:
            if base not in seen and (own_table or not self._table_name(base, home)):
                yield from self._lineage(base, home, seen, own_table=own_table)

    def _bases(
        self, node: ast.ClassDef, module: Module
    ) -> tuple[list[tuple[Module, ast.ClassDef]], list[str]]:
        own, foreign = list[tuple[Module, ast.ClassDef]](), list[str]()
        for base in node.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            found = self._class(plain, module)
            if found is None:
                foreign.append(ast.unparse(plain).rpartition(".")[2])
            else:
                own += found
                foreign += [] if found else ["DeclarativeBase"]
        return own, foreign

    def _class(self, base: ast.expr, module: Module) -> list[tuple[Module, ast.ClassDef]] | None:
        """The project's class of this name; [] for what `declarative_base()` made; None where it is not known."""
        dotted = module.dotted(base) or ast.unparse(base)
        home, _, name = dotted.rpartition(".")
        known = self._classes.get(name, [])
        exact = [(m, n) for m, n in known if f"{m.name}.{m.qualname(n)}" == dotted]
        if not exact and home:  # a mixin without columns may stand anywhere
            homes = self.project.modules_named(home)
            exact = [
                (m, n) for m in homes for n in m.tree.body if isinstance(n, ast.ClassDef) and n.name == name
            ]
        may_be_own = not module.dotted(base) or self.project.is_own_name(dotted.partition(".")[0])
        if exact or (may_be_own and len(known) == 1 and name != "Model"):
            return (exact or known)[:1]
        for other in (*(self.project.modules_named(home) if home else ()), module, *self.modules):
            value = other.values.get(name)
            if value is not None and call_name(value) in ("declarative_base", "generate_base"):
                keywords = value.keywords if isinstance(value, ast.Call) else []
                cls = next((k.value for k in keywords if k.arg == "cls"), None)
                return [] if cls is None else self._class(cls, other)
        return None

    @cached_property
    def _classes(self) -> dict[str, list[tuple[Module, ast.ClassDef]]]:
        found: dict[str, list[tuple[Module, ast.ClassDef]]] = {}
        for module in self.modules:
            for node in module.of_type(ast.ClassDef):
                found.setdefault(node.name, []).append((module, node))
        return found

    def _arguments(self, node: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
        """The parts of `__table_args__`, of the nearest class that has it; something that no table takes where they are not told."""
        for home, above, _ in self._lineage(node, module, set(), own_table=False):
            value = _assigned(above).get("__table_args__")
            if isinstance(value, ast.Name):
                value = home.values.get(value.id, value)
            match value:
                case ast.Tuple(elts=parts) | ast.List(elts=parts):
                    yield from parts
                case ast.expr():
                    yield value
            if _method(above, "__table_args__") or "self.__table_args__" in home.segment(above):
                yield _NOT_TOLD
            elif value is not None:
                return


# --- what a class body says ----------------------------------------------------------------------------


def _assigned(node: ast.ClassDef) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for member in node.body:
        match member:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
    return found


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((m for m in node.body if isinstance(m, ast.FunctionDef) and m.name == name), None)


def _indexes_in(node: ast.ClassDef) -> Iterator[ast.expr]:
    """`Index(...)` as a statement, or a value, of the class body."""
    for member in node.body:
        if isinstance(member, ast.Expr | ast.Assign) and call_name(member.value) == "Index":
            yield member.value


def _is_abstract(node: ast.ClassDef) -> bool:
    return not {"__abstract__", "__table__"}.isdisjoint(_assigned(node))


def _says_table(node: ast.ClassDef) -> bool:
    return any(
        k.arg == "table" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in node.keywords
    )


# --- calls beside classes ------------------------------------------------------------------------------


def _is_sqlalchemys(call: ast.Call, name: str, module: Module) -> bool:
    """Whether a call is `Table(...)` or the like, of SQLAlchemy or by way of Flask's `db`."""
    if call_name(call) != name:
        return False
    dotted = module.dotted(call.func)
    return dotted.partition(".")[0] in ("sqlalchemy", "sqlmodel") or dotted.endswith(f"db.{name}")


def _indexes_apart(module: Module, found: list[Model]) -> Iterator[str]:
    """`Index("by_game", Clip.game_id)` that stands by itself."""
    for call in module.of_type(ast.Call):
        inside = any(
            isinstance(a, ast.ClassDef) or (isinstance(a, ast.Call) and call_name(a) == "Table")
            for a in module.ancestors(call)
        )
        if inside or not _is_sqlalchemys(call, "Index", module):
            continue
        owners = {_owner(part) for part in call.args[1:]} - {""}
        named = [model for model in found if model.name in owners]
        if not named and not (named := _may_be_meant(call.args[1:], found)):
            yield UNTOLD.format(table=MARK)
        for model in named:
            apart = Table(model.table.name, model.table.columns)
            apart.add(call, module)
            yield from apart.constraints()


def _may_be_meant(parts: list[ast.expr], found: list[Model]) -> list[Model]:
    """The tables that have all these columns, where it is not told of which one they are."""
    names = {part.attr for part in parts if isinstance(part, ast.Attribute)}
    return [model for model in found if names and names <= model.table.columns.keys()]


def _owner(part: ast.expr) -> str:
    """`Clip.game_id`, `clips.c.game_id`, `Clip.game_id.desc()` -> the name of the class or table."""
    while isinstance(part, ast.Attribute | ast.Call):
        part = part.value if isinstance(part, ast.Attribute) else part.func
    return part.id if isinstance(part, ast.Name) else ""
