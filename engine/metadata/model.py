"""The model of the metadata: frozen values, and one immutable `Catalog` that holds them all.

A `Catalog` is a snapshot of the metadata tables with one version number. Cards, validation, search, labels and
the API are pure functions of it. This module knows no field type: a `Field` only names its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import is_
from typing import Any, Literal

from engine.errors import UnknownEntity, UnknownField

Json = Any
"""A value as JSON knows it: the form in which values cross layers (dates as ISO text, decimals as text)."""

SOURCE_LANGUAGE = "en"

RECORD = "$RECORD."
"""How the condition on a reference's choices (`options.where`) names another field of the card on which the reference stands."""

FieldState = Literal["active", "retired", "filling", "missing"]
"""Retired: hidden, its data kept. Filling: hidden until converted values are there. Missing: without a column."""


@dataclass(frozen=True, slots=True)
class Via:
    """A group's fields live in another record: the part of this record whose `flag` is set.

    `entity` is the part (contact), `owner` its reference to this record (customer), `flag` the check field
    that marks the one (is_main).
    """

    entity: str
    owner: str
    flag: str


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the card."""

    name: str
    label: str
    position: int
    system: bool
    via: Via | None = None
    columns: int = 2
    collapsed: bool = False
    tab: bool = False
    visible: Json = None
    """A condition (its JSON form) on which the group stands on the card; None: always."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field definition. `table` and `column` say where its values live, which need not be the entity's table.

    `rules` are conditions in their JSON form: `visible` and `required` (when), and `choices`, a list of
    `{"when": condition, "values": [...]}`. `folded` says that a folded column is kept beside the value although the field
    need not be searchable. `copies_to` is the id of a field for which the values are being converted: every save writes both;
    a retired one goes on naming what it was converted to. `copies_in` is the time zone in which that reads and writes moments; '': UTC.
    """

    id: str
    entity: str
    name: str
    type: str
    group: str
    label: str
    position: int
    table: str
    column: str
    options: Mapping[str, Json] = field(default_factory=dict)
    help: str = ""
    placeholder: str = ""
    default: Json = None
    width: str = "half"
    enabled: bool = True
    required: bool = False
    searchable: bool = False
    sortable: bool = True
    in_list: bool = False
    system: bool = True
    via: Via | None = None
    rules: Mapping[str, Json] = field(default_factory=dict)
    state: FieldState = "active"
    folded: bool = False
    copies_to: str | None = None
    copies_in: str = ""

    @property
    def key(self) -> str:
        """The stem of the field's label keys."""
        return f"field.{self.entity}.{self.name}"

    @property
    def target(self) -> str | None:
        """The entity this field refers to, if it is a reference of any kind."""
        target = self.options.get("entity")
        return target if isinstance(target, str) else None

    @property
    def limited_by(self) -> tuple[str, ...]:
        """The fields of its card that limit the choices of this reference."""
        return tuple(dict.fromkeys(card_fields(self.options["where"]))) if "where" in self.options else ()


def card_fields(document: Json) -> Iterator[str]:
    """The fields of the card that a condition compares with."""
    if isinstance(document, (Mapping, list, tuple)):
        for one in document.values() if isinstance(document, Mapping) else document:
            yield from card_fields(one)
    elif isinstance(document, str) and document.startswith(RECORD):
        yield document.removeprefix(RECORD)


def apart(before: Iterable[Field], after: Iterable[Field]) -> tuple[list[Field], list[Field]]:
    """The fields that stand only before and those that stand only after: what a change leaves alone is the same object on both sides."""
    before, after = tuple(before), tuple(after)
    same = list(map(is_, before, after))
    start = same.index(False) if False in same else len(same)  # most often a field has come at the end, or one has changed
    before, after = before[start:], after[start:]
    held, coming = set(map(id, before)), set(map(id, after))
    return [one for one in before if id(one) not in coming], [one for one in after if id(one) not in held]


