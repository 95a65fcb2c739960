"""Replacing a record that others refer to: they refer to another one from then on, and it is deleted, as one act."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine import lifecycle
from engine.errors import Refused, Stale
from engine.messages import M_, Message, Problem
from engine.metadata import store
from engine.metadata.model import Entity, Field
from engine.records import read, repoint, uses
from engine.records.history import Entry
from engine.service import taken_off, writing
from engine.service.judging import INACTIVE, NOT_ALLOWED, NOT_FOUND, OWN_CHILD, holding
from engine.service.visit import Visit

BY = "by"
ITSELF = M_("Choose another one: this is the one that is to be replaced.")
MOVES = M_("Records are in this state through “%(label)s”, which changes step by step only.")


def replaceable(visit: Visit, entity: Entity, found: Mapping[tuple[str, str], int]) -> bool:
    """Whether every one of these uses can be made to name another record: direct, and not moved by steps."""
    direct = {(one.entity, one.name): one for one in visit.catalog.referrers.get(entity.name, ())}
    return bool(found) and all(where in direct and lifecycle.of(direct[where]) is None for where in found)


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many references changed, and in how many records something was emptied that stands on their cards no more."""

    references: int
    emptied: int


class Asks(Exception):
    """Something would be emptied, and whoever replaces has not been told. `what` says it in words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def replace(visit: Visit, name: str, id: int, by: int, version: str = "", *, ask: bool = False) -> Replaced:
    """Let everything that refers to a record refer to another, and delete it. What the cards' rules then hide is emptied, as by a save.

    With `ask` it raises Asks instead where that is anything. Raises NotFound, Stale, Locked, Refused when the other cannot stand in its
    place, InUse when parts of it are in use.
    """
    entity = visit.restricted(name, "delete")
    record = writing.fetch_to_change(visit, entity, id)
    if version not in ("", record.tag):
        raise Stale(name, id, record.tag)
    writing.check_deletable(visit, entity, record)
    doomed = uses.with_parts(visit.conn, visit.catalog, entity, id)
    going = {part: [one for of, one in doomed if of.name == part] for part in {of.name for of, _ in doomed}}
    changes = [(one, repoint.lock_referring(visit.conn, visit.catalog, one, id, going.get(one.entity, ()))) for one in _referrers(visit, entity)]
    changes = [(one, ids) for one, ids in changes if ids]
    if wrong := _wrong(visit, entity, id, by, changes):
        raise Refused([Problem(BY, "reference", wrong)])
    if entity.tree:
        writing.check_tree(visit, entity, id, by)  # what is below goes under the other, which may have been moved meanwhile
    off = [taken_off.by(visit, one, ids, by) for one, ids in changes]
    if ask and any(off):
        raise Asks(taken_off.in_words(visit, [(one, emptied) for (one, _), emptied in zip(changes, off, strict=True)]))
    batch, actor = uuid.uuid4().hex, visit.signed_in().id
    with visit.conn.begin_nested():  # all of it or nothing, also where the caller goes on after a refusal
        for (one, ids), emptied in zip(changes, off, strict=True):
            visit.restricted(one.entity, "update")
            repoint.repoint(visit.conn, visit.catalog, one, ids, id, by, by=actor, batch=batch)
            taken_off.empty(visit, one, emptied, batch)
        writing.delete(visit, entity, id, record, batch=batch)
    _reload(visit, [one.entity for one, _ in changes])
    touched = {(one.entity, of) for (one, _), emptied in zip(changes, off, strict=True) for of in emptied}
    return Replaced(sum(len(ids) for _, ids in changes), len(touched))


def _referrers(visit: Visit, entity: Entity) -> Sequence[Field]:
    return visit.catalog.referrers.get(entity.name, ())


def _wrong(visit: Visit, entity: Entity, id: int, by: int, changes: Sequence[tuple[Field, Sequence[int]]]) -> Message | None:
    """Why one record cannot stand in the place of another; None when it can."""
    rows = visit.rows.of(entity.name)
    if by == id:
        return ITSELF
    if by not in (rows.rows if rows else read.existing(visit.conn, visit.catalog, entity.name, [by])):
        return NOT_FOUND
    if rows and not rows.rows[by].active:
        return INACTIVE
    if rows and entity.tree and by in rows.under(id):
        return OWN_CHILD
    for one, ids in changes:
        if lifecycle.of(one) is not None:
            return M_(MOVES.text, label=visit.view.label(one))
        if one.entity == entity.name and by in ids:
            return OWN_CHILD
        if "where" in one.options and not _allowed(visit, one, ids, by):
            return M_(NOT_ALLOWED.text, label=visit.view.label(one))
    return None


def _allowed(visit: Visit, one: Field, ids: Sequence[int], by: int) -> bool:
    """Whether the field's own condition lets all these records name that one."""
    if not one.limited_by:
        return by in holding(visit, one, [by], {})
    records = read.fetch_many(visit.conn, visit.catalog, visit.catalog.entity(one.entity), ids, one.limited_by)
    return all(by in holding(visit, one, [by], record.values) for record in records)


def take_back(visit: Visit, entries: Sequence[Entry], id: int) -> int:
    """Let what one act made refer to another record refer to this one again, where it still does; what it emptied comes back.

    Returns how many.
    """
    count, touched, back = 0, set(), set()
    for entry in entries:
        entity = visit.catalog.entity(entry.entity)
        for name, (before, after) in entry.changes.items():
            one = entity.by_name.get(name)
            if entry.action == "update" and before == id and one is not None and _still(visit, one, entry.record_id, after):
                repoint.repoint(visit.conn, visit.catalog, one, [entry.record_id], after, before, by=visit.signed_in().id, batch=uuid.uuid4().hex)
                touched.add(entity.name)
                back.add((entity.name, entry.record_id))
                count += 1
    taken_off.refill(visit, entries, back)
    _reload(visit, touched)
    return count


def _still(visit: Visit, one: Field, id: int, value: int) -> bool:
    entity = visit.catalog.entity(one.entity)
    found = read.fetch_many(visit.conn, visit.catalog, entity, [id], [one.name])
    return bool(found) and found[0].values.get(one.name) == value


def _reload(visit: Visit, names: Sequence[str] | set[str]) -> None:
    if any(visit.catalog.entity(name).is_dictionary for name in names):
        store.bump_version(visit.conn, "dictionaries")
