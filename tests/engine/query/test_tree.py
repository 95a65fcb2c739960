"""Reading conditions from an address: what is unknown is refused by name, before any SQL exists."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import BadValue, FieldloomError, UnknownField, UnknownOperator, UnknownParameter
from engine.metadata.model import Json
from engine.query import tree
from engine.query.tree import Junction, Query, Rule, SortKey
from tests.engine.making import a_field, an_entity

CARD = an_entity(
    a_field("name", searchable=True),
    a_field("code"),
    a_field("age", "integer", searchable=True),
    a_field("size", "list", {"entity": "size"}, searchable=True),
    a_field("boss", "reference", {"entity": "person"}, searchable=True),
    a_field("note", "rich_text", searchable=True),
    a_field("unsorted", "text", searchable=True, sortable=False),
    a_field("gone", searchable=True, enabled=False),
    a_field("title", "text", {"translatable": True}, searchable=True),
    name="card",
)


def parse(*pairs: tuple[str, str]) -> Query:
    """The query of an address."""
    return tree.parse(pairs, CARD)


UNKNOWN: dict[str, tuple[tuple[str, str], type[FieldloomError], str]] = {
    "a field that there is not": (("filter[naem]", "a"), UnknownField, "naem"),
    "a field that is not searchable (3.1.5)": (("filter[code]", "a"), UnknownField, "code"),
    "a disabled field (3.1.5)": (("filter[gone]", "a"), UnknownField, "gone"),
    "a column of the program": (("filter[created_by]", "1"), UnknownField, "created_by"),
    "a field with SQL in it": (("filter[name; DROP TABLE x]", "1"), UnknownField, "name; DROP TABLE x"),
    "an operator that there is not": (("filter[name][_like]", "a"), UnknownOperator, "_like"),
    "an operator of another type": (("filter[name][_gt]", "a"), UnknownOperator, "_gt"),
    "an operator of untranslated texts": (("filter[title][_eq]", "a"), UnknownOperator, "_eq"),
    "an operator that is no word": (("filter[name][or 1=1]", "a"), UnknownParameter, "filter[name][or 1=1]"),
    "a parameter that there is not": (("limit", "5"), UnknownParameter, "limit"),
    "a parameter like one that there is": (("page[number]", "5"), UnknownParameter, "page[number]"),
    "a filter of two fields": (("filter[name][age][_eq]", "5"), UnknownParameter, "filter[name][age][_eq]"),
    "a field to sort by that there is not": (("sort", "-naem"), UnknownField, "naem"),
    "a field to sort by after the id": (("sort", "id,naem"), UnknownField, "naem"),
    "a field to show that there is not": (("fields", "name,naem"), UnknownField, "naem"),
    "a disabled field to show": (("fields", "gone"), UnknownField, "gone"),
    "an unknown field in JSON": (("filter", '{"naem": 1}'), UnknownField, "naem"),
    "an unknown field deep in JSON": (("filter", '{"_or": [{"name": "a"}, {"_and": [{"naem": 1}]}]}'), UnknownField, "naem"),
    "an unknown operator in JSON": (("filter", '{"name": {"$gt": ""}}'), UnknownOperator, "$gt"),
    "an unknown joiner in JSON": (("filter", '{"_not": [{"name": "a"}]}'), UnknownField, "_not"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_name_is_refused_by_name(case: str) -> None:
    pair, error, name = UNKNOWN[case]
    with pytest.raises(error) as caught:
        parse(pair)
    assert name in str(caught.value.message)


def test_an_unknown_operator_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownOperator) as caught:
        parse(("filter[age][_like]", "5"))
    assert "_between" in str(caught.value)
    assert caught.value.allowed == tree.operators_of(CARD.field("age"))


MANY = ",".join("1" for _ in range(501))
BAD: dict[str, tuple[tuple[str, str], str]] = {
    "no JSON": (("filter", "{name: a}"), "filter"),
    "JSON that is no object": (("filter", '["name"]'), "filter"),
    "JSON that is a number": (("filter", "5"), "filter"),
    "joined by no list": (("filter", '{"_or": {"name": "a"}}'), "filter"),
    "JSON nested too deep": (("filter", '{"_or": [' * 7 + '{"name": "a"}' + "]}" * 7), "filter"),
    "JSON nested for ever": (("filter", "[" * 100_000), "filter"),
    "half a character in JSON": (("filter", '{"name": {"_eq": "\\ud800"}}'), "filter"),
    "half a character in a name": (("filter", '{"\\ud800": 1}'), "filter"),
    "an integer of ten thousand digits": (("filter", '{"age": ' + "1" * 10_000 + "}"), "filter"),
    "a list where one value stands": (("filter", '{"name": {"_eq": ["a"]}}'), "name"),
    "an object where one value stands": (("filter", '{"name": {"_eq": {"a": 1}}}'), "name"),
    "a list within a list": (("filter", '{"age": {"_in": [[1]]}}'), "age"),
    "more values than one condition takes": (("filter[age][_in]", MANY), "age"),
    "more conditions than are taken": (("filter", json.dumps({"_or": [{"age": n} for n in range(101)]})), "filter"),
    "more conditions, spread over levels": (("filter", json.dumps({"_or": [{"_and": [{"age": 1}] * 60}] * 2})), "filter"),
    "more values in all than are taken": (("filter", json.dumps({"_or": [{"age": {"_in": [1] * 500}}] * 11})), "filter"),
    "a field that cannot be sorted by": (("sort", "boss"), "boss"),
    "a field that may not be sorted by": (("sort", "-unsorted"), "unsorted"),
    "rich text cannot be sorted by": (("sort", "note"), "note"),
    "a page of nothing": (("page[size]", "0"), "page[size]"),
    "a page below zero": (("page[size]", "-1"), "page[size]"),
    "a page too large": (("page[size]", "201"), "page[size]"),
    "a page too large behind zeros": (("page[size]", "0002009999"), "page[size]"),
    "a page in words": (("page[size]", "many"), "page[size]"),
    "a page in other digits": (("page[size]", "５０"), "page[size]"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_refused_and_names_its_place(case: str) -> None:
    pair, field = BAD[case]
    with pytest.raises(BadValue) as caught:
        parse(pair)
    assert caught.value.field == field
    assert str(caught.value.message)


def test_more_conditions_in_the_address_than_are_taken() -> None:
    assert len(parse(*[("filter[age]", "1")] * 100).condition.members) == 100
    with pytest.raises(BadValue):
        parse(*[("filter[age]", "1")] * 101)


READ: dict[str, tuple[tuple[str, str], Any]] = {
    "the usual operator": (("filter[name]", "a"), Rule("name", "_eq", "a")),
    "another operator": (("filter[name][_contains]", "a,b"), Rule("name", "_contains", "a,b")),
    "two values": (("filter[age][_between]", "1,5"), Rule("age", "_between", ["1", "5"])),
    "many values": (("filter[age][_in]", "1,5,7"), Rule("age", "_in", ["1", "5", "7"])),
    "JSON": (("filter", '{"age": {"_gt": 5}}'), Rule("age", "_gt", 5)),
    "JSON of the usual operator": (("filter", '{"age": 5}'), Rule("age", "_eq", 5)),
    "two operators of a field": (("filter", '{"age": {"_gt": 1, "_lt": 5}}'), Junction("_and", (Rule("age", "_gt", 1), Rule("age", "_lt", 5)))),
    "either": (("filter", '{"_or": [{"age": 1}, {"name": "a"}]}'), Junction("_or", (Rule("age", "_eq", 1), Rule("name", "_eq", "a")))),
}


@pytest.mark.parametrize("case", READ)
def test_conditions_are_read(case: str) -> None:
    pair, wanted = READ[case]
    (found,) = parse(pair).condition.members
    assert _plain(found) == _plain(wanted)
    again = tree.from_json(json.loads(json.dumps(tree.to_json(found))), CARD)
    assert _plain(again) == _plain(found), "the JSON of a condition is read as the same condition"


def _plain(condition: tree.Condition) -> Json:
    return json.loads(json.dumps(tree.to_json(condition)))


def test_the_rest_of_an_address() -> None:
    found = parse(("q", "  宏远  "), ("sort", "-size,name,created_at"), ("fields", "id,name"), ("page[size]", "200"), ("page[after]", "abc"))
    assert (found.words, found.fields, found.size, found.after) == ("宏远", ("id", "name"), 200, "abc")
    assert found.sort == (SortKey("size", True), SortKey("name"), SortKey("created_at"))
    nothing = parse()
    assert (nothing.condition.members, nothing.words, nothing.sort, nothing.fields, nothing.size, nothing.after) == ((), "", (), (), 50, "")


def test_conditions_of_the_catalog_may_name_any_field() -> None:
    """A reference's own condition (`where`) is the definition's, not the reader's."""
    assert tree.from_json({"code": "a"}, CARD, searchable_only=False) == Rule("code", "_eq", "a")
