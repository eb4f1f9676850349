"""Lists of strings that are the same for as long as the process lives, and what speaks against believing that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from fixbot.project.module import Function, Module
from fixbot.project.origin import functions_around, is_settled
from fixbot.project.project import Project

_READERS = frozenset(
    "len set list tuple frozenset sorted any all enumerate reversed max min print repr str".split()
)
_READING_METHODS = frozenset("count index copy join".split())
_SETTINGS = frozenset({"BaseSettings", "BaseModel", "SQLModel"})


class Kind(Enum):
    """Who says what the list holds."""

    LITERAL = "the code"
    FIELD = "the environment, when a settings object is made"


@dataclass(frozen=True, eq=False)
class Constant:
    """A list of strings that code reads as `node`: `ALLOWED`, or `settings.ALLOWED`."""

    node: ast.expr
    name: str
    """The last part of it."""
    kind: Kind
    home: Module
    """Where its value stands."""
    after: str
    """The top-level name of the reading module after which it can be read; "" if that is an import."""


def constant(node: ast.expr, function: Function, project: Project) -> Constant | None:
    """The constant that an expression reads, None when it is anything else."""
    module = function.module
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or _is_local(root, module) or not is_settled(root.id, module):
        return None
    after = "" if root.id in module.imports else root.id
    for home, value, kind in _declarations(node, module, project):
        if (
            isinstance(value, ast.List | ast.Tuple | ast.Set)
            and value.elts
            and all(map(_is_text, value.elts))
        ):
            name = node.attr if isinstance(node, ast.Attribute) else _own_name(root.id, module)
            return Constant(node, name, kind, home, after)
    return None


def _is_local(name: ast.Name, module: Module) -> bool:
    return any(name.id in function.local_names for function in functions_around(name, module))


def _own_name(name: str, module: Module) -> str:
    """What the module that defines it calls it."""
    return module.imports.get(name, name).rpartition(".")[2]


def _declarations(
    node: ast.expr, module: Module, project: Project
) -> Iterator[tuple[Module, ast.expr, Kind]]:
    """The one assignment that declares it, at the top of a module or in a class body; nothing when there are several."""
    declared = project.declared_at(node, module)
    if len(declared) != 1:
        return
    path, line = declared[0]
    home = project.modules[path]
    for statement in home.parents:
        match statement:
            case (
                ast.Assign(lineno=found, value=value) | ast.AnnAssign(lineno=found, value=ast.expr() as value)
            ):
                owner = home.parents[statement]
                if found == line and isinstance(owner, ast.Module):
                    yield home, value, Kind.LITERAL
                elif found == line and isinstance(owner, ast.ClassDef):
                    yield home, value, _kind(statement, owner)


def _kind(statement: ast.Assign | ast.AnnAssign, owner: ast.ClassDef) -> Kind:
    """A class variable is what the code says; a field, of pydantic or a dataclass, is what objects are made with."""
    names = {getattr(base, "id", getattr(base, "attr", "")) for base in owner.bases}
    makes_fields = bool(owner.decorator_list) or not names <= {"object"}
    if isinstance(statement, ast.AnnAssign) and makes_fields and not _is_class_variable(statement.annotation):
        return Kind.FIELD
    return Kind.LITERAL


def _is_class_variable(annotation: ast.expr) -> bool:
    names = {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)}
    return bool(
        {"ClassVar", "Final"}
        & (names | {n.attr for n in ast.walk(annotation) if isinstance(n, ast.Attribute)})
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


# --- what may change it ----------------------------------------------------------------------------------


def what_changes(found: Constant, function: Function, project: Project) -> str:
    """Where and how something may make it another list than the code shows, in words; "" if nothing does."""
    for path, source in project.sources.items():
        if found.name in source.text and (module := project.module(path)):
            for node in _uses(found.name, module):
                if not _only_reads(node, module):
                    return f"{path}:{node.lineno} may change it or hand it on"  # type: ignore[attr-defined]
    module = function.module
    names = {module.dotted(found.node), f"{module.name}.{module.segment(found.node)}"} - {""}
    for patch in project.patches.of(names, []):
        return f"a test in {patch.path} replaces `{patch.dotted}`"
    for test in project.patches.tests:
        if "reload(" in test.source.text:
            return f"a test in {test.path} reloads modules"
    return ""


def _uses(name: str, module: Module) -> Iterator[ast.AST]:
    """Whatever may be about it: names, attributes, keyword arguments, strings."""
    for node in module.of_type(ast.Name):
        if node.id == name:
            yield node
    for attribute in module.of_type(ast.Attribute):
        if attribute.attr == name:
            yield attribute
    for call in module.of_type(ast.Call):
        yield from (k.value for k in call.keywords if k.arg == name)
    for text in module.of_type(ast.Constant):
        if isinstance(text.value, str) and text.value.rpartition(".")[2].upper().endswith(name.upper()):
            yield text


def _only_reads(node: ast.AST, module: Module) -> bool:
    """Whether this use leaves the list alone and gives it to nobody."""
    parent = module.parents[node]
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
        return isinstance(parent, ast.Assign | ast.AnnAssign) and isinstance(
            module.parents[parent], ast.Module | ast.ClassDef
        )
    match parent:
        case ast.comprehension(iter=iterable) | ast.For(iter=iterable):
            return iterable is node
        case ast.Compare():
            return True
        case ast.Call(func=ast.Name(id=called) as func, args=arguments):
            return node in arguments and called in _READERS and module.dotted(func) == called
        case ast.Attribute(attr=attr):
            return attr in _READING_METHODS
        case ast.Call(func=ast.Attribute(attr="join"), args=[only]):
            return only is node
        case ast.Subscript(value=value, ctx=ast.Load()):
            return value is node
        case ast.Starred() | ast.FormattedValue():
            return True
        case ast.If(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
            return test is node
        case ast.UnaryOp(op=ast.Not()):
            return True
    return False
