"""Copying values: folded texts, converted values. In small batches, each a transaction; goes on where it was cut off.

Writers go on meanwhile and write both places themselves. A row that one of them changes between reading and writing here
is left alone: its version has changed, and its writer has done the copying. Where a value goes to an extension table, which
has no version, the records of a batch are locked instead.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.metadata import tables as t
from engine.metadata.conversion import convert, converted, converted_columns
from engine.metadata.database import Database
from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Field, Json
from engine.metadata.physical import RecordTable, entity_of, folded_column, tables
from engine.metadata.rows import row_label_key
from engine.metadata.types import TYPES, Invalid
from engine.schema.plan import Fill

BATCH = 400
_TO = "to_"

Told = Callable[[Fill, int, int], None]
"""(fill, last id done, largest id there is): after every batch."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that does not convert."""

    id: int
    value: Json
    reason: str


def run(database: Database, catalog: Catalog, fill: Fill, *, after: int = 0, since: datetime | None = None, told: Told | None = None) -> None:
    """Copy for all rows with a larger id than `after`; with `since`, for those changed from then on only."""
    table = tables(catalog)[fill.field.table]
    with database.reading() as conn:
        last = int(conn.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0)
    while after < last:
        with database.writing() as conn:
            done = _batch(conn, catalog, fill, after, since)
        if done is None:
            break
        after = done
        if told:
            told(fill, after, last)


def _batch(conn: Connection, catalog: Catalog, fill: Fill, after: int, since: datetime | None) -> int | None:
    """Copy one batch. Returns the last id, or None when there is nothing left."""
    own, table = tables(catalog)[entity_of(fill.field.table)], tables(catalog)[fill.field.table]
    source = table.c[fill.field.column]
    columns = [table.c.id, own.c.version, source.label("value")]
    if "row_key" in own.c:
        columns.append(own.c.row_key)
    wanted = sa.select(*columns).where(table.c.id > after, source.is_not(None)).order_by(table.c.id).limit(BATCH)
    if table is not own:
        wanted = wanted.select_from(table.join(own, own.c.id == table.c.id))
    if since is not None:
        wanted = wanted.where(own.c.updated_at >= since)
    goal = tables(catalog)[(fill.target or fill.field).table]
    if goal is not own:
        wanted = wanted.with_for_update(of=own, key_share=True)
    rows = conn.execute(wanted).all()
    if not rows:
        return None
    copied = _copier(conn, catalog, fill)
    found = [{"row": row.id, "seen": row.version, **copied(row)} for row in rows]
    if goal is own:
        written = sa.update(own).where(own.c.id == sa.bindparam("row"), own.c.version == sa.bindparam("seen"))
        conn.execute(written.values(_bound(own, found[0])), found)
    else:
        _write_apart(conn, goal, found)
    return int(rows[-1].id)


def _bound(table: RecordTable, copy: Mapping[str, Any]) -> dict[str, sa.BindParameter[Any]]:
    """The columns of a copy as parameters, each under a name of its own: that of the column is taken by the statement."""
    return {name.removeprefix(_TO): sa.bindparam(name, type_=table.c[name.removeprefix(_TO)].type) for name in copy if name.startswith(_TO)}


def _write_apart(conn: Connection, goal: RecordTable, copies: Sequence[Mapping[str, Any]]) -> None:
    """Write copies to an extension table, for records that are locked; rows that are not there yet are made."""
    there = set(conn.execute(sa.select(goal.c.id).where(goal.c.id.in_([one["row"] for one in copies]))).scalars())
    bound = _bound(goal, copies[0])
    if held := [one for one in copies if one["row"] in there]:
        conn.execute(sa.update(goal).where(goal.c.id == sa.bindparam("row")).values(bound), held)
    if new := [one for one in copies if one["row"] not in there and any(one[_TO + name] is not None for name in bound)]:
        conn.execute(sa.insert(goal), [{"id": one["row"], **{name: one[_TO + name] for name in bound}} for one in new])


