"""Drafts that time went past: what no longer fits or cannot be read is named, and dropped by itself; the rest stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from engine import accounts
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.tables import DRAFT
from tests.web.conftest import PASSWORD, Browser

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

GRADE = {"type": "choice", "label.zh-Hans": "客户等级", "label.en": "Grade", "group": "other", "option.choices": "A级\nB级", "enabled": "on"}
FAX = {"operation": "change_field", "entity": "customer", "field": "fax", "changes": {"required": True}}


def second(app: Flask, installed: Database, role: str = "administrator") -> Browser:
    """Somebody else, signed in."""
    with installed.writing() as conn:
        accounts.add_user(conn, f"other_{role}", PASSWORD, role)
    found = Browser(app)
    found.sign_in(f"other_{role}")
    return found


def held(installed: Database) -> list[Any]:
    """What stands in the only draft."""
    with installed.reading() as conn:
        row = conn.execute(sa.select(DRAFT)).one_or_none()
    return [] if row is None else json.loads(row.operations)[: row.done]


def hold(browser: Browser, installed: Database, *documents: Any, base: int | None = None) -> None:
    """Put just this into the administrator's draft, as an earlier version may have left it."""
    browser.post("/admin/customer/fields", {"do": "toggle:required:fax:on"})
    told: dict[str, Any] = {"operations": json.dumps(documents), "done": len(documents)} | ({} if base is None else {"base_version": base})
    with installed.writing() as conn:
        conn.execute(sa.update(DRAFT).values(told))


def test_what_does_not_fit_any_more_is_named_and_can_be_dropped(app: Flask, browser: Browser, installed: Database) -> None:
    other = second(app, installed)
    browser.post("/admin/customer/fields/new", GRADE)
    browser.post("/admin/draft", {"do": "publish"})
    browser.post("/admin/customer/fields", {"do": "toggle:required:c_kehu_dengji:on"})
    browser.post("/admin/customer/fields", {"do": "toggle:required:fax:on"})
    other.post("/admin/customer/fields", {"do": "retire:c_kehu_dengji"})
    other.post("/admin/draft", {"do": "publish"})
    page = browser.get("/admin/changes").text
    assert "fit together" not in page
    unfit = page[page.index('id="unfit"') : page.index('id="draft-title"')]
    assert "1 change of your draft does not fit the definitions in force any more" in unfit
    assert "Grade" in unfit
    assert "Fax" not in unfit
    assert 'value="publish" disabled' in page
    assert browser.post("/admin/draft", {"do": "publish"}).status_code == 422
    assert browser.post("/admin/changes", {"do": "drop_unfit"}).status_code == 303
    page = browser.get("/admin/changes").text
    assert 'id="unfit"' not in page
    assert "It does not touch yours" in page
    assert held(installed) == [FAX]
    browser.post("/admin/draft", {"do": "publish"})
    with installed.reading() as conn:
        assert store.load(conn).entity("customer").field("fax").required


BROKEN: Mapping[str, Any] = {
    "an operation that went": {"operation": "colour_field", "entity": "customer", "field": "fax", "colour": "red"},
    "an argument that went": {**FAX, "colour": "red"},
    "an argument that is missing": {"operation": "change_field", "entity": "customer"},
    "of another shape": {"operation": "set_labels", "language": "de", "texts": []},
    "without a name": {"entity": "customer"},
    "no object": "change_field",
    "nothing": None,
    "a number": 5,
}
PAGES = ("/admin/", "/admin/changes", "/admin/customer/fields", "/admin/customer/fields/fax", "/admin/customer/rules", "/admin/customer/preview")


@pytest.mark.parametrize("case", BROKEN)
def test_an_entry_that_cannot_be_read_is_named_and_dropped_by_itself(browser: Browser, installed: Database, case: str) -> None:
    hold(browser, installed, FAX, BROKEN[case], {**FAX, "field": "phone"}, base=0)
    assert {page: browser.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
    page = browser.get("/admin/changes").text
    assert "A change that this version cannot read" in page
    assert page.count(" refused") == 1
    assert browser.post("/admin/draft", {"do": "publish"}).status_code == 422
    assert browser.post("/admin/changes", {"do": "drop:1"}).status_code == 303
    assert held(installed) == [FAX, {**FAX, "field": "phone"}]


@pytest.mark.parametrize("case", BROKEN)
def test_a_draft_goes_on_behind_what_cannot_be_read(browser: Browser, installed: Database, case: str) -> None:
    hold(browser, installed, BROKEN[case])
    assert browser.post("/admin/customer/fields", {"do": "toggle:required:phone:on"}).status_code == 303
    assert browser.post("/admin/changes", {"do": "drop_unfit"}).status_code == 303
    assert held(installed) == [{**FAX, "field": "phone"}]


@pytest.mark.parametrize("text", ["", "{", "null", "5", '"x"'])
def test_a_draft_of_no_list_at_all_is_dropped_too(browser: Browser, installed: Database, text: str) -> None:
    hold(browser, installed, FAX)
    with installed.writing() as conn:
        conn.execute(sa.update(DRAFT).values(operations=text, done=3))
    assert browser.get("/admin/changes").status_code == 200
    assert browser.post("/admin/changes", {"do": "drop_unfit"}).status_code == 303
    assert held(installed) == []


def test_a_clash_beside_what_cannot_be_read_is_settled(app: Flask, browser: Browser, installed: Database) -> None:
    other = second(app, installed)
    broken = BROKEN["an argument that is missing"]
    hold(browser, installed, broken, {**FAX, "changes": {"help": "Mine"}})
    other.post("/admin/customer/fields/fax", {"help": "Theirs"})
    other.post("/admin/draft", {"do": "publish"})
    page = browser.get("/admin/changes").text
    assert 'id="clashes"' in page
    assert "Everything else fits together by itself" not in page
    assert browser.post("/admin/changes", {"do": "settle", "field|customer|fax|help": "theirs"}).status_code == 303
    assert held(installed) == [broken]


@pytest.mark.parametrize("role", ["user", "translator", None])
def test_no_request_of_the_administration_is_anybody_elses(app: Flask, browser: Browser, installed: Database, role: str | None) -> None:
    """Every address that takes something, whatever is sent to it."""
    browser.post("/admin/customer/fields", {"do": "toggle:required:fax:on"})
    other = second(app, installed, role) if role else Browser(app)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin") and "POST" in (rule.methods or ())]
    assert len(rules) >= 9
    for rule in rules:
        address = rule.rule.replace("<entity>", "customer").replace("<field>", "fax")
        for do in ("", "publish", "undo", "redo", "discard", "undo:1", "drop:0", "drop_unfit", "settle", "nothing", "try", "purge:fax"):
            answer = other.post(address, {"do": do, "next": "/", "type": "text", "label.en": "x"})
            assert answer.status_code == 403 or (role is None and "/sign-in" in (answer.location or "")), (address, do, answer.status_code)
    assert held(installed) == [FAX]


def test_a_button_of_the_bar_that_there_is_not(browser: Browser, installed: Database) -> None:
    browser.post("/admin/customer/fields", {"do": "toggle:required:fax:on"})
    assert browser.post("/admin/draft", {"do": "nothing"}).status_code == 400
    assert held(installed) == [FAX]
