"""The columns that the body of one model class describes, by the attribute that each one is.

`id = Column(Integer, primary_key=True)`, `id: Mapped[int] = mapped_column(...)`, `name: Mapped[str]`,
`@declared_attr def owner_id(cls): return Column(...)`, and the fields of a SQLModel.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from fixbot.project.module import Module
from fixbot.project.project import Project
from fixbot.sql.tables import COLUMNS, Column, call_name, called, column_of, type_of

_DECLARED = frozenset({"declared_attr", "directive", "cascading"})
_NO_FIELDS = frozenset({"ClassVar", "Relationship", "relationship", "PrivateAttr"})


def columns(
    node: ast.ClassDef, module: Module, project: Project, *, fields: bool
) -> Iterator[tuple[str, Column | None]]:
    """Each attribute that is a column, None where that is not told. With `fields`, as SQLModel sees it."""
    for member in node.body:
        match member:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if call_name(value) in COLUMNS:
                yield name, _column(value, module, name)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                yield from _annotated(name, annotation, value, module, project, fields=fields)
            case ast.FunctionDef(name=name) if any(_last_name(d) in _DECLARED for d in member.decorator_list):
                for returned in (n for n in ast.walk(member) if isinstance(n, ast.Return) and n.value):
                    if returned.value is not None and call_name(returned.value) in COLUMNS:
                        yield name, _column(returned.value, module, name)


def _annotated(
    name: str,
    annotation: ast.expr,
    value: ast.expr | None,
    module: Module,
    project: Project,
    *,
    fields: bool,
) -> Iterator[tuple[str, Column | None]]:
    mapped = _inside(annotation, "Mapped")
    shared = _shared(mapped, module, project) if mapped is not None else None
    if value is not None and call_name(value) in COLUMNS:
        own = _column(value, module, name, mapped or annotation)
        yield name, _joined(own, shared[1]) if own and shared and shared[1] else own
    elif shared:
        yield name, shared[1] and replace(shared[1], name=name)
    elif mapped is not None and value is None:
        yield name, Column(name, type_of(mapped) or "TEXT")
    elif fields and not name.startswith(("_", "model_config")):
        names = {_last_name(annotation), _last_name(getattr(annotation, "value", annotation))}
        if _NO_FIELDS.isdisjoint(names | ({call_name(value)} if value else set())):
            yield name, _field(name, annotation, value, module)


def _column(value: ast.expr, module: Module, name: str, annotation: ast.expr | None = None) -> Column | None:
    call = called(value)
    return column_of(call, module, name, annotation) if call else None


def _field(name: str, annotation: ast.expr, value: ast.expr | None, module: Module) -> Column | None:
    """`name: str = Field(index=True)` of a SQLModel."""
    call = called(value) if value is not None and call_name(value) == "Field" else None
    if call is None:
        return Column(name, type_of(annotation) or "TEXT")
    given = {k.arg: k.value for k in call.keywords}
    if "sa_column" in given:
        return _column(given["sa_column"], module, name, annotation)
    made = column_of(ast.Call(call.func, [], call.keywords), module, name, annotation)
    return replace(made, index=None) if made and "sa_column_kwargs" in given and not made.index else made


def _shared(mapped: ast.expr, module: Module, project: Project) -> tuple[str, Column | None] | None:
    """What `Mapped[key]` says where `key = Annotated[int, mapped_column(primary_key=True)]`."""
    home = module
    if isinstance(mapped, ast.Name | ast.Attribute):
        where, _, name = module.dotted(mapped).rpartition(".")
        homes = [m for m in (*project.modules_named(where), module) if name in m.values] if where else []
        if not homes:
            return None
        home, mapped = homes[0], homes[0].values[name]
    inside = _inside(mapped, "Annotated")
    if isinstance(inside, ast.Tuple):
        for part in inside.elts[1:]:
            if call_name(part) in COLUMNS:
                return "", _column(part, home, "shared", inside.elts[0])
    return None


def _joined(own: Column, shared: Column) -> Column:
    """A column with what both say of it; None (not told) is stronger than False."""
    return replace(
        own,
        key=own.key or shared.key,
        unique=own.unique or shared.unique,
        index=own.index or shared.index,
    )


def _inside(annotation: ast.expr, name: str) -> ast.expr | None:
    """What stands in the brackets of `name[...]`; an annotation may be a string."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError):
            return None
    if isinstance(annotation, ast.Subscript) and _last_name(annotation.value) == name:
        return annotation.slice
    return None


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=func):
            return _last_name(func)
    return ""
