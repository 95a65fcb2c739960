"""Writing a judged record with everything that follows from it: one main contact, dictionaries loaded anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.errors import InUse, Locked, Refused
from engine.messages import M_, Problem
from engine.metadata import label_store, store
from engine.metadata.model import SOURCE_LANGUAGE, Entity, Json, Via
from engine.metadata.rows import DEEPEST, Dictionaries, misplaced, row_label_key
from engine.metadata.types import TYPES
from engine.records import history, overflow, read, uses, write
from engine.records.history import Changes
from engine.records.read import Record
from engine.schema import capacity
from engine.service import fixed, ruling, starts
from engine.service.judging import OWN_CHILD, TOO_DEEP
from engine.service.visit import Visit

Values = Mapping[str, Json]
POSITION, STEP = "position", 10
"""Rows stand apart, so that one can be put between two others without numbering all of them anew."""


def defaults(dictionaries: Dictionaries, entity: Entity) -> dict[str, Json]:
    """What a new record starts with; a row of a dictionary is named by its key in the catalog, and a new one stands last in its list."""
    found = write.with_defaults(entity, {})
    for name, value in found.items():
        rows = dictionaries.of(entity.by_name[name].target or "")
        if isinstance(value, str) and rows is not None and TYPES[entity.by_name[name].type].refers:
            found[name] = rows.by_key.get(value)
    own, place = dictionaries.of(entity.name), entity.by_name.get(POSITION)
    if own is not None and place is not None and found.get(POSITION) is None:
        found[POSITION] = min(own.last + STEP, place.options.get("maximum", own.last + STEP))
    return {name: value for name, value in found.items() if value is not None}


def insert(visit: Visit, entity: Entity, values: Values, *, at: datetime | None = None, batch: str | None = None) -> int:
    """Store a new record, made `at` a moment, or now, without what its card does not show. Returns its id. Raises Locked.

    What one act does to several records has one `batch` in the history, by which it can be taken back.
    """
    if entity.locks.add:
        raise Locked(fixed.LIST)
    values = ruling.without_hidden(visit, entity, ruling.started(visit, entity, [values])[0])
    _lock_owners(visit, entity, values)
    with fitting(visit, entity, values):
        id = write.insert(visit.conn, visit.catalog, entity, values, by=visit.signed_in().id, at=at, batch=batch)
    _follow(visit, entity, id, values)
    return id


def update(
    visit: Visit, entity: Entity, record: Record, values: Values, *, spoken_language: bool = False, batch: str | None = None
) -> Changes:
    """Store the changed values of a record; fields that they take off its card are emptied. Returns what changed. Raises Locked, Stale.

    With `spoken_language` the translatable texts of a row are the reader's words for it, not the source text.
    """
    changed = {name: value for name, value in values.items() if record.values.get(name) != value}
    changed |= dict.fromkeys(ruling.emptied(visit, entity, record.values, changed))
    for name in changed:
        if record.row_key in entity.locks.change.get(name, ()):
            raise Locked(M_(fixed.CELL.text, label=visit.view.label(entity.by_name[name])))
    _lock_owners(visit, entity, {**record.values, **changed})
    if entity.tree in changed:
        check_tree(visit, entity, record.id, changed[entity.tree])
    spoken = _translated(visit, entity, changed) if spoken_language else {}
    by = visit.signed_in().id
    kept = {name: value for name, value in changed.items() if name not in spoken}
    with fitting(visit, entity, {**record.values, **changed}):
        changes = dict(write.update(visit.conn, visit.catalog, entity, record, kept, by=by, batch=batch))
    if named := {name: kept[name] for name in kept if entity.is_dictionary and entity.by_name[name].options.get("translatable")}:
        after = replace(record, values={**record.values, **named})  # found by its texts in other languages as before
        write.refold(visit.conn, visit.catalog, entity, record.id, record.version + 1, _spoken(visit, entity, after, named), by=by, same=True)
    if spoken:
        changes |= translate(visit, entity, record, visit.language.chain[0], spoken, touched=bool(kept))
    if changes:
        _follow(visit, entity, record.id, {**record.values, **changed}, changed)
    return changes


def fetch_to_change(visit: Visit, entity: Entity, id: int) -> Record:
    """A record, with other writers kept off it. Raises NotFound.

    Of a tree all rows are locked, before the one: two people who move rows wait for one another and never for each other.
    """
    if entity.tree:
        read.lock_tree(visit.conn, visit.catalog, entity)
    return read.fetch(visit.conn, visit.catalog, entity, id, lock=True)


@contextmanager
def fitting(visit: Visit, entity: Entity, values: Values) -> Iterator[None]:
    """Where a record can be more than a row takes, it is stored in a savepoint. Raises Refused, which names the largest fields."""
    written = (entity, *(visit.catalog.entity(name) for name in entity.vias))
    if not any(capacity.may_overflow(visit.catalog, one, visit.conn.dialect.name) for one in written):
        yield
        return
    try:
        with visit.conn.begin_nested():
            yield
    except DBAPIError as error:
        if not overflow.is_overflow(error):
            raise
        raise Refused(overflow.problems(entity, values)) from None


def _translated(visit: Visit, entity: Entity, changed: Values) -> dict[str, str]:
    """The changed texts that belong to the reader's language rather than to the source language."""
    if visit.language.is_pseudo or visit.language.chain[0] == SOURCE_LANGUAGE or not entity.is_dictionary:
        return {}
    return {name: text for name, text in changed.items() if text and entity.by_name[name].options.get("translatable")}


