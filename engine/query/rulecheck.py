"""What is wrong with the rules of an entity, found before anybody fills in a card. The codes are listed in docs/administrator.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import FieldloomError
from engine.messages import M_, Message
from engine.metadata.model import RECORD, Catalog, Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query import cardrules
from engine.query.cardrules import UNREADABLE, Ready, Shown, depends_on, rules_in
from engine.query.evaluate import Resolved, kind_of, resolved
from engine.query.satisfy import can_hold
from engine.query.tree import Condition, Rule, from_json
from engine.query.values import Scope, named_in

NEVER_SHOWN = M_("It never stands on the card: nothing can meet its conditions.")
REQUIRED_NEVER_SHOWN = M_("It is required, but never stands on the card.")


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """Something about a rule. An error stops the change that would make it; the field or the group is named, '' where it is the other."""

    code: str
    level: Literal["error", "warning"]
    message: Message
    field: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """A condition as it is kept: where it stands, and what it decides."""

    document: Json
    field: str = ""
    group: str = ""
    what: str = "visible"


def check(catalog: Catalog, entity: Entity, scope: Scope) -> list[RuleFinding]:
    """Everything that is wrong with an entity's rules: first what cannot be read, then what contradicts."""
    found = [finding for told in _conditions(entity) for finding in _readable(entity, told, scope)]
    found += _choices(entity, scope)
    found += [finding for one in entity.by_name.values() for finding in _limits(catalog, entity, one, scope)]
    found += [finding for one in entity.by_name.values() for finding in _starts(catalog, entity, one)]
    found += [finding for one in entity.by_name.values() for finding in (*_guards(entity, one), *_approvals(catalog, entity, one))]
    rules = cardrules.read(entity)
    if rules is not None:
        found += _always_shown(catalog, entity, rules.shown)
        found += _circles(entity, rules.shown)
        if not any(one.level == "error" for one in found):
            found += _contradictions(entity, scope)
    return found


def _conditions(entity: Entity) -> Iterator[_Told]:
    for group in entity.groups:
        if group.visible is not None:
            yield _Told(group.visible, group=group.name)
    for one in entity.by_name.values():
        for what in ("visible", "required"):
            if one.rules.get(what) is not None:
                yield _Told(one.rules[what], field=one.name, what=what)
        told = one.rules.get("choices")
        for offer in told if isinstance(told, list) else ():
            yield _Told(offer.get("when") if isinstance(offer, Mapping) else None, field=one.name, what="choices")


def _readable(entity: Entity, told: _Told, scope: Scope) -> Iterator[RuleFinding]:
    """K1: a condition names what there is not, or is not well formed."""
    try:
        condition = from_json(told.document, entity, searchable_only=False)
        for rule in rules_in(condition):
            if names := named_in(rule.value):
                yield RuleFinding("K1", "error", M_("“%(name)s” cannot stand in a rule of a card.", name=RECORD + names[0]), told.field, told.group)
                return
        resolved(condition, entity, scope)
    except FieldloomError as error:
        yield RuleFinding("K1", "error", M_("A rule cannot be read: %(why)s", why=error.message), told.field, told.group)


def _always_shown(catalog: Catalog, entity: Entity, shown: Sequence[Shown]) -> Iterator[RuleFinding]:
    """K2: the program leans on these fields, so they cannot be hidden."""
    flags = {via.flag for one in catalog.entities.values() for via in one.vias.values() if via.entity == entity.name}
    for one in shown:
        for name in one.fields:
            field = entity.by_name[name]
            if name in (entity.title, entity.owner, entity.tree) or name in flags or "lifecycle" in field.options:
                yield RuleFinding("K2", "error", M_("“%(field)s” must always stand on the card.", field=name), "" if one.group else name, one.group)


