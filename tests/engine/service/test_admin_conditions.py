"""The builder of conditions: what rows of controls say is what is kept, and what is kept is what rows show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import babel
import pytest

from engine import i18n
from engine.errors import FieldloomError
from engine.metadata.model import Catalog, Json
from engine.metadata.rows import Dictionaries
from engine.metadata.types import Region
from engine.render.bind import Submission
from engine.render.view import View
from engine.service.admin import conditions
from tests.databases import LOCALES
from tests.engine.making import CHINESE, ENGLISH

GERMAN = Region(babel.Locale.parse("de"))


def sent(*rows: tuple[str, str, str] | tuple[str, str, str, str], joiner: str = "_and", **more: str) -> Submission:
    """What the rows of a form send."""
    texts = {"x.joiner": [joiner], **{f"x.{key}": [value] for key, value in more.items()}}
    for place, row in enumerate(rows):
        texts |= {f"x.{place}.{end}": [text] for end, text in zip(("field", "operator", "value", "second"), (*row, ""), strict=False)}
    return Submission(texts)


def group(name: str, joiner: str, *rows: tuple[str, str, str]) -> dict[str, str]:
    """What the rows of a group in it send."""
    told = {f"{name}.joiner": joiner}
    for place, row in enumerate(rows):
        told |= {f"{name}.{place}.{end}": text for end, text in zip(("field", "operator", "value"), row, strict=True)}
    return told


def sent_again(level: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a browser sends of a level as it is drawn."""
    told = {f"{level['stem']}.joiner": [level["joiner"]]}
    for place, row in enumerate(level["rows"]):
        told |= {f"{level['stem']}.{place}.{name}": [text] for name, text in row.items()}
    for one in [*level["groups"], *([level["blank"]] if level["blank"] else [])]:
        told |= sent_again(one)
    return told


READ: Mapping[str, tuple[Submission, Json]] = {
    "nothing": (sent(("", "", "")), None),
    "one": (sent(("name", "_contains", "Ltd")), {"name": {"_contains": "Ltd"}}),
    "a row of a dictionary by its name": (sent(("type", "_eq", "individual")), {"type": {"_eq": "individual"}}),
    "by its name in another language": (sent(("type", "_in", "个人用户， Partner")), {"type": {"_in": ["individual", "partner"]}}),
    "a choice by its label": (sent(("language", "_eq", "Chinese")), {"language": {"_eq": "zh"}}),
    "all of two": (
        sent(("name", "_nempty", ""), ("", "", ""), ("credit_period", "_gte", "1,000")),
        {"_and": [{"name": {"_nempty": True}}, {"credit_period": {"_gte": 1000}}]},
    ),
    "one of two": (sent(("name", "_eq", "a"), ("name", "_eq", "b"), joiner="_or"), {"_or": [{"name": {"_eq": "a"}}, {"name": {"_eq": "b"}}]}),
    "between": (sent(("credit_amount", "_between", "1.50", "2,000")), {"credit_amount": {"_between": ["1.5", "2000"]}}),
    "one of several with commas in them": (sent(("name", "_in", "Smith, John; Doe, Jane")), {"name": {"_in": ["Smith, John", "Doe, Jane"]}}),
    "a comma that is its own": (sent(("name", "_eq", "Smith, John")), {"name": {"_eq": "Smith, John"}}),
    "a group in a condition": (
        sent(("type", "_eq", "agent"), ("", "", ""), joiner="_or", **group("g0", "_and", ("name", "_eq", "a"), ("city", "_nnull", ""))),
        {"_or": [{"type": {"_eq": "agent"}}, {"_and": [{"name": {"_eq": "a"}}, {"city": {"_nnull": True}}]}]},
    ),
    "a choice by its name in a group": (
        sent(("name", "_eq", "a"), **group("g0", "_or", ("type", "_in", "Agent, Partner"), ("name", "_eq", "b"))),
        {"_and": [{"name": {"_eq": "a"}}, {"_or": [{"type": {"_in": ["agent", "partner"]}}, {"name": {"_eq": "b"}}]}]},
    ),
    "groups only, one of them in another": (
        sent(
            ("", "", ""),
            joiner="_or",
            **group("g0", "_and", ("name", "_eq", "a"), ("name", "_nempty", "")),
            **group("g1", "_and", ("name", "_eq", "b")),
            **group("g1.g0", "_or", ("name", "_eq", "c"), ("name", "_eq", "d")),
        ),
        {
            "_or": [
                {"_and": [{"name": {"_eq": "a"}}, {"name": {"_nempty": True}}]},
                {"_and": [{"name": {"_eq": "b"}}, {"_or": [{"name": {"_eq": "c"}}, {"name": {"_eq": "d"}}]}]},
            ]
        },
    ),
    "a group of one is what is in it, an empty one is nothing": (
        sent(("name", "_eq", "a"), **group("g0", "_or", ("name", "_eq", "b")), **group("g1", "_or", ("", "", ""))),
        {"_and": [{"name": {"_eq": "a"}}, {"name": {"_eq": "b"}}]},
    ),
}
KEPT: Mapping[str, tuple[Submission, Json, Json]] = {
    "being more": (sent(("", "", ""), kept="1"), {"_or": [{"_and": []}]}, {"_or": [{"_and": []}]}),
    "replaced": (sent(("name", "_eq", "a"), kept="1"), {"_or": []}, {"name": {"_eq": "a"}}),
    "taken away": (sent(("", "", ""), kept="1", remove="1"), {"_or": []}, None),
    "emptied": (sent(("", "", "")), {"name": "a"}, None),
    "the same in other words": (sent(("name", "_eq", "a"), ("type", "_eq", "agent")), {"name": "a", "type": "agent"}, {"name": "a", "type": "agent"}),
    "a group before a row": (
        sent(("name", "_eq", "a"), joiner="_or", **group("g0", "_and", ("name", "_eq", "b"), ("name", "_eq", "c"))),
        {"_or": [{"_and": [{"name": "b"}, {"name": "c"}]}, {"name": "a"}]},
        {"_or": [{"_and": [{"name": "b"}, {"name": "c"}]}, {"name": "a"}]},
    ),
}


