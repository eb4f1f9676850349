"""What every new text must pass before it is written.

It parses, here and with the oldest Python that the project must run on; it uses no name that was not
defined before, and none before its definition.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import warnings
from contextlib import suppress

from fixbot.project.module import bound_names, own_nodes
from fixbot.project.undefined import undefined_names

_DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
_OLDEST = (3, 7)
"""What `ast.parse` can still imitate."""


def refuse_text(
    path: str,
    old: str | None,
    new: str,
    *,
    python: tuple[int, int] = _OLDEST,
    undefined: frozenset[str] = frozenset(),
) -> str | None:
    """Why `new` may not take the place of `old` (None for a new file), or None when it may.

    `python` is the oldest version that must understand it, unless it does not understand `old` either.
    `undefined` are names that may be used though nothing defines them, in the place of an `old` that does not parse.
    """
    before = old or ""
    repaired = not _parses(before)
    try:
        tree = _parse(new)
        gained = undefined_names(new) - (undefined if repaired else undefined_names(before))
        early = [] if repaired else sorted(_used_too_early(tree) - _used_too_early(_parse(before)))
        if repaired or _compiles(before):
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


def _parses(text: str) -> bool:
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        _parse(text)
        return True
    return False


def _parse(text: str, python: tuple[int, int] | None = None) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, feature_version=python)


# --- names ---------------------------------------------------------------------------------------


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
