"""The entries that lists ship with: inserted at set-up; an upgrade brings what is new, and what is shipped otherwise than before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.messages import M_
from engine.metadata import tables as t
from engine.metadata.definition import Definition
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.physical import tables
from engine.metadata.rows import new_key, row_label_key
from engine.records import read, write
from engine.records.write import column_values, with_defaults

Told = Callable[[str], None]


def insert(conn: Connection, catalog: Catalog, one: Definition, rows: Sequence[Mapping[str, Json]]) -> None:
    """Insert some of a dictionary's default rows, parents before children."""
    entity = catalog.entity(one.entity.name)
    table = tables(catalog)[entity.name]
    ids: dict[str, int] = {}
    if entity.is_dictionary and len(rows) < len(one.rows):
        ids = {key: id for key, id in conn.execute(sa.select(table.c.row_key, table.c.id)) if key}
    now = datetime.now(UTC)
    for position, row in enumerate(one.rows, start=1):
        if row not in rows:
            continue
        values = with_defaults(entity, _row_values(entity, row, ids, position))
        columns: dict[str, Any] = column_values(catalog, entity, values)
        columns |= {"version": 1, "created_at": now, "updated_at": now}
        if entity.is_dictionary:
            columns["row_key"] = row["key"]
        ids[row["key"]] = int(conn.execute(sa.insert(table).values(columns).returning(table.c.id)).scalar_one())


def _row_values(entity: Entity, row: Mapping[str, Json], ids: Mapping[str, int], position: int) -> dict[str, Json]:
    values = {name: value for name, value in row.items() if name != "key"}
    if entity.tree and values.get(entity.tree):
        values[entity.tree] = ids[values[entity.tree]]
    if "position" in entity.by_name:
        values.setdefault("position", position * 10)
    return values


def new(conn: Connection, catalog: Catalog, one: Definition, base: Json | None) -> list[Mapping[str, Json]]:
    """The rows that are shipped now and were not before. One that was deleted here does not come back."""
    table = tables(catalog)[one.entity.name]
    if not one.rows or "row_key" not in table.c:
        return []
    here = set(conn.execute(sa.select(table.c.row_key)).scalars())
    if base is not None:
        before = {row["key"] for row in base.get("rows", ())}
    else:
        deleted = sa.select(t.HISTORY.c.id).where(t.HISTORY.c.entity == one.entity.name, t.HISTORY.c.action == "delete").limit(1)
        before = {row["key"] for row in one.rows} if here and conn.execute(deleted).first() else here
    return [row for row in one.rows if row["key"] not in here | before]


def change(conn: Connection, catalog: Catalog, one: Definition, base: Json | None, told: Told) -> int:
    """Bring entries that are here to what is shipped now, three ways: what was changed here stays, and is told. Returns how many changed."""
    entity = catalog.entity(one.entity.name)
    before = {row["key"]: row for row in (base or {}).get("rows", ())}
    moved = {row["key"]: row for row in one.rows if row["key"] in before and row != before[row["key"]]}
    if not moved:
        return 0
    table = tables(catalog)[entity.name]
    ids = {key: id for key, id in conn.execute(sa.select(table.c.row_key, table.c.id)) if key}
    count = 0
    for key in (key for key in moved if key in ids):
        record = read.fetch(conn, catalog, entity, ids[key], lock=True)
        values = _wanted(entity, record.values, before[key], moved[key], ids, told)
        count += bool(values and write.update(conn, catalog, entity, record, values, by=None))
    return count


def give_keys(conn: Connection, catalog: Catalog) -> int:
    """Give entries that were made here before entries had keys one of their own; their texts in other languages go with them."""
    count = 0
    for entity in (one for one in catalog.stored if one.is_dictionary):
        table = tables(catalog)[entity.name]
        texts = [one.name for one in entity.stored if one.options.get("translatable")]
        for id in conn.execute(sa.select(table.c.id).where(table.c.row_key.is_(None))).scalars().all():
            key = new_key()
            conn.execute(sa.update(table).where(table.c.id == id).values(row_key=key))
            for name in texts:
                old, new = row_label_key(entity.name, None, id, name), row_label_key(entity.name, key, id, name)
                for labels in (t.LABEL, t.LABEL_CHANGE):
                    conn.execute(sa.update(labels).where(labels.c.label_key == old).values(label_key=new))
            count += 1
    return count


def _wanted(
    entity: Entity, here: Mapping[str, Json], base: Mapping[str, Json], shipped: Mapping[str, Json], ids: Mapping[str, int], told: Told
) -> dict[str, Json]:
    """What becomes other than it is here."""
    found: dict[str, Json] = {}
    for name in (name for name in shipped if name in entity.by_name and shipped[name] != base.get(name)):
        was, now = (ids.get(str(row[name]), 0) if name == entity.tree and row.get(name) else row.get(name) for row in (base, shipped))
        if here.get(name) == now or (name == entity.tree and now == 0):
            continue
        label = {"what": entity.by_name[name].label, "label": here.get(entity.title) or shipped["key"]}
        if here.get(name) not in (was, entity.by_name[name].default):
            told(f"  {M_('“%(what)s” of “%(label)s” was changed here and stays.', **label)}")
            continue
        found[name] = now
        told(f"  {M_('“%(what)s” of “%(label)s” changes.', **label)}")
    return found
