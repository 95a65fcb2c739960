"""The translators' screens as a translator uses them: nothing else within reach, files, the workbench, languages."""

from __future__ import annotations

import io
import re
from typing import Any

import polib
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.i18n import languages
from engine.metadata import label_store, store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept
from engine.service import people
from tests.web.conftest import PASSWORD, Browser

CODE = "field.customer.code.label"
NAME = "field.customer.name.label"


@pytest.fixture
def translator(app: Flask, installed: Database) -> Browser:
    """Tina, a translator, whose browser speaks English. Nobody has translated anything into French yet."""
    with installed.writing() as conn:
        languages.add(conn, "fr")
        store.bump_version(conn)
    return signed_in(app, installed, "tina")


def signed_in(app: Flask, database: Database, name: str, role: str = "translator") -> Browser:
    """Somebody signed in."""
    people.add(database, name, PASSWORD, role, name.capitalize())
    found = Browser(app)
    found.sign_in(name)
    return found


def kept(database: Database, key: str = CODE, tag: str = "fr") -> Kept | None:
    """A label as it is kept."""
    with database.reading() as conn:
        return label_store.read(conn, tag, [key]).get(key)


def keep(database: Database, key: str, label: Kept | None, tag: str = "fr") -> None:
    """Somebody keeps a label, elsewhere."""
    with database.writing() as conn:
        label_store.write(conn, tag, {key: label}, "edit")
        store.bump_version(conn)


def seen(page: TestResponse) -> str:
    """What the page says it has shown."""
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def save(browser: Browser, text: str | list[str], key: str = CODE, tag: str = "fr", query: str = "state=all", **more: Any) -> TestResponse:
    """Open a text, type, save."""
    url = f"/translate/{tag}?{query}&key={key}"
    page = browser.get(url)
    assert page.status_code == 200
    return browser.post(url, {"form": text, "seen": seen(page), "action": "save", **more})


def test_a_translator_reaches_nothing_else(translator: Browser) -> None:
    home = translator.get("/")
    assert (home.status_code, home.headers["Location"]) == (303, "/translate/")
    page = translator.get("/translate/").text
    assert "/customer/" not in page.split("<main", 1)[0]
    for url in ("/customer/", "/customer/new", "/industry/", "/admin/style-guide", "/api/v1/customer"):
        assert translator.get(url).status_code in (401, 403), url
    assert "Languages of this installation" not in page
    assert translator.post("/translate/", {"action": "add", "tag": "pl"}).status_code == 403


@pytest.mark.parametrize("url", ["/translate/", "/translate/fr", "/translate/fr.po", "/translate/fr/import/x"])
def test_users_do_not_reach_the_workbench(app: Flask, installed: Database, url: str) -> None:
    assert signed_in(app, installed, "ulla", "user").get(url).status_code == 403
    assert Browser(app).get(url).status_code == 303, "please sign in first"


@pytest.mark.parametrize(
    "url", ["/translate/tlh", "/translate/en", "/translate/tlh.po", "/translate/fr?key=field.nothing", "/translate/fr/import/x"]
)
def test_what_is_not_there_is_not_found(translator: Browser, url: str) -> None:
    assert translator.get(url).status_code == 404


@pytest.mark.parametrize("query", ["state=nothing", "page=0", "page=x", "nothing=1"])
def test_an_unknown_parameter_is_told(translator: Browser, query: str) -> None:
    assert translator.get(f"/translate/fr?{query}").status_code == 400


def test_a_saved_translation_is_on_everybodys_next_page(app: Flask, installed: Database, translator: Browser) -> None:
    reader = signed_in(app, installed, "rita", "user")
    assert "存盘号" not in reader.get("/customer/new?lang=zh-Hans", follow_redirects=True).text
    answer = save(translator, "存盘号", tag="zh-Hans")
    assert answer.status_code == 303
    assert "存盘号" in reader.get("/customer/new").text


