"""A card's rules for programs: as they stand (`x-visible-when` …), and as JSON Schema where that can say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.metadata.model import Entity, Field, Group, Json
from engine.metadata.types import TYPES
from engine.query.cardrules import Ready
from engine.query.evaluate import Resolved, ResolvedJunction, ResolvedRule

EMPTY = {"type": "null"}
FILLED = {"not": EMPTY}
LIMITS = {"_lt": "exclusiveMaximum", "_lte": "maximum", "_gt": "exclusiveMinimum", "_gte": "minimum"}


def told(one: Field, group: Group | None = None) -> dict[str, Json]:
    """The rules of a field as they are kept, that of its group among them."""
    visible = [condition for condition in (group.visible if group else None, one.rules.get("visible")) if condition is not None]
    found: dict[str, Json] = {"x-visible-when": visible[0] if len(visible) == 1 else {"_and": visible}} if visible else {}
    if "required" in one.rules:
        found["x-required-when"] = one.rules["required"]
    if "starts" in one.rules:
        found["x-starts-as"] = one.rules["starts"]
    if "choices" in one.rules:
        found["x-choices-when"] = one.rules["choices"]
    return found


def clauses(ready: Ready, entity: Entity) -> Iterator[dict[str, Json]]:
    """if/then/else of a new record. What a schema cannot say (texts compared folded, moments) is left to the judge."""
    visible: dict[str, list[Json]] = {}
    for one, when in ready.shown:
        for name in one.fields:
            visible.setdefault(name, []).append(_said(when))
    for name, conditions in visible.items():
        field = entity.by_name[name]
        if TYPES[field.type].column_type(field.options) is not None and None not in conditions:
            shown = conditions[0] if len(conditions) == 1 else {"allOf": conditions}
            demand = {"then": _demand(name)} if field.required and field.default is None else {}
            yield {"if": shown, **demand, "else": {"properties": {name: EMPTY}}}
    for name, when in ready.required.items():
        conditions = [*visible.get(name, ()), _said(when)]
        if None not in conditions:
            yield {"if": {"allOf": conditions}, "then": _demand(name)}


def _demand(name: str) -> dict[str, Json]:
    return {"required": [name], "properties": {name: FILLED}}


def _said(condition: Resolved) -> Json:
    """The schema that records meet which meet the condition, or None where there is none."""
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, ResolvedJunction):
        members = [_said(member) for member in condition.members]
        if None in members:
            return None
        return {"allOf" if condition.joiner == "_and" else "anyOf": members} if members else True
    return _rule(condition)


def _rule(rule: ResolvedRule) -> Json:
    name, kind, value = rule.field.name, TYPES[rule.field.type], rule.value
    match rule.operator:
        case "_null" | "_empty" | "_nnull" | "_nempty":
            empty = bool(value) is (rule.operator in ("_null", "_empty"))
            return {"properties": {name: EMPTY}} if empty else _demand(name)
    if kind.folds or rule.field.type == "datetime":
        return None
    known: Mapping[str, Json] = {
        "_eq": lambda: {"const": kind.to_json(value)},
        "_neq": lambda: {"not": {"const": kind.to_json(value)}},
        "_in": lambda: {"enum": [kind.to_json(one) for one in value]},
        "_under": lambda: {"enum": sorted(value)},
        "_nin": lambda: {"not": {"enum": [kind.to_json(one) for one in value]}},
        "_any": lambda: {"type": "array", "contains": {"enum": list(value)}},
        "_none": lambda: {"not": {"type": "array", "contains": {"enum": list(value)}}},
        "_all": lambda: {"type": "array", "allOf": [{"contains": {"const": one}} for one in value]},
    }
    if rule.operator in known:
        found = known[rule.operator]()
    elif rule.field.type == "integer" and rule.operator in LIMITS:
        found = {"type": "integer", LIMITS[rule.operator]: value}
    elif rule.field.type == "integer" and rule.operator == "_between":
        found = {"type": "integer", "minimum": value[0], "maximum": value[1]}
    else:
        return None
    missing_too = rule.operator in ("_neq", "_nin", "_none")
    return {"properties": {name: found}, **({} if missing_too else {"required": [name]})}
