"""Widen a field's options: longer texts, more digits, more choices. Values stay where they are: storage is wide already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Json
from engine.metadata.types import TYPES
from engine.schema.editing import field_of, with_field
from engine.schema.operation import NAME, Finding, Operation
from engine.schema.ops.change_field import entity_field
from engine.schema.ops.common import definition_findings, merged, no_field, options_told
from engine.schema.ops.narrow_field import NarrowField


@dataclass(frozen=True, slots=True)
class WidenField(Operation):
    """Other options for a field, such that every value that was right stays right. `options` are merged; null takes one away."""

    kind: ClassVar[str] = "widen_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {"entity": NAME, "field": NAME, "options": {"type": "object", "minProperties": 1}}

    entity: str
    field: str
    options: Mapping[str, Json]

    def check(self, catalog: Catalog) -> list[Finding]:
        """Only ever wider: what would make a stored value wrong is refused (3.1.3)."""
        if found := no_field(catalog, self.entity, [self.field]):
            return found
        one = entity_field(catalog, self.entity, self.field)
        coming = merged(one.options, self.options)
        if found := definition_findings(catalog, replace(one, options=coming)):
            return found
        if told := TYPES[one.type].narrowing(one.options, coming):
            return [Finding("W1", "error", M_("“%(label)s” can only be made wider: %(what)s", label=one.label, what=told), self.entity, self.field)]
        return []

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the wider options."""
        return with_field(catalog, self.entity, self.field, lambda one: replace(one, options=merged(one.options, self.options)))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The former options, as long as no value needs the width by then."""
        held = entity_field(catalog, self.entity, self.field).options
        return (NarrowField(self.entity, self.field, {name: held.get(name) for name in self.options}),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        one = field_of(catalog, self.entity, self.field)
        told = options_told(one, self.options)
        return M_("Widen “%(label)s” of “%(entity)s”: %(what)s.", label=one.label if one else self.field, entity=self.entity, what=told)
