"""What the database really holds: columns, indexes, constraints, sizes, and who holds a table. Read-only, and quick."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.metadata import tables as t
from engine.schema.statement import MARIADB, Ground, Statement, normal_type

LARGE = 20_000
"""From so many rows on an index is built beside the writers, not in their way."""


def columns(conn: Connection, table: str, only: str | None = None) -> Mapping[str, str]:
    """Column → type in normal spelling, of all columns or of one; empty where there is no such table."""
    told = {"table": table, "only": only}
    match conn.dialect.name:
        case "sqlite":
            rows = conn.execute(sa.text("SELECT name, type FROM pragma_table_info(:table) WHERE name = coalesce(:only, name)"), told)
        case "postgresql":
            rows = conn.execute(
                sa.text(
                    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                    "WHERE attrelid = to_regclass(quote_ident(:table)) AND attnum > 0 AND NOT attisdropped "
                    "AND attname = coalesce(CAST(:only AS text), attname)"
                ),
                told,
            )
        case _:
            rows = conn.execute(
                sa.text(
                    "SELECT column_name, column_type FROM information_schema.columns "
                    "WHERE table_schema = DATABASE() AND table_name = :table AND column_name = coalesce(:only, column_name)"
                ),
                told,
            )
    return {str(name): normal_type(str(kind)) for name, kind in rows}


def has_column(conn: Connection, table: str, name: str) -> bool:
    """Whether a table has a column; where there is no such table, it has not.

    Asked with a statement that would read it, which costs the same however many others there are: to list them is to go through all.
    """
    if conn.dialect.name == "postgresql":  # where a statement that fails ends the transaction, and the list is quick
        return name in columns(conn, table, name)
    quote = conn.dialect.identifier_preparer.quote
    # With its table's name: alone and unknown, SQLite takes a name in quotation marks for a text.
    asked = f"SELECT held.{quote(name)} FROM {quote(table)} held LIMIT 0"  # noqa: S608  # names of definitions, as the dialect quotes them
    try:
        conn.exec_driver_sql(asked + (" LOCK IN SHARE MODE NOWAIT" if conn.dialect.name in MARIADB else "")).close()
    except DBAPIError as error:
        code, *_ = error.orig.args if error.orig and error.orig.args else ("",)
        if code == _HELD:
            return name in columns(conn, table, name)
        if code in _UNKNOWN or str(code).startswith(("no such column", "no such table")):
            return False
        raise
    return True


_UNKNOWN, _HELD = (1054, 1146), 1205
"""How MariaDB says that there is no such column or table; and that somebody holds the table for themselves."""


def indexes(conn: Connection, table: str) -> frozenset[str]:
    """The names of a table's indexes that can be used; one that PostgreSQL has left half built cannot."""
    match conn.dialect.name:
        case "sqlite":
            rows = conn.execute(sa.text("SELECT name FROM pragma_index_list(:table)"), {"table": table})
        case "postgresql":
            rows = conn.execute(
                sa.text(
                    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                    "WHERE i.indrelid = to_regclass(quote_ident(:table)) AND i.indisvalid"
                ),
                {"table": table},
            )
        case _:
            rows = conn.execute(
                sa.text("SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = :table"),
                {"table": table},
            )
    return frozenset(str(row[0]) for row in rows)


