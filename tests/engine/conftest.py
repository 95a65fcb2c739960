"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.rows import Dictionaries
from engine.query.values import Scope
from engine.schema import migrate
from tests.databases import Databases
from tests.engine.making import a_scope


@pytest.fixture(scope="session")
def workshops(databases: Databases) -> Mapping[str, Database]:
    """Databases with the fixed tables only, by system, each made when it is first asked for."""

    class Workshops(dict[str, Database]):
        def __missing__(self, backend: str) -> Database:
            self[backend] = databases.empty(backend)
            with self[backend].writing() as conn:
                migrate.upgrade(conn)
            return self[backend]

    return Workshops()


@pytest.fixture
def workshop(workshops: Mapping[str, Database], backend: str) -> Database:
    """A database in which tests make tables of their own, with `making.made`."""
    return workshops[backend]


@pytest.fixture
def shared_catalog(shared_database: Database) -> Catalog:
    """The shipped catalog, as the shared database holds it."""
    with shared_database.reading() as conn:
        return store.load(conn)


@pytest.fixture
def shared_rows(shared_database: Database, shared_catalog: Catalog) -> Dictionaries:
    """The shipped dictionary rows."""
    with shared_database.reading() as conn:
        return rows.load(conn, shared_catalog, store.read_version(conn))


@pytest.fixture
def shared_scope(shared_rows: Dictionaries) -> Scope:
    """How a reader's conditions are read in the shared database."""
    return a_scope(dictionaries=shared_rows)
