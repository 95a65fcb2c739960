"""Narrow a field's options: only where no stored value would become wrong. What takes a widening back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Json
from engine.schema.editing import field_of, with_field
from engine.schema.operation import NAME, Finding, Operation
from engine.schema.ops.change_field import entity_field
from engine.schema.ops.common import definition_findings, merged, no_field, options_told


@dataclass(frozen=True, slots=True)
class NarrowField(Operation):
    """Other options for a field, whatever they are; planning counts the stored values that would become wrong, and refuses."""

    kind: ClassVar[str] = "narrow_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {"entity": NAME, "field": NAME, "options": {"type": "object", "minProperties": 1}}

    entity: str
    field: str
    options: Mapping[str, Json]

    def check(self, catalog: Catalog) -> list[Finding]:
        """The options must be right by themselves, and of the same kind of thing."""
        if found := no_field(catalog, self.entity, [self.field]):
            return found
        one = entity_field(catalog, self.entity, self.field)
        coming = merged(one.options, self.options)
        if one.options.get("entity") != coming.get("entity"):
            return [Finding("W1", "error", M_("“%(name)s” may not be changed.", name="entity"), self.entity, self.field)]
        return definition_findings(catalog, replace(one, options=coming))

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the other options."""
        return with_field(catalog, self.entity, self.field, lambda one: replace(one, options=merged(one.options, self.options)))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The former options."""
        held = entity_field(catalog, self.entity, self.field).options
        return (NarrowField(self.entity, self.field, {name: held.get(name) for name in self.options}),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        one = field_of(catalog, self.entity, self.field)
        told, label = options_told(one, self.options), one.label if one else self.field
        return M_("Set other options for “%(field)s” of “%(entity)s”: %(what)s.", field=label, entity=self.entity, what=told)
