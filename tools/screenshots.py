"""The pictures of the documentation, taken from the running program with its samples: `make screenshots`.

The same program makes the same pictures: the samples come from a fixed seed, their times are set to one moment, and
nothing moves while a picture is taken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from playwright.sync_api import Browser, Page, sync_playwright

from engine.metadata import store
from engine.metadata import tables as fixed
from engine.metadata.database import Database
from engine.metadata.physical import tables
from engine.service import people, samples, setup
from tools import browser
from tools.served import ROOT, served

FOLDER = ROOT / "docs" / "images"
LARGEST = 250_000
SIZE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
MOMENT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
USER, PASSWORD = "lin.xiao", "screenshots"  # of a database that is gone a moment later
LANGUAGES = {"en": "en-GB", "zh-Hans": "zh-CN"}
CUSTOMER = "/customer/40"

STEADY = ("--disable-gpu", "--disable-lcd-text", "--disable-partial-raster", "--num-raster-threads=1", "--force-color-profile=srgb")
"""What keeps Chromium from painting the same page a shade differently."""

Shot = Callable[[Page, str], None]
_numbers = count(400)


def at(path: str) -> Shot:
    """The page at an address."""

    def shot(page: Page, url: str) -> None:
        page.goto(url + path)

    return shot


def customers(page: Page, url: str) -> None:
    """The list of customers."""
    page.goto(f"{url}/customer/")


def search(page: Page, url: str) -> None:
    """A search with conditions, opened."""
    page.goto(f"{url}/customer/?filter[type][_in]=customer,agent&filter[industry][_under]=it&filter[name][_contains]=软件&sort=name")
    page.locator(".conditions > summary").click()


def card(page: Page, url: str) -> None:
    """A card that was refused, at its summary."""
    page.goto(f"{url}/customer/new")
    page.fill("#f-name", "杭州织机软件有限公司")
    page.fill("#f-english_name", "Hangzhou Loom Software")
    page.fill("#f-email", "info@zhiji")
    page.fill("#f-credit_amount", "30万")
    for name in ("type", "description", "size", "source", "industry", "salutation"):
        page.locator(f"#f-{name}").select_option(index=3)
    page.fill("#f-contact_name", "欧阳静")
    page.click(".save-bar button")
    page.locator("#problems").wait_for()


def record(page: Page, url: str) -> None:
    """A customer's page."""
    page.goto(url + CUSTOMER)


def conflict(page: Page, url: str) -> None:
    """Two tabs saved the same card."""
    page.goto(f"{url}{CUSTOMER}/edit")
    other = page.context.new_page()
    other.goto(f"{url}{CUSTOMER}/edit")
    number = next(_numbers)  # whatever was saved before, these are changes
    for tab, phone, code in ((other, f"+86 10 0555 {number}1", ""), (page, f"+86 10 0555 {number}2", f"B-{number}")):
        tab.fill("#f-phone", phone)
        if code:
            tab.fill("#f-code", code)
        tab.click(".save-bar button")
        tab.locator(".record, .clash").first.wait_for()
    other.close()


def fields(page: Page, url: str) -> None:
    """The table of an entity's fields beside the card it makes."""
    page.goto(f"{url}/admin/customer/fields")
    page.locator(".field-table-ready").wait_for()
    page.click("[data-preview-toggle]")
    page.frame_locator(".preview-frame").locator("[data-field]").first.wait_for()


def review(page: Page, url: str) -> None:
    """A draft before it is published."""
    page.goto(f"{url}/admin/changes")
    if page.locator(".sentences").count() == 0:
        page.goto(f"{url}/admin/customer/fields/new?type=choice")
        for language, label in (("en", "Grade"), ("zh-Hans", "客户等级")):
            page.fill(f"[name='label.{language}']", label)
        page.fill("[name='option.choices']", "A\nB\nC")
        page.check("[name='searchable']")
        page.click("button[name=do][value=add]")
        page.wait_for_url("**/fields*")
        page.goto(f"{url}/admin/changes")
    page.locator(".code").first.wait_for()