@dataclass(frozen=True, slots=True)
class Locks:
    """What may not be done to a dictionary's shipped rows (by row key), as data."""

    add: bool = False
    delete: frozenset[str] = frozenset()
    change: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Entity:
    """A kind of record: its groups and fields in the order of the card, disabled fields included.

    `retired` fields (and those still filling) are hidden everywhere and keep their data; `missing` ones have lost their column, or not got it
    yet, so nothing may read or write them. Compared by identity: a catalog and its narrowed entities live as long as
    their version does.
    """

    name: str
    label: str
    plural: str
    kind: str
    title: str
    icon: str
    position: int
    groups: tuple[Group, ...]
    fields: tuple[Field, ...]
    owner: str | None = None
    parts: tuple[str, ...] = ()
    tree: str | None = None
    picker: bool = False
    searched: bool = True
    charts: tuple[str, ...] = ()
    locks: Locks = field(default_factory=Locks)
    system: bool = True
    retired: tuple[Field, ...] = ()
    missing: tuple[Field, ...] = ()

    @property
    def stored(self) -> tuple[Field, ...]:
        """The fields whose column is there, retired ones included."""
        return self.fields + self.retired

    @property
    def table(self) -> str:
        """The table of the entity's records."""
        return self.name

    @property
    def is_dictionary(self) -> bool:
        """Whether its rows are few, cached in every process and changed by administrators only."""
        return self.kind == "dictionary"

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Enabled fields by name: what can be seen, written, searched and sorted."""
        return {f.name: f for f in self.fields if f.enabled}

    @cached_property
    def vias(self) -> Mapping[str, Via]:
        """The other records whose fields stand on this card, by the part's entity name."""
        return {g.via.entity: g.via for g in self.groups if g.via is not None}

    def field(self, name: str) -> Field:
        """The enabled field of that name. Raises UnknownField."""
        try:
            return self.by_name[name]
        except KeyError:
            raise UnknownField(self.name, name) from None

    def group(self, name: str) -> Group:
        """The group of that name. Raises UnknownField."""
        for group in self.groups:
            if group.name == name:
                return group
        raise UnknownField(self.name, name)

    def fields_of(self, group: Group) -> Iterator[Field]:
        """The enabled fields under a heading, in order."""
        return (f for f in self.fields if f.group == group.name and f.enabled)

    def narrowed(self, names: frozenset[str]) -> Entity:
        """The same entity with only these fields."""
        return replace(self, fields=tuple(f for f in self.fields if f.name in names))


@dataclass(frozen=True, eq=False)
class Catalog:
    """An immutable snapshot of all metadata. `labels` maps language → key → text, the source language included.

    `retired` entities are hidden everywhere; their tables stay. `spent` holds the (entity, field) names of what was purged:
    no name is ever given twice. An entity's own name is spent with the field ''.
    """

    version: int
    entities: Mapping[str, Entity]
    labels: Mapping[str, Mapping[str, str]]
    retired: Mapping[str, Entity] = field(default_factory=dict)
    spent: frozenset[tuple[str, str]] = frozenset()

    @property
    def stored(self) -> tuple[Entity, ...]:
        """The entities whose tables are there, retired ones included."""
        return (*self.entities.values(), *self.retired.values())

    def entity(self, name: str) -> Entity:
        """The entity of that name. Raises UnknownEntity."""
        try:
            return self.entities[name]
        except KeyError:
            raise UnknownEntity(name) from None

    def text(self, key: str, languages: tuple[str, ...]) -> str:
        """The label for a key in the first of these languages that has one, or in the source language; else ''."""
        for language in (*languages, SOURCE_LANGUAGE):
            text = self.labels.get(language, {}).get(key)
            if text:
                return text
        return ""

    @cached_property
    def standing(self) -> Mapping[str, tuple[Via, ...]]:
        """The cards on which a record of an entity stands, by that entity."""
        found: dict[str, list[Via]] = {}
        for entity in self.entities.values():
            for via in entity.vias.values():
                found.setdefault(via.entity, []).append(via)
        return {name: tuple(vias) for name, vias in found.items()}

    @cached_property
    def referrers(self) -> Mapping[str, tuple[Field, ...]]:
        """Fields that refer to an entity, by that entity, retired ones included; those standing on a card through `via` are not counted twice."""
        found: dict[str, list[Field]] = {}
        for entity in self.stored:
            for one in entity.stored:
                if one.target and one.via is None:
                    found.setdefault(one.target, []).append(one)
        return {name: tuple(fields) for name, fields in found.items()}
