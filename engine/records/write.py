"""Writing records: insert, update, delete, restore; the record and its history in one transaction.

A field maps to a table and a column. Values of a group that stands for another record (the customer card's
contact person) are written to that record in the same transaction, with its own history entry.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from engine.errors import NotFound, NotRestorable, Stale
from engine.kept import kept
from engine.messages import M_
from engine.metadata import conversion
from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Entity, Field, Json, Via
from engine.metadata.physical import RecordTable, folded_column, is_folded, is_stored, tables, whole_tables
from engine.metadata.rows import new_key
from engine.metadata.tables import HISTORY
from engine.metadata.types import TYPES
from engine.records import extension, history, read
from engine.records.extension import blank_row
from engine.records.history import Changes
from engine.records.read import Record

Values = Mapping[str, Json]
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Part:
    """Values of one card that belong to one table."""

    via: Via | None
    values: dict[str, Json]


def column_values(catalog: Catalog, entity: Entity, values: Values) -> dict[str, Any]:
    """The columns for these values, folded ones included, whichever of the entity's tables they stand in; None clears."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        field = entity.by_name[name]
        kind = TYPES[field.type]
        found[field.column] = None if value is None else kind.to_column(value)
        if kind.folds and is_folded(catalog, field):
            found[folded_column(field)] = None if value is None else fold(kind.fold_text(value))
        if field.copies_to is not None:
            found |= _copied(catalog, entity, field, value)
    return found


def _copied(catalog: Catalog, entity: Entity, field: Field, value: Json) -> dict[str, Any]:
    """The columns for which the field's values are being converted."""
    target = next((one for one in entity.stored if one.id == field.copies_to), None)
    return conversion.converted_columns(catalog, field, target, value) if target is not None else {}


def as_stored(entity: Entity, values: Values) -> dict[str, Json]:
    """The values as they would be read back: sanitised and in plain spelling, in the card's order."""
    found: dict[str, Json] = {}
    for name, field in entity.by_name.items():
        if values.get(name) is not None:
            kind = TYPES[field.type]
            found[name] = kind.to_json(kind.to_column(values[name]))
    return found


def with_defaults(entity: Entity, values: Values) -> dict[str, Json]:
    """The values, and defaults for the fields that were not given at all."""
    missing = {f.name: f.default for f in entity.by_name.values() if f.default is not None and f.name not in values}
    return {**missing, **values}


def _with_row_ids(conn: Connection, catalog: Catalog, entity: Entity, values: Values) -> dict[str, Json]:
    """The values, with the id in place of a key: catalogs name a default row of a dictionary by its key."""
    found = dict(values)
    for name, value in values.items():
        field = entity.by_name[name]
        if TYPES[field.type].refers and isinstance(value, str):
            table = tables(catalog)[field.target or ""]
            found[name] = conn.execute(sa.select(table.c.id).where(table.c.row_key == value)).scalar()
    return found


def _split(catalog: Catalog, entity: Entity, values: Values) -> tuple[dict[str, Json], list[tuple[Via, dict[str, Json]]]]:
    """The card's own values, and those of each other record on it by that record's field names."""
    own: dict[str, Json] = {}
    others: dict[str, dict[str, Json]] = {}
    for name, value in values.items():
        field = entity.by_name[name]
        if field.via is None:
            own[name] = value
        else:
            others.setdefault(field.via.entity, {})[part_field(catalog, field).name] = value
    return own, [(entity.vias[name], found) for name, found in others.items()]


def part_field(catalog: Catalog, field: Field) -> Field:
    """The field of the other record that a field of a `via` group stands for."""
    part = catalog.entity(field.table)
    return next(one for one in part.fields if one.via is None and one.column == field.column)


def insert(
    conn: Connection,
    catalog: Catalog,
    entity: Entity,
    values: Values,
    *,
    by: int | None,
    at: datetime | None = None,
    batch: str | None = None,
    key: str | None = None,
) -> int:
    """Store a new record (and the other record on its card) with history, made `at` a moment, or now. Returns its id.

    `key` is that of a dictionary's row which comes from elsewhere; others get one of their own.
    """
    own, others = _split(catalog, entity, values)
    row = column_values(catalog, entity, own) | _keyed(entity, key)
    id = _insert_own(conn, catalog, entity, row, values, by=by, at=at, batch=batch)
    for via, found in others:
        if any(value is not None for value in found.values()):
            _insert_via(conn, catalog, via, id, found, by=by)
    return id


