"""Retire, restore and purge a field: hidden with its data kept, brought back, gone for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.schema.dependents import Dependent, of_field, of_retired
from engine.schema.editing import field_named, group_named, ordered, with_entity, without_labels
from engine.schema.operation import NAME, Finding, Operation
from engine.schema.ops.change_field import entity_field
from engine.schema.ops.common import definition_findings, no_field

_ARGUMENTS: Mapping[str, Mapping[str, Json]] = {"entity": NAME, "field": NAME}


@dataclass(frozen=True, slots=True)
class RetireField(Operation):
    """Hide a custom field everywhere: forms, lists, search, API, export. Column, values, labels and rules stay."""

    kind: ClassVar[str] = "retire_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ARGUMENTS

    entity: str
    field: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """Only what administrators made, and nothing that another field's rule leans on."""
        if found := no_field(catalog, self.entity, [self.field]):
            return found
        one = entity_field(catalog, self.entity, self.field)
        if one.system:
            told = M_("“%(label)s” is a system field. It can be hidden (enabled: no), not retired.", label=one.label)
            return [Finding("S1", "error", told, self.entity, self.field)]
        if one.copies_to:
            return [Finding("C2", "error", M_("“%(label)s” is being converted.", label=one.label), self.entity, self.field)]
        return [leaning(catalog, one, other) for other in of_field(catalog, catalog.entities[self.entity], one)]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the field among the retired ones."""
        entity = catalog.entities[self.entity]
        gone = replace(entity_field(catalog, self.entity, self.field), state="retired")
        rest = tuple(one for one in entity.fields if one.name != self.field)
        return with_entity(catalog, replace(entity, fields=rest, retired=(*entity.retired, gone)))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Restored."""
        return (RestoreField(self.entity, self.field),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Retire “%(label)s” of “%(entity)s”: hidden, its values kept.", label=_label(catalog, self), entity=self.entity)


@dataclass(frozen=True, slots=True)
class RestoreField(Operation):
    """Bring a retired field back to its place, with its values, labels and rules."""

    kind: ClassVar[str] = "restore_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ARGUMENTS

    entity: str
    field: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """What it refers to must still be there; where its group is gone it comes to the last one."""
        if found := no_field(catalog, self.entity, [self.field], retired=True):
            return found
        entity = catalog.entities[self.entity]
        one = next(f for f in entity.retired if f.name == self.field)
        found = definition_findings(catalog, one)
        if not group_named(entity, one.group):
            told = M_("Its group “%(group)s” is gone; it comes to “%(to)s”.", group=one.group, to=entity.groups[-1].label)
            found.append(Finding("G1", "note", told, self.entity, self.field))
        return found + _no_way_on(entity, one)

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the field in force again."""
        entity = catalog.entities[self.entity]
        back = next(one for one in entity.retired if one.name == self.field)
        group = back.group if group_named(entity, back.group) else entity.groups[-1].name
        back = replace(back, state="active", group=group, copies_to=None, copies_in="")
        retired = tuple(one for one in entity.retired if one.name != self.field)
        fields = sorted([*entity.fields, back], key=lambda one: (one.position, one.name == back.name))
        return with_entity(catalog, ordered(replace(entity, retired=retired), fields))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Retired."""
        return (RetireField(self.entity, self.field),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Restore “%(label)s” of “%(entity)s” with its values.", label=_label(catalog, self), entity=self.entity)


@dataclass(frozen=True, slots=True)
class PurgeField(Operation):
    """Drop a retired field with all its values, after they were exported. Its name is never given again."""

    kind: ClassVar[str] = "purge_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ARGUMENTS

    entity: str
    field: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """Only a retired field; always to be confirmed by name. One that was converted takes the way to the new one with it."""
        if found := no_field(catalog, self.entity, [self.field], retired=True):
            return found
        entity = catalog.entities[self.entity]
        gone = next(one for one in entity.retired if one.name == self.field)
        told = M_("All values of “%(label)s” are exported and then deleted for good. This cannot be undone.", label=gone.label)
        asked = [_leaning_retired(gone, other) for other in of_retired(catalog, entity, gone)]
        return [Finding("D1", "confirm", told, self.entity, self.field), *_no_way_on(entity, gone), *asked]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """Without the field and its labels; its name is spent."""
        entity = catalog.entities[self.entity]
        gone = next(one for one in entity.retired if one.name == self.field)
        catalog = with_entity(catalog, replace(entity, retired=tuple(one for one in entity.retired if one.name != self.field)))
        catalog = replace(catalog, spent=catalog.spent | {(self.entity, self.field)})
        return without_labels(catalog, gone.key)

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """None: the values are gone."""
        return None

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Purge “%(label)s” of “%(entity)s”: its values are deleted for good.", label=_label(catalog, self), entity=self.entity)


def _label(catalog: Catalog, operation: RetireField | RestoreField | PurgeField) -> str:
    entity = catalog.entities.get(operation.entity)
    held: Field | None = field_named((*entity.fields, *entity.retired), operation.field) if entity else None
    return held.label if held else operation.field


def leaning(catalog: Catalog, one: Field, other: Dependent) -> Finding:
    """The finding for something that leans on a field."""
    place = other.field or other.group or other.entity
    told = M_("“%(label)s” is used by “%(place)s” of “%(entity)s” (%(what)s); change that first.",
              label=one.label, place=place, entity=other.entity, what=other.what)  # fmt: skip
    return Finding("X1", "error", told, one.entity, one.name)


def _leaning_retired(one: Field, other: Dependent) -> Finding:
    told = M_("“%(label)s” is used by “%(place)s” of “%(entity)s” (%(what)s), which is retired and could not come back without it. Purge that first, "
              "or restore both and change it.", label=one.label, place=other.field, entity=other.entity, what=other.what)  # fmt: skip
    return Finding("X1", "error", told, one.entity, one.name)


def _no_way_on(entity: Entity, source: Field) -> list[Finding]:
    """What it means that a field which was converted no longer leads to the new one: it is in force again itself, or gone."""
    made = next((one for one in entity.stored if one.id == source.copies_to), None)
    if made is None:
        return []
    told = M_(
        "Records that were deleted before “%(label)s” was converted to “%(made)s” (%(name)s) will come back without its value if they are restored.",
        label=source.label, made=made.label, name=made.name,
    )  # fmt: skip
    return [Finding("D4", "warning", told, entity.name, source.name)]
