"""Sample data: the customer module's invented customers, stored as if somebody had typed them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection

from crm.samples import SampleCustomer, SampleRow, sample_customers, sample_lists
from engine.metadata import rows as dictionaries
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.rows import Dictionaries, row_label_key
from engine.metadata.types import TYPES
from engine.records import read, write
from engine.service import shipped_labels


def load(database: Database, count: int = 240) -> int:
    """Store the samples where there is no customer yet, in one transaction. Returns how many customers were made."""
    with database.writing() as conn:
        catalog = store.load(conn)
        if read.total(conn, catalog, catalog.entity("customer")):
            return 0
        for name, entries in sample_lists():
            _insert_rows(conn, catalog, catalog.entity(name), entries)
        store.bump_version(conn, "dictionaries")
        return _insert_customers(conn, catalog, sample_customers(count))


def _known_rows(conn: Connection, catalog: Catalog) -> Dictionaries:
    return dictionaries.load(conn, catalog, store.read_version(conn))


def _with_ids(entity: Entity, values: Mapping[str, Json], rows: Dictionaries) -> dict[str, Json]:
    """The values with the ids of dictionary rows in the place of their keys."""
    found = dict(values)
    for name, value in values.items():
        one = entity.by_name[name]
        kept = rows.of(one.target or "")
        if TYPES[one.type].refers and kept is not None and isinstance(value, str):
            found[name] = kept.by_key[value]
    return found


def _insert_rows(conn: Connection, catalog: Catalog, entity: Entity, samples: Iterable[SampleRow]) -> None:
    rows, now, keys = _known_rows(conn, catalog), datetime.now(UTC), set[str]()
    for place, sample in enumerate(samples, start=100):
        values = write.with_defaults(entity, {"position": place * 10, **_with_ids(entity, sample.values, rows)})
        row = write.column_values(catalog, entity, values) | {"row_key": sample.key, "version": 1, "created_at": now, "updated_at": now}
        write.insert_row(conn, catalog, entity, row)
        for language, texts in sample.texts.items():
            named = [(row_label_key(entity.name, sample.key, 0, name), str(sample.values[name]), text) for name, text in texts.items()]
            store.save_labels(conn, language, named, origin="own")
            keys |= {key for key, _, _ in named}
    if keys:  # found by their names in every language, as other entries are
        shipped_labels.fold_translations(conn, catalog, keys)


def _insert_customers(conn: Connection, catalog: Catalog, samples: Iterable[SampleCustomer]) -> int:
    rows = _known_rows(conn, catalog)
    customer, contact, address = (catalog.entity(name) for name in ("customer", "contact", "address"))
    ids: list[int] = []
    contacts: list[dict[str, Json]] = []
    addresses: list[tuple[int, int | None, dict[str, Json]]] = []
    for sample in samples:
        values = _with_ids(customer, sample.customer, rows)
        for name in ("agent", "parent"):
            if name in values:
                values[name] = ids[values[name]]
        ids.append(write.insert(conn, catalog, customer, values, by=None))
        first = len(contacts)
        contacts += [write.with_defaults(contact, {**_with_ids(contact, one, rows), "customer": ids[-1]}) for one in sample.contacts]
        for one in sample.addresses:
            told = {**_with_ids(address, {k: v for k, v in one.items() if k != "contact"}, rows), "customer": ids[-1]}
            addresses.append((ids[-1], first + int(one["contact"]) if "contact" in one else None, told))
    contact_ids = write.insert_many(conn, catalog, contact, contacts, by=None)
    located = [{**told, "contact": contact_ids[at]} if at is not None else told for _, at, told in addresses]
    write.insert_many(conn, catalog, address, located, by=None)
    return len(ids)
