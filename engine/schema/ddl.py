"""DDL: the only place that makes or changes record tables and their indexes.

A change of the metadata has its DDL by comparison: `difference` of the tables that the catalogs before and after it
describe. Each statement does one thing, so that a change that was cut off can go on after the last one that took effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Index, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

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

Action = Literal["create_table", "drop_table", "add_column", "drop_column", "create_index", "drop_index", "add_foreign_key", "drop_foreign_key"]
CONTRACTING: tuple[Action, ...] = ("drop_foreign_key", "drop_index", "drop_column", "drop_table")
"""What takes something away: it runs last, when no request can need it any more."""
MARIADB = ("mysql", "mariadb")


@dataclass(frozen=True, slots=True)
class Statement:
    """One act of DDL. `name` is the column, index or constraint. `later` says that it runs beside the writers, after the change is published."""

    action: Action
    table: str
    name: str
    sql: str
    expected: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What the DDL of a change depends on beside the catalogs: the database, which of its tables are large, and how full they are.

    `spent` says for a table how many columns that were dropped still count against its limit, `keys` how many indexes it has,
    where the database limits those. `indexes` are those it really has, with their columns: one outlives the searching of its field.
    """

    dialect: Dialect
    trigrams: bool = False
    large: frozenset[str] = frozenset()
    spent: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    indexes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The system: sqlite, postgresql, mariadb or mysql."""
        return self.dialect.name


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
    for name in (one for one in coming if one not in held):
        table = _whole(after, coming[name], name)
        made.append(Statement("create_table", name, name, _sql(CreateTable(table), ground.dialect)))
        made += [_create_index(one, ground, later=False) for one in _indexes(after, table, ground).values()]
    changes = list(_changes(before, after, held, coming))
    for change in changes:
        made += _added(before, after, change, ground)
    for change in changes:
        made += _removed(before, change, ground, _set_aside(after))
    gone = [name for name in held if name not in coming]
    made += [Statement("drop_table", name, name, f"DROP TABLE {_quoted(name, ground)}") for name in reversed(gone)]
    return made


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
        yield _create_index(index, ground, later=change.table in ground.large and not needed)
    if ground.name in MARIADB:
        yield from (_add_foreign_key(table, column, ground) for column in new if column.foreign_keys)


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
            for key in column.foreign_keys:
                told = _constraint(key.constraint, ground)
                sql = f"ALTER TABLE {_quoted(table.name, ground)} NOWAIT DROP FOREIGN KEY {told}"
                yield Statement("drop_foreign_key", table.name, _plain(told), sql)
    if ground.name != "postgresql":
        for name, columns in _held_indexes(before, change, ground).items():
            if names & set(columns):
                told = _quoted(name, ground)
                sql = f"ALTER TABLE {_quoted(table.name, ground)} NOWAIT DROP INDEX {told}" if ground.name in MARIADB else f"DROP INDEX {told}"
                yield Statement("drop_index", table.name, name, sql)
    for column in gone:
        sql = f"{_alter(table, ground)} DROP COLUMN {_quoted(column.name, ground)}"
        yield Statement("drop_column", table.name, column.name, sql + _instant(ground))


def add_column(table: Table, column: Column[Any], ground: Ground) -> Statement:
    """The statement that makes a column."""
    told = _sql(CreateColumn(column), ground.dialect)
    for key in column.foreign_keys if ground.name not in MARIADB else ():
        named = f" CONSTRAINT {_constraint(key.constraint, ground)}" if ground.name == "postgresql" else ""
        told += f"{named} REFERENCES {_quoted(key.column.table.name, ground)} ({_quoted(key.column.name, ground)})"
    expected = normal_type(column.type.compile(ground.dialect))
    return Statement("add_column", table.name, column.name, f"{_alter(table, ground)} ADD COLUMN {told}{_instant(ground)}", expected)


def _add_foreign_key(table: Table, column: Column[Any], ground: Ground) -> Statement:
    key = next(iter(column.foreign_keys))
    told = _constraint(key.constraint, ground)
    target = f"{_quoted(key.column.table.name, ground)} ({_quoted(key.column.name, ground)})"
    sql = f"{_alter(table, ground)} ADD CONSTRAINT {told} FOREIGN KEY ({_quoted(column.name, ground)}) REFERENCES {target}, ALGORITHM=INPLACE"
    return Statement("add_foreign_key", table.name, _plain(told), sql)


def _create_index(index: Index, ground: Ground, *, later: bool) -> Statement:
    sql = _sql(CreateIndex(index), ground.dialect)
    table = index.table
    assert table is not None
    if ground.name in MARIADB:
        columns = sql[sql.index("(") :]
        sql = f"{_alter(table, ground)} ADD INDEX {_quoted(str(index.name), ground)} {columns}, ALGORITHM=INPLACE, LOCK=NONE"
    elif later and ground.name == "postgresql":
        sql = sql.replace("CREATE INDEX ", "CREATE INDEX CONCURRENTLY ", 1)
    return Statement("create_index", table.name, str(index.name), sql, later=later)


def _alter(table: Table, ground: Ground) -> str:
    """NOWAIT on MariaDB: who waits for a table there keeps everybody behind them waiting too."""
    return f"ALTER TABLE {_quoted(table.name, ground)}" + (" NOWAIT" if ground.name in MARIADB else "")


def _instant(ground: Ground) -> str:
    return ", ALGORITHM=INSTANT" if ground.name in MARIADB else ""


def _indexes(catalog: Catalog, table: Table, ground: Ground, *, limited: bool = True) -> Mapping[str, Index]:
    entity = next((one for one in catalog.stored if one.table == entity_of(table.name)), None)
    if entity is None:
        return {}
    return {str(one.name): one for one in indexes(catalog, entity, table, ground.name, trigrams=ground.trigrams, limited=limited)}


def index_statements(catalog: Catalog, table: Table, ground: Ground) -> dict[str, Statement]:
    """The statements that make a table's indexes, by name; those of a large table run beside the writers where that can be."""
    return {name: _create_index(one, ground, later=table.name in ground.large) for name, one in _indexes(catalog, table, ground).items()}