def insert_many(
    conn: Connection, catalog: Catalog, entity: Entity, rows: Sequence[Values], *, by: int | None, batch: str | None = None
) -> list[int]:
    """Store many new records with history, in few statements. Returns their ids in the order of the rows."""
    now = datetime.now(UTC)
    stamps = {"version": 1, "created_at": now, "created_by": by, "updated_at": now, "updated_by": by}
    split = [_split(catalog, entity, row) for row in rows]
    table = tables(catalog)[entity.name]
    blank = {**blank_row(table), **stamps}
    coming = [column_values(catalog, entity, own) | _keyed(entity) for own, _ in split]
    apart = [extension.taken_out(catalog, entity, row) for row in coming]
    ids = _insert_rows(conn, whole_tables(catalog, entity)[0], [{**blank, **row} for row in coming])
    extension.insert(conn, list(zip(ids, apart, strict=True)))
    entries = [
        history.entry_row(entity.name, id, "create", {n: (None, v) for n, v in row.items() if v is not None}, by=by, at=now, batch=batch)
        for id, row in zip(ids, rows, strict=True)
    ]
    if entries:
        conn.execute(sa.insert(HISTORY), entries)
    for id, (_, others) in zip(ids, split, strict=True):
        for via, found in others:
            if any(value is not None for value in found.values()):
                _insert_via(conn, catalog, via, id, found, by=by)
    return ids


