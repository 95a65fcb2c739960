"""The history of records: who changed what, when, from what to what. Rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from engine.metadata import tables as t
from engine.metadata.model import Json

Changes = Mapping[str, tuple[Json, Json]]
"""Field → (before, after); None stands for no value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act on one record."""

    id: int
    entity: str
    record_id: int
    action: str
    at: datetime
    user_id: int | None
    user_name: str
    changes: Changes
    batch: str | None

    @property
    def before(self) -> dict[str, Json]:
        """The changed fields as they were."""
        return {name: before for name, (before, _) in self.changes.items()}

    @property
    def after(self) -> dict[str, Json]:
        """The changed fields as they became."""
        return {name: after for name, (_, after) in self.changes.items()}


def write(conn: Connection, entity: str, record_id: int, action: str, changes: Changes, *, by: int | None, batch: str | None = None) -> None:
    """Add an entry."""
    row = entry_row(entity, record_id, action, changes, by=by, at=datetime.now(UTC), batch=batch)
    conn.execute(_ADD, row)


def entry_row(
    entity: str, record_id: int, action: str, changes: Changes, *, by: int | None, at: datetime, batch: str | None = None
) -> dict[str, Any]:
    """The table row of an entry, for writing many at once."""
    told = json.dumps({name: list(pair) for name, pair in changes.items()}, ensure_ascii=False, separators=(",", ":"))
    return {"entity": entity, "record_id": record_id, "action": action, "at": at, "user_id": by, "changes": told, "batch": batch}


def _entry(row: Row[Any]) -> Entry:
    changes = {name: (before, after) for name, (before, after) in json.loads(row.changes).items()}
    return Entry(row.id, row.entity, row.record_id, row.action, row.at, row.user_id, row.user_name or "", changes, row.batch)


# Nobody asks for the new entry's id.
_ADD = insert(t.HISTORY).inline()
_SELECT = select(t.HISTORY, t.USER.c.name.label("user_name")).join(t.USER, t.USER.c.id == t.HISTORY.c.user_id, isouter=True)


def of_record(conn: Connection, entity: str, record_id: int, limit: int = 50) -> list[Entry]:
    """A record's entries, newest first."""
    wanted = _SELECT.where(t.HISTORY.c.entity == entity, t.HISTORY.c.record_id == record_id)
    return [_entry(row) for row in conn.execute(wanted.order_by(t.HISTORY.c.id.desc()).limit(limit))]


def deleted(conn: Connection, entity: str, limit: int = 200) -> list[Entry]:
    """The deletions of an entity's records that were not restored since, newest first."""
    last = select(func.max(t.HISTORY.c.id)).where(t.HISTORY.c.entity == entity).group_by(t.HISTORY.c.record_id)
    wanted = _SELECT.where(t.HISTORY.c.id.in_(last), t.HISTORY.c.action == "delete")
    return [_entry(row) for row in conn.execute(wanted.order_by(t.HISTORY.c.id.desc()).limit(limit))]


def deletion(conn: Connection, entity: str, record_id: int) -> Entry | None:
    """The deletion of a record, if that is the last that happened to it."""
    found = of_record(conn, entity, record_id, limit=1)
    return found[0] if found and found[0].action == "delete" else None


def of_batch(conn: Connection, batch: str) -> list[Entry]:
    """All entries of one act on several records, in the order they happened."""
    return [_entry(row) for row in conn.execute(_SELECT.where(t.HISTORY.c.batch == batch).order_by(t.HISTORY.c.id))]


def newest(conn: Connection, entities: Sequence[str], limit: int) -> list[Entry]:
    """What happened last to records of these entities."""
    wanted = _SELECT.where(t.HISTORY.c.entity.in_(list(entities)))
    return [_entry(row) for row in conn.execute(wanted.order_by(t.HISTORY.c.id.desc()).limit(limit))]


def has_created(conn: Connection, entity: str, user_id: int) -> bool:
    """Whether a user has ever made a record of this entity."""
    wanted = select(t.HISTORY.c.id).where(t.HISTORY.c.entity == entity, t.HISTORY.c.user_id == user_id, t.HISTORY.c.action == "create")
    return conn.execute(wanted.limit(1)).first() is not None
