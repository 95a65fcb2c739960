"""The order of words: as CLDR has it in the reader's language. The expected orders were asked of ICU 78 (CLDR 48)."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.i18n import sorting
from engine.i18n.collation import MOVED
from engine.i18n.language import all_tags, describe

ORDERS = {
    "zh-Hans": ["10", "2", "阿里", "安徽", "北京", "重庆", "广州", "马", "上海", "沈阳", "王", "张", "长沙", "中", "重", "Abc", "zebra"],
    "zh-Hant": ["10", "2", "一", "丁", "刀", "三", "王", "北", "長", "馬", "張", "電", "廣", "Abc", "zebra"],
    "de": ["Ähre", "apfel", "Apfel", "Äpfel", "Oel", "Ofen", "öffnen", "Ohr", "Straße", "Strassen", "Zebra"],
    "sv": ["Adam", "ved", "vit", "Wide", "Zebra", "Åsa", "Ärla", "Örn"],
    "da": ["Zebra", "Æble", "Ørsted", "Aalborg", "Århus"],
    "es": ["nube", "nylon", "ñandú", "oso"],
    "cs": ["cukr", "čaj", "hora", "chata", "iris"],
    "pl": ["lis", "łata", "mak", "zupa", "źrebak", "żaba"],
    "tr": ["hırs", "ılık", "iyi", "ördek", "pul"],
    "ar": ["آسيا", "أحمد", "إسبانيا", "بيروت", "تونس", "دبي", "عمان", "مصر", "يافا", "Abc"],
    "fa": ["آب", "باران", "پدر", "تهران", "چای", "ژاله", "کرمان", "گل", "وحید", "هند", "یزد"],
    "ru": ["ёж", "Ель", "иду", "йод", "Яна", "Abc"],
    "uk": ["гора", "ґанок", "дім", "їжак", "йод"],
    "en": ["(a)", "10", "2", "aeon", "æon", "azure", "co-op", "coop", "resume", "Resume", "résumé", "résumés", "Ωmega", "яблоко", "中"],
    "ja": ["あい", "アイ", "あお", "がく", "かけ", "漢"],
    "ko": ["가", "나무", "한글", "abc"],
    "vi": ["an", "ăn", "ấm", "da", "đa", "mo", "mô", "mơ"],
}  # fmt: skip


@pytest.mark.parametrize("tag", ORDERS)
def test_words_stand_as_the_language_sorts_them(tag: str) -> None:
    mixed = list(ORDERS[tag])
    random.Random(5).shuffle(mixed)
    assert sorted(mixed, key=sorting(tag)) == ORDERS[tag]


def test_the_same_words_stand_otherwise_in_another_language() -> None:
    words = ["Zebra", "Örn", "Åsa", "Adam"]
    assert sorted(words, key=sorting("de")) == ["Adam", "Åsa", "Örn", "Zebra"]
    assert sorted(words, key=sorting("sv")) == ["Adam", "Zebra", "Åsa", "Örn"]
    assert sorted(["北", "二", "丁"], key=sorting("zh-Hans")) == ["北", "丁", "二"]  # běi dīng èr
    assert sorted(["北", "二", "丁"], key=sorting("zh-Hant")) == ["丁", "二", "北"]  # 2, 2 and 5 strokes


def test_a_country_or_a_pseudo_language_changes_nothing() -> None:
    words = ["b", "Ä", "北", "a", "阿"]
    assert sorted(words, key=sorting("zh-SG")) == sorted(words, key=sorting("zh-Hans"))
    assert sorted(words, key=sorting("zh-TW")) == sorted(words, key=sorting("zh-Hant"))
    assert sorted(words, key=sorting("qps-plocm")) == sorted(words, key=sorting("en"))


def test_every_language_has_an_order() -> None:
    words = ["b", "Ä", "北", "a", "阿", "ǆ", "𝔘", "\U0001f600", "", "\u0301"]
    for tag in {one.partition("-")[0] for one in all_tags()}:
        assert len(set(map(sorting(tag), words))) == len(words), tag


@pytest.mark.parametrize("tag", [*ORDERS, "sr-Latn", *MOVED])
def test_what_a_language_has_moved_is_a_letter_there_and_follows_what_it_should(tag: str) -> None:
    assert describe(tag) is not None
    key = sorting(tag)
    for chain in MOVED.get(tag, "").split():
        letters = chain.replace("=", "<").split("<")
        keys = [key(letter) for letter in letters]
        assert keys == sorted(keys), chain


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["zh-Hans", "zh-Hant", "de", "sv", "ar", "en", "ja", "tr", "vi"]))
def test_the_order_is_total_and_knows_no_spelling(one: str, other: str, tag: str) -> None:
    """Any text has its place; how a letter is put together, with one code or with two, changes nothing but the last resort."""
    key = sorting(tag)
    assert (key(one) == key(other)) == (" ".join(one.split()) == " ".join(other.split()))
    assert key(unicodedata.normalize("NFD", one))[:2] == key(unicodedata.normalize("NFC", one))[:2]