def index_columns(conn: Connection, tables: Sequence[str]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The indexes of each of these tables with the columns that it reads, in order; on PostgreSQL only those that can be used."""
    found: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in tables}
    if tables:
        told = {"tables": json.dumps(tables) if conn.dialect.name == "sqlite" else tables}
        for table, name, column in conn.execute(_INDEX_COLUMNS.get(conn.dialect.name, _INDEX_COLUMNS["mariadb"]), told):
            found[str(table)][str(name)] = (*found[str(table)].get(str(name), ()), str(column))
    return found


_INDEX_COLUMNS = {
    "sqlite": sa.text(
        "SELECT t.value, l.name, i.name FROM json_each(:tables) t, pragma_index_list(t.value) l, pragma_index_info(l.name) i "
        "ORDER BY t.key, l.seq, i.seqno"
    ),
    "postgresql": sa.text(
        "SELECT t.relname, c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid "
        "JOIN pg_attribute a ON a.attrelid = i.indexrelid WHERE i.indisvalid AND i.indrelid IN "
        "(SELECT to_regclass(quote_ident(name)) FROM unnest(CAST(:tables AS text[])) name) ORDER BY 1, 2, a.attnum"
    ),
    "mariadb": sa.text(
        "SELECT table_name, index_name, column_name FROM information_schema.statistics "
        "WHERE table_schema = DATABASE() AND table_name IN :tables ORDER BY 1, 2, seq_in_index"
    ).bindparams(sa.bindparam("tables", expanding=True)),
}


def half_built(conn: Connection, table: str) -> frozenset[str]:
    """Indexes that a concurrent build has left behind unusable (PostgreSQL)."""
    if conn.dialect.name != "postgresql":
        return frozenset()
    found = conn.execute(
        sa.text(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = to_regclass(quote_ident(:table)) AND NOT i.indisvalid"
        ),
        {"table": table},
    )
    return frozenset(str(row[0]) for row in found)


def _foreign_keys(conn: Connection, table: str) -> frozenset[str]:
    """The names of a table's foreign keys, where they are statements of their own."""
    if conn.dialect.name == "postgresql":
        asked = "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(quote_ident(:table)) AND contype = 'f'"
    else:
        asked = (
            "SELECT constraint_name FROM information_schema.table_constraints "
            "WHERE table_schema = DATABASE() AND table_name = :table AND constraint_type = 'FOREIGN KEY'"
        )
    return frozenset(str(row[0]) for row in conn.execute(sa.text(asked), {"table": table}))


def referring_columns(conn: Connection, table: str) -> frozenset[str]:
    """The columns of a table that have a foreign key."""
    match conn.dialect.name:
        case "sqlite":
            asked = 'SELECT "from" FROM pragma_foreign_key_list(:table)'
        case "postgresql":
            asked = (
                "SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) "
                "WHERE c.conrelid = to_regclass(quote_ident(:table)) AND c.contype = 'f'"
            )
        case _:
            asked = (
                "SELECT column_name FROM information_schema.key_column_usage "
                "WHERE table_schema = DATABASE() AND table_name = :table AND referenced_table_name IS NOT NULL"
            )
    return frozenset(str(row[0]) for row in conn.execute(sa.text(asked), {"table": table}))


def is_done(conn: Connection, statement: Statement) -> bool:
    """Whether a statement has taken effect already."""
    match statement.action:
        case "create_table":
            return bool(columns(conn, statement.table))
        case "drop_table":
            return not columns(conn, statement.table)
        case "add_column":
            return has_column(conn, statement.table, statement.name)
        case "drop_column":
            return not has_column(conn, statement.table, statement.name)
        case "create_index":
            return statement.name in indexes(conn, statement.table)
        case "drop_index":
            return statement.name not in indexes(conn, statement.table)
        case "add_foreign_key":
            return statement.name in _foreign_keys(conn, statement.table)
        case "drop_foreign_key":
            return statement.name not in _foreign_keys(conn, statement.table)


def is_as_told(conn: Connection, statement: Statement) -> bool:
    """Whether a statement has taken effect and, where it made a column, of the type it was to be."""
    if statement.action != "add_column":
        return is_done(conn, statement)
    return columns(conn, statement.table, statement.name).get(statement.name) == statement.expected


def wrong_type(conn: Connection, statement: Statement) -> str:
    """The type of the column that is there, if it is another one than the statement makes; else ''."""
    found = columns(conn, statement.table, statement.name).get(statement.name, "") if statement.action == "add_column" else ""
    return found if found and found != statement.expected else ""


def row_estimate(conn: Connection, table: str) -> int:
    """About how many rows a table has, without counting them; 0 where there is no such table."""
    return row_estimates(conn, [table]).get(table, 0)


def row_estimates(conn: Connection, tables: Sequence[str]) -> Mapping[str, int]:
    """The same for several tables; those that there are not are left out."""
    if conn.dialect.name == "sqlite":
        there = conn.execute(_THERE, {"tables": json.dumps(tables)}).scalars().all()
        largest = (sa.select(sa.func.max(sa.table(name, sa.column("rowid")).c.rowid)) for name in there)
        return {name: int(conn.execute(one).scalar() or 0) for name, one in zip(there, largest, strict=True)}
    if conn.dialect.name in MARIADB:
        return {str(name): int(rows or 0) for name, rows in conn.execute(_MARIADB_ROWS, {"tables": tables})}
    found = {str(name): int(rows) for name, rows in conn.execute(_POSTGRESQL_ROWS, {"tables": tables})}
    return {name: _few(conn, name) if rows < 0 else rows for name, rows in found.items()}


_THERE = sa.text("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (SELECT value FROM json_each(:tables))")
_MARIADB_ROWS = sa.text(
    "SELECT table_name, table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN :tables"
).bindparams(sa.bindparam("tables", expanding=True))
_POSTGRESQL_ROWS = sa.text(
    "SELECT relname, reltuples FROM pg_class WHERE oid IN (SELECT to_regclass(quote_ident(name)) FROM unnest(CAST(:tables AS text[])) name)"
)


def _few(conn: Connection, table: str) -> int:
    """The rows of a table that was never analysed, counted up to what counts as large."""
    few = sa.select(sa.literal(1)).select_from(sa.table(table)).limit(LARGE + 1).subquery()
    return int(conn.execute(sa.select(sa.func.count()).select_from(few)).scalar_one())


def trigrams(conn: Connection) -> bool:
    """Whether PostgreSQL's index for "contains" is there, and sees Chinese. Once it is, indexes lean on it: it is not asked again."""
    if conn.dialect.name != "postgresql" or conn.engine in _HAVE_TRIGRAMS:
        return conn.engine in _HAVE_TRIGRAMS
    if conn.execute(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")).first() is None:
        return False
    if conn.execute(sa.text("SELECT show_trgm('科技有限') <> '{}'")).scalar():
        _HAVE_TRIGRAMS.add(conn.engine)
    return conn.engine in _HAVE_TRIGRAMS


_HAVE_TRIGRAMS: WeakSet[sa.Engine] = WeakSet()


def ground(conn: Connection, touched: frozenset[str]) -> Ground:
    """What DDL on these tables depends on."""
    names = sorted(touched)
    held = index_columns(conn, names)
    large = frozenset(name for name, rows in row_estimates(conn, names).items() if rows > LARGE)
    keys = {name: len(found) for name, found in held.items() if found} if conn.dialect.name in MARIADB else {}
    return Ground(conn.dialect, trigrams(conn), large, spent(conn, touched), keys, held)


def spent(conn: Connection, touched: frozenset[str]) -> Mapping[str, int]:
    """How many columns of a table were dropped and still count. MariaDB hides them, so the journal is asked; SQLite has none."""
    if not touched or conn.dialect.name == "sqlite":
        return {}
    if conn.dialect.name == "postgresql":
        asked = sa.text(
            "SELECT c.relname, count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "WHERE a.attisdropped AND a.attrelid IN (SELECT to_regclass(quote_ident(name)) FROM unnest(CAST(:tables AS text[])) name) GROUP BY 1"
        )
        return {name: int(count) for name, count in conn.execute(asked, {"tables": sorted(touched)})}
    if conn.execute(sa.select(t.SPENT_NAME.c.entity).limit(1)).first() is None:
        return {}
    found = dict.fromkeys(touched, 0)
    changes = sa.select(t.CHANGE.c.statements).order_by(t.CHANGE.c.id)
    dropping = sa.or_(*(t.CHANGE.c.statements.contains(f'"action": "{action}"') for action in ("drop_column", "create_table", "drop_table")))
    for (told,) in conn.execute(changes.where(dropping)):
        for one in json.loads(told):
            if one["table"] in found:
                found[one["table"]] = {"drop_column": found[one["table"]] + 1, "create_table": 0, "drop_table": 0}.get(one["action"], found[one["table"]])
    return {name: count for name, count in found.items() if count}


@dataclass(frozen=True, slots=True)
class Holder:
    """A transaction that has been open for a while and holds a table."""

    process: str
    seconds: float


def holders(conn: Connection, table: str, least: float = 1.0) -> list[Holder]:
    """Transactions open longer than `least` seconds that touch a table; on MariaDB and SQLite those that can be seen at all."""
    if conn.dialect.name == "postgresql":
        asked = sa.text(
            "SELECT coalesce(nullif(a.application_name, ''), 'pid ' || a.pid) AS process, "
            "extract(epoch FROM clock_timestamp() - a.xact_start) AS seconds "
            "FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid "
            "WHERE l.relation = to_regclass(quote_ident(:table)) AND l.granted AND a.pid <> pg_backend_pid() "
            "AND a.xact_start < clock_timestamp() - make_interval(secs => :least) GROUP BY 1, 2"
        )
        rows = conn.execute(asked, {"table": table, "least": least})
    elif conn.dialect.name in MARIADB:
        asked = sa.text(
            "SELECT CONCAT('thread ', trx_mysql_thread_id) AS process, TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS seconds "
            "FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> CONNECTION_ID() "
            "AND trx_mysql_thread_id IN (SELECT id FROM information_schema.processlist WHERE db = DATABASE()) "
            "AND trx_started < NOW() - INTERVAL :least SECOND"
        )
        rows = conn.execute(asked, {"least": least})
    else:
        return []
    return [Holder(str(row.process), float(row.seconds)) for row in rows]
