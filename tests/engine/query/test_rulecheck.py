"""Mistakes in the rules of a card are found and named by their codes; what is right is left in peace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.metadata.model import Catalog, Entity, Json
from engine.metadata.rows import Dictionaries, Row, RowSet
from engine.metadata.store import Version
from engine.query import cardrules
from engine.query.evaluate import resolved
from engine.query.rulecheck import check
from engine.query.satisfy import can_hold
from engine.query.tree import from_json
from tests.engine.making import a_catalog, a_field, a_scope, an_entity

COLOURS = RowSet("name", {1: Row(1, "red", None, 0, True), 2: Row(2, "blue", None, 1, True)})
SCOPE = a_scope(dictionaries=Dictionaries(Version(1, 1), {"colour": COLOURS}))
CHOICES = {"choices": [{"value": one, "label": one} for one in ("a", "b", "c")]}


def a_card(**rules: Mapping[str, Json]) -> tuple[Catalog, Entity]:
    """A card with these rules by field; `group` is the condition of its group, `where` that of the reference `friend`."""
    where = rules.pop("where", None)
    group = rules.pop("group", None)
    fields: dict[str, dict[str, Any]] = {
        "name": {}, "pick": {"kind": "choice", "options": CHOICES}, "many": {"kind": "multiple_choice", "options": CHOICES},
        "age": {"kind": "integer", "options": {"minimum": 0, "maximum": 99}}, "day": {"kind": "date"}, "ok": {"kind": "check"},
        "colour": {"kind": "list", "options": {"entity": "colour"}}, "must": {"kind": "choice", "options": CHOICES, "required": True},
        "team": {"kind": "reference", "options": {"entity": "team"}},
        "friend": {"kind": "reference", "options": {"entity": "person", **({"where": where} if where else {})}},
        "price": {"kind": "decimal"}, "at": {"kind": "datetime"},
    }  # fmt: skip
    made = [a_field(name, told.pop("kind", "text"), **told, rules=rules.get(name, {})) for name, told in fields.items()]
    card = an_entity(*made, name="card")
    card = replace(card, groups=(replace(card.groups[0], visible=group),))
    person = an_entity(a_field("name"), a_field("team", "reference", {"entity": "team"}), a_field("age", "integer"), name="person")
    return a_catalog(card, person, an_entity(a_field("name"), name="team"), an_entity(a_field("name"), name="colour", kind="dictionary")), card


CASES: Mapping[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "no rules": ({}, set()),
    "rules that are right": (
        {
            "age": {"visible": {"pick": "a"}, "required": {"colour": {"_in": ["red", "2"]}}},
            "many": {"choices": [{"when": {"age": {"_gt": 5}}, "values": ["a", "b"]}]},
            "colour": {"choices": [{"when": {"pick": "b"}, "values": ["red", 2]}]},
            "day": {"visible": {"age": {"_gte": 18}}},
            "where": {"team": "$RECORD.team"},
        },
        set(),
    ),
    "a field that there is not": ({"age": {"visible": {"nothing": 1}}}, {("K1", "age")}),
    "an operator that it has not": ({"age": {"required": {"pick": {"_contains": "a"}}}}, {("K1", "age")}),
    "a row that there is not": ({"age": {"visible": {"colour": "green"}}}, {("K1", "age")}),
    "a value that is none": ({"pick": {"choices": [{"when": {"day": "soon"}, "values": ["a"]}]}}, {("K1", "pick")}),
    "another field of the card": ({"age": {"visible": {"age": {"_eq": "$RECORD.price"}}}}, {("K1", "age"), ("K3", "age")}),
    "nothing at all": ({"age": {"visible": []}}, {("K1", "age")}),
    "the title hidden": ({"name": {"visible": {"ok": True}}}, {("K2", "name")}),
    "the title's group hidden": ({"group": {"colour": "red"}}, {("K2", ""), ("K3", "")}),
    "itself": ({"age": {"visible": {"age": {"_gt": 1}}}}, {("K3", "age")}),
    "a circle of two": ({"age": {"visible": {"pick": "a"}}, "pick": {"visible": {"age": {"_null": True}}}}, {("K3", "age")}),
    "two values at once": ({"age": {"visible": {"_and": [{"pick": "a"}, {"pick": "b"}]}}}, {("K4", "age")}),
    "required and never shown": ({"must": {"visible": {"age": {"_lt": 0}}}}, {("K4", "must")}),
    "between nothing": ({"day": {"visible": {"price": {"_gt": "5", "_lt": "5.000001"}}}}, {("K4", "day")}),
    "between something": ({"day": {"visible": {"price": {"_gt": "5", "_lt": "5.000002"}}}}, set()),
    "days that never are": ({"age": {"visible": {"day": {"_gt": "2026-01-02", "_lt": "2026-01-03"}}}}, {("K4", "age")}),
    "neither yes nor no": ({"age": {"visible": {"_and": [{"ok": True}, {"ok": False}]}}}, {("K4", "age")}),
    "none of all": ({"age": {"visible": {"colour": {"_nin": ["red", "blue"], "_nnull": True}}}}, {("K4", "age")}),
    "all of few": ({"age": {"visible": {"many": {"_all": ["a", "b"], "_none": ["b"]}}}}, {("K4", "age")}),
    "some text": ({"age": {"visible": {"name": {"_starts_with": "x", "_ends_with": "y"}}}}, set()),
    "two texts at once": ({"age": {"visible": {"_and": [{"name": "x"}, {"name": "y"}]}}}, {("K4", "age")}),
    "the same text twice": ({"age": {"visible": {"_and": [{"name": "ＡＢ"}, {"name": "ab"}]}}}, set()),
    "any number": ({"day": {"visible": {"price": {"_nnull": True}}}}, set()),
    "required only while hidden": ({"age": {"visible": {"pick": "a"}, "required": {"pick": {"_in": ["b", "c"]}}}}, {("K5", "age")}),
    "required anyway": ({"must": {"required": {"pick": "a"}}}, {("K6", "must")}),
    "nothing to choose": ({"must": {"choices": [{"when": {"pick": "a"}, "values": []}]}}, {("K7", "must")}),
    "nothing to choose, nothing demanded": ({"pick": {"choices": [{"when": {"must": "a"}, "values": []}]}}, set()),
    "a choice that it has not": ({"pick": {"choices": [{"when": {"must": "a"}, "values": ["z"]}]}}, {("K8", "pick")}),
    "choices of a text": ({"name": {"choices": [{"when": {"must": "a"}, "values": ["z"]}]}}, {("K8", "name")}),
    "choices that are no list": ({"pick": {"choices": {"when": {}}}}, {("K8", "pick")}),
    "a reference's condition on nothing": ({"where": {"nothing": 1}}, {("K9", "friend")}),
    "on no field of the card": ({"where": {"team": "$RECORD.nothing"}}, {("K9", "friend")}),
    "on itself": ({"where": {"team": "$RECORD.friend"}}, {("K9", "friend")}),
    "on a field of another kind": ({"where": {"team": "$RECORD.age"}}, {("K9", "friend")}),
    "on another entity": ({"where": {"team": "$RECORD.colour"}}, {("K9", "friend")}),
    "on a number": ({"where": {"age": {"_gte": "$RECORD.price"}}}, set()),
    "a start that another record says": ({"age": {"starts": {"by": "friend", "field": "age"}}}, set()),
    "a start that nothing names": ({"age": {"starts": {"by": "nothing", "field": "age"}}}, {("K10", "age")}),
    "a start from no record": ({"age": {"starts": {"by": "price", "field": "age"}}}, {("K10", "age")}),
    "a start from no field": ({"age": {"starts": {"by": "friend", "field": "price"}}}, {("K10", "age")}),
    "a start of another kind": ({"age": {"starts": {"by": "friend", "field": "name"}}}, {("K10", "age")}),
    "a start that refers elsewhere": ({"colour": {"starts": {"by": "friend", "field": "team"}}}, {("K10", "colour")}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_mistakes_are_found(case: str) -> None:
    rules, found = CASES[case]
    catalog, card = a_card(**rules)
    assert {(one.code, one.field) for one in check(catalog, card, SCOPE)} == found


@pytest.mark.parametrize("case", CASES)
def test_no_rule_however_wrong_breaks_a_card(case: str) -> None:
    """What cannot be read does nothing; a circle is asked in some order."""
    _, card = a_card(**CASES[case][0])
    ready = cardrules.ready(card, SCOPE)
    if ready is not None:
        for values in ({}, {"pick": "a", "age": 5, "ok": True, "colour": 1, "name": "x"}):
            assert ready.state(values).hidden <= card.by_name.keys()


def test_too_many_alternatives_are_possible() -> None:
    _, card = a_card()
    pairs = [{"_or": [{"age": n}, {"age": n + 1}]} for n in range(1, 40)]
    condition = resolved(from_json({"_and": pairs}, card, searchable_only=False), card, SCOPE)
    assert can_hold([condition], SCOPE.dictionaries)


def test_the_shipped_rules_are_right(shared_catalog: Catalog, shared_rows: Dictionaries, backend: str) -> None:
    scope = a_scope(dictionaries=shared_rows)
    assert [(name, one) for name, entity in shared_catalog.entities.items() for one in check(shared_catalog, entity, scope)] == []
