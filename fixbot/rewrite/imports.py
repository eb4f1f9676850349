"""Add imports at the top of a file the way a person would: reused, sorted, in their section; remove unused ones.

LibCST's own helper adds a second import beside one in `try` or `TYPE_CHECKING`, ignores aliases and
takes comments with it, hence this small one. It works on whole lines; everything else stays. The
order is that of ruff and isort: what is sorted stays sorted.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum, auto
from functools import partial
from itertools import groupby

from fixbot.model import Import
from fixbot.project.module import Module
from fixbot.project.source import Source
from fixbot.rewrite.splice import (
    STAYS_ON_TOP,
    CannotRewrite,
    first_line,
    indent_unit,
    last_line,
    sharing_lines,
)

ImportNode = ast.Import | ast.ImportFrom
IsLocal = Callable[[str], bool]

_RUN = re.compile(r"\d+|.", re.S)
_DEFINITIONS = ("def ", "async def ", "class ", "@")


class Section(IntEnum):
    """The parts of a header, in their order."""

    FUTURE = auto()
    STDLIB = auto()
    LIBRARY = auto()
    OWN = auto()
    RELATIVE = auto()


def add_imports(
    module: Module,
    wanted: Iterable[Import],
    *,
    is_local: IsLocal,
    unwanted: Iterable[str] = (),
    line_length: int = 88,
) -> str:
    """The text of `module` with every import of `wanted` that its top does not have yet.

    `is_local` tells which top-level names belong to the project itself (they sort last). Those names
    of `unwanted` that nothing uses any more are no longer imported. Raises `CannotRewrite` where a
    name means something else.
    """
    unused = frozenset(name for name in unwanted if not _is_used(module, name))
    for new in sorted(set(wanted)):
        if not _has(module, new):
            _refuse_another_meaning(module, new, unused)
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


def _refuse_another_meaning(module: Module, new: Import, unused: frozenset[str]) -> None:
    name = new.name or new.module.partition(".")[0]
    target = f"{new.module}.{new.name}" if new.name else name
    for binder in module.global_names.get(name, ()):
        if module.imported_by([binder]).get(name) != target and name not in unused:
            raise CannotRewrite(f"`{name}` already means something else in {module.path}")


# --- names that nothing uses any more ----------------------------------------------------------


def _is_used(module: Module, name: str) -> bool:
    """Whether an import must stay: something reads it, may read it, or binds the name too.

    A package's `__init__` imports in order to export.
    """
    if module.path.endswith("__init__.py") or len(module.global_names.get(name, ())) != 1:
        return True
    if any(node.id == name for node in module.of_type(ast.Name)):
        return True
    constants = [n for n in module.of_type(ast.Constant) if not isinstance(module.parents[n], ast.Expr)]
    texts = [
        node.value for node in constants if isinstance(node.value, str)
    ]  # annotations, items of `__all__`
    return any(name in text and _names_in(text, name) for text in texts)


def _names_in(text: str, name: str) -> bool:
    try:
        return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _without(module: Module, name: str) -> str:
    """The text without the import of a name; with it where the import carries a comment."""
    lines = list(module.source.lines)
    for node in module.tree.body:
        gone = [a for a in node.names if (a.asname or a.name) == name] if isinstance(node, ImportNode) else []
        if isinstance(node, ImportNode) and gone:
            if len(node.names) > 1:
                _drop_alias(module, lines, node, gone[0])
            else:
                _drop_statement(lines, node)
            break
    return "".join(lines)


def _drop_statement(lines: list[str], node: ImportNode) -> None:
    """Take a whole import out, and one of two blank lines around it."""
    first, last = node.lineno - 1, last_line(node)
    if any("#" in line or ";" in line for line in lines[first:last]):
        return
    del lines[first:last]
    if first and first < len(lines) and not (lines[first - 1].strip() or lines[first].strip()):
        del lines[first]


def _drop_alias(module: Module, lines: list[str], node: ImportNode, gone: ast.alias) -> None:
    """Take one name out of an import of several."""
    row = gone.lineno - 1
    alone = all(alias.lineno != gone.lineno for alias in node.names if alias is not gone)
    if alone and row not in (node.lineno - 1, last_line(node) - 1):
        if "#" not in lines[row]:
            del lines[row]
    elif (parts := _plain_line(module, node)) and not parts[1].strip():
        head, tail = parts
        lines[row] = head + ", ".join(_spelled(a) for a in node.names if a is not gone) + tail


# --- one more name in an import that is there --------------------------------------------------


def _extended(module: Module, new: Import, unused: frozenset[str], line_length: int) -> str | None:
    """Add the name to an existing `from` import of the same module; None where that would not read well."""
    for node in module.tree.body if new.name else ():
        if isinstance(node, ast.ImportFrom) and module.absolute(node) == new.module and _takes_more(node):
            lines = list(module.source.lines)
            if node.lineno == last_line(node):
                return _in_one_line(module, node, new.name, unused, line_length)
            return "".join(lines) if _add_line(lines, node, new.name) else None
    return None


def _takes_more(node: ast.ImportFrom) -> bool:
    """Not a star, and not a single `x as y`, which has a line of its own."""
    first = node.names[0]
    return first.name != "*" and (len(node.names) > 1 or first.asname is None)


def _in_one_line(
    module: Module, node: ast.ImportFrom, name: str, unused: frozenset[str], line_length: int
) -> str | None:
    """An import of one line with one name more, in brackets where it gets too long."""
    parts = _plain_line(module, node)
    if parts is None:
        return None
    head, tail = parts
    spoken_for = bool(tail.strip())  # a comment such as `noqa` is about the names that are there
    names = [_spelled(a) for a in node.names if spoken_for or (a.asname or a.name) not in unused]
    names.insert(_place(names, name), name)
    extended = f"{head}{', '.join(names)}{tail}"
    if len(extended.rstrip("\r\n")) > line_length:
        rows = "".join(f"{indent_unit(module)}{n},{module.source.newline}" for n in names)
        extended = f"{head}({tail.rstrip()}{module.source.newline}{rows}){tail[len(tail.rstrip()) :]}"
    lines = list(module.source.lines)
    lines[node.lineno - 1] = extended
    return "".join(lines)


def _plain_line(module: Module, node: ImportNode) -> tuple[str, str] | None:
    """`from x import ` and what follows the names, for an import that has one line to itself, without brackets."""
    line, span = module.source.lines[node.lineno - 1], module.span(node)
    if span.column != 1 or span.end_line != span.line or line[span.end_column - 2] == ")":
        return None
    tail = line[span.end_column - 1 :]
    return (line[: module.span(node.names[0]).column - 1], tail) if tail.strip()[:1] in ("", "#") else None


def _spelled(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _add_line(lines: list[str], node: ast.ImportFrom, name: str) -> bool:
    """Add a line to a bracketed import that has one name a line."""
    rows = [alias.lineno - 1 for alias in node.names]
    if len(set(rows)) < len(rows) or rows[0] == node.lineno - 1 or rows[-1] == last_line(node) - 1:
        return False
    place = _place([alias.name for alias in node.names], name)
    sample = lines[rows[0]]
    indent, ending = sample[: len(sample) - len(sample.lstrip())], sample[len(sample.rstrip("\r\n")) :]
    if place == len(rows):
        lines[rows[-1]] = _with_comma(lines[rows[-1]], node.names[-1])
    at = rows[place] if place < len(rows) else rows[-1] + 1
    while place < len(rows) and lines[at - 1].lstrip().startswith("#"):  # comments stay with their name
        at -= 1
    lines.insert(at, f"{indent}{name},{ending}")
    return True


def _with_comma(line: str, alias: ast.alias) -> str:
    row = line.encode()
    end = alias.end_col_offset or 0
    return line if row[end:].lstrip().startswith(b",") else (row[:end] + b"," + row[end:]).decode()


# --- the order that ruff and isort keep --------------------------------------------------------


def _natural(text: str) -> tuple[tuple[int, int], ...]:
    """Numbers by their value, all else by character."""
    return tuple((48, int(run)) if run.isdecimal() else (ord(run), 0) for run in _RUN.findall(text))


def _member_key(name: str) -> tuple[object, ...]:
    """A star, then constants, then classes, then the rest, whatever their case."""
    plain = name.partition(" ")[0]
    kind = (
        -1 if plain == "*" else 0 if plain.isupper() and len(plain) > 1 else 1 if plain[:1].isupper() else 2
    )
    return kind, _natural(plain.lower()), _natural(plain)


def _place(names: Sequence[str], name: str) -> int:
    """Where `name` belongs in a sorted list; at the end of an unsorted one."""
    keys = [_member_key(n) for n in names]
    return sum(key < _member_key(name) for key in keys) if keys == sorted(keys) else len(names)


def _statement_key(node: ImportNode, *, by_style: bool) -> tuple[object, ...]:
    """How imports of one section sort: `import x` before `from x import y`, or (also seen) by module alone."""
    is_from = isinstance(node, ast.ImportFrom)
    dotted = (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
    member = _member_key(node.names[0].name) if is_from else _natural(node.names[0].asname or "")
    return (is_from if by_style else False, _natural(dotted.lower()), _natural(dotted), is_from, member)


def _section(name: str, is_local: IsLocal) -> Section:
    top = name.partition(".")[0]
    if top == "__future__":
        return Section.FUTURE
    if top in sys.stdlib_module_names:
        return Section.STDLIB
    return Section.OWN if is_local(top) else Section.LIBRARY


def _section_of(node: ImportNode, is_local: IsLocal) -> Section:
    if isinstance(node, ast.Import):
        return _section(node.names[0].name, is_local)
    return Section.RELATIVE if node.level else _section(node.module or "", is_local)


# --- a new import ------------------------------------------------------------------------------


def _inserted(module: Module, new: Import, is_local: IsLocal) -> str:
    """The text with a new import statement, in its section of the header and in the order of that."""
    line = f"from {new.module} import {new.name}" if new.name else f"import {new.module}"
    section = _section(new.module, is_local)
    block = _block(module, section, is_local)
    same = [node for node in block if _section_of(node, is_local) == section]
    earlier = [node for node in block if _section_of(node, is_local) < section]
    if same:
        at, added = _among(module, same, line), [line]
    elif earlier:
        at, added = _below(module, earlier[-1]), ["", line]
    elif block:
        at, added = _above(module, block[0], is_first=False), [line, ""]
    else:
        return _with_first_import(module, line)
    return _replaced(module, at, at, added)


def _replaced(module: Module, start: int, end: int, added: Iterable[str]) -> str:
    lines, newline = list(module.source.lines), module.source.newline
    if start and not lines[start - 1].endswith(("\n", "\r")):
        lines[start - 1] += newline
    lines[start:end] = [text + newline for text in added]
    return "".join(lines)


def _block(module: Module, section: Section, is_local: IsLocal) -> list[ImportNode]:
    """The imports at the top that the new one joins, out of several blocks with code in between.

    A library's or the project's own import comes last rather than first: what stands in between may
    be what makes it importable.
    """
    top = module.tree.body
    for index, node in enumerate(top):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            top = top[:index]
            break
    groups = groupby(top, key=lambda node: isinstance(node, ImportNode))
    blocks = [[n for n in group if isinstance(n, ImportNode)] for is_import, group in groups if is_import]
    for belongs in (section.__eq__, section.__gt__, section.__lt__):
        fitting = [b for b in blocks if any(belongs(_section_of(node, is_local)) for node in b)]
        if fitting:
            return fitting[0 if section is Section.STDLIB else -1]
    return []


def _among(module: Module, same: Sequence[ImportNode], line: str) -> int:
    """The index of the line to insert at, among the imports of the section."""
    [new] = ast.parse(line).body
    assert isinstance(new, ImportNode)
    for by_style in (True, False):
        key = partial(_statement_key, by_style=by_style)
        if list(same) == sorted(same, key=key):
            before = [node for node in same if key(node) <= key(new)]
            return _below(module, before[-1]) if before else _above(module, same[0], is_first=True)
    alike = [node for node in same if type(node) is type(new)]
    return _below(module, (alike or same)[-1])


def _above(module: Module, node: ast.stmt, *, is_first: bool) -> int:
    """The line index above `node` and its comments, but below a comment that heads its section."""
    lines = module.source.lines
    start = at = first_line(sharing_lines(module.tree.body, [node])[0]) - 1
    while not is_first and at and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at if at else start  # the file's own header (shebang, licence) stays on top


def _below(module: Module, node: ast.stmt) -> int:
    return last_line(sharing_lines(module.tree.body, [node])[-1])


def _with_first_import(module: Module, line: str) -> str:
    """The text with its first import, one blank line above it, and one below it, or two where a definition follows."""
    lines, start = module.source.lines, _after_header(module)
    end = start
    while end < len(lines) and not lines[end].strip():
        end += 1
    code = next((text for text in lines[end:] if not text.startswith("#")), "")
    below = 0 if end == len(lines) else 2 if code.startswith(_DEFINITIONS) else 1
    return _replaced(module, start, end, [*([""] if start else []), line, *[""] * below])


def _after_header(module: Module) -> int:
    """The line index below the docstring, or below the comments of the file that nothing follows at once."""
    match module.tree.body:
        case [ast.Expr(value=ast.Constant(value=str())) as docstring, *_]:
            return _below(module, docstring)
    at, lines = 0, module.source.lines
    while at < len(lines) and lines[at].startswith("#"):
        at += 1
    if (
        at < len(lines) and lines[at].strip()
    ):  # comments of the first statement, but for a shebang and the like
        at = sum(1 for line in lines[: min(at, 2)] if STAYS_ON_TOP.match(line))
    return at
