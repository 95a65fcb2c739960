"""Take over what a new version of the program ships for an entity. Nobody can send it: only set-up makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.errors import BadCatalog
from engine.messages import M_, Message
from engine.metadata import definition, document
from engine.metadata.model import Catalog, Entity, Json
from engine.schema.editing import with_entity
from engine.schema.merging import Merged, merge
from engine.schema.operation import Finding, Operation


@dataclass(frozen=True, slots=True)
class TakeOver(Operation):
    """A new entity, or the one that is here with what is shipped now and was not in `base`. Both are in the form of a catalog file."""

    kind: ClassVar[str] = "take_over"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "shipped": {"type": "object", "required": ["entity"]},
        "base": {"type": ["object", "null"]},
        "position": {"type": "integer"},
    }

    shipped: Mapping[str, Json]
    base: Mapping[str, Json] | None = None
    position: int = 0

    @property
    def entity(self) -> str:
        """The entity's name."""
        return str(self.shipped["entity"])

    def check(self, catalog: Catalog) -> list[Finding]:
        """What comes, and what was changed here and stays."""
        try:
            merged = self._merged(catalog)
        except BadCatalog as error:
            return [Finding("F1", "error", M_("The definition is not right: %(what)s", what=error.what), self.entity, error.field)]
        return list(merged.findings)

    def _merged(self, catalog: Catalog) -> Merged:
        shipped = self._read(self.shipped, catalog)
        held = catalog.entities.get(self.entity)
        if held is None:
            told = M_("New: “%(label)s”.", label=shipped.label)
            return Merged(replace(shipped, position=self.position), (Finding("U1", "note", told, self.entity),))
        return merge(held, self._read(self.base or self.shipped, catalog), shipped)

    def _read(self, told: Mapping[str, Json], catalog: Catalog) -> Entity:
        return definition.read_document(told, catalog.entities)

    def changes(self, catalog: Catalog) -> bool:
        """Whether anything becomes other than it is, or is to be told."""
        held = catalog.entities.get(self.entity)
        if held is None:
            return True
        merged = self._merged(catalog)
        return bool(merged.findings) or document.of_entity(catalog, merged.entity) != document.of_entity(catalog, held)

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the entity as it becomes."""
        return with_entity(catalog, self._merged(catalog).entity)

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """None: the program needs what it ships."""
        return None

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Take over what this version ships for “%(label)s”.", label=self.shipped.get("label", self.entity))
