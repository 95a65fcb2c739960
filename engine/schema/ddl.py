"""DDL: with `statement`, which spells single acts, the only place that makes or changes record tables and their indexes.

A change of the metadata has its DDL by comparison: `difference` of the tables that the catalogs before and after it
describe. Each statement does one thing, so that a change that was cut off can go on after the last one that took effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Index, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex

from engine.metadata.model import Catalog, Entity, Field, apart
from engine.metadata.physical import (
    columns_of,
    entity_of,
    folded_column,
    folded_in,
    is_standing_in,
    linked,
    part_of_table,
    standing_in,
    table_names,
    whole_tables,
)
from engine.schema.indexes import MOST_KEYS, first_moment, indexes, indexes_of, is_indexed
from engine.schema.statement import (
    MARIADB,
    Ground,
    Statement,
    add_column,
    add_foreign_key,
    create_index,
    create_table,
    drop_column,
    drop_foreign_key,
    drop_index,
    drop_table,
)


def create_tables(conn: Connection, catalog: Catalog, names: Iterable[str]) -> None:
    """Create the record tables of these entities with their indexes, in the order their foreign keys ask for.

    What is there already is left as it is: where the database cannot roll DDL back, a start that was cut off goes on here.
    """
    wanted = [one for name in names for one in whole_tables(catalog, catalog.entity(name))]
    trigrams = has_trigrams(conn)
    held = sa.inspect(conn)
    there = set(held.get_table_names())
    if wanted:
        together = linked(catalog)
        together[wanted[0].name].metadata.create_all(conn, tables=[together[one.name] for one in wanted], checkfirst=True)
    for table in wanted:
        made = {index["name"] for index in held.get_indexes(table.name)} if table.name in there else set()
        for index in indexes(catalog, catalog.entity(entity_of(table.name)), table, conn.dialect.name, trigrams=trigrams):
            if index.name not in made:
                conn.execute(CreateIndex(index))


def difference(before: Catalog, after: Catalog, ground: Ground) -> list[Statement]:
    """The DDL that leads from one catalog's tables to another's: tables first, since columns refer to them; last what is taken away.

    Only what changes is made: a field that is added to five hundred others costs what the first one did.
    """
    held, coming = _owners(before), _owners(after)
    made: list[Statement] = []
    made += _made(after, {name: entity for name, entity in coming.items() if name not in held}, ground)
    changes = list(_changes(before, after, held, coming))
    for change in changes:
        made += _added(before, after, change, ground)
    for change in changes:
        made += _removed(before, change, ground, _set_aside(after))
    made += [drop_table(name, ground) for name in _dropping({name: entity for name, entity in held.items() if name not in coming})]
    return made


def _made(after: Catalog, new: Mapping[str, Entity], ground: Ground) -> Iterator[Statement]:
    """Tables with their indexes. Where a table that is not there yet cannot be referred to, that is done once all are."""
    keys: list[Statement] = []
    waiting = set(new)
    for name, entity in new.items():
        table = _whole(after, entity, name)
        waiting.remove(name)
        early = [one for one in table.columns if any(key.column.table.name in waiting for key in one.foreign_keys)] if ground.name == "postgresql" else []
        yield create_table(table, ground, {one.name for one in early})
        yield from (create_index(one, ground, later=False) for one in _indexes(after, table, ground).values())
        keys += [add_foreign_key(table, one, ground) for one in early]
    yield from keys


def _dropping(gone: Mapping[str, Entity]) -> Iterator[str]:
    """Tables that go, each before those it refers to."""
    referring = {name: {entity_of(name), *(one.target for one in standing_in(entity, name))} - {name} for name, entity in gone.items()}
    waiting = list(gone)[::-1]
    while waiting:
        free = next((one for one in waiting if not any(one in referring[other] for other in waiting)), waiting[0])
        waiting.remove(free)
        yield free


def _owners(catalog: Catalog) -> dict[str, Entity]:
    """Whose each table is; entities' own tables first, for their extension tables refer to them."""
    named = [(entity, table_names(entity)) for entity in catalog.stored]
    return {entity.table: entity for entity, _ in named} | {name: entity for entity, names in named for name in names[1:]}


