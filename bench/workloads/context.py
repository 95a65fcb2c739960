"""What every workload is told."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL

from bench.lines import Line, Series, compared
from bench.measure import Call, Effort, Pair, paired
from bench.product import Product
from bench.wsgi import Application


@dataclass
class Context:
    """The installation, the server to make another database on, how much effort is wanted, and what has been measured so far."""

    server: str
    url: URL
    product: Product
    effort: Effort
    rows: int
    import_rows: int
    sizes: tuple[int, ...]
    say: Callable[[str], None]
    lines: list[Line] = field(default_factory=list)
    series: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)
    peers: dict[str, Any] = field(default_factory=dict)
    _application: Application | None = None

    @property
    def application(self) -> Application:
        """The product as a WSGI application, made once."""
        if self._application is None:
            self._application = self.product.application()
        return self._application

    @property
    def judged(self) -> bool:
        """Whether targets of database work hold here: they were set on PostgreSQL, where a commit reaches the disk."""
        return self.url.get_backend_name() == "postgresql"

    def target(self, value: float) -> float | None:
        """A target of database work."""
        return value if self.judged else None

    def compare(self, workload: str, name: str, base_name: str, base: Call, subject: Call, target: float | None = None) -> Pair:
        """Measure a pair and keep its line."""
        gc.collect()
        pair = paired(base, subject, self.effort)
        self.add(compared(workload, name, base_name, pair, target))
        return pair

    def quietly(self, base: Call, subject: Call) -> Pair:
        """Measure a pair for a plot only."""
        return paired(base, subject, self.effort)

    def add(self, line: Line) -> None:
        """Keep a line and say it."""
        self.lines.append(line)
        ratio = "" if line.ratio is None else f", {line.ratio:.3g} × {line.base_name}"
        value = line.missing if line.value is None else f"{line.value:.4g} {line.unit}"
        self.say(f"  {line.workload} {line.name}: {value}{ratio}")

    def missing(self, workload: str, name: str, error: Exception) -> None:
        """Keep a line that says why nothing was measured."""
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        self.add(Line(workload, name, missing=f"not measured: {told[:120]}"))

    def point(self, plot: str, name: str, x: float, milliseconds: float) -> None:
        """Keep a point of a plot."""
        self.series.setdefault((plot, name), []).append((x, milliseconds))

    def curves(self) -> list[Series]:
        """All points as curves."""
        return [Series(plot, name, tuple(points)) for (plot, name), points in self.series.items()]
