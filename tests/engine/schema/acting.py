"""What tests of published changes do and ask, on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog
from engine.metadata.physical import tables
from engine.query import page, tree
from engine.records import read, write
from engine.schema import actual, journal, operation
from engine.schema.apply import Applied
from engine.schema.operation import Operation
from engine.schema.ops import JOURNALLED, AddField
from tests.engine.making import a_scope

NOTE = AddField("customer", "c_note", "text", "basic", "Note")
Publish = Callable[..., Applied]


def catalog_of(database: Database) -> Catalog:
    with database.reading() as conn:
        return store.load(conn)


def save(database: Database, **values: Any) -> int:
    with database.writing() as conn:
        catalog = store.load(conn)
        return write.insert(conn, catalog, catalog.entity("customer"), {"name": "ACME", **values}, by=None)


def change(database: Database, id: int, **values: Any) -> None:
    with database.writing() as conn:
        catalog = store.load(conn)
        entity = catalog.entity("customer")
        write.update(conn, catalog, entity, read.fetch(conn, catalog, entity, id, lock=True), values, by=None)


def taken_back(database: Database, change: int) -> tuple[Operation, ...]:
    """The operations that the journal keeps for taking a change back."""
    with database.reading() as conn:
        told = journal.read_change(conn, change)
    assert told
    return operation.read(told.reverses, JOURNALLED)


def values_of(database: Database, id: int) -> dict[str, Any]:
    with database.reading() as conn:
        catalog = store.load(conn)
        return dict(read.fetch(conn, catalog, catalog.entity("customer"), id).values)


def found(database: Database, name: str, operator: str, value: str) -> list[int]:
    """The ids that a search finds."""
    with database.reading() as conn:
        catalog = store.load(conn)
        entity = catalog.entity("customer")
        query = tree.parse([(f"filter[{name}][{operator}]", value)], entity)
        return sorted(page.read(conn, catalog, entity, query, a_scope()).ids)


def in_step(database: Database) -> None:
    """Metadata and database say the same, and the journal is whole (I1, I2, I3)."""
    with database.reading() as conn:
        catalog = store.load(conn)
        for name, table in tables(catalog).items():
            assert set(actual.columns(conn, name)) == set(table.columns.keys()), name
        assert journal.open_one(conn) is None
        journal.check_chain(conn)
