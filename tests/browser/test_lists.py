"""Lists in a browser: order by drag and by keys, colours on cards, an import looked at first, a status that moves by steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ENGLISH, Readers, Served

pytestmark = pytest.mark.browser


def titles(page: Page) -> list[str]:
    """The rows in the order of the screen."""
    return page.locator(".order-row bdi").all_inner_texts()


def test_rows_are_dragged_and_moved_by_keys(reader: Readers, site: Served, axe: Callable[..., list[str]]) -> None:
    window = reader(ENGLISH)
    page = window.go("/company_form/order")
    before = titles(page)
    third, first = (page.locator(".order-row").nth(n) for n in (2, 0))
    handle, above = third.locator(".order-handle").bounding_box(), first.bounding_box()
    assert handle is not None
    assert above is not None
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.mouse.move(handle["x"] + 8, handle["y"] + 12)
        page.mouse.down()
        page.mouse.move(handle["x"] + 8, above["y"] + 4, steps=8)
        page.mouse.up()
    dragged = [before[2], before[0], before[1], *before[3:]]
    assert titles(page) == dragged
    button = page.get_by_role("button", name=f"{before[2]}: down", exact=True)
    button.focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Enter")
    moved = [before[0], before[2], before[1], *before[3:]]
    assert titles(page) == moved
    expect(button).to_be_focused()
    expect(page.locator("#live")).to_have_text(f"{before[2]}: 2 / {len(before)}")
    page.reload()
    assert titles(page) == moved
    assert axe(page) == []
    offered = window.go("/customer/new").locator("#f-description option").all_inner_texts()
    assert offered[1:] == moved


def test_escape_puts_a_dragged_row_back(reader: Readers) -> None:
    page = reader(ENGLISH).go("/acquisition_channel/order")
    before = titles(page)
    handle = page.locator(".order-handle").nth(3).bounding_box()
    assert handle is not None
    page.locator(".order-row button").first.focus()
    page.mouse.move(handle["x"] + 8, handle["y"] + 12)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, handle["y"] - 90, steps=5)
    assert titles(page) != before
    page.keyboard.press("Escape")
    assert titles(page) == before
    page.mouse.up()
    page.reload()
    assert titles(page) == before


def test_a_status_moves_by_its_buttons(reader: Readers, site: Served, axe: Callable[..., list[str]]) -> None:
    page = reader(ENGLISH).go(site.api.customer("逐步变更有限公司"))
    ladder = page.locator(".ladder").filter(has_text="Basic")  # the portal has a ladder of its own
    expect(ladder.locator(".rung-current")).to_have_text("Basic")
    expect(page.locator(".step-why").first).to_contain_text("names no approval flow")
    assert axe(page) == []
    page.get_by_role("button", name="Downgrade").click()
    expect(page.locator(".notice")).to_contain_text("“Status” is now “Invalid”.")
    expect(ladder.locator(".rung-current")).to_have_text("Invalid")


def test_pasted_rows_are_looked_at_before_they_are_imported(reader: Readers, site: Served, axe: Callable[..., list[str]]) -> None:
    window = reader(ENGLISH)
    page = window.go("/city/")
    page.get_by_text("File", exact=True).click()
    page.get_by_role("link", name="Import").click()
    assert axe(page) == []
    page.get_by_text("Or paste rows").click()
    page.fill("#f-text", "Name\nUtopia\nNowhere\n")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".import .lead")).to_have_text("2 new, 0 changed, 0 unchanged")
    page.get_by_role("button", name="Import").click()
    expect(page.locator(".notice")).to_contain_text("Imported: 2 new")
    assert site.api.row("city", "Utopia")
