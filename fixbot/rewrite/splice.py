"""Apply edits to one file: only the outermost function or statement around each edit is parsed and replaced.

Everything outside those regions stays byte for byte. Indented regions are wrapped in `if True:`
rather than dedented, so that multi-line strings keep their text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from fixbot.model import Edit, Span
from fixbot.project.module import Module, children
from fixbot.project.source import split_lines

STAYS_ON_TOP = re.compile(r"#!|#.*?coding[:=]")
"""A comment that means something only on the first two lines of a file."""
MAX_DEPTH = 150
"""How deeply code may be nested that LibCST has to read: it takes minutes over a thousand `x[0][0]…`, or gives up."""


class CannotRewrite(Exception):
    """These edits cannot be applied; the message says why. Nothing has been changed."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path
        """The file in which they cannot."""


@dataclass(frozen=True, slots=True)
class Region:
    """Whole lines, from `first` to `last` (from 1, inclusive)."""

    first: int
    last: int


def apply_edits(module: Module, edits: Sequence[Edit]) -> str:
    """The module's text with all `edits` applied. Raises `CannotRewrite`."""
    lines = list(module.source.lines)
    grouped: dict[Region, list[Edit]] = {}
    for edit in edits:
        grouped.setdefault(_region(module, edit.span), []).append(edit)
    for region, inside in sorted(_merged(grouped).items(), key=lambda item: -item[0].first):
        old = "".join(lines[region.first - 1 : region.last])
        new = split_lines(_rewrite(module, old, region, inside))
        lines[region.first - 1 : region.last] = new
        if not new:
            _close_gap(lines, region.first - 1, _indentation(_code_line(split_lines(old))))
    return "".join(lines)


def _close_gap(lines: list[str], at: int, indent: str) -> None:
    """Where a whole region has gone, leave the larger of the gaps around it, or that at the edge of its block."""
    after = at
    while after < len(lines) and not lines[after].strip():
        after += 1
    before = at
    while before and not lines[before - 1].strip():
        before -= 1
    if before and (after == len(lines) or len(_indentation(lines[after])) < len(indent)):
        gap = lines[at:after]
    elif before and len(_indentation(lines[before - 1])) < len(indent):
        gap = lines[before:at]
    else:
        gap = max(lines[before:at], lines[at:after], key=len) if before else []
    lines[before:after] = gap


def _region(module: Module, span: Span) -> Region:
    """The outermost function around `span` (with decorators and the comments above it), else the statement."""
    body: list[ast.stmt] = module.tree.body
    while True:
        inside = [s for s in body if first_line(s) <= span.end_line and last_line(s) >= span.line]
        match inside:
            case [ast.ClassDef(body=members, lineno=head)] if head < first_line(members[0]) <= span.line:
                body = members
                continue
            case []:
                raise CannotRewrite(f"no statement at line {span.line}")
        break
    inside = sharing_lines(body, inside)
    _refuse_depths(inside)
    return Region(_with_comments_above(module.source.lines, first_line(inside[0])), last_line(inside[-1]))


def sharing_lines(body: list[ast.stmt], inside: Sequence[ast.stmt]) -> list[ast.stmt]:
    """`inside`, with the neighbours in `body` that end where it begins or begin where it ends: `a; b`."""
    start, end = body.index(inside[0]), body.index(inside[-1])
    while start and last_line(body[start - 1]) == first_line(body[start]):
        start -= 1
    while end + 1 < len(body) and first_line(body[end + 1]) == last_line(body[end]):
        end += 1
    return body[start : end + 1]


def _refuse_depths(statements: Iterable[ast.AST]) -> None:
    level, depth = list(statements), 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise CannotRewrite(f"the code is nested too deeply, more than {MAX_DEPTH} levels")
        level = [child for node in level for child in children(node)]


def first_line(statement: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(d.lineno for d in decorators)])


def last_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _with_comments_above(lines: list[str], first: int) -> int:
    indent = _indentation(lines[first - 1])
    while (
        first > 1 and lines[first - 2].lstrip().startswith("#") and _indentation(lines[first - 2]) == indent
    ):
        first -= 1
    return first


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _merged(grouped: dict[Region, list[Edit]]) -> dict[Region, list[Edit]]:
    """Regions that touch become one, so that no line is replaced twice."""
    merged: dict[Region, list[Edit]] = {}
    for region, edits in sorted(grouped.items(), key=lambda item: item[0].first):
        previous = next((r for r in merged if region.first <= r.last), None)
        if previous is None:
            merged[region] = edits
        else:
            joined = merged.pop(previous) + edits
            merged[Region(previous.first, max(previous.last, region.last))] = joined
    return merged


