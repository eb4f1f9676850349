"""Which expressions are locks: for threads, by their name or by how they were made; for tasks, by proof alone.

And which state a lock for threads guards, so that no two threads ever use it at once.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from fixbot.project.calls import simple_name
from fixbot.project.module import Function, Module
from fixbot.project.origin import attribute_values, origin, self_name
from fixbot.project.project import Project
from fixbot.project.state import CONSTRUCTORS, State

if TYPE_CHECKING:
    from fixbot.project.effects import Effects

_ASYNC_LOCKS = frozenset({"asyncio.Lock", "asyncio.Condition", "anyio.Lock"})
_THREAD_LOCKS = frozenset({"threading.Lock", "threading.RLock"})
_OTHER_MANAGERS = frozenset({"asyncio.Semaphore", "asyncio.BoundedSemaphore", "contextlib.nullcontext"})
_CONTAINERS = frozenset("dict list set deque defaultdict OrderedDict Counter".split())
_WORDS = frozenset("lock rlock mutex semaphore sem condition cond locks rwlock filelock guard".split())
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_async_lock(expression: ast.expr, function: Function, project: Project) -> bool:
    """Whether `async with expression` keeps all other tasks out: one `asyncio.Lock` that they share. Errs on the side of no."""
    made, home = origin(expression, function.module, project)
    if isinstance(made, ast.Call):
        shared = home is not function.module or home.function(made) is not function
        return shared and home.dotted(made.func) in _ASYNC_LOCKS
    return isinstance(expression, ast.Attribute) and _is_declared_lock(expression, function.module)


def may_be_thread_lock(expression: ast.expr, module: Module, project: Project) -> bool:
    """Whether holding it keeps other threads out; by its name where nothing else tells. Errs on the side of yes."""
    made, home = origin(expression, module, project)
    callee = made.func if isinstance(made, ast.Call) else made
    dotted = home.dotted(callee)
    if dotted.startswith(("threading.", "multiprocessing.")):
        return True
    if dotted in _OTHER_MANAGERS:
        return False
    return any(
        _sounds_like_lock(simple_name(e.func if isinstance(e, ast.Call) else e)) for e in (expression, made)
    )


def _sounds_like_lock(name: str) -> bool:
    """`_cache_lock`, `FileLock`, `lock_for`; not `clock` or `block`."""
    return any(part.lower() in _WORDS for part in _PART.findall(name))


def _is_declared_lock(attribute: ast.Attribute, module: Module) -> bool:
    """Whether the class around says so: `_lock: asyncio.Lock`."""
    for parent in module.ancestors(attribute):
        if isinstance(parent, ast.ClassDef):
            return any(
                isinstance(node, ast.AnnAssign)
                and simple_name(node.target) == attribute.attr
                and module.dotted(node.annotation) in _ASYNC_LOCKS
                for node in ast.walk(parent)
            )
    return False


Lock = ast.Call | tuple[ast.ClassDef, str]
"""One lock for all, by the call that makes it; or one for each object of a class, by the attribute that holds it."""


class Guards:
    """Answers for one project; errs on the side of no."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._guarded: dict[State, bool] = {}
        self._called: dict[tuple[Function, Lock], bool] = {}

    def is_guarded(self, state: State) -> bool:
        """Whether one lock for threads is held wherever the project uses this state."""
        if state not in self._guarded:
            self._guarded[state] = state.certain and self._is_guarded(state)
        return self._guarded[state]

    def _is_guarded(self, state: State) -> bool:
        locks: set[Lock] | None = None
        for function, access in self._effects.states.everywhere(state):
            held = {lock for lock in self._locks_of(function) if self._is_held(lock, access.node, function)}
            locks = held if locks is None else locks & held
            if not locks:
                return False
        return any(isinstance(lock, ast.Call) or _is_made_with(lock, state) for lock in locks or ())

    def _locks_of(self, function: Function) -> set[Lock]:
        """Locks that may be held in a function: its own, those of its class and module."""
        found = set[Lock]()
        for inner in function.module.functions.values():
            if inner is function or inner.owner is function.owner or inner.owner is None:
                for node in inner.nodes:
                    if isinstance(node, ast.withitem) and (lock := self._lock(node.context_expr, inner)):
                        found.add(lock)
        return found

    def _is_held(self, lock: Lock, node: ast.AST, function: Function) -> bool:
        """Whether a lock is held at a node: by a `with` around it, or around every call of the function."""
        return self._is_held_around(lock, node, function) or self._is_called_with(lock, function)

    def _is_held_around(self, lock: Lock, node: ast.AST, function: Function) -> bool:
        below = node
        for parent in function.module.ancestors(node):
            match parent:
                case ast.With(items=items, body=body) if below in body:
                    if any(self._takes(i.context_expr, lock, function) for i in items):
                        return True
                case ast.Lambda() | ast.GeneratorExp() | ast.FunctionDef() | ast.AsyncFunctionDef():
                    return False
            below = parent
        return False

    def _takes(self, manager: ast.expr, lock: Lock, function: Function) -> bool:
        """Whether `with manager:` holds the lock: it is the lock, or a method of the same object that yields with it held."""
        if self._lock(manager, function) == lock:
            return True
        if not isinstance(manager, ast.Call) or not _is_own(manager.func, function):
            return False
        managers = self._effects.of_name(manager.func, function.module).functions
        return bool(managers) and all(
            m.owner is function.owner and m.yields and all(self._is_held_around(lock, y, m) for y in m.yields)
            for m in managers
        )

    def _is_called_with(self, lock: Lock, function: Function) -> bool:
        """Whether every call of a method is made with the lock held, or while the object is being made."""
        key = (function, lock)
        if key not in self._called:
            self._called[key] = False  # a recursion proves nothing
            uses = self._effects.all_uses(function)
            self._called[key] = bool(uses) and all(
                use.is_call
                and _is_own(use.name, use.function)
                and use.function.owner is function.owner
                and (use.function.name in CONSTRUCTORS or self._is_held(lock, use.call, use.function))
                for use in uses
            )
        return self._called[key]

    def _lock(self, expression: ast.expr, function: Function) -> Lock | None:
        """The lock that an expression is; None for anything that may be made anew."""
        module = function.module
        if isinstance(expression, ast.Attribute):
            if function.owner is None or not _is_own(expression, function):
                return None
            values = list(attribute_values(function.owner, expression.attr))
            return (
                (function.owner, expression.attr)
                if values
                and all(
                    isinstance(v, ast.Call)
                    and module.dotted(v.func) in _THREAD_LOCKS
                    and _is_constructing(v, module)
                    for v in values
                )
                else None
            )
        made, home = origin(expression, module, self._effects.project)
        if isinstance(made, ast.Call) and home.dotted(made.func) in _THREAD_LOCKS:
            return made if home.function(made) is None else None
        return None


