"""A database of MariaDB put back as it was set up, where a test has only written rows: setting one up takes seconds there.

MariaDB cannot copy a database as the other systems can. So each remembers its shape and its rows; afterwards only what
differs is written again. One whose shape has changed is not used again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

_SHAPE = (
    "SELECT table_name, column_name, column_type, is_nullable FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2",
    "SELECT table_name, index_name, seq_in_index, column_name FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3",
    "SELECT table_name, constraint_name FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE() ORDER BY 1, 2",
)
_NEXT = "SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database as it is: its shape, and of each table the next id, a checksum and the rows."""

    shape: Sequence[Any]
    next_ids: Mapping[str, int | None]
    checksums: Mapping[str, int]
    rows: Mapping[str, Sequence[tuple[Any, ...]]]


def taken(conn: Connection) -> Snapshot:
    """The database as it is now."""
    next_ids = _next_ids(conn)
    rows = {name: [tuple(row) for row in conn.exec_driver_sql(f"SELECT * FROM {name}")] for name in next_ids}
    return Snapshot(_shape(conn), next_ids, _checksums(conn, next_ids), rows)


def put_back(conn: Connection, held: Snapshot) -> bool:
    """Write what differs again. False where the shape has changed: then it is as it was left."""
    next_ids = _next_ids(conn)
    if next_ids.keys() != held.next_ids.keys() or _shape(conn) != held.shape:
        return False
    found = _checksums(conn, next_ids)
    conn.exec_driver_sql("SET foreign_key_checks = 0")
    for name in (one for one in found if found[one] != held.checksums[one]):
        conn.exec_driver_sql(f"DELETE FROM {name}")
        if rows := held.rows[name]:
            conn.exec_driver_sql(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(rows[0]))})", list(rows))
    conn.commit()
    for name in (one for one in next_ids if next_ids[one] != held.next_ids[one]):
        conn.exec_driver_sql(f"ALTER TABLE {name} AUTO_INCREMENT = {held.next_ids[name]}")
    conn.exec_driver_sql("SET foreign_key_checks = 1")
    return _checksums(conn, next_ids) == held.checksums and _next_ids(conn) == held.next_ids


def _shape(conn: Connection) -> list[Any]:
    return [[tuple(row) for row in conn.exec_driver_sql(asked)] for asked in _SHAPE]


def _next_ids(conn: Connection) -> dict[str, int | None]:
    return {str(name): number for name, number in conn.exec_driver_sql(_NEXT)}


def _checksums(conn: Connection, names: Mapping[str, Any]) -> dict[str, int]:
    found = conn.exec_driver_sql(f"CHECKSUM TABLE {', '.join(names)}")
    return {str(name).rpartition(".")[2]: int(number) for name, number in found}
