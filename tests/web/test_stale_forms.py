"""Forms that time went past: another window of the same administrator, or another administrator, was faster."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask

from engine import accounts
from engine.metadata.database import Database
from engine.service import evolution
from tests.web.conftest import PASSWORD, Browser, _Controls
from tests.web.test_administration import act, customer, publish

COUNTY, GROUPS, LABELS, CHANGES = "/admin/customer/fields/county", "/admin/customer/groups", "/admin/customer/labels", "/admin/changes"


class Controls(_Controls):
    """A select that nobody touched sends its first option."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """With the first option of a select, until another one says that it is chosen."""
        if tag == "option" and self._select:
            self.values.setdefault(self._select, [dict(attrs).get("value") or ""])
        super().handle_starttag(tag, attrs)


def drawn(page: str, mark: str) -> dict[str, Any]:
    """What the form around this mark would send as it stands."""
    start = page.rindex("<form", 0, page.index(mark) + 1)
    found = Controls()
    found.feed(page[start : page.index("</form>", start)])
    return dict(found.values)


def field(browser: Browser, url: str = COUNTY) -> dict[str, Any]:
    """The form of a field."""
    return drawn(browser.get(url).text, 'id="field-form"')


def send(browser: Browser, url: str, form: dict[str, Any], **typed: Any) -> Any:
    """Send a form that was drawn before, with something typed into it."""
    return browser.client.post(url, data={**form, **typed})


def problems(page: str) -> str:
    """What the summary of a page says."""
    start = page.index('id="problems"')
    return html.unescape(re.sub(r"<[^>]+>", " ", page[start : page.index("</div>", start)]))


@pytest.fixture
def second(app: Flask, installed: Database) -> Browser:
    """Another administrator's browser."""
    with installed.writing() as conn:
        accounts.add_user(conn, "second", PASSWORD, "administrator")
    found = Browser(app)
    found.sign_in("second")
    return found


def test_what_was_left_alone_stays_as_another_made_it(browser: Browser, second: Browser, installed: Database) -> None:
    old = field(second)
    send(browser, COUNTY, field(browser), help="Theirs", **{"label.de": "Landkreis"})
    publish(browser)
    assert send(second, COUNTY, old, required="on").status_code == 303
    publish(second)
    found = customer(installed).field("county")
    assert (found.help, found.required) == ("Theirs", True)
    assert "Landkreis" in second.get(COUNTY).text


def test_two_windows_of_one_administrator_do_not_undo_each_other(browser: Browser, installed: Database) -> None:
    one, two = field(browser), field(browser)
    send(browser, COUNTY, one, help="One", group="finance")
    assert send(browser, COUNTY, two, placeholder="Two", in_list="on").status_code == 303
    publish(browser)
    found = customer(installed).field("county")
    assert (found.help, found.placeholder, found.group, found.in_list) == ("One", "Two", "finance", True)


def test_what_both_changed_is_said_and_sent_once_more_it_stands(browser: Browser, installed: Database) -> None:
    one, two = field(browser), field(browser)
    send(browser, COUNTY, one, help="One", placeholder="Example")
    refused = send(browser, COUNTY, two, help="Two", width="full")
    assert refused.status_code == 422
    assert "One" in problems(refused.text)
    again = drawn(refused.text, 'id="field-form"')
    assert (again["help"], again["width"], again["placeholder"]) == (["Two"], ["full"], ["Example"])
    assert send(browser, COUNTY, again).status_code == 303
    publish(browser)
    found = customer(installed).field("county")
    assert (found.help, found.width, found.placeholder) == ("Two", "full", "Example")


def test_conditions_of_two_windows(browser: Browser, installed: Database) -> None:
    """Another condition stays; the same one, changed by both, is said in words."""
    rows = {"field": "type", "operator": "_eq"}
    one, two, three = field(browser), field(browser), field(browser)
    send(browser, COUNTY, one, **{f"visible.0.{name}": text for name, text in {**rows, "value": "customer"}.items()})
    assert send(browser, COUNTY, two, **{f"required.0.{name}": text for name, text in {**rows, "value": "supplier"}.items()}).status_code == 303
    refused = send(browser, COUNTY, three, **{f"visible.0.{name}": text for name, text in {**rows, "value": "agent"}.items()})
    assert "Type is Customer" in problems(refused.text)
    publish(browser)
    assert set(customer(installed).field("county").rules) == {"visible", "required"}


def test_allowed_options_of_two_windows_are_not_mixed_up(browser: Browser, installed: Database) -> None:
    """Offers are matched by their place: where another window changed them, they are shown as they are now."""
    url = "/admin/customer/fields/language"
    offer = {"choices.0.0.field": "city", "choices.0.0.operator": "_null"}
    one, two = field(browser, url), field(browser, url)
    send(browser, url, one, **offer, **{"choices.0.values": ["zh"]})
    refused = send(browser, url, two, **offer, **{"choices.0.values": ["en"]})
    assert "make your change anew" in problems(refused.text)
    assert drawn(refused.text, 'id="field-form"')["choices.0.values"] == ["zh"]
    publish(browser)
    assert [offer["values"] for offer in customer(installed).field("language").rules["choices"]] == [["zh"]]


