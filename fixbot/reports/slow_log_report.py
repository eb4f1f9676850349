"""The report of `profile --log`: which endpoints a log calls slow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from statistics import median

from rich.text import Text

from fixbot.profiling.slow_log import SlowLog
from fixbot.reports.tables import Table, markdown_table, table, terminal_table

VERSION = 1


def slow_log_table(log: SlowLog) -> Table:
    rows = [
        (
            each.name,
            str(len(each.seconds)),
            *(f"{1000 * s:.0f}" for s in (median(each.seconds), max(each.seconds))),
        )
        for each in log.endpoints
    ]
    note = f"{len(log.unread)} more in a form that is not known, like: {log.unread[0]}" if log.unread else ""
    return table(
        "Slow requests",
        "endpoint | times > | median ms > | longest ms >",
        rows,
        empty=f"None in {log.lines:,} lines.",
        note=note,
    )


def slow_log_lines(log: SlowLog) -> Iterator[Text]:
    yield from terminal_table(slow_log_table(log))


def slow_log_markdown(log: SlowLog) -> str:
    return markdown_table(slow_log_table(log))


def slow_log_json(log: SlowLog) -> str:
    endpoints = [{"endpoint": each.name, "seconds": list(each.seconds)} for each in log.endpoints]
    return (
        json.dumps(
            {"version": VERSION, "endpoints": endpoints, "lines": log.lines, "unread": list(log.unread)},
            indent=2,
        )
        + "\n"
    )
