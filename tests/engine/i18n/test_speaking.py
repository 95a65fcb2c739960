"""Languages: which one a reader gets, and how sentences are spoken in it."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import polib
import pytest

from engine import i18n, rules
from engine.i18n import LANGUAGES, PSEUDO, Translator
from engine.messages import M_, MN_, Message
from tests.databases import LOCALES

NEGOTIATED: dict[str, tuple[list[str], str]] = {
    "English": (["en"], "en"),
    "English of a country": (["en-GB"], "en"),
    "English with an underscore is no tag": (["en_GB", "en"], "en"),
    "Chinese": (["zh"], "zh-Hans"),
    "Chinese of China": (["zh-CN"], "zh-Hans"),
    "Chinese of Singapore": (["zh-SG"], "zh-Hans"),
    "simplified Chinese": (["zh-Hans"], "zh-Hans"),
    "simplified Chinese of Hong Kong": (["zh-Hans-HK"], "zh-Hans"),
    "traditional Chinese is read better than English": (["zh-TW", "en"], "zh-Hans"),
    "the first that we speak": (["de", "fr-CA", "en-US", "zh"], "en"),
    "the mirrored language, when it is asked for": ([PSEUDO], PSEUDO),
    "other capitals": (["ZH-cn"], "zh-Hans"),
    "none that we speak": (["de", "ja"], "zh-Hans"),
    "nothing": ([], "zh-Hans"),
    "an empty tag": (["", "en"], "en"),
    "any": (["*", "en"], "en"),
    "nonsense": (["not a language", "x" * 1000, "en-US-x-private", "../../etc", "\x00"], "zh-Hans"),
}


@pytest.mark.parametrize("case", NEGOTIATED)
def test_a_reader_gets_the_first_language_that_we_speak(case: str) -> None:
    preferences, tag = NEGOTIATED[case]
    assert i18n.negotiate(preferences).tag == tag


def test_another_default() -> None:
    assert i18n.negotiate(["de"], default="en").tag == "en"


def test_languages_by_tag() -> None:
    assert {tag: i18n.language(tag) for tag in LANGUAGES} == dict(LANGUAGES)
    assert i18n.language("de") is None
    assert i18n.language(None) is None
    mirrored = i18n.language(PSEUDO)
    assert mirrored is not None
    assert mirrored.direction == "rtl"


ENGLISH = Translator(LANGUAGES["en"], gettext.NullTranslations())
MIRRORED = i18n.translator(LOCALES, PSEUDO)
FILE, FILES = "%(n)s file of %(name)s", "%(n)s files of %(name)s"

SPOKEN: dict[str, tuple[Message, str]] = {
    "plain": (M_("Save"), "Save"),
    "with a value": (M_("Hello %(name)s", name="李"), "Hello 李"),
    "with a value called text": (M_("“%(text)s” is not a number.", text="x"), "“x” is not a number."),
    "with values called like the function's own": (M_("%(self)s %(message)s %(n)s", self=1, message=2, n=3), "1 2 3"),
    "with a sentence as a value": (M_("Because: %(why)s", why=M_("it is %(how)s", how="so")), "Because: it is so"),
    "with a percent sign and no values": (M_("100% sure"), "100% sure"),
    "a value that looks like a template": (M_("Hello %(name)s", name="%(x)s {0.__class__} {{7*7}}"), "Hello %(x)s {0.__class__} {{7*7}}"),
    "one": (MN_(FILE, FILES, 1, name="A"), "1 file of A"),
    "several": (MN_(FILE, FILES, 5, name="A"), "5 files of A"),
    "none": (MN_(FILE, FILES, 0, name="A"), "0 files of A"),
    "counted with values called like the function's own": (MN_("%(n)s %(one)s", "%(n)s %(many)s", 2, one="a", many="b", text="c"), "2 b"),
    "empty": (M_(""), ""),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_a_message_is_spoken(case: str) -> None:
    message, text = SPOKEN[case]
    assert ENGLISH.say(message) == text
    if not any(isinstance(value, Message) for value in message.params.values()):
        assert str(message) == text


def test_more_values_are_added_when_it_is_spoken() -> None:
    assert ENGLISH.say(Message("“%(label)s” must be at most %(limit)s.", {"limit": 5}), label="Age") == "“Age” must be at most 5."


def test_a_sentence_may_have_values_of_any_name() -> None:
    assert ENGLISH.say(M_("%(message)s %(self)s"), message="a", self="b") == "a b"
    assert ENGLISH.text("%(text)s %(self)s", text="a", self="b") == "a b"
    assert ENGLISH.count("%(one)s", "%(many)s", 2, one="a", many="b") == "b"


def test_the_mirrored_language_keeps_values_as_they_are() -> None:
    assert MIRRORED.say(M_("Save %(name)s and go", name="name")) == "⟦Šávé name áñd gó⟧"
    assert MIRRORED.say(MN_(FILE, FILES, 2, name="A")) == "⟦2 fíléš óf A⟧"
    assert MIRRORED.text("") == ""


def a_folder(folder: Path, **entries: str) -> Path:
    """A folder of catalogs with one Chinese file."""
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=1; plural=0;", "Language": "zh_Hans"}
    for msgid, msgstr in entries.items():
        po.append(polib.POEntry(msgid=msgid, msgstr=msgstr))
    po.append(polib.POEntry(msgid=FILE, msgid_plural=FILES, msgstr_plural={0: "%(name)s的%(n)s个文件"}))
    place = folder / "zh_Hans" / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    po.save(str(place / "ui.po"))
    return folder


def test_a_translation_is_read_from_the_po_file(tmp_path: Path) -> None:
    chinese = i18n.translator(a_folder(tmp_path, Save="保存"), "zh-Hans")
    assert chinese.text("Save") == "保存"
    assert chinese.text("Cancel") == "Cancel"
    assert chinese.say(MN_(FILE, FILES, 1, name="甲")) == "甲的1个文件"
    assert chinese.say(MN_(FILE, FILES, 2, name="甲")) == "甲的2个文件"
    assert chinese.text("") == ""


def test_a_compiled_catalog_is_used_unless_the_po_file_is_newer(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, Save="新")
    place = folder / "zh_Hans" / "LC_MESSAGES"
    old = polib.pofile(str(place / "ui.po"))
    old[0].msgstr = "旧"
    old.save_as_mofile(str(place / "ui.mo"))
    for age, text in ((-10, "新"), (10, "旧")):
        stamp = (place / "ui.po").stat().st_mtime + age
        os.utime(place / "ui.mo", (stamp, stamp))
        i18n.translator.cache_clear()
        assert i18n.translator(folder, "zh-Hans").text("Save") == text


def test_a_language_without_a_file_speaks_the_source(tmp_path: Path) -> None:
    assert i18n.translator(tmp_path, "zh-Hans").text("Save") == "Save"
    assert i18n.translator(tmp_path, "nonsense").language.tag == "en"


def test_the_shipped_chinese_speaks_the_engines_sentences() -> None:
    chinese = i18n.translator(LOCALES, "zh-Hans")
    values = {"label": "名称", "limit": 5, "length": 6, "whole": 8, "places": 2}
    for code, message in rules.SENTENCES.items():
        told = chinese.say(message, **values)
        assert "名称" in told
        assert told != message.text % values, f"{code} is not translated"


def test_a_readers_region() -> None:
    found = i18n.region(LANGUAGES["zh-Hans"], "Asia/Shanghai")
    assert (found.timezone, str(found.locale)) == (ZoneInfo("Asia/Shanghai"), "zh_Hans_CN")
    assert i18n.region(LANGUAGES["en"], None).timezone == ZoneInfo("UTC")
