"""Taking an act back: what one batch of the history did to several records is undone as a whole, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy.exc import IntegrityError

from engine.errors import InUse, NotFound, NotRestorable
from engine.messages import M_
from engine.metadata.model import Field
from engine.metadata.types import TYPES
from engine.records import history, read, repoint, uses, write
from engine.records.history import Entry
from engine.service import writing
from engine.service.screen import Done
from engine.service.visit import Visit

CHANGED = M_("This cannot be undone: what it changed has been changed again since.")
MADE, GONE = ("create", "restore"), "delete"


def take_back(visit: Visit, batch: str) -> Done:
    """Undo an act and show what it was done to. Raises as `undo` does."""
    back = undo(visit, batch)
    last = history.of_batch(visit.conn, batch)[-1]
    tree = visit.catalog.entity(last.entity).tree
    url = f"/{last.entity}/?at={last.record_id}" if tree else f"/{last.entity}/"
    return Done(url, visit.translator.text("Undone."), undo=back)


def undo(visit: Visit, batch: str) -> str:
    """Undo an act. Returns the batch of the undoing, which can be undone as well.

    Raises NotFound, Forbidden, InUse, Locked, and NotRestorable where somebody went on from what the act left.
    """
    entries = history.of_batch(visit.conn, batch)
    if not entries:
        raise NotFound("", batch)
    for entry in entries:
        visit.restricted(entry.entity, "delete" if entry.action in MADE else "create" if entry.action == GONE else "update")
    back = uuid.uuid4().hex
    if gone := [entry for entry in entries if entry.action == GONE]:
        _bring_back(visit, gone, back)
    changed = [entry for entry in entries if entry.action == "update"]
    pointing = _pointing(visit, changed)
    for (name, key, before, after), ids in pointing.items():
        _point_back(visit, visit.catalog.entity(name).by_name[key], ids, before, after, back)
    for entry in reversed([entry for entry in changed if _points(visit, entry) not in pointing]):
        _set_back(visit, entry, back)
    if made := [entry for entry in entries if entry.action in MADE]:
        _take_away(visit, made, back)
    return back


def _bring_back(visit: Visit, entries: Sequence[Entry], back: str) -> None:
    for entry in entries:
        if read.existing(visit.conn, visit.catalog, entry.entity, [entry.record_id]):
            raise NotRestorable(CHANGED)
    writing.restore(visit, visit.catalog.entity(entries[-1].entity), list(entries), batch=back)


Pointing = tuple[str, str, int, int]
"""Entity, field, before, after."""


def _points(visit: Visit, entry: Entry) -> Pointing | None:
    """What an entry did if it only made a record refer to another one. Rows of a tree that moved are none: each is looked at by itself."""
    entity = visit.catalog.entity(entry.entity)
    for name, (before, after) in entry.changes.items() if len(entry.changes) == 1 else ():
        one = entity.by_name.get(name)
        if one is not None and one.via is None and TYPES[one.type].refers and name != entity.tree and before and after:
            return entity.name, name, before, after
    return None


def _pointing(visit: Visit, entries: Sequence[Entry]) -> Mapping[Pointing, list[int]]:
    """The records that were only made to refer to another one: there may be very many."""
    found: dict[Pointing, list[int]] = {}
    for entry in entries:
        if (key := _points(visit, entry)) is not None:
            found.setdefault(key, []).append(entry.record_id)
    return {key: ids for key, ids in found.items() if len(ids) == len(set(ids))}


def _point_back(visit: Visit, one: Field, ids: Sequence[int], before: int, after: int, back: str) -> None:
    if not set(ids) <= set(repoint.lock_referring(visit.conn, visit.catalog, one, after)):
        raise NotRestorable(CHANGED)
    repoint.repoint(visit.conn, visit.catalog, one, ids, after, before, by=visit.signed_in().id, batch=back)
    writing.follow_many(visit, visit.catalog.entity(one.entity), ())


def _set_back(visit: Visit, entry: Entry, back: str) -> None:
    entity = visit.catalog.entity(entry.entity)
    try:
        record = writing.fetch_to_change(visit, entity, entry.record_id)
    except NotFound:
        raise NotRestorable(CHANGED) from None
    if any(name not in entity.by_name or record.values.get(name) != after for name, after in entry.after.items()):
        raise NotRestorable(CHANGED)
    writing.update(visit, entity, record, entry.before, batch=back)


def _take_away(visit: Visit, entries: Sequence[Entry], back: str) -> None:
    """Delete what was made, the last first."""
    doomed = [(visit.catalog.entity(entry.entity), entry.record_id) for entry in reversed(entries)]
    for name in {entry.entity for entry in entries}:
        made = {entry.record_id: entry.after for entry in entries if entry.entity == name}
        found = read.fetch_many(visit.conn, visit.catalog, visit.catalog.entity(name), list(made))
        if len(found) < len(made) or any(record.values.get(key) != value for record in found for key, value in made[record.id].items()):
            raise NotRestorable(CHANGED)
    entity, id = doomed[-1]
    if used := uses.uses_of(visit.conn, visit.catalog, doomed):
        raise InUse(entity.name, id, used)
    try:
        with visit.conn.begin_nested():
            write.delete(visit.conn, visit.catalog, doomed, by=visit.signed_in().id, batch=back)
    except IntegrityError:  # somebody referred to it between the question and the act
        raise InUse(entity.name, id, uses.uses_of(visit.conn, visit.catalog, doomed)) from None
    for entity in {entity.name: entity for entity, _ in doomed}.values():
        writing.follow_many(visit, entity, ())