def _copier(conn: Connection, catalog: Catalog, fill: Fill) -> Callable[[Any], dict[str, Any]]:
    """What gives a row's copy: by the names of the columns it goes to, each with `_TO` before it."""
    kind, target = TYPES[fill.field.type], fill.target
    if target is None:
        where = _TO + folded_column(fill.field)
        return lambda row: {where: "\n".join(fold(text) for text in _texts(conn, fill.field, row, kind.fold_text(kind.to_json(row.value))))}
    return lambda row: {_TO + name: value for name, value in converted_columns(catalog, fill.field, target, kind.to_json(row.value)).items()}


def _texts(conn: Connection, field: Field, row: Any, text: str) -> Sequence[str]:
    """The texts a row is found by: for a translatable one those of all languages."""
    if not field.options.get("translatable"):
        return [text]
    key = row_label_key(field.entity, getattr(row, "row_key", None), row.id, field.name)
    return [text, *conn.execute(sa.select(t.LABEL.c.text).where(t.LABEL.c.label_key == key)).scalars()]


def lost(conn: Connection, catalog: Catalog, fill: Fill, limit: int = 100, *, until: float = inf) -> tuple[int, list[Lost], bool]:
    """How many values do not convert, the first of them, and whether all were looked at before this moment of the monotonic clock."""
    assert fill.target is not None
    count = 0
    found: list[Lost] = []
    for place, (id, value) in enumerate(values_of(conn, catalog, fill.field)):
        if place % 1_000 == 999 and time.monotonic() > until:
            return count, found, False
        try:
            convert(fill.field, fill.target, value)
        except Invalid as error:
            count += 1
            if len(found) < limit:
                found.append(Lost(id, value, str(error.message)))
    return count, found, True


def values_of(conn: Connection, catalog: Catalog, field: Field) -> Iterator[tuple[int, Json]]:
    """(id, value) of every row that has one, in the order of ids."""
    table = tables(catalog)[field.table]
    column = table.c[field.column]
    kind = TYPES[field.type]
    after = 0
    while rows := conn.execute(sa.select(table.c.id, column).where(table.c.id > after, column.is_not(None)).order_by(table.c.id).limit(5_000)).all():
        yield from ((row[0], kind.to_json(row[1])) for row in rows)
        after = rows[-1][0]


def apart(conn: Connection, catalog: Catalog, source: Field, made: Field) -> Iterator[int]:
    """The ids of the rows in which a field that was made from another does not say what a conversion would make of that one now."""
    for id, held, beside in _side_by_side(values_of(conn, catalog, source), values_of(conn, catalog, made)):
        if _as_kept(source, made, held) != beside:
            yield id


def apart_when_deleted(conn: Connection, source: Field, made: Field) -> Iterator[int]:
    """The same of records that have been deleted since the conversion: their deletions kept both values."""
    for id, kept in deleted(conn, made):
        if made.name in kept and _as_kept(source, made, kept.get(source.name)) != kept[made.name]:
            yield id


def deleted(conn: Connection, field: Field) -> Iterator[tuple[int, Mapping[str, Json]]]:
    """(id, values) of every record that has been deleted and could be restored, as far as its deletion kept something of this field."""
    held, later = t.HISTORY, t.HISTORY.alias()
    since = sa.exists().where(later.c.entity == held.c.entity, later.c.record_id == held.c.record_id, later.c.id > held.c.id)
    wanted = sa.select(held.c.record_id, held.c.changes).where(held.c.entity == field.entity, held.c.action == "delete", ~since)
    for id, changes in conn.execute(wanted.where(held.c.changes.contains(f'"{field.name}":', autoescape=True)).order_by(held.c.record_id)):
        yield id, {name: before for name, (before, _) in json.loads(changes).items()}


def _as_kept(source: Field, made: Field, value: Json) -> Json:
    """What a conversion makes of a value, as it would be read back."""
    found, kind = converted(source, made, value), TYPES[made.type]
    return None if found is None else kind.to_json(kind.to_column(found))


def _side_by_side(one: Iterator[tuple[int, Json]], other: Iterator[tuple[int, Json]]) -> Iterator[tuple[int, Json, Json]]:
    """(id, value, value) of every row that has either, in the order of ids."""
    left, right = next(one, None), next(other, None)
    while left or right:
        id = min(pair[0] for pair in (left, right) if pair)
        yield id, left[1] if left and left[0] == id else None, right[1] if right and right[0] == id else None
        left = next(one, None) if left and left[0] == id else left
        right = next(other, None) if right and right[0] == id else right
