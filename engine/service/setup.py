"""Set-up: fixed tables, shipped catalogs as metadata, record tables, default rows, labels, the first administrator."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine import accounts
from engine.errors import Unavailable
from engine.i18n import languages
from engine.metadata import definition, store
from engine.metadata.database import Database
from engine.metadata.definition import Definition
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.physical import tables
from engine.records.write import column_values, with_defaults
from engine.schema import ddl, migrate
from engine.service import shipped_labels


def is_ready(database: Database) -> bool:
    """Whether the database is set up and at this program's revision."""
    with database.reading() as conn:
        return migrate.is_current(conn) and store.read_version(conn).catalog > 0 and accounts.has_users(conn)


def install(database: Database, catalogs: Path, locales: Path) -> list[str]:
    """Make everything that is not there yet; safe to run again. Returns the names of the entities made.

    Raises BadCatalog before anything is written.
    """
    definitions = definition.read(catalogs)
    with migrate.exclusive(database), database.writing() as conn:
        migrate.upgrade(conn)
        languages.seed(conn)
        held = store.load(conn)
        if held.entities and shipped_labels.refresh(conn, held, locales):
            store.bump_version(conn)
            store.bump_version(conn, dictionaries=True)
        new = [one for one in definitions if one.entity.name not in held.entities]
        if not new:
            return []
        # Tables first: MariaDB commits with each. All that says they are there is written afterwards, as one transaction.
        coming = Catalog(held.version, {**held.entities, **{one.entity.name: one.entity for one in new}}, held.labels)
        ddl.create_tables(conn, coming, [one.entity.name for one in new])
        _describe(conn, new, locales)
    return [one.entity.name for one in new]


def _describe(conn: Connection, new: Sequence[Definition], locales: Path) -> None:
    """Write what the metadata says of new entities, their default rows and labels."""
    for one in new:
        store.save_entity(conn, one.entity)
    catalog = store.load(conn)
    for one in new:
        insert_rows(conn, catalog, one)
    shipped_labels.refresh(conn, catalog, locales, [one.entity.name for one in new])
    store.bump_version(conn)
    store.bump_version(conn, dictionaries=True)


def insert_rows(conn: Connection, catalog: Catalog, one: Definition) -> None:
    """Insert a dictionary's default rows, parents before children."""
    entity = catalog.entity(one.entity.name)
    table = tables(catalog)[entity.name]
    ids: dict[str, int] = {}
    now = datetime.now(UTC)
    for position, row in enumerate(one.rows, start=1):
        values = with_defaults(entity, _row_values(entity, row, ids, position))
        columns: dict[str, Any] = column_values(catalog, entity, values)
        columns |= {"version": 1, "created_at": now, "updated_at": now}
        if entity.is_dictionary:
            columns["row_key"] = row["key"]
        ids[row["key"]] = int(conn.execute(sa.insert(table).values(columns).returning(table.c.id)).scalar_one())


def _row_values(entity: Entity, row: Mapping[str, Json], ids: Mapping[str, int], position: int) -> dict[str, Json]:
    values = {name: value for name, value in row.items() if name != "key"}
    if entity.tree and values.get(entity.tree):
        values[entity.tree] = ids[values[entity.tree]]
    if "position" in entity.by_name:
        values.setdefault("position", position * 10)
    return values


def make_administrator(database: Database, password: str | None) -> str | None:
    """Make the first user, `admin`, if there is none. Returns the password when one had to be made up."""
    with migrate.exclusive(database), database.writing() as conn:
        if accounts.has_users(conn):
            return None
        chosen = password or secrets.token_urlsafe(9)
        accounts.add_user(conn, "admin", chosen, "administrator", name="Administrator")
    return None if password else chosen


def answers(database: Database) -> bool:
    """Whether the database answers and is set up."""
    try:
        return is_ready(database)
    except (DBAPIError, Unavailable):
        return False
