"""What a comparison is said to show: what got worse beside what got better, and nothing where there is nothing."""

from __future__ import annotations

import pytest

from fixbot.profiling.comparison import Change, Comparison, Counts, EndpointComparison, Times
from fixbot.profiling.quantiles import paired_ratio
from fixbot.reports.compare_report import headline
from fixbot.reports.svg import interval_plot


def endpoint(name: str, before: Counts, after: Counts, change: Change = Change.NONE) -> EndpointComparison:
    ratio = paired_ratio([[(1.0, 1.1)] * 10])
    return EndpointComparison(name, before, after, (Times("latency", (1.0,), (1.1,), ratio, change),))


def said(*endpoints: EndpointComparison) -> str:
    return headline(Comparison("a", "b", endpoints, (), (), (), 1, 10))


def test_better_and_worse_counts_are_told_apart() -> None:
    fewer = endpoint("a", Counts({"sql": 9}), Counts({"sql": 1}), Change.FASTER)
    more = endpoint("b", Counts({"sql": 1}), Counts({"sql": 2}))
    assert said(fewer, more) == "1 of 2 endpoints faster, higher counts at 1, lower counts at 1."
    assert said(more) == "Higher counts at 1."


@pytest.mark.parametrize(("bytes_more", "differs"), [(130_000, False), (600_000, True)])
def test_a_little_memory_is_no_difference(bytes_more: int, differs: bool) -> None:
    found = endpoint("a", Counts(allocated=40_000), Counts(allocated=40_000 + bytes_more))
    assert bool(found.count_changes) is differs
    assert (said(found) == "No difference shown.") is not differs


@pytest.mark.parametrize(
    ("high", "ticks"), [(1.2, [">0.8<", ">1.25<"]), (3.0, [">0.5<", ">2<"]), (30.0, [">0.1<", ">10<"])]
)
def test_ratios_stand_on_an_axis_of_round_numbers(high: float, ticks: list[str]) -> None:
    plot = interval_plot([("a", 0.95, 1.0, high, "dim")])
    assert all(tick in plot for tick in [*ticks, ">1<"])
