"""Edits that take code away and leave the rest as a person would: blank lines, commas, comments."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import libcst as cst

from fixbot.codemod import Place
from fixbot.duplicates.comments import comments_inside, lines_above
from fixbot.model import Edit
from fixbot.safety import Doubt, report, review


def lines_of(nodes: Sequence[ast.AST]) -> tuple[int, int]:
    """First and last line of neighbouring statements or expressions, decorators included."""
    first = nodes[0]
    start = min([_line(first), *(d.lineno for d in getattr(first, "decorator_list", ()))])
    return start, nodes[-1].end_lineno  # type: ignore[attr-defined]


def _line(node: ast.AST) -> int:
    return node.lineno  # type: ignore[attr-defined, no-any-return]


# --- statements ----------------------------------------------------------------------------------


class Removal(NamedTuple):
    """The edits that remove some statements, and what speaks against it as far as layout goes."""

    edits: list[Edit]
    doubts: list[Doubt]


def removal(
    at: Place, suite: Sequence[ast.stmt], start: int, end: int, kept: Sequence[ast.stmt] = ()
) -> Removal:
    """Remove `suite[start:end]`, of which `kept` is a copy.

    Between what is left stay as many blank lines as the larger gap had. Comments above that `kept` does not have
    move to the next statement.
    """
    source, gone = at.module.source, suite[start:end]
    statement_node: Any = cst.BaseStatement  # abstract, which `type[…]` does not admit
    edits = [at.edit(statement, statement_node, _nothing) for statement in gone]
    said = (
        [*lines_above(source, lines_of(kept)[0]), *comments_inside(source, *lines_of(kept))] if kept else []
    )
    above = [line for line in lines_above(source, lines_of(gone)[0]) if not line or line not in said]
    lost = [comment for comment in comments_inside(source, *lines_of(gone)) if comment not in said]
    moved = [line for line in above if line]
    if end == len(suite):
        lost, moved = moved + lost, []
    else:
        below = lines_above(source, lines_of(suite[end : end + 1])[0])
        new_above = _new_lines_above(
            above, below, is_first=start == 0, is_own_region=_is_own_region(at, gone[0])
        )
        if new_above is not None:
            edit = at.edit(suite[end], statement_node, partial(_with_lines_above, new_above))
            edits.append(
                replace(edit, span=replace(edit.span, end_line=edit.span.line, end_column=edit.span.column))
            )
    doubts = [shares_line(at, gone)]
    if lost:
        doubts.append(review(f"this comment would go with it: {lost[0]}"))
    elif moved:
        doubts.append(review(f"this comment would stay, above other code: {moved[0]}"))
    return Removal(edits, [doubt for doubt in doubts if doubt])


def _nothing(_: cst.BaseStatement) -> cst.RemovalSentinel:
    return cst.RemoveFromParent()


def _new_lines_above(
    above: list[str], below: list[str], *, is_first: bool, is_own_region: bool
) -> list[str] | None:
    """What is to stand above the next statement, between the code before it and its own comments; None to leave it.

    Where each statement is rewritten by itself, blank lines are none of its own, and set right by the rewriter.
    """
    gap, next_gap = _leading_blanks(above), _leading_blanks(below)
    if is_own_region:
        direct = above[
            len(above) - next((n for n, line in enumerate(reversed(above)) if not line), len(above)) :
        ]
        return [*direct, *[""] * next_gap] if direct else None
    if any(above):
        return [*above, *[""] * next_gap]
    wanted = gap if is_first else max(gap, next_gap)
    return None if wanted == next_gap else [""] * wanted


def _leading_blanks(lines: list[str]) -> int:
    return next((number for number, line in enumerate(lines) if line), len(lines))


def _with_lines_above(new: list[str], statement: Any) -> cst.BaseStatement:
    """In place of the blank lines that a statement begins with."""
    own = list(statement.leading_lines)
    while own and own[0].comment is None:
        del own[0]
    lines = [
        cst.EmptyLine(comment=cst.Comment(text)) if text else cst.EmptyLine(indent=False) for text in new
    ]
    changed: cst.BaseStatement = statement.with_changes(leading_lines=[*lines, *own])
    return changed


def _is_own_region(at: Place, statement: ast.stmt) -> bool:
    """Whether the rewriter parses this statement by itself rather than with what is around it."""
    return all(isinstance(parent, ast.ClassDef | ast.Module) for parent in at.module.ancestors(statement))


# --- elements ------------------------------------------------------------------------------------


def without(elements: Sequence[Any], gone: Collection[int], closing: Any) -> tuple[list[Any], Any]:
    """Elements of a display or import without some, and the bracket that closes it.

    What stands behind an element on its line stays there; lines below go with the element above them.
    """
    kept: list[Any] = []
    for number, element in enumerate(elements):
        if number not in gone:
            kept.append(element)
        elif kept:
            own, comma = kept[-1].comma, element.comma
            if number == len(elements) - 1:
                closing = _closing_after(own.whitespace_after, closing)
            else:
                comma = own.with_changes(
                    whitespace_after=_joined(own.whitespace_after, comma.whitespace_after)
                )
            kept[-1] = kept[-1].with_changes(comma=comma)
    return kept, closing


def _joined(own: cst.BaseParenthesizableWhitespace, other: cst.BaseParenthesizableWhitespace) -> Any:
    match own, other:
        case cst.ParenthesizedWhitespace(), cst.ParenthesizedWhitespace():
            return other.with_changes(first_line=own.first_line)
        case _, cst.ParenthesizedWhitespace():
            return other
    return own


def _closing_after(space: cst.BaseParenthesizableWhitespace, closing: Any) -> Any:
    """A closing bracket with the comment that stood behind the comma that is gone."""
    if isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment:
        return closing.with_changes(whitespace_before=_joined(space, closing.whitespace_before))
    return closing


# --- doubts --------------------------------------------------------------------------------------


def shares_line(at: Place, statements: Sequence[ast.stmt]) -> Doubt | None:
    """A statement to remove stands on one line with other code."""
    lines = at.module.source.lines
    for statement in statements:
        before = lines[statement.lineno - 1].encode()[: statement.col_offset]
        after = lines[(statement.end_lineno or 0) - 1].encode()[statement.end_col_offset :].strip()
        if before.strip() or (after and not after.startswith(b"#")):
            return report("it shares its line with other code")
    return None
