"""What leans on a field or an entity: conditions, references, titles. Asked before either goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.metadata.model import Catalog, Entity, Field, Json


@dataclass(frozen=True, slots=True)
class Dependent:
    """One place that names a field. `what` is `visible`, `required`, `choices`, `where`, `group`, `reference`, and so on."""

    what: str
    entity: str
    field: str = ""
    group: str = ""


def names_in(condition: Json) -> Iterator[str]:
    """The fields that a condition names, on either side."""
    if isinstance(condition, dict):
        for key, value in condition.items():
            if not key.startswith("_"):
                yield key
            yield from names_in(value)
    elif isinstance(condition, (list, tuple)):
        for one in condition:
            yield from names_in(one)
    elif isinstance(condition, str) and condition.startswith("$RECORD."):
        yield condition.removeprefix("$RECORD.")


def _rules_of(entity: Entity) -> Iterator[tuple[Dependent, Json]]:
    for group in entity.groups:
        if group.visible:
            yield Dependent("group", entity.name, group=group.name), group.visible
    for field in entity.fields:
        for what, rule in field.rules.items():
            told = [one.get("when") for one in rule] if what == "choices" and isinstance(rule, list) else rule
            told = {rule["by"]: None} if what == "starts" else told
            yield Dependent(what, entity.name, field.name), told


def of_field(catalog: Catalog, entity: Entity, field: Field) -> list[Dependent]:
    """Everything that names this field, apart from itself."""
    found = [one for one, rule in _rules_of(entity) if one.field != field.name and field.name in set(names_in(rule))]
    for other in catalog.entities.values():
        found += [
            Dependent("where", other.name, one.name)
            for one in other.fields
            if one.via is None and one.target == entity.name and field.name in set(names_in(one.options.get("where")))
        ]
        found += [
            Dependent("starts", other.name, one.name)
            for one in other.fields
            if (told := one.rules.get("starts")) and told["field"] == field.name and _target(other, told["by"]) == entity.name
        ]
        found += [
            Dependent("card", other.name, one.name)
            for one in other.fields
            if one.via is not None and one.table == field.table and one.column == field.column and one.entity != field.entity
        ]
    found += [Dependent(what, entity.name) for what in ("title", "owner", "tree") if getattr(entity, what) == field.name]
    return found


def _target(entity: Entity, name: str) -> str | None:
    return next((one.target for one in entity.fields if one.name == name), None)


def of_entity(catalog: Catalog, name: str, *, stored: bool = False) -> list[Dependent]:
    """The fields of other entities that refer to this one; with `stored`, retired ones too."""
    found = []
    for other in catalog.stored if stored else catalog.entities.values():
        if other.name != name:
            found += [Dependent("reference", other.name, one.name) for one in (other.stored if stored else other.fields) if one.target == name]
            found += [Dependent("part", other.name)] if name in other.parts else []
    return found
