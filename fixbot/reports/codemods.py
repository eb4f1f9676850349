"""What `list` and `explain` show: the codemods in their order, and the documentation of one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from fixbot.codemod import Codemod
from fixbot.reports.console import Output
from fixbot.reports.terminal import SEVERITY_STYLES


def print_list(codemods: Sequence[Codemod]) -> None:
    """A table on a terminal; in a pipe one line for each codemod, its id first."""
    console = Output()
    if not console.is_terminal:
        width = max((len(codemod.id) for codemod in codemods), default=0)
        for codemod in codemods:
            console.print(Text(f"{codemod.id:<{width}}  {codemod.summary}"), soft_wrap=True)
        return
    table = Table("#", "Codemod", "Severity", "What it does", box=None, pad_edge=False, header_style="dim")
    for number, codemod in enumerate(codemods, 1):
        severity = Text(codemod.severity, SEVERITY_STYLES[codemod.severity])
        table.add_row(Text(f"{number}", "dim"), Text(codemod.id, "bold"), severity, Text(codemod.summary))
    console.print(table)
    console.print(Text("\nRead about one with `fixbot explain CODEMOD`.", "dim"))


def print_documentation(codemod: Codemod) -> None:
    """The codemod's own documentation: rendered on a terminal, as Markdown in a pipe."""
    console = Output()
    text = f"# {codemod.id}\n\n{codemod.documentation}\n"
    if console.is_terminal:
        console.print(Markdown(text), width=min(console.width, 100))
    else:
        console.print(Text(text), soft_wrap=True, end="")
