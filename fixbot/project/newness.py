"""Is this object new: made by the function that holds it, so that no other task can have it too?"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fixbot.project.calls import simple_name
from fixbot.project.module import Function
from fixbot.project.overlay import dependency
from fixbot.project.state import CONSTRUCTORS, MUTATORS, is_route, self_name

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
_KEEPS_NOTHING = frozenset("builtins json logging copy math re statistics pprint".split())
"""Modules whose functions keep nothing of what they are given."""
_MAX_STEPS = 16


class Newness:
    """Answers for one project; errs on the side of no."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._returns: dict[Function, bool] = {}
        self._leaving: dict[tuple[Function, str], bool] = {}
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
        given = _given(call, callee)
        if given is None:
            return frozenset()
        a = callee.node.args
        names = [p.arg for p in (*a.posonlyargs, *a.args)]
        defaults = dict(zip(reversed(names), reversed(a.defaults), strict=False))
        defaults |= {k.arg: d for k, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d}

        def is_own(value: ast.expr) -> bool:
            if isinstance(value, ast.Name) and self._leaves(value.id, function):
                return False
            return (isinstance(value, ast.Name) and value.id in own) or self.is_new(value, function)

        found = {n for n, v in given.items() if is_own(v)}
        found |= {n for n, v in defaults.items() if n not in given and isinstance(v, ast.Constant)}
        return frozenset(found & {p.arg for p in callee.arguments})

    def _leaves(self, name: str, function: Function) -> bool:
        """Whether others may get at a variable's object while the function goes on. Errs on the side of yes."""
        key = (function, name)
        if key not in self._leaving:
            self._leaving[key] = False  # what a recursion does with it, it does here as well
            self._leaving[key] = _is_in_nested(name, function) or self.is_handed_out(name, function)
        return self._leaving[key]

    def is_handed_out(self, name: str, function: Function) -> bool:
        """Whether the function's own body stores a variable's object elsewhere, or hands it to what may keep it."""
        for node in function.nodes:
            match node:
                case ast.Assign(targets=targets, value=value) if _holds(value, name):
                    if any(
                        not isinstance(t, ast.Name) or self._is_kept(t.id, name, function) for t in targets
                    ):
                        return True
                case (
                    ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value)
                ) if _holds(value, name):
                    if not isinstance(target, ast.Name) or self._is_kept(target.id, name, function):
                        return True
                case ast.Yield(value=value) | ast.YieldFrom(value=value) if _holds(value, name):
                    return True
                case ast.Call():
                    arguments = [*node.args, *(k.value for k in node.keywords)]
                    if any(_is_given(a, name) for a in arguments) and self._may_keep(node, name, function):
                        return True
        return False

    def _is_kept(self, other: str, name: str, function: Function) -> bool:
        return other != name and (other in function.outer_names or self._leaves(other, function))

    def _may_keep(self, call: ast.Call, name: str, function: Function) -> bool:
        """Whether what is called may keep an argument, beyond the call."""
        effect = self._effects.of_call(call, function.module)
        if isinstance(call.func, ast.Attribute) and call.func.attr in MUTATORS:
            return True
        if effect.functions and effect.known and not effect.entries:
            for callee in effect.functions:
                given = _given(call, callee)
                if given is None or any(
                    _is_given(v, name) and self._leaves(p, callee) for p, v in given.items()
                ):
                    return True
                if set(call.args) - set(given.values()):
                    return True
                awaited = isinstance(function.module.parents[call], ast.Await)
                if callee.is_generator or (callee.is_async and not awaited):
                    return True
            return False
        targets = self._effects.project.targets(call.func, function.module)
        return not targets or any(t.module not in _KEEPS_NOTHING for t in targets)

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


def _given(call: ast.Call, callee: Function) -> dict[str, ast.expr] | None:
    """What a call passes for which parameter; None where that cannot be told."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return None
    a = callee.node.args
    names = [p.arg for p in (*a.posonlyargs, *a.args)]
    if self_name(callee) is not None:
        if not _is_bound(call, callee):
            return None
        names = names[1:]
    return dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}


def _is_bound(call: ast.Call, callee: Function) -> bool:
    """Whether the first parameter of a method is not among the arguments: it is called on an object, or makes one."""
    if callee.name in CONSTRUCTORS or not isinstance(call.func, ast.Attribute):
        return callee.name in CONSTRUCTORS
    if any(isinstance(d, ast.Name) and d.id == "classmethod" for d in callee.node.decorator_list):
        return True
    return not simple_name(call.func.value)[:1].isupper()


def _is_in_nested(name: str, function: Function) -> bool:
    """Whether a function or lambda inside uses the variable, whenever that runs."""
    return any(
        isinstance(n, ast.Name) and n.id == name
        for node in ast.walk(function.node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and node is not function.node
        for n in ast.walk(node)
    )


def _holds(value: ast.expr | None, name: str) -> bool:
    """Whether an expression may give the object that a variable is, or one that holds it."""
    match value:
        case None | ast.Attribute() | ast.Subscript() | ast.Compare() | ast.UnaryOp() | ast.BinOp():
            return False
        case ast.Constant() | ast.JoinedStr():
            return False
        case ast.Name(id=found):
            return found == name
    return any(_holds(part, name) for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr))


def _is_given(argument: ast.expr, name: str) -> bool:
    """Whether an argument is the variable, or a display with it."""
    match argument:
        case ast.Name(id=found):
            return found == name
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict() | ast.Starred():
            return _holds(argument, name)
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
