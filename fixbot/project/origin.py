"""Where a value comes from, followed through the one assignment that a name or attribute has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.project.module import Function, FunctionNode, Module
from fixbot.project.project import Project

_MAX_STEPS = 12
Source = tuple[ast.expr, Module]


def origin(expression: ast.expr, module: Module, project: Project) -> Source:
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


def chain(expression: ast.expr, module: Module, project: Project) -> Iterator[Source]:
    """The expression, its receiver, the receiver's receiver ..., each followed to its origin."""
    for _ in range(_MAX_STEPS):
        expression, module = origin(expression, module, project)
        yield expression, module
        inner = receiver(expression)
        if inner is None:
            return
        expression = inner


def _assigned(expression: ast.expr, module: Module, project: Project) -> Source | None:
    match expression:
        case ast.Name(id=name):
            return _name_value(name, expression, module, project)
        case ast.Attribute(value=ast.Name(id=owner), attr=attr):
            method = method_around(expression, module)
            if method is None or method.owner is None or owner != self_name(method):
                return None
            values = list(attribute_values(method.owner, attr))
            return (values[0], module) if len(values) == 1 and values[0] is not None else None
    return None


def _name_value(name: str, node: ast.expr, module: Module, project: Project) -> Source | None:
    for function in functions_around(node, module):
        if name in function.local_names:
            value = None if any(a.arg == name for a in function.arguments) else function.values.get(name)
            return (value, module) if value is not None and not _rebound_inside(name, module) else None
    return global_value(name, module, project)


def global_value(name: str, module: Module, project: Project) -> Source | None:
    """What a module-level or imported name was assigned, if nothing ever assigns it again."""
    target = module.imports.get(name)
    if target:
        home, _, attribute = target.rpartition(".")
        found = [(m.values[attribute], m) for m in project.modules_named(home) if attribute in m.values]
        return found[0] if found and not _rebound_inside(attribute, found[0][1]) else None
    value = module.values.get(name)
    return (value, module) if value is not None and not _rebound_inside(name, module) else None


def is_settled(name: str, module: Module) -> bool:
    """Whether a module binds a global name once, at its top level, and nowhere else."""
    return len(module.global_names.get(name, ())) == 1 and not _rebound_inside(name, module)


def _rebound_inside(name: str, module: Module) -> bool:
    """Whether a function says `global name` or `nonlocal name`."""
    return any(name in function.outer_names for function in module.functions.values())


def functions_around(node: ast.AST, module: Module) -> Iterator[Function]:
    """The functions that hold `node`, from the inside out."""
    for parent in module.ancestors(node):
        if isinstance(parent, FunctionNode):
            yield module.functions[parent]


def method_around(node: ast.AST, module: Module) -> Function | None:
    """The method around `node`; a function nested in a method still sees its `self`."""
    return next((function for function in functions_around(node, module) if function.owner), None)


def self_name(method: Function) -> str:
    """What a method calls its object; "" for static and class methods."""
    decorators = {d.id for d in method.node.decorator_list if isinstance(d, ast.Name)}
    arguments = [*method.node.args.posonlyargs, *method.node.args.args]
    return arguments[0].arg if arguments and not decorators & {"staticmethod", "classmethod"} else ""


def attribute_values(cls: ast.ClassDef, attr: str) -> Iterator[ast.expr | None]:
    """What the methods of a class assign to `self.attr`; None for anything but a plain assignment."""
    for node in ast.walk(cls):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(), attr=found)], value=value) if (
                found == attr
            ):
                yield value
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(), attr=found), value=value) if (
                found == attr
            ):
                yield value
            case ast.Assign(targets=targets) if any(_stores(t, attr) for t in targets):
                yield None
            case ast.AugAssign(target=ast.Attribute(attr=found)) if found == attr:
                yield None
            case ast.For(target=target) | ast.withitem(optional_vars=ast.expr() as target) if _stores(
                target, attr
            ):
                yield None


def _stores(target: ast.expr, attr: str) -> bool:
    return any(
        isinstance(n, ast.Attribute) and n.attr == attr and isinstance(n.ctx, ast.Store)
        for n in ast.walk(target)
    )
