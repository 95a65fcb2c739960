"""Field administration over HTTP: every rule is the server's, whatever a page offers; everything works by plain forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from engine import accounts
from engine.metadata import store
from engine.metadata.database import Database
from engine.metadata.model import Entity
from engine.metadata.tables import DRAFT
from tests.web.conftest import PASSWORD, Api, Browser

GRADE = {"type": "choice", "label.zh-Hans": "客户等级", "label.en": "Grade", "group": "other", "option.choices": "A级\nB级", "enabled": "on"}


def customer(installed: Database, name: str = "customer") -> Entity:
    """The entity in force."""
    with installed.reading() as conn:
        return store.load(conn).entity(name)


def act(browser: Browser, do: str, entity: str = "customer", **more: Any) -> Any:
    """A press on the table, as the page's script sends it."""
    answer = browser.post(f"/admin/{entity}/fields", {"do": do, **more}, headers={"Accept": "application/json"})
    return answer.status_code, answer.json


def publish(browser: Browser, **more: Any) -> str:
    """Publish the draft; the page that follows."""
    answer = browser.post("/admin/changes", {"do": "publish", **more}, follow_redirects=True)
    return answer.text


PAGES = ("/admin/", "/admin/customer/fields", "/admin/customer/fields/new", "/admin/customer/fields/new?type=choice", "/admin/customer/fields/fax",
         "/admin/customer/groups", "/admin/customer/labels", "/admin/customer/retired", "/admin/customer/preview", "/admin/changes",
         "/admin/style-guide", "/admin/industry/fields", "/admin/customer/usage", "/admin/customer/fields/propose?label=x")  # fmt: skip


