"""Two tabs edit one customer: both versions are shown, the reader picks, and nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ENGLISH, Reader, Readers, Served

pytestmark = pytest.mark.browser

BEFORE = {"code": "A-1", "phone": "0571-0", "fax": "0571-1", "introduction": "before"}
FIRST = {"phone": "0571-1111", "introduction": "what the first tab says", "fax": "0571-7777", "contact_name": "王小芳"}
SECOND = {"phone": "0571-2222", "introduction": "what the second\ntab says", "code": "B-2", "english_name": "Loom"}


def two_tabs(reader: Readers, site: Served) -> tuple[Reader, Page, str]:
    """A window whose second tab has just been refused because the first saved; and the customer's address."""
    home = site.api.customer("两页有限公司", **BEFORE)
    window = reader(ENGLISH)
    first, second = window.go(f"{home}/edit"), window.go(f"{home}/edit", window.tab())
    for page, typed in ((first, FIRST), (second, SECOND)):
        for name, text in typed.items():
            page.fill(f"#f-{name}", text)
    first.get_by_role("button", name="Save").click()
    expect(first.locator(".notice")).to_have_text("Saved.")
    second.get_by_role("button", name="Save").click()
    return window, second, home


def stored(site: Served, home: str) -> dict[str, object]:
    """What the record holds now."""
    found = site.api.get(home)
    return {name: found.get(name) for name in {**FIRST, **SECOND}}


def test_both_versions_are_shown_and_the_picked_one_is_kept(reader: Readers, site: Served) -> None:
    _, page, home = two_tabs(reader, site)
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems")).to_contain_text("周嘉宁")
    assert stored(site, home) == {**FIRST, "code": "A-1", "english_name": None}
    clashes = page.locator(".clash")
    assert clashes.locator("legend").all_inner_texts() == ["Phone", "Introduction"]
    for field, before in (("phone", "0571-0"), ("introduction", "before")):
        clash = clashes.filter(has=page.locator(f"[name='{field}__pick']"))
        for text in (before, FIRST[field], SECOND[field]):
            expect(clash).to_contain_text(text)
    merged = page.locator(".merged")
    for text in ("B-2", "Loom", "0571-7777", "王小芳"):
        expect(merged).to_contain_text(text)
    clashes.nth(1).get_by_text(FIRST["introduction"]).click()
    page.get_by_role("button", name="Save this").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    kept = {**FIRST, "phone": SECOND["phone"], "code": "B-2", "english_name": "Loom"}
    assert stored(site, home) == kept
    for text in kept.values():
        expect(page.locator(".card-body")).to_contain_text(text)


def test_own_lines_survive_when_own_version_is_kept(reader: Readers, site: Served) -> None:
    _, page, home = two_tabs(reader, site)
    page.get_by_role("button", name="Save this").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    found = stored(site, home)
    assert str(found.pop("introduction")).replace("\r\n", "\n") == SECOND["introduction"]
    assert found == {"phone": "0571-2222", "fax": "0571-7777", "contact_name": "王小芳", "code": "B-2", "english_name": "Loom"}


def test_leaving_the_choice_asks_first(reader: Readers, site: Served) -> None:
    window, page, home = two_tabs(reader, site)
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    page.locator(".clash input").nth(1).check()  # a browser asks only whom it has seen touch the page
    page.locator(".brand").click()
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]
    assert window.path(page) == f"{home}/edit"


def test_a_third_save_between_is_shown_too(reader: Readers, site: Served) -> None:
    window, page, home = two_tabs(reader, site)
    other = window.go(f"{home}/edit", window.tab())
    other.fill("#f-phone", "0571-3333")
    other.get_by_role("button", name="Save").click()
    expect(other.locator(".notice")).to_have_text("Saved.")
    page.get_by_role("button", name="Save this").click()
    expect(page.locator(".clash")).to_have_count(1)
    expect(page.locator(".clash")).to_contain_text("0571-3333")
    expect(page.locator(".clash")).to_contain_text("0571-2222")
    page.get_by_role("button", name="Save this").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    assert stored(site, home)["phone"] == "0571-2222"


def test_who_changes_something_else_meets_no_question(reader: Readers, site: Served) -> None:
    """Only one of the two changed each field: the page says what will be kept, and asks nothing but to save."""
    home = site.api.customer("各改各的有限公司", **BEFORE)
    window = reader(ENGLISH)
    first, second = window.go(f"{home}/edit"), window.go(f"{home}/edit", window.tab())
    first.fill("#f-phone", "0571-1111")
    first.get_by_role("button", name="Save").click()
    second.fill("#f-code", "B-2")
    second.get_by_role("button", name="Save").click()
    expect(second.locator(".clash")).to_have_count(0)
    expect(second.locator(".merged")).to_contain_text("0571-1111")
    second.get_by_role("button", name="Save this").click()
    expect(second.locator(".notice")).to_have_text("Saved.")
    assert (stored(site, home)["phone"], stored(site, home)["code"]) == ("0571-1111", "B-2")
