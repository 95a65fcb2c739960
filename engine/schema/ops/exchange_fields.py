"""A conversion taken back: the retired field in force again, the new one retired in its stead. Only an undo does this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as given
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Field, Json
from engine.schema import repointing
from engine.schema.editing import copying, field_of, with_entity
from engine.schema.operation import NAME, ZONE, Finding, Operation
from engine.schema.ops.change_field import entity_field
from engine.schema.ops.retire_field import RestoreField, RetireField


@dataclass(frozen=True, slots=True)
class ExchangeFields(Operation):
    """Restore `field` and retire `instead`; each keeps the values it has. `made` is the one of them that the conversion has made.

    Planning counts the records whose value was changed since the one was made from the other, and waits for a confirmation:
    `options` are those that each field had then, `zone` its time zone. `conditions` are the rules of cards that the conversion changed, as
    `repointing.changed` tells them.
    """

    kind: ClassVar[str] = "exchange_fields"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME, "field": NAME, "instead": NAME, "made": NAME, "options": {"type": "object"}, "conditions": {"type": "array"},
        "zone": ZONE,
    }  # fmt: skip

    entity: str
    field: str
    instead: str
    made: str
    options: Mapping[str, Mapping[str, Json]] = given(default_factory=dict)
    conditions: tuple[Mapping[str, Json], ...] = ()
    zone: str = ""

    def check(self, catalog: Catalog) -> list[Finding]:
        """What is asked of either act. No deleted record loses anything (D4): it comes back with what its deletion kept of either field."""
        found = [one for one in RestoreField(self.entity, self.field).check(catalog) if one.code != "D4"]
        if any(one.level == "error" for one in found):
            return found
        back = RestoreField(self.entity, self.field).apply_to(catalog)
        if field_of(back, self.entity, self.instead) is not None:
            found += repointing.findings(back.entities[self.entity], *self._both(back), self.conditions)
        if any(one.level == "error" for one in found):
            return found
        return [*found, *RetireField(self.entity, self.instead).check(self._asking(back))]

    def _both(self, catalog: Catalog) -> tuple[Field, Field]:
        return entity_field(catalog, self.entity, self.instead), entity_field(catalog, self.entity, self.field)

    def _asking(self, catalog: Catalog) -> Catalog:
        """With the rules of the card asking for the field that comes back."""
        if field_of(catalog, self.entity, self.instead) is None:  # a check says so
            return catalog
        former = repointing.put_back(catalog.entities[self.entity], self.conditions)
        return with_entity(catalog, repointing.repointed(former, *self._both(catalog)))

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the one in force and the other retired. Where the conversion is in force again, the old one names the new one again."""
        back = self._asking(RestoreField(self.entity, self.field).apply_to(catalog))
        done = RetireField(self.entity, self.instead).apply_to(back)
        return copying(done, self.entity, self.instead, self.field, self.zone) if self.field == self.made else done

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The other way round."""
        back = RestoreField(self.entity, self.field).apply_to(catalog)
        asked = repointing.changed(back.entities[self.entity], self._asking(back).entities[self.entity])
        return (ExchangeFields(self.entity, self.instead, self.field, self.made, self.options, asked, self.zone),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        held = field_of(catalog, self.entity, self.instead)
        return M_(
            "Restore %(back)s of “%(entity)s” in place of “%(label)s” (%(gone)s): each keeps the values it has.",
            label=held.label if held else self.instead, back=self.field, gone=self.instead, entity=self.entity,
        )  # fmt: skip