def _whole(catalog: Catalog, entity: Entity, name: str) -> Table:
    return next(one for one in whole_tables(catalog, entity) if one.name == name)


@dataclass(frozen=True, slots=True)
class _Change:
    """A table that stays, with whose it is before and after. `gone` and `new` say of what differs between its columns whose each is.

    A column in both is one whose field has changed. Of hundreds that stay as they are none is looked at.
    """

    table: str
    was: Entity
    entity: Entity
    gone: Mapping[str, Field]
    new: Mapping[str, Field]

    @property
    def held(self) -> Sequence[Field]:
        """All fields that stand in it before."""
        return standing_in(self.was, self.table)


def _changes(before: Catalog, after: Catalog, held: Mapping[str, Entity], coming: Mapping[str, Entity]) -> Iterator[_Change]:
    for name, entity in coming.items():
        was = held.get(name)
        alike = folded_in(before, name) == folded_in(after, name)
        if was is None or (entity is was and alike):
            continue
        differing = apart(was.stored, entity.stored) if alike else (was.stored, entity.stored)
        gone, new = ([one for one in fields if is_standing_in(one, name)] for fields in differing)
        if gone or new:
            yield _Change(name, was, entity, columns_of(before, name, gone), columns_of(after, name, new))


def _added(before: Catalog, after: Catalog, change: _Change, ground: Ground) -> Iterator[Statement]:
    names = change.new.keys() - change.gone.keys()
    table = part_of_table(after, change.table, _whose(names, change.new))
    new = [column for column in table.columns if column.name in names]
    for column in new:
        yield add_column(table, column, ground)
    for index, needed in _new_indexes(before, after, change, ground):
        yield create_index(index, ground, later=change.table in ground.large and not needed)
    if ground.name in MARIADB:
        yield from (add_foreign_key(table, column, ground) for column in new if column.foreign_keys)


def _whose(names: Set[str], columns: Mapping[str, Field]) -> Iterable[Field]:
    return {one.column: one for name, one in columns.items() if name in names}.values()


def _new_indexes(before: Catalog, after: Catalog, change: _Change, ground: Ground) -> Iterator[tuple[Index, bool]]:
    """(index, whether a foreign key needs it) that a table gets. Where it has as many as it may, what is only searched gets none."""
    was = {one.id: one for one in change.gone.values()}
    differs = folded_in(before, change.table) ^ folded_in(after, change.table)
    new = _whose(change.new.keys(), change.new)
    fields = [one for one in new if one.column in differs or (one is not (held := was.get(one.id)) and not _indexed_alike(held, one))]
    coming = _indexes_of(after, change.table, fields, change.entity, ground)
    there = _indexes_of(before, change.table, [was[one.id] for one in fields if one.id in was], change.was, ground)
    room = MOST_KEYS - _keys(before, change, ground) if ground.name in MARIADB else len(coming)
    for name, index in coming.items():
        if name in there or name in ground.indexes.get(change.table, ()):
            continue
        needed = ground.name in MARIADB and any(column.foreign_keys for column in index.columns)
        if needed or room > 0:
            room -= 1
            yield index, needed


def _indexed_alike(one: Field | None, other: Field) -> bool:
    """Whether all is the same that decides on a field's indexes, but for its folded column."""
    return one is not None and (one.type, one.searchable, one.options) == (other.type, other.searchable, other.options)


def _indexes_of(catalog: Catalog, table: str, fields: Sequence[Field], entity: Entity, ground: Ground) -> dict[str, Index]:
    fields = [one for one in fields if is_indexed(catalog, one)]
    if not fields:
        return {}
    moment = first_moment(standing_in(entity, table))
    part = part_of_table(catalog, table, {one.column: one for one in (*fields, *([moment] if moment else ()))}.values())
    return {str(one.name): one for one in indexes_of(catalog, fields, part, ground.name, moment, trigrams=ground.trigrams)}


