"""Reading records. Only named columns are selected; statements are built once per catalog version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from engine.errors import NotFound
from engine.kept import kept
from engine.metadata.model import Catalog, Entity, Field, Json, Via
from engine.metadata.physical import SYSTEM_COLUMNS, is_stored, joined, tables
from engine.metadata.types import TYPES


@dataclass(frozen=True, slots=True)
class Record:
    """A record's values in JSON form, by field name; fields without a value are left out.

    `tag` changes with every change of anything on the card, other records standing on it included.
    """

    id: int
    tag: str
    version: int
    values: Mapping[str, Json]
    created_at: datetime
    created_by: int | None
    updated_at: datetime
    updated_by: int | None
    row_key: str | None = None
    via_ids: Mapping[str, int] | None = None


@kept(256)
def _statement(catalog: Catalog, entity: Entity, names: tuple[str, ...] | None) -> tuple[sa.Select[Any], tuple[Field, ...]]:
    made = tables(catalog)
    table = made[entity.name]
    chosen = entity.by_name.values() if names is None else [entity.by_name[name] for name in names]
    fields = tuple(field for field in chosen if is_stored(field))
    source: Any = joined(catalog, entity, fields)
    aliases: dict[str, Any] = {}
    for via in entity.vias.values():
        if names is None or any(field.via == via for field in fields):
            alias = made[via.entity].alias(f"via_{via.entity}")
            owner, flag = (alias.c[catalog.entity(via.entity).field(name).column] for name in (via.owner, via.flag))
            source = source.outerjoin(alias, sa.and_(owner == table.c.id, flag.is_(sa.true())))
            aliases[via.entity] = alias
    columns: list[Any] = [table.c[name] for name in SYSTEM_COLUMNS]
    if entity.is_dictionary:
        columns.append(table.c.row_key)
    for name, alias in aliases.items():
        columns += [alias.c.id.label(f"vid_{name}"), alias.c.version.label(f"vver_{name}")]
    # Values are read by their place: names of their own would double the time that making the statement's text takes.
    columns += [(aliases[field.via.entity] if field.via else made[field.table]).c[field.column] for field in fields]
    return sa.select(*columns).select_from(source), fields


def _record(entity: Entity, fields: Sequence[Field], row: Row[Any]) -> Record:
    offset = len(row) - len(fields)
    values = {
        field.name: TYPES[field.type].to_json(value)
        for field, value in zip(fields, row[offset:], strict=True)
        if value is not None
    }
    told = row._mapping
    via_ids = {name: told[f"vid_{name}"] for name in entity.vias if told.get(f"vid_{name}")}
    tag = ".".join([str(row.version), *(f"{name}-{id}-{told[f'vver_{name}']}" for name, id in sorted(via_ids.items()))])
    return Record(
        id=row.id,
        tag=tag,
        version=row.version,
        values=values,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        row_key=told.get("row_key"),
        via_ids=via_ids,
    )


def fetch(conn: Connection, catalog: Catalog, entity: Entity, id: int, *, lock: bool = False) -> Record:
    """One record with all its fields. `lock` keeps other writers off it until the unit ends. Raises NotFound."""
    statement, fields = _statement(catalog, entity, None)
    table = tables(catalog)[entity.name]
    statement = statement.where(table.c.id == id).order_by(table.c.id).limit(1)
    if lock and conn.dialect.name != "sqlite":
        conn.execute(sa.select(table.c.id).where(table.c.id == id).with_for_update())
    row = conn.execute(statement).first()
    if row is None:
        raise NotFound(entity.name, id)
    return _record(entity, fields, row)


def lock(conn: Connection, catalog: Catalog, entity: Entity, ids: Sequence[int]) -> None:
    """Keep other writers off these records until the unit ends (SQLite has one writer anyway)."""
    if conn.dialect.name != "sqlite":
        table = tables(catalog)[entity.name]
        conn.execute(sa.select(table.c.id).where(table.c.id.in_(ids)).order_by(table.c.id).with_for_update(key_share=True))


def lock_tree(conn: Connection, catalog: Catalog, entity: Entity) -> dict[int, int | None]:
    """The parent of every row of a tree, kept as it is until the unit ends."""
    table = tables(catalog)[entity.name]
    parent = table.c[entity.by_name[entity.tree or ""].column]
    statement = sa.select(table.c.id, parent).order_by(table.c.id)
    rows = conn.execute(statement if conn.dialect.name == "sqlite" else statement.with_for_update(key_share=True))
    return {row[0]: row[1] for row in rows}


def flagged(conn: Connection, catalog: Catalog, via: Via, owner: int) -> list[int]:
    """The ids of an owner's parts whose flag is set: one, unless something went wrong."""
    part = catalog.entity(via.entity)
    table = tables(catalog)[part.name]
    flag, owned = (table.c[part.field(name).column] for name in (via.flag, via.owner))
    return list(conn.execute(sa.select(table.c.id).where(owned == owner, flag.is_(sa.true())).order_by(table.c.id)).scalars())


def fetch_many(conn: Connection, catalog: Catalog, entity: Entity, ids: Sequence[int], names: Iterable[str] | None = None) -> list[Record]:
    """Several records in the order of their ids, with the named fields; ids that are gone are left out."""
    if not ids:
        return []
    statement, fields = _statement(catalog, entity, None if names is None else tuple(names))
    rows = conn.execute(statement.where(tables(catalog)[entity.name].c.id.in_(ids)))
    found = {row.id: _record(entity, fields, row) for row in rows}
    return [found[id] for id in ids if id in found]


def standing(entity: Entity) -> list[str]:
    """One field of each other record on the card: enough to read a whole record's tag."""
    return list({field.via.entity: field.name for field in entity.by_name.values() if field.via is not None}.values())


def parts_of(conn: Connection, catalog: Catalog, part: Entity, owner_id: int, limit: int = 200) -> list[int]:
    """The ids of a record's parts of one kind, oldest first."""
    table = tables(catalog)[part.name]
    owner = table.c[part.field(part.owner or "").column]
    return list(conn.execute(sa.select(table.c.id).where(owner == owner_id).order_by(table.c.id).limit(limit)).scalars())


def titles(conn: Connection, catalog: Catalog, name: str, ids: Iterable[int]) -> dict[int, str]:
    """The titles of records by id, for showing references."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    entity = catalog.entity(name)
    table = tables(catalog)[name]
    column = table.c[next(one.column for one in entity.fields if one.name == entity.title)]
    return {id: title or f"#{id}" for id, title in conn.execute(sa.select(table.c.id, column).where(table.c.id.in_(wanted)))}


def existing(conn: Connection, catalog: Catalog, name: str, ids: Iterable[int]) -> set[int]:
    """Which of these ids exist."""
    table = tables(catalog)[name]
    return set(conn.execute(sa.select(table.c.id).where(table.c.id.in_(sorted(set(ids))))).scalars())


def newest(conn: Connection, catalog: Catalog, entity: Entity, limit: int) -> list[int]:
    """The ids of the records made last."""
    table = tables(catalog)[entity.name]
    return list(conn.execute(sa.select(table.c.id).order_by(table.c.id.desc()).limit(limit)).scalars())


def total(conn: Connection, catalog: Catalog, entity: Entity) -> int:
    """How many records there are."""
    return int(conn.execute(sa.select(sa.func.count()).select_from(tables(catalog)[entity.name])).scalar_one())
