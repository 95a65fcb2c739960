"""A translator's afternoon: a language that is 60 % done is filled in by a file with two mistakes, put right beside the card, and spoken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from playwright.sync_api import Browser, Page, expect

from engine.i18n import languages
from engine.i18n.book import Book
from engine.metadata import label_store, store
from engine.metadata.label_store import FORM_MARK, Kept
from engine.service import label_care
from tests.browser.conftest import ENGLISH, PASSWORD, Readers, Served, readers_of, serving
from tests.databases import LOCALES, Databases

pytestmark = pytest.mark.browser

NAME, COUNTED = "field.customer.name.label", "%(count)s record"


def french(book: Book, source: str) -> str:
    """What stands for a French translation: all its forms, with the values of the English."""
    one, _, many = source.partition(FORM_MARK)
    forms = [one, *[many] * (len(book.plurals.categories) - 1)] if many else [one]
    return FORM_MARK.join(f"{form} (en français)" for form in forms)


@pytest.fixture
def office(databases: Databases, tmp_path: Path) -> Iterator[Served]:
    """A program of its own whose French is 60 % done, and goes live by itself when it is complete."""
    database = databases.installed("sqlite")
    with database.writing() as conn:
        languages.add(conn, "fr")
        store.bump_version(conn)
    with database.writing() as conn:
        book = label_care.desk(conn, LOCALES).read("fr")
        units = [one.unit for one in book.entries.values() if one.unit.key != NAME and one.unit.source.split(FORM_MARK)[0] != COUNTED]
        done = units[: len(book.entries) * 6 // 10 + 1]
        label_store.write(conn, "fr", {unit.key: Kept(french(book, unit.source), unit.source) for unit in done}, "edit")
        store.bump_version(conn)
    with serving(database, tmp_path) as found:
        yield found


@pytest.fixture
def reader(chromium: Browser, office: Served) -> Iterator[Readers]:
    """Opens a window on that program."""
    with readers_of(chromium, office) as opens:
        yield opens


def filled(path: Path) -> tuple[bytes, dict[str, int]]:
    """The file as an ordinary editor saves it, with everything filled in and two mistakes; and in which lines they begin."""
    po = polib.pofile(str(path))
    assert 0.58 < po.percent_translated() / 100 < 0.62
    for entry in po.untranslated_entries():
        if entry.msgid_plural:
            entry.msgstr_plural = {place: f"{entry.msgid_plural if place else entry.msgid} (en français)" for place in entry.msgstr_plural}
        else:
            entry.msgstr = f"{entry.msgid} (en français)"
    wrong = next(entry for entry in po if entry.msgctxt == NAME)
    wrong.msgstr = "Nom de %(client)s"
    broken = next(entry for entry in po if entry.msgid == COUNTED)
    broken.msgstr_plural[1] = ""
    po.metadata["X-Generator"] = "Poedit 3.5"
    text = str(po)
    lines = {what: next(one.linenum or 0 for one in polib.pofile(text) if (one.msgctxt or one.msgid) == what) for what in (NAME, COUNTED)}
    return text.encode(), lines


def failing(page: Page) -> dict[str, str]:
    """The rows that fail, by their line: what is said about each."""
    rows = page.locator("section[aria-labelledby=kind-failing] tbody tr").all()
    return {row.locator("td").first.inner_text(): row.locator(".small-error").inner_text() for row in rows}


def test_from_a_file_with_mistakes_to_a_page_in_french(reader: Readers, office: Served, tmp_path: Path) -> None:
    customer = reader(ENGLISH, office.user("user"), locale="fr-FR")
    page = customer.go("/customer/new")
    expect(page.locator("label[for=f-name]")).not_to_contain_text("français")

    window = reader(ENGLISH, user=None)
    page = window.go("/")
    page.fill("#username", office.user("translator"))
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Translations")).to_be_visible()
    expect(page.locator(".nav a")).to_have_count(1)  # nothing else concerns them
    row = page.locator(".languages li", has_text="Français")
    expect(row).to_contain_text("60%")
    expect(row).to_contain_text("live from 100%")
    row.get_by_role("link", name="Français").click()
    expect(page.locator(".page-heading")).to_contain_text("Readers may choose it as soon as 100% are translated.")

    page.locator(".workbench-download > summary").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="PO", exact=True).click()
    started.value.save_as(tmp_path / "fr.po")
    content, lines = filled(tmp_path / "fr.po")

    page.locator(".workbench-upload > summary").click()
    page.set_input_files("#file", {"name": "fr.po", "mimeType": "text/plain", "buffer": content})
    page.get_by_role("button", name="Look at it").click()
    assert failing(page) == {
        str(lines[NAME]): "Nothing stands for %(client)s here.",
        str(lines[COUNTED]): "Every plural form needs a text.",
    }
    page.get_by_role("button", name="Take it over").click()
    expect(page.locator(".notice")).to_contain_text("texts are taken over.")
    expect(page.locator(".difference tbody tr")).to_have_count(2)  # what was wrong waits to be put right

    page.locator("tr", has_text=NAME).get_by_role("link", name="Put right").click()
    expect(page.locator("textarea[name=form]")).to_have_value("Nom de %(client)s")
    expect(page.locator(".card-preview [data-current]")).to_be_visible()  # the card beside it, in French
    expect(page.locator(".card-preview")).to_contain_text("en français")
    expect(page.locator(".text-form")).to_contain_text(f"The file says this in line {lines[NAME]}.")
    page.locator("textarea[name=form]").fill("Nom du client")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", name="What this file would change")).to_be_visible()
    assert list(failing(page)) == [str(lines[COUNTED])]

    page.get_by_role("link", name="Put right").click()
    expect(page.locator("textarea[name=form]")).to_have_count(2)
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("#problems")).to_contain_text("Every plural form needs a text.")
    page.locator("textarea[name=form]").nth(1).fill("%(count)s fiches")
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator(".notice")).to_contain_text("Readers may choose Français from now on.")
    expect(page.locator(".page-heading")).to_contain_text("Readers see what you save on their next page.")

    page = customer.go("/customer/new")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("label[for=f-name]")).to_contain_text("Nom du client")
    expect(page.get_by_role("button", name="(en français)").first).to_be_visible()

    page = window.go(f"/translate/fr?key={NAME}")  # live: a correction is heard at once
    page.locator("textarea[name=form]").fill("Raison sociale")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".notice")).to_contain_text("Saved.")
    expect(customer.go("/customer/new").locator("label[for=f-name]")).to_contain_text("Raison sociale")
