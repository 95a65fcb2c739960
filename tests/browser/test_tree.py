"""4.1: a tree by keyboard, by mouse in both directions, by finger, without its script; and judged by axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import CHINESE, ENGLISH, MIRRORED, Readers, Served
from tests.browser.test_pages import judged

pytestmark = pytest.mark.browser
_numbers = count(1)


class Garden:
    """Entries of a test's own in the shared tree, and a page that shows them."""

    def __init__(self, site: Served) -> None:
        self.api, self.mark = site.api, f"T{next(_numbers)}"
        self.root = self.plant(f"{self.mark} root")
        self.ids = {name: self.plant(f"{self.mark} {name}", self.root) for name in ("ash", "birch", "cedar")}

    def plant(self, name: str, parent: int | None = None) -> int:
        """Store an entry."""
        return int(self.api.call("POST", "/industry", {"name": name, "parent": parent, "position": 900_000})["id"])

    def shown(self, page: Page) -> list[str]:
        """The visible entries of this garden, each with its level below the garden's root."""
        lines = page.locator(".twig").evaluate_all(
            """(all, mark) => all.filter(one => one.checkVisibility()).map(one => {
                let level = 0;
                for (let step = one.parentElement.closest('.twig'); step; step = step.parentElement.closest('.twig')) level++;
                return [level, one.querySelector('.twig-name').textContent.trim()];
            }).filter(([, name]) => name.startsWith(mark + ' ')).map(([level, name]) => '-'.repeat(level) + name.slice(mark.length + 1))""",
            self.mark,
        )
        return [str(line) for line in lines]

    def line(self, page: Page, name: str) -> Locator:
        """An entry's line."""
        return page.locator(f"[data-id='{self.ids.get(name, self.root)}'] > .twig-line")

    def parent(self, name: str) -> int | None:
        """What an entry stands under, as it is stored."""
        found: int | None = self.api.get(f"/industry/{self.ids[name]}").get("parent")
        return found


@pytest.fixture
def garden(site: Served) -> Garden:
    """Entries of the test's own."""
    return Garden(site)


def at(page: Page, name: str) -> None:
    """The focus stands on an entry."""
    expect(page.locator(".twig-line:focus > .twig-name")).to_have_text(re.compile(re.escape(name)))


def shows(garden: Garden, page: Page, *lines: str) -> None:
    """The garden looks like that, soon."""
    for _ in range(40):
        if garden.shown(page) == list(lines):
            return
        page.wait_for_timeout(50)
    assert garden.shown(page) == list(lines)


def said(page: Page, words: str) -> None:
    """The live region and the message say it."""
    expect(page.locator("#live")).to_contain_text(words)
    expect(page.locator(".toast")).to_contain_text(words)


def opened(reader: Readers, garden: Garden, language: str = ENGLISH, **options: Any) -> Page:
    """The page with the garden's root open and in focus."""
    page = reader(language, **options).go(f"/industry/?at={garden.root}")
    garden.line(page, "root").focus()
    return page


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def test_walking_with_arrows_and_letters(reader: Readers, garden: Garden) -> None:
    deep = garden.plant(f"{garden.mark} deep", garden.ids["birch"])
    page = opened(reader, garden)
    tree = page.get_by_role("tree")
    expect(tree).to_have_accessible_name("Industries")
    shows(garden, page, "root", "-ash", "-birch", "-cedar")
    press(page, "ArrowDown")
    at(page, "ash")
    press(page, "ArrowDown", "ArrowRight")
    expect(page.locator(f"[data-id='{deep}']")).to_be_visible()
    shows(garden, page, "root", "-ash", "-birch", "--deep", "-cedar")
    press(page, "ArrowRight")
    at(page, "deep")
    press(page, "ArrowLeft")
    at(page, "birch")
    press(page, "ArrowLeft")
    shows(garden, page, "root", "-ash", "-birch", "-cedar")
    press(page, "ArrowLeft")
    at(page, "root")
    press(page, "Home")
    at(page, "Agriculture")
    for letter in "mini":
        page.keyboard.press(letter)
    at(page, "Mining")
    press(page, "*")
    expect(page.locator(".twig-name", has_text="Coal")).to_be_visible()
    expect(page.locator(".twig-name", has_text="Wholesale")).to_be_visible()
    press(page, "End")
    expect(page.locator(".twig-line:focus")).to_be_in_viewport()


