"""Is this value plain data: something that came out of JSON, a document, a literal or a container of such?

The type checker knows `dict[str, Any]`, not what is inside. Calling `.get()` or `.lower()` on plain
data is no mystery, though, and must not count as an unknown call. A list is plain data whatever it
holds; what is taken out of it is only if it was put in as such.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import datetime

from fixbot.project.module import Function
from fixbot.project.project import Project, Target

DATA_METHODS = frozenset(
    name
    for kind in (dict, list, set, frozenset, tuple, str, bytes, int, float, datetime)
    for name in dir(kind)
    if name[0] != "_"
)
_TAKES_OUT = frozenset("get pop popitem setdefault".split())
"""Methods that hand out what a container holds."""
_PUTS_IN = frozenset("add append appendleft extend insert setdefault update".split())
_DATA_TYPES = frozenset(
    "dict Dict list List set Set frozenset FrozenSet tuple Tuple str bytes int float bool Mapping MutableMapping "
    "Sequence MutableSequence Iterable Collection".split()
)
_DATA_WORDS = _DATA_TYPES - {"Iterable"} | frozenset(
    "Any None Optional Union datetime date typing builtins".split()
)
_DATA_MAKERS = frozenset("str bytes int float bool len sum abs round repr hash ord chr format range".split())
_CONTAINER_MAKERS = frozenset("list dict set frozenset tuple sorted reversed enumerate zip".split())
_MAX_STEPS = 16


def is_data_method(call: ast.Call, function: Function, project: Project) -> bool:
    """Whether this is a method of a standard container or string, called on plain data."""
    match call.func:
        case ast.Attribute(value=value, attr=attr) if attr in DATA_METHODS:
            return is_plain_data(value, function, project)
    return False


def is_plain_data(node: ast.expr, function: Function, project: Project, steps: int = 0) -> bool:
    """Whether this is a value of a standard type; what it holds is another question. Errs on the side of no."""
    match node:
        case _ if steps > _MAX_STEPS:
            return False
        case ast.Constant() | ast.Dict() | ast.List() | ast.Set() | ast.Tuple() | ast.JoinedStr():
            return True
        case ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.BoolOp(values=values):
            return all(is_plain_data(value, function, project, steps + 1) for value in values)
        case ast.IfExp(body=body, orelse=orelse):
            return all(is_plain_data(value, function, project, steps + 1) for value in (body, orelse))
        case ast.Name(id=name):
            declared = [a.annotation for a in function.arguments if a.arg == name]
            bound, certain = _values_of(name, function)
            assigned = [v for v in bound if isinstance(v, ast.expr)]
            if certain and (declared or assigned) and len(assigned) == len(bound):
                plain = all(is_plain_data(v, function, project, steps + 1) for v in assigned)
                return plain and all(map(_is_data_annotation, declared))
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in DATA_METHODS - _TAKES_OUT:
            if is_plain_data(value, function, project, steps + 1):
                return True
        case ast.Call(func=ast.Name(id=name) as func) if name in _CONTAINER_MAKERS:
            return _is_builtin(func, function)
    return holds_data(node, function, project)


def holds_data(
    node: ast.expr, function: Function, project: Project, seen: frozenset[tuple[str, object]] = frozenset()
) -> bool:
    """Whether this, and whatever can be taken out of it, is plain data. Errs on the side of no.

    `seen` are the names asked about already: what comes from itself adds nothing new.
    """

    def data(*others: ast.expr) -> bool:
        return all(holds_data(other, function, project, seen) for other in others)

    match node:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
            return data(*parts)
        case ast.BoolOp(values=parts):
            return data(*parts)
        case ast.IfExp(body=body, orelse=orelse):
            return data(body, orelse)
        case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.DictComp(value=part):
            return data(part)
        case (
            ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key))
            | ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[ast.Constant(value=key), *_]
            )
        ) if _is_data_name(name, function, project, seen, key):
            return True
        case ast.Subscript(value=value) | ast.Starred(value=value):
            return data(value)
        case ast.Name(id=name):
            return _is_data_name(name, function, project, seen)
        case ast.Call():
            return _gives_data(node, function, project, seen)
    return False


def _gives_data(
    call: ast.Call, function: Function, project: Project, seen: frozenset[tuple[str, object]]
) -> bool:
    def data(*others: ast.expr) -> bool:
        return all(holds_data(other, function, project, seen) for other in others)

    match call.func:
        case ast.Attribute(value=value, attr=attr) if attr in DATA_METHODS and data(value):
            return True
        case ast.Name(id=name) if name in _DATA_MAKERS | _CONTAINER_MAKERS:
            given = (a.elt if isinstance(a, ast.GeneratorExp) else a for a in call.args)
            return _is_builtin(call.func, function) and (name in _DATA_MAKERS or data(*given))
    targets = project.targets(call.func, function.module)
    return bool(targets) and all(map(_makes_data, targets))


def _makes_data(target: Target) -> bool:
    """Whether a library function reads or makes data: `json.loads`, `snapshot.to_dict`, a method of `str`."""
    if target.stdlib:
        return target.module == "json" or (
            target.module == "builtins" and target.qualname.startswith(("str.", "bytes."))
        )
    if target.function:
        return _holds_data_type(target.function.node.returns)
    if target.qualname == "Response.json":
        return True
    return target.entry is not None and "pure" in target.entry.flags and target.entry.returns in _DATA_TYPES


def _is_builtin(name: ast.Name, function: Function) -> bool:
    return function.module.dotted(name) == name.id


def _is_data_name(
    name: str, function: Function, project: Project, seen: frozenset[tuple[str, object]], key: object = None
) -> bool:
    """The same for what a variable holds, or, with a `key`, for what it holds there."""
    if (name, key) in seen:
        return True
    if len(seen) > _MAX_STEPS:
        return False
    seen |= {(name, key)}
    declared = [a.annotation for a in function.arguments if a.arg == name]
    values, certain = _values_of(name, function)
    sources = [v if isinstance(v, ast.expr) else v.iter for v in values]
    if not certain or not (declared or sources) or not all(map(_holds_data_type, declared)):
        return False
    put = [] if declared else _put_into(name, function, key)
    return all(holds_data(source, function, project, seen) for source in (*sources, *put))


def _values_of(name: str, function: Function) -> tuple[list[ast.expr | ast.For | ast.comprehension], bool]:
    """What a variable is assigned, loops that give it a value, and whether that is all that does."""
    found: list[ast.expr | ast.For | ast.comprehension] = []
    stores = 0
    for node in function.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                found.append(value)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                found.append(value)
            case ast.For(target=target) | ast.comprehension(target=target):
                found += [node for n in ast.walk(target) if isinstance(n, ast.Name) and n.id == name]
            case ast.Name(id=target, ctx=ast.Store()) if target == name:
                stores += 1
    return found, len(found) == stores


def _put_into(name: str, function: Function, wanted: object) -> Iterator[ast.expr]:
    """What is put into a container later: `x[key] = value`, `x.append(value)`, `x.setdefault(key, []).append(value)`."""
    for node in function.nodes:
        match node:
            case ast.Assign(targets=[ast.Subscript(value=target, slice=key)], value=value) if (
                _root(target) == name
            ):
                if wanted is None or not isinstance(key, ast.Constant) or key.value == wanted:
                    yield value
            case ast.Call(func=ast.Attribute(value=target, attr=attr), args=arguments) if attr in _PUTS_IN:
                if _root(target) == name:
                    yield from arguments
                    yield from (k.value for k in node.keywords)


def _root(expression: ast.expr) -> str:
    while isinstance(expression, ast.Attribute | ast.Subscript | ast.Call):
        expression = expression.func if isinstance(expression, ast.Call) else expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def _holds_data_type(annotation: ast.expr | None) -> bool:
    """Whether an annotation is put together of standard types alone, which can be gone through again and again."""
    if annotation is None or not _is_data_annotation(annotation):
        return False
    return set(re.findall(r"[A-Za-z_]+", ast.unparse(annotation))) <= _DATA_WORDS


def _is_data_annotation(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name):
            return name in _DATA_TYPES
        case ast.Attribute(attr=name):
            return name in _DATA_TYPES
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _is_data_annotation(inner)
        case ast.Subscript(value=value):
            return _is_data_annotation(value)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return all(
                _is_data_annotation(a) or (isinstance(a, ast.Constant) and a.value is None)
                for a in (left, right)
            )
    return False
