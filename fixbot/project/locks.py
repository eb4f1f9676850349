"""Which expressions are locks: for threads, by their name or by how they were made; for tasks, by proof alone."""

from __future__ import annotations

import ast
import re

from fixbot.project.calls import simple_name
from fixbot.project.module import Function, Module
from fixbot.project.origin import origin
from fixbot.project.project import Project

_ASYNC_LOCKS = frozenset({"asyncio.Lock", "asyncio.Condition", "anyio.Lock"})
_OTHER_MANAGERS = frozenset({"asyncio.Semaphore", "asyncio.BoundedSemaphore", "contextlib.nullcontext"})
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
