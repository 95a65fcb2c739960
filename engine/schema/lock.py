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
    postgresql = database.dialect == "postgresql"
    take, give = (
        ("SELECT pg_try_advisory_lock(:key)", "SELECT pg_advisory_unlock(:key)")
        if postgresql
        else ("SELECT GET_LOCK(CONCAT(DATABASE(), :key), 0)", "SELECT RELEASE_LOCK(CONCAT(DATABASE(), :key))")
    )
    key = {"key": _KEY if postgresql else ".evolution"}
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
