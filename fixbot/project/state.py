"""Which state a piece of code shares with other requests: attributes of `self`, module globals, closures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.project.module import Function, Module, own_nodes
from fixbot.project.origin import origin
from fixbot.project.project import Project

MUTATORS = frozenset(
    "add append appendleft clear discard extend insert move_to_end pop popitem popleft put put_nowait remove "
    "reverse rotate setdefault sort subtract symmetric_difference_update update".split()
)
"""Methods of the standard containers that change them."""

_ROUTES = frozenset(
    "get post put patch delete head options api_route route websocket websocket_route".split()
)


@dataclass(frozen=True, slots=True)
class State:
    """One shared place: `owner` says whose (a class, a module, a function), `name` which.

    `certain` is False for what a caller handed in and may or may not share.
    """

    owner: str
    name: str
    certain: bool = True

    def __str__(self) -> str:
        last = self.owner.rpartition(".")[2]
        return self.name if not last or not self.certain else f"{last}.{self.name}"


@dataclass(frozen=True, slots=True)
class StateAccess:
    """A read or write of shared state, and the node that does it. A change in place is both."""

    state: State
    node: ast.AST
    is_read: bool
    is_write: bool


def state_accesses(function: Function, project: Project) -> Iterator[StateAccess]:
    """What the body of `function` itself reads and writes of shared state, in source order."""
    module = function.module
    for node in function.nodes:
        if isinstance(node, ast.Name):
            top = _whole_chain(node, module)
            state = _shared(node, top, function, project)
            if state is not None:
                yield _access(state, node, top, module)


def _whole_chain(name: ast.Name, module: Module) -> ast.expr:
    """`self.cache[key].items` for its `self`: as far as attributes and subscripts go."""
    top: ast.expr = name
    while True:
        parent = module.parents[top]
        if isinstance(parent, ast.Attribute | ast.Subscript) and parent.value is top:
            top = parent
        else:
            return top


def _access(state: State, name: ast.Name, top: ast.expr, module: Module) -> StateAccess:
    parent = module.parents[top]
    writes = isinstance(getattr(top, "ctx", None), ast.Store | ast.Del)
    in_place = isinstance(parent, ast.AugAssign) and parent.target is top
    if (
        isinstance(parent, ast.Call)
        and parent.func is top
        and isinstance(top, ast.Attribute)
        and top.attr in MUTATORS
    ):
        writes = in_place = True
    changes_inside = writes and not isinstance(top, ast.Name) and _depth(top, name) > 1
    return StateAccess(state, top, is_read=not writes or in_place or changes_inside, is_write=writes)


def _depth(top: ast.expr, name: ast.Name) -> int:
    depth = 0
    while top is not name:
        top, depth = top.value, depth + 1  # type: ignore[attr-defined]
    return depth


def _shared(name: ast.Name, top: ast.expr, function: Function, project: Project) -> State | None:
    """The shared state that a chain beginning with `name` touches, or None for what is the function's own."""
    module, identifier = function.module, name.id
    steps = _steps(top, name)
    if "app" in steps and "state" in steps:  # request.app.state.x: one object for all requests
        after = steps[steps.index("state") + 1 :]
        return State("app.state", after[0]) if after else None
    method = _method_around(function)
    if method and identifier == _self_name(method):
        if method.name in ("__init__", "__new__", "__post_init__"):
            return None  # nobody else has the object yet
        owner = f"{module.name}.{method.qualname.rpartition('.')[0]}"
        return State(owner, steps[0]) if steps and steps[0] else None
    if identifier in function.outer_names:
        return State(_home(identifier, function), identifier)
    if identifier in function.local_names:
        return _of_local(name, steps, function, project)
    for outer in _functions_around(function):
        if identifier in outer.local_names:
            return State(outer.qualname, identifier) if not callable_name(identifier, outer.node) else None
    if identifier in module.imports:
        return State(module.imports[identifier], steps[0]) if steps and steps[0] else None
    binders = module.global_names.get(identifier, [])
    if any(isinstance(b, ast.FunctionDef | ast.AsyncFunctionDef) for b in binders):
        return None
    if any(isinstance(b, ast.ClassDef) for b in binders):
        return State(f"{module.name}.{identifier}", steps[0]) if steps and steps[0] else None
    return State(module.name, identifier) if binders else None


def _of_local(name: ast.Name, steps: list[str], function: Function, project: Project) -> State | None:
    """A local variable is the function's own unless it stands for shared state or came from the caller."""
    if not steps:
        return None
    if any(a.arg == name.id for a in function.arguments):
        return None if is_route(function) else State(function.qualname, name.id, certain=False)
    source, home = origin(name, function.module, project)
    if source is name:
        return None
    root = source
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    if not isinstance(root, ast.Name) or home is not function.module or home.function(source) is None:
        return None
    if root.id in function.local_names and root.id != _self_name(_method_around(function)):
        return None
    return _shared(root, source, function, project)


def _steps(top: ast.expr, name: ast.Name) -> list[str]:
    """Attribute names from the root outwards; "" for a subscript. A called mutator is not part of it."""
    steps: list[str] = []
    while top is not name:
        steps.append(top.attr if isinstance(top, ast.Attribute) else "")
        top = top.value  # type: ignore[attr-defined]
    return steps[::-1]


def is_route(function: Function) -> bool:
    """Whether a decorator makes this a route handler, whose parameters belong to one request."""
    for decorator in function.node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in _ROUTES:
                return True
    return False


def callable_name(name: str, scope: ast.AST) -> bool:
    """Whether `name` is a function or class defined in this scope."""
    return any(
        isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and n.name == name
        for n in own_nodes(scope)
    )


def _functions_around(function: Function) -> Iterator[Function]:
    for parent in function.module.ancestors(function.node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            yield function.module.functions[parent]


def _method_around(function: Function) -> Function | None:
    """The method whose `self` this code sees."""
    return next((f for f in (function, *_functions_around(function)) if f.owner), None)


def _self_name(method: Function | None) -> str | None:
    if method is None or any(
        isinstance(d, ast.Name) and d.id == "staticmethod" for d in method.node.decorator_list
    ):
        return None
    arguments = [*method.node.args.posonlyargs, *method.node.args.args]
    return arguments[0].arg if arguments else None


def _home(name: str, function: Function) -> str:
    """Whose a `global` or `nonlocal` name is."""
    for outer in _functions_around(function):
        if name in outer.local_names:
            return outer.qualname
    return function.module.name
