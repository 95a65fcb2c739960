"""What a change of definitions does to the rules of cards: found with everything else that is to be known before it runs."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import UTC, datetime

import babel
from sqlalchemy import Connection

from engine.messages import M_, Message
from engine.metadata import rows, store
from engine.metadata.model import Entity, Field, apart
from engine.metadata.types import Region
from engine.query import rulecheck
from engine.query.rulecheck import RuleFinding
from engine.query.values import Scope
from engine.schema.operation import Finding, Level
from engine.schema.plan import Plan, Step

_ANYBODY = Region(babel.Locale.parse("en"))


def added(conn: Connection, plan: Plan, dictionaries: rows.DictionaryStore | None = None) -> Plan:
    """The plan with what it would make of rules, at the last operation on their entity. What was so before is no finding of it.

    `dictionaries` may have the rows of dictionaries already.
    """
    pairs = [(plan.before.entities.get(one.name), one) for one in plan.after.entities.values()]
    changed = [(before, one, one.name) for before, one in pairs if one is not before and _has_rules(one) and not (before and _ruled_alike(before, one))]
    changed += _leaning(plan, {one.name for _, one, _ in changed})
    if not changed:
        return plan
    known = (dictionaries or rows.DictionaryStore()).current(conn, plan.before, store.read_version(conn))
    scope = Scope(known, _ANYBODY, datetime.now(UTC))
    steps = list(plan.steps)
    for before, entity, about in changed:
        found = rulecheck.check(plan.after, entity, scope)
        held = rulecheck.check(plan.before, before, scope) if before and found else []
        new = [one for one in found if one not in held]
        place = next((place for place, step in reversed(list(enumerate(steps))) if getattr(step.operation, "entity", "") == about), None)
        if new and place is not None:
            steps[place] = _with(steps[place], [_finding(entity, before, one) for one in new])
    return replace(plan, steps=tuple(steps))


def _leaning(plan: Plan, known: Set[str]) -> list[tuple[Entity | None, Entity, str]]:
    """Entities with rules on records of another one that has lost fields: (before, after, that other one)."""
    pairs = [(one, plan.after.entities.get(one.name)) for one in plan.before.entities.values()]
    less = {one.name for one, after in pairs if after and any(field.name not in after.by_name for field in apart(one.fields, after.fields)[0])}
    leaning = [one for one in plan.after.entities.values() if less and one.name not in known and _has_rules(one)]
    abouts = ((entity, next((one.target for one in entity.fields if one.target in less), None)) for entity in leaning)
    return [(plan.before.entities.get(entity.name), entity, about) for entity, about in abouts if about]


def _has_rules(entity: Entity) -> bool:
    return any(group.visible is not None for group in entity.groups) or any(map(_is_ruled, entity.fields))


def _is_ruled(one: Field) -> bool:
    return bool(one.rules) or "where" in one.options or "lifecycle" in one.options


def _ruled_alike(before: Entity, after: Entity) -> bool:
    """Whether rules can say nothing else than before: fields have only been added without any, moved, or renamed."""
    if any(getattr(before, name) != getattr(after, name) for name in ("groups", "title", "owner", "tree")):
        return False
    held = {one.id: one for one in before.fields}
    pairs = [(held.pop(one.id, None), one) for one in after.fields]
    new = [one for was, one in pairs if was is None]
    if held or any(_is_ruled(one) for one in new) or any(was and was is not one and _judged_by(was) != _judged_by(one) for was, one in pairs):
        return False
    told = repr([one.visible for one in after.groups]) + repr([(one.rules, one.options.get("where")) for one in after.fields if _is_ruled(one)])
    return not any(repr(one.name) in told for one in new)


def _judged_by(one: Field) -> tuple[object, ...]:
    return (one.type, one.group, one.options, one.rules, one.default, one.enabled, one.required, one.via)


def _with(step: Step, findings: list[Finding]) -> Step:
    return replace(step, findings=(*step.findings, *findings))


def _finding(entity: Entity, before: Entity | None, one: RuleFinding) -> Finding:
    """An error stops a change of the rule itself; a change of something else that breaks the rule is asked about.

    A circle is named by its first member, whichever of them closed it: it always stops the change.
    """
    level: Level = one.level
    if one.level == "error" and one.code != "K3" and before is not None and _same_rule(entity, before, one):
        level = "confirm"
    return Finding(one.code, level, in_words(entity, one), entity.name, one.field)


def _same_rule(entity: Entity, before: Entity, one: RuleFinding) -> bool:
    if one.group:
        told = [group.visible for side in (entity, before) for group in side.groups if group.name == one.group]
        return len(told) == 2 and told[0] == told[1]
    sides = [side.by_name.get(one.field) for side in (entity, before)]
    return None not in sides and len({repr((side.rules, side.options.get("where"), side.options.get("lifecycle"))) for side in sides if side}) == 1


def in_words(entity: Entity, one: RuleFinding) -> Message:
    """A finding with the name of its field or group."""
    if one.group:
        label = next((group.label for group in entity.groups if group.name == one.group), one.group)
        return M_("Group “%(label)s”: %(finding)s", label=label, finding=one.message)
    label = entity.by_name[one.field].label if one.field in entity.by_name else one.field
    return M_("“%(label)s”: %(finding)s", label=label, finding=one.message)