def workbench(page: Page, url: str) -> None:
    """A translator's place, with the real card."""
    page.goto(f"{url}/translate/de?state=missing")


WIDE: dict[str, Shot] = {
    "customers": customers, "search": search, "card": card, "record": record, "fields": fields, "review": review, "workbench": workbench,
}  # fmt: skip


def main() -> int:
    """Take the pictures; fails where one is too large to be kept."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--folder", type=Path, default=FOLDER, help="where to put the pictures")
    told.add_argument("--all", action="store_true", help="take every page, dark and on a phone too, to look at; nothing of it is to be kept")
    arguments = told.parse_args()
    found = browser.find()
    if found is None:
        print(browser.SENTENCE, file=sys.stderr)
        return 1
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        database = prepared(f"sqlite:///{folder}/screenshots.sqlite3")
        with served(str(database.engine.url), Path(folder)) as url, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=str(found), args=["--no-sandbox", *STEADY])
            taken = take_all(chromium, url, arguments.folder) if arguments.all else take(chromium, url, arguments.folder)
        database.close()
    large = [path for path in taken if path.stat().st_size > LARGEST]
    for path in taken:
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}{'  TOO LARGE' if path in large else ''}")
    return 1 if large and not arguments.all else 0


def prepared(url: str) -> Database:
    """A database with the samples, all made at one moment."""
    database = Database(url)
    setup.install(database, ROOT / "field_catalogs", ROOT / "locales")
    people.add(database, USER, PASSWORD, "administrator", "Lin Xiao 林晓")
    samples.load(database)
    with database.writing() as conn:
        for table in tables(store.load(conn)).values():
            conn.execute(sa.update(table).values(created_at=MOMENT, updated_at=MOMENT))
        conn.execute(sa.update(fixed.HISTORY).values(at=MOMENT))
    return database


def take(chromium: Browser, url: str, folder: Path) -> list[Path]:
    """The pictures of the documentation: English under the plain name, Chinese beside it; a phone in the dark."""
    taken = []
    for language, locale in LANGUAGES.items():
        page = window(chromium, url, locale)
        for name, shot in WIDE.items():
            taken.append(picture(page, url, shot, folder / f"{name}{'' if language == 'en' else '.zh'}.png"))
    dark = window(chromium, url, LANGUAGES["zh-Hans"], size=PHONE, theme="dark")
    taken.append(picture(dark, url, record, folder / "phone.zh.png"))
    return taken


def take_all(chromium: Browser, url: str, folder: Path) -> list[Path]:
    """Every page in every coat, whole."""
    taken = []
    kinds: dict[str, Shot] = {
        "home": at("/"),
        **WIDE,
        "conflict": conflict,
        "refusal": at("/customer/1/delete"),
        "nothing": at("/nothing/"),
    }
    for language, locale, mirrored in (("en", "en-GB", False), ("zh", "zh-CN", False), ("rtl", "en-GB", True)):
        for coat, size, theme in (("light", SIZE, "light"), ("dark", SIZE, "dark"), ("phone", PHONE, "light")):
            page = window(chromium, url, locale, size=size, theme=theme, mirrored=mirrored)
            for name, shot in kinds.items():
                taken.append(picture(page, url, shot, folder / f"{name}.{language}.{coat}.png", whole=True))
            page.context.close()
    return taken


def window(chromium: Browser, url: str, locale: str, *, size: dict[str, int] = SIZE, theme: str = "light", mirrored: bool = False) -> Page:
    """A signed-in window in which nothing moves."""
    context = chromium.new_context(viewport=size, locale=locale, color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.fill("#username", USER)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.locator(".side").wait_for(state="attached")
    if mirrored:
        page.goto(f"{url}/?lang=qps-plocm")
    return page


def picture(page: Page, url: str, shot: Shot, path: Path, *, whole: bool = False) -> Path:
    """Take one."""
    shot(page, url)
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))")
    before = now = b""
    for _ in range(10):  # until it does not change any more
        now = page.screenshot(animations="disabled", caret="hide", full_page=whole)
        if now == before:
            break
        before = now
    path.write_bytes(now)
    return path


if __name__ == "__main__":
    sys.exit(main())
