"""Folding: texts that a person takes to be the same have one spelling."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metadata.folding import fold

SAME: dict[str, tuple[str, str]] = {
    "capitals": ("ACME Ltd", "acme ltd"),
    "width of letters": ("ＡＣＭＥ　Ｌｔｄ", "acme ltd"),
    "width of digits": ("１２３", "123"),
    "half-width kana": ("ﾊﾟｿｺﾝ", "パソコン"),
    "accents": ("Crème Brûlée", "creme brulee"),
    "accents that stand apart": ("Cre\u0300me", "creme"),
    "umlaut": ("Müller", "muller"),
    "sharp s": ("Straße", "STRASSE"),
    "capital sharp s": ("STRAẞE", "strasse"),
    "Polish l": ("Łódź", "lodz"),
    "Danish letters": ("Ærø", "aero"),
    "Turkish i with and without dot": ("İstanbul Ilıca", "istanbul ilica"),
    "Vietnamese": ("Đà Nẵng", "da nang"),
    "ligature": ("ﬁnance", "finance"),
    "Greek capitals": ("ΑΘΉΝΑ", "αθηνα"),
    "final sigma": ("ΟΔΟΣ", "οδος"),
    "Arabic vowel signs": ("مُحَمَّد", "محمد"),
    "right-to-left marks": ("\u200fabc\u202b", "abc"),
    "zero-width characters": ("宏\u200b远\ufeff", "宏远"),
    "soft hyphen": ("Donau\u00adschiff", "donauschiff"),
    "white space of all kinds": ("a \t\n b\u3000c\u00a0d", "a b c d"),
    "white space around": ("  a  ", "a"),
    "circled number": ("①", "1"),
    "square unit": ("㎡", "m2"),
    "control characters": ("a\x01b", "ab"),
}
OTHER: dict[str, tuple[str, str]] = {
    "voicing of kana": ("が", "か"),
    "voicing of half-width kana": ("ﾊﾞ", "ﾊ"),
    "Chinese characters": ("宏远", "宏达"),
    "traditional and simplified": ("遠", "远"),
    "emoji": ("🍜", "🍣"),
    "percent and underscore": ("50%", "50_"),
    "Cyrillic and Latin": ("а", "a"),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_to_a_person(case: str) -> None:
    one, other = SAME[case]
    assert fold(one) == fold(other)


@pytest.mark.parametrize("case", OTHER)
def test_different_to_a_person(case: str) -> None:
    one, other = OTHER[case]
    assert fold(one) != fold(other)


TEXTS = st.text() | st.text(st.characters(max_codepoint=0x3FF)) | st.text(st.sampled_from("aÄß łİıΣςᾳがｶﾞ\u0345\u0301\u200d\u3099゛¨ﬃ㎢Ǆ"))


@given(TEXTS)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_a_folded_text_is_one_tidy_line(text: str) -> None:
    found = fold(text)
    assert found == " ".join(found.split())
    assert found.isprintable() or not found.isascii()


@given(TEXTS.filter(lambda text: "\u0345" not in unicodedata.normalize("NFKD", text)))  # a Greek mark whose capital is a letter
def test_capitals_never_matter(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


@given(TEXTS, TEXTS)
def test_a_part_of_a_text_is_found_by_words(first: str, second: str) -> None:
    """Words are looked for one by one, so folding may not depend on what stands beside a word."""
    assert all(word in fold(f"{first} {second}") for word in fold(first).split())