def _is_own(expression: ast.expr, function: Function) -> bool:
    """Whether it is an attribute of the method's own object."""
    match expression:
        case ast.Attribute(value=ast.Name(id=name)):
            return function.owner is not None and name == self_name(function)
    return False


def _is_constructing(node: ast.AST, module: Module) -> bool:
    around = module.function(node)
    return around is not None and around.name in CONSTRUCTORS


def _is_made_with(lock: Lock, state: State) -> bool:
    """Whether each object has both the lock and the state for itself, and nobody else had that before."""
    if isinstance(lock, ast.Call) or not state.attribute or state.owner != lock[0].name:
        return False
    for method in lock[0].body:
        if isinstance(method, ast.FunctionDef) and method.name in CONSTRUCTORS:
            for node in ast.walk(method):
                match node:
                    case ast.Assign(targets=[ast.Attribute(attr=attr)], value=value) if attr == state.path[0]:
                        return _is_fresh(value)
                    case ast.AnnAssign(target=ast.Attribute(attr=attr), value=ast.expr() as value):
                        if attr == state.path[0]:
                            return _is_fresh(value)
    return False


def _is_fresh(value: ast.expr) -> bool:
    """A literal, or an empty container of the standard library."""
    match value:
        case ast.Constant() | ast.Dict(keys=[]) | ast.List(elts=[]) | ast.Tuple(elts=[]):
            return True
        case ast.Call(func=func):
            return simple_name(func) in _CONTAINERS
    return False
