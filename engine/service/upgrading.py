"""What a new version of the program ships, taken over as a change in the journal. What was changed here stays, and is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.errors import BadCatalog
from engine.metadata import definition, document, store
from engine.metadata import tables as t
from engine.metadata.database import Database
from engine.metadata.definition import Definition
from engine.metadata.model import Catalog, Entity, Json
from engine.schema import apply, journal, recover, running
from engine.schema.apply import Orders
from engine.schema.ops.take_over import TakeOver
from engine.schema.shipped import Shipped

AUTHOR = "Fieldloom"
_ALL = 1_000_000
Told = Callable[[str], None]


def take_over(database: Database, definitions: Sequence[Definition], told: Told) -> list[str]:
    """Publish what is shipped now and was not before. Returns the names of the entities it is about.

    Raises ChangeRefused, ChangeUnderWay, TableHeld; then nothing has changed.
    """
    recover.recover(database)
    with database.reading() as conn:
        catalog = store.load(conn)
        operations = wanted(catalog, definitions, bases(conn, catalog, definitions))
    if not operations:
        return []
    for one in operations:
        told(f"{one.describe(catalog)}")
    done = apply.publish(database, operations, Orders(author=AUTHOR, note="upgrade"))
    for finding in _findings(catalog, operations):
        told(f"  {finding}")
    for left in running.build_later(database, done.later):
        told(f"  left for “fieldloom schema repair --apply”: {left.sql}")
    return [one.entity for one in operations]


def _findings(catalog: Catalog, operations: Sequence[TakeOver]) -> list[str]:
    found = []
    for one in operations:
        found += [str(finding.message) for finding in one.check(catalog)]
        catalog = one.apply_to(catalog)
    return found


def wanted(catalog: Catalog, definitions: Sequence[Definition], held: Mapping[str, Json]) -> list[TakeOver]:
    """The operations that an upgrade needs, those first on whose columns others stand."""
    standing = {group.via.entity for one in definitions for group in one.entity.groups if group.via}
    found = []
    for one in sorted(definitions, key=lambda one: one.entity.name not in standing):
        operation = TakeOver(_bare(one.document), held.get(one.entity.name), one.entity.position)
        if operation.changes(catalog):
            catalog = operation.apply_to(catalog)
            found.append(operation)
    return found


def bases(conn: Connection, catalog: Catalog, definitions: Sequence[Definition]) -> dict[str, Json]:
    """What was shipped when each entity was last taken over.

    Where that was not kept yet: what is here, as long as the journal has no change of it; else what is shipped now, so
    that only what is new comes.
    """
    found = {name: _bare(told) for name, told in remembered(conn).items()}
    unknown = [one for one in definitions if one.entity.name not in found and one.entity.name in catalog.entities]
    changed = {told.get("entity") for change in journal.read_changes(conn, limit=_ALL) for told in change.operations} if unknown else set()
    for one in unknown:
        name = one.entity.name
        found[name] = _bare(one.document if name in changed else document.of_entity(catalog, catalog.entities[name]))
    return found


def _bare(told: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in told.items() if name not in ("rows", "labels")}


def remembered(conn: Connection) -> dict[str, Json]:
    """The shipped definitions as they were last taken over, rows included, by entity."""
    return {row.entity: json.loads(row.definition) for row in conn.execute(sa.select(t.SHIPPED))}


def shipped(conn: Connection, catalog: Catalog) -> Shipped:
    """What the program ships now, and what it shipped before as far as the journal's upgrades say."""
    now = {name: _bare(told) for name, told in remembered(conn).items()}
    olds: dict[str, list[Entity]] = {}
    for change in journal.read_changes(conn, limit=_ALL):
        for told in change.operations:
            if told["operation"] == TakeOver.kind:
                earlier = (one for one in (told["shipped"], told.get("base")) if one and one != now.get(one["entity"]))
                olds.setdefault(told["shipped"]["entity"], []).extend(_readable(earlier, catalog))
    return Shipped({one.name: one for one in _readable(now.values(), catalog)}, olds)


def _readable(documents: Iterable[Mapping[str, Json]], catalog: Catalog) -> Iterator[Entity]:
    """The entities of kept documents; what stood on a card that is no more is passed over."""
    for one in documents:
        with suppress(BadCatalog):
            yield definition.read_document(one, catalog.entities)


def remember(conn: Connection, definitions: Sequence[Definition]) -> None:
    """Keep what was taken over: the base of the next upgrade."""
    held = remembered(conn)
    for one in definitions:
        if held.get(one.entity.name) != one.document:
            conn.execute(sa.delete(t.SHIPPED).where(t.SHIPPED.c.entity == one.entity.name))
            text = json.dumps(one.document, ensure_ascii=False, sort_keys=True)
            conn.execute(sa.insert(t.SHIPPED).values(entity=one.entity.name, definition=text))
