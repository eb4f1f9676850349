"""A report as one HTML file: tables and plots, no script, nothing from the network."""

from __future__ import annotations

import html
from collections.abc import Iterable

from fixbot.escapes import visible
from fixbot.profiling.model import Profile
from fixbot.profiling.targets import MB, Targets
from fixbot.reports import profile_tables, svg
from fixbot.reports.tables import html_table

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --dim: #667085; --paper: #fff; --line: #e4e7ec; --good: #067647;
        --bad: #b42318; --blue: #175cd3; --orange: #c4320a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --dim: #98a2b3; --paper: #12161c; --line: #2b323d;
        --good: #47cd89; --bad: #f97066; --blue: #84adff; --orange: #fdb022; } }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink);
       background: var(--paper); }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font-size: .95rem; margin: .8rem 0 0; font-weight: 600; }
.answer { font-size: 1.1rem; font-weight: 600; } .good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
.dim { color: var(--dim); } .wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--dim); font-weight: 500; white-space: nowrap; } .number { text-align: right; white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 4rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(30rem, 1fr)); gap: .5rem 2rem; }
svg { width: 100%; max-width: 44rem; display: block; } svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
.line { fill: none; stroke: var(--blue); stroke-width: 1.8; } .line.after { stroke: var(--orange); }
.dot, .bar { fill: var(--blue); } .dot.good { fill: var(--good); } .dot.bad { fill: var(--bad); }
.grid { stroke: var(--line); } .limit { stroke: var(--bad); stroke-dasharray: 5 4; }
.whisker { stroke: var(--blue); stroke-width: 2; } .whisker.good { stroke: var(--good); } .whisker.bad { stroke: var(--bad); }
.dot.dim { fill: var(--dim); } .whisker.dim { stroke: var(--dim); }
.key span { display: inline-block; width: 1.2rem; height: 3px; vertical-align: middle; margin: 0 .3rem 0 .8rem; }
"""


def page(title: str, answer: str, good: bool, sections: Iterable[str], notes: Iterable[str] = ()) -> str:
    """One HTML document."""
    mood = "good" if good else "bad"
    told = "".join(f"<p class='dim'>Note: {html.escape(visible(note))}</p>" for note in notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{html.escape(visible(title))}</title><style>{_STYLE}</style></head><body>\n"
        f'<h1>{html.escape(visible(title))}</h1>\n<p class="answer {mood}">{html.escape(answer)}</p>\n{told}'
        f"{''.join(sections)}</body></html>\n"
    )


def profile_page(profile: Profile, limits: Targets) -> str:
    """The page of `fixbot profile`."""
    tables = {each.title: html_table(each) for each in profile_tables.tables(profile)}
    sections = [
        tables.pop("Targets"),
        tables.pop("What was found"),
        _stalls(profile),
        tables.pop("Endpoints"),
        _latencies(profile, limits),
        _memory(profile, limits),
        *tables.values(),
    ]
    answer = profile_tables.headline(profile)
    return page(f"Profile of {profile.target}", answer, profile.held, sections, profile.notes)


def _latencies(profile: Profile, limits: Targets) -> str:
    plots = []
    for result in profile.endpoints:
        values = [1000 * latency for latency in result.latencies]
        limit = 1000 * limits.latency(result.endpoint)
        if plot := svg.step_plot([("", values)], x="ms", limit=limit):
            plots.append(f"<div><h3>{html.escape(visible(result.endpoint.name))}</h3>{plot}</div>")
    if not plots:
        return ""
    return f"<section><h2>Latency distributions</h2><div class='plots'>{''.join(plots)}</div></section>\n"


def _memory(profile: Profile, limits: Targets) -> str:
    memory = profile.memory
    if memory is None:
        return ""
    over_time = svg.line_plot(
        [(at, size / MB) for at, size in memory.samples],
        x="seconds",
        y="MB resident",
        limit=limits["peak-memory"],
    )
    quiet = [(float(point.requests), point.resident / MB) for point in memory.points]
    over_requests = svg.line_plot(quiet, x="requests", y="MB at rest", marks=quiet)
    return (
        "<section><h2>Memory over time</h2><div class='plots'>"
        f"<div><h3>All along</h3>{over_time}</div>"
        + (f"<div><h3>At rest, garbage collected</h3>{over_requests}</div>" if over_requests else "")
        + "</div></section>\n"
    )


def _stalls(profile: Profile) -> str:
    """Which lines blocked the loop, by their share of the time."""
    places: dict[str, float] = {}
    for stall in profile.stalls:
        name = f"{stall.place} {stall.function}"
        places[name] = places.get(name, 0.0) + stall.seconds
    ordered = sorted(places.items(), key=lambda item: -item[1])[:10]
    total = profile.watched or 1.0
    bars = [(name, seconds, f"{seconds:.2f} s ({100 * seconds / total:.0f} %)") for name, seconds in ordered]
    if not bars:
        return ""
    return f"<section><h2>What blocked the event loop</h2>{svg.bar_plot(bars)}</section>\n"
