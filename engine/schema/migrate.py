"""The fixed tables' migrations, run by Alembic over a connection of ours."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import engine.metadata


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(engine.metadata.__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config


def upgrade(conn: Connection) -> None:
    """Bring the fixed tables to the newest revision. Does nothing where they are there already."""
    command.upgrade(_config(conn), "head")


def is_current(conn: Connection) -> bool:
    """Whether the fixed tables are at the newest revision."""
    head = ScriptDirectory.from_config(_config(conn)).get_current_head()
    return MigrationContext.configure(conn, opts={"version_table": "fl_alembic"}).get_current_revision() == head