def _insert_rows(conn: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows and give their ids in order.

    PostgreSQL's numbers are drawn beforehand: with RETURNING, statements of a thousand rows would be built, and the
    driver would take longer to read their text than the database to store the rows.
    """
    if conn.dialect.name == "postgresql" and rows:
        drawn = sa.text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        ids = [int(id) for id in conn.execute(drawn, {"name": table.name, "count": len(rows)}).scalars()]
        conn.execute(sa.insert(table), [{"id": id, **row} for id, row in zip(ids, rows, strict=True)])
        return ids
    ids = []
    for start in range(0, len(rows), _BATCH):
        ids += conn.execute(sa.insert(table).returning(table.c.id, sort_by_parameter_order=True), rows[start : start + _BATCH]).scalars()
    return ids


def _keyed(entity: Entity, key: str | None = None) -> dict[str, Any]:
    return {"row_key": key or new_key()} if entity.is_dictionary else {}


def _insert_own(
    conn: Connection,
    catalog: Catalog,
    entity: Entity,
    row: dict[str, Any],
    told: Values,
    *,
    by: int | None,
    at: datetime | None = None,
    batch: str | None = None,
) -> int:
    now = at or datetime.now(UTC)
    row |= {"version": 1, "created_at": now, "created_by": by, "updated_at": now, "updated_by": by}
    new = insert_row(conn, catalog, entity, row)
    history.write(conn, entity.name, new, "create", {n: (None, v) for n, v in told.items() if v is not None}, by=by, batch=batch)
    return new


def insert_row(conn: Connection, catalog: Catalog, entity: Entity, row: dict[str, Any]) -> int:
    """Store the columns of a new record, stamps included, in the entity's tables. No history. Returns its id."""
    table, apart = tables(catalog)[entity.name], extension.taken_out(catalog, entity, row)
    # Every column is named, filled or not: one statement for the table, compiled once, whatever a record leaves out.
    new = int(conn.execute(_inserting(table), {**blank_row(table), **row}).scalar_one())
    extension.insert(conn, [(new, apart)])
    return new


@kept(1)
def _inserting(table: RecordTable) -> sa.Executable:
    return sa.insert(table).returning(table.c.id)


def _insert_via(conn: Connection, catalog: Catalog, via: Via, owner: int, found: Values, *, by: int | None) -> None:
    part = catalog.entity(via.entity)
    complete = _with_row_ids(conn, catalog, part, with_defaults(part, {**found, via.owner: owner, via.flag: True}))
    _insert_own(conn, catalog, part, column_values(catalog, part, complete) | _keyed(part), complete, by=by)


def update(
    conn: Connection, catalog: Catalog, entity: Entity, record: Record, values: Values, *, by: int | None, batch: str | None = None
) -> Changes:
    """Store the changed values of a record that was read before. Returns what changed.

    Raises Stale if the record, or another record on its card, has changed since it was read.
    """
    changes = {name: (record.values.get(name), value) for name, value in values.items() if record.values.get(name) != value}
    if not changes:
        return changes
    own, others = _split(catalog, entity, {name: after for name, (_, after) in changes.items()})
    _update_own(conn, catalog, entity, record.id, record.version, own, by=by)
    for via, found in others:
        _update_via(conn, catalog, entity, record, via, found, by=by)
    history.write(conn, entity.name, record.id, "update", changes, by=by, batch=batch)
    return changes


def _update_own(conn: Connection, catalog: Catalog, entity: Entity, id: int, version: int, own: Values, *, by: int | None) -> None:
    table = tables(catalog)[entity.name]
    row = column_values(catalog, entity, own) | {"version": version + 1, "updated_at": datetime.now(UTC), "updated_by": by}
    apart = extension.taken_out(catalog, entity, row)
    done = conn.execute(sa.update(table).where(table.c.id == id, table.c.version == version).values(row))
    if done.rowcount != 1:
        raise Stale(entity.name, id, "")
    extension.update(conn, id, apart)


def _update_via(conn: Connection, catalog: Catalog, entity: Entity, record: Record, via: Via, found: Values, *, by: int | None) -> None:
    part = catalog.entity(via.entity)
    part_id = (record.via_ids or {}).get(via.entity)
    if part_id is None:
        _insert_via(conn, catalog, via, record.id, found, by=by)
        return
    held = read.fetch(conn, catalog, part, part_id, lock=True)
    if f"{via.entity}-{part_id}-{held.version}" not in record.tag.split("."):
        raise Stale(entity.name, record.id, "")
    update(conn, catalog, part, held, found, by=by)


def unset_flag(conn: Connection, catalog: Catalog, via: Via, owner: int, keep: int, *, by: int | None) -> None:
    """Take the flag from every other part of the owner, so that exactly one record stands on the owner's card."""
    part = catalog.entity(via.entity)
    table = tables(catalog)[part.name]
    flag, owned = (table.c[part.field(name).column] for name in (via.flag, via.owner))
    others = sa.select(table.c.id).where(owned == owner, flag.is_(sa.true()), table.c.id != keep)
    for id in conn.execute(others).scalars().all():
        held = read.fetch(conn, catalog, part, id, lock=True)
        update(conn, catalog, part, held, {via.flag: False}, by=by)


def whole_row(conn: Connection, catalog: Catalog, entity: Entity, id: int) -> dict[str, Json]:
    """Every stored value of a record, disabled and retired fields and stamps included: what a deletion keeps.

    Raises NotFound.
    """
    table = tables(catalog)[entity.name]
    own = conn.execute(sa.select(table).where(table.c.id == id)).mappings().one_or_none()
    if own is None:
        raise NotFound(entity.name, id)
    row = {**own, **extension.read(conn, catalog, entity, id)}
    kept = {f.name: TYPES[f.type].to_json(row[f.column]) for f in _own_fields(entity) if row[f.column] is not None}
    for field in _own_fields(entity):
        if field.options.get("translatable") and is_folded(catalog, field):
            kept[folded_column(field)] = row[folded_column(field)]  # holds the texts of all languages
    if row.get("row_key"):
        kept["row_key"] = row["row_key"]
    # Of what was converted the empty ones too: a restoring converts what was deleted before only.
    made = {one.copies_to for one in entity.retired if one.copies_to is not None}
    kept |= {one.name: None for one in entity.stored if one.id in made and one.name not in kept}
    return kept | {"version": row["version"], "created_at": row["created_at"].isoformat(), "created_by": row["created_by"]}


def _own_fields(entity: Entity) -> Iterable[Field]:
    return (field for field in entity.stored if field.via is None and is_stored(field))


def delete(conn: Connection, catalog: Catalog, doomed: Sequence[tuple[Entity, int]], *, by: int | None, batch: str = "") -> str:
    """Delete records in this order as one act (or as part of one), keeping each whole in the history. Returns the act's batch id.

    Foreign keys are the guard: raises sqlalchemy's IntegrityError when something still refers to one of them.
    """
    batch = batch or uuid.uuid4().hex
    rows = [(entity, id, whole_row(conn, catalog, entity, id)) for entity, id in doomed]
    for place, (entity, id, whole) in enumerate(rows):
        # To itself, or to one that goes before it: MariaDB refuses the first, every database the second.
        gone = {(one.name, other) for one, other in doomed[: place + 1]}
        _set_references(conn, catalog, entity, id, dict.fromkeys(_references_to(entity, whole, gone)))
    for entity, id, whole in rows:
        table = tables(catalog)[entity.name]
        conn.execute(sa.delete(table).where(table.c.id == id))
        history.write(conn, entity.name, id, "delete", {n: (v, None) for n, v in whole.items()}, by=by, batch=batch)
    return batch


def _references_to(entity: Entity, values: Values, among: Container[tuple[str, int]]) -> dict[str, Json]:
    """Those of the values that refer to one of these records."""
    refers = (field for field in _own_fields(entity) if TYPES[field.type].refers and field.name in values)
    return {field.name: values[field.name] for field in refers if (field.target or "", values[field.name]) in among}


def _set_references(conn: Connection, catalog: Catalog, entity: Entity, id: int, values: Values) -> None:
    if values:
        table = tables(catalog)[entity.name]
        columns = {field.column: values[field.name] for field in _own_fields(entity) if field.name in values}
        extension.update(conn, id, extension.taken_out(catalog, entity, columns))
        if columns:
            conn.execute(sa.update(table).where(table.c.id == id).values(columns))


def restore(conn: Connection, catalog: Catalog, entries: Sequence[history.Entry], *, by: int | None, batch: str | None = None) -> None:
    """Bring deleted records back with their ids, owners before parts. Raises NotRestorable.

    The version goes on where it ended, so that a card opened before the deletion is stale.
    """
    coming = {(entry.entity, entry.record_id) for entry in entries}
    later: list[tuple[Entity, int, dict[str, Json]]] = []
    for entry in reversed(entries):
        entity = catalog.entity(entry.entity)
        kept = entry.before
        values = {field.name: kept[field.name] for field in _own_fields(entity) if kept.get(field.name) is not None}
        waiting = _references_to(entity, values, coming)
        later.append((entity, entry.record_id, waiting))
        row = _restored_row(catalog, entity, kept, by=by) | {"id": entry.record_id}
        row |= {field.column: None for field in _own_fields(entity) if field.name in waiting}
        apart = extension.taken_out(catalog, entity, row)
        try:
            conn.execute(sa.insert(tables(catalog)[entity.name]).values(row))
            extension.insert(conn, [(entry.record_id, apart)])
        except IntegrityError:
            raise NotRestorable(M_("This cannot be restored: something it refers to has been deleted since.")) from None
        coming.discard((entry.entity, entry.record_id))
        history.write(conn, entity.name, entry.record_id, "restore", {n: (None, v) for n, v in values.items()}, by=by, batch=batch)
    for entity, id, waiting in later:
        _set_references(conn, catalog, entity, id, waiting)


def _restored_row(catalog: Catalog, entity: Entity, kept: Values, *, by: int | None) -> dict[str, Any]:
    """The columns of a deleted record, from what its deletion kept."""
    now = datetime.now(UTC)
    row: dict[str, Any] = {"version": kept.get("version", 0) + 1, "updated_at": now, "updated_by": by}
    row["created_at"] = datetime.fromisoformat(kept["created_at"]) if "created_at" in kept else now
    row["created_by"] = kept.get("created_by", by)
    if "row_key" in kept:
        row["row_key"] = kept["row_key"]
    for field in _own_fields(entity):
        if kept.get(field.name) is None:
            continue
        kind = TYPES[field.type]
        row[field.column] = kind.to_column(kept[field.name])
        if kind.folds and is_folded(catalog, field):
            row[folded_column(field)] = kept.get(folded_column(field)) or fold(kind.fold_text(kept[field.name]))
    return row | conversion.converted_since(catalog, entity, kept)  # of what was deleted before it was converted


def refold(
    conn: Connection, catalog: Catalog, entity: Entity, id: int, version: int, texts: Mapping[str, Sequence[str]], *, by: int | None, same: bool = False
) -> None:
    """Let a row be found by all these texts of a field, one per language; counts as a change of the row, or with `same` is part of the last one.

    Raises Stale.
    """
    table = tables(catalog)[entity.name]
    row: dict[str, Any] = {} if same else {"version": version + 1, "updated_at": datetime.now(UTC), "updated_by": by}
    for name, found in texts.items():
        if is_folded(catalog, entity.by_name[name]):
            row[folded_column(entity.by_name[name])] = "\n".join(fold(text) for text in dict.fromkeys(found) if text)
    apart = extension.taken_out(catalog, entity, row)
    if row and conn.execute(sa.update(table).where(table.c.id == id, table.c.version == version).values(row)).rowcount != 1:
        raise Stale(entity.name, id, "")
    extension.update(conn, id, apart)
