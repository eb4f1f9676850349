"""The reports of `profile` and `compare` in all their forms: which renderer, and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from fixbot.errors import FixbotError
from fixbot.profiling.comparison import Comparison
from fixbot.profiling.model import Profile
from fixbot.profiling.slow_log import SlowLog
from fixbot.profiling.targets import Targets
from fixbot.reports import compare_report, console, page, profile_report, slow_log_report
from fixbot.reports.tables import html_table

_SUFFIXES: Mapping[str, str] = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json"}


@dataclass(frozen=True)
class Forms:
    """One report as lines for a terminal, and as text by the name of its format."""

    lines: Callable[[], Iterable[Text]]
    texts: Mapping[str, Callable[[], str]]


def of_profile(profile: Profile, targets: Targets) -> Forms:
    return Forms(
        lambda: profile_report.profile_lines(profile),
        {
            "json": lambda: profile_report.profile_json(profile),
            "markdown": lambda: profile_report.profile_markdown(profile),
            "html": lambda: page.profile_page(profile, targets),
        },
    )


def of_comparison(compared: Comparison) -> Forms:
    return Forms(
        lambda: compare_report.compare_lines(compared),
        {
            "json": lambda: compare_report.compare_json(compared),
            "markdown": lambda: compare_report.compare_markdown(compared),
            "html": lambda: compare_report.compare_page(compared),
        },
    )


def of_slow_log(log: SlowLog) -> Forms:
    shown = slow_log_report.slow_log_table(log)
    return Forms(
        lambda: slow_log_report.slow_log_lines(log),
        {
            "json": lambda: slow_log_report.slow_log_json(log),
            "markdown": lambda: slow_log_report.slow_log_markdown(log),
            "html": lambda: page.page("Slow requests", "", not shown.rows, [html_table(shown)]),
        },
    )


def check_reports(files: Sequence[Path]) -> None:
    """Raises `FixbotError` for a report that cannot be written: better before a measurement than after it."""
    for file in files:
        if file.suffix.lower() not in _SUFFIXES:
            raise FixbotError(f"--report {file}: the name must end in .html, .md or .json")
        if not file.absolute().parent.is_dir():
            raise FixbotError(f"--report {file}: there is no folder {file.parent}")


def show(forms: Forms, format: str, files: Sequence[Path]) -> None:  # noqa: A002 - as the flag is called
    """Print in this format, and write each of the files in the format that its name says. Raises `FixbotError`."""
    check_reports(files)
    for file in files:
        console.write_text(file, forms.texts[_SUFFIXES[file.suffix.lower()]]())
    if format == "terminal":
        console.print_lines(forms.lines())
    else:
        print(forms.texts[format](), end="")  # noqa: T201
