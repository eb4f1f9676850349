"""What may be evaluated earlier, or once more: expressions that only work something out, and containers.

Operators and attributes of the project's classes may run code; as readers do, we take that code to
have no effects, but look into properties. Everything errs on the side of no.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from enum import Enum

from fixbot.catalogue import Entry
from fixbot.project.effects import CallEffect
from fixbot.project.module import Function, Module
from fixbot.project.origin import origin
from fixbot.project.plain import holds_data, is_data_method
from fixbot.project.project import Project, Target
from fixbot.project.state import MUTATORS

_HARMLESS_BUILTINS = frozenset(
    "abs bool bytes callable chr dict float format frozenset getattr hasattr hash int isinstance issubclass len list "
    "max min ord range repr reversed round set sorted str sum tuple type zip enumerate any all".split()
)
_HARMLESS_MODULES = frozenset(
    "_blake2 _hashlib base64 binascii datetime decimal fractions hashlib json math ntpath operator posixpath re string textwrap "
    "unicodedata urllib.parse zlib".split()
)
"""Of the standard library: they work on what they are given, and nothing else."""
_CONSUMERS = frozenset(
    "dict list tuple set frozenset sorted sum min max any all zip enumerate reversed".split()
)
"""Built-in functions that iterate over what they are given, which uses up an iterator."""

_CONTAINERS = frozenset(
    """list tuple set frozenset dict str bytes range List Tuple Set FrozenSet Dict DefaultDict OrderedDict Counter Deque
    deque defaultdict Sequence MutableSequence Collection Mapping MutableMapping AbstractSet MutableSet KeysView
    ValuesView ItemsView QueryResultsList""".split()
)
_DISPLAYS = (
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Dict,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.Constant,
    ast.JoinedStr,
)
_MAKERS = frozenset("list tuple set frozenset dict sorted range".split())
_WALKS = frozenset("enumerate zip reversed".split())
"""Built-in functions that walk along a container and make nothing."""
_LISTING = frozenset(
    "keys values items split rsplit splitlines copy findall readlines union intersection".split()
)
"""Methods of the standard types that give a container or a view of one."""


# --- expressions ---------------------------------------------------------------------------------------


def does_more(expressions: Iterable[ast.expr], function: Function, project: Project) -> ast.expr | None:
    """The first part of these that may do more than work out a value; None if there is none."""
    for expression in expressions:
        for node in ast.walk(expression):
            match node:
                case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr():
                    return node
                case ast.Call() if not is_harmless(node, function, project):
                    return node
                case ast.Attribute() if not _is_plain_attribute(node, function.module, project):
                    return node
    return None


def is_harmless(call: ast.Call, function: Function, project: Project) -> bool:
    """Whether a call only works out a value of what it is given, each time anew."""
    match call.func:
        case ast.Attribute(attr=attr) if attr in MUTATORS:
            return False
        case ast.Name(id=name) if name in _CONSUMERS:
            if not all(is_container(a, function, project) for a in call.args):
                return False
    if is_data_method(call, function, project):
        return True
    module = function.module
    targets, effect = project.targets(call.func, module), project.effects.of_call(call, module)
    return (
        bool(targets)
        and all(_is_harmless_builtin(t) if t.stdlib else effect.known for t in targets)
        and all(map(_only_computes, effect.entries))
        and all(_is_quiet(f, project) for f in effect.functions)
    )


def _is_harmless_builtin(target: Target) -> bool:
    name, _, method = target.qualname.partition(".")
    if (target.module, name) == ("functools", "_lru_cache_wrapper"):
        return True  # the function that it keeps the result of is looked at as well
    if (target.module, name) == ("uuid", "UUID"):
        return True  # of what it is given, unlike `uuid4`
    return target.module in _HARMLESS_MODULES or (
        target.module == "builtins" and (bool(method) or name in _HARMLESS_BUILTINS)
    )


def _only_computes(entry: Entry) -> bool:
    return not (entry.blocks or entry.lazy or entry.writes or entry.is_async or entry.flags - {"pure"})


def _is_quiet(function: Function, project: Project) -> bool:
    """Whether a function of the project touches nothing outside itself, or did so once for all (a cached accessor)."""
    if function.is_async or function.is_generator:
        return False
    if project.effects.is_amortised(function):
        return True
    does = project.effects.summary(function)
    reads = {resource.service for resource in does.reads} - {
        "auth"
    }  # `firestore.client()` keeps what it made
    return not (
        does.blocks or reads or does.writes or does.sets or does.unknown or does.flags - {"pure", "shared"}
    )


def _is_plain_attribute(node: ast.Attribute, module: Module, project: Project) -> bool:
    """Whether reading it runs no code of the project but a quiet property."""
    if isinstance(module.parents[node], ast.Call) and module.parents[node].func is node:  # type: ignore[attr-defined]
        return True
    return all(t.function is None or _is_quiet(t.function, project) for t in project.targets(node, module))


# --- what is gone through ----------------------------------------------------------------------------------


class Again(Enum):
    """What it takes to go through an iterable a second time."""

    AS_IT_IS = "write it again"
    NAMED = "give it a name first"
    LISTED = "make a list of it, which changes nothing"
    COLLECTED = "collect into a list what may come one by one, or only once"


def again(iterable: ast.expr, function: Function, project: Project) -> Again:
    match iterable:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _WALKS and _is_builtin(
            iterable, function
        ):
            if all(is_container(a, function, project) for a in arguments):
                return Again.AS_IT_IS if all(map(_is_short, arguments)) else Again.LISTED
            return Again.COLLECTED
    if not is_container(iterable, function, project):
        return Again.COLLECTED
    return (
        Again.AS_IT_IS
        if _is_short(iterable) and does_more([iterable], function, project) is None
        else Again.NAMED
    )


def _is_short(iterable: ast.expr) -> bool:
    """Whether writing it twice is cheap to run and to read."""
    match iterable:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute(value=value):
            return _is_short(value)
        case ast.Subscript(value=value, slice=ast.Constant() | ast.Name() | ast.Slice()):
            return _is_short(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return len(parts) < 4 and all(isinstance(part, ast.Constant | ast.Name) for part in parts)
        case ast.Call(
            func=ast.Attribute(value=value, attr="items" | "keys" | "values"), args=[], keywords=[]
        ):
            return _is_short(value)
        case ast.Call(func=ast.Name(id="set" | "sorted" | "list" | "range"), args=arguments, keywords=[]):
            return all(map(_is_short, arguments))
    return False


def is_container(node: ast.expr, function: Function, project: Project, steps: int = 8) -> bool:
    """Whether this surely is a list, a dict or the like, which gives the same items again."""

    def container(other: ast.expr) -> bool:
        return is_container(other, function, project, steps - 1)

    match node:
        case _ if steps < 0:
            return False
        case _ if isinstance(node, _DISPLAYS):
            return True
        case ast.Subscript(value=value, slice=ast.Slice()) | ast.Starred(value=value):
            return container(value)
        case ast.Subscript(value=value) | ast.Call(func=ast.Attribute(value=value, attr="get")) if holds_data(
            value, function, project
        ):
            return True
        case ast.BoolOp(values=values):
            return all(map(container, values))
        case ast.IfExp(body=then, orelse=otherwise):
            return container(then) and container(otherwise)
        case ast.BinOp(left=left, op=ast.Add() | ast.BitOr() | ast.Sub() | ast.BitAnd()):
            return container(left)
        case ast.Await(value=ast.Call() as call) | (ast.Call() as call):
            return _gives_container(call, function, project, steps)
        case ast.Name(id=name):
            return _is_container_name(name, node, function, project, steps)
        case ast.Attribute():
            return _is_container_attribute(node, function, project, steps)
    return False


def _gives_container(call: ast.Call, function: Function, project: Project, steps: int) -> bool:
    match call.func:
        case ast.Name(id=name) if name in _MAKERS and _is_builtin(call, function):
            return True
        case ast.Attribute(value=value, attr=attr) if attr in _LISTING:
            targets = project.targets(call.func, function.module)
            return (
                all(t.stdlib for t in targets)
                if targets
                else is_container(value, function, project, steps - 1)
            )
    return _returns_container(project.effects.of_call(call, function.module), project)


def _returns_container(effect: CallEffect, project: Project) -> bool:
    """Whether all that a call may run is declared to return a container."""
    declared = [f.node.returns for f in effect.functions if not f.is_generator]
    if len(declared) < len(effect.functions):
        return False
    known = [entry.returns in _CONTAINERS for entry in effect.entries]
    return bool(declared or known) and all(map(is_container_type, declared)) and all(known)


def _is_builtin(call: ast.Call, function: Function) -> bool:
    return isinstance(call.func, ast.Name) and function.module.dotted(call.func) == call.func.id


def _is_container_name(name: str, node: ast.Name, function: Function, project: Project, steps: int) -> bool:
    if name in function.local_names:
        return _is_container_local(name, function, project, steps) or holds_data(node, function, project)
    for parent in function.module.ancestors(function.node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            outer = function.module.functions[parent]
            if name in outer.local_names:
                return _is_container_local(name, outer, project, steps)
    value, home = origin(node, function.module, project)
    return (
        value is not node
        and isinstance(value, ast.List | ast.Tuple | ast.Set | ast.Dict)
        and home.function(value) is None
    )


def _is_container_local(name: str, function: Function, project: Project, steps: int) -> bool:
    """A parameter that is declared so and never rebound, or a variable that only ever holds containers."""
    values: list[ast.expr] = []
    count = 0
    for node in function.nodes:
        match node:
            case ast.Name(id=found, ctx=ast.Store() | ast.Del()) if found == name:
                count += 1
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                values.append(value)
            case ast.AnnAssign(target=ast.Name(id=found), value=None) if found == name:
                count -= 1
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                values.append(value)
            case ast.AugAssign(target=ast.Name(id=found)) if found == name:
                count -= 1
    declared = [a.annotation for a in function.arguments if a.arg == name]
    if count != len(values) or not (values or declared):
        return False
    given = [value for value in values if not _is_part_of(name, value)]
    if not (given or declared):
        return False
    return all(map(is_container_type, declared)) and all(
        is_container(v, function, project, steps - 1) for v in given
    )


def _is_part_of(name: str, value: ast.expr) -> bool:
    """`games[:limit]`: of the same kind as `games` was."""
    match value:
        case ast.Subscript(value=ast.Name(id=whole), slice=ast.Slice()):
            return whole == name
    return False


def _is_container_attribute(node: ast.Attribute, function: Function, project: Project, steps: int) -> bool:
    """A field that its class declares as a container, or an attribute that only ever holds one."""
    fields = [
        field.annotation
        for path, line in project.declared_at(node, function.module)
        for field in ast.walk(project.modules[path].tree)
        if isinstance(field, ast.AnnAssign) and field.lineno == line
    ]
    if fields:
        return all(map(is_container_type, fields))
    value, home = origin(node, function.module, project)
    here = home.function(value) if value is not node else None
    return here is not None and is_container(value, here, project, steps - 1)


def is_container_type(annotation: ast.expr | None) -> bool:
    """Whether an annotation names a container, or None beside one."""
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _CONTAINERS
        case ast.Subscript(
            value=ast.Name(id="Annotated" | "Optional") | ast.Attribute(attr="Annotated" | "Optional"),
            slice=inner,
        ):
            return is_container_type(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        case ast.Subscript(
            value=ast.Name(id="Union") | ast.Attribute(attr="Union"), slice=ast.Tuple(elts=parts)
        ):
            return _all_containers(parts)
        case ast.Subscript(value=value):
            return is_container_type(value)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _all_containers([left, right])
        case ast.Constant(value=str(text)):
            try:
                return is_container_type(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return False
    return False


def _all_containers(parts: list[ast.expr]) -> bool:
    left = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is None)]
    return bool(left) and all(map(is_container_type, left))
