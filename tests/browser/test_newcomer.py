"""A newcomer's first hour, in Chinese: sign in, a card with mistakes, the record, its parts, finding it, English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.metadata.database import Database
from tests.browser.conftest import ENGLISH, PASSWORD, Reader, Readers, Served, readers_of, serving

pytestmark = pytest.mark.browser


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a list by the words that are read there."""
    page.get_by_label(label).first.select_option(label=option)


def pick(page: Page, field: str, typed: str, wanted: str) -> None:
    """Pick a suggestion of a reference field."""
    page.locator(f"#f-{field}").press_sequentially(typed)
    page.get_by_role("option", name=wanted).first.click()
    expect(page.locator(f"#f-{field}")).to_have_value(wanted)


def save(page: Page) -> int:
    """Press the card's button; gives the answer's status."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.locator(".save-bar button[type=submit]").click()
    page.wait_for_load_state()
    return answered.value.status


def saved(page: Page) -> None:
    """Save, and see the record's page."""
    assert save(page) == 303
    expect(page).to_have_url(re.compile(r"/\d+$"))


def fill_the_rest(page: Page) -> None:
    """What a card of a customer needs besides its name."""
    choose(page, "类型", "客户")
    choose(page, "描述", "有限责任公司")
    choose(page, "规模", "10–49 人")
    choose(page, "获得途径", "展会")
    choose(page, "行业", "信息技术 › 软件")
    choose(page, "称呼", "女士")
    page.fill("#f-contact_name", "欧阳静")
    page.fill("#f-job_title", "采购经理")


def value_of(page: Page, label: str) -> str:
    """What a record's page says under a label."""
    return page.locator(".item").filter(has=page.locator("dt", has_text=re.compile(f"^{label}$"))).locator("dd").first.inner_text()


def test_a_newcomers_first_hour(reader: Readers, site: Served) -> None:
    visitor = reader(user=None)
    page = visitor.go("/customer/new")  # not signed in: the way leads past the door and on to the card
    assert visitor.path().startswith("/sign-in")
    page.locator("#username").press_sequentially(site.user())
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page).to_have_url(f"{site.url}/customer/new")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")

    # Three mistakes: no name, no e-mail address, no number.
    fill_the_rest(page)
    page.fill("#f-email", "wang.fang")
    page.fill("#f-credit_amount", "三十万")
    page.fill("#f-introduction", "第一行\n\n第三行")
    assert save(page) == 422
    summary = page.locator("#problems")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    links = summary.get_by_role("link")
    assert links.count() == 3
    for place, (name, said) in enumerate({"name": "客户名称", "email": "电子邮件", "credit_amount": "三十万"}.items()):
        control = page.locator(f"#f-{name}")
        expect(control).to_have_attribute("aria-invalid", "true")
        described = page.locator(f"#{(control.get_attribute('aria-describedby') or '').split()[0]}")
        expect(described).to_contain_text(said)
        links.nth(place).click()
        expect(control).to_be_focused()
        expect(control).to_be_in_viewport()
        expect(described).to_be_in_viewport()
    assert page.locator("[aria-invalid]").count() == 3
    assert page.locator("#f-introduction").input_value() == "第一行\n\n第三行"
    assert page.locator("#f-credit_amount").input_value() == "三十万"
    assert page.locator("#f-contact_name").input_value() == "欧阳静"
    expect(page.locator("#f-industry option:checked")).to_have_text(re.compile("信息技术 › 软件"))

    # Put right.
    page.fill("#f-name", "杭州织机软件有限公司")
    page.fill("#f-email", "info@zhiji.example")
    page.fill("#f-credit_amount", "300000.50")
    pick(page, "city", "杭", "杭州")
    saved(page)
    home = visitor.path()
    expect(page.locator("h1")).to_have_text("杭州织机软件有限公司")
    expect(page.locator(".notice")).to_be_visible()
    assert value_of(page, "姓名") == "欧阳静"
    assert value_of(page, "城市") == "杭州"
    assert value_of(page, "信用额度").replace(",", "") == "300000.50"
    assert value_of(page, "介绍") == "第一行\n\n第三行"
    expect(page.locator("#p-contact tbody tr")).to_have_count(1)

    # Two addresses and another contact, from the lists on the customer's page.
    for kind, line in (("办公地址", "文三路 90 号"), ("通信地址", "滨江区网商路 599 号")):
        page.locator("#p-address .part-head a").click()
        expect(page.locator(".crumbs")).to_contain_text("杭州织机软件有限公司")
        choose(page, "地址类型", kind)
        page.fill("#f-address_1", line)
        saved(page)
        page.locator(".crumbs a").click()
        expect(page).to_have_url(site.url + home)
    page.locator("#p-contact .part-head a").click()
    page.fill("#f-name", "司马文")
    choose(page, "称呼", "先生")
    page.fill("#f-job_title", "工程师")
    saved(page)
    page.locator(".crumbs a").click()
    expect(page.locator("#p-address tbody tr")).to_have_count(2)
    expect(page.locator("#p-address")).to_contain_text("通信地址")
    expect(page.locator("#p-contact tbody th")).to_have_text(["欧阳静", "司马文"])
    assert value_of(page, "姓名") == "欧阳静"  # the first stays the main contact

    find_it(page, visitor, home)
    read_and_edit_it_in_english(page, visitor, home)


