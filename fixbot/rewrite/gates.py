"""What every new text must pass before it is written.

It parses, here and with the oldest Python that the project must run on; it uses no name that was not
defined before, and none before its definition.
"""

from __future__ import annotations

import ast
import builtins
import io
import symtable
import sys
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import suppress

from fixbot.project.module import bound_names, own_nodes

_ALWAYS_DEFINED = frozenset(dir(builtins)) | {
    "__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__", "__path__", "__builtins__",
    "__annotations__", "__class__", "__module__", "__qualname__", "WindowsError",
}  # fmt: skip
_DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
_OLDEST = (3, 7)
"""What `ast.parse` can still imitate."""


def refuse_text(path: str, old: str | None, new: str, *, python: tuple[int, int] = _OLDEST) -> str | None:
    """Why `new` may not take the place of `old` (None for a new file), or None when it may.

    `python` is the oldest version that must understand it, unless it does not understand `old` either.
    """
    before = old or ""
    try:
        tree = _parse(new)
        gained = undefined_names(new) - undefined_names(before)
        early = sorted(_used_too_early(tree) - _used_too_early(_parse(before)))
        if _compiles(before):
            _compile(new)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        return f"the rewritten {path} would not parse: {exc}"
    if gained:
        return f"the rewritten {path} would use names that nothing defines: {', '.join(sorted(gained))}"
    if early:
        return f"the rewritten {path} would use {', '.join(early)} before it is defined"
    if _fits(before, python) and not _fits(new, python):
        return f"the rewritten {path} would need a newer Python than {python[0]}.{python[1]}"
    return None


def _compile(text: str) -> None:
    """Find what parsing alone does not: `await` outside of an async function, `return` outside of any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "<rewritten>", "exec", dont_inherit=True)


def _compiles(text: str) -> bool:
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        _compile(text)
        return True
    return False


def _parse(text: str, python: tuple[int, int] | None = None) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, feature_version=python)


# --- names ---------------------------------------------------------------------------------------


def undefined_names(text: str) -> set[str]:
    """Global names that a module reads and nothing in it (or in builtins) binds. Raises `SyntaxError`.

    What a star import may bind is among them: only a comparison of two texts tells something.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = symtable.symtable(text, "<module>", "exec")
    bound = {s.get_name() for s in top.get_symbols() if _binds(s)}
    read = set(_names_in_strings(_parse(text)))
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


def _names_in_strings(tree: ast.Module) -> Iterator[str]:
    """Names in annotations in quotes, and those that `__all__` exports."""
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


def _used_too_early(tree: ast.Module) -> set[str]:
    """Functions, classes and imports of the top level that code of the top level uses above all of them."""
    first: dict[str, int] = {}
    for statement in tree.body:
        if isinstance(statement, _DEFINES):
            for name in bound_names([statement]):
                first.setdefault(name, statement.lineno)
    for other in own_nodes(tree):
        if not isinstance(other, _DEFINES):
            for name in bound_names([other]):
                first.pop(name, None)
    return {
        node.id
        for node in own_nodes(tree, lambdas=False, classes=True)
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.lineno < first.get(node.id, 0)
    }


# --- versions ------------------------------------------------------------------------------------


def _fits(text: str, python: tuple[int, int]) -> bool:
    """Whether a version of Python can parse the text, as far as this one can tell."""
    if python >= sys.version_info[:2]:
        return True
    with suppress(SyntaxError):
        _parse(text, max(python, _OLDEST))
        return python >= (3, 12) or sys.version_info < (3, 12) or not _nests_in_f_strings(text)
    return False


def _nests_in_f_strings(text: str) -> bool:
    """Whether a replacement field of an f-string holds what only Python 3.12 takes: its quotes, a backslash, a comment."""
    quotes: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            match tokenize.tok_name[token.type]:
                case "FSTRING_START" | "STRING" as kind:
                    own = token.string.lstrip("rRbBuUfF")
                    quote = own[:3] if own[:3] in ('"""', "'''") else own[:1]
                    if any(quote in outer for outer in quotes) or (quotes and "\\" in token.string):
                        return True
                    quotes += [quote] if kind == "FSTRING_START" else []
                case "FSTRING_END":
                    quotes.pop()
                case "COMMENT" if quotes:
                    return True
                case "NL" if quotes and len(quotes[-1]) == 1:
                    return True
    except (tokenize.TokenError, SyntaxError):
        return True
    return False
