"""Random records of every field type and random conditions on them: what SQL, Python and the browser are compared by."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from engine.metadata.model import Entity, Field, Json
from engine.metadata.types import TYPES
from engine.query.operators import OPERATORS
from engine.query.tree import Condition, from_json
from engine.query.values import RELATIVE
from tests.engine.making import NOW, a_field, an_entity

CODES = ("a", "b", "ab", "a-b", "A", "a_b")
CHOICES = {"choices": [{"value": one, "label": one} for one in CODES]}
WORDS = (
    "Acme Ltd", "ACME", "宏远科技", "宏远", "Straße 5", "STRASSE", "100%", "100_", "a/b", "Łódź", "🍜 面馆", "a  b", "a\\b", "ﬁne", "Ａ１",
    "ẞ", "ΟΔΟΣ", "İstanbul", "が", "か", "Æon", "x\u200by", "e\u0301", "é",
)  # fmt: skip
TERMS = (*WORDS, "acme", "远", "%", "_", "/", "lodz", "ltd", "5", "a b", "οδος", "fine", "no such", "s")
NUMBERS = ("0", "-5", "5", "17", "1.5", "-0.5", "0.000001", "99999.999999", "123456.000001", "100", "100.01")
IDS = (1, 2, 3)

OPTIONS: Mapping[str, dict[str, Json]] = {
    "choice": CHOICES, "multiple_choice": CHOICES, "reference": {"entity": "other"}, "list": {"entity": "colour"}, "tree": {"entity": "colour"},
    "decimal": {"digits": 12, "places": 6},
}  # fmt: skip


def everything(name: str = "") -> Entity:
    """A record with a field of every type; texts with a folded column and without."""
    kinds = [kind for kind in TYPES if kind not in ("hint", "attachment", "image")]
    fields = [a_field(f"{kind}_f", kind, OPTIONS.get(kind), searchable=True) for kind in kinds]
    exact = [a_field(f"{kind}_exact", kind) for kind in kinds if TYPES[kind].folds]
    return an_entity(*fields, *exact, name=name, title="text_f")


SEVERAL: Mapping[str, Sequence[Json]] = {
    "integer": (-5, 0, 5, 17, 2**53 - 1), "decimal": NUMBERS, "amount": NUMBERS, "check": (True, False), "choice": CODES,
    "palette": ("red", "green", "blue"),
    **dict.fromkeys(("reference", "list", "tree"), IDS),
    "time": ("00:00:00", "09:30:00", "14:30:00", "14:30:59", "23:59:59"),
    "email": ("li.wei@example.com", "LI.WEI@EXAMPLE.ORG", "a_b@example.com"),
    "phone": ("+86 (10) 1234-5678", "1012345678", "１３８００１３８０００", "٠١٢٣"),
    "url": ("https://example.com/a_b", "https://EXAMPLE.com/axb", "example.org"),
    "rich_text": ("<p>one</p><p>two</p>", "<b>R&amp;D</b>", "<p>Straße</p>", "a &lt; b"),
    "text": WORDS, "multiline": (*WORDS, "one\ntwo", "Two three"),
}  # fmt: skip


def a_value(chance: random.Random, one: Field) -> Json:
    """What may stand in a field; often nothing."""
    if chance.random() < 0.25:
        return None
    if one.type == "date":
        return _day(chance).isoformat()
    if one.type == "datetime":
        hours = timedelta(hours=chance.choice((0, 12, 16)), seconds=chance.choice((0, -1)), microseconds=chance.choice((0, 1)))
        return TYPES["datetime"].to_json(chance.choice((datetime.combine(_day(chance), time(), UTC) + hours, NOW)))
    if one.type == "multiple_choice":
        return chance.sample(CODES, chance.randint(1, 3))
    return chance.choice(SEVERAL[one.type])


def _day(chance: random.Random) -> date:
    return NOW.date() + timedelta(days=chance.choice((0, 0, -1, 1, 7, -7, -30, 30, 365, chance.randint(-400, 400))))


def values_of(chance: random.Random, entity: Entity) -> dict[str, Json]:
    """A record's values in their JSON form."""
    found = {one.name: a_value(chance, one) for one in entity.fields}
    return {name: value for name, value in found.items() if value is not None}


def _wanted(chance: random.Random, one: Field, operator: str) -> Json:
    """One value to ask for, as an administrator or an address would write it."""
    if operator == "_relative":
        return chance.choice((*RELATIVE, "last_2_days", "next_9999_days"))
    match one.type:
        case "datetime":
            return chance.choice((_day(chance).isoformat(), "$NOW", f"{_day(chance)}T20:30", "2026-11-24T12:30:00Z"))
        case "date":
            return chance.choice((_day(chance).isoformat(), "$NOW"))
        case "list" | "tree":
            return chance.choice(("warm", "red", "1", 3))
        case "check":
            return chance.choice((True, False, "true", "no"))
        case "multiple_choice":
            return chance.choice((*CODES, '"', "%"))
        case "integer":
            return chance.choice(("5", "-5", "0", 17, "1,000", 2**53))
        case "phone":
            return chance.choice(("1012345678", "+86 10 1234 5678", "138-0013", "5678", "ext"))
        case "email" | "url" | "rich_text" | "multiline" | "text":
            return chance.choice((*TERMS, "example", "a_b", "r&d", "one two", "<"))
    value = a_value(chance, one)
    return "17" if value is None else value


def rules_of(chance: random.Random, entity: Entity) -> Iterator[dict[str, Json]]:
    """Rules without end."""
    fields = [one for one in entity.fields if TYPES[one.type].operators]
    while True:
        one = chance.choice(fields)
        operator = chance.choice(TYPES[one.type].operators)
        value: Json = _wanted(chance, one, operator)
        match OPERATORS[operator].arity:
            case 0:
                value = chance.choice((True, False, "", "no"))
            case 2:
                value = [value, _wanted(chance, one, operator)]
            case "many":
                value = [_wanted(chance, one, operator) for _ in range(chance.randint(operator == "_under", 3))]
        yield {one.name: {operator: value}}


def conditions(chance: random.Random, entity: Entity, count: int) -> Sequence[Condition]:
    """Random conditions: rules, and rules joined up to three deep."""
    rules = rules_of(chance, entity)

    def made(depth: int) -> dict[str, Json]:
        if depth == 0 or chance.random() < 0.5:
            return next(rules)
        return {chance.choice(("_and", "_or")): [made(depth - 1) for _ in range(chance.choice((0, 1, 2, 2, 3)))]}

    return [from_json(made(3), entity, searchable_only=False) for _ in range(count)]
