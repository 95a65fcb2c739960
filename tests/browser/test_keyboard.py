"""Without a mouse: everything can be reached and seen to be reached; and what was typed is not lost by leaving."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.conftest import ENGLISH, PASSWORD, Reader, Readers, Served

pytestmark = pytest.mark.browser

TYPED = {
    "name": "Tastatur GmbH",
    "type": "C",
    "description": "P",
    "size": "1",
    "source": "E",
    "industry": "I",
    "salutation": "M",
    "contact_name": "Ada",
    "job_title": "Engineer",
}
"""In the order of the card; a letter chooses in a list."""


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the focus is there; on the way it must always be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("document.activeElement.checkVisibility()")
            return
    pytest.fail(f"Tab does not lead to {selector}.")


def test_a_record_is_made_without_a_mouse(reader: Readers, site: Served) -> None:
    window = reader(ENGLISH, user=None)
    page = window.go("/sign-in")
    page.keyboard.type("admin")  # the first control has the focus already
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_in_viewport()
    tab_to(page, ".tile-new")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/customer/new")
    for name, text in TYPED.items():
        tab_to(page, f"#f-{name}")
        expect(page.locator(f"#f-{name}")).to_be_in_viewport()
        page.keyboard.type(text)
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile(r"/customer/\d+$"))
    expect(page.locator("h1")).to_have_text("Tastatur GmbH")

    # On to the edit card, and saved with Enter in a field this time.
    tab_to(page, ".page-actions .button-primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/edit$"))
    tab_to(page, "#f-code")
    page.keyboard.type("T-1")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_have_text("Saved.")


def test_the_focus_is_never_hidden_by_what_sticks(reader: Readers) -> None:
    """WCAG 2.4.11: neither the bar with the buttons nor the top bar covers the control that has the focus."""
    for size in ({"width": 1280, "height": 640}, {"width": 390, "height": 700}):
        page = reader(ENGLISH, viewport=size).go("/customer/new")
        page.locator("#f-name").focus()
        for _ in range(45):
            page.keyboard.press("Tab")
            assert page.evaluate("""() => {
                const one = document.activeElement, box = one.getBoundingClientRect();
                if (one.closest('.save-bar, .side, .sections-nav') || one === document.body) return true;
                const at = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
                return at !== null && (one.contains(at) || at.contains(one) || at.closest('label')?.control === one);
            }"""), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_menus_close_with_escape(reader: Readers) -> None:
    page = reader(ENGLISH).go("/")
    page.locator(".pref-language summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu-panel")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()
    expect(page.locator(".pref-language summary")).to_be_focused()


def test_a_phones_menu_opens_finds_and_closes(reader: Readers, site: Served) -> None:
    page = reader(ENGLISH, viewport={"width": 390, "height": 844}).go("/")
    expect(page.locator(".side-body")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.locator(".side-body")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".side-body")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.locator(".side-body").get_by_role("link", name="Contacts").click()
    expect(page).to_have_url(f"{site.url}/contact/")


# -- leaving a card with unsaved changes --------------------------------------------------------------


def leaving(window: Reader, *, stay: bool) -> list[str]:
    """Press the brand's link and answer the browser's question; gives the questions asked."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if stay:
            dialog.dismiss()
        else:
            dialog.accept()

    window.page.once("dialog", answer)
    window.page.locator(".brand").click()
    window.page.wait_for_timeout(300)
    return asked


def test_leaving_with_unsaved_changes_asks(reader: Readers, site: Served) -> None:
    window = reader(ENGLISH)
    page = window.go(site.api.customer("Guard Ltd") + "/edit")
    page.locator("#f-code").press_sequentially("X-1")
    expect(page.locator("[data-state]")).to_have_text("Changes not saved yet")
    assert leaving(window, stay=True) == ["beforeunload"]
    assert window.path().endswith("/edit")
    expect(page.locator("#f-code")).to_have_value("X-1")
    assert leaving(window, stay=False) == ["beforeunload"]
    assert window.path() == "/"


def test_leaving_unchanged_or_changed_back_asks_nothing(reader: Readers, site: Served) -> None:
    window = reader(ENGLISH)
    home = site.api.customer("Guard Ltd")
    page = window.go(f"{home}/edit")
    page.locator("#f-code").press_sequentially("X")
    page.locator("#f-code").press("Backspace")
    expect(page.locator("[data-state]")).to_have_text("")
    assert leaving(window, stay=True) == []
    assert window.path() == "/"


def test_a_refused_card_is_still_unsaved(reader: Readers, site: Served) -> None:
    window = reader(ENGLISH)
    page = window.go(site.api.customer("Guard Ltd") + "/edit")
    page.locator("#f-email").press_sequentially("nobody")
    page.keyboard.press("Control+s")
    expect(page.locator("#problems")).to_be_focused()
    page.locator("#f-email").press("End")  # a browser asks only whom it has seen touch the page
    assert leaving(window, stay=True) == ["beforeunload"]
    page.fill("#f-email", "")
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_have_text("Guard Ltd")
    assert leaving(window, stay=True) == []


def test_two_presses_save_once(reader: Readers, site: Served) -> None:
    page = reader(ENGLISH).go(site.api.customer("Twice Ltd"))
    page.locator("#p-address .part-head a").click()
    page.locator("#f-address_type").select_option(index=1)
    page.fill("#f-address_1", "Once Street 1")
    held: list[Route] = []  # a slow server: what was sent waits

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/address/new", hold)
    for _ in range(2):
        page.keyboard.press("Control+s")
        page.wait_for_timeout(200)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("h1")).to_have_text("Once Street 1")
    page.locator(".crumbs a").click()
    expect(page.locator("#p-address tbody tr")).to_have_count(1)
