"""The workbench as a translator uses it: nothing else within reach, saved on everybody's next page, nothing lost."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from engine.metadata import label_store
from engine.metadata.database import Database
from engine.metadata.label_store import Kept
from tests.web.conftest import Browser
from tests.web.translators import CODE, NAME, keep, kept, save, seen, signed_in


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


def test_a_translator_is_told_of_an_english_text_that_was_changed_meanwhile(installed: Database, translator: Browser) -> None:
    """Else a translation of the old text would stand as one of the new."""
    url = f"/translate/fr?key={CODE}&state=all"
    mark = seen(translator.get(url))
    keep(installed, CODE, Kept("Account number", "Customer code"), "en")
    answer = translator.post(url, {"form": "Code client", "seen": mark, "action": "save"})
    assert answer.status_code == 409
    assert "The English was changed while you translated" in answer.text
    assert "Account number" in answer.text
    assert "Code client</textarea>" in answer.text
    assert kept(installed) is None
    assert translator.post(url, {"form": "Numéro", "seen": seen(answer), "action": "save"}).status_code == 303
    assert kept(installed) == Kept("Numéro", "Account number")


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


def test_an_earlier_version_is_put_back(translator: Browser, installed: Database) -> None:
    save(translator, "Nummer")
    save(translator, "Kennzeichen")
    page = translator.get(f"/translate/fr?state=all&key={CODE}")
    former = re.search(r'name="seen" value="([^"]*)"><input type="hidden" name="form" value="(Nummer)">', page.text)
    assert former is not None
    translator.post(f"/translate/fr?state=all&key={CODE}", {"form": former[2], "seen": former[1], "action": "save"})
    assert getattr(kept(installed), "text", "") == "Nummer"


def test_what_the_program_ships_is_taken_again(translator: Browser, installed: Database) -> None:
    save(translator, "Kennzahl", tag="de")
    page = translator.get(f"/translate/de?state=all&key={CODE}")
    assert "The program ships with:" in page.text
    assert "Kundennummer" in page.text
    translator.post(f"/translate/de?state=all&key={CODE}", {"seen": seen(page), "action": "shipped"})
    found = kept(installed, tag="de")
    assert found is not None
    assert (found.text, found.origin) == ("Kundennummer", "shipped")