def test_pages_are_the_administrators_own(app: Flask, browser: Browser, installed: Database) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "user", PASSWORD, "user")
        accounts.add_user(conn, "translator", PASSWORD, "translator")
    assert {page: browser.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
    for role in ("user", "translator"):
        other = Browser(app)
        other.sign_in(role)
        assert {page: other.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 403)
        posts = ("/admin/customer/fields", "/admin/customer/fields/new", "/admin/customer/groups", "/admin/customer/labels", "/admin/changes")
        assert {page: other.post(page, {"do": "publish", "type": "text"}).status_code for page in posts} == dict.fromkeys(posts, 403)
        assert "/admin/" not in other.get("/").text
    assert Browser(app).get("/admin/customer/fields").status_code == 303


@pytest.mark.parametrize("page", ["/admin/nothing/fields", "/admin/nothing/groups", "/admin/fl_user/fields"])
def test_what_does_not_exist_is_not_found(browser: Browser, page: str) -> None:
    assert browser.get(page).status_code == 404


def test_nothing_is_changed_without_the_token(browser: Browser, installed: Database) -> None:
    assert browser.client.post("/admin/customer/fields", data={"do": "toggle:required:fax:on"}).status_code == 400


# -- rules that no page offers to break ----------------------------------------------------------------------

REFUSED = [
    pytest.param({"do": "toggle:enabled:name:off"}, id="the title cannot be hidden"),
    pytest.param({"do": "toggle:required:name:off"}, id="nor left out"),
    pytest.param({"do": "move", "chosen": "mobile_phone", "group": "basic"}, id="3.1.4 a contact person's field cannot leave"),
    pytest.param({"do": "bulk:move", "chosen": ["fax", "mobile_phone"], "group": "basic"}, id="3.1.4 nor among others"),
    pytest.param({"do": "step:previous:salutation"}, id="3.1.4 nor by keys"),
    pytest.param({"do": "retire:fax"}, id="3.1.3 a system field is not retired"),
    pytest.param({"do": "move", "chosen": "fax", "group": "nothing"}, id="to no group"),
    pytest.param({"do": "move", "chosen": "nothing", "group": "basic"}, id="what is not there"),
    pytest.param({"do": "move", "chosen": "fax", "group": "finance", "before": "name"}, id="before what stands elsewhere"),
]


@pytest.mark.parametrize("sent", REFUSED)
def test_the_server_refuses_what_the_page_does_not_offer(browser: Browser, installed: Database, sent: dict[str, Any]) -> None:
    before = [(one.name, one.group, one.enabled, one.required) for one in customer(installed).fields]
    answer = browser.post("/admin/customer/fields", sent, headers={"Accept": "application/json"})
    told: Any = answer.json
    moved_nowhere = answer.status_code == 200 and told["done"] == 0
    assert answer.status_code in (400, 422) or moved_nowhere
    assert "application/" in answer.content_type
    publish(browser)
    assert [(one.name, one.group, one.enabled, one.required) for one in customer(installed).fields] == before


def test_fields_of_an_address_are_no_conditions(browser: Browser) -> None:
    """3.1.2: the address list has no such column, and no request sets it."""
    assert "toggle:searchable" in browser.get("/admin/customer/fields").text
    assert "toggle:searchable" not in browser.get("/admin/address/fields").text
    assert act(browser, "toggle:searchable:phone:on", "address")[0] == 422


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"label.zh-Hans": "", "label.en": ""}, id="without a name"),
        pytest.param({"name": "kehu"}, id="3.1.3 a name that does not begin with c_"),
        pytest.param({"name": "c_1; DROP TABLE customer"}, id="a name that is none"),
        pytest.param({"option.choices": ""}, id="no choices"),
        pytest.param({"option.choices": "a = A\na = B"}, id="a choice twice"),
        pytest.param({"group": "nothing"}, id="no such group"),
        pytest.param({"default": "z"}, id="a default that is no choice"),
        pytest.param({"width": "enormous"}, id="no such width"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_everything_typed(browser: Browser, typed: dict[str, str]) -> None:
    answer = browser.post("/admin/customer/fields/new", {**GRADE, "help": "Typed before", **typed})
    assert answer.status_code in (400, 422)
    if answer.status_code == 422 and "width" not in typed:
        assert "Typed before" in answer.text
    assert "c_kehu_dengji" not in browser.get("/admin/customer/fields").text


@pytest.mark.parametrize("kind", ["palette", "nothing", ""])
def test_a_type_that_is_not_on_offer_is_refused(browser: Browser, kind: str) -> None:
    assert browser.post("/admin/customer/fields/new", {**GRADE, "type": kind}).status_code == 400


def test_3_3_1_a_default_group_stays(browser: Browser) -> None:
    assert browser.post("/admin/customer/groups", {"do": "remove:other"}).status_code == 422
    assert "default group" in browser.post("/admin/customer/groups", {"do": "remove:basic"}).text


def test_3_1_3_names_and_types_of_saved_fields_cannot_be_sent(browser: Browser, installed: Database) -> None:
    browser.post("/admin/customer/fields/fax", {"name": "c_other", "type": "date", "column": "x", "label": "x"})
    publish(browser)
    assert (customer(installed).field("fax").type, customer(installed).field("fax").column) == ("text", "fax")


def test_options_only_ever_get_wider(browser: Browser, installed: Database) -> None:
    assert browser.post("/admin/customer/fields/fax", {"option.max_length": "10"}).status_code == 422
    assert browser.post("/admin/customer/fields/fax", {"option.max_length": "80"}).status_code == 303
    publish(browser)
    assert customer(installed).field("fax").options["max_length"] == 80


def test_labels_of_other_things_cannot_be_set_here(browser: Browser) -> None:
    sent = {"zh-Hans|field.contact.name.label": "x", "xx|field.customer.fax.label": "x", "zh-Hans|row.industry.it.name": "x"}
    browser.post("/admin/customer/labels", sent)
    assert browser.get("/admin/customer/fields").text.count('value="publish"') == 0


def test_a_name_with_markup_stays_a_name(browser: Browser) -> None:
    browser.post("/admin/customer/fields/new", {**GRADE, "label.en": "<script>alert(1)</script>"})
    for page in ("/admin/customer/fields", "/admin/changes", "/admin/customer/labels", "/admin/customer/preview"):
        assert "<script>alert" not in browser.get(page).text


# -- the way through, without a script -------------------------------------------------------------------------


def test_a_field_is_added_published_used_taken_back_and_restored(browser: Browser, installed: Database) -> None:
    assert browser.post("/admin/customer/fields/new", GRADE).location == "/admin/customer/fields#row-c_kehu_dengji"
    assert "f-c_kehu_dengji" not in browser.get("/customer/new").text
    assert "f-c_kehu_dengji" in browser.get("/admin/customer/preview").text
    browser.post("/admin/customer/fields", {"do": "move", "chosen": "c_kehu_dengji", "group": "classification", "before": "type"})
    browser.post("/admin/customer/fields", {"do": "toggle:searchable:c_kehu_dengji:on"})
    review = browser.get("/admin/changes").text
    assert "c_kehu_dengji" in review
    assert "ADD COLUMN" in review.upper()
    assert "changes are in force" in publish(browser)
    one = customer(installed).field("c_kehu_dengji")
    assert (one.group, one.searchable, one.label) == ("classification", True, "Grade")
    assert "f-c_kehu_dengji" in browser.get("/customer/new").text
    assert browser.post("/admin/changes", {"do": "undo:1"}).status_code == 303
    assert "f-c_kehu_dengji" not in browser.get("/customer/new").text
    assert [one.name for one in customer(installed).retired] == ["c_kehu_dengji"]
    browser.post("/admin/customer/retired", {"do": "restore:c_kehu_dengji"})
    publish(browser)
    assert "c_kehu_dengji" in browser.get("/customer/new").text


def test_what_was_typed_into_a_field_that_went_is_said(browser: Browser, api: Api) -> None:
    """A card that was open while an administrator retired one of its fields: nothing typed disappears without a word."""
    add = {"operation": "add_field", "entity": "industry", "name": "c_hint", "type": "text", "group": "basic", "label": "Hint"}
    retire = {"operation": "retire_field", "entity": "industry", "field": "c_hint"}
    assert [api.post("/metadata/operations", json=[one]).status_code for one in (add, retire)] == [201, 201]
    card = {"name": "Space", "c_hint": "typed & kept"}
    refused = browser.post("/industry/new", card)
    assert refused.status_code == 422
    assert "“Hint” was taken off this card meanwhile. What you typed there is not saved: typed &amp; kept" in refused.text
    assert 'value="Space"' in refused.text
    assert browser.post("/industry/new", {**card, "c_hint": " "}).status_code == 303


def test_an_undo_that_takes_more_back_is_asked_about(browser: Browser, api: Api, installed: Database) -> None:
    """What was changed again since is named; ticking it is what undoes it."""
    for columns in (3, 4):
        wanted = {"operation": "change_group", "entity": "customer", "group": "basic", "changes": {"columns": columns}}
        assert api.post("/metadata/operations", json=[wanted]).status_code == 201
    asked = browser.post("/admin/changes", {"do": "undo:1"})
    assert asked.status_code == 422
    assert "Take back change 1?" in asked.text
    assert 'value="O1:customer:basic"' in asked.text
    assert customer(installed).groups[0].columns == 4
    assert browser.post("/admin/changes", {"do": "undo:1", "confirmed": "O1:customer:basic"}).status_code == 303
    assert customer(installed).groups[0].columns not in (3, 4)


def test_a_draft_is_seen_by_nobody_until_it_is_published(app: Flask, browser: Browser, installed: Database) -> None:
    act(browser, "toggle:required:fax:on")
    assert not customer(installed).field("fax").required
    browser.post("/admin/draft", {"do": "publish", "next": "/admin/customer/fields"})
    assert customer(installed).field("fax").required
    assert browser.get("/admin/customer/fields").text.count('value="publish"') == 0


def test_the_answer_to_a_press_names_what_changed(browser: Browser) -> None:
    status, told = act(browser, "toggle:required:fax:on")
    assert (status, list(told["rows"]), told["reload"]) == (200, ["fax"], False)
    status, told = act(browser, "step:down:name")
    assert told["rows"] == {}
    assert dict(told["order"])["basic"][:2] == ["code", "name"]
    status, told = act(browser, "undo")
    assert dict(told["order"])["basic"][:2] == ["name", "code"]
    assert json.dumps(told["bar"])


def test_a_purge_wants_the_name_typed_and_a_confirmation(browser: Browser, installed: Database) -> None:
    browser.post("/admin/customer/fields/new", GRADE)
    publish(browser)
    act(browser, "retire:c_kehu_dengji")
    publish(browser)
    assert browser.post("/admin/customer/retired", {"do": "purge:c_kehu_dengji", "typed": "kehu"}).status_code == 422
    assert browser.post("/admin/customer/retired", {"do": "purge:c_kehu_dengji", "typed": "c_kehu_dengji"}).status_code == 303
    assert browser.post("/admin/draft", {"do": "publish"}).status_code == 422
    assert customer(installed).retired


def test_a_draft_whose_process_was_killed_after_publishing_is_empty(browser: Browser, installed: Database) -> None:
    browser.post("/admin/customer/fields/new", GRADE)
    with installed.reading() as conn:
        held = conn.execute(sa.select(DRAFT)).one()
    publish(browser)
    with installed.writing() as conn:
        conn.execute(sa.insert(DRAFT).values(**held._mapping))
    page = browser.get("/admin/customer/fields").text
    assert 'value="publish"' not in page
    assert act(browser, "toggle:required:fax:on")[1]["done"] == 1


def test_two_administrators_merge_and_clash(app: Flask, browser: Browser, installed: Database) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "second", PASSWORD, "administrator", name="王芳")
    other = Browser(app)
    other.sign_in("second")
    act(browser, "toggle:required:fax:on")
    act(browser, "toggle:in_list:fax:on")
    assert "1 open change" in other.get("/admin/customer/fields").text or "2 open changes" in other.get("/admin/customer/fields").text
    act(other, "toggle:required:code:on")
    publish(other)
    page = browser.get("/admin/changes").text
    assert "both fit together" in page
    assert 'id="clashes"' not in page
    act(other, "toggle:required:fax:on")
    other.post("/admin/customer/fields/fax", {"help": "Theirs"})
    publish(other)
    browser.post("/admin/customer/fields/fax", {"help": "Mine"})
    assert browser.post("/admin/draft", {"do": "publish"}).status_code == 422
    page = browser.get("/admin/changes").text
    assert 'id="clashes"' in page
    assert page.index("Mine") < page.index("Theirs")
    assert browser.post("/admin/changes", {"do": "settle"}).status_code == 400
    browser.post("/admin/changes", {"do": "settle", "field|customer|fax|help": "theirs"})
    publish(browser)
    found = customer(installed).field("fax")
    assert (found.required, found.in_list, found.help, customer(installed).field("code").required) == (True, True, "Theirs", True)


