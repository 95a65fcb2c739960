"""The page of all rules, and conditions built by forms: on the draft, for administrators only."""

from __future__ import annotations

import pytest

from engine import accounts
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
