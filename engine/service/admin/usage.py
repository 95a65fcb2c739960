"""How full each field is, and what leans on it. Counting reads whole tables, so it is asked for apart and kept a while."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock

import sqlalchemy as sa

from engine.messages import M_, Message
from engine.metadata import labels
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.physical import is_stored, tables
from engine.schema.dependents import Dependent, of_field
from engine.service.visit import Visit

SECONDS = 120
REASONS: Mapping[str, Message] = {
    "visible": M_("“%(field)s” is visible only when it says so"),
    "required": M_("“%(field)s” is required only when it says so"),
    "choices": M_("“%(field)s” offers choices by it"),
    "step": M_("Steps of “%(field)s” depend on it"),
    "starts": M_("“%(field)s” of “%(entity)s” starts with what it says"),
    "where": M_("“%(field)s” of “%(entity)s” offers records by it"),
    "card": M_("It stands as “%(field)s” on the card of “%(entity)s”"),
    "title": M_("Records are named by it"),
    "owner": M_("Records belong to others by it"),
    "tree": M_("The tree is built by it"),
    "group": M_("The group “%(group)s” is shown only when it says so"),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """How many records there are and how many of them have a value, by field."""

    total: int
    fields: Mapping[str, int]
    at: float

    def percent(self, name: str) -> int | None:
        """The share of records with a value, rounded; never 0 or 100 unless it is so."""
        count = self.fields.get(name)
        if count is None or self.total == 0:
            return None
        if count in (0, self.total):
            return 100 if count else 0
        return min(max(round(100 * count / self.total), 1), 99)


_kept: dict[tuple[str, str, int], Filled] = {}
_lock = Lock()


def filled(visit: Visit, entity: Entity) -> Filled:
    """The counts of an entity in force, not older than two minutes."""
    key = (str(visit.conn.engine.url), entity.name, visit.catalog.version)
    with _lock:
        held = _kept.get(key)
    if held is not None and time.monotonic() - held.at < SECONDS:
        return held
    found = _count(visit, entity)
    with _lock:
        if len(_kept) > 200:
            _kept.clear()
        _kept[key] = found
    return found


def _count(visit: Visit, entity: Entity) -> Filled:
    made = tables(visit.catalog)
    total = int(visit.conn.execute(sa.select(sa.func.count()).select_from(made[entity.table])).scalar_one())
    found: dict[str, int] = {}
    by_table: dict[str, list[Field]] = {}
    for one in entity.fields:
        if is_stored(one):
            by_table.setdefault(one.table, []).append(one)
    for name, fields in by_table.items():
        table = made[name]
        statement = sa.select(*(sa.func.count(table.c[one.column]) for one in fields)).select_from(table)
        via = fields[0].via
        if via is not None:
            flag = visit.catalog.entity(via.entity).field(via.flag)
            statement = statement.where(table.c[flag.column].is_(sa.true()))
        found |= {one.name: int(count) for one, count in zip(fields, visit.conn.execute(statement).one(), strict=True)}
    return Filled(total, found, time.monotonic())


def uses(catalog: Catalog, entity: Entity, one: Field, visit: Visit) -> Iterator[str]:
    """What leans on a field, in words."""
    for other in of_field(catalog, entity, one):
        if other.what in REASONS:
            yield visit.translator.say(REASONS[other.what], **_names(catalog, other, visit.view.languages))


def _names(catalog: Catalog, other: Dependent, languages: tuple[str, ...]) -> dict[str, Json]:
    entity = catalog.entities[other.entity]
    field = next((f for f in entity.fields if f.name == other.field), None)
    group = next((g for g in entity.groups if g.name == other.group), None)
    return {
        "entity": labels.entity_label(catalog, entity, languages),
        "field": labels.field_label(catalog, field, languages) if field else "",
        "group": labels.group_label(catalog, entity, group, languages) if group else "",
    }
