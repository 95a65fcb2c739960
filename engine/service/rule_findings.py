"""What a change of definitions does to the rules of cards: found with everything else that is to be known before it runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import babel
from sqlalchemy import Connection

from engine.messages import M_, Message
from engine.metadata import rows, store
from engine.metadata.model import Entity
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
    if not any(_has_rules(entity) for entity in plan.after.entities.values()):
        return plan
    known = (dictionaries or rows.DictionaryStore()).current(conn, plan.before, store.read_version(conn))
    scope = Scope(known, _ANYBODY, datetime.now(UTC))
    steps = list(plan.steps)
    for name, entity in plan.after.entities.items():
        before = plan.before.entities.get(name)
        if entity is before or not _has_rules(entity):
            continue
        held = rulecheck.check(plan.before, before, scope) if before else []
        new = [one for one in rulecheck.check(plan.after, entity, scope) if one not in held]
        place = next((place for place, step in reversed(list(enumerate(steps))) if getattr(step.operation, "entity", "") == name), None)
        if new and place is not None:
            steps[place] = _with(steps[place], [_finding(entity, before, one) for one in new])
    return replace(plan, steps=tuple(steps))


def _has_rules(entity: Entity) -> bool:
    fields = any(one.rules or one.limited_by or "lifecycle" in one.options for one in entity.fields)
    return fields or any(group.visible is not None for group in entity.groups)


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