def test_a_sentence_of_the_program_is_translated_in_the_same_place(app: Flask, installed: Database, translator: Browser) -> None:
    page = translator.get("/translate/zh-Hans?state=all&q=取消&section=ui").text
    key = re.search(r"key=(ui\.[0-9a-f]+)[^>]*>\s*<span[^>]*></span><span[^>]*>[^<]*</span>\s*<span[^>]*>Cancel</span>", page)
    assert key is not None
    assert save(translator, "算了吧", key[1], "zh-Hans").status_code == 303
    assert "算了吧" in signed_in(app, installed, "rita", "user").get("/customer/new?lang=zh-Hans", follow_redirects=True).text


def test_saving_goes_on_to_the_next_text_of_the_list(translator: Browser) -> None:
    listed = re.findall(r'<a href="(/translate/fr\?[^"]*key=[^"]*)"', translator.get("/translate/fr?section=customer&state=missing").text)
    first, second = (re.sub("&amp;", "&", one) for one in listed[:2])
    page = translator.get(first)
    answer = translator.post(first, {"form": "Kunde", "seen": seen(page), "action": "save"})
    assert answer.headers["Location"] == second


STATES = {
    "saved": ({}, "translated"),
    "approved": ({"action": "approve"}, "approved"),
    "marked": ({"needs_editing": "true"}, "needs_editing"),
}


@pytest.mark.parametrize("case", STATES)
def test_a_translation_gets_a_state(translator: Browser, installed: Database, case: str) -> None:
    more, state = STATES[case]
    save(translator, "Kundennummer", **more)
    found = kept(installed)
    assert found is not None
    assert (found.text, found.state, found.origin) == ("Kundennummer", state, "own")


def test_a_wrong_translation_is_refused_and_stays_in_its_box(translator: Browser, installed: Database) -> None:
    answer = save(translator, "Nummer {0.__class__}")
    assert answer.status_code == 422
    assert "Nummer {0.__class__}" in answer.text
    assert "Nothing stands for {0.__class__} here." in answer.text
    assert kept(installed) is None


def test_a_warning_does_not_keep_it_from_being_saved(translator: Browser, installed: Database) -> None:
    assert save(translator, "Customer code").status_code == 303
    assert kept(installed) is not None


def test_two_translators_on_one_text_lose_nothing(app: Flask, installed: Database, translator: Browser) -> None:
    url = f"/translate/fr?key={CODE}&state=all"
    mark = seen(translator.get(url))
    other = signed_in(app, installed, "otto")
    save(other, "Kundencode")
    answer = translator.post(url, {"form": "Kundennummer", "seen": mark, "action": "save"})
    assert answer.status_code == 409
    assert "Otto saved it at" in answer.text
    assert "Kundencode" in answer.text
    assert "Kundennummer" in answer.text
    assert getattr(kept(installed), "text", "") == "Kundencode"
    again = translator.post(url, {"form": "Kundennummer", "seen": seen(answer), "action": "save"})
    assert again.status_code == 303
    assert getattr(kept(installed), "text", "") == "Kundennummer"
    with installed.reading() as conn:
        assert [one.after.text for one in label_store.history(conn, "fr", CODE) if one.after] == ["Kundennummer", "Kundencode"]


def test_two_who_write_the_same_do_not_quarrel(app: Flask, installed: Database, translator: Browser) -> None:
    url = f"/translate/fr?key={CODE}&state=all"
    mark = seen(translator.get(url))
    save(signed_in(app, installed, "otto"), "Kundencode")
    assert translator.post(url, {"form": "Kundencode", "seen": mark, "action": "save"}).status_code == 303


def test_a_changed_english_text_is_shown_word_by_word(translator: Browser, installed: Database) -> None:
    keep(installed, CODE, Kept("Alte Nummer", "Customer old number"))
    page = translator.get("/translate/fr?state=changed").text
    assert "<del>" in page
    assert "Alte Nummer" in page
    save(translator, "Alte Nummer")
    assert kept(installed) == Kept("Alte Nummer", "Customer code")


