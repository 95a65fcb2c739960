"""Add a field: a definition, its labels, and a column of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from engine.messages import M_, Message
from engine.metadata.definition import field_id
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.physical import entity_of
from engine.metadata.types import TYPES
from engine.schema.editing import field_named, named_in_all, ordered, placed, with_entity, with_labels
from engine.schema.names import field_clash
from engine.schema.operation import CONDITION, FLAG, LABEL, LABELS, NAME, STARTS, TABLE, WIDTHS, Finding, Operation
from engine.schema.ops.common import PREFIX, definition_findings, no_group, nothing_before


@dataclass(frozen=True, slots=True)
class AddField(Operation):
    """A new custom field. `labels` are its display names by language, `label` the source text; `before` its follower in the group.

    `table` is where its column stands, if not in the entity's own table: planning decides that.
    """

    kind: ClassVar[str] = "add_field"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME, "name": NAME, "type": NAME, "group": NAME, "label": LABEL, "labels": LABELS,
        "options": {"type": "object"}, "help": {"type": "string", "maxLength": 500}, "placeholder": {"type": "string", "maxLength": 200},
        "default": {}, "width": {"enum": WIDTHS}, "enabled": FLAG, "required": FLAG, "searchable": FLAG, "in_list": FLAG,
        "rules": {"type": "object", "properties": {"visible": CONDITION, "required": CONDITION, "choices": {"type": "array"}, "starts": STARTS}},
        "before": {"type": ["string", "null"]}, "table": TABLE,
    }  # fmt: skip

    entity: str
    name: str
    type: str
    group: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Json] = field(default_factory=dict)
    help: str = ""
    placeholder: str = ""
    default: Json = None
    width: str = "half"
    enabled: bool = True
    required: bool = False
    searchable: bool = False
    in_list: bool = False
    rules: Mapping[str, Json] = field(default_factory=dict)
    before: str | None = None
    table: str = ""

    def check(self, catalog: Catalog) -> list[Finding]:
        """The name must be new for ever, type and options right, the group there."""
        if found := no_group(catalog, self.entity, self.group):
            return found
        entity = catalog.entities[self.entity]
        if problem := name_problem(catalog, entity, self.name) or table_problem(entity, self.table):
            return [Finding("N1", "error", problem, self.entity, self.name)]
        if self.type not in TYPES:
            told = M_("There is no field type “%(name)s”. Known: %(known)s.", name=self.type, known=", ".join(TYPES))
            return [Finding("F1", "error", told, self.entity, self.name)]
        if found := definition_findings(catalog, self.defined(catalog.entities[self.entity])):
            return found
        if self.searchable and not catalog.entities[self.entity].searched:
            told = M_("Fields of “%(entity)s” are not offered as conditions.", entity=self.entity)
            return [Finding("F4", "error", told, self.entity, self.name)]
        if (self.searchable and not TYPES[self.type].operators) or (self.required and self.defined(catalog.entities[self.entity]).type == "hint"):
            return [Finding("F4", "error", M_("A field of this type can be neither searched nor required."), self.entity, self.name)]
        return self._places(catalog) + self._notes(catalog.entities[self.entity])

    def _places(self, catalog: Catalog) -> list[Finding]:
        """What stood in the group once and is gone makes the field come last there; what never was anything is a mistake."""
        entity = catalog.entities[self.entity]
        anchor = field_named(entity.fields, self.before) if self.before else None
        if self.before is None or (anchor and anchor.group == self.group):
            return []
        if anchor or field_named((*entity.retired, *entity.missing), self.before) or (entity.name, self.before) in catalog.spent:
            told = M_("“%(name)s” does not stand in the group “%(group)s”: the field comes last there.", name=self.before, group=self.group)
            return [Finding("G1", "warning", told, self.entity, self.name)]
        return [Finding("N0", "error", nothing_before(self.before, self.group), self.entity, self.name)]

    def _notes(self, entity: Entity) -> list[Finding]:
        found = []
        said = {self.label, *self.labels.values()}
        if twin := next((one for one in entity.fields if one.label in said and one.group == self.group), None):
            told = M_("“%(label)s” stands in this group already (%(name)s).", label=twin.label, name=twin.name)
            found.append(Finding("L1", "warning", told, self.entity, self.name))
        if self.required and self.default is None:
            told = M_("Old records lack “%(label)s”; it is asked for when a record is made.", label=self.label)
            found.append(Finding("R2", "note", told, self.entity, self.name))
        return found

    def defined(self, entity: Entity) -> Field:
        """The field as it will be."""
        return Field(
            id=field_id(self.entity, self.name), entity=self.entity, name=self.name, type=self.type, group=self.group, label=self.label,
            position=len(entity.fields) + 1, table=self.table or entity.table, column=self.name, options=dict(self.options), help=self.help,
            placeholder=self.placeholder, default=self.default, width=self.width, enabled=self.enabled, required=self.required,
            searchable=self.searchable, in_list=self.in_list, system=False, rules=dict(self.rules),
        )  # fmt: skip

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the field in its place, and its labels."""
        entity = catalog.entities[self.entity]
        new = self.defined(entity)
        catalog = with_entity(catalog, ordered(entity, placed(entity.fields, [new], self.group, self.before)))
        return with_labels(catalog, named_in_all(f"{new.key}.label", self.labels))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Retired, so that no value is lost; what was filled in meanwhile comes back when it is restored."""
        from engine.schema.ops.retire_field import RetireField

        return (RetireField(self.entity, self.name),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_(
            "Add the field “%(label)s” (%(name)s, %(type)s) to “%(entity)s”.",
            label=self.label, name=self.name, type=TYPES[self.type].label if self.type in TYPES else self.type, entity=self.entity,
        )  # fmt: skip


def table_problem(entity: Entity, table: str) -> Message | None:
    """Why a field of an entity cannot have its column in a table, or None."""
    if not table or entity_of(table) == entity.table:
        return None
    return M_("“%(name)s” is no table of “%(entity)s”.", name=table, entity=entity.name)


def name_problem(catalog: Catalog, entity: Entity, name: str) -> Message | None:
    """Why a field cannot have this database name, or None. Names are given once and for ever."""
    if not name.startswith(PREFIX) or len(name) <= len(PREFIX):
        return M_("“%(name)s” cannot be a database name here: names of own fields begin with “%(prefix)s”.", name=name, prefix=PREFIX)
    if field_named(entity.fields, name):
        return M_("“%(name)s” is taken by another field.", name=name)
    if (held := field_named(entity.retired, name)) and held.state == "filling":
        return M_("“%(name)s” is being filled by a change under way.", name=name)
    if held:
        return M_("“%(name)s” is the name of a retired field: restore that one, or choose another name.", name=name)
    if field_named(entity.missing, name) or (entity.name, name) in catalog.spent:
        return M_("“%(name)s” was used before. A name is given only once, so that old data never stands for something new.", name=name)
    return field_clash(catalog, entity, name)


