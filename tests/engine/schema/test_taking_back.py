"""Changes taken back after others were built on them."""

from __future__ import annotations

import pytest

from engine.errors import NotConfirmed
from engine.metadata.database import Database
from engine.schema.operation import Operation
from engine.schema.ops import (
    AddField,
    ChangeEntity,
    ChangeField,
    ChangeGroup,
    MoveFields,
    MoveGroup,
    SetLabels,
    WidenField,
)
from tests.engine.schema.acting import Publish, catalog_of, taken_back

NAMED = "field.customer.c_note.label"
LAYERS = {
    "a label": (
        ChangeField("customer", "c_note", {"label": "Two"}), ChangeField("customer", "c_note", {"label": "Three", "help": "x"}), "O1:customer:c_note",
    ),
    "an option": (
        WidenField("customer", "c_note", {"max_length": 300}), WidenField("customer", "c_note", {"max_length": 400}), "O1:customer:c_note",
    ),
    "a group": (ChangeGroup("customer", "basic", {"columns": 3}), ChangeGroup("customer", "basic", {"columns": 4}), "O1:customer:basic"),
    "an entity": (ChangeEntity("customer", {"icon": "user"}), ChangeEntity("customer", {"icon": "users"}), "O1:customer"),
    "the place of a field": (
        MoveFields("customer", ("fax", "c_note"), "finance"), MoveFields("customer", ("c_note",), "classification"), "O1:customer:c_note",
    ),
    "the place of a group": (MoveGroup("customer", "finance", "basic"), MoveGroup("customer", "finance", None), "O1:customer:finance"),
    "a translation": (SetLabels("zh-Hans", {NAMED: "二"}), SetLabels("zh-Hans", {NAMED: "三"}), f"O1:{NAMED}"),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second", "key"), LAYERS.values(), ids=LAYERS)
def test_what_was_changed_again_since_is_not_taken_back_silently(
    first: Operation, second: Operation, key: str, installed: Database, publish: Publish
) -> None:
    publish(AddField("customer", "c_note", "text", "basic", "Note", options={"max_length": 200}))
    one = publish(first)
    two = publish(second)
    back = taken_back(installed, one.change)
    with pytest.raises(NotConfirmed, match="changed again since") as refused:
        publish(*back, undoes=one.change)
    assert list(refused.value.keys) == [key]
    publish(*taken_back(installed, two.change), undoes=two.change)
    publish(*back, undoes=one.change)  # in their order both go at once


@pytest.mark.parametrize("again", [(), (MoveFields("customer", ("fax",), "finance"),)], ids=["others only", "to the same place"])
def test_a_move_is_taken_back_at_once_where_nobody_moved_it_elsewhere(
    again: tuple[Operation, ...], installed: Database, publish: Publish
) -> None:
    """Others that stand beside it now, or a move to where it stood already, are no reason to ask."""
    one = publish(MoveFields("customer", ("fax",), "finance"))
    publish(MoveFields("customer", ("county",), "finance"), MoveFields("customer", ("website",), "finance", "fax"))
    publish(MoveFields("customer", ("phone",), "basic", "name"), *again)
    publish(*taken_back(installed, one.change), undoes=one.change)
    fields = catalog_of(installed).entity("customer").fields
    assert {field.name: field.group for field in fields if field.name in ("fax", "county")} == {"fax": "basic", "county": "finance"}


def test_a_second_move_that_was_done_once_more_counts(installed: Database, publish: Publish) -> None:
    """Taken back, and that taken back as well: it is in force, so taking back the first one asks."""
    one = publish(MoveFields("customer", ("fax",), "finance"))
    two = publish(MoveFields("customer", ("fax",), "classification"))
    three = publish(*taken_back(installed, two.change), undoes=two.change)
    publish(*taken_back(installed, three.change), undoes=three.change)
    with pytest.raises(NotConfirmed) as refused:
        publish(*taken_back(installed, one.change), undoes=one.change)
    assert list(refused.value.keys) == ["O1:customer:fax"]
