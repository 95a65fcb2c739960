"""Move fields within their group or to another: the one act behind dragging, menus and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Json
from engine.schema.editing import field_named, follower, group_named, ordered, placed, with_entity
from engine.schema.operation import NAME, Finding, Operation
from engine.schema.ops.common import no_field, no_group, nothing_before


@dataclass(frozen=True, slots=True)
class MoveFields(Operation):
    """Put fields, in this order, into a group before one of its fields, or at its end."""

    kind: ClassVar[str] = "move_fields"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME,
        "fields": {"type": "array", "minItems": 1, "items": NAME, "uniqueItems": True},
        "group": NAME,
        "before": {"type": ["string", "null"]},
    }

    entity: str
    fields: tuple[str, ...]
    group: str
    before: str | None = None

    def check(self, catalog: Catalog) -> list[Finding]:
        """Fields of another record that stands on the card cannot leave its group (3.1.4); every other field may go anywhere."""
        if found := no_field(catalog, self.entity, self.fields) or no_group(catalog, self.entity, self.group):
            return found
        entity = catalog.entities[self.entity]
        found = []
        for name in self.fields:
            one = field_named(entity.fields, name)
            if one and one.via is not None and one.group != self.group:
                home = group_named(entity, one.group)
                told = M_("“%(label)s” cannot leave the group “%(group)s”: it belongs to the record that stands there.",
                          label=one.label, group=home.label if home else one.group)  # fmt: skip
                found.append(Finding("S2", "error", told, self.entity, name))
        anchor = field_named(entity.fields, self.before) if self.before else None
        if self.before and (anchor is None or anchor.group != self.group):
            found.append(Finding("N0", "error", nothing_before(self.before, self.group), self.entity, self.before))
        if self.before in self.fields:
            found.append(Finding("N0", "error", M_("A field cannot be put before itself."), self.entity, self.before or ""))
        return found

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the fields in their new place."""
        entity = catalog.entities[self.entity]
        coming = [one for name in self.fields if (one := field_named(entity.fields, name))]
        return with_entity(catalog, ordered(entity, placed(entity.fields, coming, self.group, self.before)))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Each back to before what followed it, the last one first."""
        entity = catalog.entities[self.entity]
        moved = [one for one in reversed(entity.fields) if one.name in self.fields]
        return tuple(MoveFields(self.entity, (one.name,), one.group, follower(entity, one.name)) for one in moved)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        entity = catalog.entities.get(self.entity)
        labels = [one.label for name in self.fields if entity and (one := field_named(entity.fields, name))] or list(self.fields)
        group = group_named(entity, self.group) if entity else None
        anchor = field_named(entity.fields, self.before) if entity and self.before else None
        told = {"labels": ", ".join(labels), "group": group.label if group else self.group, "entity": self.entity}
        if anchor:
            return M_("Move %(labels)s of “%(entity)s” to “%(group)s”, before “%(before)s”.", **told, before=anchor.label)
        return M_("Move %(labels)s of “%(entity)s” to the end of “%(group)s”.", **told)