def _rewrite(module: Module, text: str, region: Region, edits: Sequence[Edit]) -> str:
    newline = module.source.newline
    # `pass` makes the comments above the first statement its own instead of the file's header
    prefix = ("if True:" if _indentation(_code_line(split_lines(text))) else "pass") + newline
    try:
        config = cst.PartialParserConfig(default_newline=newline)
        parsed = cst.parse_module(prefix + text, config)
        if not any(line[:1] in (" ", "\t") for line in split_lines(text)):  # else its own counts
            parsed = parsed.with_changes(default_indent=indent_unit(module))
        wrapper = MetadataWrapper(parsed, unsafe_skip_copy=True)
        transformer = _Apply(edits, region.first - 2, wrapper.resolve(PositionProvider))
        changed = wrapper.module.visit(transformer)
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError) as exc:
        raise CannotRewrite(f"LibCST cannot parse lines {region.first} to {region.last}: {exc}") from exc
    if transformer.pending:
        missed = min(edit.span.line for edit in transformer.pending)
        raise CannotRewrite(f"the code at line {missed} cannot be edited by itself")
    match changed.body:
        case [cst.If(body=cst.IndentedBlock(body=[]))]:
            return ""  # all of it was removed, for which LibCST would write `pass`
    result = changed.code
    if text.endswith("\r") and result and not result.endswith("\r"):
        result += "\r"  # which LibCST drops at the end of its input
    if result == prefix.removesuffix(newline):
        return ""  # all of it was removed, and the text had no line break at its end
    if not result.startswith(prefix):
        raise CannotRewrite(f"lines {region.first} to {region.last} would lose their place")
    return result[len(prefix) :]


def _code_line(lines: list[str]) -> str:
    return next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), lines[0])


def indent_unit(module: Module) -> str:
    """The file's own indentation: that of the first indented statement."""
    lines = module.source.lines
    for node, parent in module.parents.items():
        if isinstance(node, ast.stmt) and isinstance(parent, ast.stmt):
            outer, inner = _indentation(lines[parent.lineno - 1]), _indentation(lines[node.lineno - 1])
            if len(inner) > len(outer):
                return inner[len(outer) :]
    return "    "


class _Apply(cst.CSTTransformer):
    """Replace the node of each edit on the way up, so that a change sees inner changes already made."""

    def __init__(self, edits: Iterable[Edit], line_offset: int, positions: Any) -> None:
        super().__init__()
        self._positions = positions
        self._offset = line_offset
        self.pending: list[Edit] = list(edits)
        self._places = {(edit.span.line, edit.span.column) for edit in self.pending}

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        updated_node = super().on_leave(original_node, updated_node)
        where = self._where(original_node)
        if where is None or (where.start.line + self._offset, where.start.column + 1) not in self._places:
            return updated_node
        for number, edit in enumerate(self.pending):
            if isinstance(original_node, edit.kind) and self._stands_at(original_node, where, edit.span):
                del self.pending[number]
                return self._changed(edit, updated_node)
        return updated_node

    def _where(self, node: cst.CSTNode) -> CodeRange | None:
        """Where `ast` says that this stands: a tuple or generator begins at its own parenthesis."""
        if isinstance(node, cst.Tuple | cst.GeneratorExp) and node.lpar:
            start, end = self._positions.get(node.lpar[-1]), self._positions.get(node.rpar[0])
            if start and end:
                return CodeRange(start.start, end.end)
        found: CodeRange | None = self._positions.get(node)
        return found

    def _stands_at(self, node: cst.CSTNode, where: CodeRange, span: Span) -> bool:
        """Expressions that start at one place are told apart by their end; statements need not be."""
        if (where.start.line + self._offset, where.start.column + 1) != (span.line, span.column):
            return False
        end = (where.end.line + self._offset, where.end.column + 1)
        return not isinstance(node, cst.BaseExpression) or end == (span.end_line, span.end_column)

    @staticmethod
    def _changed(edit: Edit, node: Any) -> Any:
        try:
            return edit.change(node)
        except CannotRewrite:
            raise
        except Exception as exc:
            raise CannotRewrite(
                f"the edit at line {edit.span.line} fails: {type(exc).__name__}: {exc}"
            ) from exc
