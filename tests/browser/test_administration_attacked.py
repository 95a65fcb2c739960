"""Field administration as it is met on a bad day: two windows of one administrator, a session that ended, a filter that holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.service import samples
from tests.browser.conftest import ENGLISH, PASSWORD, Reader, Readers, Served, readers_of, serving
from tests.databases import Databases

pytestmark = pytest.mark.browser

FIELDS = "/admin/customer/fields"


@pytest.fixture(scope="module")
def office(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A program of this module's own: its tests change definitions."""
    database = databases.installed("sqlite")
    samples.load(database, 20)
    with serving(database, tmp_path_factory.mktemp("office")) as found:
        yield found


@pytest.fixture
def window(chromium: Browser, office: Served) -> Iterator[Reader]:
    """A new administrator with an empty draft, in front of the customer's fields."""
    with readers_of(chromium, office) as opens:
        yield at_the_table(opens, office)


def at_the_table(opens: Readers, office: Served) -> Reader:
    """The same, in a window of its own."""
    found = opens(ENGLISH, office.user(), viewport={"width": 1440, "height": 900})
    found.go(FIELDS)
    expect(found.page.locator(".field-table-ready")).to_be_attached()
    return found


def edit(page: Page, name: str) -> None:
    """Open a field in the drawer."""
    page.locator(f"#row-{name} [data-menu]").click()
    page.locator("#row-menu [data-edit]").click()


def test_two_windows_one_field(window: Reader) -> None:
    """What the first window kept is named in the second, and only pressing once more takes its place."""
    one, two = window.page, window.tab()
    window.go(FIELDS, two)
    expect(two.locator(".field-table-ready")).to_be_attached()
    for page in (one, two):
        edit(page, "county")
        expect(page.locator("#drawer #n-help")).to_be_visible()
    one.locator("#n-help").fill("From the first")
    with one.expect_navigation():
        one.locator("#drawer .drawer-foot button").click()
    two.locator("#n-help").fill("From the second")
    two.locator("#n-placeholder").fill("An example")
    two.locator("#drawer .drawer-foot button").click()
    expect(two.locator("#problems")).to_contain_text("Help text: Meanwhile this was changed to “From the first”")
    expect(two.locator("#n-help")).to_have_value("From the second")
    with two.expect_navigation():
        two.locator("#drawer .drawer-foot button").click()
    edit(two, "county")
    expect(two.locator("#n-help")).to_have_value("From the second")
    expect(two.locator("#n-placeholder")).to_have_value("An example")
    window.faults = [fault for fault in window.faults if not fault.startswith("422 ")]


def test_two_windows_one_name(window: Reader) -> None:
    one, two = window.page, window.tab()
    cell = "[name='de|field.customer.county.label']"
    for page in (one, two):
        window.go("/admin/customer/labels", page)
    for page, name in ((one, "Landkreis"), (two, "Bezirk")):
        page.locator(cell).fill(name)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(cell).press("Tab")
    expect(two.locator(".toast-error")).to_contain_text("“Landkreis”")
    expect(two.locator(cell)).to_have_attribute("aria-invalid", "true")
    two.locator(cell).fill("Bezirke")
    with two.expect_response(lambda answer: answer.request.method == "POST"):
        two.locator(cell).press("Tab")
    expect(two.locator("[data-state]")).to_contain_text("Bezirke")
    window.faults = [fault for fault in window.faults if not fault.startswith("422 ")]


def test_a_session_that_ended_costs_nothing_that_was_typed(window: Reader) -> None:
    page = window.page
    page.locator("a.button-primary[data-drawer]").click()
    page.locator("#drawer a[href*='type=text']").first.click()
    page.locator("#drawer [name='label.en']").fill("Typed for long")
    expect(page.locator("#drawer [name=name]")).to_have_value("c_typed_for_long")
    window.context.clear_cookies()
    page.locator("#drawer button[value=add]").click()
    expect(page.locator(".toast-error")).to_contain_text("You are signed out")
    expect(page.locator("#drawer [name='label.en']")).to_have_value("Typed for long")
    other = window.tab()
    window.go("/sign-in", other)
    other.fill("#username", "admin")
    other.fill("#password", PASSWORD)
    other.click("main button[type=submit]")
    expect(other.locator(".side")).to_be_attached()
    page.locator("#drawer button[value=add]").click()
    expect(page.locator("#row-c_typed_for_long")).to_be_visible()
    page.locator("#draft-bar button[value=discard]").click()
    window.faults = [fault for fault in window.faults if not fault.startswith(("400 ", "401 "))]  # of the press, and of the name it proposes


