"""Paired timing: every call of a subject alternates with one of its reference, so that both see the same noise."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one side."""

    median: float
    best: float
    calls: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A subject beside its reference."""

    reference: Timing
    subject: Timing

    @property
    def ratio(self) -> float:
        """Median over median."""
        return self.subject.median / self.reference.median

    @property
    def ratio_best(self) -> float:
        """Best over best: the less noisy of the two."""
        return self.subject.best / self.reference.best


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a pair may take."""

    seconds: float = 3.0
    least: int = 7
    most: int = 300


def paired(reference: Call, subject: Call, effort: Effort) -> Pair:
    """Alternate the two until the time is up; a first call of each warms up and is not counted."""
    reference()
    subject()
    sides: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + effort.seconds
    while len(sides[0]) < effort.least or (time.perf_counter() < end and len(sides[0]) < effort.most):
        for call, times in zip((reference, subject), sides, strict=True):
            times.append(timed(call))
    return Pair(_timing(sides[0]), _timing(sides[1]))


def timed(call: Call) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _timing(times: list[float]) -> Timing:
    return Timing(statistics.median(times), min(times), len(times))
