"""Was this key made up here? A random UUID, or a temporary file, names something that nobody else can know yet."""

from __future__ import annotations

import ast
from collections.abc import Callable

from fixbot.project.module import Module
from fixbot.project.origin import origin
from fixbot.project.project import Project

_MADE_UP = frozenset(
    "uuid.uuid1 uuid.uuid4 uuid.uuid7 secrets.token_hex secrets.token_urlsafe tempfile.mkdtemp tempfile.mkstemp "
    "tempfile.mktemp tempfile.NamedTemporaryFile tempfile.TemporaryDirectory tempfile.TemporaryFile".split()
)
_KEEPS = frozenset("str open pathlib.Path pathlib.PurePath os.path.join os.fspath".split())
"""Calls whose result is as new as one of their arguments."""
_METHODS = frozenset(
    "absolute as_posix encode expanduser format hex joinpath lower open replace resolve strip upper with_name with_stem "
    "with_suffix".split()
)
_MAX_STEPS = 12


def is_made_up(key: ast.expr, module: Module, project: Project, steps: int = 0) -> bool:
    """Whether a key (an id, a name, a path) holds something random that this code drew itself. Errs on the side of no."""
    if steps > _MAX_STEPS:
        return False

    def made_up(*parts: ast.expr) -> bool:
        return any(is_made_up(part, module, project, steps + 1) for part in parts)

    match key:
        case ast.JoinedStr(values=values):
            return made_up(*(v.value for v in values if isinstance(v, ast.FormattedValue)))
        case ast.BinOp(op=ast.Add() | ast.Div() | ast.Mod(), left=left, right=right):
            return made_up(left, right)
        case ast.Subscript(value=value) | ast.Await(value=value):
            return made_up(value)
        case ast.IfExp(body=body, orelse=orelse):
            return made_up(body) and made_up(orelse)
        case ast.Call():
            return _is_made_up_by(key, module, made_up)
        case ast.Name() | ast.Attribute():
            value, home = origin(key, module, project)
            if value is not key:
                return is_made_up(value, home, project, steps + 1)
            inner = key.value if isinstance(key, ast.Attribute) else opened_as(key, module)
            return inner is not None and made_up(inner)
    return False


def _is_made_up_by(call: ast.Call, module: Module, made_up: Callable[..., bool]) -> bool:
    dotted = module.dotted(call.func)
    if dotted in _MADE_UP:
        return True
    if dotted in _KEEPS:
        return made_up(*call.args)
    if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
        return made_up(call.func.value, *call.args)
    return False


def opened_as(name: ast.expr, module: Module) -> ast.expr | None:
    """What a name is opened by, where one `with … as name` is all that binds it in its function."""
    function = module.function(name)
    if (
        not isinstance(name, ast.Name)
        or function is None
        or any(a.arg == name.id for a in function.arguments)
    ):
        return None
    stores = [
        n
        for n in function.nodes
        if isinstance(n, ast.Name) and n.id == name.id and isinstance(n.ctx, ast.Store)
    ]
    items = [
        n.context_expr for n in function.nodes if isinstance(n, ast.withitem) and n.optional_vars in stores
    ]
    return items[0] if len(items) == len(stores) == 1 else None
