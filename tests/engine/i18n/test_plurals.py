"""Plural forms: as CLDR counts, under headers that PO editors know."""

from __future__ import annotations

import gettext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.i18n.language import all_tags, describe
from engine.i18n.plurals import ORDER, BadPluralForms, mapping, plurals

CATEGORIES = {
    "zh-Hans": ("other",),
    "ja": ("other",),
    "en": ("one", "other"),
    "de": ("one", "other"),
    "fr": ("one", "other"),
    "pl": ("one", "few", "many"),
    "ru": ("one", "few", "many"),
    "sl": ("one", "two", "few", "other"),
    "ar": ("zero", "one", "two", "few", "many", "other"),
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


def test_the_forms_of_every_language_stand_as_cldr_orders_them() -> None:
    wrong = [tag for tag in all_tags() if list(plurals(tag).categories) != sorted(plurals(tag).categories, key=ORDER.index)]
    assert wrong == []


ARABIC = {
    "gettext": ("n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5", (0, 1, 2, 3, 4, 5)),
    "Babel": ("(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=0 && n%100<=2 ? 4 : 5)", (0, 1, 2, 3, 5, 4)),
    "Qt": ("(n==1 ? 0 : n==2 ? 1 : n%100>=3 && n%100<=10 ? 2 : n%100>=11 ? 3 : n==0 ? 4 : 5)", (4, 0, 1, 2, 3, 5)),
    "like English": ("n != 1", (1, 0, 1, 1, 1, 1)),
}


@pytest.mark.parametrize("whose", ARABIC)
def test_a_file_is_read_by_its_own_formula(whose: str) -> None:
    expression, places = ARABIC[whose]
    assert mapping(f"nplurals={max(places) + 1}; plural={expression};", plurals("ar")) == places


@given(st.data())
def test_whatever_the_order_of_a_file_each_number_gets_its_form(data: st.DataObject) -> None:
    """A header with the forms of a language in any order: what it says for a number is what we say for it afterwards."""
    told = plurals(data.draw(st.sampled_from(["ar", "pl", "ru", "sl", "cy", "ga", "mt", "de", "zh-Hans"])))
    order = data.draw(st.permutations(range(len(told.categories))))
    steps = "".join(f"({told.expression})=={ours} ? {theirs} : " for ours, theirs in enumerate(order[:-1]))
    header = f"nplurals={len(order)}; plural={steps}{order[-1]};"
    theirs = {place: f"form {place}" for place in range(len(order))}
    ours = [theirs[place] for place in mapping(header, told)]
    formula = gettext.c2py(header.partition("plural=")[2].rstrip(";"))
    for number in data.draw(st.lists(st.integers(0, 10_000), min_size=20)):
        assert ours[told.index(number)] == theirs[formula(number)]


def test_forms_of_another_order_are_put_in_ours() -> None:
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
