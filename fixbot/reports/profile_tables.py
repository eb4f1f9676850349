"""What a profile says, as tables and sentences; how they look is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from fixbot.profiling.model import Profile, Verdict
from fixbot.profiling.quantiles import needed, quantile
from fixbot.profiling.targets import MB
from fixbot.reports.tables import BAD, DIM, GOOD, Cell, Table, table

_TOP = 5
_UNCARRIED = "-"


def tables(profile: Profile) -> Iterator[Table]:
    """All tables of a report, the answer first."""
    yield targets(profile)
    yield problems(profile)
    yield endpoints(profile)
    yield calls(profile)
    yield functions(profile)
    yield memory(profile)
    yield growth(profile)
    yield start(profile)
    yield skipped(profile)


def headline(profile: Profile) -> str:
    """The answer in one sentence."""
    missed = sum(verdict.held is False for verdict in profile.verdicts)
    held = sum(verdict.held is True for verdict in profile.verdicts)
    open_ = len(profile.verdicts) - missed - held
    unmeasured = f", {open_} not measured" if open_ else ""
    return (
        f"{missed} of {missed + held} targets missed{unmeasured}."
        if missed
        else f"All {held} targets held{unmeasured}."
    )


def targets(profile: Profile) -> Table:
    missed_first = sorted(profile.verdicts, key=lambda v: {False: 0, None: 1, True: 2}[v.held])
    rows = [(v.target, v.subject, v.measured, v.limit, _held(v), v.note) for v in missed_first]
    return table("Targets", "target | of | measured > | limit > | held | note", rows)


def _held(verdict: Verdict) -> Cell:
    match verdict.held:
        case True:
            return Cell("yes", GOOD)
        case False:
            return Cell("MISSED", BAD)
        case None:
            return Cell("not measured", DIM)


def problems(profile: Profile) -> Table:
    rows = [
        (Cell(f.problem, BAD if f.counts else DIM), f.subject, f.message, f.detail.partition("\n")[0])
        for f in profile.findings
    ]
    return table("What was found", "what | where | how | which", rows, empty="Nothing.")


def endpoints(profile: Profile) -> Table:
    rows = []
    for result in profile.endpoints:
        p50, p95, p99 = (_quantile(result.latencies, q) for q in (0.5, 0.95, 0.99))
        errors = sum(result.errors.values())
        shown = Cell(str(errors), BAD if errors else "")
        rates = (f"{result.throughput:.1f}", f"{result.rate:.1f}")
        rows.append((result.endpoint.name, str(result.requests), shown, p50, p95, p99, *rates))
    note = (
        f"Milliseconds from when a request was due. {_UNCARRIED}: too few answers for it "
        f"(p95 takes {needed(0.95)}, p99 {needed(0.99)})."
    )
    first_errors = next(
        (f"{r.endpoint.name}: {next(iter(r.errors))}" for r in profile.endpoints if r.errors), ""
    )
    note += f" First error: {first_errors}." if first_errors else ""
    return table(
        "Endpoints",
        "endpoint | requests > | errors > | p50 > | p95 > | p99 > | answers/s > | asked/s >",
        rows,
        note=note,
    )


def _quantile(samples: tuple[float, ...], q: float) -> str:
    found = quantile(samples, q)
    return _UNCARRIED if found is None else f"{found * 1000:.1f}"


def calls(profile: Profile) -> Table:
    """Outgoing calls of a request, by kind, and the call that it makes most often."""
    kinds = sorted({call.kind for r in profile.endpoints for call in r.calls} - {"function"})
    rows: list[tuple[str, ...]] = []
    for result in profile.endpoints:
        if not result.served:
            continue
        made = [call for call in result.calls if call.kind != "function"]
        counts = [str(sum(call.count for call in made if call.kind == kind) or "·") for kind in kinds]
        most = max(made, key=lambda call: call.count, default=None)
        text = f"{most.count} x {most.text}" if most else ""
        needs = "" if result.allocated is None else f"{result.allocated / MB:.2f}"
        rows.append((result.endpoint.name, *counts, needs, text))
    headings = " | ".join(("endpoint", *(f"{kind} >" for kind in kinds), "MB >", "most often"))
    note = "Calls that leave the process and memory that is needed, of one request alone. They do not depend on the machine."
    return table("One request", headings, rows, note=note)


def functions(profile: Profile) -> Table:
    rows = [
        (name, str(len(seconds)), _quantile(seconds, 0.5), _quantile(seconds, 0.95))
        for name, seconds in sorted(profile.functions.items())
    ]
    return table("Named functions", "function | requests > | p50 ms > | p95 ms >", rows)


def memory(profile: Profile) -> Table:
    seen = profile.memory
    if seen is None:
        return table("Memory", "what | how much >", [])
    rows = [
        ("idle", f"{seen.idle / MB:.0f} MB"),
        ("peak", f"{seen.peak / MB:.0f} MB"),
        ("over time", str(seen.trend)),
    ]
    if seen.slope is not None:
        last = f" over {seen.points[-1].requests:,}" if seen.points else ""
        rows.append(("slope", f"{seen.slope / 1000:.2f} KB a request{last}"))
    return table("Memory", "what | how much >", rows, note=seen.note)


def growth(profile: Profile) -> Table:
    found = profile.memory.growth if profile.memory else ()
    rows = [(f"{g.file}:{g.line}", f"{g.bytes / 1000:.0f}", str(g.blocks), g.source) for g in found[:_TOP]]
    return table("Where memory grew", "place | KB > | blocks > | code", rows)


def start(profile: Profile) -> Table:
    if profile.start is None:
        return table("Cold start", "module | own ms > | in all ms >", [])
    begun = profile.start
    rows = [
        (each.module, f"{each.own * 1000:.0f}", f"{each.total * 1000:.0f}") for each in begun.imports[:_TOP]
    ]
    answered = "" if begun.status == 200 else f" (answered {begun.status}; nothing answered 200)"
    note = f"{begun.seconds:.2f} s from the start of the process to {begun.first}{answered}. Above: the slowest imports."
    return table(
        "Cold start", "module | own ms > | in all ms >", rows, note=note, empty="No imports were seen."
    )


def skipped(profile: Profile) -> Table:
    rows = [(each.name, each.reason) for each in profile.skipped]
    return table("Not measured", "endpoint | why", rows)
