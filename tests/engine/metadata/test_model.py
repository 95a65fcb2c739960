"""Fields that a change leaves alone are the same objects: what differs is told without looking at the others."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.metadata.model import Field, apart
from tests.engine.making import a_field

FIELDS = [a_field(f"c_{number}") for number in range(6)]
SOME = st.lists(st.sampled_from([*FIELDS, *(replace(one) for one in FIELDS)]), unique_by=id)


@given(SOME, SOME)
def test_what_stands_on_one_side_only(before: list[Field], after: list[Field]) -> None:
    gone, new = apart(before, after)
    assert [id(one) for one in gone] == [id(one) for one in before if not any(one is other for other in after)]
    assert [id(one) for one in new] == [id(one) for one in after if not any(one is other for other in before)]
