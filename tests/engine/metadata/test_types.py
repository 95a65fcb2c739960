"""Field types (3.4): what a person types becomes a value, is shown, edited again, and goes through JSON unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import babel
import pytest

from engine.metadata.model import Json
from engine.metadata.types import TYPES, Invalid, Region
from tests.engine.making import CHINESE, ENGLISH

CHOICES = {"choices": [{"value": "red", "label": "Red"}, {"value": "blue", "label": "Blue"}]}
NOBREAK = "\u202f"
LONG = "99999999999.999999"
NOON = "2026-11-24T12:30:05"
HALF_PAST_TWO = "2026-11-24T14:30:00"

# type: (options, typed, region, value, shown, in the control)
SPOKEN: dict[str, tuple[str, dict[str, Json], str, Region, Json, str, str]] = {
    "text keeps its words": ("text", {}, "  宏远 科技 ", CHINESE, "宏远 科技", "宏远 科技", "宏远 科技"),
    "text keeps markup as text": ("text", {}, "<b>{{7*7}}</b> %(x)s", ENGLISH, "<b>{{7*7}}</b> %(x)s", "<b>{{7*7}}</b> %(x)s", "<b>{{7*7}}</b> %(x)s"),
    "text of four bytes": ("text", {}, "𠮷野家🍜", CHINESE, "𠮷野家🍜", "𠮷野家🍜", "𠮷野家🍜"),
    "wide spaces around a text": ("text", {}, "\u3000宏远\u3000", CHINESE, "宏远", "宏远", "宏远"),
    "multiline with the browser's line ends": ("multiline", {}, "one\r\n\r\ntwo\r", ENGLISH, "one\n\ntwo", "one\n\ntwo", "one\n\ntwo"),
    "rich text": ("rich_text", {}, "<p>a <b>b</b></p>", ENGLISH, "<p>a <b>b</b></p>", "<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
    "integer": ("integer", {}, "42", ENGLISH, 42, "42", "42"),
    "integer with thousands": ("integer", {}, "1,234,567", ENGLISH, 1234567, "1,234,567", "1234567"),
    "integer of Chinese reader": ("integer", {}, "1,234,567", CHINESE, 1234567, "1,234,567", "1234567"),
    "integer below zero": ("integer", {}, "-7", CHINESE, -7, "-7", "-7"),
    "integer with a true minus": ("integer", {}, "−7", ENGLISH, -7, "-7", "-7"),
    "integer with a point that says nothing": ("integer", {}, "3.0", ENGLISH, 3, "3", "3"),
    "integer in full-width digits": ("integer", {}, "１２３", CHINESE, 123, "123", "123"),
    "integer in Arabic digits": ("integer", {}, "٤٥٦", ENGLISH, 456, "456", "456"),
    "integer in Persian digits": ("integer", {}, "۷۸۹", ENGLISH, 789, "789", "789"),
    "integer in full-width digits and separators": ("integer", {}, "１，２３４", CHINESE, 1234, "1,234", "1234"),
    "integer with spaces for thousands": ("integer", {}, f"1{NOBREAK}234", ENGLISH, 1234, "1,234", "1234"),
    "decimal": ("decimal", {"digits": 10, "places": 2}, "1234.5", ENGLISH, "1234.5", "1234.50", "1234.50"),
    "decimal of a Chinese reader": ("decimal", {"digits": 10, "places": 2}, "1,234.50", CHINESE, "1234.5", "1234.50", "1234.50"),
    "decimal in full-width": ("decimal", {}, "１２．５０", CHINESE, "12.5", "12.50", "12.50"),
    "decimal with the Chinese full stop": ("decimal", {}, "12。5", CHINESE, "12.5", "12.50", "12.50"),
    "decimal in Arabic digits and separators": ("decimal", {}, "١٬٢٣٤٫٥", ENGLISH, "1234.5", "1234.50", "1234.50"),
    "decimal without a zero in front": ("decimal", {}, ".5", ENGLISH, "0.5", "0.50", "0.50"),
    "decimal below zero": ("decimal", {}, "-0.25", ENGLISH, "-0.25", "-0.25", "-0.25"),
    "decimal of no digits after the point": ("decimal", {"places": 0}, "7", ENGLISH, "7", "7", "7"),
    "a zero below zero": ("decimal", {}, "-0.00", ENGLISH, "0", "0.00", "0.00"),
    "decimal too exact for a float": ("decimal", {"places": 6}, LONG, ENGLISH, LONG, LONG, LONG),
    "amount has thousands separators": ("amount", {"digits": 12, "places": 2}, "1234567.8", ENGLISH, "1234567.8", "1,234,567.80", "1,234,567.80"),
    "amount of a Chinese reader": ("amount", {}, "1,234,567.80", CHINESE, "1234567.8", "1,234,567.80", "1,234,567.80"),
    "date as a date picker sends it": ("date", {}, "2026-11-24", CHINESE, "2026-11-24", "2026年11月24日", "2026-11-24"),
    "date as a date picker sends it, in English": ("date", {}, "2026-11-24", ENGLISH, "2026-11-24", "Nov 24, 2026", "2026-11-24"),
    "date typed in Chinese": ("date", {}, "2026年11月4日", CHINESE, "2026-11-04", "2026年11月4日", "2026-11-04"),
    "date typed with slashes in Chinese": ("date", {}, "2026/11/4", CHINESE, "2026-11-04", "2026年11月4日", "2026-11-04"),
    "date typed in full-width": ("date", {}, "２０２６／１１／０４", CHINESE, "2026-11-04", "2026年11月4日", "2026-11-04"),
    "date typed in English order": ("date", {}, "11/4/2026", ENGLISH, "2026-11-04", "Nov 4, 2026", "2026-11-04"),
    "date typed with the day first where only that can be": ("date", {}, "24/11/2026", ENGLISH, "2026-11-24", "Nov 24, 2026", "2026-11-24"),
    "date in Arabic digits": ("date", {}, "٢٠٢٦-١١-٢٤", ENGLISH, "2026-11-24", "Nov 24, 2026", "2026-11-24"),
    "leap day": ("date", {}, "2028-02-29", ENGLISH, "2028-02-29", "Feb 29, 2028", "2028-02-29"),
    "time": ("time", {}, "14:30", CHINESE, "14:30:00", "14:30", "14:30:00"),
    "time in English": ("time", {}, "14:30:15", ENGLISH, "14:30:15", f"2:30{NOBREAK}PM", "14:30:15"),
    "time in full-width": ("time", {}, "１４：３０", CHINESE, "14:30:00", "14:30", "14:30:00"),
    "moment of a reader in Shanghai": ("datetime", {}, "2026-11-24T14:30", CHINESE, "2026-11-24T06:30:00Z", "2026年11月24日 14:30", HALF_PAST_TWO),
    "moment with a space": ("datetime", {}, "2026-11-24 14:30", ENGLISH, "2026-11-24T14:30:00Z", f"Nov 24, 2026 2:30{NOBREAK}PM", HALF_PAST_TWO),
    "moment that names its zone": ("datetime", {}, "2026-11-24T02:30:05-02:00", CHINESE, "2026-11-24T04:30:05Z", "2026年11月24日 12:30:05", NOON),
    "yes": ("check", {}, "true", ENGLISH, True, "✓", "true"),
    "no": ("check", {}, "false", ENGLISH, False, "–", ""),
    "choice": ("choice", CHOICES, "red", ENGLISH, "red", "red", "red"),
    "colour of a list's entry": ("palette", {}, "red", ENGLISH, "red", "red", "red"),
    "multiple choice": ("multiple_choice", CHOICES, "red", ENGLISH, ["red"], "red", "red"),
    "reference": ("reference", {"entity": "person"}, "17", CHINESE, 17, "17", "17"),
    "list": ("list", {"entity": "city"}, "17", CHINESE, 17, "17", "17"),
    "tree": ("tree", {"entity": "industry"}, "17", CHINESE, 17, "17", "17"),
    "attachment": ("attachment", {}, "17", CHINESE, 17, "17", "17"),
    "image": ("image", {}, "17", CHINESE, 17, "17", "17"),
    "e-mail": ("email", {}, " li.wei@example.com ", CHINESE, "li.wei@example.com", "li.wei@example.com", "li.wei@example.com"),
    "phone": ("phone", {}, "+86 (10) 1234-5678", CHINESE, "+86 (10) 1234-5678", "+86 (10) 1234-5678", "+86 (10) 1234-5678"),
    "web address": ("url", {}, "https://example.com/a?b=c", CHINESE, "https://example.com/a?b=c", "https://example.com/a?b=c", "https://example.com/a?b=c"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOKEN)
def test_what_is_typed_becomes_a_value_and_is_shown(case: str) -> None:
    name, options, typed, region, value, shown, control = SPOKEN[case]
    kind = TYPES[name]
    assert kind.parse([typed], region) == value
    assert kind.format(value, region, options) == shown
    assert kind.edit(value, region, options) == control
    assert kind.normalise(value) == value, "a value that a form gives needs no change when it comes as JSON"


@pytest.mark.parametrize("case", SPOKEN)
def test_what_stands_in_the_control_gives_the_same_value_again(case: str) -> None:
    name, options, _, region, value, *_ = SPOKEN[case]
    for reader in (region, CHINESE, ENGLISH):
        assert TYPES[name].parse([TYPES[name].edit(value, reader, options)], reader) == value


def test_every_type_that_has_a_value_stands_in_the_table() -> None:
    spoken = {told[0] for told in SPOKEN.values()}
    assert spoken == {name for name, kind in TYPES.items() if kind.column_type({"choices": CHOICES["choices"], "entity": "x"}) is not None}


@pytest.mark.parametrize("name", [name for name in TYPES if name not in ("check", "hint")])
@pytest.mark.parametrize("raw", [[], [""], ["  "], ["\u3000"]], ids=["nothing", "empty", "blank", "wide blank"])
def test_an_empty_control_is_no_value(name: str, raw: list[str]) -> None:
    assert TYPES[name].parse(raw, CHINESE) is None


# Of several values that one name sends.
SENT: dict[str, tuple[str, list[str], Json]] = {
    "a box that was not ticked sends nothing": ("check", [], False),
    "a ticked box after its hidden no": ("check", ["", "true"], True),
    "a box called on": ("check", ["on"], True),
    "several choices": ("multiple_choice", ["blue", "red"], ["blue", "red"]),
    "a choice twice, and a blank": ("multiple_choice", ["", "red", "red"], ["red"]),
    "no choice": ("multiple_choice", [""], None),
}


@pytest.mark.parametrize("case", SENT)
def test_a_control_that_sends_several_values(case: str) -> None:
    name, raw, value = SENT[case]
    assert TYPES[name].parse(raw, ENGLISH) == value


REFUSED: dict[str, tuple[str, str, Region, str]] = {
    "words for a number": ("integer", "many", ENGLISH, "number"),
    "fraction for an integer": ("integer", "1.5", ENGLISH, "integer"),
    "integer with an exponent": ("integer", "1e9", ENGLISH, "number"),
    "integer with an endless exponent": ("integer", "1e999999999", ENGLISH, "number"),
    "integer of forty digits": ("integer", "9" * 40, ENGLISH, "maximum"),
    "integer with an underscore": ("integer", "1_000", ENGLISH, "number"),
    "integer of half a group": ("integer", "1,23", ENGLISH, "number"),
    "integer without digits": ("integer", "-", ENGLISH, "number"),
    "not a number": ("decimal", "NaN", ENGLISH, "number"),
    "infinity": ("decimal", "Infinity", ENGLISH, "number"),
    "decimal with an exponent": ("decimal", "1e5", CHINESE, "number"),
    "decimal of sixty digits": ("decimal", "9" * 60, CHINESE, "maximum"),
    "decimal with two points": ("decimal", "1.2.3", ENGLISH, "number"),
    "decimal with a currency": ("amount", "$5", ENGLISH, "number"),
    "decimal in Chinese numerals": ("amount", "五", CHINESE, "number"),
    "day that does not exist": ("date", "2026-02-30", ENGLISH, "date"),
    "month that does not exist": ("date", "2026-13-05", CHINESE, "date"),
    "month that does not exist, in English": ("date", "2026-13-05", ENGLISH, "date"),
    "year of two digits": ("date", "1/2/85", ENGLISH, "date"),
    "date in another order than the reader's": ("date", "24/11/2026", CHINESE, "date"),
    "words around a date": ("date", "due 2026-11-24", ENGLISH, "date"),
    "words for a date": ("date", "tomorrow", ENGLISH, "date"),
    "hour that does not exist": ("time", "24:00", CHINESE, "time"),
    "time with a zone": ("time", "14:30Z", ENGLISH, "time"),
    "words for a time": ("time", "noon", ENGLISH, "time"),
    "moment of a month that does not exist": ("datetime", "2026-13-01T00:00", ENGLISH, "date-time"),
    "moment before the calendar begins": ("datetime", "0001-01-01T00:00+14:00", ENGLISH, "date-time"),
    "moment after the calendar ends": ("datetime", "9999-12-31T23:00-05:00", ENGLISH, "date-time"),
    "name for a reference": ("reference", "Li Wei", CHINESE, "reference"),
    "reference below zero": ("reference", "-1", CHINESE, "reference"),
    "reference in Chinese digits": ("list", "１", CHINESE, "reference"),
    "reference of twenty digits": ("tree", "1" * 20, CHINESE, "reference"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_a_sentence(case: str) -> None:
    name, typed, region, code = REFUSED[case]
    with pytest.raises(Invalid) as caught:
        TYPES[name].parse([typed], region)
    assert caught.value.code == code
    assert str(caught.value.message).endswith(("." , "?"))


def test_a_sentence_quotes_only_the_beginning_of_what_was_typed() -> None:
    with pytest.raises(Invalid) as caught:
        TYPES["integer"].parse(["x" * 5000], ENGLISH)
    assert len(str(caught.value)) < 100


# JSON in another spelling than a form's: (type, sent, kept)
NORMALISED: dict[str, tuple[str, Json, Json]] = {
    "blanks around a text": ("text", " a ", "a"),
    "empty text": ("text", "", None),
    "blank text": ("multiline", " \n ", None),
    "line ends": ("multiline", "a\r\nb", "a\nb"),
    "decimal as a number": ("decimal", 1.5, "1.5"),
    "decimal as an integer": ("decimal", 7, "7"),
    "decimal with zeros": ("amount", "1.500", "1.5"),
    "decimal with an exponent": ("decimal", 1e21, "1000000000000000000000"),
    "small float": ("decimal", 0.1, "0.1"),
    "empty decimal": ("decimal", "", None),
    "integer as 3.0": ("integer", 3.0, 3),
    "moment of another zone": ("datetime", "2026-11-24T14:30:00+08:00", "2026-11-24T06:30:00Z"),
    "moment in small letters": ("datetime", "2026-11-24t06:30:00z", "2026-11-24T06:30:00Z"),
    "moment with a fraction": ("datetime", "2026-11-24T06:30:00.5Z", "2026-11-24T06:30:00.500000Z"),
    "no choices": ("multiple_choice", [], None),
    "markup that could run": ("rich_text", '<p onclick="x()">a<script>alert(1)</script></p>', "<p>a</p>"),
    "a link that could run": ("rich_text", '<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
    "nothing but a script": ("rich_text", "<script>alert(1)</script>", None),
}


@pytest.mark.parametrize("case", NORMALISED)
def test_json_is_brought_to_the_spelling_of_a_form(case: str) -> None:
    name, sent, kept = NORMALISED[case]
    found = TYPES[name].normalise(sent)
    assert (found, type(found)) == (kept, type(kept))
    assert TYPES[name].normalise(kept) == kept


# JSON that no form would send stays what it is, so that the judge sees and refuses it.
WRONG: dict[str, tuple[str, Json]] = {
    "text as a number": ("text", 7),
    "no text": ("text", None),
    "text as a list": ("multiline", ["a"]),
    "decimal with an underscore": ("decimal", "1_000"),
    "decimal as text with an exponent": ("decimal", "1e5"),
    "decimal that is none": ("decimal", "NaN"),
    "decimal in words": ("decimal", "many"),
    "decimal as yes": ("decimal", True),
    "decimal of thousands of digits": ("decimal", 10**5000),
    "integer with a fraction": ("integer", 1.5),
    "endless integer": ("integer", float("inf")),
    "integer beyond the exact ones": ("integer", 1e300),
    "moment without a time": ("datetime", "2026-11-24"),
    "moment as a number": ("datetime", 5),
    "moment before the calendar": ("datetime", "0001-01-01T00:00:00+14:00"),
    "choices as text": ("multiple_choice", "red"),
    "rich text with a character nothing stores": ("rich_text", "a\x00b"),
    "check as text": ("check", "true"),
}


@pytest.mark.parametrize("case", WRONG)
def test_json_of_the_wrong_kind_is_left_for_the_judge(case: str) -> None:
    name, sent = WRONG[case]
    assert TYPES[name].normalise(sent) is sent


def test_summer_time_is_the_readers() -> None:
    berlin = Region(babel.Locale.parse("en"), ZoneInfo("Europe/Berlin"))
    kind = TYPES["datetime"]
    assert kind.parse(["2026-07-01T12:00"], berlin) == "2026-07-01T10:00:00Z"
    assert kind.parse(["2026-01-01T12:00"], berlin) == "2026-01-01T11:00:00Z"


# What is searched for in a phone or a rich text: (type, stored, the text conditions look at)
FOLDED: dict[str, tuple[str, str, str]] = {
    "phone by its digits": ("phone", "+86 (10) 1234-5678", "861012345678"),
    "phone in full-width": ("phone", "１３８ ００１３", "1380013"),
    "rich text without its markup": ("rich_text", "<p>R&amp;D <b>la</b>b</p><p>two</p>", "R&D lab two"),
}


@pytest.mark.parametrize("case", FOLDED)
def test_the_text_that_conditions_look_at(case: str) -> None:
    name, stored, text = FOLDED[case]
    assert " ".join(TYPES[name].fold_text(stored).split()) == text


def test_a_phone_is_looked_for_by_digits_and_words_find_no_phone() -> None:
    assert TYPES["phone"].fold_term("138-0013") == "1380013"
    assert TYPES["phone"].fold_term("reception") == "reception"


ATTRIBUTES: Mapping[str, tuple[str, dict[str, Json], dict[str, str]]] = {
    "a text says its length, counted as browsers count": ("text", {"max_length": 50}, {"maxlength": "100"}),
    "a long text says none": ("multiline", {"max_length": 20_000}, {}),
    "an e-mail shows its keyboard": ("text", {"format": "email"}, {"inputmode": "email", "dir": "ltr"}),
    "a web address shows its keyboard": ("text", {"format": "url"}, {"inputmode": "url"}),
    "an integer shows digits": ("integer", {}, {"inputmode": "numeric"}),
    "an amount shows digits and a point": ("amount", {}, {"inputmode": "decimal", "dir": "ltr"}),
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_attributes_follow_from_the_options(case: str) -> None:
    name, options, wanted = ATTRIBUTES[case]
    found = TYPES[name].attributes(options)
    assert wanted.items() <= found.items()
    assert "maxlength" in found or "maxlength" not in wanted
