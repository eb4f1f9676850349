"""What the type checker is shown where it cannot follow the code: same lines, plainer code.

ty types an `lru_cache` factory without a return annotation, and a parameter `db=Depends(get_db)`
without an annotation, as unknown. Showing it the undecorated factory, and `db=get_db()` padded with
spaces, answers both without a type system of our own, and no position moves. A generator without an
annotation (`with get_db() as db`) gets one behind its parameters, where nothing but the colon moves,
that asks ty for the type of what is yielded; what the annotation needs is imported behind the last line.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator

from fixbot.project.module import Function, Module, bound_by

CACHES = frozenset({"functools.lru_cache", "functools.cache"})
DEPENDS = frozenset(
    {"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends", "fastapi.params.Security"}
    | {"fastapi.param_functions.Depends", "fastapi.param_functions.Security"}
)

_IMPORTS = """
from collections.abc import AsyncGenerator as _fixbot_async_generator
from collections.abc import Generator as _fixbot_generator
from ty_extensions._internal import TypeOf as _fixbot_type_of
"""
Find = Callable[[str], Function | None]
"""The project's function of a dotted name, where it is known."""


def may_be_simplified(text: str) -> bool:
    """Whether it is worth while to parse this text in order to simplify it."""
    return (
        ("functools" in text and "cache" in text)
        or ("fastapi" in text and ("Depends" in text or "Security" in text))
        or "yield " in text
    )


def shown_text(module: Module, find: Find = lambda dotted: None) -> str:
    """The text of `module` as the type checker should see it; the same text where nothing is to do."""
    lines = [line.encode() for line in module.source.lines]
    for node, plainer in _replacements(module, find):
        _overwrite(lines, node, plainer.encode())
    annotated = [_annotate(lines, function) for function in module.functions.values()]
    if any(annotated):
        lines.append(_IMPORTS.encode())
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


def _annotate(lines: list[bytes], function: Function) -> bool:
    """Say in the line of a `def` what its only `yield` gives; whether that was possible."""
    node, given = function.node, _yielded(function)
    first = lines[node.lineno - 1]
    head, colon, end = first.rpartition(b":")
    if given is None or node.returns or not colon or end.strip() or not head.rstrip().endswith(b")"):
        return False
    if node.body[0].lineno == node.lineno or _parses_alone(head) is None:
        return False
    kind = "_fixbot_async_generator[{}, None]" if function.is_async else "_fixbot_generator[{}, None, None]"
    annotation = kind.format(f"_fixbot_type_of[{given}]")
    lines[node.lineno - 1] = head + f" -> {annotation!r}:".encode() + end
    return True


def _yielded(function: Function) -> str | None:
    """What the only `yield` of a function gives, so that it means the same in the annotation; None where that is not sure."""
    found = _origin_of_yield(function)
    if found is None:
        return None
    text, value = found
    # A name of the function or its class would there mean something else, if anything outside is called so.
    nearer = {*function.local_names, *(a.arg for a in function.arguments)} & _outside(function)
    owned = (
        {name for statement in function.owner.body for name in bound_by([statement])}
        if function.owner
        else set()
    )
    used = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    return None if used & (nearer | owned) else text


def _outside(function: Function) -> set[str]:
    return {*function.module.global_names, *function.module.any_imports, *dir(builtins)}


def _origin_of_yield(function: Function) -> tuple[str, ast.expr] | None:
    match function.yields:
        case [ast.Yield(value=ast.Name(id=name))] if not any(a.arg == name for a in function.arguments):
            value = function.values.get(name)
            if value is not None:
                return f"({ast.unparse(value)})", value
            opened = [
                (around, item)
                for around in function.nodes
                if isinstance(around, ast.With | ast.AsyncWith)
                for item in around.items
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name
            ]
            match opened:
                case [(ast.With(), item)] if len(function.binders.get(name, ())) == 1:
                    return f"({ast.unparse(item.context_expr)}).__enter__()", item.context_expr
                case [(ast.AsyncWith(), item)] if len(function.binders.get(name, ())) == 1:
                    return f"(await ({ast.unparse(item.context_expr)}).__aenter__())", item.context_expr
    return None


def _parses_alone(head: bytes) -> ast.stmt | None:
    """The `def` that a line begins, if the line holds all of it but the colon."""
    try:
        [statement] = ast.parse(head.strip() + b": ...").body
    except (SyntaxError, ValueError):
        return None
    return statement


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
