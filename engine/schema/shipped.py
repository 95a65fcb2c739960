"""What a folder from an older version of the program would take back: what is here just as this version ships it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from engine.messages import M_
from engine.metadata.model import Catalog, Entity, Field, Group, Json
from engine.metadata.types import TYPES
from engine.schema import merging
from engine.schema.editing import field_named, group_named
from engine.schema.operation import Finding

_Thing = TypeVar("_Thing", Entity, Group, Field)


@dataclass(frozen=True, slots=True)
class Shipped:
    """The entities as the program ships them now, and as it shipped them before, as far as that is known here."""

    now: Mapping[str, Entity] = field(default_factory=dict)
    before: Mapping[str, Sequence[Entity]] = field(default_factory=dict)


def taken_back(here: Catalog, coming: Catalog, shipped: Shipped) -> Iterator[Finding]:
    """A finding for each thing that is as shipped now and becomes as shipped before, or narrower. What else differs is somebody's wish."""
    for name, now in shipped.now.items():
        held, wanted = here.entities.get(name), coming.entities.get(name)
        if held is None or wanted is None or held is wanted:
            continue
        olds = shipped.before.get(name, ())
        yield from _told(_settings(held, wanted, now, olds, merging.OF_ENTITY), held, name)
        for group in held.groups:
            told = [group_named(one, group.name) for one in (wanted, now, *olds)]
            if told[0] and told[1]:
                yield from _told(_settings(group, told[0], told[1], [one for one in told[2:] if one], merging.OF_GROUP), group, name)
        for one in held.fields:
            kinds = [field_named(other.fields, one.name) for other in (wanted, now, *olds)]
            if kinds[0] and kinds[1]:
                yield from _told(_of_field(one, kinds[0], kinds[1], [old for old in kinds[2:] if old]), one, name, one.name)


def _told(whats: Sequence[str], held: Entity | Group | Field, entity: str, name: str = "") -> Iterator[Finding]:
    if whats:
        message = M_(
            "“%(label)s” is here as this version of the program ships it; the folder takes that back (%(what)s). If an older version has "
            "exported it, export it again after an upgrade there.", label=held.label, what=", ".join(whats),
        )  # fmt: skip
        yield Finding("T7", "warning", message, entity, name)


def _settings(held: _Thing, wanted: _Thing, now: _Thing, olds: Sequence[_Thing], names: Sequence[str]) -> list[str]:
    return _back(*({name: getattr(one, name) for name in names} for one in (held, wanted, now, *olds)))


def _of_field(held: Field, wanted: Field, now: Field, olds: Sequence[Field]) -> list[str]:
    narrower = TYPES[held.type].narrowing(held.options, wanted.options) is not None
    options = _back(*(one.options for one in (held, wanted, now, *olds)), narrower=narrower)
    return [
        *_settings(held, wanted, now, olds, merging.OF_FIELD),
        *(f"choices: {gone}" if one == "choices" and (gone := _gone(held, wanted)) else one for one in options),
        *_back(*(one.rules for one in (held, wanted, now, *olds))),
    ]


def _gone(held: Field, wanted: Field) -> str:
    left = {one["value"] for one in wanted.options.get("choices", ())}
    return ", ".join(one["value"] for one in held.options["choices"] if one["value"] not in left)


def _back(
    held: Mapping[str, Json], wanted: Mapping[str, Json], now: Mapping[str, Json], *olds: Mapping[str, Json], narrower: bool = False
) -> list[str]:
    """What is as shipped now, and becomes as shipped before; with `narrower`, whatever it becomes."""
    differs = [name for name in sorted({*held, *wanted}) if held.get(name) == now.get(name) != wanted.get(name)]
    return [name for name in differs if narrower or any(old.get(name) == wanted.get(name) for old in olds)]
