"""What a statement would cost, found out on an empty copy and not guessed. The table itself is not touched.

PostgreSQL: a temporary copy in a transaction that is rolled back; a statement that gives it new files writes the table anew.
MariaDB: an empty table of the same shape, on which the cheapest algorithm that is accepted is the answer. SQLite: a small copy in
memory; which of its pages have changed says what was written.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.physical import entity_of, whole_tables
from engine.schema.statement import MARIADB, Action, Ground, Statement, drop_copy, empty_copy, on_copy

Kind = Literal["instant", "online", "reads", "rewrites"]
"""Instant: the same however many rows there are. Online: takes time, beside everybody. Reads, rewrites: all rows, and somebody waits."""
Held = Literal["nobody", "writers", "everybody"]
_LOCKS: Mapping[Action, str] = {"create_index": "SHARE", "create_table": "SHARE ROW EXCLUSIVE", "add_foreign_key": "SHARE ROW EXCLUSIVE"}
_PAGE, _ROWS = 4096, 2_000
LEFT = 10
"""After so many minutes a copy belongs to nobody any more."""
MOST = 60
"""So many statements of a change are tried out, each for itself."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one statement costs. `held` are those who wait as long as it takes; `probed` says that it was tried out."""

    statement: Statement
    kind: Kind
    held: Held
    lock: str
    probed: bool


def costs(database: Database, catalogs: Iterable[Catalog], statements: Iterable[Statement]) -> tuple[Cost, ...]:
    """The cost of each statement, tried one after the other. `catalogs` describe the tables as they become."""
    told = list(statements)
    if not told:
        return ()
    found = {_sort(cost.statement): cost for cost in _probed(database, list(catalogs), told)}
    return tuple(replace(found[_sort(one)], statement=one) if _sort(one) in found else _known(database.dialect, one) for one in told)


def _sort(one: Statement) -> tuple[str, str, str, bool]:
    """Statements of one sort cost the same."""
    return one.action, one.table, one.expected or (one.name if one.action != "add_column" else ""), one.later


def _tried(statements: list[Statement]) -> Iterator[Statement]:
    """The statements that are worth trying: all of a change of usual size, of a large one those of a sort of their own."""
    seen = set()
    for one in statements:
        if (len(statements) <= MOST or _sort(one) not in seen) and one.action not in ("drop_table", "drop_foreign_key"):
            seen.add(_sort(one))
            yield one


def _probed(database: Database, catalogs: list[Catalog], statements: list[Statement]) -> list[Cost]:
    wanted = list(_tried(statements))
    try:
        if database.dialect == "postgresql":
            return list(_on_postgresql(database, catalogs, wanted))
        return list(_on_mariadb(database, wanted) if database.dialect in MARIADB else _on_sqlite(database, wanted))
    except (DBAPIError, sqlite3.Error):  # no right to make the copy, or somebody holds the table: then what is known must do
        return []


def _known(dialect: str, one: Statement) -> Cost:
    """What is known of a statement without trying it."""
    if one.later:
        return Cost(one, "online", "nobody", "SHARE UPDATE EXCLUSIVE" if dialect == "postgresql" else "", probed=False)
    lock = _LOCKS.get(one.action, "ACCESS EXCLUSIVE") if dialect == "postgresql" else ""
    if one.action == "create_index":
        return Cost(one, "online", "nobody", lock, probed=False) if dialect in MARIADB else Cost(one, "reads", "writers", lock, probed=False)
    if one.action == "drop_column" and dialect == "sqlite":
        return Cost(one, "rewrites", "writers", lock, probed=False)
    return Cost(one, "instant", "nobody", lock, probed=False)


def _on_postgresql(database: Database, catalogs: list[Catalog], statements: list[Statement]) -> Iterator[Cost]:
    with database.engine.connect() as conn, conn.begin() as unit:
        conn.exec_driver_sql("SET LOCAL lock_timeout = '40ms'")
        home = conn.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        made = {one.table for one in statements if one.action == "create_table"}
        for name in sorted(_needed(catalogs, statements) - made):
            conn.exec_driver_sql(empty_copy(Ground(conn.dialect), name, name, home))
        conn.exec_driver_sql(f"SET LOCAL search_path = pg_temp, {home}")
        for one in statements:
            if one.later:
                continue
            before = _files(conn, one.table)
            try:
                with conn.begin_nested():
                    conn.exec_driver_sql(one.sql)
            except DBAPIError:
                continue
            after = _files(conn, one.table)
            lock = _LOCKS.get(one.action, "ACCESS EXCLUSIVE")
            if any(after.get(id) not in (None, file) for id, file in before.items()):
                yield Cost(one, "rewrites", "everybody", lock, probed=True)
            elif one.action == "create_index":
                yield Cost(one, "reads", "writers", lock, probed=True)
            else:
                yield Cost(one, "instant", "nobody", lock, probed=True)
        unit.rollback()


