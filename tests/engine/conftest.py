"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest

from engine.metadata import rows, store
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.rows import Dictionaries
from engine.query.values import Scope
from engine.schema import migrate
from tests.databases import Databases
from tests.engine.making import a_scope

Made = TypeVar("Made")


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


class Once:
    """Makes something for all tests of a module that run on one database system, and takes it down at the end."""

    def __init__(self, kept: ExitStack) -> None:
        self._kept = kept
        self._held: dict[str, Any] = {}

    def __call__(self, backend: str, make: Callable[[ExitStack], Made]) -> Made:
        """What was made for this system; `make` enters contexts that end with the module."""
        if backend not in self._held:
            self._held[backend] = make(self._kept)
        found: Made = self._held[backend]
        return found


@pytest.fixture(scope="module")
def once() -> Iterator[Once]:
    """Makes something once for each database system."""
    with ExitStack() as kept:
        yield Once(kept)


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
