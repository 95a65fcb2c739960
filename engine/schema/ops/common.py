"""What the checks of several operations share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.messages import M_
from engine.metadata import document
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.options import default_problem, options_problem
from engine.metadata.types import TYPES
from engine.schema.editing import entity_named, field_named, group_named
from engine.schema.operation import Finding

PREFIX = document.PREFIX
"""No later shipped name can clash with what is named with it."""


def no_entity(catalog: Catalog, name: str) -> list[Finding]:
    """A finding where there is no such entity in force."""
    if entity_named(catalog, name):
        return []
    if name in catalog.retired:
        return [Finding("N0", "error", M_("“%(name)s” is retired; restore it first.", name=name), name)]
    return [Finding("N0", "error", M_("There is no entity “%(name)s”.", name=name), name)]


def no_field(catalog: Catalog, entity: str, names: Iterable[str], *, retired: bool = False) -> list[Finding]:
    """A finding for each field that is not there; with `retired`, that is not among the retired ones."""
    if found := no_entity(catalog, entity):
        return found
    held = catalog.entities[entity]
    among = [one for one in held.retired if one.state == "retired"] if retired else held.fields
    found = []
    for name in names:
        if field_named(among, name):
            continue
        if retired:
            told = M_("“%(entity)s” has no retired field “%(name)s”.", entity=entity, name=name)
        elif field_named(held.retired, name):
            told = M_("The field “%(name)s” of “%(entity)s” is retired; restore it first.", entity=entity, name=name)
        else:
            told = M_("“%(entity)s” has no field “%(name)s”.", entity=entity, name=name)
        found.append(Finding("N0", "error", told, entity, name))
    return found


def no_group(catalog: Catalog, entity: str, name: str) -> list[Finding]:
    """A finding where the entity has no such group."""
    if found := no_entity(catalog, entity):
        return found
    if group_named(catalog.entities[entity], name):
        return []
    return [Finding("N0", "error", M_("“%(entity)s” has no group “%(name)s”.", entity=entity, name=name), entity)]


def structural(entity: Entity, field: Field, catalog: Catalog) -> bool:
    """Whether the program itself leans on the field: the title, the owner, the tree, the flag of a record on a card."""
    flags = {(via.entity, via.flag) for one in catalog.entities.values() for via in one.vias.values()}
    return field.name in (entity.title, entity.owner, entity.tree) or (entity.name, field.name) in flags


def definition_findings(catalog: Catalog, field: Field) -> list[Finding]:
    """What is wrong with a field's options, default and reference."""
    kind = TYPES[field.type]
    problem = options_problem(kind, field.options) or default_problem(kind, field.options, field.default)
    if problem:
        return [Finding("F1", "error", problem, field.entity, field.name)]
    if kind.refers and field.target not in catalog.entities:
        told = M_("It refers to “%(target)s”, which does not exist.", target=field.target or "")
        return [Finding("F2", "error", told, field.entity, field.name)]
    return [
        Finding("F3", "error", M_("A rule is not well formed: “%(name)s”.", name=name), field.entity, field.name)
        for name in field.rules
        if name not in ("visible", "required", "choices", "starts")
    ]


def merged(held: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Options with changes; None takes one away."""
    return {name: value for name, value in {**held, **changes}.items() if value is not None}
