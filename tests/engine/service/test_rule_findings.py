"""A change that would break the rules of a card is refused, or asked about, before it runs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.access import Actor
from engine.errors import ChangeRefused, NotConfirmed
from engine.metadata import store
from engine.metadata.database import Database
from engine.render.page import Pages
from engine.schema.operation import Operation
from engine.schema.ops.change_field import ChangeField
from engine.schema.ops.groups import ChangeGroup
from engine.service import evolution
from engine.service.evolution import Request
from engine.service.visit import Site
from tests.databases import LOCALES

ADMIN = Actor(1, "admin", "Admin", "administrator")


def publish(database: Database, *operations: Operation, confirmed: Sequence[str] = ()) -> None:
    """Publish as an administrator would."""
    site = Site(database, Pages([], lambda name: name), LOCALES)
    evolution.publish(site, ADMIN, Request(operations, confirmed=frozenset(confirmed)))


def visible(field: str, condition: object) -> Operation:
    """A rule on when a field stands on the card."""
    return ChangeField("customer", field, {"rules": {"visible": condition}})


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([visible("fax", {"no_such": 1})], "K1"),
        ([visible("fax", {"phone": {"_nempty": True}}), visible("phone", {"fax": {"_nempty": True}})], "K3"),
        ([ChangeGroup("customer", "basic", {"visible": {"source": {"_nnull": True}}})], "K2"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_rule_that_is_wrong_is_refused(installed: Database, operations: list[Operation], code: str) -> None:
    with pytest.raises(ChangeRefused) as refused:
        publish(installed, *operations)
    assert refused.value.codes == (code,)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("first", "second"), [("fax", "phone"), ("phone", "fax")])
def test_a_circle_is_refused_whichever_member_closes_it(installed: Database, first: str, second: str) -> None:
    publish(installed, visible(first, {second: {"_nempty": True}}))
    with pytest.raises(ChangeRefused) as refused:
        publish(installed, visible(second, {first: {"_nempty": True}}))
    assert refused.value.codes == ("K3",)


def test_a_field_that_rules_read_is_retired_only_when_that_is_confirmed(installed: Database) -> None:
    publish(installed, visible("fax", {"county": {"_contains": "海"}}))
    with pytest.raises(NotConfirmed) as asked:
        publish(installed, ChangeField("customer", "county", {"enabled": False}))
    assert asked.value.keys == ("K1:customer:fax",)
    publish(installed, ChangeField("customer", "county", {"enabled": False}), confirmed=asked.value.keys)
    with installed.reading() as conn:
        assert "county" not in store.load(conn).entity("customer").by_name
    publish(installed, ChangeField("customer", "phone", {"help": "With the area code."}))  # what was so before is no finding
