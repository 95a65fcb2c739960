"""One engine for each database URL, with the traps of the three databases closed.

SQLite: the driver's own transaction handling is switched off, or a transaction that starts with DDL would not
roll back; writing units begin IMMEDIATE, or two of them could deadlock; WAL, foreign keys on. MariaDB and
PostgreSQL: READ COMMITTED, so that a writer sees what was committed while it waited for a lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, OperationalError

from engine.errors import BadDatabaseUrl, Unavailable

BUSY_SECONDS = 10
IDLE_SECONDS = 3
VERSIONS = 16
"""For so many versions of the metadata compiled statements are kept. Those of a table of 500 columns are 3 MB, of each version anew."""
BACKENDS = ("sqlite", "postgresql", "mariadb", "mysql")


# Connections of their own for reading: nothing to begin, to end or to reset, and so no question to the server but the one asked.
_READS = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None, "skip_autocommit_rollback": True}


class Database:
    """A database and its two kinds of work: `reading()` and `writing()` units. Raises BadDatabaseUrl."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        parsed = _parsed(url)
        self.dialect = parsed.get_backend_name()
        options: dict[str, Any] = {"query_cache_size": 1200}
        if self.dialect == "sqlite":
            options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        else:
            options |= {"isolation_level": "READ COMMITTED", "pool_size": pool_size, "max_overflow": 8}
        if self.dialect in ("mariadb", "mysql") and _on_this_machine(parsed):
            options["connect_args"] = {"ssl_disabled": True}  # else the driver reads all certificates for each connection: 20 ms
        if self.dialect == "postgresql":
            options["paramstyle"] = "format"  # the driver reads a statement of many parameters twice as fast without their names
        try:
            self.engine: Engine = create_engine(parsed, **options)
            self._reading = self.engine if self.dialect == "sqlite" else create_engine(parsed, **options | _READS)
        except (ArgumentError, ImportError):  # a driver that there is not
            raise BadDatabaseUrl(parsed.render_as_string()) from None
        if self.dialect == "sqlite":
            _take_over_transactions(self.engine)
        else:
            _ping_idle_connections(self.engine)
            _ping_idle_connections(self._reading)
        self._version = 0
        self._writing = self.engine.execution_options(fieldloom_writing=True)

    def speaks_of(self, version: int) -> None:
        """Told the version of the metadata that statements are made of: now and then those of tables that were replaced are forgotten."""
        if abs(version - self._version) >= VERSIONS:
            self._version = version
            for engine in (self.engine, self._reading):
                with suppress(RuntimeError):  # another thread has just added one: what is left goes the next time
                    engine.clear_compiled_cache()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for a unit of work that only reads. Raises Unavailable."""
        with _connected(self._reading) as conn:
            yield conn

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back by any exception. Raises Unavailable."""
        with _connected(self._writing) as conn, conn.begin():
            yield conn

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        self._reading.dispose()


_OUTLIVED: tuple[object, ...] = ("42703", "42P01", "0A000", 1054, 1146, 1412)
"""What PostgreSQL and MariaDB call a column or table that is not there, or is not what it was when the statement was prepared."""


def outlived(error: DBAPIError) -> bool:
    """Whether a statement was made for tables that have changed since: it asked for a column or table that is not there."""
    args = error.orig.args if error.orig else ()
    told = (getattr(error.orig, "sqlstate", None), args[0] if args else None)
    return any(one in _OUTLIVED for one in told if one is not None) or any(
        sentence in str(error.orig) for sentence in ("no such column", "no such table", "has no column named")
    )


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        raise Unavailable(str(error.orig)) from None


def _parsed(url: str) -> URL:
    try:
        parsed = _with_driver(make_url(url))
    except ArgumentError:
        raise BadDatabaseUrl(url) from None
    if parsed.get_backend_name() not in BACKENDS:
        raise BadDatabaseUrl(parsed.render_as_string())
    return parsed


def _with_driver(url: URL) -> URL:
    """The URL with the drivers this program is tested with, and utf8mb4 on MariaDB."""
    backend = url.get_backend_name()
    if backend == "postgresql" and url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend in ("mysql", "mariadb"):
        return url.set(drivername="mariadb+pymysql").update_query_dict({"charset": "utf8mb4"})
    return url


def _on_this_machine(url: URL) -> bool:
    """Whether nobody can listen on the way to the server; not where somebody wants TLS all the same."""
    near = url.host in (None, "localhost", "127.0.0.1", "::1") or "unix_socket" in url.query
    return near and not any(name.startswith("ssl") for name in url.query)


def _ping_idle_connections(engine: Engine) -> None:
    """Ask a connection that lay idle whether it still lives, before it is used; one in steady use is not asked each time."""

    @event.listens_for(engine, "checkin")
    def on_checkin(_: Any, record: Any) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(dbapi_connection: Any, record: Any, _: Any) -> None:
        if monotonic() - record.info.get("used", monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(dbapi_connection)
        except engine.dialect.loaded_dbapi.Error:
            raise DisconnectionError from None  # the pool opens another


def _take_over_transactions(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, _: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "case_sensitive_like=ON", "synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(conn: Connection) -> None:
        writing = conn.get_execution_options().get("fieldloom_writing", False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
