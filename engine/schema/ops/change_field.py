"""Change a field's definition without touching its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Field, Json
from engine.metadata.physical import is_folded
from engine.metadata.types import TYPES
from engine.schema.editing import field_of, with_field
from engine.schema.operation import CONDITION, FLAG, LABEL, NAME, STARTS, WIDTHS, Finding, Operation
from engine.schema.ops.common import definition_findings, no_field, structural

CHANGEABLE: Mapping[str, Mapping[str, Json]] = {
    "label": LABEL, "help": {"type": "string", "maxLength": 500}, "placeholder": {"type": "string", "maxLength": 200},
    "enabled": FLAG, "required": FLAG, "searchable": FLAG, "sortable": FLAG, "in_list": FLAG, "default": {},
    "width": {"enum": WIDTHS},
    "rules": {"type": "object", "properties": {"visible": CONDITION, "required": CONDITION, "choices": {"type": "array"}, "starts": STARTS}},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeField(Operation):
    """Other enabled, required, searchable, in list, help, default, conditions … for a field; a custom one's label too."""

    kind: ClassVar[str] = "change_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME,
        "field": NAME,
        "changes": {"type": "object", "minProperties": 1, "properties": dict(CHANGEABLE), "additionalProperties": False},
    }

    entity: str
    field: str
    changes: Mapping[str, Json]

    def check(self, catalog: Catalog) -> list[Finding]:
        """A system field keeps its label (3.1.3); what the program leans on stays enabled and required."""
        if found := no_field(catalog, self.entity, [self.field]):
            return found
        entity = catalog.entities[self.entity]
        one = entity_field(catalog, self.entity, self.field)
        errors = [Finding("S1", "error", told, self.entity, self.field) for told in self.refusals(catalog)]
        changed = self._changed(catalog, one)
        if errors := errors or definition_findings(catalog, changed):
            return errors
        found = []
        if changed.required and not one.required and changed.default is None:
            told = M_("Old records may lack “%(label)s”; they are asked for it at their next edit.", label=one.label)
            found.append(Finding("R2", "note", told, self.entity, self.field))
        if "enabled" in self.changes and not changed.enabled:
            told = M_("“%(label)s” disappears from cards, lists and searches; its values stay.", label=one.label)
            found.append(Finding("H1", "note", told, entity.name, self.field))
        return found

    def refusals(self, catalog: Catalog) -> list[Message]:
        """What forbids these changes to this very field; options and default aside. For a field that is there."""
        one = entity_field(catalog, self.entity, self.field)
        entity = catalog.entities[self.entity]
        leaned = structural(entity, one, catalog)
        found = []
        if one.system and self.changes.get("label", one.label) != one.label:
            found.append(M_("“%(label)s” is a system field: its name here is fixed. Its display names are kept with the translations.", label=one.label))
        if leaned and (self.changes.get("enabled") is False or self.changes.get("rules", {}).get("visible")):
            found.append(M_("“%(label)s” cannot be hidden: records are named or tied together by it.", label=one.label))
        if leaned and one.required and self.changes.get("required") is False:
            found.append(M_("“%(label)s” cannot be left out: records are named or tied together by it.", label=one.label))
        if self.changes.get("searchable") and not TYPES[one.type].operators:
            found.append(M_("“%(label)s” cannot be searched: nothing can be asked of this type of field.", label=one.label))
        if self.changes.get("searchable") and not entity.searched:
            found.append(M_("Fields of “%(entity)s” are not offered as conditions.", entity=self.entity))
        if self.changes.get("required") and TYPES[one.type].column_type(one.options) is None:
            found.append(M_("“%(label)s” cannot be required: it has no value.", label=one.label))
        return found

    def _changed(self, catalog: Catalog, one: Field) -> Field:
        changes: dict[str, Any] = dict(self.changes)
        if "rules" in changes:
            changes["rules"] = {name: rule for name, rule in changes["rules"].items() if rule}
        if changes.get("searchable") is False and is_folded(catalog, one):
            changes["folded"] = True  # the folded column goes on being kept, so that it can be searched again at once
        return replace(one, **changes)

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the changed definition."""
        return with_field(catalog, self.entity, self.field, lambda one: self._changed(catalog, one))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The former values of what is changed."""
        one = entity_field(catalog, self.entity, self.field)
        return (ChangeField(self.entity, self.field, {name: getattr(one, name) for name in self.changes}),)

    def describe(self, catalog: Catalog) -> Message:
        """In words: one thing at a time where it is one."""
        one = field_of(catalog, self.entity, self.field)
        label = one.label if one else self.field
        if len(self.changes) == 1:
            name, value = next(iter(self.changes.items()))
            if isinstance(value, bool) and (name, value) in _SWITCHES:
                return M_(_SWITCHES[name, value].text, label=label, entity=self.entity)
        return M_("Change “%(label)s” of “%(entity)s”: %(what)s.", label=label, entity=self.entity, what=", ".join(self.changes))


_SWITCHES: Mapping[tuple[str, object], Message] = {
    ("enabled", True): M_("Show “%(label)s” of “%(entity)s”."),
    ("enabled", False): M_("Hide “%(label)s” of “%(entity)s”."),
    ("required", True): M_("Make “%(label)s” of “%(entity)s” required."),
    ("required", False): M_("Make “%(label)s” of “%(entity)s” optional."),
    ("searchable", True): M_("Let “%(label)s” of “%(entity)s” be searched."),
    ("searchable", False): M_("Offer “%(label)s” of “%(entity)s” no longer for searching."),
    ("in_list", True): M_("Show “%(label)s” in lists of “%(entity)s”."),
    ("in_list", False): M_("Show “%(label)s” no longer in lists of “%(entity)s”."),
}


def entity_field(catalog: Catalog, entity: str, name: str) -> Field:
    """The field in force of that name, disabled or not. The caller has checked that it is there."""
    return next(one for one in catalog.entities[entity].fields if one.name == name)
