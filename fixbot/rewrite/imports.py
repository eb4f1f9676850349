"""Add imports at the top of a file the way a person would: reused, sorted, in their section; remove unused ones.

LibCST's own helper adds a second import beside one in `try` or `TYPE_CHECKING`, ignores aliases and
takes comments with it, hence this small one. It works on whole lines; everything else stays.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable

from fixbot.model import Import
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.rewrite.splice import first_line, indent_unit, last_line

ImportNode = ast.Import | ast.ImportFrom


def add_imports(
    module: Module,
    wanted: Iterable[Import],
    *,
    is_local: Callable[[str], bool],
    unwanted: Iterable[str] = (),
    line_length: int = 88,
) -> str:
    """The text of `module` with every import of `wanted` that its top does not have yet.

    `is_local` tells which top-level names belong to the project itself (they sort last). Those names
    of `unwanted` that nothing uses any more are no longer imported.
    """
    unused = frozenset(name for name in unwanted if not _is_used(module, name))
    for new in sorted(set(wanted)):
        if not _has(module, new):
            text = _extended(module, new, unused, line_length) or _inserted(module, new, is_local)
            module = _with_text(module, text)
    for name in sorted(unused):
        module = _with_text(module, _without(module, name))
    return module.source.text


def _with_text(module: Module, text: str) -> Module:
    return Module.parse(Source(module.path, text, module.source.encoding), module.name)


def _has(module: Module, new: Import) -> bool:
    for node in module.tree.body:
        if isinstance(node, ast.Import) and not new.name:
            if any(a.name == new.module and not a.asname for a in node.names):
                return True
        elif isinstance(node, ast.ImportFrom) and module.absolute(node) == new.module and new.name:
            if any(a.name == new.name and not a.asname for a in node.names):
                return True
    return False


# --- names that nothing uses any more ----------------------------------------------------------


def _is_used(module: Module, name: str) -> bool:
    """Whether an import must stay: something reads it, may read it, or binds the name too.

    A package's `__init__` imports in order to export.
    """
    if module.path.endswith("__init__.py") or len(module.global_names.get(name, ())) != 1:
        return True
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id=found) if found == name:
                return True
            case ast.Constant(value=str(text)) if name in text and not isinstance(
                module.parents[node], ast.Expr
            ):
                if _names_in(text, name):  # an annotation in quotes, or an item of `__all__`
                    return True
    return False


def _names_in(text: str, name: str) -> bool:
    try:
        return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError):
        return False


def _without(module: Module, name: str) -> str:
    """The text without the import of a name; with it where the import carries a comment."""
    lines = list(module.source.lines)
    for node in module.tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for alias in node.names:
            if (alias.asname or alias.name) == name:
                first, last = node.lineno - 1, last_line(node)
                if len(node.names) == 1:
                    if not any("#" in line or ";" in line for line in lines[first:last]):
                        del lines[first:last]
                        if (
                            first
                            and first < len(lines)
                            and not (lines[first - 1].strip() or lines[first].strip())
                        ):
                            del lines[first]
                else:
                    _drop_alias(lines, node, alias)
                return "".join(lines)
    return "".join(lines)


def _drop_alias(lines: list[str], node: ImportNode, gone: ast.alias) -> None:
    """Take one name out of an import of several."""
    row = gone.lineno - 1
    alone = all(alias.lineno != gone.lineno for alias in node.names if alias is not gone)
    if alone and row != node.lineno - 1 and row != last_line(node) - 1:
        if "#" not in lines[row]:
            del lines[row]
    elif (
        node.lineno == last_line(node) and lines[row].isascii() and not any(c in lines[row] for c in "#;\\(")
    ):
        code = lines[row].rstrip("\r\n")
        kept = [a.name + (f" as {a.asname}" if a.asname else "") for a in node.names if a is not gone]
        lines[row] = code[: node.names[0].col_offset] + ", ".join(kept) + lines[row][len(code) :]


# --- one more name in an import that is there --------------------------------------------------


def _extended(module: Module, new: Import, unused: frozenset[str], line_length: int) -> str | None:
    """Add the name to an existing `from` import of the same module; None where that would not read well."""
    if not new.name:
        return None
    for node in module.tree.body:
        if (
            isinstance(node, ast.ImportFrom)
            and module.absolute(node) == new.module
            and node.names[0].name != "*"
        ):
            lines = list(module.source.lines)
            first, last = node.lineno - 1, last_line(node) - 1
            if first == last:
                extended = _one_line(module, node, new.name, unused, line_length)
                if extended is None:
                    return None
                lines[first] = extended
            elif not _add_line(lines, first, last, node, new.name):
                return None
            return "".join(lines)
    return None


def _one_line(
    module: Module, node: ast.ImportFrom, name: str, unused: frozenset[str], line_length: int
) -> str | None:
    """An import of one line with one name more, in brackets where it gets too long."""
    line = module.source.lines[node.lineno - 1]
    code, ending = line.rstrip("\r\n"), line[len(line.rstrip("\r\n")) :]
    if "#" in code or ";" in code or "(" in code or "\\" in code:
        return None
    kept = [a for a in node.names if (a.asname or a.name) not in unused]
    names = [a.name + (f" as {a.asname}" if a.asname else "") for a in kept]
    names.insert(_place(names, name), name)
    start = code[: code.index(" import ")] + " import "
    extended = start + ", ".join(names)
    if len(extended) <= line_length:
        return extended + ending
    rows = [f"{indent_unit(module)}{n}," for n in names]
    return module.source.newline.join([f"{start}(", *rows, ")"]) + ending


def _add_line(lines: list[str], first: int, last: int, node: ast.ImportFrom, name: str) -> bool:
    """Add a line to a parenthesised import that has one name a line."""
    rows = [a.lineno - 1 for a in node.names]
    if len(set(rows)) < len(rows) or rows[0] == first or rows[-1] == last:
        return False
    place = _place([a.name for a in node.names], name)
    sample = lines[rows[0]]
    indent, ending = sample[: len(sample) - len(sample.lstrip())], sample[len(sample.rstrip("\r\n")) :]
    if place == len(rows):
        previous = node.names[-1]
        end = previous.end_col_offset or 0
        row = lines[rows[-1]]
        if not row[end:].lstrip().startswith(","):
            lines[rows[-1]] = f"{row[:end]},{row[end:]}"
    lines.insert(rows[place] if place < len(rows) else rows[-1] + 1, f"{indent}{name},{ending}")
    return True


def _place(names: list[str], name: str) -> int:
    """Where `name` belongs in a sorted list; at the end of an unsorted one."""
    keys = [_isort_key(n) for n in names]
    if keys != sorted(keys):
        return len(names)
    return sum(key < _isort_key(name) for key in keys)


def _isort_key(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as isort and ruff sort the members of an import."""
    plain = name.partition(" ")[0]
    kind = 0 if plain.isupper() and len(plain) > 1 else 1 if plain[:1].isupper() else 2
    return kind, plain


