# ruff: noqa: D102  # the methods of Shown are named after their pages
"""Every kind of page, in each language, light and dark, wide and on a phone: accessible, and nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHINESE, ENGLISH, MIRRORED, Reader, Readers, Served, readers_of

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LONG = "长" * 60 + "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
STICKING_OUT = """() => {
    const wide = innerWidth, root = document.documentElement;
    if (root.scrollWidth <= wide && document.body.scrollWidth <= wide) return [];
    return [...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > wide + 1 || one.getBoundingClientRect().left < -1)
        .slice(0, 5).map(one => one.outerHTML.slice(0, 120));
}"""
OUT_OF_THE_SIDE = """() => {
    const side = document.querySelector('.side')?.getBoundingClientRect();
    return side === undefined ? [] : [...document.querySelectorAll('.side button, .side a, .side summary')]
        .map(one => [one, one.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.left < side.left || box.right > side.right)).map(([one]) => one.outerHTML.slice(0, 120));
}"""

# What the program itself says: not the records' own words, which stand isolated, nor what a person types.
SAID = """() => {
    const own = 'bdi, [dir=auto], [lang=en], kbd, script, style, textarea, option, .brand, .foot, .summary, .field-error, .value, #texts';
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), said = [];
    while (texts.nextNode()) if (!texts.currentNode.parentElement.closest(own)) said.push(texts.currentNode.data);
    for (const one of document.querySelectorAll('[aria-label], [placeholder], [title]'))
        if (!one.closest('td')) for (const name of ['aria-label', 'placeholder', 'title']) said.push(one.getAttribute(name) ?? '');
    for (const one of document.querySelectorAll('.filter-op option')) said.push(one.textContent);
    said.push(...Object.values(document.getElementById('texts').dataset), document.title);
    return said.map(text => text.trim()).filter(text => /[A-Za-z]{2,}/.test(text.replace(/\\{\\w+\\}|“.*”|W{5,}|Fieldloom|Excel|CSV/g, '')));
}"""


class Shown:
    """Gets a window to a kind of page."""

    def __init__(self, window: Reader, served: Served) -> None:
        self.window, self.page, self._api = window, window.page, served.api

    def home(self) -> None:
        self.window.go("/")

    def charts(self) -> None:
        self.window.go(f"/customer/charts?industry={self._api.row('industry', 'Manufacturing')}")
        self.page.locator(".chart-table > summary").first.click()

    def search(self) -> None:
        self.window.go("/customer/")

    def search_conditions(self) -> None:
        asked = f"filter[type][_in]=customer,agent&filter[name][_contains]={quote('有')}&filter[industry][_under]=it&sort=-name"
        self.window.go(f"/customer/?{asked}")
        self.page.locator(".conditions > summary").click()
        self.page.locator(".checklist > summary").first.click()
        expect(self.page.locator(".checklist-panel").first).to_be_visible()

    def search_without_match(self) -> None:
        self.window.go(f"/customer/?q={quote('没有这样的客户')}&filter[type][_in]=agent")

    def search_empty(self) -> None:
        self.window.go("/document/")

    def dictionary(self) -> None:
        self.window.go("/industry/")

    def card(self) -> None:
        self.window.go("/customer/new")

    def card_with_errors(self) -> None:
        self.window.go("/customer/new")
        self.page.fill("#f-email", LONG)
        self.page.fill("#f-credit_period", "x")
        self.page.fill("#f-city", "Atlantis")
        self.page.locator(".save-bar button").click()
        expect(self.page.locator("#problems")).to_be_focused()

    def card_with_suggestions(self) -> None:
        self.window.go("/contact/new")
        self.page.locator("#f-customer").press_sequentially("a")
        expect(self.page.locator(".picker-list")).to_be_visible()

    def detail(self) -> None:
        home = self._api.customer(LONG[:100], address=LONG, introduction=f"{LONG}\n{LONG}", website=f"https://example.org/{'w' * 100}")
        self._api.call("PATCH", home, {"code": LONG, "contact_email": f"{'m' * 60}@example.org", "phone": "+86 571 5555"})
        self.window.go(home)

    def conflict(self) -> None:
        home = self._api.customer(LONG[:100], phone="1", introduction="x")
        self.window.go(f"{home}/edit")
        self._api.call("PATCH", home, {"phone": "2", "introduction": LONG, "code": LONG})
        self.page.fill("#f-phone", "3")
        self.page.fill("#f-introduction", LONG + "\n" + LONG)
        self.page.fill("#f-fax", "4")
        self.page.locator(".save-bar button").click()
        expect(self.page.locator(".clash")).to_have_count(2)

    def delete(self) -> None:
        self.window.go(self._api.customer(LONG[:100]) + "/delete")

    def delete_refused(self) -> None:
        home = self._api.customer(LONG[:100])
        self._api.customer("下属公司", parent=int(home.rsplit("/", 1)[1]))
        self.window.go(f"{home}/delete")

    def replace_asks(self) -> None:
        kind = self._api.call("POST", "/customer_type", {"name": LONG[:60]})["id"]
        self._api.customer(LONG[:100], type=kind)
        self.window.go(f"/customer_type/{kind}/delete")
        self.page.select_option("#f-by", str(self._api.row("customer_type", "Individual")))
        self.page.locator("form[action$='/replace'] button").click()
        expect(self.page.locator("form #problems")).to_be_focused()

    def entry_in_every_language(self) -> None:
        self.window.go(f"/company_size/{self._api.row('company_size', 'Small')}/names")

    def entry_that_is_fixed(self) -> None:
        self.window.go(f"/customer_type/{self._api.row('customer_type', 'Agent')}/edit")

    def deleted(self) -> None:
        self._api.call("DELETE", self._api.customer(LONG[:100]))
        self.window.go("/customer/deleted")
        expect(self.page.locator("tbody tr").first).to_be_visible()

    def nothing_here(self) -> None:
        self.window.go("/customer/999999")

    def address_not_understood(self) -> None:
        self.window.go("/customer/?filter[nothing]=1")


@pytest.fixture(scope="module", params=[CHINESE, ENGLISH, MIRRORED])
def shown(request: pytest.FixtureRequest, chromium: Browser, site: Served) -> Iterator[Shown]:
    """A window for all pages of one language."""
    with readers_of(chromium, site) as opens:
        yield Shown(opens(request.param), site)


KINDS = [name for name in vars(Shown) if not name.startswith("_")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_accessible_and_keeps_its_width(shown: Shown, kind: str, axe: Callable[..., list[str]]) -> None:
    page = shown.page
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    getattr(shown, kind)()
    assert judged(page, axe) == []


def judged(page: Page, axe: Callable[..., list[str]]) -> list[str]:
    """What is wrong with this page, wide, dark, and on a phone."""
    found = [f"light: {one}" for one in axe(page)]
    found += [f"out of the side bar: {one}" for one in page.evaluate(OUT_OF_THE_SIDE)]
    found += [f"sticks out: {one}" for one in page.evaluate(STICKING_OUT)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in axe(page, "color-contrast", "link-in-text-block")]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    found += [f"phone: {one}" for one in axe(page)]
    found += [f"sticks out on a phone: {one}" for one in page.evaluate(STICKING_OUT)]
    return found


def test_a_chinese_page_says_nothing_in_english(reader: Readers, site: Served) -> None:
    shown = Shown(reader(CHINESE), site)
    said: dict[str, list[str]] = {}
    for kind in KINDS:
        getattr(shown, kind)()
        if found := shown.page.evaluate(SAID):
            said[kind] = found
    assert said == {}


@pytest.mark.parametrize("language", [CHINESE, ENGLISH, MIRRORED])
def test_the_door_is_accessible(reader: Readers, language: str, axe: Callable[..., list[str]]) -> None:
    window = reader(language, user=None)
    page = window.go(f"/sign-in?lang={language}")
    assert judged(page, axe) == []
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.fill("#username", f"nobody-{language}")
    page.fill("#password", "wrong wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert judged(page, axe) == []


def test_a_phones_menu_is_accessible(reader: Readers, axe: Callable[..., list[str]]) -> None:
    page = reader(ENGLISH, viewport=PHONE).go("/")
    page.locator(".side-open").click()
    page.locator(".nav-more summary").click()
    assert axe(page) == []


def test_the_mirrored_page_runs_from_right_to_left(reader: Readers) -> None:
    page = reader(MIRRORED).go("/customer/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    side, main = page.locator(".side").bounding_box(), page.locator("main").bounding_box()
    assert side is not None
    assert main is not None
    assert side["x"] > main["x"]
    # Digits and names keep their own direction inside it.
    number = page.locator("tbody td[data-label='⟦Phóñé⟧'] bdi").first
    assert number.evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_numbers_and_addresses_of_the_net_run_left_to_right_on_mirrored_cards(reader: Readers) -> None:
    page = reader(MIRRORED).go("/customer/new")
    for name in ("credit_amount", "email", "website"):
        assert page.locator(f"#f-{name}").evaluate("one => getComputedStyle(one).direction") == "ltr"
    page.fill("#f-name", "شركة الفجر")
    assert page.locator("#f-name").evaluate("one => getComputedStyle(one).direction") == "rtl"
