"""Values of fields that stand in extension tables: a second row of the record, under its id, made once it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.kept import kept
from engine.metadata.model import Catalog, Entity
from engine.metadata.physical import RecordTable, extensions

Apart = Sequence[tuple[RecordTable, dict[str, Any]]]
"""Extension tables, each with the columns that are written there."""


def taken_out(catalog: Catalog, entity: Entity, row: dict[str, Any]) -> Apart:
    """Take out of a row of columns what stands in extension tables."""
    return [(table, {name: row.pop(name) for name in blank_row(table) if name in row}) for table in extensions(catalog, entity)]


@kept(1)
def blank_row(table: RecordTable) -> Mapping[str, None]:
    """Every column of a record table without a value, but for the id."""
    return MappingProxyType(dict.fromkeys(column.name for column in table.c if column.name not in ("id", "row_key")))


def insert(conn: Connection, told: Sequence[tuple[int, Apart]]) -> None:
    """Store the second rows of new records, by id, where there is a value to store."""
    found: dict[RecordTable, list[dict[str, Any]]] = {}
    for id, apart in told:
        for table, row in apart:
            if any(value is not None for value in row.values()):
                found.setdefault(table, []).append({**blank_row(table), **row, "id": id})
    for table, rows in found.items():
        conn.execute(sa.insert(table), rows)


def update(conn: Connection, id: int, apart: Apart) -> None:
    """Store changed columns of a record whose own row this unit has locked: nobody else makes the second one meanwhile."""
    for table, row in apart:
        if row and conn.execute(sa.update(table).where(table.c.id == id).values(row)).rowcount == 0:
            insert(conn, [(id, [(table, row)])])


def read(conn: Connection, catalog: Catalog, entity: Entity, id: int) -> dict[str, Any]:
    """All columns of a record that stand in extension tables."""
    found: dict[str, Any] = {}
    for table in extensions(catalog, entity):
        row = conn.execute(sa.select(table).where(table.c.id == id)).mappings().one_or_none()
        found |= row or blank_row(table)
    return found