def _circles(entity: Entity, shown: Sequence[Shown]) -> Iterator[RuleFinding]:
    """K3: what is shown depends on itself."""
    members = list(shown)
    edges = {place: depends_on(one, members) for place, one in enumerate(members)}
    for place, one in enumerate(members):
        path = _way_back(edges, place)
        if path and min(path) == place:
            names = " → ".join(members[step].group or members[step].fields[0] for step in (*path, path[0]))
            told = M_("What is shown depends on itself: %(circle)s.", circle=names)
            yield RuleFinding("K3", "error", told, "" if one.group else one.fields[0], one.group)


def _way_back(edges: Mapping[int, Sequence[int]], start: int) -> list[int]:
    """A way along the edges from a place back to it; [] where there is none."""
    waiting: list[list[int]] = [[start]]
    seen: set[int] = set()
    while waiting:
        path = waiting.pop(0)
        for step in edges[path[-1]]:
            if step == start:
                return path
            if step not in seen:
                seen.add(step)
                waiting.append([*path, step])
    return []


def _contradictions(entity: Entity, scope: Scope) -> Iterator[RuleFinding]:
    """Rules that can be read, and yet cannot be meant."""
    ready = cardrules.ready(entity, scope)
    if ready is None:
        return
    visible: dict[str, list[Resolved]] = {}
    for shown, when in ready.shown:
        for name in shown.fields:
            visible.setdefault(name, []).append(when)
    yield from _never_shown(ready, visible, scope)
    yield from _needless(ready, visible, scope)
    yield from _nothing_to_choose(ready, visible, scope)


def _never_shown(ready: Ready, visible: Mapping[str, Sequence[Resolved]], scope: Scope) -> Iterator[RuleFinding]:
    """K4: nothing can meet what a field or a group depends on."""
    for shown, when in ready.shown:
        if shown.group and not can_hold([when], scope.dictionaries):
            yield RuleFinding("K4", "warning", M_("This group never stands on the card: nothing can meet its condition."), group=shown.group)
    for name, conditions in visible.items():
        one = ready.rules.entity.by_name[name]
        if (len(conditions) > 1 or "visible" in one.rules) and not can_hold(conditions, scope.dictionaries):
            required = one.required or name in ready.required
            yield RuleFinding("K4", "warning", REQUIRED_NEVER_SHOWN if required else NEVER_SHOWN, name)


def _needless(ready: Ready, visible: Mapping[str, Sequence[Resolved]], scope: Scope) -> Iterator[RuleFinding]:
    """K5: demanded only while hidden. K6: demanded anyway."""
    for name, when in ready.required.items():
        if not can_hold([*visible.get(name, ()), when], scope.dictionaries):
            yield RuleFinding("K5", "warning", M_("It is never required: while its condition holds, it does not stand on the card."), name)
        elif ready.rules.entity.by_name[name].required:
            yield RuleFinding("K6", "warning", M_("It is always required, so the condition on which it is says nothing."), name)


def _nothing_to_choose(ready: Ready, visible: Mapping[str, Sequence[Resolved]], scope: Scope) -> Iterator[RuleFinding]:
    """K7: demanded while no choice is offered."""
    for name, offers in ready.choices.items():
        always = ready.rules.entity.by_name[name].required
        must = [] if always else [ready.required[name]] if name in ready.required else [False]
        for when, values in offers:
            if not values and can_hold([*visible.get(name, ()), *must, when], scope.dictionaries):
                yield RuleFinding("K7", "warning", M_("It is required while nothing can be chosen."), name)


def _choices(entity: Entity, scope: Scope) -> Iterator[RuleFinding]:
    """K8: choices that the field does not have."""
    for one in entity.by_name.values():
        told = one.rules.get("choices")
        if told is None:
            continue
        known = _values_of(one, scope)
        if known is None or not isinstance(told, list) or not all(isinstance(offer, Mapping) and isinstance(offer.get("values"), list) for offer in told):
            yield RuleFinding("K8", "error", M_("Only choices can be limited: a list of conditions with values."), one.name)
            continue
        for value in dict.fromkeys(str(value) for offer in told for value in offer["values"]):
            if value not in known:
                yield RuleFinding("K8", "error", M_("There is no choice “%(value)s”.", value=value), one.name)


