"""The layout of a card as administrators set it: columns, widths, collapsed groups, tabs; on a phone and on paper too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.schema import apply
from engine.schema.apply import Orders
from engine.schema.ops import ChangeField, ChangeGroup
from tests.browser.conftest import CHINESE, ENGLISH, MIRRORED, Readers, Served, readers_of, serving
from tests.databases import Databases

pytestmark = pytest.mark.browser

LAYOUT = (
    ChangeGroup("customer", "basic", {"columns": 3}),
    ChangeField("customer", "address", {"width": "wide"}),
    ChangeGroup("customer", "classification", {"collapsed": True}),
    ChangeGroup("customer", "finance", {"tab": True, "columns": 1}),
    ChangeGroup("customer", "contact_person", {"tab": True, "columns": 4}),
)


@pytest.fixture(scope="module")
def arranged(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program with a customer's card arranged."""
    database = databases.installed("sqlite")
    apply.publish(database, LAYOUT, Orders(author="Tests"))
    with serving(database, tmp_path_factory.mktemp("arranged")) as found:
        yield found


@pytest.fixture
def window(chromium: Browser, arranged: Served) -> Iterator[Readers]:
    """Opens windows on it."""
    with readers_of(chromium, arranged) as opens:
        yield opens


def tops(page: Page, *names: str) -> list[float]:
    """Where fields begin, from the top."""
    asked = "names => names.map(name => document.querySelector(`[data-field=${name}]`).getBoundingClientRect().top)"
    found: list[float] = page.evaluate(asked, list(names))
    return found


def test_a_group_has_the_columns_it_was_given(window: Readers) -> None:
    page = window(ENGLISH).go("/customer/new")
    assert len(set(tops(page, "code", "english_name"))) == 1
    widths = page.evaluate("['code', 'address', 'name'].map(name => document.querySelector(`[data-field=${name}]`).offsetWidth)")
    assert widths[0] * 1.8 < widths[1] < widths[2]
    page.get_by_role("tab", name="Finance").click()
    assert len(set(tops(page, "credit_amount", "credit_period", "bank_name"))) == 3


def test_on_a_phone_everything_stands_in_one_column(window: Readers) -> None:
    page = window(ENGLISH, viewport={"width": 390, "height": 844}).go("/customer/new")
    assert len(set(tops(page, "code", "english_name", "address"))) == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_collapsed_group_opens_by_keyboard_by_link_and_for_its_mistakes(window: Readers) -> None:
    page = window(ENGLISH).go("/customer/new")
    expect(page.locator("#f-industry")).not_to_be_visible()
    page.locator("#g-classification summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-industry")).to_be_visible()
    page.keyboard.press("Enter")
    page.locator(".sections-nav a[href='#g-classification']").click()
    expect(page.locator("#f-industry")).to_be_visible()
    page.reload()
    page.click(".save-bar button[type=submit]")
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#f-industry")).to_be_visible()


def test_tabs_are_walked_by_keys_in_reading_direction_and_opened_by_the_summary(window: Readers) -> None:
    for language, forward in ((ENGLISH, "ArrowRight"), (MIRRORED, "ArrowLeft")):
        page = window(language).go("/customer/new")
        tabs = page.get_by_role("tab")
        expect(tabs).to_have_count(2)
        expect(page.locator("#f-credit_amount")).to_be_visible()
        expect(page.locator("#f-contact_name")).not_to_be_visible()
        tabs.first.focus()
        page.keyboard.press(forward)
        expect(tabs.nth(1)).to_be_focused()
        expect(page.locator("#f-contact_name")).to_be_visible()
        page.keyboard.press("Home")
        page.click(".save-bar button[type=submit]")
        page.locator("#problems a[href='#f-contact_name']").click()
        expect(page.locator("#f-contact_name")).to_be_visible()


def test_paper_shows_what_the_screen_has_folded_away(window: Readers, arranged: Served) -> None:
    reader = window(CHINESE)
    page = reader.go(arranged.api.customer("打印有限公司", bank_name="中国银行"))
    expect(page.get_by_role("tablist")).to_have_count(1)
    page.emulate_media(media="print")
    expect(page.get_by_text("中国银行")).to_be_visible()
    expect(page.get_by_text("采购经理").first).to_be_visible()
    expect(page.get_by_role("tablist")).not_to_be_visible()


@pytest.mark.parametrize("language", [CHINESE, ENGLISH, MIRRORED])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_arranged_card_is_accessible(window: Readers, axe: Callable[..., list[str]], language: str, scheme: str) -> None:
    page = window(language, color_scheme=scheme).go("/customer/new")
    assert axe(page) == []


def test_a_tab_goes_with_its_group(window: Readers) -> None:
    """4.3: the finance of an individual has no tab, and the tab beside it is open."""
    page = window(ENGLISH).go("/customer/new")
    finance = page.get_by_role("tab", name="Finance")
    expect(finance).to_have_attribute("aria-selected", "true")
    page.locator("#g-classification summary").click()
    page.select_option("#f-type", label="Individual")
    expect(finance).to_be_hidden()
    expect(page.get_by_role("tab")).to_have_count(1)
    expect(page.locator("#f-contact_name")).to_be_visible()
    page.select_option("#f-type", label="Customer")
    finance.click()
    expect(page.locator("#f-credit_amount")).to_be_visible()
