"""The report of `compare`: counts first, then times as ratios with their spread; in the four forms of a profile."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any

from rich.text import Text

from fixbot.escapes import visible
from fixbot.profiling.comparison import Change, Comparison, EndpointComparison, Times
from fixbot.profiling.targets import MB
from fixbot.reports import svg
from fixbot.reports.page import page
from fixbot.reports.tables import (
    BAD,
    DIM,
    GOOD,
    Cell,
    Table,
    html_table,
    markdown_table,
    table,
    terminal_table,
)

VERSION = 1
RATIOS = "Left of the line is faster, right of it slower. A line that crosses it shows no difference; grey ones are too close to call."
_MOODS = {Change.NONE: DIM, Change.FASTER: GOOD, Change.SLOWER: BAD}


def headline(compared: Comparison) -> str:
    """The answer in one sentence."""
    if not compared.endpoints:
        return "Nothing could be compared."
    if not compared.differs:
        return "No difference shown."
    changed = Counter(each.change for each in compared.endpoints)
    parts = [
        f"{changed[change]} of {len(compared.endpoints)} endpoints {change}"
        for change in (Change.SLOWER, Change.FASTER)
        if changed[change]
    ]
    changes = [{worse for *_, worse in each.count_changes} for each in compared.endpoints]
    for word, worse in (("higher", True), ("lower", False)):
        if count := sum(worse in found for found in changes):
            parts.append(f"{word} counts at {count}")
    return ", ".join(parts).capitalize() + "."


def tables(compared: Comparison) -> Iterator[Table]:
    """Counts, times, and the service as a whole."""
    counts = [
        (each.name, what, before, Cell(after, BAD if worse else GOOD))
        for each in compared.endpoints
        for what, before, after, worse in each.count_changes
    ]
    note = "Of one request alone; they do not depend on the machine."
    none = "The same on both sides: calls that leave the process, memory of a request, blocked loop."
    yield table("Counts that differ", "endpoint | what | before > | after >", counts, empty=none, note=note)
    yield table(
        "Times",
        "endpoint | what | before, ms > | after, ms > | after/before > | 95 % interval > | rounds > | p > | verdict",
        [_times(each, times) for each in compared.endpoints for times in each.times],
        empty="Nothing could be compared.",
        note=(
            f"Medians, and the median ratio of requests made in turn, at most {compared.pairs} pairs in each of "
            f"{compared.rounds} rounds. p: sign test over all pairs."
        ),
    )
    yield _service(compared)
    skipped = [(each.name, each.reason) for each in compared.skipped]
    yield table("Not compared", "endpoint | why", skipped)


def _times(each: EndpointComparison, times: Times) -> tuple[str | Cell, ...]:
    ratio = times.ratio
    rounds = f"{min(ratio.rounds):.2f} to {max(ratio.rounds):.2f}"
    return (
        each.name,
        times.what,
        f"{median(times.before) * 1000:.2f}",
        f"{median(times.after) * 1000:.2f}",
        f"{ratio.ratio:.2f}",
        f"{ratio.low:.2f} to {ratio.high:.2f}",
        rounds,
        f"{ratio.p:.1g}",
        Cell(times.change, _MOODS[times.change]),
    )


def _service(compared: Comparison) -> Table:
    def row(what: str, pairs: list[tuple[float, float]], unit: str, digits: int) -> tuple[str, ...]:
        before, after = (sorted(side) for side in zip(*pairs, strict=True))

        def shown(side: list[float]) -> str:
            return f"{median(side):.{digits}f} {unit} ({side[0]:.{digits}f} to {side[-1]:.{digits}f})"

        return what, shown(before), shown(after), f"{median(after) / median(before):.2f}"

    rows = []
    if compared.cold_starts:
        rows.append(row("cold start", list(compared.cold_starts), "s", 2))
    if all(a and b for a, b in compared.idle) and compared.idle:
        rows.append(row("idle memory", [(a / MB, b / MB) for a, b in compared.idle], "MB", 0))
    note = "Median, least and most over the rounds."
    return table("The service", "what | before > | after > | after/before >", rows, note=note)


def compare_lines(compared: Comparison) -> Iterator[Text]:
    """What a person reads."""
    yield Text(f"Before: {visible(compared.before)}    after: {visible(compared.after)}", "bold")
    yield Text()
    for each in tables(compared):
        yield from terminal_table(each)
    for note in compared.notes:
        yield Text(f"Note: {visible(note)}", "dim")
    style = "bold red" if compared.worse else "bold green" if compared.differs else "bold"
    yield Text(headline(compared), style)


def compare_markdown(compared: Comparison, *, only: tuple[str, ...] = ()) -> str:
    """The same for a pull request; `only` names the endpoints to show, all when empty."""
    if only:
        compared = _only(compared, only)
    parts = [f"Before: {visible(compared.before)}, after: {visible(compared.after)}. {headline(compared)}\n"]
    parts += [text for each in tables(compared) if (text := markdown_table(each, level=3))]
    parts += [f"*Note: {visible(note)}*\n" for note in compared.notes]
    return "\n".join(parts)


def _only(compared: Comparison, names: tuple[str, ...]) -> Comparison:
    from dataclasses import replace

    return replace(
        compared,
        endpoints=tuple(each for each in compared.endpoints if each.name in names),
        skipped=tuple(each for each in compared.skipped if each.name in names),
    )


def compare_page(compared: Comparison) -> str:
    """The page of `fixbot compare`."""
    shown = [html_table(each) for each in tables(compared)]
    rows = [
        (f"{e.name} {t.what}", t.ratio.low, t.ratio.ratio, t.ratio.high, _MOODS[t.change])
        for e in compared.endpoints
        for t in e.times
    ]
    ratios = (
        f"<section><h2>After divided by before</h2><p class='dim'>{RATIOS}</p>{svg.interval_plot(rows)}</section>\n"
        if rows
        else ""
    )
    plots = []
    for each in compared.endpoints:
        latency = each.times[0]
        series = [("before", _ms(latency.before)), ("after", _ms(latency.after))]
        plots.append(f"<div><h3>{html.escape(visible(each.name))}</h3>{svg.step_plot(series, x='ms')}</div>")
    key = (
        "<p class='key'><span style='background:var(--blue)'></span>before"
        "<span style='background:var(--orange)'></span>after</p>"
    )
    distributions = (
        f"<section><h2>Before beside after</h2>{key}<div class='plots'>{''.join(plots)}</div></section>\n"
    )
    title = f"{compared.before} compared with {compared.after}"
    sections = [shown[0], shown[1], ratios, distributions, *shown[2:]]
    return page(title, headline(compared), not compared.worse, sections, compared.notes)


def _ms(samples: tuple[float, ...]) -> list[float]:
    return [1000 * sample for sample in samples]


def compare_json(compared: Comparison) -> str:
    """For programs. Seconds and bytes."""
    report = {
        "version": VERSION,
        "before": compared.before,
        "after": compared.after,
        "differs": compared.differs,
        "worse": compared.worse,
        "endpoints": [
            {
                "endpoint": each.name,
                "change": each.change.name.lower(),
                "times": {times.what: _time(times) for times in each.times},
                "calls": {"before": dict(each.before.calls), "after": dict(each.after.calls)},
                "allocated": {"before": each.before.allocated, "after": each.after.allocated},
                "stalls": {"before": each.before.stalls, "after": each.after.stalls},
            }
            for each in compared.endpoints
        ],
        "cold_start": [list(pair) for pair in compared.cold_starts],
        "idle_memory": [list(pair) for pair in compared.idle],
        "skipped": [{"endpoint": s.name, "reason": s.reason} for s in compared.skipped],
        "notes": list(compared.notes),
    }
    return json.dumps(report, indent=2) + "\n"


def _time(times: Times) -> dict[str, Any]:
    ratio = times.ratio
    return {
        "median": {"before": median(times.before), "after": median(times.after)},
        "ratio": ratio.ratio,
        "interval": [ratio.low, ratio.high],
        "rounds": list(ratio.rounds),
        "p": ratio.p,
        "pairs": ratio.pairs,
        "change": times.change.name.lower(),
    }