def index_columns(catalog: Catalog, table: Table, ground: Ground, name: str) -> list[str]:
    """The columns of an index."""
    return [column.name for column in _indexes(catalog, table, ground)[name].columns]


def foreign_key(table: Table, column: Column[Any], ground: Ground) -> Statement | None:
    """The statement that makes a column's foreign key again; None where the database can only make it with the table."""
    if ground.name == "sqlite":
        return None
    made = _add_foreign_key(table, column, ground)
    return made if ground.name in MARIADB else replace(made, sql=made.sql.removesuffix(", ALGORITHM=INPLACE"))


def _held_indexes(before: Catalog, change: _Change, ground: Ground) -> Mapping[str, tuple[str, ...]]:
    """The indexes of a table with their columns: those it has, or as far as is known, all it could have."""
    known = ground.indexes.get(change.table)
    if known is not None:
        return known
    wanted = _indexes_of(before, change.table, change.held, change.was, ground)
    return {name: tuple(column.name for column in one.columns) for name, one in wanted.items()}


def _sql(element: Any, dialect: Dialect) -> str:
    return "\n".join(line.rstrip() for line in str(element.compile(dialect=dialect)).strip().splitlines())


def _quoted(name: str, ground: Ground) -> str:
    return ground.dialect.identifier_preparer.quote(name)


def _constraint(constraint: Any, ground: Ground) -> str:
    return str(ground.dialect.identifier_preparer.format_constraint(constraint))


def _plain(quoted: str) -> str:
    return quoted.strip('"`')


_SPELLINGS = {"bool": "boolean", "bigint(20)": "bigint", "tinyint(1)": "boolean", "int(11)": "integer", "timestamp with time zone": "timestamptz"}


def belongs(statement: Statement, catalog: Catalog, ground: Ground) -> bool:
    """Whether what an adding statement makes is part of a catalog's tables."""
    entity = _owners(catalog).get(statement.table)
    if entity is None or statement.action == "create_table":
        return entity is not None
    table = _whole(catalog, entity, statement.table)
    if statement.action == "create_index":
        return statement.name in _indexes(catalog, table, ground, limited=False)
    return statement.name.removeprefix(f"fk_{statement.table}_") in table.columns


def undoing(statement: Statement, ground: Ground) -> str:
    """The DDL that takes an adding statement back, for a change that is given up half-way; '' where nothing is to be done."""
    table, name = _quoted(statement.table, ground), _quoted(statement.name, ground)
    nowait = " NOWAIT" if ground.name in MARIADB else ""
    match statement.action:
        case "create_table":
            return f"DROP TABLE {table}"
        case "add_column":
            return f"ALTER TABLE {table}{nowait} DROP COLUMN {name}"
        case "create_index":
            return f"ALTER TABLE {table} NOWAIT DROP INDEX {name}" if nowait else f"DROP INDEX {name}"
        case "add_foreign_key":
            return f"ALTER TABLE {table} NOWAIT DROP FOREIGN KEY {name}"
    return ""


def empty_copy(ground: Ground, table: str, copy: str, home: str = "") -> str:
    """The DDL that makes an empty table of the same shape, to try statements on; on PostgreSQL one that only this connection sees."""
    quote = ground.dialect.identifier_preparer.quote_identifier
    if ground.name == "postgresql":
        return f"CREATE TEMPORARY TABLE {quote(copy)} (LIKE {home}.{quote(table)} INCLUDING ALL)"
    return f"CREATE TABLE {quote(copy)} LIKE {quote(table)}"


def drop_copy(copy: str) -> str:
    """The DDL that takes such a copy away on MariaDB."""
    return f"DROP TABLE IF EXISTS {copy}"


def on_copy(statement: Statement, copy: str, attempt: str) -> str:
    """A statement of MariaDB on a copy, with another algorithm and lock."""
    told = re.sub(r", (ALGORITHM|LOCK)=\w+", "", statement.sql)
    return re.sub(r"^ALTER TABLE \S+( NOWAIT)?", f"ALTER TABLE {copy}", told) + f", {attempt}"


def drop_half_built(index: str) -> str:
    """The DDL that takes away what a concurrent build has left behind on PostgreSQL."""
    return f'DROP INDEX CONCURRENTLY "{index}"'


def normal_type(told: str) -> str:
    """A column type in one spelling, whether our own DDL or a database's catalog tells it."""
    plain = told.lower().split(" collate")[0].split(" character set")[0].replace(", ", ",").strip()
    return _SPELLINGS.get(plain, plain.replace("decimal(", "numeric(").replace("character varying(", "varchar("))


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
