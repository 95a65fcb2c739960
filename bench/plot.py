"""A small SVG writer: curves on logarithmic scales, labelled at their ends, readable on light and dark paper."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from html import escape

from bench.lines import Series

WIDTH, HEIGHT = 900, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 320, 50, 50
COLOURS = ("#0b6e6e", "#c2410c", "#6d28d9", "#2563eb", "#a16207", "#be185d", "#4b5563")
LABEL_GAP = 16
_STYLE = """text{font:13px system-ui,sans-serif;fill:#1f2937}.title{font-size:16px;font-weight:600}.grid{stroke:#d1d5db}
.curve{fill:none;stroke-width:2.5}.paper{fill:#fff}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.grid{stroke:#4b5563}.paper{fill:#111827}.curve,.dot{filter:brightness(1.5)}}"""


def draw(title: str, x_label: str, curves: Sequence[Series]) -> str:
    """The plot as an SVG document."""
    points = [point for one in curves for point in one.points]
    x_scale = _Scale([x for x, _ in points], LEFT, WIDTH - RIGHT)
    y_scale = _Scale([y for _, y in points], HEIGHT - BOTTOM, TOP, decades=True)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f'<title>{escape(title)}</title><style>{_STYLE}</style><rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="26">{escape(title)}</text>',
        *(_y_tick(y_scale, value) for value in y_scale.ticks()),
        *(_x_tick(x_scale, value) for value in sorted({x for x, _ in points})),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>',
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">milliseconds</text>',
    ]
    ends = _spread([y_scale(one.points[-1][1]) for one in curves])
    for place, (one, end) in enumerate(zip(curves, ends, strict=True)):
        colour = COLOURS[place % len(COLOURS)]
        told = [(x_scale(x), y_scale(y)) for x, y in one.points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in told)
        parts.append(f'<polyline class="curve" stroke="{colour}" points="{line}"/>')
        parts += [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in told]
        x, y = told[-1]
        parts.append(f'<path class="curve" style="stroke-width:1" stroke="{colour}" d="M{x + 4:.1f} {y:.1f}L{x + 14:.1f} {end:.1f}"/>')
        parts.append(f'<text x="{x + 18:.1f}" y="{end + 4:.1f}">{escape(one.name)}, {_short(one.points[-1][1])} ms</text>')
    return "\n".join([*parts, "</svg>", ""])


class _Scale:
    """From a value to its place, logarithmically."""

    def __init__(self, values: Sequence[float], first: float, last: float, *, decades: bool = False) -> None:
        low, high = math.log10(min(values)), math.log10(max(values))
        if decades:
            low, high = math.floor(low), max(math.ceil(high), math.floor(low) + 1)
        self._low, self._high = low, high if high > low else low + 1
        self._first, self._last = first, last

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._first + share * (self._last - self._first)

    def ticks(self) -> list[float]:
        """The powers of ten within."""
        return [10.0**power for power in range(math.floor(self._low), math.ceil(self._high) + 1)]


def _y_tick(scale: _Scale, value: float) -> str:
    y = scale(value)
    line = f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'


def _x_tick(scale: _Scale, value: float) -> str:
    x = scale(value)
    line = f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM + 5}"/>'
    return f'{line}<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{value:,.0f}</text>'


def _spread(ends: Sequence[float]) -> list[float]:
    """Label heights near the curves' ends, none on top of another."""
    order = sorted(range(len(ends)), key=lambda place: ends[place])
    found = list(ends)
    for upper, lower in itertools.pairwise(order):
        found[lower] = max(found[lower], found[upper] + LABEL_GAP)
    return found


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
