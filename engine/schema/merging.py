"""Three definitions of an entity made one: as the program shipped it before, as it ships it now, as it is here.

What was changed here stays, and is told. All else becomes what is shipped now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from engine.messages import M_, Message
from engine.metadata.model import Entity, Field, Group, Json
from engine.schema.editing import field_named, group_named, ordered
from engine.schema.operation import Finding

OF_ENTITY = ("label", "plural", "icon", "picker")
OF_GROUP = ("label", "columns", "collapsed", "tab", "visible")
OF_FIELD = ("label", "help", "placeholder", "default", "width", "enabled", "required", "searchable", "sortable", "in_list", "group")
"""What of each is compared, options and rules of a field aside."""
_KEPT = {"name", "position", "groups", "fields", "parts", "system", "retired", "missing"}
"""Of an entity, what is not simply taken over; everything that no operation can change is."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The entity as it becomes, and what there is to know of it."""

    entity: Entity
    findings: tuple[Finding, ...]


class _Told:
    """Collects what is different."""

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self.findings: list[Finding] = []

    def __call__(self, code: str, message: Message, field: str = "") -> None:
        self.findings.append(Finding(code, "warning" if code in ("U3", "U4") else "note", message, self.entity, field))


def merge(held: Entity, base: Entity, shipped: Entity) -> Merged:
    """The entity that is here, with what is shipped now and was not before."""
    told = _Told(held.name)
    changes = _three_ways(held, base, shipped, OF_ENTITY, told, "", held.label)
    for name in (one.name for one in fields(Entity) if one.name not in {*_KEPT, *OF_ENTITY}):
        if getattr(held, name) != getattr(shipped, name):
            changes[name] = getattr(shipped, name)
            told("U2", M_("“%(what)s” of “%(label)s” changes.", what=name, label=held.label))
    own_parts = tuple(one for one in held.parts if one not in (*base.parts, *shipped.parts))
    groups = _groups(held, base, shipped, told)
    made = replace(held, **changes, parts=(*shipped.parts, *own_parts), groups=groups)
    return Merged(_with_fields(made, base, shipped, told), tuple(told.findings))


def _groups(held: Entity, base: Entity, shipped: Entity, told: _Told) -> tuple[Group, ...]:
    found: dict[str, Group] = {}
    for one in held.groups:
        now, before = group_named(shipped, one.name), group_named(base, one.name)
        if now is None:
            if one.system:
                told("U5", M_("“%(label)s” is no longer shipped; it stays.", label=one.label))
            found[one.name] = replace(one, system=False)
            continue
        changes = _three_ways(one, before or now, now, OF_GROUP, told, "", one.label)
        found[one.name] = replace(one, **changes, via=now.via)
    for one in shipped.groups:
        if one.name not in found:
            found[one.name] = one
            told("U1", M_("New group: “%(label)s”.", label=one.label))
    names = _woven([one.name for one in held.groups], [one.name for one in base.groups], [one.name for one in shipped.groups])
    return tuple(replace(found[name], position=at) for at, name in enumerate(names))


def _with_fields(made: Entity, base: Entity, shipped: Entity, told: _Told) -> Entity:
    gone = {one.name for one in (*made.retired, *made.missing)}
    found: dict[str, Field] = {}
    for one in made.fields:
        found[one.name] = _field(one, field_named(base.fields, one.name), field_named(shipped.fields, one.name), told)
    for one in shipped.fields:
        if one.name not in found and one.name not in gone:
            found[one.name] = one
            told("U1", M_("New field: “%(label)s” (%(name)s).", label=one.label, name=one.name), one.name)
    names = _woven(*([one.name for one in entity.fields] for entity in (made, base, shipped)))
    return ordered(made, [found[name] for name in names if name in found])


def _field(held: Field, base: Field | None, shipped: Field | None, told: _Told) -> Field:
    if shipped is None:
        if not held.system:
            return held
        told("U5", M_("“%(label)s” is no longer shipped; it stays, and may be retired now.", label=held.label), held.name)
        return replace(held, system=False)
    if shipped.type != held.type:
        if base is None or base.type != shipped.type:  # told once
            told("U4", M_("“%(label)s” is shipped with another type; here it keeps the one it has.", label=held.label), held.name)
        return held
    before = base or shipped
    changes = _three_ways(held, before, shipped, OF_FIELD, told, held.name, held.label)
    for name in ("options", "rules"):
        merged = _by_key(getattr(held, name), getattr(before, name), getattr(shipped, name), told, held)
        if merged != dict(getattr(held, name)):
            changes[name] = merged
    if shipped.via is not None:
        changes |= {"via": shipped.via, "table": shipped.table, "column": shipped.column}
    return replace(held, **changes)


def _three_ways(held: Any, base: Any, shipped: Any, names: Iterable[str], told: _Told, field: str, label: str) -> dict[str, Any]:
    """What becomes other than it is here; what was changed here is told."""
    found = {}
    for name in names:
        here, before, now = (getattr(one, name) for one in (held, base, shipped))
        if now in (before, here):
            continue
        if here != before:
            told("U3", M_("“%(what)s” of “%(label)s” was changed here and stays.", what=name, label=label), field)
        else:
            found[name] = now
            told("U2", M_("“%(what)s” of “%(label)s” changes.", what=name, label=label), field)
    return found


def _by_key(held: Mapping[str, Json], base: Mapping[str, Json], shipped: Mapping[str, Json], told: _Told, field: Field) -> dict[str, Json]:
    found = dict(held)
    for name in sorted({*held, *base, *shipped}):
        here, before, now = (one.get(name) for one in (held, base, shipped))
        if now in (before, here):
            continue
        if here != before:
            told("U3", M_("“%(what)s” of “%(label)s” was changed here and stays.", what=name, label=field.label), field.name)
            continue
        told("U2", M_("“%(what)s” of “%(label)s” changes.", what=name, label=field.label), field.name)
        if now is None:
            del found[name]
        else:
            found[name] = now
    return found


def _woven(held: Sequence[str], base: Sequence[str], shipped: Sequence[str]) -> list[str]:
    """The order: as shipped where nobody here has changed it, else as it is here. What the other side has follows what it followed there."""
    common = [one for one in base if one in held and one in shipped]
    untouched = [one for one in held if one in common] == common
    frame, rest = (shipped, held) if untouched else (held, shipped)
    found = list(frame)
    for at, name in enumerate(rest):
        if name not in found:
            before = next((one for one in reversed(rest[:at]) if one in found), None)
            found.insert(found.index(before) + 1 if before else 0, name)
    return found