def translate(visit: Visit, entity: Entity, record: Record, language: str, texts: Mapping[str, str], *, touched: bool = False) -> Changes:
    """Keep texts as a language's labels of a row, none for an empty one; the source text stays. `touched`: the row itself was just written."""
    by = visit.signed_in().id
    rows = visit.rows.of(entity.name)
    row = rows.rows.get(record.id) if rows else None
    named = {name: row_label_key(entity.name, record.row_key, record.id, name) for name in texts}
    said = [(named[name], str(record.values.get(name) or ""), text) for name, text in texts.items() if text]
    store.save_labels(visit.conn, language, said, origin="own")
    label_store.write(visit.conn, language, {named[name]: None for name, text in texts.items() if not text}, "metadata")
    write.refold(visit.conn, visit.catalog, entity, record.id, record.version + touched, _spoken(visit, entity, record, texts), by=by)
    changes = {name: (row.text(name, (language,)) if row else None, text or None) for name, text in texts.items()}
    history.write(visit.conn, entity.name, record.id, "update", changes, by=by)
    _reload(visit, entity)
    return changes


def _spoken(visit: Visit, entity: Entity, record: Record, values: Values) -> dict[str, list[str]]:
    """The texts of a row in all languages, by which it is found; `values` name the fields, and what the record holds is their source."""
    found = {}
    for name in values:
        kept = label_store.of_key(visit.conn, row_label_key(entity.name, record.row_key, record.id, name))
        found[name] = [str(record.values.get(name) or ""), *(one.text for one in kept.values())]
    return found


def shown_values(visit: Visit, entity: Entity, record: Record) -> Values:
    """A record's values as its reader sees and edits them: translatable texts in the reader's language."""
    rows = visit.rows.of(entity.name)
    row = rows.rows.get(record.id) if rows else None
    if row is None:
        return record.values
    texts = {name: row.text(name, visit.language.chain) for name, one in entity.by_name.items() if one.options.get("translatable")}
    return {**record.values, **{name: text for name, text in texts.items() if text}}


def check_deletable(visit: Visit, entity: Entity, record: Record) -> None:
    """Nothing, unless the record ships with the program and may not be deleted, or is a state of a lifecycle. Raises Locked."""
    if (why := fixed.stays(visit.view, entity, record)) is not None:
        raise Locked(why)


