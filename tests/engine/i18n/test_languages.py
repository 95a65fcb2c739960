"""Languages as data of an installation: which there are, who may choose them, what is spoken in them."""

from __future__ import annotations

import pytest

from engine.i18n import languages
from engine.i18n.language import ACCENTED, KEYS, SHIPPED, all_tags, describe, standard_tag, usual_fallbacks
from engine.i18n.languages import BadLanguage, LanguageStore, sentence_key
from engine.i18n.pseudo import pseudo
from engine.messages import MN_
from engine.metadata import label_store
from engine.metadata.database import Database
from engine.metadata.label_store import FORM_MARK, Kept
from tests.databases import LOCALES


def test_an_installation_begins_with_the_shipped_languages(shared_database: Database) -> None:
    with shared_database.reading() as conn:
        found = languages.load(conn, 1)
    assert list(found.all) == ["zh-Hans", "en", "zh-Hant", "ar", "de"]
    assert list(found.live) == ["zh-Hans", "en"]
    assert found.all["zh-Hant"].chain == ("zh-Hant", "zh-Hans")
    assert found.all["ar"].direction == "rtl"


def test_any_language_of_cldr_can_be_added(installed: Database) -> None:
    with installed.writing() as conn:
        assert languages.add(conn, "PT_br").tag == "pt-BR"
        assert languages.add(conn, "ur").direction == "rtl"
        found = languages.load(conn, 1)
    assert list(found.all)[-2:] == ["pt-BR", "ur"]
    assert not found.all["ur"].live


@pytest.mark.parametrize("typed", ["", "xx", "klingon", "zh-Hans", "../etc", "de\x00"])
def test_what_is_no_new_language_is_refused(installed: Database, typed: str) -> None:
    with installed.writing() as conn, pytest.raises(BadLanguage):
        languages.add(conn, typed)


def test_going_live_and_the_fallbacks_are_data(installed: Database) -> None:
    with installed.writing() as conn:
        languages.change(conn, languages.load(conn, 1), "zh-Hant", live=True, threshold=60, fallbacks=["zh-Hans", "de"])
        found = languages.load(conn, 2)
    assert found.negotiate(["zh-TW"], "en").tag == "zh-Hant"
    assert found.negotiate(["zh-CN"], "en").tag == "zh-Hans"
    assert found.all["zh-Hant"].chain == ("zh-Hant", "zh-Hans", "de")
    assert found.all["zh-Hant"].threshold == 60


def test_a_language_that_is_not_live_is_nobodys_preference(shared_database: Database) -> None:
    with shared_database.reading() as conn:
        found = languages.load(conn, 1)
    assert found.negotiate(["zh-TW", "en"], "en").tag == "zh-Hans"
    assert found.negotiate(["ar"], "en").tag == "en"
    assert "ar" in {one.tag for one in found.choosable(everything=True)}
    assert "ar" not in {one.tag for one in found.choosable(everything=False)}


@pytest.mark.parametrize(("tag", "told"), [("en", {"live": False}), ("de", {"threshold": 101}), ("de", {"fallbacks": ["de"]}), ("tlh", {})])
def test_what_cannot_be_decided_is_refused(installed: Database, tag: str, told: dict[str, object]) -> None:
    values = {"live": True, "threshold": 100, "fallbacks": [], **told}
    with installed.writing() as conn, pytest.raises(BadLanguage):
        languages.change(conn, languages.load(conn, 1), tag, **values)  # type: ignore[arg-type]


def test_only_what_an_installation_added_can_be_removed(installed: Database) -> None:
    with installed.writing() as conn:
        languages.add(conn, "fr")
        languages.change(conn, languages.load(conn, 1), "de", live=False, threshold=100, fallbacks=["fr"])
        languages.remove(conn, languages.load(conn, 1), "fr")
        found = languages.load(conn, 1)
        assert "fr" not in found.all
        assert found.all["de"].chain == ("de",)
        with pytest.raises(BadLanguage):
            languages.remove(conn, found, "de")