def test_plural_forms_have_a_box_each(translator: Browser) -> None:
    page = translator.get("/translate/ar?state=all&section=ui&q=%25(count)s record").text
    assert page.count('<textarea class="input" id="t-') == 6
    assert "for example 3, 4, 5, 6" in page


def test_the_card_is_drawn_in_the_language_with_the_text_outlined(translator: Browser, installed: Database) -> None:
    keep(installed, CODE, Kept("رمز <العميل>", "Customer code"), "ar")
    keep(installed, NAME, None, "ar")
    page = translator.get(f"/translate/ar?key={CODE}").text
    card = page.split('<div class="card-preview', 1)[1].split("</fieldset>", 1)[0]
    assert card.startswith(' card" tabindex="0" role="group" lang="ar" dir="rtl"')
    assert re.search(
        rf'<a class="preview-label" href="/translate/ar\?key={CODE}" aria-current="true" data-current>رمز &lt;العميل&gt;</a>', card
    )
    assert re.search(rf'href="/translate/ar\?key={NAME}" data-fallen title="[^"]*">Customer name</a>', card)
    assert not re.search("[\ue000-\ue003]", page)


def test_a_label_is_never_markup(app: Flask, installed: Database, translator: Browser) -> None:
    text = '"><script>alert(1)</script>'
    save(translator, text, tag="zh-Hans")
    for url in (f"/translate/zh-Hans?key={CODE}", f"/translate/fr?key={CODE}"):
        assert "<script>alert" not in translator.get(url).text
    assert "<script>alert" not in signed_in(app, installed, "rita", "user").get("/customer/new?lang=zh-Hans", follow_redirects=True).text


def test_checks_are_told_while_typing(translator: Browser) -> None:
    answer = translator.post("/translate/fr/check", {"key": CODE, "form": "{x}"})
    assert answer.json is not None
    assert [one["level"] for one in answer.json] == ["error"]
    assert translator.post("/translate/fr/check", {"key": "nothing", "form": "x"}).status_code == 404


def test_search_finds_a_text_by_any_of_its_languages(translator: Browser) -> None:
    for words in ("客户编码", "Customer code", CODE):
        assert f"key={CODE}" in translator.get(f"/translate/ar?q={words}").text, words


def test_a_row_is_found_by_its_new_name(app: Flask, installed: Database, translator: Browser) -> None:
    save(translator, "超级巨大", "row.company_size.large.name", "zh-Hans")
    assert "超级巨大" in signed_in(app, installed, "rita", "user").get("/company_size/?q=超级巨大&lang=zh-Hans", follow_redirects=True).text


# -- files ----------------------------------------------------------------------------------------------


