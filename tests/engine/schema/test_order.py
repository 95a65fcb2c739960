"""The fewest moves into another order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.schema.order import moves


def moved(held: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """What the moves make of it."""
    found = list(held)
    for names, before in moves(held, wanted):
        rest = [one for one in found if one not in names]
        at = rest.index(before) if before else len(rest)
        found = [*rest[:at], *names, *rest[at:]]
    return found


@given(st.permutations("abcdefgh"), st.permutations("abcdefgh"), st.integers(0, 8))
def test_it_leads_there(held: list[str], wanted: list[str], known: int) -> None:
    found = moved(held[:known], wanted)
    assert [one for one in found if one in wanted] == wanted


CASES = {
    "nothing": ("abcd", "abcd", []),
    "the last comes first": ("abcd", "dabc", [(("d",), "a")]),
    "the first comes last": ("abcd", "bcda", [(("a",), None)]),
    "two beside each other": ("abcd", "cdab", [(("a", "b"), None)]),
    "a new one": ("abd", "abcd", [(("c",), "d")]),
    "one that is not wanted stays": ("axb", "ba", [(("a",), None)]),
}


@pytest.mark.parametrize(("held", "wanted", "expected"), CASES.values(), ids=CASES.keys())
def test_the_fewest_moves(held: str, wanted: str, expected: list[tuple[tuple[str, ...], str | None]]) -> None:
    assert list(moves(held, wanted)) == expected