@pytest.fixture
def view(shared_catalog: Catalog, shared_rows: Dictionaries) -> View:
    """An English reader's view of the shipped definitions."""
    return View(shared_catalog, shared_rows, i18n.translator(LOCALES, "en"), ("en",))


pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.mark.parametrize("case", READ)
def test_rows_say_a_condition(case: str, view: View) -> None:
    told, document = READ[case]
    assert conditions.read_condition(view, ENGLISH, view.catalog.entity("customer"), "x", told) == document


@pytest.mark.parametrize("case", KEPT)
def test_what_is_kept_changes_only_where_rows_say_so(case: str, view: View) -> None:
    told, held, document = KEPT[case]
    assert conditions.read_condition(view, ENGLISH, view.catalog.entity("customer"), "x", told, held) == document


@pytest.mark.parametrize("case", [case for case, (_, document) in READ.items() if document])
@pytest.mark.parametrize("region", [ENGLISH, CHINESE, GERMAN], ids=["en", "zh", "de"])
def test_what_is_kept_stands_in_rows_again(case: str, region: Region, view: View) -> None:
    _, document = READ[case]
    entity = view.catalog.entity("customer")
    shown = conditions.builder(view, region, entity, "x", "Shown when", document)
    again = conditions.read_condition(view, region, entity, "x", Submission(sent_again(shown["level"])))
    assert again == document
    assert not shown["kept"]
    assert len(shown["level"]["rows"]) >= conditions.ROWS


@pytest.mark.parametrize(
    "told",
    [
        sent(("nothing", "_eq", "1")),
        sent(("name", "_lt", "1")),
        sent(("credit_period", "_gt", "many")),
        sent(("name", "_eq", "")),
        sent(("type", "_eq", "Agent, Partner")),
        sent(("name", "_eq", "a"), **group("g0", "_or", ("name", "_lt", "1"))),
    ],
    ids=["field", "operator", "value", "no value", "two where one is", "in a group"],
)
def test_what_cannot_be_meant_is_refused(told: Submission, view: View) -> None:
    with pytest.raises(FieldloomError):
        conditions.read_condition(view, ENGLISH, view.catalog.entity("customer"), "x", told)


@pytest.mark.parametrize(
    "document",
    [
        {"_or": [{"type": "agent"}, {"_and": []}]},
        {"name": {"_empty": False}},
        {"name": {"_in": ["a;b", "c,d"]}},
        {"name": {"_eq": " a "}},
        {"nothing": 1},
        {"name": {"_lt": 1}},
    ],
    ids=["an empty group", "not empty", "separators in values", "spaces around", "no field", "no operator"],
)
def test_what_rows_cannot_show_is_kept_as_it_is(document: Json, view: View) -> None:
    shown = conditions.builder(view, ENGLISH, view.catalog.entity("customer"), "x", "Shown when", document)
    assert shown["kept"]
    assert shown["words"]
    told = Submission({**sent_again(shown["level"]), "x.kept": ["1"]})
    assert conditions.read_condition(view, ENGLISH, view.catalog.entity("customer"), "x", told, document) is document


def test_conditions_in_conditions_are_said_in_words_too(view: View) -> None:
    nested = {"_or": [{"type": "agent"}, {"_and": [{"name": "a"}, {"city": {"_nnull": True}}]}]}
    shown = conditions.builder(view, ENGLISH, view.catalog.entity("customer"), "x", "Shown when", nested)
    assert shown["words"] == "Type is Agent or (Customer name is a and City is not empty)"
