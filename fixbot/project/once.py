"""What happens once in the life of the process: cached factories, and what is built at its first use and kept."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fixbot.catalogue import Entry
from fixbot.project.flow import block_of, may_follow
from fixbot.project.module import Function
from fixbot.project.overlay import is_cached
from fixbot.project.state import CONSTRUCTORS, MUTATORS, State, derived_names, uses

if TYPE_CHECKING:
    from fixbot.project.effects import Effects

_TAKES_DOWN = (
    "close",
    "shutdown",
    "stop",
    "disconnect",
    "dispose",
    "teardown",
    "cleanup",
    "reset",
    "exit",
    "clear",
)
"""Functions so named may set it back to None: at the end, or between tests."""


class Once:
    """Answers for one project."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._guards: dict[Function, dict[ast.AST, ast.AST]] = {}
        self._filled: dict[State, bool] = {}
        self._built: dict[Function, list[tuple[State, ast.expr]]] = {}

    def guards(self, function: Function) -> dict[ast.AST, ast.AST]:
        """Nodes of a function that are evaluated once, with the statement that sees to it."""
        if function not in self._guards:
            self._guards[function] = {}
            self._built[function] = []
            if any(isinstance(node, ast.If) for node in function.nodes):
                self._find(function)
        return self._guards[function]

    def is_amortised(self, function: Function) -> bool:
        """Whether it works at most once in the life of the process: a factory that functools caches."""
        return is_cached(function.module, function.node) and not function.arguments

    def builds(self, function: Function) -> Iterator[str]:
        """What it makes at its first use and keeps, apart from what may as well be made twice."""
        self.guards(function)
        for state, value in self._built[function]:
            if not self._may_be_made_twice(value, function):
                yield str(state)
        if self.is_amortised(function):
            values = [n.value for n in function.nodes if isinstance(n, ast.Return) and n.value]
            if not all(self._may_be_made_twice(value, function) for value in values):
                yield f"{function.label}()"

    # --- caches --------------------------------------------------------------------------------------

    def is_filled(self, state: State) -> bool:
        """Whether all that ever changes it is to fill in what is missing, with something new."""
        if state not in self._filled:
            changes = list(self._effects.states.changes(state)) if state.certain else []
            self._filled[state] = bool(changes) and all(
                access.kind == "set"
                and self._fills(access.node, state, function)
                and not self._looks_below(state, function)
                for function, access in changes
            )
        return self._filled[state]

    def _fills(self, target: ast.AST, state: State, function: Function) -> bool:
        """Whether an assignment fills in what was looked up and not found, with something that is not made of it."""
        match function.module.parents[target]:
            case (
                ast.Assign(targets=[_], value=ast.expr() as value) | ast.AnnAssign(value=ast.expr() as value)
            ):
                pass
            case _:
                return False
        match target:
            case ast.Subscript(value=ast.Name() | ast.Attribute() as kept, slice=key) if _looks_up(
                kept, key, function
            ):
                parts = [key, _last_given(value, function)]
            case ast.Name() | ast.Attribute() if _is_guarded(target, function):
                parts = [_last_given(value, function)]
            case _:
                return False
        states = self._effects.states
        starts = {
            access.node
            for access in states.accesses(function)
            if access.node is not target and states.overlap(access.state, state, whole=True)
        }
        names = derived_names(function, starts)
        return not isinstance(parts[-1], ast.Constant) and not any(
            uses(part, starts, names) for part in parts
        )

    def _looks_below(self, state: State, function: Function) -> bool:
        """Whether something that the function calls looks at the state, too."""
        for event in self._effects.events(function):
            if isinstance(event.what, Function):
                does = self._effects.summary(event.what)
                if any(self._effects.states.overlap(s, state, whole=True) for s in does.gets | does.looks):
                    return True
        return False

    # --- `if _client is None: _client = …` -----------------------------------------------------------

    def _find(self, function: Function) -> None:
        tests = list(_tests(function))
        if not tests:
            return
        stores = {
            access.node: access.state
            for access in self._effects.states.accesses(function)
            if access.kind == "set"
        }
        for guard, parts, tested in tests:
            for node in (n for part in parts for n in ast.walk(part)):
                match node:
                    case (
                        ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value)
                    ):
                        if target in stores and value is not None and ast.unparse(target) == tested:
                            self._keep(function, guard, parts, stores[target], value)

    def _keep(
        self, function: Function, guard: ast.If, parts: list[ast.stmt], state: State, value: ast.expr
    ) -> None:
        if self._is_set_back(state, function):
            return
        self._built[function].append((state, value))
        for part in (guard.test, *parts):
            for node in ast.walk(part):
                self._guards[function].setdefault(node, guard)

    def _is_set_back(self, state: State, function: Function) -> bool:
        """Whether other code changes it, so that it is built again and again."""
        return any(
            changer is not function and not any(word in changer.name.lower() for word in _TAKES_DOWN)
            for changer, _ in self._effects.states.changes(state)
        )

    # --- what is built -------------------------------------------------------------------------------

    def _may_be_made_twice(self, value: ast.expr, function: Function) -> bool:
        """Whether it makes no difference if two threads make one each, and one is thrown away.

        So it is for the clients that the catalogue knows to be safe in threads, and for services of
        the project that keep nothing but what their constructor gives them.
        """
        effects, module = self._effects, function.module
        if not isinstance(value, ast.Call):
            return False  # a constant says that the rest was done, whatever that is
        effect = effects.of_call(value, module)
        if not effect.known:
            return False
        return (
            bool(effect.entries or effect.functions)
            and all(map(self._is_alike, effect.entries))
            and all(map(self._makes_the_same, effect.functions))
        )

    def _is_alike(self, entry: Entry) -> bool:
        """Whether two of what a library makes are as good as one: a client for all threads, a builder of requests."""
        catalogue, constructs = self._effects.project.catalogue, entry.qualname.endswith("__init__")
        made = catalogue.owner(entry) if constructs else catalogue.made_by(entry)
        flags = (made or entry).flags | entry.flags
        if flags & {"not_thread_safe", "loop_bound", "thread_affine"}:
            return False
        built = (
            "pure" in entry.flags
            and not constructs
            and entry.module.partition(".")[0] not in sys.stdlib_module_names
        )
        return "shared" in flags or built

    def _makes_the_same(self, function: Function) -> bool:
        if function.name not in CONSTRUCTORS:
            values = [n.value for n in function.nodes if isinstance(n, ast.Return) and n.value]
            return self.is_amortised(function) or all(
                isinstance(v, ast.Call) and self._may_be_made_twice(v, function) for v in values
            )
        does = self._effects.summary(function, own=True)
        if does.unknown or does.sets or does.writes or does.flags or does.builds or function.owner is None:
            return False
        methods = (
            m for m in function.module.functions.values() if m.owner is function.owner and m is not function
        )
        return not any(
            access.kind in ("set", "update") or access.method in MUTATORS
            for method in methods
            for access in self._effects.states.accesses(method)
            if access.state.attribute and access.state.owner
        )


