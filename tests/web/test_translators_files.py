"""Files of translations in the browser, and the languages of an installation."""

from __future__ import annotations

import io
import re

import polib
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.metadata import label_store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept
from tests.web.conftest import Browser
from tests.web.translators import CODE, NAME, keep, kept, save, signed_in


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


def test_names_that_no_database_holds_break_nothing(installed: Database, translator: Browser) -> None:
    where = uploaded(translator, filled(exported(translator), **{CODE: "Kundennummer"}), "a\x00b.po").headers["Location"]
    assert translator.get(where).status_code == 200
    assert translator.get("/translate/fr/import/%00").status_code == 404
    assert translator.get(f"/translate/fr?key={CODE}&upload=%00").status_code == 404
    assert translator.post("/translate/fr/undo", {"batch": "\x00"}).status_code < 500


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
