"""Bars: their order, their lengths, their shares."""

from __future__ import annotations

from engine.render import charts
from engine.render.charts import Bar
from tests.engine.making import ENGLISH


def test_the_longest_bar_stands_first_and_quiet_ones_last() -> None:
    bars = [Bar("few", 1, "/a"), Bar("unset", 900, "/b", quiet=True), Bar("many", 600, "/c"), Bar("none", 0, "/d"), Bar("as many", 600, "/e")]
    drawn = charts.draw(bars, ENGLISH)
    assert [one.bar.label for one in drawn] == ["many", "as many", "few", "unset"]
    assert [one.length for one in drawn] == [667, 667, 4, 1000]  # even one of thousands can be seen
    assert [one.share for one in drawn] == ["28.6 %", "28.6 %", "0.0 %", "42.8 %"]


def test_nothing_is_drawn_of_nothing() -> None:
    assert charts.draw([], ENGLISH) == []
    assert charts.draw([Bar("none", 0, "/")], ENGLISH) == []


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    assert charts.draw([Bar("x", 1234567, "/")], ENGLISH)[0].count == "1,234,567"
