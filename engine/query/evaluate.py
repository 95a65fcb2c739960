"""Conditions in the program: whether the values of one record meet one, without asking a database.

A condition is *resolved* first (keys become ids, `_under` all ids below, `$NOW` a moment, texts are folded), then asked
of values in their JSON form. The same resolved condition, as a document, is what the browser evaluates while a card is
edited (web/static/js/conditions.js); tests/engine/query/test_agreement.py proves that SQL, Python and the browser agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from engine.metadata.folding import fold
from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query.operators import OPERATORS
from engine.query.tree import Condition, Rule
from engine.query.values import Scope, is_open, resolve


@dataclass(frozen=True, slots=True)
class ResolvedRule:
    """One rule with its value as a column would be asked for it. `folded` says whether texts are compared folded."""

    field: Field
    operator: str
    value: Any
    folded: bool


@dataclass(frozen=True, slots=True)
class ResolvedJunction:
    """Resolved conditions joined by and / or; one without members holds, as in SQL."""

    joiner: Literal["_and", "_or"]
    members: tuple[Resolved, ...]


Resolved = ResolvedRule | ResolvedJunction | bool
"""A plain yes or no is a rule that is decided already."""


def _always(_: Field) -> bool:
    return True


def resolved(condition: Condition, entity: Entity, scope: Scope, *, folded: Callable[[Field], bool] = _always) -> Resolved:
    """The condition with its values looked up. Raises UnknownField, BadValue.

    On a card texts are always compared folded. SQL compares them exactly where a field has no folded column; whoever needs
    the very same answer says with `folded` which fields have one.
    """
    if not isinstance(condition, Rule):
        return ResolvedJunction(condition.joiner, tuple(resolved(one, entity, scope, folded=folded) for one in condition.members))
    one = entity.field(condition.field)
    if is_open(condition.value, scope):
        return False
    is_folded = TYPES[one.type].folds and folded(one)
    return ResolvedRule(one, condition.operator, resolve(one, condition.operator, condition.value, scope, folded=is_folded), is_folded)


def evaluate(
    condition: Condition, entity: Entity, values: Mapping[str, Json], scope: Scope, *, folded: Callable[[Field], bool] = _always
) -> bool:
    """Whether these values meet a condition. Raises UnknownField, BadValue."""
    return holds(resolved(condition, entity, scope, folded=folded), values)


def holds(condition: Resolved, values: Mapping[str, Json]) -> bool:
    """Whether these values meet a resolved condition."""
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, ResolvedRule):
        return OPERATORS[condition.operator].holds(_compared(condition, values.get(condition.field.name)), condition.value)
    joined = (holds(member, values) for member in condition.members)
    return all(joined) if condition.joiner == "_and" or not condition.members else any(joined)


def _compared(rule: ResolvedRule, value: Json) -> Any:
    """A value as its column would hold it; None where there is none."""
    kind = TYPES[rule.field.type]
    if value is None or value in ([], ""):
        return None
    if rule.folded:
        return fold(kind.fold_text(value))
    return value if rule.field.type == "multiple_choice" else kind.to_column(value)


# -- for the browser ---------------------------------------------------------------------------------------

KINDS: Mapping[str, str] = {
    "integer": "number", "decimal": "number", "amount": "number", "date": "date", "time": "time", "datetime": "moment",
    "check": "check", "multiple_choice": "codes", "phone": "phone", "rich_text": "markup",
}  # fmt: skip
"""How the browser compares the values of a type; those that are not named are texts, or codes that are compared as texts."""


def kind_of(one: Field) -> str:
    """How the browser compares a field's values."""
    return KINDS.get(one.type, "text" if TYPES[one.type].folds else "code")


def document(condition: Resolved) -> Json:
    """A resolved condition as the browser takes it: `{"field", "kind", "operator", "value"}`, `{"_and": […]}`, or a plain yes or no."""
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, ResolvedJunction):
        return {condition.joiner: [document(member) for member in condition.members]}
    told = {"field": condition.field.name, "kind": kind_of(condition.field), "operator": condition.operator, "value": _told(condition.value)}
    return told if condition.folded or not TYPES[condition.field.type].folds else {**told, "exact": True}


def _told(value: Any) -> Json:
    """A value for the browser: numbers as plain text, moments in UTC with all their places, ids as text."""
    match value:
        case bool():
            return value
        case frozenset():
            return [_told(one) for one in sorted(value)]
        case list() | tuple():
            return [_told(one) for one in value]
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
    return str(value)
