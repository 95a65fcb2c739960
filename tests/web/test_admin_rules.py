"""The page of all rules, and conditions built by forms: on the draft, for administrators only."""

from __future__ import annotations

import pytest

from engine import accounts
from engine.metadata import store
from engine.metadata.database import Database
from tests.web.conftest import PASSWORD, Browser

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_the_shipped_rules_in_words(browser: Browser) -> None:
    page = browser.get("/admin/customer/rules").text
    assert "Stands on the card when: <bdi>Type is not Individual</bdi>" in page
    assert "Can be chosen when: <bdi>Type is any of Distributor, Agent</bdi>" in page
    assert "All rules can be read" in page
    assert "Customer is the card&#39;s “Customer”" in browser.get("/admin/address/rules").text
    assert "No rules yet" in browser.get("/admin/salutation/rules").text


def test_a_rule_goes_into_the_draft_and_is_seen_there(browser: Browser) -> None:
    rows = {"visible.joiner": "_and", "visible.0.field": "type", "visible.0.operator": "_in", "visible.0.value": "Agent, Partner"}
    assert browser.post("/admin/customer/fields/fax", rows).status_code == 303
    assert "Type is any of Agent, Partner" in browser.get("/admin/customer/rules").text
    again = {"visible.joiner": "_and", "visible.0.field": "", "visible.0.operator": "_eq", "visible.0.value": ""}
    assert browser.post("/admin/customer/fields/fax", again).status_code == 303
    assert "Type is any of Agent, Partner" not in browser.get("/admin/customer/rules").text


def test_a_group_is_shown_on_a_condition(browser: Browser) -> None:
    rows = {"do": "change:other", "visible.joiner": "_and", "visible.0.field": "county", "visible.0.operator": "_nempty"}
    assert browser.post("/admin/customer/groups", rows).status_code == 303
    page = browser.get("/admin/customer/rules").text
    assert "County is not empty" in page
    wrong = {**rows, "visible.0.operator": "_gt", "visible.0.value": "5"}
    refused = browser.post("/admin/customer/groups", wrong)
    assert refused.status_code == 422
    assert "“_gt” is not an operator of “county”" in refused.text


def test_what_cannot_be_read_is_given_back(browser: Browser) -> None:
    rows = {"required.joiner": "_and", "required.0.field": "credit_period", "required.0.operator": "_gt", "required.0.value": "many"}
    refused = browser.post("/admin/customer/fields/fax", rows)
    assert refused.status_code == 422
    assert 'value="many"' in refused.text


def test_only_administrators_see_rules(browser: Browser, installed: Database) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "user", PASSWORD, "user")
    browser.post("/sign-out")
    browser.sign_in("user")
    assert browser.get("/admin/customer/rules").status_code == 403


OFFER = {
    "choices.0.joiner": "_and", "choices.0.values": ["zh", "en"],
    "choices.0.0.field": "type", "choices.0.0.operator": "_eq", "choices.0.0.value": "Agent",
    "choices.0.g0.joiner": "_or", "choices.0.g0.0.field": "county", "choices.0.g0.0.operator": "_nempty", "choices.0.g0.1.field": "fax",
    "choices.0.g0.1.operator": "_nempty",
}  # fmt: skip
SAID = "Type is Agent and (County is not empty or Fax is not empty)"


def test_allowed_options_from_the_form_to_the_card(browser: Browser, installed: Database) -> None:
    """The whole way of a rule: draft, rules, review, publish, and back into the form."""
    assert browser.post("/admin/customer/fields/language", OFFER).status_code == 303
    page = browser.get("/admin/customer/rules").text
    assert f"Offers only <strong><bdi>Chinese, English</bdi></strong> when: <bdi>{SAID}</bdi>" in page
    assert page.count("only in your draft") == 1
    review = browser.get("/admin/changes").text
    assert f"Offers only Chinese, English, when {SAID}" in review
    browser.post("/admin/draft", {"do": "publish"})
    with installed.reading() as conn:
        (offer,) = store.load(conn).entity("customer").field("language").rules["choices"]
    assert offer["values"] == ["zh", "en"]
    assert "only in your draft" not in browser.get("/admin/customer/rules").text
    page = browser.get("/admin/customer/fields/language").text
    assert page.count('name="choices.0.values" value="zh" checked') == 1
    assert SAID in page
    assert browser.post("/admin/customer/fields/language", {**OFFER, "choices.0.values": ["en", "zh"]}).status_code == 303
    assert "only in your draft" not in browser.get("/admin/customer/rules").text


def test_a_rule_that_the_draft_takes_away_is_still_in_force(browser: Browser) -> None:
    none = {"visible.joiner": "_and", "visible.0.field": "", "visible.0.operator": "", "visible.0.value": ""}
    assert browser.post("/admin/customer/fields/website", none).status_code == 303
    page = browser.get("/admin/customer/rules").text
    assert page.count("in force until you publish") == 1
    assert "<del>Stands on the card when: <bdi>Type is not Individual</bdi></del>" in page
    assert "No longer: <bdi>Stands on the card when: Type is not Individual" in browser.get("/admin/changes").text
    browser.post("/admin/customer/fields", {"do": "toggle:enabled:document:off"})
    assert browser.get("/admin/customer/rules").text.count("in force until you publish") == 2


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"choices.0.values": []}, "Choose what is offered while the condition holds."),
        ({"choices.0.0.field": "", "choices.0.g0.0.field": "", "choices.0.g0.1.field": ""}, "Say when only these are offered."),
        ({"choices.0.g0.0.operator": "_gt", "choices.0.g0.0.value": "5"}, "“_gt” is not an operator of “county”"),
    ],
)
def test_allowed_options_that_are_half_said_are_given_back(browser: Browser, sent: dict[str, object], told: str) -> None:
    refused = browser.post("/admin/customer/fields/language", {**OFFER, "choices.1.joiner": "_and", **sent})
    assert refused.status_code == 422
    assert told in refused.text
    assert 'name="choices.0.values" value="en"' in refused.text


def test_an_option_that_there_is_not_is_found_in_the_review(browser: Browser) -> None:
    browser.post("/admin/customer/fields/language", {**OFFER, "choices.0.values": ["zh", "klingon"]})
    assert "There is no choice “klingon”" in browser.get("/admin/customer/rules").text
    assert browser.post("/admin/draft", {"do": "publish"}).status_code == 422
    assert "not there any more" in browser.get("/admin/customer/fields/language").text


def test_other_fields_take_no_allowed_options(browser: Browser) -> None:
    assert "choice-offers" not in browser.get("/admin/customer/fields/fax").text
    assert browser.post("/admin/customer/fields/fax", OFFER).status_code == 303
    assert "Offers only" not in browser.get("/admin/customer/rules").text
