"""What the type checker is shown where it cannot follow the code: same length, same lines, plainer code.

ty types an `lru_cache` factory without a return annotation, and a parameter `db=Depends(get_db)`
without an annotation, as unknown. Showing it the undecorated factory, and `db=get_db()` padded with
spaces, answers both without a type system of our own, and no position moves.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fixbot.project.module import Module

CACHES = frozenset({"functools.lru_cache", "functools.cache"})
DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"})
OVERLAID = re.compile(r"\b(?:lru_cache|cache|Depends|Security)\b")


def shown_text(module: Module) -> str:
    """The text of `module` as the type checker should see it; the same text where nothing is to do."""
    lines = [line.encode() for line in module.source.lines]
    for node, plainer in _replacements(module):
        _overwrite(lines, node, plainer.encode())
    return b"".join(lines).decode()


def is_cached(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator of functools keeps what the function returns."""
    return any(_cache(module, d) for d in node.decorator_list)


def dependency(module: Module, default: ast.expr | None) -> ast.expr | None:
    """`get_db` of `Depends(get_db)`, else None."""
    match default:
        case ast.Call(func=func, args=[ast.Name() | ast.Attribute() as factory]) if module.dotted(func) in DEPENDS:
            return factory
    return None


def _cache(module: Module, decorator: ast.expr) -> bool:
    plain = decorator.func if isinstance(decorator, ast.Call) else decorator
    return module.dotted(plain) in CACHES


def _replacements(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for node in module.functions:
        if node.returns is None:
            for decorator in node.decorator_list:
                if _cache(module, decorator):
                    yield decorator, ""
        arguments = node.args
        pairs = [
            *zip(reversed([*arguments.posonlyargs, *arguments.args]), reversed(arguments.defaults), strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            factory = dependency(module, default)
            if default and factory and argument.annotation is None:
                yield default, f"{ast.unparse(factory)}()"


def _overwrite(lines: list[bytes], node: ast.expr, plainer: bytes) -> None:
    """Put `plainer` where `node` stands, padded with spaces; leave it when it does not fit in the first line."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    for number in range(first, last + 1):
        line = lines[number]
        start = node.col_offset if number == first else 0
        end = (node.end_col_offset or 0) if number == last else len(line.rstrip(b"\r\n"))
        if number == first and not plainer and line[:start].rstrip().endswith(b"@"):
            start = line.rindex(b"@", 0, start)
        if number == first and len(plainer) > end - start:
            return
        filler = plainer if number == first else b""
        lines[number] = line[:start] + filler.ljust(end - start) + line[end:]
