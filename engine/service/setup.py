"""Set-up: fixed tables, shipped catalogs as metadata, record tables, default rows, labels, the first administrator."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine import accounts
from engine.errors import Unavailable
from engine.i18n import languages
from engine.metadata import definition, store
from engine.metadata import tables as t
from engine.metadata.database import Database
from engine.metadata.definition import Definition
from engine.metadata.model import Catalog
from engine.schema import ddl, migrate
from engine.service import shipped_labels, shipped_rows, starts, upgrading


def _nobody(line: str) -> None:
    """Hears what nobody needs to hear."""


def has_tables(database: Database) -> bool:
    """Whether the program's own tables are there, of whichever revision."""
    with database.reading() as conn:
        return sa.inspect(conn).has_table(t.VERSION.name)


def is_of_this_version(database: Database) -> bool:
    """Whether the program's own tables are there, at this program's revision."""
    with database.reading() as conn:
        return migrate.is_current(conn)


def is_ready(database: Database) -> bool:
    """Whether the database is set up and at this program's revision."""
    with database.reading() as conn:
        return migrate.is_current(conn) and store.read_version(conn).catalog > 0 and accounts.has_users(conn)


def install(database: Database, catalogs: Path, locales: Path, told: upgrading.Told = _nobody) -> list[str]:
    """Make everything that is not there yet, take over what this version ships anew; safe to run again.

    Returns the names of the entities made. `told` hears what an upgrade changes. Raises BadCatalog before anything is
    written, and what stops a change of the metadata.
    """
    definitions = definition.read(catalogs)
    with migrate.exclusive(database):
        with database.writing() as conn:
            migrate.upgrade(conn)
            languages.seed(conn)
            held = store.load(conn)
            if not held.entities:
                _first_time(conn, definitions, locales)
                return [one.entity.name for one in definitions]
        changed = upgrading.take_over(database, definitions, told)
        with database.writing() as conn:
            _upgraded(conn, definitions, locales, changed, told)
    return [name for name in changed if name not in held.entities]


def _first_time(conn: Connection, definitions: Sequence[Definition], locales: Path) -> None:
    # Tables first: MariaDB commits with each. All that says they are there is written afterwards, as one transaction.
    coming = Catalog(0, {one.entity.name: one.entity for one in definitions}, {})
    ddl.create_tables(conn, coming, list(coming.entities))
    for one in definitions:
        store.save_entity(conn, one.entity)
    catalog = store.load(conn)
    for one in definitions:
        shipped_rows.insert(conn, catalog, one, one.rows)
    shipped_labels.refresh(conn, catalog, locales, list(coming.entities))
    upgrading.remember(conn, definitions)
    store.bump_version(conn)
    store.bump_version(conn, "dictionaries")


def _upgraded(conn: Connection, definitions: Sequence[Definition], locales: Path, changed: Sequence[str], told: upgrading.Told) -> None:
    """Rows and labels that are shipped anew; then what is shipped now is the base of the next upgrade."""
    catalog, before = store.load(conn), upgrading.remembered(conn)
    count = shipped_labels.refresh(conn, catalog, locales)
    count += shipped_rows.give_keys(conn, catalog)
    if changed:
        count += shipped_labels.refresh(conn, catalog, locales, changed)
    for one in definitions:
        base = before.get(one.entity.name)
        rows = shipped_rows.new(conn, catalog, one, base)
        shipped_rows.insert(conn, catalog, one, rows)
        count += len(rows) + shipped_rows.change(conn, catalog, one, base, told)
    starts.give(conn, catalog)  # the states have just arrived
    upgrading.remember(conn, definitions)
    if count:
        shipped_labels.fold_translations(conn, catalog)
        store.bump_version(conn)
        store.bump_version(conn, "dictionaries")


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