def exported(browser: Browser, tag: str = "fr", query: str = "") -> polib.POFile:
    """The PO file that the workbench gives."""
    answer = browser.get(f"/translate/{tag}.po{query}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{tag}.po"'
    return polib.pofile(answer.text)


def uploaded(browser: Browser, content: bytes, name: str = "fr.po", tag: str = "fr") -> TestResponse:
    """Choose a file and look at it."""
    return browser.post(f"/translate/{tag}.po", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def filled(po: polib.POFile, **texts: str) -> bytes:
    """The file with some texts filled in."""
    for entry in po:
        if entry.msgctxt in texts or entry.msgid in texts:
            entry.msgstr = texts.get(entry.msgctxt or "") or texts[entry.msgid]
    return str(po).encode()


def test_a_translators_day(app: Flask, installed: Database, translator: Browser) -> None:
    """Download, fill in with two mistakes, be told, put them right in the workbench, and readers see it."""
    content = filled(
        exported(translator), **{CODE: "Kundennummer", NAME: "Firma {0}", "Welcome, %(name)s": "Willkommen", "Save": "Sichern"}
    )
    answer = uploaded(translator, content)
    assert answer.status_code == 303
    shown = translator.get(answer.headers["Location"]).text
    failing = shown.split('id="kind-failing"', 1)[1].split("</section>", 1)[0]
    assert failing.count("Put right") == 2
    assert "Nothing stands for {0} here." in failing
    assert "%(name)s is missing." in failing
    assert kept(installed) is None, "nothing changed so far"
    links = [re.sub("&amp;", "&", one) for one in re.findall(r'href="(/translate/fr\?key=field[^"]*upload=[^"]*)"', failing)]
    workbench = translator.get(links[0])
    assert "Firma {0}</textarea>" in workbench.text, "the mistake stands in its box, beside the card"
    assert save(translator, "Firma", NAME).status_code == 303
    taken = translator.post(answer.headers["Location"], {"mode": "fill", "action": "take"})
    assert taken.status_code == 303
    assert kept(installed) == Kept("Kundennummer", "Customer code")
    assert kept(installed, NAME) == Kept("Firma", "Customer name")
    administrator = Browser(app)
    administrator.sign_in("administrator")
    administrator.post("/translate/", {"action": "change", "tag": "fr", "live": "true", "threshold": "100", "fallbacks": ""})
    reader = signed_in(app, installed, "rita", "user")
    page = reader.get("/customer/new?lang=fr", follow_redirects=True).text
    assert '<html lang="fr"' in page
    for text in ("Kundennummer", "Firma", "Customer"):
        assert text in page


def test_a_file_can_be_undone_but_not_what_was_changed_since(installed: Database, translator: Browser) -> None:
    content = filled(exported(translator), **{CODE: "Kundennummer", NAME: "Firma"})
    translator.post(uploaded(translator, content).headers["Location"], {"mode": "fill", "action": "take"})
    save(translator, "Firmenname", NAME)
    batch = re.search(r'name="batch" value="([0-9a-f]+)"', translator.get("/translate/fr").text)
    assert batch is not None
    answer = translator.post("/translate/fr/undo", {"batch": batch[1]}, follow_redirects=True)
    assert "1 text is as it was before. 1 was changed again since and stays." in answer.text
    assert kept(installed) is None
    assert getattr(kept(installed, NAME), "text", "") == "Firmenname"
    assert translator.post("/translate/fr/undo", {"batch": batch[1]}).status_code == 400


def test_a_line_can_be_left_out_and_a_conflict_is_mine_only_when_i_say_so(installed: Database, translator: Browser) -> None:
    keep(installed, CODE, Kept("alt", "Customer code"))
    po = exported(translator)
    keep(installed, CODE, Kept("neu", "Customer code"))
    content = filled(po, **{CODE: "meins", NAME: "Firma", "field.customer.phone.label": "Telefon"})
    where = uploaded(translator, content).headers["Location"]
    page = translator.get(where).text
    assert "Changed here too, since the file was written" in page
    translator.post(where, {"mode": "overwrite", "action": "take", "without": NAME})
    assert getattr(kept(installed), "text", "") == "neu"
    assert kept(installed, NAME) is None
    assert getattr(kept(installed, "field.customer.phone.label"), "text", "") == "Telefon"
    where = uploaded(translator, content).headers["Location"]
    translator.post(where, {"mode": "fill", "action": "take", "taking": CODE, "without": NAME})
    assert getattr(kept(installed), "text", "") == "meins"


def test_a_file_thrown_away_changes_nothing(installed: Database, translator: Browser) -> None:
    where = uploaded(translator, filled(exported(translator), **{CODE: "Nummer"})).headers["Location"]
    assert translator.post(where, {"action": "drop"}).status_code == 303
    assert translator.get(where).status_code == 404
    assert kept(installed) is None


def test_somebody_elses_file_is_out_of_reach(app: Flask, installed: Database, translator: Browser) -> None:
    where = uploaded(translator, filled(exported(translator), **{CODE: "Nummer"})).headers["Location"]
    assert signed_in(app, installed, "otto").get(where).status_code == 404


@pytest.mark.parametrize("content", [b"", b"nonsense\n", "msgid 'x'\n名".encode("gb18030")], ids=["empty", "nonsense", "another encoding"])
def test_a_hostile_file_is_refused_with_its_line(translator: Browser, content: bytes) -> None:
    answer = uploaded(translator, content)
    assert answer.status_code == 422
    assert re.search(r"Line \d+:", answer.text)
    assert "Nothing was changed." in answer.text


def test_only_what_the_list_shows_can_be_downloaded(translator: Browser, installed: Database) -> None:
    keep(installed, CODE, Kept("Nummer", "Customer code"))
    assert [entry.msgctxt for entry in exported(translator, query="?state=translated")] == [CODE]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_sheets_go_out_and_come_back(translator: Browser, installed: Database, kind: str) -> None:
    keep(installed, CODE, Kept("Nummer", "Customer code"))
    content = translator.get(f"/translate/fr.{kind}").data
    keep(installed, CODE, Kept("Nr.", "Customer code"))
    page = translator.get(uploaded(translator, content, f"x.{kind}").headers["Location"]).text
    assert "1 line was changed only here since; it stays." in page


# -- languages ------------------------------------------------------------------------------------------


def test_a_new_language_switches_the_whole_page(app: Flask, installed: Database, browser: Browser) -> None:
    assert browser.post("/translate/", {"action": "add", "tag": "ur"}).status_code == 303
    assert "اردو" in browser.get("/translate/").text
    page = browser.get("/customer/new?lang=ur", follow_redirects=True).text
    assert '<html lang="ur" dir="rtl"' in page, "who works on languages may look at one that is not live"
    reader = signed_in(app, installed, "rita", "user")
    assert '<html lang="en"' in reader.get("/customer/new?lang=ur", follow_redirects=True).text
    browser.post("/translate/", {"action": "change", "tag": "ur", "live": "true", "threshold": "50", "fallbacks": "zh-Hans"})
    page = reader.get("/customer/new?lang=ur", follow_redirects=True).text
    assert '<html lang="ur" dir="rtl"' in page
    assert "客户编码" in page, "the fallback of this installation"


@pytest.mark.parametrize(("tag", "told"), [("klingon", "is no language that can be added"), ("de", "is there already")])
def test_a_language_that_cannot_be_added_is_told(browser: Browser, tag: str, told: str) -> None:
    answer = browser.post("/translate/", {"action": "add", "tag": tag})
    assert answer.status_code == 422
    assert told in answer.text


def test_a_language_goes_live_by_itself_at_its_coverage(installed: Database, browser: Browser) -> None:
    browser.post("/translate/", {"action": "add", "tag": "fr"})
    browser.post("/translate/", {"action": "change", "tag": "fr", "threshold": "1", "fallbacks": "zh-Hans"})
    po = exported(browser, "fr")
    for entry in po[:30]:
        entry.msgstr = "字" if "%(" not in entry.msgid else ""
    where = uploaded(browser, str(po).encode(), "x.po", "fr").headers["Location"]
    answer = browser.post(where, {"mode": "fill", "action": "take"}, follow_redirects=True)
    assert "Readers may choose Français from now on." in answer.text
    assert 'value="fr"' in browser.get("/").text


@pytest.mark.parametrize("tag", ["qps-ploc", "qps-plocm", "qps-x-keys"])
def test_pseudo_languages_speak_labels_and_sentences(browser: Browser, tag: str) -> None:
    page = browser.get(f"/customer/new?lang={tag}", follow_redirects=True).text
    label = {"qps-x-keys": "⟦field.customer.code.label⟧"}.get(tag, "⟦Çúštómér çódé")
    assert label in page
    assert "⟦" in page.split("<main", 1)[0]


def test_what_is_written_in_a_pseudo_language_is_kept_as_it_is(browser: Browser, installed: Database) -> None:
    """A row's name typed while looking at a pseudo-language is no translation into it."""
    browser.get("/company_size/?lang=qps-ploc", follow_redirects=True)
    with installed.reading() as conn:
        assert label_store.read(conn, "qps-ploc") == {}
    answer = browser.fill("/company_size/1/edit", {"name": "Tiny"})
    assert answer.status_code == 303
    with installed.reading() as conn:
        assert label_store.read(conn, "qps-ploc") == {}
