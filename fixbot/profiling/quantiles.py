"""Statistics that claim no more than the sample carries: quantiles, trends, and differences between pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

CONFIDENCE = 0.95


def needed(q: float) -> int:
    """How many samples a quantile takes: so many that the largest is above it with 95 % confidence.

    5 for the median, 59 for p95, 299 for p99: the nonparametric (Wilks) bound, q ** n <= 0.05.
    """
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(q))


def quantile(samples: Sequence[float], q: float) -> float | None:
    """The nearest-rank quantile, or None where there are too few samples for it."""
    if len(samples) < needed(q):
        return None
    return sorted(samples)[math.ceil(q * len(samples)) - 1]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The Theil-Sen slope: the median of those of all pairs. One odd point does not move it."""
    slopes = [
        (y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(points) for x2, y2 in points[i + 1 :] if x2 != x1
    ]
    return median(slopes) if slopes else 0.0


def rising(values: Sequence[float]) -> float:
    """The share of pairs in which the later value is larger (1: always rising, 0.5: no trend)."""
    pairs = [(a, b) for i, a in enumerate(values) for b in values[i + 1 :]]
    return sum((b > a) + (b == a) / 2 for a, b in pairs) / len(pairs) if pairs else 0.5


def sign_test(differences: Sequence[float]) -> float:
    """Two-sided p of the sign test: how likely so lopsided signs are where there is no difference. Zeros are dropped."""
    signs = [d > 0 for d in differences if d]
    n, k = len(signs), min(sum(signs), len(signs) - sum(signs))
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n) if n else 1.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """How the later side of many pairs relates to the earlier: 1.3 is 30 % more. `rounds` are the ratios of each round."""

    ratio: float
    low: float
    high: float
    rounds: tuple[float, ...]
    p: float
    pairs: int

    def shows_difference(self, alpha: float, smallest: float) -> bool:
        """Whether there is one: unlikely to be chance, in every round in the same direction, and worth naming.

        `smallest` is the least relative change that counts; a change smaller than how much the rounds differ among
        themselves does not count either, for that is what starting the same process again can do.
        """
        change = math.log(self.ratio)
        logs = [math.log(r) for r in self.rounds]
        apart = max(logs) - min(logs)
        return (
            self.p < alpha
            and len({x > 0 for x in logs}) == 1
            and abs(change) >= math.log1p(smallest)
            and (len(logs) < 2 or abs(change) > apart / 2)
        )


def paired_ratio(rounds: Sequence[Sequence[tuple[float, float]]]) -> Ratio:
    """Compare (before, after) pairs, measured side by side in several rounds; each value is above 0.

    The ratio is the median of the pairs' ratios, and so are those of each round. Its interval (95 %, from order
    statistics) and p are those of the same median: the sign test asks whether it is 1.
    """
    by_round = [[b / a for a, b in pairs] for pairs in rounds]
    ratios = sorted(ratio for each in by_round for ratio in each)
    spread = _median_interval(len(ratios))
    p = sign_test([math.log(r) for r in ratios])
    medians = tuple(median(each) for each in by_round)
    return Ratio(median(ratios), ratios[spread], ratios[-1 - spread], medians, p, len(ratios))


def _median_interval(n: int) -> int:
    """The rank (from 0) of the order statistic that is the lower end of a 95 % interval of the median."""
    below = 0.0
    for k in range(n // 2):
        below += math.comb(n, k) / 2**n
        if below > (1 - CONFIDENCE) / 2:
            return max(k - 1, 0) if k else 0
    return max(n // 2 - 1, 0)