def _keys(catalog: Catalog, change: _Change, ground: Ground) -> int:
    """How many indexes a table has: those it really has, or as far as is known, all it could have."""
    known = ground.keys.get(change.table)
    return len(_indexes_of(catalog, change.table, change.held, change.was, ground)) if known is None else known


def _set_aside(catalog: Catalog) -> frozenset[tuple[str, str]]:
    """(table, column) of fields without a column: nothing is to be dropped where nothing is, and what comes back is not dropped either."""
    found = [one for entity in catalog.stored for one in entity.missing]
    return frozenset((one.table, name) for one in found for name in (one.column, folded_column(one)))


def _removed(before: Catalog, change: _Change, ground: Ground, aside: frozenset[tuple[str, str]]) -> Iterator[Statement]:
    names = {name for name in change.gone.keys() - change.new.keys() if (change.table, name) not in aside}
    if not names:
        return
    table = part_of_table(before, change.table, _whose(names, change.gone))
    gone = [column for column in table.columns if column.name in names]
    if ground.name in MARIADB:
        for column in gone:
            yield from (drop_foreign_key(key.constraint, ground) for key in column.foreign_keys if key.constraint is not None)
    if ground.name != "postgresql":
        for name, columns in _held_indexes(before, change, ground).items():
            if names & set(columns):
                yield drop_index(table.name, name, ground)
    yield from (drop_column(table.name, column.name, ground) for column in gone)


def _indexes(catalog: Catalog, table: Table, ground: Ground, *, limited: bool = True) -> Mapping[str, Index]:
    entity = next((one for one in catalog.stored if one.table == entity_of(table.name)), None)
    if entity is None:
        return {}
    return {str(one.name): one for one in indexes(catalog, entity, table, ground.name, trigrams=ground.trigrams, limited=limited)}


def index_statements(catalog: Catalog, table: Table, ground: Ground) -> dict[str, Statement]:
    """The statements that make a table's indexes, by name; those of a large table run beside the writers where that can be."""
    return {name: create_index(one, ground, later=table.name in ground.large) for name, one in _indexes(catalog, table, ground).items()}


def index_columns(catalog: Catalog, table: Table, ground: Ground, name: str) -> list[str]:
    """The columns of an index."""
    return [column.name for column in _indexes(catalog, table, ground)[name].columns]


def foreign_key(table: Table, column: Column[Any], ground: Ground) -> Statement | None:
    """The statement that makes a column's foreign key again; None where the database can only make it with the table."""
    if ground.name == "sqlite":
        return None
    return add_foreign_key(table, column, ground)


def _held_indexes(before: Catalog, change: _Change, ground: Ground) -> Mapping[str, tuple[str, ...]]:
    """The indexes of a table with their columns: those it has, or as far as is known, all it could have."""
    known = ground.indexes.get(change.table)
    if known is not None:
        return known
    wanted = _indexes_of(before, change.table, change.held, change.was, ground)
    return {name: tuple(column.name for column in one.columns) for name, one in wanted.items()}


def belongs(statement: Statement, catalog: Catalog, ground: Ground) -> bool:
    """Whether what an adding statement makes is part of a catalog's tables."""
    entity = _owners(catalog).get(statement.table)
    if entity is None or statement.action == "create_table":
        return entity is not None
    table = _whole(catalog, entity, statement.table)
    if statement.action == "create_index":
        return statement.name in _indexes(catalog, table, ground, limited=False)
    return statement.name.removeprefix(f"fk_{statement.table}_") in table.columns


def has_trigrams(conn: Connection) -> bool:
    """Whether PostgreSQL can index for "contains": the extension is there or may be added, and sees Chinese."""
    if conn.dialect.name != "postgresql":
        return False
    try:
        with conn.begin_nested():
            conn.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            return bool(conn.execute(sa.text("SELECT show_trgm('科技有限') <> '{}'")).scalar())
    except DBAPIError:
        return False
