"""The model that random changes are held against, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from engine.metadata.database import Database
from engine.metadata.folding import fold
from engine.metadata.model import Catalog, Field, Json
from engine.metadata.physical import folded_column, is_folded, tables
from engine.records import read


@dataclass
class Model:
    """What an administrator thinks is there."""

    groups: dict[str, list[str]] = field(default_factory=lambda: {"basic": ["name"]})
    kinds: dict[str, str] = field(default_factory=lambda: {"name": "text"})
    searchable: set[str] = field(default_factory=lambda: {"name"})
    retired: set[str] = field(default_factory=set)
    purged: set[str] = field(default_factory=set)
    length: dict[str, int] = field(default_factory=dict)
    records: dict[int, dict[str, Json]] = field(default_factory=dict)

    @property
    def own(self) -> list[str]:
        """The fields in force that may be changed."""
        return sorted(name for names in self.groups.values() for name in names if name != "name")

    def place(self, names: list[str], group: str, before: str | None = None) -> None:
        """Put fields into a group."""
        self.take(*names)
        held = self.groups[group]
        at = held.index(before) if before else len(held)
        held[at:at] = names

    def arrange(self, name: str, before: str | None) -> None:
        """Put a group before another one, or at the end."""
        rest = {one: names for one, names in self.groups.items() if one != name}
        held = self.groups.get(name, [])
        order = list(rest)
        order.insert(order.index(before) if before else len(order), name)
        self.groups = {one: rest.get(one, held) for one in order}

    def take(self, *names: str) -> None:
        """Take fields off the card."""
        for held in self.groups.values():
            held[:] = [one for one in held if one not in names]


def values_agree(database: Database, catalog: Catalog, name: str, records: Mapping[int, Mapping[str, Json]]) -> None:
    """Every value ever stored is there, and found by its folded text."""
    entity = catalog.entity(name)
    whole = replace(entity, fields=entity.stored)
    with database.reading() as conn:
        found = {one.id: dict(one.values) for one in read.fetch_many(conn, catalog, whole, sorted(records))}
        folded = {one.name: _folded(conn, catalog, one) for one in entity.stored if one.type == "text" and is_folded(catalog, one)}
    assert found == records
    for field_name, texts in folded.items():
        assert texts == {id: fold(values[field_name]) if field_name in values else None for id, values in records.items()}


def plain(catalog: Catalog) -> tuple[object, ...]:
    """A catalog as values that can be compared."""
    entities = [
        {name: tuple(vars(entity)[name]) if isinstance(vars(entity)[name], tuple) else vars(entity)[name] for name in entity.__dataclass_fields__}
        for entity in sorted(catalog.stored, key=lambda one: one.name)
    ]
    labels = {language: dict(texts) for language, texts in catalog.labels.items() if texts}
    return catalog.version, entities, sorted(catalog.retired), labels, sorted(catalog.spent)


def _folded(conn: sa.Connection, catalog: Catalog, one: Field) -> dict[int, str | None]:
    table = tables(catalog)[one.table]
    return {row[0]: row[1] for row in conn.execute(sa.select(table.c.id, table.c[folded_column(one)]))}


@contextmanager
def recorded() -> Iterator[list[str]]:
    """All DDL that runs within, but for what the fixed tables need."""
    ran: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("ALTER", "CREATE", "DROP")):
            ran.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(Engine, "before_cursor_execute", note)
