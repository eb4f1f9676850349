"""What Alembic's migrations do to a schema, as statements: `op.create_table`, `op.add_column`, `op.create_index`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.project.module import Module

_UPGRADES = frozenset({"create_table", "add_column", "create_index", "create_unique_constraint"})


def is_migration(module: Module) -> bool:
    """Whether it runs once, to bring a database up to date."""
    return "alembic.op" in module.any_imports.values() or "migrations" in module.path.split("/")[:-1]


def alembic_statements(module: Module) -> Iterator[str]:
    """The statements of one migration, in order; what is not spelled out in it is left out."""
    if "alembic.op" not in module.any_imports.values():
        return
    calls = [call for call in module.of_type(ast.Call) if not _in_downgrade(call, module)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=op), attr=name), args=arguments) if (
                name in _UPGRADES and module.any_imports.get(op) == "alembic.op"
            ):
                if sql := _statement(name, arguments, call):
                    yield sql


def _in_downgrade(call: ast.Call, module: Module) -> bool:
    function = module.function(call)
    return function is not None and function.name == "downgrade"


def _statement(name: str, arguments: list[ast.expr], call: ast.Call) -> str:
    match name, arguments:
        case "create_table", [ast.Constant(value=str(table)), *parts]:
            columns = [column for part in parts if (column := _column(part))]
            return f"CREATE TABLE {_quoted(table)} ({', '.join(columns)})" if columns else ""
        case "add_column", [ast.Constant(value=str(table)), part]:
            column = _column(part)
            return (
                f"ALTER TABLE {_quoted(table)} ADD COLUMN {column.removesuffix(' PRIMARY KEY')}"
                if column
                else ""
            )
        case "create_index" | "create_unique_constraint", [
            ast.Constant(value=str(index)), ast.Constant(value=str(table)), ast.List(elts=names)
        ]:  # fmt: skip
            columns = [
                _quoted(n.value) for n in names if isinstance(n, ast.Constant) and isinstance(n.value, str)
            ]
            if len(columns) == len(names):
                return f"CREATE INDEX {_quoted(index)} ON {_quoted(table)} ({', '.join(columns)})"
    return ""


def _column(part: ast.expr) -> str:
    """A column or table constraint, as far as it matters for plans."""
    match part:
        case ast.Call(func=ast.Attribute(attr=kind) | ast.Name(id=kind), args=arguments, keywords=keywords):
            names = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            match kind:
                case "Column" if names:
                    flags = {
                        k.arg for k in keywords if isinstance(k.value, ast.Constant) and k.value.value is True
                    }
                    key = " PRIMARY KEY" if "primary_key" in flags else " UNIQUE" if "unique" in flags else ""
                    return f"{_quoted(names[0])} {_type(arguments[1:])}{key}"
                case "PrimaryKeyConstraint" | "UniqueConstraint" if names:
                    what = "PRIMARY KEY" if kind.startswith("Primary") else "UNIQUE"
                    return f"{what} ({', '.join(map(_quoted, names))})"
    return ""


def _type(arguments: list[ast.expr]) -> str:
    """INTEGER where it makes a primary key the row's own number; else its name, which is only an affinity."""
    for argument in arguments:
        match argument:
            case (
                ast.Attribute(attr=name)
                | ast.Name(id=name)
                | ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name))
            ):
                return (
                    "INTEGER"
                    if name in ("Integer", "BigInteger")
                    else "TEXT"
                    if name == "String"
                    else name.upper()
                )
    return "TEXT"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