def test_a_form_comes_back_with_its_switches_and_its_place(browser: Browser) -> None:
    refused = send(browser, COUNTY, field(browser), required="on", after="fax", help="x" * 900)
    again = drawn(refused.text, 'id="field-form"')
    assert (again["required"], again["after"]) == (["on"], ["fax"])


def test_a_switch_among_the_options_can_be_turned_off(browser: Browser, installed: Database) -> None:
    browser.post("/admin/customer/fields/new", {"type": "decimal", "label.en": "N", "name": "c_n", "group": "other", "do": "add", "enabled": "on",
                                                "switches": "option.non_negative", "option.non_negative": "on"})  # fmt: skip
    form = field(browser, "/admin/customer/fields/c_n")
    assert form.pop("option.non_negative") == ["on"]
    assert send(browser, "/admin/customer/fields/c_n", form).status_code == 303
    publish(browser)
    assert "non_negative" not in customer(installed).field("c_n").options


def test_groups_of_two_windows(browser: Browser, installed: Database) -> None:
    mark = 'id="g-finance-en"'
    one, two, three = (drawn(browser.get(GROUPS).text, mark) for _ in range(3))
    send(browser, GROUPS, one, do="change:finance", columns="3", **{"label.de": "Geld"})
    assert send(browser, GROUPS, two, do="change:finance", tab="on").status_code == 303
    refused = send(browser, GROUPS, three, do="change:finance", columns="4", collapsed="on")
    assert re.search(r"Columns: .*“3”", problems(refused.text))
    again = drawn(refused.text, mark)
    assert (again["columns"], again["collapsed"], again["tab"], again["label.de"]) == (["4"], ["on"], ["on"], ["Geld"])
    assert send(browser, GROUPS, again, do="change:finance").status_code == 303
    publish(browser)
    found = customer(installed).group("finance")
    assert (found.columns, found.tab, found.collapsed) == (4, True, True)


def test_names_of_two_windows(browser: Browser, second: Browser, installed: Database) -> None:
    fax, city = "de|field.customer.fax.label", "de|field.customer.city.label"
    old = drawn(second.get(LABELS).text, 'name="seen"')
    browser.post(LABELS, {fax: "Telefax"})
    publish(browser)
    refused = send(second, LABELS, old, **{fax: "Fernkopie", city: "Ort"})
    assert refused.status_code == 422
    assert "Telefax" in problems(refused.text)
    assert send(second, LABELS, old, **{city: "Ort"}).status_code == 303
    publish(second)
    page = second.get(LABELS).text
    assert 'value="Telefax"' in page
    assert 'value="Ort"' in page


def test_a_form_without_what_it_was_drawn_from_changes_what_it_says(browser: Browser, installed: Database) -> None:
    for seen in ("", "[]", "{", "null", "[" * 5000):
        assert send(browser, COUNTY, field(browser), help=f"By hand {len(seen)}", seen=seen).status_code == 303
    for seen in ('{"help": 1, "choices": 3, "visible": "x"}', '{"choices": [1], "required": {"_and": 3}, "option.max_length": [[]]}'):
        assert send(browser, COUNTY, field(browser), seen=seen).status_code in (303, 422)
    publish(browser)
    assert customer(installed).field("county").help.startswith("By hand")


def test_what_was_added_while_a_publish_ran_stays_in_the_draft(browser: Browser, installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    real = evolution.publish

    def slowly(*told: Any) -> Any:
        done = real(*told)
        act(browser, "toggle:required:county:on")  # in another window
        return done

    act(browser, "toggle:required:fax:on")
    monkeypatch.setattr(evolution, "publish", slowly)
    publish(browser)
    monkeypatch.undo()
    assert (customer(installed).field("fax").required, customer(installed).field("county").required) == (True, False)
    publish(browser)
    assert customer(installed).field("county").required


def test_a_draft_that_was_taken_back_begins_anew(browser: Browser, second: Browser) -> None:
    """What was published before it began again clashes with nothing in it."""
    act(browser, "toggle:required:fax:on")
    act(browser, "discard")
    send(second, COUNTY, field(second), help="Theirs")
    publish(second)
    send(browser, COUNTY, field(browser), help="Mine")
    assert 'id="clashes"' not in browser.get(CHANGES).text


def test_a_clash_is_told_as_people_know_it(browser: Browser, second: Browser) -> None:
    for one, other, value in ((browser, "3", "customer"), (second, "4", "supplier")):
        send(one, COUNTY, field(one), **{"required.0.field": "type", "required.0.operator": "_eq", "required.0.value": value})
        one.post(LABELS, {"de|field.customer.fax.label": f"Fax {other}"})
        one.post(GROUPS, {"do": "change:finance", "columns": other})
        act(one, "move", chosen="code", group="finance" if other == "3" else "classification")
    publish(second)
    page = browser.get(CHANGES).text
    start = page.index('id="clashes"')
    told = html.unescape(re.sub(r"<[^>]+>", " ", page[start : page.index("</form>", start)]))
    words = ("Must be filled in when: Type is Customer", "Must be filled in when: Type is Supplier", "Fax · Deutsch", "Finance · Columns", "at the end")
    assert [one for one in words if one not in told] == []
    assert "{" not in told
    assert "field.customer" not in told
