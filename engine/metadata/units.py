"""Everything of the metadata that has a label, as translators take it: key, source text, and what to know about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.metadata.model import SOURCE_LANGUAGE, Catalog, Entity, Field, Group
from engine.metadata.rows import Dictionaries, RowSet, row_label_key
from engine.metadata.types import TYPES

LONGEST_KEY = 190
"""What the table of labels holds: a longer key can be made of the longest names only, and stays in English."""
LABEL, TEXT, LONG = 120, 500, 2_000
"""The longest label, hint in a control, and help text."""
ROOM = {"half": 40, "full": 80}
"""How many columns of Latin letters stand in one line over a control."""
HEADING = 40


@dataclass(frozen=True, slots=True)
class Unit:
    """One text to translate; the forms of one that counts are joined by `FORM_MARK`. `room` is what fits in one line."""

    key: str
    source: str
    kind: str
    limit: int
    room: int = 0
    entity: str = ""
    group: str = ""
    field: str = ""
    type: str = ""
    comment: str = ""
    places: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        """What the unit belongs to in counts: an entity, or the program itself."""
        return self.entity or "ui"


def units(catalog: Catalog, rows: Dictionaries) -> Iterator[Unit]:
    """Every label of the metadata in the order of cards: what has no English text has no label to translate."""
    for entity in catalog.entities.values():
        yield from (one for one in _of_entity(catalog, entity, rows.of(entity.name)) if one.source and len(one.key) <= LONGEST_KEY)


def _source(catalog: Catalog, key: str, written: str) -> str:
    return catalog.labels.get(SOURCE_LANGUAGE, {}).get(key) or written


def _of_entity(catalog: Catalog, entity: Entity, rows: RowSet | None) -> Iterator[Unit]:
    name = entity.name
    for what in ("label", "plural"):
        key = f"entity.{name}.{what}"
        yield Unit(key, _source(catalog, key, getattr(entity, what)), f"entity {what}", LABEL, HEADING, name)
    for group in entity.groups:
        key = f"group.{name}.{group.name}.label"
        yield Unit(key, _source(catalog, key, group.label), "heading", LABEL, HEADING, name, group.name)
        for field in (one for one in (*entity.fields, *entity.retired) if one.group == group.name):
            yield from _of_field(catalog, group, field)
    if rows is not None:
        yield from _of_rows(entity, rows)


def _of_field(catalog: Catalog, group: Group, field: Field) -> Iterator[Unit]:
    told: dict[str, Any] = {"entity": field.entity, "group": group.name, "field": field.name, "type": field.type}
    room = ROOM.get(field.width, HEADING)
    for what, limit, line in (("label", LABEL, room), ("help", LONG, 0), ("placeholder", TEXT, room)):
        key = f"{field.key}.{what}"
        yield Unit(key, _source(catalog, key, getattr(field, what)), what, limit, line, **told)
    for choice in field.options.get("choices", ()):
        key = f"{field.key}.choice.{choice['value']}"
        yield Unit(key, _source(catalog, key, choice["label"]), "choice", LABEL, room, **told)
    for step in field.options.get("lifecycle", {}).get("steps", ()):
        key = f"{field.key}.step.{step['name']}"
        yield Unit(key, _source(catalog, key, step["label"]), "step", LABEL, HEADING, **told)
        yield Unit(f"{key}.because", _source(catalog, f"{key}.because", step.get("because", "")), "reason", LONG, 0, **told)


def _of_rows(entity: Entity, rows: RowSet) -> Iterator[Unit]:
    fields = [one for one in entity.fields if one.options.get("translatable") and not TYPES[one.type].refers]
    for row, _ in rows.ordered:
        for field in fields:
            key = row_label_key(entity.name, row.key, row.id, field.name)
            limit = int(field.options.get("max_length", TEXT))
            source = row.text(field.name, (SOURCE_LANGUAGE,))
            yield Unit(key, source, "row", limit, 0, entity.name, field.group, field.name, field.type)
