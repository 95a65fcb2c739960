"""What differs between the definitions and the database, each with its repair. Read-only.

Types are compared in one spelling for all systems: a fresh installation differs nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table

from engine.errors import BrokenJournal
from engine.messages import M_, Message
from engine.metadata.document import PREFIX
from engine.metadata.model import Catalog, Entity
from engine.metadata.physical import FOLDED_PREFIX, tables, whole_tables
from engine.schema import actual, ddl, journal, lock
from engine.schema.operation import Finding, Level, Operation
from engine.schema.ops.common import structural
from engine.schema.ops.mend import Mend
from engine.schema.ops.quarantine_field import QuarantineField, ReviveField
from engine.schema.statement import Ground, Statement, add_column, drop_half_built, normal_type


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `repair` is the operation that mends it, `statement` the DDL of a repair of the database alone."""

    finding: Finding
    repair: Operation | None = None
    statement: Statement | None = None


def compare(conn: Connection, catalog: Catalog) -> list[Drift]:
    """Everything that differs, the worst first."""
    found = [*_of_journal(conn)]
    ground = actual.ground(conn, frozenset(one.table for one in catalog.stored))
    found += (undropped := list(_not_dropped(conn)))
    spoken_of = {(one.statement.table, one.statement.name) for one in undropped if one.statement}
    for entity in catalog.stored:
        for table in whole_tables(catalog, entity):
            found += _of_table(conn, catalog, table, entity, ground)
    found = [one for one in found if one.finding.code != "P7" or (one.finding.entity, one.finding.field) not in spoken_of]
    order = ("error", "confirm", "warning", "note")
    return sorted(found, key=lambda one: order.index(one.finding.level))


def lost(conn: Connection, catalog: Catalog) -> list[QuarantineField]:
    """The fields in force that have no column and that the program can do without, to be set aside."""
    expected = {table.name: {column.name for column in table.columns} for table in tables(catalog).values()}
    gone = {(name, column) for name, columns in expected.items() if (held := actual.columns(conn, name)) for column in columns - held.keys()}
    return [
        QuarantineField(entity.name, one.name)
        for entity in catalog.entities.values()
        for one in entity.fields
        if one.via is None and (one.table, one.column) in gone and not structural(entity, one, catalog)
    ]


def _drift(code: str, level: Level, message: Message, table: str, name: str = "", repair: Operation | None = None) -> Drift:
    return Drift(Finding(code, level, message, table, name), repair)


def _mended(code: str, level: Level, message: Message, statement: Statement) -> Drift:
    mend = Mend(statement.action, statement.table, statement.name)
    return Drift(Finding(code, level, message, statement.table, statement.name), mend, statement)


def _of_journal(conn: Connection) -> Iterator[Drift]:
    try:
        journal.check_chain(conn)
    except BrokenJournal as error:
        yield _drift("P9", "error", error.message, "fl_change_event")
    open_one = journal.open_one(conn)
    if open_one is not None and lock.is_held(conn):
        told = M_("Change %(id)s is under way (%(state)s). Look again when it has ended.", id=open_one.id, state=open_one.state)
        yield _drift("P8", "note", told, "fl_change")
    elif open_one is not None:
        told = M_("Change %(id)s was begun and not ended (%(state)s). It is gone on with before the next change, or by “schema repair”.",
                  id=open_one.id, state=open_one.state)  # fmt: skip
        yield _drift("P8", "warning", told, "fl_change")


def _not_dropped(conn: Connection) -> Iterator[Drift]:
    for one in (Statement(**told) for told in journal.not_dropped(conn)):
        if not actual.is_done(conn, one):
            told = M_("“%(name)s” of the table “%(table)s” should have been dropped, but the database did not let it: the history says why.",
                      name=one.name, table=one.table)  # fmt: skip
            yield _mended("P10", "warning", told, one)


def _of_table(conn: Connection, catalog: Catalog, table: Table, entity: Entity, ground: Ground) -> Iterator[Drift]:
    held = actual.columns(conn, table.name)
    if not held:
        yield _drift("P1", "error", M_("The table “%(table)s” is gone. Restore it from a backup.", table=table.name), table.name)
        return
    there = set(held)
    for column in table.columns:
        expected = normal_type(column.type.compile(ground.dialect))
        if column.name not in held:
            told = M_("The column “%(name)s” of “%(table)s” is gone.", name=column.name, table=table.name)
            yield _mended("P2", "error", told, add_column(table, column, ground))
        elif held[column.name] != expected:
            told = M_("The column “%(name)s” of “%(table)s” is %(held)s, not %(expected)s.",
                      name=column.name, table=table.name, held=held[column.name], expected=expected)  # fmt: skip
            yield _drift("P3", "error", told, table.name, column.name)
    yield from _of_missing(table, entity, held)
    yield from _of_indexes(conn, catalog, table, ground, there)
    yield from _of_foreign_keys(conn, table, ground, there)
    yield from _left_over(table, entity, held)


def _of_missing(table: Table, entity: Entity, held: Mapping[str, str]) -> Iterator[Drift]:
    for one in entity.missing:
        if one.via is not None or one.table != table.name:
            continue
        back = one.column in held
        told = (
            M_("“%(label)s” was set aside, and its column is there again.", label=one.label)
            if back
            else M_("“%(label)s” was set aside, since its column is gone; its values are lost unless a backup has them.", label=one.label)
        )
        yield _drift("P2", "error", told, one.entity, one.name, repair=ReviveField(one.entity, one.name))


def _of_indexes(conn: Connection, catalog: Catalog, table: Table, ground: Ground, there: set[str]) -> Iterator[Drift]:
    broken, held = actual.half_built(conn, table.name), actual.indexes(conn, table.name)
    for name, statement in ddl.index_statements(catalog, table, ground).items():
        if name in broken:
            told = M_("The index “%(name)s” of “%(table)s” was left half built and cannot be used.", name=name, table=table.name)
            yield _mended("P5", "warning", told, Statement("drop_index", table.name, name, drop_half_built(name), later=True))
        if name not in held and set(ddl.index_columns(catalog, table, ground, name)) <= there:
            told = M_("The index “%(name)s” of “%(table)s” is not there: searches are slow.", name=name, table=table.name)
            yield _mended("P4", "warning", told, statement)


def _of_foreign_keys(conn: Connection, table: Table, ground: Ground, there: set[str]) -> Iterator[Drift]:
    held = actual.referring_columns(conn, table.name)
    for column in table.columns:
        if column.foreign_keys and column.name in there and column.name not in held:
            told = M_("The foreign key of “%(name)s” of “%(table)s” is gone: what is in use is not protected there.", name=column.name, table=table.name)
            statement = ddl.foreign_key(table, column, ground)
            yield _mended("P6", "warning", told, statement) if statement else _drift("P6", "warning", told, table.name, column.name)


def _left_over(table: Table, entity: Entity, held: Mapping[str, str]) -> Iterator[Drift]:
    aside: set[str] = {name for one in entity.missing for name in (one.column, FOLDED_PREFIX + one.column)}
    for name in sorted(set(held) - {column.name for column in table.columns} - aside):
        if name.removeprefix(FOLDED_PREFIX).startswith(PREFIX):
            told = M_("The column “%(name)s” of “%(table)s” belongs to no field. It stays as it is.", name=name, table=table.name)
            yield _drift("P7", "warning", told, table.name, name)
        else:
            told = M_("The column “%(name)s” of “%(table)s” was made by somebody else.", name=name, table=table.name)
            yield _drift("P7", "note", told, table.name, name)
