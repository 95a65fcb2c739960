"""Charts as pages: every bar is a link to exactly what it counts, and their sum is the list's total."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from flask import Flask

from engine import accounts
from engine.metadata import store
from engine.metadata.database import Database
from engine.records import read, write
from engine.service import charts
from tests.web.conftest import PASSWORD, Api, Browser

FIELDS = ("industry", "type", "status", "size")


def bars(page: str, field: str) -> list[tuple[str, int, str]]:
    """(label, count, address) of a chart's bars."""
    chart = page.split(f'id="chart-customer-{field}"', 1)[1].split("</figure>", 1)[0]
    found = re.findall(r'<a class="bar-link" href="([^"]+)"><span class="bar-label"><bdi>([^<]+)</bdi></span><span class="bar-count">([\d,]+)<', chart)
    return [(html.unescape(label), int(count.replace(",", "")), html.unescape(url)) for url, label, count in found]


def deeper(page: str) -> list[str]:
    """The addresses of the levels below."""
    return [html.unescape(url) for url in re.findall(r'class="bar-deeper" href="([^"]+)"', page)]


def total(api: Api, url: str) -> int:
    """How many records a search finds, by the programming interface."""
    return int(api.get(url.replace("/customer/", "/customer", 1)).json["meta"]["total"])


@pytest.fixture
def customers(api: Api) -> int:
    """Some customers in several branches, on several levels, of several types. Gives their number."""
    places = ["Software", "Software", "Information technology", "Hardware", "Mining", "Coal", "Education", "Software"]
    for place, name in enumerate(places):
        kind = api.row("customer_type", ("Customer", "Supplier", "Agent")[place % 3])
        api.made(name=f"客户{place}", industry=api.row("industry", name), type=kind)
    return len(places)


def test_each_chart_adds_up_to_its_list(browser: Browser, api: Api, customers: int) -> None:
    for page in (browser.get("/customer/charts").text, browser.get("/").text, browser.get("/customer/charts/part").text):
        for field in FIELDS:
            found = bars(page, field)
            assert sum(count for _, count, _ in found) == customers == total(api, "/customer/")
            assert {url: count for _, count, url in found} == {url: total(api, url) for _, _, url in found}
            if field in ("industry", "type"):
                assert [count for _, count, _ in found] == sorted((count for _, count, _ in found), reverse=True)


def test_a_ladder_and_a_scale_keep_their_order(browser: Browser, api: Api, installed: Database) -> None:
    """4.6, 4.2: statuses stand as on the ladder, frozen ones after it; sizes from small to large."""
    states = ("Frozen (successful)", "Reference", "Basic", "Reference", "Invalid", "Reference", "Basic", "Potential")
    with installed.reading() as conn:
        catalog = store.load(conn)
    customer = catalog.entity("customer")
    sizes = ("Large", "Small", "Micro", "Micro", "Group", "Group", "Group", "Small")
    for state, size in zip(states, sizes, strict=True):
        made, status = api.made(size=api.row("company_size", size)), api.row("customer_status", state)
        with installed.writing() as conn:
            write.update(conn, catalog, customer, read.fetch(conn, catalog, customer, made["id"]), {"status": status}, by=None)
    page = browser.get("/customer/charts").text
    assert [label for label, _, _ in bars(page, "status")] == ["Invalid", "Basic", "Potential", "Reference", "Frozen (successful)"]
    assert [(label, count) for label, count, _ in bars(page, "size")] == [
        ("Fewer than 10 people", 2),
        ("10 to 49 people", 2),
        ("250 to 999 people", 1),
        ("1,000 people and more", 3),
    ]


def test_a_chart_of_a_tree_goes_down_level_by_level(browser: Browser, api: Api, customers: int) -> None:
    """4.1: a node counts what is at it and below it; one level below shows both."""
    top = bars(browser.get("/customer/charts").text, "industry")
    assert [(label, count) for label, count, _ in top] == [("Information technology", 5), ("Mining", 2), ("Public sector", 1)]
    below = browser.get(deeper(browser.get("/customer/charts").text)[0].split("#", 1)[0]).text
    found = bars(below, "industry")
    assert [(label, count) for label, count, _ in found] == [("Software", 3), ("Hardware", 1), ("“Information technology” itself", 1)]
    assert {url: count for _, count, url in found} == {url: total(api, url) for _, _, url in found}
    assert 'href="/customer/charts#chart-customer-industry"' in below  # the way back up
    assert sum(count for _, count, _ in bars(below, "type")) == customers  # the other charts stay whole


