"""The fixed tables' migrations, run by Alembic over a connection of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

import engine.metadata
from engine.errors import Unavailable

_KEY, _WAIT_SECONDS = 0x6669656C, 120
FOLDER = Path(engine.metadata.__file__).parent / "migrations"


@contextmanager
def exclusive(conn: Connection) -> Iterator[None]:
    """One set-up at a time, across processes: the second waits and finds everything done (SQLite has one writer anyway)."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _KEY})  # given back with the transaction
        yield
    elif conn.dialect.name in ("mysql", "mariadb"):
        if conn.execute(sa.text("SELECT GET_LOCK(CONCAT(DATABASE(), '.fieldloom'), :seconds)"), {"seconds": _WAIT_SECONDS}).scalar() != 1:
            raise Unavailable("another process is setting this database up")
        try:
            yield
        finally:
            conn.execute(sa.text("SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.fieldloom'))"))
    else:
        yield


def upgrade(conn: Connection) -> None:
    """Bring the fixed tables to the newest revision. Does nothing where they are there already."""
    from alembic import command  # here: a process that only serves does without it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def newest() -> str:
    """The newest revision: migrations are files named by their number."""
    return max(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def is_current(conn: Connection) -> bool:
    """Whether the fixed tables are at the newest revision."""
    if not sa.inspect(conn).has_table("fl_alembic"):
        return False
    return conn.execute(sa.text("SELECT version_num FROM fl_alembic")).scalar() == newest()
