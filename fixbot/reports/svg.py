"""Small plots as inline SVG: no script, no network, readable in light and dark."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

WIDTH, HEIGHT = 640, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 34


def line_plot(
    points: Sequence[tuple[float, float]],
    *,
    x: str,
    y: str,
    marks: Sequence[tuple[float, float]] = (),
    limit: float | None = None,
) -> str:
    """A line through points from 0 on, dots at `marks`, and a dashed line at `limit` where it is in sight."""
    if len(points) < 2:
        return ""
    top = max(value for _, value in [*points, *marks]) * 1.1 or 1
    if limit is not None and limit <= top * 2:
        top = max(top, limit * 1.1)
    scale = _Scale(max(at for at, _ in [*points, *marks]) or 1, top)
    path = " ".join(f"{scale.x(a):.1f},{scale.y(b):.1f}" for a, b in points)
    parts = [scale.axes(x, y), f'<polyline class="line" points="{path}"/>']
    parts += [f'<circle class="dot" cx="{scale.x(a):.1f}" cy="{scale.y(b):.1f}" r="3"/>' for a, b in marks]
    if limit is not None and limit <= top:
        parts.append(scale.limit(limit))
    return _svg(parts, f"{y} over {x}")


def step_plot(series: Sequence[tuple[str, Sequence[float]]], *, x: str, limit: float | None = None) -> str:
    """Cumulative distributions of one or two samples: which share (y) took at most so long (x).

    The axis ends at the largest value; a dashed upright line stands at `limit` where it is in sight.
    """
    series = [(name, sorted(values)) for name, values in series if values]
    if not series:
        return ""
    widest = max(values[-1] for _, values in series) * 1.05 or 1
    if limit is not None and limit <= widest * 2:
        widest = max(widest, limit * 1.05)
    scale = _Scale(widest, 100)
    parts = [scale.axes(x, "% of requests")]
    for number, (_, values) in enumerate(series):
        places = [(0.0, 0.0)]
        for rank, value in enumerate(values, 1):
            places += [(value, 100 * (rank - 1) / len(values)), (value, 100 * rank / len(values))]
        path = " ".join(f"{scale.x(a):.1f},{scale.y(b):.1f}" for a, b in places)
        parts.append(f'<polyline class="{("line", "line after")[number % 2]}" points="{path}"/>')
    if limit is not None and limit <= widest:
        at = scale.x(limit)
        parts.append(f'<line class="limit" x1="{at:.1f}" y1="{_TOP}" x2="{at:.1f}" y2="{HEIGHT - _BOTTOM}"/>')
        anchor = "end" if at > WIDTH * 0.8 else "start"
        shift = -4 if anchor == "end" else 4
        parts.append(f'<text x="{at + shift:.1f}" y="{_TOP + 12}" text-anchor="{anchor}">target</text>')
    return _svg(parts, f"distribution of {x}")


def bar_plot(bars: Sequence[tuple[str, float, str]]) -> str:
    """Named bars with what each says: (name, value, text). The longest takes the width."""
    if not bars:
        return ""
    row, left = 26, 260
    longest = max(value for _, value, _ in bars) or 1
    parts = []
    for number, (name, value, text) in enumerate(bars):
        y = number * row + 4
        width = (WIDTH - left - 120) * value / longest
        shown = name if len(name) <= 38 else name[:37] + "…"
        parts.append(
            f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{html.escape(shown)}<title>{html.escape(name)}</title></text>'
        )
        parts.append(f'<rect class="bar" x="{left}" y="{y}" width="{max(width, 1):.1f}" height="18"/>')
        parts.append(f'<text x="{left + width + 6:.1f}" y="{y + 13}">{html.escape(text)}</text>')
    return _svg(parts, "bars", len(bars) * row + 8)


def interval_plot(rows: Sequence[tuple[str, float, float, float, str]]) -> str:
    """Ratios with their intervals around 1, on a logarithmic axis: (name, low, middle, high, mood)."""
    if not rows:
        return ""
    row, left = 28, 260
    widest = max(1.5, *(max(high, 1 / low) for _, low, _, high, _ in rows if low > 0)) * 1.05
    room = WIDTH - left - 20

    def at(ratio: float) -> float:
        return left + room * (math.log(ratio) + math.log(widest)) / (2 * math.log(widest))

    bottom = len(rows) * row + 6
    parts = [f'<line class="limit" x1="{at(1):.1f}" y1="0" x2="{at(1):.1f}" y2="{bottom}"/>']
    for number, (name, low, middle, high, mood) in enumerate(rows):
        y = number * row + 16
        shown = name if len(name) <= 38 else name[:37] + "…"
        parts.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{html.escape(shown)}</text>')
        parts.append(
            f'<line class="whisker {mood}" x1="{at(low):.1f}" y1="{y}" x2="{at(high):.1f}" y2="{y}"/>'
        )
        parts.append(f'<circle class="dot {mood}" cx="{at(middle):.1f}" cy="{y}" r="5"/>')
    parts += [
        f'<text x="{at(tick):.1f}" y="{bottom + 14}" text-anchor="middle">{tick:.2f}</text>'
        for tick in (1 / widest**0.9, 1.0, widest**0.9)
    ]
    return _svg(parts, "after divided by before", bottom + 20)


class _Scale:
    """Where values stand in a plot whose axes begin at 0."""

    def __init__(self, right: float, top: float) -> None:
        self.right, self.top = right, top

    def x(self, value: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * value / self.right

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / self.top

    def axes(self, x: str, y: str) -> str:
        parts = []
        for value in ticks(self.top):
            at = self.y(value)
            parts.append(
                f'<line class="grid" x1="{_LEFT}" y1="{at:.1f}" x2="{WIDTH - _RIGHT}" y2="{at:.1f}"/>'
            )
            parts.append(f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:g}</text>')
        parts += [
            f'<text x="{self.x(value):.1f}" y="{HEIGHT - _BOTTOM + 14}" text-anchor="middle">{value:g}</text>'
            for value in ticks(self.right)
        ]
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        parts.append(
            f'<text class="name" x="{middle:.0f}" y="{HEIGHT - 4}" text-anchor="middle">{html.escape(x)}</text>'
        )
        upright = (HEIGHT - _BOTTOM + _TOP) / 2
        parts.append(
            f'<text class="name" transform="translate(12 {upright:.0f}) rotate(-90)" text-anchor="middle">{html.escape(y)}</text>'
        )
        return "".join(parts)

    def limit(self, value: float) -> str:
        at = self.y(value)
        return (
            f'<line class="limit" x1="{_LEFT}" y1="{at:.1f}" x2="{WIDTH - _RIGHT}" y2="{at:.1f}"/>'
            f'<text x="{WIDTH - _RIGHT}" y="{at - 4:.1f}" text-anchor="end">target</text>'
        )


def ticks(top: float) -> list[float]:
    """Round values from 0 to at most `top`, about five."""
    step = 10 ** math.floor(math.log10(top / 4))
    step = next(step * factor for factor in (1, 2, 5, 10) if top / (step * factor) <= 5)
    return [round(step * n, 10) for n in range(int(top / step) + 1)]


def _svg(parts: Sequence[str], label: str, height: int = HEIGHT) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(label)}">{"".join(parts)}</svg>\n'
