"""Plural forms: as CLDR counts, under headers that PO editors know."""

from __future__ import annotations

import gettext

import pytest

from engine.i18n.language import all_tags, describe
from engine.i18n.plurals import BadPluralForms, mapping, plurals

CATEGORIES = {
    "zh-Hans": ("other",),
    "ja": ("other",),
    "en": ("one", "other"),
    "de": ("one", "other"),
    "fr": ("one", "other"),
    "pl": ("one", "few", "many"),
    "ru": ("one", "few", "many"),
    "sl": ("one", "two", "few", "other"),
    "ar": ("zero", "one", "two", "few", "other", "many"),
    "cy": ("zero", "one", "two", "few", "many", "other"),
}


@pytest.mark.parametrize("tag", CATEGORIES)
def test_a_language_has_the_forms_of_cldr(tag: str) -> None:
    assert plurals(tag).categories == CATEGORIES[tag]


def test_every_number_takes_the_form_that_cldr_says() -> None:
    """Of all languages; Breton's rule needs more than a PO header can say, and counts like English."""
    wrong = set()
    for tag in (one for one in all_tags() if "-" not in one and one != "br"):
        told, found = plurals(tag), describe(tag)
        assert found is not None
        index = gettext.c2py(told.expression)
        wrong |= {tag for number in range(301) if told.categories[index(number)] != found.locale.plural_form(number)}
    assert wrong == set()


def test_samples_take_their_form() -> None:
    told = plurals("ar")
    for place, numbers in enumerate(told.samples):
        assert {told.index(number) for number in numbers} == {place}


def test_forms_of_another_order_are_put_in_ours() -> None:
    cldr = "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;"
    assert mapping(cldr, plurals("ar")) == (0, 1, 2, 3, 5, 4)
    assert mapping(plurals("pl").header, plurals("pl")) == (0, 1, 2)
    assert mapping("nplurals=2; plural=n != 1", plurals("zh-Hans")) == (1,)


@pytest.mark.parametrize(
    "header",
    [
        "", "nplurals=2", "nplurals=0; plural=0;", "nplurals=99; plural=0;", "nplurals=2; plural=n;", "nplurals=2; plural=n/0;",
        "nplurals=2; plural=__import__('os');", "nplurals=1; plural=n?1:0;", f"nplurals=2; plural={'(' * 500}n{')' * 500};", "nplurals=2; plural=n !=;",
    ],
)  # fmt: skip
def test_a_broken_header_is_refused(header: str) -> None:
    with pytest.raises(BadPluralForms):
        mapping(header, plurals("de"))
