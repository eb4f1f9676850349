"""Tables that a terminal, a Markdown page and an HTML page show alike: made once, rendered three times."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from fixbot.escapes import visible

GOOD, BAD, DIM = "good", "bad", "dim"
_STYLES = {GOOD: "green", BAD: "bold red", DIM: "dim", "": ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with a mood: good, bad, dim, or none."""

    text: str
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; numbers stand on the right."""

    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a title. `empty` is said where there are none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    note: str = ""


def table(
    title: str, headings: str, rows: Sequence[Sequence[str | Cell]], *, empty: str = "", note: str = ""
) -> Table:
    """A table whose headings are given as "endpoint | p50 > | p95 >"; `>` marks numbers."""
    columns = tuple(
        Column(heading.rstrip(" >").strip(), heading.rstrip().endswith(">"))
        for heading in headings.split("|")
    )
    cells = tuple(tuple(c if isinstance(c, Cell) else Cell(c) for c in row) for row in rows)
    return Table(title, columns, cells, empty, note)


def terminal_table(shown: Table) -> Iterator[Text]:
    """Lines for a terminal; columns as wide as they need."""
    if not shown.rows and not shown.empty:
        return
    yield Text(shown.title, "bold underline")
    if not shown.rows:
        yield Text(f"  {shown.empty}", "dim")
    else:
        texts = [[visible(cell.text) for cell in row] for row in shown.rows]
        widths = [
            max(cell_len(column.title), *(cell_len(row[n]) for row in texts))
            for n, column in enumerate(shown.columns)
        ]
        head = "  ".join(_placed(c.title, w, c.number) for c, w in zip(shown.columns, widths, strict=True))
        yield Text(f"  {head.rstrip()}", "dim")
        for row, words in zip(shown.rows, texts, strict=True):
            line = Text()
            for cell, word, column, width in zip(row, words, shown.columns, widths, strict=True):
                line.append("  ").append(_placed(word, width, column.number), _STYLES[cell.mood])
            line.rstrip()
            yield line
    if shown.note:
        yield Text(f"  {shown.note}", "dim")
    yield Text()


def markdown_table(shown: Table, *, level: int = 2) -> str:
    """The table as GitHub shows it; nothing in a cell can end it or become a link or markup."""
    if not shown.rows and not shown.empty:
        return ""
    lines = [f"{'#' * level} {shown.title}", ""]
    if shown.rows:
        lines.append("| " + " | ".join(_markdown(column.title) for column in shown.columns) + " |")
        lines.append("|" + "|".join("---:" if column.number else "---" for column in shown.columns) + "|")
        lines += ["| " + " | ".join(map(_marked, row)) + " |" for row in shown.rows]
    else:
        lines.append(shown.empty)
    if shown.note:
        lines += ["", f"*{_markdown(shown.note)}*"]
    return "\n".join(lines) + "\n"


def html_table(shown: Table) -> str:
    """The table as a section of a page."""
    if not shown.rows and not shown.empty:
        return ""
    parts = [f"<section><h2>{html.escape(shown.title)}</h2>"]
    if shown.rows:
        parts.append("<div class='wide'><table><thead><tr>")
        parts += [f"<th{_aligned(column)}>{html.escape(column.title)}</th>" for column in shown.columns]
        parts.append("</tr></thead><tbody>")
        for row in shown.rows:
            cells = zip(row, shown.columns, strict=True)
            parts.append("<tr>" + "".join(_html_cell(cell, column) for cell, column in cells) + "</tr>")
        parts.append("</tbody></table></div>")
    else:
        parts.append(f"<p class='dim'>{html.escape(shown.empty)}</p>")
    if shown.note:
        parts.append(f"<p class='dim'>{html.escape(shown.note)}</p>")
    return "".join(parts) + "</section>\n"


def _html_cell(cell: Cell, column: Column) -> str:
    classes = " ".join(filter(None, ("number" if column.number else "", cell.mood)))
    return f"<td{f' class={chr(34)}{classes}{chr(34)}' if classes else ''}>{html.escape(visible(cell.text))}</td>"


def _aligned(column: Column) -> str:
    return ' class="number"' if column.number else ""


def _placed(text: str, width: int, number: bool) -> str:
    blank = " " * (width - cell_len(text))
    return blank + text if number else text + blank


def _marked(cell: Cell) -> str:
    text = _markdown(cell.text)
    return f"**{text}**" if cell.mood == BAD and text else text


def _markdown(text: str) -> str:
    text = html.escape(visible(text), quote=False)
    return re.sub(r"([\\`*_{}\[\]|#~@])", r"\\\1", text)