def _tests(function: Function) -> Iterator[tuple[ast.If, list[ast.stmt], str]]:
    """Tests for something that is not there yet: the `if`, the statements that then run, and what is tested."""
    for node in function.nodes:
        if isinstance(node, ast.If):
            if missing := _missing(node.test):
                yield node, node.body, missing
    body = function.node.body
    for index, statement in enumerate(body):
        match statement:
            case ast.If(body=[ast.Return(value=value)], orelse=[]) if present := _present(statement.test):
                if value is None or isinstance(value, ast.Constant) or ast.unparse(value) == present:
                    yield statement, body[index + 1 :], present


def _is_guarded(target: ast.expr, function: Function) -> bool:
    """Whether it is only assigned where it was tested, and is not there yet."""
    text = ast.unparse(target)
    return any(
        tested == text and any(target in set(ast.walk(part)) for part in parts)
        for _, parts, tested in _tests(function)
    )


def _looks_up(kept: ast.expr, key: ast.expr, function: Function) -> bool:
    """Whether the function looks for the same key in the same container first."""
    container, wanted = ast.unparse(kept), ast.unparse(key)
    for node in function.nodes:
        match node:
            case ast.Compare(left=asked, ops=[ast.In() | ast.NotIn()], comparators=[where]):
                pass
            case ast.Call(func=ast.Attribute(value=where, attr="get"), args=[asked, *_]):
                pass
            case ast.Subscript(value=where, slice=asked, ctx=ast.Load()):
                pass
            case _:
                continue
        if ast.unparse(where) == container and ast.unparse(asked) == wanted:
            if may_follow(node, key, function.module):
                return True
    return False


def _last_given(value: ast.expr, function: Function) -> ast.expr:
    """What a name was given last in the same block, where that is plain to see; else the expression itself."""
    module = function.module
    statement = module.statement(value)
    block = block_of(statement, module)
    if not isinstance(value, ast.Name) or block is None:
        return value
    for before in reversed(block[: block.index(statement)]):
        match before:
            case ast.Assign(targets=[ast.Name(id=name)], value=given) if name == value.id:
                return given
        if any(
            isinstance(n, ast.Name) and n.id == value.id and isinstance(n.ctx, ast.Store)
            for n in ast.walk(before)
        ):
            break
    return value


def _missing(test: ast.expr) -> str:
    """What `test` finds missing: `x` of `x is None`, `not x`, `not hasattr(…)`; "" if it is no such test."""
    match test:
        case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            return ast.unparse(left)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Attribute() as operand):
            return ast.unparse(operand)
        case ast.UnaryOp(
            op=ast.Not(),
            operand=ast.Call(func=ast.Name(id="hasattr"), args=[value, ast.Constant(value=str(name))]),
        ):
            return f"{ast.unparse(value)}.{name}"
        case ast.Compare(left=ast.Constant() as key, ops=[ast.NotIn()], comparators=[container]):
            return f"{ast.unparse(container)}[{key.value!r}]"
    return ""


def _present(test: ast.expr) -> str:
    """What `test` finds there: `x` of `x is not None`, or of `x`."""
    match test:
        case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
            return ast.unparse(left)
        case ast.Name() | ast.Attribute():
            return ast.unparse(test)
    return ""
