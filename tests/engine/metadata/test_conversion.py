"""Values of one type as values of another: what a person would read in them, and nothing that would have to be guessed (3.1.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.metadata.conversion import convert
from engine.metadata.model import Field, Json
from engine.metadata.types import Invalid

YES_NO = {"choices": [{"value": "y", "label": "Yes"}, {"value": "n", "label": "No"}]}
CROSSED = {"choices": [{"value": "ex", "label": "Why"}, {"value": "w", "label": "Ex"}]}
COMMAS = {"choices": [{"value": "a", "label": "Ex, Why, so"}, {"value": "b", "label": "Ex"}, {"value": "c", "label": "Why"}]}
METALS = {"choices": [{"value": "g", "label": "Gold"}, {"value": "s", "label": "Silver"}]}


def field(kind: str, options: dict[str, Json] | None = None) -> Field:
    return Field("i", "customer", "c_a", kind, "A", "other", 1, "customer", "c_a", options=options or {})


@pytest.mark.parametrize(
    ("source", "value", "target", "told"),
    [
        (field("text"), "2026-01-02", field("date"), "2026-01-02"),
        (field("text"), "2026年1月2日", field("date"), "2026-01-02"),
        (field("text"), "31.1.2026", field("date"), "2026-01-31"),
        (field("text"), "1/31/2026", field("date"), "2026-01-31"),
        (field("text"), "3/3/2026", field("date"), "2026-03-03"),
        (field("check"), True, field("choice", YES_NO), "y"),
        (field("check"), False, field("choice", YES_NO), "n"),
        (field("check"), True, field("multiple_choice", YES_NO), ["y"]),
        (field("check"), True, field("text"), "yes"),
        (field("check"), False, field("text"), "no"),
        (field("text"), "no", field("check"), False),
        (field("text"), "gold, Silver", field("multiple_choice", METALS), ["g", "s"]),
        (field("text"), "Gold、Silver", field("multiple_choice", METALS), ["g", "s"]),
        (field("multiple_choice", METALS), ["g", "s"], field("text"), "Gold, Silver"),
        (field("choice", METALS), "g", field("multiple_choice", METALS), ["g"]),
        (field("text"), "1,200", field("integer"), 1200),
        (field("text"), "0.5", field("decimal", {"places": 2}), "0.5"),
        (field("text"), "Ex", field("choice", CROSSED), "w"),
        (field("text"), "if a<b & c>d", field("rich_text"), "if a&lt;b &amp; c&gt;d"),
        (field("multiline"), "Foo <a@b.example>\nbar", field("rich_text"), "Foo &lt;a@b.example&gt;<br>bar"),
        (field("rich_text"), "<p>a &lt; b</p>", field("text"), "a < b"),
        (field("rich_text"), '<p>See <a href="https://a.example/?x=1&amp;y=2">our <b>page</b></a></p>', field("text"),
         "See our page (https://a.example/?x=1&y=2)"),
        (field("rich_text"), '<a href="mailto:a@b.example">a@b.example</a>', field("text"), "a@b.example"),
        (field("rich_text"), "<p>One</p><ul><li>two</li><li>three</li></ul>", field("text"), "One two three"),
        (field("rich_text"), "<p>One</p><ul><li>two</li><li>three</li></ul>", field("multiline"), "One\ntwo\nthree"),
        (field("datetime"), "2026-01-02T10:00:00.250000Z", field("text"), "2026-01-02T10:00:00.250000"),
        (field("datetime"), "2026-01-02T10:00:00Z", field("text"), "2026-01-02T10:00:00"),
        (field("text"), "Ex, Why, so", field("multiple_choice", COMMAS), ["a"]),
        (field("text"), "Why, Ex, Why, so; Ex", field("multiple_choice", COMMAS), ["c", "a", "b"]),
        (field("text"), "Ex, Why", field("multiple_choice", COMMAS), ["b", "c"]),
        (field("decimal", {"places": 2}), "12", field("integer"), 12),
    ],
)
def test_a_value_is_read_as_a_person_would(source: Field, value: Json, target: Field, told: Json) -> None:
    assert convert(source, target, value) == told


@pytest.mark.parametrize(
    ("source", "value", "target"),
    [
        (field("text"), "02.01.2026", field("date")),
        (field("text"), "1/2/2026", field("date")),
        (field("text"), "1/2/2026 10:00", field("datetime")),
        (field("check"), True, field("choice", METALS)),
        (field("text"), "gold, lead", field("multiple_choice", METALS)),
        (field("decimal", {"places": 2}), "12.5", field("integer")),
        (field("text"), "1,5", field("decimal", {"places": 2})),
        (field("text"), "0049", field("integer")),
        (field("integer"), 20261124, field("time")),
        (field("integer"), 1430, field("time")),
        (field("text"), "１２", field("time")),
        (field("phone"), "010 555", field("integer")),
    ],
)
def test_what_would_have_to_be_guessed_does_not_convert(source: Field, value: Json, target: Field) -> None:
    """A second of January in one country is a first of February in another: it is listed, and stays with the retired field."""
    with pytest.raises(Invalid):
        convert(source, target, value)


@pytest.mark.parametrize(
    ("source", "value", "target", "told"),
    [
        ("text", "2026-01-02 07:30", "datetime", "2026-01-01T23:30:00Z"),
        ("text", "2026-01-02T07:30:00+01:00", "datetime", "2026-01-02T06:30:00Z"),
        ("date", "2026-01-02", "datetime", "2026-01-01T16:00:00Z"),
        ("datetime", "2026-01-01T23:30:00Z", "text", "2026-01-02T07:30:00"),
        ("datetime", "2026-01-01T23:30:00Z", "date", "2026-01-02"),
    ],
)
def test_moments_are_read_and_written_in_the_zone_of_the_conversion(source: str, value: Json, target: str, told: Json) -> None:
    assert convert(replace(field(source), copies_in="Asia/Shanghai"), field(target), value) == told


@pytest.mark.parametrize("moment", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-03-29T01:30:00Z", "2026-07-01T00:00:00Z"])
def test_an_hour_that_comes_twice_keeps_apart(moment: str) -> None:
    """Clocks in Berlin go back at three: half past two comes twice, and each goes there and back."""
    source, middle = replace(field("datetime"), copies_in="Europe/Berlin"), replace(field("text"), copies_in="Europe/Berlin")
    assert convert(middle, field("datetime"), convert(source, field("text"), moment)) == moment


@pytest.mark.parametrize("text", ["2026-10-25 02:30", "2026-03-29 02:30"], ids=["twice", "never"])
def test_a_time_that_is_none_or_two_does_not_convert(text: str) -> None:
    with pytest.raises(Invalid, match="Europe/Berlin"):
        convert(replace(field("text"), copies_in="Europe/Berlin"), field("datetime"), text)
    assert convert(field("text"), field("datetime"), text)


def test_any_empty_value_stays_empty() -> None:
    values: list[Any] = [None, ""]
    assert [convert(field("text"), field("date"), one) for one in values] == [None, None]