def find_it(page: Page, visitor: Reader, home: str) -> None:
    """By two characters from anywhere, then with conditions."""
    page.wait_for_load_state()  # keys are heard once the page's scripts are there
    page.keyboard.press("Control+k")
    expect(page.locator("[type=search]:focus")).to_be_visible()
    page.keyboard.insert_text("织机")
    page.keyboard.press("Enter")
    expect(page.locator("tbody th")).to_have_text(["杭州织机软件有限公司"])
    visitor.go("/customer/")
    page.locator(".conditions > summary").click()
    page.locator("[name='c.name.v']").fill("织机")
    types = page.locator("filter-row", has=page.locator("[name='c.type.op']"))
    types.locator("summary").click()
    types.get_by_label("分销商").check()
    page.locator(".conditions-end button").click()
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator(".chip")).to_have_count(2)
    page.locator(".chip", has_text="分销商").get_by_role("link").click()
    expect(page.locator("tbody th")).to_have_text(["杭州织机软件有限公司"])
    assert "c." not in visitor.path()  # the address is short and can be passed on
    page.locator("tbody td").first.click()
    expect(page).to_have_url(visitor.url + home)


def read_and_edit_it_in_english(page: Page, visitor: Reader, home: str) -> None:
    """The language stays chosen; the record is the same."""
    page.locator(".pref-language summary").click()
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(visitor.url + home)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert value_of(page, "Industry") == "Information technology › Software"
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Customer code").fill("HZ-1")
    page.get_by_label("Contact name").fill("欧阳静怡")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    assert value_of(page, "Customer code") == "HZ-1"
    expect(page.locator("#p-contact tbody th").first).to_have_text("欧阳静怡")
    history = page.locator("#history .timeline > li").first
    expect(history).to_contain_text("HZ-1")
    expect(history).to_contain_text("林晓")


@pytest.fixture
def reader_elsewhere(chromium: Browser, installed: Database, tmp_path: Path) -> Iterator[Readers]:
    """Opens windows on a program with a database of its own."""
    with serving(installed, tmp_path) as served, readers_of(chromium, served) as opens:
        yield opens


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
def test_the_same_on_other_databases(reader_elsewhere: Readers) -> None:
    visitor = reader_elsewhere()
    page = visitor.go("/customer/new")
    fill_the_rest(page)
    page.fill("#f-email", "x")
    assert save(page) == 422
    expect(page.locator("#problems").get_by_role("link")).to_have_count(2)
    page.fill("#f-name", "杭州织机软件有限公司")
    page.fill("#f-email", "")
    pick(page, "city", "hangz", "杭州")
    saved(page)
    home = visitor.path()
    visitor.go("/customer/?q=织机")
    page.get_by_role("link", name="杭州织机软件有限公司").click()
    expect(page).to_have_url(visitor.url + home)
    page.locator(".page-actions .button-primary").click()
    page.fill("#f-contact_name", "欧阳静怡")
    saved(page)
    expect(page.locator("#p-contact tbody th")).to_have_text(["欧阳静怡"])


def test_a_wrong_password_is_said_and_the_name_kept(reader: Readers) -> None:
    page = reader(ENGLISH, user=None).go("/sign-in")
    page.fill("#username", "nobody.here")
    page.fill("#password", "wrong wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#username")).to_have_value("nobody.here")
    expect(page.locator("#password")).to_have_value("")
