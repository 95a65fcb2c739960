"""Charts: horizontal bars, the longest first, drawn as SVG by the server.

The words stand in the page and only the bars are pictures: so a chart wraps, mirrors, prints and is read aloud like any list.
Every bar is a link to exactly the records that it counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.metadata.types import TYPES, Region

WIDTH = 1000
"""The length of the longest bar, in units of the drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it counts, how many, the search that finds them, and the address of the level below, if there is one.

    A quiet bar stands last: it sums up others, or counts what has no value.
    """

    label: str
    count: int
    url: str
    deeper: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar as its template takes it: with its length, and its numbers as the reader writes them."""

    bar: Bar
    length: int
    count: str
    share: str


def ordered(bars: Sequence[Bar]) -> list[Bar]:
    """The longest first; quiet ones last; of equal ones, as they came."""
    return sorted((bar for bar in bars if bar.count), key=lambda bar: (bar.quiet, -bar.count))


def draw(bars: Sequence[Bar], region: Region, *, as_they_stand: bool = False) -> list[Drawn]:
    """The bars in order, or as they stand, with their lengths; the longest takes the whole width, and even one record can be seen."""
    longest = max((bar.count for bar in bars), default=0)
    total = sum(bar.count for bar in bars)
    return [
        Drawn(bar, max(4, round(bar.count * WIDTH / longest)), number(bar.count, region), _share(bar.count, total, region))
        for bar in (bars if as_they_stand else ordered(bars))
    ]


def number(n: int, region: Region) -> str:
    """A count as the reader writes it."""
    return TYPES["amount"].format(n, region, {"places": 0})


def _share(count: int, total: int, region: Region) -> str:
    return f"{TYPES['decimal'].format(f'{count * 100 / total:.1f}', region, {'places': 1})} %"
