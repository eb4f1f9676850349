"""Classes of stored objects (the models of an ORM): which attribute is their primary key, as far as the code shows it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from fixbot.project.classes import HARMLESS_BASES
from fixbot.project.module import Module
from fixbot.project.origin import origin
from fixbot.project.project import Project

_KEYWORD = "primary_key"
_IN_OTHER_WAYS = frozenset({"PrimaryKeyConstraint", "CompositePrimaryKey"})
"""What makes a key of several columns, or says of others that they are the key."""


@dataclass
class Model:
    """What the code shows of a class of stored objects and of the classes that it is derived from."""

    keys: set[str] = field(default_factory=set)
    """Attributes declared as (a part of) the primary key."""
    attributes: dict[str, tuple[ast.expr | None, Module]] = field(default_factory=dict)
    """What the classes bind, with its value and where; the nearest wins."""
    unclear: str = ""
    """Why there may be more to the key than that; "" if there is not."""


def model_of(expression: ast.expr, module: Module, project: Project) -> Model | None:
    """The model that an expression names, where it is a class of the project."""
    targets = project.targets(expression, module)
    if len(targets) != 1 or targets[0].owner is None:
        return None
    model = Model()
    _collect(*targets[0].owner, model, project, set())
    return model


def _collect(
    home: Module, node: ast.ClassDef, model: Model, project: Project, seen: set[ast.ClassDef]
) -> None:
    if node in seen:
        return
    seen.add(node)
    for name, annotation, value in _bound(node.body):
        model.attributes.setdefault(name, (value, home))
        if _says_key(value) or _is_annotated_key(annotation, home, project):
            model.keys.add(name)
    model.unclear = model.unclear or _in_another_way(node)
    for base in node.bases:
        plain = base.value if isinstance(base, ast.Subscript) else base
        targets = project.targets(plain, home)
        if len(targets) == 1 and (owner := targets[0].owner):
            _collect(*owner, model, project, seen)
        elif not _brings_no_key(plain, home, project):
            model.unclear = model.unclear or f"what `{ast.unparse(plain)}` brings to it is not known"


def _bound(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    """The attributes that a class binds, with their annotation and value."""
    for member in body:
        match member:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not name.startswith("__"):
                yield name, None, value
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                yield name, annotation, value


def _says_key(expression: ast.AST | None) -> bool:
    """Whether `primary_key=True` stands in it."""
    return any(_is_true(keyword.value) for keyword in _keywords(expression))


def _keywords(expression: ast.AST | None) -> Iterator[ast.keyword]:
    nodes = ast.walk(expression) if expression else ()
    return (n for n in nodes if isinstance(n, ast.keyword) and n.arg == _KEYWORD)


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _is_annotated_key(annotation: ast.expr | None, module: Module, project: Project) -> bool:
    """Whether it is `Mapped[key]`, where `key = Annotated[int, mapped_column(primary_key=True)]`."""
    if _says_key(annotation):
        return True
    names = [n for n in ast.walk(annotation) if isinstance(n, ast.Name)] if annotation else []
    values = (origin(name, module, project)[0] for name in names)
    return any(isinstance(value, ast.Subscript) and _says_key(value) for value in values)


def _in_another_way(node: ast.ClassDef) -> str:
    """Why the key may be other than its attributes say; "" where it is not."""
    plain = {
        keyword
        for _, annotation, value in _bound(node.body)
        for keyword in (*_keywords(annotation), *_keywords(value))
    }
    for inner in ast.walk(node):
        match inner:
            case ast.keyword(arg="primary_key", value=value):
                if inner not in plain or not isinstance(value, ast.Constant):
                    return "its key is declared in another way than by an attribute"
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _IN_OTHER_WAYS:
                return f"`{name}` takes part in its key"
            case ast.Dict(keys=keys) if any(
                isinstance(k, ast.Constant) and k.value == _KEYWORD for k in keys
            ):
                return "its mapper is told the key"
    return ""


def _brings_no_key(base: ast.expr, module: Module, project: Project) -> bool:
    """Whether it is known to be nothing but a beginning: the library's own, or made by a function of it."""
    if module.dotted(base) in HARMLESS_BASES:
        return True
    targets = project.targets(base, module)
    if targets and all(t.entry and "model_base" in t.entry.flags for t in targets):
        return True
    value, home = origin(base, module, project)
    match value:
        case ast.Call(func=func, args=[], keywords=keywords):
            made_by = project.targets(func, home)
            if not made_by or not all(t.entry and "model_base" in t.entry.flags for t in made_by):
                return False
            given = [k.value for k in keywords if k.arg == "cls"]
            return not any(k.arg is None for k in keywords) and all(
                _brings_no_key(cls, home, project) for cls in given
            )
    return False
