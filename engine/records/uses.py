"""Who refers to a record, and in which order a record and its parts can be deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata.model import Catalog, Entity
from engine.metadata.physical import tables


def uses_of(conn: Connection, catalog: Catalog, doomed: Sequence[tuple[Entity, int]]) -> Mapping[tuple[str, str], int]:
    """(entity, field) → how many records refer to these records, not counting references among themselves."""
    going: dict[str, list[int]] = {}
    for entity, id in doomed:
        going.setdefault(entity.name, []).append(id)
    found: dict[tuple[str, str], int] = {}
    for name, ids in going.items():
        for field in catalog.referrers.get(name, ()):
            table = tables(catalog)[field.table]
            counted = sa.select(sa.func.count()).select_from(table).where(table.c[field.column].in_(ids))
            if spared := going.get(field.entity):
                counted = counted.where(table.c.id.not_in(spared))
            if count := conn.execute(counted).scalar_one():
                found[field.entity, field.name] = int(count)
    return found


def with_parts(conn: Connection, catalog: Catalog, entity: Entity, id: int) -> list[tuple[Entity, int]]:
    """A record and its parts, in an order in which foreign keys let them go: what refers before what is referred to."""
    parts = [catalog.entity(name) for name in entity.parts]
    ordered = sorted(parts, key=lambda part: _depth(catalog, part, {p.name for p in parts}), reverse=True)
    found: list[tuple[Entity, int]] = []
    for part in ordered:
        table = tables(catalog)[part.name]
        owner = table.c[part.field(part.owner or "").column]
        found += [(part, one) for one in conn.execute(sa.select(table.c.id).where(owner == id).order_by(table.c.id)).scalars()]
    return [*found, (entity, id)]


def _depth(catalog: Catalog, part: Entity, among: set[str], seen: frozenset[str] = frozenset()) -> int:
    """How many steps of references to other parts lead away from this one."""
    if part.name in seen:
        return 0
    targets = {f.target for f in part.fields if f.target in among and f.target != part.name}
    return max((1 + _depth(catalog, catalog.entity(name or ""), among, seen | {part.name}) for name in targets), default=0)
