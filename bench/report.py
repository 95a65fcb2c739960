"""The result as a table for the terminal, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.lines import Line, Series

HEADS = ("workload", "what", "median", "beside", "its median", "ratio", "best", "target", "reached")


def table(lines: Sequence[Line]) -> str:
    """Aligned columns."""
    rows = [HEADS, *(cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def cells(line: Line) -> tuple[str, ...]:
    """One line as texts."""
    reached = {True: "yes", False: "NO", None: ""}[line.reached]
    limit = "" if line.target is None else f"≤ {line.target:g}" + (f" {line.unit}" if line.absolute else "")
    if line.value is None:
        return (line.workload, line.name, line.missing, "", "", "", "", limit, reached)
    base = "" if line.base is None else f"{_number(line.base)} {line.unit}"
    return (
        line.workload,
        line.name,
        f"{_number(line.value)} {line.unit}",
        line.base_name,
        base,
        _number(line.ratio),
        _number(line.ratio_best),
        limit,
        reached,
    )


def _number(value: float | None) -> str:
    """Three significant digits; more would be noise."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def markdown(lines: Sequence[Line], facts: Mapping[str, str], plots: Sequence[str]) -> str:
    """The kept snapshot."""
    head = ["# What `make bench` measured", "", "Made by `make bench ARGS=--keep`; do not edit. Ratios are medians of paired, alternating"]
    head += ["calls of one run. A target stands where one was set; a line that misses it says NO.", ""]
    told = [f"* {name}: {value}" for name, value in facts.items()]
    body = ["", "| " + " | ".join(HEADS) + " |", "|" + " --- |" * len(HEADS)]
    body += ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells(line)) + " |" for line in lines]
    pictures = [text for name in plots for text in ("", f"![Cost by number of {name}](plots/{name}.svg)")]
    return "\n".join([*head, *told, *body, *pictures, ""])


def document(lines: Sequence[Line], series: Sequence[Series], facts: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """The same for programs."""
    curves = [{"plot": one.plot, "name": one.name, "points": [list(point) for point in one.points]} for one in series]
    told = {"facts": dict(facts), "options": dict(options), "lines": [line.as_json() for line in lines], "series": curves}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def growth(series: Sequence[Series], plot: str) -> str:
    """A plot's points as a table: one row a curve."""
    curves = [one for one in series if one.plot == plot]
    places = sorted({x for one in curves for x, _ in one.points})
    rows = [(f"ms by {plot}", *(f"{x:,.0f}" for x in places))]
    rows += [(one.name, *(_number(dict(one.points).get(x)) for x in places)) for one in curves]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    aligned = (
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]) for row in rows
    )
    return "\n".join(aligned)


def write(folder: Path, name: str, text: str) -> None:
    """Keep a file, making its folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
