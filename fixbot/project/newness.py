"""Is this object new: made by the function that holds it, so that no other task can have it too?"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fixbot.project.calls import simple_name
from fixbot.project.module import Function
from fixbot.project.overlay import dependency
from fixbot.project.state import CONSTRUCTORS, is_route, self_name

if TYPE_CHECKING:
    from fixbot.project.effects import Effects

_OWN_TYPES = frozenset(
    "str int float bool bytes None Path UUID datetime date Decimal Request WebSocket HTTPConnection Response "
    "BackgroundTasks UploadFile HTTPAuthorizationCredentials".split()
)
"""Annotations of arguments that are immutable, or belong to one request."""
_HAND_OUT = frozenset(
    "get setdefault pop popitem popleft next getattr min max vars reduce __getitem__ attrgetter itemgetter get_nowait".split()
)
"""Functions of the standard library that give what is in their arguments, instead of something new."""
STARTS_TASKS = frozenset(
    {"create_task", "ensure_future", "gather", "run_coroutine_threadsafe", "shield", "start_soon"}
)
_MAX_STEPS = 16


class Newness:
    """Answers for one project; errs on the side of no."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._returns: dict[Function, bool] = {}
        self._names: dict[tuple[Function, str], bool] = {}

    def is_new(self, expression: ast.expr, function: Function, steps: int = 0) -> bool:
        """Whether evaluating `expression` gives an object that nobody else has (or that cannot change)."""
        if steps > _MAX_STEPS:
            return False

        def new(*parts: ast.expr) -> bool:
            return all(self.is_new(part, function, steps + 1) for part in parts)

        match expression:
            case ast.Name(id=name):
                return self._is_new_name(name, function, steps)
            case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.NamedExpr(value=value):
                return new(value)
            case ast.Await(value=value) | ast.Starred(value=value):
                return new(value)
            case ast.BoolOp(values=values):
                return new(*values)
            case ast.IfExp(body=body, orelse=orelse):
                return new(body, orelse)
            case ast.Call():
                return self._makes_new(expression, function, steps)
            case ast.Yield():
                return False
        return True

    def given_new(
        self, call: ast.Call, callee: Function, function: Function, own: frozenset[str]
    ) -> frozenset[str]:
        """Parameters of `callee` for which this call, in `function`, hands in something that nobody else has.

        `own`: parameters of `function` of which that is known. Errs on the side of none.
        """
        if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
            return frozenset()
        a = callee.node.args
        names = [p.arg for p in (*a.posonlyargs, *a.args)]
        if self_name(callee) is not None:
            if not _is_bound(call, callee):
                return frozenset()
            names = names[1:]
        given = dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
        defaults = dict(zip(reversed(names), reversed(a.defaults), strict=False))
        defaults |= {k.arg: d for k, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d}

        def is_own(value: ast.expr) -> bool:
            if isinstance(value, ast.Name) and _leaves(value.id, function):
                return False
            return (isinstance(value, ast.Name) and value.id in own) or self.is_new(value, function)

        found = {n for n, v in given.items() if is_own(v)}
        found |= {n for n, v in defaults.items() if n not in given and isinstance(v, ast.Constant)}
        return frozenset(found & {p.arg for p in callee.arguments})

    def returns_new(self, function: Function) -> bool:
        """Whether everything that a function of the project returns is new."""
        if function not in self._returns:
            self._returns[function] = False  # what it returns of itself, in a recursion, proves nothing
            values = [n.value for n in function.nodes if isinstance(n, ast.Return) and n.value is not None]
            self._returns[function] = (
                not function.is_generator
                and not self._effects.is_amortised(function)
                and all(self.is_new(value, function) for value in values)
            )
        return self._returns[function]

    def _makes_new(self, call: ast.Call, function: Function, steps: int) -> bool:
        module = function.module
        targets = self._effects.project.targets(call.func, module)
        arguments = [*call.args, *(k.value for k in call.keywords)]
        receiver = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        if not targets:
            return self._makes_new_by_name(call, function, steps)
        for target in targets:
            if target.owner or target.entry:
                continue
            if target.function:
                if not self.returns_new(target.function):
                    return False
            elif target.qualname.rpartition(".")[2] in _HAND_OUT:
                if not all(self.is_new(part, function, steps + 1) for part in (*receiver, *arguments)):
                    return False
        return True

    def _makes_new_by_name(self, call: ast.Call, function: Function, steps: int) -> bool:
        """What is not known: a class by its name, a function of a library, or a method of something new."""
        module = function.module
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name[:1].isupper() or name == "cls":
                return True
            case ast.Name(id=name):
                return name in module.any_imports
            case ast.Attribute(value=value):
                root: ast.expr = value
                while isinstance(root, ast.Attribute):
                    root = root.value
                if isinstance(root, ast.Name) and root.id in module.any_imports:
                    return not self._effects.project.is_own_name(
                        module.any_imports[root.id].partition(".")[0]
                    )
                return self.is_new(value, function, steps + 1)
        return False

    def _is_new_name(self, name: str, function: Function, steps: int) -> bool:
        key = (function, name)
        if name in function.outer_names:
            return False
        if key not in self._names:
            self._names[key] = True  # `x = x.strip()` is as new as what `x` was before
            values = self._effects.states.sources(function).get(name)
            self._names[key] = values is not None and all(
                self._is_own_argument(name, function)
                if value is None
                else self.is_new(value, function, steps + 1)
                for value in values
            )
        return self._names[key]

    def _is_own_argument(self, name: str, function: Function) -> bool:
        """Whether an argument belongs to one request, or cannot change."""
        argument = next((a for a in function.arguments if a.arg == name), None)
        if argument is None:
            return False
        if _is_own_type(argument.annotation):
            return True
        return is_route(function) and not _is_dependency(argument, function)


def _is_bound(call: ast.Call, callee: Function) -> bool:
    """Whether the first parameter of a method is not among the arguments: it is called on an object, or makes one."""
    if callee.name in CONSTRUCTORS or not isinstance(call.func, ast.Attribute):
        return callee.name in CONSTRUCTORS
    return not simple_name(call.func.value)[:1].isupper()


def _leaves(name: str, function: Function) -> bool:
    """Whether others may get at a variable: nested functions, and tasks that are started with it."""
    for node in ast.walk(function.node):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() if node is not function.node:
                inside: list[ast.AST] = [node]
            case ast.Call(func=func) if simple_name(func) in STARTS_TASKS:
                inside = [*node.args, *node.keywords]
            case _:
                continue
        if any(isinstance(n, ast.Name) and n.id == name for part in inside for n in ast.walk(part)):
            return True
    return False


def _is_own_type(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _OWN_TYPES
        case ast.Constant(value=value):
            return str(value) in _OWN_TYPES
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _is_own_type(inner)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _is_own_type(left) and _is_own_type(right)
    return False


def _is_dependency(argument: ast.arg, function: Function) -> bool:
    """Whether FastAPI's `Depends` fills it, in the default value or in `Annotated`."""
    a = function.node.args
    positional = [*a.posonlyargs, *a.args]
    defaults = dict(zip(reversed([p.arg for p in positional]), reversed(a.defaults), strict=False))
    defaults |= {k.arg: d for k, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d}
    return dependency(function.module, defaults.get(argument.arg)) is not None or (
        argument.annotation is not None
        and any(
            isinstance(n, ast.Name) and n.id in ("Depends", "Security") for n in ast.walk(argument.annotation)
        )
    )
