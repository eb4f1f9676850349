"""What the type checker is shown where it cannot follow the code: same length, same lines, plainer code.

ty types an `lru_cache` factory without a return annotation, and a parameter `db=Depends(get_db)`
without an annotation, as unknown. Showing it the undecorated factory, and `db=get_db()` padded with
spaces, answers both without a type system of our own, and no position moves.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from fixbot.project.module import Function, Module

CACHES = frozenset({"functools.lru_cache", "functools.cache"})
DEPENDS = frozenset(
    {"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends", "fastapi.params.Security"}
    | {"fastapi.param_functions.Depends", "fastapi.param_functions.Security"}
)

Find = Callable[[str], Function | None]
"""The project's function of a dotted name, where it is known."""


def may_be_simplified(text: str) -> bool:
    """Whether it is worth while to parse this text in order to simplify it."""
    return ("functools" in text and "cache" in text) or (
        "fastapi" in text and ("Depends" in text or "Security" in text)
    )


def shown_text(module: Module, find: Find = lambda dotted: None) -> str:
    """The text of `module` as the type checker should see it; the same text where nothing is to do."""
    lines = [line.encode() for line in module.source.lines]
    for node, plainer in _replacements(module, find):
        _overwrite(lines, node, plainer.encode())
    shown = b"".join(lines).decode()
    return shown if shown == module.source.text or _parses(shown) else module.source.text


def is_cached(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator of functools keeps what the function returns."""
    return any(_cache(module, d) for d in node.decorator_list)


def dependency(module: Module, default: ast.expr | None) -> ast.expr | None:
    """`get_db` of `Depends(get_db)`, else None."""
    match default:
        case ast.Call(func=func, args=[ast.Name() | ast.Attribute() as factory]) if (
            module.dotted(func) in DEPENDS
        ):
            return factory
        case ast.Call(func=func, args=[], keywords=[ast.keyword(arg="dependency", value=factory), *_]):
            if isinstance(factory, ast.Name | ast.Attribute) and module.dotted(func) in DEPENDS:
                return factory
    return None


def _cache(module: Module, decorator: ast.expr) -> bool:
    plain = decorator.func if isinstance(decorator, ast.Call) else decorator
    return module.dotted(plain) in CACHES


def _replacements(module: Module, find: Find) -> Iterator[tuple[ast.expr, str]]:
    """Expressions of the file, and what is shown in their place."""
    for node in module.functions:
        if node.returns is None:
            yield from ((decorator, "") for decorator in node.decorator_list if _cache(module, decorator))
        for argument, default in _defaults(node.args):
            factory = dependency(module, default)
            if factory and argument.annotation is None:
                yield default, _value_of(ast.unparse(factory), find(module.dotted(factory)))


def _defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Parameters with their default values."""
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(reversed(positional), reversed(arguments.defaults), strict=False)
    yield from ((a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d)


def _value_of(factory: str, function: Function | None) -> str:
    """What FastAPI hands over: the result, awaited, or what a generator yields (of an async one: no room to say it)."""
    if function and function.is_generator and not function.is_async:
        return f"next({factory}())"
    if function and function.is_async and not function.is_generator:
        return f"await {factory}()"
    return f"{factory}()"


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


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
