"""Convert a field to another type by a guarded copy: a type never changes in place (3.1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as given
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.conversion import CONVERTIBLE, convert
from engine.metadata.definition import field_id
from engine.metadata.formats import is_time_zone
from engine.metadata.model import Catalog, Field, Json
from engine.metadata.types import TYPES, Invalid
from engine.schema import repointing
from engine.schema.dependents import of_field
from engine.schema.editing import copying, field_of, ordered, placed, with_entity, with_labels
from engine.schema.operation import NAME, TABLE, ZONE, Finding, Operation
from engine.schema.ops.add_field import name_problem, table_problem
from engine.schema.ops.change_field import entity_field
from engine.schema.ops.common import definition_findings, no_field
from engine.schema.ops.exchange_fields import ExchangeFields
from engine.schema.ops.retire_field import RetireField, leaning


@dataclass(frozen=True, slots=True)
class ConvertField(Operation):
    """A new field of another type in the place of a custom one, filled with its values converted; the old one is retired.

    `name` is the new field's own name, `zone` the time zone in which moments are read and written (as `Asia/Shanghai`; '': UTC).
    What does not convert is listed before and stays with the retired field.
    """

    kind: ClassVar[str] = "convert_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME, "field": NAME, "name": NAME, "type": NAME, "options": {"type": "object"}, "table": TABLE, "zone": ZONE,
    }  # fmt: skip

    entity: str
    field: str
    name: str
    type: str
    options: Mapping[str, Json] = given(default_factory=dict)
    table: str = ""
    zone: str = ""

    def check(self, catalog: Catalog) -> list[Finding]:
        """A custom field of a type that has values to convert, to such a type; what leans on it must mean the same of the new one."""
        if found := no_field(catalog, self.entity, [self.field]):
            return found
        entity = catalog.entities[self.entity]
        one = entity_field(catalog, self.entity, self.field)
        if one.system:
            told = M_("“%(label)s” is a system field: its type is fixed.", label=one.label)
            return [Finding("S1", "error", told, self.entity, self.field)]
        if problem := name_problem(catalog, entity, self.name) or table_problem(entity, self.table):
            return [Finding("N1", "error", problem, self.entity, self.name)]
        if self.type not in CONVERTIBLE or one.type not in CONVERTIBLE:
            told = M_("Values of “%(old)s” cannot be converted to “%(new)s”.", old=one.type, new=self.type)
            return [Finding("C2", "error", told, self.entity, self.field)]
        if found := definition_findings(catalog, self.defined(catalog)):
            return found
        reads_moments = (one.type == "datetime") != (self.type == "datetime")
        if self.zone and not (reads_moments and is_time_zone(self.zone)):
            told = M_("No moment is read or written in this conversion: leave its time zone (zone) out.")
            if reads_moments:
                told = M_("“%(name)s” is no time zone. Write it like Asia/Shanghai.", name=self.zone)
            return [Finding("C2", "error", told, self.entity, self.field)]
        rules = repointing.offer_findings(one, self.defined(catalog)) + repointing.findings(entity, one, self.defined(catalog))
        if any(finding.level == "error" for finding in rules):
            return rules
        coming = self._beside(catalog)
        if found := [leaning(catalog, one, other) for other in of_field(coming, coming.entities[self.entity], one)]:
            return found
        told = M_("What does not convert stays with the retired field “%(label)s” only.", label=one.label)
        found = [Finding("C3", "note", told, self.entity, self.field), *rules]
        if reads_moments:
            told = M_("Moments are read and written as in UTC: elsewhere it is another hour, or another day. Name the time zone (zone) that is meant.")
            if self.zone:
                told = M_("Moments are read and written as in the time zone %(zone)s.", zone=self.zone)
            found.append(Finding("C3", "note" if self.zone else "warning", told, self.entity, self.field))
        return found

    def defined(self, catalog: Catalog) -> Field:
        """The new field: as the old one, with another type."""
        one = entity_field(catalog, self.entity, self.field)
        kind = TYPES.get(self.type)
        return replace(
            one, id=field_id(self.entity, self.name), name=self.name, column=self.name, type=self.type, options=dict(self.options),
            table=self.table or catalog.entities[self.entity].table, default=self._default(one), placeholder="", folded=False,
            copies_to=None, copies_in="", searchable=one.searchable and bool(kind and kind.operators),
        )  # fmt: skip

    def _default(self, one: Field) -> Json:
        """The old field's default as the new one has it; none where it does not convert."""
        try:
            return convert(replace(one, copies_in=self.zone), replace(one, type=self.type, options=dict(self.options)), one.default)
        except (Invalid, KeyError, AttributeError):  # options that are not right are found by `check`
            return None

    def _beside(self, catalog: Catalog) -> Catalog:
        """With the new field before the old one, and with the rules of the card asking for the new one."""
        one, entity = entity_field(catalog, self.entity, self.field), catalog.entities[self.entity]
        new = repointing.offering(one, self.defined(catalog))
        both = ordered(entity, placed(entity.fields, [new], one.group, one.name))
        return with_entity(catalog, repointing.repointed(both, one, new))

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the new field in the old one's place, under its labels; the old one retired. Rules of the card ask for the new one."""
        one, new = entity_field(catalog, self.entity, self.field), self.defined(catalog)
        labels = {
            language: {f"{new.key}.{what}": texts[f"{one.key}.{what}"] for what in ("label", "help") if f"{one.key}.{what}" in texts}
            for language, texts in catalog.labels.items()
        }
        changed = with_labels(self._beside(catalog), {language: dict(texts) for language, texts in labels.items() if texts})
        retired = RetireField(self.entity, self.field).apply_to(changed)
        return copying(retired, self.entity, self.field, self.name, self.zone)

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The old field back, the new one retired: each with the values it has; rules of the card as they were."""
        one, entity = entity_field(catalog, self.entity, self.field), catalog.entities[self.entity]
        asked = repointing.changed(entity, self._beside(catalog).entities[self.entity])
        options = {one.name: dict(one.options), self.name: dict(self.options)}
        return (ExchangeFields(self.entity, self.field, self.name, self.name, options, asked, self.zone),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        held = field_of(catalog, self.entity, self.field)
        return M_(
            "Convert “%(label)s” of “%(entity)s” to %(type)s (%(name)s): values are copied, the old field is retired.",
            label=held.label if held else self.field, entity=self.entity, name=self.name,
            type=TYPES[self.type].label if self.type in TYPES else self.type,
        )  # fmt: skip