def test_a_drawer_that_cannot_open_asks_to_sign_in(window: Reader) -> None:
    window.context.clear_cookies()
    edit(window.page, "fax")
    expect(window.page.locator("#username")).to_be_visible()


def test_what_is_unused_stays_found_while_it_is_switched(window: Reader) -> None:
    page = window.page
    expect(page.locator(".meter-line").first).to_be_attached()
    page.locator(".fields-tools input[name=q]").fill("unused")
    row = page.locator(".field-row:visible").first
    name = row.get_attribute("data-name")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        row.locator("button[value^='toggle:in_list']").click()
    expect(page.locator(f"#row-{name} button[value^='toggle:in_list']")).to_have_attribute("aria-checked", "true")
    expect(page.locator(f"#row-{name}")).to_be_visible()


def test_after_adding_a_field_the_way_goes_on_from_its_row(window: Reader) -> None:
    """By keys alone: what was added last stands far below, and is there to be moved."""
    page = window.page
    page.locator("a.button-primary[data-drawer]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer [type=search]")).to_be_focused()
    page.keyboard.type("date")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer [data-first-name]")).to_be_focused()
    page.keyboard.type("Joined on")
    expect(page.locator("#drawer [name=name]")).to_have_value("c_joined_on")
    page.locator("#drawer button[value=add]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#row-c_joined_on .grip")).to_be_focused()
    expect(page.locator("#row-c_joined_on .grip")).to_be_in_viewport()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Alt+PageUp")
    expect(page.locator("tbody[data-group=other] #row-c_joined_on")).to_have_count(0)
    expect(page.locator("#row-c_joined_on .grip")).to_be_focused()
    edit(page, "c_joined_on")
    page.locator("#drawer #n-help").fill("The day of the first contract")
    with page.expect_navigation():
        page.locator("#drawer .drawer-foot button").click()
    expect(page.locator("#row-c_joined_on .grip")).to_be_focused()


def test_the_preview_follows_the_rules_of_the_draft(chromium: Browser, office: Served) -> None:
    """What is chosen in it shows and hides fields at once; a rule that only the draft has does so too."""
    with readers_of(chromium, office) as opens:
        window = opens(ENGLISH, office.user(), viewport={"width": 1700, "height": 900})
        page = window.go(f"{FIELDS}/fax")
        page.locator("[name='visible.0.field']").select_option("language")
        page.locator("[name='visible.0.operator']").select_option("_eq")
        page.locator("[name='visible.0.value']").select_option("de")
        page.locator(".drawer-foot button").click()
        card = page.frame_locator(".preview-frame")
        expect(card.locator("[data-field=phone]")).to_be_visible()
        expect(card.locator("[data-field=fax]")).to_be_hidden()
        card.locator("#f-language").select_option("de")
        expect(card.locator("[data-field=fax]")).to_be_visible()
        card.locator("#f-type").select_option(label="Individual")
        expect(card.locator("[data-field=website]")).to_be_hidden()  # 4.3
        page.locator("#draft-bar button[value=discard]").click()


@pytest.mark.parametrize("entity", ["contact", "address", "document", "industry", "customer_type", "person"])
def test_the_preview_of_every_card_runs_without_a_fault(chromium: Browser, office: Served, entity: str) -> None:
    """A picker whose choices depend on another field among them."""
    with readers_of(chromium, office) as opens:
        page = opens(ENGLISH, viewport={"width": 1700, "height": 900}).go(f"/admin/{entity}/fields")
        expect(page.frame_locator(".preview-frame").locator("[data-field]").first).to_be_visible()
        page.wait_for_load_state("networkidle")


def test_a_field_of_a_folded_group_is_seen_in_the_preview(chromium: Browser, office: Served) -> None:
    with readers_of(chromium, office) as opens:
        window = opens(ENGLISH, office.user(), viewport={"width": 1700, "height": 900})
        page = window.go("/admin/customer/groups")
        page.locator("#group-finance summary").first.click()
        page.locator("#group-finance [name=collapsed]").check(force=True)
        page.locator("#group-finance button[value='change:finance']").last.click()
        window.go(FIELDS)
        card = page.frame_locator(".preview-frame")
        expect(card.locator("[data-field=bank_name]")).to_be_hidden()
        page.locator("#row-bank_name button[value^='toggle:required']").click()
        expect(card.locator("[data-field=bank_name]")).to_be_visible()
        page.locator("#draft-bar button[value=discard]").click()
