"""What a client is made with: whether that is the same for every request, so that one client can serve all."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.clients.libraries import Library
from fixbot.project.module import Module
from fixbot.project.origin import functions_around, global_value, is_settled
from fixbot.project.project import Project
from fixbot.safety import Doubt, report

_MAKERS = frozenset(
    "httpx.Timeout httpx.Limits httpx2.Timeout httpx2.Limits aiohttp.ClientTimeout os.getenv os.environ.get "
    "float int str bool dict".split()
)
"""What may be called for an argument: the same each time, and its `repr` says all that it holds."""
_SETTINGS = frozenset("settings config conf cfg configuration app_settings app_config".split())
_MAX_STEPS = 6


def option_doubts(call: ast.Call, library: Library, module: Module, project: Project) -> Iterator[Doubt]:
    """Why what this client is made with is not for every request."""
    if call.args:
        yield report("fixbot does not know what the client is made with: it is given arguments by position")
    for keyword in call.keywords:
        if keyword.arg is None:
            yield report("fixbot does not know what the client is made with: `**` passes arguments on")
        elif keyword.arg in library.per_client:
            yield report(f"`{keyword.arg}=` belongs to this one client, and not to what all requests share")
        elif keyword.arg == "follow_redirects" and not is_false(keyword.value):
            yield report(MISSES_COOKIES_OF_REDIRECTS)
        elif not is_constant(keyword.value, module, project):
            yield report(
                f"`{keyword.arg}={_short(keyword.value)}` may differ from request to request, and a client of all "
                "requests is made once; pass it to the request instead"
            )


MISSES_COOKIES_OF_REDIRECTS = "follows redirects, where one answer may set a cookie that the next one asks for; a shared client keeps none"


def is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _short(value: ast.expr) -> str:
    text = ast.unparse(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def is_constant(node: ast.expr, module: Module, project: Project, steps: int = 0) -> bool:
    """Whether an expression gives the same value in every request, or one of the few that settings have."""
    if steps > _MAX_STEPS:
        return False
    match node:
        case ast.Call(func=func, keywords=keywords):
            if module.dotted(func) not in _MAKERS or not all(k.arg for k in keywords):
                return False
        case ast.Attribute(value=ast.Name(id=name) as owner):
            return name.lower() in _SETTINGS and _is_global(owner, module) and is_settled(name, module)
        case ast.Name(id=name):
            if not _is_global(node, module) or not is_settled(name, module):
                return False
            found = global_value(name, module, project)
            return found is not None and is_constant(found[0], found[1], project, steps + 1)
    parts = _parts(node)
    return parts is not None and all(is_constant(p, module, project, steps + 1) for p in parts)


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """What an expression is made of, for those that are constant when their parts are."""
    match node:
        case ast.Constant():
            return []
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.JoinedStr(values=parts):
            return parts
        case ast.BoolOp(values=parts):
            return parts
        case ast.FormattedValue(value=value, format_spec=spec):
            return [value, spec] if spec else [value]
        case ast.Dict(keys=keys, values=values):
            return [*keys, *values] if None not in keys else None  # type: ignore[list-item]
        case ast.Call(args=args, keywords=keywords):
            return [*args, *(k.value for k in keywords)]
    return None


def _is_global(name: ast.Name, module: Module) -> bool:
    """Whether no function around it has a variable of this name."""
    return not any(name.id in function.local_names for function in functions_around(name, module))