def test_what_has_no_value_has_a_bar_too(browser: Browser, api: Api, installed: Database, customers: int) -> None:
    assert "Not set" not in browser.get("/customer/charts").text
    with installed.writing() as conn:
        for one in (store.load(conn).entity("customer").field(name) for name in ("industry", "type")):
            store.save_field(conn, replace(one, required=False))
        store.bump_version(conn)
    made = api.get("/customer").json["data"][0]
    assert api.patch(f"/customer/{made['id']}", json={"industry": None, "type": None}).status_code == 200
    page = browser.get("/customer/charts").text
    for field in ("industry", "type"):
        label, count, url = bars(page, field)[-1]
        assert (label, count, total(api, url)) == ("Not set", 1, 1)
        assert sum(count for _, count, _ in bars(page, field)) == customers


def test_many_values_are_summed_up_in_a_last_bar(browser: Browser, api: Api) -> None:
    tops = [api.post("/industry", json={"name": f"Branch {n}"}).json["id"] for n in range(16)]
    kinds = [api.post("/customer_type", json={"name": f"Kind {n}"}).json["id"] for n in range(16)]
    for place, (top, kind) in enumerate(zip(tops, kinds, strict=True)):
        api.made(name=f"客户{place}", industry=top, type=kind)
    page = browser.get("/customer/charts").text
    for field in ("industry", "type"):
        found = bars(page, field)
        label, count, url = found[-1]
        assert (len(found), label, count, total(api, url)) == (charts.MOST_BARS + 1, "4 others", 4, 4)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_many_records_are_counted_when_they_come_into_sight(browser: Browser, customers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "INLINE_TO", customers - 1)
    page = browser.get("/").text
    assert bars(browser.get("/customer/charts/part").text, "type")
    assert 'data-url="/customer/charts/part"' in page
    assert 'href="/customer/charts"' in page
    assert "<figure" not in page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("url", "status"),
    [("?industry=999999", 400), ("?industry=x", 400), ("?type=1", 400), ("?name=1", 400), ("?nothing=1", 400)],
)
def test_addresses_that_are_not_understood(browser: Browser, url: str, status: int) -> None:
    assert browser.get(f"/customer/charts{url}").status_code == status


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_charts_are_for_those_who_may_read_the_records(app: Flask, installed: Database, customers: int) -> None:
    with installed.writing() as conn:
        accounts.add_user(conn, "t", PASSWORD, "translator")
        accounts.add_user(conn, "u", PASSWORD, "user")
    translator, user = Browser(app), Browser(app)
    translator.sign_in("t")
    user.sign_in("u")
    assert [translator.get(f"/customer/charts{end}").status_code for end in ("", "/part")] == [403, 403]
    assert "<figure" not in translator.get("/").text
    assert len(bars(user.get("/").text, "status")) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_field_that_is_not_searched_any_more_has_no_chart(browser: Browser, installed: Database, customers: int) -> None:
    with installed.writing() as conn:
        catalog = store.load(conn)
        store.save_field(conn, replace(catalog.entity("customer").field("size"), searchable=False))
        store.save_field(conn, replace(catalog.entity("customer").field("type"), enabled=False))
        store.bump_version(conn)
    page = browser.get("/customer/charts").text
    assert re.findall(r'id="chart-customer-(\w+)"', page) == ["industry", "status"]
    assert browser.get("/contact/charts").status_code == 200  # no chart of contacts is asked for


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_bars_of_one_length_stand_in_the_order_of_their_list(browser: Browser, api: Api) -> None:
    last = api.get("/company_size").json["data"][-1]
    assert browser.post(f"/company_size/{last['id']}/move", {"to": "first"}).status_code == 303
    rows = api.get("/company_size").json["data"]
    for row in rows:
        api.made(name=f"{row['name']} 公司", size=row["id"])
    told = [label for label, _, _ in bars(browser.get("/customer/charts").text, "size")]
    assert rows[0]["name"] == last["name"]
    assert told == [row["description"] for row in rows]
