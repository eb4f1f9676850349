"""Put new top-level code where a reader expects it: beside what it belongs to, or before the first definition."""

from __future__ import annotations

import ast

from fixbot.model import Definition
from fixbot.project.module import Module
from fixbot.rewrite.splice import CannotRewrite, first_line, last_line


def add_definition(module: Module, new: Definition) -> str:
    """The text of `module` with `new`, once. Raises `CannotRewrite` when the name means something else there."""
    if new.name in module.global_names:
        existing = [n for n in module.tree.body if getattr(n, "name", None) == new.name]
        if len(existing) == 1 and ast.dump(existing[0]) == ast.dump(ast.parse(new.code).body[-1]):
            return module.source.text
        raise CannotRewrite(f"{module.path} already has another `{new.name}`")
    lines, newline = list(module.source.lines), module.source.newline
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    at = _place(module, new)
    code = [line + newline for line in new.code.strip("\n").split("\n")]
    before, after = at, at
    while before and not lines[before - 1].strip():
        before -= 1
    while after < len(lines) and not lines[after].strip():
        after += 1
    gap = [newline, newline]
    lines[before:after] = [*(gap if before else []), *code, *(gap if after < len(lines) else [])]
    return "".join(lines)


def _place(module: Module, new: Definition) -> int:
    """The index of the line to insert before."""
    body = module.tree.body
    if new.after:
        for node in body:
            if getattr(node, "name", None) == new.after:
                return last_line(node)
        raise CannotRewrite(f"{module.path} has no top-level `{new.after}`")
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            at = first_line(node) - 1
            while at and module.source.lines[at - 1].startswith("#"):
                at -= 1
            return at
    return last_line(body[-1]) if body else len(module.source.lines)
