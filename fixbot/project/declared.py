"""Which qualified name a stub or library file declares at a line: definitions, and names assigned in them."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=256)
def declared_names(path: Path) -> dict[int, str]:
    """`Class.method` by the line (from 1) of its `def`, `class` or assignment; {} for a file that cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return {}
    found: dict[int, str] = {}
    pending: list[tuple[ast.stmt, str]] = [(statement, "") for statement in tree.body]
    while pending:
        node, prefix = pending.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[node.lineno] = f"{prefix}{name}"
            case ast.ClassDef(name=name, body=body):
                found[node.lineno] = f"{prefix}{name}"
                pending += [(inner, f"{prefix}{name}.") for inner in body]
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found[node.lineno] = f"{prefix}{name}"
            case ast.If() | ast.Try():
                pending += [(inner, prefix) for part in (node.body, node.orelse) for inner in part]
    return found
