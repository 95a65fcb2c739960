"""The builder of conditions: what rows of controls say is what is kept, and what is kept is what rows show."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine import i18n
from engine.errors import FieldloomError
from engine.metadata.model import Catalog, Json
from engine.metadata.rows import Dictionaries
from engine.render.bind import Submission
from engine.render.view import View
from engine.service.admin import conditions
from tests.databases import LOCALES
from tests.engine.making import CHINESE, ENGLISH


def sent(*rows: tuple[str, str, str] | tuple[str, str, str, str], joiner: str = "_and", **more: str) -> Submission:
    """What the rows of a form send."""
    texts = {"x.joiner": [joiner], **{f"x.{key}": [value] for key, value in more.items()}}
    for place, row in enumerate(rows):
        texts |= {f"x.{place}.{end}": [text] for end, text in zip(("field", "operator", "value", "second"), (*row, ""), strict=False)}
    return Submission(texts)


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
    "kept, being more": (sent(("", "", ""), kept='{"_or": [{"_and": []}]}'), {"_or": [{"_and": []}]}),
    "replaced": (sent(("name", "_eq", "a"), kept='{"_or": []}'), {"name": {"_eq": "a"}}),
    "taken away": (sent(("", "", ""), kept='{"_or": []}', remove="1"), None),
}


@pytest.fixture
def view(shared_catalog: Catalog, shared_rows: Dictionaries) -> View:
    """An English reader's view of the shipped definitions."""
    return View(shared_catalog, shared_rows, i18n.translator(LOCALES, "en"), ("en",))


pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.mark.parametrize("case", READ)
def test_rows_say_a_condition(case: str, view: View) -> None:
    told, document = READ[case]
    entity = view.catalog.entity("customer")
    assert conditions.read_condition(entity, ENGLISH, conditions.named(view, entity, told, "x"), "x") == document


@pytest.mark.parametrize("case", [case for case, (_, document) in READ.items() if document and "kept" not in case])
def test_what_is_kept_stands_in_rows_again(case: str, view: View) -> None:
    _, document = READ[case]
    entity = view.catalog.entity("customer")
    shown = conditions.builder(view, CHINESE, entity, "x", "Shown when", document)
    rows = [(row["field"], row["operator"], row["value"], row["second"]) for row in shown["rows"]]
    again = conditions.read_condition(entity, ENGLISH, sent(*rows, joiner=shown["joiner"]), "x")
    assert again == document
    assert len(rows) >= conditions.ROWS


@pytest.mark.parametrize(
    "told",
    [sent(("nothing", "_eq", "1")), sent(("name", "_lt", "1")), sent(("credit_period", "_gt", "many")), sent(("name", "_eq", ""))],
    ids=["field", "operator", "value", "no value"],
)
def test_what_cannot_be_meant_is_refused(told: Submission, view: View) -> None:
    with pytest.raises(FieldloomError):
        conditions.read_condition(view.catalog.entity("customer"), ENGLISH, told, "x")


def test_what_rows_cannot_show_is_kept_in_words(view: View) -> None:
    nested = {"_or": [{"type": "agent"}, {"_and": [{"name": "a"}, {"city": {"_nnull": True}}]}]}
    shown = conditions.builder(view, ENGLISH, view.catalog.entity("customer"), "x", "Shown when", nested)
    assert shown["kept"]
    assert shown["words"] == "Type is Agent or (Customer name is a and City is not empty)"
