"""The evolution lock: one change of the metadata at a time, across all processes that serve a database.

Nobody blocks in it: it is tried again and again for a while. Its connection is its own, so the lock is free the moment
its holder dies. On SQLite it is a transaction in a small file beside the database, since a lock in the database itself
would keep the change's own transactions out.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from engine.errors import ChangeUnderWay
from engine.metadata.database import Database

PATIENCE = 10.0
"""How long another change is waited for, in seconds."""
_KEY = 0x6669656D
_PAUSE = 0.02


@contextmanager
def evolving(database: Database, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the evolution lock. Raises ChangeUnderWay when another change does not end within `patience` seconds."""
    until = time.monotonic() + patience
    if database.dialect == "sqlite":
        yield from _beside(database, until)
    else:
        yield from _in_database(database, until)


def is_held(conn: sa.Connection) -> bool:
    """Whether somebody changes definitions right now, another thread of this process included. Takes nothing and waits for nobody."""
    if conn.dialect.name == "sqlite":
        return _is_held_beside(conn.engine.url.database)
    asked = (
        "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_database ON oid = database WHERE datname = current_database()"
        " AND locktype = 'advisory' AND classid = 0 AND objid = :key AND objsubid = 1 AND granted)"
        if conn.dialect.name == "postgresql"
        else "SELECT IS_USED_LOCK(CONCAT(DATABASE(), :key)) IS NOT NULL"
    )
    return bool(conn.execute(sa.text(asked), {"key": _key(conn.dialect.name)}).scalar())


def _is_held_beside(path: str | None) -> bool:
    if not path or not Path(f"{path}-evolution").exists():
        return False
    with closing(sqlite3.connect(f"{path}-evolution", timeout=0)) as beside:
        try:
            beside.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.OperationalError:
            return True
    return False


def _key(dialect: str) -> int | str:
    """The lock's name: a number on PostgreSQL, where it belongs to the database; a word that follows the database's name on MariaDB."""
    return _KEY if dialect == "postgresql" else ".evolution"


def _beside(database: Database, until: float) -> Iterator[None]:
    path = database.engine.url.database
    if not path or path == ":memory:":
        yield
        return
    with closing(sqlite3.connect(f"{path}-evolution", timeout=0, isolation_level=None)) as held:
        while True:
            try:
                held.execute("BEGIN EXCLUSIVE")
                break
            except sqlite3.OperationalError:
                _wait(until)
        yield


def _in_database(database: Database, until: float) -> Iterator[None]:
    take, give = (
        ("SELECT pg_try_advisory_lock(:key)", "SELECT pg_advisory_unlock(:key)")
        if database.dialect == "postgresql"
        else ("SELECT GET_LOCK(CONCAT(DATABASE(), :key), 0)", "SELECT RELEASE_LOCK(CONCAT(DATABASE(), :key))")
    )
    key = {"key": _key(database.dialect)}
    with database.reading() as conn:
        while not conn.execute(sa.text(take), key).scalar():
            _wait(until)
        try:
            yield
        finally:
            conn.execute(sa.text(give), key)


def _wait(until: float) -> None:
    if time.monotonic() > until:
        raise ChangeUnderWay
    time.sleep(_PAUSE * (0.5 + random.random()))  # noqa: S311  # two that wait should not knock in step
