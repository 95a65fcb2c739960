"""The fixed tables' migrations, run by Alembic over a connection of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

import engine.metadata
from engine.errors import Unavailable
from engine.metadata.database import Database

_KEY, _WAIT_SECONDS = 0x6669656C, 120
FOLDER = Path(engine.metadata.__file__).parent / "migrations"


@contextmanager
def exclusive(database: Database) -> Iterator[None]:
    """One set-up at a time, across processes: the second waits and finds everything done. Raises Unavailable.

    The lock has a connection of its own, and so is held until what was done under it is committed. SQLite has one
    writer anyway.
    """
    if database.dialect == "sqlite":
        yield
        return
    postgresql = database.dialect == "postgresql"
    take, give = (
        ("SELECT 1 FROM pg_advisory_lock(:key)", "SELECT pg_advisory_unlock(:key)")
        if postgresql
        else ("SELECT GET_LOCK(CONCAT(DATABASE(), :key), :seconds)", "SELECT RELEASE_LOCK(CONCAT(DATABASE(), :key))")
    )
    key = {"key": _KEY if postgresql else ".fieldloom"}
    with database.reading() as conn:
        if conn.execute(sa.text(take), key if postgresql else key | {"seconds": _WAIT_SECONDS}).scalar() != 1:
            raise Unavailable("another process is setting this database up")
        try:
            yield
        finally:
            conn.execute(sa.text(give), key)


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
