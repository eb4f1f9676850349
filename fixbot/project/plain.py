"""Is this value plain data: something that came out of JSON, a document, a literal or a container of such?

The type checker knows `dict[str, Any]`, not what is inside. Calling `.get()` or `.lower()` on plain
data is no mystery, though, and must not count as an unknown call.
"""

from __future__ import annotations

import ast

from fixbot.project.module import Function
from fixbot.project.project import Project

DATA_METHODS = frozenset(
    name for kind in (dict, list, set, frozenset, tuple, str, bytes, int, float) for name in vars(kind) if name[0] != "_"
)
_DATA_TYPES = frozenset(
    "dict Dict list List set Set frozenset FrozenSet tuple Tuple str bytes int float bool Mapping MutableMapping "
    "Sequence MutableSequence Iterable Collection".split()
)
_MAX_STEPS = 16


def is_data_method(call: ast.Call, function: Function, project: Project) -> bool:
    """Whether this is a method of a standard container or string, called on plain data."""
    match call.func:
        case ast.Attribute(value=value, attr=attr) if attr in DATA_METHODS:
            return is_plain_data(value, function, project)
    return False


def is_plain_data(node: ast.expr, function: Function, project: Project, steps: int = 0) -> bool:
    """Errs on the side of no."""
    if steps > _MAX_STEPS:
        return False

    def plain(other: ast.expr) -> bool:
        return is_plain_data(other, function, project, steps + 1)

    match node:
        case ast.Constant() | ast.Dict() | ast.List() | ast.Set() | ast.Tuple() | ast.JoinedStr():
            return True
        case ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.BoolOp(values=values):
            return all(map(plain, values))
        case ast.IfExp(body=body, orelse=orelse):
            return plain(body) and plain(orelse)
        case ast.Subscript(value=value):
            return plain(value)
        case ast.Name(id=name):
            return _is_plain_name(name, function, project, steps)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in DATA_METHODS and plain(value):
            return True
        case ast.Call(func=func):
            targets = project.targets(func, function.module)
            return bool(targets) and all(
                (t.stdlib and t.module in ("builtins", "json", "copy", "typing"))
                or (t.entry is not None and "pure" in t.entry.flags and t.entry.returns in _DATA_TYPES)
                for t in targets
            )
    return False


def _is_plain_name(name: str, function: Function, project: Project, steps: int) -> bool:
    for argument in function.arguments:
        if argument.arg == name:
            return _is_data_annotation(argument.annotation)
    value = function.values.get(name)
    if value is not None:
        return is_plain_data(value, function, project, steps + 1)
    loops = [
        n
        for n in function.nodes
        if isinstance(n, ast.For | ast.comprehension)
        and any(isinstance(t, ast.Name) and t.id == name for t in ast.walk(n.target))
    ]
    return bool(loops) and all(is_plain_data(loop.iter, function, project, steps + 1) for loop in loops)


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
            return all(_is_data_annotation(a) or (isinstance(a, ast.Constant) and a.value is None) for a in (left, right))
    return False
