"""What Alembic's migrations do to a schema, as statements: `op.create_table`, `op.add_column`, `op.create_index`, ...

What one of them makes that cannot be told from the code is said by a statement that SQLite cannot
run, so that the schema is unsure of that table (see `fixbot.sql.tables`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile

from fixbot.project.module import Module
from fixbot.sql.tables import UNTOLD, Table, create_index, quoted
from fixbot.sql.texts import MARK, spelled_out

_MIGRATES = re.compile(r"(?:^|_)(?:migrat(?:e|es|or|ion|ions)|upgrades?|upgrader)(?:_|\d|$)", re.I)
_PARAMETERS = {
    "create_table": ("table_name",),
    "add_column": ("table_name", "column"),
    "create_index": ("index_name", "table_name", "columns"),
    "create_unique_constraint": ("constraint_name", "table_name", "columns"),
    "create_primary_key": ("constraint_name", "table_name", "columns"),
    "drop_index": ("index_name", "table_name"),
    "drop_constraint": ("constraint_name", "table_name"),
}
"""The operations that are followed, with their first parameters; on a batch of one table, without its name."""


def is_migration(module: Module) -> bool:
    """Whether it runs once, to bring a database up to date."""
    return is_migration_path(module.path) or "alembic.op" in module.any_imports.values()


def is_migration_path(path: str) -> bool:
    """Whether a file or one of its folders is called like what migrates a database."""
    return any(_MIGRATES.search(part) for part in path.removesuffix(".py").split("/"))


def alembic_statements(module: Module) -> Iterator[str]:
    """The statements of one migration, in order."""
    if "alembic.op" not in module.any_imports.values():
        return
    calls = [call for call in module.of_type(ast.Call) if not _in_downgrade(call, module)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=what)) if what in _PARAMETERS:
                if module.any_imports.get(name) == "alembic.op":
                    yield from _statements(call, what, None, module)
                elif (batch := _batch(name, call, module)) is not None:
                    yield from _statements(call, what, batch, module)


def _in_downgrade(call: ast.Call, module: Module) -> bool:
    function = module.function(call)
    return function is not None and function.name.startswith("downgrade")


def _batch(name: str, call: ast.Call, module: Module) -> ast.expr | None:
    """The table of `with op.batch_alter_table("clips") as name`, around a call."""
    for around in module.ancestors(call):
        for item in around.items if isinstance(around, ast.With) else ():
            match item:
                case ast.withitem(
                    context_expr=ast.Call(func=ast.Attribute(attr="batch_alter_table")) as batch,
                    optional_vars=ast.Name(id=bound),
                ) if bound == name:
                    return _given(batch, ("table_name",)).get("table_name")
    return None


def _given(call: ast.Call, parameters: tuple[str, ...]) -> dict[str, ast.expr]:
    """The arguments of a call by the names of its first parameters."""
    by_place = dict(zip(parameters, call.args, strict=False))
    return by_place | {k.arg: k.value for k in call.keywords if k.arg}


def _statements(call: ast.Call, what: str, batch: ast.expr | None, module: Module) -> Iterator[str]:
    parameters = _PARAMETERS[what]
    if batch is not None:
        parameters = tuple(p for p in parameters if p != "table_name")
    given = _given(call, parameters)
    of = batch or given.get("table_name")
    name = spelled_out(of, module) if of is not None else None
    table = Table(name or MARK)
    match what:
        case "create_table":
            for part in call.args[1:]:
                table.add(part, module)
            if name:
                yield from table.statements()
        case "add_column" if name and "column" in given:
            table.add(given["column"], module)
            yield from table.additions()
        case "create_index" | "create_unique_constraint" | "create_primary_key":
            yield _index(given, table, what, module)
        case "drop_index" if _name(given, module):
            yield f"DROP INDEX {quoted(_name(given, module))}"
        case "drop_index" | "drop_constraint":
            yield f"ALTER TABLE {quoted(table.name)} DROP CONSTRAINT {quoted(_name(given, module))}"


def _index(given: dict[str, ast.expr], table: Table, what: str, module: Module) -> str:
    columns = given.get("columns")
    parts = columns.elts if isinstance(columns, ast.List | ast.Tuple) else []
    told = list(takewhile(bool, (table.column_named(part, module) for part in parts)))
    if not told or table.name == MARK:
        return UNTOLD.format(table=quoted(table.name) if table.name != MARK else MARK)
    only_some = any(key.endswith("_where") for key in given)
    unique = given.get("unique")
    is_unique = what != "create_index" or (isinstance(unique, ast.Constant) and unique.value is True)
    name = _name(given, module)
    return create_index(
        table.name, told, unique=is_unique and not only_some and len(told) == len(parts), name=name
    )


def _name(given: dict[str, ast.expr], module: Module) -> str:
    """`"ix_clips_game_id"` or `op.f("ix_clips_game_id")`."""
    match given.get("index_name") or given.get("constraint_name"):
        case ast.Call(func=ast.Attribute(attr="f"), args=[inner]):
            return spelled_out(inner, module) or ""
        case ast.expr() as node:
            return spelled_out(node, module) or ""
    return ""