def test_a_branch_that_comes_late_pushes_nobody_out_of_sight(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden)

    def late(route: Route) -> None:
        page.wait_for_timeout(700)
        route.continue_()

    page.route("**/branch", late)
    press(page, "Home", "*", "End")
    at(page, "cedar")
    expect(page.locator(".twig-name", has_text="Wholesale")).to_be_visible()
    expect(page.locator(".twig-line:focus")).to_be_in_viewport()


def test_what_is_beside_follows_the_focus(reader: Readers, site: Served, garden: Garden) -> None:
    site.api.customer("灰树", industry=garden.ids["ash"])
    page = opened(reader, garden)
    press(page, "ArrowDown")
    expect(page.locator(".tree-side .twig-title")).to_have_text(f"{garden.mark} ash")
    expect(page).to_have_url(re.compile(rf"at={garden.ids['ash']}$"))
    press(page, "Enter")
    expect(page.locator(".tree-side a").first).to_be_focused()
    page.locator(".tree-side a", has_text="here: 1").click()
    expect(page.locator(".table tbody tr")).to_have_count(1)
    expect(page.locator(".table tbody")).to_contain_text("灰树")


def test_moving_by_keys_is_told_and_can_be_undone(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden)
    press(page, "ArrowDown", "ArrowDown", "Alt+ArrowUp")
    said(page, "before “")
    shows(garden, page, "root", "-birch", "-ash", "-cedar")
    at(page, "birch")
    press(page, "Alt+ArrowDown")
    shows(garden, page, "root", "-ash", "-birch", "-cedar")
    press(page, "Control+]")
    shows(garden, page, "root", "-ash", "--birch", "-cedar")
    assert garden.parent("birch") == garden.ids["ash"]
    press(page, "Control+[")
    shows(garden, page, "root", "-ash", "-birch", "-cedar")
    at(page, "birch")
    press(page, "Control+z")
    shows(garden, page, "root", "-ash", "--birch", "-cedar")
    at(page, "birch")
    page.locator(".toast button", has_text="Undo").click()
    shows(garden, page, "root", "-ash", "-birch", "-cedar")
    press(page, "ArrowUp", "Alt+ArrowUp")
    said(page, "is the first here")


def test_names_are_typed_in_place(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden)
    press(page, "ArrowDown", "F2")
    box = page.locator(".twig-input")
    expect(box).to_be_focused()
    expect(box).to_have_value(f"{garden.mark} ash")
    page.keyboard.type(f"{garden.mark} aspen")
    press(page, "Enter")
    shows(garden, page, "root", "-aspen", "-birch", "-cedar")
    at(page, "aspen")
    press(page, "F2")
    page.keyboard.type("nonsense")
    press(page, "Escape")
    at(page, "aspen")
    press(page, "Insert")
    page.keyboard.type(f"{garden.mark} beech")
    press(page, "Enter")
    shows(garden, page, "root", "-aspen", "-beech", "-birch", "-cedar")
    at(page, "beech")
    press(page, "Alt+Insert")
    page.keyboard.type(f"{garden.mark} leaf")
    press(page, "Enter")
    shows(garden, page, "root", "-aspen", "-beech", "--leaf", "-birch", "-cedar")
    press(page, "Insert", "Escape")
    at(page, "leaf")


def test_what_is_refused_is_told_and_nothing_is_lost(reader: Readers, garden: Garden) -> None:
    window = reader(ENGLISH)
    page = window.go(f"/industry/?at={garden.ids['ash']}")
    garden.line(page, "ash").focus()
    press(page, "F2")
    page.keyboard.type("x" * 101)
    press(page, "Enter")
    expect(page.locator(".toast-error")).to_contain_text("100")
    at(page, "ash")
    assert [fault[:3] for fault in window.faults] == ["422"]  # what the server answered, as it should
    window.faults.clear()


