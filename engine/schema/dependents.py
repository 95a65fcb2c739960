"""What leans on a field or an entity: conditions, references, titles. Asked before either goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


_Key = tuple[str, str, str]
"""What is named: `rule` or `other` or `card`, the entity or table, the field or column."""


def _by_groups(entity: Entity) -> Iterator[tuple[_Key, Dependent]]:
    for group in entity.groups:
        if group.visible:
            one = Dependent("group", entity.name, group=group.name)
            yield from ((("rule", entity.name, name), one) for name in set(names_in(group.visible)))


def _by_rules(entity: Entity, fields: Iterable[Field]) -> Iterator[tuple[_Key, Dependent]]:
    for field in fields:
        for what, rule in _rules_of(field):
            one = Dependent(what, entity.name, field.name)
            yield from ((("rule", entity.name, name), one) for name in set(names_in(rule)) if name != one.field)


def _rules_of(field: Field) -> Iterator[tuple[str, Json]]:
    for what, rule in field.rules.items():
        told = [one.get("when") for one in rule] if what == "choices" and isinstance(rule, list) else rule
        yield what, {rule["by"]: None} if what == "starts" else told
    if steps := field.options.get("lifecycle"):
        approval = {steps["approval"]["by"]: None} if "approval" in steps else None
        yield "step", [approval, *(step.get("guard") for step in steps["steps"])]


def _by_references(entity: Entity, fields: Iterable[Field]) -> Iterator[tuple[_Key, Dependent]]:
    for one in fields:
        if one.via is None and one.target and "where" in one.options:
            told = Dependent("where", entity.name, one.name)
            yield from ((("other", one.target, name), told) for name in set(asked_in(one.options["where"])))
            yield from ((("rule", entity.name, name), told) for name in one.limited_by)
        approval = one.options.get("lifecycle", {}).get("approval")
        if approval and (target := _target(entity, approval["by"])):
            yield ("other", target, approval["flow"]), Dependent("step", entity.name, one.name)
        if (starts := one.rules.get("starts")) and (target := _target(entity, starts["by"])):
            yield ("other", target, starts["field"]), Dependent("starts", entity.name, one.name)


def _by_cards(entity: Entity) -> Iterator[tuple[_Key, Dependent]]:
    return ((("card", one.table, one.column), Dependent("card", entity.name, one.name)) for one in entity.fields if one.via is not None)


def of_field(catalog: Catalog, entity: Entity, field: Field) -> list[Dependent]:
    """Everything that names this field, apart from itself."""
    leaning = _leaning(catalog)
    keys = (("rule", entity.name, field.name), ("other", entity.name, field.name), ("card", field.table, field.column))
    told = sorted((found for key in keys for found in leaning.get(key, ())), key=lambda pair: pair[0])
    found = [one for _, one in told if one.what != "card" or one.entity != field.entity]
    return found + [Dependent(what, entity.name) for what in ("title", "owner", "tree") if getattr(entity, what) == field.name]


def of_retired(catalog: Catalog, entity: Entity, field: Field) -> list[Dependent]:
    """What of retired fields, and of entities that are retired, names this field: without it none of them could come back."""
    keys = (("rule", entity.name, field.name), ("other", entity.name, field.name))
    aside = ((other, other.retired if other.name in catalog.entities else other.stored) for other in catalog.stored)
    return [one for other, fields in aside for key, one in (*_by_rules(other, fields), *_by_references(other, fields)) if key in keys]


@lru_cache(maxsize=4)
def _leaning(catalog: Catalog) -> Mapping[_Key, list[tuple[int, Dependent]]]:
    """What names something, by what it names, in order: a table of fields asks it of every field of a catalog."""
    entities = catalog.entities.values()
    rules = (pair for one in entities for pair in (*_by_groups(one), *_by_rules(one, one.fields)))
    others = (pair for one in entities for pair in (*_by_references(one, one.fields), *_by_cards(one)))
    found: dict[_Key, list[tuple[int, Dependent]]] = {}
    for place, (key, one) in enumerate((*rules, *others)):
        found.setdefault(key, []).append((place, one))
    return found


def _target(entity: Entity, name: str) -> str | None:
    return next((one.target for one in entity.stored if one.name == name), None)


def of_entity(catalog: Catalog, name: str, *, stored: bool = False) -> list[Dependent]:
    """The fields of other entities that refer to this one; with `stored`, retired ones too."""
    found = []
    for other in catalog.stored if stored else catalog.entities.values():
        if other.name != name:
            found += [Dependent("reference", other.name, one.name) for one in (other.stored if stored else other.fields) if one.target == name]
            found += [Dependent("part", other.name)] if name in other.parts else []
    return found
