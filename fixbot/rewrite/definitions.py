"""Put new top-level code where a reader expects it: beside what it belongs to, or before the first definition."""

from __future__ import annotations

import ast
from dataclasses import replace

from fixbot.model import Definition
from fixbot.project.module import DefinitionNode, Module
from fixbot.rewrite.splice import (
    STAYS_ON_TOP,
    CannotRewrite,
    first_line,
    indent_unit,
    last_line,
    sharing_lines,
)


def add_definition(module: Module, new: Definition) -> str:
    """The text of `module` with `new`, once. Raises `CannotRewrite` when the name means something else there."""
    if new.name in module.global_names:
        return _with_more(module, new)
    lines, newline = list(module.source.lines), module.source.newline
    at = _place(module, new)
    if lines and at == len(lines) and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    before, after = at, at
    while before and not lines[before - 1].strip():
        before -= 1
    while after < len(lines) and not lines[after].strip():
        after += 1
    gap = [newline, newline]
    lines[before:after] = [
        *(gap if before else []),
        *_code(module, new.code),
        *(gap if after < len(lines) else []),
    ]
    return "".join(lines)


def joined(one: Definition, other: Definition) -> Definition:
    """One definition for two of the same name. Raises `CannotRewrite` when they differ and cannot be joined."""
    if one.code == other.code:
        return one
    if one.join is None:
        raise CannotRewrite(f"two fixes need different definitions of `{one.name}` in {one.path}", one.path)
    return replace(one, code=one.join(one.code, other.code), imports=tuple({*one.imports, *other.imports}))


def _with_more(module: Module, new: Definition) -> str:
    """The text with what `new` adds to the definition of the same name that is there."""
    lines, newline = list(module.source.lines), module.source.newline
    existing = [node for node in module.tree.body if getattr(node, "name", None) == new.name]
    if len(existing) == 1 == len(module.global_names[new.name]):
        if ast.dump(existing[0]) == ast.dump(ast.parse(new.code).body[-1]):
            return module.source.text
        if new.join:
            start, end = first_line(existing[0]) - 1, last_line(existing[0])
            there = "".join(lines[start:end]).replace(newline, "\n").rstrip("\n")
            lines[start:end] = _code(module, new.join(there, new.code))
            return "".join(lines)
    raise CannotRewrite(f"{module.path} already has another `{new.name}`")


def _code(module: Module, code: str) -> list[str]:
    """New code, written with four spaces, as lines in the file's own indentation and line endings."""
    unit, newline = indent_unit(module), module.source.newline
    indented = []
    for line in code.strip("\n").split("\n"):
        text = line.lstrip(" ")
        levels, rest = divmod(len(line) - len(text), 4)
        indented.append(unit * levels + " " * rest + text + newline)
    return indented


def _place(module: Module, new: Definition) -> int:
    """The index of the line to insert before."""
    body, lines = module.tree.body, module.source.lines
    if neighbour := new.after or new.before:
        binding = {module.statement(binder) for binder in module.global_names.get(neighbour, ())}
        for node in body:
            if node in binding:
                return _with_comments_below(lines, last_line(node)) if new.after else _above(lines, node)
        raise CannotRewrite(f"{module.path} has no top-level `{neighbour}`")
    for node in body:
        if isinstance(node, DefinitionNode) or _runs_as_script(node) or _reads(node, new.name):
            return _above(lines, node)
    return last_line(sharing_lines(body, body[-1:])[-1]) if body else len(lines)


def _above(lines: list[str], node: ast.stmt) -> int:
    """Where a statement begins with the comments that stand right above it."""
    at = first_line(node) - 1
    while at and lines[at - 1].startswith("#") and not STAYS_ON_TOP.match(lines[at - 1]):
        at -= 1
    return at


def _reads(node: ast.stmt, name: str) -> bool:
    """Whether a statement already needs the definition when it runs."""
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


def _with_comments_below(lines: list[str], end: int) -> int:
    """The end of a definition with the indented comments that close its body."""
    for number, line in enumerate(lines[end:], end + 1):
        if line.strip() and not (line[0] in " \t" and line.lstrip().startswith("#")):
            break
        end = number if line.strip() else end
    return end


def _runs_as_script(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, after which it would be too late for a definition."""
    return isinstance(node, ast.If) and any(
        isinstance(name, ast.Name) and name.id == "__name__" for name in ast.walk(node.test)
    )
