"""Counting values without keeping anybody waiting: in pieces spread over the table, until all is counted or time is up; then "about"."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata.model import Json
from engine.metadata.physical import RecordTable

PIECE = 20_000
"""The span of ids that is counted at a time."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many. `about` says that not all was looked at."""

    n: int
    about: bool = False

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        return {"n": self.n, "about": self.about}


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a table, and how many have a value, by column."""

    rows: Count
    filled: Mapping[str, Count]


def count(conn: Connection, table: RecordTable, columns: Iterable[str], until: float) -> Counts:
    """Count the rows of a table and the values in some of its columns, until this moment of the monotonic clock."""
    names = sorted(set(columns))
    first, last = conn.execute(sa.select(sa.func.min(table.c.id), sa.func.max(table.c.id))).one()
    if first is None:
        return Counts(Count(0), {name: Count(0) for name in names})
    pieces = list(range(int(first), int(last) + 1, PIECE))
    # In steps of the golden ratio: where time is up, what was counted is from all over the table.
    pieces.sort(key=lambda start: (start // PIECE * 0.618034) % 1)
    counted = sa.select(sa.func.count(), *(sa.func.count(table.c[name]) for name in names)).select_from(table)
    sums, done = [0] * (len(names) + 1), 0
    for start in pieces:
        row = conn.execute(counted.where(table.c.id >= start, table.c.id < start + PIECE)).one()
        sums = [held + int(found) for held, found in zip(sums, row, strict=True)]
        done += 1
        if time.monotonic() > until:
            break
    rows, *filled = (_projected(found, done, len(pieces)) for found in sums)
    return Counts(rows, dict(zip(names, filled, strict=True)))


def _projected(found: int, done: int, pieces: int) -> Count:
    return Count(found) if done == pieces else Count(rounded(found * pieces // done), about=True)


def rounded(n: int) -> int:
    """A number that was not counted, with two figures that mean something."""
    digits = max(len(str(n)) - 2, 0)
    return round(n, -digits)
