"""The order of a list's entries: moved one by one, as few of them changed as the numbers allow, or sorted at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from engine.errors import BadValue, Locked, NotFound
from engine.messages import M_
from engine.metadata import labels
from engine.metadata.model import Entity
from engine.records import read
from engine.records.read import Record
from engine.service import writing
from engine.service.screen import Done, Screen
from engine.service.visit import Visit
from engine.service.writing import POSITION, STEP

WAYS = ("first", "up", "down", "last", "before")
FIXED = M_("The order of this list is fixed.")


def is_ordered(visit: Visit, entity: Entity) -> bool:
    """Whether an entity's rows have an order of their own that may be changed. A tree is ordered where it is drawn."""
    own = entity.is_dictionary and entity.tree is None and POSITION in entity.by_name
    return own and POSITION not in entity.locks.change


def show(visit: Visit, name: str) -> Screen:
    """The entries in their order. Raises Forbidden, Locked."""
    entity = _ordered(visit, name)
    rows = visit.rows.of(name)
    found = rows.ordered if rows else ()
    told = [
        {
            "id": row.id,
            "title": rows.show(row.id, "title", visit.view.languages) if rows else "",
            "colour": row.colour,
            "active": row.active,
            "shipped": row.shipped,
            "url": f"/{name}/{row.id}",
            "move_url": f"/{name}/{row.id}/move",
        }
        for row, _ in found
    ]
    plural = labels.entity_plural(visit.catalog, entity, visit.view.languages)
    return Screen("order.html", {"entity": {"name": name, "plural": plural, "icon": entity.icon}, "language": visit.language.name, "rows": told})


def _ordered(visit: Visit, name: str) -> Entity:
    entity = visit.restricted(name, "update")
    if not is_ordered(visit, entity):
        raise Locked(FIXED)
    return entity


def move(visit: Visit, name: str, id: int, to: str, before: str = "") -> Done:
    """Move an entry `up`, `down`, `first`, `last` or `before` another. Raises NotFound, BadValue, Forbidden, Locked."""
    entity = _ordered(visit, name)
    rows = visit.rows.of(name)
    ids = sorted(rows.rows) if rows else []
    read.lock(visit.conn, visit.catalog, entity, ids)
    found = sorted(read.fetch_many(visit.conn, visit.catalog, entity, ids, [POSITION]), key=lambda one: (_position(one), one.id))
    order = [one.id for one in found]
    if id not in order:
        raise NotFound(name, id)
    records = {one.id: one for one in found}
    for one, position in _positions(_moved(order, id, to, before), id, records):
        writing.update(visit, entity, records[one], {POSITION: position})
    return Done(f"/{name}/order#r{id}")


def sort(visit: Visit, name: str) -> Done:
    """Put all entries in the alphabetical order of the reader's language, as one act that can be undone. Raises Forbidden, Locked."""
    entity = _ordered(visit, name)
    rows = visit.rows.of(name)
    ids = sorted(rows.rows) if rows else []
    read.lock(visit.conn, visit.catalog, entity, ids)
    records = {one.id: one for one in read.fetch_many(visit.conn, visit.catalog, entity, ids, [POSITION])}
    languages, batch = visit.view.languages, uuid.uuid4().hex
    order = visit.in_order(records, lambda id: rows.show(id, "title", languages) if rows else "")
    stood = sorted(records, key=lambda id: (_position(records[id]), id))
    said = visit.translator.text("The entries stand in alphabetical order now.")
    if order == stood:
        return Done(f"/{name}/order", said, "info")
    for place, id in enumerate(order, start=1):
        writing.update(visit, entity, records[id], {POSITION: place * STEP}, batch=batch)
    return Done(f"/{name}/order", said, undo=batch)


def _position(record: Record) -> int:
    return int(record.values.get(POSITION) or 0)


def _moved(order: Sequence[int], id: int, to: str, before: str) -> list[int]:
    """The order after a move. Raises BadValue."""
    rest = [one for one in order if one != id]
    place = order.index(id)
    places = {"first": 0, "up": max(place - 1, 0), "down": place + 1, "last": len(rest)}
    if to == "before" and before.isascii() and before.isdigit() and int(before) in rest:
        places["before"] = rest.index(int(before))
    if to not in places:
        raise BadValue("to", M_("An entry moves to: %(ways)s.", ways=", ".join(WAYS)))
    rest.insert(places[to], id)
    return rest


def _positions(order: Sequence[int], id: int, records: dict[int, Record]) -> list[tuple[int, int]]:
    """(id, new position) of what has to change: the moved entry alone where there is room between its neighbours, else all."""
    at = order.index(id)
    low = _position(records[order[at - 1]]) if at else -1
    high = _position(records[order[at + 1]]) if at + 1 < len(order) else low + 2 * STEP
    if high - low >= 2:
        return [(id, (low + high) // 2)]
    return [(one, place * STEP) for place, one in enumerate(order, start=1)]
