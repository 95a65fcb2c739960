"""Pure edits of a catalog: the same catalog with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from engine.metadata.model import Catalog, Entity, Field, Group

Labels = Mapping[str, Mapping[str, str | None]]
"""Language → key → text; None takes a label away."""


def with_entity(catalog: Catalog, entity: Entity) -> Catalog:
    """The catalog with this entity in place of the one of its name, or at the end. What is not on the card stands by name, as it is loaded."""
    retired, missing = (tuple(sorted(aside, key=lambda one: one.name)) for aside in (entity.retired, entity.missing))
    if (retired, missing) != (entity.retired, entity.missing):
        entity = replace(entity, retired=retired, missing=missing)
    if entity.name in catalog.retired:
        return replace(catalog, retired={**catalog.retired, entity.name: entity})
    return replace(catalog, entities={**catalog.entities, entity.name: entity})


def without_entity(catalog: Catalog, name: str) -> Catalog:
    """The catalog without an entity, in force or retired."""
    live, retired = ({one: entity for one, entity in held.items() if one != name} for held in (catalog.entities, catalog.retired))
    return replace(catalog, entities=live, retired=retired)


def entity_named(catalog: Catalog, name: str) -> Entity | None:
    """The entity in force of that name."""
    return catalog.entities.get(name)


def field_named(fields: Iterable[Field], name: str) -> Field | None:
    """The field of that name."""
    return next((one for one in fields if one.name == name), None)


def field_of(catalog: Catalog, entity: str, name: str) -> Field | None:
    """The field of that name of an entity in force; None where either is not there."""
    held = entity_named(catalog, entity)
    return field_named(held.fields, name) if held else None


def group_named(entity: Entity, name: str) -> Group | None:
    """The group of that name."""
    return next((one for one in entity.groups if one.name == name), None)


def with_field(catalog: Catalog, entity: str, name: str, change: Callable[[Field], Field]) -> Catalog:
    """The catalog with one field of an entity changed."""
    held = catalog.entities[entity]
    return with_entity(catalog, replace(held, fields=tuple(change(one) if one.name == name else one for one in held.fields)))


def with_group(catalog: Catalog, entity: str, name: str, **changes: Any) -> Catalog:
    """The catalog with one group of an entity changed."""
    held = catalog.entities[entity]
    return with_entity(catalog, replace(held, groups=tuple(replace(one, **changes) if one.name == name else one for one in held.groups)))


def copying(catalog: Catalog, entity: str, retired: str, into: str, zone: str) -> Catalog:
    """The catalog with a retired field naming the one it was converted to, and the time zone in which.

    A record that was deleted before the conversion and is restored after it has its value converted then.
    """
    held = catalog.entities[entity]
    target = field_named(held.fields, into)
    id = target.id if target else None
    copied = (replace(one, copies_to=id, copies_in=zone) if one.name == retired else one for one in held.retired)
    return with_entity(catalog, replace(held, retired=tuple(copied)))


def ordered(entity: Entity, fields: Sequence[Field]) -> Entity:
    """The entity with its fields in this order, by group, and numbered anew."""
    by_group: dict[str, list[Field]] = {group.name: [] for group in entity.groups}
    for one in fields:
        by_group.setdefault(one.group, []).append(one)
    told = [one if one.position == at else replace(one, position=at) for at, one in enumerate(chain.from_iterable(by_group.values()), start=1)]
    return replace(entity, fields=tuple(told))


def placed(fields: Sequence[Field], coming: Sequence[Field], group: str, before: str | None) -> list[Field]:
    """These fields with others standing in a group, before one of its fields or at its end."""
    names = {one.name for one in coming}
    rest = [one for one in fields if one.name not in names]
    at = next((n for n, one in enumerate(rest) if one.name == before and one.group == group), None) if before else None
    if at is None:
        at = next((n for n in range(len(rest), 0, -1) if rest[n - 1].group == group), len(rest))
    return [*rest[:at], *(replace(one, group=group) for one in coming), *rest[at:]]


def follower(entity: Entity, name: str) -> str | None:
    """The field that stands after this one under the same heading."""
    same = [one.name for one in entity.fields if one.group == next(f.group for f in entity.fields if f.name == name)]
    place = same.index(name) + 1
    return same[place] if place < len(same) else None


def with_labels(catalog: Catalog, labels: Labels) -> Catalog:
    """The catalog with these labels set or taken away."""
    if not any(labels.values()):
        return catalog
    found = {language: dict(texts) for language, texts in catalog.labels.items()}
    for language, texts in labels.items():
        held = found.setdefault(language, {})
        for key, text in texts.items():
            if text is None:
                held.pop(key, None)
            else:
                held[key] = text
    return replace(catalog, labels=found)


def labels_of(catalog: Catalog, *stems: str) -> dict[str, dict[str, str]]:
    """All labels whose key begins with one of these stems, by language."""
    starts = tuple(f"{stem}." for stem in stems)
    found = {language: {k: text for k, text in texts.items() if k.startswith(starts)} for language, texts in catalog.labels.items()}
    return {language: texts for language, texts in found.items() if texts}


def without_labels(catalog: Catalog, *stems: str) -> Catalog:
    """The catalog without the labels whose key begins with one of these stems."""
    gone = labels_of(catalog, *stems)
    return with_labels(catalog, {language: dict.fromkeys(texts) for language, texts in gone.items()})


def named_in_all(key: str, labels: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """One label in several languages."""
    return {language: {key: text} for language, text in labels.items()}
