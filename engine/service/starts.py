"""Records without a state get the one in which new ones start: those that are older than the field, and those restored from before it.

Pages show such a record in its first state, so a search and a chart must find it there. It is no change that anybody made:
neither the history nor the record's version tells of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from engine import lifecycle
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Entity, Field
from engine.metadata.physical import tables
from engine.records import extension
from engine.schema.operation import Operation


def after(database: Database, operations: Iterable[Operation]) -> None:
    """What follows from operations that have just been published: where they brought a lifecycle, old records begin it."""
    if any('"lifecycle":' in json.dumps(one.to_json()) for one in operations):
        with database.writing() as conn:
            give(conn, store.load(conn))


def give(conn: Connection, catalog: Catalog) -> int:
    """Give every record the first state of each lifecycle in which it has none. Returns how many were given."""
    return sum(give_to(conn, catalog, entity) for entity in catalog.stored)


def give_to(conn: Connection, catalog: Catalog, entity: Entity, ids: Sequence[int] | None = None) -> int:
    """The same for the records of an entity, or for some of them."""
    return sum(_give(conn, catalog, entity, one, ids) for one in lifecycle.fields_of(entity) if one.via is None and not _may_be_off(entity, one))


def _may_be_off(entity: Entity, one: Field) -> bool:
    """Whether a card can be without the field by a rule; there, empty is what it has to be."""
    return "visible" in one.rules or any(group.name == one.group and group.visible is not None for group in entity.groups)


def _give(conn: Connection, catalog: Catalog, entity: Entity, one: Field, ids: Sequence[int] | None) -> int:
    told, target = lifecycle.of(one), tables(catalog)[one.target or ""]
    first = conn.execute(sa.select(target.c.id).where(target.c.row_key == told.initial[0])).scalar() if told and "row_key" in target.c else None
    if first is None:
        return 0
    table, own = tables(catalog)[one.table], tables(catalog)[entity.name]
    found = sa.select(own.c.id).where(table.c[one.column].is_(None))
    if table is not own:
        found = found.join_from(own, table, table.c.id == own.c.id, isouter=True)
    if ids is not None:
        found = found.where(own.c.id.in_(list(ids)))
    without = [int(id) for id in conn.execute(found).scalars()]
    if table is own and without:
        some = sa.update(own).where(own.c[one.column].is_(None)).values({one.column: first})
        conn.execute(some if ids is None else some.where(own.c.id.in_(list(ids))))
    elif without:
        for id in without:
            extension.update(conn, id, [(table, {one.column: first})])
    return len(without)
