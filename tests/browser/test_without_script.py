"""Reading, saving and searching work where scripts do not run at all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ENGLISH, Readers, Served

pytestmark = pytest.mark.browser


@pytest.fixture
def page(reader: Readers) -> Page:
    """A signed-in window without scripts."""
    return reader(ENGLISH, java_script_enabled=False).page


def test_a_card_is_refused_corrected_and_saved(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/customer/new")
    page.fill("#f-name", "Plain HTML Ltd")
    page.fill("#f-email", "nobody")
    page.fill("#f-city", "Hangzhou")  # a picker without a script is a plain text
    for name in ("type", "description", "size", "source", "industry", "salutation"):
        page.locator(f"#f-{name}").select_option(index=2)
    page.fill("#f-contact_name", "Ada")
    page.click(".save-bar button")
    expect(page.locator("#problems li")).to_have_count(2)  # the e-mail address and the job title
    expect(page.locator("#f-email")).to_have_value("nobody")
    expect(page.locator("#f-city")).to_have_value("Hangzhou")
    page.locator("#problems").get_by_role("link").first.click()
    assert page.url.endswith("#f-email")
    page.fill("#f-email", "ada@plain.example")
    page.fill("#f-job_title", "Engineer")
    page.click(".save-bar button")
    expect(page).to_have_url(re.compile(r"/customer/\d+$"))
    expect(page.locator(".facts")).to_contain_text("Hangzhou")
    expect(page.locator("h1")).to_have_text("Plain HTML Ltd")


def test_a_search_with_conditions(page: Page, site: Served) -> None:
    home = site.api.customer("无脚本贸易公司", phone="0571-8888")
    site.api.customer("无脚本代理公司", type=site.api.row("customer_type", "Agent"))
    page.goto(f"{site.url}/customer/")
    page.fill("#q", "无脚本")
    page.click(".search-bar button")
    expect(page.locator("tbody th")).to_have_count(2)
    page.click(".conditions > summary")
    page.click("filter-row:has([name='c.type.op']) summary")
    page.get_by_label("Customer", exact=True).check()
    page.click(".conditions-end button")
    expect(page.locator("tbody th")).to_have_text(["无脚本贸易公司"])
    expect(page.locator(".chip")).to_have_count(1)
    page.locator("tbody th a").click()
    expect(page).to_have_url(site.url + home)


def test_a_picker_in_a_condition_takes_a_typed_name(page: Page, site: Served) -> None:
    site.api.customer("条件测试公司", city=site.api.row("city", "Hangzhou"))
    page.goto(f"{site.url}/customer/?q=条件测试公司")
    page.click(".conditions > summary")
    page.fill("[name='c.city.v__text']", "Hangzhou")
    page.click(".conditions-end button")
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("tbody th")).to_have_text(["条件测试公司"])


def test_a_conflict_is_settled(page: Page, site: Served) -> None:
    home = site.api.customer("No Script Ltd", phone="1")
    page.goto(f"{site.url}{home}/edit")
    site.api.call("PATCH", home, {"phone": "theirs"})
    page.fill("#f-phone", "mine")
    page.click(".save-bar button")
    expect(page.locator(".clash")).to_contain_text("theirs")
    expect(page.locator(".clash")).to_contain_text("mine")
    page.locator(".clash [value=theirs]").check()
    page.click(".save-bar button")
    expect(page.locator(".facts")).to_contain_text("theirs")


def test_deleting_and_the_language_work(page: Page, site: Served) -> None:
    page.goto(site.url + site.api.customer("Soon Gone Ltd"))
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("tbody tr", has_text="Soon Gone Ltd")).to_be_visible()
    page.click(".pref-language summary")
    expect(page.get_by_role("button", name="简体中文")).to_be_visible()
