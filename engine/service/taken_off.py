"""What a change of many records at once takes off their cards, by the cards' rules: emptied like by a save of each, and brought back with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from engine.metadata.model import Field
from engine.records import read
from engine.records.history import Entry
from engine.service import ruling, writing
from engine.service.visit import Visit

_BATCH = 500
Emptied = Mapping[int, Sequence[str]]
"""The fields that are to be emptied, by the record's id."""


def by(visit: Visit, one: Field, ids: Sequence[int], new: int) -> Emptied:
    """What stands on the cards of these records no more, and holds something, once the field names another one."""
    entity = visit.catalog.entities.get(one.entity)
    found = ruling.ready(visit, entity) if entity else None
    if entity is None or found is None or one.name not in found.rules.reads():
        return {}
    emptied = {}
    for start in range(0, len(ids), _BATCH):
        for record in read.fetch_many(visit.conn, visit.catalog, entity, ids[start : start + _BATCH]):
            if names := ruling.emptied(visit, entity, record.values, {one.name: new}):
                emptied[record.id] = names
    return emptied


def empty(visit: Visit, one: Field, emptied: Emptied, batch: str) -> None:
    """Empty them, as part of one act."""
    entity = visit.restricted(one.entity, "update") if emptied else None
    for id, names in emptied.items():
        if entity is not None:
            record = read.fetch(visit.conn, visit.catalog, entity, id, lock=True)
            writing.update(visit, entity, record, dict.fromkeys(names), batch=batch)


def refill(visit: Visit, entries: Iterable[Entry], back: set[tuple[str, int]]) -> None:
    """Give records that an act has emptied, and that are back to what they were, their values again, where there is none since."""
    for entry in entries:
        kept = {name: before for name, (before, after) in entry.changes.items() if before is not None and after is None}
        if entry.action == "update" and kept and (entry.entity, entry.record_id) in back:
            entity = visit.restricted(entry.entity, "update")
            record = read.fetch(visit.conn, visit.catalog, entity, entry.record_id, lock=True)
            shown = ruling.without_hidden(visit, entity, {**kept, **{name: value for name, value in record.values.items() if value is not None}})
            missing = {name: value for name, value in kept.items() if name in shown and name in entity.by_name and record.values.get(name) is None}
            writing.update(visit, entity, record, missing)


def in_words(visit: Visit, found: Sequence[tuple[Field, Emptied]]) -> str:
    """The fields with how many records each is emptied in; '' for none."""
    told = []
    for one, emptied in found:
        by_name = visit.catalog.entity(one.entity).by_name
        counts = Counter(name for names in emptied.values() for name in names)
        told += [visit.translator.text("“%(field)s” (%(n)s)", field=visit.view.label(by_name[name]), n=count) for name, count in counts.items()]
    return visit.translator.text(", ").join(told)
