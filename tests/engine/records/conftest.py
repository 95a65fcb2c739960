"""Customers and contacts in the shared database: each test makes its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from engine.metadata.database import Database
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.rows import Dictionaries
from engine.records import read, write
from engine.records.read import Record


@dataclass(frozen=True)
class Shop:
    """The shipped catalog in a database, and short ways to use it."""

    database: Database
    catalog: Catalog
    rows: Dictionaries

    @property
    def customer(self) -> Entity:
        """The customer card."""
        return self.catalog.entity("customer")

    @property
    def contact(self) -> Entity:
        """The contact card."""
        return self.catalog.entity("contact")

    @property
    def address(self) -> Entity:
        """The address card."""
        return self.catalog.entity("address")

    def row(self, entity: str, key: str = "") -> int:
        """The id of a shipped row; without a key, of the first."""
        found = self.rows.sets[entity].by_key
        return found[key] if key else next(iter(found.values()))

    def add(self, entity: Entity, by: int | None = None, **values: Json) -> Record:
        """A new record, as it is read afterwards."""
        with self.database.writing() as conn:
            id = write.insert(conn, self.catalog, entity, values, by=by)
            return read.fetch(conn, self.catalog, entity, id)

    def get(self, entity: Entity, id: int) -> Record:
        """A record as it is now."""
        with self.database.reading() as conn:
            return read.fetch(conn, self.catalog, entity, id)

    def change(self, entity: Entity, record: Record, **values: Json) -> Record:
        """Change a record that was read before."""
        with self.database.writing() as conn:
            write.update(conn, self.catalog, entity, record, values, by=None)
        return self.get(entity, record.id)

    def delete(self, *doomed: tuple[Entity, int]) -> str:
        """Delete records as one act."""
        with self.database.writing() as conn:
            return write.delete(conn, self.catalog, doomed, by=None)

    def reading(self, function: Callable[[Connection], Json]) -> Json:
        """What a function sees in the database."""
        with self.database.reading() as conn:
            return function(conn)


@pytest.fixture
def shop(shared_database: Database, shared_catalog: Catalog, shared_rows: Dictionaries) -> Shop:
    """The shipped catalog in a database."""
    return Shop(shared_database, shared_catalog, shared_rows)
