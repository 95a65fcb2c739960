"""A field converted under the rules of a card: they ask for the new one, and say the same of every value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import ChangeRefused
from engine.metadata.conversion import converted
from engine.metadata.database import Database
from engine.metadata.model import Field, Json
from engine.query import evaluate, tree
from engine.schema import repointing
from engine.schema.ops import AddField, ChangeField, ChangeGroup, ConvertField, ExchangeFields, WidenField
from tests.engine.making import a_field, a_scope, an_entity
from tests.engine.schema.acting import Publish, catalog_of, in_step, save, taken_back, values_of

METALS: Any = {"choices": [{"value": "g", "label": "Gold"}, {"value": "s", "label": "Silver"}]}
TWINS: Any = {"choices": [{"value": "g", "label": "Gold"}, {"value": "h", "label": "GOLD"}]}
PRICE: Any = {"digits": 10, "places": 2}
NUMBERS: Sequence[Json] = (None, 0, 4, 5, 6, 120)
WORDS: Sequence[Json] = (None, "gold", "Silver", " GOLD ", "a  b")
CODES: Sequence[Json] = (None, "g", "s")

SAME = [
    pytest.param(a_field("a", "integer"), a_field("b", "decimal", PRICE), {"_gt": 4, "_lte": 6}, NUMBERS, id="integer to decimal"),
    pytest.param(a_field("a", "integer"), a_field("b", "amount", PRICE), {"_in": "4,120"}, NUMBERS, id="integer to amount, in short"),
    pytest.param(a_field("a", "integer"), a_field("b", "decimal", PRICE), {"_between": [4, "6"]}, NUMBERS, id="between"),
    pytest.param(a_field("a", "integer"), a_field("b", "decimal", PRICE), 5, NUMBERS, id="without an operator"),
    pytest.param(a_field("a", "decimal", PRICE), a_field("b", "integer"), {"_neq": "5"}, ("5.00", "6", None), id="decimal to integer"),
    pytest.param(a_field("a"), a_field("b", "multiline"), {"_contains": "A B"}, WORDS, id="a line to lines"),
    pytest.param(a_field("a", "email"), a_field("b"), {"_ends_with": "@x.org"}, ("a@x.org", "b@y.org", None), id="e-mail to text"),
    pytest.param(a_field("a"), a_field("b", "choice", METALS), {"_empty": True}, (None, "gold"), id="empty has another name"),
    pytest.param(a_field("a"), a_field("b", "integer"), {"_nempty": True}, (None, "7"), id="filled, of any type"),
    pytest.param(a_field("a", "choice", METALS), a_field("b", "choice", METALS), {"_neq": "s"}, CODES, id="choice to choice"),
    pytest.param(a_field("a", "date"), a_field("b", "date"), {"_relative": "today"}, (None, "2026-11-24"), id="the same type"),
]


def _ruled(source: Field, target: Field, asked: Json) -> Any:
    other = a_field("other", rules={"visible": {"_or": [{source.name: asked}, {"_and": [{source.name: asked}]}]}})
    return an_entity(a_field("title"), source, target, other)


@pytest.mark.parametrize(("source", "target", "asked", "values"), SAME)
def test_a_condition_means_the_same_of_every_value(source: Field, target: Field, asked: Json, values: Sequence[Json]) -> None:
    entity = _ruled(source, target, asked)
    source, target = entity.by_name["a"], entity.by_name["b"]
    assert [one.code for one in repointing.findings(entity, source, target)] == ["X2"]
    after = repointing.repointed(entity, source, target)
    assert "a" not in after.by_name["other"].rules["visible"]["_or"][0]
    for value in values:
        told = [
            evaluate.evaluate(tree.from_json(one.by_name["other"].rules["visible"], one, searchable_only=False), one, held, a_scope())
            for one, held in ((entity, {"a": value}), (after, {"b": converted(source, target, value)}))
        ]
        assert told[0] == told[1], value
    back = repointing.repointed(after, target, source)
    assert [one.code for one in repointing.findings(after, target, source)] == ["X2"]
    assert "a" in back.by_name["other"].rules["visible"]["_or"][0]


def test_a_choice_that_becomes_a_text_is_asked_for_by_its_name() -> None:
    entity = _ruled(a_field("a", "choice", METALS), a_field("b"), {"_eq": "g"})
    after = repointing.repointed(entity, entity.by_name["a"], entity.by_name["b"])
    assert after.by_name["other"].rules == {"visible": {"_or": [{"b": {"_eq": "Gold"}}, {"_and": [{"b": {"_eq": "Gold"}}]}]}}
    for value in CODES:
        told = [
            evaluate.evaluate(tree.from_json(one.by_name["other"].rules["visible"], one, searchable_only=False), one, held, a_scope())
            for one, held in ((entity, {"a": value}), (after, {"b": converted(entity.by_name["a"], entity.by_name["b"], value)}))
        ]
        assert told[0] == told[1], value


OTHERWISE = [
    pytest.param(a_field("a"), a_field("b", "choice", METALS), {"_eq": "Gold"}, id="texts that become one choice: Gold and g"),
    pytest.param(a_field("a"), a_field("b", "choice", METALS), {"_nin": ["gold"]}, id="the same for several"),
    pytest.param(a_field("a"), a_field("b", "integer"), {"_eq": "5"}, id="text to number"),
    pytest.param(a_field("a"), a_field("b", "choice", METALS), {"_contains": "old"}, id="a part of a choice"),
    pytest.param(a_field("a"), a_field("b", "choice", METALS), {"_eq": "lead"}, id="no such choice"),
    pytest.param(a_field("a", "choice", TWINS), a_field("b"), {"_eq": "g"}, id="two choices of one name"),
    pytest.param(a_field("a", "decimal", PRICE), a_field("b", "integer"), {"_lt": "5.5"}, id="no such number"),
    pytest.param(a_field("a", "check"), a_field("b"), {"_null": True}, id="a check counts as no"),
    pytest.param(a_field("a", "datetime"), a_field("b", "date"), {"_gt": "$NOW"}, id="a moment and a day"),
    pytest.param(a_field("a", "phone"), a_field("b"), {"_eq": "+86 10"}, id="a phone is compared by its digits"),
    pytest.param(a_field("a", "integer"), a_field("b", "decimal", PRICE), {"_gt": "$NOW"}, id="a variable"),
]


@pytest.mark.parametrize(("source", "target", "asked"), OTHERWISE)
def test_a_condition_that_would_say_something_else_is_named(source: Field, target: Field, asked: Json) -> None:
    entity = _ruled(source, target, asked)
    (finding,) = repointing.findings(entity, entity.by_name["a"], entity.by_name["b"])
    assert (finding.code, finding.level) == ("X1", "error")
    assert "A condition of “Other” (visible) asks “A” for" in str(finding.message)


def test_what_asks_for_another_field_stays_as_it_is() -> None:
    entity = an_entity(a_field("a"), a_field("b", "multiline"), a_field("other", rules={"required": {"title": {"_eq": "a"}}}))
    entity = replace(entity, groups=tuple(replace(one, visible={"title": {"_nempty": True}}) for one in entity.groups))
    assert repointing.findings(entity, entity.by_name["a"], entity.by_name["b"]) == []
    after = repointing.repointed(entity, entity.by_name["a"], entity.by_name["b"])
    assert (after.groups, after.fields) == (entity.groups, entity.fields)


def test_a_conversion_takes_the_rules_of_the_card_with_it(installed: Database, publish: Publish) -> None:
    """In the same change, and back again when it is undone, also what was set since."""
    publish(AddField("customer", "c_staff", "integer", "basic", "Staff"))
    asks = {"c_staff": {"_gte": 100}}
    offer = [{"when": asks, "values": ["en"]}]
    publish(
        ChangeField("customer", "fax", {"rules": {"visible": asks, "required": {"_and": [asks]}}}),
        ChangeField("customer", "language", {"rules": {"choices": offer}}),
        ChangeGroup("customer", "other", {"visible": {"c_staff": {"_null": True}}}),
    )
    id = save(installed, c_staff=120)
    before = catalog_of(installed).entity("customer")
    done = publish(ConvertField("customer", "c_staff", "c_people", "decimal", {"digits": 8, "places": 1}))
    after = catalog_of(installed).entity("customer")
    assert after.field("fax").rules == {"visible": {"c_people": {"_gte": "100"}}, "required": {"_and": [{"c_people": {"_gte": "100"}}]}}
    assert after.field("language").rules["choices"] == [{"when": {"c_people": {"_gte": "100"}}, "values": ["en"]}]
    assert next(one for one in after.groups if one.name == "other").visible == {"c_people": {"_null": True}}
    publish(ChangeField("customer", "email", {"rules": {"required": {"c_people": {"_lt": "7"}}}}))
    undone = publish(*taken_back(installed, done.change), undoes=done.change)
    back = catalog_of(installed).entity("customer")
    assert back.field("email").rules == {"required": {"c_staff": {"_lt": 7}}}
    assert (back.groups, back.field("fax").rules, back.field("language").rules) == (
        before.groups, before.field("fax").rules, before.field("language").rules,
    )  # fmt: skip
    publish(*taken_back(installed, undone.change), undoes=undone.change)
    assert catalog_of(installed).entity("customer").field("email").rules == {"required": {"c_people": {"_lt": "7"}}}
    assert values_of(installed, id)["c_people"] == "120"
    in_step(installed)


def test_a_rule_that_would_mean_something_else_stops_a_conversion_and_its_undoing(installed: Database, publish: Publish) -> None:
    publish(AddField("customer", "c_staff", "integer", "basic", "Staff"))
    done = publish(ConvertField("customer", "c_staff", "c_people", "decimal", {"digits": 8, "places": 1}))
    publish(ChangeField("customer", "fax", {"rules": {"visible": {"c_people": {"_lt": "5.5"}}}}))
    with pytest.raises(ChangeRefused, match=r"“Fax” \(visible\) asks “Staff” for _lt 5.5"):
        publish(*taken_back(installed, done.change), undoes=done.change)
    with pytest.raises(ChangeRefused, match=r"Take that condition away first"):
        publish(ConvertField("customer", "c_people", "c_text", "text"))


def _rule(database: Database, name: str) -> Json:
    return catalog_of(database).entity("customer").field(name).rules


def test_an_undo_puts_a_rule_back_as_it_was(installed: Database, publish: Publish) -> None:
    """Also one that could not be found out from what it became: names of choices are not what their condition said."""
    publish(AddField("customer", "c_metal", "choice", "basic", "Metal", options=METALS))
    asks = {"_or": [{"c_metal": "g"}, {"c_metal": {"_in": "g,s"}}]}
    publish(ChangeField("customer", "fax", {"rules": {"visible": asks}}), ChangeGroup("customer", "other", {"visible": {"c_metal": {"_eq": "s"}}}))
    done = publish(ConvertField("customer", "c_metal", "c_named", "text"))
    became = _rule(installed, "fax")
    assert became == {"visible": {"_or": [{"c_named": {"_eq": "Gold"}}, {"c_named": {"_in": ["Gold", "Silver"]}}]}}
    undone = publish(*taken_back(installed, done.change), undoes=done.change)
    assert _rule(installed, "fax") == {"visible": asks}
    assert next(one for one in catalog_of(installed).entity("customer").groups if one.name == "other").visible == {"c_metal": {"_eq": "s"}}
    again = publish(*taken_back(installed, undone.change), undoes=undone.change)
    assert _rule(installed, "fax") == became
    publish(*taken_back(installed, again.change), undoes=again.change)
    assert _rule(installed, "fax") == {"visible": asks}
    in_step(installed)


def test_an_undo_after_two_conversions_puts_back_what_each_has_changed(installed: Database, publish: Publish) -> None:
    publish(AddField("customer", "c_staff", "integer", "basic", "Staff"))
    publish(ChangeField("customer", "fax", {"rules": {"visible": {"c_staff": 5}}}))
    first = publish(ConvertField("customer", "c_staff", "c_people", "decimal", {"digits": 8, "places": 1}))
    between = _rule(installed, "fax")
    second = publish(ConvertField("customer", "c_people", "c_heads", "integer"))
    publish(*taken_back(installed, second.change), undoes=second.change)
    assert _rule(installed, "fax") == between
    publish(*taken_back(installed, first.change), undoes=first.change)
    assert _rule(installed, "fax") == {"visible": {"c_staff": 5}}


def test_a_rule_set_since_stops_an_undo_where_the_values_of_both_differ(installed: Database, publish: Publish) -> None:
    """The text has its own values: what said “g” there is a “g” in the choice, but so is what said “Gold”."""
    publish(AddField("customer", "c_metal", "text", "basic", "Metal"))
    done = publish(ConvertField("customer", "c_metal", "c_chosen", "choice", METALS))
    publish(ChangeField("customer", "fax", {"rules": {"visible": {"c_chosen": "g"}}}))
    with pytest.raises(ChangeRefused, match="Take that condition away first"):
        publish(*taken_back(installed, done.change), undoes=done.change)


def test_an_undo_that_was_written_down_without_the_rules_is_as_strict(installed: Database, publish: Publish) -> None:
    publish(AddField("customer", "c_metal", "choice", "basic", "Metal", options=METALS))
    publish(ChangeField("customer", "fax", {"rules": {"visible": {"c_metal": "g"}}}))
    publish(ConvertField("customer", "c_metal", "c_named", "text"))
    with pytest.raises(ChangeRefused, match="Take that condition away first"):
        publish(ExchangeFields("customer", "c_metal", "c_named", "c_named"))


def test_a_text_that_becomes_a_choice_takes_the_question_whether_it_is_filled_in(installed: Database, publish: Publish) -> None:
    """A choice renamed since is no other value, and the question comes back in its own words."""
    publish(AddField("customer", "c_metal", "text", "basic", "Metal"))
    publish(ChangeField("customer", "fax", {"rules": {"visible": {"c_metal": {"_nempty": True}}}}))
    save(installed, c_metal="gold")
    done = publish(ConvertField("customer", "c_metal", "c_chosen", "choice", METALS))
    assert _rule(installed, "fax") == {"visible": {"c_chosen": {"_nnull": True}}}
    premium = {"choices": [{"value": "g", "label": "Premium"}, METALS["choices"][1]]}
    publish(WidenField("customer", "c_chosen", premium))
    publish(*taken_back(installed, done.change), undoes=done.change)
    assert _rule(installed, "fax") == {"visible": {"c_metal": {"_nempty": True}}}


CROSSED: Any = {"choices": [{"value": "s", "label": "Gold"}, {"value": "g", "label": "Silver"}]}
OFFERS: Any = [{"when": {"fax": {"_nempty": True}}, "values": ["g"]}]


@pytest.mark.parametrize(("kind", "coming"), [("choice", "multiple_choice"), ("multiple_choice", "choice")])
def test_a_rule_on_its_own_choices_offers_the_same_ones_afterwards(kind: str, coming: str, installed: Database, publish: Publish) -> None:
    """By name, as values are converted."""
    publish(AddField("customer", "c_metal", kind, "basic", "Metal", options=METALS))
    publish(ChangeField("customer", "c_metal", {"rules": {"choices": OFFERS}}))
    done = publish(ConvertField("customer", "c_metal", "c_other", coming, CROSSED))
    assert _rule(installed, "c_other") == {"choices": [{**OFFERS[0], "values": ["s"]}]}
    publish(*taken_back(installed, done.change), undoes=done.change)
    assert _rule(installed, "c_metal") == {"choices": OFFERS}


@pytest.mark.parametrize(("held", "kind", "options"), [
    pytest.param(METALS, "multiple_choice", {"choices": [METALS["choices"][1]]}, id="no such choice"),
    pytest.param(TWINS, "multiple_choice", METALS, id="two become one"),
    pytest.param(METALS, "choice", {"choices": [METALS["choices"][1]]}, id="of the same type"),
    pytest.param(METALS, "text", {}, id="nothing to choose any more"),
])  # fmt: skip
def test_a_rule_on_its_own_choices_that_would_offer_others_is_named(held: Any, kind: str, options: Any, installed: Database, publish: Publish) -> None:
    publish(AddField("customer", "c_metal", "choice", "basic", "Metal", options=held))
    publish(ChangeField("customer", "c_metal", {"rules": {"choices": OFFERS}}))
    with pytest.raises(ChangeRefused, match=r"A rule of “Metal” offers g, .* Take that rule away first"):
        publish(ConvertField("customer", "c_metal", "c_other", kind, options))
