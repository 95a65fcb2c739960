"""A database put back as it was set up, once a test is done with it: making another takes a third of a second on PostgreSQL and
seconds on MariaDB.

Each remembers its tables: how they are made, a sum over their rows, the rows themselves. Afterwards only what differs is written again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database as it is: of each table how it is made, a sum over its rows, and the rows; and the next id of each that counts."""

    shapes: Mapping[str, str]
    sums: Mapping[str, Any]
    next_ids: Mapping[str, int | None]
    rows: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class System:
    """What a database system does its own way. `make` gives tables another shape, where that can be done, and `prepare` comes first."""

    prepare: str
    shapes: Callable[[Connection], Mapping[str, str]]
    make: Callable[[Connection, Mapping[str, str], Mapping[str, str]], None] | None
    sums: Callable[[Connection, Iterable[str]], Mapping[str, Any]]
    rows: Callable[[Connection, str], Any]
    fill: Callable[[Connection, str, Any], None]
    next_ids: Callable[[Connection], Mapping[str, int | None]]
    count_from: Callable[[Connection, str, int | None], None]


def taken(conn: Connection) -> Snapshot:
    """The database as it is now."""
    system = SYSTEMS[conn.dialect.name]
    shapes = system.shapes(conn)
    return Snapshot(shapes, system.sums(conn, shapes), system.next_ids(conn), {name: system.rows(conn, name) for name in shapes})


def put_back(conn: Connection, held: Snapshot) -> bool:
    """Make it so again, on a connection of its own. False where that is not possible: then it is of no more use."""
    system = SYSTEMS[conn.dialect.name]
    conn.exec_driver_sql(system.prepare)
    shapes = system.shapes(conn)
    if shapes != held.shapes:
        if system.make is None:
            return False
        system.make(conn, shapes, held.shapes)
    found, found_ids = system.sums(conn, held.shapes), system.next_ids(conn)
    if (shapes, found, found_ids) == (held.shapes, held.sums, held.next_ids):
        return True
    for name in (one for one in held.shapes if found[one] != held.sums[one]):
        conn.exec_driver_sql(f"DELETE FROM {name}")
        system.fill(conn, name, held.rows[name])
    conn.commit()
    for name in (one for one in held.next_ids if found_ids.get(one) != held.next_ids[one]):
        system.count_from(conn, name, held.next_ids[name])
    conn.commit()
    return (system.shapes(conn), system.sums(conn, held.shapes), system.next_ids(conn)) == (held.shapes, held.sums, held.next_ids)


# -- MariaDB -----------------------------------------------------------------------------------------------------------------------------

_NEXT = "SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"


def _shapes_of_mariadb(conn: Connection) -> Mapping[str, str]:
    names = [name for (name,) in conn.exec_driver_sql("SHOW TABLES").all()]
    return {name: re.sub(r" AUTO_INCREMENT=\d+", "", conn.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1]) for name in names}


def _make_in_mariadb(conn: Connection, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name, made in found.items():
        if made != wanted.get(name):
            conn.exec_driver_sql(f"DROP {'TABLE' if made.startswith('CREATE TABLE') else 'VIEW'} {name}")
    for name, made in wanted.items():
        if made != found.get(name):
            conn.exec_driver_sql(made.replace("%", "%%"))


def _sums_of_mariadb(conn: Connection, names: Iterable[str]) -> Mapping[str, Any]:
    found = conn.exec_driver_sql(f"CHECKSUM TABLE {', '.join(names)}").all()
    return {str(name).rpartition(".")[2]: int(number) for name, number in found}


def _rows_of_mariadb(conn: Connection, name: str) -> Any:
    return [tuple(row) for row in conn.exec_driver_sql(f"SELECT * FROM {name}")]


def _fill_in_mariadb(conn: Connection, name: str, rows: Any) -> None:
    if rows:
        conn.exec_driver_sql(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)


def _next_ids_of_mariadb(conn: Connection) -> Mapping[str, int | None]:
    return {str(name): number for name, number in conn.exec_driver_sql(_NEXT)}


def _count_from_in_mariadb(conn: Connection, name: str, number: int | None) -> None:
    conn.exec_driver_sql(f"ALTER TABLE {name} AUTO_INCREMENT = {number}")


# -- PostgreSQL --------------------------------------------------------------------------------------------------------------------------

_SHAPES = """
SELECT relname, concat_ws(E'\\n', relkind,
  (SELECT string_agg(concat_ws(' ', attnum, attname, format_type(atttypid, atttypmod), attnotnull, attisdropped, atthasdef), ', ' ORDER BY attnum)
     FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0),
  (SELECT string_agg(concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid), ', ' ORDER BY indexrelid) FROM pg_index WHERE indrelid = c.oid),
  (SELECT string_agg(concat_ws(' ', conname, pg_get_constraintdef(oid)), ', ' ORDER BY conname) FROM pg_constraint WHERE conrelid = c.oid))
FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('i', 'S', 'c')
"""


def _shapes_of_postgresql(conn: Connection) -> Mapping[str, str]:
    return {str(name): str(told) for name, told in conn.exec_driver_sql(_SHAPES)}


def _sums_of_postgresql(conn: Connection, names: Iterable[str]) -> Mapping[str, Any]:
    asked = (f"SELECT '{name}', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {name} t" for name in names)
    return {name: (many, total) for name, many, total in conn.exec_driver_sql(" UNION ALL ".join(asked))}


def _rows_of_postgresql(conn: Connection, name: str) -> Any:
    cursor: Any = conn.connection.cursor()
    with cursor.copy(f"COPY {name} TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)


def _fill_in_postgresql(conn: Connection, name: str, rows: Any) -> None:
    cursor: Any = conn.connection.cursor()
    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
        copy.write(rows)


def _next_ids_of_postgresql(conn: Connection) -> Mapping[str, int | None]:
    return {str(name): number for name, number in conn.exec_driver_sql("SELECT sequencename, last_value FROM pg_sequences")}


def _count_from_in_postgresql(conn: Connection, name: str, number: int | None) -> None:
    conn.exec_driver_sql(f"SELECT setval('{name}', {number or 1}, {number is not None})")


_MARIADB = System(
    "SET foreign_key_checks = 0", _shapes_of_mariadb, _make_in_mariadb, _sums_of_mariadb, _rows_of_mariadb, _fill_in_mariadb,
    _next_ids_of_mariadb, _count_from_in_mariadb,
)  # fmt: skip
_POSTGRESQL = System(
    "SET session_replication_role = replica", _shapes_of_postgresql, None, _sums_of_postgresql, _rows_of_postgresql, _fill_in_postgresql,
    _next_ids_of_postgresql, _count_from_in_postgresql,
)  # fmt: skip
SYSTEMS = {"mysql": _MARIADB, "mariadb": _MARIADB, "postgresql": _POSTGRESQL}
