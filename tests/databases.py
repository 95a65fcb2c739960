"""Databases for tests on the three systems: made when asked for, dropped at the end of the run.

Their names carry the worker and the process, so that runs beside each other never meet. Setting up a database takes
most of a second; where the system can copy one (a file on SQLite, a template on PostgreSQL) it is done once only,
and on a server one that a test is done with is put back as it was and used again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError

from engine.metadata.database import Database
from engine.service import setup
from tests import reusing
from tests.reusing import Snapshot

ROOT = Path(__file__).resolve().parents[1]
CATALOGS, LOCALES = ROOT / "field_catalogs", ROOT / "locales"

SERVERS = {
    "postgresql": ("FIELDLOOM_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres"),
    "mariadb": ("FIELDLOOM_TEST_MARIADB", "mariadb://root@127.0.0.1:3306/test"),
}
BACKENDS = ("sqlite", *SERVERS)

# template0 holds nothing and nobody is connected to it, so it can always be copied.
CREATE = {
    "postgresql": "CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'",
    "mariadb": "CREATE DATABASE {name} CHARACTER SET utf8mb4",
}
DROP = {
    "postgresql": "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
    "mariadb": "DROP DATABASE IF EXISTS {name}",
}


def url_of(database: Database) -> str:
    """The URL by which another process reaches the same database."""
    return database.engine.url.render_as_string(hide_password=False)


@cache
def why_absent(backend: str) -> str | None:
    """Why tests cannot run on this system, in a sentence; None where they can."""
    if backend == "sqlite":
        return None
    setting, _ = SERVERS[backend]
    try:
        with _server(backend):
            return None
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        return f"No {backend} server can be reached; start one or name it in {setting}: {reason}"


def _address(backend: str) -> URL:
    setting, default = SERVERS[backend]
    return make_url(os.environ.get(setting) or default)


@contextmanager
def _server(backend: str, name: str | None = None) -> Iterator[Connection]:
    """A connection on which databases can be made and dropped; or one to the database of that name."""
    url = _address(backend).update_query_dict({"connect_timeout": "3"})
    server = Database((url.set(database=name) if name else url).render_as_string(False))
    try:
        with server.engine.connect() as conn:
            if name is None:
                conn.execution_options(isolation_level="AUTOCOMMIT")
            if backend == "mariadb":
                conn.exec_driver_sql("SET lock_wait_timeout = 10")  # waiting for a lock is an error, not a day's silence
            yield conn
    finally:
        server.close()


def _disconnect(conn: Connection, name: str) -> None:
    """Whoever is connected still would hold up what comes."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        return
    for (connected,) in conn.exec_driver_sql("SELECT id FROM information_schema.processlist WHERE db = %s", (name,)):
        with suppress(DBAPIError):  # it has just gone by itself
            conn.exec_driver_sql(f"KILL {connected}")


def _backend(database: Database) -> str:
    return database.dialect if database.dialect in DROP else "mariadb"


class Databases:
    """The databases of one process of a test run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stem = f"fl_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        self._numbers = count(1)
        self._open: dict[str, Database] = {}
        self._shared: dict[str, Database] = {}
        self._templates: dict[str, str] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._free: dict[str, list[str]] = {backend: [] for backend in SERVERS}

    def empty(self, backend: str) -> Database:
        """A new database with nothing in it."""
        return self._new(backend)

    def installed(self, backend: str) -> Database:
        """A new database, set up with the shipped catalogs and nothing else."""
        if backend == "sqlite":
            return self._copied(backend)
        if self._free[backend]:
            return self._used_again(backend, self._free[backend].pop())
        made = self._set_up(backend) if backend == "mariadb" else self._copied(backend)  # MariaDB cannot copy a database
        with made.engine.connect() as conn:
            self._snapshots[str(made.engine.url.database)] = reusing.taken(conn)
        return made

    def shared(self, backend: str) -> Database:
        """The one that is set up once for all tests of this process which only read or add rows."""
        if backend not in self._shared:
            self._shared[backend] = self.installed(backend)
        return self._shared[backend]

    def _set_up(self, backend: str) -> Database:
        made = self._new(backend)
        setup.install(made, CATALOGS, LOCALES)
        return made

    def _copied(self, backend: str) -> Database:
        if backend not in self._templates:
            made = self._set_up(backend)
            made.close()
            self._templates[backend] = str(made.engine.url.database)
        return self._new(backend, self._templates[backend])

    def _new(self, backend: str, template: str | None = None) -> Database:
        name = f"{self._stem}_{next(self._numbers)}"
        if backend == "sqlite":
            name = str(self._folder / f"{name}.sqlite3")
            if template:
                shutil.copyfile(template, name)
            database = Database(f"sqlite:///{name}")
        else:
            with _server(backend) as conn:
                url = conn.engine.url.set(database=name)
                conn.exec_driver_sql(CREATE[backend].format(name=name, template=template or "template0"))
            database = Database(url.render_as_string(hide_password=False))
        self._open[name] = database
        return database

    def _used_again(self, backend: str, name: str) -> Database:
        self._open[name] = Database(_address(backend).set(database=name).render_as_string(hide_password=False))
        return self._open[name]

    def give_back(self, database: Database) -> None:
        """Keep a database for the next test if it can be put back as it was set up; else remove it."""
        name = str(database.engine.url.database)
        held = self._snapshots.get(name)
        if held is None:
            self.drop(database)
            return
        database.close()
        backend = _backend(database)
        with _server(backend) as conn:
            _disconnect(conn, name)
        with _server(backend, name) as conn:
            as_it_was = reusing.put_back(conn, held)
        if as_it_was:
            self._free[backend].append(name)
        else:
            self.drop(database)

    def drop(self, database: Database) -> None:
        """Remove a database and everything in it."""
        name = str(database.engine.url.database)
        database.close()
        self._snapshots.pop(name, None)
        if database.dialect == "sqlite":
            for path in (name, f"{name}-wal", f"{name}-shm"):
                Path(path).unlink(missing_ok=True)
        else:
            backend = _backend(database)
            with _server(backend) as conn:
                if backend == "mariadb":  # PostgreSQL has FORCE for this
                    _disconnect(conn, name)
                conn.exec_driver_sql(DROP[backend].format(name=name))
        self._open.pop(name, None)

    def close(self) -> None:
        """Remove all that are left."""
        for database in list(self._open.values()):
            self.drop(database)