def test_nothing_is_sent_while_a_name_is_composed(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden, CHINESE)
    press(page, "ArrowDown", "F2")
    box = page.locator(".twig-input")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    box.dispatch_event("keydown", {"key": "Escape", "keyCode": 229, "bubbles": True})
    expect(box).to_be_focused()


def test_deleting_asks_on_its_own_page(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden)
    press(page, "ArrowDown", "Delete")
    expect(page).to_have_url(re.compile(rf"/industry/{garden.ids['ash']}/delete$"))


def middle(line: Locator, part: float = 0.5) -> tuple[float, float]:
    """A point on a line, so far down in it."""
    box = line.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * part


def drag(page: Page, what: Locator, to: Locator, part: float) -> None:
    """Drag a line over another, and hold it there."""
    what.scroll_into_view_if_needed()
    page.mouse.move(*middle(what))
    page.mouse.down()
    x, y = middle(to, part)
    page.mouse.move(x, y - 12)
    page.mouse.move(x, y)
    page.mouse.move(x, y)


@pytest.mark.parametrize("language", [ENGLISH, MIRRORED])
def test_dragging_between_and_inside(reader: Readers, garden: Garden, language: str) -> None:
    page = opened(reader, garden, language)
    drag(page, garden.line(page, "cedar"), garden.line(page, "ash"), 0.1)
    expect(page.locator(f"[data-id='{garden.ids['ash']}']")).to_have_class(re.compile("drop-before"))
    expect(page.locator(".tree-drop")).to_contain_text(f"{garden.mark} ash")
    page.mouse.up()
    shows(garden, page, "root", "-cedar", "-ash", "-birch")
    at(page, "cedar")
    drag(page, garden.line(page, "cedar"), garden.line(page, "birch"), 0.5)
    expect(page.locator(f"[data-id='{garden.ids['birch']}']")).to_have_class(re.compile("drop-inside"))
    page.mouse.up()
    shows(garden, page, "root", "-ash", "-birch", "--cedar")
    assert garden.parent("cedar") == garden.ids["birch"]
    drag(page, garden.line(page, "cedar"), garden.line(page, "ash"), 0.9)
    page.mouse.up()
    shows(garden, page, "root", "-ash", "-cedar", "-birch")


def test_a_drag_can_be_given_up_and_goes_nowhere_below_itself(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden)
    drag(page, garden.line(page, "cedar"), garden.line(page, "ash"), 0.5)
    press(page, "Escape")
    page.mouse.up()
    drag(page, garden.line(page, "root"), garden.line(page, "ash"), 0.5)
    expect(page.locator(".tree-drop")).to_be_hidden()
    page.mouse.up()
    shows(garden, page, "root", "-ash", "-birch", "-cedar")
    assert garden.parent("cedar") == garden.root


def test_the_menu_does_it_for_those_who_only_click(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden)
    garden.line(page, "birch").locator(".twig-name").click()
    garden.line(page, "birch").locator(".twig-more").click()
    page.get_by_role("menuitem", name="In: under the one above").click()
    shows(garden, page, "root", "-ash", "--birch", "-cedar")
    garden.line(page, "birch").locator(".twig-more").click()
    page.get_by_role("menuitem", name="Move to …").click()
    expect(page.locator("#twig-under")).to_be_focused()
    page.locator("#twig-under").press_sequentially(f"{garden.mark} ced")
    expect(page.locator(".picker-list [role=option]")).to_have_count(1)
    press(page, "Enter", "Enter")
    shows(garden, page, "root", "-ash", "-cedar", "--birch")
    assert garden.parent("birch") == garden.ids["cedar"]