def _needed(catalogs: list[Catalog], statements: list[Statement]) -> set[str]:
    """The tables that a copy needs: those that change, and those that new columns refer to."""
    found = {one.table for one in statements}
    for catalog in catalogs:
        for one in statements:
            entity = next((held for held in catalog.stored if held.table == entity_of(one.table)), None)
            table = next((made for made in whole_tables(catalog, entity) if made.name == one.table), None) if entity else None
            for column in () if table is None else table.columns:
                if one.action == "create_table" or column.name == one.name:
                    found |= {key.column.table.name for key in column.foreign_keys}
    return found


def _files(conn: Connection, table: str) -> dict[int, int]:
    """The files of a table and of its indexes, by their ids."""
    asked = sa.text(
        "SELECT c.oid, c.relfilenode FROM pg_class c WHERE c.oid = to_regclass(quote_ident(:table)) "
        "OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = to_regclass(quote_ident(:table)))"
    )
    return {int(row[0]): int(row[1]) for row in conn.execute(asked, {"table": table})}


_ATTEMPTS: tuple[tuple[str, Kind, Held], ...] = (
    ("ALGORITHM=INSTANT", "instant", "nobody"),
    ("ALGORITHM=NOCOPY, LOCK=NONE", "online", "nobody"),
    ("ALGORITHM=INPLACE, LOCK=NONE", "online", "nobody"),
    ("ALGORITHM=INPLACE, LOCK=SHARED", "reads", "writers"),
    ("ALGORITHM=COPY, LOCK=SHARED", "rewrites", "writers"),
)


def _on_mariadb(database: Database, statements: list[Statement]) -> Iterator[Cost]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        _clear_up(conn)
        made: dict[str, str] = {}
        try:
            for one in statements:
                if one.action not in ("add_column", "drop_column", "create_index", "drop_index"):
                    continue
                if one.table not in made:
                    made[one.table] = f"fl_probe_{uuid.uuid4().hex[:16]}"
                    conn.exec_driver_sql(empty_copy(Ground(conn.dialect), one.table, made[one.table]))
                for attempt, kind, held in _ATTEMPTS:
                    try:
                        conn.exec_driver_sql(on_copy(one, made[one.table], attempt))
                    except DBAPIError:
                        continue
                    yield Cost(one, kind, held, attempt.rpartition("=")[2] if held != "nobody" else "", probed=True)
                    break
        finally:
            for name in made.values():
                conn.exec_driver_sql(drop_copy(name))


def _clear_up(conn: Connection) -> None:
    """Drop the copies of a process that was killed between making and dropping them."""
    old = sa.text(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'fl\\_probe\\_%' "
        "AND create_time < NOW() - INTERVAL :minutes MINUTE"
    )
    for name in conn.execute(old, {"minutes": LEFT}).scalars().all():
        conn.exec_driver_sql(drop_copy(str(name)))


def _on_sqlite(database: Database, statements: list[Statement]) -> Iterator[Cost]:
    with database.reading() as conn, closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.execute("PRAGMA user_version = 1")  # an empty database has no page to compare
        made: dict[str, int] = {}
        for one in statements:
            if one.action != "create_table" and one.table not in made:
                made[one.table] = _copy(conn, copy, one.table)
            before = copy.serialize()
            try:
                copy.execute(one.sql)
            except sqlite3.Error:
                continue
            after = copy.serialize()
            changed = sum(before[at : at + _PAGE] != after[at : at + _PAGE] for at in range(0, min(len(before), len(after)), _PAGE))
            if changed > made.get(one.table, len(before)) / 2:
                yield Cost(one, "rewrites", "writers", "", probed=True)
            elif one.action == "create_index" and (len(after) - len(before)) // _PAGE > 1:
                yield Cost(one, "reads", "writers", "", probed=True)
            else:
                yield Cost(one, "instant", "nobody", "", probed=True)


def _copy(conn: Connection, copy: sqlite3.Connection, table: str) -> int:
    """The table with its indexes in memory, with some rows in which something stands. Returns how many pages the rows fill."""
    asked = sa.text("SELECT sql FROM sqlite_schema WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type DESC")
    own, *indexes = list(conn.execute(asked, {"table": table}).scalars()) or [""]
    copy.execute(own)
    start = len(copy.serialize())
    needed = [row[0] for row in copy.execute('SELECT name FROM pragma_table_info(?) WHERE "notnull" AND name <> \'id\'', (table,))]
    filled = sa.insert(sa.table(table, *(sa.column(name) for name in ("id", *needed))))
    copy.execute("BEGIN")
    copy.executemany(str(filled.compile(dialect=conn.dialect)), ((n, *("x" * 40 for _ in needed)) for n in range(_ROWS)))
    copy.execute("COMMIT")
    pages = (len(copy.serialize()) - start) // _PAGE
    for sql in indexes:
        copy.execute(sql)
    return pages
