"""How much fits: the columns and bytes of a row, the indexes of a table, the fields of an entity; and where a new field goes.

Databases take columns that a filled row cannot hold, and then somebody's *save* fails. So a table is judged by its worst row:
every column filled with what takes most room. Past that, new fields go to an extension table. Pure: made from a catalog and the
ground, so that what is shown and what runs agree. The figures are measured; docs/operator.md has them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from engine.kept import kept
from engine.messages import M_
from engine.metadata.columns import ExactDecimal, UtcDateTime
from engine.metadata.model import Catalog, Entity, Field, Json, apart
from engine.metadata.physical import (
    EXTENSION,
    extension_name,
    folded,
    folded_in,
    has_column,
    has_foreign_key,
    is_folded,
    is_stored,
    table_names,
)
from engine.metadata.types import TYPES
from engine.schema.indexes import LONGEST_ORDERED, MOST_KEYS
from engine.schema.operation import Finding, Operation
from engine.schema.ops.add_field import AddField
from engine.schema.ops.convert_field import ConvertField
from engine.schema.statement import MARIADB, Ground

MOST_FIELDS = 1_500
"""Of an entity. PostgreSQL reads at most 1,664 columns in one statement, whatever tables they come from; SQLite 2,000."""
MOST_EXTENSIONS = 20
"""MariaDB joins at most 61 tables."""
WARNING = 0.8
FULL = 0.92
"""New fields go to a table as long as it is no fuller; the rest is for folded columns of fields that become searchable."""
_KEYS_OF_REFERENCES = 62


@dataclass(frozen=True, slots=True)
class Limits:
    """What one table takes on a database; None where there is no limit. `text` and `key` are the most that a text, and the key of an
    entry, take up in the row itself; `widths` says which column of the table of widths counts.
    """

    columns: int
    row: int | None
    keys: int | None
    text: int
    key: int
    header: int
    widths: int


# A text longer than 40 bytes (MariaDB) or 23 (PostgreSQL) leaves only a pointer in the row; one just as long takes most room.
_LIMITS: Mapping[str, Limits] = {
    "sqlite": Limits(2_000, None, None, 0, 0, 0, 0),
    "postgresql": Limits(1_600, 8_160, None, 24, 24, 32, 1),
    "mariadb": Limits(1_000, 8_126, 64, 41, 241, 26, 2),
}
_OWN_COLUMNS, _OWN_BYTES = 6, 52
_WIDTHS: Mapping[type[sa.types.TypeEngine[Any]], tuple[int, int, int]] = {  # SQLite, PostgreSQL with the gap before it, MariaDB
    sa.Boolean: (0, 1, 1), sa.Date: (0, 7, 3), sa.Time: (0, 15, 6), UtcDateTime: (0, 15, 8), ExactDecimal: (0, 13, 9), sa.BigInteger: (0, 15, 8),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableBudget:
    """How full a table is. `dropped` columns still count; `row` is the worst row in bytes; limits are None where there are none."""

    table: str
    columns: int
    dropped: int
    most_columns: int
    row: int
    most_row: int | None
    keys: int
    most_keys: int | None

    @property
    def share(self) -> float:
        """The fuller of columns and bytes, 1.0 being full."""
        return max((self.columns + self.dropped) / self.most_columns, self.row / self.most_row if self.most_row else 0.0)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of what an entity may have it has. `tables` are its own and its extension tables; new fields find a place by themselves."""

    entity: str
    fields: int
    most_fields: int
    tables: tuple[TableBudget, ...]

    @property
    def share(self) -> float:
        """What administrators are told: the share of the fields, or of the extension tables."""
        return max(self.fields / self.most_fields, (len(self.tables) - 1) / MOST_EXTENSIONS)

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        told = [{**asdict(one), "percent": round(one.share * 100)} for one in self.tables]
        return {"entity": self.entity, "fields": self.fields, "most_fields": self.most_fields, "percent": round(self.share * 100), "tables": told}


def limits(ground: Ground) -> Limits:
    """What one table takes here."""
    return _LIMITS["mariadb" if ground.name in MARIADB else ground.name]


