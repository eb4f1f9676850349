"""Context managers: whether what is raised inside of a `with` leaves it as it is."""

from __future__ import annotations

import ast

from fixbot.project.module import Function, Module
from fixbot.project.origin import origin
from fixbot.project.project import Project, Target

_MAKERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_KEEPS_NOTHING = frozenset({"closing", "aclosing", "nullcontext", "connect", "Connection"})
"""Of the standard library."""
_MAX_DEPTH = 6


def lets_through(manager: ast.expr, module: Module, project: Project, depth: int = 0) -> bool:
    """Whether it is certain that an error passes the end of `with manager:` and stays the same error."""
    value, home = origin(manager, module, project)
    if not isinstance(value, ast.Call) or depth > _MAX_DEPTH:
        return False
    targets = project.targets(value.func, home)
    return bool(targets) and all(_of_target(target, project, depth) for target in targets)


def _of_target(target: Target, project: Project, depth: int) -> bool:
    if target.function is not None:
        return _of_function(target.function, project, depth)
    if target.owner is not None:
        return _of_class(target.owner[1])
    if target.stdlib:
        return target.qualname in _KEEPS_NOTHING
    return target.entry is not None and target.entry.known


def _of_function(function: Function, project: Project, depth: int) -> bool:
    """Of a generator that makes a manager, every `yield`; of another function, everything that it returns."""
    module = function.module
    decorators = {module.dotted(decorator) for decorator in function.node.decorator_list}
    if function.is_generator:
        return (
            decorators <= _MAKERS
            and bool(decorators)
            and all(_leaves(node, function, project, depth) for node in function.yields)
        )
    returned = [node.value for node in function.nodes if isinstance(node, ast.Return)]
    return (
        not decorators
        and bool(returned)
        and all(value is not None and lets_through(value, module, project, depth + 1) for value in returned)
    )


def _leaves(node: ast.expr, function: Function, project: Project, depth: int) -> bool:
    """Whether an error that is raised at this place leaves the function as it is."""
    below: ast.AST = node
    for parent in function.module.ancestors(node):
        match parent:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return True
            case ast.Try(body=body) if below in body and not all(map(_raises_again, parent.handlers)):
                return False
            case ast.Try(finalbody=[*_, _] as last) if below not in last and _ends_otherwise(last):
                return False
            case ast.With(items=items) | ast.AsyncWith(items=items) if below not in items:
                if not all(lets_through(i.context_expr, function.module, project, depth + 1) for i in items):
                    return False
        below = parent
    return False


def _raises_again(handler: ast.ExceptHandler) -> bool:
    *before, last = handler.body
    return isinstance(last, ast.Raise) and last.exc is None and not _ends_otherwise(before)


def _ends_otherwise(body: list[ast.stmt]) -> bool:
    ends = (ast.Return, ast.Raise, ast.Break, ast.Continue)
    return any(isinstance(node, ends) for statement in body for node in ast.walk(statement))


def _of_class(owner: ast.ClassDef) -> bool:
    """Whether its own `__exit__` says nothing of the error, and raises no other."""
    exits = [
        member
        for member in owner.body
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
        and member.name in ("__exit__", "__aexit__")
    ]
    return bool(exits) and all(
        not isinstance(node, ast.Raise)
        and (not isinstance(node, ast.Return) or node.value is None or _is_false(node.value))
        for member in exits
        for node in ast.walk(member)
    )


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value
