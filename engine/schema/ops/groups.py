"""Add, change, move and remove a group (3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from engine.messages import M_, Message
from engine.metadata.model import Catalog, Entity, Group, Json
from engine.schema.editing import group_named, labels_of, named_in_all, ordered, with_entity, with_group, with_labels, without_labels
from engine.schema.operation import CONDITION, FLAG, LABEL, LABELS, NAME, Finding, Operation
from engine.schema.ops.common import PREFIX, no_entity, no_group

_LAYOUT: Mapping[str, Mapping[str, Json]] = {
    "columns": {"type": "integer", "minimum": 1, "maximum": 4}, "collapsed": FLAG, "tab": FLAG, "visible": CONDITION,
}  # fmt: skip


def _key(entity: str, group: str) -> str:
    return f"group.{entity}.{group}"


def _arranged(entity: Entity, groups: list[Group]) -> Entity:
    """The entity with its groups in this order, and its fields following them."""
    placed = tuple(replace(one, position=at) for at, one in enumerate(groups))
    return ordered(replace(entity, groups=placed), entity.fields)


def _before(groups: list[Group], one: Group, before: str | None) -> list[Group]:
    rest = [other for other in groups if other.name != one.name]
    at = next((n for n, other in enumerate(rest) if other.name == before), len(rest))
    return [*rest[:at], one, *rest[at:]]


def _next(entity: Entity, name: str) -> str | None:
    names = [one.name for one in entity.groups]
    place = names.index(name) + 1
    return names[place] if place < len(names) else None


@dataclass(frozen=True, slots=True)
class AddGroup(Operation):
    """A new heading of the card, before another one or at the end, with its names by language."""

    kind: ClassVar[str] = "add_group"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME, "name": NAME, "label": LABEL, "labels": LABELS, "before": {"type": ["string", "null"]}, **_LAYOUT,
    }  # fmt: skip

    entity: str
    name: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    before: str | None = None
    columns: int = 2
    collapsed: bool = False
    tab: bool = False
    visible: Json = None

    def check(self, catalog: Catalog) -> list[Finding]:
        """The name must be new."""
        if found := no_entity(catalog, self.entity):
            return found
        entity = catalog.entities[self.entity]
        if group_named(entity, self.name):
            return [Finding("N1", "error", M_("“%(entity)s” has a group “%(name)s” already.", entity=self.entity, name=self.name), self.entity)]
        if not self.name.startswith(PREFIX):
            told = M_("“%(name)s” cannot be the name of an own group: it begins with “%(prefix)s”.", name=self.name, prefix=PREFIX)
            return [Finding("N1", "error", told, self.entity)]
        return no_group(catalog, self.entity, self.before) if self.before else []

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the group in its place."""
        entity = catalog.entities[self.entity]
        new = Group(self.name, self.label, 0, system=False, columns=self.columns, collapsed=self.collapsed, tab=self.tab, visible=self.visible)
        catalog = with_entity(catalog, _arranged(entity, _before(list(entity.groups), new, self.before)))
        return with_labels(catalog, named_in_all(f"{_key(self.entity, self.name)}.label", self.labels))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Removed, as long as it is empty."""
        return (RemoveGroup(self.entity, self.name),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Add the group “%(label)s” to “%(entity)s”.", label=self.label, entity=self.entity)


@dataclass(frozen=True, slots=True)
class ChangeGroup(Operation):
    """Another name, layout or condition for a group."""

    kind: ClassVar[str] = "change_group"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {
        "entity": NAME,
        "group": NAME,
        "changes": {"type": "object", "minProperties": 1, "properties": {"label": LABEL, **_LAYOUT}, "additionalProperties": False},
    }

    entity: str
    group: str
    changes: Mapping[str, Json]

    def check(self, catalog: Catalog) -> list[Finding]:
        """The group must be there."""
        return no_group(catalog, self.entity, self.group)

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the changed group."""
        changes: dict[str, Any] = dict(self.changes)
        return with_group(catalog, self.entity, self.group, **changes)

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """The former values of what is changed."""
        held = group_named(catalog.entities[self.entity], self.group)
        return (ChangeGroup(self.entity, self.group, {name: getattr(held, name) for name in self.changes}),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        if "label" in self.changes and len(self.changes) == 1:
            return M_("Rename the group “%(old)s” of “%(entity)s” to “%(new)s”.",
                      old=_label(catalog, self.entity, self.group), entity=self.entity, new=self.changes["label"])  # fmt: skip
        return M_("Change the group “%(label)s” of “%(entity)s”: %(what)s.",
                  label=_label(catalog, self.entity, self.group), entity=self.entity, what=", ".join(self.changes))  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveGroup(Operation):
    """Put a group with its fields before another one, or at the end."""

    kind: ClassVar[str] = "move_group"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {"entity": NAME, "group": NAME, "before": {"type": ["string", "null"]}}

    entity: str
    group: str
    before: str | None = None

    def check(self, catalog: Catalog) -> list[Finding]:
        """Both groups must be there."""
        found = no_group(catalog, self.entity, self.group) or (no_group(catalog, self.entity, self.before) if self.before else [])
        if not found and self.before == self.group:
            found = [Finding("N0", "error", M_("A group cannot be put before itself."), self.entity)]
        return found

    def apply_to(self, catalog: Catalog) -> Catalog:
        """With the groups in their new order."""
        entity = catalog.entities[self.entity]
        one = next(group for group in entity.groups if group.name == self.group)
        return with_entity(catalog, _arranged(entity, _before(list(entity.groups), one, self.before)))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Back to before what followed it."""
        return (MoveGroup(self.entity, self.group, _next(catalog.entities[self.entity], self.group)),)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        label = _label(catalog, self.entity, self.group)
        if self.before:
            before = _label(catalog, self.entity, self.before)
            return M_("Move the group “%(label)s” of “%(entity)s” before “%(before)s”.", label=label, entity=self.entity, before=before)
        return M_("Move the group “%(label)s” of “%(entity)s” to the end.", label=label, entity=self.entity)


@dataclass(frozen=True, slots=True)
class RemoveGroup(Operation):
    """Remove an own group that is empty."""

    kind: ClassVar[str] = "remove_group"
    arguments: ClassVar[Mapping[str, Mapping[str, Json]]] = {"entity": NAME, "group": NAME}

    entity: str
    group: str

    def check(self, catalog: Catalog) -> list[Finding]:
        """Default groups stay (3.3.1), and a group that holds fields does too."""
        if found := no_group(catalog, self.entity, self.group):
            return found
        entity = catalog.entities[self.entity]
        label = _label(catalog, self.entity, self.group)
        if next(one for one in entity.groups if one.name == self.group).system:
            return [Finding("S3", "error", M_("“%(label)s” is a default group: it can be renamed and moved, not removed.", label=label), self.entity)]
        held = [one.label for one in entity.fields if one.group == self.group]
        if held:
            told = M_("“%(label)s” is not empty: %(fields)s. Move its fields first.", label=label, fields=", ".join(held))
            return [Finding("S3", "error", told, self.entity)]
        return []

    def apply_to(self, catalog: Catalog) -> Catalog:
        """Without the group and its labels."""
        entity = catalog.entities[self.entity]
        rest = [one for one in entity.groups if one.name != self.group]
        return without_labels(with_entity(catalog, _arranged(entity, rest)), _key(self.entity, self.group))

    def reverse(self, catalog: Catalog) -> tuple[Operation, ...] | None:
        """Added again where it was, with its names."""
        entity = catalog.entities[self.entity]
        held = next(one for one in entity.groups if one.name == self.group)
        key = _key(self.entity, self.group)
        labels = {language: texts[f"{key}.label"] for language, texts in labels_of(catalog, key).items()}
        told = AddGroup(self.entity, held.name, held.label, labels, _next(entity, self.group),
                        held.columns, held.collapsed, held.tab, held.visible)  # fmt: skip
        return (told,)

    def describe(self, catalog: Catalog) -> Message:
        """In words."""
        return M_("Remove the empty group “%(label)s” of “%(entity)s”.", label=_label(catalog, self.entity, self.group), entity=self.entity)


def _label(catalog: Catalog, entity: str, name: str) -> str:
    held = group_named(catalog.entities[entity], name) if entity in catalog.entities else None
    return held.label if held else name