def budget(catalog: Catalog, entity: Entity, ground: Ground) -> Budget:
    """How full an entity's tables are, retired fields included."""
    most = limits(ground)
    fields, counted = _counted(catalog, entity, most)
    made = tuple(
        TableBudget(name, columns, ground.spent.get(name, 0), most.columns, row, most.row, max(keys, ground.keys.get(name, 0)), most.keys)
        for name, columns, row, keys in counted
    )
    return Budget(entity.name, fields, MOST_FIELDS, made)


_LIKENESS = attrgetter("table", "type", "via", "searchable")
_Counted = tuple[int, tuple[tuple[str, int, int, int], ...]]


def _counted(catalog: Catalog, entity: Entity, most: Limits) -> _Counted:
    """How many fields an entity has; and for each of its tables (name, columns, bytes of the worst row, indexes)."""
    return _count(entity, tuple((name, folded_in(catalog, name)) for name in table_names(entity)), most)


@kept(4)  # of the entity: the next change of it begins with what this one has counted
def _count(entity: Entity, folding: tuple[tuple[str, frozenset[str]], ...], most: Limits) -> _Counted:
    found: dict[str, list[int]] = {entity.table: [_OWN_COLUMNS, _OWN_BYTES, 1]}
    if entity.is_dictionary:
        found[entity.table] = [_OWN_COLUMNS + 1, _OWN_BYTES + most.key, 2]
    twice = {(table, column) for table, columns in folding for column in columns}
    # Of hundreds of fields most are alike: they are sorted first, and each kind is counted once.
    alike = Counter(map(_LIKENESS, entity.stored))
    fields = 0
    for (table, kind, via, searchable), many in alike.items():
        if via is None and has_column(kind):
            fields += many
            held = found.setdefault(table, [1, 8, 1])
            held[0] += many
            held[1] += many * _width(kind, most)
            held[2] += many * _has_key(kind, folded=False, searchable=searchable, longest=None)
    for one in entity.stored if twice else ():
        if (one.table, one.column) in twice and one.via is None:
            found[one.table][0] += 1
            found[one.table][1] += most.text
            found[one.table][2] += has_key(one, folded=True) - has_key(one, folded=False)
    ordered = sorted(found, key=lambda name: (name != entity.table, len(name), name))
    return fields, tuple((name, held[0], held[1] + most.header + held[0] // 8 if most.row else 0, held[2]) for name in ordered if (held := found[name]))


@cache
def _width(kind: str, most: Limits) -> int:
    """The most bytes that a value of a type takes up in the row itself."""
    told = TYPES[kind].column_type({})
    return next((told_of[most.widths] for known, told_of in _WIDTHS.items() if isinstance(told, known)), most.text)


def has_key(field: Field, *, folded: bool) -> bool:
    """Whether a field has an index where each counts (MariaDB)."""
    return _has_key(field.type, folded=folded, searchable=field.searchable, longest=field.options.get("max_length"))


def _has_key(kind: str, *, folded: bool, searchable: bool, longest: int | None) -> bool:
    if has_foreign_key(kind):
        return True
    if TYPES[kind].folds:
        return folded and (longest or 255) <= LONGEST_ORDERED
    return searchable and kind not in ("check", "multiple_choice")


@kept(256)
def may_overflow(catalog: Catalog, entity: Entity, dialect: str) -> bool:
    """Whether a filled record may be more than a row takes: only where somebody has shipped more fields than fit."""
    most = _LIMITS.get(dialect, _LIMITS["mariadb"])
    return most.row is not None and any(row > most.row for _, _, row, _ in _counted(catalog, catalog.entity(entity.name), most)[1])


def placed(operation: Operation, catalog: Catalog, ground: Ground) -> Operation:
    """The operation with the table of the new field decided on: the entity's own while there is room, else an extension table."""
    if not isinstance(operation, (AddField, ConvertField)) or operation.table or operation.entity not in catalog.entities:
        return operation
    if operation.type not in TYPES or not has_column(operation.type):
        return operation
    entity = catalog.entities[operation.entity]
    table = _table_for(catalog, entity, operation, ground)
    return operation if table == entity.table else replace(operation, table=table)


def _table_for(catalog: Catalog, entity: Entity, operation: AddField | ConvertField, ground: Ground) -> str:
    held = budget(catalog, entity, ground)
    kind = TYPES[operation.type]
    searchable = operation.searchable if isinstance(operation, AddField) else any(f.searchable for f in entity.fields if f.name == operation.field)
    more = 1 + (kind.folds and searchable)
    row = _width(operation.type, limits(ground)) + (more - 1) * limits(ground).text
    for one in held.tables:
        fits = one.columns + one.dropped + more <= one.most_columns * FULL
        fits = fits and (one.most_row is None or one.row + row + 1 <= one.most_row * FULL)
        if fits and not (has_foreign_key(operation.type) and one.most_keys and one.keys >= _KEYS_OF_REFERENCES):
            return one.table
    last = EXTENSION.match(held.tables[-1].table)
    return extension_name(entity.table, int(last["number"]) + 1 if last else 1)


def findings(start: Catalog, before: Catalog, after: Catalog, operation: Operation, ground: Ground) -> Iterator[Finding]:
    """What an operation means for the room there is: C1 full or nearly, C4 searched without an index, C5 kept in an extension table.

    `start` is the catalog in force, which the indexes of the ground belong to.
    """
    name = str(getattr(operation, "name" if operation.kind == "add_entity" else "entity", ""))
    entity, held = after.entities.get(name), before.entities.get(name)
    if entity is None or entity is held:
        return
    coming = budget(after, entity, ground)
    was = budget(before, held, ground) if held else None
    field = str(getattr(operation, "name", "") or getattr(operation, "field", "")) if operation.kind != "add_entity" else ""
    yield from _room(coming, was, entity, field)
    if was and isinstance(operation, (AddField, ConvertField)) and operation.table:
        told = M_("Its values are kept in a second table, “%(table)s”: the first one is full. Nothing else is different.", table=operation.table)
        yield Finding("C5", "note", told, name, field)
    if held and ground.name in MARIADB:
        yield from _without_index(start, before, after, entity, ground)


def _room(coming: Budget, was: Budget | None, entity: Entity, field: str) -> Iterator[Finding]:
    if was and coming.fields <= was.fields and all(one.row <= two.row for one, two in zip(coming.tables, was.tables, strict=False)):
        return
    for one in coming.tables:
        if one.share > 1:
            told = M_("The table “%(table)s” has no room for it: %(columns)s of %(most)s columns, and a full row would take %(row)s bytes of %(bytes)s.",
                      table=one.table, columns=one.columns + one.dropped, most=one.most_columns, row=one.row, bytes=one.most_row or "∞")  # fmt: skip
            yield Finding("C1", "error", told, entity.name, field)
    if coming.share > 1:
        told = M_("“%(entity)s” is full: it may have %(most)s fields, retired ones included. Purge what is not needed.",
                  entity=entity.label, most=coming.most_fields)  # fmt: skip
        yield Finding("C1", "error", told, entity.name, field)
    elif coming.share >= WARNING:
        told = M_("“%(entity)s” is nearly full: %(count)s of %(most)s fields, retired ones included.",
                  entity=entity.label, count=coming.fields, most=coming.most_fields)  # fmt: skip
        yield Finding("C1", "warning", told, entity.name, field)


def _without_index(start: Catalog, before: Catalog, after: Catalog, entity: Entity, ground: Ground) -> Iterator[Finding]:
    """Fields that become searchable when their table has as many indexes as it may (MariaDB)."""
    was = before.entities[entity.name]
    gone, new = (was.stored, entity.fields) if folded(before) != folded(after) else apart(was.stored, entity.fields)
    held = {one.id: has_key(one, folded=is_folded(before, one)) for one in gone if is_stored(one)}
    for one in new:
        if one.via is not None or not is_stored(one) or not has_key(one, folded=is_folded(after, one)) or held.get(one.id):
            continue
        if has_foreign_key(one.type):
            continue
        if _keys(before, entity.name, one.table) + max(ground.keys.get(one.table, 0) - _keys(start, entity.name, one.table), 0) >= MOST_KEYS:
            told = M_("“%(label)s” is searched without an index of its own, and so more slowly: its table has as many as it takes.", label=one.label)
            yield Finding("C4", "warning", told, entity.name, one.name)


def _keys(catalog: Catalog, entity: str, table: str) -> int:
    held = catalog.entities.get(entity)
    if held is None:
        return 0
    own = (one for one in held.stored if one.via is None and one.table == table and is_stored(one))
    return sum(has_key(one, folded=is_folded(catalog, one)) for one in own)
