"""A database of the benchmark's own, thrown away afterwards."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError

_NUMBERS = itertools.count(1)
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql", "sqlite": "sqlite"}


@contextmanager
def database(url: str, folder: Path) -> Iterator[URL]:
    """The URL of an empty database: a file in `folder` for SQLite, else a new database on the server of `url`.

    The database that `url` itself names is only connected to.
    """
    given = make_url(url)
    given = given.set(drivername=_DRIVERS[given.get_backend_name()])
    if given.get_backend_name() == "sqlite":
        yield given.set(database=str(folder / "bench.sqlite3"))
        return
    name = f"fieldloom_bench_{os.getpid()}_{next(_NUMBERS)}"
    server = sa.create_engine(given, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield given.set(database=name)
    finally:
        with server.connect() as conn:
            force = " WITH (FORCE)" if given.get_backend_name() == "postgresql" else ""
            conn.exec_driver_sql(f"DROP DATABASE {name}{force}")
        server.dispose()


def raw_connection(url: URL) -> Any:
    """The driver's own connection, as a hand-written program would open it; SQLite with the product's settings."""
    pooled = sa.create_engine(url, poolclass=sa.NullPool).raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    if url.get_backend_name() == "sqlite":
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
    return connection


def placeholder(url: URL) -> str:
    """How the driver marks a value in a statement."""
    return "?" if url.get_backend_name() == "sqlite" else "%s"


def version(url: URL) -> str:
    """Name and version of the database, for the head of the result."""
    backend = url.get_backend_name()
    statement = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}.get(backend, "SELECT version()")
    engine = sa.create_engine(url)
    try:
        with engine.connect() as conn:
            told = str(conn.exec_driver_sql(statement).scalar_one())
    except DBAPIError as error:
        return f"{backend} ({type(error).__name__})"
    finally:
        engine.dispose()
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB", "mariadb": "MariaDB"}
    return f"{names[backend]} {told.split(maxsplit=1)[0]}"
