"""What must hold whenever no change of the metadata is under way, whatever happened before (I1–I8 of the plan)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.errors import BrokenJournal
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Json
from engine.metadata.physical import entity_of, tables, whole_tables
from engine.records import read, write
from engine.schema import actual, journal
from engine.schema.indexes import indexes
from engine.schema.statement import normal_type

OWN = "c_"
"""How the names of the entities begin that these tests make."""


def check(database: Database) -> Catalog:
    """The catalog, once everything about it was looked at. Raises AssertionError, which names all that is wrong."""
    with database.reading() as conn:
        catalog = store.load(conn)
        wrong = [
            *_open_changes(conn),
            *(f"the journal is broken: {error}" for error in _chain(conn)),
            *_between(catalog),
            *_tables(conn, catalog),
            *(told for entity in catalog.stored for table in whole_tables(catalog, entity) for told in _columns(conn, catalog, table)),
        ]
    assert not wrong, "\n".join(wrong)
    return catalog


def _open_changes(conn: Connection) -> list[str]:
    found = journal.open_one(conn)
    return [f"change {found.id} is still open: {found.state}"] if found else []


def _chain(conn: Connection) -> list[str]:
    try:
        journal.check_chain(conn)
    except BrokenJournal as error:
        return [str(error)]
    return []


def _between(catalog: Catalog) -> list[str]:
    """What is only there while values are being copied. A retired field goes on naming what it was converted to."""
    return [
        f"{one.id} was left {one.state}, copied to {one.copies_to}"
        for entity in catalog.stored
        for one in (*entity.stored, *entity.missing)
        if one.state in ("filling", "missing") or (one.copies_to and one.state != "retired")
    ]


def _tables(conn: Connection, catalog: Catalog) -> list[str]:
    own = {name for name in sa.inspect(conn).get_table_names() if name.startswith(OWN)}
    return [f"the table {name} belongs to no entity" for name in own - tables(catalog).keys()]


def _columns(conn: Connection, catalog: Catalog, table: sa.Table) -> list[str]:
    wanted = {column.name: normal_type(column.type.compile(conn.dialect)) for column in table.columns}
    held = dict(actual.columns(conn, table.name))
    wrong = [f"{table.name}.{name} has no column" for name in wanted.keys() - held.keys()]
    wrong += [f"{table.name}.{name} belongs to no field" for name in held.keys() - wanted.keys()]
    wrong += [
        f"{table.name}.{name} is {held[name]} and should be {wanted[name]}"
        for name in held.keys() & wanted.keys()
        if name.startswith(("c_", "s_c_")) and held[name] != wanted[name]
    ]
    trigrams = actual.trigrams(conn)
    entity = next(one for one in catalog.stored if one.name == entity_of(table.name))
    told = {str(one.name) for one in indexes(catalog, entity, table, conn.dialect.name, trigrams=trigrams)}
    made = {name for name in actual.indexes(conn, table.name) if name.startswith("ix_")}
    wrong += [f"{table.name} lacks the index {name}" for name in told - made]
    # An index for searching may outlive the searching of a field; one on a column that is gone may not.
    return wrong + [f"{name} was left half built" for name in actual.half_built(conn, table.name)]


def round_trip(database: Database, catalog: Catalog, entity: str, values: dict[str, Json]) -> int:
    """Store a record with every field there is, and read it back: nothing that is known may be without a column. Returns its id."""
    held = catalog.entity(entity)
    with database.writing() as conn:
        id = write.insert(conn, catalog, held, values, by=None)
    with database.reading() as conn:
        found = read.fetch(conn, catalog, held, id)
    assert {name: found.values.get(name) for name in values} == values
    return id
