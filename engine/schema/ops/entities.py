"""Add, change, retire, restore and purge an entity: an own dictionary or card, with a table of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from engine.errors import BadCatalog
from engine.messages import M_, Message
from engine.metadata import definition
from engine.metadata.model import Catalog, Entity, Json
from engine.schema.dependents import of_entity
from engine.schema.editing import with_entity, with_labels, without_entity, without_labels
from engine.schema.names import entity_clash
from engine.schema.operation import LABEL, NAME, Finding, Operation
from engine.schema.ops.common import PREFIX, no_entity

_ENTITY: Mapping[str, Mapping[str, Json]] = {"entity": NAME}


def _stems(name: str) -> tuple[str, ...]:
    return tuple(f"{kind}.{name}" for kind in ("entity", "group", "field", "row"))


@dataclass(frozen=True, slots=True)
class AddEntity(Operation):
    """A new entity. `definition` has the form of a field catalog; `labels` are language → label key → text."""

    kind: ClassVar[str] = "add_entity"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "definition": {"type": "object", "required": ["entity"], "properties": {"entity": NAME}},
        "labels": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}},
    }

    definition: Mapping[str, Json]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The entity's name."""
        return str(self.definition["entity"])

    def check(self, catalog: Catalog) -> list[Finding]:
        """The name must be new for ever, the definition right."""
        name = self.name
        if not name.startswith(PREFIX):
            told = M_("“%(name)s” cannot be the name of an own entity: it begins with “%(prefix)s”.", name=name, prefix=PREFIX)
            return [Finding("N1", "error", told, name)]
        if name in catalog.entities or name in catalog.retired or (name, "") in catalog.spent:
            told = M_("“%(name)s” is taken or was used before. A name is given only once, so that old data never stands for something new.", name=name)
            return [Finding("N1", "error", told, name)]
        if self.definition.get("rows"):
            return [Finding("F1", "error", M_("Entries are added once the entity is there."), name)]
        try:
            made = self._entity(catalog)
        except BadCatalog as error:
            return [Finding("F1", "error", M_("The definition is not right: %(what)s", what=error.what), name, error.field)]
        problem = entity_clash(catalog, made)
        return [Finding("N1", "error", problem, name)] if problem else []

    def _entity(self, catalog: Catalog) -> Entity:
        made = definition.read_one(self.definition, catalog.entities).entity
        groups = tuple(replace(one, system=False) for one in made.groups)
        fields = tuple(replace(one, system=False) for one in made.fields)
        last = max((one.position for one in catalog.stored), default=0)
        return replace(made, system=False, groups=groups, fields=fields, position=last + 1)

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the entity and its labels; its owner, if it has one, gets it as a part."""
        made = self._entity(catalog)
        if made.owner:
            owner = catalog.entities[made.owner]
            catalog = with_entity(catalog, replace(owner, parts=(*owner.parts, made.name)))
        texts: dict[str, dict[str, str | None]] = {language: dict(found) for language, found in self.labels.items()}
        return with_labels(with_entity(catalog, made), texts)

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Retired, so that no record is lost."""
        return (RetireEntity(self.name),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Add “%(label)s” (%(name)s) with a table of its own.", label=self.definition.get("label", self.name), name=self.name)


@dataclass(frozen=True, slots=True)
class ChangeEntity(Operation):
    """Another name or icon for an entity."""

    kind: ClassVar[str] = "change_entity"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME,
        "changes": {
            "type": "object",
            "minProperties": 1,
            "properties": {"label": LABEL, "plural": LABEL, "icon": {"type": "string", "pattern": "^[a-z0-9-]+$"}, "picker": {"type": "boolean"}},
            "additionalProperties": False,
        },
    }

    entity: str
    changes: Mapping[str, Json]

    def check(self, catalog: Catalog) -> list[Finding]:
        """The entity must be there."""
        return no_entity(catalog, self.entity)

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the changed entity."""
        changes: dict[str, Any] = dict(self.changes)
        return with_entity(catalog, replace(catalog.entities[self.entity], **changes))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The former values of what is changed."""
        held = catalog.entities[self.entity]
        return (ChangeEntity(self.entity, {name: getattr(held, name) for name in self.changes}),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        told = ", ".join(f"{name}: {value}" for name, value in self.changes.items())
        return M_("Change “%(entity)s”: %(what)s.", entity=self.entity, what=told)


@dataclass(frozen=True, slots=True)
class RetireEntity(Operation):
    """Hide an own entity everywhere; its table and records stay."""

    kind: ClassVar[str] = "retire_entity"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ENTITY

    entity: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """Only what administrators made, and nothing that a field refers to."""
        if found := no_entity(catalog, self.entity):
            return found
        held = catalog.entities[self.entity]
        if held.system:
            return [Finding("S1", "error", M_("“%(label)s” belongs to the program and stays.", label=held.label), self.entity)]
        leaning = (one for one in of_entity(catalog, self.entity) if one.what != "part" or held.owner != one.entity)
        return [_leaning(held, one.entity, one.field) for one in leaning]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the entity among the retired ones."""
        held = catalog.entities[self.entity]
        catalog = without_entity(catalog, self.entity)
        if held.owner:
            owner = catalog.entities[held.owner]
            catalog = with_entity(catalog, replace(owner, parts=tuple(one for one in owner.parts if one != held.name)))
        return replace(catalog, retired={**catalog.retired, held.name: held})

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Restored."""
        return (RestoreEntity(self.entity),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Retire “%(label)s”: hidden, its records kept.", label=_label(catalog, self.entity))


@dataclass(frozen=True, slots=True)
class RestoreEntity(Operation):
    """Bring a retired entity back with its records."""

    kind: ClassVar[str] = "restore_entity"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ENTITY

    entity: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """It must be retired, and what it belongs and refers to in force."""
        if found := _not_retired(catalog, self.entity):
            return found
        held = catalog.retired[self.entity]
        lost = [one for one in held.fields if one.target and one.target not in catalog.entities and one.target != held.name]
        return [
            Finding("F2", "error", M_("It refers to “%(target)s”, which does not exist.", target=one.target or ""), self.entity, one.name) for one in lost
        ]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the entity in force again."""
        held = catalog.retired[self.entity]
        catalog = with_entity(without_entity(catalog, self.entity), held)
        if held.owner:
            owner = catalog.entities[held.owner]
            catalog = with_entity(catalog, replace(owner, parts=(*owner.parts, held.name)))
        return catalog

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Retired."""
        return (RetireEntity(self.entity),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Restore “%(label)s” with its records.", label=_label(catalog, self.entity))


@dataclass(frozen=True, slots=True)
class PurgeEntity(Operation):
    """Drop a retired entity's table with all its records, after they were exported. Its name is never given again."""

    kind: ClassVar[str] = "purge_entity"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = _ENTITY

    entity: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """Only a retired one to which no stored field refers; always to be confirmed by name."""
        if found := _not_retired(catalog, self.entity):
            return found
        held = catalog.retired[self.entity]
        if leaning := of_entity(catalog, self.entity, stored=True):
            return [_leaning(held, one.entity, one.field) for one in leaning]
        told = M_("All records of “%(label)s” are exported and then deleted for good. This cannot be undone.", label=held.label)
        return [Finding("D1", "confirm", told, self.entity)]

    def apply_to(self, catalog: Catalog) -> Catalog:
        """Without the entity and its labels; its name is spent."""
        gone = without_labels(without_entity(catalog, self.entity), *_stems(self.entity))
        return replace(gone, spent=gone.spent | {(self.entity, "")})

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """None: the records are gone."""
        return None

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Purge “%(label)s”: its table and all its records are deleted for good.", label=_label(catalog, self.entity))


def _label(catalog: Catalog, name: str) -> str:
    held = catalog.entities.get(name) or catalog.retired.get(name)
    return held.label if held else name


def _not_retired(catalog: Catalog, name: str) -> list[Finding]:
    return [] if name in catalog.retired else [Finding("N0", "error", M_("There is no retired entity “%(name)s”.", name=name), name)]


def _leaning(held: Entity, entity: str, field: str) -> Finding:
    told = M_("“%(label)s” is used by “%(place)s” of “%(entity)s” (%(what)s); change that first.",
              label=held.label, place=field or entity, entity=entity, what="reference")  # fmt: skip
    return Finding("X1", "error", told, held.name)
