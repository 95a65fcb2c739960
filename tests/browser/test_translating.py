"""The translators' screens in a browser: accessible in every language and theme, by keyboard, with an input method, without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.i18n import languages
from engine.metadata import label_store, store
from engine.metadata.label_store import Kept
from tests.browser.conftest import CHINESE, ENGLISH, MIRRORED, Readers, Served
from tests.browser.test_pages import KINDS, PHONE, SAID, WIDE, Shown, judged

pytestmark = pytest.mark.browser

CODE, NAME = "field.customer.code.label", "field.customer.name.label"
LETTERS, ANYWHERE = (
    re.compile("[A-Za-z]{2}"),
    re.compile(r"PO|CSV|XLSX|Poedit|Weblate|Excel|LibreOffice|Français|Deutsch|English|Fieldloom|Ctrl|Alt|^Agent|%\(\w+\)s|[A-Z][a-z]{2} \d+, \d{4}.*"),
)
"""What is the same in every language."""
PLACES = {
    "coverage": "/translate/",
    "workbench": f"/translate/fr?key={CODE}",
    "workbench from right to left": f"/translate/ar?key={CODE}",
    "plural forms": "/translate/ar?section=ui&state=all&q=%25(count)s%20record",
    "missing": "/translate/zh-Hant?state=missing&section=customer",
    "nothing found": "/translate/fr?q=zzzzzz",
}


@pytest.fixture(autouse=True)
def french(site: Served) -> None:
    """A language into which nobody has translated anything."""
    with site.database.writing() as conn:
        if "fr" not in languages.load(conn, 0).all:
            languages.add(conn, "fr")
            store.bump_version(conn)


def keep(site: Served, key: str, kept: Kept | None, tag: str = "fr") -> None:
    """Somebody keeps a label, elsewhere."""
    with site.database.writing() as conn:
        label_store.write(conn, tag, {key: kept}, "edit")
        store.bump_version(conn)


def kept(site: Served, key: str, tag: str = "fr") -> str:
    """A translation as it is kept."""
    with site.database.reading() as conn:
        found = label_store.read(conn, tag, [key]).get(key)
    return found.text if found else ""


@pytest.mark.parametrize("language", [CHINESE, ENGLISH, MIRRORED])
def test_the_screens_are_accessible_and_keep_their_width(
    reader: Readers, site: Served, language: str, axe: Callable[..., list[str]]
) -> None:
    keep(site, CODE, Kept("Kundennummer", "Old code"))
    window = reader(language)
    found: dict[str, list[str]] = {}
    for name, path in PLACES.items():
        window.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        window.go(path)
        if wrong := judged(window.page, axe):
            found[name] = wrong
    assert found == {}


def test_the_screens_say_nothing_in_english_to_a_chinese_reader(reader: Readers, site: Served) -> None:
    page = reader(CHINESE).page
    found = {}
    for name, path in PLACES.items():
        page.goto(site.url + path)
        foreign = page.evaluate(
            SAID.replace("'bdi,", "'bdi, [lang=fr], [lang=de], [lang=ar], [lang=zh-Hant], #all-languages,").replace(
                "'td'", "'td, .card-preview'"
            )
        )
        if wrong := [text for text in foreign if LETTERS.search(ANYWHERE.sub("", text))]:
            found[name] = wrong
    assert found == {}


@pytest.mark.parametrize("language", [CHINESE, ENGLISH, MIRRORED, "qps-ploc"])
def test_every_state_and_both_ways_of_a_file_are_in_sight(reader: Readers, language: str) -> None:
    """At the width of a small laptop, in the longest words, and on a phone: nothing is cut off or waits in a menu."""
    window = reader(ENGLISH if language == "qps-ploc" else language)
    page = window.go(f"/translate/fr?lang={language}")
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        seen = [one for one in page.locator(".state-tabs a, .workbench-files summary").all() if one.is_visible()]
        boxes = [one.bounding_box() for one in seen]
        assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= size["width"] for box in boxes)
        cut = page.evaluate("document.querySelector('.state-tabs .tabs').scrollWidth - document.querySelector('.state-tabs .tabs').clientWidth")
        assert cut <= 1
        assert len(seen) == 10 if size is WIDE else len(seen) >= 4
        for menu in (".workbench-download", ".workbench-upload"):
            page.locator(f"{menu} > summary").click()
            panel = page.locator(f"{menu} .menu-panel").bounding_box()
            assert panel is not None
            assert panel["x"] >= 0
            assert panel["x"] + panel["width"] <= size["width"]
            page.keyboard.press("Escape")
            expect(page.locator(f"{menu}[open]")).to_have_count(0)


def upload(page: Page, text: str) -> None:
    """Choose a file and look at what it would change."""
    page.locator(".workbench-upload > summary").click()
    page.set_input_files("#file", {"name": "fr.po", "mimeType": "text/plain", "buffer": text.encode()})
    page.get_by_role("button", name="Look at it").click()


HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'


def test_a_file_is_looked_at_taken_over_and_undone(reader: Readers, site: Served, axe: Callable[..., list[str]]) -> None:
    keep(site, CODE, Kept("alt", "Customer code"))
    keep(site, NAME, None)
    page = reader(ENGLISH).go("/translate/fr")
    entries = [(CODE, "Customer code", "neu"), (NAME, "Customer name", "Firma {0}"), ("field.gone.x.label", "Gone", "weg")]
    upload(page, HEAD + "\n".join(f'msgctxt "{key}"\nmsgid "{source}"\nmsgstr "{text}"\n' for key, source, text in entries))
    expect(page.get_by_role("heading", name="Failing checks")).to_be_visible()
    assert judged(page, axe) == []
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.get_by_text("Overwrite").click()
    page.get_by_role("button", name="Take it over").click()
    expect(page.locator(".notice")).to_contain_text("1 text is taken over.")
    assert kept(site, CODE) == "neu"
    page.get_by_role("button", name="Leave the rest").click()
    page.locator(".workbench-upload > summary").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator(".notice")).to_contain_text("1 text is as it was before.")
    assert kept(site, CODE) == "alt"


def test_a_file_that_cannot_be_read_is_told_with_its_line(reader: Readers, axe: Callable[..., list[str]]) -> None:
    page = reader(ENGLISH).go("/translate/fr")
    upload(page, HEAD + 'msgid "a"\nnonsense\n')
    expect(page.get_by_role("alert")).to_contain_text("Line 7:")
    assert judged(page, axe) == []


def test_a_translator_works_by_keyboard(reader: Readers, site: Served) -> None:
    keep(site, NAME, None)
    keep(site, CODE, None)
    page = reader(ENGLISH).go(f"/translate/fr?section=customer&state=missing&key={NAME}")
    area = page.locator("textarea[name=form]")
    expect(area).to_be_focused()
    page.keyboard.type("Firma {x}")
    expect(page.locator("#findings .finding-error")).to_contain_text("{x}")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+Alt+c")
    expect(area).to_have_value("Customer name")
    expect(page.locator("#findings")).to_contain_text("This is the English text.")
    page.keyboard.press("Control+a")
    page.keyboard.type("Firma")
    expect(page.locator("#findings li")).to_have_count(0)
    page.keyboard.press("Control+Alt+e")
    expect(page.locator("[name=needs_editing]")).to_be_checked()
    page.keyboard.press("Control+Alt+e")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#text-title")).not_to_have_text("Customer name")
    assert kept(site, NAME) == "Firma"
    here = page.url
    page.keyboard.press("Alt+ArrowDown")
    expect(page).not_to_have_url(here)
    expect(page.locator("text-editor:defined")).to_be_attached()  # before its script is there, no key does anything
    expect(area).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page).to_have_url(here)


def test_a_value_is_inserted_by_its_number(reader: Readers) -> None:
    page = reader(ENGLISH).go("/translate/fr?section=ui&state=all&q=Welcome, %25(name)s")
    page.locator("textarea[name=form]").fill("Willkommen, ")
    page.keyboard.press("End")
    page.keyboard.press("Alt+1")
    expect(page.locator("textarea[name=form]")).to_have_value("Willkommen, %(name)s")
    page.on("dialog", lambda told: told.accept())


COMPOSE = """([key, code]) => {
    const area = document.querySelector('textarea[name=form]');
    area.focus();
    area.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}));
    area.value = 'ke hu';
    area.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true}));
    area.dispatchEvent(new KeyboardEvent('keydown', {key, code, ctrlKey: true, bubbles: true, cancelable: true, isComposing: true}));
    area.dispatchEvent(new KeyboardEvent('keydown', {key, code, ctrlKey: true, bubbles: true, cancelable: true, keyCode: 229}));
}"""


def test_nothing_happens_while_a_word_is_composed(reader: Readers, site: Served) -> None:
    page = reader(CHINESE).go(f"/translate/zh-Hant?key={CODE}")
    asked: list[str] = []
    page.on("request", lambda request: None if "/static/" in request.url else asked.append(request.url))
    page.evaluate(COMPOSE, ["Enter", "Enter"])
    page.wait_for_timeout(700)
    assert asked == []
    page.evaluate("document.querySelector('textarea[name=form]').dispatchEvent(new CompositionEvent('compositionend', {bubbles: true}))")
    page.wait_for_timeout(700)
    assert [url.rpartition("/")[2] for url in asked] == ["check"]


def test_a_check_that_waits_does_not_come_into_a_word_that_is_composed(reader: Readers) -> None:
    page = reader(CHINESE).go(f"/translate/zh-Hant?key={CODE}")
    asked: list[str] = []
    page.on("request", lambda request: None if "/static/" in request.url else asked.append(request.url))
    page.evaluate("""() => {
        const area = document.querySelector('textarea[name=form]');
        area.dispatchEvent(new InputEvent('input', {bubbles: true}));
        area.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}));
    }""")
    page.wait_for_timeout(700)
    assert asked == []


@pytest.mark.parametrize(("key", "code"), [("ę", "KeyE"), ("ć", "KeyC")])
def test_letters_that_are_typed_with_altgr_are_typed(reader: Readers, key: str, code: str) -> None:
    """Windows tells AltGr as Ctrl and Alt: Polish would lose two of its letters, and the text with them."""
    page = reader(ENGLISH).go(f"/translate/de?state=all&key={CODE}")
    taken = page.evaluate(
        """([key, code]) => !document.querySelector('textarea[name=form]').dispatchEvent(new KeyboardEvent('keydown',
            {key, code, ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true, cancelable: true}))""",
        [key, code],
    )
    assert not taken
    expect(page.locator("textarea[name=form]")).not_to_have_value("Customer code")
    expect(page.locator("[name=needs_editing]")).not_to_be_checked()


def test_a_long_name_is_never_cut_in_the_side(reader: Readers) -> None:
    page = reader(ENGLISH).go("/company_size/?lang=qps-ploc")
    cut = page.evaluate("[...document.querySelectorAll('.nav span')].filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)")
    assert cut == []


def test_the_card_leads_to_each_of_its_texts(reader: Readers) -> None:
    page = reader(ENGLISH).go(f"/translate/ar?key={CODE}")
    outlined = page.locator(".card-preview a[data-current]")
    expect(outlined).to_be_visible()
    assert page.locator(".card-preview").evaluate("one => getComputedStyle(one).direction") == "rtl"
    page.locator(f".card-preview a[href$='{NAME}']").click()
    expect(page.locator("#text-title")).to_have_text("Customer name")


def test_it_works_without_script(reader: Readers, site: Served) -> None:
    keep(site, CODE, None)
    page = reader(ENGLISH, java_script_enabled=False).go(f"/translate/fr?state=all&key={CODE}")
    page.fill("textarea[name=form]", "Nummer {0}")
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("#problems")).to_be_visible()
    expect(page.locator("textarea[name=form]")).to_have_value("Nummer {0}")
    page.fill("textarea[name=form]", "Nummer")
    page.get_by_role("button", name="Save and next").click()
    assert kept(site, CODE) == "Nummer"


def test_a_translator_sees_nothing_else(reader: Readers, site: Served, axe: Callable[..., list[str]]) -> None:
    window = reader(ENGLISH, site.user("translator"))
    window.go("/")
    assert window.path() == "/translate/"
    expect(window.page.locator(".nav a")).to_have_count(1)
    expect(window.page.locator(".quick")).to_have_count(0)
    assert axe(window.page) == []


@pytest.mark.parametrize("tag", ["qps-plocm", "qps-ploc"])
def test_every_page_speaks_the_pseudo_language_and_nothing_else(reader: Readers, site: Served, tag: str) -> None:
    """What stands there without brackets was not translated, or is glued together."""
    window = reader(ENGLISH, site.user())
    window.go(f"/?lang={tag}")
    shown = Shown(window, site)
    said: dict[str, list[str]] = {}
    for kind in KINDS:
        getattr(shown, kind)()
        texts = window.page.evaluate(SAID.replace("[lang=en], ", "").replace(", .brand", ", .brand, .chip, .checklist, .drops"))
        if plain := [text for text in texts if not {"⟦", "⟧"} & set(text) and LETTERS.search(ANYWHERE.sub("", text))]:
            said[kind] = plain
    assert said == {}
