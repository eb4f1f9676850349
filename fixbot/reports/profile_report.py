"""The report of `profile` for a terminal, as JSON (a contract, like that of `check`) and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from fixbot.escapes import visible
from fixbot.profiling.model import EndpointResult, Profile
from fixbot.profiling.quantiles import quantile
from fixbot.reports import profile_tables
from fixbot.reports.tables import markdown_table, terminal_table

VERSION = 1


def profile_lines(profile: Profile) -> Iterator[Text]:
    """What a person reads: the tables, then the answer."""
    for each in profile_tables.tables(profile):
        yield from terminal_table(each)
    for note in profile.notes:
        yield Text(f"Note: {visible(note)}", "dim")
    yield Text(profile_tables.headline(profile), "bold green" if profile.held else "bold red")


def profile_markdown(profile: Profile) -> str:
    """The same for a pull request or a wiki."""
    parts = [f"# Profile of {visible(profile.target)}\n", f"{profile_tables.headline(profile)}\n"]
    parts += [text for each in profile_tables.tables(profile) if (text := markdown_table(each))]
    parts += [f"*Note: {visible(note)}*\n" for note in profile.notes]
    return "\n".join(parts)


def profile_json(profile: Profile) -> str:
    """For programs. Seconds and bytes; what was not measured is null."""
    memory, start = profile.memory, profile.start
    report = {
        "version": VERSION,
        "target": profile.target,
        "held": profile.held,
        "targets": [
            {
                "target": v.target,
                "subject": v.subject,
                "limit": v.limit,
                "measured": v.measured,
                "held": v.held,
                "note": v.note,
            }
            for v in profile.verdicts
        ],
        "findings": [
            {
                "problem": f.problem,
                "subject": f.subject,
                "message": f.message,
                "detail": f.detail,
                "counts": f.counts,
            }
            for f in profile.findings
        ],
        "endpoints": [_endpoint(result) for result in profile.endpoints],
        "functions": {
            name: {"requests": len(s), "p50": quantile(s, 0.5), "p95": quantile(s, 0.95)}
            for name, s in profile.functions.items()
        },
        "memory": memory
        and {
            "idle": memory.idle,
            "peak": memory.peak,
            "trend": memory.trend,
            "slope": memory.slope,
            "note": memory.note,
            "points": [[p.requests, round(p.seconds, 3), p.resident] for p in memory.points],
            "growth": [
                {"file": g.file, "line": g.line, "source": g.source, "bytes": g.bytes, "blocks": g.blocks}
                for g in memory.growth
            ],
        },
        "stalls": {
            "count": len(profile.stalls),
            "longest": max((s.seconds for s in profile.stalls), default=0.0),
            "share": sum(s.seconds for s in profile.stalls) / profile.watched if profile.watched else None,
        },
        "cold_start": start
        and {
            "seconds": start.seconds,
            "first": start.first,
            "status": start.status,
            "imports": [{"module": i.module, "own": i.own, "total": i.total} for i in start.imports],
        },
        "skipped": [{"endpoint": s.name, "reason": s.reason} for s in profile.skipped],
        "notes": list(profile.notes),
    }
    return json.dumps(report, indent=2) + "\n"


def _endpoint(result: EndpointResult) -> dict[str, Any]:
    return {
        "endpoint": result.endpoint.name,
        "kind": result.endpoint.kind,
        "requests": result.requests,
        "errors": dict(result.errors),
        "p50": quantile(result.latencies, 0.5),
        "p95": quantile(result.latencies, 0.95),
        "p99": quantile(result.latencies, 0.99),
        "throughput": result.throughput,
        "rate": result.rate,
        "allocated": result.allocated,
        "calls": [
            {
                "kind": call.kind,
                "text": call.text,
                "count": call.count,
                "distinct": call.distinct,
                "blocking": call.blocking,
            }
            for call in result.calls
        ],
    }
