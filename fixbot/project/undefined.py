"""Which names a module uses that nothing in it defines."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator
from contextlib import suppress

_ALWAYS_DEFINED = frozenset(dir(builtins)) | {
    "__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__", "__path__", "__builtins__",
    "__annotations__", "__class__", "__module__", "__qualname__", "WindowsError",
}  # fmt: skip


def undefined_names(text: str) -> set[str]:
    """Global names that a module reads and nothing in it (or in builtins) binds. Raises `SyntaxError`.

    What a star import may bind is among them: only a comparison of two texts tells something.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = symtable.symtable(text, "<module>", "exec")
    bound = {s.get_name() for s in top.get_symbols() if _binds(s)}
    read = set(_names_in_strings(text))
    tables = [top]
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        for symbol in table.get_symbols():
            if symbol.is_global() and _binds(symbol):
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (symbol.is_global() or table is top):
                read.add(symbol.get_name())
    return read - bound - _ALWAYS_DEFINED


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _names_in_strings(text: str) -> Iterator[str]:
    """Names in annotations in quotes, and those that `__all__` exports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as value) | ast.AnnAssign(annotation=value):
                yield from _quoted(value)
            case (
                ast.FunctionDef(returns=ast.expr() as value)
                | ast.AsyncFunctionDef(returns=ast.expr() as value)
            ):
                yield from _quoted(value)
            case ast.Assign(
                targets=[ast.Name(id="__all__")], value=ast.List(elts=names) | ast.Tuple(elts=names)
            ):
                yield from (
                    n.value for n in names if isinstance(n, ast.Constant) and isinstance(n.value, str)
                )


def _quoted(annotation: ast.expr) -> Iterator[str]:
    """The names in an annotation's strings, those of `Literal["…"]` apart."""
    pending: list[ast.AST] = [annotation]
    while pending:
        match pending.pop():
            case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal")):
                continue
            case ast.Constant(value=str(text)):
                with suppress(SyntaxError, ValueError):
                    yield from (
                        n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name)
                    )
            case node:
                pending += ast.iter_child_nodes(node)
