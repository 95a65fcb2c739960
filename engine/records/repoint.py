"""Letting references name another record: many at once, each kept in the history of the record that refers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata.model import Catalog, Field
from engine.metadata.physical import tables
from engine.metadata.tables import HISTORY
from engine.records import history

_BATCH = 500


def referring(conn: Connection, catalog: Catalog, field: Field, id: int, spared: Collection[int] = (), *, limit: int | None = None) -> list[int]:
    """The ids of the records that refer to a record through a field, but for the spared ones."""
    return [int(one) for (one,) in conn.execute(_referring(catalog, field, id, spared).limit(limit))]


def _referring(catalog: Catalog, field: Field, id: int, spared: Collection[int]) -> sa.Select[Any]:
    table, own = tables(catalog)[field.table], tables(catalog)[field.entity]
    found = sa.select(own.c.id).where(table.c[field.column] == id).order_by(own.c.id)
    if table is not own:  # who locks a record locks its own row
        found = found.join_from(own, table, table.c.id == own.c.id)
    return found.where(own.c.id.not_in(list(spared))) if spared else found


def lock_referring(conn: Connection, catalog: Catalog, field: Field, id: int, spared: Collection[int] = ()) -> list[int]:
    """The same ids; nobody else writes those records until the unit ends."""
    found = _referring(catalog, field, id, spared)
    return [int(one) for (one,) in conn.execute(found if conn.dialect.name == "sqlite" else found.with_for_update())]


def repoint(conn: Connection, catalog: Catalog, field: Field, ids: Sequence[int], old: int, new: int, *, by: int | None, batch: str) -> None:
    """Let these records refer to `new` in the place of `old`: a change of each, with its history, as part of one act."""
    table, own, now = tables(catalog)[field.table], tables(catalog)[field.entity], datetime.now(UTC)
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        changed: dict[str, Any] = {"version": own.c.version + 1, "updated_at": now, "updated_by": by}
        if table is own:
            changed[field.column] = new
        conn.execute(sa.update(own).where(own.c.id.in_(some)).values(changed))
        if table is not own:
            conn.execute(sa.update(table).where(table.c.id.in_(some)).values({field.column: new}))
        rows = [history.entry_row(field.entity, id, "update", {field.name: (old, new)}, by=by, at=now, batch=batch) for id in some]
        conn.execute(sa.insert(HISTORY), rows)
