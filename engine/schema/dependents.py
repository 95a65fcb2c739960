"""What leans on a field or an entity: conditions, references, titles. Asked before either goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine.metadata.model import Catalog, Entity, Field, Json, card_fields


@dataclass(frozen=True, slots=True)
class Dependent:
    """One place that names a field. `what` is `visible`, `required`, `choices`, `where`, `group`, `reference`, and so on."""

    what: str
    entity: str
    field: str = ""
    group: str = ""


def names_in(condition: Json) -> Iterator[str]:
    """The fields that a condition names, on either side."""
    yield from asked_in(condition)
    yield from card_fields(condition)


def asked_in(condition: Json) -> Iterator[str]:
    """The fields whose values a condition asks for."""
    if isinstance(condition, dict):
        for key, value in condition.items():
            if not key.startswith("_"):
                yield key
            yield from asked_in(value)
    elif isinstance(condition, (list, tuple)):
        for one in condition:
            yield from asked_in(one)


def _rules_of(entity: Entity) -> Iterator[tuple[Dependent, Json]]:
    for group in entity.groups:
        if group.visible:
            yield Dependent("group", entity.name, group=group.name), group.visible
    for field in entity.fields:
        for what, rule in field.rules.items():
            told = [one.get("when") for one in rule] if what == "choices" and isinstance(rule, list) else rule
            told = {rule["by"]: None} if what == "starts" else told
            yield Dependent(what, entity.name, field.name), told
        if steps := field.options.get("lifecycle"):
            approval = {steps["approval"]["by"]: None} if "approval" in steps else None
            yield Dependent("step", entity.name, field.name), [approval, *(step.get("guard") for step in steps["steps"])]


def of_field(catalog: Catalog, entity: Entity, field: Field) -> list[Dependent]:
    """Everything that names this field, apart from itself."""
    leaning = _leaning(catalog)
    keys = (("rule", entity.name, field.name), ("other", entity.name, field.name), ("card", field.table, field.column))
    told = sorted((found for key in keys for found in leaning.get(key, ())), key=lambda pair: pair[0])
    found = [one for _, one in told if one.what != "card" or one.entity != field.entity]
    return found + [Dependent(what, entity.name) for what in ("title", "owner", "tree") if getattr(entity, what) == field.name]


@lru_cache(maxsize=4)
def _leaning(catalog: Catalog) -> Mapping[tuple[str, str, str], list[tuple[int, Dependent]]]:
    """What names something, by what it names, in order: a table of fields asks it of every field of a catalog."""
    found: dict[tuple[str, str, str], list[tuple[int, Dependent]]] = {}
    for place, (key, one) in enumerate((*_rules(catalog), *_others(catalog))):
        found.setdefault(key, []).append((place, one))
    return found


def _rules(catalog: Catalog) -> Iterator[tuple[tuple[str, str, str], Dependent]]:
    for entity in catalog.entities.values():
        for one, rule in _rules_of(entity):
            yield from ((("rule", entity.name, name), one) for name in set(names_in(rule)) if name != one.field)


def _others(catalog: Catalog) -> Iterator[tuple[tuple[str, str, str], Dependent]]:
    for other in catalog.entities.values():
        for one in other.fields:
            if one.via is None and one.target and "where" in one.options:
                told = Dependent("where", other.name, one.name)
                yield from ((("other", one.target, name), told) for name in set(asked_in(one.options["where"])))
                yield from ((("rule", other.name, name), told) for name in one.limited_by)
        for one in other.fields:
            if (starts := one.rules.get("starts")) and (target := _target(other, starts["by"])):
                yield ("other", target, starts["field"]), Dependent("starts", other.name, one.name)
        yield from ((("card", one.table, one.column), Dependent("card", other.name, one.name)) for one in other.fields if one.via is not None)


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