@pytest.mark.parametrize("tag", ["zh-Hans", "en", "qps-plocm"])
def test_the_preview_speaks_any_language_and_direction(browser: Browser, tag: str) -> None:
    page = browser.get(f"/admin/customer/preview?language={tag}&direction=rtl")
    assert 'dir="rtl"' in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]  # it can be filled in, and sends nothing
    assert 'method="post"' not in page.text
    assert "csrf_token" not in page.text


@pytest.mark.parametrize("asked", ["language=xx", "direction=up", "role=king"])
def test_a_preview_that_is_not_understood_is_refused(browser: Browser, asked: str) -> None:
    assert browser.get(f"/admin/customer/preview?{asked}").status_code == 400


def test_a_preview_as_a_role_that_makes_no_cards_says_so(browser: Browser) -> None:
    assert "Not for this role" in browser.get("/admin/customer/preview?role=translator").text


def test_locks_say_why(browser: Browser) -> None:
    page = browser.get("/admin/customer/fields").text
    assert "can never change once it is saved" in page
    assert "cannot be hidden" in page
    assert "belongs to the main contact" in page


def test_how_full_a_field_is(browser: Browser, installed: Database) -> None:
    told: Any = browser.get("/admin/customer/usage").json
    assert told["total"] == 0
    assert told["fields"]["fax"] == [0, None]


