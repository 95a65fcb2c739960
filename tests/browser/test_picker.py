"""The reference picker: typing, arrow keys, Enter, Escape, input methods, and a name nobody picked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.conftest import ENGLISH, Readers, Served

pytestmark = pytest.mark.browser

LONGER_THAN_THE_PAUSE = 400


@pytest.fixture
def card(reader: Readers, site: Served) -> Page:
    """The card of a customer in English; `city` is a dictionary, `parent` are the customers."""
    window = reader(ENGLISH)
    return window.go(site.api.customer("选择有限公司") + "/edit")


def offered(page: Page) -> Locator:
    """The suggestions that are seen now."""
    return page.locator(".picker-list:visible [role=option]")


def hidden(page: Page, name: str) -> str:
    """The id that would be sent."""
    return page.locator(f"input[type=hidden][name={name}]").input_value()


@contextmanager
def watched(page: Page) -> Iterator[list[str]]:
    """The suggestions asked for meanwhile."""
    asked: list[str] = []

    def note(request: object) -> None:
        url = str(request.url)  # type: ignore[attr-defined]
        if "/suggest" in url:
            asked.append(url)

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


def test_type_choose_with_the_keyboard_and_save(card: Page, site: Served) -> None:
    city = card.locator("#f-city")
    city.focus()
    with watched(card) as asked:
        city.press_sequentially("sh", delay=10)
        expect(card.get_by_role("option", name="Shanghai")).to_be_visible()
    assert len(asked) == 1  # the pause: not one question per key
    expect(city).to_have_attribute("aria-expanded", "true")
    options = offered(card)
    assert options.count() >= 2
    assert [text for text in options.all_inner_texts() if "sh" not in text.lower()] == []
    city.press("ArrowDown")
    city.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert city.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    city.press("ArrowUp")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    wanted = options.nth(0).locator(".picker-title").inner_text()
    city.press("Enter")
    expect(card.get_by_role("listbox")).to_have_count(0)
    expect(city).to_have_value(wanted)
    expect(city).to_be_focused()
    expect(card.locator("#live")).to_contain_text(wanted)
    assert card.url.endswith("/edit")  # Enter chose; it did not save
    card.keyboard.press("Control+s")
    expect(card.locator(".notice")).to_have_text("Saved.")
    expect(card.locator(".facts")).to_contain_text(wanted)


def test_enter_takes_the_first_and_the_mouse_any(card: Page) -> None:
    city = card.locator("#f-city")
    city.press_sequentially("hangz")
    expect(offered(card)).to_have_count(1)
    city.press("Enter")
    expect(city).to_have_value("Hangzhou")
    assert hidden(card, "city") != ""
    manager = card.locator("#f-manager")
    manager.click()  # a press alone shows what there is
    offered(card).nth(2).click()
    expect(manager).not_to_have_value("")
    assert hidden(card, "manager") != ""


def test_escape_closes_and_keeps_what_was_typed(card: Page) -> None:
    city = card.locator("#f-city")
    city.press_sequentially("sha")
    expect(card.get_by_role("listbox")).to_be_visible()
    city.press("Escape")
    expect(card.get_by_role("listbox")).to_have_count(0)
    expect(city).to_have_value("sha")
    assert hidden(card, "city") == ""
    city.press("ArrowDown")
    expect(card.get_by_role("listbox")).to_be_visible()


def test_typing_over_a_choice_empties_it_and_the_button_clears_it(card: Page) -> None:
    city = card.locator("#f-city")
    city.press_sequentially("beij")
    expect(offered(card)).to_have_count(1)
    city.press("Enter")
    chosen = hidden(card, "city")
    assert chosen != ""
    city.press("End")
    city.press("Backspace")
    assert hidden(card, "city") == ""
    expect(offered(card)).to_have_count(1)
    city.press("Enter")
    assert hidden(card, "city") == chosen
    card.get_by_role("button", name="Clear: City").click()
    expect(city).to_have_value("")
    assert hidden(card, "city") == ""


def test_nothing_found_is_said(card: Page) -> None:
    card.locator("#f-city").press_sequentially("qqq")
    expect(card.locator(".picker-note:visible")).to_have_text("Nothing found")
    expect(card.locator("#live")).to_have_text("Nothing found")


def test_only_what_the_field_allows_is_offered(card: Page, site: Served) -> None:
    site.api.customer("澜桥普通客户")
    site.api.customer("澜桥代理商", type=site.api.row("customer_type", "Agent"))
    for field, count in (("parent", 2), ("agent", 1)):
        card.locator(f"#f-{field}").press_sequentially("澜桥")
        expect(offered(card)).to_have_count(count)
        card.locator(f"#f-{field}").press("Escape")


def compose(devices: CDPSession, *texts: str) -> None:
    """Type into a real input method: its texts so far, one after the other."""
    for text in texts:
        devices.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})


# Enter, arrows and Escape as they arrive while an input method is open: Chromium tells both, Safari the key code only.
KEY = """(input, [key, told]) => input.dispatchEvent(new KeyboardEvent(
    "keydown", {key, bubbles: true, cancelable: true, keyCode: 229, ...told}))"""


def test_nothing_fires_while_an_input_method_composes(card: Page) -> None:
    city = card.locator("#f-city")
    city.focus()
    devices = card.context.new_cdp_session(card)
    with watched(card) as asked:
        compose(devices, "b", "be", "bei", "bei j", "bei jing")
        card.wait_for_timeout(LONGER_THAN_THE_PAUSE)
        for key in ("Enter", "ArrowDown", "Escape"):
            for told in ({"isComposing": True}, {}):
                city.evaluate(KEY, [key, told])
        card.wait_for_timeout(LONGER_THAN_THE_PAUSE)
        assert asked == []
        expect(card.get_by_role("listbox")).to_have_count(0)
        devices.send("Input.insertText", {"text": "北京"})  # the person has chosen the characters
        expect(offered(card)).to_have_count(1)
        assert len(asked) == 1
    assert hidden(card, "city") == ""
    # With the list open, the Enter that ends a composition must not choose.
    compose(devices, "sh")
    city.evaluate(KEY, ["Enter", {"isComposing": True}])
    city.evaluate(KEY, ["Enter", {}])
    assert hidden(card, "city") == ""
    assert card.url.endswith("/edit")


def test_enter_of_an_input_method_sends_no_form(card: Page, reader: Readers) -> None:
    for told in ({"isComposing": True}, {}):
        assert card.locator("#f-name").evaluate(KEY, ["Enter", told]) is False  # the browser's own answer, saving, is called off
    assert card.locator("#f-introduction").evaluate(KEY, ["Enter", {}]) is True  # a line of its own is nobody's business
    page = reader(ENGLISH).go("/customer/")
    assert page.locator("#q").evaluate(KEY, ["Enter", {}]) is False
    assert page.locator("[data-shortcut=k]").evaluate(KEY, ["Enter", {}]) is False


def test_composing_keys_do_not_save_or_jump(card: Page) -> None:
    for key in ("s", "k"):
        card.locator("#f-name").evaluate(KEY, [key, {"ctrlKey": True, "isComposing": True}])
    card.wait_for_timeout(200)
    assert card.url.endswith("/edit")
    expect(card.locator("[data-shortcut=k]")).not_to_be_focused()


def test_a_typed_name_that_nobody_picked_is_found_by_the_server(card: Page) -> None:
    city = card.locator("#f-city")
    city.fill("beijing")
    city.press("Tab")
    expect(card.locator(".picker-state:visible")).to_be_visible()
    card.keyboard.press("Control+s")
    expect(card.locator(".notice")).to_have_text("Saved.")
    expect(card.locator(".facts")).to_contain_text("Beijing")


def test_a_typed_name_that_is_nobodys_is_refused_in_words(card: Page) -> None:
    card.locator("#f-city").fill("Atlantis")
    card.locator("#f-phone").fill("0571-5")
    card.keyboard.press("Control+s")
    expect(card.locator("#problems")).to_be_focused()
    city = card.locator("#f-city")
    expect(city).to_have_value("Atlantis")
    expect(city).to_have_attribute("aria-invalid", "true")
    expect(card.locator("[data-field=city] .field-error")).to_contain_text("Atlantis")
    expect(card.locator("#f-phone")).to_have_value("0571-5")
    card.locator("#problems").get_by_role("link").click()
    expect(city).to_be_focused()