def test_an_installation_says_sentences_in_its_own_words(installed: Database) -> None:
    """Readers of a language that nobody has translated hear them too, along the chain, and each plural form in its place."""
    one, many = "%(count)s record", "%(count)s records"
    forms = FORM_MARK.join(("zero", "one", "two", "few", "many", "other"))
    store = LanguageStore()
    with installed.writing() as conn:
        before = store.current(conn, 1)
        german = before.speaker(LOCALES, before.all["de"])
        languages.add(conn, "fr")
        languages.change(conn, languages.load(conn, 1), "fr", live=True, threshold=100, fallbacks=["zh-Hans"])
        label_store.write(conn, "zh-Hans", {sentence_key("Save"): Kept("存起来", "Save")}, "edit")
        label_store.write(conn, "zh-Hans", {sentence_key("Cancel"): Kept("不对", "Cancel", "needs_editing")}, "edit")
        label_store.write(conn, "ar", {sentence_key(one): Kept(forms, f"{one}{FORM_MARK}{many}")}, "edit")
        found = store.current(conn, 2)
    say = {tag: found.speaker(LOCALES, language) for tag, language in found.all.items()}
    assert say["zh-Hans"].text("Save") == say["fr"].text("Save") == "存起来"
    assert say["zh-Hans"].text("Cancel") == "取消"
    assert [say["ar"].say(MN_(one, many, n)) for n in (0, 1, 2, 3, 11, 100)] == ["zero", "one", "two", "few", "many", "other"]
    assert say["en"].text("Save") == "Save"
    assert say["zh-Hant"].text("Save") == "儲存", "shipped in its own script"
    assert say["de"] is german, "what is drawn in a language without a change stays good"


def test_a_sentence_kept_beside_the_english_of_another_is_never_said(installed: Database) -> None:
    """Its values were checked against those of its key."""
    kept = Kept("50 % %d", "Welcome, %(name)s", "translated")
    with installed.writing() as conn:
        label_store.write(conn, "de", {sentence_key("Save"): kept}, "import")
        found = languages.load(conn, 2)
    spoken = found.speaker(LOCALES, found.all["de"])
    assert spoken.text("Welcome, %(name)s", name="Rita") == "Willkommen, Rita"


def test_a_sentence_made_for_other_values_gives_way_to_the_english(installed: Database) -> None:
    """An upgrade may change the values of a plural form, and an installation's own text is still the old one."""
    kept = Kept(FORM_MARK.join(["eins", "%(gone)s Sachen"]), FORM_MARK.join(["One thing", "%(gone)s things"]))
    with installed.writing() as conn:
        label_store.write(conn, "de", {sentence_key("One thing"): kept}, "edit")
        found = languages.load(conn, 2)
    spoken = found.speaker(LOCALES, found.all["de"])
    assert [spoken.count("One thing", "%(count)s things", n, count=n) for n in (1, 2)] == ["eins", "2 things"]


def test_a_language_without_a_name_of_its_own_is_called_in_english() -> None:
    found = describe("mn-Mong")
    assert found is not None
    assert found.name == all_tags()["mn-Mong"] == "Mongolian (Mongolian)"


def test_tags_are_matched_as_cldr_writes_them() -> None:
    assert standard_tag("ZH_hant") == "zh-Hant"
    assert standard_tag("nothing") is None
    assert len(all_tags()) > 500
    assert usual_fallbacks("zh-Hant-HK") == ("zh-Hant", "zh-Hans")
    assert usual_fallbacks("pt-BR") == ("pt",)


def test_pseudo_languages_keep_values_in_their_places() -> None:
    told = pseudo(ACCENTED, "Save %(name)s", "x")
    assert "%(name)s" in told
    assert len(told) >= 1.4 * len("Save ") + len("%(name)s")
    assert pseudo(KEYS, "Name", "field.customer.name.label") == "⟦field.customer.name.label⟧"


def test_what_is_told_of_shipped_languages_is_what_cldr_says() -> None:
    for tag, language in SHIPPED.items():
        assert language.direction == language.locale.text_direction, tag
    assert [one.name for one in SHIPPED.values()] == ["简体中文", "English", "繁體中文", "العربية", "Deutsch"]
    assert str(SHIPPED["ar"].locale.get_display_name()) == "العربية"