def test_the_first_page_says_what_is_missing(browser: Browser, installed: Database) -> None:
    page = browser.get("/admin/").text
    assert "is retired" not in page
    browser.post("/admin/customer/fields/new", GRADE)
    publish(browser)
    act(browser, "retire:c_kehu_dengji")
    publish(browser)
    assert "Customer: 1 field is retired" in browser.get("/admin/").text
    with installed.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE customer DROP COLUMN fax")
    assert "fax" in browser.get("/admin/").text


def test_choices_without_a_translation_are_missing_too(browser: Browser) -> None:
    browser.post("/admin/customer/fields/new", GRADE)
    publish(browser)
    assert "Customer: 2 names are missing in" in browser.get("/admin/").text


def test_what_is_added_is_named_as_the_reader_will_know_it(browser: Browser) -> None:
    browser.post("/admin/customer/fields/new", GRADE)
    browser.post("/admin/customer/groups", {"do": "add", "label.en": "Care", "label.zh-Hans": "客户关怀"})
    assert "“Grade”" in browser.get("/admin/changes").text
    page = browser.get("/admin/changes?lang=zh-Hans", follow_redirects=True).text
    assert "“客户等级”" in page
    assert "“客户关怀”" in page


def test_a_retired_field_says_how_many_values_it_keeps(browser: Browser) -> None:
    browser.post("/admin/customer/fields/new", GRADE)
    publish(browser)
    act(browser, "retire:c_kehu_dengji")
    publish(browser)
    page = browser.get("/admin/customer/retired").text
    assert "0 values kept" in page
    assert "built-in method" not in page
