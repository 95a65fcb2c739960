"""Allowed options: what check boxes beside conditions say is what is kept, and what is kept stands there again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine import i18n
from engine.errors import BadValue
from engine.metadata.model import Catalog, Field, Json
from engine.metadata.rows import Dictionaries
from engine.render.bind import Submission
from engine.render.view import View
from engine.service.admin import offers
from tests.databases import LOCALES
from tests.engine.making import ENGLISH
from tests.engine.service.test_admin_conditions import sent_again

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def view(shared_catalog: Catalog, shared_rows: Dictionaries) -> View:
    """An English reader's view of the shipped definitions."""
    return View(shared_catalog, shared_rows, i18n.translator(LOCALES, "en"), ("en",))


def field(view: View, name: str, choices: Json = None) -> Field:
    """A field of the customer's card with these offers."""
    one = view.catalog.entity("customer").field(name)
    return one if choices is None else replace(one, rules={**one.rules, "choices": choices})


def offer(place: int, values: list[str], when: tuple[str, str, str] | None = None, **more: str) -> dict[str, list[str]]:
    """What one offer of a form sends."""
    stem = f"choices.{place}"
    told = {f"{stem}.joiner": ["_and"], f"{stem}.values": values, **{f"{stem}.{key}": [text] for key, text in more.items()}}
    for end, text in zip(("field", "operator", "value"), when or ("", "", ""), strict=True):
        told[f"{stem}.0.{end}"] = [text]
    return told


def read(view: View, one: Field, sent: Mapping[str, list[str]]) -> Json:
    """The offers that a form says of a field."""
    return offers.read(view, ENGLISH, view.catalog.entity("customer"), one, Submission(dict(sent)))


def again(view: View, one: Field) -> Json:
    """The offers of a field as its page sends them back untouched."""
    told: Any = offers.builder(view, ENGLISH, view.catalog.entity("customer"), one)
    texts: dict[str, list[str]] = {}
    for part in [*told["offers"], told["blank"]]:
        texts |= sent_again(part["condition"]["level"])
        texts[f"{part['stem']}.values"] = [box["value"] for box in part["boxes"] if box["on"]]
        texts |= {} if part["boxes"] else {f"{part['stem']}.names": [part["text"]]}
        texts |= {f"{part['stem']}.none": ["1"]} if part["none"] else {}
        texts |= {f"{part['stem']}.kept": ["1"]} if part["condition"]["kept"] else {}
    return read(view, one, texts)


def test_options_of_every_kind_of_choice_can_be_limited(view: View) -> None:
    entity = view.catalog.entity("customer")
    limited = {one.name for one in entity.by_name.values() if offers.choices(view, one) is not None}
    assert {"language", "type", "industry", "city", "salutation"} <= limited
    assert not {"name", "credit_amount", "agent", "introduction_document"} & limited


def test_an_offer_is_options_and_a_condition(view: View) -> None:
    sent = {**offer(0, ["zh", "en"], ("type", "_eq", "agent")), **offer(1, ["zh"], ("county", "_nempty", "")), **offer(2, [])}
    assert read(view, field(view, "language"), sent) == [
        {"when": {"type": {"_eq": "agent"}}, "values": ["zh", "en"]},
        {"when": {"county": {"_nempty": True}}, "values": ["zh"]},
    ]
    assert read(view, field(view, "language"), offer(0, [])) is None


def test_options_may_be_named(view: View) -> None:
    sent = offer(0, [], ("type", "_eq", "Agent"), names="Distributor, individual; nowhere")
    assert read(view, field(view, "type"), {**sent, "choices.0.names": ["Distributor, individual"]}) == [
        {"when": {"type": {"_eq": "agent"}}, "values": ["distributor", "individual"]}
    ]


@pytest.mark.parametrize("sent", [offer(0, ["zh"]), offer(0, [], ("county", "_nempty", ""))], ids=["no condition", "no options"])
def test_half_an_offer_is_refused(view: View, sent: Mapping[str, list[str]]) -> None:
    with pytest.raises(BadValue) as told:
        read(view, field(view, "language"), sent)
    assert told.value.message


KEPT: Mapping[str, tuple[str, Json]] = {
    "options": ("language", [{"when": {"county": "海淀"}, "values": ["en", "zh"]}, {"when": {"county": "昌平"}, "values": ["zh"]}]),
    "rows of a dictionary": ("type", [{"when": {"county": "海淀"}, "values": ["partner", "agent"]}]),
    "a tree": ("industry", [{"when": {"type": "agent"}, "values": ["software"]}]),
    "none at all": ("language", [{"when": {"county": "海淀"}, "values": []}]),
    "what is not there any more": ("language", [{"when": {"county": "海淀"}, "values": ["zh", "xx"]}]),
    "a condition in a condition": ("language", [{"when": {"_or": [{"county": "a"}, {"_and": [{"name": "b"}, {"fax": "c"}]}]}, "values": ["zh"]}]),
    "a condition that cannot be read": ("language", [{"when": {"nothing": 1}, "values": ["zh"]}]),
    "what cannot be read": ("language", [{"values": "zh"}]),
    "no list": ("language", {"when": 1}),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_is_kept_stays_as_it_is_where_nothing_is_changed(case: str, view: View) -> None:
    name, held = KEPT[case]
    assert again(view, field(view, name, held)) == held


def test_what_cannot_be_read_can_be_taken_away(view: View) -> None:
    one = field(view, "language", [{"values": "zh"}])
    assert read(view, one, {**offer(0, []), "choices.remove": ["1"]}) is None


def test_a_long_list_is_written(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MOST_BOXES", 2)
    held = [{"when": {"county": "海淀"}, "values": ["agent", "partner"]}]
    told: Any = offers.builder(view, ENGLISH, view.catalog.entity("customer"), field(view, "type", held))
    assert told["offers"][0]["text"] == "Agent, Partner"
    assert again(view, field(view, "type", held)) == held


def test_a_name_that_two_entries_have_is_written_as_it_is_kept(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MOST_BOXES", 1)
    twins = {"choices": [{"value": "a", "label": "Other"}, {"value": "b", "label": "Other"}, {"value": "c", "label": "One, two"}]}
    held = [{"when": {"county": "海淀"}, "values": ["a", "b", "c"]}]
    assert again(view, replace(field(view, "language", held), options=twins)) == held
