"""No number is claimed that the sample cannot carry, and no difference where there is none."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixbot.profiling.compare import ALPHA, SMALLEST
from fixbot.profiling.quantiles import needed, paired_ratio, quantile, rising, sign_test, slope


@pytest.mark.parametrize(("q", "n"), [(0.5, 5), (0.95, 59), (0.99, 299)])
def test_so_many_samples_a_quantile_takes(q: float, n: int) -> None:
    assert needed(q) == n
    assert q**n <= 0.05 < q ** (n - 1)
    assert quantile([1.0] * (n - 1), q) is None
    assert quantile([1.0] * n, q) == 1.0


def test_the_nearest_rank() -> None:
    samples = list(range(1, 101))
    random.shuffle(samples)
    assert quantile(samples, 0.95) == 95
    assert quantile(samples, 0.5) == 50


@given(st.floats(-1e6, 1e6), st.floats(-1e3, 1e3), st.integers(3, 30))
def test_the_slope_of_a_line_is_its_slope(start: float, step: float, n: int) -> None:
    assert math.isclose(slope([(x, start + step * x) for x in range(n)]), step, rel_tol=1e-6, abs_tol=1e-6)


def test_one_odd_point_does_not_move_the_slope() -> None:
    points = [(float(x), 2.0 * x) for x in range(20)]
    points[10] = (10.0, 1e9)
    assert slope(points) == 2.0


def test_rising() -> None:
    assert rising([1, 2, 3]) == 1
    assert rising([3, 2, 1]) == 0
    assert rising([1, 1, 1]) == 0.5


def test_the_sign_test_is_the_binomial() -> None:
    assert sign_test([1.0] * 6) == 2 / 2**6
    assert sign_test([1.0, -1.0] * 5) == 1.0
    assert sign_test([0.0, 0.0]) == 1.0


def test_a_difference_that_is_there_is_shown() -> None:
    noise = random.Random(1)
    rounds = [[(a := noise.uniform(1, 2), a * noise.uniform(1.2, 1.4)) for _ in range(30)] for _ in range(3)]
    ratio = paired_ratio(rounds)
    assert ratio.low < ratio.ratio < ratio.high
    assert 1.2 < ratio.ratio < 1.4
    assert ratio.shows_difference(0.01, 0.1)
    assert not ratio.shows_difference(0.01, 0.5), "it is smaller than what counts"


PAIR = st.tuples(st.floats(1e-4, 10), st.floats(1e-4, 10))


@given(st.lists(st.lists(PAIR, min_size=1, max_size=12), min_size=1, max_size=4))
def test_a_ratio_lies_within_its_interval(rounds: list[list[tuple[float, float]]]) -> None:
    ratio = paired_ratio(rounds)
    assert ratio.low <= ratio.ratio <= ratio.high


def test_sides_that_take_turns_in_being_slow_do_not_move_the_ratio() -> None:
    """The ratio of the medians would be 1.5 here, far from what nearly every pair says."""
    pairs = [(1.0, 1.0)] * 20 + [(2.0, 2.0)] * 19 + [(1.0, 3.0)] * 2
    ratio = paired_ratio([pairs])
    assert (ratio.low, ratio.ratio, ratio.high) == (1.0, 1.0, 1.0)


def test_the_interval_covers_the_median_as_often_as_it_says() -> None:
    noise = random.Random(3)
    covered = 0
    for _ in range(400):
        ratio = paired_ratio([[(1.0, math.exp(noise.gauss(0, 0.3))) for _ in range(20)] for _ in range(3)])
        covered += ratio.low <= 1 <= ratio.high
    assert covered >= 380


def test_none_is_shown_where_there_is_none() -> None:
    noise = random.Random(2)
    for _ in range(200):
        rounds = [[(noise.uniform(1, 3), noise.uniform(1, 3)) for _ in range(30)] for _ in range(3)]
        assert not paired_ratio(rounds).shows_difference(ALPHA / 2, SMALLEST), "as asked of one endpoint"


def test_chance_is_taken_for_a_difference_no_more_often_than_it_may_be() -> None:
    noise, shown = random.Random(4), 0
    for _ in range(1000):
        rounds = [[(noise.uniform(1, 3), noise.uniform(1, 3)) for _ in range(30)] for _ in range(3)]
        shown += paired_ratio(rounds).shows_difference(0.01, 0)
    assert shown <= 10


def test_rounds_that_disagree_show_nothing() -> None:
    faster, slower = [(1.0, 0.7)] * 10, [(1.0, 1.3)] * 60
    assert not paired_ratio([slower, slower, faster]).shows_difference(0.01, 0.1)
    assert paired_ratio([slower, slower, slower]).shows_difference(0.01, 0.1)


def test_rounds_that_differ_more_than_the_sides_show_nothing() -> None:
    assert not paired_ratio([[(1.0, 1.15)] * 30, [(1.0, 1.6)] * 30, [(1.0, 1.12)] * 30]).shows_difference(
        0.01, 0.1
    )
