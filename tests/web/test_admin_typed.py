"""Nothing that is typed into the administrator's forms is cut: what cannot be kept is refused with a sentence, and given back."""

from __future__ import annotations

from typing import Any

import pytest

from engine.metadata import store
from engine.metadata.database import Database
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

LONG, FITS = "x" * 10_000, "y" * 200
GRADE = {"type": "choice", "label.zh-Hans": "客户等级", "label.en": "Grade", "group": "other", "option.choices": "A\nB", "enabled": "on"}
TOO_LONG = "Too long: it has"
FORMS = {
    "a new field's name": ("/admin/customer/fields/new", {**GRADE, "label.en": LONG}),
    "a new field's name in another language": ("/admin/customer/fields/new", {**GRADE, "label.zh-Hans": LONG}),
    "a new field's help": ("/admin/customer/fields/new", {**GRADE, "help": LONG}),
    "a new field's example": ("/admin/customer/fields/new", {**GRADE, "placeholder": LONG}),
    "a choice": ("/admin/customer/fields/new", {**GRADE, "option.choices": f"A\nb = {LONG}"}),
    "a field's name": ("/admin/customer/fields/fax", {"label.de": LONG}),
    "a field's help": ("/admin/customer/fields/fax", {"help": LONG}),
    "a field's example": ("/admin/customer/fields/fax", {"placeholder": LONG}),
    "a new group": ("/admin/customer/groups", {"do": "add", "label.en": LONG}),
    "a group": ("/admin/customer/groups", {"do": "change:basic", "label.de": LONG}),
    "a new list": ("/admin/lists/new", {"label.en": LONG}),
    "a new list's plural": ("/admin/lists/new", {"label.en": "Grade", "plural.de": LONG}),
    "a display name": ("/admin/customer/labels", {"de|field.customer.fax.label": LONG}),
}


@pytest.mark.parametrize("case", FORMS)
def test_too_long_is_said_and_given_back(browser: Browser, case: str) -> None:
    address, sent = FORMS[case]
    refused = browser.post(address, sent)
    assert refused.status_code == 422
    assert TOO_LONG in refused.text
    assert LONG in refused.text
    assert 'id="draft-text"' not in browser.get("/admin/changes").text
    assert "Nothing has been changed" in browser.get("/admin/changes").text


@pytest.mark.parametrize("case", FORMS)
def test_characters_that_cannot_be_kept_are_said_too(browser: Browser, case: str) -> None:
    address, sent = FORMS[case]
    refused = browser.post(address, {name: text.replace(LONG, "a\u202eb\x07") for name, text in sent.items()})
    assert refused.status_code == 422
    assert "cannot be kept" in refused.text
    assert "Nothing has been changed" in browser.get("/admin/changes").text


@pytest.mark.parametrize("case", FORMS)
def test_what_just_fits_is_kept_whole(browser: Browser, case: str) -> None:
    address, sent = FORMS[case]
    assert browser.post(address, {name: text.replace(LONG, FITS) for name, text in sent.items()}).status_code == 303
    assert "Your draft" in browser.get("/admin/changes").text


def test_the_grid_of_names_tells_its_script(browser: Browser) -> None:
    answer = browser.post("/admin/customer/labels", {"de|field.customer.fax.label": LONG}, headers={"Accept": "application/json"})
    told: Any = answer.json
    assert (answer.status_code, TOO_LONG in told["detail"]) == (422, True)


def test_an_own_fields_name_is_no_longer_than_a_name(browser: Browser, installed: Database) -> None:
    browser.post("/admin/customer/fields/new", GRADE)
    key = "en|field.customer.c_kehu_dengji.label"
    assert browser.post("/admin/customer/labels", {key: "z" * 201}).status_code == 422
    assert browser.post("/admin/customer/labels", {key: FITS}).status_code == 303
    browser.post("/admin/draft", {"do": "publish"})
    with installed.reading() as conn:
        assert store.load(conn).entity("customer").field("c_kehu_dengji").label == FITS


def test_a_word_about_a_change_is_not_cut(browser: Browser) -> None:
    browser.post("/admin/customer/fields", {"do": "toggle:required:fax:on"})
    refused = browser.post("/admin/changes", {"do": "publish", "note": LONG})
    assert refused.status_code == 422
    assert TOO_LONG in refused.text
    assert f'value="{LONG}"' in refused.text
    assert browser.post("/admin/changes", {"do": "publish", "note": "n" * 500}).status_code == 303
    assert "n" * 500 in browser.get("/admin/changes").text
