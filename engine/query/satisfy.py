"""Whether anything can meet a condition at all: for finding rules that contradict one another.

Every field is asked for a value that meets all its rules, among those where an answer can turn: the values named, their
neighbours, none, and the choices that there are. Where that is not enough to be sure (texts that contain, begin and end), the
answer is yes: nobody is warned without need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations, product
from typing import Any

from engine.metadata.model import Field
from engine.metadata.rows import Dictionaries
from engine.metadata.types import TYPES
from engine.query.evaluate import Resolved, ResolvedRule
from engine.query.operators import OPERATORS

MOST = 200
"""Alternatives that are looked at; a condition of more is taken to be possible."""
MOST_CODES = 8
EXACT = ("_eq", "_neq", "_in", "_nin", "_empty", "_nempty")
"""The operators of texts for which the values named are all that matter."""


def can_hold(conditions: Sequence[Resolved], dictionaries: Dictionaries) -> bool:
    """Whether some record meets all these conditions."""
    for place, parts in enumerate(product(*(list(_alternatives(one)) for one in conditions))):
        if place >= MOST or _is_possible([rule for part in parts for rule in part], dictionaries):
            return True
    return False


def _alternatives(condition: Resolved) -> Iterator[tuple[ResolvedRule, ...]]:
    """The ways in which a condition can be met, each as rules that all hold; at most a little more than are looked at."""
    if isinstance(condition, bool):
        yield from [()] if condition else ()
    elif isinstance(condition, ResolvedRule):
        yield (condition,)
    elif not condition.members:
        yield ()
    elif condition.joiner == "_or":
        for member in condition.members:
            yield from _alternatives(member)
    else:
        for place, parts in enumerate(product(*(list(_alternatives(member)) for member in condition.members))):
            if place > MOST:
                return
            yield tuple(rule for part in parts for rule in part)


def _is_possible(rules: Iterable[ResolvedRule], dictionaries: Dictionaries) -> bool:
    by_field: dict[str, list[ResolvedRule]] = {}
    for rule in rules:
        by_field.setdefault(rule.field.name, []).append(rule)
    return all(_has_value(found[0].field, found, dictionaries) for found in by_field.values())


def _has_value(field: Field, rules: Sequence[ResolvedRule], dictionaries: Dictionaries) -> bool:
    if TYPES[field.type].folds and not all(rule.operator in EXACT for rule in rules):
        empty = [rule for rule in rules if rule.operator in ("_empty", "_nempty")]
        if not empty:
            return True
    return any(all(OPERATORS[rule.operator].holds(value, rule.value) for rule in rules) for value in _candidates(field, rules, dictionaries))


def _candidates(field: Field, rules: Sequence[ResolvedRule], dictionaries: Dictionaries) -> Iterator[Any]:
    if field.type == "check":
        yield from (True, False)
        return
    yield None
    rows = dictionaries.of(field.target or "") if TYPES[field.type].refers else None
    named = list(_named(rules))
    if field.type == "multiple_choice":
        yield from _sets(field, named)
    elif "enum" in (schema := TYPES[field.type].json_schema(field.options)):
        yield from schema["enum"]
    elif rows is not None:
        yield from rows.rows
    else:
        for value in named:
            yield from _around(field, value)
        if not named or TYPES[field.type].folds or TYPES[field.type].refers:
            yield from _any_other(field, named)


def _named(rules: Iterable[ResolvedRule]) -> Iterator[Any]:
    """The values of rules; those that say only "is empty" name none."""
    for rule in rules:
        if OPERATORS[rule.operator].arity != 0:
            yield from rule.value if isinstance(rule.value, (list, tuple, frozenset)) else (rule.value,)


def _sets(field: Field, named: Sequence[str]) -> Iterator[tuple[str, ...]]:
    codes = [one["value"] for one in field.options["choices"]]
    if len(codes) > MOST_CODES:
        others = [code for code in codes if code not in named]
        codes = [*(code for code in codes if code in named), *others[:1]][:MOST_CODES]
    for size in range(1, len(codes) + 1):
        yield from combinations(codes, size)


def _around(field: Field, value: Any) -> Iterator[Any]:
    """A value and its neighbours, as far as the field takes them."""
    yield from (one for one in _neighbours(value) if not isinstance(one, int) or _is_within(field, one))


def _neighbours(value: Any) -> Iterator[Any]:
    yield value
    steps: dict[type, Any] = {int: 1, Decimal: Decimal("0.000001"), datetime: timedelta(microseconds=1), date: timedelta(days=1)}
    step = steps.get(type(value))
    if isinstance(value, time):
        yield from (time(), time(23, 59, 59), time(12, 0, 1))
    elif step is not None:
        with suppress(OverflowError):  # the calendar ends there
            yield from (value - step, value + step)


def _is_within(field: Field, number: int) -> bool:
    schema = TYPES[field.type].json_schema(field.options)
    return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))


def _any_other(field: Field, named: Sequence[Any]) -> Iterator[Any]:
    """A value that no rule names."""
    if TYPES[field.type].folds:
        yield "\ue000"
    elif TYPES[field.type].refers:
        yield max((one for one in named if isinstance(one, int)), default=0) + 1
    else:
        yield object()  # there is something; no rule asks what