def _values_of(one: Field, scope: Scope) -> set[str] | None:
    schema = TYPES[one.type].json_schema(one.options)
    if offered := schema.get("enum") or schema.get("items", {}).get("enum"):
        return set(offered)
    rows = scope.dictionaries.of(one.target or "") if TYPES[one.type].refers else None
    return None if rows is None else {*rows.by_key, *(str(id) for id in rows.rows)}


def _limits(catalog: Catalog, entity: Entity, one: Field, scope: Scope) -> Iterator[RuleFinding]:
    """K9: the condition on a reference's choices."""
    if "where" not in one.options or one.target not in catalog.entities:
        return
    target = catalog.entities[one.target or ""]
    try:
        condition = from_json(one.options["where"], target, searchable_only=False)
        _resolve_constant(condition, target, scope)
    except UNREADABLE as error:
        yield RuleFinding("K9", "error", M_("The condition on its choices cannot be read: %(why)s", why=error.message), one.name)
        return
    for rule in rules_in(condition):
        for name in named_in(rule.value):
            other = entity.by_name.get(name)
            if other is None or other is one:
                told = M_("The condition on its choices names “%(name)s”, which is no other field of this card.", name=name)
                yield RuleFinding("K9", "error", told, one.name)
            elif not _is_comparable(target.by_name[rule.field], other):
                told = M_("The condition on its choices compares “%(field)s” with “%(name)s”, which is of another kind.", field=rule.field, name=name)
                yield RuleFinding("K9", "error", told, one.name)


def _starts(catalog: Catalog, entity: Entity, one: Field) -> Iterator[RuleFinding]:
    """K10: what a new record would start with cannot be taken from there."""
    told = one.rules.get("starts")
    if told is None:
        return
    by = entity.by_name.get(told["by"])
    target = catalog.entities.get(by.target or "") if by is not None and TYPES[by.type].refers else None
    if target is None:
        yield RuleFinding("K10", "error", M_("It starts as a record says that “%(name)s” should name, which refers to none.", name=told["by"]), one.name)
        return
    other = target.by_name.get(told["field"])
    if other is None or other.type != one.type or other.target != one.target:
        told_what = M_("It starts as “%(field)s” of “%(entity)s” says, which is no field of the same kind.", field=told["field"], entity=target.name)
        yield RuleFinding("K10", "error", told_what, one.name)


def _guards(entity: Entity, one: Field) -> Iterator[RuleFinding]:
    """K1: what a step asks of a record is not well formed. The entries that it names may come later."""
    for step in one.options.get("lifecycle", {}).get("steps", ()):
        try:
            from_json(step.get("guard") or {}, entity, searchable_only=False)
        except FieldloomError as error:
            yield RuleFinding("K1", "error", M_("The guard of “%(step)s” cannot be read: %(why)s", step=step["name"], why=error.message), one.name)


def _approvals(catalog: Catalog, entity: Entity, one: Field) -> Iterator[RuleFinding]:
    """K1: what names the approval flow of steps is not in force."""
    approval = one.options.get("lifecycle", {}).get("approval")
    by = entity.by_name.get(approval["by"]) if approval else None
    target = catalog.entities.get(by.target or "") if by else None
    if approval and (target is None or approval["flow"] not in target.by_name):
        told = M_("The approval of its steps is named by “%(name)s”, which is no field in force.", name=f"{approval['by']}.{approval['flow']}")
        yield RuleFinding("K1", "error", told, one.name)


def _resolve_constant(condition: Condition, target: Entity, scope: Scope) -> None:
    """Look up the values of all rules that name no field of the card. Raises BadValue."""
    for rule in rules_in(condition):
        if not named_in(rule.value):
            resolved(Rule(rule.field, rule.operator, rule.value), target, scope)


def _is_comparable(one: Field, other: Field) -> bool:
    if TYPES[one.type].refers or TYPES[other.type].refers:
        return TYPES[one.type].refers and TYPES[other.type].refers and one.target == other.target
    return kind_of(one) == kind_of(other) and "codes" not in (kind_of(one), kind_of(other))
