"""Single acts of DDL on record tables: as a value, and as each database spells it. With `ddl`, which compares, the only place of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

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


def create_table(table: Table, ground: Ground, apart: Collection[str] = ()) -> Statement:
    """The statement that makes a table, without the foreign keys of those columns that are `apart`."""
    inline = [one for one in table.foreign_key_constraints if not any(column.name in apart for column in one.columns)]
    return Statement("create_table", table.name, table.name, _sql(CreateTable(table, include_foreign_key_constraints=inline), ground.dialect))


def add_column(table: Table, column: Column[Any], ground: Ground) -> Statement:
    """The statement that makes a column."""
    told = _sql(CreateColumn(column), ground.dialect)
    for key in column.foreign_keys if ground.name not in MARIADB else ():
        named = f" CONSTRAINT {_constraint(key.constraint, ground)}" if ground.name == "postgresql" else ""
        told += f"{named} REFERENCES {_quoted(key.column.table.name, ground)} ({_quoted(key.column.name, ground)})"
    expected = normal_type(column.type.compile(ground.dialect))
    return Statement("add_column", table.name, column.name, f"{_alter(table.name, ground)} ADD COLUMN {told}{_instant(ground)}", expected)


def add_foreign_key(table: Table, column: Column[Any], ground: Ground) -> Statement:
    """The statement that makes the foreign key of a column that is there."""
    key = next(iter(column.foreign_keys))
    told = _constraint(key.constraint, ground)
    target = f"{_quoted(key.column.table.name, ground)} ({_quoted(key.column.name, ground)})"
    sql = f"{_alter(table.name, ground)} ADD CONSTRAINT {told} FOREIGN KEY ({_quoted(column.name, ground)}) REFERENCES {target}"
    return Statement("add_foreign_key", table.name, _plain(told), sql + (", ALGORITHM=INPLACE" if ground.name in MARIADB else ""))


def create_index(index: Index, ground: Ground, *, later: bool) -> Statement:
    """The statement that makes an index; `later` beside the writers."""
    sql = _sql(CreateIndex(index), ground.dialect)
    table = index.table
    assert table is not None
    if ground.name in MARIADB:
        columns = sql[sql.index("(") :]
        sql = f"{_alter(table.name, ground)} ADD INDEX {_quoted(str(index.name), ground)} {columns}, ALGORITHM=INPLACE, LOCK=NONE"
    elif later and ground.name == "postgresql":
        sql = sql.replace("CREATE INDEX ", "CREATE INDEX CONCURRENTLY ", 1)
    return Statement("create_index", table.name, str(index.name), sql, later=later)


def _alter(table: str, ground: Ground) -> str:
    """NOWAIT on MariaDB: who waits for a table there keeps everybody behind them waiting too."""
    return f"ALTER TABLE {_quoted(table, ground)}" + (" NOWAIT" if ground.name in MARIADB else "")


def _instant(ground: Ground) -> str:
    return ", ALGORITHM=INSTANT" if ground.name in MARIADB else ""


def drop_table(name: str, ground: Ground) -> Statement:
    """The statement that drops a table."""
    return Statement("drop_table", name, name, f"DROP TABLE {_quoted(name, ground)}")


def drop_column(table: str, name: str, ground: Ground) -> Statement:
    """The statement that drops a column."""
    return Statement("drop_column", table, name, f"{_alter(table, ground)} DROP COLUMN {_quoted(name, ground)}{_instant(ground)}")


def drop_index(table: str, name: str, ground: Ground) -> Statement:
    """The statement that drops an index."""
    told = _quoted(name, ground)
    return Statement("drop_index", table, name, f"{_alter(table, ground)} DROP INDEX {told}" if ground.name in MARIADB else f"DROP INDEX {told}")


def drop_foreign_key(constraint: ForeignKeyConstraint, ground: Ground) -> Statement:
    """The statement that drops a foreign key."""
    told, table = _constraint(constraint, ground), constraint.table.name
    return Statement("drop_foreign_key", table, _plain(told), _dropping_key(table, told, ground))


def _dropping_key(table: str, quoted: str, ground: Ground) -> str:
    return f"{_alter(table, ground)} DROP {'FOREIGN KEY' if ground.name in MARIADB else 'CONSTRAINT'} {quoted}"


def _sql(element: Any, dialect: Dialect) -> str:
    return "\n".join(line.rstrip() for line in str(element.compile(dialect=dialect)).strip().splitlines())


def _quoted(name: str, ground: Ground) -> str:
    return ground.dialect.identifier_preparer.quote(name)


def _constraint(constraint: Any, ground: Ground) -> str:
    return str(ground.dialect.identifier_preparer.format_constraint(constraint))


def _plain(quoted: str) -> str:
    return quoted.strip('"`')


def undoing(statement: Statement, ground: Ground) -> str:
    """The DDL that takes an adding statement back, for a change that is given up half-way; '' where nothing is to be done."""
    table, name = statement.table, _quoted(statement.name, ground)
    match statement.action:
        case "create_table":
            return drop_table(table, ground).sql
        case "add_column":
            return f"{_alter(table, ground)} DROP COLUMN {name}"
        case "create_index":
            return drop_index(table, statement.name, ground).sql
        case "add_foreign_key":
            return _dropping_key(table, name, ground)
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


_SPELLINGS = {"bool": "boolean", "bigint(20)": "bigint", "tinyint(1)": "boolean", "int(11)": "integer", "timestamp with time zone": "timestamptz"}


def normal_type(told: str) -> str:
    """A column type in one spelling, whether our own DDL or a database's catalog tells it."""
    plain = told.lower().split(" collate")[0].split(" character set")[0].replace(", ", ",").strip()
    return _SPELLINGS.get(plain, plain.replace("decimal(", "numeric(").replace("character varying(", "varchar("))
