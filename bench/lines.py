"""The lines of the result: what was measured beside what, and whether the target is reached."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bench.measure import Pair


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `unit` is that of `value` and `base`; a line without `base` has no ratio.

    A target is met by the ratio, unless it is `absolute`: then by the value itself. `missing` says why nothing was measured.
    """

    workload: str
    name: str
    value: float | None = None
    base_name: str = ""
    base: float | None = None
    ratio: float | None = None
    ratio_best: float | None = None
    target: float | None = None
    unit: str = "ms"
    calls: int = 0
    missing: str = ""
    absolute: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none or nothing was measured."""
        judged = self.value if self.absolute else self.ratio
        return None if self.target is None or judged is None else judged <= self.target

    def as_json(self) -> dict[str, Any]:
        """For results/latest.json."""
        return asdict(self) | {"reached": self.reached}


@dataclass(frozen=True, slots=True)
class Series:
    """One curve of a plot: (x, milliseconds) points."""

    plot: str
    name: str
    points: tuple[tuple[float, float], ...]


def compared(workload: str, name: str, base_name: str, pair: Pair, target: float | None = None) -> Line:
    """A line for a pair."""
    return Line(
        workload,
        name,
        value=pair.subject.median * 1000,
        base_name=base_name,
        base=pair.reference.median * 1000,
        ratio=pair.ratio,
        ratio_best=pair.ratio_best,
        target=target,
        calls=pair.subject.calls,
    )
