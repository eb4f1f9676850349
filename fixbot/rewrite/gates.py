"""What every new text must pass before it is written: it parses, and it uses no name that was not there before."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings

_ALWAYS_DEFINED = frozenset(dir(builtins)) | {
    "__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__", "__path__", "__builtins__",
    "__annotations__", "__class__", "__module__", "__qualname__", "WindowsError",
}  # fmt: skip


def refuse_text(path: str, old: str | None, new: str) -> str | None:
    """Why `new` may not take the place of `old` (None for a new file), or None when it may."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(new)
            gained = undefined_names(new) - (undefined_names(old) if old is not None else set())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        return f"the rewritten {path} would not parse: {exc}"
    if gained:
        return f"the rewritten {path} would use names that nothing defines: {', '.join(sorted(gained))}"
    return None


def undefined_names(text: str) -> set[str]:
    """Global names that a module reads and nothing in it (or in builtins) binds. Raises `SyntaxError`."""
    top = symtable.symtable(text, "<module>", "exec")
    if any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in ast.walk(ast.parse(text))):
        return set()
    bound = {
        s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()
    }
    read: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.is_assigned():
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (symbol.is_global() or table is top):
                read.add(symbol.get_name())
    return read - bound - _ALWAYS_DEFINED