def delete(visit: Visit, entity: Entity, id: int, record: Record, *, batch: str = "") -> list[str]:
    """Delete a record with its parts. Returns the names of the entities deleted from. Raises Locked, InUse."""
    check_deletable(visit, entity, record)
    doomed = uses.with_parts(visit.conn, visit.catalog, entity, id)
    if found := uses.uses_of(visit.conn, visit.catalog, doomed):
        raise InUse(entity.name, id, found)
    try:
        with visit.conn.begin_nested():
            write.delete(visit.conn, visit.catalog, doomed, by=visit.signed_in().id, batch=batch)
    except IntegrityError:  # somebody referred to it between the question and the act
        raise InUse(entity.name, id, uses.uses_of(visit.conn, visit.catalog, doomed)) from None
    _reload(visit, entity)
    return [one.name for one, _ in doomed]


def restore(visit: Visit, entity: Entity, entries: list[history.Entry], batch: str | None = None) -> None:
    """Bring deleted records back; where another has taken a main one's place, that one stays. Raises NotRestorable."""
    by = visit.signed_in().id
    write.restore(visit.conn, visit.catalog, entries, by=by, batch=batch)
    for name in {entry.entity for entry in entries}:
        starts.give_to(visit.conn, visit.catalog, visit.catalog.entity(name), [entry.record_id for entry in entries if entry.entity == name])
    _reload(visit, entity)
    for entry in entries:
        kept = entry.before
        for via in _standing_for(visit, visit.catalog.entity(entry.entity)):
            if kept.get(via.flag) and kept.get(via.owner):
                others = read.flagged(visit.conn, visit.catalog, via, int(kept[via.owner]))
                keep = next((one for one in others if one != entry.record_id), entry.record_id)
                write.unset_flag(visit.conn, visit.catalog, via, int(kept[via.owner]), keep, by=by)


def follow_many(visit: Visit, entity: Entity, stored: Sequence[tuple[int, Values]]) -> None:
    """What follows from many new records: of several main ones of one owner, the last stays."""
    _reload(visit, entity)
    last: dict[tuple[str, int], tuple[Via, int]] = {}
    for via in _standing_for(visit, entity):
        last |= {(via.owner, values[via.owner]): (via, id) for id, values in stored if values.get(via.flag) and values.get(via.owner)}
    for (_, owner), (via, id) in last.items():
        write.unset_flag(visit.conn, visit.catalog, via, owner, id, by=visit.signed_in().id)


def _lock_owners(visit: Visit, entity: Entity, values: Values) -> None:
    """Two that become an owner's main one at once follow one another, or both would stay it."""
    for via in _standing_for(visit, entity):
        if values.get(via.flag) and isinstance(values.get(via.owner), int):
            read.lock(visit.conn, visit.catalog, visit.catalog.entity(entity.by_name[via.owner].target or ""), [values[via.owner]])


def check_tree(visit: Visit, entity: Entity, id: int, parent: Json) -> None:
    """Refuse a loop, also one that two people make together: the tree is locked and read again. Raises Refused."""
    parents = read.lock_tree(visit.conn, visit.catalog, entity)
    match misplaced(parents, id, parent):
        case "loop":
            raise Refused([Problem(entity.tree, "reference", OWN_CHILD)])
        case "deep":
            raise Refused([Problem(entity.tree, "reference", M_(TOO_DEEP.text, most=DEEPEST))])


def _follow(visit: Visit, entity: Entity, id: int, values: Values, changed: Values | None = None) -> None:
    _reload(visit, entity)
    for via in _standing_for(visit, entity):
        touched = changed is None or via.flag in changed or via.owner in changed
        if touched and values.get(via.flag) and values.get(via.owner):
            write.unset_flag(visit.conn, visit.catalog, via, int(values[via.owner]), id, by=visit.signed_in().id)


def _standing_for(visit: Visit, part: Entity) -> tuple[Via, ...]:
    """The cards on which one record of this entity stands (the main contact on the customer's)."""
    return visit.catalog.standing.get(part.name, ())


def _reload(visit: Visit, entity: Entity) -> None:
    if entity.is_dictionary:
        store.bump_version(visit.conn, "dictionaries")
