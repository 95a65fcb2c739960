"""What the checks of several operations share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.messages import M_, Message
from engine.metadata import document
from engine.metadata.model import Catalog, Entity, Field, Json
from engine.metadata.options import default_problem, options_problem
from engine.metadata.types import TYPES
from engine.schema.dependents import names_in
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
    if "lifecycle" in field.options and (wrong := _lifecycle_problem(catalog, field)):
        return [Finding("F1", "error", wrong, field.entity, field.name)]
    return [
        Finding("F3", "error", M_("A rule is not well formed: “%(name)s”.", name=name), field.entity, field.name)
        for name in field.rules
        if name not in ("visible", "required", "choices", "starts")
    ]


def _lifecycle_problem(catalog: Catalog, field: Field) -> Message | None:
    """Where a new record starts, who names the flow, and what guards ask: all of it must be there. States may come later, with their rows."""
    told, entity = field.options["lifecycle"], catalog.entities[field.entity]
    here = {one.name: one for one in entity.fields} | {field.name: field}
    if field.default not in told["initial"]:
        return M_("A lifecycle starts with its default, which must be one of: %(states)s.", states=", ".join(told["initial"]))
    if approval := told.get("approval"):
        by = here.get(approval["by"])
        chosen = catalog.entities.get((by.target if by else None) or "")
        flow = field_named(chosen.fields, approval["flow"]) if chosen else None
        if flow is None or not TYPES[flow.type].refers:
            return M_("“%(name)s” names no approval flow: there is no such field.", name=f"{approval['by']}.{approval['flow']}")
    for step in told["steps"]:
        for name in names_in(step.get("guard")):
            if name not in here:
                return M_("The guard of “%(step)s” asks for “%(name)s”, which is no field here.", step=step["name"], name=name)
    return None


def merged(held: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Options with changes; None takes one away."""
    return {name: value for name, value in {**held, **changes}.items() if value is not None}


def nothing_before(name: str, group: str) -> Message:
    """Why nothing can be put before a field."""
    return M_("“%(name)s” does not stand in the group “%(group)s”, so nothing can be put before it.", name=name, group=group)


def options_told(field: Field | None, changes: Mapping[str, Json]) -> str:
    """Options with what they were and what they become; a change that is in force already, as in the journal, no longer knows what they were."""
    told = []
    for name, value in changes.items():
        held = field.options.get(name) if field else value
        if isinstance(held, list) and isinstance(value, list) and (differing := _differing(held, value)):
            told.append(f"{name} {differing}")
        else:
            told.append(f"{name} → {_short(value)}" if held == value else f"{name} {_short(held)} → {_short(value)}")
    return ", ".join(told)


def _differing(before: Sequence[Json], after: Sequence[Json]) -> str:
    """What a list loses and gains."""
    held, coming = ([_named(one) for one in told] for told in (before, after))
    return " ".join([*(f"− {one}" for one in held if one not in coming), *(f"+ {one}" for one in coming if one not in held)])


def _short(value: Json) -> str:
    if isinstance(value, list):
        return " · ".join(map(_named, value)) or "–"
    return "–" if value is None else str(value)


def _named(one: Json) -> str:
    """A choice by its label; what has none, as it is."""
    return str(one.get("label", one.get("value"))) if isinstance(one, Mapping) else str(one)
