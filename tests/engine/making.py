"""Entities for tests, made without a catalog file, and their tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import babel

from engine.metadata.database import Database
from engine.metadata.model import Catalog, Entity, Field, Group, Json
from engine.metadata.physical import extension_name, linked
from engine.metadata.rows import Dictionaries
from engine.metadata.store import Version
from engine.metadata.types import Region
from engine.query.values import Scope
from engine.schema import ddl

CHINESE = Region(babel.Locale.parse("zh_Hans_CN"), ZoneInfo("Asia/Shanghai"))
ENGLISH = Region(babel.Locale.parse("en"), ZoneInfo("UTC"))
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
_GROUP = Group("basic", "Basic", 0, True)
_numbers = count(1)


def a_field(name: str, kind: str = "text", options: dict[str, Json] | None = None, **told: Any) -> Field:
    """A field of the entity that `an_entity` puts it into."""
    return Field(
        id=name, entity="", name=name, type=kind, group="basic", label=name.capitalize(), position=0,
        table="", column=name, options=options or {}, **told,
    )  # fmt: skip


def an_entity(*fields: Field, name: str = "", title: str = "", **told: Any) -> Entity:
    """An entity of one group; its name is new unless it is given."""
    name = name or f"thing_{next(_numbers)}"
    placed = tuple(_placed(one, name, place) for place, one in enumerate(fields))
    shape: dict[str, Any] = {"kind": "card", "icon": "file", "position": 0, **told}
    return Entity(name=name, label=name, plural=name, title=title or fields[0].name, groups=(_GROUP,), fields=placed, **shape)


def _placed(one: Field, entity: str, place: int) -> Field:
    return replace(one, id=f"{entity}.{one.name}", entity=entity, table=entity, position=place)


def beside(entity: Entity, *names: str, number: int = 1) -> Entity:
    """The entity with these fields in an extension table."""
    table = extension_name(entity.table, number)
    return replace(entity, fields=tuple(replace(one, table=table) if one.name in names else one for one in entity.fields))


def a_catalog(*entities: Entity) -> Catalog:
    """A catalog of these entities and nothing else."""
    return Catalog(1, {one.name: one for one in entities}, {"en": {}})


@contextmanager
def made(database: Database, *entities: Entity) -> Iterator[Catalog]:
    """The catalog of these entities, with their tables in the database for as long as it is used."""
    catalog = a_catalog(*entities)
    with database.writing() as conn:
        ddl.create_tables(conn, catalog, list(catalog.entities))
    try:
        yield catalog
    finally:
        with database.writing() as conn:
            made_here: Sequence[Any] = list(linked(catalog).values())
            made_here[0].metadata.drop_all(conn, tables=made_here)


def a_scope(
    region: Region = ENGLISH,
    *,
    now: datetime = NOW,
    person: int | None = None,
    dictionaries: Dictionaries | None = None,
    record: Mapping[str, Json] | None = None,
) -> Scope:
    """How conditions are read by somebody."""
    return Scope(dictionaries or Dictionaries(Version(0, 0), {}), region, now, person, record)
