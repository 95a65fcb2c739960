"""A field whose column has vanished is set aside, and taken back when the column is there again. Only the program itself does either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.schema.editing import field_named, group_named, ordered, with_entity
from engine.schema.operation import NAME, Finding, Operation
from engine.schema.ops.common import no_entity, structural

_ARGUMENTS: Mapping[str, Mapping[str, Json]] = {"entity": NAME, "field": NAME}


def _same(one: Field, other: Field) -> bool:
    return (one.table, one.column) == (other.table, other.column)


@dataclass(frozen=True, slots=True)
class QuarantineField(Operation):
    """Hide a field that has no column any more, on every card where it stands; its definition and labels stay."""

    kind: ClassVar[str] = "quarantine_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ARGUMENTS

    entity: str
    field: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """A field in force that the program can do without."""
        if found := no_entity(catalog, self.entity):
            return found
        entity = catalog.entities[self.entity]
        one = field_named(entity.fields, self.field)
        if one is None:
            return [Finding("N0", "error", M_("“%(entity)s” has no field “%(name)s”.", entity=self.entity, name=self.field), self.entity, self.field)]
        if structural(entity, one, catalog):
            told = M_("“%(label)s” cannot be hidden: records are named or tied together by it.", label=one.label)
            return [Finding("S1", "error", told, self.entity, self.field)]
        return []

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the field among the missing ones, wherever its column stands on a card."""
        gone = next(one for one in catalog.entities[self.entity].fields if one.name == self.field)
        for entity in catalog.entities.values():
            lost = tuple(replace(one, state="missing") for one in entity.fields if _same(one, gone))
            if lost:
                rest = tuple(one for one in entity.fields if not _same(one, gone))
                catalog = with_entity(catalog, replace(entity, fields=rest, missing=(*entity.missing, *lost)))
        return catalog

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Taken back, with an empty column."""
        return (ReviveField(self.entity, self.field),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Set “%(field)s” of “%(entity)s” aside: its column is gone from the database.", field=self.field, entity=self.entity)


@dataclass(frozen=True, slots=True)
class ReviveField(Operation):
    """Take a field back that was set aside: with the column that is there again, else with a new and empty one."""

    kind: ClassVar[str] = "revive_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ARGUMENTS

    entity: str
    field: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """It must have been set aside."""
        if found := no_entity(catalog, self.entity):
            return found
        if field_named(catalog.entities[self.entity].missing, self.field):
            return []
        told = M_("“%(name)s” of “%(entity)s” was not set aside.", name=self.field, entity=self.entity)
        return [Finding("N0", "error", told, self.entity, self.field)]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the field in its place again."""
        back = next(one for one in catalog.entities[self.entity].missing if one.name == self.field)
        for entity in catalog.entities.values():
            found = [_placed(entity, one) for one in entity.missing if _same(one, back)]
            if found:
                rest = tuple(one for one in entity.missing if not _same(one, back))
                fields = sorted([*entity.fields, *found], key=lambda one: one.position)
                catalog = with_entity(catalog, ordered(replace(entity, missing=rest), fields))
        return catalog

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """None: a column that is there is not hidden in this way."""
        return None

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Take “%(field)s” of “%(entity)s” back, with a column of its own.", field=self.field, entity=self.entity)


def _placed(entity: Entity, one: Field) -> Field:
    return replace(one, state="active", group=one.group if group_named(entity, one.group) else entity.groups[-1].name)
