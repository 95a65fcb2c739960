"""Moving: a drag, a menu entry, a key and a check box are one operation, and give one order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadValue, UnknownField
from engine.metadata import definition
from engine.metadata.model import Catalog, Entity
from engine.schema.ops.change_field import ChangeField
from engine.service.admin import acts
from engine.service.admin.acts import Sent
from tests.databases import CATALOGS

SHIPPED = {one.entity.name: one.entity for one in definition.read(Path(CATALOGS))}
CATALOG = Catalog(1, SHIPPED, {})
CUSTOMER = CATALOG.entity("customer")
Order = list[tuple[str, list[str]]]


def order(entity: Entity) -> Order:
    """The names under each heading."""
    return [(group.name, [one.name for one in entity.fields if one.group == group.name]) for group in entity.groups]


def done(catalog: Catalog, sent: Sent, entity: str = "customer") -> Catalog:
    """The catalog after a press, as far as the operations allow it."""
    for operation in acts.operations(catalog.entity(entity), sent):
        if not any(one.level == "error" for one in operation.check(catalog)):
            catalog = operation.apply_to(catalog)
    return catalog


def dragged(catalog: Catalog, name: str, group: str, place: int) -> Catalog:
    """Drag a field so that it stands at that place of a group: what the page sends is the field behind it."""
    inside = [one.name for one in catalog.entity("customer").fields if one.group == group and one.name != name]
    return done(catalog, Sent("move", (name,), group, inside[place] if place < len(inside) else ""))


def stepped(catalog: Catalog, name: str, group: str, place: int) -> Catalog:
    """The same by keys or menu: to the group's first place and then down, step by step."""
    names = [one.name for one in CUSTOMER.groups]
    for _ in range(len(CUSTOMER.fields) * 2):
        one = next(field for field in catalog.entity("customer").fields if field.name == name)
        if one.group == group:
            break
        how = "next" if names.index(one.group) < names.index(group) else "previous"
        catalog = done(catalog, Sent(f"step:{how}:{name}"))
    catalog = done(catalog, Sent(f"step:first:{name}"))
    for _ in range(place):
        catalog = done(catalog, Sent(f"step:down:{name}"))
    return catalog


FREE = [one.name for one in CUSTOMER.fields if one.via is None]
moves = st.lists(
    st.tuples(st.sampled_from(FREE), st.sampled_from([one.name for one in CUSTOMER.groups]), st.integers(0, 12)), min_size=1, max_size=5
)


@given(moves)
def test_dragging_and_stepping_give_identical_orders(wanted: list[tuple[str, str, int]]) -> None:
    by_drag = by_keys = CATALOG
    for name, group, place in wanted:
        inside = [one.name for one in by_drag.entity("customer").fields if one.group == group and one.name != name]
        at = min(place, len(inside))
        by_drag, by_keys = dragged(by_drag, name, group, at), stepped(by_keys, name, group, at)
        assert order(by_drag.entity("customer")) == order(by_keys.entity("customer"))
        assert order(by_drag.entity("customer"))[[one.name for one in CUSTOMER.groups].index(group)][1][at] == name


@given(st.lists(st.sampled_from(FREE), min_size=1, max_size=6, unique=True), st.sampled_from([one.name for one in CUSTOMER.groups]))
def test_several_at_once_come_in_the_order_of_the_card(names: list[str], group: str) -> None:
    after = done(CATALOG, Sent("bulk:move", tuple(names), group)).entity("customer")
    tail = [one.name for one in after.fields if one.group == group][-len(names) :]
    assert tail == [one.name for one in CUSTOMER.fields if one.name in names]


@given(st.sampled_from(FREE), st.sampled_from(acts.STEPS))
def test_a_step_keeps_every_field_exactly_once(name: str, how: str) -> None:
    after = done(CATALOG, Sent(f"step:{how}:{name}")).entity("customer")
    assert sorted(one.name for one in after.fields) == sorted(one.name for one in CUSTOMER.fields)


@pytest.mark.parametrize(
    ("name", "how"), [("name", "up"), ("name", "first"), ("introduction", "last"), ("name", "previous")], ids=str
)
def test_a_step_that_changes_nothing_is_no_operation(name: str, how: str) -> None:
    assert acts.operations(CUSTOMER, Sent(f"step:{how}:{name}")) == ()


def test_a_drag_onto_itself_is_no_operation() -> None:
    assert acts.operations(CUSTOMER, Sent("move", ("code",), "basic", "code")) == ()


def test_several_switches_change_only_what_differs() -> None:
    found = acts.operations(CUSTOMER, Sent("bulk:required:on", ("name", "code", "fax")))
    assert found == (ChangeField("customer", "code", {"required": True}), ChangeField("customer", "fax", {"required": True}))


@pytest.mark.parametrize("do", ["", "toggle:type:name:on", "toggle:required:name:maybe", "step:sideways:name", "drop:table", "bulk:label:on"])
def test_a_press_that_does_not_exist_is_refused(do: str) -> None:
    with pytest.raises(BadValue):
        acts.operations(CUSTOMER, Sent(do or "nothing"))


def test_a_step_of_an_unknown_field_is_refused() -> None:
    with pytest.raises(UnknownField):
        acts.operations(CUSTOMER, Sent("step:up:nothing"))
