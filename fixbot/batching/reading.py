"""The statements that run a query for a chunk of keys: the same for a loop's own query and for one behind a function."""

from __future__ import annotations

from fixbot.batching.queries import Fetch
from fixbot.project.spelling import broken


def query_lines(fetch: Fetch, receiver: str, indent: int, line_length: int) -> tuple[list[str], str, str]:
    """The lines up to the query, how a `row` tells its key, and how its rows are fetched.

    `indent` is the column that the lines will begin at.
    """
    match = fetch.by_key()
    assert match is not None
    await_ = "await " if fetch.is_async else ""
    select = f"SELECT {', '.join(fetch.columns)} FROM {match['table']} WHERE {match['column']}"
    order = f" ORDER BY {' '.join(match['order'].split())}" if match["order"] else ""
    place = " " * indent
    if fetch.query.spread:
        found = broken(
            f'found = {await_}{receiver}.fetch("{select} = ANY($1){order}", chunk)',
            place,
            "    ",
            line_length,
        )
        column = match["column"].lower()
        return (
            found.split("\n"),
            f"row[{fetch.key_position}]" if fetch.key_position != -1 else f'row["{column}"]',
            "found",
        )
    mark = f'"{fetch.query.mark}"'
    marks = f"{mark} * len(chunk)" if len(fetch.query.mark) == 1 else f"[{mark}] * len(chunk)"
    run = f'found = {await_}{receiver}.execute(f"{select} IN ({{marks}}){order}", chunk)'
    lines = [f'marks = ", ".join({marks})', *broken(run, place, "    ", line_length).split("\n")]
    key = f"row[{fetch.key_position}]"
    if fetch.key_position == -1:
        lines.append("columns = [column[0].lower() for column in found.description]")
        lines.append(f'position = columns.index("{match["column"].lower()}")')
        key = "row[position]"
    return lines, key, f"{await_}found.fetchall()"
