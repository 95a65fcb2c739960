"""An administrator makes a list in the browser, fills it and uses it in a field of an own: without a restart, in every process."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engine.metadata.database import Database
from tests.web.conftest import Api, Browser


def words(page: str) -> str:
    """A page's visible words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def published(browser: Browser) -> None:
    """Publish the draft."""
    answer = browser.post("/admin/changes", {"do": "publish"})
    assert answer.status_code == 303, words(answer.text)


def test_a_list_is_made_filled_and_used_without_a_restart(
    browser: Browser, api: Api, installed: Database, app_on: Callable[[Database], Flask]
) -> None:
    other = Browser(app_on(installed), "zh-CN")  # another process, which has loaded everything before
    other.sign_in("administrator")
    assert other.get("/c_dengji/").status_code == 404
    answer = browser.post("/admin/lists/new", {"label.zh-Hans": "等级", "label.en": "Grade", "plural.en": "Grades", "with.description": "on"})
    assert (answer.status_code, answer.location) == (303, "/admin/")
    assert browser.get("/c_dengji/").status_code == 404  # a draft is the administrator's own
    published(browser)
    for name in ("Gold", "Silver"):
        assert browser.fill("/c_dengji/new", {"name": name, "colour": "yellow"}).status_code == 303
    told = {"type": "list", "label.en": "Grade", "name": "c_grade", "group": "other", "option.entity": "c_dengji"}
    assert browser.post("/admin/customer/fields/new", {**told, "searchable": "on", "enabled": "on", "do": "add"}).status_code == 303
    published(browser)
    gold = api.row("c_dengji", "Gold")
    made = api.made(c_grade=gold)
    assert "Gold" in words(browser.get(f"/customer/{made['id']}").text)
    assert api.get("/customer?filter[c_grade]=" + str(gold)).json["meta"]["total"] == 1
    assert api.delete(f"/c_dengji/{gold}").status_code == 409  # a foreign key of its own keeps it in use
    page = words(other.get("/c_dengji/").text)
    for shown in ("等级", "名称", "描述", "启用", "Gold", "Silver"):
        assert shown in page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_field_that_is_called_like_its_list_is_told_with_the_name_of_its_column(browser: Browser) -> None:
    assert browser.post("/admin/lists/new", {"label.zh-Hans": "门店等级"}).status_code == 303
    told = {"type": "list", "label.zh-Hans": "门店等级", "group": "other", "option.entity": "c_mendian_dengji", "enabled": "on", "do": "add"}
    assert browser.post("/admin/customer/fields/new", told).status_code == 303
    assert "Add the field “门店等级” (c_mendian_dengji, Public choice list) to “Customer”." in words(browser.get("/admin/changes").text)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_own_tree_knows_parents(browser: Browser, api: Api) -> None:
    assert browser.post("/admin/lists/new", {"label.en": "Region", "with.parent": "on"}).status_code == 303
    published(browser)
    east = api.post("/c_region", json={"name": "East"}).json["id"]
    deep = api.post("/c_region", json={"name": "Coast", "parent": east}).json
    assert api.get(f"/c_region/{deep['id']}?shown=true").json["_shown"]["parent"] == "East"
    assert api.patch(f"/c_region/{east}", json={"parent": deep["id"]}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, "Enter a name for the list."),
        ({"label.en": "Type", "name": "customer_type"}, "begins with “c_”"),
        ({"label.en": "Grade", "name": "c_Grade;--"}, ""),
    ],
    ids=["no name", "a name of the program", "no name of a table"],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_list_that_cannot_be_made_is_refused_on_the_form(browser: Browser, sent: dict[str, str], why: str) -> None:
    answer = browser.post("/admin/lists/new", sent)
    assert answer.status_code == 422
    assert why in words(answer.text)
    assert all(f'value="{text.lower() if name == "name" else text}"' in answer.text or f'value="{text}"' in answer.text for name, text in sent.items())


def test_a_list_is_sorted_as_the_readers_language_sorts_and_unsorted_again(
    browser: Browser, api: Api, installed: Database, app_on: Callable[[Database], Flask]
) -> None:
    """A list keeps the order that somebody gave it (2.1); whoever wants the alphabet has it in their own language's order at once."""
    assert browser.post("/admin/lists/new", {"label.en": "Town", "plural.en": "Towns", "name": "c_town"}).status_code == 303
    published(browser)
    names = ["重庆", "Zug", "北京", "Åbo", "Ulm", "上海"]
    for name in names:
        api.post("/c_town", json={"name": name})

    def order(reader: Browser) -> list[str]:
        return re.findall(r'class="order-title"><a[^>]*><bdi>([^<]+)', reader.get("/c_town/order").text)

    assert order(browser) == names
    chinese = Browser(app_on(installed), "zh-CN")
    chinese.sign_in("administrator")
    assert chinese.post("/c_town/order").status_code == 303
    assert order(browser) == ["北京", "重庆", "上海", "Åbo", "Ulm", "Zug"]
    assert browser.post("/c_town/order", follow_redirects=True).status_code == 200
    assert order(browser) == ["Åbo", "Ulm", "Zug", "上海", "北京", "重庆"]  # by their numbers: English has no order of its own for them
    page = browser.get("/c_town/order").text
    assert "Sort as English does" in page
    again: Any = browser.post("/c_town/order", headers={"Accept": "application/json"}).json
    assert again["undo"] == "", "what is sorted already is not written again"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sorting_is_undone_as_one_act(browser: Browser, api: Api) -> None:
    assert browser.post("/admin/lists/new", {"label.en": "Town", "plural.en": "Towns", "name": "c_town"}).status_code == 303
    published(browser)
    for name in ("b", "c", "a"):
        api.post("/c_town", json={"name": name})
    done: Any = browser.post("/c_town/order", headers={"Accept": "application/json"}).json
    assert [row["name"] for row in api.get("/c_town").json["data"]] == ["a", "b", "c"]
    assert browser.post("/undo", {"batch": done["undo"]}).status_code == 303
    assert [row["name"] for row in api.get("/c_town").json["data"]] == ["b", "c", "a"]


@pytest.mark.parametrize("name", ["customer_status", "industry", "customer"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_has_no_order_to_be_changed_is_not_sorted(browser: Browser, name: str) -> None:
    assert browser.post(f"/{name}/order").status_code in (403, 409)