def test_a_finger_drags_by_the_grip(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden, ENGLISH, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    grip, target = garden.line(page, "cedar").locator(".twig-grip"), garden.line(page, "ash")
    grip.scroll_into_view_if_needed()
    (x, y), (to_x, to_y) = middle(grip), middle(target, 0.1)
    touch = page.context.new_cdp_session(page)

    def move(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    move("touchStart", {"x": x, "y": y})
    for part in (0.3, 0.7, 1.0):
        move("touchMove", {"x": x + (to_x - x) * part, "y": y + (to_y - y) * part})
    move("touchEnd")
    shows(garden, page, "root", "-cedar", "-ash", "-birch")


def test_arrows_are_mirrored_where_lines_run_from_right_to_left(reader: Readers, garden: Garden) -> None:
    page = opened(reader, garden, MIRRORED)
    press(page, "ArrowRight")
    shows(garden, page, "root")
    press(page, "ArrowLeft", "ArrowLeft")
    at(page, "ash")


def test_all_of_it_without_a_script(reader: Readers, garden: Garden) -> None:
    window = reader(ENGLISH, java_script_enabled=False)
    page = window.go(f"/industry/?at={garden.ids['birch']}")
    page.fill("#twig-rename", f"{garden.mark} bamboo")
    page.click("text=Rename")
    expect(page.locator(".notice")).to_contain_text("is called")
    page.click("button[name=to][value=up]")
    expect(page.locator(".notice")).to_contain_text("stands before")
    page.click("text=Undo")
    expect(page.locator(".notice")).to_contain_text("Undone.")
    page.fill("#twig-add", f"{garden.mark} twig")
    page.click(".twig-form button:has-text('Add')")
    expect(page.locator(".twig-title")).to_have_text(f"{garden.mark} twig")
    page.fill("#twig-under", f"{garden.mark} ash")
    page.click("button:has-text('Move')")
    expect(page.locator(".twig-path")).to_contain_text(f"{garden.mark} ash")


def test_a_list_is_pasted_after_a_look(reader: Readers, garden: Garden) -> None:
    page = reader(ENGLISH).go(f"/industry/paste?under={garden.root}")
    page.fill("#paste-text", f"{garden.mark} ash\n  {garden.mark} one\n  {garden.mark} two\n{garden.mark} fir")
    page.click("text=Show what it makes")
    expect(page.get_by_role("status").filter(has_text="New: 3. There already: 1.")).to_be_visible()
    page.click("text=Add these entries")
    expect(page.locator(".notice")).to_contain_text("3 entries were added.")
    shows(garden, page, "root", "-ash", "-birch", "-cedar", "-fir")
    page.click("text=Undo")
    expect(page.locator(".notice")).to_contain_text("Undone.")


def test_searching_keeps_what_is_above(reader: Readers) -> None:
    page = reader(CHINESE).go("/industry/")
    page.fill("[name=find]", "软件")
    page.keyboard.press("Enter")
    expect(page.locator(".twig-name")).to_have_text(["信息技术", "软件"])
    expect(page.locator("mark")).to_have_text("软件")


@pytest.mark.parametrize("language", [CHINESE, ENGLISH, MIRRORED])
def test_a_tree_is_accessible(reader: Readers, garden: Garden, language: str, axe: Callable[..., list[str]]) -> None:
    page = opened(reader, garden, language)
    press(page, "ArrowDown")
    expect(page.locator(".tree-side .twig-title")).to_have_text(f"{garden.mark} ash")
    assert judged(page, axe) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    garden.line(page, "ash").locator(".twig-more").click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert axe(page) == []
    page.goto(page.url.split("?")[0] + f"{garden.ids['ash']}/merge")
    assert judged(page, axe) == []


def test_charts_of_many_records_are_fetched_when_they_come_into_sight(reader: Readers) -> None:
    page = reader(ENGLISH).go("/customer/charts")
    page.evaluate(
        """() => {
            const part = document.createElement('lazy-part');
            part.dataset.url = '/customer/charts/part';
            document.querySelector('main').replaceChildren(part);
        }"""
    )
    expect(page.locator("lazy-part .chart")).to_have_count(4)
    page.locator("lazy-part .bar-deeper").first.click()
    expect(page.locator(".chart-crumbs").first).to_contain_text("All")


def test_a_bar_leads_to_as_many_records_as_it_says(reader: Readers) -> None:
    page = reader(CHINESE).go("/")
    bar = page.locator(".bar-link").first
    said_count = bar.locator(".bar-count").inner_text()
    bar.click()
    expect(page.locator("#total")).to_contain_text(said_count)