# --- a new import ------------------------------------------------------------------------------


def _inserted(module: Module, new: Import, is_local: Callable[[str], bool]) -> str:
    line = f"from {new.module} import {new.name}" if new.name else f"import {new.module}"
    section = _section(new.module, is_local)
    header = _header(module)
    sections = [_section(_target(module, node), is_local) for node in header]
    same = [node for node, s in zip(header, sections, strict=True) if s == section]
    earlier = [node for node, s in zip(header, sections, strict=True) if s < section]
    later = [node for node, s in zip(header, sections, strict=True) if s > section]
    lines, newline = list(module.source.lines), module.source.newline
    if same:
        alike = [n for n in same if isinstance(n, ast.ImportFrom) == bool(new.name)]
        following = [n for n in alike if _sort_name(module, n) > new.module.casefold()]
        if following:
            at = _before(lines, following[0], is_first=following[0] is same[0])
        elif alike:
            at = last_line(alike[-1])
        else:
            at = last_line(same[-1]) if new.name else _before(lines, same[0], is_first=True)
        block = [line]
    elif earlier:
        at, block = last_line(earlier[-1]), ["", line]
    elif later:
        at, block = _before(lines, later[0], is_first=False), [line, ""]
    else:
        at = _after_docstring(module)
        block = ["", line] if at and lines[at - 1].strip() else [line]
        if at < len(lines) and lines[at].strip():
            block += ["", ""] if lines[at].startswith(("def ", "async def ", "class ", "@")) else [""]
    if at and lines and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += newline
    lines[at:at] = [text + newline for text in block]
    return "".join(lines)


def _header(module: Module) -> list[ImportNode]:
    """The imports at the top: those before the first definition, each a statement of the module itself."""
    found: list[ImportNode] = []
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            break
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
    return found


def _section(name: str, is_local: Callable[[str], bool]) -> int:
    top = name.partition(".")[0]
    if top == "__future__":
        return 0
    if top in sys.stdlib_module_names:
        return 1
    return 3 if not top or is_local(top) else 2


def _target(module: Module, node: ImportNode) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name
    return "" if node.level else node.module or ""


def _sort_name(module: Module, node: ImportNode) -> str:
    name = node.names[0].name if isinstance(node, ast.Import) else module.absolute(node)
    return name.casefold()


def _before(lines: list[str], node: ast.stmt, *, is_first: bool) -> int:
    """The line index to insert at: above the comments of `node`, but below a comment that heads its section."""
    at = first_line(node) - 1
    if not is_first:
        while at and lines[at - 1].lstrip().startswith("#"):
            at -= 1
        if at == 0:  # the file's own header (shebang, licence) stays on top
            at = first_line(node) - 1
    return at


def _after_docstring(module: Module) -> int:
    body = module.tree.body
    match body:
        case [ast.Expr(value=ast.Constant(value=str())) as docstring, *_]:
            return last_line(docstring)
    at = 0
    lines = module.source.lines
    while at < len(lines) and lines[at].startswith("#"):
        at += 1
    return at
