"""Where a value comes from, followed through the one assignment that a name or attribute has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.project.module import FunctionNode, Module
from fixbot.project.project import Project

_MAX_STEPS = 12


def origin(expression: ast.expr, module: Module, project: Project) -> tuple[ast.expr, Module]:
    """The expression that a name or `self.attribute` was assigned from, as far back as that is certain.

    A name with no assignment, with several, or bound in another way (parameter, loop) is its own origin.
    """
    for _ in range(_MAX_STEPS):
        step = _assigned(expression, module, project)
        if step is None:
            break
        expression, module = step
    return expression, module


def receiver(expression: ast.expr) -> ast.expr | None:
    """The object a method call or attribute belongs to: `a.b` of `a.b.c(...)`; None for a plain call."""
    match expression:
        case ast.Call(func=ast.Attribute(value=value)) | ast.Attribute(value=value):
            return value
    return None


def chain(expression: ast.expr, module: Module, project: Project) -> Iterator[tuple[ast.expr, Module]]:
    """The expression, its receiver, the receiver's receiver ..., each followed to its origin."""
    for _ in range(_MAX_STEPS):
        expression, module = origin(expression, module, project)
        yield expression, module
        inner = receiver(expression)
        if inner is None:
            return
        expression = inner


def _assigned(expression: ast.expr, module: Module, project: Project) -> tuple[ast.expr, Module] | None:
    match expression:
        case ast.Name(id=name):
            return _name_value(name, expression, module, project)
        case ast.Attribute(value=ast.Name(id=owner), attr=attr):
            function = _method(expression, module)
            if function is None or not function.args.args or function.args.args[0].arg != owner:
                return None
            cls = module.functions[function].owner
            if cls is None:
                return None
            values = list(_attribute_values(cls, attr))
            return (values[0], module) if len(values) == 1 and values[0] is not None else None
    return None


def _name_value(name: str, node: ast.expr, module: Module, project: Project) -> tuple[ast.expr, Module] | None:
    for parent in module.ancestors(node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            function = module.functions[parent]
            if name in function.local_names:
                if any(a.arg == name for a in function.arguments):
                    return None
                value = function.values.get(name)
                return (value, module) if value is not None else None
    if name in module.global_names and name not in module.imports:
        value = module.values.get(name)
        rebound = any(name in function.outer_names for function in module.functions.values())
        return (value, module) if value is not None and not rebound else None
    target = module.imports.get(name)
    if target:
        home, _, attribute = target.rpartition(".")
        for other in project.modules_named(home):
            value = other.values.get(attribute)
            if value is not None:
                return value, other
    return None


def _method(node: ast.AST, module: Module) -> FunctionNode | None:
    """The method around `node`; a function nested in a method still sees its `self`."""
    for parent in module.ancestors(node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef) and module.functions[parent].owner:
            return parent
    return None


def _attribute_values(cls: ast.ClassDef, attr: str) -> Iterator[ast.expr | None]:
    """What the methods of a class assign to `self.attr`; None for anything but a plain assignment."""
    for node in ast.walk(cls):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(), attr=found)], value=value) if found == attr:
                yield value
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(), attr=found), value=value) if found == attr:
                yield value
            case ast.Assign(targets=targets) if any(_stores(t, attr) for t in targets):
                yield None
            case ast.AugAssign(target=ast.Attribute(attr=found)) if found == attr:
                yield None


def _stores(target: ast.expr, attr: str) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == attr and isinstance(n.ctx, ast.Store) for n in ast.walk(target))
